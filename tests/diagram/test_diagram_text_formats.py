"""Mermaid and draw.io: the same boxes and flows as the picture, and names that stay text."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree as ET

import pytest

from diagram import hostile
from diagram.pictures import capture, supply
from lineage.diagram import draw, picture, view_names
from lineage.diagram.drawing import Drawing
from lineage.diagram.drawio import write
from lineage.diagram.notation import notation
from lineage.diagram.render import layout
from lineage.export.mermaid import mermaid
from lineage.graph import FlowGraph

MARKUP = re.compile(r'<(?:b style="font-size:\d+px"|/b|br)>')


def cells(drawing: Drawing, dot: str) -> dict[str, ET.Element]:
    """The cells of a draw.io file by id; an id that is there twice fails."""
    places = layout(dot)
    if places is None:
        pytest.skip("neither dot nor pygraphviz is installed")
    root = ET.fromstring(write(drawing, "both", notation(), places))  # noqa: S314 - our own output
    found = list(root.iter("mxCell"))
    ids = {cell.attrib["id"]: cell for cell in found}
    assert len(ids) == len(found)
    return ids


@pytest.mark.parametrize("view", view_names())
def test_drawio_has_every_box_gate_and_flow(view: str) -> None:
    graph, report = capture("fastapi-mixed")
    drawing = picture(graph, view, report)
    found = cells(drawing, draw(graph, view, "both", report))

    expected = {box.id for box in drawing.boxes} | {gate.id for gate in drawing.gates}
    assert expected | {line.id for line in drawing.lines} <= found.keys()
    for line in drawing.lines:
        cell = found[line.id]
        assert (cell.get("source"), cell.get("target")) == (line.source, line.target)
    for cell in found.values():
        assert cell.get("parent") in (None, *found)
    for box in drawing.boxes:
        place = found[box.id].find("mxGeometry")
        frame = found[str(found[box.id].get("parent"))].find("mxGeometry")
        assert place is not None
        assert frame is not None
        for start, size in (("x", "width"), ("y", "height")):
            assert float(place.attrib[start]) >= 0
            assert float(place.attrib[start]) + float(place.attrib[size]) <= float(frame.attrib[size])


@pytest.mark.parametrize("view", view_names())
def test_hostile_names_are_text_in_drawio(view: str) -> None:
    graph = hostile.graph()
    for cell in cells(picture(graph, view), draw(graph, view)).values():
        value = cell.get("value", "")
        assert "<" not in MARKUP.sub("", value)
        assert not re.search(
            "[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", html.unescape(value)
        )


@pytest.mark.parametrize("view", view_names())
@pytest.mark.parametrize("lang", ["en", "zh", "both"])
@pytest.mark.parametrize("graph", [hostile.graph(), supply()], ids=["hostile", "supply"])
def test_mermaid_has_only_lines_of_our_own_making(graph: FlowGraph, lang: str, view: str) -> None:
    forms = (
        r"%% \d+ characters: .*",
        r"flowchart LR",
        r'  subgraph j\d+\["[^"]*"\]',
        r'    n\d+[\[(/]+"[^"]*"[\])/]+',
        r"  end",
        r'  b\d+\{\{"[^"]*"\}\}',
        r'  [nb]\d+ (-->|-\.->)(\|"[^"]*"\|)? [nb]\d+',
        r"  linkStyle \d+ stroke:#[0-9A-F]{6},stroke-width:\dpx",
        r"  classDef \w+ [\w#:,-]+",
        r"  class [nb0-9,]+ \w+",
    )

    lines = mermaid(graph, lang, view).splitlines()

    assert [line for line in lines if not any(re.fullmatch(form, line) for form in forms)] == []
