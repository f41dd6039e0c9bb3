"""Spans in process give what the same spans give as OTLP out of a file."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    TraceFlags,
    TraceState,
    set_span_in_context,
)
from otlp import attribute, fixed, read, request, rows, to_message

from lineage.decode.sdk import LineageExporter, from_sdk
from lineage.spans import Tally, Vocabulary

RESOURCE = {
    "service.name": "api",
    "cloud.provider": "aws",
    "cloud.region": "us-east-1",
    "host.name": "h",
    "note": "a secret",
}
REMOTE = SpanContext(
    0xABC << 64 | 5,
    0xDEF,
    is_remote=True,
    trace_flags=TraceFlags(1),
    trace_state=TraceState([("ot", "th:8")]),
)


class Keep(SpanExporter):
    """Keeps spans as they are."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


def made(exporter: SpanExporter) -> None:
    """A few spans: parents here and elsewhere, links, events, content, ambiguity."""
    provider = TracerProvider(resource=Resource(RESOURCE))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("t")
    far = set_span_in_context(NonRecordingSpan(REMOTE))
    with tracer.start_as_current_span(
        "POST /v1/chat", far, SpanKind.SERVER, {"tenant.id": "acme", "url.path": "/v1/secret"}
    ):
        with tracer.start_as_current_span(
            "chat",
            kind=SpanKind.CLIENT,
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "qwen-max",
                "gen_ai.prompt": "a secret",
                "server.port": 8080,
                "server.address": "llm.example",
            },
            links=[Link(REMOTE)],
        ) as span:
            span.add_event("gen_ai.content", {"text": "a secret"})
        with tracer.start_as_current_span(
            "SELECT secret",
            kind=SpanKind.CLIENT,
            attributes={"db.system": "postgresql", "db.namespace": "a secret"},
        ):
            pass
        with tracer.start_as_current_span(
            "chroma.query",
            attributes={"db.system": "chroma", "tags": ("a", "secret"), "lineage.actor": "human"},
        ) as span:
            span.add_event(
                "db.query.result", {"db.query.result.metadata": '{"tenant": "globex", "title": "secret"}'}
            )
        tracer.start_span("bad times", kind=SpanKind.PRODUCER, start_time=10).end(5)
        tracer.start_span(
            "consumer", kind=SpanKind.CONSUMER, attributes={"http.request.header.x-tenant-id": ["acme"]}
        ).end()


def otlp(spans: Sequence[ReadableSpan]) -> dict[str, Any]:
    """The same spans as a request, written out by hand."""

    def value(item: Any) -> Any:
        if isinstance(item, (tuple, list)):
            return {"arrayValue": {"values": [attribute("", one)["value"] for one in item]}}
        return item

    def pairs(attributes: Any) -> list[dict[str, Any]]:
        return [attribute(key, value(item)) for key, item in (attributes or {}).items()]

    def one(span: ReadableSpan) -> dict[str, Any]:
        context: Any = span.context
        remote = bool(span.parent and span.parent.is_remote)
        return {
            "traceId": f"{context.trace_id:032x}",
            "spanId": f"{context.span_id:016x}",
            "parentSpanId": f"{span.parent.span_id:016x}" if span.parent else "",
            "traceState": context.trace_state.to_header(),
            "name": span.name,
            "kind": span.kind.value + 1,
            "startTimeUnixNano": str(span.start_time),
            "endTimeUnixNano": str(span.end_time),
            "attributes": pairs(span.attributes),
            "events": [{"name": event.name, "attributes": pairs(event.attributes)} for event in span.events],
            "links": [
                {"traceId": f"{link.context.trace_id:032x}", "spanId": f"{link.context.span_id:016x}"}
                for link in span.links
            ],
            "flags": 0x300 if remote else 0x100,
        }

    return request(*map(one, spans), resource=RESOURCE)


def test_the_same_as_out_of_a_file(tmp_path: Path) -> None:
    keep = Keep()
    made(keep)
    reader, expected = read(fixed(to_message(otlp(keep.spans))), tmp_path)
    vocabulary, tally = Vocabulary(), Tally()
    found = from_sdk(keep.spans, vocabulary, tally)
    assert len(found) == 6
    assert rows(expected, reader.vocabulary) == rows(found, vocabulary)
    assert (reader.tally.spans, reader.tally.refused, reader.tally.sampled) == (
        tally.spans,
        tally.refused,
        tally.sampled,
    )
    assert dict(tally.refused) == {"shape:db.namespace": 1}
    assert tally.sampled == 6


def test_an_exporter_keeps_structure_only() -> None:
    exporter = LineageExporter()
    made(exporter)
    spans = exporter.take()
    assert (len(spans), len(exporter.take())) == (6, 0)
    assert {"acme", ""} == {exporter.vocabulary.tenants[code] for code in spans.tenant}
    assert "secret" not in repr((exporter.vocabulary.shapes, exporter.vocabulary.tenants, exporter.tally))


def test_an_exporter_that_is_shut_down_takes_no_more() -> None:
    exporter = LineageExporter()
    made(exporter)
    exporter.shutdown()
    assert SpanExportResult.FAILURE is exporter.export([])
    assert len(exporter.take()) == 6


def test_an_exporter_is_called_from_many_threads() -> None:
    keep, exporter = Keep(), LineageExporter()
    made(keep)

    def work() -> None:
        for _ in range(50):
            exporter.export(keep.spans)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(exporter.take()), exporter.tally.spans) == (1200, 1200)


def test_own_tenant_keys_come_first() -> None:
    keep = Keep()
    made(keep)
    vocabulary = Vocabulary()
    from_sdk(keep.spans, vocabulary, Tally(), tenant_keys=["gen_ai.request.model"])
    assert vocabulary.tenants == ["", "qwen-max", "acme"]


@pytest.mark.parametrize("attributes", [{}, {"tenant.id": "acme"}])
def test_a_span_without_ids_is_rejected(attributes: dict[str, str]) -> None:
    tally = Tally()
    assert len(from_sdk([ReadableSpan("x", attributes=attributes)], Vocabulary(), tally)) == 0
    assert dict(tally.rejected) == {"bad-trace-id": 1}
