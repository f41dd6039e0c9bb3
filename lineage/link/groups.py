"""Before the first step: spans into groups of whole traces, in bounded memory.

A group is what is assembled in one go: whole traces, with every trace that links join them to. Spans are held as packed
records; above `HELD` they go to a temporary file, sorted by a hash of their trace, and come back a range of hashes at a
time. Records are ids, times and codes: no content is ever in the file, and it has no name that outlives the run.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

import numpy as np
from numpy.typing import NDArray

from lineage.errors import LineageError
from lineage.spans import COLUMNS, LINK, Spans

HELD = 1 << 18
"""Spans held in memory before they go to the file: 57 bytes each."""
GROUP = 1 << 17
"""Spans assembled in one go, about: a group holds whole traces, so one of a long trace is longer."""
_PARTS = 1024
_ROW = np.dtype(list(zip(COLUMNS, ("u8",) * 4 + ("i8",) * 2 + ("i4",) * 2 + ("u1",), strict=True)))


def groups(batches: Iterable[Spans], held: int = HELD, size: int = GROUP) -> Iterator[Spans]:
    """All spans of `batches`, in groups that can be assembled one by one.

    Args:
        batches: spans in any order; a trace may be spread over batches.
        held: how many spans may be held in memory.
        size: how many spans a group has, about.

    Raises:
        LineageError: there is no room for the temporary file.

    >>> [len(group) for group in groups([Spans.of([(0, 1, 7, 0, 5, 6, 0, 0, 0)]), Spans.of([(0, 1, 8, 7, 5, 6, 0, 0, 0)])])]
    [2]
    """
    # The low half of a trace id is the same in its short and its long form; an unknown multiplier, so that nobody
    # can choose ids that all fall into one part.
    spread = np.uint64(secrets.randbits(64) | 1)
    links: list[NDArray[np.void]] = []
    store = _Store(held)
    for batch in batches:
        if len(batch.links):
            links.append(batch.links)
        if len(batch):
            store.add(batch, (batch.trace_lo * spread) >> np.uint64(54))
    joins = np.concatenate(links) if links else np.zeros(0, LINK)
    if store.count <= size or not len(joins):
        for _, _, spans in store.groups(size):
            spans.links = joins
            yield spans
        return
    los, component = _joined(joins)
    part = (component % _PARTS).astype(np.uint64)
    aside = _Store(held)
    for _, _, spans in store.groups(size):
        at = np.minimum(np.searchsorted(los, spans.trace_lo), len(los) - 1)
        linked = los[at] == spans.trace_lo
        if linked.any():
            aside.add(spans.take(np.flatnonzero(linked)), part[at[linked]])
            spans = spans.take(np.flatnonzero(~linked))
        if len(spans):
            yield spans
    part_of_link = part[np.searchsorted(los, joins["trace_lo"])]
    # Linked traces are assembled the plain way, as lists: a small group at a time.
    for low, high, spans in aside.groups(-(-size // 8)):
        spans.links = joins[(part_of_link >= low) & (part_of_link < high)]
        yield spans


def _joined(links: NDArray[np.void]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The low halves of all linked traces, sorted, and for each the number of what links join it to."""
    los, at = np.unique(np.concatenate([links["trace_lo"], links["to_lo"]]), return_inverse=True)
    one, other = at[: len(links)], at[len(links) :]
    label = np.arange(len(los))
    while True:
        mine, theirs = label[one], label[other]
        if np.array_equal(mine, theirs):
            return los, label
        least = np.minimum(mine, theirs)
        np.minimum.at(label, mine, least)
        np.minimum.at(label, theirs, least)
        while not np.array_equal(label, label[label]):
            label = label[label]


class _Store:
    """Spans by part, in memory and, above a limit, in one temporary file."""

    def __init__(self, held: int) -> None:
        self.count = 0
        self._held = held
        self._waiting: list[tuple[NDArray[np.void], NDArray[np.uint64]]] = []
        self._in_memory = 0
        self._sizes = np.zeros(_PARTS, np.int64)
        self._file: IO[bytes] | None = None
        self._runs: list[tuple[int, NDArray[np.int64]]] = []
        """Where each sorted run begins in the file, and the row at which each part begins in it."""

    def add(self, spans: Spans, part: NDArray[np.uint64]) -> None:
        """Keep these spans; `part` says for each which part it belongs to."""
        rows = np.empty(len(spans), _ROW)
        for name in COLUMNS:
            rows[name] = getattr(spans, name)
        self._waiting.append((rows, part))
        self._in_memory += len(rows)
        self.count += len(rows)
        self._sizes += np.bincount(part.astype(np.intp), minlength=_PARTS)
        if self._in_memory > self._held:
            self._spill()

    def groups(self, size: int) -> Iterator[tuple[int, int, Spans]]:
        """Parts [low, high) with their spans, each about `size`; every span once."""
        if self._file is not None and self._waiting:
            self._spill()
        rows, starts = (
            self._sorted() if self._waiting else (np.empty(0, _ROW), np.zeros(_PARTS + 1, np.int64))
        )
        low = 0
        while low < _PARTS:
            high, total = low + 1, int(self._sizes[low])
            while high < _PARTS and total + self._sizes[high] <= size:
                total += int(self._sizes[high])
                high += 1
            if total:
                pieces = [self._read(start, run, low, high) for start, run in self._runs]
                yield low, high, _columns([*pieces, rows[starts[low] : starts[high]]])
            low = high
        if self._file is not None:
            self._file.close()

    def _sorted(self) -> tuple[NDArray[np.void], NDArray[np.int64]]:
        """The rows in memory by part, and where each part begins; they are no longer held."""
        part = np.concatenate([parts for _, parts in self._waiting])
        rows = np.concatenate([rows for rows, _ in self._waiting])
        self._waiting = []
        self._in_memory = 0
        order = np.argsort(part, kind="stable")
        starts = np.searchsorted(part[order], np.arange(_PARTS + 1, dtype=np.uint64))
        return rows[order], starts.astype(np.int64)

    def _spill(self) -> None:
        rows, starts = self._sorted()
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="lineage-", buffering=0)  # noqa: SIM115 - closed after the last group
            self._runs.append((self._file.seek(0, 2), starts))
            data = rows.view(np.uint8).data
            while len(data):
                data = data[self._file.write(data) :]
        except OSError as error:
            raise LineageError.of(
                f"no room for {self.count} spans in a temporary file ({error.strerror})",
                remedy="point TMPDIR to a disk with 60 bytes a span to spare",
            ) from None

    def _read(self, start: int, starts: NDArray[np.int64], low: int, high: int) -> NDArray[np.void]:
        assert self._file is not None  # noqa: S101 - runs exist only with a file
        self._file.seek(start + int(starts[low]) * _ROW.itemsize)
        rows = np.empty(int(starts[high] - starts[low]), _ROW)
        into = rows.view(np.uint8).data
        while len(into):
            got = self._file.readinto(into)  # type: ignore[attr-defined]
            if not got:
                raise LineageError.of("the temporary file was cut while it was read", remedy="run again")
            into = into[got:]
        return rows


def _columns(pieces: list[NDArray[np.void]]) -> Spans:
    rows = np.concatenate(pieces)
    columns = {name: np.ascontiguousarray(rows[name]) for name in COLUMNS}
    return Spans(**columns, links=np.zeros(0, LINK))
