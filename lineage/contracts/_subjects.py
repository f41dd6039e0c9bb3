"""Whom a demand is about: the organisation, and the parties, vendors and authorisations that selected data gets to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lineage.contracts._contract import MAYBE, NO, RECEIVERS, YES, Context, lacks, runner_untold, vendor_of
from lineage.findings import Missing, Ref, ref
from lineage.graph import FlowGraph
from lineage.inventory.glob import fits
from lineage.places import PlaceKind
from lineage.selection import Answer, Selection
from lineage.words import words


@dataclass(frozen=True, slots=True)
class Placed:
    """A place where selected data enters or is found."""

    thing: int
    level: Answer
    """How surely the data is there."""
    inside: Answer = YES
    """How surely the rule means this."""
    untold: tuple[Missing, ...] = ()
    """What would tell whether it does."""

    @property
    def sure(self) -> Answer:
        """The lesser of both."""
        return min(self.level, self.inside)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what something is demanded of."""

    shown: Ref
    at: Placed
    """The place that a finding shows."""
    name: str = ""
    """Its name in the inventory; "" = has none."""
    documents: frozenset[str] = frozenset()
    """Documents that its own entry names."""
    unknown: tuple[Missing, ...] = ()
    """Given where it cannot be told who is meant: what would tell."""


def not_in_date(document: Any, today: date, max_age_days: int | None = None) -> str:
    """Why an attestation does not count on this day: a message id; "" = it is in date."""
    if document.date > today:
        return "document.early"
    if document.expires is not None and document.expires < today:
        return "document.expired"
    if max_age_days is not None and today - document.date > timedelta(days=max_age_days):
        return "document.old"
    return ""


def speaking(documents: Iterable[Any], today: date, max_age_days: int | None = None) -> list[list[Any]]:
    """For each type the newest attestations that count on this day; several where they are of one date.

    One that says no counts after it ran out, too, until a newer one says yes: its end does not mend anything.
    """
    by_type: dict[str, list[Any]] = defaultdict(list)
    for one in documents:
        if not not_in_date(one, today, max_age_days) or (not one.holds and one.date <= today):
            by_type[one.type].append(one)
    return [[one for one in same if one.date == max(each.date for each in same)] for same in by_type.values()]


def fails(context: Context, document: str) -> bool:
    """Whether what an entry names as its document is an attestation that is not in date, or says no."""
    named = [one for one in context.graph.inventory.attestations if one.id == document]
    return any(not_in_date(one, context.today) or not one.holds for one in named)


def each_once(subjects: Iterable[Subject]) -> list[Subject]:
    """Of the same subject at several places the one that is surest, sorted by what it is."""
    best: dict[str, Subject] = {}
    for subject in subjects:
        known = best.get(subject.shown.id)
        if known is None or subject.at.sure > known.at.sure:
            best[subject.shown.id] = subject
    return [best[key] for key in sorted(best)]


def organisation(graph: FlowGraph, reached: Mapping[int, Placed]) -> Iterator[Subject]:
    """Our organisation, once, if the data got anywhere."""
    if not reached:
        return
    own = graph.inventory.organisation
    en, zh = words("organisation", "en"), words("organisation", "zh")
    source = None
    if own is not None:
        en, zh, source = own.title.en or own.name, own.title.zh or own.name, own.source
    surest = max(reached.values(), key=lambda place: (place.sure, -place.thing))
    yield Subject(Ref("organisation", en, zh, source), surest)


def parties(context: Context, data: Selection, reached: Mapping[int, Placed] | None) -> Iterator[Subject]:
    """The parties whose data is selected; those only whose data gets to certain places, if these are given."""
    graph, found = context.graph, context.reach(data)
    sending = senders(context, data, reached.values()) if reached is not None else None
    vague = tuple(missing for place in (reached or {}).values() for missing in place.untold)
    for thing, selected in enumerate(found.answers):
        inside = YES if sending is None else sending.get(thing, NO)
        if not (selected and inside) or graph.place(thing).kind not in RECEIVERS:
            continue
        untold = vague or lacks(graph, thing, "order", "", "parent span id, links")
        evidence = graph.meaning(thing).evidence or {}
        documents = frozenset(evidence[key] for key in ("dpa", "notice") if key in evidence)
        at = Placed(thing, selected, inside, untold if inside is MAYBE else ())
        yield Subject(ref(graph, thing), at, graph.meaning(thing).name, documents)


