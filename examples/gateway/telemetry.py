"""What makes a service of this example speak OpenTelemetry: one call of `lineage.instrument`, and the usual instrumentations.

Spans go to the file that `GATEWAY_SPANS` names, one OTLP/JSON request a line; without it to whatever
`OTEL_TRACES_EXPORTER` says, `lineage watch` for example.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from opentelemetry.exporter.otlp.json.file.trace_exporter import FileSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.sdk.trace import TracerProvider

from examples.gateway.addresses import resolve_here
from lineage import instrument


def start(edge: bool = False) -> TracerProvider:
    """Set this process up; `edge` where strangers call it."""
    resolve_here()
    file = os.environ.get("GATEWAY_SPANS")
    provider = instrument.setup(edge=edge, exporter=FileSpanExporter(file) if file else None)
    HTTPXClientInstrumentor().instrument()
    PsycopgInstrumentor().instrument()
    RedisInstrumentor().instrument()
    return provider


def service(title: str, edge: bool = False) -> FastAPI:
    """A FastAPI application whose spans are sent when it stops, and which is asked whether it is up at `/healthz`."""
    provider = start(edge)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        provider.shutdown()

    app = FastAPI(title=title, lifespan=lifespan)
    app.get("/healthz")(lambda: "up")
    FastAPIInstrumentor.instrument_app(app, excluded_urls="healthz", exclude_spans=["receive", "send"])
    return app
