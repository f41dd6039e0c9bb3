"""Plain DOT of the graph: a node a place, an edge a flow, for tools that lay out by themselves.

The picture for people is `lineage diagram`. Node names are ours (`n1`); text stands in labels and tooltips.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from lineage.diagram.dot import quoted
from lineage.diagram.text import cut

if TYPE_CHECKING:
    from lineage.graph import FlowGraph

TIP = 1_000
"""Letters of a tooltip: Graphviz refuses quoted text of more than 16,384."""
SHAPES = {
    "party": "box",
    "caller": "box",
    "operator": "octagon",
    "store": "cylinder",
    "topic": "cds",
    "model": "component",
}


def dot(graph: FlowGraph, lang: str = "en") -> str:
    """The graph as DOT, stable to the byte; `lang` changes nothing but the names that the inventory gives.

    >>> from lineage.testing import sketch
    >>> print(dot(sketch("acme[DE] > gw@SG")).splitlines()[0])
    digraph lineage {
    """
    data = graph.to_node_link()
    nodes = cast("Sequence[Mapping[str, object]]", data["nodes"])
    ids = {node["id"]: f"n{number}" for number, node in enumerate(nodes, 1)}
    lines = ["digraph lineage {", '  graph [charset="UTF-8", rankdir=LR]']
    for node, place, meaning in zip(nodes, graph.places, graph.meanings, strict=True):
        title = meaning.title.zh if lang == "zh" else meaning.title.en
        name = cut(title or meaning.name or place.label, 80)
        where = str(node["location"] or "?")
        shape = SHAPES.get(str(node["kind"]), "box")
        lines.append(
            f"  {ids[node['id']]} [label={quoted(f'{name} ({where})')}, shape={shape}, tooltip={quoted(cut(str(node['id']), TIP))}]"
        )
    for edge in cast("Sequence[Mapping[str, object]]", data["edges"]):
        categories = cast("Sequence[str]", edge["categories"])
        origins = cast("Sequence[str]", edge["origins"])
        label = quoted(", ".join(categories) or "?")
        tip = quoted(
            f"{edge['leg']}; origins {', '.join(origins) or 'none'}; {edge['certainty']}; {edge['calls']} calls"
        )
        style = "solid" if edge["certainty"] == "established" else "dashed"
        lines.append(
            f"  {ids[edge['source']]} -> {ids[edge['target']]} [label={label}, style={style}, tooltip={tip}]"
        )
    return "\n".join([*lines, "}", ""])
