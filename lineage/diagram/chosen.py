"""Which flows of a graph a view is about, and the ways by which customers' data gets there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from lineage.diagram.origins import own_origin
from lineage.diagram.scene import PEOPLE_OUTSIDE, SIDES, Origin, Side
from lineage.diagram.spots import VENDOR, runner_of
from lineage.diagram.views import UNDECLARED, Asked, Ends, View
from lineage.graph import HOLDERS, Flow, FlowGraph
from lineage.reach import Paths, reach
from lineage.selection import Answer


def chosen(
    graph: FlowGraph, view: View, carried: Sequence[tuple[Origin, Origin]], sides: Sequence[Side]
) -> tuple[set[int], set[int]]:
    """Positions of the flows that a view is about, and of those on the ways to them.

    Args:
        carried: origins of each flow, sure and possible.
        sides: of the border, on which each thing stands.
    """
    about = {
        number
        for number, (flow, (sure, possible)) in enumerate(zip(graph.flows, carried, strict=True))
        if _carries(flow, sure | possible, view) and _fits_one(graph, flow, view, sides)
    }
    return about, set(_ways(graph, view, about)) - about if view.show.ways else set()


def _carries(flow: Flow, origins: Origin, view: View) -> bool:
    """Whether a flow carries data that a view asks for, as far as anybody told."""
    show = view.show
    categories = flow.key.categories
    if show.categories != "all" and categories and categories.isdisjoint(show.categories):
        return False
    if not flow.sources and not flow.possible:
        return True  # nothing is known of what it carries: it may be what the view is about
    if show.data_of == "parties" and Origin.PARTY not in origins:
        return False
    return len(show.origins) == len(SIDES) or any(Origin[word.upper()] in origins for word in show.origins)


def _fits_one(graph: FlowGraph, flow: Flow, view: View, sides: Sequence[Side]) -> bool:
    flows = view.show.flows
    return flows is None or any(_fits(graph, flow, asked, sides) for asked in flows)


def _fits(graph: FlowGraph, flow: Flow, asked: Asked, sides: Sequence[Side]) -> bool:
    key = flow.key
    if asked.kept and not flow.kept:
        return False
    if asked.categories and not _has(key.categories, asked.categories):
        return False
    if asked.purposes and not _has({key.purpose} - {""}, asked.purposes):
        return False
    ends = (flow.source, flow.target)
    if asked.crosses and _crosses(sides[flow.source], sides[flow.target]) not in asked.crosses:
        return False
    return asked.ends is None or any(_is(graph, thing, asked.ends, sides) for thing in ends)


def _crosses(source: Side, target: Side) -> str:
    if Side.UNKNOWN in (source, target):
        return "unknown"
    return "no" if source is target else "yes"


def _has(told: Collection[str], asked: Collection[str]) -> bool:
    """Whether something that was told is asked for; what nobody told only where `undeclared` is."""
    return any(word in asked for word in told or (UNDECLARED,))


def _is(graph: FlowGraph, thing: int, ends: Ends, sides: Sequence[Side]) -> bool:
    place, meaning = graph.place(thing), graph.meaning(thing)
    if ends.kinds and place.kind not in ends.kinds:
        return False
    if ends.roles:
        role = meaning.role or (UNDECLARED if place.kind in HOLDERS else "")
        if role not in ends.roles:
            return False
    if ends.sides and sides[thing] not in ends.sides:
        return False
    runner, vendor = runner_of(graph, thing)
    if ends.run_by and runner not in ends.run_by:
        return False
    if ends.training:
        entry = graph.inventory.vendors.get(vendor)
        may = None if entry is None else entry.training
        said = UNDECLARED if may is None else "yes" if may else "no"
        return runner == VENDOR and said in ends.training
    return True


def _ways(graph: FlowGraph, view: View, about: Collection[int]) -> Iterable[int]:
    """The flows on the shortest ways by which customers' data of each origin gets to some flows.

    Other customers whose data those flows name are drawn where they enter by the same door.
    """
    things = range(len(graph.things))
    people = {thing for thing in things if graph.place(thing).kind in PEOPLE_OUTSIDE}
    origins = {thing: own_origin(graph, thing, view) for thing in people}
    doors: set[int] = set()
    for side in SIDES:
        answers = [
            Answer.YES if thing in people and side in origins[thing] else Answer.NO for thing in things
        ]
        if not any(answers):
            continue
        found = reach(graph, answers)
        sure, most = (Paths(graph, found, level) for level in (Answer.YES, Answer.MAYBE))
        for number in sorted(about):
            way = sure.ending(number) or most.ending(number) or ()
            doors |= {graph.flows[step].target for step in way[:1]}
            yield from way
    named = {s for number in about for s in (*graph.flows[number].sources, *graph.flows[number].possible)}
    for thing in sorted(people & named):
        yield from (number for number in graph.out_of[thing] if graph.flows[number].target in doors)
