"""What a view shows of a graph, before anything has a place on the page: spots and the links between them.

A spot becomes a box: a party, a service, all tables of one database. A link gathers what two spots were seen
to exchange, request and answer together. What a view leaves out is counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntFlag, StrEnum

from lineage.diagram.notation import View
from lineage.flows import Doubt, Leg
from lineage.graph import HOLDERS, Flow, FlowGraph
from lineage.labels import UNKNOWN, Labels
from lineage.places import PlaceKind
from lineage.solve import own_labels

Key = tuple[str, ...]
"""What makes places one spot; sorts the same in every run."""


class Shape(StrEnum):
    """What a box is (Gane-Sarson, with people and sub-processors added); the value begins its id."""

    OUTSIDE = "E"
    PROCESS = "P"
    STORE = "D"
    PEOPLE = "H"
    SUBPROCESSOR = "S"
    FOLDED = "M"


class Side(StrEnum):
    """Which side of the border a place stands on."""

    OVERSEAS = "overseas"
    DOMESTIC = "domestic"
    UNKNOWN = "unknown"


class Origin(IntFlag):
    """Where data comes from, read through the view's border; nothing = no customer's data."""

    OVERSEAS = 1
    DOMESTIC = 2
    UNKNOWN = 4
    PARTY = 8
    """Not an origin: the data is, or may be, a party's own."""

    @property
    def sides(self) -> Origin:
        """The origins alone."""
        return self & ~Origin.PARTY


NONE = Origin(0)
SIDES = (Origin.OVERSEAS, Origin.DOMESTIC, Origin.UNKNOWN)
UNSURE = Doubt.CONFLICT | Doubt.DIRECTION
"""Doubts that make what a flow carries possible; the same as for a rule's witness (verdicts.md section 3)."""
PEOPLE_OUTSIDE = frozenset({PlaceKind.PARTY, PlaceKind.CALLER})
METADATA = frozenset({"usage", "metadata"})


@dataclass(frozen=True, slots=True)
class Spot:
    """Things that are drawn as one box."""

    key: Key
    shape: Shape
    things: tuple[int, ...]
    countries: tuple[str, ...]
    """Where it stands; empty = not known. Several only for a party whose customers are in several."""
    side: Side
    boxes: int = 1
    """How many boxes it stands for; more than one when it is folded."""
    inner_flows: int = 0
    """Of a folded spot: links among the boxes in it."""
    declared_only: str = ""
    """Name of a place that the inventory declares and no trace has shown."""

    @property
    def cluster(self) -> Key:
        """The jurisdiction it is drawn in."""
        return self.countries or ("?",)


@dataclass(slots=True)
class Strand:
    """One leg of a link, as far as it is equally sure."""

    origins: Origin = NONE
    categories: set[str] = field(default_factory=set)
    inferred: bool = False
    """A category was not stated on the span."""


@dataclass(slots=True)
class Link:
    """What a caller and a callee exchange. `sure` and `possible` have a strand for each leg that was seen."""

    caller: Key
    callee: Key
    sure: dict[Leg, Strand] = field(default_factory=dict)
    possible: dict[Leg, Strand] = field(default_factory=dict)
    calls: Counter[Leg] = field(default_factory=Counter)
    first: int = 0
    last: int = 0
    declared_only: bool = False

    def add(self, flow: Flow, sure: Origin, possible: Origin) -> None:
        """Count a flow in."""
        leg, count = flow.key.leg, flow.count
        self.calls[leg] += count.calls
        self.first = min((time for time in (self.first, count.first) if time), default=0)
        self.last = max(self.last, count.last)
        certain = not flow.doubts & UNSURE
        if certain and (sure.sides or not possible.sides):
            self._put(self.sure, flow, sure.sides)
        else:
            possible |= sure
        if possible.sides or not certain:
            self._put(self.possible, flow, possible.sides)

    def _put(self, legs: dict[Leg, Strand], flow: Flow, origins: Origin) -> None:
        strand = legs.setdefault(flow.key.leg, Strand())
        strand.origins |= origins
        strand.categories |= flow.key.categories
        strand.inferred |= Doubt.CATEGORY in flow.doubts

    def settle(self) -> None:
        """Forget as possible what is sure on the same leg."""
        for leg, strand in list(self.possible.items()):
            sure = self.sure.get(leg)
            if sure is None:
                continue
            strand.origins &= ~sure.origins
            if not strand.origins:
                del self.possible[leg]


@dataclass(slots=True)
class Scene:
    """Spots by key, links by (caller, callee), and what was left out."""

    spots: dict[Key, Spot]
    links: dict[tuple[Key, Key], Link]
    spot_of: dict[int, Key]
    """The spot of each thing that is shown."""
    left_out: Counter[str] = field(default_factory=Counter)
    """`inside` flows within one box; `flows` and `places` that the view does not ask for."""


def side_of(countries: Iterable[str], view: View) -> Side:
    """The side of the border of some countries; unknown when there are none, or some on each side."""
    sides = {Side.DOMESTIC if country in view.border.domestic else Side.OVERSEAS for country in countries}
    return sides.pop() if len(sides) == 1 else Side.UNKNOWN


