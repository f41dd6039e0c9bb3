"""The strict YAML loader: what scalars are, what is refused, and how a person is told."""

from __future__ import annotations

import contextlib
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, field_validator

from lineage import yamlfile
from lineage.errors import ConfigError, LineageError
from lineage.meaning import Source
from lineage.yamlfile import Entry, nodes


class Never(Entry):
    type: Literal["never-meet"]
    a: str = ""


class Stay(Entry):
    type: Literal["stay-within"]
    limit: int = 0


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Rule(Entry):
    id: str
    contract: Annotated[Never | Stay, Field(discriminator="type")] | None = None
    severity: Literal["block", "high"] = "high"
    colour: Colour = Colour.RED
    text: str = ""
    words: tuple[str, ...] = ()
    either: str | tuple[str, ...] = ""
    share: float = 0.0
    many: Annotated[int, Field(ge=0)] | Literal["none"] = 0
    flag: bool | None = None
    day: date | None = None
    fields: dict[str, int] = Field(default_factory=dict)

    @field_validator("text")
    @classmethod
    def _no_shouting(cls, value: str) -> str:
        if value.isupper() and len(value) > 4:
            raise ValueError("do not shout")
        return value


class Pack(Entry):
    rules: tuple[Rule, ...] = ()


def rule(text: str) -> Rule:
    """The single rule of a pack whose other keys are `text`."""
    return yamlfile.loads("rules:\n  - id: r\n    " + text, Pack, "pack.yaml")[0].rules[0]


