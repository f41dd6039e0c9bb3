"""Beside the instrumentations that services use, unchanged: labels travel, content does not leave.

Needs the dependency group `instrumentations`; what is not installed is skipped.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import propagate
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from recorded import Spans

from lineage.instrument import label, state
from lineage.instrument.content import ContentFilter

pytestmark = pytest.mark.filterwarnings("default")
"""The libraries here warn of each other."""

CANARY = "Zebra-Kanarienvogel"
ANSWER = f"The answer about {CANARY}"


@pytest.fixture
def instrumented(spans: Spans) -> Iterator[list[Any]]:
    """Instrumentors to be taken back after the test."""
    used: list[Any] = []
    yield used
    for each in reversed(used):
        each.uninstrument()


def text_of(spans: Spans, *, filtered: bool) -> str:
    """Everything that an exporter is given."""
    inner = InMemorySpanExporter()
    exporter: SpanExporter = ContentFilter(inner) if filtered else inner
    exporter.export(spans.ended())
    return "\n".join(span.to_json() for span in inner.get_finished_spans())


def assert_only_structure(spans: Spans, *structure: str) -> None:
    assert CANARY in text_of(spans, filtered=False), (
        "the instrumentation recorded no content: nothing is shown"
    )
    sent = text_of(spans, filtered=True)
    assert CANARY not in sent
    for part in structure:
        assert part in sent


# --- HTTP ---------------------------------------------------------------------------------------------


def services(spans: Spans, edge: bool, instrumented: list[Any]) -> Any:
    """A gateway that calls a core, both in FastAPI, through httpx; each request in a context of its own."""
    fastapi = pytest.importorskip("fastapi")
    httpx = pytest.importorskip("httpx")
    server = pytest.importorskip("opentelemetry.instrumentation.fastapi").FastAPIInstrumentor
    client = pytest.importorskip("opentelemetry.instrumentation.httpx").HTTPXClientInstrumentor

    class Separate(httpx.ASGITransport):  # type: ignore[misc, name-defined]
        async def handle_async_request(self, request: Any) -> Any:
            work = super().handle_async_request(request)
            return await asyncio.get_running_loop().create_task(work, context=contextvars.Context())

    core, gateway = fastapi.FastAPI(), fastapi.FastAPI()

    async def infer() -> str:
        spans.start("core work").end()
        return ANSWER

    onwards = httpx.AsyncClient(transport=Separate(app=core), base_url="http://core")
    client.instrument_client(onwards, tracer_provider=spans.provider)

    async def chat(tenant: str) -> str:
        if tenant == "unknown":
            await onwards.get("/infer", params={"q": CANARY})
            return ANSWER
        with label(tenant=tenant, origin="DE"):
            await asyncio.sleep(0)
            await onwards.get("/infer", params={"q": CANARY})
        return ANSWER

    core.get("/infer")(infer)
    gateway.get("/chat/{tenant}")(chat)
    for app in (core, gateway):
        server.instrument_app(app, tracer_provider=spans.provider)
    propagate.get_global_textmap().edge = edge  # type: ignore[attr-defined]
    return httpx.AsyncClient(transport=Separate(app=gateway), base_url="http://gateway")


def test_labels_go_from_service_to_service_and_never_to_another_request(
    spans: Spans, instrumented: list[Any]
) -> None:
    outside = services(spans, False, instrumented)

    async def main() -> None:
        wanted = [f"t{number}" for number in range(20)] + ["unknown"] * 5
        await asyncio.gather(*(outside.get(f"/chat/{tenant}") for tenant in wanted))

    asyncio.run(main())
    by_trace: dict[int, set[str]] = {}
    for span in spans.ended():
        assert span.context is not None
        if "send" not in span.name:
            tenant = str((span.attributes or {}).get("lineage.tenant", ""))
            by_trace.setdefault(span.context.trace_id, set()).add(tenant)
    assert sorted(map(sorted, by_trace.values())) == sorted(
        [[""]] * 5 + [[f"t{number}"] for number in range(20)]
    )
    assert sum(span.name == "core work" for span in spans.ended()) == 25
    assert_only_structure(spans, '"lineage.tenant": "t3"', '"lineage.data.origin": "DE"')


@pytest.mark.parametrize("edge", [True, False])
def test_what_a_stranger_sends_is_a_claim_at_the_edge(
    spans: Spans, instrumented: list[Any], edge: bool
) -> None:
    outside = services(spans, edge, instrumented)
    asyncio.run(
        outside.get("/chat/unknown", headers={"baggage": "lineage.tenant=acme-eu,lineage.data.origin=CN"})
    )
    believed = {
        span.name for span in spans.ended() if (span.attributes or {}).get("lineage.tenant") == "acme-eu"
    }
    claimed = {span.name for span in spans.ended() if (span.attributes or {}).get("data.origin") == "CN"}
    assert ("core work" in believed) is not edge
    assert claimed == ({"GET /chat/{tenant}"} if edge else set())


# --- gRPC, Celery, threads -------------------------------------------------------------------------------


def test_over_grpc(spans: Spans, instrumented: list[Any]) -> None:
    grpc = pytest.importorskip("grpc")
    module = pytest.importorskip("opentelemetry.instrumentation.grpc")

    def answer(request: bytes, servicer: Any) -> bytes:
        spans.start(f"work for {request.decode()}").end()
        return request

    handler = grpc.method_handlers_generic_handler(
        "Infer", {"Run": grpc.unary_unary_rpc_method_handler(answer)}
    )
    server = grpc.server(
        ThreadPoolExecutor(2), interceptors=[module.server_interceptor(tracer_provider=spans.provider)]
    )
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as plain:
        channel = module.grpcext.intercept_channel(
            plain, module.client_interceptor(tracer_provider=spans.provider)
        )
        call = channel.unary_unary("/Infer/Run")
        for tenant in ("a", "b"):
            with label(tenant=tenant):
                call(tenant.encode())
        call(b"nobody")
    server.stop(None).wait()
    assert {name: told.get("tenant") for name, told in spans.labels().items() if name.startswith("work")} == {
        "work for a": "a",
        "work for b": "b",
        "work for nobody": None,
    }


def test_over_celery(spans: Spans, instrumented: list[Any]) -> None:
    celery = pytest.importorskip("celery")
    instrumentor = pytest.importorskip("opentelemetry.instrumentation.celery").CeleryInstrumentor()
    start_worker = pytest.importorskip("celery.contrib.testing.worker").start_worker
    instrumented.append(instrumentor)
    instrumentor.instrument(tracer_provider=spans.provider)
    app = celery.Celery("jobs", broker="memory://", backend="cache+memory://")

    def run(tenant: str) -> str:
        spans.start(f"work for {tenant}").end()
        return tenant

    work = app.task(name="work")(run)
    with start_worker(app, perform_ping_check=False, pool="solo", loglevel=logging.CRITICAL):
        pending = []
        for tenant in ("a", "b"):
            with label(tenant=tenant):
                pending.append(work.delay(tenant))
        pending.append(work.delay("nobody"))
        for each in pending:
            each.get(timeout=30)
    assert {
        name: told.get("tenant") for name, told in spans.labels().items() if name.startswith("work for")
    } == {"work for a": "a", "work for b": "b", "work for nobody": None}


def test_executors_with_the_instrumentation_of_threading(spans: Spans, instrumented: list[Any]) -> None:
    instrumentor = pytest.importorskip("opentelemetry.instrumentation.threading").ThreadingInstrumentor()
    instrumented.append(instrumentor)
    instrumentor.instrument()
    with ThreadPoolExecutor(2) as pool:
        for tenant in ("a", "b"):
            with spans.within(f"request of {tenant}"), label(tenant=tenant):
                pool.submit(lambda tenant: spans.start(f"work for {tenant}").end(), tenant).result()
        pool.submit(lambda: spans.start("work for nobody").end()).result()
    assert {name: told.get("tenant") for name, told in spans.labels().items() if name.startswith("work")} == {
        "work for a": "a",
        "work for b": "b",
        "work for nobody": None,
    }


# --- content ---------------------------------------------------------------------------------------------


def ask_openai() -> None:
    openai = pytest.importorskip("openai")
    httpx = pytest.importorskip("httpx")

    def answer(request: Any) -> Any:
        message = {"role": "assistant", "content": ANSWER}
        body = {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "qwen-max",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8},
        }  # fmt: skip
        return httpx.Response(200, json=body)

    client = openai.OpenAI(
        api_key="none",
        base_url="http://llm.example.com/v1",
        http_client=httpx.Client(transport=httpx.MockTransport(answer)),
    )
    messages = [
        {"role": "system", "content": f"Be kind to {CANARY}"},
        {"role": "user", "content": f"Who is {CANARY}?"},
    ]
    client.chat.completions.create(model="qwen-max", messages=messages, user=f"{CANARY}@example.com")


@pytest.mark.parametrize(
    "module", ["opentelemetry.instrumentation.openai", "openinference.instrumentation.openai"]
)
def test_prompts_and_answers_stay(spans: Spans, instrumented: list[Any], module: str) -> None:
    found = pytest.importorskip(module).OpenAIInstrumentor()
    pytest.importorskip("openai")
    instrumented.append(found)
    found.instrument(tracer_provider=spans.provider)
    with label(tenant="acme-eu", purpose="inference"):
        ask_openai()
    assert_only_structure(spans, "qwen-max", '"lineage.tenant": "acme-eu"', '"lineage.purpose": "inference"')


def test_statements_to_a_database_stay(spans: Spans, instrumented: list[Any]) -> None:
    import sqlite3

    instrumentor = pytest.importorskip("opentelemetry.instrumentation.sqlite3").SQLite3Instrumentor()
    instrumented.append(instrumentor)
    instrumentor.instrument(tracer_provider=spans.provider)
    connection = sqlite3.connect(":memory:")
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE patients (name TEXT)")
    cursor.execute(f"INSERT INTO patients VALUES ('{CANARY}')")  # noqa: S608 - as careless services do
    cursor.execute(f"SELECT name FROM patients WHERE name = '{CANARY}'")  # noqa: S608
    connection.close()
    assert_only_structure(spans, 'INSERT INTO \\"patients\\"', 'SELECT * FROM \\"patients\\"')


def test_keys_of_a_cache_stay(spans: Spans, instrumented: list[Any]) -> None:
    instrumentor = pytest.importorskip("opentelemetry.instrumentation.redis").RedisInstrumentor()
    fakeredis = pytest.importorskip("fakeredis")
    instrumented.append(instrumentor)

    def keep_arguments(span: Any, instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        # As a service does that wants to see its keys.
        span.set_attribute("db.statement", " ".join(map(str, args)))

    instrumentor.instrument(tracer_provider=spans.provider, request_hook=keep_arguments)
    cache = fakeredis.FakeRedis()
    cache.set(f"answer:{CANARY}", ANSWER)
    cache.get(f"answer:{CANARY}")
    assert_only_structure(spans, '"db.statement": "SET"', '"db.statement": "GET"')


def test_an_exception_leaves_its_type(spans: Spans) -> None:
    with pytest.raises(ValueError, match=CANARY), spans.within("call"):
        raise ValueError(f"cannot read {CANARY}")
    assert_only_structure(spans, "ValueError")


def test_litellm(spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    litellm = pytest.importorskip("litellm")
    module = pytest.importorskip("litellm.integrations.opentelemetry")
    # Below another span it would otherwise write on that one, which has ended by the time that its callback runs.
    monkeypatch.setenv("USE_OTEL_LITELLM_REQUEST_SPAN", "true")
    callback = module.OpenTelemetry(tracer_provider=spans.provider)
    monkeypatch.setattr(litellm, "callbacks", [callback])

    async def main() -> None:
        with spans.within("request"):
            state(tenant="acme-eu")
            await litellm.acompletion(
                model="openai/qwen-max",
                api_base="http://llm.example.com/v1",
                messages=[{"role": "user", "content": f"Who is {CANARY}?"}],
                mock_response=ANSWER,
                metadata={"user_api_key_team_id": "team-7", "note": CANARY},
            )
        for _ in range(400):
            if any(span.name == "litellm_request" for span in spans.ended()):
                break
            await asyncio.sleep(0.05)

    asyncio.run(main())
    assert_only_structure(spans, "qwen-max")


# --- without a change of code ------------------------------------------------------------------------------

SERVICE = """
from opentelemetry import trace
from lineage.instrument import label
with label(origin="DE", tenant="acme-eu"):
    trace.get_tracer("service").start_span("call", attributes={"gen_ai.prompt": "Zebra-Kanarienvogel"}).end()
"""


def test_by_the_environment_alone(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.distro")
    if not entry_points(group="opentelemetry_pre_instrument", name="lineage"):
        pytest.skip("lineage is not installed here, only its sources")
    (tmp_path / "service.py").write_text(SERVICE, "utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": "",
        "OTEL_SERVICE_NAME": "gateway",
        "OTEL_TRACES_EXPORTER": "lineage",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_RESOURCE_ATTRIBUTES": "lineage.purpose=inference",
        "LINEAGE_EXPORTER": "console",
        "LINEAGE_INSTRUMENT": "true",
    }
    command = Path(sys.executable).with_name("opentelemetry-instrument")
    result = subprocess.run(
        [command, sys.executable, "service.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    (span,) = json.loads("[" + result.stdout.replace("}\n{", "},{") + "]")
    assert span["attributes"] == {
        "lineage.data.origin": "DE",
        "lineage.purpose": "inference",
        "lineage.tenant": "acme-eu",
    }
    assert span["resource"]["attributes"]["service.name"] == "gateway"
    assert CANARY not in result.stdout + result.stderr
