"""What the verdict rests on: what was read, what is missing of it, how each fact is known, by which rules it was judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lineage import __version__
from lineage.checking import Report
from lineage.findings import Value
from lineage.flows import Doubt
from lineage.labels import UNKNOWN, Known
from lineage.nodelink import iso
from lineage.places import PlaceKind
from lineage.report.html.both import Both, both, like, pair, word
from lineage.report.html.run import CUSTOMERS, UNSURE, Run
from lineage.report.text import few
from lineage.solve import own_labels
from lineage.words import LANGUAGES, sentence, words

LEVELS = (Known.DECLARED, Known.STATED, Known.INFERRED, Known.PROPAGATED, Known.NOT_KNOWN)
"""Strongest first."""

Levels = Counter[Known]


def basis(run: Run, digest: str) -> list[dict[str, Any]]:
    """Terms with the facts of each.

    Args:
        digest: SHA-256 of the report.json beside the page.
    """
    report = run.report
    terms: tuple[tuple[str, list[Both]], ...] = (
        ("html.period", scope(report)[:1]),
        ("html.telemetry", scope(report)[1:]),
        ("html.observed", [_observed(run)]),
        ("html.completeness", list(_gaps(run))),
        ("html.sampling", [_sampling(report)]),
        ("html.weakest", list(_weakest(run))),
        ("html.assumed", _assumed(report)),
        ("html.packs", list(_packs(report))),
        ("html.inventory", [_inventory(report)]),
        ("html.ledgers", list(_ledgers(report))),
        ("html.exceptions", list(_exceptions(report))),
        ("html.written", [both("html.written.by", version=__version__, digest=digest)]),
    )
    return [{"term": word(term), "facts": facts} for term, facts in terms if facts]


def scope(report: Report) -> list[Both]:
    """When was observed, and how much was read."""
    tally = report.coverage.tally
    return [
        both("report.period", first=iso(report.first), last=iso(report.last))
        if report.first
        else word("html.period.none"),
        both("html.telemetry.counts", spans=tally.spans, traces=report.coverage.traces, files=tally.files),
    ]


def _observed(run: Run) -> Both:
    sure = sum(not (flow.possible or flow.doubts & UNSURE) for flow in run.graph.flows)
    report = run.report
    return both(
        "html.observed.counts",
        flows=report.flows,
        places=report.places,
        sure=sure,
        possible=report.flows - sure,
        met=report.met,
        rules=len(report.rules),
    )


def _gaps(run: Run) -> Iterator[Both]:
    report, tally = run.report, run.report.coverage.tally
    found: list[tuple[Both, int]] = [
        *((_gap(name), count) for name, count in sorted(report.coverage.counts.items())),
        *((both("html.gap.rejected", why=why), count) for why, count in sorted(tally.rejected.items())),
        *((both("html.gap.refused", why=why), count) for why, count in sorted(tally.refused.items())),
        *((both("html.gap.lost", why=why), count) for why, count in sorted(tally.lost.items())),
    ]
    if not any(count for _, count in found):
        yield word("html.gaps.none")
    found += [
        (word("html.gap.unlocated"), report.unlocated),
        (word("html.gap.without-origin"), run.labels.without_origin),
    ]
    for what, count in found:
        if count:
            yield both("html.gap", what=like(what), count=count)


def _gap(name: str) -> Both:
    return word(f"gap.{name}", name)


def _sampling(report: Report) -> Both:
    tally = report.coverage.tally
    if not tally.sampled:
        return word("html.sampled.none")
    return both("html.sampled", count=tally.sampled, spans=tally.spans)


def _assumed(report: Report) -> list[Both]:
    if not report.assumed:
        return []
    facts: list[dict[str, Value]] = [
        {"count": len(report.assumed), "places": few(report.assumed, lang, verbose=True)}
        for lang in LANGUAGES
    ]
    return [
        pair(*(sentence("report.assumed", told, lang) for told, lang in zip(facts, LANGUAGES, strict=True)))
    ]


def _packs(report: Report) -> Iterator[Both]:
    for pack in report.packs:
        told = []
        for lang, title in zip(LANGUAGES, (pack.title.en, pack.title.zh), strict=True):
            facts: dict[str, Value] = {
                "id": f"{title}{words('colon', lang)}{pack.id}",
                "version": pack.version,
                "mode": pack.mode,
                "reviewed": pack.reviewed,
                "digest": pack.digest,
            }
            sets = [
                sentence("report.set", {"word": name, "countries": countries}, lang)
                for name, countries in pack.jurisdictions
            ]
            told.append(words("clause.separator", lang).join([sentence("report.pack", facts, lang), *sets]))
        yield pair(*told)


def _inventory(report: Report) -> Both:
    return (
        both("report.inventory", digest=report.inventory)
        if report.inventory_files
        else word("report.no-inventory")
    )


def _ledgers(report: Report) -> Iterator[Both]:
    for one in report.ledgers:
        yield both("report.ledger", kind=one.kind, file=one.path, rows=one.rows, digest=one.sha256)


def _exceptions(report: Report) -> Iterator[Both]:
    """Whatever makes a verdict milder than the facts: waivers, the baseline, steps that lowered labels."""
    for waiver in report.ending:
        yield both(
            "report.ending",
            rule=waiver.rule,
            date=waiver.expires.isoformat(),
            owner=waiver.owner,
            ticket=f" [{waiver.ticket}]" if waiver.ticket else "",
            where=str(waiver.source or ""),
        )
    if report.known:
        yield both("html.known.count", count=len(report.known))
    steps = tuple(sorted({step for rule in report.rules for step in rule.declassifiers}))
    if steps:
        yield both("html.declassified", steps=steps)


# --- how facts are known ------------------------------------------------------------------------------


def facts(run: Run) -> dict[str, Any]:
    """How many facts of each sort are known how: a table, levels as columns, strongest first."""
    return {
        "columns": [word("html.fact"), *(word(f"known.{level}") for level in LEVELS)],
        "rows": [[word(name), *(counts[level] for level in LEVELS)] for name, counts in _levels(run).items()],
    }


def _weakest(run: Run) -> Iterator[Both]:
    """The weakest level that any fact is known by, and the facts that are known by no better."""
    found = _levels(run)
    weakest = next(
        (level for level in reversed(LEVELS) if any(counts[level] for counts in found.values())), None
    )
    if weakest is None:
        yield word("html.weakest.none")
        return
    for name, counts in found.items():
        if counts[weakest]:
            yield both(
                "html.weakest.level",
                fact=name,
                level=f"known.{weakest}",
                count=counts[weakest],
                all=counts.total(),
            )


def _levels(run: Run) -> dict[str, Levels]:
    """Facts by sort, each with how many are known by which level."""
    graph = run.graph
    places = [thing for thing in range(len(graph.things)) if graph.place(thing).kind not in CUSTOMERS]
    systems = [thing for thing in places if graph.place(thing).kind is not PlaceKind.OPERATOR]
    sources = [thing for thing in range(len(graph.things)) if graph.naming[thing] or graph.suspecting[thing]]
    found = {
        "html.fact.location": Counter(graph.meaning(thing).country_known for thing in places),
        "html.fact.runner": Counter(_runner(run, thing) for thing in systems),
        "html.fact.role": Counter(graph.meaning(thing).role_known for thing in places if run.holder(thing)),
        "html.fact.origin": Counter(_origin(run, thing) for thing in sources),
        "html.fact.category": Counter(
            Known.STATED
            if Doubt.CATEGORY not in flow.doubts
            else Known.INFERRED
            if flow.key.categories
            else Known.NOT_KNOWN
            for flow in graph.flows
        ),
    }
    return {name: counts for name, counts in found.items() if counts}


def _runner(run: Run, thing: int) -> Known:
    meaning = run.graph.meaning(thing)
    if meaning.vendor:
        return meaning.vendor_known
    return Known.DECLARED if meaning.operator else Known.NOT_KNOWN


def _origin(run: Run, thing: int) -> Known:
    labels = own_labels(run.graph, thing)
    return Known.NOT_KNOWN if UNKNOWN in labels.origins else labels.known
