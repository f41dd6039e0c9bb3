"""`expression`: what is refused when a pack is loaded, what is bounded, and what is not told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from lineage.contracts import Context, Expression, _cel, expression
from lineage.contracts._cel import compiled, evaluated
from lineage.contracts._variables import ENDS, FLOW, PLACE, variables
from lineage.contracts.cases import CHINA, TODAY
from lineage.errors import ConfigError
from lineage.findings import Checked, Verdict
from lineage.packs import load_pack
from lineage.testing import sketch

PACK = """
id: mine
version: "1.0"
title: {en: a, zh: b}
authority: {en: a, zh: b}
reviewed: 2026-01-01
rules:
  - id: mine/one
    title: {en: a, zh: b}
    why: {en: a, zh: b}
    remedy: {en: a, zh: b}
    severity: high
    contract: {type: expression, over: places, holds: HOLDS}
"""


@pytest.fixture(autouse=True)
def cel_is_there(request: pytest.FixtureRequest) -> None:
    if "without_cel" not in request.fixturenames:
        pytest.importorskip("cel_expr_python")


@pytest.fixture
def without_cel(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    for cached in (_cel._environment, _cel.compiled):
        cached.cache_clear()
    yield
    for cached in (_cel._environment, _cel.compiled):
        cached.cache_clear()


def check(fields: dict[str, Any], *lines: str) -> Checked:
    return Expression.model_validate(fields).check(Context(sketch(*lines), CHINA, TODAY))


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        pytest.param("place.contry == 'CN'", "did you mean 'place.country'?", id="a misspelt variable"),
        pytest.param("flow.leg == 'request'", "undeclared reference to 'flow", id="a variable of flows"),
        pytest.param("place.country == 3", "no matching overload", id="a wrong type"),
        pytest.param("place.retention_days <= 30", "Numbers are compared as 30.0, not 30", id="a whole number"),
        pytest.param("place.country", "true or false is wanted", id="no answer to a yes-or-no question"),
        pytest.param("place.country ==", "line 1, column 17 of the expression", id="half an expression"),
        pytest.param("place.name.matches('(')", "no regular expression of RE2", id="a broken pattern"),
        pytest.param("place.name.matches('((a{999}){999}){999}')", "no regular expression of RE2", id="a pattern that explodes"),
        pytest.param("(" * 200 + "true" + ")" * 200, "recursion limit", id="nested two hundred deep"),
        pytest.param("true" + " || true" * 600, "at most 4000 characters", id="very long"),
        pytest.param("", "at least 1 character", id="empty"),
    ],
)  # fmt: skip
def test_a_wrong_expression_is_an_error_of_the_pack(tmp_path: Path, holds: str, expected: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(PACK.replace("HOLDS", f'"{holds}"'), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_pack(file)

    (problem,) = caught.value.problems
    assert expected in str(problem)
    assert (problem.file, problem.line, problem.column) == (str(file), 13, 55)


@pytest.mark.usefixtures("without_cel")
def test_without_the_extra_the_pack_says_what_to_install(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(PACK.replace("HOLDS", "'true'"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"pip install 'dataflow-lineage\[cel\]'"):
        load_pack(file)


BUDGET = "place.viewers.all(a, place.viewers.all(b, place.viewers.all(c, a != 'x')))"


@pytest.mark.parametrize(
    ("holds", "lines", "expected"),
    [
        pytest.param(BUDGET, ("gw is viewers=" + "+".join("abcdefghijklmnopqrstuvwyz"),), {"missing.expression"}, id="too many steps"),
        pytest.param("place.viewers[3] == 'a'", ("gw is viewers=a",), {"missing.expression"}, id="a wrong index"),
        pytest.param("place.zone == 'a' && place.redaction == 'none'", (), {"missing.zone", "missing.redaction"}, id="both that nobody told"),
        pytest.param("place.zone == 'a' && place.redaction == 'none'", ("gw is zone=a",), {"missing.redaction"}, id="the one that nobody told"),
    ],
)  # fmt: skip
def test_what_cannot_be_evaluated_is_undecided(
    holds: str, lines: tuple[str, ...], expected: set[str]
) -> None:
    checked = check({"over": "places", "holds": holds}, "acme[DE] > gw@SG", *lines)

    assert {judgement.verdict for judgement in checked.judgements} == {Verdict.UNDECIDED}
    assert {missing.fact for judgement in checked.judgements for missing in judgement.missing} == expected


def test_what_decides_alone_needs_no_more() -> None:
    fields = {"over": "places", "holds": "place.zone == 'a' || place.redaction == 'none'"}

    assert check(fields, "acme[DE] > gw@SG", "gw is zone=a").judgements == ()


def test_a_pattern_on_a_long_hostile_name_is_not_slow() -> None:
    answer = evaluated(compiled("place.name.matches('(x+x+)+y')", "places"), {"place.name": "x" * 1_000_000})

    assert answer is False


def test_half_a_character_in_a_name_is_text_like_any_other() -> None:
    assert evaluated(compiled("place.name != 'a'", "places"), {"place.name": "\ud800"}) is True


def test_an_answer_to_a_party_is_a_flow_like_any_other() -> None:
    fields = {"over": "flows", "holds": "flow.target_kind != 'party'"}
    checked = check(fields, "acme[DE] > gw@SG > acme")

    assert [judgement.at[1:] for judgement in checked.judgements] == [
        ("service:gw@SG", "party:acme", "response")
    ]


def test_flows_of_one_way_make_one_finding() -> None:
    fields = {"over": "flows", "holds": "flow.target_country != 'SG'"}
    checked = check(fields, "acme[DE] > gw@SG", "beta[FR] > gw", "acme > gw > pg", "pg is country=CN")

    assert [judgement.at[1:] for judgement in checked.judgements] == [
        ("party:acme", "service:gw@SG", "request"),
        ("party:beta", "service:gw@SG", "request"),
    ]
    assert (checked.flows, checked.places) == (3, 2)


@pytest.mark.parametrize("over", ["places", "flows"])
def test_every_variable_is_in_the_manual(over: Any) -> None:
    manual = expression.__doc__ or ""

    assert [name for name in variables(over) if f".{name.split('.')[1]}`" not in manual] == []


def test_every_property_that_may_be_untold_says_what_would_tell() -> None:
    always = {"kind", "declared", "entry", "trusted", "leg"}
    told = {name: one.fact for name, one in PLACE.items()} | {name: one.fact for name, one in FLOW.items()}

    assert {name for name, fact in told.items() if not fact} == always
    assert set(ENDS) < set(PLACE)


def test_what_the_expression_is_about_must_be_said() -> None:
    with pytest.raises(ValidationError, match="over"):
        Expression.model_validate({"holds": "true"})
