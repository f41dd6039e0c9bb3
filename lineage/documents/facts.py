"""Facts that several documents tell of some flows and places: what moved, for what, how protected, where, run by whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import inf, isinf
from typing import Any

from lineage.diagram.notation import notation
from lineage.diagram.spots import CUSTOMERS as OUTSIDE
from lineage.diagram.spots import ORGANISATION, VENDOR
from lineage.diagram.text import Text
from lineage.documents.matter import Matter
from lineage.documents.model import Cell, How, Said
from lineage.documents.said import (
    country,
    declared,
    inferred,
    known,
    looked,
    names,
    not_declared,
    observed,
    phrase,
    word,
)
from lineage.documents.subjects import purposes_of
from lineage.flows import Doubt
from lineage.labels import UNKNOWN, Known
from lineage.meaning import Source
from lineage.places import PlaceKind
from lineage.reach import Reach


def nothing(matter: Matter) -> Said:
    """That nothing of the sort was seen, on all that was: no gap, and no proof."""
    return looked(phrase("document.none-observed"), phrase("document.on-all", n=len(matter.graph.flows)))


# --- of flows ----------------------------------------------------------------------------------------


def categories(matter: Matter, found: Reach, flows: Sequence[int]) -> Cell:
    """Kinds of data: stated on spans, declared for a pair of places, inherited in a trace, or not told."""
    stated: dict[str, list[int]] = defaultdict(list)
    guessed: dict[str, list[int]] = defaultdict(list)
    pairs: dict[str, Source | None] = {}
    untold = []
    for number in flows:
        flow = matter.graph.flows[number]
        pair = matter.graph.inventory.flow(flow.key.source, flow.key.target)
        if pair is not None and pair.categories:
            pairs |= dict.fromkeys(sorted(pair.categories), pair.source)
        elif not flow.key.categories:
            untold.append(number)
        for category in flow.key.categories:
            (guessed if Doubt.CATEGORY in flow.doubts else stated)[category].append(number)
    name = notation().category
    cell = [observed(name(one), matter.seen(found, numbers)) for one, numbers in sorted(stated.items())]
    cell += [declared(name(one), source) for one, source in sorted(pairs.items()) if one not in stated]
    rest = sorted(guessed.keys() - stated.keys() - pairs.keys())
    if rest:
        cell.append(inferred(names(map(name, rest)), "document.from-trace"))
    if untold:
        cell.append(not_told(matter, found, untold, "flows[].category", "lineage.data.category"))
    return tuple(cell) or (nothing(matter),)


def not_told(matter: Matter, found: Reach, flows: Sequence[int], key: str, attribute: str) -> Said:
    """A gap that some of the flows leave."""
    gap = not_declared(key, attribute)
    return Said(gap.text, gap.how, phrase("document.gap.calls", calls=matter.seen(found, flows).counted))


def purposes(matter: Matter, found: Reach, flows: Sequence[int], things: Iterable[int]) -> Cell:
    """What it is for: stated on spans, declared for pairs of places or for the places."""
    stated: dict[str, list[int]] = defaultdict(list)
    cell: list[Said] = []
    untold: list[int] = []
    said: set[str] = set()
    for number in flows:
        flow = matter.graph.flows[number]
        if flow.key.purpose:
            stated[flow.key.purpose].append(number)
        told = purposes_of(matter, number)
        for purpose in sorted(told - {flow.key.purpose} - said):
            said.add(purpose)
            pair = matter.graph.inventory.flow(flow.key.source, flow.key.target)
            cell.append(declared(word("purpose", purpose), pair.source if pair is not None else None))
        if not told and matter.graph.meaning(flow.target).purposes is None:
            untold.append(number)
    cell += [
        observed(word("purpose", one), matter.seen(found, numbers)) for one, numbers in sorted(stated.items())
    ]
    for thing in things:
        for purpose in sorted(set(matter.graph.meaning(thing).purposes or ()) - said - stated.keys()):
            said.add(purpose)
            cell.append(matter.told(thing, "purposes", word("purpose", purpose)))
    if untold:
        cell.append(not_told(matter, found, untold, "flows[].purpose, places[].purposes", "lineage.purpose"))
    return tuple(cell) or (nothing(matter),)


def protections(matter: Matter, found: Reach, flows: Sequence[int]) -> Cell:
    """How data was protected on the way, as spans say."""
    stated: dict[str, list[int]] = defaultdict(list)
    for number in flows:
        stated[matter.graph.flows[number].key.protection].append(number)
    untold = stated.pop("", [])
    cell = [
        observed(word("protection", one), matter.seen(found, numbers))
        for one, numbers in sorted(stated.items())
    ]
    if untold:
        cell.append(not_told(matter, found, untold, "", "lineage.protection"))
    return tuple(cell) or (nothing(matter),)


def frequency(matter: Matter, found: Reach, flows: Sequence[int]) -> Cell:
    """How often, in which time."""
    if not flows:
        return (nothing(matter),)
    seen = matter.seen(found, flows)
    return (observed(seen.counted, seen, seen.calls),)


def classes_of(matter: Matter, customers: Iterable[int]) -> Cell:
    """Classes of the data that customers send, as declared of them."""
    told: dict[str, Source | None] = {}
    unknown = 0
    for thing in customers:
        labels = matter.graph.told(thing)
        if labels is None or UNKNOWN in labels.classes:
            unknown += 1
        for one in sorted((labels.classes if labels is not None else frozenset()) - {UNKNOWN}):
            told.setdefault(one, matter.where(thing, "classes"))
    cell = [declared(word("class", one), source) for one, source in sorted(told.items())]
    return (*cell, *_of_customers(unknown, "parties[].class")) or (nothing(matter),)


def _of_customers(unknown: int, key: str) -> Cell:
    if not unknown:
        return ()
    gap = not_declared(key)
    return (Said(gap.text, gap.how, phrase("document.gap.customers", n=unknown)),)


def sensitive(matter: Matter, customers: Sequence[int]) -> Cell:
    """Whether special categories are declared; not declared of one customer is not known."""
    told = [matter.graph.told(thing) for thing in customers]
    yes = [
        thing
        for thing, labels in zip(customers, told, strict=True)
        if labels is not None and "sensitive-personal" in labels.classes
    ]
    unknown = sum(labels is None or UNKNOWN in labels.classes for labels in told)
    if yes:
        return (
            declared(phrase("value.yes"), matter.where(yes[0], "classes")),
            *_of_customers(unknown, "parties[].class"),
        )
    if not customers:
        return (nothing(matter),)
    if unknown:
        return _of_customers(unknown, "parties[].class")
    return (declared(phrase("value.no"), matter.where(customers[0], "classes")),)


# --- of places ---------------------------------------------------------------------------------------


def stands(matter: Matter, thing: int) -> Said:
    """Where a place stands."""
    meaning = matter.graph.meaning(thing)
    if not meaning.country:
        return not_declared("places[].country", "cloud.region")
    where = matter.where(thing, "country") if meaning.country_known is Known.DECLARED else None
    return known(country(meaning.country), meaning.country_known, where)


def countries(matter: Matter, things: Iterable[int]) -> Cell:
    """Where places stand, each country once and as surely as it is known of any place; then how many stand nobody knows where."""
    best: dict[str, Said] = {}
    nowhere = []
    for thing in things:
        code, said = matter.graph.meaning(thing).country, stands(matter, thing)
        if not code:
            nowhere.append(thing)
        elif code not in best or list(How).index(said.how) < list(How).index(best[code].how):
            best[code] = said
    cell = [best[code] for code in sorted(best)]
    if nowhere:
        cell.append(of_places(matter, nowhere, not_declared("places[].country", "cloud.region")))
    return tuple(cell) or (nothing(matter),)


def of_places(matter: Matter, things: Sequence[int], gap: Said) -> Said:
    """A gap that some places leave."""
    text = phrase("document.of-places", what=gap.text, places=names(map(matter.name, things)))
    return Said(text, gap.how, gap.basis)


def run_by(matter: Matter, thing: int) -> Said:
    """Who runs a place."""
    meaning = matter.graph.meaning(thing)
    kind, name = matter.runner(thing)
    if kind == OUTSIDE:
        return matter.told(thing, "name", phrase("document.customer"))
    if kind == ORGANISATION:
        return matter.told(thing, "operator", matter.own_name())
    if kind != VENDOR:
        return not_declared("places[].operator, places[].vendor")
    if not meaning.vendor:
        return matter.told(thing, "operator", matter.vendor_name(name))
    where = matter.where(thing, "vendor") if meaning.vendor_known is Known.DECLARED else None
    return known(matter.vendor_name(name), meaning.vendor_known, where)


def runners(matter: Matter, things: Iterable[int]) -> Cell:
    """Who runs places, each once; then the places of which that is not declared."""
    found: dict[tuple[str, str], Said] = {}
    unrun = []
    for thing in things:
        if matter.unrun(thing):
            unrun.append(thing)
        elif matter.runner(thing)[0] not in (OUTSIDE, "undeclared"):
            found.setdefault(matter.runner(thing), run_by(matter, thing))
    cell = [said for _, said in sorted(found.items())]
    if unrun:
        cell.append(of_places(matter, unrun, not_declared("places[].operator, places[].vendor")))
    return tuple(cell) or (nothing(matter),)


def listed(matter: Matter, found: Reach, things: Iterable[int]) -> Cell:
    """Places by name, each as surely as data was seen there."""
    told = [
        observed(matter.name(thing), matter.seen(found, matter.arriving(found, [thing]))) for thing in things
    ]
    return tuple(told) or (nothing(matter),)


def kept_for(days: float | None) -> Text | None:
    """How long something is kept; None when nobody told.

    >>> kept_for(0.5).en, kept_for(inf).en, kept_for(30).zh
    ('12 hours', 'for ever', '30 天')
    """
    if days is None:
        return None
    if isinf(days):
        return phrase("value.forever")
    if days == 0:
        return phrase("document.nothing-kept")
    return (
        phrase("document.hours", n=f"{days * 24:.3g}") if days < 1 else phrase("html.days", n=f"{days:,.10g}")
    )


def retention(matter: Matter, thing: int) -> Cell:
    """How long a place keeps what it gets: declared of it, else by the contract of the vendor that runs it."""
    days = matter.graph.meaning(thing).retention_days
    text = kept_for(days)
    if text is not None:
        return (matter.told(thing, "retention", text, None if days == inf else days),)
    kind, name = matter.runner(thing)
    entry: Any = matter.vendor(name) if kind == VENDOR else None
    text = None if entry is None else kept_for(entry.retention)
    return () if text is None else (declared(text, entry.source),)


def keeps(matter: Matter, found: Reach, things: Iterable[int]) -> Cell:
    """Of each place that keeps the data, for how long; then those of which that is not declared."""
    cell: list[Said] = []
    untold = []
    for thing in things:
        if found.held[thing]:
            told = retention(matter, thing)
            cell += [at(matter, thing, one) for one in told]
            untold += [] if told else [thing]
    if untold:
        cell.append(of_places(matter, untold, not_declared("places[].retention")))
    return tuple(cell) or (nothing(matter),)


def at(matter: Matter, thing: int, one: Said) -> Said:
    """What is said of one of several places, with its name."""
    return Said(phrase("document.at", place=matter.name(thing), what=one.text), one.how, one.basis)


def lowered(matter: Matter, things: Iterable[int]) -> Cell:
    """Of each place with a declared redaction, which; and the steps that lower labels."""
    cell = []
    for thing in things:
        how = matter.graph.meaning(thing).redaction
        if how and how != "none":
            text = phrase("document.at", place=matter.name(thing), what=word("protection", how))
            cell.append(matter.told(thing, "redaction", text))
    cell += [step(one) for one in matter.graph.inventory.declassifiers]
    return tuple(cell)


def step(one: Any) -> Said:
    """A declared step that lowers labels, with its evidence."""
    proof = phrase("document.evidence", name=one.evidence) if one.evidence else phrase("document.no-evidence")
    kind = phrase(f"document.step.{one.kind}") if getattr(one, "kind", "") else phrase("document.step")
    return declared(
        phrase("document.step.line", name=one.name, kind=kind, proof=proof), getattr(one, "source", None)
    )


def of_kind(matter: Matter, things: Iterable[int], kind: PlaceKind) -> list[int]:
    """Those of a kind."""
    return [thing for thing in things if matter.graph.place(thing).kind is kind]
