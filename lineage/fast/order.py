# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""What a span may have of its siblings, compiled: the order of operations on one clock, and the want of it across clocks."""

from __future__ import annotations

import numpy as np

from lineage.fast.compiled import compiled
from lineage.fast.forest import sort_by
from lineage.fast.layout import (
    GOT,
    GOT_MAYBE,
    IS_RETURNING,
    KNOWN,
    KNOWN_MAYBE,
    RESOURCE,
)  # fmt: skip
from lineage.spans import Mark

_BAD_TIMES = int(Mark.BAD_TIMES)
_NONE = np.uint64(0)
_MANY = 32
"""Siblings from which on unions over stretches of them are prepared."""


@compiled
def all_back(i, state, masks):
    """Everything that a row returns, of whatever certainty."""
    return masks[i, GOT] | masks[i, GOT_MAYBE] if state[i] & IS_RETURNING else _NONE


@compiled
def siblings(low, high, act, state, start, end, marks, masks, table, group_of, group_stamps):
    """What each of the siblings in rows [low, high), sorted by start, may have of the others."""
    everything = _NONE
    for i in range(low, high):
        everything |= all_back(i, state, masks)
    if everything == _NONE:
        return
    m = high - low
    # Groups of one clock: numbered as they come, -1 for rows without good times.
    group = np.empty(m, np.int32)
    totals = np.zeros(m, np.uint64)
    counts = np.zeros(m + 1, np.int32)
    groups = 0
    timeless = 0
    timeless_total = _NONE
    for i in range(low, high):
        if marks[i] & _BAD_TIMES:
            group[i - low] = -1
            timeless += 1
            timeless_total |= all_back(i, state, masks)
            continue
        clock = table[act[i], RESOURCE]
        if group_stamps[clock] != low:
            group_stamps[clock] = low
            group_of[clock] = groups
            groups += 1
        g = group_of[clock]
        group[i - low] = g
        totals[g] |= all_back(i, state, masks)
        counts[g + 1] += 1
    for g in range(groups):
        counts[g + 1] += counts[g]
    members = np.empty(m - timeless, np.int32)
    fill = counts[:groups].copy()
    for i in range(low, high):
        g = group[i - low]
        if g >= 0:
            members[fill[g]] = i
            fill[g] += 1
    for g in range(groups):
        clock_order(members[counts[g] : counts[g + 1]], state, start, end, masks)
    if groups + timeless == 1:
        return
    after = np.zeros(m + 1, np.uint64)
    for g in range(groups - 1, -1, -1):
        after[g] = after[g + 1] | totals[g]
    timed_total = after[0]
    before = _NONE
    for g in range(groups):
        others = before | after[g + 1] | timeless_total
        for k in range(counts[g], counts[g + 1]):
            masks[members[k], KNOWN_MAYBE] |= others
        before |= totals[g]
    if timeless:
        rest = _NONE
        for i in range(low, high):
            if group[i - low] < 0:
                masks[i, KNOWN_MAYBE] |= rest | timed_total
                rest |= all_back(i, state, masks)
        rest = _NONE
        for i in range(high - 1, low - 1, -1):
            if group[i - low] < 0:
                masks[i, KNOWN_MAYBE] |= rest
                rest |= all_back(i, state, masks)


@compiled
def clock_order(group, state, start, end, masks):
    """Siblings of one clock, by start: who ended before one starts is established, who overlaps it is possible."""
    m = len(group)
    if m < 2:
        return
    # A span of no length ends after its start, so that two at one instant do not each precede the other.
    ended = np.empty(m, np.int64)
    by_end = np.empty(m, np.int32)
    for k in range(m):
        ended[k] = max(end[group[k]], start[group[k]] + 1)
        by_end[k] = k
    sort_by(by_end, 0, m, ended)
    levels = 1
    if m > _MANY:
        while (1 << levels) <= m:
            levels += 1
    unions = np.zeros((levels, m), np.uint64)
    for k in range(m):
        unions[0, k] = all_back(group[k], state, masks)
    for level in range(1, levels):
        half = 1 << (level - 1)
        for k in range(m - 2 * half + 1):
            unions[level, k] = unions[level - 1, k] | unions[level - 1, k + half]
    done = _NONE
    done_maybe = _NONE
    begun = _NONE
    at = 0
    k = 0
    while k < m:
        now = start[group[k]]
        same = k
        while same < m and start[group[same]] == now:
            same += 1
        while at < m and ended[by_end[at]] <= now:
            row = group[by_end[at]]
            if state[row] & IS_RETURNING:
                done |= masks[row, GOT]
                done_maybe |= masks[row, GOT_MAYBE]
            at += 1
        together = _NONE
        for one in range(k, same):
            row = group[one]
            masks[row, KNOWN] |= done
            masks[row, KNOWN_MAYBE] |= done_maybe | begun | together
            together |= unions[0, one]
            # Who starts later, but before this one ends.
            if levels == 1:
                later = same
                while later < m and start[group[later]] < end[row]:
                    masks[row, KNOWN_MAYBE] |= unions[0, later]
                    later += 1
            else:
                first, last = same, m
                while first < last:
                    middle = (first + last) // 2
                    if start[group[middle]] < end[row]:
                        first = middle + 1
                    else:
                        last = middle
                if first > same:
                    level = 0
                    while (2 << level) <= first - same:
                        level += 1
                    masks[row, KNOWN_MAYBE] |= unions[level, same] | unions[level, first - (1 << level)]
        rest = _NONE
        for one in range(same - 1, k - 1, -1):
            masks[group[one], KNOWN_MAYBE] |= rest
            rest |= unions[0, one]
        begun |= together
        k = same
