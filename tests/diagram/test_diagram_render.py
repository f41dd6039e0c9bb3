"""Pictures from DOT: both engines, the border's line, accessibility, and what is said when something is missing."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from diagram import hostile
from diagram.pictures import broken_gateway, gateway
from lineage.diagram import draw, render, view_names
from lineage.diagram import render as render_function
from lineage.diagram.dot import write
from lineage.diagram.notation import notation
from lineage.errors import ConfigError, LineageError

SVG = "{http://www.w3.org/2000/svg}"
module = sys.modules[render_function.__module__]


@pytest.fixture(params=["dot", "pygraphviz"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Each engine, as far as it is installed; for pygraphviz, `dot` is hidden."""
    if request.param == "pygraphviz":
        pytest.importorskip("pygraphviz")
        monkeypatch.setenv("PATH", str(tmp_path))
    elif not shutil.which("dot"):
        pytest.skip("dot is not installed")
    return str(request.param)


def parsed(dot: str, engine: str) -> ET.Element:
    """The SVG of a DOT, read by an XML parser."""
    rendered = render(dot, "svg")
    assert engine == rendered.engine
    assert rendered.data is not None
    return ET.fromstring(rendered.data)  # noqa: S314 - our own output


def ids(svg: ET.Element) -> set[str]:
    return {element.get("id", "") for element in svg.iter()}


def test_every_part_of_the_picture_has_its_id(engine: str) -> None:
    drawing = broken_gateway()

    svg = parsed(write(drawing, "both", notation()), engine)

    expected = {box.id for box in drawing.boxes} | {gate.id for gate in drawing.gates}
    expected |= {line.id for line in drawing.lines}
    assert {"E1", "P1", "D1", "H1", "S1", "B1", "F1"} <= expected
    assert set() == expected - ids(svg)
    classes = {element.get("id"): element.get("class", "") for element in svg.iter()}
    assert {"edge", "flow", "F2", "origin-overseas", "violation", "V1", "V2"} == set(
        str(classes["F2"]).split()
    )
    tips = {element.get("{http://www.w3.org/1999/xlink}title", "") for element in svg.iter()}
    assert any(tip.startswith("F2: 1 calls; first 2025-06-15 15:06Z") for tip in tips)


def test_the_border_is_one_straight_line_as_high_as_the_jurisdictions(engine: str) -> None:
    svg = parsed(draw(gateway()), engine)

    lines = [
        [
            tuple(map(float, point.split(",")))
            for point in re.findall(r"-?[\d.]+,-?[\d.]+", element.get("points") or element.get("d") or "")
        ]
        for element in svg.iter()
        if element.get("stroke", "").lower() == "#8c1d18" and element.get("stroke-dasharray")
    ]
    (border,) = lines
    assert len({x for x, _ in border}) == 1
    low, high = min(y for _, y in border), max(y for _, y in border)
    for group in svg.iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        if title is not None and (title.text or "").startswith("cluster_j"):
            outline = group.find(f"{SVG}path")
            assert outline is not None
            heights = [float(y) for y in re.findall(r"-?[\d.]+,(-?[\d.]+)", outline.get("d", ""))]
            assert low - 1 <= min(heights)
            assert max(heights) <= high + 1


@pytest.mark.parametrize(("lang", "tag"), [("en", "en"), ("zh", "zh-CN"), ("both", "mul")])
def test_the_svg_tells_what_it_is(engine: str, lang: str, tag: str) -> None:
    svg = parsed(draw(gateway(), lang=lang), engine)

    assert ("img", tag) == (svg.get("role"), svg.get("lang"))
    title, description = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert f"{title.get('id')} {description.get('id')}" == svg.get("aria-labelledby")
    expected = {"en": "Where customers' inputs go", "zh": "客户的输入去了哪里"}
    assert expected.get(lang, " ".join(expected.values())) == title.text


@pytest.mark.parametrize("view", view_names())
def test_hostile_names_are_text_and_nothing_else(engine: str, view: str) -> None:
    svg = parsed(draw(hostile.graph(), view, "en"), engine)

    tags = {element.tag.removeprefix(SVG) for element in svg.iter()}
    assert tags <= {
        "svg",
        "g",
        "title",
        "desc",
        "a",
        "path",
        "polygon",
        "polyline",
        "text",
        "ellipse",
        "line",
    }
    names = {name for element in svg.iter() for name in element.attrib}
    assert not any(name.endswith("href") or name.startswith("on") for name in names)
    if view != "where-inputs-go":
        return
    texts = {element.text or "" for element in svg.iter(f"{SVG}text")}
    assert "<script>alert(1)</script>" in texts
    assert "&amp;lt;b&amp;gt; &#60;b&#62; &bogus;" in texts
    assert "right[U+202E]to[U+202C]left[U+2066][U+200B][U+FEFF]" in texts


@pytest.mark.parametrize(("form", "magic"), [("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-")])
def test_other_formats(engine: str, form: str, magic: bytes) -> None:
    rendered = render(draw(gateway(), lang="en"), form)

    assert engine == rendered.engine
    assert rendered.data is not None
    assert magic == rendered.data[: len(magic)]


def test_an_engine_that_fails_says_so_without_quoting_the_picture(engine: str) -> None:
    with pytest.raises(LineageError) as raised:
        render("digraph { secret-tenant [", "svg")

    assert "the picture could not be laid out" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_without_an_engine_nothing_is_drawn_and_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "pygraphviz", None)

    rendered = render(draw(gateway()), "svg")

    assert (rendered.data, rendered.engine) == (None, "")
    assert "graphviz" in rendered.notices[0]
    assert "dataflow-lineage[render]" in rendered.notices[0]


def test_dot_needs_no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    text = draw(gateway())

    assert text.encode() == render(text, "dot").data


@pytest.mark.parametrize(
    ("lang", "form", "fonts", "noticed"),
    [
        pytest.param("zh", "png", "", True, id="Chinese PNG without a font"),
        pytest.param("en", "png", "", False, id="English needs no Chinese font"),
        pytest.param("zh", "svg", "", False, id="SVG takes the reader's fonts"),
        pytest.param("zh", "png", "Noto Sans CJK SC", False, id="with a font"),
    ],
)
def test_a_missing_font_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str, form: str, fonts: str, noticed: bool
) -> None:
    lister = tmp_path / "fc-list"
    lister.write_text(f"#!/bin/sh\necho '{fonts}'\n" if fonts else "#!/bin/sh\nexit 0\n")
    lister.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(
        module, "_engine", lambda: ("fake", lambda dot, form: b"<svg />" if form == "svg" else b"{}")
    )
    text = f'digraph lineage {{ a [label="{"境" if lang == "zh" else "a"}"] }}'

    assert noticed == any("font" in notice for notice in render(text, form).notices)


def test_a_format_that_does_not_exist() -> None:
    with pytest.raises(
        ConfigError, match=r"there is no diagram format 'gif'. formats are svg, png, pdf, dot"
    ):
        render("digraph {}", "gif")
