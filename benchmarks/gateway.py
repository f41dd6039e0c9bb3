"""What the spans of a benchmark gateway say: services, operations, and attributes as real instrumentations send them.

Ten services in three regions, two instances each. Values are of three sorts: constants, pools (ports, user agents,
thread ids: some repeat) and holes filled with fresh hexadecimal digits (ids in paths, response ids: none repeats).
"""

from __future__ import annotations

from dataclasses import dataclass

Value = str | int | float | bool
REGIONS = (
    ("aws", "ap-southeast-1", "SG"),
    ("aws", "eu-central-1", "DE"),
    ("alibaba_cloud", "cn-hangzhou", "CN"),
)
SERVICES = (
    "edge-gateway", "auth", "router", "moderation", "retrieval", "model-proxy", "inference", "billing", "audit-writer", "session",
)  # fmt: skip
INSTANCES = 2
CORE = 2
"""Index of the region where models run, whatever region the customer enters by."""

SERVER, CLIENT, PRODUCER, CONSUMER, INTERNAL = 2, 3, 4, 5, 1


@dataclass(frozen=True)
class Fresh:
    """A string with `digits` hexadecimal digits that are new in every span."""

    before: str
    digits: int
    after: str = ""


@dataclass(frozen=True)
class Pool:
    """One of some values, by chance."""

    values: tuple[Value, ...]


@dataclass(frozen=True)
class Tenant:
    """The customer of the trace."""


Told = Value | Fresh | Pool | Tenant
Attributes = dict[str, Told]

PORTS = Pool(tuple(range(32768, 32768 + 9000)))
THREADS = Pool(tuple(range(17, 81)))
LENGTHS = Pool(tuple(range(180, 9000, 7)))
CLIENTS = Pool(tuple(f"198.51.{i % 256}.{(i * 7) % 256}" for i in range(20_000)))
AGENTS = Pool(
    tuple(
        f"{name}/{major}.{minor}.{patch} (Linux; x86_64) python-httpx/0.{minor}.{patch}"
        for name in ("OpenAI-Python", "LangChain", "Dify", "curl", "okhttp")
        for major in range(1, 4)
        for minor in range(5)
        for patch in range(4)
    )
)
CODE: Attributes = {
    "code.function.name": "dispatch",
    "code.file.path": "/srv/gateway/app/middleware.py",
    "code.line.number": 218,
}


def resource(service: int, region: int, instance: int) -> Attributes:
    """The thirteen resource attributes of a process."""
    provider, name, _ = REGIONS[region]
    return {
        "service.name": SERVICES[service],
        "service.namespace": "gateway",
        "service.version": "2.14.3",
        "service.instance.id": f"{SERVICES[service]}-{name}-{instance}",
        "deployment.environment.name": "production",
        "cloud.provider": provider,
        "cloud.region": name,
        "host.name": f"ip-10-{region}-{service}-{instance}.compute.example",
        "k8s.pod.name": f"{SERVICES[service]}-7d9f8b6c5-{service}{region}{instance}xk",
        "process.pid": 7 + instance,
        "process.runtime.name": "cpython",
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.version": "1.44.0",
    }


def serve(method: str, route: str) -> Attributes:
    """An HTTP server span."""
    before, _, after = route.partition("{id}")
    return {
        "http.request.method": method,
        "url.scheme": "http",
        "url.path": Fresh(before, 16, after) if after or "{id}" in route else route,
        "http.route": route,
        "http.response.status_code": 200,
        "network.protocol.version": "1.1",
        "server.address": "gateway.internal.example",
        "server.port": 8080,
        "client.address": CLIENTS,
        "network.peer.address": CLIENTS,
        "network.peer.port": PORTS,
        "user_agent.original": AGENTS,
        "http.request.body.size": LENGTHS,
        "thread.id": THREADS,
        "thread.name": "AnyIO worker thread",
    }


def ask(method: str, host: str, path: str) -> Attributes:
    """An HTTP client span."""
    return {
        "http.request.method": method,
        "url.full": Fresh(f"http://{host}{path}/", 16, "?trace=1"),
        "url.scheme": "http",
        "http.response.status_code": 200,
        "network.protocol.name": "http",
        "network.protocol.version": "1.1",
        "server.address": host,
        "server.port": 8080,
        "network.peer.address": "10.4.17.23",
        "network.peer.port": 8080,
        "http.request.body.size": LENGTHS,
        "http.response.body.size": LENGTHS,
        "thread.id": THREADS,
        "thread.name": "AnyIO worker thread",
        **CODE,
    }


