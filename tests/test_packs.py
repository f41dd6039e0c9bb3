"""Packs: what a file must be, the built-in ones, and the cases that they carry."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from lineage.contracts import NeverMeet, Observed
from lineage.errors import ConfigError
from lineage.findings import Verdict
from lineage.packcases import PackCase, load_cases, verdicts
from lineage.packs import builtin_packs, load_pack

PACKS = {name: load_pack(name) for name in builtin_packs()}
CASES = [
    pytest.param(pack, case, id=f"{pack.id}: {case.name}")
    for pack in PACKS.values()
    for case in load_cases(pack).cases
]  # fmt: skip


def test_the_built_in_packs() -> None:
    assert builtin_packs() == [
        "aiact", "assurance", "baseline", "cn", "gdpr", "intl", "market", "order16", "order16-file", "pipl", "supply", "us", "us-dsp",
    ]  # fmt: skip


@pytest.mark.parametrize(("pack", "case"), CASES)
def test_a_case_of_a_pack(pack: object, case: PackCase) -> None:
    assert case.expect == verdicts(pack, case)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", builtin_packs())
def test_every_rule_has_a_case_that_holds_and_one_that_does_not(name: str) -> None:
    seen: dict[str, set[Verdict]] = defaultdict(set)
    for case in load_cases(PACKS[name]).cases:
        for rule, verdict in case.expect.items():
            seen[f"{name}/{rule}"].add(verdict)
    observed = {
        rule.id for rule in PACKS[name].rules if isinstance(rule.contract, Observed)
    }  # sketches have no gaps

    assert {rule.id for rule in PACKS[name].rules} == set(seen)
    for rule, found in seen.items():
        assert Verdict.PROVEN in found, rule
        assert rule in observed or found & {Verdict.VIOLATED, Verdict.UNDECIDED}, rule


@pytest.mark.parametrize("name", builtin_packs())
def test_citations_are_marked_as_confirmed(name: str) -> None:
    assert {"C", "C*"} >= {cited.mark for rule in PACKS[name].rules for cited in rule.citations}


RULE = """
  - id: {id}
    title: {{en: a, zh: b}}
    why: {{en: a, zh: b}}
    remedy: {{en: a, zh: b}}
    severity: {severity}
    contract: {contract}
"""
CONTRACT = "{type: never-meet, a: {origin: [overseas]}, b: {origin: [domestic]}}"


def pack(*rules: str, version: str = '"1.0"') -> str:
    head = f"id: mine\nversion: {version}\ntitle: {{en: a, zh: b}}\nauthority: {{en: a, zh: b}}\nreviewed: 2026-01-01\n"
    return head + "jurisdictions: {domestic: [CN]}\nrules:" + "".join(rules)


def rule(id: str = "mine/one", severity: str = "high", contract: str = CONTRACT) -> str:  # noqa: A002
    return RULE.format(id=id, severity=severity, contract=contract)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        pytest.param(pack(rule("yours/one")), 8, "rule 'yours/one' is not of pack 'mine'", id="a rule of another pack"),
        pytest.param(pack(rule(), rule()), 15, "rule 'mine/one' is there more than once", id="a rule twice"),
        pytest.param(
            pack(rule(contract=CONTRACT.replace("overseas", "oversea"))), 8, "unknown jurisdiction 'oversea'", id="a misspelt jurisdiction"
        ),
        pytest.param(
            pack(rule(contract="{type: never-meat}")), 13, "did you mean 'never-meet'?", id="a misspelt contract type"
        ),
        pytest.param(
            pack(rule(contract=CONTRACT.replace("}}", "}, roles: [log]}"))), 13, "unknown key 'roles'", id="an unknown key"
        ),
        pytest.param(
            pack(rule(contract="{type: forbid-flow, to: {roles: [logs]}}")), 13, "did you mean 'log'?", id="a misspelt role"
        ),
        pytest.param(pack(rule(severity="hihg")), 12, "did you mean 'high'?", id="a misspelt severity"),
        pytest.param(pack(rule().replace("    contract:", "    decided_by: documents\n    contract:")), 13, "did you mean 'document'?", id="what decides a rule, misspelt"),
        pytest.param("id: mine\n", 1, "version", id="keys that are missing"),
    ],
)  # fmt: skip
def test_a_wrong_pack_says_where_and_what(tmp_path: Path, text: str, line: int, expected: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_pack(file)

    assert any(expected in str(problem) and problem.line == line for problem in caught.value.problems), str(
        caught.value
    )


def test_a_pack_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(pack(rule()), encoding="utf-8")

    assert [each.id for each in load_pack(str(file)).rules] == ["mine/one"]


def test_a_pack_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load_pack("nowhere/mine.yaml")


def test_every_role_of_a_store_is_looked_at_by_a_rule_about_sharing() -> None:
    from lineage.inventory.model import PlaceEntry

    looked_at = {
        role
        for rule in PACKS["order16"].rules
        if isinstance(rule.contract, NeverMeet)
        for role in rule.contract.places.roles
    }
    (written,) = (
        each for each in PlaceEntry.model_json_schema()["properties"]["role"]["anyOf"] if "enum" in each
    )

    assert looked_at == {*written["enum"], "undeclared"}
