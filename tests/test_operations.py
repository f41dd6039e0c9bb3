"""What a span does: each instrumentation as TELEMETRY.md section 4 saw it, layers of one call, and who is at the other end.

Attributes are the canonical ones that decoders hand on; `+` stands for a space.
"""

from __future__ import annotations

from typing import Any

import pytest
from traces import attributes

from lineage.operations import Operation, What, merge, merges, operation, peers
from lineage.places import Place, PlaceKind
from lineage.spans import Kind, Shape
from lineage.verbs import VERBS, Direction, direction_of

PG = "db.system.name=postgresql server.address=pg.example server.port=5432 db.namespace=gateway "
REDIS = "db.system.name=redis server.address=cache.example server.port=6379 "
S3 = "rpc.system.name=aws-api rpc.service=S3 "
CHAT = "gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=qwen-max "
KAFKA = "messaging.system=kafka messaging.destination.name=jobs "

MODEL_CALL: dict[str, Any] = {
    "what": What.MODEL, "outgoing": True, "name": "qwen-max", "asked": {"prompt"}, "answered": {"output"},
}  # fmt: skip
QUIET: dict[str, Any] = {"housekeeping": True, "outgoing": False, "reader": False}
ORCHESTRATES: dict[str, Any] = {"outgoing": False, "reader": False, "housekeeping": False}

