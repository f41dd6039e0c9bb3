"""Spans of this process, straight from opentelemetry-sdk: no file, no network, and no content kept.

    exporter = LineageExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    ...
    flows = link([exporter.take()], exporter.vocabulary, exporter.tally)

The same spans exported as OTLP and read from a file give the same result.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from lineage.decode.columns import LATEST, Columns, link, usable
from lineage.decode.otlp_proto import lost, sampled, wrong_ids
from lineage.decode.shaper import Shaper
from lineage.reduce import UNREADABLE
from lineage.spans import Kind, Mark, Spans, Tally, Vocabulary

_DEEPEST = 32


def from_sdk(
    spans: Iterable[ReadableSpan], vocabulary: Vocabulary, tally: Tally, tenant_keys: Sequence[str] = ()
) -> Spans:
    """Ended spans of opentelemetry-sdk as columns; structure only, as from any other input.

    Args:
        spans: as a span processor or exporter is given them.
        vocabulary: gets their shapes and tenants.
        tally: counts them, and what is refused of them.
        tenant_keys: span attributes that name a customer, before the built-in ones.

    >>> len(from_sdk([], Vocabulary(), Tally()))
    0
    """
    decoder = _SdkDecoder(Shaper(vocabulary, tally, tenant_keys), tally, Columns())
    decoder.decode(spans)
    return decoder.columns.take()


class LineageExporter(SpanExporter):
    """A span exporter that keeps the structure of spans for `take`; content is dropped as they come.

    It may be called from any thread.

    Args:
        tenant_keys: span attributes that name a customer, before the built-in ones.

    >>> exporter = LineageExporter()
    >>> exporter.export([]), len(exporter.take())
    (<SpanExportResult.SUCCESS: 0>, 0)
    """

    def __init__(self, tenant_keys: Sequence[str] = ()) -> None:
        self.vocabulary = Vocabulary()
        self.tally = Tally()
        self._decoder = _SdkDecoder(Shaper(self.vocabulary, self.tally, tenant_keys), self.tally, Columns())
        self._lock = threading.Lock()
        self._closed = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Keep the structure of these spans; FAILURE after `shutdown`."""
        with self._lock:
            if self._closed:
                return SpanExportResult.FAILURE
            self._decoder.decode(spans)
        return SpanExportResult.SUCCESS

    def take(self) -> Spans:
        """The spans since the last call, as one batch over `vocabulary`."""
        with self._lock:
            return self._decoder.columns.take()

    def shutdown(self) -> None:
        """Take no more spans; those that are here can still be taken."""
        with self._lock:
            self._closed = True

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing is ever held back."""
        return True


class _SdkDecoder:
    """Decodes spans into `columns`, like the decoders of the wire formats."""

    def __init__(self, shaper: Shaper, tally: Tally, columns: Columns) -> None:
        self.shaper, self.tally, self.columns = shaper, tally, columns

    def decode(self, spans: Iterable[ReadableSpan]) -> None:
        """Add these spans."""
        self.tally.requests += 1
        for span in spans:
            self._span(span)

    def _span(self, span: ReadableSpan) -> None:
        columns, tally = self.columns, self.tally
        tally.spans += 1
        context: Any = span.context
        trace = context.trace_id.to_bytes(16, "big") if context else b""
        own = context.span_id.to_bytes(8, "big") if context else b""
        reason = wrong_ids(trace, own, b"")
        if reason:
            tally.rejected[reason] += 1
            return
        shape, tenant, marks, _, _ = self.shaper.outcome(
            self._resource(span.resource),
            span.kind.value + Kind.INTERNAL,
            self._pieces(span),
            span.name or "",
        )
        start, end = span.start_time or 0, span.end_time or 0
        if not 0 < start <= end <= LATEST:
            start, end = usable(start), usable(end)
            marks |= Mark.BAD_TIMES
        marks |= lost(tally, span.dropped_attributes, span.dropped_events, span.dropped_links)
        if span.parent is not None and span.parent.is_remote:
            marks |= Mark.REMOTE_PARENT
        if context.trace_state and sampled(context.trace_state.to_header().encode()):
            tally.sampled += 1
        columns.trace.append(trace)
        columns.span.append(own)
        columns.parent.append((span.parent.span_id if span.parent else 0).to_bytes(8, "big"))
        columns.start.append(start)
        columns.end.append(end)
        columns.shape.append(shape)
        columns.tenant.append(tenant)
        columns.marks.append(int(marks))
        for target in span.links:
            to = target.context
            columns.links.append(
                link(trace, own, to.trace_id.to_bytes(16, "big"), to.span_id.to_bytes(8, "big"))
            )

    def _resource(self, resource: Resource | None) -> int:
        return self.shaper.resource(
            (key, _value(value, 0)) for key, value in _items(resource.attributes if resource else None)
        )

    def _pieces(self, span: ReadableSpan) -> tuple[int, ...]:
        shaper = self.shaper
        codes = [
            shaper.piece(key, _value(value, 0))
            for key, value in _items(span.attributes)
            if shaper.wanted(key)
        ]
        for event in span.events:
            if event.name == "db.query.result":
                codes += [
                    shaper.result_piece(_value(value, 0))
                    for key, value in _items(event.attributes)
                    if key == "db.query.result.metadata"
                ]
        return tuple(codes)


def _items(attributes: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    return list(attributes.items()) if attributes else []


def _value(value: Any, depth: int) -> Any:
    """An attribute's value in the types of the wire."""
    if depth > _DEEPEST:
        return UNREADABLE
    if isinstance(value, Mapping):
        return {str(key): _value(item, depth + 1) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_value(item, depth + 1) for item in value]
    return value
