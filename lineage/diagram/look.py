"""What a view shows of a graph: the flows that it asks for, with every step of the findings that it draws."""

from __future__ import annotations

from collections.abc import Sequence

from lineage.diagram.chosen import chosen
from lineage.diagram.origins import carried_origins
from lineage.diagram.routes import Route
from lineage.diagram.scene import PEOPLE_OUTSIDE, Link, Scene
from lineage.diagram.spots import spots
from lineage.diagram.views import View
from lineage.flows import Leg
from lineage.graph import FlowGraph


def look(graph: FlowGraph, view: View, routes: Sequence[Route] = ()) -> Scene:
    """The boxes and links of `view`, before anything has a place on the page.

    Args:
        routes: of findings: all of them, or the one that the view is about. What they go over is drawn
            whatever the view asks; a view about some flows draws only those that happen on one of them.
    """
    possible_spots = {spot.key: spot for spot in spots(graph, view)}
    spot_of = {thing: key for key, spot in possible_spots.items() for thing in spot.things}
    sides = [possible_spots[spot_of[thing]].side for thing in range(len(graph.things))]
    carried = carried_origins(graph, view)
    about, ways = chosen(graph, view, carried, sides) if view.draw == "flows" else (set(), set())
    if view.draw == "finding":
        about = _of_finding(graph, routes)
    one = view.draw == "finding"
    drawn = tuple(route for route in routes if one or not view.focused or _happens(graph, route, about))
    hops = {hop[:2] for route in drawn for hop in route.hops if not one}
    hops |= _by_the_same_door(graph, hops)
    scene = Scene({}, {}, {}, routes=drawn)
    for number, flow in enumerate(graph.flows):
        ends = (flow.source, flow.target)
        if not (number in about or number in ways or ends in hops):
            scene.left_out["flows"] += 1
            continue
        keys = (spot_of[flow.source], spot_of[flow.target])
        for thing, key in zip(ends, keys, strict=True):
            scene.spots[key] = possible_spots[key]
            scene.spot_of[thing] = key
        if keys[0] == keys[1]:
            scene.left_out["inside"] += 1
            continue
        pair = keys if flow.key.leg is Leg.REQUEST else (keys[1], keys[0])
        scene.links.setdefault(pair, Link(*pair)).add(number, flow, *carried[number])
    for link in scene.links.values():
        link.settle()
    # A table that only other tables' boxes show is not lost: its box lists every thing of the resource.
    for key, spot in scene.spots.items():
        scene.spot_of.update(dict.fromkeys(spot.things, key))
    scene.left_out["places"] = sum(
        len(spot.things) for key, spot in possible_spots.items() if key not in scene.spots
    )
    return scene


def _by_the_same_door(graph: FlowGraph, hops: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """How other customers come in where some hops begin: a way is one customer's, and a picture of it alone reads as if there were no other."""
    people = {thing for thing in range(len(graph.things)) if graph.place(thing).kind in PEOPLE_OUTSIDE}
    doors = {target for source, target in hops if source in people}
    return {
        (flow.source, flow.target) for flow in graph.flows if flow.source in people and flow.target in doors
    }


def _happens(graph: FlowGraph, route: Route, about: set[int]) -> bool:
    """Whether a finding is about one of some flows: its last step is one of them."""
    ends = {(source, target) for source, target, _ in route.last}
    return any((graph.flows[number].source, graph.flows[number].target) in ends for number in about)


def _of_finding(graph: FlowGraph, routes: Sequence[Route]) -> set[int]:
    """The flows on the way of a finding; without a way, those of the places that it names."""
    hops = {hop for route in routes for hop in route.hops}
    if hops:
        pairs = [(flow.source, flow.target, flow.key.leg) for flow in graph.flows]
        return {number for number, hop in enumerate(pairs) if hop in hops}
    things = {thing for route in routes for thing in route.things}
    return {number for thing in things for number in (*graph.into[thing], *graph.out_of[thing])}
