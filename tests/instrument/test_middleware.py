"""edge() round an application, wherever it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import context, propagate
from opentelemetry.context import Context
from recorded import Spans

from lineage.instrument import counts, edge, edge_wsgi

HEADERS = {"baggage": "lineage.data.origin=DE,lineage.tenant=acme-eu,shop=1"}
CLAIMS = {"data.origin": "DE", "claimed": "lineage.data.origin,lineage.tenant"}


def instrumented(spans: Spans, app: Callable[[dict[str, str]], None]) -> Callable[[dict[str, str]], None]:
    """As the instrumentations do it: take the headers in, make a server span, and run the rest in it."""

    def served(headers: dict[str, str]) -> None:
        token = context.attach(propagate.extract(headers))
        try:
            with spans.within("server"):
                app(headers)
        finally:
            context.detach(token)

    return served


def through_asgi(app: Callable[[dict[str, str]], None]) -> Callable[[dict[str, str]], None]:
    async def inner(scope: Any, receive: Any, send: Any) -> None:
        app({name.decode(): value.decode() for name, value in scope["headers"]})

    def served(headers: dict[str, str]) -> None:
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        asyncio.run(edge(inner)({"type": "http", "headers": raw}, None, None))  # type: ignore[arg-type]

    return served


def through_wsgi(app: Callable[[dict[str, str]], None]) -> Callable[[dict[str, str]], None]:
    def inner(environ: dict[str, Any], start: Any) -> list[bytes]:
        app({"baggage": environ["HTTP_BAGGAGE"]} if "HTTP_BAGGAGE" in environ else {})
        return []

    def served(headers: dict[str, str]) -> None:
        edge_wsgi(inner)({f"HTTP_{name.upper()}": value for name, value in headers.items()}, lambda *_: None)

    return served


@pytest.mark.parametrize("through", [through_asgi, through_wsgi])
def test_outside_the_instrumentation(spans: Spans, through: Callable[..., Any]) -> None:
    onwards: dict[str, str] = {}

    def app(headers: dict[str, str]) -> None:
        with spans.within("call"):
            propagate.inject(onwards)

    through(instrumented(spans, app))(HEADERS)
    spans.start("next").end()
    assert spans.labels() == {"server": CLAIMS, "call": {}, "next": {}}
    assert onwards["baggage"] == "shop=1"


@pytest.mark.parametrize("through", [through_asgi, through_wsgi])
def test_inside_the_instrumentation(spans: Spans, through: Callable[..., Any]) -> None:
    onwards: dict[str, str] = {}

    def app(headers: dict[str, str]) -> None:
        with spans.within("call"):
            propagate.inject(onwards)

    before = counts().get("edge-inside", 0)
    instrumented(spans, through(app))(HEADERS)
    spans.start("next").end()
    assert spans.labels() == {"server": CLAIMS, "call": {}, "next": {}}
    assert onwards["baggage"] == "shop=1"
    assert counts()["edge-inside"] == before + 1


@pytest.mark.parametrize("through", [through_asgi, through_wsgi])
def test_a_request_that_claims_nothing(spans: Spans, through: Callable[..., Any]) -> None:
    through(instrumented(spans, lambda headers: spans.start("call").end()))({})
    assert spans.labels() == {"server": {}, "call": {}}


def test_several_headers_and_what_cannot_be_read_go(spans: Spans) -> None:
    seen: list[bytes] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(value for name, value in scope["headers"] if name == b"baggage")

    headers = [
        (b"baggage", b"a=1"),
        (b"Baggage", b"lineage.tenant=x,b=2"),
        (b"baggage", b"lineage.tenant=" + b"y" * 9000),
    ]
    asyncio.run(edge(inner)({"type": "http", "headers": headers}, None, None))  # type: ignore[arg-type]
    assert [set(value.split(b",")) for value in seen] == [{b"a=1", b"b=2"}]


def test_lifespan_and_other_messages_pass_as_they_are() -> None:
    seen = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    asyncio.run(edge(inner)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == [{"type": "lifespan"}]


def test_an_application_that_fails_leaves_no_claim_behind(spans: Spans) -> None:
    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        edge_wsgi(app)({"HTTP_BAGGAGE": HEADERS["baggage"]}, lambda *_: None)
    spans.start("next", context=context.get_current()).end()
    spans.start("fresh", context=Context()).end()
    assert spans.labels() == {"next": {}, "fresh": {}}
