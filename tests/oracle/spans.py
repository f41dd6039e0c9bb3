"""A span as the oracle sees it: an object with everything that the page says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lineage.operations import Operation, What, peers
from lineage.places import Place, PlaceKind
from lineage.spans import Kind, Mark, Shape
from lineage.verbs import Direction

CALLED = (Kind.SERVER, Kind.CONSUMER)
CALLING = (Kind.CLIENT, Kind.PRODUCER)

TraceId = tuple[int, int]
SpanId = tuple[TraceId, int]


@dataclass(frozen=True, slots=True)
class Data:
    """Sources that are carried, and sources that may be carried beside them."""

    sure: frozenset[Place] = frozenset()
    maybe: frozenset[Place] = frozenset()

    def without(self, places: Iterable[Place]) -> Data:
        """The same but for some places."""
        return Data(self.sure.difference(places), self.maybe.difference(places))

    @property
    def possibly(self) -> Data:
        """The same, none of it certain."""
        return Data(frozenset(), self.sure | self.maybe)


def union(*parts: Data) -> Data:
    """Everything that any of the parts carries."""
    return Data(frozenset().union(*(p.sure for p in parts)), frozenset().union(*(p.maybe for p in parts)))


@dataclass(eq=False, slots=True)
class Span:
    """One span, and everything that the page says of it."""

    trace: TraceId
    id: int
    parent_id: int
    start: int
    end: int
    shape: Shape
    tenant: str
    marks: int
    links: set[SpanId]
    op: Operation
    service: Place
    # section 2
    shared: bool = False
    """Another span has its id, in a way that is not B3's."""
    parent: Span | None = None
    doubtful: bool = False
    """Its parent was chosen among spans that share an id; true also when a cycle then takes that parent away."""
    rivals: list[Span] = field(default_factory=list)
    """The others of those spans."""
    children: list[Span] = field(default_factory=list)
    root: Span | None = None
    orphan: bool = False
    # section 3
    outer: Span | None = None
    merged: Operation = field(default_factory=Operation)
    answers: list[Span] = field(default_factory=list)
    """The children that answer its call in another service."""
    absorbed: bool = False
    # section 4
    tenants: frozenset[Place] = frozenset()
    quiet: bool = False
    """Nothing below it leaves its service."""
    linked: list[tuple[Span, bool]] = field(default_factory=list)
    """Spans that its links resolve to; whether what they give is only possible."""
    follows: list[tuple[Span, bool]] = field(default_factory=list)
    """Spans whose `known` and `own` it knows."""
    hears: list[tuple[Span, bool]] = field(default_factory=list)
    """Spans whose `returned` it knows."""
    parties: frozenset[Place] = frozenset()
    """Whom an entry serves."""
    unheard: bool = False
    """A root that is no entry because of its links, without a tenant: what if they tell nothing?"""
    own: Data = Data()
    returned: Data = Data()
    known: Data = Data()

    @property
    def kind(self) -> Kind:
        return self.shape.kind

    @property
    def timed(self) -> bool:
        return not self.marks & Mark.BAD_TIMES

    @property
    def sends(self) -> bool:
        return self.kind is Kind.PRODUCER or self.op.what is What.SEND

    @property
    def takes(self) -> bool:
        """It takes messages: a consumer or a reader."""
        return self.kind is Kind.CONSUMER or self.op.reader

    @property
    def operator(self) -> Place | None:
        if self.op.human and not (self.parent and self.parent.op.human):
            return Place(PlaceKind.OPERATOR, name=self.op.role)
        return None

    @property
    def caller(self) -> Place:
        """Whoever is behind a gap in what this span's service recorded."""
        return Place(PlaceKind.CALLER, owner=self.service.id)

    @property
    def leaves(self) -> bool:
        """It goes to a peer that is not a span of ours: nobody answers, or a message goes to its topic all the same."""
        return self.op.outgoing and (self.sends or not self.answers)

    @property
    def cached_call(self) -> bool:
        return self.leaves and self.op.cached

    @property
    def calls(self) -> bool:
        """It makes a call to a peer that is not a span of ours."""
        return self.leaves and not (self.absorbed or self.op.cached)

    @property
    def peers(self) -> tuple[Place, ...]:
        return peers(self.merged, self.service)

    @property
    def direction(self) -> Direction:
        """Of a call to a store. Which of several tables is read and which is written nobody tells."""
        if len(self.peers) > 1 and self.merged.direction is Direction.BOTH:
            return Direction.UNKNOWN
        return self.merged.direction

    @property
    def order(self) -> tuple[Any, ...]:
        """An order of spans of one id that depends on nothing but the spans."""
        return (self.start, self.end, self.shape, self.tenant, self.parent_id, self.marks)
