"""The fast decoders: a compiled scan for what every span has, and a memory of the plain decoder for the rest.

What a span *means* is decided in one place, the plain decoder (`lineage/decode`). The scan finds ids and times, and a
hash of the bytes that decide about shape and tenant. A hash that was met before gives what the plain decoder said then;
for a new one it is asked, about this one span. A message that the scan has any doubt about goes to it whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lineage.decode.columns import Columns
from lineage.decode.shaper import Shaper
from lineage.fast import rows as r
from lineage.fast.bytewise import inlined, scanning
from lineage.fast.rows import Keys, Scan
from lineage.spans import Mark, Tally

_MOST = 1 << 18
"""Hashes remembered; beyond that all are forgotten, as the plain decoder does."""
_U = np.uint64


class Plain(Protocol):
    """What the two plain decoders have in common."""

    shaper: Shaper
    tally: Tally
    columns: Columns

    def decode(self, data: bytes, /) -> None: ...
    def _resource(self, raw: bytes, /) -> int: ...


@inlined
def _find(a, b, slots, entries):  # type: ignore[no-untyped-def]
    """The row of `entries` for a hash, or -1."""
    mask = len(slots) - 1
    slot = np.int64(a) & mask
    while slots[slot] >= 0:
        entry = slots[slot]
        if entries[entry, 0] == a and entries[entry, 1] == b:
            return entry
        slot = (slot + 1) & mask
    return -1


@scanning
def _resolve(rows, row, stop, slots, entries, counted):  # type: ignore[no-untyped-def]
    """Fill in shape, tenant and marks from `row` on; the first row that needs the careful way, or `stop`."""
    while row < stop:
        if rows[row, r.CARE]:
            return row
        entry = _find(rows[row, r.HASH_A], rows[row, r.HASH_B], slots, entries)
        if entry < 0:
            return row
        rows[row, r.SHAPE] = entries[entry, 2]
        rows[row, r.TENANT] = entries[entry, 3]
        rows[row, r.MARKS] |= entries[entry, 4]
        counted[entries[entry, 5]] += 1
        row += 1
    return stop


@scanning
def _insert(a, b, entry, slots):  # type: ignore[no-untyped-def]
    """Take the next free slot for a hash."""
    mask = len(slots) - 1
    slot = np.int64(a) & mask
    while slots[slot] >= 0:
        slot = (slot + 1) & mask
    slots[slot] = entry


class _Table:
    """From the hash of a span to its shape, tenant, marks and refusals."""

    def __init__(self) -> None:
        self.reasons: list[tuple[tuple[str, int], ...]] = [()]
        self.counted = np.zeros(64, np.int64)
        """How often each of `reasons` was met in this message."""
        self._codes: dict[tuple[tuple[str, int], ...], int] = {(): 0}
        self._forget()

    def _forget(self) -> None:
        self.slots = np.full(1 << 12, -1, np.int32)
        self.entries = np.empty((1 << 11, 6), np.uint64)
        self.used = 0

    def put(self, a: int, b: int, shape: int, tenant: int, marks: int, refused: Counter[str]) -> None:
        """Remember what a hash stands for."""
        if self.used >= _MOST:
            self._forget()
        if self.used == len(self.entries):
            self.entries = np.concatenate([self.entries, np.empty_like(self.entries)])
            self.slots = np.full(4 * self.used, -1, np.int32)
            for entry in range(self.used):
                _insert(self.entries[entry, 0], self.entries[entry, 1], entry, self.slots)
        self.entries[self.used] = a, b, shape, tenant, marks, self._reason(refused)
        _insert(_U(a), _U(b), self.used, self.slots)
        self.used += 1

    def _reason(self, refused: Counter[str]) -> int:
        key = tuple(refused.items())
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = len(self.reasons)
            self.reasons.append(key)
            if code >= len(self.counted):
                self.counted = np.concatenate([self.counted, np.zeros_like(self.counted)])
        return code

    def refused(self) -> Counter[str]:
        """The refusals met since `counted` was cleared."""
        refused: Counter[str] = Counter()
        for code in np.flatnonzero(self.counted[1:]) + 1:
            for reason, number in self.reasons[code]:
                refused[reason] += number * int(self.counted[code])
        return refused


class FastDecoder:
    """Decodes messages like the plain decoder that it is given, into the same columns and tally.

    Args:
        plain: reads what the scan will not.
        careful: another plain decoder of the same sort, with a tally and columns of its own, over the same vocabulary
            and tenant keys.
        ask: gives `careful` the span in these bytes with this resource, without the counts of what the sender dropped.
        kernel: `scan_proto.scan` or `scan_json.scan`.

    Raises:
        ValueError: the tenant keys are too long or too many.
    """

    def __init__(
        self, plain: Plain, careful: Plain, ask: Callable[[Any, bytes, int], None], kernel: Callable[..., int]
    ) -> None:
        self._plain, self._careful, self._ask, self._kernel = plain, careful, ask, kernel
        self._keys = Keys(plain.shaper.tenant_keys)
        self._scan = Scan()
        self._table = _Table()
        self._resources: set[tuple[int, int]] = set()

    @property
    def remembered(self) -> int:
        """How many different spans it knows the answer for."""
        return self._table.used

    def prepare(self) -> None:
        """Have everything compiled or loaded, so that a numba that cannot is met before the first message.

        Raises:
            Exception: what numba raises.
        """
        self._scanned(b"")
        table = self._table
        _resolve(self._scan.rows, 0, 0, table.slots, table.entries, table.counted)
        _insert(_U(0), _U(0), 0, np.full(4, -1, np.int32))

    def decode(self, data: bytes) -> None:
        """Add the spans of one message.

        Raises:
            Exception: what the plain decoder raises.
        """
        found = self._scanned(data)
        told = self._resolved(data, found) if found >= 0 else None
        if told is None:
            self._plain.decode(data)
            return
        columns = self._plain.columns
        columns.put(r.spans_of(self._scan.rows[:found]))
        columns.links += told.links
        self._count(told)

    def _scanned(self, data: bytes) -> int:
        """Fill `self._scan`; the number of rows, or `DOUBT`."""
        keys, buffer = self._keys, np.frombuffer(data, np.uint8)
        while True:
            scan = self._scan
            found = int(
                self._kernel(
                    buffer,
                    keys.slots,
                    keys.keys,
                    keys.routes,
                    keys.route_begins,
                    keys.secret,
                    scan.groups,
                    scan.rows,
                    scan.counts,
                )
            )
            if found != r.FULL:
                return found
            scan.grow()

    def _resolved(self, data: bytes, found: int) -> _Told | None:
        """Shape, tenant and marks for each row; None if the plain decoder shall say what is wrong."""
        told = _Told()
        table, rows = self._table, self._scan.rows
        table.counted[:] = 0
        try:
            self._meet_resources(data)
            row = 0
            while (row := _resolve(rows, row, found, table.slots, table.entries, table.counted)) < found:
                self._answer(data, rows[row], told)
                row += 1
        except Exception:
            # Whatever it is (a text that is not UTF-8, a resource that is no message): the plain decoder meets it too.
            return None
        told.refused.update(table.refused())
        return told

    def _meet_resources(self, data: bytes) -> None:
        """Let the plain decoder see the resources: it counts what it refuses of them."""
        number = int(self._scan.counts[r.GROUPS])
        known, refused = self._resources, self._plain.tally.refused
        for begin, end, a, b in self._scan.groups[:number].tolist():
            if (a, b) in known:
                continue
            before = refused.total()
            self._plain._resource(data[begin:end])
            # One of which something is refused is left to the plain decoder each time: it knows how often to count.
            if refused.total() == before:
                if len(known) >= _MOST:
                    known.clear()
                known.add((a, b))

    def _answer(self, data: bytes, row: NDArray[np.uint64], told: _Told) -> None:
        """Ask the careful decoder about one span, and remember what it says."""
        careful, columns, aside = self._careful, self._careful.columns, self._careful.tally
        begin, end, _ = self._scan.groups[int(row[r.GROUP]), :3].tolist()
        resource = careful._resource(data[begin:end])
        aside.refused.clear()
        aside.sampled = 0
        columns.__init__()  # type: ignore[misc]
        self._ask(careful, data[int(row[r.BEGIN]) : int(row[r.FINISH])], resource)
        shape, tenant, marks = columns.shape[0], columns.tenant[0], columns.marks[0] & Mark.LOST_ATTRIBUTES
        care = int(row[r.CARE])
        if not care:
            self._table.put(int(row[r.HASH_A]), int(row[r.HASH_B]), shape, tenant, marks, aside.refused)
        if care & r.STATE:
            told.sampled += aside.sampled
        told.refused.update(aside.refused)
        told.links += columns.links
        row[r.SHAPE], row[r.TENANT] = shape, tenant
        row[r.MARKS] |= _U(marks)

    def _count(self, told: _Told) -> None:
        """Add the counts of a message that was read whole."""
        tally, counts = self._plain.tally, self._scan.counts.tolist()
        tally.requests += 1
        tally.spans += counts[r.SPANS]
        tally.sampled += counts[r.SAMPLED] + told.sampled
        for place, reason in r.REASONS.items():
            if counts[place]:
                tally.rejected[reason] += counts[place]
        for place, what in r.LOST.items():
            if counts[place]:
                tally.lost[what] += counts[place]
        if told.refused:
            tally.refused.update(told.refused)


class _Told:
    """What the careful decoder said in one message beside shapes; counted when the message is through."""

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()
        self.links: list[tuple[int, int, int, int, int, int]] = []
        self.sampled = 0
