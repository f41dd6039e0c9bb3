"""What a span does: one table from the canonical attributes of a `Shape` to an `Operation`.

Everything that depends on attribute names of one convention or another is decided here, once a shape;
assembly (link.py) and the oracle in tests/ see only operations. The rules are those of
docs/explanation/assembly.md section 3; the reasons are in ASSEMBLY.md and TELEMETRY.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from lineage import names
from lineage.places import Place, PlaceKind
from lineage.spans import Kind, Shape
from lineage.verbs import Direction, direction_of


class What(StrEnum):
    """The sort of an operation."""

    NONE = "none"
    TRANSPORT = "transport"
    RPC = "rpc"
    DATABASE = "database"
    OBJECT = "object"
    SEND = "send"
    RECEIVE = "receive"
    SETTLE = "settle"
    MODEL = "model"
    RETRIEVAL = "retrieval"


STORES = frozenset({What.DATABASE, What.OBJECT, What.RETRIEVAL})
"""Operations whose peer is a store: it looks up or keeps, it does not compute an answer."""

_ORCHESTRATION = frozenset(
    "invoke_agent create_agent invoke_workflow execute_task execute_tool execute_workflow plan agent chain task workflow".split()
)
_RETRIEVAL = frozenset("retrieval retrieve search_memory vector_db_retrieve rerank".split())
_MEMORY_WRITES = frozenset("create_memory update_memory upsert_memory delete_memory".split())
_ANSWERS = {
    "embeddings": "embedding", "embedding": "embedding", "aembedding": "embedding", "aembeddings": "embedding",
    "image_generation": "image", "aimage_generation": "image", "speech": "audio", "aspeech": "audio",
}  # fmt: skip
"""What a model call brings back, where it is not plain output."""
_QUESTIONS = {"transcription": "audio", "atranscription": "audio"}
_PRIVATE = (
    ip_network("10.0.0.0/8"), ip_network("172.16.0.0/12"), ip_network("192.168.0.0/16"), ip_network("169.254.0.0/16"),
    ip_network("100.64.0.0/10"), ip_network("fc00::/7"), ip_network("fe80::/10"),
)  # fmt: skip
"""Addresses that mean a host only inside one site: RFC 1918, RFC 3927, RFC 6598, RFC 4193, RFC 4291."""
_INTERFACE = "rpc:"
"""What the name of a peer begins with that is known by its RPC interface only."""
_KEY_VALUE = frozenset("redis valkey keydb dragonfly memcached etcd cache".split())
_AWS = {
    "S3": (What.OBJECT, "s3"),
    "DynamoDB": (What.DATABASE, "aws.dynamodb"),
    "SQS": (What.SEND, "aws_sqs"),
    "SNS": (What.SEND, "aws.sns"),
    "Kinesis": (What.SEND, "aws.kinesis"),
    "BedrockRuntime": (What.MODEL, ""),
    "Bedrock Runtime": (What.MODEL, ""),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What one span does, as far as its shape tells. Empty strings mean not told."""

    what: What = What.NONE
    outgoing: bool = False
    reader: bool = False
    """It takes messages out of a topic."""
    housekeeping: bool = False
    """It moves no data: ping, connect, begin, settle."""
    system: str = ""
    host: str = ""
    """Host of the peer, with `:port` unless it is the default; an IPv6 address with a port stands in brackets."""
    namespace: str = ""
    collections: tuple[str, ...] = ()
    name: str = ""
    """Model, topic, or the name of a peer service."""
    provider: str = ""
    region: str = ""
    """Region of the peer, where the span tells it."""
    direction: Direction = Direction.UNKNOWN
    asked: frozenset[str] = frozenset()
    """Categories stated for the request."""
    answered: frozenset[str] = frozenset()
    """Categories stated for the response."""
    purpose: str = ""
    protection: str = ""
    retention: str = ""
    human: bool = False
    role: str = ""
    probe: bool = False
    cached: bool = False
    documents: frozenset[str] = frozenset()
    """Tenants that own the documents which it brought back."""
    claim: str = ""
    """An origin that the span or its baggage claims."""


