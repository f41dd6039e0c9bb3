# mypy: disable-error-code="no-untyped-call"
"""Groups of spans through the compiled kernels, and what they leave through the plain way; the same flows to the byte."""

from __future__ import annotations

import secrets

import numpy as np
from numpy.typing import NDArray

from lineage.fast.emit import emit
from lineage.fast.forest import arrange, traces_of
from lineage.fast.kernel import layer, sources
from lineage.fast.layout import COUNTERS, SERVICE, WIDTH
from lineage.fast.tables import ActColumns, FlowTable
from lineage.link.acts import Acts
from lineage.link.assemble import assemble
from lineage.link.clean import count_marks, join_short_ids
from lineage.link.fold import Folded
from lineage.link.propagate import Edges
from lineage.spans import Kind, Shape, Spans, Vocabulary


class FastAssembler:
    """Assembles groups (`link.groups`) one after the other; `finish` gives the flows.

    What is left for `link.assemble`: traces that links join, traces with ids used twice or parents in a cycle, short
    trace ids that may be several long ones, and traces with more sources or categories than a mask has room for.

    Attributes:
        left: how many spans were left for it.
    """

    def __init__(self, acts: Acts, edges: Edges) -> None:
        self.acts, self.edges = acts, edges
        self.columns = ActColumns(acts)
        self.flows = FlowTable(secrets.randbits(64))
        self.total = FlowTable(secrets.randbits(64), sets=1)
        self.left = 0

    def add(self, spans: Spans) -> int:
        """Add the flows of whole traces with all that they link to; returns the number of traces."""
        if not len(spans):
            return 0
        join_short_ids(spans)
        seed = self.flows.seed
        trace, traces = traces_of(spans.trace_hi, spans.trace_lo, seed)
        plain = np.zeros(traces, bool)
        plain[trace[_aside(spans)]] = True
        order, up, orphan, bounds, number, copies = arrange(
            trace,
            traces,
            spans.span,
            spans.parent,
            spans.start,
            spans.end,
            spans.shape,
            spans.tenant,
            spans.marks,
            plain,
            seed,
        )
        plain[number[self._flows(spans, order, up, orphan, bounds)]] = True
        counts = self.edges.counts
        dropped = int(copies[~plain].sum())
        if dropped:
            counts["duplicate-span"] += dropped
        count_marks(spans.take(order[~plain[trace[order]]].astype(np.intp)), counts)
        rest = np.flatnonzero(plain[trace])
        self.left += len(rest)
        assembled = traces - int(plain.sum())
        if len(rest):
            assembled += assemble(spans.take(rest), self.acts, self.edges)
        return int(assembled)

    def finish(self, folded: Folded) -> None:
        """Hand over the flows of the compiled way."""
        self.total.unload(self.edges, folded)

    def _flows(
        self,
        spans: Spans,
        order: NDArray[np.int32],
        up: NDArray[np.int32],
        orphan: NDArray[np.bool_],
        bounds: NDArray[np.int64],
    ) -> NDArray[np.intp]:
        """Add the flows of the rows in `order`; returns the units that are left for the plain way."""
        acts, columns = self.acts, self.columns
        act = np.array(acts.of_shapes(), np.int32)[spans.shape[order]]
        parties = np.array(acts.parties(), np.int32)
        columns.refresh()
        missing = np.empty(1024, np.int64)
        while True:
            merged, state, asked = layer(up, act, columns.numbers, columns.pairs, columns.merged, missing)
            if not asked:
                break
            columns.merge(np.unique(missing[:asked]))
        start, marks = spans.start[order], spans.marks[order]
        masks, facts, entries, places, size, told, replied, counts = sources(
            bounds, up, orphan, act, merged, state, start, spans.end[order], spans.tenant[order], marks,
            columns.numbers, columns.places, parties, len(acts.places.values),
        )  # fmt: skip
        unit = np.repeat(np.arange(len(bounds) - 1, dtype=np.int32), np.diff(bounds))
        ids = spans.trace_hi[order], spans.trace_lo[order], spans.span[order]
        row = 0
        while True:
            row, bound = emit(
                row, bounds, unit, up, act, merged, state, start, marks, *ids, columns.numbers, columns.places, masks, facts, entries,
                places, size, told, replied, counts, self.flows.seed, *self.flows.arrays(),
            )  # fmt: skip
            if row == len(order):
                break
            self.flows.make_room(bound, 2 * bound + 2, (2 * bound + 2) * WIDTH)
        self.flows.fold_into(self.total, acts)
        fits = size <= WIDTH
        for reason, total in zip(COUNTERS, counts[fits].sum(axis=0).tolist(), strict=True):
            if total:
                self.edges.counts[reason] += total
        self.edges.services.update(np.unique(columns.numbers[act[fits[unit]], SERVICE]).tolist())
        return np.flatnonzero(~fits)


def compile_all() -> None:
    """Compile every kernel, or load what was compiled: whatever can go wrong with it goes wrong here, before work is done."""
    words = Vocabulary()
    shape = words.shape(Shape(kind=Kind.SERVER))
    FastAssembler(Acts(words), Edges()).add(Spans.of([(1, 1, 1, 0, 1, 2, shape, 0, 0)]))


def _aside(spans: Spans) -> NDArray[np.bool_]:
    """Rows of traces that links join, and of those whose short id may be any of several long ones."""
    aside = np.zeros(len(spans), bool)
    if len(spans.links):
        aside |= np.isin(spans.trace_lo, np.concatenate([spans.links["trace_lo"], spans.links["to_lo"]]))
    short = spans.trace_hi == 0
    if short.any() and not short.all():
        unclear = np.intersect1d(spans.trace_lo[short], spans.trace_lo[~short])
        if len(unclear):
            aside |= np.isin(spans.trace_lo, unclear)
    return aside
