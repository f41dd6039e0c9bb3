"""One file that lets nothing in or out, whatever names say."""

from __future__ import annotations

import base64
import hashlib
import importlib
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from diagram import hostile

from lineage.report.html import to_html
from lineage.report.html.page import embedded, page
from lineage.report.html.pictures import flows_of, inlined, pictures
from report.html import small

ROOT = Path(__file__).resolve().parents[3]
SKELETON = ROOT / "lineage" / "report" / "html" / "page.html"
DRAWING = {"svg", "g", "path", "polygon", "polyline", "ellipse", "text"}


class Tags(HTMLParser):
    """The elements of a page with their attributes, and the texts of scripts and styles, by another parser than a browser's."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in ("script", "style") else self._inside

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == self._inside else self._inside

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts.setdefault(self._inside, []).append(data)


@pytest.fixture(scope="module")
def hostile_page() -> bytes:
    graph = hostile.graph()
    return to_html(graph, small.judged(graph, "order16", "baseline")).html


def test_the_skeleton_is_the_file_with_its_five_parts(tmp_path: Path) -> None:
    written = page({"lang": "zh", "title": "x"}, "<svg></svg>")
    shown = SKELETON.read_text("utf-8")

    assert re.findall(r"\{\{(\w+)\}\}", shown) == ["lang", "policy", "style", "pictures", "data", "script"]
    begin, _, rest = shown.partition("{{policy}}")
    assert written.startswith(begin.replace("{{lang}}", "zh-CN"))
    assert '<script type="application/json" id="data">{"lang":"zh","title":"x"}</script>' in written
    assert rest.partition("<style>")[0] in written


def test_the_policy_names_the_very_style_and_script_and_allows_nothing_else(hostile_page: bytes) -> None:
    found = Tags(hostile_page.decode())
    (policy,) = (
        attributes["content"]
        for tag, attributes in found.tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    style, script = ("".join(texts) for texts in (found.texts["style"], found.texts["script"][-1:]))

    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert policy == (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def test_hostile_names_add_no_element_and_no_attribute(hostile_page: bytes) -> None:
    found = Tags(hostile_page.decode())
    plain = Tags(SKELETON.read_text("utf-8"))
    ours = {tag for tag, _ in plain.tags}
    drawn = {tag for tag, _ in found.tags} - ours

    assert drawn <= DRAWING | {"div"}
    assert [tag for tag, _ in found.tags if tag in ("script", "style")] == ["style", "script", "script"]
    assert {name for _, attributes in found.tags for name in attributes if name.startswith("on")} == set()
    assert {name for tag, attributes in found.tags for name in attributes if tag in DRAWING} <= {
        *"viewbox role class fill data-view data-width data-height aria-label data-mark transform stroke".split(),
        *"stroke-width stroke-dasharray points d x y rx ry cx cy font-size font-weight text-anchor".split(),
    }


def test_hostile_names_are_text_in_the_data(hostile_page: bytes) -> None:
    text = hostile_page.decode()
    data = small.data_of(hostile_page)
    names = [each["name"] for each in data["places"] if each["kind"] == "party"]

    assert "<script>alert(1)</script>" in names
    assert any("\\u202e" in name for name in names)
    assert any("\\ud800" in name for name in names)
    assert max(len(name) for name in names) == 200
    assert "\u202e" not in text
    assert "\u2028" not in text
    assert "\x00" not in text


@pytest.mark.parametrize("name", hostile.NAMES, ids=range(len(hostile.NAMES)))
def test_no_name_ends_the_data(name: str) -> None:
    text = embedded({name: [name]})
    assert not {*"<>&\u2028\u2029"} & set(text)
    assert text.isprintable()


@pytest.mark.parametrize(
    ("inner", "left"),
    [
        ("<script>alert(1)</script>", ""),
        ('<a href="https://x.example" onclick="x()"><text>a</text></a>', '<text fill="black">a</text>'),
        ('<foreignObject><p>a</p></foreignObject><path d="M1.6,2"/>', '<path d="M2,2" />'),
        ('<image href="https://x.example/a.png"/>', ""),
        ('<style>*{}</style><text style="x" font-family="y">a</text>', '<text fill="black">a</text>'),
        (
            '<g class="node process" id="P1"><text>a</text></g>',
            '<g data-mark="P1"><text fill="black">a</text></g>',
        ),
        ('<g class="edge flow F2" id="F2-1"><path d="M0,0"/></g>', '<g data-mark="F2"><path d="M0,0" /></g>'),
        ('<g class="edge flow F9" id="F9"><path d="M0,0"/></g>', '<path d="M0,0" />'),
    ],
    ids=[
        "a script goes",
        "a link becomes what it holds",
        "a foreign object goes",
        "an image goes",
        "style goes",
        "a box is marked",
        "a part of a line is marked as the line",
        "what is no mark of the picture is only drawn",
    ],
)
def test_of_a_picture_only_what_draws_is_kept(inner: str, left: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 20"><title>T</title>{inner}</svg>'
    made = inlined(svg.encode(), "view1", "en", {"P1", "F2"})
    assert made == (
        '<div lang="en" class="drawn" data-view="view1"><svg viewBox="0 0 10 20" role="group" class="picture" fill="none" '
        'data-view="view1" data-width="10" data-height="20" aria-label="T"'
        + (f">{left}</svg></div>" if left else " /></div>")
    )


def test_an_entity_of_a_picture_reads_no_file() -> None:
    with pytest.raises(ET.ParseError):
        inlined(
            b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/hostname">]><svg viewBox="0 0 1 1"><text>&x;</text></svg>',
            "v",
            "en",
            (),
        )


def test_a_line_stands_for_the_flows_between_its_boxes() -> None:
    from lineage.diagram import picture

    run = small.run("acme[DE] > gw@SG > pg", "gw < pg", "gw > acme")
    drawing = picture(run.graph)
    ends = {
        (line.source[0] + line.target[0]): sorted(
            str(run.graph.flows[n].key.leg) for n in flows_of(run, drawing)[line.id]
        )
        for line in drawing.lines
    }
    assert ends == {"EP": ["request", "response"], "PD": ["request", "response"]}


def test_pictures_that_find_no_room_are_named_and_the_first_is_drawn() -> None:
    run = small.run()
    drawn = pictures(run, room=0)

    assert [each["view"] for each in drawn.told] == ["where-inputs-go"]
    assert len(drawn.left) == 5
    assert len(pictures(run, room=1_000_000).told) == 6


def test_where_two_pictures_find_no_room_one_has_both_languages() -> None:
    run = small.run()
    two, one = (pictures(run, room=room).markup for room in (1_000_000, 0))

    assert re.findall(r'<div lang="[\w-]+" class="drawn" data-view="view1">', two) == [
        '<div lang="en" class="drawn" data-view="view1">',
        '<div lang="zh-CN" class="drawn" data-view="view1">',
    ]
    assert re.findall(r"<div[^>]*>", one) == ['<div class="drawn" data-view="view1">']
    assert "outside party" in one
    assert "外部主体" in one


def test_without_an_engine_the_page_has_the_text_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("lineage.diagram.render"), "_engine", lambda: ("", None))
    drawn = pictures(small.run(), ["where-inputs-go"])

    assert drawn.markup == ""
    assert drawn.told[0]["text"][0][1] == "digraph lineage {"
    assert len(drawn.notices) == 1
    assert "Graphviz" in drawn.notices[0]
