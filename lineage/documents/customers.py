"""Fields of customers, of transfers of their data to other countries, and of what it is processed for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lineage.diagram.spots import CUSTOMERS, VENDOR
from lineage.diagram.text import Text
from lineage.documents import facts
from lineage.documents.kinds import Activity, Customer, Transfer
from lineage.documents.matter import Matter
from lineage.documents.model import Cell, How, Said
from lineage.documents.said import (
    Seen,
    country,
    declared,
    looked,
    names,
    not_declared,
    observed,
    origins,
    phrase,
)
from lineage.documents.subjects import answers_of
from lineage.flows import Leg
from lineage.labels import UNKNOWN
from lineage.meaning import Source
from lineage.places import PlaceKind
from lineage.selection import claims

# --- customers ---------------------------------------------------------------------------------------


def _customer(matter: Matter, one: Customer) -> Cell:
    thing = one.things[0]
    if matter.graph.meaning(thing).name:
        return (matter.told(thing, "name", one.title),)
    kind = matter.graph.place(thing).kind
    key, attribute = "parties[].match.tenant", "lineage.tenant"
    if kind is PlaceKind.CALLER:
        key, attribute = "places[].entry, parties[].match.entry", "parent span id"
    seen = matter.all_seen(answers_of(matter, one.things, Leg.REQUEST))
    return (observed(one.title, seen), not_declared(key, attribute))


def _market(matter: Matter, one: Customer) -> Cell:
    thing = one.things[0]
    if matter.graph.meaning(thing).market:
        return (matter.told(thing, "market", country(matter.graph.meaning(thing).market)),)
    return ()


def _origin(matter: Matter, one: Customer) -> Cell:
    """Where the data was collected and generated, as declared; and what spans claim beside that."""
    cell: list[Said] = []
    labels = matter.graph.told(one.things[0])
    told = labels.origins - {UNKNOWN} if labels is not None else frozenset[str]()
    if told or (labels is not None and not labels.origins):
        cell.append(matter.told(one.things[0], "origin", origins(told)))
    if labels is None or UNKNOWN in labels.origins:
        cell.append(not_declared("parties[].origin"))
    for thing in one.things:
        claimed = claims(matter.graph, thing)
        if claimed:
            text = phrase("document.claimed", origins=names(map(country, claimed)))
            cell.append(Said(text, How.POSSIBLE, phrase("document.claim")))
    return tuple(cell)


def _class(matter: Matter, one: Customer) -> Cell:
    return facts.classes_of(matter, one.things)


def _industry(matter: Matter, one: Customer) -> Cell:
    industry = matter.graph.meaning(one.things[0]).industry
    return (matter.told(one.things[0], "industry", Text.plain(industry)),) if industry else ()


def _paper(name: str) -> Callable[[Matter, Customer], Cell]:
    """A document that the customer's own entry names."""

    def field(matter: Matter, one: Customer) -> Cell:
        told = (matter.graph.meaning(one.things[0]).evidence or {}).get(name)
        if not told:
            return ()
        return (matter.named(told) or matter.told(one.things[0], name, Text.plain(told)),)

    return field


def _leg(leg: Leg) -> Callable[[Matter, Customer], Cell]:
    """How often something came in from a customer, or went back."""

    def field(matter: Matter, one: Customer) -> Cell:
        flows = answers_of(matter, one.things, leg)
        if not flows:
            basis = phrase("document.on-all", n=len(matter.graph.flows))
            return (looked(phrase("document.none-observed"), basis, 0),)
        seen = matter.all_seen(flows)
        return (observed(seen.counted, seen, seen.calls),)

    return field


def _processing(matter: Matter, one: Customer) -> Cell:
    """What is done for a customer: for what, with which kinds of data."""
    found = matter.reach(one.things)
    path = matter.path(found)
    flows = matter.arriving(found, path)
    return (*facts.purposes(matter, found, flows, path), *facts.categories(matter, found, flows))


def _countries(matter: Matter, one: Customer) -> Cell:
    """Other countries that its data gets to."""
    found = matter.reach(one.things)
    home = set(one.market.countries)
    return facts.countries(
        matter, [t for t in matter.path(found) if matter.graph.meaning(t).country not in home]
    )


def _recipients(matter: Matter, one: Customer) -> Cell:
    return facts.runners(matter, matter.path(matter.reach(one.things)))


def _lowered(matter: Matter, one: Customer) -> Cell:
    return facts.lowered(matter, matter.path(matter.reach(one.things)))


CUSTOMER: Mapping[str, Callable[[Matter, Customer], Cell]] = {
    "customer": _customer,
    "market": _market,
    "origin": _origin,
    "class": _class,
    "industry": _industry,
    "dpa": _paper("dpa"),
    "notice": _paper("notice"),
    "came-in": _leg(Leg.REQUEST),
    "went-back": _leg(Leg.RESPONSE),
    "processing": _processing,
    "countries": _countries,
    "recipients": _recipients,
    "lowered": _lowered,
}
"""Field of documents.yaml -> what it says of a customer."""


# --- transfers ---------------------------------------------------------------------------------------


def _exporter(matter: Matter, one: Transfer) -> Cell:
    """Customers whose data it is, counted: their names stay out of a paper that others read."""
    n = len(one.market.customers)
    return (
        looked(
            phrase("document.customers-of", market=one.market.title, n=n), phrase("document.from-spans"), n
        ),
    )


def _importer(matter: Matter, one: Transfer) -> Cell:
    return facts.runners(matter, one.things)


def _there(matter: Matter, one: Transfer) -> Cell:
    return facts.listed(matter, one.found, one.things)


