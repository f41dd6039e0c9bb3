"""Attributes to shapes: precedence, ambiguity, refusals; whatever the order of the attributes."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from lineage.decode.shaper import Shaper
from lineage.reduce import UNREADABLE
from lineage.spans import Kind, Mark, Tally, Vocabulary

Attributes = list[tuple[str, Any]]
Told = tuple[dict[str, str], str, int, dict[str, int]]
LOST = Mark.LOST_ATTRIBUTES


def shaped(
    attributes: Attributes, kind: Kind = Kind.CLIENT, name: str = "", tenant_keys: tuple[str, ...] = ()
) -> Told:
    """Canonical attributes, tenant, marks and refusals of a span; the same for every order of its attributes."""
    found = []
    for order in permutations(attributes):
        tally = Tally()
        shaper = Shaper(Vocabulary(), tally, tenant_keys)
        resource = shaper.resource([])
        codes = tuple(shaper.piece(key, value) for key, value in order if shaper.wanted(key, kind))
        outcome = shaper.outcome(resource, kind, codes, name)
        words = shaper.vocabulary
        shape, tenant = words.shapes[outcome.shape], words.tenants[outcome.tenant]
        found.append((dict(shape.attributes), tenant, outcome.marks, dict(tally.refused)))
    assert all(one == found[0] for one in found)
    return found[0]


@pytest.mark.parametrize(
    ("expected", "attributes"),
    [
        pytest.param(
            {"db.collection.name": "orders"},
            [("db.sql.table", "old"), ("db.collection.name", "orders")],
            id="the newest name of an attribute wins",
        ),
        pytest.param(
            {"db.collection.name": "orders"},
            [("db.sql.table", "a1"), ("db.collection.name", "orders"), ("db.mongodb.collection", "a2")],
            id="two old names that differ do not matter beside the newest",
        ),
        pytest.param(
            {"server.address": "a.example", "server.port": "80"},
            [("server.address", "a.example:8443"), ("server.port", 80)],
            id="a port of its own goes before one behind a host",
        ),
        pytest.param(
            {"documents.tenants": "acme,globex"},
            [
                ("retrieval.documents.1.document.metadata", '{"tenant": "globex"}'),
                ("retrieval.documents.0.document.metadata", '{"tenant": "acme"}'),
            ],
            id="owners of documents are gathered and sorted",
        ),
    ],
)
def test_what_attributes_add_up_to(expected: dict[str, str], attributes: Attributes) -> None:
    assert (expected, "", 0, {}) == shaped(attributes)


@pytest.mark.parametrize(
    ("expected", "refused", "attributes"),
    [
        pytest.param(
            {},
            "server.address",
            [("server.address", "a.example"), ("server.address", "b.example")],
            id="one key twice",
        ),
        pytest.param(
            {},
            "db.collection.name",
            [("db.collection.name", "a1"), ("qdrant.collection_name", "b1")],
            id="two names of equal standing",
        ),
        pytest.param(
            {},
            "claim.origin",
            [("data.origin", "DE"), ("metadata", '{"origin": "CN"}')],
            id="two claims of origin",
        ),
        pytest.param(
            {"url.port": "443"},
            "url.host",
            [("hidden_params", '{"api_base": "https://a.example"}'), ("url.full", "https://b.example/")],
            id="two hosts called",
        ),
    ],
)
def test_of_two_values_neither_is_taken(
    expected: dict[str, str], refused: str, attributes: Attributes
) -> None:
    assert (expected, "", LOST, {f"ambiguous:{refused}": 1}) == shaped(attributes)


@pytest.mark.parametrize(
    ("expected", "attributes"),
    [
        pytest.param("acme", [("tenant.id", "acme")], id="one key"),
        pytest.param(
            "mine", [("tenant.id", "acme"), ("x-customer", "mine")], id="the user's own key comes first"
        ),
        pytest.param(
            "acme", [("tenant.id", "acme"), ("metadata", '{"tenant": "other"}')], id="the order of the keys"
        ),
        pytest.param("acme", [("tenant.id", "acme"), ("tenant.id", "acme")], id="twice the same"),
        pytest.param(
            "team", [("tenant.id", ""), ("litellm.team.id", "team")], id="an empty one tells nothing"
        ),
        pytest.param("", [("user.id", "acme")], id="none"),
    ],
)
def test_who_a_span_is_for(expected: str, attributes: Attributes) -> None:
    assert ({}, expected, 0, {}) == shaped(attributes, tenant_keys=("x-customer",))


def test_two_tenants_are_none() -> None:
    expected: Told = ({}, "", LOST, {"ambiguous:lineage.tenant": 1})
    assert expected == shaped([("tenant.id", "acme"), ("tenant.id", "globex")])


@pytest.mark.parametrize("kind", [Kind.SERVER, Kind.CONSUMER])
def test_a_span_that_serves_tells_no_peer(kind: Kind) -> None:
    own = [
        ("server.address", "10.0.0.1:8080"),
        ("url.full", "https://me.example/"),
        ("net.peer.ip", "no address"),
    ]
    assert shaped([*own, ("rpc.method", "Chat")], kind) == ({"rpc.method": "Chat"}, "", 0, {})


def test_a_key_of_the_peer_may_still_name_the_tenant() -> None:
    expected: Told = ({}, "acme.example", 0, {})
    assert expected == shaped([("http.host", "acme.example")], Kind.SERVER, tenant_keys=("http.host",))


@pytest.mark.parametrize(
    ("expected", "key", "value"),
    [
        pytest.param("shape:gen_ai.request.model", "gen_ai.request.model", "tell me a secret", id="prose"),
        pytest.param(
            "type:gen_ai.request.model", "gen_ai.request.model", UNREADABLE, id="a value that is none"
        ),
        pytest.param("type:gen_ai.request.model", "gen_ai.request.model", ["a"], id="a list"),
    ],
)
def test_a_refused_value_is_counted_and_marked(expected: str, key: str, value: Any) -> None:
    assert ({}, "", LOST, {expected: 1}) == shaped([(key, value)])


def test_a_refusal_is_counted_for_each_span() -> None:
    tally = Tally()
    shaper = Shaper(Vocabulary(), tally)
    resource = shaper.resource([("service.name", "two words")])
    for _ in range(3):
        shaper.outcome(resource, Kind.CLIENT, (shaper.malformed,), "")
    assert dict(tally.refused) == {"malformed:attribute": 3, "shape:service.name": 3}


@pytest.mark.parametrize(
    ("expected", "name", "attributes"),
    [
        pytest.param("HSET", "HSET", [("db.system", "redis")], id="a database span that tells no verb"),
        pytest.param(
            "GET", "HSET", [("db.system", "redis"), ("db.statement", "GET ?")], id="its statement goes first"
        ),
        pytest.param(None, "HSET", [("http.method", "GET")], id="no database span"),
        pytest.param(None, "my secret", [("db.system", "redis")], id="no verb in it"),
    ],
)
def test_the_name_of_a_span_tells_a_verb_at_most(
    expected: str | None, name: str, attributes: Attributes
) -> None:
    assert expected == shaped(attributes, name=name)[0].get("db.verbs")


def test_shapes_are_shared_by_tenants_and_orders() -> None:
    shaper = Shaper(Vocabulary(), Tally())
    resource = shaper.resource([])
    model = shaper.piece("gen_ai.request.model", "m")
    for number in range(20):
        tenant = shaper.piece("tenant.id", f"t{number}")
        for codes in ((model, tenant), (tenant, model), (0, model, tenant)):
            assert shaper.outcome(resource, Kind.CLIENT, codes, "").shape == 0
    assert len(shaper.vocabulary.shapes) == 1
    assert len(shaper._shapes) == 1