def operation(shape: Shape) -> Operation:
    """What a span of this shape does.

    >>> redis = Shape(kind=Kind.CLIENT, attributes=(("db.system.name", "redis"), ("db.verbs", "GET")))
    >>> operation(redis).what, operation(redis).direction
    (<What.DATABASE: 'database'>, <Direction.READ: 'read'>)
    """
    get = dict(shape.attributes).get
    what, system = _what(shape)
    direction = _direction(shape, what)
    housekeeping = what is What.SETTLE or (what in STORES and direction is Direction.NONE)
    calls = what in STORES or what in (What.SEND, What.MODEL)
    client = shape.kind in (Kind.CLIENT, Kind.PRODUCER) and not _orchestration(shape)
    outgoing = (client or (calls and shape.kind in (Kind.INTERNAL, Kind.UNSPECIFIED))) and not housekeeping
    asked, answered = _categories(shape, what, direction)
    return Operation(
        what=what,
        outgoing=outgoing and what is not What.RECEIVE,
        reader=what is What.RECEIVE and shape.kind is not Kind.SERVER,
        housekeeping=housekeeping,
        system=system,
        host=_host(shape, system),
        namespace=get("db.namespace", "") if what in STORES else "",
        collections=_collections(shape, what),
        name=_name(shape, what),
        provider=get("gen_ai.provider.name", "") if what is What.MODEL else "",
        region=get(names.PEER_REGION, ""),
        direction=direction,
        asked=asked,
        answered=answered,
        purpose=get(names.PURPOSE, ""),
        protection=get(names.PROTECTION, ""),
        retention=get(names.RETENTION, ""),
        human=get(names.ACTOR, "") == "human",
        role=get(names.ACTOR_ROLE, "") or "operator",
        probe=get(names.PROBE, "") == "true",
        cached=get(names.CACHE_HIT, "") == "true",
        documents=frozenset(filter(None, get(names.DOCUMENT_TENANTS, "").split(","))),
        claim=get(names.CLAIMED_ORIGIN, "") or get(names.ORIGIN, ""),
    )


def merges(inner: Operation, outer: Operation) -> bool:
    """Whether a span below another of its service is the same call, seen a layer further down (ASSEMBLY.md rule 8).

    Two layers that name different hosts are two calls: neither egress may vanish in the other.

    >>> http, model = Operation(What.TRANSPORT, host="a.example"), Operation(What.MODEL, host="b.example:8000")
    >>> merges(http, model), merges(http, Operation(What.MODEL))
    (False, True)
    """
    if inner.host and outer.host and _bare(inner.host) != _bare(outer.host):
        return False
    below, above = inner.what, outer.what
    return (
        below in (What.TRANSPORT, What.RPC)
        or below is above
        or (below is What.DATABASE and above is What.RETRIEVAL)
    )


def merge(inner: Operation, outer: Operation) -> Operation:
    """One call out of two layers: the outer says what, the inner says where.

    >>> http = Operation(What.TRANSPORT, outgoing=True, host="llm.example:8000")
    >>> merge(http, Operation(What.MODEL, outgoing=True, name="qwen-max")).host
    'llm.example:8000'
    """
    wire = inner.what in (What.TRANSPORT, What.RPC)
    first, second = (outer, inner) if wire else (inner, outer)
    known = first.direction is not Direction.UNKNOWN
    return replace(
        first,
        outgoing=inner.outgoing,
        host=inner.host or outer.host,
        region=inner.region or outer.region,
        system=first.system or (second.system if not wire else ""),
        namespace=first.namespace or second.namespace,
        collections=first.collections or second.collections,
        name=first.name or (second.name if second.what is first.what else ""),
        provider=first.provider or second.provider,
        direction=first.direction if known else second.direction,
        asked=first.asked or second.asked,
        answered=first.answered or second.answered,
        purpose=inner.purpose or outer.purpose,
        protection=inner.protection or outer.protection,
        retention=inner.retention or outer.retention,
        cached=inner.cached,
        documents=inner.documents | outer.documents,
        claim=inner.claim or outer.claim,
    )


def _bare(host: str) -> str:
    """A host without its port.

    >>> _bare("llm.example:8000"), _bare("[::1]:8000"), _bare("fd00::1")
    ('llm.example', '::1', 'fd00::1')
    """
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and name.startswith("[") and name.endswith("]"):
        return name[1:-1]
    return name if colon and port.isdigit() and ":" not in name else host


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, an IPv4 one also where it is written as IPv6; None for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _site(host: str, seen_by: Place) -> tuple[str, str]:
    """What else tells a host apart: (site, owner). A private address is one host only inside one site, and a
    loopback address only on the machine of the service that saw it (ASSEMBLY.md rule 7)."""
    bare = _bare(host)
    address = _address(bare)
    if bare == "localhost" or (address and address.is_loopback):
        return "", seen_by.id
    if address and any(address in block for block in _PRIVATE):
        return "/".join(part for part in (seen_by.provider, seen_by.region) if part) or "?", ""
    return "", ""


