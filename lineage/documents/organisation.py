"""Fields of our own organisation, of the evidence as a whole, and of what packs, waivers and documents say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lineage import __version__
from lineage.checking import RuleResult
from lineage.diagram.text import Text, joined
from lineage.documents import facts
from lineage.documents.kinds import Given, Subject
from lineage.documents.matter import Matter
from lineage.documents.model import Cell, How, Said
from lineage.documents.said import (
    LIST,
    Seen,
    country,
    declared,
    judged,
    looked,
    names,
    not_declared,
    observed,
    origins,
    phrase,
)
from lineage.findings import Finding, Verdict
from lineage.places import PlaceKind
from lineage.report import said as sentences
from lineage.words import LANGUAGES, MESSAGES

Field = Callable[[Matter, Subject], Cell]

# --- our own organisation -----------------------------------------------------------------------------


def _name(matter: Matter, _: Subject) -> Cell:
    own = matter.graph.inventory.organisation
    return () if own is None else (declared(matter.own_name(), own.source),)


def _country(matter: Matter, _: Subject) -> Cell:
    own = matter.graph.inventory.organisation
    return () if own is None or not own.country else (declared(country(own.country), own.source),)


# --- the evidence -------------------------------------------------------------------------------------


def _period(matter: Matter, _: Subject) -> Cell:
    report = matter.report
    return (looked(Seen(first=report.first, last=report.last).period, phrase("document.from-spans")),)


def _telemetry(matter: Matter, _: Subject) -> Cell:
    tally = matter.report.coverage.tally
    told = phrase(
        "html.telemetry.counts", spans=tally.spans, traces=matter.report.coverage.traces, files=tally.files
    )
    return (looked(told, phrase("document.from-spans")),)


def _completeness(matter: Matter, _: Subject) -> Cell:
    """What is missing in the evidence, each with its count."""
    coverage, tally = matter.report.coverage, matter.report.coverage.tally
    found = [
        *((_gap_word(name), count) for name, count in sorted(coverage.counts.items())),
        *((phrase("html.gap.rejected", why=why), count) for why, count in sorted(tally.rejected.items())),
        *((phrase("html.gap.refused", why=why), count) for why, count in sorted(tally.refused.items())),
        *((phrase("html.gap.lost", why=why), count) for why, count in sorted(tally.lost.items())),
        (phrase("html.gap.unlocated"), matter.report.unlocated),
        (phrase("html.gap.without-origin"), matter.labels.without_origin),
    ]
    basis = phrase("document.on-all", n=matter.report.flows)
    cell = [
        looked(phrase("html.gap", what=what, count=count), basis, count) for what, count in found if count
    ]
    return tuple(cell) or (looked(phrase("html.gaps.none"), basis),)


def _gap_word(name: str) -> Text:
    return phrase(f"gap.{name}") if f"gap.{name}" in MESSAGES else Text.plain(name)


def _sampling(matter: Matter, _: Subject) -> Cell:
    tally = matter.report.coverage.tally
    if not tally.sampled:
        return (looked(phrase("html.sampled.none"), phrase("document.from-spans")),)
    return (
        looked(phrase("html.sampled", count=tally.sampled, spans=tally.spans), phrase("document.from-spans")),
    )


def _unknown_origin(matter: Matter, _: Subject) -> Cell:
    """How many flows carry data of which no origin is known."""
    n, whole = matter.labels.without_origin, len(matter.graph.flows)
    text = phrase(
        "document.share-of-flows", n=n, all=whole, percent=f"{100 * n / whole:.1f}" if whole else "0"
    )
    return (looked(text, phrase("document.on-all", n=whole), n),)


def _customers(matter: Matter, _: Subject) -> Cell:
    """How many customers, market by market."""
    cell = [
        looked(
            phrase("document.customers-of", market=market.title, n=len(market.customers)),
            phrase("document.from-spans"),
            len(market.customers),
        )
        for market in matter.markets
    ]
    return tuple(cell) or (facts.nothing(matter),)


def _services(matter: Matter, _: Subject) -> Cell:
    """Models that were called."""
    models = [t for t in range(len(matter.graph.things)) if matter.graph.place(t).kind is PlaceKind.MODEL]
    if not models:
        return (looked(phrase("document.no-models"), phrase("document.on-all", n=len(matter.graph.flows))),)
    return tuple(observed(matter.name(thing), matter.all_seen(matter.graph.into[thing])) for thing in models)


def _lowered(matter: Matter, _: Subject) -> Cell:
    return facts.lowered(matter, range(len(matter.graph.things)))


def _assumed(matter: Matter, _: Subject) -> Cell:
    """Stores that are taken to hold what was seen flowing in, and no more."""
    if not matter.report.assumed:
        return (looked(phrase("value.none"), phrase("document.on-all", n=len(matter.graph.flows))),)
    listed = names(Text(ref.en, ref.zh) for ref in matter.report.assumed)
    return (Said(listed, How.NOT_DECLARED, phrase("document.assumed")),)


def _inventory(matter: Matter, _: Subject) -> Cell:
    if not matter.report.inventory_files:
        return (not_declared(fact="report.no-inventory"),)
    return (looked(phrase("report.inventory", digest=matter.report.inventory), phrase("document.files")),)


def _tool(matter: Matter, _: Subject) -> Cell:
    return (looked(Text.plain(f"lineage {__version__}"), phrase("document.files")),)


def _volumes(matter: Matter, _: Subject) -> Cell:
    """Data of each market: calls that came in, and where it was collected."""
    cell = []
    for market in matter.markets:
        found = matter.reach(market.customers)
        flows = [n for thing in market.customers for n in matter.graph.out_of[thing]]
        codes = {code for t in market.customers for code in _own_origins(matter, t)}
        text = phrase(
            "document.volume-of",
            market=market.title,
            n=len(market.customers),
            origins=origins(codes) if codes else phrase("document.unstated"),
        )
        cell.append(observed(text, matter.seen(found, flows)))
    return tuple(cell) or (facts.nothing(matter),)


def _own_origins(matter: Matter, thing: int) -> set[str]:
    labels = matter.graph.told(thing)
    return set(labels.origins) - {"unknown"} if labels is not None else set()


ORGANISATION: Mapping[str, Field] = {
    "name": _name,
    "country": _country,
    "period": _period,
    "telemetry": _telemetry,
    "completeness": _completeness,
    "sampling": _sampling,
    "unknown-origin": _unknown_origin,
    "customers": _customers,
    "services": _services,
    "lowered": _lowered,
    "assumed": _assumed,
    "inventory": _inventory,
    "tool": _tool,
    "volumes": _volumes,
}
"""Field of documents.yaml -> what it says of our organisation or of the evidence."""


# --- rules --------------------------------------------------------------------------------------------


def _basis(matter: Matter, rule: RuleResult) -> Text:
    pack = next((pack for pack in matter.report.packs if rule.rule.startswith(f"{pack.id}/")), None)
    if pack is None:
        return phrase("document.rule", pack=rule.rule, version="", mode="")
    return phrase("document.rule", pack=pack.id, version=pack.version, mode=pack.mode)


def _rule(matter: Matter, given: Given) -> Cell:
    text = joined((Text.plain(given.key), given.title), Text(": ", "："))
    return (judged(text, _basis(matter, given.entry)),)


def _verdict(matter: Matter, given: Given) -> Cell:
    rule: RuleResult = given.entry
    words = "html.waived" if rule.waived else f"verdict.{rule.verdict}"
    return (judged(phrase(words), _basis(matter, rule)),)


def _because(matter: Matter, given: Given) -> Cell:
    """What a verdict rests on: how much was looked at, or each finding with its counts."""
    rule: RuleResult = given.entry
    if not rule.findings:
        if rule.verdict is Verdict.PROVEN:
            text = Text(*(sentences.proven(rule, lang) for lang in LANGUAGES))
        else:
            text = phrase("report.nothing")
        return (judged(text, _basis(matter, rule)),)
    return tuple(judged(_sentence(finding), _counts(finding)) for finding in rule.findings)


def _sentence(finding: Finding) -> Text:
    told = [
        " ".join((*sentences.waived(finding, lang), *sentences.because(finding, lang))) for lang in LANGUAGES
    ]
    return Text(told[0], told[1])


def _counts(finding: Finding) -> Text:
    seen = Seen(finding.calls, finding.first, finding.last, finding.exact)
    where = phrase("document.fingerprint", id=finding.fingerprint)
    if not finding.calls:
        return where
    return joined((phrase("document.observed", calls=seen.counted, period=seen.period), where), LIST)


def _lacking(matter: Matter, given: Given) -> Cell:
    """What would settle an undecided rule."""
    wanted = {
        Text(*(sentences.supply(missing, lang) for lang in LANGUAGES)): None
        for finding in given.entry.findings
        for missing in finding.missing
    }
    if not wanted:
        return (judged(phrase("value.none"), _basis(matter, given.entry)),)
    return tuple(Said(text, How.NOT_DECLARED, phrase("document.gap")) for text in wanted)


RULE: Mapping[str, Callable[[Matter, Given], Cell]] = {
    "rule": _rule,
    "verdict": _verdict,
    "because": _because,
    "lacking": _lacking,
}
"""Likewise of a rule."""


# --- entries ------------------------------------------------------------------------------------------


def _waived(matter: Matter, given: Given) -> Cell:
    one = given.entry
    text = phrase(
        "document.waiver",
        rule=one.rule,
        reason=one.reason,
        approver=one.approver,
        date=one.expires.isoformat(),
    )
    return (declared(text, one.source),)


def _paper(matter: Matter, given: Given) -> Cell:
    return (matter.document(given.entry),)


def _pack(matter: Matter, given: Given) -> Cell:
    pack = given.entry
    text = phrase(
        "report.pack",
        id=pack.id,
        version=pack.version,
        mode=pack.mode,
        reviewed=pack.reviewed,
        digest=pack.digest,
    )
    return (looked(text, phrase("document.files")),)


ENTRIES: Mapping[str, Mapping[str, Callable[[Matter, Given], Cell]]] = {
    "waiver": {"waiver": _waived},
    "attestation": {"document": _paper},
    "pack": {"pack": _pack},
}
"""Likewise of waivers, documents and packs."""
