"""The record of decisions: one JSON line each, appended to a file of its own, numbered within a process.

    {"process": "4711-5f0c9a3e", "n": 0, "time": "...", "format": "lineage-decisions/1", "packs": {...}, ...}
    {"process": "4711-5f0c9a3e", "n": 1, "time": "...", "outcome": "allowed", "source": "service:gw@SG", ...}
    {"process": "4711-5f0c9a3e", "n": 96, "time": "...", "again": {"1": 80, "2": 14}}
    {"process": "4711-5f0c9a3e", "n": 99, "time": "...", "dropped": 3}

A line is written by one call, at the end of the file, so several processes may share it. Nothing that a client sent
is in it: ids of places, words of closed vocabularies, and counts. Of each process, the lines with an outcome, what was met
again and what was dropped add up to the highest number: whatever is missing is seen to be missing.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = "lineage-decisions/1"
WAITING = 10_000
"""Records that may wait to be written; what comes beyond is dropped and counted."""

Record = Mapping[str, Any]


class Journal:
    """Writes records: at once and for good (`now`), or when there is time (`later`).

    Args:
        path: the file; "" = nothing is written, and nothing is counted as dropped.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self.broken = False
        """The last write failed; the next that succeeds mends it."""
        self._file = -1
        self.forked()

    def forked(self) -> None:
        """Begin anew in a child process: what waits is the parent's to write, and its locks may be held for ever."""
        self.process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.dropped = 0
        """Decisions that were never written."""
        self._told = 0
        """How many of them the file tells of."""
        self._last = 0
        """The highest number written."""
        self._waiting: deque[Record] = deque()
        self._lock = threading.Lock()
        self._torn = False
        self._close()

    def now(self, records: Sequence[Record]) -> None:
        """Write records, after those that wait; they are on the disk when this returns.

        Raises:
            OSError: they are not; they are dropped and counted.
        """
        if not self.path:
            return
        try:
            self._write(records, sync=True)
        except OSError:
            for record in records:
                self._drop(record)
            raise

    def later(self, record: Record) -> None:
        """Have a record written by the next `flush`; dropped and counted when too many wait."""
        if not self.path:
            return
        if len(self._waiting) >= WAITING:
            self._drop(record)
        else:
            self._waiting.append(record)

    def _drop(self, record: Record) -> None:
        with self._lock:
            self.dropped += _decisions(record)

    def flush(self, records: Sequence[Record] = ()) -> None:
        """Write what waits, and these records; what cannot be written is dropped and counted."""
        if not self.path or not (self._waiting or records or self.dropped > self._told):
            return
        try:
            self._write(records, sync=False)
        except OSError:
            for record in records:
                self._drop(record)
            while self._waiting:
                self._drop(self._waiting.popleft())

    def reopen(self) -> None:
        """Open the file by its name again at the next write: somebody may have moved it away."""
        with self._lock:
            self._close()

    def close(self) -> None:
        """Let go of the file."""
        self.reopen()

    def _write(self, records: Sequence[Record], *, sync: bool) -> None:
        with self._lock:
            waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
            lines, dropped = [*waiting, *records], self.dropped
            last = max((record["n"] for record in lines), default=self._last)
            if dropped > self._told:
                lines.append({"n": last, "dropped": dropped - self._told})
            try:
                self._append(b"".join(map(self._line, lines)), sync)
            except OSError:
                self.broken = True
                self._waiting.extendleft(reversed(waiting))
                raise
            self.broken, self._told, self._last = False, dropped, last

    def _append(self, data: bytes, sync: bool) -> None:
        if self._file < 0:
            self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
            size = os.fstat(self._file).st_size
            self._torn = size > 0 and os.pread(self._file, 1, size - 1) != b"\n"
        if self._torn:
            data = b"\n" + data  # what was cut short stays a line of its own
        written = os.write(self._file, data)
        self._torn = written < len(data)
        if self._torn:
            raise OSError("the disk took only a part")
        if sync:
            os.fsync(self._file)

    def _line(self, record: Record) -> bytes:
        when = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        whole = {"process": self.process, "n": record["n"], "time": when, **record}
        # A name of telemetry may hold half a character, which UTF-8 cannot: JSON writes it out.
        return json.dumps(whole, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _decisions(record: Record) -> int:
    """How many decisions a record tells of.

    >>> _decisions({"n": 1, "outcome": "allowed"}), _decisions({"n": 9, "again": {"1": 5, "2": 2}})
    (1, 7)
    """
    return int(sum(record.get("again", {}).values())) + ("outcome" in record)
