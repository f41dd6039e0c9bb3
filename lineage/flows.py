"""Flows: aggregated facts about data that moved, and how two sets of them add (DESIGN.md sections 1 to 3).

A flow says: from this place to that place, on this leg, of these categories, carrying data from these
sources, so many times, first and last seen then, for example in these traces. Flows from two files,
hours or machines add: same key, sum the counts. They name *sources* (places where data entered), never
labels, so that a changed inventory is re-checked without reading a span again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntFlag, StrEnum

from lineage.places import Place
from lineage.spans import Tally


class Leg(StrEnum):
    """Which way the data goes: with the call, or back with its answer."""

    REQUEST = "request"
    RESPONSE = "response"


class Doubt(IntFlag):
    """Why a flow is possible rather than established (DESIGN.md section 3, certainty)."""

    CATEGORY = 1
    """What kind of data it is was not stated on the span: inherited from the trace, or not known."""
    DIRECTION = 2
    """Whether the operation reads or writes is not known; it is taken as both."""
    ENDPOINT = 4
    """The peer has no name: which system it is cannot be told."""
    ORDER = 8
    """Some sources are only possibly carried: the order of two operations cannot be told."""
    PARENT = 16
    """Entered from a caller that is not in the telemetry."""
    CONFLICT = 32
    """Ids are used twice or form a cycle: the edge rests on a choice between them."""


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One span in which the flow was seen; ids in lower-case hex."""

    trace_id: str
    span_id: str


_CERTAIN = Doubt(0)


@dataclass(frozen=True, slots=True)
class FlowKey:
    """What makes two observations one flow. All sets are of `Place`s or words, and order plays no part."""

    source: Place
    """Where the data comes from on this leg (not who called)."""
    target: Place
    leg: Leg
    kept: bool = False
    """The target stores what it gets."""
    categories: frozenset[str] = frozenset()
    purpose: str = ""
    protection: str = ""
    retention: str = ""
    sources: frozenset[Place] = frozenset()
    """Places whose data this flow carries: established."""
    possible: frozenset[Place] = frozenset()
    """Places whose data it may carry beside those; disjoint from `sources`."""
    doubts: Doubt = _CERTAIN


@dataclass(slots=True)
class FlowCount:
    """How often a flow was seen, when, and where to look. Times in nanoseconds since the epoch, 0 = not told."""

    calls: int = 0
    first: int = 0
    last: int = 0
    exemplars: tuple[Exemplar, ...] = ()
    """At most `EXEMPLARS`, the smallest by (trace id, span id): so the result is the same in any order."""

    def add(self, other: FlowCount) -> None:
        """Add another count of the same flow."""
        self.calls += other.calls
        firsts = [time for time in (self.first, other.first) if time]
        self.first = min(firsts, default=0)
        self.last = max(self.last, other.last)
        merged = sorted({*self.exemplars, *other.exemplars}, key=lambda e: (e.trace_id, e.span_id))
        self.exemplars = tuple(merged[:EXEMPLARS])


EXEMPLARS = 3


@dataclass(slots=True)
class Coverage:
    """How good the evidence is: what was seen, what is missing, what was left out (DESIGN.md section 7)."""

    tally: Tally = field(default_factory=Tally)
    traces: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """Gaps by kebab-case reason: "missing-parent", "several-roots", "duplicate-span", "id-conflict", "cycle",
    "link-to-nothing", "client-without-server", "server-without-client", "no-service", "no-region", "probe", ..."""
    claims: dict[str, Counter[str]] = field(default_factory=dict)
    """Place id -> origins that spans or baggage claimed for its data, with counts. Claims never allow."""
    regions: dict[str, Counter[str]] = field(default_factory=dict)
    """Place id -> regions that calling spans told of a peer, with counts; evidence beside the place's identity."""

    def add(self, other: Coverage) -> None:
        """Add the counts of `other` to this one."""
        self.tally.add(other.tally)
        self.traces += other.traces
        self.counts.update(other.counts)
        for mine, theirs in ((self.claims, other.claims), (self.regions, other.regions)):
            for place, values in theirs.items():
                mine.setdefault(place, Counter()).update(values)


@dataclass(slots=True)
class Flows:
    """All flows of a run, with their coverage. Adds with `add`; equal for equal spans in any order."""

    counts: dict[FlowKey, FlowCount] = field(default_factory=dict)
    places: set[Place] = field(default_factory=set)
    """Every place seen, also those that no flow touches (a span alone still makes its service a place)."""
    coverage: Coverage = field(default_factory=Coverage)

    def __len__(self) -> int:
        return len(self.counts)

    def __iter__(self) -> Iterator[tuple[FlowKey, FlowCount]]:
        return iter(self.counts.items())

    def put(self, key: FlowKey, count: FlowCount) -> None:
        """Add one flow."""
        mine = self.counts.get(key)
        if mine is None:
            self.counts[key] = count
        else:
            mine.add(count)
        self.places.update((key.source, key.target, *key.sources, *key.possible))

    def add(self, other: Flows) -> None:
        """Add the flows of another file, hour or machine."""
        for key, count in other.counts.items():
            self.put(key, FlowCount(count.calls, count.first, count.last, count.exemplars))
        self.places |= other.places
        self.coverage.add(other.coverage)

    @classmethod
    def of(cls, flows: Mapping[FlowKey, FlowCount] | Iterable[FlowKey]) -> Flows:
        """From keys (each seen once) or from keys with counts; for tests and small tools."""
        result = cls()
        if isinstance(flows, Mapping):
            for key, count in flows.items():
                result.put(key, count)
        else:
            for key in flows:
                result.put(key, FlowCount(calls=1))
        return result
