"""What the rules say, as the report's page shows it: rules, findings with their ways, and facts that are missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from string import Formatter
from typing import Any

from lineage.checking import Report, RuleResult
from lineage.findings import Finding, Missing, Ref, Step, Value, Verdict, Witness, doubt_words
from lineage.meaning import Source
from lineage.report import said
from lineage.report.alerts import file, marked
from lineage.report.html.both import Both, named, pair, titled, word
from lineage.report.html.pool import Pool
from lineage.report.html.questions import WAIVED
from lineage.report.html.run import Run
from lineage.report.html.tables import since
from lineage.report.missing import ANY, wanted
from lineage.words import LANGUAGES, MESSAGES, value, words

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
        made["law"] = [
            pair(*(f"{said.title(one.text, lang)} [{one.mark}]" for lang in LANGUAGES))
            for one in first.citations
        ]
    elif rule.verdict is Verdict.PROVEN:
        made["on"] = pair(*(said.proven(rule, lang) for lang in LANGUAGES))
    else:
        made["on"] = word("report.nothing")
    return made


def _at(source: Source) -> str:
    where = file(source)
    return f"{where}:{source.line}" if source.line else where


# --- findings -----------------------------------------------------------------------------------------


def findings(run: Run, traces: Pool[str]) -> dict[str, Any]:
    """All findings in the order of the rules, waived ones too; with the steps, facts and values that they share."""
    numbers: Counter[str] = Counter()
    shared = _Shared()
    made = []
    for finding in run.report.findings:
        letter = "W" if finding.waived else LETTERS[finding.verdict]
        numbers[letter] += 1
        made.append(_finding(finding, f"{letter}{numbers[letter]}", run, shared))
    carriers = _by_step(run)
    rows = [_step(step, run, carriers, traces, shared) for step in shared.steps.values]
    return {
        "findings": made,
        "steps": {"columns": STEP, "rows": rows},
        "wants": [pair(*(said.supply(fact, lang) for lang in LANGUAGES)) for fact in shared.facts.values],
        "messages": {message: pair(*MESSAGES[message]) for message in sorted(shared.messages.values)},
        "values": [pair(*each) for each in shared.values.values],
    }


class _Shared:
    """What many findings have in common."""

    def __init__(self) -> None:
        self.steps = Pool[Step]()
        self.facts = Pool[Missing]()
        self.messages = Pool[str]()
        self.values = Pool[tuple[str, str]]()


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


def _finding(finding: Finding, name: str, run: Run, shared: _Shared) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": name,
        "rule": finding.rule,
        "verdict": str(finding.verdict),
        "says": [_said(message, facts, shared) for message, facts in _sentences(finding)],
        "fingerprint": finding.fingerprint,
    }
    told: dict[str, Any] = {
        "marks": lines(*(marked(finding, run.report, lang) for lang in LANGUAGES)),
        "calls": [finding.calls, int(finding.exact), since(run, finding.first), since(run, finding.last)]
        if finding.calls
        else [],
        "ways": [_way(way, run, shared) for way in finding.witness if way.steps],
        "missing": [_missing(missing, run, shared.facts) for missing in finding.missing],
        "at": "" if finding.source == finding.rule_source else _at(finding.source),
    }
    return made | {key: value for key, value in told.items() if value}


def _sentences(finding: Finding) -> Iterator[tuple[str, Mapping[str, Value]]]:
    """What was found, and in which parts of the place; as `said.because` says it."""
    yield finding.message, finding.context
    parts = finding.context.get("partitions")
    if isinstance(parts, tuple) and parts:
        en, zh = (
            words("list.separator", lang).join(value(part, lang) for part in parts) for lang in LANGUAGES
        )
        yield "report.parts", {"parts": Ref("", en, zh)}


def _said(message: str, facts: Mapping[str, Value], shared: _Shared) -> list[Any]:
    """[message, {key: number of its value}]: the page puts the sentence together."""
    shared.messages.number(message)
    used = {key for _, key, _, _ in Formatter().parse(words(message, "en")) if key}
    en, zh = ({key: value(facts[key], lang) for key in sorted(used)} for lang in LANGUAGES)
    return [message, {key: shared.values.number((en[key], zh[key])) for key in en}]


def _way(witness: Witness, run: Run, shared: _Shared) -> dict[str, Any]:
    en, zh = (said.data(witness.label, lang) for lang in LANGUAGES)
    made: dict[str, Any] = {
        "of": shared.values.number((en, zh)),
        "from": run.numbers[witness.steps[0].source.id],
        "steps": [shared.steps.number(step) for step in witness.steps],
    }
    return made | ({"broken": True} if witness.broken else {})


STEP = "to how sure calls first last trace flows".split()
"""Of a row of steps: `how` is the number of a value; `trace` of a trace in which the step was seen, None for none."""


def _step(
    step: Step, run: Run, carriers: dict[_Key, list[int]], traces: Pool[str], shared: _Shared
) -> list[Any]:
    key = (step.source.id, step.target.id, step.leg, step.kept, step.categories, step.doubts)
    en, zh = (said.how(step, lang) for lang in LANGUAGES)
    return [
        run.numbers[step.target.id],
        shared.values.number((en, zh)),
        int(step.established),
        step.calls,
        since(run, step.first),
        since(run, step.last),
        traces.number(step.exemplars[0].trace_id) if step.exemplars else None,
        carriers.get(key, []),
    ]


def _missing(missing: Missing, run: Run, facts: Pool[Missing]) -> list[Any]:
    """[number of the fact, what it is a fact of]."""
    return [facts.number(replace(missing, subject=ANY)), _concerned(missing.subject, run)]


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
