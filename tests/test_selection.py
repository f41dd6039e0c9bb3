"""Which data a rule means: by where it is used, by industry; and which places, by where they do not stand."""

from __future__ import annotations

from datetime import date

import pytest

from lineage.contracts._contract import Context, PlaceMatch
from lineage.selection import Answer, Jurisdictions, Selection
from lineage.testing import sketch

WORDS = Jurisdictions({"eea": frozenset({"DE", "FR"}), "domestic": frozenset({"CN"})})
NO, MAYBE, YES = Answer.NO, Answer.MAYBE, Answer.YES


def answer(selection: Selection, *lines: str) -> Answer:
    """Whether the data of acme is selected."""
    graph = sketch(*lines)
    (acme,) = (thing for thing in range(len(graph.things)) if graph.id(thing) == "party:acme")
    return selection.answers(graph, WORDS)[acme]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["acme[DE] > gw@SG"], YES, id="collected there"),
        pytest.param(["acme[SG] > gw@DE"], NO, id="computed there only"),
        pytest.param(["acme[SG] > gw@SG", "acme is market=DE"], YES, id="end users there, collected elsewhere"),
        pytest.param(["acme[DE] > gw@SG", "acme is market=SG"], YES, id="collected there, end users elsewhere"),
        pytest.param(["acme[?] > gw@SG"], MAYBE, id="nobody told where it was collected"),
        pytest.param(["acme[?] > gw@SG", "acme is market=SG"], MAYBE, id="the market alone clears nothing"),
        pytest.param(["acme[?] > gw@SG", "acme is market=DE"], YES, id="the market alone tells that it is used there"),
        pytest.param(["acme[DE+SG] > gw@SG"], YES, id="collected there and elsewhere"),
        pytest.param(["acme[SG] > gw@SG", "organisation seller country=DE"], NO, id="the seller is registered there"),
    ],
)  # fmt: skip
def test_data_is_selected_by_where_the_service_is_used(lines: list[str], expected: Answer) -> None:
    assert answer(Selection(used_in=("eea",)), *lines) is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["acme[DE+SG:personal+business] > gw@SG"], MAYBE, id="no one datum is known to be both"),
        pytest.param(["acme[DE+SG:personal] > gw@SG"], YES, id="all of it is personal"),
        pytest.param(["acme[DE:personal+business] > gw@SG"], YES, id="all of it is from there"),
        pytest.param(["acme[SG:personal+business] > gw@SG", "acme is market=DE"], YES, id="all of it is used there"),
    ],
)  # fmt: skip
def test_use_and_class_are_of_one_datum(lines: list[str], expected: Answer) -> None:
    assert answer(Selection.model_validate({"used_in": ("eea",), "class": ("personal",)}), *lines) is expected


@pytest.mark.parametrize(
    ("industry", "expected"),
    [
        pytest.param("industry=healthcare", YES, id="the word begins so"),
        pytest.param("industry=Health", YES, id="capitals do not matter"),
        pytest.param("industry=retail", NO, id="another industry"),
        pytest.param("market=DE", MAYBE, id="nobody told"),
    ],
)
def test_data_is_selected_by_industry(industry: str, expected: Answer) -> None:
    assert answer(Selection(industries=("HEALTH*",)), "acme[DE] > gw@SG", f"acme is {industry}") is expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        pytest.param("redactor lowers origin=DE evidence=report", NO, id="its origin is taken away"),
        pytest.param("redactor lowers origin=FR evidence=report", YES, id="another origin is"),
    ],
)
def test_a_redaction_takes_data_out_of_use_by_origin(step: str, expected: Answer) -> None:
    graph = sketch("acme[DE] > redactor@SG > core@CN", step)
    found = Context(graph, WORDS, date(2026, 1, 1)).reach(Selection(used_in=("eea",)))

    assert {graph.id(t): found.things[t] for t in range(len(graph.things))}["service:core@CN"] is expected


def test_a_redaction_of_origin_does_not_undo_the_market() -> None:
    graph = sketch(
        "acme[SG] > redactor@SG > core@CN", "acme is market=DE", "redactor lowers origin=SG evidence=report"
    )
    found = Context(graph, WORDS, date(2026, 1, 1)).reach(Selection(used_in=("eea",)))

    assert {graph.id(t): found.things[t] for t in range(len(graph.things))}["service:core@CN"] is YES


@pytest.mark.parametrize(
    ("match", "country", "expected"),
    [
        pytest.param({"outside": ("eea",)}, "SG", YES, id="outside"),
        pytest.param({"outside": ("eea",)}, "DE", NO, id="inside"),
        pytest.param({"outside": ("eea",)}, "?", MAYBE, id="nobody told where it stands"),
        pytest.param({"outside": ("eea",), "countries": ("overseas",)}, "CN", NO, id="outside, and not among the countries"),
        pytest.param({"outside": ("eea",), "countries": ("overseas",)}, "SG", YES, id="outside, and among the countries"),
    ],
)  # fmt: skip
def test_a_place_is_matched_by_where_it_does_not_stand(
    match: dict[str, tuple[str, ...]], country: str, expected: Answer
) -> None:
    graph = sketch(f"acme[DE] > gw@{country}")
    (gateway,) = (thing for thing in range(len(graph.things)) if graph.id(thing).startswith("service:gw"))
    where = PlaceMatch(**match)  # type: ignore[arg-type]

    assert where.answer(graph, gateway, WORDS) is expected
    assert bool(where.untold(graph, gateway)) is (expected is MAYBE)


def test_the_words_of_use_and_of_outside_are_checked_by_the_pack() -> None:
    assert Selection(used_in=("eea",)).words() == ("eea",)
    assert PlaceMatch(countries=("CN",), outside=("eea",)).words() == ("CN", "eea")
