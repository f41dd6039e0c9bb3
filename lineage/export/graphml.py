"""GraphML (graphml.graphdrawing.org): every node and edge with the attributes of `lineage graph --format json`.

Lists become JSON text, because GraphML has scalars only. Element ids are ours (`n1`, `e1`); a place's own id is
the attribute `place`, so that no text from telemetry is ever a reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast
from xml.sax.saxutils import escape

from lineage.diagram.text import visible

if TYPE_CHECKING:
    from lineage.graph import FlowGraph

Attributes = Mapping[str, object]
NAMESPACE = "http://graphml.graphdrawing.org/xmlns"


def graphml(graph: FlowGraph, lang: str = "en") -> str:
    """The graph as GraphML, stable to the byte; `lang` changes nothing, the graph holds both languages.

    >>> from lineage.testing import sketch
    >>> graphml(sketch("acme[DE] > gw@SG")).count("<node")
    2
    """
    data = graph.to_node_link()
    nodes = cast("Sequence[Attributes]", data["nodes"])
    edges = cast("Sequence[Attributes]", data["edges"])
    ids = {node["id"]: f"n{number}" for number, node in enumerate(nodes, 1)}
    about = cast("Attributes", data["graph"])
    places = [_renamed(node) for node in nodes]
    flows = [{key: value for key, value in edge.items() if key not in ("source", "target")} for edge in edges]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<graphml xmlns="{NAMESPACE}">']
    keys: dict[tuple[str, str], str] = {}
    for domain, elements in (("graph", [about]), ("node", places), ("edge", flows)):
        for name, kind in _columns(elements):
            keys[domain, name] = f"{domain[0]}{len(keys)}"
            lines.append(
                f'  <key id="{keys[domain, name]}" for="{domain}" attr.name="{name}" attr.type="{kind}"/>'
            )
    lines.append('  <graph id="lineage" edgedefault="directed">')
    lines += _data("graph", about, keys, "    ")
    for node, attributes in zip(nodes, places, strict=True):
        lines.append(f'    <node id="{ids[node["id"]]}">')
        lines += [*_data("node", attributes, keys, "      "), "    </node>"]
    for number, (edge, attributes) in enumerate(zip(edges, flows, strict=True), 1):
        lines.append(
            f'    <edge id="e{number}" source="{ids[edge["source"]]}" target="{ids[edge["target"]]}">'
        )
        lines += [*_data("edge", attributes, keys, "      "), "    </edge>"]
    return "\n".join([*lines, "  </graph>", "</graphml>", ""])


def _renamed(node: Attributes) -> dict[str, object]:
    return {"place" if key == "id" else key: value for key, value in node.items()}


def _columns(elements: Iterable[Attributes]) -> list[tuple[str, str]]:
    """Attribute names in order of first use, each with the one GraphML type that all its values fit."""
    kinds: dict[str, set[str]] = {}
    for attributes in elements:
        for name, value in attributes.items():
            found = kinds.setdefault(name, set())
            if value is not None:
                found.add(_kind(value))
    return [(name, found.pop() if len(found) == 1 else "string") for name, found in kinds.items()]


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "long"
    return "double" if isinstance(value, float) else "string"


def _data(
    domain: str, attributes: Attributes, keys: Mapping[tuple[str, str], str], indent: str
) -> Iterable[str]:
    for name, value in attributes.items():
        if value is not None:
            yield f'{indent}<data key="{keys[domain, name]}">{escape(visible(_text(value)))}</data>'


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    # JSON writes booleans as XML does: true, false.
    return json.dumps(value, ensure_ascii=False)