def error(text: str | bytes) -> str:
    """What the loader says of a pack."""
    with pytest.raises(ConfigError) as caught:
        yamlfile.loads(text, Pack, "pack.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("NO", "NO", id="the country Norway is text"),
        pytest.param("on", "on", id="on is text"),
        pytest.param("yes", "yes", id="yes is text"),
        pytest.param("12:30", "12:30", id="a time is text"),
        pytest.param("2026-11-25", "2026-11-25", id="a date is text"),
        pytest.param("010", "010", id="a number with a leading zero is text"),
        pytest.param("0x10", "0x10", id="a hexadecimal number is text"),
        pytest.param("1_000", "1_000", id="a number with underscores is text"),
        pytest.param(".inf", ".inf", id="infinity is text"),
        pytest.param("1.10", "1.10", id="a version keeps its zero where text is wanted"),
        pytest.param("7", "7", id="a number is kept as written where text is wanted"),
        pytest.param("true", "true", id="true is kept as written where text is wanted"),
        pytest.param("'7'", "7", id="a quoted number is text"),
        pytest.param('"null"', "null", id="a quoted null is text"),
        pytest.param("境内", "境内", id="Chinese is text"),
        pytest.param("1e999", "1e999", id="a number that no computer holds is text"),
    ],
)
def test_text_is_read_as_written(written: str, read: str) -> None:
    assert read == rule(f"text: {written}").text


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        pytest.param("flag: true", "flag", True, id="true is a boolean"),
        pytest.param("flag: null", "flag", None, id="null is nothing"),
        pytest.param("many: 12", "many", 12, id="digits are a whole number"),
        pytest.param("many: none", "many", "none", id="a word beside a number"),
        pytest.param("share: 0.5", "share", 0.5, id="a decimal fraction"),
        pytest.param("share: 1e3", "share", 1000.0, id="an exponent"),
        pytest.param("share: 3", "share", 3.0, id="a whole number where a fraction may stand"),
        pytest.param("day: 2026-11-25", "day", date(2026, 11, 25), id="a date where a date is wanted"),
        pytest.param("colour: green", "colour", Colour.GREEN, id="a word of an enumeration"),
        pytest.param("words: [DE, NO, 1.10]", "words", ("DE", "NO", "1.10"), id="numbers in a list of text"),
        pytest.param("either: 7", "either", "7", id="a number where text or a list of text may stand"),
        pytest.param("either: [7]", "either", ("7",), id="a list where text or a list of text may stand"),
        pytest.param("fields: {1.10: 2, no: 3}", "fields", {"1.10": 2, "no": 3}, id="keys are always text"),
    ],
)
def test_the_model_decides_what_a_scalar_is(line: str, field: str, value: object) -> None:
    assert value == getattr(rule(line), field)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "rules:\n  - id: a\n    severty: high",
            "pack.yaml:3:5: unknown key 'severty'. did you mean 'severity'?\n  3 |     severty: high\n    |     ^^^^^^^",
            id="an unknown key with the nearest one",
        ),
        pytest.param(
            "zones: []",
            "pack.yaml:1:1: unknown key 'zones'. allowed here: rules\n  1 | zones: []\n    | ^^^^^",
            id="an unknown key like none that is allowed",
        ),
        pytest.param(
            "rules:\n  - idd: a",
            "pack.yaml:2:5: unknown key 'idd'. did you mean 'id'?\n  2 |   - idd: a\n    |     ^^^",
            id="a misspelt key is not also a missing one",
        ),
        pytest.param(
            "rules:\n  - idd: a\n    id: []",
            "pack.yaml:2:5: unknown key 'idd'. did you mean 'id'?\n  2 |   - idd: a\n    |     ^^^\n"
            "pack.yaml:3:9: 'id' is a list. it wants text\n  3 |     id: []\n    |         ^^",
            id="a misspelt key does not hide what is wrong with the right one",
        ),
        pytest.param(
            "rules:\n  - severity: high",
            "pack.yaml:2:5: key 'id' is missing\n  2 |   - severity: high\n    |     ^^^^^^^^",
            id="a missing key",
        ),
        pytest.param(
            "rules:\n  - id: a\n    severity: hihg",
            "pack.yaml:3:15: 'severity' is the text 'hihg'. it wants block or high. did you mean 'high'?\n"
            "  3 |     severity: hihg\n    |               ^^^^",
            id="a misspelt word",
        ),
        pytest.param(
            "rules:\n  - id: a\n    colour: RED",
            "pack.yaml:3:13: 'colour' is the text 'RED'. it wants red or green. did you mean 'red'?\n"
            "  3 |     colour: RED\n    |             ^^^",
            id="a word in the wrong case",
        ),
        pytest.param(
            "rules:\n  - id: a\n    contract: {type: never-meat, a: b}",
            "pack.yaml:3:22: 'type' is the text 'never-meat'. it wants never-meet or stay-within. "
            "did you mean 'never-meet'?\n"
            "  3 |     contract: {type: never-meat, a: b}\n    |                      ^^^^^^^^^^",
            id="an unknown type of a union",
        ),
        pytest.param(
            "rules:\n  - id: a\n    contract: {type: stay-within, limt: 3}",
            "pack.yaml:3:35: unknown key 'limt'. did you mean 'limit'?\n"
            "  3 |     contract: {type: stay-within, limt: 3}\n    |                                   ^^^^",
            id="an unknown key inside a union",
        ),
        pytest.param(
            "rules:\n  - id: a\n    contract: {a: b}",
            "pack.yaml:3:5: key 'type' is missing\n  3 |     contract: {a: b}\n    |     ^^^^^^^^",
            id="a union without its type",
        ),
        pytest.param(
            "rules:\n  - id: [a]",
            "pack.yaml:2:9: 'id' is a list. it wants text\n  2 |   - id: [a]\n    |         ^^^",
            id="a list where text is wanted",
        ),
        pytest.param(
            "rules:\n  - id:",
            "pack.yaml:2:8: 'id' is empty. it wants text\n  2 |   - id:\n    |        ^",
            id="nothing where text is wanted",
        ),
        pytest.param(
            "rules: a",
            "pack.yaml:1:8: 'rules' is the text 'a'. it wants a list\n  1 | rules: a\n    |        ^",
            id="text where a list is wanted",
        ),
        pytest.param(
            "rules:\n  - id: a\n    flag: yes",
            "pack.yaml:3:11: 'flag' is the text 'yes'. it wants true or false\n  3 |     flag: yes\n    |           ^^^",
            id="a boolean of another YAML",
        ),
        pytest.param(
            "rules:\n  - id: a\n    many: -1",
            "pack.yaml:3:11: input should be greater than or equal to 0\n  3 |     many: -1\n    |           ^^",
            id="a number out of range",
        ),
        pytest.param(
            "rules:\n  - id: a\n    day: 25.11.2026",
            "pack.yaml:3:10: 'day' is the text '25.11.2026'. it wants a date like 2026-11-25\n"
            "  3 |     day: 25.11.2026\n    |          ^^^^^^^^^^",
            id="a date in another order",
        ),
        pytest.param(
            "rules:\n  - id: a\n    text: SHOUTING",
            "pack.yaml:3:11: do not shout\n  3 |     text: SHOUTING\n    |           ^^^^^^^^",
            id="what a validator says",
        ),
        pytest.param(
            "rules:\n  - id: 甲\n    境外: 是",
            "pack.yaml:3:5: unknown key '境外'. allowed here: id, contract, severity, colour, text, words, either, share, "
            "many, flag, day, fields\n  3 |     境外: 是\n    |     ^^^^",
            id="wide characters are underlined at their width",
        ),
    ],
)
def test_a_person_is_told_where_and_what(text: str, said: str) -> None:
    assert said == error(text)


