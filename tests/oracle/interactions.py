"""Section 5 of the page: what each trace makes flow."""

from __future__ import annotations

from collections.abc import Callable

from lineage.flows import Doubt, Exemplar, FlowCount, FlowKey, Flows, Leg
from lineage.operations import STORES, Operation, What, peers
from lineage.places import Place
from lineage.verbs import Direction
from oracle.sources import brought, cache_of, returns
from oracle.spans import Data, Span, union


def interact(trace: list[Span], flows: Flows) -> None:
    """All flows of one trace."""
    asked = frozenset[str]().union(*(span.op.asked for span in trace))
    answers = frozenset[str]().union(*(span.op.answered for span in trace))
    purposes: dict[Span, str] = {}
    retentions: dict[Span, str] = {}
    conflicts: dict[Span, bool] = {}
    for span in trace:
        conflicts[span] = span.doubtful or (span.parent is not None and conflicts[span.parent])
        purposes[span] = span.op.purpose or (purposes[span.parent] if span.parent else "")
        retentions[span] = span.op.retention or (retentions[span.parent] if span.parent else "")

    def put(
        anchor: Span, op: Operation, source: Place, target: Place, leg: Leg, data: Data,
        kept: bool = False, doubts: Doubt = Doubt(0),  # noqa: B008 - immutable
    ) -> None:  # fmt: skip
        stated = op.asked if leg is Leg.REQUEST else op.answered
        categories = stated or (asked if leg is Leg.REQUEST else answers)
        if data == Data():
            data = Data(frozenset({anchor.caller}))
            flows.coverage.counts["no-origin"] += 1
        possible = data.maybe - data.sure
        doubts |= Doubt.CONFLICT if conflicts[anchor] else Doubt(0)
        doubts |= Doubt(0) if stated else Doubt.CATEGORY
        doubts |= Doubt.ORDER if possible else Doubt(0)
        key = FlowKey(
            source, target, leg, kept, categories, purposes[anchor], op.protection, retentions[anchor],
            data.sure, possible, doubts,
        )  # fmt: skip
        time = anchor.start if anchor.timed else 0
        exemplar = Exemplar(f"{anchor.trace[0]:016x}{anchor.trace[1]:016x}", f"{anchor.id:016x}")
        flows.put(key, FlowCount(1, time, time, (exemplar,)))

    for span in trace:
        flows.places.add(span.service)
        for child in span.answers:
            answered_call(span, child, put)
        if span.calls:
            call(span, put)
        if span.op.reader:
            for topic in peers(span.op, span.service):
                read = union(Data(frozenset({topic})), span.own, span.known)
                put(span, span.op, topic, span.service, Leg.RESPONSE, read, doubts=unnamed(topic))
        doubt = Doubt.PARENT if span.orphan else Doubt(0)
        for person in span.parties | ({span.operator} if span.operator else set()):
            given = Data(frozenset({person}))
            put(span, span.op, person, span.service, Leg.REQUEST, given, doubts=doubt)
            back = union(span.known, span.returned)
            put(span, span.op, span.service, person, Leg.RESPONSE, back, doubts=doubt)
        if span.cached_call:
            store = cache_of(span)
            held = Data(frozenset({store}))
            put(span, span.merged, store, span.service, Leg.RESPONSE, held, doubts=Doubt.ENDPOINT)


def answered_call(span: Span, child: Span, put: Callable[..., None]) -> None:
    """A call that a span of ours answered: there and back."""
    anchor, op = (span, span.merged) if span.op.outgoing else (child, child.op)
    doubts = Doubt.CONFLICT if child.doubtful else Doubt(0)
    put(anchor, op, span.service, child.service, Leg.REQUEST, child.known, doubts=doubts)
    back = union(child.known, brought(child))
    put(anchor, op, child.service, span.service, Leg.RESPONSE, back, doubts=doubts)


def call(span: Span, put: Callable[..., None]) -> None:
    """A call to a peer that is not a span of ours: to each of its peers, and back."""
    op = span.merged
    fetched = union(*(child.returned for child in span.children if returns(child))).possibly
    to_store = op.what in STORES
    doubts = Doubt.DIRECTION if to_store and span.direction is Direction.UNKNOWN else Doubt(0)
    for peer in span.peers:
        there = doubts | unnamed(peer)
        others = frozenset(span.peers) - {peer} if doubts else frozenset()
        sent = union(span.known, span.own.without(span.peers), fetched, Data(maybe=others))
        keeps = op.what is What.SEND or (to_store and span.direction is not Direction.READ)
        put(span, op, span.service, peer, Leg.REQUEST, sent, kept=keeps, doubts=there)
        if to_store and span.direction is not Direction.WRITE:
            put(span, op, peer, span.service, Leg.RESPONSE, span.returned, doubts=there)
        elif not to_store and op.what is not What.SEND:
            put(span, op, peer, span.service, Leg.RESPONSE, union(span.known, span.returned), doubts=there)


def unnamed(peer: Place) -> Doubt:
    """A peer that only its caller knows."""
    return Doubt.ENDPOINT if peer.unknown else Doubt(0)
