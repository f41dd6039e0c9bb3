"""Second step: each span's parent, and an order in which parents come first (assembly.md section 2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineage.link.acts import Acts
from lineage.link.clean import shared_ids
from lineage.spans import Kind, Spans

_CALLS = (Kind.CLIENT, Kind.PRODUCER)
_TAKES = (Kind.SERVER, Kind.CONSUMER)


@dataclass(slots=True)
class Tree:
    """The forest of a batch of whole traces; arrays of one entry a row, rows as in the spans given."""

    up: NDArray[np.int64]
    """Row of the parent, -1 for a root."""
    orphan: NDArray[np.bool_]
    """A root whose parent is named but not here, or was cut from a cycle."""
    conflict: NDArray[np.bool_]
    """Its parent was chosen among spans that share an id and should not."""
    depth: NDArray[np.int64]
    rivals: dict[int, list[int]]
    """Row with such a parent -> the other spans that may be its parent."""


def grow(spans: Spans, trace: NDArray[np.int64], acts: Acts, counts: Counter[str]) -> Tree:
    """Find parents by id, resolve shared ids, cut cycles.

    Args:
        spans: sorted by trace and span id, without duplicates.
        trace: the number of each row's trace, ascending.
        acts: for kinds, services and order of shapes.
        counts: gets `missing-parent`, `id-conflict`, `cycle`, `several-roots`.
    """
    n = len(spans)
    up = _parents_by_id(spans, trace)
    conflict = np.zeros(n, bool)
    rivals: dict[int, list[int]] = {}
    runs = shared_ids(spans)
    if runs:
        _resolve_shared(spans, trace, acts, runs, up, conflict, rivals, counts)
    orphan = (up < 0) & (spans.parent != 0)
    missing = int(orphan.sum())
    depth, top = _depths(up)
    looped = np.flatnonzero(up[top] >= 0)
    if len(looped):
        cut = _cut_cycles(spans, acts, up, looped)
        counts["cycle"] += len(cut)
        up[cut] = -1
        orphan[cut] = True
        depth, _ = _depths(up)
    if missing:
        counts["missing-parent"] += missing
    if n:
        roots = np.bincount(trace[up < 0])
        several = int((roots > 1).sum())
        if several:
            counts["several-roots"] += several
    return Tree(up, orphan, conflict, depth, rivals)


def _parents_by_id(spans: Spans, trace: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row with the parent's id in the same trace, the first of several; -1 for none."""
    n = len(spans)
    up = np.full(n, -1, np.int64)
    child = np.flatnonzero(spans.parent != 0)
    if not len(child):
        return up
    # Spread ids and trace numbers over 64 bits so that one search finds (trace, id); equal hashes are checked below.
    spread = trace.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    keys = spans.span ^ spread
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    wanted = spans.parent[child] ^ spread[child]
    at = np.searchsorted(sorted_keys, wanted)
    while len(child):
        inside = at < n
        child, wanted, at = child[inside], wanted[inside], at[inside]
        equal = sorted_keys[at] == wanted
        child, wanted, at = child[equal], wanted[equal], at[equal]
        row = order[at]
        hit = (spans.span[row] == spans.parent[child]) & (trace[row] == trace[child])
        up[child[hit]] = row[hit]
        child, wanted, at = child[~hit], wanted[~hit], at[~hit] + 1
    return up


def _resolve_shared(
    spans: Spans,
    trace: NDArray[np.int64],
    acts: Acts,
    runs: list[tuple[int, int]],
    up: NDArray[np.int64],
    conflict: NDArray[np.bool_],
    rivals: dict[int, list[int]],
    counts: Counter[str],
) -> None:
    """Choose parents again where several spans have the parent's id, and join B3's halves."""
    shapes, of_shape, rows = acts.vocabulary.shapes, acts.of_shapes(), acts.rows
    tenants = acts.vocabulary.tenants
    kind = [rows[of_shape[shape]].kind for shape in spans.shape.tolist()] if len(runs) else []
    group: dict[tuple[int, int], tuple[list[int], bool]] = {}
    for low, high in runs:
        members = list(range(low, high))
        callers = [row for row in members if kind[row] in _CALLS]
        b3 = len(callers) == 1 and all(kind[row] in _TAKES for row in members if row not in callers)
        if not b3:
            counts["id-conflict"] += len(members) - 1
        group[int(trace[low]), int(spans.span[low])] = (members, b3)
    wanted = {key[1] for key in group}
    touched = np.isin(spans.parent, np.fromiter(wanted, np.uint64, len(wanted)))
    for low, high in runs:
        touched[low:high] = True
    for row in np.flatnonzero(touched).tolist():
        where = int(trace[row])
        own = group.get((where, int(spans.span[row])))
        if own is not None and kind[row] in _TAKES:
            callers = [other for other in own[0] if other != row and kind[other] in _CALLS]
            if len(callers) == 1:
                up[row], conflict[row] = callers[0], not own[1]
                continue
        found = group.get((where, int(spans.parent[row])))
        if found is None or not spans.parent[row]:
            continue
        members, b3 = found
        others = [other for other in members if other != row] or [row]
        mine = rows[of_shape[int(spans.shape[row])]].service

        def preference(other: int, mine: int = mine) -> tuple[object, ...]:
            act = rows[of_shape[int(spans.shape[other])]]
            layer = 0 if act.kind in _TAKES else 2 if act.kind in _CALLS else 1
            return (
                act.service != mine,
                layer,
                int(spans.start[other]),
                int(spans.end[other]),
                shapes[int(spans.shape[other])],
                tenants[int(spans.tenant[other])],
                int(spans.parent[other]),
                int(spans.marks[other]),
            )

        up[row] = min(others, key=preference)
        conflict[row] = not b3
        if not b3 and len(others) > 1:
            rivals[row] = [other for other in others if other != up[row]]


def _depths(up: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Steps to the root, and the row reached by them, by doubling; on a cycle the row reached has a parent."""
    n = len(up)
    top = np.where(up < 0, np.arange(n), up)
    depth = (up >= 0).astype(np.int64)
    span = 1
    while span < n:
        further = top[top]
        if np.array_equal(further, top):
            break
        depth += depth[top]
        top = further
        span *= 2
    return depth, top


def _cut_cycles(spans: Spans, acts: Acts, up: NDArray[np.int64], looped: NDArray[np.intp]) -> list[int]:
    """One member of each cycle: the smallest by (span id, start, end, shape, tenant, parent, marks)."""
    shapes, tenants = acts.vocabulary.shapes, acts.vocabulary.tenants

    def order(row: int) -> tuple[object, ...]:
        shape, tenant = shapes[int(spans.shape[row])], tenants[int(spans.tenant[row])]
        return (
            int(spans.span[row]),
            int(spans.start[row]),
            int(spans.end[row]),
            shape,
            tenant,
            int(spans.parent[row]),
            int(spans.marks[row]),
        )

    cut: list[int] = []
    done: set[int] = set()
    for row in looped.tolist():
        path: list[int] = []
        on_path: set[int] = set()
        while row not in done and row not in on_path and row >= 0:
            path.append(row)
            on_path.add(row)
            row = int(up[row])
        if row in on_path:
            cycle = path[path.index(row) :]
            cut.append(min(cycle, key=order))
        done.update(path)
    return cut
