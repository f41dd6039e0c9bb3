"""Attributes to shapes, with a memory: each distinct attribute is reduced once, each distinct set of them once.

An attribute's outcome is a *piece*: what it adds to the shape, a tenant, or a refusal. Wire decoders look pieces
up by an attribute's raw bytes, and a span's shape by its pieces; only what was never seen takes the careful way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from lineage import language, names
from lineage.names import Attribute, Reduce
from lineage.reduce import Refused, Value, reduce_value, tenant
from lineage.spans import Kind, Mark, Resource, Shape, Tally, Vocabulary
from lineage.verbs import verbs_in

SERVED = (Kind.SERVER, Kind.CONSUMER)
"""Kinds of spans that answer somebody else's call."""
_DOCUMENT = names.SPAN["retrieval.documents"]
_RESULT = names.SPAN["db.query.result.metadata"]
_MOST_DOCUMENTS = 64
_MOST_OUTCOMES = 100_000
_LOST = int(Mark.LOST_ATTRIBUTES)
_AUTHORITY = re.compile(rb".{0,32}?://[^/?#\\]*", re.DOTALL)
_MOST_URL = 2048
_PROBES = frozenset(route.encode() for route in names.PROBE_ROUTES)


class Piece(NamedTuple):
    """What one attribute adds to its span."""

    canonical: str
    """What it is about: pieces of one canonical key and rank must agree, or none of them counts."""
    rank: int
    pairs: tuple[tuple[str, str], ...]
    tenant: str = ""
    tenant_rank: int = -1
    peer: bool = False
    refused: str = ""
    """Why the value was refused, "" if it was not."""

    @property
    def only_tenant(self) -> bool:
        """Whether it says whom the span is for and nothing else."""
        return self.tenant_rank >= 0 and not self.pairs


class Outcome(NamedTuple):
    """What a set of attributes comes to."""

    shape: int
    tenant: int
    marks: int
    counted: tuple[str, ...]
    """Reasons to add to `Tally.refused`, each time such a span is met."""
    wants_name: bool
    """A database span whose attributes tell no verb: the span's name may."""


