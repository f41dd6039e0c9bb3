"""Findings as data, and the two renderings of one context."""

from __future__ import annotations

from string import Formatter

import pytest

from lineage.findings import Ref, fingerprint
from lineage.flows import Doubt
from lineage.words import LANGUAGES, MESSAGES, sentence, shown

ACME = Ref("party:acme", "Acme", "艾克米")
PG = Ref("store:pg", "main database", "主数据库")


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_both_languages_say_the_same_keys(message: str) -> None:
    keys = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in MESSAGES[message]]

    assert keys[0] == keys[1]
    assert all(MESSAGES[message])


@pytest.mark.parametrize("doubt", Doubt, ids=lambda doubt: doubt.name)
def test_every_doubt_has_words(doubt: Doubt) -> None:
    assert f"doubt.{(doubt.name or '').lower()}" in MESSAGES


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "Data of Acme and data of somebody meet at main database."),
        ("zh", "艾克米 的数据与 某方 的数据在 主数据库 混用。"),
    ],
)
def test_one_context_two_renderings(lang: str, expected: str) -> None:
    assert expected == sentence("meet", {"a": (ACME,), "b": (), "place": PG}, lang)
    assert lang in LANGUAGES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("gateway", "gateway", id="a plain name stays"),
        pytest.param("网关", "网关", id="Chinese stays"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="terminal codes are written out"),
        pytest.param("a\nb", "a\\nb", id="a line break is written out"),
        pytest.param("safe\u202egnp.exe", "safe\\u202egnp.exe", id="bidi overrides are written out"),
        pytest.param("a\u200bb", "a\\u200bb", id="zero-width characters are written out"),
        pytest.param("a\u2028b", "a\\u2028b", id="line separators are written out"),
    ],
)
def test_names_from_telemetry_cannot_draw(text: str, expected: str) -> None:
    assert expected == shown(text)


def test_a_template_in_a_name_is_not_filled_in() -> None:
    evil = Ref("x", "{place.__class__} {0}", "{place}")

    assert (
        sentence("reaches", {"data": (evil,), "place": PG}, "en")
        == "Data of {place.__class__} {0} gets to main database."
    )


def test_the_parts_of_a_fingerprint_do_not_run_together() -> None:
    assert fingerprint("a/b", ("c", "d")) != fingerprint("a/b", ("cd",))
    assert len(fingerprint("a/b", ("c",))) == 16


def test_a_long_list_is_cut_and_counted() -> None:
    many = tuple(Ref(f"party:{n}", f"p{n}", f"p{n}") for n in range(9))

    assert (
        sentence("reaches", {"data": many, "place": PG}, "en")
        == "Data of p0, p1, p2, p3, p4, p5 and 3 more gets to main database."
    )
