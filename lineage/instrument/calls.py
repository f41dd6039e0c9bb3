"""Spans for what no instrumentation sees: a store, a log, a queue, a model behind a client of one's own.

    with store("postgresql", host="pg-main", namespace="app", collection="orders", direction="write"):
        driver.execute(...)

Each is a context manager that gives the span; labels may be stated with it. A failure is recorded by the name of its type
only: messages quote what they failed on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, Unpack

from opentelemetry import context, propagate, trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from lineage.instrument.axes import said
from lineage.instrument.statements import OfData

Way = Literal["read", "write", "both"]


def store(
    system: str,
    *,
    host: str = "",
    port: int = 0,
    namespace: str = "",
    collection: str = "",
    direction: Way,
    **stated: Unpack[OfData],
) -> AbstractContextManager[Span]:
    """A call to a database, cache, vector index or bucket.

    Args:
        system: `db.system.name`: postgresql, redis, qdrant, or any name of your own.
        host: name or address of the server.
        port: its port.
        namespace: database, schema or index within the server.
        collection: table, collection, bucket or family of keys.
        direction: which way data moves: read, write, both.
        stated: labels of this operation, as for `label`.

    >>> with store("redis", host="cache-1", collection="answers", direction="read") as span:
    ...     pass
    """
    attributes: dict[str, str | int] = {
        "db.system.name": system,
        "server.address": host,
        "server.port": port,
        "db.namespace": namespace,
        "db.collection.name": collection,
    }
    name = f"{direction} {collection or system}"
    return _span(name, SpanKind.CLIENT, attributes, said(**stated, direction=direction))


def log(
    system: str, *, host: str = "", port: int = 0, stream: str = "", **stated: Unpack[OfData]
) -> AbstractContextManager[Span]:
    """A line that goes to a log kept elsewhere: a store that is written, of category `log`.

    That it is a log, the inventory says (`places[].role: log`).

    >>> with log("loki", host="loki.example.com", stream="gateway"):
    ...     pass
    """
    stated.setdefault("category", "log")
    return store(system, host=host, port=port, collection=stream, direction="write", **stated)


@contextmanager
def queue(
    system: str,
    destination: str,
    *,
    direction: Literal["send", "receive"],
    headers: MutableMapping[str, str] | None = None,
    **stated: Unpack[OfData],
) -> Iterator[Span]:
    """A message that is sent or taken out; its headers carry trace and labels.

    Args:
        system: `messaging.system`: kafka, rabbitmq, or any name of your own.
        destination: topic or queue.
        direction: send or receive.
        headers: the message's headers: written when it is sent, read when it is received.
        stated: labels of this operation, as for `label`.

    >>> headers = {}
    >>> with queue("kafka", "jobs", direction="send", headers=headers):
    ...     pass
    """
    attributes = {
        "messaging.system": system,
        "messaging.destination.name": destination,
        "messaging.operation.type": "send" if direction == "send" else "process",
    }
    if direction == "send":
        with _span(f"send {destination}", SpanKind.PRODUCER, attributes, said(**stated)) as span:
            if headers is not None:
                propagate.inject(headers)
            yield span
        return
    # What the message brings is all that is said of it, and no headers say nothing.
    token = context.attach(propagate.extract(headers or {}, Context()))
    try:
        with _span(f"process {destination}", SpanKind.CONSUMER, attributes, said(**stated)) as span:
            yield span
    finally:
        context.detach(token)


def model(
    name: str,
    *,
    provider: str,
    host: str = "",
    port: int = 0,
    operation: str = "chat",
    **stated: Unpack[OfData],
) -> AbstractContextManager[Span]:
    """A call to a model.

    Args:
        name: the model.
        provider: who serves it; with `host` it says where the data goes.
        host: name or address of the endpoint.
        port: its port.
        operation: `gen_ai.operation.name`: chat, embeddings, ...
        stated: labels of this operation, as for `label`.

    >>> with model("qwen-max", provider="alibaba", host="llm.example.com"):
    ...     pass
    """
    attributes: dict[str, str | int] = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": name,
        "server.address": host,
        "server.port": port,
    }
    return _span(f"{operation} {name}", SpanKind.CLIENT, attributes, said(**stated))


@contextmanager
def _span(
    name: str,
    kind: SpanKind,
    attributes: Mapping[str, str | int],
    labels: Mapping[str, str],
) -> Iterator[Span]:
    told = {key: value for key, value in attributes.items() if value}
    tracer = trace.get_tracer("lineage.instrument")
    with tracer.start_as_current_span(
        name,
        None,
        kind,
        {**told, **labels},
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR))
            raise
