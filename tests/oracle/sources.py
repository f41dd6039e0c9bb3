"""Sections 3 and 4 of the page: which spans call, what enters where, and who knows what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from lineage.operations import STORES, What, merge, merges, peers
from lineage.places import Place, PlaceKind
from lineage.spans import Kind, Mark
from lineage.verbs import Direction
from oracle.spans import CALLED, Data, Span, SpanId, union


def find_calls(trace: list[Span]) -> None:
    """Which spans are layers of one call, and which calls were answered by a span of ours."""
    for span in trace:
        span.merged = span.op
        if span.parent and span.parent.kind not in CALLED and span.parent.service == span.service:
            span.outer = span.parent if span.parent.op.outgoing else span.parent.outer
        if absorbs(span) and span.outer:
            span.merged = merge(span.op, span.outer.merged)
            span.outer.absorbed = True
        span.answers = [child for child in span.children if answered(span, child)]


def absorbs(span: Span) -> bool:
    """Whether the span is an inner layer of the call that its outer span makes."""
    if not span.op.outgoing or span.op.cached or span.outer is None:
        return False
    return merges(span.op, span.outer.merged)


def answered(span: Span, child: Span) -> bool:
    """Section 5.1: whether the child is the other end of a call."""
    return (child.kind is Kind.SERVER or child.service != span.service) and not child.takes


def find_links(trace: list[Span], by_id: dict[SpanId, list[Span]], counts: Counter[str]) -> None:
    """What links lead to, and which lead to nothing."""
    for span in trace:
        for target in span.links:
            found = by_id.get(target, [])
            if not found:
                counts["link-to-nothing"] += 1
                span.own = union(span.own, Data(frozenset({span.caller})))
            for other in found:
                if other is not span and other is not span.parent:
                    span.linked.append((other, len(found) > 1))


def find_own(trace: list[Span], counts: Counter[str]) -> None:
    """The sources that enter at each span."""
    for span in reversed(trace):
        stated = frozenset({Place(PlaceKind.PARTY, name=span.tenant)} if span.tenant else ())
        span.tenants = stated.union(*(child.tenants for child in span.children))
        span.quiet = not (span.op.outgoing or span.op.reader) and all(
            child.quiet and child.service == span.service for child in span.children
        )
    for span in trace:
        sure = {Place(PlaceKind.PARTY, name=owner) for owner in span.merged.documents}
        maybe: set[Place] = set()
        if span.parent is None:
            sure |= enter(span, counts)
        if span.operator:
            sure.add(span.operator)
        if span.op.reader:
            sure.update(peers(span.op, span.service))
        if span.cached_call:
            sure.add(cache_of(span))
        if span.calls and span.merged.what in STORES:
            if span.direction is Direction.UNKNOWN:
                maybe.update(span.peers)
            elif span.direction in (Direction.READ, Direction.BOTH):
                sure.update(span.peers)
        elif span.calls and span.merged.what is not What.SEND:
            sure.update(span.peers)
        if span.marks & Mark.LOST_LINKS:
            sure.add(span.caller)
        span.own = union(span.own, Data(frozenset(sure), frozenset(maybe)))


def enter(root: Span, counts: Counter[str]) -> set[Place]:
    """The sources that enter at a root; sets `parties` of an entry that serves somebody."""
    sources = set(root.tenants)
    if root.orphan or (root.kind is Kind.CONSUMER and not root.op.reader):
        sources.add(root.caller)
    # A SERVER span that receives is no reader: then it is an entry, or nothing would enter at it.
    if root.takes or root.op.human:
        return sources
    if root.linked and root.kind is not Kind.SERVER:
        root.unheard = not root.tenants
        return sources
    if root.kind is Kind.SERVER:
        if root.op.probe and root.quiet:
            counts["probe"] += 1
            return set()
        root.parties = frozenset(sources or {Place(PlaceKind.PARTY, owner=root.service.id)})
        return set(root.parties)
    if root.tenants:
        root.parties = frozenset(sources)
    return sources or {root.service}


def cache_of(span: Span) -> Place:
    """The cache that a service answered out of."""
    return Place(PlaceKind.STORE, system="cache", owner=span.service.id)


def find_order(trace: list[Span]) -> None:
    """Who can have heard what from whom: the terms of the equations."""
    for span in trace:
        if span.parent:
            span.follows.append((span.parent, False))
            for sibling in span.parent.children:
                if sibling is not span and returns(sibling):
                    when = earlier(sibling, span)
                    if when is not None:
                        span.hears.append((sibling, when == "possible"))
        span.follows += [(rival, True) for rival in span.rivals]
        for other, several in span.linked:
            same_clock = other.shape.resource == span.shape.resource and other.timed and span.timed
            span.follows.append((other, several))
            span.hears.append((other, several or not (same_clock and other.end <= span.start)))


def returns(child: Span) -> bool:
    """Whether what the child brings comes back to its parent."""
    assert child.parent is not None
    return not (child.takes and child.parent.sends)


def earlier(sibling: Span, span: Span) -> str | None:
    """Whether a sibling's result can have been known when the span started."""
    if sibling.shape.resource != span.shape.resource or not sibling.timed or not span.timed:
        return "possible"
    if sibling.end <= span.start and sibling.start < span.start:
        return "established"
    return "possible" if sibling.start <= span.start or sibling.start < span.end else None


def brought(child: Span) -> Data:
    """What the child brings back to its parent."""
    parent = child.parent
    assert parent is not None
    if child.shape.resource != parent.shape.resource:
        return child.returned
    late = not (child.timed and parent.timed) or child.end > parent.end
    return child.returned.possibly if late else child.returned


def units(traces: list[list[Span]]) -> Iterator[list[Span]]:
    """Traces that links hold together."""
    home = {span: number for number, trace in enumerate(traces) for span in trace}
    near: dict[int, set[int]] = defaultdict(set)
    for span, number in home.items():
        for other, _ in span.linked:
            near[number].add(home[other])
            near[home[other]].add(number)
    left = set(range(len(traces)))
    for number in range(len(traces)):
        if number not in left:
            continue
        left.discard(number)
        unit = [number]
        for member in unit:  # grows as it goes
            unit.extend(near[member] & left)
            left -= near[member]
        yield [span for member in unit for span in traces[member]]


def solve(unit: list[Span]) -> None:
    """The least sets that fulfil the equations; roots that heard nothing through their links heard it of a caller."""
    spread(unit)
    for span in [span for span in unit if span.unheard and span.known == Data()]:
        span.own = union(span.own, Data(frozenset({span.caller})))
    spread(unit)


def spread(unit: list[Span]) -> None:
    """Round and round until nothing changes."""
    changed = True
    while changed:
        changed = False
        for span in reversed(unit):
            returned = union(span.own, *(brought(child) for child in span.children if returns(child)))
            changed |= returned != span.returned
            span.returned = returned
        for span in unit:
            parts = [
                part
                for other, possibly in span.follows
                for part in weakened(possibly, other.known, other.own)
            ]
            parts += [part for other, possibly in span.hears for part in weakened(possibly, other.returned)]
            known = union(*parts)
            changed |= known != span.known
            span.known = known


def weakened(possibly: bool, *parts: Data) -> list[Data]:
    """The parts as they are, or none of them certain."""
    return [part.possibly for part in parts] if possibly else list(parts)
