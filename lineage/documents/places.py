"""Fields of places, people, and of what is declared and was not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lineage.diagram.notation import notation
from lineage.diagram.text import Text
from lineage.documents import facts
from lineage.documents.kinds import At, Given
from lineage.documents.matter import Matter
from lineage.documents.model import Cell
from lineage.documents.said import (
    classes,
    declared,
    known,
    looked,
    names,
    not_declared,
    observed,
    origins,
    phrase,
    word,
)
from lineage.flows import Leg
from lineage.labels import UNKNOWN, Known
from lineage.places import PlaceKind
from lineage.things import HOLDERS

Field = Callable[[Matter, At], Cell]


def _place(matter: Matter, spot: At) -> Cell:
    return (observed(spot.title, matter.seen(spot.found, spot.flows)),)


def _id(matter: Matter, spot: At) -> Cell:
    return (looked(Text.plain(spot.key), phrase("document.from-spans")),)


def _kind(matter: Matter, spot: At) -> Cell:
    return (looked(phrase(f"kind.{matter.graph.place(spot.thing).kind}"), phrase("document.from-spans")),)


def _role(matter: Matter, spot: At) -> Cell:
    meaning = matter.graph.meaning(spot.thing)
    if meaning.role:
        return (known(notation().role(meaning.role), meaning.role_known, matter.where(spot.thing, "role")),)
    if matter.graph.place(spot.thing).kind in (PlaceKind.STORE, PlaceKind.TOPIC):
        return ()
    return (looked(phrase(f"kind.{matter.graph.place(spot.thing).kind}"), phrase("document.from-spans")),)


def _country(matter: Matter, spot: At) -> Cell:
    return (facts.stands(matter, spot.thing),)


def _zone(matter: Matter, spot: At) -> Cell:
    zone = matter.graph.meaning(spot.thing).zone
    return (matter.told(spot.thing, "zone", Text.plain(zone)),) if zone else ()


def _run_by(matter: Matter, spot: At) -> Cell:
    return (facts.run_by(matter, spot.thing),)


def _entry(matter: Matter, spot: At) -> Cell:
    """Whether customers call it directly, and whether answers leave it for them."""
    cell = []
    if matter.graph.meaning(spot.thing).entry:
        cell.append(matter.told(spot.thing, "entry", phrase("document.ingress")))
    for leg, message in ((Leg.REQUEST, "document.ingress"), (Leg.RESPONSE, "document.egress")):
        flows = [n for n in _customer_flows(matter, spot.thing) if matter.graph.flows[n].key.leg is leg]
        if flows:
            cell.append(observed(phrase(message), matter.all_seen(flows)))
    return tuple(cell) or (
        looked(phrase("document.inside"), phrase("document.on-all", n=len(matter.graph.flows))),
    )


def _customer_flows(matter: Matter, thing: int) -> list[int]:
    customers = set(matter.customers)
    graph = matter.graph
    found = {n for n in graph.into[thing] if graph.flows[n].source in customers}
    return sorted(found | {n for n in graph.out_of[thing] if graph.flows[n].target in customers})


def _data_of(matter: Matter, spot: At) -> Cell:
    """Of which markets' customers the data is."""
    cell = []
    for market in matter.markets:
        found = matter.reach(market.customers)
        if found.things[spot.thing]:
            flows = matter.arriving(found, [spot.thing])
            cell.append(observed(market.title, matter.seen(found, flows)))
    return tuple(cell) or (facts.nothing(matter),)


def _origins(matter: Matter, spot: At) -> Cell:
    """Where the data there was collected and generated, solved over all flows."""
    return _solved(matter, spot, 0, origins, "parties[].origin, places[].contents.origin")


def _classes(matter: Matter, spot: At) -> Cell:
    return _solved(matter, spot, 1, classes, "parties[].class, places[].contents.class")


def _solved(matter: Matter, spot: At, axis: int, text: Callable[[set[str]], Text], key: str) -> Cell:
    """Labels of what a place holds, or of what flows into a place that holds nothing."""
    graph, labels = matter.graph, matter.labels
    holds = graph.place(spot.thing).kind in HOLDERS
    found = [labels.of_thing(spot.thing)] if holds else [labels.of_flow(n) for n in graph.into[spot.thing]]
    words = {word for each in found for word in each[axis]}
    gap = (not_declared(key),) if UNKNOWN in words else ()
    told = words - {UNKNOWN}
    return (*((known(text(told), Known.PROPAGATED, None),) if told or not gap else ()), *gap)


