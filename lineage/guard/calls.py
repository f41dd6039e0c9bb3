"""Calls as spans would tell them: attributes in, the flows that the call makes out.

A wrapper describes its call by the attributes that an instrumentation would put on the span, and the tables that read
spans for CI say what it is: so the guard and CI speak of the same places, and neither keeps a word of a statement.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import unquote

from lineage.decode.shaper import Shaper
from lineage.flows import Doubt, Leg
from lineage.operations import STORES, Operation, What, merges, operation, peers
from lineage.places import Place, PlaceKind
from lineage.reduce import Refused, tenant
from lineage.spans import Kind, Resource, Shape, Tally, Vocabulary
from lineage.verbs import Direction

_MOST = 10_000
Attributes = Mapping[str, str | int]
Sources = frozenset[Place]
_NOBODY: Sources = frozenset()


@dataclass(frozen=True, slots=True)
class Move:
    """One leg of a call, without what the request knows."""

    source: Place
    target: Place
    leg: Leg
    kept: bool
    categories: frozenset[str]
    doubts: Doubt
    own: Sources = _NOBODY
    """Sources that enter with this leg."""
    maybe: Sources = _NOBODY
    """Likewise, possibly."""
    carries: bool = True
    """What the request knows is in it as well."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call, read."""

    operation: Operation
    moves: tuple[Move, ...]
    heard: Sources
    """What the request knows afterwards."""
    perhaps: Sources
    """What it may know beside that."""

    def is_layer_of(self, outer: Call) -> bool:
        """Whether it is the same call as another, seen a layer further down: the same thing, or how it is sent there."""
        op, above = self.operation, outer.operation
        if op.what in (What.TRANSPORT, What.RPC):
            return (bool(above.host) or not op.host) and merges(op, above)
        return self.moves == outer.moves


class Calls:
    """Reads calls of one service; remembers those that it has read.

    Args:
        service: our own resource attributes; by default those of OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME.
    """

    def __init__(self, service: Attributes | None) -> None:
        self.resource = _resource(_environment() if service is None else service)
        shape = Shape(self.resource)
        self.own = Place(
            PlaceKind.SERVICE,
            name=shape.resource.service,
            namespace=shape.resource.namespace,
            environment=shape.resource.environment,
            provider=shape.resource.provider,
            region=shape.resource.region,
            country=shape.resource.country,
        )
        """Our own place."""
        self.caller = Place(PlaceKind.CALLER, owner=self.own.id)
        """Whoever called where nobody told who."""
        self._read: dict[bytes, Call] = {}

    def party(self, name: str) -> Place:
        """The place of a customer; one that cannot be named where the name is none (an address, a sentence)."""
        try:
            name = tenant("lineage.tenant", name)
        except Refused:
            name = ""
        return Place(PlaceKind.PARTY, name=name) if name else Place(PlaceKind.PARTY, owner=self.own.id)

    def read(self, attributes: Attributes) -> Call:
        """What a call of these attributes is. They are remembered by their digest: a statement may hold anything."""
        told = "\0".join(f"{key}\0{attributes[key]}" for key in sorted(attributes))
        digest = blake2b(told.encode(errors="surrogatepass"), digest_size=16).digest()
        call = self._read.get(digest)
        if call is None:
            if len(self._read) >= _MOST:
                self._read.clear()
            call = self._read[digest] = self._call(attributes)
        return call

    def _call(self, attributes: Attributes) -> Call:
        sends = "messaging.system" in attributes or "messaging.destination.name" in attributes
        receives = attributes.get("messaging.operation.type") in ("receive", "process")
        kind = (Kind.CONSUMER if receives else Kind.PRODUCER) if sends else Kind.CLIENT
        op = operation(_shape(attributes, kind, self.resource))
        moves = tuple(self._moves(op))
        back = [move for move in moves if move.target == self.own]
        heard = _NOBODY.union(*(move.own for move in back))
        return Call(op, moves, heard, _NOBODY.union(*(move.maybe for move in back)) - heard)

    def _moves(self, op: Operation) -> Iterator[Move]:
        """The legs of a call that nobody else answers (docs/explanation/assembly.md section 5)."""
        own, ends = self.own, peers(op, self.own) if op.outgoing or op.reader else ()
        if op.reader:
            for topic in ends:
                yield Move(topic, own, Leg.RESPONSE, False, *_stated(op.answered, topic), frozenset({topic}))
            return
        store, send = op.what in STORES, op.what is What.SEND
        reads = op.direction in (Direction.READ, Direction.BOTH)
        unclear = store and (
            op.direction is Direction.UNKNOWN or (op.direction is Direction.BOTH and len(ends) > 1)
        )
        owners = frozenset(Place(PlaceKind.PARTY, name=name) for name in op.documents)
        every = frozenset(ends)
        brought = (every if not store or (reads and not unclear) else _NOBODY) | owners
        perhaps = every if unclear else _NOBODY
        for end in ends:
            asked, doubts = _stated(op.asked, end, unclear)
            keeps = send or (store and op.direction is not Direction.READ)
            others = every - {end} if unclear else _NOBODY
            yield Move(own, end, Leg.REQUEST, keeps, asked, doubts, maybe=others)
            answered, doubts = _stated(op.answered, end, unclear)
            if store and op.direction is not Direction.WRITE:
                yield Move(end, own, Leg.RESPONSE, False, answered, doubts, brought, perhaps, carries=False)
            elif not store and not send:
                yield Move(end, own, Leg.RESPONSE, False, answered, doubts, brought)


def _stated(categories: frozenset[str], end: Place, unclear: bool = False) -> tuple[frozenset[str], Doubt]:
    doubts = Doubt(0) if categories else Doubt.CATEGORY
    doubts |= Doubt.DIRECTION if unclear else Doubt(0)
    return categories, doubts | (Doubt.ENDPOINT if end.unknown else Doubt(0))


def _shape(attributes: Attributes, kind: Kind, resource: Resource) -> Shape:
    # A shaper of its own for each: one that lives as long as the service would remember every host that it saw.
    words = Vocabulary()
    shaper = Shaper(words, Tally())
    pieces = tuple(shaper.piece(key, value) for key, value in attributes.items() if shaper.wanted(key))
    shape = words.shapes[shaper.outcome(shaper.resource(()), kind, pieces, "").shape]
    return Shape(resource, shape.kind, shape.attributes)


def _resource(attributes: Attributes) -> Resource:
    shaper = Shaper(Vocabulary(), Tally())
    return shaper.resources[shaper.resource(attributes.items())]


def _environment() -> Mapping[str, str]:
    """Resource attributes as OpenTelemetry's SDK reads them: OTEL_SERVICE_NAME goes first."""
    told = {}
    for pair in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "").split(","):
        key, equals, value = pair.partition("=")
        if equals:
            told[key.strip()] = unquote(value.strip())
    name = os.environ.get("OTEL_SERVICE_NAME", "")
    return {**told, **({"service.name": name} if name else {})}
