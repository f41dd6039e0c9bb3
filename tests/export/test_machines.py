"""CycloneDX against its schema, OpenLineage events against their model, for a gateway, hostile names and a real capture."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from diagram import hostile
from diagram.pictures import gateway

from lineage.errors import LineageError
from lineage.export import EXPORTS
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.pipeline import read_flows
from lineage.testing import sketch

CAPTURES = Path(__file__).resolve().parents[2] / "examples" / "captures"
TIME = 1_700_000_000_000_000_000


def mixed() -> FlowGraph:
    inventory = Inventory.load([CAPTURES / "fastapi-mixed.lineage.yaml"])
    return FlowGraph(read_flows([CAPTURES / "fastapi-mixed.pb"]), inventory)


def evil() -> FlowGraph:
    graph = hostile.graph()
    for flow in graph.flows:
        flow.count.first = flow.count.last = TIME
    return graph


GRAPHS: dict[str, Callable[[], FlowGraph]] = {
    "a gateway": gateway,
    "hostile names": evil,
    "a capture": mixed,
    "nothing": sketch,
}


@pytest.fixture(params=sorted(GRAPHS))
def graph(request: pytest.FixtureRequest) -> FlowGraph:
    return GRAPHS[request.param]()


def bom(graph: FlowGraph) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(EXPORTS["cyclonedx"](graph, "en"))
    return made


def events(graph: FlowGraph) -> list[dict[str, Any]]:
    return [json.loads(line) for line in EXPORTS["openlineage"](graph, "en").splitlines()]


# --- CycloneDX -------------------------------------------------------------------------------------------


def test_a_bom_is_valid_by_its_schema(graph: FlowGraph) -> None:
    json_ = pytest.importorskip("cyclonedx.validation.json")
    schema = pytest.importorskip("cyclonedx.schema")
    validator = json_.JsonStrictValidator(schema.SchemaVersion.V1_6)

    assert validator.validate_str(EXPORTS["cyclonedx"](graph, "en")) is None


def test_a_service_says_what_is_known_of_it() -> None:
    graph = sketch(
        "acme[DE:personal] > gw@SG > pg/users",
        "pg/users is country=CN vendor=cloud zone=domestic retention=30 role=database",
        "vendor cloud entity=Cloud",
    )

    store = bom(graph)["services"][1]
    assert (store["name"], store["provider"], store["trustZone"], store["x-trust-boundary"]) == (
        "postgresql pg/users",
        {"name": "Cloud"},
        "domestic",
        True,
    )
    told = {each["name"]: each["value"] for each in store["properties"]}
    assert (told["lineage:country"], told["lineage:country-known"], told["lineage:retention-days"]) == (
        "CN",
        "declared",
        "30",
    )


def test_data_names_both_ends_and_its_class() -> None:
    made = bom(sketch("acme[DE:personal] > gw@SG > pg/users"))

    link = made["serialNumber"].replace("urn:uuid:", "urn:cdx:") + "/1#"
    told = [
        (each["flow"], each["classification"], each["source"], each["destination"])
        for each in made["services"][0]["data"]
    ]
    assert told == [
        ("inbound", "personal", ["urn:lineage:party%3Aacme"], [f"{link}service-1"]),
        ("outbound", "personal", [f"{link}service-1"], [f"{link}service-2"]),
    ]


BORDERS = {
    "within a country": ("acme[DE] > gw@SG > pg", "pg is country=SG", False),
    "to another country": ("acme[DE] > gw@SG > pg", "pg is country=CN", True),
    "to a place that nobody located": ("acme[DE] > gw@SG > pg", "pg is role=log", None),
    "to another zone": ("acme[DE] > gw@SG > pg", "pg is country=SG zone=domestic", True),
}


@pytest.mark.parametrize(("way", "facts", "expected"), BORDERS.values(), ids=BORDERS)
def test_a_trust_boundary_is_only_told_where_it_is_known(way: str, facts: str, expected: bool | None) -> None:
    made = bom(sketch(way, facts, "gw is zone=offshore"))

    assert made["services"][1].get("x-trust-boundary") is expected


def test_who_calls_whom_are_dependencies() -> None:
    made = bom(sketch("acme[DE] > gw@SG > core@CN", "core@CN < pg"))

    names = {service["bom-ref"]: service["name"] for service in made["services"]}
    assert {
        names[each["ref"]]: [names[ref] for ref in each["dependsOn"]] for each in made["dependencies"]
    } == {
        "core": [],
        "gw": ["core"],
        "postgresql pg": [],
    }


def test_a_bom_never_says_that_it_is_complete(graph: FlowGraph) -> None:
    assert [each["aggregate"] for each in bom(graph)["compositions"]] == ["unknown"]


def test_the_serial_number_is_of_what_is_in_it() -> None:
    numbers = [
        bom(sketch(line))["serialNumber"] for line in ("a[DE] > gw@SG", "a[DE] > gw@SG", "a[DE] > gw@CN")
    ]

    assert numbers[0] == numbers[1] != numbers[2]


# --- OpenLineage -----------------------------------------------------------------------------------------


def test_events_are_those_of_the_model(graph: FlowGraph) -> None:
    model = pytest.importorskip("openlineage.client.event_v2")

    for event in events(graph):
        sides = {
            side: [kind(namespace=each["namespace"], name=each["name"]) for each in event[side]]
            for side, kind in (("inputs", model.InputDataset), ("outputs", model.OutputDataset))
        }
        made = model.RunEvent(
            eventTime=event["eventTime"],
            producer=event["producer"],
            eventType=model.RunState(event["eventType"]),
            run=model.Run(runId=event["run"]["runId"]),
            job=model.Job(**event["job"]),
            **sides,
        )
        assert made.schemaURL == event["schemaURL"]
        facets = [each["facets"]["lineage"] for side in ("inputs", "outputs") for each in event[side]]
        assert all({"_producer", "_schemaURL"} <= facet.keys() for facet in facets)


def test_every_run_begins_and_ends(graph: FlowGraph) -> None:
    kinds: dict[str, list[str]] = {}
    for event in events(graph):
        kinds.setdefault(event["run"]["runId"], []).append(event["eventType"])

    assert all(each == ["START", "COMPLETE"] for each in kinds.values())


def test_what_one_job_writes_another_reads() -> None:
    made = {
        event["job"]["name"]: event
        for event in events(sketch("acme[DE] > gw@SG > core@CN > pg/users", "job@CN < pg/users"))[1::2]
    }

    outputs = [(each["namespace"], each["name"]) for each in made["service:core@CN"]["outputs"]]
    inputs = [(each["namespace"], each["name"]) for each in made["service:job@CN"]["inputs"]]
    assert outputs == inputs == [("postgresql://pg", "users")]
    between = [each["name"] for each in made["service:gw@SG"]["outputs"]]
    assert (
        between
        == [each["name"] for each in made["service:core@CN"]["inputs"]]
        == ["flow:service:gw@SG > service:core@CN"]
    )


def test_a_facet_says_where_the_data_was_collected_and_how_sure_that_is() -> None:
    event = events(sketch("acme[DE:personal] > gw@SG ?> pg"))[1]

    facet = event["outputs"][0]["facets"]["lineage"]
    assert (facet["origins"], facet["classes"], facet["certainty"], facet["calls"], facet["lastSeen"]) == (
        ["DE"],
        ["personal"],
        "possible",
        1,
        "2023-11-14T22:13:20Z",
    )


def test_without_any_time_there_are_no_events() -> None:
    with pytest.raises(LineageError, match="no flow has a time"):
        EXPORTS["openlineage"](hostile.graph(), "en")


@pytest.mark.parametrize("form", ["cyclonedx", "openlineage"])
def test_an_export_is_stable_and_shows_nothing_hidden(graph: FlowGraph, form: str) -> None:
    text = EXPORTS[form](graph, "en")

    assert text == EXPORTS[form](graph, "zh")
    assert not any(hidden in text for hidden in ("\u202e", "\x1b", "\u200b"))
    text.encode()
