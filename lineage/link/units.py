"""Traces that span links join are worked on together (assembly.md section 4, links)."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from lineage.spans import Spans


def find_links(spans: Spans, up: NDArray[np.int64]) -> tuple[dict[int, list[tuple[int, bool]]], Counter[int]]:
    """Row -> (rows that it links to, whether others have that id too); row -> number of its links that lead to nothing.

    A link to the span's own parent, or to itself, is no relation of its own (ASSEMBLY.md rule 5).
    Every span that has the linking span's id has the link.
    """
    links: dict[int, set[tuple[int, bool]]] = {}
    broken: Counter[int] = Counter()
    wanted = np.unique(spans.links)
    if not len(wanted):
        return {}, broken
    rows_of = _rows_of(spans, wanted)
    for hi, lo, span, to_hi, to_lo, to in wanted.tolist():
        targets = rows_of.get((to_hi, to_lo, to), [])
        for row in rows_of.get((hi, lo, span), []):
            others = [target for target in targets if target != row and target != up[row]]
            if others:
                links.setdefault(row, set()).update((target, len(targets) > 1) for target in others)
            elif not targets:
                broken[row] += 1
    return {row: sorted(targets) for row, targets in links.items()}, broken


def _rows_of(spans: Spans, links: NDArray[np.void]) -> dict[tuple[int, int, int], list[int]]:
    """(trace hi, trace lo, span) -> rows, for the ends of these links only."""
    ids = np.unique(np.concatenate([links["span"], links["to"]]))
    at = np.minimum(np.searchsorted(ids, spans.span), len(ids) - 1)
    rows_of: dict[tuple[int, int, int], list[int]] = {}
    for row in np.flatnonzero(ids[at] == spans.span).tolist():
        key = (int(spans.trace_hi[row]), int(spans.trace_lo[row]), int(spans.span[row]))
        rows_of.setdefault(key, []).append(row)
    return rows_of


def units_of_traces(
    trace: NDArray[np.int64], links: dict[int, list[tuple[int, bool]]], traces: int
) -> NDArray[np.int64]:
    """For each trace, the number of its unit: the smallest trace that links join it to."""
    unit = list(range(traces))

    def top(number: int) -> int:
        while unit[number] != number:
            unit[number] = unit[unit[number]]
            number = unit[number]
        return number

    for row, targets in links.items():
        mine = top(int(trace[row]))
        for target, _ in targets:
            other = top(int(trace[target]))
            mine, other = min(mine, other), max(mine, other)
            unit[other] = mine
    return np.array([top(number) for number in range(traces)], np.int64)