def _categories(matter: Matter, spot: At) -> Cell:
    return facts.categories(matter, spot.found, spot.flows)


def _purposes(matter: Matter, spot: At) -> Cell:
    return facts.purposes(matter, spot.found, spot.flows, [spot.thing])


def _retention(matter: Matter, spot: At) -> Cell:
    return facts.retention(matter, spot.thing)


def _stated(matter: Matter, spot: At) -> Cell:
    """What spans said of retention as they wrote."""
    told: dict[str, list[int]] = {}
    for number in spot.flows:
        told.setdefault(matter.graph.flows[number].key.retention, []).append(number)
    told.pop("", None)
    return tuple(
        observed(Text.plain(text), matter.seen(spot.found, flows)) for text, flows in sorted(told.items())
    )


def _deletable(matter: Matter, spot: At) -> Cell:
    told = matter.graph.meaning(spot.thing).deletable
    return (
        ()
        if told is None
        else (matter.told(spot.thing, "deletable", phrase("value.yes" if told else "value.no")),)
    )


def _redaction(matter: Matter, spot: At) -> Cell:
    told = matter.graph.meaning(spot.thing).redaction
    return (matter.told(spot.thing, "redaction", word("protection", told)),) if told else ()


def _viewers(matter: Matter, spot: At) -> Cell:
    told = matter.graph.meaning(spot.thing).viewers
    if told is None:
        return ()
    who = names(map(Text.plain, told)) if told else phrase("document.no-viewers")
    return (matter.told(spot.thing, "viewers", who),)


def _traffic(matter: Matter, spot: At) -> Cell:
    return facts.frequency(matter, spot.found, spot.flows)


# --- people ------------------------------------------------------------------------------------------


def _did(matter: Matter, spot: At) -> Cell:
    """What people in a role sent where, and what came back to them."""
    graph = matter.graph
    cell = []
    for number in sorted({*graph.into[spot.thing], *graph.out_of[spot.thing]}):
        flow = graph.flows[number]
        text = phrase("document.way", a=matter.name(flow.source), b=matter.name(flow.target))
        cell.append(observed(text, matter.all_seen([number])))
    return tuple(cell) or (facts.nothing(matter),)


def _got(matter: Matter, spot: At) -> Cell:
    """Whether customers' data got to them."""
    if not spot.flows:
        return (looked(phrase("value.no"), phrase("document.on-all", n=len(matter.graph.flows))),)
    return (observed(phrase("value.yes"), matter.seen(spot.found, spot.flows)),)


def _brought(matter: Matter, spot: At) -> Cell:
    """Origins of the data that they bring in."""
    told = matter.graph.told(spot.thing)
    if told is None:
        return (not_declared("places[].contents.origin"),)
    return (matter.told(spot.thing, "contents", origins(told.origins)),)


FIELDS: Mapping[str, Field] = {
    "place": _place,
    "id": _id,
    "kind": _kind,
    "role": _role,
    "country": _country,
    "zone": _zone,
    "run-by": _run_by,
    "border": _entry,
    "data-of": _data_of,
    "origins": _origins,
    "classes": _classes,
    "categories": _categories,
    "purposes": _purposes,
    "retention": _retention,
    "retention-stated": _stated,
    "deletable": _deletable,
    "redaction": _redaction,
    "viewers": _viewers,
    "traffic": _traffic,
}
"""Field of documents.yaml -> what it says of a place."""

PEOPLE: Mapping[str, Field] = {"person": _id, "did": _did, "got-data": _got, "brought": _brought}
"""Likewise of a role of people."""


def _declared(matter: Matter, given: Given) -> Cell:
    return (declared(given.title, given.entry.source),)


def _declared_role(matter: Matter, given: Given) -> Cell:
    return (declared(notation().role(given.entry.role), given.entry.source),) if given.entry.role else ()


UNSEEN: Mapping[str, Callable[[Matter, Given], Cell]] = {"place": _declared, "role": _declared_role}
"""Likewise of a place that is declared and was not seen."""
