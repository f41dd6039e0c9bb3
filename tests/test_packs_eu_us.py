"""Packs gdpr, aiact and us-dsp: whose law counts which countries, and what decides their rules."""

from __future__ import annotations

from collections import defaultdict

import pytest

from lineage.catalogue import COUNTRIES
from lineage.contracts import ForbidFlow
from lineage.contracts.attested import Attested
from lineage.findings import Verdict
from lineage.packcases import load_cases
from lineage.packs import Rule, load_pack

PACKS = {name: load_pack(name) for name in ("gdpr", "aiact", "us-dsp")}
RULES = [pytest.param(rule, id=rule.id) for pack in PACKS.values() for rule in pack.rules]
NEVER_VIOLATED = {"gdpr/vendor-retention-known", "gdpr/ropa-complete", "aiact/use-declared"}
"""Rules that ask only whether something is declared: not declared is undecided."""


def test_the_eea_is_the_union_with_iceland_liechtenstein_and_norway() -> None:
    eea, eu = (set(PACKS[pack].jurisdictions[word]) for pack, word in (("gdpr", "eea"), ("aiact", "eu")))

    assert len(eu) == 27
    assert eea == eu | {"IS", "LI", "NO"}


def test_china_includes_hong_kong_and_macao_for_the_us_rule_only() -> None:
    assert set(PACKS["us-dsp"].jurisdictions["concern"]) == {"CN", "HK", "MO", "CU", "IR", "KP", "RU", "VE"}
    assert "HK" not in {
        c for pack in ("gdpr", "aiact") for s in PACKS[pack].jurisdictions.values() for c in s
    }


@pytest.mark.parametrize("name", PACKS)
def test_jurisdictions_name_countries_that_exist(name: str) -> None:
    assert {c for countries in PACKS[name].jurisdictions.values() for c in countries} <= COUNTRIES


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_follows_where_the_service_is_used_not_the_seat_of_anybody(rule: Rule) -> None:
    data = rule.contract.data  # type: ignore[union-attr]

    assert data.used_in
    assert (data.origin, data.market, data.names) == ((), (), ())


@pytest.mark.parametrize("rule", RULES)
def test_documents_decide_the_rules_about_documents_and_no_others(rule: Rule) -> None:
    assert isinstance(rule.contract, Attested) == (rule.decided_by == "document")
    assert not isinstance(rule.contract, ForbidFlow) or rule.decided_by == "telemetry"


def test_a_redaction_takes_us_data_out_of_no_rule_but_the_one_about_usable_data() -> None:
    by_class = {rule.id for rule in PACKS["us-dsp"].rules if rule.contract.data.classes}  # type: ignore[union-attr]

    assert by_class == {"us-dsp/no-usable-covered-data"}


@pytest.mark.parametrize("name", PACKS)
def test_every_rule_has_a_case_of_each_verdict_that_it_can_give(name: str) -> None:
    seen: dict[str, set[Verdict]] = defaultdict(set)
    for case in load_cases(PACKS[name]).cases:
        for expected, verdict in case.expect.items():
            seen[f"{name}/{expected}"].add(verdict)

    for rule in PACKS[name].rules:
        given = seen[rule.id] - {Verdict.NOT_APPLICABLE}
        never = {Verdict.VIOLATED} if rule.id in NEVER_VIOLATED else set()
        assert given == {Verdict.PROVEN, Verdict.VIOLATED, Verdict.UNDECIDED} - never, rule.id
