"""Section 6 of the page: what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lineage.flows import Coverage
from lineage.operations import STORES, What
from lineage.places import PlaceKind
from lineage.spans import Kind, Mark
from oracle.spans import Span


def cover(trace: list[Span], coverage: Coverage) -> None:
    """What is missing, span by span."""
    for span in trace:
        assert span.root is not None
        for gap in gaps(span):
            coverage.counts[gap] += 1
        if span.op.claim:
            for place in span.root.tenants or {span.service}:
                coverage.claims.setdefault(place.id, Counter())[span.op.claim] += 1
        if span.calls and span.merged.region:
            for peer in span.peers:
                coverage.regions.setdefault(peer.id, Counter())[span.merged.region] += 1


def gaps(span: Span) -> Iterator[str]:
    """Everything about one span that counts as a gap."""
    name, op = span.service.name, span.merged
    if not name or name.startswith("unknown_service"):
        yield "no-service"
    if not span.service.region and not span.service.country:
        yield "no-region"
    if span.op.housekeeping:
        yield "housekeeping"
    for mark, gap in (
        (Mark.LOST_ATTRIBUTES, "lost-attributes"), (Mark.LOST_LINKS, "lost-links"), (Mark.BAD_TIMES, "bad-times"),
    ):  # fmt: skip
        if span.marks & mark:
            yield gap
    if span.orphan and span.kind is Kind.SERVER:
        yield "server-without-client"
    if not span.calls:
        return
    if op.what in (What.TRANSPORT, What.RPC):
        yield "client-without-server"
    if op.what in STORES and not op.host:
        yield "store-without-address"
    if op.what is What.MODEL and not op.host:
        yield "model-without-address"
    if any(peer.unknown and peer.kind in (PlaceKind.REMOTE, PlaceKind.TOPIC) for peer in span.peers):
        yield "unnamed-peer"
