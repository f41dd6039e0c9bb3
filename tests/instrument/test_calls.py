"""The helpers' spans, as `lineage check` reads them."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry import propagate
from opentelemetry.trace import SpanKind
from recorded import Spans

from lineage.decode.sdk import from_sdk
from lineage.instrument import label, log, model, queue, store
from lineage.operations import Operation, operation
from lineage.spans import Tally, Vocabulary

CASES: list[Any] = [
    pytest.param(
        lambda: store("postgresql", host="pg-main", port=5433, namespace="app", collection="orders", direction="write"),
        {"what": "database", "system": "postgresql", "host": "pg-main:5433", "namespace": "app", "collections": ("orders",), "direction": "write", "outgoing": True},
        id="a table that is written",
    ),
    pytest.param(
        lambda: store("qdrant", host="vec", collection="docs", direction="read", data_class="personal"),
        {"what": "database", "system": "qdrant", "host": "vec", "collections": ("docs",), "direction": "read", "outgoing": True},
        id="an index that is read",
    ),
    pytest.param(
        lambda: store("redis", host="cache-1", direction="both", retention="PT1H"),
        {"what": "database", "host": "cache-1", "direction": "both", "retention": "PT1H"},
        id="a cache with a retention",
    ),
    pytest.param(
        lambda: log("loki", host="loki.example.com", stream="gateway"),
        {"what": "database", "system": "loki", "collections": ("gateway",), "direction": "write", "asked": frozenset({"log"})},
        id="a log",
    ),
    pytest.param(
        lambda: log("loki", host="loki.example.com", category="usage"),
        {"asked": frozenset({"usage"}), "collections": ()},
        id="a log of another category",
    ),
    pytest.param(
        lambda: queue("kafka", "jobs", direction="send", purpose="training"),
        {"what": "send", "system": "kafka", "name": "jobs", "outgoing": True, "purpose": "training"},
        id="a message that is sent",
    ),
    pytest.param(
        lambda: queue("kafka", "jobs", direction="receive"),
        {"what": "receive", "system": "kafka", "name": "jobs", "reader": True},
        id="a message that is taken out",
    ),
    pytest.param(
        lambda: model("qwen-max", provider="alibaba", host="llm.example.com", authorisation="up-7"),
        {"what": "model", "name": "qwen-max", "provider": "alibaba", "host": "llm.example.com", "asked": frozenset({"prompt"}), "outgoing": True},
        id="a model",
    ),
    pytest.param(
        lambda: model("bge", provider="own", host="emb", operation="embeddings"),
        {"what": "model", "answered": frozenset({"embedding"})},
        id="an embedding model",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "expected"), CASES)
def test_a_call_is_read_as_what_it_is(spans: Spans, call: Any, expected: dict[str, Any]) -> None:
    with call():
        pass
    found = read(spans)
    assert {key: getattr(found, key) for key in expected} == expected


def read(spans: Spans) -> Operation:
    vocabulary = Vocabulary()
    read = from_sdk(spans.ended(), vocabulary, Tally())
    return operation(vocabulary.shapes[int(read.shape[-1])])


def test_a_failure_tells_its_type_and_nothing_else(spans: Spans) -> None:
    with pytest.raises(ValueError, match="CANARY"), store("redis", host="cache-1", direction="read"):
        raise ValueError("CANARY")
    (span,) = spans.ended()
    assert "CANARY" not in span.to_json()
    assert (span.attributes or {})["error.type"] == "ValueError"
    assert not span.status.is_ok


def test_a_message_carries_its_labels(spans: Spans) -> None:
    headers: dict[str, str] = {}
    with (
        label(tenant="acme-eu", data_class="personal"),
        queue("kafka", "jobs", direction="send", headers=headers),
    ):
        pass
    with (
        label(tenant="somebody-else"),
        queue("kafka", "jobs", direction="receive", headers=headers),
        spans.within("work"),
    ):
        pass
    told = {"tenant": "acme-eu", "data.class": "personal"}
    assert spans.labels() == {"send jobs": told, "process jobs": told, "work": told}
    sender, worker, receiver = spans.ended()
    assert receiver.parent is not None
    assert sender.context is not None
    assert receiver.parent.span_id == sender.context.span_id
    assert receiver.kind is SpanKind.CONSUMER
    assert worker.parent is not None


def test_a_message_without_headers_is_of_nobody(spans: Spans) -> None:
    with label(tenant="somebody-else"), queue("kafka", "jobs", direction="receive"), spans.within("work"):
        assert propagate.get_global_textmap() is not None
    assert spans.labels() == {"process jobs": {}, "work": {}}
