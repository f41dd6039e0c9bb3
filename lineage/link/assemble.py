"""The steps in a row, over columns: spans of whole traces in, edges out."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from lineage.flows import Coverage, Doubt, Exemplar, FlowCount, FlowKey, Flows, Leg
from lineage.link.acts import Acts
from lineage.link.clean import count_marks, join_short_ids, sort_and_dedupe, trace_starts
from lineage.link.propagate import Edges, Rows, propagate
from lineage.link.tree import Tree, grow
from lineage.link.units import find_links, units_of_traces
from lineage.places import Place
from lineage.spans import Spans, Tally


def assemble(spans: Spans, acts: Acts, edges: Edges) -> int:
    """Add the flows of these spans, whole traces with all that they link to; returns the number of traces."""
    if not len(spans):
        return 0
    counts = edges.counts
    join_short_ids(spans, counts)
    spans = sort_and_dedupe(spans, counts)
    count_marks(spans, counts)
    starts = trace_starts(spans)
    trace = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    tree = grow(spans, trace, acts, counts)
    links, broken = find_links(spans, tree.up)
    unit = units_of_traces(trace, links, len(starts) - 1)
    order = _parents_first(spans, tree, unit[trace])
    rows = _rows(spans, tree, trace, order, links, broken, acts)
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(unit[trace][order])) + 1, [len(spans)]]).tolist()
    parties = acts.parties()
    for low, high in zip(bounds[:-1], bounds[1:], strict=True):
        propagate(rows, low, high, acts, parties, edges)
    return len(starts) - 1


def finish(edges: Edges, acts: Acts, traces: int, tally: Tally) -> Flows:
    """Codes back into places and words."""
    places: list[Place] = acts.places.values  # type: ignore[assignment]
    words: list[object] = acts.words.values
    sets = [frozenset(places[code] for code in members) for members in edges.sets]
    flows = Flows()
    for key, (calls, first, last, examples) in edges.seen.items():
        source, target, back, kept, category, purpose, protection, retention, carried, possible, doubts = key
        flows.put(
            FlowKey(
                source=places[source],
                target=places[target],
                leg=Leg.RESPONSE if back else Leg.REQUEST,
                kept=kept,
                categories=words[category] or frozenset(),  # type: ignore[arg-type]
                purpose=words[purpose] or "",  # type: ignore[arg-type]
                protection=words[protection] or "",  # type: ignore[arg-type]
                retention=words[retention] or "",  # type: ignore[arg-type]
                sources=sets[carried],
                possible=sets[possible],
                doubts=Doubt(doubts),
            ),
            FlowCount(calls, first, last, tuple(Exemplar(f"{t:032x}", f"{s:016x}") for t, s in examples)),  # type: ignore[arg-type,attr-defined]
        )
    flows.places.update(places[code] for code in edges.services)
    coverage = Coverage(tally=tally, traces=traces, counts=edges.counts)
    for (place, claim), number in edges.claims.items():
        coverage.claims.setdefault(places[place].id, Counter())[str(words[claim])] += number
    for (place, region), number in edges.regions.items():
        coverage.regions.setdefault(places[place].id, Counter())[str(words[region])] += number
    no_origin = sum(1 for key in flows.counts if not key.sources and not key.possible)
    if no_origin:
        coverage.counts["no-origin"] += no_origin
    flows.coverage = coverage
    return flows


def _parents_first(spans: Spans, tree: Tree, unit: NDArray[np.int64]) -> NDArray[np.intp]:
    """Rows of a unit together, parents before children, siblings together by start."""
    return np.lexsort((spans.end, spans.start, tree.up, tree.depth, unit))


def _rows(
    spans: Spans,
    tree: Tree,
    trace: NDArray[np.int64],
    order: NDArray[np.intp],
    links: dict[int, list[tuple[int, bool]]],
    broken: Counter[int],
    acts: Acts,
) -> Rows:
    place = np.empty(len(spans), np.int64)
    place[order] = np.arange(len(spans))
    up = tree.up[order]
    up = np.where(up >= 0, place[up], -1)
    of_shape = np.array(acts.of_shapes(), np.int64)
    hi, lo = spans.trace_hi[order].tolist(), spans.trace_lo[order].tolist()
    return Rows(
        trace=trace[order].tolist(),
        trace_id=[(h << 64) | l for h, l in zip(hi, lo, strict=True)],
        span=spans.span[order].tolist(),
        up=up.tolist(),
        orphan=tree.orphan[order].tolist(),
        conflict=tree.conflict[order].tolist(),
        start=spans.start[order].tolist(),
        end=spans.end[order].tolist(),
        act=of_shape[spans.shape[order]].tolist(),
        tenant=spans.tenant[order].tolist(),
        marks=spans.marks[order].tolist(),
        links={
            int(place[row]): [(int(place[target]), ambiguous) for target, ambiguous in targets]
            for row, targets in links.items()
        },
        broken_links=Counter({int(place[row]): number for row, number in broken.items()}),
    )
