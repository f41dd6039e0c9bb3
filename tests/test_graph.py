"""The graph: what becomes one thing, what may be one thing, and the ways out."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter

import networkx as nx
import pytest

from lineage.flows import Doubt, FlowCount, FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.labels import Known
from lineage.meaning import Meaning, Source
from lineage.places import Place, PlaceKind
from lineage.testing import Facts, sketch

LINES = (
    "acme[DE:personal] > gw@SG > pg/users",
    "gw < rag > model:qwen > gw > acme",
    "hong[CN] > gw ?> pg/log",
    "pg/users is role=database country=SG retention=30",
)


def things(*lines: str) -> list[list[str]]:
    graph = sketch(*lines)
    return [[graph.ids[place] for place in thing.places] for thing in graph.things if len(thing.places) > 1]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(("gw@SG > pg-a", "gw > pg-b"), [], id="places without a name stay apart"),
        pytest.param(
            ("gw@SG > pg-a", "gw > pg-b", "pg-a is name=main", "pg-b is name=main"),
            [["store:postgresql@pg-a", "store:postgresql@pg-b"]],
            id="stores of one name are one thing",
        ),
        pytest.param(
            ("gw@SG > pg-a/x", "gw > pg-b/y", "pg-a/x is name=main", "pg-b/y is name=main"),
            [],
            id="partitions stay apart within one name",
        ),
        pytest.param(
            ("gw@SG > pg-a", "gw > remote:pg.example", "pg-a is name=main", "remote:pg.example is name=main"),
            [["store:postgresql@pg-a", "remote:pg.example"]],
            id="a remote of the same name is the store",
        ),
        pytest.param(
            ("gw@SG > core@CN", "core > gw", "gw is name=both", "core is name=both"),
            [],
            id="services are told apart by telemetry",
        ),
        pytest.param(
            ("gw@SG > core@CN", "gw > remote:core.example", "core is name=core", "remote:core.example is name=core"),
            [["service:core@CN", "remote:core.example"]],
            id="a remote of the name of one service is the service",
        ),
        pytest.param(
            ("acme[DE] > gw@SG", "beta[DE] > gw", "acme is name=customers", "beta is name=customers"),
            [],
            id="parties are never merged",
        ),
    ],
)  # fmt: skip
def test_places_that_are_one_thing(lines: tuple[str, ...], expected: list[list[str]]) -> None:
    assert expected == things(*lines)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(("gw@SG > pg/a", "gw > pg/b"), [], id="two tables"),
        pytest.param(
            ("gw@SG > pg/a", "gw > pg"), [("db.namespace", ["store:postgresql@pg", "store:postgresql@pg//a"])],
            id="a table and no table",
        ),
        pytest.param(("gw@SG > ?redis",), [], id="one store without an address"),
        pytest.param(
            ("gw@SG > ?redis", "core@CN > redis"),
            [("server.address", ["store:redis@?(service:gw@SG)", "store:redis@redis"])],
            id="a store without an address and one with",
        ),
        pytest.param(
            ("gw@SG > remote:?", "core@CN > remote:api"),
            [("server.address", ["remote:?(service:gw@SG)", "remote:api"])],
            id="a peer without a name and one with",
        ),
        pytest.param(("gw@SG > ?redis", "core@CN > pg"), [], id="two systems are not one store"),
        pytest.param(
            ("gw@SG > remote:redis", "core@CN > redis"), [("db.system.name", ["remote:redis", "store:redis@redis"])],
            id="a peer at the address of a store",
        ),
    ],
)  # fmt: skip
def test_places_that_may_be_one(lines: tuple[str, ...], expected: list[tuple[str, list[str]]]) -> None:
    graph = sketch(*lines)
    found = {(blur.attribute, tuple(graph.id(thing) for thing in blur.members)) for blur in graph.blurs}

    assert [attribute for attribute, _ in expected if attribute != "db.namespace"] == [
        attribute for attribute, _ in sorted(found) if attribute != "db.namespace"
    ]
    assert [members for _, members in expected] == [list(members) for _, members in sorted(found)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(("gw@SG > pg/a", "gw > pg/b"), {"store:postgresql@pg"}, id="tables of a server"),
        pytest.param(
            ("gw@SG > pg/a", "gw > pg/b", "pg/a is name=one", "pg/b is name=two"),
            {"store:postgresql@pg"},
            id="two names do not separate the tables of a server",
        ),
        pytest.param(
            ("gw@SG > pg-a/a", "gw > pg-b/b", "pg-a/a is name=one", "pg-b/b is name=one"),
            {"store:postgresql@pg-a"},
            id="one name joins two addresses",
        ),
        pytest.param(
            ("gw@SG > pg-a", "gw > pg-b"),
            {"store:postgresql@pg-a", "store:postgresql@pg-b"},
            id="two servers",
        ),
    ],
)
def test_what_holds_the_partitions_of_a_store(lines: tuple[str, ...], expected: set[str]) -> None:
    graph = sketch(*lines)

    assert expected == {thing.resource for thing in graph.things} - {"service:gw@SG"}


@pytest.mark.parametrize(("entry", "expected"), [("yes", ["DE"]), ("no", None)])
def test_a_caller_is_a_customer_only_where_customers_call(entry: str, expected: list[str] | None) -> None:
    graph = sketch("caller:gw@SG > gw", f"gw is entry={entry}", "caller:gw is holds=DE")
    caller = next(t for t in range(len(graph.things)) if graph.place(t).kind is PlaceKind.CALLER)
    told = graph.told(caller)

    assert expected == (sorted(told.origins) if told else None)


@pytest.mark.parametrize(("entry", "expected"), [(True, Doubt(0)), (False, Doubt.PARENT)])
def test_the_doubt_about_a_caller_is_lifted_where_customers_call(entry: bool, expected: Doubt) -> None:
    gw = Place(PlaceKind.SERVICE, name="gw")
    caller = Place(PlaceKind.CALLER, owner=gw.id)
    key = FlowKey(caller, gw, Leg.REQUEST, sources=frozenset({caller}), doubts=Doubt.PARENT)
    graph = FlowGraph(Flows.of([key]), Facts({gw: Meaning(gw, entry=entry)}))

    assert [expected] == [flow.doubts for flow in graph.flows]


@pytest.mark.parametrize(
    ("told", "declared", "expected"),
    [
        pytest.param({"cn-hangzhou": 3}, "", ("CN", Known.INFERRED), id="one region told"),
        pytest.param({"cn-hangzhou": 3, "eu-central-1": 1}, "", ("", Known.NOT_KNOWN), id="two regions told"),
        pytest.param({"cn-hangzhou": 3}, "SG", ("SG", Known.DECLARED), id="the inventory wins"),
        pytest.param({"nowhere-9": 3}, "", ("", Known.NOT_KNOWN), id="a region that nobody knows"),
    ],
)
def test_regions_that_callers_tell(told: dict[str, int], declared: str, expected: tuple[str, Known]) -> None:
    peer = Place(PlaceKind.REMOTE, name="api.example")
    flows = Flows(places={peer})
    flows.coverage.regions[peer.id] = Counter(told)
    known = Known.DECLARED if declared else Known.NOT_KNOWN
    graph = FlowGraph(flows, Facts({peer: Meaning(peer, country=declared, country_known=known)}))

    assert expected == (graph.meanings[0].country, graph.meanings[0].country_known)


def test_node_link_has_the_shape_of_the_design() -> None:
    data = sketch(*LINES).to_node_link()

    assert list(data) == ["directed", "multigraph", "graph", "nodes", "edges"]
    assert data["graph"]["format"] == "lineage-graph/1"
    assert next(node for node in data["nodes"] if node["id"] == "store:postgresql@pg//users") == {
        "id": "store:postgresql@pg//users", "kind": "store", "name": "pg", "location": "SG", "location_known": "declared",
        "region": None, "provider": None, "environment": None, "host": "pg", "system": "postgresql", "namespace": None,
        "collection": "users", "owner": None, "unknown": False, "declared": True, "declared_name": None,
        "title": {"en": "", "zh": ""}, "operator": None, "vendor": None, "role": "database", "zone": None,
        "retention_days": 30.0, "redaction": None, "deletable": None, "viewers": None, "purposes": None,
        "market": None, "industry": None, "origins": None, "classes": None,
    }  # fmt: skip
    assert next(edge for edge in data["edges"] if edge["target"] == "store:postgresql@pg//users") == {
        "source": "service:gw@SG", "target": "store:postgresql@pg//users", "key": 0, "leg": "request", "kept": True,
        "categories": [], "purpose": None, "protection": None, "retention": None, "sources": ["party:acme"],
        "possible_sources": [], "origins": ["DE"], "classes": ["personal"], "certainty": "established", "doubts": [],
        "calls": 1, "first_seen": "2023-11-14T22:13:20Z", "last_seen": "2023-11-14T22:13:20Z",
        "exemplars": [{"trace_id": "00000000000000000000000000000002", "span_id": "0000000000000002"}],
    }  # fmt: skip


def test_networkx_reads_the_json() -> None:
    graph = sketch(*LINES)
    read = nx.node_link_graph(json.loads(json.dumps(graph.to_node_link())), edges="edges")

    assert isinstance(read, nx.MultiDiGraph)
    assert (len(graph.places), len(graph.flows)) == (read.number_of_nodes(), read.number_of_edges())
    assert nx.utils.graphs_equal(read, graph.to_networkx())


def test_the_order_of_flows_changes_no_byte() -> None:
    graph = sketch(*LINES)
    flows = [(flow.key, flow.carried) for flow in graph.flows]
    written = json.dumps(graph.to_node_link())
    for seed in range(20):
        random.Random(seed).shuffle(flows)
        again = Flows(dict(flows))
        again.coverage = graph.coverage
        again.places |= set(graph.places)

        assert written == json.dumps(FlowGraph(again, graph.inventory).to_node_link())


def test_check_and_the_json_need_no_networkx() -> None:
    code = (
        "import sys; from lineage.testing import sketch; from lineage.checking import check; from lineage.packs import load_pack;"
        "from lineage.report import FORMATS; graph = sketch('acme[DE] > gw@SG'); graph.to_node_link();"
        "FORMATS['text'](check(graph, [load_pack('order16')])); sys.exit('networkx' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_infinite_retention_is_json() -> None:
    place = Place(PlaceKind.STORE, system="redis", host="r")
    meaning = Meaning(place, retention_days=float("inf"), source=Source("x"))
    flows = Flows.of({FlowKey(place, place, Leg.REQUEST): FlowCount(1)})
    nodes = FlowGraph(flows, Facts({place: meaning})).to_node_link()["nodes"]

    assert nodes[0]["retention_days"] == "forever"
