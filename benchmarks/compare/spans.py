"""The spans of the seven cases, as OTLP/JSON: `python -m benchmarks.compare.spans` writes `cases/*/spans.jsonl`, the same bytes each time.

A gateway sells model calls to a customer in Germany (acme-eu), who comes in by Singapore and is computed for in the mainland,
and to one in the mainland (hongyun-cn), whose line shares nothing with the first. That is the clean case; each other case adds
to it what its name says, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

CASES = Path(__file__).parent / "cases"
START = 1_793_491_200_000_000_000
"""Nanoseconds since the epoch: 1 November 2026, UTC."""
MINUTE, STEP = 60_000_000_000, 2_000_000
SERVER, CLIENT = 2, 3
ERROR = 2
REGIONS = {
    "edge-sg": "ap-southeast-1",
    "edge-cn": "cn-hangzhou",
    "core-overseas": "cn-hangzhou",
    "core-domestic": "cn-hangzhou",
    "redactor": "cn-hangzhou",
    "sample-exporter": "cn-hangzhou",
    "debug-console": "cn-hangzhou",
}
"""Services and the region of Alibaba Cloud in which each runs."""

Attributes = Mapping[str, str | int]


@dataclass(frozen=True)
class Span:
    """One span and those below it, which follow each other."""

    service: str
    kind: int
    name: str
    attributes: Attributes
    inside: tuple[Span, ...] = ()
    failed: bool = False
    lost: bool = False
    """Its service sent it, and it never arrived."""


def call(by: str, to: str, path: str, *inside: Span) -> Span:
    """An HTTP call between two services: the client's span around the server's."""
    asked: Attributes = {
        "http.request.method": "POST",
        "server.address": f"{to}.gw.example",
        "server.port": 8080,
        "http.response.status_code": 200,
    }
    return Span(by, CLIENT, "POST", asked, (serve(to, path, {}, *inside),))


def serve(service: str, path: str, more: Attributes, *inside: Span) -> Span:
    """What a service does for whoever called it."""
    attributes: Attributes = {
        "http.request.method": "POST",
        "http.route": path,
        "http.response.status_code": 200,
    }
    return Span(service, SERVER, f"POST {path}", {**attributes, **more}, inside)


def chat(by: str, host: str, provider: str, model: str) -> Span:
    """A model call."""
    attributes: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model,
        "server.address": host,
        "server.port": 443,
    }
    return Span(by, CLIENT, f"chat {model}", attributes)


def query(
    by: str, verb: str, system: str, host: str, namespace: str, table: str, more: Attributes | None = None
) -> Span:
    """An operation on a store."""
    attributes: Attributes = {
        "db.system.name": system,
        "db.namespace": namespace,
        "db.collection.name": table,
        "db.operation.name": verb,
        "server.address": host,
    }
    return Span(by, CLIENT, f"{verb} {table}", {**attributes, **(more or {})})


QWEN = chat("core-overseas", "dashscope.aliyuncs.com", "alibaba_cloud", "qwen-max")
DEEPSEEK = chat("core-domestic", "api.deepseek.com", "deepseek", "deepseek-chat")


def overseas(*more: Span, model: Span = QWEN) -> Span:
    """The customer in Germany asks, is answered, and the conversation is kept."""
    keep = query(
        "core-overseas", "INSERT", "postgresql", "pg-overseas.gw.example", "gateway", "conversations"
    )
    core = call("edge-sg", "core-overseas", "/v1/chat/completions", model, *more, keep)
    return serve("edge-sg", "/v1/chat/completions", {"tenant.id": "acme-eu"}, core)


def domestic(*more: Span) -> Span:
    """The customer in the mainland does the same on a line of its own."""
    keep = query(
        "core-domestic", "INSERT", "postgresql", "pg-domestic.gw.example", "gateway", "conversations"
    )
    core = call("edge-cn", "core-domestic", "/v1/chat/completions", DEEPSEEK, *more, keep)
    return serve("edge-cn", "/v1/chat/completions", {"tenant.id": "hongyun-cn"}, core)


def log(by: str) -> Span:
    """A line in the log that both lines of the gateway share."""
    return query(by, "INDEX", "elasticsearch", "logs.gw.example", "logs", "requests")


def _shared_log() -> tuple[Span, ...]:
    search = query("sample-exporter", "SEARCH", "elasticsearch", "logs.gw.example", "logs", "requests")
    insert = query("sample-exporter", "INSERT", "postgresql", "pool.gw.example", "tuning", "training_samples")
    nightly = Span("sample-exporter", 1, "export samples", {}, (search, insert))
    return overseas(log("core-overseas")), domestic(log("core-domestic")), nightly


def _fallback() -> tuple[Span, ...]:
    fallback = chat("core-overseas", "api.openai.com", "openai", "gpt-4o")
    return overseas(), domestic(), overseas(fallback, model=replace(QWEN, failed=True))


def _debug_copy() -> tuple[Span, ...]:
    human: Attributes = {"lineage.actor": "human", "lineage.actor.role": "sre"}
    look = query(
        "debug-console", "SELECT", "postgresql", "pg-overseas.gw.example", "gateway", "conversations"
    )
    copy = query("debug-console", "INSERT", "sqlite", "laptop-7.gw.example", "debug", "dump")
    return overseas(), domestic(), serve("debug-console", "/query", human, look, copy)


def _redacted() -> tuple[Span, ...]:
    redacted = call("core-overseas", "redactor", "/redact", log("redactor"))
    return overseas(redacted), domestic(log("core-domestic"))


def _no_zone() -> tuple[Span, ...]:
    keep = query("core-overseas", "SET", "redis", "sessions.gw.example", "0", "sessions")
    return overseas(keep), domestic()


def _missing_parent() -> tuple[Span, ...]:
    cut = overseas()
    (edge,) = cut.inside
    return overseas(), domestic(), replace(cut, lost=True, inside=(replace(edge, lost=True),))


def cases() -> Mapping[str, tuple[Span, ...]]:
    """The traces of each case."""
    return {
        "a-clean": (overseas(), domestic()),
        "b-shared-log": _shared_log(),
        "c-fallback": _fallback(),
        "d-debug-copy": _debug_copy(),
        "e-redacted": _redacted(),
        "f-no-zone": _no_zone(),
        "g-missing-parent": _missing_parent(),
    }


@dataclass
class _Writer:
    """Gives ids and times to one trace, and collects its spans by service."""

    trace: str
    now: int
    made: int = 0

    def write(self, span: Span, parent: str) -> Iterator[tuple[str, dict[str, object]]]:
        """A span and all below it, as OTLP/JSON, each with its service; the lost ones only leave their id behind."""
        self.made += 1
        own = hashlib.sha256(f"{self.trace}/{self.made}".encode()).hexdigest()[:16]
        start, self.now = self.now, self.now + STEP
        below = [each for child in span.inside for each in self.write(child, own)]
        self.now += STEP
        if not span.lost:
            yield (
                span.service,
                {
                    "traceId": self.trace,
                    "spanId": own,
                    **({"parentSpanId": parent} if parent else {}),
                    "name": span.name,
                    "kind": span.kind,
                    "startTimeUnixNano": str(start),
                    "endTimeUnixNano": str(self.now),
                    "attributes": pairs(span.attributes),
                    "status": {"code": ERROR} if span.failed else {},
                },
            )
        yield from below


def pairs(attributes: Attributes) -> list[dict[str, object]]:
    """Attributes as OTLP/JSON has them.

    >>> pairs({"server.port": 443})
    [{'key': 'server.port', 'value': {'intValue': '443'}}]
    """
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in attributes.items()
    ]


def lines(case: str, traces: tuple[Span, ...]) -> Iterator[str]:
    """One export request for each trace."""
    for number, root in enumerate(traces):
        trace = hashlib.sha256(f"{case}/{number}".encode()).hexdigest()[:32]
        by_service: dict[str, list[dict[str, object]]] = {}
        for service, span in _Writer(trace, START + number * MINUTE).write(root, ""):
            by_service.setdefault(service, []).append(span)
        groups = [
            {
                "resource": {"attributes": pairs(resource(service))},
                "scopeSpans": [{"scope": {"name": "gateway"}, "spans": spans}],
            }
            for service, spans in by_service.items()
        ]
        yield json.dumps({"resourceSpans": groups}, separators=(",", ":")) + "\n"


def resource(service: str) -> Attributes:
    """What a service says of itself."""
    return {
        "service.name": service,
        "service.namespace": "gateway",
        "cloud.provider": "alibaba_cloud",
        "cloud.region": REGIONS[service],
        "host.name": f"{service}-1",
    }


def texts() -> Mapping[str, str]:
    """The file of each case."""
    return {case: "".join(lines(case, traces)) for case, traces in cases().items()}


if __name__ == "__main__":
    for name, text in texts().items():
        folder = CASES / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "spans.jsonl").write_text(text, "utf-8")
