"""GraphML, DOT and Mermaid of a graph, read back by other programs where there are any."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import networkx as nx
import pytest
from diagram import hostile
from diagram.pictures import gateway

from lineage.export import EXPORTS
from lineage.export.mermaid import LIMIT, mermaid
from lineage.graph import FlowGraph
from lineage.testing import sketch

GRAPHS: dict[str, Callable[[], FlowGraph]] = {
    "a gateway": gateway,
    "hostile names": hostile.graph,
    "nothing": sketch,
}


@pytest.fixture(params=sorted(GRAPHS))
def graph(request: pytest.FixtureRequest) -> FlowGraph:
    return GRAPHS[request.param]()


def test_networkx_reads_the_graphml(graph: FlowGraph) -> None:
    text = EXPORTS["graphml"](graph, "en")

    read = nx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True)

    assert (len(graph.places), len(graph.flows)) == (read.number_of_nodes(), read.number_of_edges())
    assert all(re.fullmatch(r"n\d+", node) for node in read)


def test_graphml_keeps_what_the_json_has() -> None:
    graph = sketch("acme[DE] > gw@SG > pg/users", "pg/users is retention=30")

    read = nx.read_graphml(io.BytesIO(EXPORTS["graphml"](graph, "en").encode()), force_multigraph=True)

    places = {attributes["place"]: attributes for _, attributes in read.nodes(data=True)}
    assert {"party:acme", "service:gw@SG", "store:postgresql@pg//users"} == set(places)
    assert tuple(
        places["store:postgresql@pg//users"][key]
        for key in ("kind", "collection", "retention_days", "unknown")
    ) == ("store", "users", 30.0, False)
    flows = {(read.nodes[a]["place"], read.nodes[b]["place"]): f for a, b, f in read.edges(data=True)}
    kept = flows["service:gw@SG", "store:postgresql@pg//users"]
    assert (
        kept["leg"], kept["kept"], json.loads(kept["origins"]), json.loads(kept["sources"]), kept["calls"],
    ) == ("request", True, ["DE"], ["party:acme"], 1)  # fmt: skip
    assert read.graph["format"] == "lineage-graph/1"


def test_graphviz_reads_the_dot(graph: FlowGraph) -> None:
    pygraphviz = pytest.importorskip("pygraphviz")

    read = pygraphviz.AGraph(string=EXPORTS["dot"](graph, "en"))

    assert (len(graph.places), len(graph.flows)) == (len(read.nodes()), len(read.edges()))
    assert all(re.fullmatch(r"n\d+", node) for node in read.nodes())


def test_dot_in_full() -> None:
    assert (
        EXPORTS["dot"](sketch("acme[DE] > gw@SG ?> redis"), "en")
        == """\
digraph lineage {
  graph [charset="UTF-8", rankdir=LR]
  n1 [label="acme (?)", shape=box, tooltip="party:acme"]
  n2 [label="gw (SG)", shape=box, tooltip="service:gw@SG"]
  n3 [label="redis redis (?)", shape=cylinder, tooltip="store:redis@redis"]
  n1 -> n2 [label="?", style=solid, tooltip="request; origins DE; established; 1 calls"]
  n2 -> n3 [label="?", style=dashed, tooltip="request; origins DE; possible; 1 calls"]
}
"""
    )


def test_mermaid_in_full() -> None:
    assert (
        EXPORTS["mermaid"](sketch("acme[DE] > core@CN ?> redis", "redis is country=CN"), "both")
        == """\
flowchart LR
  subgraph j1["Customer country: Germany 客户所在国家或地区：德国"]
    n2["<b>E1</b> acme<br/>origin Germany 来源地：德国"]
  end
  subgraph j2["Mainland China 中国大陆"]
    n1[("<b>D1</b> redis redis<br/>retention not declared 留存期限未声明")]
    n3("<b>P1</b> core<br/>region not told 区域未标明")
  end
  b1{{"B1 DE → CN"}}
  n2 -->|"F1 category unknown 类别未知"| b1
  b1 --> n3
  n3 -.->|"F2 possible: category unknown 可能：类别未知"| n1
  linkStyle 0 stroke:#003F7D,stroke-width:2px
  linkStyle 1 stroke:#003F7D,stroke-width:2px
  linkStyle 2 stroke:#003F7D,stroke-width:2px
  classDef gate fill:#FFF3D6,stroke:#8C1D18,stroke-width:2px
  class b1 gate
"""
    )


LINES = (
    r"flowchart LR",
    r'  subgraph j\d+\["[^"]*"\]',
    r'    n\d+[\[(]+"[^"]*"[\])]+',
    r"  end",
    r'  b\d+\{\{"[^"]*"\}\}',
    r'  [nb]\d+ (-->|-\.->)(\|"[^"]*"\|)? [nb]\d+',
    r"  linkStyle \d+ stroke:#[0-9A-F]{6},stroke-width:\dpx",
    r"  classDef \w+ [\w#:,-]+",
    r"  class [nb0-9,]+ \w+",
)


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_mermaid_has_only_lines_of_our_own_making(graph: FlowGraph, lang: str) -> None:
    text = mermaid(graph, lang)

    strange = [line for line in text.splitlines() if not any(re.fullmatch(form, line) for form in LINES)]
    assert strange == []
    labels = re.findall(r'"([^"]*)"', text)
    assert not any(
        "`" in label or re.search(r"#(?!(quot|lt|gt|amp|35|59|92|96);)", label) for label in labels
    )
    assert {"<b>", "</b>", "<br/>"} >= {tag for label in labels for tag in re.findall(r"<[^>]*>", label)}


def test_mermaid_numbers_each_link_style() -> None:
    text = mermaid(gateway())

    links = len(re.findall(r" (-->|-\.->)", text))
    assert list(range(links)) == [int(number) for number in re.findall(r"linkStyle (\d+)", text)]


def test_too_much_mermaid_says_so_first() -> None:
    graph = sketch(*(f"{'c' * 40}{n}[DE] > {'gw' * 20}{n % 7}@SG > {'s' * 40}{n}@CN" for n in range(300)))
    folded = mermaid(graph)
    assert len(folded) < LIMIT

    whole = mermaid(graph, view="tests/export/unfolded.yaml")

    assert re.match(r"%% \d+ characters: GitHub and GitLab show no chart above 50000", whole)


def test_exports_are_stable() -> None:
    for name, export in EXPORTS.items():
        assert export(gateway(), "en") == export(gateway(), "en"), name