class Shaper:
    """Turns attributes into codes of a vocabulary, and counts what it refuses.

    Args:
        vocabulary: gets the shapes and tenants.
        tally: gets the refusals, by reason.
        tenant_keys: attributes that name a customer, before the built-in ones.
    """

    def __init__(self, vocabulary: Vocabulary, tally: Tally, tenant_keys: Sequence[str] = ()) -> None:
        self.vocabulary, self.tally = vocabulary, tally
        self.tenant_keys = {
            key: rank for rank, key in enumerate(dict.fromkeys((*tenant_keys, *names.TENANT_KEYS)))
        }
        self.allowed = frozenset({*names.SPAN, *self.tenant_keys})
        """Keys of span attributes that are looked at; those of documents come beside."""
        self.pieces: list[Piece | None] = [None]
        self.resources: list[Resource] = []
        self._piece_codes: dict[Piece, int] = {}
        self._complaints: list[tuple[str, ...]] = []
        """For each of `resources`, what was refused of it."""
        self._resource_codes: dict[tuple[Resource, tuple[str, ...]], int] = {}
        self._outcomes: dict[tuple[int, int, str, tuple[int, ...]], Outcome] = {}
        self._shapes: dict[tuple[int, int, str, tuple[int, ...]], tuple[int, tuple[str, ...], bool]] = {}
        self.malformed = self._code(Piece("", 0, (), refused="malformed:attribute"))
        """The piece of an attribute whose bytes are none: it might have been any."""

    def wanted(self, key: str, kind: int = Kind.UNSPECIFIED) -> bool:
        """Whether an attribute of this key is looked at on a span of this kind."""
        if kind in SERVED and key in names.PEER and key not in self.tenant_keys:
            return False
        return key in self.allowed or _is_document(key)

    def decides(self, key: str) -> Callable[[bytes], bytes | None] | None:
        """What gives, of the text of such an attribute, the part that alone decides about its piece; None if all of it does."""
        attribute = names.SPAN.get(key)
        if attribute is None or key in self.tenant_keys:
            return None
        return {Reduce.URL: to_authority, Reduce.ROUTE: to_probe}.get(attribute.reduce)

    def piece(self, key: str, value: Value) -> int:
        """The code of what a span attribute adds; 0 if nothing."""
        attribute = names.SPAN.get(key)
        tenant_rank = self.tenant_keys.get(key, -1)
        if _is_document(key):
            attribute, key = _DOCUMENT, "retrieval.documents"
        return self._reduced(key, attribute, tenant_rank, value)

    def result_piece(self, value: Value) -> int:
        """The code of what a `db.query.result` event's metadata adds; 0 if nothing."""
        return self._reduced("db.query.result.metadata", _RESULT, -1, value)

    def _reduced(self, key: str, attribute: Attribute | None, tenant_rank: int, value: Value) -> int:
        pairs: list[tuple[str, str]] = []
        told = ""
        refused = ""
        try:
            if tenant_rank >= 0:
                told = tenant(key, value)
                if key in ("metadata", "litellm.team.metadata"):
                    json_attribute = Attribute(key, Reduce.JSON_TENANT)
                    pairs = [
                        pair for pair in reduce_value(key, json_attribute, value) if pair[0] != names.TENANT
                    ]
            if attribute is not None:
                pairs = reduce_value(key, attribute, value)
        except Refused as reason:
            refused = f"{reason}:{attribute.canonical if attribute else names.TENANT}"
            pairs, told = [pair for pair in reason.pairs if pair[0] != names.TENANT], ""
        if not (pairs or told or refused):
            return 0
        piece = Piece(
            canonical=attribute.canonical if attribute else key,
            rank=attribute.rank if attribute else 0,
            pairs=tuple(pairs),
            tenant=told,
            tenant_rank=tenant_rank if told else -1,
            peer=key in names.PEER,
            refused=refused,
        )
        return self._code(piece)

    def _code(self, piece: Piece) -> int:
        code = self._piece_codes.get(piece)
        if code is None:
            code = self._piece_codes[piece] = len(self.pieces)
            self.pieces.append(piece)
        return code

    def resource(self, attributes: Iterable[tuple[str, Value] | None]) -> int:
        """The code of a resource; None stands for an attribute that could not be read."""
        found: dict[str, tuple[int, str]] = {}
        complaints: list[str] = []
        for pair in attributes:
            if pair is None:
                complaints.append("malformed:attribute")
                continue
            key, value = pair
            attribute = names.RESOURCE.get(key)
            if attribute is None:
                continue
            try:
                pairs = reduce_value(key, attribute, value)
            except Refused as reason:
                complaints.append(f"{reason}:{attribute.canonical}")
                continue
            for canonical, text in pairs:
                rank, earlier = found.get(canonical, (attribute.rank, text))
                if rank == attribute.rank and earlier != text:
                    complaints.append(f"ambiguous:{canonical}")
                    text = ""
                if attribute.rank <= rank:
                    found[canonical] = (attribute.rank, text)

        def told(key: str) -> str:
            return found.get(key, (0, ""))[1]

        resource = Resource(
            service=told("service.name"),
            namespace=told("service.namespace"),
            environment=told("deployment.environment.name"),
            provider=told("cloud.provider").lower(),
            region=told("cloud.region").lower(),
            country=told("geo.country.iso_code"),
            instance=told("service.instance.id"),
        )
        # What is wrong with a resource is wrong with each of its spans, however they were put into requests.
        known = (resource, tuple(sorted(set(complaints))))
        code = self._resource_codes.get(known)
        if code is None:
            code = self._resource_codes[known] = len(self.resources)
            self.resources.append(resource)
            self._complaints.append(known[1])
        return code

    def outcome(self, resource: int, kind: int, pieces: tuple[int, ...], name: str | bytes) -> Outcome:
        """Shape, tenant and marks of a span; counts its refusals.

        `pieces` are the codes of its attributes in any order, 0 for those that add nothing; `name` is looked at only
        for a verb.
        """
        found = self._outcomes.get((resource, kind, "", pieces)) or self._remember(resource, kind, pieces, "")
        if found.wants_name:
            verbs = verbs_in(name.decode("utf-8", "replace") if isinstance(name, bytes) else name)
            if verbs:
                found = self._outcomes.get((resource, kind, verbs, pieces)) or self._remember(
                    resource, kind, pieces, verbs
                )
        if found.counted:
            self.tally.refused.update(found.counted)
        return found

    def _remember(self, resource: int, kind: int, pieces: tuple[int, ...], verbs: str) -> Outcome:
        if len(self._outcomes) >= _MOST_OUTCOMES:
            self._outcomes.clear()
        found = self._outcomes[resource, kind, verbs, pieces] = self._combine(resource, kind, pieces, verbs)
        return found

    def _combine(self, resource: int, kind: int, codes: tuple[int, ...], verbs: str) -> Outcome:
        # Who it is for varies more than what it is: the two are put together only here.
        rest = tuple(sorted(code for code in codes if (piece := self.pieces[code]) and not piece.only_tenant))
        shape, counted, silent = self._shapes.get((resource, kind, verbs, rest)) or self._shape(
            resource, kind, rest, verbs
        )
        tenant, ambiguous = self._tenant(codes)
        counted += ambiguous
        return Outcome(
            shape, self.vocabulary.tenant(tenant), _LOST if counted else 0, counted, silent and not verbs
        )

    def _shape(
        self, resource: int, kind: int, codes: tuple[int, ...], verbs: str
    ) -> tuple[int, tuple[str, ...], bool]:
        """The code of a shape, what is refused of it, and whether a database span tells no verb."""
        pieces = self._read(codes, kind)
        counted = [*self._complaints[resource], *(piece.refused for piece in pieces if piece.refused)]
        pairs = _pairs(pieces, counted)
        if "db.system.name" in pairs:
            pairs["db.system.name"] = pairs["db.system.name"].lower()
        language.told(pairs, counted)
        silent = (
            "db.system.name" in pairs and not pairs.get(names.DB_VERBS) and not pairs.get("db.operation.name")
        )
        if silent and verbs:
            pairs[names.DB_VERBS] = verbs
            language.told(pairs, counted)
        shape = Shape(self.resources[resource], _kind(kind), tuple(sorted(pairs.items())))
        if len(self._shapes) >= _MOST_OUTCOMES:
            self._shapes.clear()
        found = self._shapes[resource, kind, verbs, codes] = (
            self.vocabulary.shape(shape),
            tuple(sorted(counted)),
            silent,
        )
        return found

    def _read(self, codes: Iterable[int], kind: int) -> list[Piece]:
        """The pieces that count on a span of this kind."""
        served = kind in SERVED
        return [piece for code in codes if (piece := self.pieces[code]) and not (piece.peer and served)]

    def _tenant(self, codes: Sequence[int]) -> tuple[str, tuple[str, ...]]:
        """Whom the key of the highest precedence names, and what is refused: nobody is named if it names two."""
        told = [piece for code in codes if (piece := self.pieces[code]) and piece.tenant_rank >= 0]
        first = min((piece.tenant_rank for piece in told), default=-1)
        who = {piece.tenant for piece in told if piece.tenant_rank == first}
        if len(who) > 1:
            return "", (f"ambiguous:{names.TENANT}",)
        return (who.pop() if who else ""), ()


