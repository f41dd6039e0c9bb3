"""`lineage init`: what the first inventory says, and that hostile names cannot get out of their quotes."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest

from lineage.flows import FlowKey, Flows, Leg
from lineage.init import first_inventory
from lineage.inventory import Inventory
from lineage.labels import Known, Labels
from lineage.places import Place, PlaceKind

EDGE = Place(PlaceKind.SERVICE, name="edge", provider="aws", region="eu-central-1")
CORE = Place(PlaceKind.SERVICE, name="core", region="ap-southeast-1")
ACME = Place(PlaceKind.PARTY, name="acme")
NOBODY = Place(PlaceKind.CALLER, owner=EDGE.id)
USERS = Place(PlaceKind.STORE, system="postgresql", host="pg.example", namespace="app", collection="users")
CHATS = Place(PlaceKind.STORE, system="postgresql", host="pg.example", namespace="app", collection="chats")
LOST = Place(PlaceKind.STORE, system="redis", owner=CORE.id)
MODEL = Place(PlaceKind.MODEL, name="qwen-max", provider="openai", host="dashscope.aliyuncs.com")
STAFF = Place(PlaceKind.OPERATOR, name="support")
ALL = (EDGE, CORE, ACME, NOBODY, USERS, CHATS, LOST, MODEL, STAFF)


def observed(*places: Place) -> Flows:
    """Flows in which just these places were seen."""
    flows = Flows()
    flows.places.update(places)
    return flows


def test_the_whole_file() -> None:
    assert (
        first_inventory(observed(*ALL))
        == """\
# What the places that telemetry names mean. Written by `lineage init` from what was observed.
# 5 guesses (marked 'guess') and 15 holes (marked '???').
# Neither counts as declared: check it, fill it in, and take the # away.
# A hole that stays leaves the rules that need it undecided.

# organisation:
#   name: ???  # who operates these systems and answers for this file

parties:
  - name: "acme"
    match: {tenant: "acme"}
    # origin: ???  # where was the data that it sends collected and generated? Not the seat of the customer
    # market: ???  # in which country are its end users?
    # class: ???  # personal, sensitive-personal, important, core, business or none
  # callers of service "edge" that telemetry does not name:
  # - name: "callers of edge"
  #   match: {entry: "edge"}
  #   origin: ???  # if they are customers, declare entry: true at the service too

places:
  - name: "core"
    match: {kind: service, service: "core", region: "ap-southeast-1"}
    # country: ???  # region ap-southeast-1 is SG at alibaba_cloud, SG at aws, HK at huawei_cloud, MY at volcengine
  - name: "edge"
    match: {kind: service, service: "edge", provider: "aws", region: "eu-central-1"}
    # country: DE  # guess: region eu-central-1 of aws
  - name: "qwen-max at dashscope.aliyuncs.com"
    match: {kind: model, model: "qwen-max", provider: "openai", host: "dashscope.aliyuncs.com"}
    # country: CN  # guess: by the host name, dashscope.aliyuncs.com
    # vendor: alibaba-model-studio  # guess: by the host name, confidence high; declare it in vendors too
  - name: "postgresql pg.example/app"
    match: {kind: store, system: "postgresql", host: "pg.example", database: "app"}
    # holds: "chats", "users"
    # country: ???  # where does it stand? Not told by telemetry
    # role: ???  # database, cache, vector-index, object-store, log, training-pool, backup ...
    # retention: ???  # how long is it kept? 30 days, P30D, none, forever
    # viewers: ???  # which roles can see what is here? [] for nobody
  - name: "support"
    match: {kind: operator, operator: "support"}
    # contents: ???  # what do they bring in? {origin: ??, class: ??} or none
  # redis store without an address, seen by "service:core@ap-southeast-1": which one is it?
  # - name: ???
  #   match: {kind: store, system: "redis", owner: "core"}

# vendors:
#   - id: alibaba-model-studio
#     legal_entity: "Alibaba Cloud Computing Co., Ltd. (阿里云计算有限公司)"  # guess
#     country: CN  # guess: of establishment
#     dpa: ???
#     training: ???
#     retention: ???

telemetry:
  tenant_keys: []  # span attributes that name the tenant, tried before the built-in ones
