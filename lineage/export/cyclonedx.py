"""CycloneDX 1.6 (ECMA-424) of a graph: services, who provides them, and the data that flows into and out of each.

Places where data is processed or kept are services; each flow is data of both ends, classified by what the solved labels say.
Customers are no services: they are named by a URN. Nothing is said of what was not observed: the composition is "unknown".

Source: CycloneDX 1.6 JSON schema, `services[]`, `serviceData`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from lineage import __version__
from lineage.diagram.spots import CUSTOMERS, ORGANISATION, UNDECLARED, runner
from lineage.diagram.text import visible
from lineage.nodelink import iso
from lineage.places import PlaceKind
from lineage.solve import Solution, solve

if TYPE_CHECKING:
    from lineage.flows import FlowCount
    from lineage.graph import FlowGraph
    from lineage.meaning import Meaning

OUTSIDE = (PlaceKind.PARTY, PlaceKind.CALLER, PlaceKind.OPERATOR)
"""People: no services."""
VERSION = 1
"""Of a BOM with this serial number: the number comes from what is in it."""


def cyclonedx(graph: FlowGraph, lang: str = "en") -> str:
    """The graph as a CycloneDX BOM, stable to the byte; `lang` changes nothing, names are those of telemetry and inventory.

    >>> from lineage.testing import sketch
    >>> json.loads(cyclonedx(sketch("acme[DE] > gw@SG > pg")))["services"][0]["data"][0]["classification"]
    'unknown'
    """
    refs = {number: f"service-{position}" for position, number in enumerate(_services(graph), 1)}
    # The serial number comes from what is in it, and stands in the links between services: those are made without it first.
    unnamed = json.dumps(_body(graph, refs, ""), sort_keys=True).encode()
    serial = uuid5(NAMESPACE_URL, hashlib.sha256(unnamed).hexdigest())
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": VERSION,
        **_body(graph, refs, f"urn:cdx:{serial}/{VERSION}#"),
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _services(graph: FlowGraph) -> Iterator[int]:
    return (number for number, place in enumerate(graph.places) if place.kind not in OUTSIDE)


def _body(graph: FlowGraph, refs: Mapping[int, str], link: str) -> dict[str, Any]:
    """Everything but the serial number; `link` stands in front of the reference to a service."""
    data = _data(graph, refs, link, solve(graph))
    return {
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "lineage", "version": __version__}]},
            "properties": list(_evidence(graph)),
        },
        "services": [
            _service(graph, number, refs) | ({"data": data[number]} if data[number] else {})
            for number in refs
        ],
        "dependencies": list(_dependencies(graph, refs)),
        "compositions": [{"aggregate": "unknown", "dependencies": list(refs.values())}],
    }


def _evidence(graph: FlowGraph) -> Iterator[dict[str, str]]:
    """What the BOM rests on."""
    tally = graph.coverage.tally
    times = [flow.count for flow in graph.flows]
    first = iso(min((count.first for count in times if count.first), default=0))
    last = iso(max((count.last for count in times), default=0))
    told = {
        "spans": str(tally.spans),
        "traces": str(graph.coverage.traces),
        "sampled-spans": str(tally.sampled),
        "first-seen": first or "",
        "last-seen": last or "",
        "inventory-sha256": graph.inventory.digest,
        **{f"gap:{name}": str(count) for name, count in sorted(graph.coverage.counts.items())},
    }
    return _properties(told)


def _properties(told: Mapping[str, str]) -> Iterator[dict[str, str]]:
    return ({"name": f"lineage:{name}", "value": visible(value)} for name, value in told.items() if value)


# --- services -----------------------------------------------------------------------------------------


def _service(graph: FlowGraph, number: int, refs: Mapping[int, str]) -> dict[str, Any]:
    place, meaning = graph.places[number], graph.meanings[number]
    made: dict[str, Any] = {"bom-ref": refs[number]}
    provider = _provider(graph, meaning)
    if provider:
        made["provider"] = {"name": visible(provider)}
    if place.namespace and place.kind is PlaceKind.SERVICE:
        made["group"] = visible(place.namespace)
    made["name"] = visible(meaning.title.en or meaning.name or place.label)
    crosses = _crosses(graph, number)
    if crosses is not None:
        made["x-trust-boundary"] = crosses
    if meaning.zone:
        made["trustZone"] = visible(meaning.zone)
    retention = meaning.retention_days
    told = {
        "id": graph.ids[number],
        "kind": str(place.kind),
        "country": meaning.country,
        "country-known": str(meaning.country_known) if meaning.country else "",
        "region": place.region or meaning.region,
        "role": meaning.role,
        "vendor": meaning.vendor,
        "retention-days": "" if retention is None else f"{retention:.10g}",
        "redaction": meaning.redaction,
        "deletable": "" if meaning.deletable is None else str(meaning.deletable).lower(),
        "declared": str(meaning.declared).lower(),
    }
    made["properties"] = list(_properties(told))
    return made


def _provider(graph: FlowGraph, meaning: Meaning) -> str:
    """Who runs a place; "" where nobody declares it."""
    kind, name = runner(graph, meaning.vendor, meaning.operator)
    if kind in (CUSTOMERS, UNDECLARED):
        return ""
    if kind == ORGANISATION:
        own = graph.inventory.organisation
        return own.name if own is not None else meaning.operator
    entry = graph.inventory.vendors.get(name)
    return (entry.legal_entity or entry.title.en or name) if entry is not None else name


def _crosses(graph: FlowGraph, number: int) -> bool | None:
    """Whether data gets to a place from another country or zone; None where an end is not known and none is seen to."""
    thing = graph.thing_of[number]
    unknown = False
    for flow in (graph.flows[n] for n in graph.into[thing]):
        ends = graph.meanings[graph.position[flow.key.source]], graph.meanings[number]
        for mine, theirs in zip(*(((end.country, end.zone)) for end in ends), strict=True):
            if mine and theirs and mine != theirs:
                return True
        unknown = unknown or not all(end.country for end in ends)
    return None if unknown or not graph.into[thing] else False


# --- data ---------------------------------------------------------------------------------------------


def _data(
    graph: FlowGraph, refs: Mapping[int, str], link: str, labels: Solution
) -> dict[int, list[dict[str, Any]]]:
    """Of each service the data that enters and leaves it."""
    found: dict[int, list[dict[str, Any]]] = {number: [] for number in refs}
    for position, flow in enumerate(graph.flows):
        origins, classes = labels.of_flow(position)
        ends = graph.position[flow.key.source], graph.position[flow.key.target]
        said = {
            "classification": visible(", ".join(classes) or "none"),
            "name": visible(", ".join(sorted(flow.key.categories)) or "unknown"),
            "description": visible(_description(origins, flow.key.purpose, flow.established, flow.count)),
            "source": [_end(graph, ends[0], refs, link)],
            "destination": [_end(graph, ends[1], refs, link)],
        }
        for number, direction in zip(ends, ("outbound", "inbound"), strict=True):
            if number in found:
                found[number].append({"flow": direction, **said})
    return found


def _description(origins: tuple[str, ...], purpose: str, established: bool, count: FlowCount) -> str:
    told = [f"origin {', '.join(origins) or 'none'}"]
    if purpose:
        told.append(f"purpose {purpose}")
    told.append("established" if established else "possible")
    told.append(f"seen {count.calls} times")
    if count.first:
        told.append(f"{iso(count.first)} to {iso(count.last)}")
    return "; ".join(told)


def _end(graph: FlowGraph, number: int, refs: Mapping[int, str], link: str) -> str:
    if number in refs:
        return f"{link}{refs[number]}"
    return f"urn:lineage:{quote(graph.ids[number].encode('utf-8', 'backslashreplace'), safe='')}"


def _dependencies(graph: FlowGraph, refs: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """Which services a service calls."""
    calls: dict[int, set[int]] = {number: set() for number in refs}
    for flow in graph.flows:
        source, target = graph.position[flow.key.source], graph.position[flow.key.target]
        if flow.key.leg == "request" and source in refs and target in refs and source != target:
            calls[source].add(target)
    for number, called in calls.items():
        yield {"ref": refs[number], "dependsOn": [refs[each] for each in sorted(called)]}
