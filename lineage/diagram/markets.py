"""To which vendors customers' data gets, market by market: boxes for markets, boxes for vendors, nothing between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence

from lineage.diagram.origins import own_origin
from lineage.diagram.routes import Route, bridged
from lineage.diagram.scene import (
    NONE,
    PEOPLE_OUTSIDE,
    Key,
    Link,
    Origin,
    Scene,
    Shape,
    Side,
    Spot,
    Strand,
    side_of,
)
from lineage.diagram.spots import UNDECLARED, VENDOR, countries_of, runner_of
from lineage.diagram.views import View
from lineage.flows import Doubt, Leg
from lineage.graph import FlowGraph
from lineage.places import PlaceKind
from lineage.reach import Reach, reach
from lineage.selection import Answer


def look_by_market(graph: FlowGraph, view: View, routes: Sequence[Route] = ()) -> Scene:
    """Markets, vendors, and a link wherever data of one gets to the other by whatever way.

    A peer without telemetry that nobody says who runs may be a vendor's: it is drawn as well. Other places of
    which that is not declared are counted.
    """
    markets, vendors = market_spots(graph, view), _vendors(graph, view)
    scene = Scene({}, {}, {})
    for spot in markets:
        found = _reach(graph, spot.things)
        origins = NONE
        for thing in spot.things:
            origins |= own_origin(graph, thing, view).sides
        for vendor in vendors:
            link = _link(graph, spot, vendor, found, origins)
            if link is not None:
                scene.links[spot.key, vendor.key] = link
                scene.spots[spot.key], scene.spots[vendor.key] = spot, vendor
    if view.show.declared_only:
        scene.spots |= {spot.key: spot for spot in _unreached(graph, view, vendors)}
    for key, spot in scene.spots.items():
        scene.spot_of.update(dict.fromkeys(spot.things, key))
    over = [bridged(route, scene.spot_of) for route in routes]
    scene.routes = tuple(
        route
        for route in over
        if any((scene.spot_of[a], scene.spot_of[b]) in scene.links for a, b, _ in route.last)
    )
    kinds = (PlaceKind.OPERATOR, *PEOPLE_OUTSIDE)
    scene.left_out["run-by"] = sum(
        runner_of(graph, thing)[0] == UNDECLARED
        and thing not in scene.spot_of
        and graph.place(thing).kind not in kinds
        for thing in range(len(graph.things))
    )
    scene.left_out["places"] = unshown_customers(graph, scene.spot_of)
    return scene


def unshown_customers(graph: FlowGraph, shown: Container[int]) -> int:
    """How many customers and callers are not on a picture: their data was not seen to get to anything on it."""
    people = (thing for thing in range(len(graph.things)) if graph.place(thing).kind in PEOPLE_OUTSIDE)
    return sum(thing not in shown for thing in people)


def market_spots(graph: FlowGraph, view: View) -> list[Spot]:
    """Customers by the market that is declared of them, else by where they are; sorted."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for thing in range(len(graph.things)):
        if graph.place(thing).kind in PEOPLE_OUTSIDE:
            market = graph.meaning(thing).market
            groups[(market,) if market else tuple(sorted(countries_of(graph, thing)))].append(thing)
    wanted = view.show.markets
    return [
        Spot(("market", *countries), Shape.OUTSIDE, tuple(things), countries, side_of(countries, view))
        for countries, things in sorted(groups.items())
        if wanted is None or not countries or set(countries) & set(wanted)
    ]


def _vendors(graph: FlowGraph, view: View) -> list[Spot]:
    groups: dict[Key, list[int]] = defaultdict(list)
    for thing in range(len(graph.things)):
        kind, name = runner_of(graph, thing)
        where = graph.meaning(thing).country
        if kind == VENDOR:
            groups["vendor", name, where].append(thing)
        elif kind == UNDECLARED and graph.place(thing).kind in (PlaceKind.REMOTE, PlaceKind.MODEL):
            groups["undeclared", graph.id(thing), where].append(thing)
    made = []
    for key, things in sorted(groups.items()):
        countries = (key[2],) if key[2] else ()
        shape = Shape.SUBPROCESSOR if key[0] == "vendor" else Shape.PROCESS
        side = side_of(countries, view) if countries else Side.UNKNOWN
        made.append(Spot(key, shape, tuple(things), countries, side))
    return made


def _unreached(graph: FlowGraph, view: View, vendors: Sequence[Spot]) -> list[Spot]:
    """Vendors that are declared, and that no place was seen to be of."""
    seen = {spot.key[1] for spot in vendors}
    made = []
    for name, entry in sorted(graph.inventory.vendors.items()):
        if name not in seen:
            countries = (entry.country,) if entry.country else ()
            side = side_of(countries, view) if countries else Side.UNKNOWN
            title = entry.title.en or entry.title.zh or name
            made.append(
                Spot(("vendor", name, ""), Shape.SUBPROCESSOR, (), countries, side, declared_only=title)
            )
    return made


def _reach(graph: FlowGraph, things: Sequence[int]) -> Reach:
    chosen = set(things)
    return reach(graph, [Answer.YES if thing in chosen else Answer.NO for thing in range(len(graph.things))])


def _link(graph: FlowGraph, market: Spot, vendor: Spot, found: Reach, origins: Origin) -> Link | None:
    """What gets from a market to a vendor; None when nothing does."""
    link = Link(market.key, vendor.key)
    legs: Mapping[Answer, dict[Leg, Strand]] = {Answer.YES: link.sure, Answer.MAYBE: link.possible}
    for number in sorted({number for thing in vendor.things for number in graph.into[thing]}):
        answer = found.flows[number]
        if not answer:
            continue
        flow = graph.flows[number]
        strand = legs[answer].setdefault(Leg.REQUEST, Strand(origins))
        strand.categories |= flow.key.categories
        strand.inferred |= Doubt.CATEGORY in flow.doubts
        carriers = [s for s in (*flow.sources, *flow.possible) if found.sources[s]]
        calls, first, last, _ = graph.seen_with(number, carriers)
        link.flows.append(number)
        link.calls[Leg.REQUEST] += calls
        link.first = min((time for time in (link.first, first) if time), default=0)
        link.last = max(link.last, last)
    link.settle()
    return link if link.sure or link.possible else None
