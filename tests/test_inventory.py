"""The inventory: what may be written, which entry wins, and what it says of a place."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.errors import ConfigError
from lineage.inventory import DeclaredFlow, Inventory, Match, json_schema
from lineage.inventory.duration import days
from lineage.inventory.glob import Pattern, fits
from lineage.inventory.match import facts
from lineage.inventory.model import InventoryFile
from lineage.inventory.where import MATCH_KEYS
from lineage.labels import UNKNOWN, Known, Labels
from lineage.meaning import Meaning, Source, Title
from lineage.places import Place, PlaceKind

ROOT = Path(__file__).resolve().parent.parent
EDGE = Place(PlaceKind.SERVICE, name="edge", provider="aws", region="ap-southeast-1")
PG = Place(PlaceKind.STORE, system="postgresql", host="pg.example", namespace="app", collection="users")
CHATS = Place(PlaceKind.STORE, system="postgresql", host="pg.example", namespace="app", collection="chats")
LOST = Place(PlaceKind.STORE, system="redis", owner=EDGE.id)
MODEL = Place(PlaceKind.MODEL, name="qwen-max", provider="openai", host="api.openai.com")
ACME = Place(PlaceKind.PARTY, name="acme-eu")
NOBODY = Place(PlaceKind.PARTY, owner=EDGE.id)
CALLER = Place(PlaceKind.CALLER, owner=EDGE.id)


def inventory(*texts: str) -> Inventory:
    """An inventory of these texts, called a.yaml, b.yaml and so on."""
    return Inventory.loads(texts, [f"{'abc'[number]}.yaml" for number in range(len(texts))])


def error(*texts: str) -> str:
    """What loading says."""
    with pytest.raises(ConfigError) as caught:
        inventory(*texts)
    return str(caught.value)


# --- patterns ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text", "fit"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("a", "aa", False),
        ("*", "", True),
        ("*", "anything", True),
        ("a*", "abc", True),
        ("*c", "abc", True),
        ("*b*", "abc", True),
        ("a*c*e", "abcde", True),
        ("a*c*e", "abcdf", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "evil-example.com", False),
        ("[ab]", "a", False),
        ("[ab]", "[ab]", True),
        ("a**b", "ab", True),
        ("*ab", "aab", True),
        ("?*", "", False),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_a_pattern_fits(pattern: str, text: str, fit: bool) -> None:
    assert (fit, fit) == (fits(pattern, text), Pattern.of(pattern).fits(text))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=10))
def test_a_pattern_fits_as_its_definition_says(pattern: str, text: str) -> None:
    def slow(p: str, t: str) -> bool:
        if not p:
            return not t
        if p[0] == "*":
            return slow(p[1:], t) or (bool(t) and slow(p, t[1:]))
        return bool(t) and p[0] in ("?", t[0]) and slow(p[1:], t[1:])

    assert (slow(pattern, text),) * 2 == (fits(pattern, text), Pattern.of(pattern).fits(text))


def test_a_pattern_made_to_be_slow_is_not() -> None:
    assert not fits("*a" * 60 + "b", "a" * 4000)


# --- durations ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("30 days", 30.0),
        ("1 day", 1.0),
        ("P30D", 30.0),
        ("p2w", 14.0),
        ("P1Y6M", 552.0),
        ("PT12H", 0.5),
        ("P1DT12H", 1.5),
        ("12h", 0.5),
        ("6 months", 186.0),
        ("0", 0.0),
        ("none", 0.0),
        ("forever", math.inf),
        ("1.5 days", 1.5),
    ],
)
def test_days_of_a_duration(text: str, number: float) -> None:
    assert number == days(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("30", "30 has no unit. Write '30 days'"),
        ("P", "this is not a duration"),
        ("PT", "this is not a duration"),
        ("30 fortnights", "this is not a duration"),
        ("-3 days", "this is not a duration"),
        ("", "this is not a duration"),
    ],
)
def test_what_is_no_duration(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        days(text)


# --- what telemetry tells of a place -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "key", "words"),
    [
        pytest.param(EDGE, "service", ("edge",), id="a service by its name"),
        pytest.param(PG, "host", ("pg.example", "pg.example:5432"), id="a store at its default port"),
        pytest.param(Place(PlaceKind.STORE, host="Pg.example:6000"), "host", ("pg.example:6000", "pg.example"), id="a store at another port"),
        pytest.param(MODEL, "host", ("api.openai.com", "api.openai.com:443", "api.openai.com:80"), id="a model over the web"),
        pytest.param(Place(PlaceKind.REMOTE, host="[::1]:9000"), "host", ("[::1]:9000", "[::1]"), id="an address of version 6"),
        pytest.param(PG, "database", ("app",), id="a database by its namespace"),
        pytest.param(Place(PlaceKind.SERVICE, name="x", namespace="shop"), "namespace", ("shop",), id="a service by its namespace"),
        pytest.param(LOST, "owner", ("edge", "service:edge@aws/ap-southeast-1"), id="a peer without address by who saw it"),
        pytest.param(CALLER, "entry", ("edge", "service:edge@aws/ap-southeast-1"), id="a caller by the service it calls"),
        pytest.param(Place(PlaceKind.REMOTE, name="billing"), "service", ("billing",), id="a peer by the name its callers give it"),
        pytest.param(Place(PlaceKind.OPERATOR, name="support"), "operator", ("support",), id="an operator by his role"),
        pytest.param(Place(PlaceKind.SERVICE, name="x"), "region", None, id="what is not told is not there"),
    ],
)  # fmt: skip
def test_facts_of_a_place(place: Place, key: str, words: tuple[str, ...] | None) -> None:
    assert words == facts(place).get(key)


@pytest.mark.parametrize(
    ("match", "place", "fit"),
    [
        pytest.param("{host: pg.example}", PG, True, id="a host"),
        pytest.param("{host: PG.EXAMPLE}", PG, True, id="a host in another case"),
        pytest.param('{host: "pg.example:5432"}', PG, True, id="a host with the default port"),
        pytest.param('{host: "pg.example:6000"}', PG, False, id="a host with another port"),
        pytest.param('{host: "*.example"}', PG, True, id="a host by pattern"),
        pytest.param("{host: example}", PG, False, id="a part of a host"),
        pytest.param("{host: [a.example, pg.example]}", PG, True, id="one of several hosts"),
        pytest.param("{host: pg.example, system: mysql}", PG, False, id="two keys of which one does not fit"),
        pytest.param("{kind: [store, topic], database: app}", PG, True, id="a kind and a database"),
        pytest.param("{kind: model}", PG, False, id="another kind"),
        pytest.param("{collection: 'us*'}", PG, True, id="a table by pattern"),
        pytest.param("{service: edge}", EDGE, True, id="a service"),
        pytest.param("{service: Edge}", EDGE, False, id="a service in another case"),
        pytest.param("{region: 'ap-*', provider: aws}", EDGE, True, id="a region by pattern"),
        pytest.param("{environment: '*'}", EDGE, False, id="what is not told does not fit a star"),
        pytest.param("{kind: store, system: redis, owner: edge}", LOST, True, id="a store without address by its owner"),
        pytest.param("{kind: store, system: redis, owner: other}", LOST, False, id="a store without address of another owner"),
        pytest.param("{model: 'qwen-*'}", MODEL, True, id="a model by pattern"),
        pytest.param("{host: 10.0.0.7, kind: remote}", Place(PlaceKind.REMOTE, host="10.0.0.7:8080"), True, id="an address at any port"),
    ],
)  # fmt: skip
def test_an_entry_fits(match: str, place: Place, fit: bool) -> None:
    found = inventory(f"places: [{{name: it, match: {match}}}]")

    assert ("it" if fit else "") == found.meaning(place).name


# --- what an entry says ----------------------------------------------------------------------------------


def test_everything_that_can_be_said_of_a_place() -> None:
    text = """
