"""Attribute names: which we read, what they are called canonically, and what their values may look like.

An allow list: a key that is not here is never looked at. A key that is here passes its value through
a `Reduce`, which keeps a short structural token, reduces the value to one (a URL to its authority, SQL to
its verbs and tables), or refuses it. So no prompt, literal, header, URL path or end-user address can get
further than this module (RELIABILITY.md finding 3; TELEMETRY.md sections 1, 2 and 4).

Sources: OpenTelemetry semantic conventions v1.44.0 and semantic-conventions-genai; OpenInference; OpenLLMetry;
LiteLLM; each as seen in real captures (TELEMETRY.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

# --- what we write ourselves (DESIGN.md section 8) -------------------------------------------------

ORIGIN = "lineage.data.origin"
CLASS = "lineage.data.class"
CATEGORY = "lineage.data.category"
PURPOSE = "lineage.purpose"
PROTECTION = "lineage.protection"
RETENTION = "lineage.retention"
DIRECTION = "lineage.direction"
ACTOR = "lineage.actor"
ACTOR_ROLE = "lineage.actor.role"
TENANT = "lineage.tenant"
AUTHORISATION = "lineage.authorisation"
CONFLICT = "lineage.conflict"
"""Axes on which statements about a span contradict each other, comma-separated; written by lineage.instrument."""
CLAIMED = "lineage.claimed"
"""Labels that a stranger sent in baggage, by name, comma-separated; their values are not kept but for the origin."""

# --- canonical keys that the decoders themselves derive --------------------------------------------

DB_VERBS = "db.verbs"
"""Upper-case verbs of a query's text, summary or span name, space-separated, from a closed vocabulary."""
DB_TABLES = "db.tables"
"""Tables that a query's text names, sorted, comma-separated."""
NO_TABLE = "-"
"""Value of `DB_TABLES` when a statement was read whole, names no table, and calls only functions that ask the
server about itself (`SELECT 1`, `version()`, `current_schema()`): nobody's data moves. Absent when that cannot be told."""
AS_SQL_VERBS, AS_SQL_TABLES, AS_SQL_CUT = "as-sql.verbs", "as-sql.tables", "as-sql.cut"
AS_COMMANDS, AS_COMMANDS_CUT = "as-commands.verbs", "as-commands.cut"
READINGS = (AS_SQL_VERBS, AS_SQL_TABLES, AS_SQL_CUT, AS_COMMANDS, AS_COMMANDS_CUT)
"""What a query text would be as SQL and as commands. Only within the decoder: the database system says which of them
becomes `DB_VERBS` and `DB_TABLES` (language.py)."""
CLAIMED_ORIGIN = "claim.origin"
"""An origin that a span or its baggage claims: an ISO country, "overseas" or "domestic"."""
DOCUMENT_TENANTS = "documents.tenants"
"""Owners of retrieved documents, sorted, comma-separated."""
CACHE_HIT = "cache.hit"
"""\"true\" when the span says that the answer came out of a cache."""
PROBE = "probe"
"""\"true\" on a health-check route."""
PEER_REGION = "peer.region"
"""cloud.region on a span: the region of the called side."""
VECTOR_STORE = "vector_store.provider"
URL_HOST = "url.host"
URL_PORT = "url.port"


