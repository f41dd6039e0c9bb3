"""Where the spans of a test are made, and what they are labelled with."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


@dataclass
class Spans:
    """Where spans of a test are made, and where they end up."""

    provider: TracerProvider
    exporter: InMemorySpanExporter

    def start(self, name: str, **more: object) -> trace.Span:
        return self.provider.get_tracer("test").start_span(name, **more)  # type: ignore[arg-type]

    def within(self, name: str) -> AbstractContextManager[trace.Span]:
        return self.provider.get_tracer("test").start_as_current_span(name)

    def ended(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()

    def labels(self) -> dict[str, dict[str, str]]:
        """By name of the span, what it is labelled with."""
        return {
            span.name: {
                key.removeprefix("lineage."): str(value)
                for key, value in sorted((span.attributes or {}).items())
                if key.startswith(("lineage.", "data.")) and value
            }
            for span in self.ended()
        }
