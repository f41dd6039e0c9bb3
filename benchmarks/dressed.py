"""A service of the example gateway, as it is, or with less or more of lineage in it: what `benchmarks.overhead` compares.

`DRESS` says how: `plain` has the spans of OpenTelemetry's own instrumentations, and those that the example makes by hand made
with OpenTelemetry alone; `labels`, `filter` and `guard` each add to the one before. `MODULE` says which service,
and `THINKING` for how many seconds the model server thinks.
`/spent` answers, past all instrumentations, with the CPU seconds of the process when all its spans are exported.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind

from examples.gateway import telemetry
from examples.gateway.addresses import port


class Plain:
    """What `lineage.instrument` has and the gateway uses, made with OpenTelemetry alone; labels are nothing."""

    @staticmethod
    def setup(*, edge: bool, exporter: SpanExporter) -> TracerProvider:
        """A provider that exports in batches."""
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(exporter))
        trace.set_tracer_provider(provider)
        return provider

    @staticmethod
    def label(**_: str) -> AbstractContextManager[None]:
        """Nothing."""
        return nullcontext()

    @staticmethod
    def store(system: str, *, host: str, port: int, collection: str, direction: str) -> Any:
        """The span of a store."""
        told = {"db.system.name": system, "db.collection.name": collection, "server.address": host}
        return _span(f"{direction} {collection}", told, port)

    @staticmethod
    def log(system: str, *, host: str, port: int, stream: str) -> Any:
        """The span of a log."""
        return Plain.store(system, host=host, port=port, collection=stream, direction="write")

    @staticmethod
    def model(name: str, *, provider: str, host: str, port: int) -> Any:
        """The span of a call to a model."""
        told = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": name,
            "server.address": host,
        }
        return _span(f"chat {name}", told, port)


def _span(name: str, told: Mapping[str, str], port: int) -> AbstractContextManager[Span]:
    tracer = trace.get_tracer("gateway")
    return tracer.start_as_current_span(name, kind=SpanKind.CLIENT, attributes={**told, "server.port": port})


def dressed(module: str, dress: str) -> Any:
    """The application of a service, dressed."""
    if dress == "plain":
        vars(telemetry)["instrument"] = Plain
    elif dress == "labels":
        os.environ["LINEAGE_CONTENT"] = "keep"
    service = import_module(f"examples.gateway.{module}")
    if dress == "plain":
        vars(service)["instrument"] = Plain
    if module == "model":
        return asked(slow(service.app, float(os.environ["THINKING"])))
    return asked(guarded(service) if dress == "guard" else service.app)


def slow(inner: Any, seconds: float) -> Any:
    """The application, when it has thought for so long."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] != "/healthz":
            await asyncio.sleep(seconds)
        await inner(scope, receive, send)

    return app


def guarded(service: Any) -> Any:
    """The service behind a guard that observes: whose request it is, each call that leaves, and the answer."""
    from lineage.guard import Guard, clients

    guard = Guard(["order16"], [os.environ["INVENTORY"]], record=os.environ["RECORD"])
    if hasattr(service, "core"):
        clients.httpx(service.core, guard)
    else:
        clients.httpx(service.client, guard)
        clients.redis(service.cache, guard)
        connect = service.database

        def database(host: str, name: str) -> Any:
            where: dict[str, str | int] = {"db.system.name": "postgresql", "db.namespace": name}
            where |= {"server.address": host, "server.port": port(host)}
            return clients.dbapi(connect(host, name), guard, where)

        service.database = database

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await service.app(scope, receive, send)
            return

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                guard.reply()
            await send(message)

        with guard.request(tenant(service, dict(scope["headers"]))):
            await service.app(scope, receive, answer)

    return app


def tenant(service: Any, headers: Mapping[bytes, bytes]) -> str:
    """Whose request it is, by the key at the edge and by the header behind it."""
    if not hasattr(service, "CUSTOMERS"):
        return headers.get(b"x-tenant", b"").decode()
    key = headers.get(b"authorization", b"").decode().removeprefix("Bearer ")
    return str(service.CUSTOMERS.get(key, {}).get("tenant", ""))


def asked(inner: Any) -> Any:
    """The application with `/spent` in front."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != "/spent":
            await inner(scope, receive, send)
            return
        trace.get_tracer_provider().force_flush()  # type: ignore[attr-defined]
        body = json.dumps(time.process_time()).encode()
        head = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    return app


if "DRESS" in os.environ:
    app = dressed(os.environ["MODULE"], os.environ["DRESS"])
