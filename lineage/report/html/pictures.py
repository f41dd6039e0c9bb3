"""Pictures of the report: what `lineage.diagram` drew, made safe to stand inside the page and fit to be clicked.

Of an SVG only drawing elements and attributes are kept, by an allow list: no link, style, script or foreign object can
come through, whatever a name says. What draws a line or a box is marked with its id, for the page's script.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import inf
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from lineage.flows import Leg
from lineage.report.html.both import Both, text
from lineage.report.html.page import embedded
from lineage.report.html.run import Run
from lineage.words import LANGUAGES

if TYPE_CHECKING:
    from lineage.diagram.drawing import Box, Drawing, Line

VIEWS = ("where-inputs-go", "domestic-hops", "what-is-kept", "logs", "training-use", "who-can-access")
"""Views that are in the report when none are asked for: one for each of the six questions."""
MOST = 200
"""Lines of a picture that is still read on a page; a larger one is left out, and the page says so."""

_ATTRIBUTES = frozenset(
    "d points cx cy rx ry x y width height fill fill-opacity stroke stroke-width stroke-dasharray stroke-opacity "
    "text-anchor font-size font-weight font-style transform".split()
)
_ELEMENTS = frozenset("g path polygon polyline ellipse text".split())
_GEOMETRY = frozenset("d points x y cx cy rx ry".split())
_DEFAULTS = frozenset({("fill", "none"), ("text-anchor", "start")})
_DECIMALS = re.compile(r"-?\d+\.\d+")

Element = ET.Element
Lines = Mapping[str, Sequence[int]]
"""Ids of lines -> numbers of the flows that each shows."""
Marks = Collection[str]
"""Ids of lines and boxes that can be clicked."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The views as the page has them."""

    told: list[dict[str, Any]]
    """What the page's script knows of each."""
    markup: str
    left: list[Both]
    """Titles of views that are left out for the size of the file."""
    notices: tuple[str, ...]
    """What the user should know of the machine."""


def pictures(run: Run, views: Sequence[str] = (), room: int = 0) -> Pictures:
    """Views drawn for both languages: one picture each, or one with both where two find no room.

    Args:
        views: names or files, all of which are drawn; none = those of `VIEWS` that show something and find room.
        room: bytes; the first of `VIEWS` is drawn even if it takes more.

    Raises:
        ConfigError: no such view.
    """
    from lineage.diagram import picture
    from lineage.diagram.views import view as load_view

    told: list[dict[str, Any]] = []
    markup: list[str] = []
    left: list[Both] = []
    notices: dict[str, None] = {}
    for view in views or VIEWS:
        taken = _size([*markup, *map(embedded, told)])
        if told and not views and taken >= room:
            left.append(text(load_view(view).title.text))
            continue
        drawing = picture(run.graph, view, run.report)
        if not (views or drawing.lines or not told):
            continue
        one = _told(run, drawing, f"view{len(told) + 1}")
        rest = inf if views else room - taken - len(embedded(one).encode())
        drawn = _Drawn() if "large" in one else _draw(drawing, one, rest)
        if told and _size(drawn.markup) > rest:
            left.append(text(drawing.title))
            continue
        told.append(one | ({"text": drawn.text} if drawn.text else {}))
        markup += drawn.markup
        notices |= dict.fromkeys(drawn.notices)
    return Pictures(told, "\n".join(markup), left, tuple(notices))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A view's pictures, or their texts where this machine cannot draw."""

    markup: tuple[str, ...] = ()
    text: tuple[list[str], ...] = ()
    notices: tuple[str, ...] = ()


def _size(markup: Iterable[str]) -> int:
    return sum(len(each.encode()) for each in markup)


