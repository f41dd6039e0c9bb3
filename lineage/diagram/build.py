"""A graph and a view become a `Drawing`: look, fold, put in columns, number, and say what is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from lineage.diagram import describe, notes
from lineage.diagram.chain import chain
from lineage.diagram.columns import columns
from lineage.diagram.declared import add_declared
from lineage.diagram.drawing import Box, Cluster, Drawing
from lineage.diagram.facts import runner_title
from lineage.diagram.fold import fold
from lineage.diagram.lines import lines_and_gates
from lineage.diagram.look import look
from lineage.diagram.markets import look_by_market
from lineage.diagram.notation import Notation
from lineage.diagram.notes import Outcome
from lineage.diagram.routes import Route
from lineage.diagram.scene import Key, Scene, Shape, Side, Spot
from lineage.diagram.spots import CUSTOMERS, ORGANISATION, VENDOR
from lineage.diagram.text import NOTHING, Text, cut, joined
from lineage.diagram.views import View
from lineage.graph import FlowGraph


def build(
    graph: FlowGraph,
    view: View,
    notation: Notation,
    routes: Sequence[Route] = (),
    outcome: Outcome | None = None,
) -> Drawing:
    """The picture of `graph` that `view` asks for, with the routes of findings.

    Args:
        routes: of all violations; of one finding where the view draws one.
        outcome: of the report that the routes are from; None when nothing was checked.
    """
    if view.draw == "authorisations":
        return chain(graph, view, notation, routes, outcome)
    scene = look_by_market(graph, view, routes) if view.draw == "reach" else look(graph, view, routes)
    if view.show.declared_only and view.draw == "flows":
        add_declared(scene, graph, view)
    hops = {hop for route in scene.routes for hop in route.hops}
    touched = {scene.spot_of[thing] for hop in hops for thing in hop[:2]}
    scene = fold(scene, view.fold_above, touched)
    column, border = columns(scene)
    names = _numbered(graph, scene, column)
    ends = {names[scene.spot_of[thing]] for thing in _broken(scene)}
    lines, gates = lines_and_gates(graph, scene, names, column, notation, each=view.gates == "flows")
    one = view.draw == "finding"
    mark, verdict, colour = (
        notes.of_finding(routes[0], notation)
        if one
        else notes.verdict(routes, scene.routes, outcome, notation)
    )
    return Drawing(
        view=view.id,
        title=view.title.text,
        verdict_mark=mark,
        verdict=verdict,
        verdict_colour=colour,
        accent=notes.accent(scene.routes, notation),
        clusters=_clusters(graph, scene, view, notation),
        boxes=tuple(
            _box(
                graph,
                scene.spots[key],
                name,
                column[key],
                view,
                notation,
                broken=name in ends,
                checked=bool(outcome),
            )
            for key, name in names.items()
        ),
        gates=gates,
        lines=lines,
        border=border,
        notes=tuple(notes.note(route, notation) for route in scene.routes),
        small=tuple(notes.small(graph, scene, view, routes, lines, outcome, notation)),
        description=notation.words.description.text.fill(
            places=str(len(names)),
            jurisdictions=str(len({spot.countries for spot in scene.spots.values() if spot.countries})),
            flows=str(len(lines)),
            gates=str(len(gates)),
            violations=str(len(scene.routes)),
        ),
        legend=view.legend,
        plain=view.colour_by == "nothing",
    )


def _broken(scene: Scene) -> set[int]:
    """Where the findings that are drawn happened; without a way, what they name."""
    ends = {hop[1] for route in scene.routes for hop in route.last}
    named = {thing for route in scene.routes if not route.hops for thing in route.things}
    return ends | (named & scene.spot_of.keys())


# --- boxes ---------------------------------------------------------------------------------------------


def _numbered(graph: FlowGraph, scene: Scene, column: Mapping[Key, int]) -> dict[Key, str]:
    """Ids by kind, then distance from the customers, then the place's own id; in that order."""

    def order(key: Key) -> tuple[str, int, str, Key]:
        spot = scene.spots[key]
        return (spot.shape, column[key], graph.id(spot.things[0]) if spot.things else "", key)

    counts: dict[Shape, int] = defaultdict(int)
    names = {}
    for key in sorted(scene.spots, key=order):
        shape = scene.spots[key].shape
        counts[shape] += 1
        names[key] = f"{shape}{counts[shape]}"
    return names


def _box(
    graph: FlowGraph,
    spot: Spot,
    name: str,
    column: int,
    view: View,
    notation: Notation,
    *,
    broken: bool,
    checked: bool,
) -> Box:
    words = notation.words
    tag = NOTHING
    if spot.shape is Shape.PEOPLE:
        tag = words.staff.text
    elif spot.shape is Shape.SUBPROCESSOR and spot.things and describe.holds(graph, spot):
        tag = words.data_store.text
    return Box(
        name,
        spot.shape,
        describe.title(graph, spot, notation),
        describe.details(graph, spot, view.boxes, notation, checked=checked),
        spot.cluster,
        column,
        describe.tip(graph, spot),
        tag,
        # Whom it is sent to did nothing wrong by that.
        broken and spot.shape is not Shape.OUTSIDE,
        bool(spot.declared_only),
        describe.places(graph, spot),
    )


# --- frames --------------------------------------------------------------------------------------------


def _clusters(graph: FlowGraph, scene: Scene, view: View, notation: Notation) -> tuple[Cluster, ...]:
    """Customers' countries, other overseas ones, location unknown, the domestic side; or who runs the places."""
    members: dict[Key, list[Spot]] = defaultdict(list)
    for spot in scene.spots.values():
        members[spot.cluster].append(spot)
    made = [
        _organisation(graph, key, notation)
        if spots[0].runner
        else _jurisdiction(graph, key, spots, view, notation)
        for key, spots in members.items()
    ]
    rank = {Side.NONE: 0, Side.OVERSEAS: 1, Side.UNKNOWN: 2, Side.DOMESTIC: 3}
    return tuple(sorted(made, key=lambda each: (0 if each.customers else rank[each.side], each.key)))


def _jurisdiction(
    graph: FlowGraph, key: Key, spots: Sequence[Spot], view: View, notation: Notation
) -> Cluster:
    side = spots[0].side
    customers = side is Side.OVERSEAS and any(spot.shape is Shape.OUTSIDE for spot in spots)
    title = notation.words.unknown_location.text
    if side is not Side.UNKNOWN:
        title = joined((notation.country(code) for code in key), Text(", ", "、"))
    if customers:
        title = notation.words.customer_country.text.fill(name=title)
    regions = sorted(_regions(graph, spots)) if view.regions and side is not Side.UNKNOWN else []
    return Cluster(key, side, customers, title, tuple(cut(region, 40) for region in regions))


STYLES = {ORGANISATION: Side.DOMESTIC, VENDOR: Side.OVERSEAS}
"""Whose frame looks like which side's: our own, others'; whoever nobody named like a place nobody knows."""


def _organisation(graph: FlowGraph, key: Key, notation: Notation) -> Cluster:
    _, kind, name = key
    side = STYLES.get(kind, Side.OVERSEAS if kind == CUSTOMERS else Side.UNKNOWN)
    return Cluster(key, side, kind == CUSTOMERS, runner_title(graph, kind, name, notation))


def _regions(graph: FlowGraph, spots: Iterable[Spot]) -> set[str]:
    numbers = [number for spot in spots for thing in spot.things for number in graph.things[thing].places]
    return {graph.places[number].region or graph.meanings[number].region for number in numbers} - {""}