vendors: [{id: v1}]
places:
  - name: main
    title: {en: Main database, zh: 主数据库}
    match: {kind: store, host: pg.example}
    country: DE
    region: eu-central-1
    operator: Example Ltd
    vendor: v1
    role: database
    zone: offshore
    entry: true
    trusted: true
    retention: 30 days
    redaction: masked
    deletable: true
    viewers: [dba, support]
    purposes: inference
    contents: {origin: [DE, FR], class: personal}
    evidence: {retention: DOC-7}
"""
    assert inventory(text).meaning(PG) == Meaning(
        PG,
        name="main",
        title=Title("Main database", "主数据库"),
        country="DE",
        country_known=Known.DECLARED,
        region="eu-central-1",
        operator="Example Ltd",
        vendor="v1",
        vendor_known=Known.DECLARED,
        role="database",
        role_known=Known.DECLARED,
        zone="offshore",
        entry=True,
        trusted=True,
        contents=Labels(frozenset({"DE", "FR"}), frozenset({"personal"}), Known.DECLARED),
        retention_days=30.0,
        redaction="masked",
        deletable=True,
        viewers=("dba", "support"),
        purposes=("inference",),
        evidence={"retention": "DOC-7"},
        source=Source("a.yaml", 4, 5),
    )


def test_names_that_look_like_numbers_are_names() -> None:
    text = "parties: [{name: 42, match: {tenant: 010}}, {name: 7, match: {tenant: [43, 1.10]}}]"
    found = inventory(text)
    names = [found.meaning(Place(PlaceKind.PARTY, name=tenant)).name for tenant in ("010", "1.10")]

    assert names == ["42", "7"]


def test_nothing_declared_is_nothing_known() -> None:
    assert Meaning(PG) == Inventory.empty().meaning(PG)


@pytest.mark.parametrize(
    ("contents", "labels"),
    [
        pytest.param("contents: none", Labels(frozenset(), frozenset(), Known.DECLARED), id="nothing is held"),
        pytest.param("contents: {origin: none}", Labels(frozenset(), frozenset(), Known.DECLARED), id="no origin, no class"),
        pytest.param("contents: {origin: none, class: none}", Labels(frozenset(), frozenset({"none"}), Known.DECLARED), id="nobody's data"),
        pytest.param("contents: {origin: CN}", Labels(frozenset({"CN"}), frozenset({UNKNOWN}), Known.DECLARED), id="an origin without a class"),
        pytest.param("contents: {class: business}", Labels(frozenset({UNKNOWN}), frozenset({"business"}), Known.DECLARED), id="a class without an origin"),
        pytest.param("contents: {origin: [DE, unknown], class: [personal, business]}", Labels(frozenset({"DE", UNKNOWN}), frozenset({"personal", "business"}), Known.DECLARED), id="partly unknown"),
        pytest.param("contents: {}", Labels(), id="nothing said is unknown"),
        pytest.param("role: log", None, id="not declared"),
    ],
)  # fmt: skip
def test_contents_of_a_store(contents: str, labels: Labels | None) -> None:
    assert labels == inventory(f"places: [{{match: {{host: pg.example}}, {contents}}}]").meaning(PG).contents


@pytest.mark.parametrize(
    ("entry", "place", "meaning"),
    [
        pytest.param(
            "{name: acme, match: {tenant: acme-eu}, origin: DE, market: FR, class: personal, industry: retail, dpa: DPA-1, notice: N-1}",
            ACME,
            Meaning(
                ACME, name="acme", country="FR", country_known=Known.DECLARED, market="FR", industry="retail",
                contents=Labels(frozenset({"DE"}), frozenset({"personal"}), Known.DECLARED),
                evidence={"dpa": "DPA-1", "notice": "N-1"}, source=Source("a.yaml", 1, 11),
            ),
            id="a tenant",
        ),
        pytest.param(
            "{name: eu, match: {tenant: '*-eu'}, origin: [DE, FR]}",
            ACME,
            Meaning(ACME, name="eu", contents=Labels(frozenset({"DE", "FR"}), frozenset({UNKNOWN}), Known.DECLARED), source=Source("a.yaml", 1, 11)),
            id="tenants by pattern, class not declared",
        ),
        pytest.param(
            "{name: acme, match: {tenant: acme-eu}}",
            ACME,
            Meaning(ACME, name="acme", contents=Labels(), source=Source("a.yaml", 1, 11)),
            id="a tenant of whom nothing is known",
        ),
        pytest.param(
            "{name: walk-in, match: {entry: edge}, origin: SG, class: personal}",
            NOBODY,
            Meaning(NOBODY, name="walk-in", contents=Labels(frozenset({"SG"}), frozenset({"personal"}), Known.DECLARED), source=Source("a.yaml", 1, 11)),
            id="customers without a tenant at an entry",
        ),
        pytest.param(
            "{name: walk-in, match: {entry: edge}, origin: SG, class: personal}",
            CALLER,
            Meaning(CALLER, name="walk-in", contents=Labels(frozenset({"SG"}), frozenset({"personal"}), Known.DECLARED), source=Source("a.yaml", 1, 11)),
            id="callers that telemetry does not show",
        ),
        pytest.param("{name: walk-in, match: {entry: edge}, origin: SG}", ACME, Meaning(ACME), id="an entry is not for tenants"),
        pytest.param("{name: all, match: {tenant: '*'}, origin: SG}", NOBODY, Meaning(NOBODY), id="a star is not for callers without a tenant"),
        pytest.param("{name: walk-in, match: {entry: core}, origin: SG}", CALLER, Meaning(CALLER), id="another entry"),
    ],
)  # fmt: skip
def test_parties(entry: str, place: Place, meaning: Meaning) -> None:
    assert meaning == inventory(f"parties: [{entry}]").meaning(place)


# --- which entry wins ------------------------------------------------------------------------------------


def test_for_each_field_the_most_specific_entry_wins() -> None:
    found = inventory(
        """
