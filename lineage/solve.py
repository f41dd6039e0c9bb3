"""Labels of data at rest and on the move: the least fixed point over the graph (DESIGN.md section 3).

    labels(store)  its own labels, and the labels of every flow that it keeps
    labels(flow)   the union of the labels of its sources

What a store keeps taints whoever reads it later, in another trace. Stores that feed each other are
strongly connected and have equal labels: they are condensed first, then the labels run once through an
acyclic graph. Linear in places and flows. Possible sources count: labels only ever tighten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.components import components
from lineage.graph import FlowGraph
from lineage.labels import NOTHING, UNKNOWN, Labels
from lineage.places import PlaceKind
from lineage.things import HOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterable

UNTOLD = Labels()
"""Labels of data of which nobody told anything."""


def own_labels(graph: FlowGraph, thing: int) -> Labels:
    """The labels of the data that enters at a thing, before anything flowed there (verdicts.md section 2).

    A model that is not declared holds nothing: rules about tuning ask for its contents themselves. A store
    that is not declared holds nothing of its own if it was seen written, and nobody knows what if it was not.
    """
    told = graph.told(thing)
    if told is not None:
        return told
    kind = graph.place(thing).kind
    if kind is PlaceKind.MODEL or (kind in HOLDERS and thing in graph.written):
        return NOTHING
    return UNTOLD


@dataclass(frozen=True, slots=True)
class Solution:
    """Solved labels, as bit sets over `origins` and `classes` (position = bit)."""

    origins: tuple[str, ...]
    classes: tuple[str, ...]
    things: tuple[tuple[int, int], ...]
    """(origin bits, class bits) of what each thing sends out as a source."""
    flows: tuple[tuple[int, int], ...]
    without_origin: int
    """Flows that carry data of which no origin is known."""

    def of_thing(self, thing: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Origins and classes of what a thing holds or sends, sorted."""
        return self._words(self.things[thing])

    def of_flow(self, flow: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Origins and classes of what a flow carries, sorted."""
        return self._words(self.flows[flow])

    def _words(self, bits: tuple[int, int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        origins, classes = bits
        return (
            tuple(word for number, word in enumerate(self.origins) if origins >> number & 1),
            tuple(word for number, word in enumerate(self.classes) if classes >> number & 1),
        )


def solve(graph: FlowGraph) -> Solution:
    """The labels of every thing and flow, to the least fixed point.

    >>> from lineage.testing import sketch
    >>> graph = sketch("acme[DE] > gw@SG > pg", "job@CN < pg")
    >>> [solve(graph).of_flow(n)[0] for n, flow in enumerate(graph.flows) if flow.key.leg == "response"]
    [('DE',)]
    """
    own = [own_labels(graph, thing) for thing in range(len(graph.things))]
    origins = tuple(sorted({UNKNOWN}.union(*(labels.origins for labels in own))))
    classes = tuple(sorted({UNKNOWN}.union(*(labels.classes for labels in own))))
    origin_bit = {word: 1 << number for number, word in enumerate(origins)}
    class_bit = {word: 1 << number for number, word in enumerate(classes)}
    bits = [
        (sum(origin_bit[o] for o in labels.origins), sum(class_bit[c] for c in labels.classes))
        for labels in own
    ]
    bits = _fixed_point(graph, bits)
    flows = tuple(_join(bits, (*flow.sources, *flow.possible)) for flow in graph.flows)
    # No origin at all is something else: the inventory says that this is nobody's data.
    unknown = origin_bit[UNKNOWN]
    return Solution(origins, classes, tuple(bits), flows, sum(bool(labels[0] & unknown) for labels in flows))


def _fixed_point(graph: FlowGraph, own: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What each thing sends out as a source: of a store what was kept there, or where it may be the same store.

    A store is two nodes, what was kept in it (`kept`) and what may be read out of it (`read`, its own number):
    so data crosses from one store to another that may be the same once, and not on to a third.
    """
    size = len(own)
    holder = [graph.place(thing).kind in HOLDERS for thing in range(size)]
    bits = [*own, *own]
    edges: list[set[int]] = [set() for _ in range(2 * size)]
    for thing in range(size):
        if holder[thing]:
            edges[thing].add(size + thing)
            bits[thing] = (0, 0)
    for flow in graph.flows:
        if flow.kept:
            edges[size + flow.target].update(flow.sources, flow.possible)
    for blur in graph.blurs:
        anything, vague = len(edges), len(edges) + 1
        members = [thing for thing in blur.members if holder[thing]]
        edges += [{size + thing for thing in members}, {size + t for t in members if t in blur.vague}]
        bits += [(0, 0), (0, 0)]
        for thing in members:
            edges[thing].add(anything if thing in blur.vague else vague)
    for component in components([sorted(needs) for needs in edges]):
        origins = classes = 0
        for node in component:
            for each in (node, *edges[node]):
                origins |= bits[each][0]
                classes |= bits[each][1]
        for node in component:
            bits[node] = (origins, classes)
    return bits[:size]


def _join(bits: Sequence[tuple[int, int]], sources: Iterable[int]) -> tuple[int, int]:
    origins = classes = 0
    for source in sources:
        origins |= bits[source][0]
        classes |= bits[source][1]
    return origins, classes
