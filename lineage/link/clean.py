"""First step: trace ids joined, duplicates dropped, rows of a trace together (assembly.md section 1)."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from lineage.spans import COLUMNS, Mark, Spans


def join_short_ids(spans: Spans) -> NDArray[np.uint64]:
    """Give a 64-bit trace id the 128-bit form of the same trace, where there is exactly one; in place.

    Both columns of ids and the targets of links are joined. Returns the short ids that have several
    long forms: their spans are left alone.
    """
    link_hi, link_lo = spans.links["to_hi"], spans.links["to_lo"]
    short, short_links, short_from = spans.trace_hi == 0, link_hi == 0, spans.links["trace_hi"] == 0
    if not (short.any() or short_links.any()) or short.all():
        return np.empty(0, np.uint64)
    pairs = np.unique(np.stack([spans.trace_lo[~short], spans.trace_hi[~short]], axis=1), axis=0)
    los, first, forms = np.unique(pairs[:, 0], return_index=True, return_counts=True)

    def long_form(lo: NDArray[np.uint64]) -> NDArray[np.uint64]:
        at = np.minimum(np.searchsorted(los, lo), len(los) - 1)
        single = (los[at] == lo) & (forms[at] == 1)
        return np.where(single, pairs[first[at], 1], np.uint64(0))

    spans.trace_hi[short] = long_form(spans.trace_lo[short])
    spans.links["to_hi"][short_links] = long_form(link_lo[short_links])
    spans.links["trace_hi"][short_from] = long_form(spans.links["trace_lo"][short_from])
    return los[forms > 1]


def count_ambiguous(spans: Spans, ambiguous: NDArray[np.uint64], counts: Counter[str]) -> None:
    """Count the spans whose short trace id has several long forms, each once."""
    if len(ambiguous):
        number = int(np.count_nonzero((spans.trace_hi == 0) & np.isin(spans.trace_lo, ambiguous)))
        if number:
            counts["ambiguous-trace-id"] += number


def sort_and_dedupe(spans: Spans, counts: Counter[str]) -> Spans:
    """Rows ordered by trace and span id, each span once; copies are counted as `duplicate-span`."""
    order = np.lexsort((spans.span, spans.trace_lo, spans.trace_hi))
    spans = spans.take(order)
    same = _same_id(spans)
    if same.any():
        shared = np.flatnonzero(np.append(same, False) | np.append(False, same))
        rows = shared[np.lexsort([getattr(spans, name)[shared] for name in reversed(COLUMNS)])]
        copy = np.ones(len(rows) - 1, bool)
        for name in COLUMNS:
            column = getattr(spans, name)[rows]
            copy &= column[1:] == column[:-1]
        dropped = int(copy.sum())
        if dropped:
            counts["duplicate-span"] += dropped
            spans = spans.take(np.delete(np.arange(len(spans)), rows[1:][copy]))
    return spans


def trace_starts(spans: Spans) -> NDArray[np.intp]:
    """Where each trace begins in sorted rows, and the number of rows at the end: length traces + 1."""
    if not len(spans):
        return np.zeros(1, np.intp)
    change = (spans.trace_lo[1:] != spans.trace_lo[:-1]) | (spans.trace_hi[1:] != spans.trace_hi[:-1])
    return np.concatenate([[0], np.flatnonzero(change) + 1, [len(spans)]]).astype(np.intp)


def shared_ids(spans: Spans) -> list[tuple[int, int]]:
    """Row ranges [low, high) of sorted spans that share a trace and a span id."""
    return _runs(_same_id(spans))


def count_marks(spans: Spans, counts: Counter[str]) -> None:
    """Count what senders lost and times that cannot be used."""
    for mark, reason in (
        (Mark.LOST_ATTRIBUTES, "lost-attributes"),
        (Mark.LOST_LINKS, "lost-links"),
        (Mark.BAD_TIMES, "bad-times"),
    ):
        number = int(np.count_nonzero(spans.marks & mark))
        if number:
            counts[reason] += number


def _same_id(spans: Spans) -> NDArray[np.bool_]:
    """For each row but the last: whether the next has the same trace and span id."""
    same: NDArray[np.bool_] = (
        (spans.span[1:] == spans.span[:-1])
        & (spans.trace_lo[1:] == spans.trace_lo[:-1])
        & (spans.trace_hi[1:] == spans.trace_hi[:-1])
    )
    return same


def _runs(same: NDArray[np.bool_]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for at in np.flatnonzero(same).tolist():
        if runs and runs[-1][1] == at + 1:
            runs[-1] = (runs[-1][0], at + 2)
        else:
            runs.append((at, at + 2))
    return runs
