"""DOT: the golden files, and that nothing in a name can leave its label."""

from __future__ import annotations

import json
import re

import pytest

from diagram import hostile
from diagram.pictures import GOLDEN, gateway, pictures
from lineage.diagram import draw, view_names
from lineage.diagram.cells import escape
from lineage.diagram.dot import quoted
from lineage.errors import ConfigError
from lineage.testing import sketch

PICTURES = dict(pictures())


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_golden(name: str) -> None:
    """If the change is meant: PYTHONPATH=.:tests python tests/diagram/pictures.py, and look at the pictures."""
    assert (GOLDEN / name).read_text("utf-8") == PICTURES[name]


def test_no_golden_file_is_left_over() -> None:
    assert sorted(PICTURES) == sorted(file.name for file in GOLDEN.iterdir())


def test_a_picture_is_the_same_for_the_same_graph() -> None:
    assert draw(gateway()) == draw(gateway())


@pytest.mark.parametrize("view", view_names())
@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_hostile_names_stay_in_their_labels(lang: str, view: str) -> None:
    pygraphviz = pytest.importorskip("pygraphviz")
    text = draw(hostile.graph(), view, lang)

    parsed = pygraphviz.AGraph(string=text)

    assert {"n", "r" if view == "authorisation-chain" else "f"} <= {
        re.fullmatch(r"([nbfr])\d+", node)[1]  # type: ignore[index]
        for node in parsed.nodes()
    }
    assert parsed.name == "lineage"
    told = {name for node in parsed.nodes() for name in parsed.get_node(node).attr}
    assert {"id", "class", "tooltip", "label"} == told


@pytest.mark.parametrize("view", view_names())
@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_nothing_invisible_is_in_the_text(lang: str, view: str) -> None:
    text = draw(hostile.graph(), view, lang)

    assert (
        re.findall(
            "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", text
        )
        == []
    )


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        pytest.param("<b>", "&lt;b&gt;", id="markup"),
        pytest.param('"x"', "&quot;x&quot;", id="quotes"),
        pytest.param("&lt;", "&amp;lt;", id="entities"),
        pytest.param("a\\N", "a\\N", id="a backslash means nothing in HTML-like labels"),
        pytest.param("a\nb", "a[U+000A]b", id="line breaks"),
    ],
)
def test_escape(name: str, escaped: str) -> None:
    assert escaped == escape(name)


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        pytest.param("plain", '"plain"', id="plain"),
        pytest.param('end" ] x', '"end&quot; ] x"', id="quotes"),
        pytest.param("\\N\\", '"&#92;N&#92;"', id="backslashes would be Graphviz's own sequences"),
        pytest.param("&quot;", '"&amp;quot;"', id="entities"),
    ],
)
def test_quoted(name: str, attribute: str) -> None:
    assert attribute == quoted(name)


def test_the_first_line_says_what_the_picture_is() -> None:
    first = draw(sketch("acme[DE] > core@CN"), lang="zh").splitlines()[0]

    assert json.loads(first.removeprefix("// lineage-diagram/1 ")) == {
        "title": "客户的输入去了哪里",
        "description": "2 个法域的 2 处位置，1 条数据流，1 处跨境，0 项违规。",
        "language": "zh-CN",
    }


@pytest.mark.parametrize(
    ("view", "lang", "message"),
    [
        pytest.param(
            "where-inputs-go",
            "fr",
            "there is no diagram language 'fr'. languages are en, zh, both",
            id="language",
        ),
        pytest.param(
            "where-input-go",
            "en",
            "there is no view 'where-input-go'. known views are authorisation-chain, border, domestic-hops, finding, logs, "
            "sub-processors, training-use, what-is-kept, where-inputs-go, who-can-access, whole-system; "
            "the path of a YAML file is a view of your own. did you mean 'where-inputs-go'?",
            id="view",
        ),
    ],
)
def test_what_does_not_exist_is_said(view: str, lang: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        draw(sketch("acme[DE] > core@CN"), view, lang)

    assert message == str(raised.value)
