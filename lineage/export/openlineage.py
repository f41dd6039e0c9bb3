"""OpenLineage events of a graph, one a line: for catalogues such as Marquez or DataHub.

A service, a model or a peer is a job; what it was seen to do in the period of the telemetry is one run of it, from START to COMPLETE.
Stores, topics, customers and people are datasets; so is each flow between two jobs, which is output of the one and input of the
other. What is known of the data is a facet of our own, `lineage`, on each dataset.

Source: OpenLineage specification 2-0-2, `RunEvent`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from lineage import __version__
from lineage.diagram.text import visible
from lineage.errors import LineageError
from lineage.nodelink import iso
from lineage.places import PlaceKind
from lineage.solve import Solution, solve

if TYPE_CHECKING:
    from lineage.graph import Flow, FlowGraph

SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
NOMINAL = "https://openlineage.io/spec/facets/1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet"
PRODUCER = f"urn:lineage:{__version__}"
FACET = "urn:lineage:facet:1"
"""Names the shape of our facet: origins, classes, categories, purpose, certainty, calls, first and last seen."""
NAMESPACE = "lineage"
"""Of jobs, and of datasets that have no address."""
JOBS = (PlaceKind.SERVICE, PlaceKind.MODEL, PlaceKind.REMOTE)

Dataset = tuple[str, str]
"""Namespace and name."""


@dataclass
class _Job:
    """What a job reads and writes, with the flows."""

    inputs: dict[Dataset, list[int]] = field(default_factory=lambda: defaultdict(list))
    outputs: dict[Dataset, list[int]] = field(default_factory=lambda: defaultdict(list))


def openlineage(graph: FlowGraph, lang: str = "en") -> str:
    """The graph as OpenLineage run events, JSON lines, stable to the byte; `lang` changes nothing.

    Raises:
        LineageError: no flow has a time; an event must have one.

    >>> from lineage.testing import sketch
    >>> start, event = map(json.loads, openlineage(sketch("acme[DE] > gw@SG > pg")).splitlines())
    >>> event["job"]["name"], [each["name"] for each in event["outputs"]]
    ('service:gw@SG', ['pg'])
    """
    if graph.flows and not any(graph.period):
        raise LineageError.of(
            "no flow has a time, and an OpenLineage event must have one",
            remedy="send spans with their times, or use another format",
        )
    labels = solve(graph)
    lines = [json.dumps(event, ensure_ascii=False) for event in _events(graph, labels)]
    return "".join(f"{line}\n" for line in lines)


def _events(graph: FlowGraph, labels: Solution) -> Iterator[dict[str, Any]]:
    """Two events for each job that moves anything, by its place's id."""
    jobs: dict[int, _Job] = defaultdict(_Job)
    for number, flow in enumerate(graph.flows):
        source, target = graph.position[flow.key.source], graph.position[flow.key.target]
        for end, moved in ((source, "outputs"), (target, "inputs")):
            if graph.places[end].kind in JOBS:
                dataset = _dataset(graph, flow, other=target if end == source else source)
                getattr(jobs[end], moved)[dataset].append(number)
    latest = max((flow.count.last for flow in graph.flows), default=0)
    for end in sorted(jobs):
        yield from _run(graph, end, jobs[end], latest, labels)


def _dataset(graph: FlowGraph, flow: Flow, other: int) -> Dataset:
    """The dataset through which a flow goes: the store, topic or people at its other end, else the flow itself."""
    place = graph.places[other]
    if place.kind in JOBS:
        ends = (graph.ids[graph.position[flow.key.source]], graph.ids[graph.position[flow.key.target]])
        return NAMESPACE, visible(f"flow:{ends[0]} > {ends[1]}")
    if place.kind is PlaceKind.STORE and place.host:
        name = ".".join(filter(None, (place.namespace, place.collection)))
        return visible(f"{place.system or 'store'}://{place.host}"), visible(name or place.host)
    return NAMESPACE, visible(graph.ids[other])


def _run(graph: FlowGraph, end: int, job: _Job, latest: int, labels: Solution) -> Iterator[dict[str, Any]]:
    """The beginning of a run, and its end with all that it moved. A job without a time gets the last one of the telemetry."""
    numbers = sorted(
        {number for side in (job.inputs, job.outputs) for flows in side.values() for number in flows}
    )
    counts = [graph.flows[number].count for number in numbers]
    first = min((count.first for count in counts if count.first), default=0) or latest
    last = max((count.last for count in counts), default=0) or latest
    name = visible(graph.ids[end])
    nominal = {
        "_producer": PRODUCER,
        "_schemaURL": NOMINAL,
        "nominalStartTime": iso(first),
        "nominalEndTime": iso(last),
    }
    run_id = str(uuid5(NAMESPACE_URL, f"lineage:{name}:{first}:{last}"))
    moved = {
        side: [_moved(graph, dataset, flows, labels) for dataset, flows in sorted(datasets.items())]
        for side, datasets in (("inputs", job.inputs), ("outputs", job.outputs))
    }
    for time, kind, datasets in ((first, "START", {"inputs": [], "outputs": []}), (last, "COMPLETE", moved)):
        yield {
            "eventTime": iso(time),
            "producer": PRODUCER,
            "schemaURL": SCHEMA,
            "eventType": kind,
            "run": {"runId": run_id, "facets": {"nominalTime": nominal}},
            "job": {"namespace": NAMESPACE, "name": name},
            **datasets,
        }


def _moved(graph: FlowGraph, dataset: Dataset, numbers: list[int], labels: Solution) -> dict[str, Any]:
    """A dataset with what is known of the data that one job moved in or out of it."""
    flows = [graph.flows[number] for number in numbers]
    found = [labels.of_flow(number) for number in numbers]
    facet = {
        "_producer": PRODUCER,
        "_schemaURL": FACET,
        "origins": sorted({origin for origins, _ in found for origin in origins}),
        "classes": sorted({each for _, classes in found for each in classes}),
        "categories": sorted({visible(category) for flow in flows for category in flow.key.categories}),
        "purposes": sorted({visible(flow.key.purpose) for flow in flows} - {""}),
        "certainty": "established" if all(flow.established for flow in flows) else "possible",
        "calls": sum(flow.count.calls for flow in flows),
        "firstSeen": iso(min((flow.count.first for flow in flows if flow.count.first), default=0)),
        "lastSeen": iso(max(flow.count.last for flow in flows)),
    }
    return {"namespace": dataset[0], "name": dataset[1], "facets": {"lineage": facet}}
