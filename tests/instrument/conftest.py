"""A provider with our processor that keeps what ends; nothing global is left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("opentelemetry.sdk")

from opentelemetry import context, propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from recorded import Spans

from lineage.instrument.baggage import LabelPropagator
from lineage.instrument.stamp import LabelProcessor


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spans]:
    provider = TracerProvider(resource=Resource({"service.name": "gateway"}))
    exporter = InMemorySpanExporter()
    provider.add_span_processor(LabelProcessor())
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    before = propagate.get_global_textmap()
    propagate.set_global_textmap(LabelPropagator(before))
    token = context.attach(context.Context())
    yield Spans(provider, exporter)
    context.detach(token)
    propagate.set_global_textmap(before)
