"""What a scan gives: one row of numbers a span, one a resource, and counts; and how an attribute takes part in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineage import names
from lineage.fast.bytewise import key_table, secrets, texts
from lineage.names import Reduce
from lineage.spans import LINK, Spans

# Columns of `Scan.rows`.
TRACE_HI, TRACE_LO, SPAN, PARENT, START, END, MARKS = range(7)
HASH_A, HASH_B = 7, 8
"""The hash of all that decides about the span's shape and tenant; its resource is part of it."""
GROUP = 9
"""Row of `Scan.groups`."""
BEGIN, FINISH = 10, 11
"""Where the span stands in the message."""
CARE = 12
"""`ALWAYS`, `STATE`, or 0."""
SHAPE, TENANT = 13, 14
WIDTH = 16

ALWAYS = 1
"""The careful way is taken for this span, and what it gives is not remembered."""
STATE = 2
"""Beside that, its trace state is read the careful way."""

# Places in `Scan.counts`.
SPANS, BAD_TRACE, BAD_SPAN, BAD_PARENT, ZERO_TRACE, ZERO_SPAN = range(6)
LOST_ATTRIBUTES, LOST_EVENTS, LOST_LINKS, SAMPLED, GROUPS = range(6, 11)
COUNTS = 11
REASONS = {
    BAD_TRACE: "bad-trace-id",
    BAD_SPAN: "bad-span-id",
    BAD_PARENT: "bad-parent-id",
    ZERO_TRACE: "zero-trace-id",
    ZERO_SPAN: "zero-span-id",
}

LOST = {LOST_ATTRIBUTES: "attributes", LOST_EVENTS: "events", LOST_LINKS: "links"}

DOUBT, FULL = -1, -2
"""What a kernel returns instead of the number of rows: the plain decoder shall read the message; the arrays are too small."""

# How an attribute takes part in the hash (`keys[row, 1]`).
WHOLE, PEER, URL, ROUTE = 1, 2, 3, 4
"""By all its bytes; not at all on a span that serves; by its authority, and like PEER; by whether it is a health check."""
NAMES_SYSTEM = 8
"""Flag beside these: the span is of a database, so that its name takes part too."""
DOCUMENTS = (b"retrieval.documents.", b".document.metadata")
"""Keys with this beginning (20 bytes) and this end (18) take part whole."""


@dataclass(slots=True)
class Scan:
    """Arrays that a kernel fills; `grow` when they are too small."""

    rows: NDArray[np.uint64] = field(default_factory=lambda: np.empty((1024, WIDTH), np.uint64))
    groups: NDArray[np.uint64] = field(default_factory=lambda: np.empty((256, 4), np.uint64))
    """Begin, end and hash of a resource."""
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(COUNTS, np.int64))

    def grow(self) -> None:
        """Make room for twice as much; what was there is lost."""
        self.rows = np.empty((2 * len(self.rows), WIDTH), np.uint64)
        self.groups = np.empty((2 * len(self.groups), 4), np.uint64)


def spans_of(rows: NDArray[np.uint64]) -> Spans:
    """Rows of a scan as columns, without their links."""

    def column(number: int, dtype: Any) -> Any:
        return rows[:, number].astype(dtype)

    return Spans(
        trace_hi=column(TRACE_HI, np.uint64),
        trace_lo=column(TRACE_LO, np.uint64),
        span=column(SPAN, np.uint64),
        parent=column(PARENT, np.uint64),
        start=column(START, np.int64),
        end=column(END, np.int64),
        shape=column(SHAPE, np.int32),
        tenant=column(TENANT, np.int32),
        marks=column(MARKS, np.uint8),
        links=_NO_LINKS,
    )


_NO_LINKS = np.array([], dtype=LINK)


class Keys:
    """Which attributes matter, and how, as arrays; with the secret of this process.

    Raises:
        ValueError: the tenant keys are too long or too many for the table.
    """

    def __init__(self, tenant_keys: Collection[str]) -> None:
        self.secret = secrets()
        sorts = {key.encode(): _sort(key) for key in names.SPAN}
        sorts |= {key.encode(): WHOLE | sorts.get(key.encode(), 0) & NAMES_SYSTEM for key in tenant_keys}
        self.slots, self.keys = key_table(sorts, self.secret)
        self.routes, self.route_begins = texts(sorted(names.PROBE_ROUTES))


def _sort(key: str) -> int:
    attribute = names.SPAN[key]
    if attribute.reduce is Reduce.URL:
        return URL
    if attribute.reduce is Reduce.ROUTE:
        return ROUTE
    if key in names.PEER:
        return PEER
    return WHOLE | (NAMES_SYSTEM if attribute.canonical == "db.system.name" else 0)