def service(shape: Shape) -> Place:
    """The service that recorded a span: its own resource says who and where (ASSEMBLY.md rule 6)."""
    resource = shape.resource
    return Place(
        PlaceKind.SERVICE,
        name=resource.service,
        namespace=resource.namespace,
        environment=resource.environment,
        provider=resource.provider,
        region=resource.region,
        country=resource.country,
    )


def peers(op: Operation, seen_by: Place) -> tuple[Place, ...]:
    """The places at the other end of a call that nobody answered; one for each table of a store.

    A peer that has no address of its own is owned by the service that saw it: unknown peers stay distinct.

    >>> [place.id for place in peers(Operation(What.DATABASE, system="redis"), Place(PlaceKind.SERVICE, name="api"))]
    ['store:redis@?(service:api@)']
    """
    site, owner = _site(op.host, seen_by) if op.host else ("", seen_by.id)
    if op.what in STORES:
        return tuple(
            Place(
                PlaceKind.STORE,
                system=op.system,
                host=op.host,
                environment=site,
                namespace=op.namespace,
                collection=collection,
                owner=owner,
            )
            for collection in op.collections or ("",)
        )
    if op.what is What.MODEL:
        return (
            Place(
                PlaceKind.MODEL,
                name=op.name,
                provider=op.provider,
                environment=site,
                host=op.host,
                owner=owner,
            ),
        )
    if op.what in (What.SEND, What.RECEIVE):
        return (Place(PlaceKind.TOPIC, name=op.name, system=op.system, owner="" if op.name else seen_by.id),)
    if op.host:
        return (Place(PlaceKind.REMOTE, environment=site, host=op.host, owner=owner),)
    # An interface is no instance: two servers of one interface stay apart, one for each service that called it.
    named = op.name and not op.name.startswith(_INTERFACE)
    return (Place(PlaceKind.REMOTE, name=op.name, owner="" if named else seen_by.id),)


def _what(shape: Shape) -> tuple[What, str]:
    get = dict(shape.attributes).get
    genai = get("gen_ai.operation.name", "").lower()
    inference = get("openinference.span.kind", "").upper()
    database = get("db.system.name", "").lower()
    if (
        genai in _RETRIEVAL
        or genai in _MEMORY_WRITES
        or inference == "RETRIEVER"
        or get("gen_ai.tool.type") == "datastore"
    ):
        return What.RETRIEVAL, database or get(names.VECTOR_STORE, "").lower()
    if database or get(names.DB_TABLES):
        verbs = set(get(names.DB_VERBS, "").split())
        if verbs & {"PUBLISH", "SPUBLISH"}:
            return What.SEND, database
        if verbs & {"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"}:
            return What.RECEIVE, database
        return What.DATABASE, database
    if genai and genai not in _ORCHESTRATION and (get("gen_ai.request.model") or get("gen_ai.provider.name")):
        return What.MODEL, ""
    if inference in ("LLM", "EMBEDDING"):
        return What.MODEL, ""
    if get("aws.s3.bucket"):
        return What.OBJECT, "s3"
    messaging = _messaging(shape)
    if messaging is not What.NONE:
        return messaging, get("messaging.system", "").lower()
    rpc = get("rpc.system.name", "").lower()
    if rpc == "aws-api" and get("rpc.service", "") in _AWS:
        what, system = _AWS[get("rpc.service", "")]
        if what is What.SEND and get("rpc.method", "").startswith(("Receive", "Get")):
            what = What.RECEIVE
        return what, system
    if rpc or get("faas.invoked_name"):
        return What.RPC, ""
    if get("http.request.method") or get(names.URL_HOST) or get("server.address"):
        return What.TRANSPORT, ""
    return What.NONE, ""


def _messaging(shape: Shape) -> What:
    """Direction of messaging comes from the operation type, not from the span kind (ASSEMBLY.md rule 1)."""
    kind = shape.get("messaging.operation.type").lower()
    if kind in ("create", "send", "publish"):
        return What.SEND
    if kind in ("receive", "process", "deliver"):
        return What.RECEIVE
    if kind == "settle":
        return What.SETTLE
    if shape.kind is Kind.PRODUCER:
        return What.SEND
    if shape.kind is Kind.CONSUMER:
        return What.RECEIVE
    if shape.get("messaging.system") or shape.get("messaging.destination.name"):
        return What.SEND
    return What.NONE