def _nature(matter: Matter, one: Transfer) -> Cell:
    """What each place there is, and whether it keeps the data."""
    cell = []
    for thing in one.things:
        message = "document.nature.keeps" if one.found.held[thing] else "document.nature"
        kind = phrase(f"kind.{matter.graph.place(thing).kind}")
        text = phrase(message, place=matter.name(thing), kind=kind)
        cell.append(observed(text, matter.seen(one.found, _into(matter, one, thing))))
    return tuple(cell)


def _receivers(matter: Matter, one: Transfer) -> Cell:
    """Customers and whoever runs the places there."""
    customers = [t for t in one.things if matter.runner(t)[0] == CUSTOMERS]
    cell = [observed(matter.name(thing), matter.all_seen(_into(matter, one, thing))) for thing in customers]
    others = [thing for thing in one.things if thing not in customers]
    return (*cell, *(facts.runners(matter, others) if others else ()))


def _into(matter: Matter, one: Transfer, thing: int) -> list[int]:
    return [number for number in one.flows if matter.graph.flows[number].target == thing]


def _transfer_classes(matter: Matter, one: Transfer) -> Cell:
    return facts.classes_of(matter, one.market.customers or _carried(matter, one))


def _carried(matter: Matter, one: Transfer) -> list[int]:
    """Customers whose data the flows surely or possibly carry."""
    named = {t for n in one.flows for t in (*matter.graph.flows[n].sources, *matter.graph.flows[n].possible)}
    return [thing for thing in matter.customers if thing in named]


def _crossing(matter: Matter, one: Transfer) -> Cell:
    """From which countries it comes there, and how often."""
    groups: dict[str, list[int]] = {}
    for number in one.crossing:
        groups.setdefault(matter.graph.meaning(matter.graph.flows[number].source).country, []).append(number)
    cell = []
    for code, flows in sorted(groups.items()):
        where = country(code) if code else phrase("document.country.unknown")
        cell.append(observed(phrase("document.from", where=where), matter.seen(one.found, flows)))
    return tuple(cell) or (facts.nothing(matter),)


def _suppliers_there(matter: Matter, one: Transfer) -> Cell:
    return facts.runners(matter, [t for t in one.things if matter.runner(t)[0] == VENDOR or matter.unrun(t)])


def _people_there(matter: Matter, one: Transfer) -> Cell:
    """Roles of people that the data got to; who else can see it is declared or not."""
    people = facts.of_kind(matter, one.things, PlaceKind.OPERATOR)
    if people:
        return facts.listed(matter, one.found, people)
    return (
        looked(phrase("document.no-people"), phrase("document.on-places", n=len(one.things))),
        not_declared("places[].viewers"),
    )


def _volume(matter: Matter, one: Transfer) -> Cell:
    """How many customers' data, how often."""
    seen: Seen = matter.seen(one.found, one.flows)
    n = len(one.market.customers or _carried(matter, one))
    return (observed(phrase("document.volume", n=n, calls=seen.counted), seen),)


TRANSFER: Mapping[str, Callable[[Matter, Transfer], Cell]] = {
    "exporter": _exporter,
    "importer": _importer,
    "receivers": _receivers,
    "classes": _transfer_classes,
    "sensitive": lambda matter, one: facts.sensitive(matter, one.market.customers or _carried(matter, one)),
    "categories": lambda matter, one: facts.categories(matter, one.found, one.flows),
    "purposes": lambda matter, one: facts.purposes(matter, one.found, one.flows, one.things),
    "frequency": lambda matter, one: facts.frequency(matter, one.found, one.crossing or one.flows),
    "retention": lambda matter, one: facts.keeps(matter, one.found, one.things),
    "sub-processors": _suppliers_there,
    "crossing": _crossing,
    "format": lambda matter, one: facts.protections(matter, one.found, one.crossing or one.flows),
    "nature": _nature,
    "places": _there,
    "people": _people_there,
    "lowered": lambda matter, one: facts.lowered(matter, one.things),
    "volume": _volume,
}
"""Likewise of a transfer, and of a recipient abroad."""


# --- purposes ----------------------------------------------------------------------------------------


def _abroad(matter: Matter, one: Activity) -> Cell:
    return facts.countries(matter, one.things)


def _whose(matter: Matter, one: Activity) -> Cell:
    """How many customers of which markets."""
    cell = []
    for market in matter.markets:
        found = matter.reach(market.customers)
        flows = [n for n in one.flows if found.flows[n]]
        if flows:
            text = phrase("document.customers-of", market=market.title, n=len(market.customers))
            cell.append(observed(text, matter.seen(found, flows)))
    return tuple(cell) or (facts.nothing(matter),)


def _purpose(matter: Matter, one: Activity) -> Cell:
    if one.purpose:
        if not one.flows:
            return (declared(one.title, _told_at(matter, one)),)
        return (observed(one.title, matter.seen(one.found, one.flows)),)
    return (
        facts.not_told(matter, one.found, one.flows, "flows[].purpose, places[].purposes", "lineage.purpose"),
    )


def _told_at(matter: Matter, one: Activity) -> Source | None:
    return next((matter.where(thing, "purposes") for thing in one.things), None)


ACTIVITY: Mapping[str, Callable[[Matter, Activity], Cell]] = {
    "purpose": _purpose,
    "customers": _whose,
    "classes": lambda matter, one: facts.classes_of(matter, matter.customers),
    "categories": lambda matter, one: facts.categories(matter, one.found, one.flows),
    "recipients": lambda matter, one: facts.runners(matter, one.things),
    "countries": _abroad,
    "retention": lambda matter, one: facts.keeps(matter, one.found, one.things),
    "lowered": lambda matter, one: facts.lowered(matter, one.things),
}
"""Likewise of a purpose."""