places:
  - {name: all, match: {kind: store}, role: database, retention: 90 days, country: DE, zone: offshore}
  - {name: pg, match: {kind: store, host: "*.example"}, retention: 60 days, country: FR}
  - {name: pg-main, match: {kind: store, host: pg.example}, retention: 30 days}
  - {match: {kind: store, host: pg.example, collection: users}, redaction: masked}
"""
    ).meaning(PG)

    assert ("pg-main", "database", 30.0, "FR", "offshore", "masked", Source("a.yaml", 6, 5)) == (
        found.name,
        found.role,
        found.retention_days,
        found.country,
        found.zone,
        found.redaction,
        found.source,
    )


def test_no_is_a_statement_too() -> None:
    text = "places: [{match: {kind: service}, entry: true}, {match: {kind: service, service: edge}, entry: false}]"

    assert not inventory(text).meaning(EDGE).entry


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        pytest.param(
            [
                "places:\n  - {match: {host: pg.example}, country: DE}\n  - {match: {host: pg.example}, country: CN}"
            ],
            "a.yaml:3:5: this entry and the one in a.yaml:2:5 fit the same place and disagree about 'country'",
            id="twice the same match in one file",
        ),
        pytest.param(
            [
                "places: [{match: {host: pg.example}, country: DE}]",
                "places: [{match: {host: pg.example}, country: CN}]",
            ],
            "b.yaml:1:10: this entry and the one in a.yaml:1:10 fit the same place and disagree about 'country'",
            id="the same match in two files",
        ),
        pytest.param(
            [
                "parties: [{name: a, match: {tenant: t}, origin: DE}, {name: b, match: {tenant: t}, origin: DE}]"
            ],
            "a.yaml:1:54: this entry and the one in a.yaml:1:11 fit the same place and disagree about 'name'",
            id="two names for one tenant",
        ),
        pytest.param(
            ["locations: [{region: r, country: DE}, {region: r, country: CN}]"],
            "a.yaml:1:39: this entry and the one in a.yaml:1:13 fit the same place and disagree about 'country'",
            id="two countries for one region",
        ),
    ],
)
def test_entries_that_contradict_are_told_when_loading(texts: list[str], said: str) -> None:
    assert error(*texts).startswith(said)


def test_entries_that_contradict_about_an_observed_place_are_told_when_it_is_seen() -> None:
    found = inventory(
        "places: [{match: {host: 'pg.*'}, country: DE}, {match: {host: 'p?.*'}, zone: a}, {match: {host: '*g.*p'}, country: CN}]"
    )

    with pytest.raises(ConfigError, match="fit the same place and disagree about 'country'"):
        found.meaning(Place(PlaceKind.STORE, host="pg.p"))


def test_equally_specific_entries_that_agree_are_fine() -> None:
    text = "places: [{match: {host: pg.example}, country: DE, contents: {origin: [DE, FR]}}]"
    other = "places: [{match: {host: pg.example}, country: DE, contents: {origin: [FR, DE]}, zone: offshore}]"
    found = inventory(text, other).meaning(PG)

    assert (found.country, found.zone) == ("DE", "offshore")


# --- where a place stands --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "country", "known", "disagreement"),
    [
        pytest.param("", EDGE, "SG", Known.INFERRED, [], id="a service by provider and region"),
        pytest.param("", Place(PlaceKind.SERVICE, name="x", region="ap-southeast-1"), "", Known.NOT_KNOWN, [], id="a region that means several countries"),
        pytest.param("", Place(PlaceKind.SERVICE, name="x", country="DE"), "DE", Known.INFERRED, [], id="a geo attribute"),
        pytest.param("places: [{match: {service: x}, trusted: true}]", Place(PlaceKind.SERVICE, name="x", country="DE"), "DE", Known.STATED, [], id="a geo attribute of a trusted service"),
        pytest.param("", Place(PlaceKind.SERVICE, name="x", region="cn-hangzhou", country="DE"), "", Known.NOT_KNOWN, [("country", "", "CN or DE")], id="a service that contradicts itself is nowhere"),
        pytest.param("", Place(PlaceKind.STORE, system="s3", host="s3.eu-central-1.amazonaws.com"), "DE", Known.INFERRED, [], id="a store by its host"),
        pytest.param("", MODEL, "", Known.NOT_KNOWN, [], id="a vendor that does not tell where it computes"),
        pytest.param("", Place(PlaceKind.REMOTE, host="10.0.0.1"), "", Known.NOT_KNOWN, [], id="a private address"),
        pytest.param("places: [{match: {service: edge}, country: DE}]", EDGE, "DE", Known.DECLARED, [("country", "DE", "SG")], id="a declaration wins, and the disagreement is kept"),
        pytest.param("places: [{match: {service: edge}, country: SG}]", EDGE, "SG", Known.DECLARED, [], id="a declaration that agrees"),
        pytest.param("places: [{match: {service: x}, provider: huawei_cloud, region: ap-southeast-1}]", Place(PlaceKind.SERVICE, name="x"), "HK", Known.INFERRED, [], id="a declared region"),
        pytest.param("places: [{match: {service: edge}, region: eu-west-3}]", EDGE, "FR", Known.INFERRED, [("region", "eu-west-3", "ap-southeast-1")], id="a declared region against the observed one"),
        pytest.param("locations: [{region: dc-1, country: SE}]", Place(PlaceKind.SERVICE, name="x", region="dc-1"), "SE", Known.DECLARED, [], id="a region of one's own"),
        pytest.param("locations: [{provider: own, region: 'dc-*', country: SE}]", Place(PlaceKind.SERVICE, name="x", provider="own", region="dc-2"), "SE", Known.DECLARED, [], id="regions of one's own by pattern"),
        pytest.param("locations: [{provider: own, region: dc-1, country: SE}]", Place(PlaceKind.SERVICE, name="x", region="dc-1"), "", Known.NOT_KNOWN, [], id="a region of a provider that was not told"),
        pytest.param("locations: [{host: '*.cn-hangzhou.gw.example', country: CN}]", Place(PlaceKind.STORE, host="pg.cn-hangzhou.gw.example:6000"), "CN", Known.DECLARED, [], id="hosts of one's own"),
        pytest.param("locations: [{host: '*.gw.example', country: CN}, {host: '*.sg.gw.example', country: SG}]", Place(PlaceKind.STORE, host="pg.sg.gw.example"), "SG", Known.DECLARED, [], id="the more specific hosts"),
        pytest.param("locations: [{host: '*.example', country: CN}]\nplaces: [{match: {host: pg.example}, country: DE}]", PG, "DE", Known.DECLARED, [], id="a place's own country before its location"),
    ],
)  # fmt: skip
def test_where_a_place_stands(
    text: str, place: Place, country: str, known: Known, disagreement: list[tuple[str, str, str]]
) -> None:
    found = inventory(text) if text else Inventory.empty()
    meaning = found.meaning(place)

    assert (country, known) == (meaning.country, meaning.country_known)
    assert [(place, *rest) for rest in disagreement] == found.disagreements


@pytest.mark.parametrize(
    ("text", "place", "vendor", "known"),
    [
        pytest.param("", MODEL, "openai", Known.INFERRED, id="by the catalogue"),
        pytest.param("vendors: [{id: oai, hosts: '*.openai.com'}]", MODEL, "oai", Known.DECLARED, id="by the hosts of a declared vendor"),
        pytest.param("vendors: [{id: oai, hosts: '*.openai.com'}, {id: w}]\nplaces: [{match: {host: api.openai.com}, vendor: w}]", MODEL, "w", Known.DECLARED, id="by the place itself"),
        pytest.param("", PG, "", Known.NOT_KNOWN, id="nobody known"),
    ],
)  # fmt: skip
def test_who_else_runs_a_place(text: str, place: Place, vendor: str, known: Known) -> None:
    meaning = (inventory(text) if text else Inventory.empty()).meaning(place)

    assert (vendor, known) == (meaning.vendor, meaning.vendor_known)


def test_a_cache_is_one_by_itself_until_somebody_says_otherwise() -> None:
    cache = Place(PlaceKind.STORE, system="cache", owner=EDGE.id)

    assert (
        Inventory.empty().meaning(cache).role,
        Inventory.empty().meaning(cache).role_known,
    ) == ("cache", Known.INFERRED)
    assert inventory("places: [{match: {system: cache}, role: log}]").meaning(cache).role == "log"


# --- flows, declassifiers, what was never seen ---------------------------------------------------------------

FLOWS = """
parties: [{name: acme, match: {tenant: acme-eu}}]
places: [{name: gateway, match: {service: edge}}, {name: never, match: {host: gone.example}}]
flows:
  - {match: {from: acme, to: gateway}, category: [prompt, file], purpose: inference}
  - {match: {from: {kind: service}, to: {kind: store}}, category: log, purpose: billing}
  - {match: {from: gateway, to: {kind: store, collection: chats}}, purpose: support}
