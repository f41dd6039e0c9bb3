"""Where the data of each flow comes from, read through a view's border: for sure, and perhaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from lineage.diagram.scene import NONE, PEOPLE_OUTSIDE, UNSURE, Origin, side_of
from lineage.diagram.views import View
from lineage.graph import HOLDERS, FlowGraph
from lineage.labels import UNKNOWN, Labels
from lineage.solve import own_labels


def carried_origins(graph: FlowGraph, view: View) -> list[tuple[Origin, Origin]]:
    """For each flow, the origins that it carries for sure and those that it may carry.

    `solve` joins both, because labels only ever tighten; a picture shows them apart.
    """
    base = [own_origin(graph, thing, view) for thing in range(len(graph.things))]
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


def own_origin(graph: FlowGraph, thing: int, view: View) -> Origin:
    """Where the data that enters at a thing comes from."""
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
