"""Sums over ledgers by model, month and customer, and what was sold joined to what the upstreams recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lineage.ledgers.rows import UNTOLD, Ledgers, Numbers

Key = tuple[str | int, ...]
"""Texts as they are, months and hours as numbers."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What rows add up to."""

    value: float
    told: bool
    """Every row told it; else the value is at least this."""
    rows: int


@dataclass(frozen=True, slots=True)
class Joined:
    """Sold calls of a model in a month, and how many of them no upstream recorded."""

    sold: int
    unmatched: int
    told: bool
    """Every row of the model says how many calls it is, sold and upstream."""


def totals(ledgers: Ledgers, kind: str, quantity: str, by: tuple[str, ...]) -> Mapping[Key, Sum]:
    """The sum of a quantity for each combination of columns; {} for a kind that nobody gave.

    >>> rows = [{"time": "2026-11-01T10:30Z", "tenant": "acme", "model": "qwen", "tokens": n} for n in ("5", "7", "")]
    >>> ledgers = Ledgers.of([("downstream-usage", row) for row in rows])
    >>> totals(ledgers, "downstream-usage", "tokens", ("model", "tenant"))
    {('qwen', 'acme'): Sum(value=12, told=False, rows=3)}
    """
    memo = (kind, quantity, *by)
    if memo not in ledgers.memo:
        ledgers.memo[memo] = _totals(ledgers, kind, quantity, by) if kind in ledgers else {}
    found: Mapping[Key, Sum] = ledgers.memo[memo]
    return found


def _totals(ledgers: Ledgers, kind: str, quantity: str, by: tuple[str, ...]) -> dict[Key, Sum]:
    values = ledgers.column(kind, quantity)
    groups, inverse = group(*(ledgers.column(kind, name) for name in by))
    told = ~np.isnan(values) if values.dtype.kind == "f" else values != UNTOLD
    size = len(groups[0])
    summed = np.zeros(size, values.dtype)
    np.add.at(summed, inverse, np.where(told, values, 0))
    untold = np.bincount(inverse, ~told, size)
    rows = np.bincount(inverse, minlength=size)
    names = [
        [ledgers.text(name, number) for number in column.tolist()]
        if name in ledgers.words
        else column.tolist()
        for name, column in zip(by, groups, strict=True)
    ]
    return {
        key: Sum(value, not missing, count)
        for *key_, value, missing, count in zip(
            *names, summed.tolist(), untold.tolist(), rows.tolist(), strict=True
        )
        for key in (tuple(key_),)
    }


def around(ledgers: Ledgers, kind: str, key: Mapping[str, str], hours: Sequence[int]) -> list[int]:
    """For each hour, the calls that a usage ledger has in it and in the hours before and after: clocks differ a little.

    Args:
        key: what the rows must say, by column.

    >>> row = {"time": "2026-11-01T10:30Z", "tenant": "acme", "model": "qwen"}
    >>> around(Ledgers.of([("downstream-usage", row)]), "downstream-usage", {"model": "qwen"}, [498202, 498203, 498204])
    [1, 1, 0]
    """
    memo = (kind, "hours", *key)
    if memo not in ledgers.memo:
        ledgers.memo[memo] = _hourly(ledgers, kind, tuple(key))
    times, calls = ledgers.memo[memo].get(tuple(key.values()), (_NOTHING, _NOTHING))
    running = np.concatenate([[0], np.cumsum(calls)])
    wanted = np.asarray(hours, np.int64)
    ends = (np.searchsorted(times, wanted + 2), np.searchsorted(times, wanted - 1))
    found: list[int] = (running[ends[0]] - running[ends[1]]).tolist()
    return found


_NOTHING = np.zeros(0, np.int64)


def _hourly(
    ledgers: Ledgers, kind: str, names: tuple[str, ...]
) -> dict[tuple[str, ...], tuple[Numbers, Numbers]]:
    """Hours and calls of each combination of texts, the hours rising."""
    (*texts, times), inverse = group(*(ledgers.column(kind, name) for name in (*names, "time")))
    calls = np.zeros(len(times), np.int64)
    np.add.at(calls, inverse, np.maximum(ledgers.column(kind, "calls"), 0))
    changes = np.any([np.diff(column) != 0 for column in texts], axis=0)
    starts = [0, *(np.flatnonzero(changes) + 1).tolist(), len(times)]
    return {
        tuple(ledgers.text(name, int(column[start])) for name, column in zip(names, texts, strict=True)): (
            times[start:end],
            calls[start:end],
        )
        for start, end in pairwise(starts)
    }


