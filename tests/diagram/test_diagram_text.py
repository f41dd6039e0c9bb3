"""Text on a picture: what is shown of hostile names, how wide it is, where it breaks."""

from __future__ import annotations

import pytest

from lineage.diagram.text import Text, cut, joined, visible, width, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("gateway", "gateway", id="plain text stays"),
        pytest.param("境外 ✖ ⇄ é", "境外 ✖ ⇄ é", id="other scripts and signs stay"),
        pytest.param("a\x00b\x1b[31m", "a[U+0000]b[U+001B][31m", id="control characters show their code"),
        pytest.param(
            "ab\u202ecd\u2066",
            "ab[U+202E]cd[U+2066]",
            id="characters that turn the direction show their code",
        ),
        pytest.param("a\u200bb\ufeff", "a[U+200B]b[U+FEFF]", id="characters without width show their code"),
        pytest.param("a\nb\u2028c", "a[U+000A]b[U+2028]c", id="line breaks show their code"),
        pytest.param("a\u00a0b\u3000c", "a[U+00A0]b\u3000c", id="a space that is not one shows its code"),
        pytest.param("\ud800\uffff\ue000", "[U+D800][U+FFFF][U+E000]", id="what XML refuses shows its code"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert shown == visible(text)
    assert shown == visible(shown)


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        pytest.param("short", 8, "short", id="what fits is whole"),
        pytest.param("exactly8", 8, "exactly8", id="what just fits is whole"),
        pytest.param("a-long-name.eu", 8, "a-lon…eu", id="the middle goes, the end stays"),
    ],
)
def test_cut(text: str, limit: int, short: str) -> None:
    assert short == cut(text, limit)


@pytest.mark.parametrize(
    ("text", "lang", "lines"),
    [
        pytest.param(Text("logs", "日志"), "en", ("logs",), id="English alone"),
        pytest.param(Text("logs", "日志"), "zh", ("日志",), id="Chinese alone"),
        pytest.param(Text("logs", "日志"), "both", ("logs", "日志"), id="both in two lines"),
        pytest.param(Text.plain("redis"), "both", ("redis",), id="a name once"),
        pytest.param(Text("", ""), "both", (), id="nothing in no line"),
    ],
)
def test_lines(text: Text, lang: str, lines: tuple[str, ...]) -> None:
    assert lines == text.lines(lang)  # type: ignore[arg-type]


def test_values_may_hold_braces_and_templates_are_not_code() -> None:
    assert Text("seen by {x} {name.__class__}", "由 {x} 观测") == Text(
        "seen by {name} {name.__class__}", "由 {name} 观测"
    ).fill(name="{x}")


def test_lists_have_the_separator_of_their_language() -> None:
    assert Text("a, b", "a、b") == joined([Text.plain("a"), Text.plain("b")], Text(", ", "、"))


def test_chinese_is_as_wide_as_its_size() -> None:
    assert width("境外客户", 10) == 40
    assert width("overseas", 10) < width("境外境外境外境外", 10)


def test_english_breaks_at_spaces() -> None:
    assert wrapped("one two three", 7) == ("one two", "three")


def test_chinese_never_begins_a_line_with_a_comma() -> None:
    lines = wrapped("数据到达境外，违规。数据到达境外，违规。", 12)

    assert "".join(lines) == "数据到达境外，违规。数据到达境外，违规。"
    assert len(lines) > 2
    assert not any(line[0] in "，。" for line in lines)


def test_a_word_without_end_is_broken() -> None:
    assert max(map(len, wrapped("x" * 500, 40))) <= 60