class Reduce(Enum):
    """What is done to a value before it may pass."""

    TOKEN = "token"  # noqa: S105 - not a password
    """A short name without spaces: letters, digits and `_ - . : / @ + # $`, at most 128 characters; no e-mail, no
    long run of digits, no secret."""
    WORD = "word"
    """An upper- or lower-case word from a closed vocabulary (`VOCABULARY` by canonical key)."""
    HOST = "host"
    """A host name or address; a trailing port is split off."""
    PORT = "port"
    """An integer from 1 to 65535."""
    URL = "url"
    """Scheme, host and port of a URL; user info, path, query and fragment are never read."""
    SQL = "sql"
    """The verbs and tables of a statement; nothing else of it."""
    VERB = "verb"
    """The first words of a text as far as they are in the vocabulary of operations."""
    TENANT = "tenant"
    """A customer's identifier: like TOKEN, but never an e-mail, nor a long run of digits."""
    ORIGIN = "origin"
    """ISO 3166 alpha-2, "overseas" or "domestic"."""
    COUNTRY = "country"
    """ISO 3166 alpha-2."""
    CODE = "code"
    """A code of letters, digits, `-` and `_`, at most 64."""
    DURATION = "duration"
    """An ISO 8601 duration or a number with a unit: `P30D`, `30d`, `12h`."""
    JSON_TENANT = "json-tenant"
    """JSON text (or Python repr) from which only a tenant key and an origin claim are picked."""
    JSON_LITELLM = "json-litellm"
    """LiteLLM v1 `hidden_params`: `api_base`'s authority and whether `cache_key` is set."""
    JSON_DOCUMENT = "json-document"
    """Metadata of a retrieved document: only its tenant."""
    ROUTE = "route"
    """A URL path or route, read only to tell whether it is a health check."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A key that may pass: what it becomes, and what its value is reduced to.

    `rank` decides between several keys that mean the same: the lowest wins.
    """

    canonical: str
    reduce: Reduce
    rank: int = 0


def _table(rows: str) -> dict[str, Attribute]:
    """Rows `key[|alias...] reduce [canonical]`; the rank is the position among the aliases."""
    table: dict[str, Attribute] = {}
    for line in rows.strip().splitlines():
        keys, reduce, *canonical = line.split()
        names = keys.split("|")
        for rank, name in enumerate(names):
            table[name] = Attribute(canonical[0] if canonical else names[0], Reduce(reduce), rank)
    return table


RESOURCE: Mapping[str, Attribute] = _table("""
service.name token
service.namespace token
deployment.environment.name|deployment.environment token
cloud.provider code
cloud.region|aws.region code
geo.country.iso_code country
service.instance.id|host.id|host.name|k8s.pod.uid|container.id token
""")
"""Resource attributes that pass, by the name on the wire."""

SPAN: Mapping[str, Attribute] = _table("""
server.address|net.peer.name|net.sock.peer.name|http.host host server.address
server.port|net.peer.port port server.port
network.peer.address|net.peer.ip|net.sock.peer.addr host network.peer.address
network.peer.port|net.sock.peer.port port network.peer.port
service.peer.name|peer.service token
service.peer.namespace token
url.full|http.url url url
gen_ai.openai.api_base url url
cloud.region|aws.region|faas.invoked_region code peer.region
db.system.name|db.system token
db.namespace|db.name|db.redis.database_index token
db.collection.name|db.sql.table|db.mongodb.collection|db.cassandra.table|db.cosmosdb.container|db.elasticsearch.path_parts.index token
qdrant.collection_name|db.qdrant.collection_name|db.milvus.query.collection_name|db.milvus.search.collection_name|db.chroma.collection_name|pinecone.query.namespace token db.collection.name
db.operation.name|db.operation verb
db.query.text|db.statement sql
db.query.summary sql
messaging.system token
messaging.destination.name|messaging.destination token
messaging.operation.type|messaging.operation word
rpc.system.name|rpc.system token
rpc.service token
rpc.method token
aws.s3.bucket token
faas.invoked_name token
faas.document.collection token
gen_ai.operation.name|llm.request.type code
gen_ai.provider.name|gen_ai.system|llm.provider|llm.system|llm.vendor token
gen_ai.request.model|llm.model_name|embedding.model_name|llm.request.model token
gen_ai.response.model token
gen_ai.data_source.id|gen_ai.memory.store.id token
gen_ai.tool.type word
openinference.span.kind word
traceloop.span.kind word
traceloop.association.properties.ls_vector_store_provider token vector_store.provider
hidden_params json-litellm
http.request.method|http.method word
http.route|url.path|http.target route
retrieval.documents json-document
db.query.result.metadata json-document
data.origin|traceloop.association.properties.origin origin claim.origin
lineage.data.origin origin
lineage.data.class word
lineage.data.category word
lineage.purpose word
lineage.protection word
lineage.retention duration
lineage.direction word
lineage.actor word
lineage.actor.role code
lineage.authorisation token
""")
"""Span attributes that pass, by the name on the wire. `retrieval.documents` stands for
`retrieval.documents.<n>.document.metadata`; `db.query.result.metadata` is read from span events of that name."""

