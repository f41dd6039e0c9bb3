"""Captured OTLP/JSON as spans of the SDK, to run real telemetry through what works in process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

CAPTURES = Path(__file__).resolve().parents[2] / "examples" / "captures"


def replay(path: Path) -> Iterator[ReadableSpan]:
    """The spans of a capture."""
    for line in path.read_text("utf-8").splitlines():
        for block in json.loads(line).get("resourceSpans", []):
            resource = Resource(_map(block.get("resource", {}).get("attributes", [])))
            for scope in block.get("scopeSpans", []):
                told = scope.get("scope", {})
                library = InstrumentationScope(told.get("name", ""), told.get("version", ""))
                for span in scope["spans"]:
                    yield _span(span, resource, library)


def _span(span: dict[str, Any], resource: Resource, library: InstrumentationScope) -> ReadableSpan:
    remote = int(span.get("flags", 0)) & 0x300 == 0x300
    parent = span.get("parentSpanId")
    status = span.get("status", {})
    return ReadableSpan(
        name=span["name"],
        context=_context(span["traceId"], span["spanId"]),
        parent=_context(span["traceId"], parent, remote) if parent else None,
        resource=resource,
        attributes=BoundedAttributes(attributes=_map(span.get("attributes", []))),
        events=[
            Event(event["name"], _map(event.get("attributes", [])), int(event["timeUnixNano"]))
            for event in span.get("events", [])
        ],
        links=[Link(_context(link["traceId"], link["spanId"])) for link in span.get("links", [])],
        kind=SpanKind(max(int(span.get("kind", 1)) - 1, 0)),
        status=Status(
            StatusCode(int(status.get("code", 0))), status.get("message") if status.get("code") == 2 else None
        ),
        start_time=int(span["startTimeUnixNano"]),
        end_time=int(span["endTimeUnixNano"]),
        instrumentation_scope=library,
    )


def _context(trace: str, span: str, remote: bool = False) -> SpanContext:
    return SpanContext(int(trace, 16), int(span, 16), remote, TraceFlags(1))


def _map(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    return {each["key"]: _value(each["value"]) for each in attributes}


def _value(value: dict[str, Any]) -> Any:
    if not value:
        return ""
    ((kind, held),) = value.items()
    if kind == "arrayValue":
        return [_value(item) for item in held.get("values", [])]
    if kind == "kvlistValue":
        return _map(held.get("values", []))
    return int(held) if kind == "intValue" else held
