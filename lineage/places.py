"""Places: where data is, with an identity that two traces agree on (DESIGN.md section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PlaceKind(StrEnum):
    """What a place is."""

    PARTY = "party"
    SERVICE = "service"
    MODEL = "model"
    STORE = "store"
    TOPIC = "topic"
    REMOTE = "remote"
    OPERATOR = "operator"
    CALLER = "caller"
    """Whoever called before the first span that we have: its parent is not in the telemetry."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place as telemetry tells it. Empty strings mean not told; meaning comes from the inventory.

    `owner` is the id of the service that saw a place which has no name of its own (an unknown peer,
    an unnamed customer, a store without address): unknown places stay distinct, one for each service
    that saw them, and whether two of them are the same is not known.
    """

    kind: PlaceKind
    name: str = ""
    """Service name, model name, tenant, operator role, topic, or host of a remote."""
    namespace: str = ""
    """service.namespace; db.namespace of a store."""
    environment: str = ""
    """deployment.environment.name of a service; the site of a peer that has a private address."""
    provider: str = ""
    """Cloud provider of a service; gen_ai.provider.name of a model."""
    region: str = ""
    """Cloud region, of a service's own resource; of a peer only where the span tells it."""
    country: str = ""
    """ISO 3166 alpha-2, only where telemetry states it."""
    system: str = ""
    """db.system.name, messaging.system, or the object store."""
    host: str = ""
    """Host of a store, model or remote, with `:port` unless it is the system's default."""
    collection: str = ""
    owner: str = ""

    @property
    def unknown(self) -> bool:
        """Whether nobody named this place: it is known only by who saw it.

        >>> Place(PlaceKind.STORE, system="redis", owner="service:api@").unknown
        True
        """
        return bool(self.owner)

    @property
    def id(self) -> str:
        """A readable identity, unique for the place; the node id of `lineage graph`.

        >>> Place(PlaceKind.STORE, system="postgresql", host="pg.example", namespace="app", collection="users").id
        'store:postgresql@pg.example/app/users'
        >>> Place(PlaceKind.SERVICE, name="edge", provider="aws", region="ap-southeast-1").id
        'service:edge@aws/ap-southeast-1'
        """
        kind = self.kind
        if kind is PlaceKind.SERVICE:
            name = f"{_quote(self.namespace)}/{_quote(self.name)}" if self.namespace else _quote(self.name)
            if self.environment:
                name += f"~{_quote(self.environment)}"
            where = "/".join(_quote(part) for part in (self.provider, self.region, self.country) if part)
            return f"service:{name}@{where}"
        seen_by = f"?({self.owner})" if self.owner else ""
        host = _quote(self.host) + (f"~{_quote(self.environment)}" if self.environment else "") + seen_by
        if kind is PlaceKind.MODEL:
            return f"model:{_quote(self.provider)}/{_quote(self.name)}@{host}"
        if kind is PlaceKind.STORE:
            parts = (host, _quote(self.namespace), _quote(self.collection))
            return f"store:{_quote(self.system)}@" + "/".join(parts).rstrip("/")
        if kind is PlaceKind.TOPIC:
            return f"topic:{_quote(self.system)}/{_quote(self.name) or seen_by}"
        return f"{kind}:{_quote(self.name)}{host}" if self.name else f"{kind}:{host}"

    @property
    def resource(self) -> tuple[str, ...]:
        """What holds a store's partitions: the server and its namespace; for other places, the place itself."""
        if self.kind is PlaceKind.STORE:
            return (self.kind, self.system, self.host, self.environment, self.namespace, self.owner)
        return (self.kind, self.id)

    @property
    def label(self) -> str:
        """A short name for people, in English: never empty, never markup.

        >>> Place(PlaceKind.STORE, system="redis", host="cache.example", namespace="0").label
        'redis cache.example/0'
        """
        return self.label_in("en")

    def label_in(self, lang: str) -> str:
        """A short name for people in "en" or "zh"; names from telemetry stay as they are.

        >>> Place(PlaceKind.PARTY, owner="service:api@").label_in("zh")
        '未标明租户的调用方'
        """
        told = _LABELS[lang]
        if self.kind is PlaceKind.STORE:
            path = "/".join(
                part for part in (self.host or told["no-address"], self.namespace, self.collection) if part
            )
            return f"{self.system or told['store']} {path}"
        if self.kind is PlaceKind.MODEL:
            return told["model"].format(
                name=self.name or told["a-model"], host=self.host or told["no-address"]
            )
        if self.kind is PlaceKind.TOPIC:
            return f"{self.system or told['queue']} {self.name or told['no-name']}"
        if self.kind is PlaceKind.CALLER:
            return told["caller"]
        if self.kind is PlaceKind.PARTY:
            return self.name or told["no-tenant"]
        return self.name or self.host or told[str(self.kind)]


_LABELS = {
    "en": {
        "no-address": "(no address)",
        "no-name": "(no name)",
        "store": "store",
        "queue": "queue",
        "a-model": "model",
        "model": "{name} at {host}",
        "caller": "caller not in the telemetry",
        "no-tenant": "caller without a tenant",
        "service": "service without a name",
        "remote": "remote without a name",
        "operator": "operator without a name",
    },
    "zh": {
        "no-address": "（地址不明）",
        "no-name": "（名称不明）",
        "store": "存储",
        "queue": "队列",
        "a-model": "模型",
        "model": "{name}（{host}）",
        "caller": "遥测中未出现的调用方",
        "no-tenant": "未标明租户的调用方",
        "service": "未命名的服务",
        "remote": "未命名的对端",
        "operator": "未命名的人员",
    },
}
"""What a place is called where telemetry gives no name."""


def _quote(text: str) -> str:
    """Escape the characters that separate parts of an id, so that no two places share one."""
    if text.isascii() and text.replace("-", "").replace("_", "").replace(".", "").isalnum():
        return text
    return "".join(f"%{ord(c):02x}" if c in "%/@~?() " or ord(c) < 33 else c for c in text)