def test_all_problems_of_a_file_are_told_in_the_order_of_its_lines() -> None:
    said = error("rules:\n  - id: []\n  - idd: b\n  - id: c\n    flag: 3\n    severity: x")

    assert [int(line.split(":")[1]) for line in said.splitlines() if line.startswith("pack.yaml")] == [
        2,
        3,
        5,
        6,
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a: 1\na: 2", "pack.yaml:2:1: key 'a' is written twice in this mapping, first in line 1, column 1", id="a repeated key"),
        pytest.param("a: {b: 1, b: 2}", "pack.yaml:1:11: key 'b' is written twice", id="a repeated key in braces"),
        pytest.param("a: &x b", "pack.yaml:1:4: an anchor (* or &) is not allowed here", id="an anchor"),
        pytest.param("a: *x", "pack.yaml:1:4: an alias (* or &) is not allowed here", id="an alias"),
        pytest.param("a: *.example.com", "pack.yaml:1:5: not YAML: did not find expected alphabetic or numeric character while scanning an alias. put quotes around text that begins with *", id="a pattern without quotes"),
        pytest.param("<<: {a: b}", "pack.yaml:1:1: merge keys (<<) are not allowed", id="a merge key"),
        pytest.param("a: !!python/object:os.system x", "pack.yaml:1:4: a tag (!) is not allowed here", id="a tag that would run code"),
        pytest.param("a: !!str 1", "pack.yaml:1:4: a tag (!) is not allowed here", id="a harmless tag"),
        pytest.param("a: 1\n---\nb: 2", "pack.yaml:2:1: a second document begins here", id="a second document"),
        pytest.param("[a]: b", "pack.yaml:1:1: a key must be text", id="a list as a key"),
        pytest.param("- a", "pack.yaml:1:1: the file must be keys with values at the top", id="a list at the top"),
        pytest.param("", "pack.yaml: the file is empty", id="an empty file"),
        pytest.param("# nothing\n", "pack.yaml: the file is empty", id="only comments"),
        pytest.param("a:\n\tb: 1", "pack.yaml:2:1: not YAML: found character that cannot start any token", id="a tab for indentation"),
        pytest.param("a: b: c", "pack.yaml:1:5: not YAML: mapping values are not allowed in this context", id="a colon in a value"),
        pytest.param("a: [1", "pack.yaml:2:1: not YAML: did not find expected ',' or ']'", id="an open bracket"),
        pytest.param("a: \x07", "pack.yaml:1:4: not YAML: control characters are not allowed", id="a control character"),
        pytest.param("a: b\u202ec", "pack.yaml:1:5: the character U+202E makes this line read otherwise than it is", id="text that turns around"),
        pytest.param("a: b\u2028c", "pack.yaml:1:5: the character U+2028 makes this line", id="a line end that editors do not show"),
        pytest.param('rules: [{id: "\\ud800"}]', "pack.yaml:1:", id="half a character"),
        pytest.param("a: 1\nb: é".encode("latin-1"), "pack.yaml:2: this is not UTF-8", id="another encoding"),
        pytest.param("a: 1".encode("utf-16"), "pack.yaml:1: this is not UTF-8", id="UTF-16"),
    ],
)  # fmt: skip
def test_yaml_that_is_refused(text: str | bytes, said: str) -> None:
    assert error(text).startswith(said)


