"""The telemetry filter: nothing but structure leaves, and the structure is all there."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState
from replayed import CAPTURES, replay

from lineage.decode.sdk import from_sdk
from lineage.instrument import counts
from lineage.instrument.content import ContentFilter
from lineage.instrument.queries import query
from lineage.instrument.sieve import Sieve
from lineage.link import link
from lineage.reduce import Refused
from lineage.spans import Tally, Vocabulary

CANARY = "Zebra-Kanarienvogel"
PROSE = f"Please tell me about {CANARY} and the diagnosis"


def exported(*spans: ReadableSpan, **options: Any) -> list[ReadableSpan]:
    inner = InMemorySpanExporter()
    assert ContentFilter(inner, **options).export(spans) is SpanExportResult.SUCCESS
    return list(inner.get_finished_spans())


def attributes_of(given: dict[str, Any], kind: SpanKind = SpanKind.CLIENT, **options: Any) -> dict[str, Any]:
    (span,) = exported(
        ReadableSpan("call", _context(), attributes=BoundedAttributes(attributes=given), kind=kind), **options
    )
    return dict(span.attributes or {})


def _context(state: TraceState | None = None) -> SpanContext:
    return SpanContext(1, 2, False, TraceFlags(1), state)


CASES = [
    ("gen_ai.request.model", "qwen-max", "qwen-max", "a name passes"),
    ("gen_ai.request.model", PROSE, None, "prose in the place of a name"),
    ("gen_ai.input.messages", PROSE, None, "messages"),
    ("gen_ai.prompt.0.content", PROSE, None, "a prompt under an old name"),
    ("llm.input_messages.0.message.content", PROSE, None, "OpenInference"),
    ("llm.deepseek.messages", PROSE, None, "LiteLLM builds keys"),
    ("embedding.vector", [0.1, 0.2], None, "a vector"),
    ("anything.else", CANARY, None, "a key that nobody knows"),
    ("url.full", f"https://u:{CANARY}@llm.example.com:8443/v1/{CANARY}?q={CANARY}", "https://llm.example.com:8443", "a URL's authority"),
    ("http.url", "http://pg.example.com/x", "http://pg.example.com:80", "with the port that the scheme stands for"),
    ("server.address", "127.20.5.1:8080", "127.20.5.1:8080", "a host with a port"),
    ("server.port", 5432, 5432, "a port stays a number"),
    ("http.route", f"/patients/{CANARY}", None, "a route"),
    ("http.route", "/healthz", "/healthz", "a health check"),
    ("http.request.header.x-tenant-id", ["acme-eu"], "acme-eu", "a customer in a header"),
    ("http.request.header.authorization", [CANARY], None, "a secret in a header"),
    ("metadata", f'{{"tenant": "acme-eu", "origin": "DE", "note": "{PROSE}"}}', '{"origin": "DE", "tenant": "acme-eu"}', "metadata"),
    ("hidden_params", f'{{"api_base": "https://llm.example.com/{CANARY}", "cache_key": "{CANARY}"}}',
     '{"api_base": "http://llm.example.com:443", "cache_key": "kept"}', "LiteLLM's parameters"),
    ("retrieval.documents.3.document.metadata", f'{{"tenant": "acme-eu", "text": "{PROSE}"}}', '{"tenant": "acme-eu"}', "a document's owner"),
    ("retrieval.documents.3.document.content", PROSE, None, "a document"),
    ("db.query.summary", "SELECT users", "SELECT users", "a summary"),
    ("db.collection.name", "users", "users", "a table"),
    ("gen_ai.usage.input_tokens", 17, 17, "a count"),
    ("gen_ai.usage.input_tokens", 13800138000, None, "a telephone number in the place of a count"),
    ("gen_ai.usage.input_tokens", CANARY, None, "a text in the place of a count"),
    ("http.response.status_code", 200, 200, "a status"),
    ("error.type", "TimeoutError", "TimeoutError", "a type of error"),
    ("error.type", PROSE, None, "an error's message"),
    ("lineage.data.origin", "DE", "DE", "a label"),
    ("lineage.tenant", "acme-eu", "acme-eu", "a tenant"),
    ("lineage.conflict", "lineage.tenant", "lineage.tenant", "contradictions"),
    ("lineage.claimed", PROSE, None, "prose in the place of claims"),
    ("user.id", "acme", None, "a user"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "given", "kept"),
    [pytest.param(key, given, kept, id=f"{key}: {title}") for key, given, kept, title in CASES],
)
def test_an_attribute(key: str, given: Any, kept: Any) -> None:
    assert attributes_of({key: given}) == ({} if kept is None else {key: kept})


def test_on_a_server_the_end_users_address_goes() -> None:
    given = {"net.peer.ip": "203.0.113.9", "http.host": "gw.example.com", "http.method": "GET"}
    assert attributes_of(given, SpanKind.SERVER) == {"http.method": "GET"}
    assert attributes_of(given) == given


def test_keys_of_ones_own() -> None:
    given = {"shop.plan": "gold", "shop.note": PROSE, "shop.seats": 3, "shop.customer": "acme-eu"}
    assert attributes_of(
        given, also=["shop.plan", "shop.note", "shop.seats"], tenant_keys=["shop.customer"]
    ) == {
        "shop.plan": "gold",
        "shop.seats": 3,
        "shop.customer": "acme-eu",
    }


def test_what_is_refused_is_told_as_dropped() -> None:
    (span,) = exported(
        ReadableSpan("call", _context(), attributes={"db.collection.name": PROSE, "gen_ai.prompt": PROSE})
    )
    assert span.dropped_attributes == 1


def test_what_is_remembered_is_what_passed_and_changes_nothing() -> None:
    sieve = Sieve(also=["shop.seats"])
    told: list[tuple[str, Any]] = [
        ("shop.seats", 1), ("shop.seats", True), ("shop.seats", 1.0), ("db.collection.name", PROSE),
        ("db.collection.name", "orders"), ("db.query.text", "SELECT a FROM t WHERE b = 'Zebra-Kanarienvogel'"), ("server.port", 10**12),
    ]  # fmt: skip
    first = [sieve.attributes({key: value}, SpanKind.CLIENT) for key, value in told]
    again = [sieve.attributes({key: value}, SpanKind.CLIENT) for key, value in told]
    assert [repr(each) for each in again] == [repr(each) for each in first]
    assert sieve._whole == {("shop.seats", "", 1), ("db.collection.name", "", "orders")}
    assert not [word for word in (PROSE, CANARY) if word in repr(sieve._memory)]


@pytest.mark.parametrize(
    ("text", "system", "kept"),
    [
        ("SELECT a FROM t WHERE b = 'Zebra'", "postgresql", 'SELECT * FROM "t"'),
        ("INSERT INTO audit SELECT * FROM users", "mysql", 'INSERT INTO "audit"; INSERT INTO "users"; SELECT * FROM "audit", "users"'),
        ("SELECT 1", "postgresql", "SELECT 1"),
        ("SET search_path TO zebra", "postgresql", "SET"),
        ("BEGIN", "sqlite", "BEGIN"),
        ("get cache:zebra-eu:17", "redis", "GET"),
        ("ZADD zebra 1 2\nHSET zebra f v", "valkey", "ZADD\nHSET"),
        ("select zebra from experience", "qdrant", None),
        ("tell me about zebras", "postgresql", None),
        ("SELECT * FROM \"Zebra Crossing\"", "postgresql", "SELECT '"),
    ],
)  # fmt: skip
def test_a_query_text(text: str, system: str, kept: str | None) -> None:
    assert query(text, system) == kept


def test_a_query_that_is_no_text_is_refused() -> None:
    with pytest.raises(Refused):
        query(b"SELECT", "postgresql")


@pytest.mark.parametrize(
    ("name", "attributes", "kept"),
    [
        (
            "chat qwen-max",
            {"gen_ai.operation.name": "chat", "gen_ai.request.model": "qwen-max"},
            "chat qwen-max",
        ),
        ("POST /v1/patients/zebra", {"http.request.method": "POST"}, "POST"),
        ("POST", {}, "POST"),
        ("ChatCompletion", {}, "ChatCompletion"),
        ("/patients/zebra", {}, "span"),
        (PROSE, {}, "span"),
        ("Get me the file of Zebra", {}, "Get"),
        (
            "jobs send",
            {"messaging.destination.name": "jobs", "messaging.operation.type": "send"},
            "jobs send",
        ),
        ("zebra@example.com", {}, "span"),
        ("", {}, "span"),
    ],
)
def test_a_name(name: str, attributes: dict[str, Any], kept: str) -> None:
    (span,) = exported(ReadableSpan(name, _context(), attributes=attributes))
    assert span.name == kept


def everywhere() -> ReadableSpan:
    """A span with the canary in every field that can hold text."""
    state = TraceState([("ot", "th:8"), ("vendor", CANARY)])
    held = {f"key{number}.{CANARY}": PROSE for number in range(5)} | dict.fromkeys(
        ("gen_ai.prompt", "db.query.text", "url.full", "server.address", "lineage.purpose", "metadata"), PROSE
    )
    return ReadableSpan(
        name=PROSE,
        context=_context(state),
        parent=_context(state),
        resource=Resource({"service.name": "gateway", "process.command_line": PROSE, "host.name": PROSE}, CANARY),
        attributes=held,
        events=[
            Event("exception", {"exception.type": "ValueError", "exception.message": PROSE, "exception.stacktrace": PROSE}, 5),
            Event("gen_ai.user.message", {"content": PROSE}),
            Event("db.query.result", {"db.query.result.metadata": f'{{"tenant": "acme-eu", "t": "{PROSE}"}}', "db.query.result.document": PROSE}),
            Event(PROSE, {}),
        ],
        links=[Link(_context(state), {"note": PROSE})],
        kind=SpanKind.CLIENT,
        status=Status(StatusCode.ERROR, PROSE),
        start_time=1,
        end_time=2,
        instrumentation_scope=InstrumentationScope(PROSE, PROSE, f"https://example.com/{CANARY}", {"note": PROSE}),
    )  # fmt: skip


def test_no_field_lets_a_canary_through() -> None:
    (span,) = exported(everywhere())
    scope = span.instrumentation_scope
    text = span.to_json() + repr(
        (scope and (scope.name, scope.version, scope.schema_url, scope.attributes), span.resource.schema_url)
    )
    assert CANARY not in text
    assert "Please" not in text
    assert [(event.name, dict(event.attributes or {})) for event in span.events] == [
        ("exception", {"exception.type": "ValueError"}),
        ("db.query.result", {"db.query.result.metadata": '{"tenant": "acme-eu"}'}),
    ]
    assert span.context is not None
    assert dict(span.context.trace_state) == {"ot": "th:8"}
    assert span.status.status_code is StatusCode.ERROR
    assert dict(span.resource.attributes) == {"service.name": "gateway"}


def test_the_log_and_the_counts_hold_no_canary(caplog: pytest.LogCaptureFixture) -> None:
    exported(everywhere())
    assert CANARY not in caplog.text + str(counts())


def test_a_span_that_cannot_be_filtered_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sieve, "attributes", lambda *_: 1 / 0)
    before = counts().get("not-filtered", 0)
    assert exported(everywhere()) == []
    assert counts()["not-filtered"] == before + 1


@pytest.mark.parametrize(
    "capture", sorted(path.name for path in CAPTURES.glob("*.jsonl") if ".logs." not in path.name)
)
def test_real_telemetry_makes_the_same_flows_filtered_or_not(capture: str) -> None:
    spans = list(replay(CAPTURES / capture))
    sieve = Sieve()
    once = [sieve.span(span) for span in spans]
    whole, filtered = flows(spans), flows(once)
    assert len(whole.edges) > 5
    assert filtered.places == whole.places
    assert filtered.edges == whole.edges
    assert [sieve.span(span).to_json() for span in once] == [span.to_json() for span in once]


def flows(spans: Sequence[ReadableSpan]) -> Any:
    vocabulary, tally = Vocabulary(), Tally()
    return link([from_sdk(spans, vocabulary, tally)], vocabulary, tally)


# --- the service goes on ---------------------------------------------------------------------------------


class Sink(SpanExporter):
    """An exporter that is down, refuses, or waits until it is let go."""

    def __init__(self, how: str) -> None:
        self.how, self.go, self.came = how, threading.Event(), threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.came.set()
        if self.how == "down":
            raise ConnectionError(CANARY)
        if self.how == "slow":
            self.go.wait(30)
            return SpanExportResult.SUCCESS
        return SpanExportResult.FAILURE

    def shutdown(self) -> None:
        self.go.set()


@pytest.mark.parametrize("how", ["down", "slow", "refusing"])
def test_the_service_goes_on_whatever_the_exporter_does(how: str, caplog: pytest.LogCaptureFixture) -> None:
    sink = Sink(how)
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(
        BatchSpanProcessor(
            ContentFilter(sink), max_queue_size=64, max_export_batch_size=16, schedule_delay_millis=10
        )
    )
    before = counts()
    for _ in range(500):
        provider.get_tracer("test").start_span("call").end()
    # The service is through with its work, and the exporter has not answered yet.
    assert sink.came.wait(30)
    assert how != "slow" or not sink.go.is_set()
    sink.go.set()
    provider.shutdown()
    after = counts()
    key = "exported" if how == "slow" else "not-exported"
    assert after[key] > before.get(key, 0)
    assert CANARY not in caplog.text
