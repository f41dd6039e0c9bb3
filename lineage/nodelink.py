"""A FlowGraph as plain values: networkx node-link data in the shape of DESIGN.md section 7."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING, Any

from lineage.flows import Coverage
from lineage.solve import solve

if TYPE_CHECKING:
    from lineage.graph import Flow, FlowGraph

FORMAT = "lineage-graph/1"


def node_link(graph: FlowGraph) -> dict[str, Any]:
    """The graph as `{"directed", "multigraph", "graph", "nodes", "edges"}`; nodes and edges are sorted."""
    labels = solve(graph)
    gaps = {"places_without_location": graph.unlocated, "flows_without_origin": labels.without_origin}
    keys: Counter[tuple[int, int]] = Counter()
    edges = []
    for number, flow in enumerate(graph.flows):
        ends = (graph.position[flow.key.source], graph.position[flow.key.target])
        edges.append(_edge(graph, flow, keys[ends], *labels.of_flow(number)))
        keys[ends] += 1
    return {
        "directed": True,
        "multigraph": True,
        "graph": {"format": FORMAT, "coverage": coverage(graph.coverage) | gaps},
        "nodes": [_node(graph, number) for number in range(len(graph.places))],
        "edges": edges,
    }


def coverage(found: Coverage) -> dict[str, Any]:
    """How good the evidence is, as plain values; every key of `Coverage` and its tally, sorted inside."""
    tally = found.tally
    return {
        "spans": tally.spans,
        "traces": found.traces,
        "files": tally.files,
        "requests": tally.requests,
        "bytes": tally.bytes,
        "sampled_spans": tally.sampled,
        "rejected": dict(sorted(tally.rejected.items())),
        "refused": dict(sorted(tally.refused.items())),
        "lost": dict(sorted(tally.lost.items())),
        "gaps": dict(sorted(found.counts.items())),
        "claims": {place: dict(sorted(found.claims[place].items())) for place in sorted(found.claims)},
        "regions": {place: dict(sorted(found.regions[place].items())) for place in sorted(found.regions)},
    }


def iso(nanoseconds: int) -> str | None:
    """A time of the telemetry as ISO 8601 in UTC, to the microsecond; None when it was not told.

    >>> iso(1_700_000_000_000_000_000), iso(0)
    ('2023-11-14T22:13:20Z', None)
    """
    if not nanoseconds:
        return None
    moment = datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC)
    moment = moment.replace(microsecond=nanoseconds // 1000 % 1_000_000)
    return moment.isoformat().replace("+00:00", "Z")


def _node(graph: FlowGraph, number: int) -> dict[str, Any]:
    place, meaning = graph.places[number], graph.meanings[number]
    contents = graph.told(graph.thing_of[number])
    return {
        "id": graph.ids[number],
        "kind": str(place.kind),
        "name": place.name or place.host or " ".join(filter(None, (place.system, place.namespace))) or None,
        "location": meaning.country or None,
        "location_known": str(meaning.country_known) if meaning.country else None,
        "region": place.region or meaning.region or None,
        "provider": place.provider or None,
        "environment": place.environment or None,
        "host": place.host or None,
        "system": place.system or None,
        "namespace": place.namespace or None,
        "collection": place.collection or None,
        "owner": place.owner or None,
        "unknown": place.unknown,
        "declared": meaning.source is not None,
        "declared_name": meaning.name or None,
        "title": {"en": meaning.title.en, "zh": meaning.title.zh},
        "operator": meaning.operator or None,
        "vendor": meaning.vendor or None,
        "role": meaning.role or None,
        "zone": meaning.zone or None,
        "retention_days": "forever" if meaning.retention_days == inf else meaning.retention_days,
        "redaction": meaning.redaction or None,
        "deletable": meaning.deletable,
        "viewers": None if meaning.viewers is None else list(meaning.viewers),
        "purposes": None if meaning.purposes is None else list(meaning.purposes),
        "market": meaning.market or None,
        "industry": meaning.industry or None,
        "origins": None if contents is None else sorted(contents.origins),
        "classes": None if contents is None else sorted(contents.classes),
    }


def _edge(
    graph: FlowGraph, flow: Flow, key: int, origins: tuple[str, ...], classes: tuple[str, ...]
) -> dict[str, Any]:
    from lineage.findings import doubt_words

    facts, count = flow.key, flow.count
    ids = graph.ids
    return {
        "source": ids[graph.position[facts.source]],
        "target": ids[graph.position[facts.target]],
        "key": key,
        "leg": str(facts.leg),
        "kept": facts.kept,
        "categories": sorted(facts.categories),
        "purpose": facts.purpose or None,
        "protection": facts.protection or None,
        "retention": facts.retention or None,
        "sources": sorted(ids[graph.position[place]] for place in flow.carried.sources),
        "possible_sources": sorted(
            ids[graph.position[place]] for place in flow.carried.possible.keys() - flow.carried.sources
        ),
        "origins": list(origins),
        "classes": list(classes),
        "certainty": "established" if flow.established else "possible",
        "doubts": list(doubt_words(flow.doubts)),
        "calls": count.calls,
        "first_seen": iso(count.first),
        "last_seen": iso(count.last),
        "exemplars": [{"trace_id": one.trace_id, "span_id": one.span_id} for one in count.exemplars],
    }
