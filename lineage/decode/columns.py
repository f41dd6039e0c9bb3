"""Rows of spans gathered in plain lists until there are enough for a batch of columns."""

from __future__ import annotations

import numpy as np

from lineage.spans import LINK, Spans

BATCH = 16_384
"""Spans in a batch, about."""


class Columns:
    """Lists, one a column; ids as bytes, big-endian."""

    def __init__(self) -> None:
        self.trace: list[bytes] = []
        self.span: list[bytes] = []
        self.parent: list[bytes] = []
        self.start: list[int] = []
        self.end: list[int] = []
        self.shape: list[int] = []
        self.tenant: list[int] = []
        self.marks: list[int] = []
        self.links: list[tuple[int, int, int, int, int, int]] = []
        self._blocks: list[Spans] = []
        self._block_rows = 0

    def __len__(self) -> int:
        return len(self.span) + self._block_rows

    def put(self, block: Spans) -> None:
        """Add rows that are columns already (a compiled scan's)."""
        self._blocks.append(block)
        self._block_rows += len(block)

    def take(self) -> Spans:
        """The rows so far as columns; nothing is left afterwards."""
        blocks = self._blocks
        trace = np.frombuffer(b"".join(self.trace), ">u8").reshape(-1, 2).astype(np.uint64)
        spans = Spans(
            trace_hi=np.ascontiguousarray(trace[:, 0]),
            trace_lo=np.ascontiguousarray(trace[:, 1]),
            span=np.frombuffer(b"".join(self.span), ">u8").astype(np.uint64),
            parent=np.frombuffer(b"".join(self.parent), ">u8").astype(np.uint64),
            start=np.array(self.start, np.int64),
            end=np.array(self.end, np.int64),
            shape=np.array(self.shape, np.int32),
            tenant=np.array(self.tenant, np.int32),
            marks=np.array(self.marks, np.uint8),
            links=np.array(self.links, dtype=LINK),
        )
        self.__init__()  # type: ignore[misc]
        return Spans.concat([*blocks, spans]) if blocks else spans


NO_PARENT = bytes(8)
LATEST = 2**63 - 1
"""The last nanosecond that is kept."""


def usable(time: int) -> int:
    """A time as it is kept: 0 if it is out of range.

    >>> usable(5), usable(2**64 - 1), usable(-5)
    (5, 0, 0)
    """
    return time if 0 <= time <= LATEST else 0


def link(trace: bytes, span: bytes, to_trace: bytes, to_span: bytes) -> tuple[int, int, int, int, int, int]:
    """One row of `Spans.links`."""
    number = int.from_bytes
    return (
        number(trace[:8], "big"),
        number(trace[8:], "big"),
        number(span, "big"),
        number(to_trace[:8], "big"),
        number(to_trace[8:], "big"),
        number(to_span, "big"),
    )
