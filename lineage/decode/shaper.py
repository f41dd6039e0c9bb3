"""Attributes to shapes, with a memory: each distinct attribute is reduced once, each distinct set of them once.

An attribute's outcome is a *piece*: what it adds to the shape, a tenant, or a refusal. Wire decoders look pieces
up by an attribute's raw bytes, and a span's shape by its pieces; only what was never seen takes the careful way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lineage import names
from lineage.names import Attribute, Reduce
from lineage.reduce import Refused, Value, reduce_value, tenant, verbs_in
from lineage.spans import Kind, Mark, Resource, Shape, Tally, Vocabulary

_PEER_KEYS = frozenset(
    {"server.address", "server.port", "network.peer.address", "network.peer.port", "url", "service.peer.name"}
)
"""Canonical keys that tell of the called side; on SERVER and CONSUMER spans the same names mean the speaker or the end user."""
_SERVED = (Kind.SERVER, Kind.CONSUMER)
_DOCUMENT = names.SPAN["retrieval.documents"]
_RESULT = names.SPAN["db.query.result.metadata"]
_MOST_DOCUMENTS = 64


class Piece(NamedTuple):
    """What one attribute adds to its span."""

    canonical: str
    rank: int
    pairs: tuple[tuple[str, str], ...]
    tenant: str = ""
    tenant_rank: int = -1
    peer: bool = False
    refused: str = ""
    """Why the value was refused, "" if it was not."""


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
        self.tenant_keys = {key: rank for rank, key in enumerate(dict.fromkeys((*tenant_keys, *names.TENANT_KEYS)))}
        self.allowed = frozenset({*names.SPAN, *self.tenant_keys})
        """Keys of span attributes that are looked at; those of documents come beside."""
        self.pieces: list[Piece | None] = [None]
        self.resources: list[Resource] = []
        self._piece_codes: dict[Piece, int] = {}
        self._resource_codes: dict[Resource, int] = {}
        self._outcomes: dict[tuple[int, int, str, tuple[int, ...]], Outcome] = {}

    def wanted(self, key: str) -> bool:
        """Whether a span attribute of this key is looked at."""
        return key in self.allowed or (key.startswith("retrieval.documents.") and key.endswith(".document.metadata"))

    def piece(self, key: str, value: Value) -> int:
        """The code of what a span attribute adds; 0 if nothing."""
        attribute = names.SPAN.get(key)
        tenant_rank = self.tenant_keys.get(key, -1)
        if key.startswith("retrieval.documents.") and key.endswith(".document.metadata"):
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
                    pairs = [pair for pair in reduce_value(key, json_attribute, value) if pair[0] != names.TENANT]
            if attribute is not None:
                pairs = reduce_value(key, attribute, value)
        except Refused as reason:
            refused = f"{reason}:{attribute.canonical if attribute else names.TENANT}"
        if not (pairs or told or refused):
            return 0
        piece = Piece(
            canonical=attribute.canonical if attribute else key,
            rank=attribute.rank if attribute else 0,
            pairs=tuple(pairs),
            tenant=told,
            tenant_rank=tenant_rank if told else -1,
            peer=attribute is not None and attribute.canonical in _PEER_KEYS and attribute.reduce is not Reduce.JSON_LITELLM,
            refused=refused,
        )
        code = self._piece_codes.get(piece)
        if code is None:
            code = self._piece_codes[piece] = len(self.pieces)
            self.pieces.append(piece)
        return code

    def resource(self, attributes: Iterable[tuple[str, Value]]) -> int:
        """The code of a resource."""
        found: dict[str, tuple[int, str]] = {}
        for key, value in attributes:
            attribute = names.RESOURCE.get(key)
            if attribute is None:
                continue
            try:
                pairs = reduce_value(key, attribute, value)
            except Refused as reason:
                self.tally.refused[f"{reason}:{attribute.canonical}"] += 1
                continue
            for canonical, text in pairs:
                rank, earlier = found.get(canonical, (attribute.rank, text))
                if rank == attribute.rank and earlier != text:
                    self.tally.refused[f"ambiguous:{canonical}"] += 1
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
        code = self._resource_codes.get(resource)
        if code is None:
            code = self._resource_codes[resource] = len(self.resources)
            self.resources.append(resource)
        return code

    def outcome(self, resource: int, kind: int, pieces: tuple[int, ...], name: str | bytes) -> Outcome:
        """Shape, tenant and marks of a span; counts its refusals.

        `pieces` are the non-zero codes of its attributes in order; `name` is looked at only for a verb.
        """
        key = (resource, kind, "", pieces)
        found = self._outcomes.get(key)
        if found is None:
            found = self._outcomes[key] = self._combine(resource, kind, pieces, "")
        if found.wants_name:
            text = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
            verbs = verbs_in(text)
            if verbs:
                key = (resource, kind, verbs, pieces)
                found = self._outcomes.get(key) or self._combine(resource, kind, pieces, verbs)
                self._outcomes[key] = found
        if found.counted:
            self.tally.refused.update(found.counted)
        if len(self._outcomes) > 500_000:
            self._outcomes.clear()
        return found

    def _combine(self, resource: int, kind: int, codes: tuple[int, ...], verbs: str) -> Outcome:
        served = kind in _SERVED
        chosen: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = {}
        ambiguous: set[str] = set()
        counted: list[str] = []
        documents: set[str] = set()
        who = (len(self.tenant_keys), "")
        twice: set[int] = set()
        marks = 0
        for code in codes:
            piece = self.pieces[code]
            assert piece is not None  # noqa: S101 - code 0 is never in `codes`
            if piece.peer and served:
                continue
            if piece.refused:
                counted.append(piece.refused)
                marks |= Mark.LOST_ATTRIBUTES
                continue
            if piece.tenant_rank >= 0:
                if piece.tenant_rank == who[0] and piece.tenant != who[1]:
                    twice.add(piece.tenant_rank)
                elif piece.tenant_rank < who[0]:
                    who = (piece.tenant_rank, piece.tenant)
            if piece.canonical in (_DOCUMENT.canonical, _RESULT.canonical):
                documents.update(value for _, value in piece.pairs)
                continue
            if not piece.pairs:
                continue
            earlier = chosen.get(piece.canonical)
            if earlier is None or piece.rank < earlier[0]:
                chosen[piece.canonical] = (piece.rank, piece.pairs)
            elif piece.rank == earlier[0] and piece.pairs != earlier[1]:
                ambiguous.add(piece.canonical)
        if who[0] in twice:
            counted.append(f"ambiguous:{names.TENANT}")
            marks |= Mark.LOST_ATTRIBUTES
            who = (0, "")
        for canonical in sorted(ambiguous):
            counted.append(f"ambiguous:{canonical}")
            marks |= Mark.LOST_ATTRIBUTES
            del chosen[canonical]
        pairs: dict[str, str] = {}
        for canonical in sorted(chosen):
            for key, value in chosen[canonical][1]:
                pairs.setdefault(key, value)
        if documents:
            if len(documents) > _MOST_DOCUMENTS:
                counted.append("too-many:documents")
                marks |= Mark.LOST_ATTRIBUTES
            pairs[names.DOCUMENT_TENANTS] = ",".join(sorted(documents)[:_MOST_DOCUMENTS])
        if "db.system.name" in pairs:
            pairs["db.system.name"] = pairs["db.system.name"].lower()
        silent = "db.system.name" in pairs and not pairs.get(names.DB_VERBS) and not pairs.get("db.operation.name")
        if silent and verbs:
            pairs[names.DB_VERBS] = verbs
        known = kind if kind in Kind._value2member_map_ else 0
        shape = Shape(self.resources[resource], Kind(known), tuple(sorted(pairs.items())))
        return Outcome(
            self.vocabulary.shape(shape),
            self.vocabulary.tenant(who[1]),
            int(marks),
            tuple(counted),
            silent and not verbs,
        )
