"""Sections 1 and 2 of the page: clean, and find every span's parent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from lineage.operations import operation, service
from lineage.spans import COLUMNS, Kind, Spans, Vocabulary
from oracle.spans import CALLED, CALLING, Span, SpanId, TraceId


def clean(spans: Spans, vocabulary: Vocabulary, counts: Counter[str]) -> dict[TraceId, list[Span]]:
    """Spans by trace: 64-bit trace ids joined, duplicates dropped."""
    his = defaultdict(set)
    for hi, lo in zip(spans.trace_hi.tolist(), spans.trace_lo.tolist(), strict=True):
        if hi:
            his[lo].add(hi)

    def joined(hi: int, lo: int) -> TraceId:
        return (min(his[lo]), lo) if not hi and len(his.get(lo, ())) == 1 else (hi, lo)

    links = defaultdict(set)
    for hi, lo, span, to_hi, to_lo, to in spans.links.tolist():
        links[joined(hi, lo), span].add((joined(to_hi, to_lo), to))

    traces: dict[TraceId, list[Span]] = defaultdict(list)
    seen = set()
    shapes = [(shape, operation(shape), service(shape)) for shape in vocabulary.shapes]
    for hi, lo, *row in zip(*(getattr(spans, name).tolist() for name in COLUMNS), strict=True):
        trace = joined(hi, lo)
        if (trace, *row) in seen:
            counts["duplicate-span"] += 1
            continue
        seen.add((trace, *row))
        if not hi and len(his.get(lo, ())) > 1:
            counts["ambiguous-trace-id"] += 1
        span, parent, start, end, code, tenant, marks = row
        shape, op, place = shapes[code]
        traces[trace].append(
            Span(
                trace=trace, id=span, parent_id=parent, start=start, end=end, shape=shape,
                tenant=vocabulary.tenants[tenant], marks=marks, links=links.get((trace, span), set()),
                op=op, service=place,
            )
        )  # fmt: skip
    return traces


def group(spans: Iterable[Span]) -> dict[SpanId, list[Span]]:
    """Spans by their id."""
    groups: dict[SpanId, list[Span]] = defaultdict(list)
    for span in spans:
        groups[span.trace, span.id].append(span)
    return groups


def hang(trace: list[Span], counts: Counter[str]) -> list[Span]:
    """Find every span's parent; returns the trace with parents before their children."""
    groups = group(trace)
    for same in groups.values():
        callers = sum(span.kind in CALLING for span in same)
        b3 = callers == 1 and sum(span.kind in CALLED for span in same) == len(same) - 1
        if len(same) > 1 and not b3:
            counts["id-conflict"] += len(same) - 1
            for span in same:
                span.shared = True
    for span in trace:
        span.parent, span.rivals = choose_parent(span, groups)
        span.doubtful = span.parent is not None and span.parent.shared
        span.orphan = span.parent is None and span.parent_id != 0
        counts["missing-parent"] += span.orphan
    for cycle in cycles(trace):
        cut = min(cycle, key=lambda span: (span.id, *span.order))
        cut.parent, cut.orphan = None, True
        counts["cycle"] += 1
    for span in trace:
        if span.parent:
            span.parent.children.append(span)
    roots = [span for span in trace if span.parent is None]
    counts["several-roots"] += len(roots) > 1
    ordered = list(roots)
    for span in ordered:  # grows as it goes
        span.root = span.parent.root if span.parent else span
        ordered.extend(span.children)
    return ordered


def choose_parent(span: Span, groups: dict[SpanId, list[Span]]) -> tuple[Span | None, list[Span]]:
    """The parent, whatever cycles that makes, and who might have been it as well."""
    if span.kind in CALLED:
        callers = [other for other in groups[span.trace, span.id] if other.kind in CALLING]
        if len(callers) == 1:
            return callers[0], []
    if span.parent_id == 0:
        return None, []
    named = groups.get((span.trace, span.parent_id), [])
    candidates = [other for other in named if other is not span] or named
    same_service = [other for other in candidates if other.service == span.service]
    parent = min(same_service or candidates, key=lambda other: (rank(other.kind), other.order), default=None)
    doubtful = parent is not None and parent.shared
    return parent, [other for other in candidates if other is not parent] if doubtful else []


def rank(kind: Kind) -> int:
    """Which of several spans of one id is the likelier parent."""
    if kind in CALLED:
        return 0
    return 2 if kind in CALLING else 1


def cycles(trace: list[Span]) -> Iterator[list[Span]]:
    """The cycles that parents form, each once."""
    done: set[Span] = set()
    for start in trace:
        path: dict[Span, None] = {}
        span: Span | None = start
        while span is not None and span not in done and span not in path:
            path[span] = None
            span = span.parent
        if span in path:
            members = list(path)
            yield members[members.index(span) :]
        done.update(path)
