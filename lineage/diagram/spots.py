"""Which boxes there are: places that are drawn as one, what shape they have and where they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from lineage.diagram.scene import PEOPLE_OUTSIDE, Key, Shape, Side, Spot, side_of
from lineage.diagram.views import View
from lineage.graph import HOLDERS, FlowGraph
from lineage.labels import UNKNOWN
from lineage.places import PlaceKind


def spots(graph: FlowGraph, view: View) -> list[Spot]:
    """All boxes that a graph could have in a view, sorted by key."""
    groups: dict[Key, list[int]] = defaultdict(list)
    for thing in range(len(graph.things)):
        groups[_key(graph, thing)].append(thing)
    made = []
    for key, things in sorted(groups.items()):
        countries = tuple(sorted({country for thing in things for country in countries_of(graph, thing)}))
        outside = graph.place(things[0]).kind in PEOPLE_OUTSIDE
        side = side_of(countries, view)
        # A server in two countries is on no known ground; customers in two countries are simply in both.
        if side is Side.UNKNOWN or (len(countries) > 1 and not outside):
            countries, side = (), Side.UNKNOWN
        frame: Key = ()
        if view.group_by == "organisation":
            frame, side = ("run-by", *runner_of(graph, things[0])), Side.NONE
        made.append(Spot(key, _shape(graph, things), tuple(things), countries, side, runner=frame))
    return made


def _key(graph: FlowGraph, thing: int) -> Key:
    """What a thing is drawn with: tables of one resource, tenants and addresses that the inventory names alike."""
    place, held = graph.place(thing), graph.things[thing]
    if any(graph.places[number].kind is PlaceKind.STORE for number in held.places):
        return ("store", held.resource)
    if held.name:
        return ("named", held.name, held.resource)
    if place.kind is PlaceKind.PARTY and graph.meaning(thing).name:
        return ("party", graph.meaning(thing).name)
    return (str(place.kind), graph.id(thing))


def countries_of(graph: FlowGraph, thing: int) -> set[str]:
    """Where a thing stands; of customers, where they are."""
    places = graph.things[thing].places
    stands = {graph.meanings[number].country for number in places} - {""}
    if stands or graph.place(thing).kind not in PEOPLE_OUTSIDE:
        return stands
    markets = {graph.meanings[number].market for number in places} - {""}
    if markets:
        return markets
    told = graph.told(thing)
    return set() if told is None or UNKNOWN in told.origins else set(told.origins)


def _shape(graph: FlowGraph, things: Sequence[int]) -> Shape:
    kinds = {graph.places[number].kind for thing in things for number in graph.things[thing].places}
    if kinds & PEOPLE_OUTSIDE:
        return Shape.OUTSIDE
    if PlaceKind.OPERATOR in kinds:
        return Shape.PEOPLE
    if any(graph.meanings[number].vendor for thing in things for number in graph.things[thing].places):
        return Shape.SUBPROCESSOR
    return Shape.STORE if kinds & HOLDERS else Shape.PROCESS


# --- who runs a place ---------------------------------------------------------------------------------

CUSTOMERS, ORGANISATION, VENDOR, UNDECLARED = "customers", "organisation", "vendor", "undeclared"


def runner_of(graph: FlowGraph, thing: int) -> tuple[str, str]:
    """Who runs a place: what sort of organisation, and its id or name."""
    meaning = graph.meaning(thing)
    if graph.place(thing).kind in PEOPLE_OUTSIDE:
        return CUSTOMERS, ""
    return runner(graph, meaning.vendor, meaning.operator)


def runner(graph: FlowGraph, vendor: str, operator: str) -> tuple[str, str]:
    """Who runs what is declared so.

    A declared operator is our own organisation, unless `organisation` says that this has another name.
    """
    own = graph.inventory.organisation
    if vendor:
        return VENDOR, vendor
    if not operator:
        return UNDECLARED, ""
    names = {own.name, own.title.en, own.title.zh} if own is not None else {operator}
    return (ORGANISATION, "") if operator in names else (VENDOR, operator)