def _orchestration(shape: Shape) -> bool:
    genai = shape.get("gen_ai.operation.name").lower()
    inference = shape.get("openinference.span.kind").upper()
    if genai in _RETRIEVAL or genai in _MEMORY_WRITES or shape.get("db.system.name"):
        return False
    if inference and inference not in ("LLM", "EMBEDDING", "RETRIEVER"):
        return True
    if genai:
        return genai in _ORCHESTRATION and shape.get("gen_ai.tool.type") != "datastore"
    return bool(shape.get("traceloop.span.kind"))


def _direction(shape: Shape, what: What) -> Direction:
    stated = shape.get(names.DIRECTION)
    if stated:
        return Direction(stated)
    if what is What.RETRIEVAL:
        genai = shape.get("gen_ai.operation.name").lower()
        if genai in _MEMORY_WRITES:
            return Direction.WRITE
        return Direction.READ
    if what in (What.SEND, What.RECEIVE, What.MODEL, What.NONE, What.SETTLE):
        return Direction.UNKNOWN
    if what is What.OBJECT or (what is What.DATABASE and shape.get("rpc.method")):
        return direction_of(verbs_of_method(shape.get("rpc.method")) or shape.get(names.DB_VERBS))
    if what is What.DATABASE:
        # A statement that names no table and calls nothing but version() and its like asks the server about itself.
        if shape.get(names.DB_TABLES) == names.NO_TABLE:
            return Direction.NONE
        verbs = shape.get(names.DB_VERBS) or shape.get("db.operation.name")
        if shape.get("db.system.name") not in _KEY_VALUE:
            # In SQL, SET is a setting of the session; in a key-value store it keeps a value.
            verbs = " ".join(verb for verb in verbs.split() if verb != "SET") or ("SHOW" if verbs else "")
        return direction_of(verbs)
    return Direction.UNKNOWN


def verbs_of_method(method: str) -> str:
    """The leading verb of an RPC method name in upper case.

    >>> verbs_of_method("PutObject"), verbs_of_method("CompleteMultipartUpload")
    ('PUT', 'COMPLETE')
    """
    word = ""
    for i, c in enumerate(method):
        if i and c.isupper():
            break
        word += c
    return word.upper()


def _categories(shape: Shape, what: What, direction: Direction) -> tuple[frozenset[str], frozenset[str]]:
    stated = shape.get(names.CATEGORY)
    if stated:
        return frozenset({stated}), frozenset({stated})
    if what is What.MODEL:
        genai = shape.get("gen_ai.operation.name").lower()
        if shape.get("openinference.span.kind").upper() == "EMBEDDING":
            genai = "embeddings"
        return frozenset({_QUESTIONS.get(genai, "prompt")}), frozenset({_ANSWERS.get(genai, "output")})
    return frozenset(), frozenset()


def _host(shape: Shape, system: str) -> str:
    get = dict(shape.attributes).get
    for host_key, port_key in (
        ("server.address", "server.port"),
        (names.URL_HOST, names.URL_PORT),
        ("network.peer.address", "network.peer.port"),
    ):
        host = get(host_key, "")
        if host:
            port = get(port_key, "") or (get(names.URL_PORT, "") if get(names.URL_HOST, "") == host else "")
            default = names.DEFAULT_PORTS.get(system or "", 0)
            if not port or int(port) in (default, 80, 443):
                return host
            return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return ""


def _collections(shape: Shape, what: What) -> tuple[str, ...]:
    if what is What.OBJECT:
        bucket = shape.get("aws.s3.bucket")
        return (bucket,) if bucket else ()
    if what in (What.DATABASE, What.RETRIEVAL):
        named = shape.get("db.collection.name") or shape.get("gen_ai.data_source.id")
        if named:
            return (named,)
        tables = shape.get(names.DB_TABLES)
        return tuple(tables.split(",")) if tables and tables != names.NO_TABLE else ()
    return ()


def _name(shape: Shape, what: What) -> str:
    if what is What.MODEL:
        return shape.get("gen_ai.request.model") or shape.get("gen_ai.response.model")
    if what in (What.SEND, What.RECEIVE, What.SETTLE):
        return shape.get("messaging.destination.name")
    peer = shape.get("service.peer.name") or shape.get("faas.invoked_name")
    if not peer and what is What.RPC and shape.get("rpc.service"):
        return _INTERFACE + shape.get("rpc.service")
    return peer
