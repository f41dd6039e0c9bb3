"""Ledgers as columns: numbers, and text by its number in a list of words; no object a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineage.errors import LineageError
from lineage.ledgers.schema import KINDS, LedgerFile, Type

Numbers = NDArray[Any]
UNTOLD = -1
"""Of a count, and the number of an empty text."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one kind, all files together, as columns of equal length.

    Text: its number in `Ledgers.words`, -1 = empty. Months: since January 1970. Times: whole hours since the epoch,
    UTC; usage has a `period` made of them. Counts: -1 = not told. Money: nan = not told. A column that no file has
    is not told in any row.
    """

    columns: Mapping[str, Numbers]
    count: int


@dataclass(frozen=True)
class Ledgers:
    """All ledgers of a check; immutable but for sums that it remembers."""

    rows: Mapping[str, Rows] = field(default_factory=dict)
    """By kind; a kind that nobody gave is absent."""
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Column -> its texts, by number; the same in all kinds. Ids of requests are numbered only."""
    files: tuple[LedgerFile, ...] = ()
    memo: dict[tuple[str, ...], Any] = field(default_factory=dict, compare=False, repr=False)

    def __contains__(self, kind: str) -> bool:
        return kind in self.rows

    def __bool__(self) -> bool:
        return bool(self.rows)

    def column(self, kind: str, name: str) -> Numbers:
        """A column of a kind that is there."""
        return self.rows[kind].columns[name]

    def text(self, column: str, number: int) -> str:
        """A text by its number.

        >>> Ledgers.of([("stock", {"period": "2026-11", "model": "qwen"})]).text("model", 0)
        'qwen'
        """
        return self.words[column][number] if number >= 0 else ""

    def plus(self, other: Ledgers) -> Ledgers:
        """Both together; `other` are few rows without ids of requests.

        Raises:
            LineageError: a row of one is also in the other, where that must not be.
        """
        if not other:
            return self
        words = {name: list(texts) for name, texts in self.words.items() if name != "request"}
        rows = dict(self.rows)
        for kind, more in other.rows.items():
            columns = dict(more.columns)
            for name in [name for name in columns if name in other.words]:
                known = words.setdefault(name, [])
                place = {text: number for number, text in enumerate(known)}
                for text in other.words[name]:
                    if text not in place:
                        place[text] = len(known)
                        known.append(text)
                renumbered = np.array([place[text] for text in other.words[name]] + [UNTOLD], np.int64)
                columns[name] = renumbered[columns[name]]
            if kind in rows:
                mine = rows[kind].columns
                columns = {name: np.concatenate([mine[name], column]) for name, column in columns.items()}
            rows[kind] = Rows(columns, more.count + (rows[kind].count if kind in rows else 0))
            _complain_of_twins(kind, rows[kind], words)
        kept = {"request": self.words["request"]} if "request" in self.words else {}
        return Ledgers(rows, {**words, **kept}, self.files)

    @classmethod
    def of(cls, records: Iterable[tuple[str, Mapping[str, str]]]) -> Ledgers:
        """Small ledgers from (kind, row) as text; for sketches, and for the invoices of an inventory.

        Raises:
            ValueError: a kind or column that does not exist, or a cell that is not of its type.
        """
        by_kind: dict[str, list[Mapping[str, str]]] = {}
        for kind, row in records:
            wrong = sorted(set(row) - set(KINDS[kind].names))
            if wrong:
                raise ValueError(f"ledger {kind} has no column {wrong[0]!r}")
            by_kind.setdefault(kind, []).append(row)
        words: dict[str, dict[str, int]] = {}
        rows = {}
        for kind, lines in by_kind.items():
            columns: dict[str, Numbers] = {}
            for column in KINDS[kind].columns:
                cells = [line.get(column.name, "") for line in lines]
                known = words.setdefault(column.name, {}) if column.type is Type.TEXT else None
                columns[column.name] = _parsed(column.type, cells, known)
            rows[kind] = finished(kind, columns, len(lines), counted=any("calls" in line for line in lines))
        return cls(rows, {name: list(known) for name, known in words.items()})


def _complain_of_twins(kind: str, rows: Rows, words: Mapping[str, Sequence[str]]) -> None:
    unique = KINDS[kind].unique
    keys = list(zip(*(rows.columns[name].tolist() for name in unique), strict=True))
    if unique and len(set(keys)) < len(keys):
        twin = next(key for key in keys if keys.count(key) > 1)
        name = words[unique[0]][twin[0]] if unique[0] in words else unique[0]
        raise LineageError.of(
            f"{unique[0]} {name!r} is in a ledger ({kind}) and in the inventory, for the same {' and '.join(unique[1:])}",
            remedy="take one out: it would count twice",
        )


def finished(kind: str, columns: dict[str, Numbers], count: int, *, counted: bool) -> Rows:
    """The rows of a kind with what is worked out: the month of usage, and its calls where no column counts them."""
    if "time" in columns:
        columns["period"] = columns["time"].astype("datetime64[h]").astype("datetime64[M]").astype(np.int64)
        if not counted:
            columns["calls"] = np.ones(count, np.int64)
    return Rows(columns, count)


def month_number(text: str) -> int:
    """Months since January 1970.

    >>> month_number("1970-02"), month_text(1)
    (1, '1970-02')
    """
    return int(np.datetime64(text, "M").astype(np.int64))


def month_text(number: int) -> str:
    """The month as it is written: 2026-11."""
    return str(np.datetime64(number, "M"))


def _parsed(type_: Type, cells: Sequence[str], words: dict[str, int] | None) -> Numbers:
    if type_ is Type.TEXT and words is not None:
        return np.array([words.setdefault(c, len(words)) if c else UNTOLD for c in cells], np.int64)
    if type_ is Type.MONTH:
        return np.array([month_number(c) for c in cells], np.int64)
    if type_ is Type.TIME:
        return np.array([c.removesuffix("Z") for c in cells], "datetime64[h]").astype(np.int64)
    if type_ is Type.COUNT:
        return np.array([int(c) if c else UNTOLD for c in cells], np.int64)
    return np.array([float(c) if c else np.nan for c in cells], np.float64)