SEEN: list[tuple[str, str, str, dict[str, Any]]] = [
    # --- HTTP and RPC ---
    ("asgi: a server span is called and calls nobody", "server", "http.request.method=POST",
     {"what": What.TRANSPORT, "outgoing": False, "reader": False}),
    ("asgi: internal send and receive spans do nothing", "internal", "",
     {"what": What.NONE, "outgoing": False, "reader": False, "housekeeping": False}),
    ("httpx, old names: the host is in the URL", "client", "http.request.method=POST url.host=qwen.example url.port=8000",
     {"what": What.TRANSPORT, "outgoing": True, "host": "qwen.example:8000"}),
    ("httpx, new names: the host is the server's address", "client",
     "http.request.method=POST server.address=qwen.example url.host=qwen.example url.port=443",
     {"what": What.TRANSPORT, "outgoing": True, "host": "qwen.example"}),
    ("undici: the name goes before the address that it was resolved to", "client",
     "http.request.method=POST server.address=qwen.example server.port=8000 network.peer.address=127.20.4.1 network.peer.port=8000",
     {"what": What.TRANSPORT, "host": "qwen.example:8000"}),
    ("an address alone is a host", "client", "network.peer.address=10.0.0.9 network.peer.port=50051", {"outgoing": True, "host": "10.0.0.9:50051"}),
    ("a client span of which nothing is told is a call all the same", "client", "", {"what": What.NONE, "outgoing": True, "host": "", "name": ""}),
    ("grpc: the client has no address, its peer is named by the RPC service", "client",
     "rpc.system.name=grpc rpc.service=inference.GRPCInferenceService rpc.method=ModelInfer",
     {"what": What.RPC, "outgoing": True, "host": "", "name": "rpc:inference.GRPCInferenceService"}),
    ("a peer that is named goes by that name", "client", "rpc.system.name=grpc rpc.service=x.Y service.peer.name=inference",
     {"what": What.RPC, "name": "inference"}),
    ("a cloud function is called by its name", "client", "faas.invoked_name=resize peer.region=us-east-1",
     {"what": What.RPC, "outgoing": True, "name": "resize", "region": "us-east-1"}),
    ("an internal span about HTTP does not leave the process", "internal", "http.request.method=POST", {"outgoing": False}),
    # --- models ---
    ("openai-v2: a model without address; the provider is a dialect", "client", CHAT, {**MODEL_CALL, "provider": "openai", "host": ""}),
    ("openai in JavaScript: the address is told", "client", CHAT + "server.address=qwen.example server.port=8000",
     {**MODEL_CALL, "provider": "openai", "host": "qwen.example:8000"}),
    ("a model call is a call whatever kind its span has", "internal", CHAT, MODEL_CALL),
    ("a server that reports a model span of its own calls nobody", "server", CHAT, {"what": What.MODEL, "outgoing": False}),
    ("litellm v1: acompletion, with the upstream's host and a cache hit out of its JSON", "internal",
     CHAT.replace("=chat", "=acompletion") + "url.host=qwen.example url.port=8000 cache.hit=true",
     {**MODEL_CALL, "host": "qwen.example:8000", "cached": True}),
    ("openinference: LLM is a model call", "internal", "openinference.span.kind=LLM gen_ai.request.model=qwen-max", MODEL_CALL),
    ("openinference: EMBEDDING brings back embeddings", "internal", "openinference.span.kind=EMBEDDING gen_ai.request.model=bge-m3",
     {"what": What.MODEL, "outgoing": True, "name": "bge-m3", "answered": {"embedding"}}),
    ("openllmetry: embeddings, with the base of the API", "client",
     "gen_ai.operation.name=embeddings gen_ai.provider.name=openai gen_ai.request.model=bge-m3 url.host=qwen.example url.port=8000",
     {"what": What.MODEL, "host": "qwen.example:8000", "asked": {"prompt"}, "answered": {"embedding"}}),
    ("an image is what an image model brings back", "client",
     "gen_ai.operation.name=image_generation gen_ai.provider.name=openai gen_ai.request.model=wan", {"answered": {"image"}}),
    ("a transcription is asked with audio", "client",
     "gen_ai.operation.name=transcription gen_ai.provider.name=openai gen_ai.request.model=whisper",
     {"asked": {"audio"}, "answered": {"output"}}),
    ("only the response names the model", "client", "gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.response.model=qwen-max", MODEL_CALL),
    ("bedrock is a model", "client", "rpc.system.name=aws-api rpc.service=BedrockRuntime rpc.method=InvokeModel", {"what": What.MODEL, "outgoing": True}),
    ("openinference: a chain makes no call", "client", "openinference.span.kind=CHAIN", ORCHESTRATES),
    ("openinference: an agent makes no call", "client", "openinference.span.kind=AGENT", ORCHESTRATES),
    ("openllmetry: a workflow makes no call", "client", "traceloop.span.kind=workflow", ORCHESTRATES),
    ("openllmetry: execute_task makes no call", "client",
     "gen_ai.operation.name=execute_task gen_ai.provider.name=langchain traceloop.span.kind=task", ORCHESTRATES),
    ("invoke_agent makes no call, whatever model it names", "client",
     "gen_ai.operation.name=invoke_agent gen_ai.provider.name=openai gen_ai.request.model=qwen-max", ORCHESTRATES),
    # --- retrieval and memory ---
    ("openinference: RETRIEVER reads", "internal", "openinference.span.kind=RETRIEVER vector_store.provider=Chroma",
     {"what": What.RETRIEVAL, "outgoing": True, "direction": Direction.READ, "system": "chroma"}),
    ("openllmetry: vector_db_retrieve reads", "client", "gen_ai.operation.name=vector_db_retrieve db.system.name=chroma",
     {"what": What.RETRIEVAL, "outgoing": True, "direction": Direction.READ, "system": "chroma"}),
    ("retrieval reads its data source", "client", "gen_ai.operation.name=retrieval gen_ai.data_source.id=corpus",
     {"what": What.RETRIEVAL, "direction": Direction.READ, "collections": ("corpus",)}),
    ("search_memory reads", "client", "gen_ai.operation.name=search_memory", {"what": What.RETRIEVAL, "direction": Direction.READ}),
    ("create_memory writes", "client", "gen_ai.operation.name=create_memory", {"what": What.RETRIEVAL, "direction": Direction.WRITE}),
    ("update_memory writes", "client", "gen_ai.operation.name=update_memory", {"what": What.RETRIEVAL, "direction": Direction.WRITE}),
    ("upsert_memory writes", "internal", "gen_ai.operation.name=upsert_memory",
     {"what": What.RETRIEVAL, "direction": Direction.WRITE, "outgoing": True}),
    ("a datastore tool reads external data", "internal", "gen_ai.operation.name=execute_tool gen_ai.tool.type=datastore",
     {"what": What.RETRIEVAL, "outgoing": True, "direction": Direction.READ}),
    ("the owners of the documents that came back are told", "internal", "openinference.span.kind=RETRIEVER documents.tenants=acme,beta",
     {"documents": {"acme", "beta"}}),
    # --- SQL ---
    ("psycopg: an insert, its table out of the statement, its default port left out", "client", PG + "db.verbs=INSERT db.tables=conversations",
     {"what": What.DATABASE, "outgoing": True, "system": "postgresql", "host": "pg.example", "namespace": "gateway",
      "collections": ("conversations",), "direction": Direction.WRITE}),
    ("psycopg: a select reads", "client", PG + "db.verbs=SELECT db.tables=api_keys", {"direction": Direction.READ, "collections": ("api_keys",)}),
    ("psycopg: a statement that names no table asks the server about itself", "client", PG + "db.verbs=SELECT db.tables=-", QUIET),
    ("sqlalchemy: the operation is the verb and the database's name", "client", PG + "db.operation.name=INSERT",
     {"what": What.DATABASE, "direction": Direction.WRITE, "collections": ()}),
    ("sqlalchemy: connect moves nothing", "client", PG + "db.verbs=CONNECT", QUIET),
    ("pg: begin moves nothing", "client", PG + "db.verbs=BEGIN", QUIET),
    ("insert select is both", "client", PG + "db.verbs=INSERT+SELECT db.tables=a,b", {"direction": Direction.BOTH, "collections": ("a", "b")}),
    ("copy may go either way", "client", PG + "db.verbs=COPY db.tables=a", {"direction": Direction.BOTH}),
    ("a procedure may do anything", "client", PG + "db.verbs=CALL", {"direction": Direction.UNKNOWN, "outgoing": True}),
    ("no verb at all may be anything", "client", PG, {"direction": Direction.UNKNOWN, "outgoing": True}),
    ("SET in SQL is a setting", "client", PG + "db.verbs=SET", QUIET),
    ("a port of its own is part of the host", "client", PG.replace("5432", "6543") + "db.verbs=SELECT", {"host": "pg.example:6543"}),
    ("a collection attribute goes before the statement's tables", "client", PG + "db.verbs=SELECT db.collection.name=users db.tables=a,b",
     {"collections": ("users",)}),
    ("a database call is a call whatever kind its span has", "internal", PG + "db.verbs=SELECT", {"outgoing": True}),
    ("a consumer that reports a database operation calls nobody", "consumer", PG + "db.verbs=SELECT", {"outgoing": False, "reader": False}),
    # --- Redis ---
    ("redis, old names: the logical database is told", "client", REDIS + "db.namespace=0 db.verbs=GET",
     {"what": What.DATABASE, "system": "redis", "host": "cache.example", "namespace": "0", "direction": Direction.READ}),
    ("redis, new names: the logical database is lost", "client", REDIS + "db.verbs=GET", {"namespace": "", "direction": Direction.READ}),
    ("redis: SET keeps", "client", REDIS + "db.verbs=SET", {"direction": Direction.WRITE, "outgoing": True}),
    ("redis: a pipeline lists its verbs", "client", REDIS + "db.verbs=ZADD+HSET", {"direction": Direction.WRITE}),
    ("redis: a pipeline that reads and writes is both", "client", REDIS + "db.verbs=GET+SET", {"direction": Direction.BOTH}),
    ("redis: BRPOP reads and removes", "client", REDIS + "db.verbs=BRPOP", {"direction": Direction.BOTH}),
    ("redis: EVALSHA may do anything", "client", REDIS + "db.verbs=EVALSHA", {"direction": Direction.UNKNOWN, "outgoing": True}),
    ("redis: PING moves nothing", "client", REDIS + "db.verbs=PING", QUIET),
    ("redis: PUBLISH is a message, not a store", "client", REDIS + "db.verbs=PUBLISH", {"what": What.SEND, "outgoing": True, "reader": False}),
    ("redis: SUBSCRIBE takes messages", "client", REDIS + "db.verbs=SUBSCRIBE", {"what": What.RECEIVE, "outgoing": False, "reader": True}),
    ("ioredis: the operation's name is the verb", "client", REDIS + "db.operation.name=GET", {"direction": Direction.READ}),
    ("litellm v2: a redis of which only the name is told", "client", "db.system.name=redis db.operation.name=GET",
     {"what": What.DATABASE, "host": "", "direction": Direction.READ}),
    # --- vector stores ---
    *((f"a vector store's {verb} reads", "client", f"db.system.name=qdrant db.verbs={verb} db.collection.name=docs",
       {"what": What.DATABASE, "direction": Direction.READ, "collections": ("docs",)}) for verb in ("QUERY", "SEARCH", "GET", "SCROLL")),
    *((f"a vector store's {verb} writes", "client", f"db.system.name=qdrant db.verbs={verb}", {"direction": Direction.WRITE})
      for verb in ("UPSERT", "ADD", "UPLOAD", "UPDATE", "DELETE")),
    # --- object stores ---
    ("botocore: the endpoint and the target's region, no bucket", "client",
     S3 + "rpc.method=PutObject server.address=oss.example server.port=9000 peer.region=cn-hangzhou",
     {"what": What.OBJECT, "outgoing": True, "system": "s3", "host": "oss.example:9000", "region": "cn-hangzhou",
      "collections": (), "direction": Direction.WRITE}),
    ("aws-sdk in JavaScript: the bucket, no host", "client", S3 + "rpc.method=PutObject aws.s3.bucket=archive",
     {"what": What.OBJECT, "host": "", "collections": ("archive",), "direction": Direction.WRITE}),
    *((f"s3 {method} reads", "client", S3 + f"rpc.method={method}", {"what": What.OBJECT, "direction": Direction.READ})
      for method in ("GetObject", "HeadObject", "ListObjectsV2", "SelectObjectContent")),
    *((f"s3 {method} writes", "client", S3 + f"rpc.method={method}", {"what": What.OBJECT, "direction": Direction.WRITE})
      for method in ("UploadPart", "DeleteObject", "CompleteMultipartUpload")),
    ("s3 CopyObject is both", "client", S3 + "rpc.method=CopyObject", {"direction": Direction.BOTH}),
    ("a bucket alone may be read or written", "client", "aws.s3.bucket=archive", {"what": What.OBJECT, "direction": Direction.UNKNOWN}),
    # --- messages ---
    ("celery: apply_async sends to its queue, without a system", "producer", "messaging.destination.name=training-pool",
     {"what": What.SEND, "outgoing": True, "name": "training-pool", "system": ""}),
    ("celery: run takes from its queue", "consumer", "messaging.destination.name=training-pool",
     {"what": What.RECEIVE, "outgoing": False, "reader": True, "name": "training-pool"}),
    *((f"a message's {kind} by a client span goes out", "client", KAFKA + f"messaging.operation.type={kind}",
       {"what": What.SEND, "outgoing": True, "reader": False, "name": "jobs", "system": "kafka"}) for kind in ("create", "send", "publish")),
    *((f"a message's {kind} by a client span comes in", "client", KAFKA + f"messaging.operation.type={kind}",
       {"what": What.RECEIVE, "outgoing": False, "reader": True}) for kind in ("receive", "process")),
    ("a settled message moves nothing", "client", KAFKA + "messaging.operation.type=settle", {**QUIET, "what": What.SETTLE}),
    ("sqs: receiving takes messages", "client", "rpc.system.name=aws-api rpc.service=SQS rpc.method=ReceiveMessage",
     {"what": What.RECEIVE, "reader": True}),
    # --- what a span states of itself ---
    ("a stated direction goes before the verb", "client", PG + "db.verbs=CALL lineage.direction=write", {"direction": Direction.WRITE}),
    ("a stated category holds for both legs", "client", CHAT + "lineage.data.category=log", {"asked": {"log"}, "answered": {"log"}}),
    ("purpose, protection and retention are told", "internal",
     "lineage.purpose=training lineage.protection=masked lineage.retention=P7D",
     {"purpose": "training", "protection": "masked", "retention": "P7D"}),
    ("a human acts in a role", "internal", "lineage.actor=human lineage.actor.role=support", {"human": True, "role": "support"}),
    ("a human without a role is an operator", "internal", "lineage.actor=human", {"human": True, "role": "operator"}),
    ("a service is no human", "internal", "lineage.actor=service", {"human": False}),
    ("a health route is a probe", "server", "probe=true", {"probe": True}),
    ("an origin that baggage claims is a claim", "internal", "claim.origin=CN", {"claim": "CN"}),
    ("an origin that a span states is a claim", "internal", "lineage.data.origin=DE", {"claim": "DE"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "what", "expected"),
    [pytest.param(kind, what, expected, id=name) for name, kind, what, expected in SEEN],
)
def test_operation(kind: str, what: str, expected: dict[str, Any]) -> None:
    found = operation(Shape(kind=Kind[kind.upper()], attributes=attributes(what)))
    assert expected == {field: getattr(found, field) for field in expected}


def of(text: str) -> Operation:
    """An operation as a client span makes it."""
    return operation(Shape(kind=Kind.CLIENT, attributes=attributes(text)))


HTTP = "http.request.method=POST "


@pytest.mark.parametrize(
    ("expected", "inner", "outer"),
    [
        pytest.param(True, HTTP, CHAT, id="http below a model is its wire"),
        pytest.param(True, HTTP, S3 + "rpc.method=GetObject", id="http below an object store is its wire"),
        pytest.param(True, HTTP, PG, id="http below a database is its wire"),
        pytest.param(True, HTTP, KAFKA, id="http below a send is its wire"),
        pytest.param(True, HTTP, "", id="http below a client span of which nothing is told is its wire"),
        pytest.param(True, "rpc.system.name=grpc", CHAT, id="rpc below a model is its wire"),
        pytest.param(True, PG, PG, id="a driver below an object mapper is one call"),
        pytest.param(True, CHAT, CHAT, id="a model below a model is one call"),
        pytest.param(
            True, PG, "gen_ai.operation.name=retrieval", id="a database below a retrieval is one call"
        ),
        pytest.param(
            False, "gen_ai.operation.name=retrieval", PG, id="a retrieval below a database is two calls"
        ),
        pytest.param(False, PG, CHAT, id="a database below a model is two calls"),
        pytest.param(False, CHAT, HTTP, id="a model below http is two calls"),
        pytest.param(False, PG, HTTP, id="a database below http is two calls"),
        pytest.param(False, "", HTTP, id="a span of which nothing is told is no layer of another"),
        pytest.param(
            False,
            HTTP + "server.address=a",
            CHAT + "server.address=b",
            id="http to another host than the model's",
        ),
        pytest.param(
            False, PG, PG.replace("pg.example", "pg2.example"), id="two databases on two hosts are two calls"
        ),
        pytest.param(
            True,
            HTTP + "server.address=a server.port=8000",
            CHAT + "server.address=a",
            id="a port that only the wire tells",
        ),
        pytest.param(
            True,
            HTTP + "server.address=a server.port=8000",
            CHAT + "server.address=a server.port=9000",
            id="ports do not make two hosts",
        ),
        pytest.param(
            False,
            HTTP + "server.address=fd00::1",
            CHAT + "server.address=fd00::2",
            id="the last group of an IPv6 address is no port",
        ),
    ],
)
def test_merges(expected: bool, inner: str, outer: str) -> None:
    assert expected == merges(of(inner), of(outer))


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        pytest.param(
            HTTP + "server.address=qwen.example server.port=8000 peer.region=cn-hangzhou",
            CHAT,
            {
                **MODEL_CALL,
                "provider": "openai",
                "host": "qwen.example:8000",
                "region": "cn-hangzhou",
                "system": "",
            },
            id="the model says what, http says where",
        ),
        pytest.param(
            HTTP,
            CHAT + "server.address=qwen.example peer.region=cn-beijing",
            {**MODEL_CALL, "host": "qwen.example", "region": "cn-beijing"},
            id="where the wire tells no host, the model does",
        ),
        pytest.param(
            "http.request.method=PUT url.host=oss.example url.port=9000 lineage.protection=masked",
            S3 + "rpc.method=PutObject aws.s3.bucket=archive",
            {
                "what": What.OBJECT,
                "system": "s3",
                "host": "oss.example:9000",
                "collections": ("archive",),
                "direction": Direction.WRITE,
                "protection": "masked",
            },
            id="the bucket from the sdk, the host from http",
        ),
        pytest.param(
            PG,
            "db.system.name=postgresql db.verbs=INSERT db.tables=usage",
            {
                "what": What.DATABASE,
                "host": "pg.example",
                "namespace": "gateway",
                "collections": ("usage",),
                "direction": Direction.WRITE,
            },
            id="what the driver does not tell, the mapper does",
        ),
        pytest.param(
            PG + "db.verbs=SELECT db.tables=docs",
            "openinference.span.kind=RETRIEVER documents.tenants=acme vector_store.provider=pgvector",
            {
                "what": What.DATABASE,
                "system": "postgresql",
                "collections": ("docs",),
                "direction": Direction.READ,
                "documents": {"acme"},
            },
            id="a database below a retrieval stays a database and has the documents",
        ),
        pytest.param(
            HTTP + "service.peer.name=proxy",
            KAFKA,
            {"what": What.SEND, "name": "jobs", "system": "kafka"},
            id="a topic is not named after the wire's peer",
        ),
        pytest.param(
            HTTP, CHAT + "cache.hit=true", {**MODEL_CALL, "cached": False}, id="what went out was in no cache"
        ),
    ],
)
def test_merge(inner: str, outer: str, expected: dict[str, Any]) -> None:
    found = merge(of(inner), of(outer))
    assert expected == {field: getattr(found, field) for field in expected}