def test_a_byte_order_mark_is_no_content() -> None:
    assert yamlfile.loads(b"\xef\xbb\xbfrules: []", Pack, "pack.yaml")[0].rules == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a: " + "[" * 1_000_000, "pack.yaml:1:", id="lists a million deep"),
        pytest.param("{a: " * 100_000, "pack.yaml:1:161: this is nested more than 40 deep", id="mappings too deep"),
        pytest.param("- " * 100_000, "pack.yaml:1:81: this is nested more than 40 deep", id="dashes too deep"),
        pytest.param("? " * 100_000, "pack.yaml:1:3: a key must be text", id="keys of keys"),
        pytest.param("a: [" + "1," * 150_000, "pack.yaml:1:199999: the file has more than 100,000 values", id="too many values"),
        pytest.param("a: " + "x" * (5 << 20), "pack.yaml: the file has more than 4 MiB", id="too large"),
        pytest.param(
            "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]", "pack.yaml:1:4: an anchor (* or &) is not allowed", id="aliases that multiply"
        ),
        pytest.param("rules: [" + "1," * 90_000 + "]", "pack.yaml:1:9: 'rules'[0] is the number 1. it wants keys with values", id="an error in every item"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused(text: str, said: str) -> None:
    assert error(text).startswith(said)


def test_of_very_many_problems_the_first_hundred_are_told_and_the_rest_counted() -> None:
    said = error("rules:\n" + "  - {id: a, x: 1}\n" * 15_000).splitlines()

    assert said[-1] == "pack.yaml: and 14,900 more problems"
    assert len(said) == 301


def test_a_key_of_a_million_characters_does_not_fill_the_screen() -> None:
    assert len(error("? " + "k" * 1_000_000 + "\n: 1")) < 1000


def test_entries_know_where_they_stand() -> None:
    pack, _ = yamlfile.loads(
        "rules:\n  - id: a\n    contract: {type: stay-within}\n  - id: b", Pack, "pack.yaml"
    )

    assert [Source("pack.yaml", 2, 5), Source("pack.yaml", 4, 5)] == [rule.source for rule in pack.rules]
    assert pack.rules[0].contract is not None
    assert Source("pack.yaml", 3, 15) == pack.rules[0].contract.source


def test_positions_lead_to_any_value() -> None:
    _, positions = yamlfile.loads("rules:\n  - id: a\n    text: b", Pack, "pack.yaml")

    assert Source("pack.yaml", 3, 11) == positions.source("rules", 0, "text")
    assert (
        str(positions.problem("this contradicts", "rules", 0, "text", on_key=True))
        == "pack.yaml:3:5: this contradicts\n  3 |     text: b\n    |     ^^^^"
    )


def test_an_entry_made_in_code_has_no_place() -> None:
    assert Rule(id="a").source is None


def test_a_file_is_read_and_named_as_given(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text("rules: [{id: a}]", encoding="utf-8")

    pack, positions = yamlfile.load(path, Pack, file="given.yaml")

    assert pack.rules[0].id == "a"
    assert positions.file == "given.yaml"


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"pack\.yaml: the file cannot be read: No such file or directory"):
        yamlfile.load(tmp_path / "pack.yaml", Pack)


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_both_parsers_read_the_same(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    monkeypatch.setattr(nodes, "_LOADER", getattr(yaml, loader))

    assert rule("words: [NO, 1.10, 'a b']").words == ("NO", "1.10", "a b")
    assert error("a: 1\na: 2").startswith("pack.yaml:2:1: key 'a' is written twice")
    assert error("a: \x07").startswith("pack.yaml:1:4: not YAML:")
    assert error('rules: [{id: "\\ud800"}]').startswith("pack.yaml:1:")


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200),
        st.text(alphabet="ab:-[]{},&*!#|>'\"? \n\t%@`", max_size=80),
    )
)
def test_nothing_but_a_clear_error_comes_of_any_input(data: bytes | str) -> None:
    with contextlib.suppress(LineageError):
        assert isinstance(yamlfile.loads(data, Pack, "pack.yaml")[0], Pack)
