"""Operations as rows of integers: what the kernel needs of a span's shape, worked out once a shape.

An *act* is an operation together with the service that did it. Two layers of one call make a third act
(docs/explanation/assembly.md section 3, layers). Places, word sets and acts are numbered here, so that
everything that runs once a span sees integers only.
"""

from __future__ import annotations

from typing import NamedTuple

from lineage.flows import Doubt
from lineage.operations import STORES, Operation, What, merge, merges, operation, peers, service
from lineage.places import Place, PlaceKind
from lineage.spans import Kind, Vocabulary
from lineage.verbs import Direction


class Codes:
    """Numbers values as they come: equal values, equal numbers."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self._codes: dict[object, int] = {}

    def __call__(self, value: object) -> int:
        code = self._codes.get(value)
        if code is None:
            code = self._codes[value] = len(self.values)
            self.values.append(value)
        return code


class Act(NamedTuple):
    """One row of the table. Places and words are codes of `Acts.places` and `Acts.words`."""

    service: int
    resource: int
    kind: int
    outgoing: bool
    reader: bool
    send: bool
    """A consumer below it takes a message; it does not answer a call."""
    consumer: bool
    """It takes messages: kind CONSUMER, or a reader."""
    stops_layers: bool
    """SERVER and CONSUMER spans start a new call stack."""
    housekeeping: bool
    peers: tuple[int, ...]
    brings: bool
    """Its peer is a source of what comes back, established."""
    may_bring: bool
    """Likewise, but the direction is not known."""
    crosses: bool
    """What one peer holds may go to another: one statement that reads and writes several tables."""
    keeps: bool
    answers: bool
    """A response leg comes back from the peer."""
    model: bool
    """It calls a model."""
    looks_up: bool
    """The response is what was looked up, not computed from the question: stores."""
    doubts: int
    """Doubts of the call's flows: DIRECTION, ENDPOINT."""
    asked: int
    answered: int
    purpose: int
    retention: int
    protection: int
    human: int
    """The operator's place, or -1."""
    documents: tuple[int, ...]
    cached: int
    """The place of the unseen cache, or -1."""
    probe: bool
    claim: int
    caller: int
    """The place that stands for a caller which is not in the telemetry."""
    anonymous: int
    """The place that stands for a customer without a tenant."""
    bare_call: bool
    """Transport or RPC: nobody said what the peer is for."""
    no_host: bool
    """A store or model without address."""
    unnamed: bool
    region: int
    """Word code of the peer's region, 0 = not told."""
    no_service: bool
    no_region: bool


class Acts:
    """The table of acts of a run, filled on demand from a vocabulary of shapes."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.places = Codes()
        self.words = Codes()
        self.words("")
        self.rows: list[Act] = []
        self._operations: list[Operation] = []
        self._services: list[Place] = []
        self._codes: dict[tuple[Operation, Place, int, Kind], int] = {}
        self._of_shape: list[int] = []
        self._resources = Codes()
        self._merged: dict[tuple[int, int], int] = {}
        self._parties: list[int] = []
        self.sorts: list[int] = []
        """For `fold.sorts_of`."""

    def of_shapes(self) -> list[int]:
        """The act of each shape of the vocabulary, by shape code."""
        for shape in self.vocabulary.shapes[len(self._of_shape) :]:
            op, where = operation(shape), service(shape)
            self._of_shape.append(self._act(op, where, self._resources(shape.resource), shape.kind))
        return self._of_shape

    def parties(self) -> list[int]:
        """The party's place of each tenant of the vocabulary, by tenant code; -1 for no tenant."""
        if not self._parties:
            self._parties.append(-1)
        for tenant in self.vocabulary.tenants[len(self._parties) :]:
            self._parties.append(self.places(Place(PlaceKind.PARTY, name=tenant)))
        return self._parties

    def merged(self, inner: int, outer: int) -> int:
        """The act of two layers, or -1 when the inner one is a call of its own."""
        code = self._merged.get((inner, outer))
        if code is None:
            below, above = self._operations[inner], self._operations[outer]
            code = -1
            if merges(below, above):
                row = self.rows[inner]
                code = self._act(merge(below, above), self._services[inner], row.resource, Kind(row.kind))
            self._merged[inner, outer] = code
        return code

    def _act(self, op: Operation, where: Place, resource: int, kind: Kind) -> int:
        key = (op, where, resource, kind)
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = len(self.rows)
            self.rows.append(self._row(op, where, resource, kind))
            self._operations.append(op)
            self._services.append(where)
        return code

    def _row(self, op: Operation, where: Place, resource: int, kind: Kind) -> Act:
        calls = op.outgoing or op.reader
        ends = peers(op, where) if calls else ()
        store, model, send = op.what in STORES, op.what is What.MODEL, op.what is What.SEND
        reads = op.direction in (Direction.READ, Direction.BOTH)
        unclear = store and op.direction is Direction.UNKNOWN
        # One statement over several tables that reads and writes: which table is written is not told.
        several = len(ends) > 1
        unclear = unclear or (store and op.direction is Direction.BOTH and several)
        doubts = (Doubt.DIRECTION if unclear else Doubt(0)) | (
            Doubt.ENDPOINT if any(place.unknown for place in ends) else Doubt(0)
        )
        computes = not store and not send
        owner = where.id
        return Act(
            service=self.places(where),
            resource=resource,
            kind=int(kind),
            outgoing=op.outgoing,
            reader=op.reader,
            send=kind is Kind.PRODUCER or send,
            consumer=kind is Kind.CONSUMER or op.reader,
            stops_layers=kind in (Kind.SERVER, Kind.CONSUMER),
            housekeeping=op.housekeeping,
            peers=tuple(self.places(place) for place in ends),
            brings=computes or (store and reads and not unclear),
            may_bring=unclear,
            crosses=unclear and several,
            keeps=send or (store and op.direction is not Direction.READ),
            answers=computes or (store and op.direction is not Direction.WRITE),
            model=model,
            looks_up=store,
            doubts=int(doubts),
            asked=self.words(op.asked) if op.asked else 0,
            answered=self.words(op.answered) if op.answered else 0,
            purpose=self.words(op.purpose),
            retention=self.words(op.retention),
            protection=self.words(op.protection),
            human=self.places(Place(PlaceKind.OPERATOR, name=op.role)) if op.human else -1,
            documents=tuple(
                self.places(Place(PlaceKind.PARTY, name=tenant)) for tenant in sorted(op.documents)
            ),
            cached=self.places(Place(PlaceKind.STORE, system="cache", owner=owner)) if op.cached else -1,
            probe=op.probe,
            claim=self.words(op.claim),
            caller=self.places(Place(PlaceKind.CALLER, owner=owner)),
            anonymous=self.places(Place(PlaceKind.PARTY, owner=owner)),
            bare_call=op.what in (What.TRANSPORT, What.RPC),
            no_host=(store or model) and not op.host,
            unnamed=any(place.unknown for place in ends) and not (store or model),
            region=self.words(op.region),
            no_service=not where.name or where.name.startswith("unknown_service"),
            no_region=not where.region and not where.country,
        )