API = Place(PlaceKind.SERVICE, name="api", provider="aws", region="eu-west-1")
LOST = Place(PlaceKind.SERVICE, name="lost")


@pytest.mark.parametrize(
    ("expected", "what", "seen_by"),
    [
        pytest.param(["remote:llm.example:8000"], "server.address=llm.example server.port=8000", API, id="a host is one for all"),
        pytest.param(["remote:inference"], "rpc.system.name=grpc service.peer.name=inference", API, id="a named peer is one for all"),
        pytest.param(["remote:?(service:api@aws/eu-west-1)"], HTTP, API, id="a peer that nobody named belongs to who saw it"),
        pytest.param(["remote:10.1.2.3~aws%2feu-west-1"], "server.address=10.1.2.3", API, id="10/8 is private to a site"),
        pytest.param(["remote:172.31.0.1~aws%2feu-west-1"], "server.address=172.31.0.1", API, id="172.16/12 is private to a site"),
        pytest.param(["remote:172.32.0.1"], "server.address=172.32.0.1", API, id="172.32 is public"),
        pytest.param(["remote:192.168.0.1~aws%2feu-west-1"], "server.address=192.168.0.1", API, id="192.168/16 is private to a site"),
        pytest.param(["remote:169.254.169.254~aws%2feu-west-1"], "server.address=169.254.169.254", API, id="link-local is private to a site"),
        pytest.param(["remote:100.64.0.1~aws%2feu-west-1"], "server.address=100.64.0.1", API, id="carrier-grade NAT is private to a site"),
        pytest.param(["remote:100.128.0.1"], "server.address=100.128.0.1", API, id="100.128 is public"),
        pytest.param(["remote:fd12:3456::1~aws%2feu-west-1"], "server.address=fd12:3456::1", API, id="fc00/7 is private to a site"),
        pytest.param(["remote:8.8.8.8"], "server.address=8.8.8.8", API, id="a public address is one for all"),
        pytest.param(["remote:10.example"], "server.address=10.example", API, id="a name that begins like a private address is a name"),
        pytest.param(["remote:fdc.example"], "server.address=fdc.example", API, id="a name that begins like a local IPv6 address is a name"),
        pytest.param(["remote:10.1.2.3:8000~aws%2feu-west-1"], "server.address=10.1.2.3 server.port=8000", API, id="a private address with a port"),
        pytest.param(["remote:10.1.2.3~%3f"], "server.address=10.1.2.3", LOST, id="a private address in an unknown site"),
        pytest.param(["remote:127.0.0.1?(service:lost@)"], "server.address=127.0.0.1", LOST, id="127/8 belongs to who saw it"),
        pytest.param(["remote:localhost:15001?(service:lost@)"], "server.address=localhost server.port=15001", LOST, id="localhost belongs to who saw it"),
        pytest.param(["remote:::1?(service:lost@)"], "server.address=::1", LOST, id="::1 belongs to who saw it"),
        pytest.param(["remote:[::1]:15001?(service:lost@)"], "server.address=::1 server.port=15001", LOST, id="::1 with a port belongs to who saw it"),
        pytest.param(["remote:[fd00::1]:8000~%3f"], "server.address=fd00::1 server.port=8000", LOST, id="a private IPv6 address with a port"),
        pytest.param(["remote:::ffff:127.0.0.1?(service:lost@)"], "network.peer.address=::ffff:127.0.0.1", LOST, id="a loopback address written as IPv6"),
        pytest.param(["remote:::ffff:10.1.2.3~%3f"], "network.peer.address=::ffff:10.1.2.3", LOST, id="a private address written as IPv6"),
        pytest.param(["model:openai/qwen-max@llm.example"], CHAT + "server.address=llm.example", API, id="a model at its host"),
        pytest.param(["model:openai/qwen-max@?(service:lost@)"], CHAT, LOST, id="a model without address belongs to who saw it"),
        pytest.param(["store:postgresql@pg.example/gateway/a", "store:postgresql@pg.example/gateway/b"], PG + "db.tables=a,b", API, id="a store is one place for each table"),
        pytest.param(["store:postgresql@10.0.0.5~aws%2feu-west-1/gateway/a"], PG.replace("pg.example", "10.0.0.5") + "db.tables=a", API, id="a store at a private address"),
        pytest.param(["store:redis@?(service:lost@)"], "db.system.name=redis db.verbs=GET", LOST, id="a store without address belongs to who saw it"),
        pytest.param(["store:s3@?(service:lost@)//archive"], "aws.s3.bucket=archive", LOST, id="a bucket without address belongs to who saw it"),
        pytest.param(["topic:kafka/jobs"], KAFKA, API, id="a topic goes by its name"),
        pytest.param(["topic:kafka/?(service:lost@)"], "messaging.system=kafka messaging.operation.type=send", LOST, id="a topic without a name belongs to who saw it"),
    ],
)  # fmt: skip
def test_peers(expected: list[str], what: str, seen_by: Place) -> None:
    assert expected == [place.id for place in peers(of(what), seen_by)]


