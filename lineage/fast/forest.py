# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""Spans to trees in one pass over hash tables: what `link.clean` and `link.tree` do, for traces without oddities.

A trace whose ids are used twice (by spans that are not copies), or whose parents form a cycle, is left for the plain way.
"""

from __future__ import annotations

import numpy as np

from lineage.fast.compiled import compiled

_K1 = np.uint64(0x9E3779B97F4A7C15)
_K2 = np.uint64(0xC2B2AE3D27D4EB4F)
_S32, _S29 = np.uint64(32), np.uint64(29)
_ONE = np.uint64(1)
_FEW = 24
"""Up to here a sort by insertion is quicker than any other."""


@compiled
def mix(a, b, seed):
    """64 bits out of two numbers and a secret, so that nobody can choose ids that collide."""
    h = (a ^ seed) * _K1
    h ^= h >> _S32
    h = (h ^ b) * _K2
    return h ^ (h >> _S29)


@compiled
def sort_by(rows, low, high, key):
    """Sort rows[low:high] by key[row]; equal keys keep their order."""
    if high - low <= _FEW:
        for i in range(low + 1, high):
            row = rows[i]
            value = key[row]
            j = i - 1
            while j >= low and key[rows[j]] > value:
                rows[j + 1] = rows[j]
                j -= 1
            rows[j + 1] = row
        return
    part = rows[low:high].copy()
    rows[low:high] = part[np.argsort(key[part], kind="mergesort")]


@compiled
def table_size(n):
    """A power of two at least twice `n`."""
    size = 16
    while size < 2 * n:
        size *= 2
    return size


@compiled
def traces_of(hi, lo, seed):
    """For each row the number of its trace, by first appearance; and the number of traces."""
    n = len(hi)
    size = table_size(n)
    mask = np.uint64(size - 1)
    slots = np.full(size, -1, np.int32)
    first = np.empty(n, np.int32)
    trace = np.empty(n, np.int32)
    traces = 0
    for row in range(n):
        at = mix(hi[row], lo[row], seed) & mask
        while True:
            t = slots[at]
            if t < 0:
                t = traces
                slots[at] = t
                first[t] = row
                traces += 1
                break
            if hi[first[t]] == hi[row] and lo[first[t]] == lo[row]:
                break
            at = (at + _ONE) & mask
        trace[row] = t
    return trace, traces


@compiled
def same(row, other, parent, start, end, shape, tenant, marks):
    """Whether two spans of one trace and id are copies."""
    return (
        parent[row] == parent[other]
        and start[row] == start[other]
        and end[row] == end[other]
        and shape[row] == shape[other]
        and tenant[row] == tenant[other]
        and marks[row] == marks[other]
    )


@compiled
def arrange(trace, traces, span, parent, start, end, shape, tenant, marks, plain, seed):
    """Rows in the order of work: trace by trace, parents first, siblings together by start.

    Args:
        trace, traces: from `traces_of`.
        span, parent, start, end, shape, tenant, marks: columns of `Spans`.
        plain: for each trace, whether it is left for the plain way; set here for odd ones.
        seed: a secret number.

    Returns:
        order: rows of the traces that are worked on here, each span once.
        up: for each, the position of its parent in `order`, -1 for a root.
        orphan: for each, whether its parent is named but not there.
        bounds: where each trace begins in `order`, and its length at the end.
        number: for each of these, the number of the trace.
        copies: for each trace, how many rows were dropped as copies.
    """
    n = len(span)
    begin = np.zeros(traces + 1, np.int64)
    for row in range(n):
        begin[trace[row] + 1] += 1
    longest = 0
    for t in range(traces):
        longest = max(longest, begin[t + 1])
        begin[t + 1] += begin[t]
    rows = np.empty(n, np.int32)
    fill = begin[:-1].copy()
    for row in range(n):
        rows[fill[trace[row]]] = row
        fill[trace[row]] += 1

    order = np.empty(n, np.int32)
    up = np.empty(n, np.int32)
    orphan = np.zeros(n, np.bool_)
    bounds = np.zeros(traces + 1, np.int64)
    number = np.empty(traces, np.int32)
    copies = np.zeros(traces, np.int64)
    slots = np.empty(table_size(longest), np.int32)
    above = np.empty(longest, np.int32)
    begun = np.empty(longest, np.int64)
    counts = np.empty(longest + 1, np.int32)
    children = np.empty(longest, np.int32)
    done = 0
    kept = 0
    for t in range(traces):
        if plain[t]:
            continue
        low, high = begin[t], begin[t + 1]
        size = table_size(high - low)
        mask = np.uint64(size - 1)
        slots[:size] = -1
        m = 0
        odd = False
        for i in range(low, high):
            row = rows[i]
            at = mix(span[row], np.uint64(0), seed) & mask
            copy = False
            while slots[at] >= 0:
                other = rows[low + slots[at]]
                if span[other] == span[row]:
                    if same(row, other, parent, start, end, shape, tenant, marks):
                        copy = True
                    else:
                        odd = True
                    break
                at = (at + _ONE) & mask
            if odd:
                break
            if copy:
                copies[t] += 1
                continue
            slots[at] = m
            rows[low + m] = row
            m += 1
        if odd:
            plain[t] = True
            continue
        counts[: m + 1] = 0
        head = done
        for i in range(m):
            row = rows[low + i]
            above[i] = -1
            begun[i] = start[row]
            if parent[row] != 0:
                at = mix(parent[row], np.uint64(0), seed) & mask
                while slots[at] >= 0 and span[rows[low + slots[at]]] != parent[row]:
                    at = (at + _ONE) & mask
                above[i] = slots[at]
            if above[i] < 0:
                order[done] = i
                up[done] = -1
                orphan[done] = parent[row] != 0
                done += 1
            else:
                counts[above[i] + 1] += 1
        for i in range(m):
            counts[i + 1] += counts[i]
        for i in range(m):
            if above[i] >= 0:
                children[counts[above[i]]] = i
                counts[above[i]] += 1
        # counts[i] is now the end of i's children, and its beginning the end of i - 1's.
        at_row = head
        while at_row < done:
            i = order[at_row]
            first = counts[i - 1] if i else 0
            last = counts[i]
            sort_by(children, first, last, begun)
            for k in range(first, last):
                order[done] = children[k]
                up[done] = at_row
                orphan[done] = False
                done += 1
            at_row += 1
        if done - head < m:
            plain[t] = True
            done = head
            continue
        for i in range(head, done):
            order[i] = rows[low + order[i]]
        number[kept] = t
        kept += 1
        bounds[kept] = done
    return order[:done], up[:done], orphan[:done], bounds[: kept + 1], number[:kept], copies
