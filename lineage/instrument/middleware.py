"""Middleware for the edge: labels in the baggage of requests from outside are no labels.

    app = edge(FastAPI())          # ASGI; outermost, round everything else
    app = edge_wsgi(flask_app)

A process that serves strangers only needs neither: `setup(edge=True)` does the same for every way in, gRPC and queues too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

from opentelemetry import context, trace

from lineage.instrument.axes import AXES, NOT_KNOWN
from lineage.instrument.baggage import claimed, read
from lineage.instrument.scope import CLAIMS, remember, said_on
from lineage.instrument.tally import count

Scope: TypeAlias = MutableMapping[str, Any]
AsgiApp: TypeAlias = Callable[
    [Scope, Callable[..., Awaitable[Any]], Callable[..., Awaitable[Any]]], Awaitable[None]
]
WsgiApp: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def edge(app: AsgiApp) -> AsgiApp:
    """An ASGI application behind the edge."""

    async def guarded(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"baggage"]
        found = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"baggage"]
        rest = _enter(found)
        if rest:
            headers.append((b"baggage", rest.encode("latin-1")))
        try:
            await app({**scope, "headers": headers}, receive, send)
        finally:
            _leave()

    return guarded


def edge_wsgi(app: WsgiApp) -> WsgiApp:
    """A WSGI application behind the edge."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        header = environ.pop("HTTP_BAGGAGE", "")
        rest = _enter([header] if header else [])
        if rest:
            environ["HTTP_BAGGAGE"] = rest
        try:
            return app(environ, start_response)
        finally:
            _leave()

    return guarded


def _enter(headers: list[str]) -> str:
    """Begin a request that brings these baggage headers; gives the header to go on with."""
    claims, rest = read(headers) if headers else ({}, "")
    now = claimed(context.get_current())
    # An instrumentation outside of this has taken the labels in already, or nobody has: both end here.
    context.attach(context.set_value(CLAIMS, claims or None, now))
    span = trace.get_current_span()
    if span.is_recording() and claims:
        believed = {key: NOT_KNOWN for key in AXES if key in (getattr(span, "attributes", None) or {})}
        if believed:
            count("edge-inside", tell="edge() stands inside the instrumentation; put it outside")
        span.set_attributes({**believed, **claims})
        if said_on(span):
            remember(span, dict.fromkeys(said_on(span), NOT_KNOWN))
    return rest


def _leave() -> None:
    # The first span of the request has begun; what runs next in this thread is somebody else's.
    context.attach(context.set_value(CLAIMS, None))