@pytest.mark.parametrize(
    ("expected", "verbs"),
    [
        (Direction.READ, "SELECT"),
        (Direction.READ, "FETCH"),
        (Direction.READ, "GET MGET HGET HGETALL LRANGE SCAN"),
        (Direction.WRITE, "INSERT UPDATE DELETE MERGE"),
        (Direction.WRITE, "SET HSET LPUSH ZADD XADD INCR"),
        (Direction.BOTH, "INSERT SELECT"),
        (Direction.BOTH, "COPY"),
        (Direction.BOTH, "BRPOP"),
        (Direction.NONE, "BEGIN"),
        (Direction.NONE, "CONNECT PING"),
        (Direction.READ, "BEGIN SELECT COMMIT"),
        (Direction.UNKNOWN, "EVALSHA"),
        (Direction.UNKNOWN, "SELECT FROBNICATE"),
        (Direction.UNKNOWN, "SUBSCRIBE"),
        (Direction.UNKNOWN, ""),
        (Direction.READ, "select"),
    ],
)
def test_direction_of(expected: Direction, verbs: str) -> None:
    assert expected == direction_of(verbs)


def test_a_verb_beside_others_never_makes_them_less() -> None:
    """Of any two verbs, what either reads or writes is read or written by both together."""
    for one, alone in VERBS.items():
        for other in ("SELECT", "INSERT", "PING", "EVALSHA"):
            together = direction_of(f"{one} {other}")
            if Direction.UNKNOWN in (alone, VERBS[other]):
                assert together is Direction.UNKNOWN
            else:
                parts = {alone, VERBS[other]} - {Direction.NONE}
                assert (
                    together
                    is {0: Direction.NONE, 1: next(iter(parts), Direction.NONE), 2: Direction.BOTH}[
                        len(parts)
                    ]
                )