def _draw(drawing: Drawing, one: Mapping[str, Any], room: float) -> _Drawn:
    """The pictures of a view in each language; where these take more than `room`, one in both."""
    from lineage.diagram import language, render
    from lineage.diagram.dot import write
    from lineage.diagram.notation import notation

    drawn = _Drawn()
    for langs in (LANGUAGES, ("both",)):
        dots = [write(drawing, language(lang), notation()) for lang in langs]
        rendered = [render(dot, "svg") for dot in dots]
        notices = tuple(notice for each in rendered for notice in each.notices)
        marks = {*one["lines"], *one["boxes"]}
        markup = tuple(
            inlined(each.data, one["id"], lang, marks)
            for each, lang in zip(rendered, langs, strict=True)
            if each.data is not None
        )
        drawn = _Drawn(markup, () if markup else tuple(dot.splitlines() for dot in dots), notices)
        if _size(markup) <= room:
            break
    return drawn


def _told(run: Run, drawing: Drawing, name: str) -> dict[str, Any]:
    """What the page's script knows of a view."""
    one: dict[str, Any] = {"id": name, "view": drawing.view, "title": text(drawing.title)}
    if len(drawing.lines) > MOST:
        return one | {"lines": {}, "boxes": {}, "large": len(drawing.lines)}
    lines = flows_of(run, drawing)
    return one | {
        "lines": {
            line.id: [text(line.tip), *_ends(drawing, line), list(lines[line.id])] for line in drawing.lines
        },
        "boxes": {box.id: _things(run, box) for box in drawing.boxes if box.places},
    }


def _things(run: Run, box: Box) -> list[int]:
    return sorted({run.numbers[place] for place in box.places})


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


def inlined(svg: bytes, view: str, lang: str, marks: Marks) -> str:
    """The SVG as markup for an HTML page.

    Args:
        marks: what can be clicked.
    """
    root = ET.fromstring(svg)  # noqa: S314 - our own renderer wrote it, and expat reads no external entity
    width, height = re.findall(r"[\d.]+", root.get("viewBox", "0 0 1 1"))[2:4]
    # What is not filled says so but for text: said once, for all.
    made = Element(
        "svg", {"viewBox": root.get("viewBox", ""), "role": "group", "class": "picture", "fill": "none"}
    )
    made.set("data-view", view)
    made.set("data-width", width)
    made.set("data-height", height)
    title, description = (_said(root, name) for name in ("title", "desc"))
    made.set("aria-label", f"{title} {description}".strip())
    for child in root:
        _copy(child, made, marks)
    code = {"en": ' lang="en"', "zh": ' lang="zh-CN"', "both": ""}[lang]
    return (
        f'<div{code} class="drawn" data-view="{escape(view)}">{ET.tostring(made, encoding="unicode")}</div>'
    )


def _said(root: Element, name: str) -> str:
    return "".join(child.text or "" for child in root if _local(child) == name)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _copy(old: Element, parent: Element, marks: Marks) -> None:
    """Copy what draws, in whole points; groups and anchors that say nothing are left out, what is in them is not."""
    name, mark = _local(old), _mark(old)
    kept = {key: _rounded(key, value) for key, value in old.attrib.items() if (key, value) not in _DEFAULTS}
    kept = {key: value for key, value in kept.items() if key in _ATTRIBUTES}
    if name == "text":
        kept.setdefault("fill", "black")
    new = parent
    if mark in marks:
        new = ET.SubElement(parent, "g", {"data-mark": mark})
    elif name in _ELEMENTS and (name != "g" or kept):
        new = ET.SubElement(parent, name, kept)
        new.text = old.text
    elif name not in ("g", "a"):
        return
    for child in old:
        _copy(child, new, marks)


def _rounded(key: str, value: str) -> str:
    return _DECIMALS.sub(lambda found: f"{float(found[0]):.0f}", value) if key in _GEOMETRY else value


def _mark(old: Element) -> str:
    """The id of the line or box that a group draws, or a part of it; "" when it draws neither.

    >>> _mark(Element("g", {"class": "edge flow F2 origin-overseas", "id": "F2-1"}))
    'F2'
    """
    if _local(old) != "g" or not {"edge", "node"}.intersection(old.get("class", "").split()):
        return ""
    return old.get("id", "").partition("-")[0]
