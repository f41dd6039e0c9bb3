"""The steps in a row, over columns: spans of whole traces in, edges out."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lineage.flows import UNTIMED, Carried, Coverage, Doubt, Exemplar, FlowCount, FlowKey, Flows, Leg
from lineage.link.acts import Acts
from lineage.link.clean import count_ambiguous, count_marks, join_short_ids, sort_and_dedupe, trace_starts
from lineage.link.fold import Folded, Sum, drain
from lineage.link.propagate import Edges, Rows, propagate
from lineage.link.tree import Tree, grow
from lineage.link.units import find_links, units_of_traces
from lineage.places import Place
from lineage.spans import Spans, Tally

SLICE = 20_000
"""Rows made into lists at a time, about: whole units."""


def assemble(spans: Spans, acts: Acts, edges: Edges) -> int:
    """Add the flows of these spans, whole traces with all that they link to; returns the number of traces."""
    if not len(spans):
        return 0
    counts = edges.counts
    ambiguous = join_short_ids(spans)
    spans = sort_and_dedupe(spans, counts)
    count_ambiguous(spans, ambiguous, counts)
    count_marks(spans, counts)
    starts = trace_starts(spans)
    trace = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    tree = grow(spans, trace, acts, counts)
    links, broken = find_links(spans, tree.up)
    unit = units_of_traces(trace, links, len(starts) - 1)[trace]
    order = _parents_first(spans, tree, unit)
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(unit[order])) + 1, [len(spans)]])
    forest = _Forest(spans, tree, trace, order, links, broken, acts)
    parties = acts.parties()
    for units in slices(bounds, SLICE):
        first = int(units[0])
        rows = forest.rows(first, int(units[-1]))
        ends = (units - first).tolist()
        for low, high in pairwise(ends):
            propagate(rows, low, high, acts, parties, edges)
    return len(starts) - 1


def slices(bounds: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    """Cut the bounds of units into stretches of about `size` rows; neighbours share a bound.

    >>> [part.tolist() for part in slices(np.array([0, 5, 7, 30, 31, 33]), 8)]
    [[0, 5, 7], [7, 30], [30, 31, 33]]
    """
    at = 0
    while at < len(bounds) - 1:
        to = max(at + 1, int(np.searchsorted(bounds, bounds[at] + size, "right")) - 1)
        yield bounds[at : to + 1]
        at = to


def fold(edges: Edges, folded: Folded) -> None:
    """Take the interactions out of `edges`, apart into `folded`."""
    folded.add(drain(edges.seen))


def finish(edges: Edges, folded: Folded, traces: int, tally: Tally) -> Flows:
    """Codes back into places and words.

    Args:
        edges: what all groups gave beside the flows.
        folded: the flows; they are taken out of it.
        traces: how many there were.
        tally: what reading them left out.
    """
    acts = folded.acts
    places: list[Place] = acts.places.values  # type: ignore[assignment]
    words: list[object] = acts.words.values
    flows = Flows()
    met = set(edges.services)
    shown: dict[tuple[int, int], Exemplar] = {}
    """One trace is the example of many sources."""

    def counted(count: Sum) -> FlowCount:
        examples = []
        for ids in count.examples:
            example = shown.get(ids)
            if example is None:
                example = shown[ids] = Exemplar(f"{ids[0]:032x}", f"{ids[1]:016x}")
            examples.append(example)
        return FlowCount(count.calls, count.first, count.last, tuple(examples))

    while folded.edges:
        code, edge = folded.edges.popitem()
        source, target, back, kept, category, purpose, protection, retention, doubts = code
        met.update((source, target, *edge.sources, *edge.possible))
        key = FlowKey(
            source=places[source],
            target=places[target],
            leg=Leg.RESPONSE if back else Leg.REQUEST,
            kept=kept,
            categories=words[category] or frozenset(),  # type: ignore[arg-type]
            purpose=words[purpose] or "",  # type: ignore[arg-type]
            protection=words[protection] or "",  # type: ignore[arg-type]
            retention=words[retention] or "",  # type: ignore[arg-type]
            doubts=Doubt(doubts),
        )
        carried = Carried(
            counted(edge.count),
            {places[place]: counted(count) for place, count in edge.sources.items()},
            {places[place]: counted(count) for place, count in edge.possible.items()},
            {_pair(places[one], places[other]) for one, other in edge.together},
        )
        mine = flows.edges.setdefault(key, carried)
        if mine is not carried:
            mine.add(carried)
    for (user, model, hour), calls in folded.usage.items():
        flows.usage[places[user], places[model], hour - 1 if hour > 0 else UNTIMED] += calls
    flows.places.update(places[code] for code in met)
    coverage = Coverage(tally=tally, traces=traces, counts=edges.counts)
    for (place, claim), number in edges.claims.items():
        coverage.claims.setdefault(places[place].id, Counter())[str(words[claim])] += number
    for (place, region), number in edges.regions.items():
        coverage.regions.setdefault(places[place].id, Counter())[str(words[region])] += number
    flows.coverage = coverage
    return flows


def _pair(one: Place, other: Place) -> tuple[Place, Place]:
    return (one, other) if one < other else (other, one)


def _parents_first(spans: Spans, tree: Tree, unit: NDArray[np.int64]) -> NDArray[np.intp]:
    """Rows of a unit together, parents before children, siblings together by start."""
    return np.lexsort((spans.end, spans.start, tree.up, tree.depth, unit))


class _Forest:
    """The columns in the order of work, made into lists a stretch at a time: lists cost eight times the memory."""

    def __init__(
        self,
        spans: Spans,
        tree: Tree,
        trace: NDArray[np.int64],
        order: NDArray[np.intp],
        links: dict[int, list[tuple[int, bool]]],
        broken: Counter[int],
        acts: Acts,
    ) -> None:
        self.spans, self.tree, self.trace, self.order = spans, tree, trace, order
        self.place = np.empty(len(spans), np.int64)
        self.place[order] = np.arange(len(spans))
        self.act = np.array(acts.of_shapes(), np.int64)[spans.shape]
        place = self.place
        self.links = [
            (int(place[row]), [(int(place[target]), ambiguous) for target, ambiguous in targets])
            for row, targets in links.items()
        ]
        self.links.sort()
        self.rivals = sorted(
            (int(place[row]), [int(place[other]) for other in others]) for row, others in tree.rivals.items()
        )
        self.broken = sorted((int(place[row]), number) for row, number in broken.items())

    def rows(self, low: int, high: int) -> Rows:
        """Rows [low, high) of the order, whole units; positions count from `low`."""
        spans, tree = self.spans, self.tree
        mine = self.order[low:high]
        up = tree.up[mine]
        up = np.where(up >= 0, self.place[up] - low, -1)
        hi, lo = spans.trace_hi[mine].tolist(), spans.trace_lo[mine].tolist()
        linked = self.links[bisect_left(self.links, (low,)) : bisect_left(self.links, (high,))]
        rivals = self.rivals[bisect_left(self.rivals, (low,)) : bisect_left(self.rivals, (high,))]
        broken = self.broken[bisect_left(self.broken, (low,)) : bisect_left(self.broken, (high,))]
        return Rows(
            trace=self.trace[mine].tolist(),
            trace_id=[(high_half << 64) | low_half for high_half, low_half in zip(hi, lo, strict=True)],
            span=spans.span[mine].tolist(),
            up=up.tolist(),
            orphan=tree.orphan[mine].tolist(),
            conflict=tree.conflict[mine].tolist(),
            start=spans.start[mine].tolist(),
            end=spans.end[mine].tolist(),
            act=self.act[mine].tolist(),
            tenant=spans.tenant[mine].tolist(),
            marks=spans.marks[mine].tolist(),
            links={
                row - low: [(target - low, ambiguous) for target, ambiguous in targets]
                for row, targets in linked
            },
            rivals={row - low: [other - low for other in others] for row, others in rivals},
            broken_links=Counter({row - low: number for row, number in broken}),
        )