def store(system: str, host: str, namespace: str, table: str, operation: str, text: str) -> Attributes:
    """A database client span; the statement is sanitised, as agents do."""
    return {
        "db.system.name": system,
        "db.namespace": namespace,
        "db.collection.name": table,
        "db.operation.name": operation,
        "db.query.text": text,
        "db.client.connection.pool.name": f"{system}-main",
        "db.response.returned_rows": Pool(tuple(range(40))),
        "server.address": host,
        "server.port": {"postgresql": 5432, "redis": 6379, "milvus": 19530}[system],
        "network.peer.address": "10.4.20.11",
        "network.peer.port": {"postgresql": 5432, "redis": 6379, "milvus": 19530}[system],
        "network.transport": "tcp",
        "thread.id": THREADS,
        "thread.name": "AnyIO worker thread",
        **CODE,
    }


def model(operation: str, name: str, host: str) -> Attributes:
    """A gen_ai client span."""
    return {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": "alibaba_cloud",
        "gen_ai.request.model": name,
        "gen_ai.response.model": name,
        "gen_ai.response.id": Fresh("chatcmpl-", 24),
        "gen_ai.request.temperature": 0.7,
        "gen_ai.request.top_p": 0.95,
        "gen_ai.request.max_tokens": 2048,
        "gen_ai.usage.input_tokens": LENGTHS,
        "gen_ai.usage.output_tokens": LENGTHS,
        "gen_ai.conversation.id": Fresh("conv_", 16),
        "server.address": host,
        "server.port": 8000,
        "thread.id": THREADS,
        "thread.name": "AnyIO worker thread",
        "gen_ai.output.type": "text",
    }


def topic(name: str, kind: str) -> Attributes:
    """A messaging span."""
    return {
        "messaging.system": "kafka",
        "messaging.destination.name": name,
        "messaging.operation.type": kind,
        "messaging.operation.name": kind,
        "messaging.client.id": f"{name}-client-1",
        "messaging.message.body.size": LENGTHS,
        "messaging.kafka.offset": Pool(tuple(range(50_000, 58_000))),
        "messaging.destination.partition.id": Pool(tuple(str(i) for i in range(12))),
        "server.address": "kafka.internal.example",
        "server.port": 9092,
        "network.peer.address": "10.4.30.7",
        "network.peer.port": 9092,
        "thread.id": THREADS,
        "thread.name": "kafka-producer-network-thread",
        **CODE,
    }


def step(name: str) -> Attributes:
    """An internal span of a framework."""
    return {
        "gateway.step": name,
        "gateway.request.id": Fresh("req_", 24),
        "gateway.plan": Pool(("free", "team", "enterprise")),
        "gateway.attempt": 1,
        "gateway.cache.enabled": True,
        "thread.id": THREADS,
        "thread.name": "MainThread",
        **CODE,
    }


WORDS = (
    "the customer asked whether the invoice of last month could be sent again and we answered that it can "
)
CONTENT: Attributes = {
    "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"' + WORDS * 4 + '"}]}]',
    "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"'
    + WORDS * 3
    + '"}]}]',
}
"""What a gateway sends that captures content: on a few of the model calls."""


@dataclass(frozen=True)
class Node:
    """One span of the trace's plan with what it calls, in order."""

    service: int
    kind: int
    name: str
    attributes: Attributes
    children: tuple[Node, ...] = ()
    chance: float = 1.0
    """How often it happens."""
    core: bool = False
    """It and what it calls run in the core region."""
    overlaps: bool = False
    """It starts with its earlier sibling instead of after it."""
    remote: float = 0.0
    """How often it is a trace of its own that links to the sender instead of a child (consumers of batches)."""


