"""Flows: aggregated facts about data that moved, and how two sets of them add (DESIGN.md sections 1 to 3).

A flow says: from this place to that place, on this leg, of these categories, carrying data from these
sources, so many times, first and last seen then, for example in these traces. Flows from two files,
hours or machines add: same edge, sum the counts. They name *sources* (places where data entered), never
labels, so that a changed inventory is re-checked without reading a span again.

What is counted is the edge, and beside it each source that its interactions carried. Which sources came
*together* is not kept, but for edges to or from a place that nobody named, where it tells whether two sides
met (docs/decisions/0009): customers are many and steps are optional, so sets of sources are nearly as many as traces.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntFlag, StrEnum
from itertools import combinations

from lineage.places import Place, PlaceKind
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


UNSURE = Doubt.CONFLICT | Doubt.DIRECTION
"""Doubts that make any flow at most possible: whether it happened as told is not known."""


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One span in which the flow was seen; ids in lower-case hex."""

    trace_id: str
    span_id: str


_CERTAIN = Doubt(0)


@dataclass(frozen=True, slots=True)
class FlowKey:
    """What one interaction says. All sets are of `Place`s or words, and order plays no part.

    Without `sources` and `possible` it is the *edge*, by which flows are counted.
    """

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

    @property
    def edge(self) -> FlowKey:
        """The same without what it carries."""
        if not self.sources and not self.possible:
            return self
        return replace(self, sources=frozenset(), possible=frozenset())


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

    def copy(self) -> FlowCount:
        """Another with the same counts."""
        return FlowCount(self.calls, self.first, self.last, self.exemplars)


EXEMPLARS = 3
HOUR = 3_600_000_000_000
"""Nanoseconds."""
UNTIMED = -1
"""The hour of calls whose time is not told."""


@dataclass(slots=True)
class Carried:
    """How often an edge was seen, and with the data of which sources."""

    count: FlowCount = field(default_factory=FlowCount)
    """All its interactions."""
    sources: dict[Place, FlowCount] = field(default_factory=dict)
    """Those of them that surely carried this source's data, by source."""
    possible: dict[Place, FlowCount] = field(default_factory=dict)
    """Those that may have carried it, by source."""
    together: set[tuple[Place, Place]] = field(default_factory=set)
    """Pairs of sources, sorted, that one interaction surely carried; kept only where an end has no name (`Doubt.ENDPOINT`)."""

    def add(self, other: Carried) -> None:
        """Add what another run saw of the same edge."""
        self.count.add(other.count)
        for mine, theirs in ((self.sources, other.sources), (self.possible, other.possible)):
            for place, count in theirs.items():
                _tally(mine, place, count)
        self.together |= other.together

    def copy(self) -> Carried:
        """Another with the same counts."""
        result = Carried()
        result.add(self)
        return result


def _tally(counts: dict[Place, FlowCount], place: Place, count: FlowCount) -> None:
    mine = counts.get(place)
    if mine is None:
        counts[place] = count.copy()
    else:
        mine.add(count)


def users(sources: Iterable[Place], possible: Iterable[Place]) -> list[Place]:
    """For whom a model was called, as far as its request tells: the parties whose data it carried, else whoever else sent any.

    >>> acme, gate = Place(PlaceKind.PARTY, "acme"), Place(PlaceKind.SERVICE, "gate")
    >>> users([acme, gate], []) == [acme]
    True
    """
    for some in (sources, possible):
        for kinds in ((PlaceKind.PARTY,), (PlaceKind.CALLER, PlaceKind.SERVICE, PlaceKind.OPERATOR)):
            found = [place for place in some if place.kind in kinds]
            if found:
                return found
    return []


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

    edges: dict[FlowKey, Carried] = field(default_factory=dict)
    """By edge: keys without `sources` and `possible`."""
    usage: Counter[tuple[Place, Place, int]] = field(default_factory=Counter)
    """Model calls by (for whom, model, hour since the epoch in UTC or `UNTIMED`); a call for two counts for both."""
    places: set[Place] = field(default_factory=set)
    """Every place seen, also those that no flow touches (a span alone still makes its service a place)."""
    coverage: Coverage = field(default_factory=Coverage)

    def __len__(self) -> int:
        return len(self.edges)

    def __iter__(self) -> Iterator[tuple[FlowKey, Carried]]:
        return iter(self.edges.items())

    def put(self, key: FlowKey, count: FlowCount) -> None:
        """Add interactions that are alike, all of one hour."""
        carried = self.edges.setdefault(key.edge, Carried())
        carried.count.add(count)
        for place in key.sources:
            _tally(carried.sources, place, count)
        for place in key.possible:
            _tally(carried.possible, place, count)
        if Doubt.ENDPOINT in key.doubts:
            carried.together.update(combinations(sorted(key.sources), 2))
        if key.target.kind is PlaceKind.MODEL and key.leg is Leg.REQUEST:
            hour = count.first // HOUR if count.first else UNTIMED
            for user in users(key.sources, key.possible):
                self.usage[user, key.target, hour] += count.calls
        self.places.update((key.source, key.target, *key.sources, *key.possible))

    def add(self, other: Flows) -> None:
        """Add the flows of another file, hour or machine."""
        for edge, carried in other.edges.items():
            mine = self.edges.get(edge)
            if mine is None:
                self.edges[edge] = carried.copy()
            else:
                mine.add(carried)
        self.usage.update(other.usage)
        self.places |= other.places
        self.coverage.add(other.coverage)

    @classmethod
    def of(cls, flows: Mapping[FlowKey, FlowCount] | Iterable[FlowKey]) -> Flows:
        """From what interactions say (each seen once), or with counts; for tests and small tools."""
        result = cls()
        if isinstance(flows, Mapping):
            for key, count in flows.items():
                result.put(key, count)
        else:
            for key in flows:
                result.put(key, FlowCount(calls=1))
        return result