"""


@pytest.mark.parametrize(
    ("source", "target", "flow"),
    [
        pytest.param(ACME, EDGE, DeclaredFlow(frozenset({"prompt", "file"}), "inference", Source("a.yaml", 5, 5)), id="by names"),
        pytest.param(EDGE, PG, DeclaredFlow(frozenset({"log"}), "billing", Source("a.yaml", 6, 5)), id="by what places are"),
        pytest.param(EDGE, CHATS, DeclaredFlow(frozenset({"log"}), "support", Source("a.yaml", 7, 5)), id="the more specific one for each field"),
        pytest.param(EDGE, ACME, None, id="not the other way round"),
    ],
)  # fmt: skip
def test_declared_flows(source: Place, target: Place, flow: DeclaredFlow | None) -> None:
    assert flow == inventory(FLOWS).flow(source, target)


def test_flows_that_contradict_are_told_when_seen() -> None:
    text = """
flows:
  - {match: {from: {service: edge}, to: {host: pg.example}}, purpose: billing}
  - {match: {from: {service: edge}, to: {host: pg.example}}, purpose: training}
"""
    with pytest.raises(ConfigError, match=r"a\.yaml:4:5: .* a\.yaml:3:5 .* disagree about 'purpose'"):
        inventory(text).flow(EDGE, PG)


def test_declared_places_that_were_never_observed() -> None:
    found = inventory(
        """