"""
    )


def test_the_header_counts_what_the_file_marks() -> None:
    text = first_inventory(observed(*ALL))
    body = text.split("\n\n", 1)[1]

    assert "# 5 guesses (marked 'guess') and 15 holes (marked '???')." in text
    assert (body.count("# guess"), sum("???" in line for line in body.splitlines())) == (5, 15)


def test_nothing_counts_as_declared_that_a_person_has_not_said() -> None:
    inventory = Inventory.loads([first_inventory(observed(*ALL))], ["lineage.yaml"])

    assert Labels() == inventory.meaning(ACME).contents
    assert Known.INFERRED is inventory.meaning(EDGE).country_known
    assert Known.INFERRED is inventory.meaning(MODEL).vendor_known
    assert (
        inventory.meaning(USERS).country,
        inventory.meaning(USERS).retention_days,
        inventory.meaning(USERS).contents,
    ) == ("", None, None)


def test_places_without_a_name_stay_undeclared() -> None:
    inventory = Inventory.loads([first_inventory(observed(*ALL))], ["lineage.yaml"])

    assert (inventory.meaning(LOST).source, inventory.meaning(NOBODY).source) == (None, None)


def test_a_service_without_a_name_gets_no_entry_that_would_fit_all_services() -> None:
    inventory = Inventory.loads([first_inventory(observed(Place(PlaceKind.SERVICE)))], ["lineage.yaml"])

    assert inventory.places == ()


def test_every_entry_fits_what_it_was_made_from() -> None:
    inventory = Inventory.loads([first_inventory(observed(*ALL))], ["lineage.yaml"])

    assert inventory.unobserved(ALL) == []
    assert [place.id for place in set(ALL) - {LOST, NOBODY} if inventory.meaning(place).source is None] == []


def test_the_order_of_observation_does_not_matter() -> None:
    texts = {first_inventory(observed(*order)) for order in permutations((EDGE, ACME, USERS, LOST, MODEL))}

    assert len(texts) == 1


def test_nothing_observed_gives_a_file_that_loads() -> None:
    assert Inventory.loads([first_inventory(Flows())], ["lineage.yaml"]).places == ()


def test_places_that_only_flows_name_are_there() -> None:
    assert 'match: {tenant: "acme"}' in first_inventory(Flows.of([FlowKey(ACME, EDGE, Leg.REQUEST)]))


def test_a_region_that_callers_tell_of_a_peer_is_a_guess() -> None:
    flows = observed(USERS)
    flows.coverage.regions[USERS.id] = Counter({"cn-hangzhou": 3})

    assert "# country: CN  # guess: region cn-hangzhou" in first_inventory(flows)


def test_two_places_never_get_one_name() -> None:
    twins = (
        Place(PlaceKind.PARTY, name="edge"),
        EDGE,
        Place(PlaceKind.SERVICE, name="edge", region="us-west-2"),
    )
    inventory = Inventory.loads([first_inventory(observed(*twins))], ["lineage.yaml"])

    assert sorted(inventory.meaning(place).name for place in twins) == ["edge", "edge (2)", "edge (3)"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param('a"\nwaivers: [{rule: x}]\n# "', id="a line of its own"),
        pytest.param("a: b", id="a colon"),
        pytest.param("*", id="a star"),
        pytest.param("# no", id="a comment"),
        pytest.param("'quoted'", id="quotes"),
        pytest.param("back\\slash", id="a backslash"),
        pytest.param("a\u202eb", id="text that turns around"),
        pytest.param("a\u2028b\x85c\rd", id="line ends of all kinds"),
        pytest.param("a\x00\x1b[31m\x7f", id="control characters"),
        pytest.param("客户", id="Chinese"),
        pytest.param("a\U0001f600b", id="beyond the basic plane"),
        pytest.param("true", id="a boolean"),
        pytest.param("}", id="a bracket"),
    ],
)
def test_a_hostile_name_stays_in_its_quotes(name: str) -> None:
    places = (
        Place(PlaceKind.PARTY, name=name),
        Place(PlaceKind.SERVICE, name=name, provider=name, region=name),
        Place(PlaceKind.STORE, system=name, host=name, namespace=name, collection=name),
        Place(PlaceKind.STORE, system=name, owner=name),
        Place(PlaceKind.CALLER, owner=name),
    )
    inventory = Inventory.loads([first_inventory(observed(*places))], ["lineage.yaml"])

    assert (len(inventory.parties), len(inventory.places), inventory.waivers) == (1, 2, ())
    assert [name, f"{name} (2)"] == [inventory.meaning(place).name for place in places[:2]]
