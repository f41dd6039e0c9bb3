"""Observed operations in columns, structure only.

A span is split in two. What repeats (who speaks, what kind of operation, towards which peer) is a
`Shape`, interned once in a `Vocabulary`; what is particular (ids, times, tenant) stays in columns of
`Spans`, one array a field. A million spans have some hundred shapes, so everything that thinks about
meaning runs once a shape, and everything that runs once a span works on integers.

Content never gets here: the decoders keep allow-listed keys whose values fit a shape (names.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Kind(IntEnum):
    """Span kind, numbered as in opentelemetry-proto `trace.proto`."""

    UNSPECIFIED = 0
    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


class Mark(IntFlag):
    """What is odd or known about one span beside its ids and times (column `Spans.marks`)."""

    REMOTE_PARENT = 1
    """The SDK says that the parent is in another process (span flags, opentelemetry-proto `trace.proto`)."""
    BAD_TIMES = 2
    """Start or end is zero, out of range, or end is before start: never used to order spans."""
    LOST_LINKS = 4
    """`dropped_links_count` is not zero: a source may be missing."""
    LOST_ATTRIBUTES = 8
    """`dropped_attributes_count` is not zero, or an allow-listed value was refused for its shape."""


@dataclass(frozen=True, slots=True, order=True)
class Resource:
    """Who speaks: the resource attributes that identify and locate a service. Empty means not told."""

    service: str = ""
    namespace: str = ""
    environment: str = ""
    provider: str = ""
    region: str = ""
    country: str = ""
    instance: str = ""
    """Service instance or host: spans of one resource share a clock."""


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """Everything about a span that repeats: resource, kind, and canonical attributes.

    `attributes` are (key, value) pairs sorted by key; keys are the canonical ones of names.py,
    values have passed their shape. Never content, never an id that grows with traffic.
    """

    resource: Resource = Resource()
    kind: Kind = Kind.UNSPECIFIED
    attributes: tuple[tuple[str, str], ...] = ()

    def get(self, key: str) -> str:
        """The value of a canonical attribute, or "" when absent.

        >>> Shape(attributes=(("db.system.name", "redis"),)).get("db.system.name")
        'redis'
        """
        for name, value in self.attributes:
            if name == key:
                return value
        return ""


class Vocabulary:
    """Interns shapes and tenants: a value in, a small integer out, the same for equal values.

    Code 0 of `tenants` is "" (no tenant told).

    >>> words = Vocabulary()
    >>> words.shape(Shape(kind=Kind.SERVER)), words.shape(Shape(kind=Kind.SERVER)), words.tenant("")
    (0, 0, 0)
    """

    def __init__(self) -> None:
        self.shapes: list[Shape] = []
        self.tenants: list[str] = [""]
        self._shape_codes: dict[Shape, int] = {}
        self._tenant_codes: dict[str, int] = {"": 0}

    def shape(self, shape: Shape) -> int:
        """The code of `shape`, a new one if it was never seen."""
        code = self._shape_codes.get(shape)
        if code is None:
            code = self._shape_codes[shape] = len(self.shapes)
            self.shapes.append(shape)
        return code

    def tenant(self, tenant: str) -> int:
        """The code of `tenant`, a new one if it was never seen."""
        code = self._tenant_codes.get(tenant)
        if code is None:
            code = self._tenant_codes[tenant] = len(self.tenants)
            self.tenants.append(tenant)
        return code


LINK = np.dtype(
    [("trace_hi", "u8"), ("trace_lo", "u8"), ("span", "u8"), ("to_hi", "u8"), ("to_lo", "u8"), ("to", "u8")]
)
"""A span link: from span (trace, span) to span (to trace, `to`). Ids are big-endian numbers."""


@dataclass(slots=True)
class Spans:
    """A batch of spans in columns, all of length n; in no order whatever.

    Ids are unsigned 64-bit numbers read big-endian from the wire (a 128-bit trace id is two);
    `parent` 0 is no parent. Times are integer nanoseconds since the epoch, UTC.
    """

    trace_hi: NDArray[np.uint64]
    trace_lo: NDArray[np.uint64]
    span: NDArray[np.uint64]
    parent: NDArray[np.uint64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    shape: NDArray[np.int32]
    tenant: NDArray[np.int32]
    marks: NDArray[np.uint8]
    links: NDArray[np.void]
    """Records of dtype `LINK`; usually few."""

    def __len__(self) -> int:
        return len(self.span)

    @classmethod
    def empty(cls) -> Spans:
        """No spans.

        >>> len(Spans.empty())
        0
        """
        return cls.of([])

    @classmethod
    def of(
        cls,
        rows: Sequence[tuple[int, int, int, int, int, int, int, int, int]],
        links: Sequence[tuple[int, int, int, int, int, int]] = (),
    ) -> Spans:
        """From rows (trace_hi, trace_lo, span, parent, start, end, shape, tenant, marks)."""
        columns = list(zip(*rows, strict=True)) if rows else [()] * 9
        dtypes = (np.uint64,) * 4 + (np.int64,) * 2 + (np.int32,) * 2 + (np.uint8,)
        arrays: list[Any] = [
            np.array(column, dtype=dtype) for column, dtype in zip(columns, dtypes, strict=True)
        ]
        return cls(*[*arrays, np.array(list(links), dtype=LINK)])

    @classmethod
    def concat(cls, batches: Iterable[Spans]) -> Spans:
        """All batches as one; they must share a vocabulary."""
        parts = list(batches)
        if not parts:
            return cls.empty()
        columns: list[Any] = [np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS]
        return cls(*[*columns, np.concatenate([part.links for part in parts])])

    def take(self, rows: NDArray[np.intp]) -> Spans:
        """The rows at these positions; links are kept whole."""
        columns: list[Any] = [getattr(self, name)[rows] for name in COLUMNS]
        return Spans(*[*columns, self.links])


COLUMNS = ("trace_hi", "trace_lo", "span", "parent", "start", "end", "shape", "tenant", "marks")


@dataclass(slots=True)
class Tally:
    """What was read, and what was left out and why. Every drop has a reason and a number.

    `rejected` counts spans that were not kept; `refused` counts attributes, events or parts of spans
    that were not kept although their key is known; `lost` counts what the sender says it dropped.
    Keys are short kebab-case reasons, never values.
    """

    spans: int = 0
    requests: int = 0
    bytes: int = 0
    files: int = 0
    sampled: int = 0
    """Spans whose trace state tells a sampling threshold below one."""
    rejected: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add the counts of `other` to this one."""
        self.spans += other.spans
        self.requests += other.requests
        self.bytes += other.bytes
        self.files += other.files
        self.sampled += other.sampled
        self.rejected.update(other.rejected)
        self.refused.update(other.refused)
        self.lost.update(other.lost)