places:
  - {name: pg, match: {host: pg.example}}
  - {name: pg, match: {host: 10.0.0.1}}
  - {name: gone, title: {en: Gone, zh: 无}, match: {host: gone.example}}
  - {match: {kind: store, system: mysql}}
"""
    )

    assert [
        ("gone", Title("Gone", "无"), Source("a.yaml", 5, 5)),
        ("store system mysql", Title(), Source("a.yaml", 6, 5)),
    ] == [(declared.name, declared.title, declared.source) for declared in found.unobserved([PG, EDGE])]


@pytest.mark.parametrize(
    ("where", "place", "fit"),
    [
        pytest.param("gateway", EDGE, True, id="a name"),
        pytest.param("gateway", PG, False, id="the name of another"),
        pytest.param(Match(kind=("store",)), PG, True, id="a match"),
        pytest.param(Match(kind=("store",)), EDGE, False, id="a match of others"),
        pytest.param(Match(tenant=("acme*",)), ACME, True, id="a tenant"),
    ],
)
def test_a_place_is_meant(where: str | Match, place: Place, fit: bool) -> None:
    assert fit == inventory(FLOWS).matches(where, place)


# --- the file ------------------------------------------------------------------------------------------------

FULL = """
organisation: {name: Example Ltd, country: SG, title: {en: Example, zh: 示例}}
vendors:
  - {id: cloud, legal_entity: Cloud Ltd, country: IE, owners: [{name: Holding, country: US, share: 100}], dpa: D-1,
     purposes: [inference], training: false, retention: none, hosts: "*.cloud.example", tier: 1}
  - {id: sub, parent: cloud, tier: 2}