def _is_document(key: str) -> bool:
    return key.startswith("retrieval.documents.") and key.endswith(".document.metadata")


def _kind(number: int) -> Kind:
    return Kind(number) if number in Kind._value2member_map_ else Kind.UNSPECIFIED


def _pairs(pieces: Sequence[Piece], counted: list[str]) -> dict[str, str]:
    """The canonical attributes that these pieces add up to, whatever their order.

    Of several names of one attribute the lowest rank is taken. Where two values are left, neither is: it would be a
    guess (RELIABILITY.md, P09).
    """
    best: dict[str, int] = {}
    for piece in pieces:
        if piece.pairs:
            best[piece.canonical] = min(piece.rank, best.get(piece.canonical, piece.rank))
    values: dict[str, dict[str, set[str]]] = {}
    documents: set[str] = set()
    for piece in pieces:
        if piece.canonical in (_DOCUMENT.canonical, _RESULT.canonical):
            documents.update(value for _, value in piece.pairs)
        elif piece.pairs and piece.rank == best[piece.canonical]:
            for key, value in piece.pairs:
                values.setdefault(key, {}).setdefault(piece.canonical, set()).add(value)
    pairs: dict[str, str] = {}
    for key, by_name in sorted(values.items()):
        told = set().union(*by_name.values())
        if key.endswith(".port"):
            # A port of its own goes before one that was split off a `host:port`.
            told = by_name.get(key, told)
        if len(told) == 1:
            pairs[key] = told.pop()
        else:
            counted.append(f"ambiguous:{key}")
    if documents:
        if len(documents) > _MOST_DOCUMENTS:
            counted.append("too-many:documents")
        pairs[names.DOCUMENT_TENANTS] = ",".join(sorted(documents)[:_MOST_DOCUMENTS])
    return pairs


def to_authority(text: bytes) -> bytes | None:
    """A URL up to the end of its authority, which is all that `Reduce.URL` reads; None if that cannot be told.

    >>> to_authority(b"https://llm.example:8443/v1/chat?q=1")
    b'https://llm.example:8443'
    """
    head = _AUTHORITY.match(text)
    if head is None:
        return None
    return head[0] if head.end() < _MOST_URL else None


def to_probe(text: bytes) -> bytes:
    """A health check's route without its query, or nothing: all that `Reduce.ROUTE` tells apart.

    >>> to_probe(b"/healthz?full=1"), to_probe(b"/users/4711")
    (b'/healthz', b'')
    """
    path = text[:256].partition(b"?")[0].rstrip(b"/")
    return path if path in _PROBES else b""