def look(graph: FlowGraph, view: View, always: frozenset[tuple[int, int]] = frozenset()) -> Scene:
    """What `view` shows of `graph`.

    Args:
        always: (source, target) things of flows to show whatever the view asks: the routes of findings.
    """
    spots = {spot.key: spot for spot in _spots(graph, view)}
    spot_of = {thing: key for key, spot in spots.items() for thing in spot.things}
    scene = Scene({}, {}, {})
    carried = carried_origins(graph, view)
    for flow, (sure, possible) in zip(graph.flows, carried, strict=True):
        ends = (spot_of[flow.source], spot_of[flow.target])
        if not ((flow.source, flow.target) in always or _wanted(flow, sure | possible, view)):
            scene.left_out["flows"] += 1
            continue
        for thing, end in zip((flow.source, flow.target), ends, strict=True):
            scene.spots[end] = spots[end]
            scene.spot_of[thing] = end
        if ends[0] == ends[1]:
            scene.left_out["inside"] += 1
            continue
        pair = ends if flow.key.leg is Leg.REQUEST else (ends[1], ends[0])
        scene.links.setdefault(pair, Link(*pair)).add(flow, sure, possible)
    for link in scene.links.values():
        link.settle()
    # A table that only other tables' boxes show is not lost: its box lists every thing of the resource.
    for key, spot in scene.spots.items():
        scene.spot_of.update(dict.fromkeys(spot.things, key))
    scene.left_out["places"] = sum(len(spot.things) for key, spot in spots.items() if key not in scene.spots)
    return scene


def _wanted(flow: Flow, origins: Origin, view: View) -> bool:
    show = view.show
    categories = flow.key.categories
    if show.categories != "all" and categories and categories.isdisjoint(show.categories):
        return False
    if not flow.sources and not flow.possible:
        return True  # nothing is known of what it carries: it may be what the view is about
    if show.data_of == "parties" and Origin.PARTY not in origins:
        return False
    return len(show.origins) == len(SIDES) or any(Origin[word.upper()] in origins for word in show.origins)


# --- spots --------------------------------------------------------------------------------------------


def _spots(graph: FlowGraph, view: View) -> list[Spot]:
    groups: dict[Key, list[int]] = defaultdict(list)
    for thing in range(len(graph.things)):
        groups[_key(graph, thing)].append(thing)
    made = []
    for key, things in sorted(groups.items()):
        countries = tuple(sorted({country for thing in things for country in _countries(graph, thing)}))
        outside = graph.place(things[0]).kind in PEOPLE_OUTSIDE
        side = side_of(countries, view)
        # A server in two countries is on no known ground; customers in two countries are simply in both.
        if side is Side.UNKNOWN or (len(countries) > 1 and not outside):
            countries, side = (), Side.UNKNOWN
        made.append(Spot(key, _shape(graph, things), tuple(things), countries, side))
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


def _countries(graph: FlowGraph, thing: int) -> set[str]:
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


# --- origins ------------------------------------------------------------------------------------------


def carried_origins(graph: FlowGraph, view: View) -> list[tuple[Origin, Origin]]:
    """For each flow, the origins that it carries for sure and those that it may carry.

    `solve` joins both, because labels only ever tighten; a picture shows them apart.
    """
    base = [_own(graph, thing, view) for thing in range(len(graph.things))]
    sure = _held(graph, base, sure=True)
    most = _held(graph, base, sure=False)
    result = []
    for flow in graph.flows:
        certain, possible = NONE, NONE
        for thing in flow.sources:
            certain |= sure[thing]
            possible |= most[thing]
        for thing in flow.possible:
            possible |= most[thing]
        if not flow.sources and not flow.possible:
            certain = Origin.UNKNOWN
        result.append((certain, possible & ~certain))
    return result


def _own(graph: FlowGraph, thing: int, view: View) -> Origin:
    labels: Labels = own_labels(graph, thing)
    origins = NONE
    for country in labels.origins:
        origins |= Origin.UNKNOWN if country == UNKNOWN else Origin[side_of((country,), view).name]
    return origins | (Origin.PARTY if graph.place(thing).kind in PEOPLE_OUTSIDE else NONE)


def _held(graph: FlowGraph, base: Sequence[Origin], *, sure: bool) -> list[Origin]:
    """What each thing sends out as a source: its own, and what stores were seen to keep; the least fixed point."""
    held = list(base)
    readers: dict[int, set[int]] = defaultdict(set)
    for flow in graph.flows:
        if flow.kept and not (sure and flow.doubts & UNSURE):
            for source in flow.sources if sure else (*flow.sources, *flow.possible):
                readers[source].add(flow.target)
    if not sure:
        for blur in graph.blurs:
            holders = [thing for thing in blur.members if graph.place(thing).kind in HOLDERS]
            for vague in blur.vague.intersection(holders):
                for other in holders:
                    readers[other].add(vague)
                    readers[vague].add(other)
    waiting = list(readers)
    while waiting:
        source = waiting.pop()
        for target in readers[source]:
            if held[source] & ~held[target]:
                held[target] |= held[source]
                if target in readers:
                    waiting.append(target)
    return held
