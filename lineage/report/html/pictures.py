"""Pictures of the report: what `lineage.diagram` drew, made safe to stand inside the page and fit to be clicked.

Of an SVG only drawing elements and attributes are kept, by an allow list: no link, style, script or foreign object can
come through, whatever a name says. Each line of the picture gets the number of its flows, a label and a place in the
order of the keyboard.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from lineage.flows import Leg
from lineage.report.html.both import Both, text
from lineage.report.html.run import Run
from lineage.words import LANGUAGES

if TYPE_CHECKING:
    from lineage.diagram.drawing import Drawing, Line

VIEWS = ("where-inputs-go",)
"""Views that are in the report when none are asked for."""

_ATTRIBUTES = frozenset(
    "d points cx cy rx ry x y width height fill fill-opacity stroke stroke-width stroke-dasharray stroke-opacity "
    "text-anchor font-size font-weight font-style transform".split()
)
_ELEMENTS = frozenset("g path polygon polyline ellipse text".split())
_XLINK_TITLE = "{http://www.w3.org/1999/xlink}title"

Element = ElementTree.Element
Lines = Mapping[str, Sequence[int]]
"""Ids of lines -> numbers of the flows that each shows."""


def pictures(run: Run, views: Iterable[str]) -> tuple[list[dict[str, Any]], str, tuple[str, ...]]:
    """The views drawn: what the page's script knows of each, the SVG of all in both languages, and notices for the user.

    Raises:
        ConfigError: no such view.
    """
    from lineage.diagram import draw, picture, render

    told, markup, notices = [], [], []
    for number, view in enumerate(views, 1):
        drawing = picture(run.graph, view, run.report)
        lines = flows_of(run, drawing)
        named = {line.id: line for line in drawing.lines}
        one: dict[str, Any] = {
            "id": f"view{number}",
            "title": text(drawing.title),
            "lines": {name: [text(named[name].tip), *_ends(drawing, named[name]), list(lines[name])] for name in named},
        }
        for lang in LANGUAGES:
            dot = draw(run.graph, view, lang, run.report)
            rendered = render(dot, "svg")
            notices += [notice for notice in rendered.notices if notice not in notices]
            if rendered.data is None:
                one.setdefault("text", []).append(dot.splitlines())
            else:
                markup.append(inlined(rendered.data, f"view{number}", lang, named))
        told.append(one)
    return told, "\n".join(markup), tuple(notices)


def _ends(drawing: Drawing, line: Line) -> tuple[Both, Both]:
    titles = {box.id: text(box.title) for box in drawing.boxes}
    return titles[line.source], titles[line.target]


def flows_of(run: Run, drawing: Drawing) -> Lines:
    """The flows between the two boxes of each line: requests along its arrow, answers against it."""
    graph = run.graph
    boxes = {place: box.id for box in drawing.boxes for place in box.places}
    calls: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, flow in enumerate(graph.flows):
        ends = (boxes.get(graph.id(flow.source), ""), boxes.get(graph.id(flow.target), ""))
        calls[ends if flow.key.leg is Leg.REQUEST else ends[::-1]].append(number)
    # Where only answers were seen the arrow goes with them, against the call.
    return {
        line.id: calls.get((line.source, line.target)) or calls.get((line.target, line.source), [])
        for line in drawing.lines
    }


# --- making an SVG safe -------------------------------------------------------------------------------


def inlined(svg: bytes, view: str, lang: str, lines: Mapping[str, Line]) -> str:
    """The SVG as markup for an HTML page; ids are made unique by view and language.

    Args:
        lines: the lines of the picture, by id.
    """
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own renderer wrote it, and expat reads no external entity
    width, height = re.findall(r"[\d.]+", root.get("viewBox", "0 0 1 1"))[2:4]
    made = Element("svg", {"viewBox": root.get("viewBox", ""), "role": "group", "class": "picture"})
    made.set("data-view", view)
    made.set("data-width", width)
    made.set("data-height", height)
    title, description = (_said(root, name) for name in ("title", "desc"))
    made.set("aria-label", f"{title} {description}".strip())
    seen: set[str] = set()
    for child in root:
        _copy(child, made, lines, lang, seen)
    code = {"en": "en", "zh": "zh-CN"}[lang]
    return f'<div lang="{code}" class="drawn" data-view="{escape(view)}">{ElementTree.tostring(made, encoding="unicode")}</div>'


def _said(root: Element, name: str) -> str:
    return "".join(child.text or "" for child in root if _local(child) == name)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _copy(old: Element, parent: Element, lines: Mapping[str, Line], lang: str, seen: set[str]) -> None:
    """Copy what draws; anchors become groups, and their tips what a pointer shows."""
    name = "g" if _local(old) == "a" else _local(old)
    if name not in _ELEMENTS:
        return
    kept = {key: value for key, value in old.attrib.items() if key in _ATTRIBUTES}
    if name == "polygon" and kept.get("stroke") == "transparent" and kept.get("fill") == "white":
        return  # the ground: the page has its own
    new = ElementTree.SubElement(parent, name, kept)
    new.text, tip = old.text, old.get(_XLINK_TITLE)
    if tip:
        ElementTree.SubElement(new, "title").text = tip
    for line in _line(old, lines):
        _operable(new, line, lang, first=line.id not in seen)
        seen.add(line.id)
    for child in old:
        _copy(child, new, lines, lang, seen)


def _line(old: Element, lines: Mapping[str, Line]) -> Iterable[Line]:
    """The line that a group draws, or a part of it."""
    words = old.get("class", "").split()
    return (lines[word] for word in words[:3] if "edge" in words and word in lines)


def _operable(new: Element, line: Line, lang: str, *, first: bool) -> None:
    new.set("data-line", line.id)
    if first:
        new.set("tabindex", "0")
        new.set("role", "button")
        new.set("aria-label", line.tip.zh if lang == "zh" else line.tip.en)
