"""A `Drawing` as a draw.io file (diagrams.net), to be edited further: places where the engine put them.

Frames hold their boxes, flows hang on boxes, gates and labels are bends of the flows' lines. The legend is left
out; diagrams/README.md explains the marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from xml.etree import ElementTree as ET

from lineage.diagram.drawing import Box, Cluster, Drawing, Line, Weight, shortened
from lineage.diagram.notation import Notation
from lineage.diagram.render import Layout
from lineage.diagram.scene import Origin, Shape, Side
from lineage.diagram.text import Language, Text, visible

SHAPES: Mapping[Shape, str] = {
    Shape.OUTSIDE: "rounded=0;strokeWidth=3;",
    Shape.PROCESS: "rounded=1;arcSize=10;",
    Shape.STORE: "shape=partialRectangle;right=0;",
    Shape.PEOPLE: "rounded=1;dashed=1;",
    Shape.SUBPROCESSOR: "shape=ext;double=1;rounded=0;",
    Shape.AUTHORISATION: "shape=note;size=12;",
    Shape.FOLDED: "rounded=1;dashed=1;dashPattern=1 3;",
}
TEXT = "text;html=1;align=left;verticalAlign=top;whiteSpace=wrap;"
FOOT = 160
"""Points below the picture that the notes take."""


def write(drawing: Drawing, lang: Language, notation: Notation, layout: Layout) -> bytes:
    """The file, the same for the same drawing and layout."""
    file = ET.Element("mxfile", host="lineage")
    page = ET.SubElement(file, "diagram", id=drawing.view, name=visible(drawing.title.one(lang)))
    model = ET.SubElement(page, "mxGraphModel", grid="0", page="0")
    root = ET.SubElement(model, "root")
    ET.SubElement(root, "mxCell", id="0")
    ET.SubElement(root, "mxCell", {"id": "1", "parent": "0"})
    _vertex(
        root, "title", _bold(drawing.title.one(lang), 20), f"{TEXT}fontSize=20;", (0, 0, layout.width, 40)
    )
    frames = _frames(root, drawing, lang, notation, layout)
    for number, box in enumerate(drawing.boxes, 1):
        place = layout.boxes[f"n{number}"]
        parent = frames[box.cluster]
        left, top, width, height = place
        x, y = layout.boxes[parent][:2]
        style = _box_style(box, drawing, notation)
        _vertex(root, box.id, _box_label(box, lang), style, (left - x, top - y, width, height), parent)
    for gate in drawing.gates:
        colours = notation.colours
        style = f"html=1;whiteSpace=wrap;align=left;strokeWidth=2;fillColor={colours.gate_fill};strokeColor={colours.border};"
        label = "<br>".join([_bold(gate.id, 10), _plain(gate.title), *_lines(gate.details, lang)])
        _vertex(root, gate.id, label, style, layout.boxes[gate.id.lower()])
    for line in drawing.lines:
        _edge(root, line, drawing, lang, notation, layout)
    notes = [note.text for note in drawing.notes] + list(drawing.small)
    label = "<br>".join(_lines(notes, lang))
    _vertex(root, "notes", label, f"{TEXT}fontSize=9;", (0, layout.height, layout.width, FOOT))
    ET.indent(file)
    text: bytes = ET.tostring(file, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _frames(
    root: ET.Element, drawing: Drawing, lang: Language, notation: Notation, layout: Layout
) -> dict[tuple[str, ...], str]:
    names = {}
    for number, cluster in enumerate(drawing.clusters, 1):
        name = "cluster_unknown" if cluster.side is Side.UNKNOWN else f"cluster_j{number}"
        names[cluster.key] = name
        style = _frame_style(cluster, notation)
        regions = f": {', '.join(cluster.regions)}" if cluster.regions else ""
        _vertex(root, name, _bold(cluster.title.one(lang) + regions, 14), style, layout.boxes[name])
    return names


def _frame_style(cluster: Cluster, notation: Notation) -> str:
    styles = notation.clusters
    style = styles.customers if cluster.customers else getattr(styles, cluster.side.value)
    dashed = "dashed=1;" if cluster.side is Side.UNKNOWN else ""
    return (
        "rounded=1;arcSize=2;html=1;container=1;collapsible=0;align=left;verticalAlign=top;spacingLeft=8;"
        f"{dashed}strokeColor={style.pen};fillColor={style.fill};fontColor={style.pen};"
    )


def _vertex(
    root: ET.Element,
    name: str,
    label: str,
    style: str,
    place: tuple[float, float, float, float],
    parent: str = "1",
) -> None:
    about = {"id": name, "value": label, "style": style, "vertex": "1", "parent": parent}
    cell = ET.SubElement(root, "mxCell", about)
    x, y, width, height = (f"{number:.0f}" for number in place)
    ET.SubElement(cell, "mxGeometry", {"x": x, "y": y, "width": width, "height": height, "as": "geometry"})


def _edge(
    root: ET.Element, line: Line, drawing: Drawing, lang: Language, notation: Notation, layout: Layout
) -> None:
    about = {
        "id": line.id,
        "value": _line_label(line, drawing, lang),
        "style": _line_style(line, drawing, notation),
        "edge": "1",
        "parent": "1",
        "source": line.source,
        "target": line.target,
    }
    cell = ET.SubElement(root, "mxCell", about)
    geometry = ET.SubElement(cell, "mxGeometry", {"relative": "1", "as": "geometry"})
    points = ET.SubElement(geometry, "Array", {"as": "points"})
    columns = {box.id: box.column for box in drawing.boxes}
    bends = [_middle(layout, name.lower()) for name in (line.gate, line.id) if name]
    for x, y in sorted(bends, reverse=columns[line.source] > columns[line.target]):
        ET.SubElement(points, "mxPoint", x=f"{x:.0f}", y=f"{y:.0f}")


def _middle(layout: Layout, name: str) -> tuple[float, float]:
    left, top, width, height = layout.boxes[name]
    return left + width / 2, top + height / 2


# --- text and looks ------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    return escape(visible(text))


def _bold(text: str, size: int) -> str:
    return f'<b style="font-size:{size}px">{_plain(text)}</b>'


def _lines(texts: Sequence[Text], lang: Language) -> list[str]:
    return [_plain(line) for text in texts for line in text.lines(lang)]


def _box_label(box: Box, lang: Language) -> str:
    head = " ".join(filter(None, (box.id, box.tag.one(lang))))
    titles = [_bold(line, 11) for line in box.title.lines(lang)]
    return "<br>".join([_bold(head, 9), *titles, *_lines(box.details, lang)])


def _box_style(box: Box, drawing: Drawing, notation: Notation) -> str:
    pen, fill = (drawing.accent.colour, drawing.accent.fill) if box.broken else ("#333333", "#FFFFFF")
    dashed = "dashed=1;" if box.declared_only else ""
    return (
        f"{SHAPES[box.shape]}{dashed}html=1;whiteSpace=wrap;align=left;spacingLeft=6;fontSize=9;"
        f"strokeColor={pen};fillColor={fill};fontColor={notation.colours.none};"
    )


def _line_label(line: Line, drawing: Drawing, lang: Language) -> str:
    rows = [_bold(line.id, 9), *_lines(line.texts, lang)]
    if line.violations:
        rows.append(_bold(f"{drawing.accent.mark} {shortened(line.violations)}", 9))
    return "<br>".join(rows)


def _line_style(line: Line, drawing: Drawing, notation: Notation) -> str:
    colours = notation.colours
    plain = {
        Origin.OVERSEAS: colours.overseas,
        Origin.DOMESTIC: colours.domestic,
        Origin.UNKNOWN: colours.unknown,
    }
    colour, width = plain.get(line.origins, colours.none), "2"
    if drawing.plain:
        colour = colours.none
    elif line.metadata:
        colour = colours.metadata
    if line.weight is not Weight.NONE:
        colour, width = drawing.accent.colour, "4" if line.weight is Weight.BROKEN else "3"
    pattern = "dashed=1;dashPattern=1 3;" if line.metadata else "dashed=1;" if line.possible else ""
    head = "endFill=0;" if line.declared_only else "endFill=1;"
    return (
        f"edgeStyle=none;curved=1;html=1;fontSize=9;align=left;labelBackgroundColor=#FFFFFF;endArrow=block;{head}"
        f"{pattern}strokeColor={colour};strokeWidth={width};"
    )
