"""All that the page shows, as one value: schema "lineage-html/1"."""

from __future__ import annotations

from typing import Any

from lineage.checking import Report
from lineage.diagram.notation import notation
from lineage.findings import Ref, Verdict
from lineage.names import CATEGORIES
from lineage.report.alerts import blind
from lineage.report.html.basis import basis, facts, scope
from lineage.report.html.both import Both, both, pair, text, told, word
from lineage.report.html.pool import Pool
from lineage.report.html.questions import NOT_ASSESSED, QUESTIONS, WAIVED, answers
from lineage.report.html.run import Run, country
from lineage.report.html.tables import flows, places
from lineage.report.html.told import findings, missing, rules
from lineage.report.text import headline
from lineage.words import LANGUAGES, MESSAGES, words

SCHEMA = "lineage-html/1"


def as_data(run: Run, lang: str, digest: str) -> dict[str, Any]:
    """What the script of the page reads; pictures are added to it (pictures.py).

    Args:
        lang: the language in which the page opens, "en" or "zh".
        digest: SHA-256 of the report.json beside it.
    """
    report, traces = run.report, Pool[str]()
    undecided = [finding for finding in report.findings if finding.verdict is Verdict.UNDECIDED]
    found = findings(run, traces)
    moved = flows(run, traces)
    return {
        "schema": SCHEMA,
        "lang": lang,
        "title": _title(run),
        "words": _words(),
        "outcome": _outcome(report),
        "basis": basis(run, digest),
        "facts": facts(run),
        "questions": answers(run),
        "views": [],
        "left": [],
        **found,
        "rules": rules(report),
        "missing": missing(run, undecided),
        "places": places(run),
        "flows": moved,
        "traces": traces.values,
        "labels": _labels(moved),
    }


def _title(run: Run) -> Both:
    own = run.graph.inventory.organisation
    if own is None:
        return word("html.title")
    en, zh = own.title.en or own.name, own.title.zh or own.name
    return pair(*(both("html.title.of", name=name)[at] for at, name in enumerate((en, zh))))


def _outcome(report: Report) -> dict[str, Any]:
    packs = tuple(Ref("", f"{pack.id} {pack.version}", f"{pack.id} {pack.version}") for pack in report.packs)
    notes: list[Both] = [
        pair(
            *(
                words("clause.separator", lang).join(told(each, lang) for each in scope(report))
                for lang in LANGUAGES
            )
        ),
        both("html.as-of", today=report.today.isoformat(), mode=report.mode, packs=packs),
    ]
    if blind(report):
        notes.append(word(blind(report)))
    notes.append(word("report.finding-only"))
    return {
        "verdict": str(report.outcome),
        "says": pair(*(headline(report, lang) for lang in LANGUAGES)),
        "notes": notes,
    }


def _words() -> dict[str, Both]:
    """The words that the page's own script puts between facts, by their ids without the first part where that is `html`."""
    prefixes = (
        "html.",
        "verdict.",
        "severity.",
        "doubt.",
        "kind.",
        "purpose.",
        "class.",
        "protection.",
        "step.",
    )
    skipped = tuple(f"html.{each.id}." for each in QUESTIONS)
    found = {
        message.removeprefix("html."): pair(*texts)
        for message, texts in MESSAGES.items()
        if message.startswith(prefixes) and not message.startswith(skipped)
    }
    found[f"verdict.{NOT_ASSESSED}"] = word("html.not-assessed")
    found[f"verdict.{WAIVED}"] = word("html.waived")
    return found


def _labels(moved: dict[str, Any]) -> dict[str, Both]:
    """Names of the categories and countries that flows have."""
    names: dict[str, Both] = {}
    for each in sorted({each for row in moved["words"] for each in row}):
        if each in CATEGORIES:
            names[each] = text(notation().category(each))
        elif len(each) == 2 and each.isupper():
            names[each] = text(country(each))
    return names
