"""What the rules say, as the report's page shows it: rules, findings with their ways, and facts that are missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from lineage.check import Report, RuleResult
from lineage.findings import Finding, Missing, Ref, Step, Verdict, Witness, doubt_words
from lineage.meaning import Source
from lineage.report import said
from lineage.report.alerts import file, marked
from lineage.report.html.both import Both, named, pair, titled, word
from lineage.report.html.questions import WAIVED
from lineage.report.html.run import Run
from lineage.report.html.tables import Pool, examples
from lineage.report.missing import wanted
from lineage.words import LANGUAGES

LETTERS = {Verdict.VIOLATED: "V", Verdict.UNDECIDED: "U"}
"""The first letter of a finding's id; V1, V2 ... are those of the picture."""


def lines(*told: list[str]) -> list[Both]:
    """Lines of English and lines of Chinese, as lines in both."""
    return [pair(*line) for line in zip(*told, strict=True)]


# --- rules --------------------------------------------------------------------------------------------


def rules(report: Report) -> list[dict[str, Any]]:
    """The rules in the order of the report."""
    return [_rule(rule) for rule in report.rules]


def _rule(rule: RuleResult) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": rule.rule,
        "title": titled(rule.title),
        "why": titled(rule.why),
        "severity": str(rule.severity),
        "verdict": WAIVED if rule.waived else str(rule.verdict),
        "at": _at(rule.source),
    }
    if rule.findings:
        first = rule.findings[0]
        made["remedy"] = titled(first.remedy)
        made["law"] = [pair(*(f"{said.title(one.text, lang)} [{one.mark}]" for lang in LANGUAGES)) for one in first.citations]
    elif rule.verdict is Verdict.PROVEN:
        made["on"] = pair(*(said.proven(rule, lang) for lang in LANGUAGES))
    else:
        made["on"] = word("report.nothing")
    return made


def _at(source: Source) -> str:
    where = file(source)
    return f"{where}:{source.line}" if source.line else where


# --- findings -----------------------------------------------------------------------------------------


def findings(run: Run, traces: Pool) -> list[dict[str, Any]]:
    """All findings in the order of the rules; waived ones too."""
    numbers: Counter[str] = Counter()
    carriers = _by_step(run)
    made = []
    for finding in run.report.findings:
        letter = "W" if finding.waived else LETTERS[finding.verdict]
        numbers[letter] += 1
        made.append(_finding(finding, f"{letter}{numbers[letter]}", run, carriers, traces))
    return made


_Key = tuple[str, str, str, bool, tuple[str, ...], tuple[str, ...]]


def _by_step(run: Run) -> dict[_Key, list[int]]:
    """Flows by what a step says of them."""
    found: dict[_Key, list[int]] = defaultdict(list)
    graph = run.graph
    for number, flow in enumerate(graph.flows):
        ends = (graph.id(flow.source), graph.id(flow.target), str(flow.key.leg))
        key = (*ends, flow.key.kept, tuple(sorted(flow.key.categories)), doubt_words(flow.doubts))
        found[key].append(number)
    return found


def _finding(finding: Finding, name: str, run: Run, carriers: dict[_Key, list[int]], traces: Pool) -> dict[str, Any]:
    return {
        "id": name,
        "rule": finding.rule,
        "verdict": str(finding.verdict),
        "severity": str(finding.severity),
        "marks": lines(*(marked(finding, run.report, lang) for lang in LANGUAGES)),
        "says": lines(*(said.because(finding, lang) for lang in LANGUAGES)),
        "seen": lines(*(said.seen(finding, lang)[: 1 if finding.calls else 0] for lang in LANGUAGES)),
        "ways": [_way(way, run, carriers, traces) for way in finding.witness if way.steps],
        "missing": [_missing(missing) for missing in finding.missing],
        "at": _at(finding.source),
        "fingerprint": finding.fingerprint,
    }


def _way(witness: Witness, run: Run, carriers: dict[_Key, list[int]], traces: Pool) -> dict[str, Any]:
    return {
        "of": pair(*(said.data(witness.label, lang) for lang in LANGUAGES)),
        "broken": witness.broken,
        "from": run.numbers[witness.steps[0].source.id],
        "steps": [_step(step, run, carriers, traces) for step in witness.steps],
    }


def _step(step: Step, run: Run, carriers: dict[_Key, list[int]], traces: Pool) -> dict[str, Any]:
    key = (step.source.id, step.target.id, step.leg, step.kept, step.categories, step.doubts)
    return {
        "to": run.numbers[step.target.id],
        "how": pair(*(said.how(step, lang) for lang in LANGUAGES)),
        "sure": step.established,
        "data": run.numbers[step.data.id],
        "calls": step.calls,
        "first": step.first // 1000,
        "last": step.last // 1000,
        "exemplars": examples(step.exemplars, traces),
        "flows": carriers.get(key, []),
    }


def _missing(missing: Missing) -> dict[str, Any]:
    return {
        "what": pair(*(said.supply(missing, lang) for lang in LANGUAGES)),
        "of": named(missing.subject) if missing.subject.id else "",
    }


# --- missing facts ------------------------------------------------------------------------------------


def missing(run: Run, open_ones: Iterable[Finding]) -> list[dict[str, Any]]:
    """Each missing fact once, with all that it concerns and the rules that wait for it."""
    return [
        {
            "what": pair(*(said.supply(each.fact, lang) for lang in LANGUAGES)),
            "places": [_concerned(place, run) for place in each.places],
            "rules": list(each.rules),
        }
        for each in wanted(open_ones)
    ]


def _concerned(place: Ref, run: Run) -> int | Both:
    """The number of a place; of what is none, its name."""
    number = run.numbers.get(place.id)
    return named(place) if number is None else number