def vendors(graph: FlowGraph, place: Placed) -> Iterator[Subject]:
    """The vendor that runs a place; none where it is our own organisation."""
    name = vendor_of(graph, place.thing)
    if name is None:
        yield Subject(ref(graph, place.thing), place, unknown=runner_untold(graph, place.thing))
    elif name:
        entry = graph.inventory.vendors.get(name)
        if entry is None:
            yield Subject(Ref(f"vendor:{name}", name, name), place, name)
            return
        shown = Ref(f"vendor:{name}", entry.title.en or name, entry.title.zh or name, entry.source)
        yield Subject(shown, place, name, frozenset({entry.dpa} - {None}))


def authorisations(graph: FlowGraph, place: Placed) -> Iterator[Subject]:
    """The authorisations that a called model may be used under; where several fit, it cannot be told which one was."""
    kind = graph.place(place.thing).kind
    if kind not in (PlaceKind.MODEL, PlaceKind.REMOTE):
        return
    granted = [entry for entry in graph.inventory.authorisations if _grants(graph, place.thing, entry)]
    if not granted and kind is PlaceKind.MODEL:
        missing = lacks(graph, place.thing, "authorisation", "authorisations[].models")
        yield Subject(ref(graph, place.thing), place, unknown=missing)
    if len(granted) > 1:
        several = lacks(graph, place.thing, "authorisation.which", "authorisations[].endpoints")
        place = Placed(place.thing, place.level, MAYBE, (*place.untold, *several))
    for entry in granted:
        shown = Ref(f"authorisation:{entry.id}", entry.id, entry.id, entry.source)
        yield Subject(shown, place, entry.id, frozenset({entry.document} - {None}))


def _grants(graph: FlowGraph, thing: int, entry: Any) -> bool:
    """Whether an authorisation is for the model at a place; what is not told excludes nothing but a model's name."""
    place, vendor = graph.place(thing), vendor_of(graph, thing)
    if place.kind is PlaceKind.REMOTE and not entry.endpoints:
        return False
    if place.kind is PlaceKind.MODEL and not any(fits(pattern, place.name) for pattern in entry.models):
        return False
    hosts = {place.host, place.host.partition(":")[0]}
    if entry.endpoints and place.host and not any(fits(p, host) for p in entry.endpoints for host in hosts):
        return False
    return not (entry.vendor and vendor and entry.vendor != vendor)


def senders(context: Context, data: Selection, places: Iterable[Placed]) -> Mapping[int, Answer]:
    """Whose selected data gets to some places, and how surely: read backwards along the flows that carry it."""
    graph, found = context.graph, context.reach(data)
    best: dict[int, Answer] = {}
    pending: list[int] = []
    blurs = list(graph.blurs)

    def give(thing: int, level: Answer) -> None:
        if level > best.get(thing, NO):
            best[thing] = level
            pending.append(thing)

    def carried(number: int, level: Answer) -> None:
        level = min(level, found.flows[number])
        for source in graph.flows[number].sources:
            give(source, level)
        for source in graph.flows[number].possible:
            give(source, min(level, MAYBE))

    for place in places:
        give(place.thing, place.sure)
        for number in graph.into[place.thing]:
            carried(number, place.sure)
    while pending:
        thing = pending.pop()
        level = best[thing]
        for number in graph.into[thing]:
            if graph.flows[number].kept:
                carried(number, level)
        for number in graph.out_of[thing]:
            if graph.holds_owners[number]:
                carried(number, level)
        for blur in [blur for blur in blurs if thing in blur.members]:
            blurs.remove(blur)
            for other in blur.members:
                give(other, MAYBE)
    return best