PEER = frozenset(
    key
    for key, attribute in SPAN.items()
    if attribute.canonical
    in "server.address server.port network.peer.address network.peer.port url service.peer.name service.peer.namespace".split()
)
"""Span attributes that tell of the called side; on SERVER and CONSUMER spans the same names mean the speaker or the end user."""

TENANT_KEYS: tuple[str, ...] = (
    "lineage.tenant",
    "tenant.id",
    "tenant_id",
    "litellm.team.id",
    "metadata.user_api_key_team_id",
    "traceloop.association.properties.tenant",
    "traceloop.association.properties.tenant_id",
    "http.request.header.x-tenant-id",
    "http.request.header.x_tenant_id",
    "metadata",
    "litellm.team.metadata",
)
"""Where a tenant is told, in order of precedence; an inventory may put its own keys before these
(`telemetry.tenant_keys`). `metadata` and `litellm.team.metadata` are JSON: `tenant`, `tenant_id` and `tenant.id` inside them."""

JSON_TENANT_KEYS = ("tenant", "tenant_id", "tenant.id", "tenantId")
JSON_ORIGIN_KEYS = ("origin", "data_origin", "data.origin")

CATEGORIES = tuple(
    "prompt file audio image video output embedding credential usage log feedback metadata".split()
)
CLASSES = tuple("personal sensitive-personal important core business none".split())
PURPOSES = tuple(
    "inference training fine-tuning evaluation abuse-monitoring billing support debugging legal-request".split()
)

VOCABULARY: Mapping[str, frozenset[str]] = {
    "messaging.operation.type": frozenset("create send publish receive process deliver settle".split()),
    "gen_ai.tool.type": frozenset("function extension datastore".split()),
    "openinference.span.kind": frozenset(
        "LLM EMBEDDING CHAIN RETRIEVER RERANKER TOOL AGENT GUARDRAIL EVALUATOR PROMPT UNKNOWN".split()
    ),
    "traceloop.span.kind": frozenset("workflow task agent tool unknown".split()),
    "http.request.method": frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT".split()),
    CLASS: frozenset({*CLASSES, "unknown"}),
    CATEGORY: frozenset(CATEGORIES),
    PURPOSE: frozenset(PURPOSES),
    PROTECTION: frozenset("none masked pseudonymised anonymised encrypted-no-key".split()),
    DIRECTION: frozenset("read write both".split()),
    ACTOR: frozenset("human service".split()),
}
"""Closed sets of values, by canonical key."""

PROBE_ROUTES = frozenset(
    "/health /healthz /health/liveliness /health/liveness /health/readiness /livez /readyz /live /ready /ping /-/healthy /-/ready /actuator/health".split()
)

DEFAULT_PORTS: Mapping[str, int] = {
    "http": 80, "https": 443, "postgresql": 5432, "mysql": 3306, "mariadb": 3306, "redis": 6379, "valkey": 6379,
    "mongodb": 27017, "cassandra": 9042, "elasticsearch": 9200, "opensearch": 9200, "memcached": 11211,
    "microsoft.sql_server": 1433, "mssql": 1433, "oracle.db": 1521, "oracle": 1521, "clickhouse": 8123,
    "qdrant": 6333, "milvus": 19530, "kafka": 9092, "rabbitmq": 5672,
}  # fmt: skip
"""A port that is its system's default says nothing and is left out of a place's host."""