authorisations:
  - {id: A-1, type: direct, vendor: cloud, models: "qwen-*", rights: [call, resell], regions: [DE, SG], industries_excluded: [credit],
     endpoints: api.cloud.example, training: false, valid_from: 2026-01-01, valid_until: 2026-12-31, document: C-1,
     invoices: [{id: I-1, period: "2026-10", model: qwen-max, quantity: 5000000, unit: tokens, paid: P-1}]}
  - {id: A-2, type: distributor, parent: A-1, models: [qwen-max]}
declassifiers:
  - {name: redactor, at: {service: redact}, lowers: {class: [personal], origin: all}, kind: redaction, evidence: T-1}
  - {name: counts, flow: {from: {service: a}, to: {service: b}}, lowers: {origin: CN}, kind: aggregation, expires: 2026-12-31}
attestations: [{id: AT-1, type: pia, owner: dpo, date: 2026-01-01, expires: 2027-01-01, document: D-9}]
waivers: [{rule: order16/no-shared-store, path: ["store:*"], reason: ends with release 42, approver: dpo, owner: team, ticket: T-7, expires: 2026-12-31}]
telemetry: {tenant_keys: [x.tenant]}
"""


def test_every_section_is_read() -> None:
    found = inventory(FULL)

    assert found.organisation is not None
    assert (
        found.organisation.name,
        list(found.vendors),
        [entry.id for entry in found.authorisations],
        [entry.name for entry in found.declassifiers],
        [entry.id for entry in found.attestations],
        found.tenant_keys,
    ) == ("Example Ltd", ["cloud", "sub"], ["A-1", "A-2"], ["redactor", "counts"], ["AT-1"], ("x.tenant",))
    assert (str(found.waivers[0].expires), found.waivers[0].path) == ("2026-12-31", ("store:*",))
    assert found.authorisations[0].invoices[0].quantity == 5_000_000


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        pytest.param(["places: [{match: {}}]"], "a.yaml:1:18: this matches nothing: write at least one key", id="a match without keys"),
        pytest.param(["places: [{match: {host: []}}]"], "a.yaml:1:25: this list needs at least 1 item", id="a match with an empty list"),
        pytest.param(["places: [{match: {hots: a}}]"], "a.yaml:1:19: unknown key 'hots'. did you mean 'host'?", id="a misspelt key"),
        pytest.param(["places: [{match: {kind: stor}}]"], "a.yaml:1:25: 'kind' is the text 'stor'. it wants service, model, store", id="a misspelt kind"),
        pytest.param(["places: [{match: {tenant: a}}]"], "a.yaml:1:10: customers are declared in 'parties', not in 'places'", id="a tenant among places"),
        pytest.param(["places: [{match: {host: a}, country: UK}]"], "a.yaml:1:38: 'UK' is not a country: write its two capital letters of ISO 3166-1. Did you mean GB?", id="a country that is none"),
        pytest.param(["places: [{match: {host: a}, country: cn}]"], "a.yaml:1:38: 'cn' is not a country: write its two capital letters of ISO 3166-1. Did you mean CN?", id="a country in small letters"),
        pytest.param(["places: [{match: {host: a}, retention: 30}]"], "a.yaml:1:40: 30 has no unit. Write '30 days'", id="a retention without a unit"),
        pytest.param(["places: [{match: {host: a}, contents: {origin: [none, CN]}}]"], "a.yaml:1:48: 'none' cannot stand with other values", id="none beside an origin"),
        pytest.param(["places: [{match: {host: a}, contents: {orign: CN}}]"], "a.yaml:1:40: unknown key 'orign'. did you mean 'origin'?", id="a misspelt key of contents"),
        pytest.param(["places: [{match: {host: a}, vendor: clod}]\nvendors: [{id: cloud}]"], "a.yaml:1:10: no vendor 'clod' is declared. did you mean 'cloud'?", id="a vendor that nobody declares"),
        pytest.param(["places: [{match: {host: a}, evidence: {retenton: D}}]"], "a.yaml:1:10: evidence for 'retenton', which is no field of a place", id="evidence for nothing"),
        pytest.param(["places: [{match: {host: a}, name: ''}]"], "a.yaml:1:35: this is empty", id="an empty name"),
        pytest.param(["parties: [{name: a, match: {tenant: t, entry: e}}]"], "a.yaml:1:28: write either 'tenant' or 'entry'", id="a tenant and an entry"),
        pytest.param(["parties: [{name: a, match: {tenant: t}}, {name: a, match: {tenant: u}}]"], "a.yaml:1:42: name 'a' is given twice in parties, first in a.yaml:1:11", id="a name given twice"),
        pytest.param(["parties: [{name: a, match: {tenant: t}}]\nplaces: [{name: a, match: {host: h}}]"], "a.yaml:2:10: the name 'a' is also that of a party, in a.yaml:1:11", id="a party and a place of one name"),
        pytest.param(["vendors: [{id: v}]", "vendors: [{id: v}]"], "b.yaml:1:11: id 'v' is given twice in vendors, first in a.yaml:1:11", id="an id given twice in two files"),
        pytest.param(["organisation: {name: A}", "organisation: {name: B}"], "b.yaml:1:15: another organisation is declared in a.yaml:1:15", id="two organisations"),
        pytest.param(["flows: [{match: {from: gatway, to: gateway}, purpose: billing}]\nplaces: [{name: gateway, match: {host: h}}]"], "a.yaml:1:9: no place or party 'gatway' is declared. did you mean 'gateway'?", id="a name that nobody declares"),
        pytest.param(["flows: [{match: {from: {host: a}, to: {host: b}}}]"], "a.yaml:1:9: this says nothing", id="a flow that says nothing"),
        pytest.param(["waivers: [{rule: r, path: p, reason: x, approver: y}]"], "a.yaml:1:11: key 'expires' is missing", id="a waiver without an end"),
        pytest.param(["waivers: [{rule: r, path: p, reason: x, approver: y, expires: soon}]"], "a.yaml:1:63: 'expires' is the text 'soon'. it wants a date like 2026-11-25", id="a waiver with a bad date"),
        pytest.param(["waivers: [{rule: r, reason: x, approver: y, expires: 2026-12-31}]"], "a.yaml:1:11: write either 'fingerprint' or 'path'", id="a waiver for everything"),
        pytest.param(["declassifiers: [{name: d, at: {service: s}, lowers: {class: personal}, kind: redaction}]"], "a.yaml:1:17: without 'evidence' this is a waiver and needs a date in 'expires'", id="a declassifier without evidence"),
        pytest.param(["declassifiers: [{name: d, lowers: {class: personal}, kind: redaction, evidence: e}]"], "a.yaml:1:17: write either 'at' (a place) or 'flow'", id="a declassifier nowhere"),
        pytest.param(["declassifiers: [{name: d, at: {servce: s}, lowers: {class: personal}, kind: redaction, evidence: e}]"], "a.yaml:1:32: unknown key 'servce'. did you mean 'service'?", id="a misspelt key of a place or name"),
        pytest.param(["attestations: [{id: a, type: dpa, owner: o, date: 2026-01-01, covers: acm}]\nparties: [{name: acme, match: {tenant: t}}]"], "a.yaml:1:16: no party, vendor, place or authorisation 'acm' is declared. did you mean 'acme'?", id="a document about nobody"),
        pytest.param(["attestations: [{id: a, type: dpa, owner: o, date: 2026-01-01, covers: acme}]\nparties: [{name: acme, match: {tenant: t}}]\nvendors: [{id: acme}]"], "a.yaml:1:16: 'covers' names 'acme', which is one of parties and one of vendors", id="a document about a customer or a supplier"),
        pytest.param(["attestations: [{id: a, type: dpa, owner: o, date: 2026-01-01, covers: [all, x]}]"], "a.yaml:1:16: 'all' cannot stand with other names in 'covers'", id="a document about all and one"),
        pytest.param(["attestations: [{id: a, type: dpa, owner: o, date: 2026-01-01, expires: 2025-01-01}]"], "a.yaml:1:16: 'expires' comes before 'date'", id="a document that ends before it begins"),
        pytest.param(["locations: [{country: CN}]"], "a.yaml:1:13: write either 'region'", id="a location of nothing"),
        pytest.param(["palces: []"], "a.yaml:1:1: unknown key 'palces'. did you mean 'places'?", id="a misspelt section"),
        pytest.param(["places:"], "a.yaml:1:8: 'places' is empty. it wants a list", id="a section without entries"),
        pytest.param([""], "a.yaml: the file is empty", id="an empty file"),
        pytest.param(["places: [{match: {host: *.example.com}}]"], "a.yaml:1:26: not YAML", id="a pattern without quotes"),
    ],
)  # fmt: skip
def test_mistakes_are_told(texts: list[str], said: str) -> None:
    assert error(*texts).startswith(said)


def test_mistakes_of_all_files_are_told_at_once() -> None:
    assert [
        line.split(": ")[0] for line in error("palces: []", "falws: []").splitlines() if ".yaml" in line
    ] == ["a.yaml:1:1", "b.yaml:1:1"]


def test_files_are_put_together_and_named(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_bytes(b"places: [{name: pg, match: {host: pg.example}}]")
    two.write_bytes(b"parties: [{name: acme, match: {tenant: acme-eu}}]\ntelemetry: {tenant_keys: [a, b]}")
    found = Inventory.load([one, str(two)])

    assert (found.meaning(PG).name, found.meaning(ACME).name, found.tenant_keys) == ("pg", "acme", ("a", "b"))
    assert (str(one), str(two)) == found.files


def test_the_digest_of_one_file_is_its_sha256(tmp_path: Path) -> None:
    path = tmp_path / "lineage.yaml"
    path.write_bytes(b"vendors: [{id: v}]")

    assert hashlib.sha256(b"vendors: [{id: v}]").hexdigest() == Inventory.load([path]).digest
    assert Inventory.empty().digest == ""


def test_the_digest_changes_with_any_file_and_not_with_their_order() -> None:
    one, two, other = "vendors: []", "places: []", "places: [] "

    assert inventory(one, two).digest == inventory(two, one).digest
    assert inventory(one, two).digest != inventory(one, other).digest


# --- the JSON Schema and the manual --------------------------------------------------------------------------


def test_the_published_schema_is_current() -> None:
    published = (ROOT / "docs/reference/lineage.schema.json").read_text(encoding="utf-8")

    assert json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n" == published


@pytest.mark.parametrize(
    ("text", "right"),
    [
        pytest.param(FULL, True, id="every section"),
        pytest.param(
            "places: [{match: {host: [a, b], kind: store}, retention: 30 days, contents: none}]",
            True,
            id="one value or a list",
        ),
        pytest.param("places: [{match: {host: a}, countri: DE}]", False, id="an unknown key"),
        pytest.param("places: [{match: {kind: stor}}]", False, id="an unknown word"),
        pytest.param(
            "parties: [{name: a, match: {tenant: t}, origin: China}]", False, id="a country that is none"
        ),
    ],
)
def test_editors_see_what_the_loader_sees(text: str, right: bool) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from lineage.yamlfile import nodes

    data = nodes.compose(text, "a.yaml").value()

    assert right == jsonschema.Draft202012Validator(json_schema()).is_valid(data)


def _fields(schema: dict[str, Any]) -> set[str]:
    models = [schema, *schema["$defs"].values()]
    return {name for model in models for name in model.get("properties", {})}


def test_the_manual_names_every_section_and_field() -> None:
    manual = (ROOT / "docs/reference/inventory.md").read_text(encoding="utf-8")

    assert sorted(name for name in _fields(json_schema()) if f"`{name}`" not in manual) == []


def test_every_key_of_a_match_is_one_that_telemetry_can_tell() -> None:
    told = {key for kind in PlaceKind for key in facts(_everything(kind))} - {"entry"}

    assert set(MATCH_KEYS) == told


def _everything(kind: PlaceKind) -> Place:
    return Place(kind, "n", "ns", "e", "p", "r", "DE", "s", "h.example", "c", "service:o@")


def test_every_section_is_optional() -> None:
    assert [name for name, field in InventoryFile.model_fields.items() if field.is_required()] == []