def joined(ledgers: Ledgers) -> Mapping[tuple[str, int], Joined]:
    """What was sold, by model and month, joined to upstream usage.

    Rows that tell the upstream's id of the request are joined by it (and by the model): the same id is good for as
    many sold calls as the upstream recorded with it. The others are joined by customer, model and hour; by model and
    hour where the upstream's rows do not all name the customer.
    """
    if ("joined",) not in ledgers.memo:
        ledgers.memo[("joined",)] = _joined(ledgers)
    found: Mapping[tuple[str, int], Joined] = ledgers.memo[("joined",)]
    return found


def _joined(ledgers: Ledgers) -> dict[tuple[str, int], Joined]:
    down, up = (ledgers.rows[kind].columns for kind in ("downstream-usage", "upstream-usage"))
    sold, bought = (np.maximum(side["calls"], 0) for side in (down, up))
    by_id, up_by_id = down["request"] != UNTOLD, up["request"] != UNTOLD
    short = np.zeros(len(sold), np.int64)
    short[by_id] = _short(
        (down["request"][by_id], down["model"][by_id]), sold[by_id],
        (up["request"][up_by_id], up["model"][up_by_id]), bought[up_by_id],
    )  # fmt: skip
    # An upstream row whose id some sold row names is spent on that one; the rest serves rows without an id.
    spent = up_by_id & np.isin(up["request"], down["request"][by_id])
    names = ("tenant", "model", "time") if (up["tenant"][~spent] != UNTOLD).all() else ("model", "time")
    short[~by_id] = _short(
        tuple(down[name][~by_id] for name in names), sold[~by_id],
        tuple(up[name][~spent] for name in names), bought[~spent],
    )  # fmt: skip
    (models, months), inverse = group(down["model"], down["period"])
    size = len(models)
    sums = [np.zeros(size, np.int64) for _ in range(2)]
    for summed, part in zip(sums, (sold, short), strict=True):
        np.add.at(summed, inverse, part)
    uncounted = np.isin(down["model"], up["model"][up["calls"] == UNTOLD]) | (down["calls"] == UNTOLD)
    told = np.bincount(inverse, uncounted, size) == 0
    return {
        (ledgers.text("model", model), month): Joined(calls, missing, all_told)
        for model, month, calls, missing, all_told in zip(
            models.tolist(), months.tolist(), sums[0].tolist(), sums[1].tolist(), told.tolist(), strict=True
        )
    }


def _short(keys: tuple[Numbers, ...], wanted: Numbers, there: tuple[Numbers, ...], given: Numbers) -> Numbers:
    """For each row, how many of its calls are more than what the other side has of its key; earlier rows are served first."""
    if not len(wanted):
        return np.zeros(0, np.int64)
    _, inverse = group(*(np.concatenate(pair) for pair in zip(keys, there, strict=True)))
    mine, theirs = inverse[: len(wanted)], inverse[len(wanted) :]
    have = np.zeros(inverse.max() + 1, np.int64)
    np.add.at(have, theirs, given)
    order = np.argsort(mine, kind="stable")
    running = np.cumsum(wanted[order])
    first = np.searchsorted(mine[order], mine[order])
    before_group = running[first] - wanted[order][first]
    over = np.clip(running - before_group - have[mine[order]], 0, wanted[order])
    result = np.empty(len(wanted), np.int64)
    result[order] = over
    return result


def group(*columns: Numbers) -> tuple[list[Numbers], Numbers]:
    """The distinct rows of some columns, as columns, sorted; and for each row which of them it is.

    >>> groups, which = group(np.array([7, 3, 7]), np.array([1, 1, 1]))
    >>> [column.tolist() for column in groups], which.tolist()
    ([[3, 7], [1, 1]], [1, 0, 1])
    """
    key = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        # Renumbered after each column, so that the product of two counts never overflows.
        values, numbers = np.unique(column, return_inverse=True)
        _, key = np.unique(key * len(values) + numbers, return_inverse=True)
    _, first = np.unique(key, return_index=True)
    return [column[first] for column in columns], key