def plan() -> tuple[Node, ...]:
    """What one request does: the sorts of requests that the gateway takes, about 19 spans each."""
    edge, auth, router, moderation, retrieval, proxy, inference, billing, audit, session = range(10)
    pg = "pg-{region}.internal.example"
    redis = "redis-{region}.internal.example"
    authenticate = Node(edge, CLIENT, "POST", ask("POST", "auth.internal.example", "/v1/verify"), (
        Node(auth, SERVER, "POST /v1/verify", serve("POST", "/v1/verify"), (
            Node(auth, CLIENT, "HGET", store("redis", redis, "0", "", "HGET", "HGET ? ?")),
            Node(auth, CLIENT, "SELECT", store("postgresql", pg, "gateway", "api_keys", "SELECT",
                 "SELECT id, tenant, quota FROM api_keys WHERE digest = $1"), chance=0.35),
        )),
    ))  # fmt: skip
    moderate = Node(router, CLIENT, "POST", ask("POST", "moderation.internal.example", "/v1/moderations"), (
        Node(moderation, SERVER, "POST /v1/moderations", serve("POST", "/v1/moderations"), (
            Node(moderation, CLIENT, "chat qwen3-guard", model("chat", "qwen3-guard", "guard.internal.example")),
        )),
    ), chance=0.8)  # fmt: skip
    embed = Node(
        retrieval, CLIENT, "embeddings bge-m3", model("embeddings", "bge-m3", "embed.internal.example")
    )
    search = Node(
        retrieval,
        CLIENT,
        "search",
        store("milvus", "milvus-{region}.internal.example", "kb", "documents", "search", "search"),
    )
    retrieve = Node(router, CLIENT, "POST", ask("POST", "retrieval.internal.example", "/v1/search"), (
        Node(retrieval, SERVER, "POST /v1/search", serve("POST", "/v1/search"), (embed, search)),
    ), chance=0.5)  # fmt: skip
    infer = Node(proxy, CLIENT, "chat qwen3-max", model("chat", "qwen3-max", "qwen.core.example"), (
        Node(proxy, CLIENT, "POST", ask("POST", "qwen.core.example", "/v1/chat/completions"), (
            Node(inference, SERVER, "POST /v1/chat/completions", serve("POST", "/v1/chat/completions"), core=True, chance=0.9),
        )),
    ))  # fmt: skip
    answer = Node(router, CLIENT, "POST", ask("POST", "model-proxy.core.example", "/v1/generate"), (
        Node(proxy, SERVER, "POST /v1/generate", serve("POST", "/v1/generate/{id}"), (
            Node(proxy, CLIENT, "GET", store("redis", redis, "1", "", "GET", "GET ?"), chance=0.6),
            Node(proxy, INTERNAL, "plan", step("plan"), (infer,)),
            Node(proxy, INTERNAL, "retry", step("retry"), (infer,), chance=0.08),
        ), core=True),
    ))  # fmt: skip
    remember = Node(router, CLIENT, "INSERT", store("postgresql", pg, "gateway", "conversations", "INSERT",
        "INSERT INTO conversations (id, tenant, question, answer) VALUES ($1, $2, $3, $4)"), chance=0.7, overlaps=True)  # fmt: skip
    look_up = Node(router, CLIENT, "SELECT", store("postgresql", pg, "gateway", "conversations", "SELECT",
        "SELECT question, answer FROM conversations WHERE id = $1 ORDER BY turn"), chance=0.6)  # fmt: skip
    audit_log = Node(router, PRODUCER, "send audit", topic("audit", "send"), (
        Node(audit, CONSUMER, "process audit", topic("audit", "process"), (
            Node(audit, CLIENT, "INSERT", store("postgresql", pg, "audit", "calls", "INSERT",
                 "INSERT INTO calls (tenant, model, prompt_tokens, answer_tokens) VALUES (?, ?, ?, ?)")),
        ), remote=0.05),
    ), chance=0.5)  # fmt: skip
    meter = Node(edge, CLIENT, "POST", ask("POST", "billing.internal.example", "/v1/usage"), (
        Node(billing, SERVER, "POST /v1/usage", serve("POST", "/v1/usage"), (
            Node(billing, CLIENT, "UPDATE", store("postgresql", pg, "billing", "usage", "UPDATE",
                 "UPDATE usage SET tokens = tokens + $1 WHERE tenant = $2")),
        )),
    ), chance=0.6, overlaps=True)  # fmt: skip
    route = Node(edge, CLIENT, "POST", ask("POST", "router.internal.example", "/v1/route"), (
        Node(router, SERVER, "POST /v1/route", serve("POST", "/v1/route"), (look_up, moderate, retrieve, answer, remember, audit_log)),
    ))  # fmt: skip
    resume = Node(edge, CLIENT, "GET", ask("GET", "session.internal.example", "/v1/sessions"), (
        Node(session, SERVER, "GET /v1/sessions", serve("GET", "/v1/sessions/{id}"), (
            Node(session, CLIENT, "GET", store("redis", redis, "2", "", "GET", "GET ?")),
        )),
    ), chance=0.4)  # fmt: skip
    tenant: Attributes = {"tenant.id": Tenant()}
    chat = Node(
        edge,
        SERVER,
        "POST /v1/chat/completions",
        serve("POST", "/v1/chat/completions") | tenant,
        (authenticate, resume, route, meter),
    )
    embed_only = Node(
        edge,
        SERVER,
        "POST /v1/embeddings",
        serve("POST", "/v1/embeddings") | tenant,
        (authenticate, route, meter),
    )
    read = Node(
        edge,
        SERVER,
        "GET /v1/conversations",
        serve("GET", "/v1/conversations/{id}") | tenant,
        (authenticate, resume, meter),
    )
    return (chat, chat, chat, chat, chat, chat, embed_only, read)
