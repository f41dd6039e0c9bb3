"""Every demand of the mission has rules, and each of them is shown to hold, to break and to be undecided."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from lineage.demands import Demand, load_demands
from lineage.errors import ConfigError
from lineage.findings import Verdict
from lineage.packcases import load_cases
from lineage.packs import builtin_packs, load_pack
from lineage.reference import demands_page

PACKS = [load_pack(name) for name in builtin_packs()]
RULES = {rule.id: rule for pack in PACKS for rule in pack.rules}
DEMANDS = load_demands(RULES)
ALL_THREE = {Verdict.PROVEN, Verdict.VIOLATED, Verdict.UNDECIDED}


def shown() -> dict[str, set[Verdict]]:
    """Rule -> the verdicts that the cases of its pack show."""
    found: dict[str, set[Verdict]] = defaultdict(set)
    for pack in PACKS:
        for case in load_cases(pack).cases:
            for rule, verdict in case.expect.items():
                found[f"{pack.id}/{rule}"].add(verdict)
    return found


SHOWN = shown()


def test_there_are_as_many_demands_as_in_the_mission() -> None:
    assert [demand.number for demand in DEMANDS] == list(range(1, 73))


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda demand: f"{demand.number}: {demand.demand.en[:60]}")
def test_a_demand_has_a_rule_that_holds_breaks_and_is_undecided(demand: Demand) -> None:
    whole = [rule for rule in demand.rules if SHOWN[rule] >= ALL_THREE]

    assert whole or demand.served_by


@pytest.mark.parametrize("rule", sorted({rule for demand in DEMANDS for rule in demand.rules}))
def test_a_rule_of_the_table_is_shown_to_hold_and_not_to_hold(rule: str) -> None:
    assert Verdict.PROVEN in SHOWN[rule]
    # Gaps of the evidence hide, they do not show: a rule about them is never violated, and a sketch has none.
    assert SHOWN[rule] & {Verdict.VIOLATED, Verdict.UNDECIDED} or RULES[rule].contract.type == "observed"


def test_few_demands_need_more_than_rules() -> None:
    assert [demand.number for demand in DEMANDS if demand.served_by] == [41, 48, 71, 72]
    assert [demand.number for demand in DEMANDS if not demand.rules] == [71]


def test_each_rule_of_the_table_says_what_decides_it() -> None:
    silent = [rule for demand in DEMANDS for rule in demand.rules if RULES[rule].decided_by is None]

    assert silent == []


def test_the_page_has_a_row_for_each_demand() -> None:
    rows = [line for line in demands_page(PACKS).splitlines() if line.startswith("| ")]

    assert [row.split(" | ")[0] for row in rows[2:]] == [f"| {number}" for number in range(1, 73)]
    assert rows[2 + 13] == (
        "| 14 | Not from account pools or shared accounts / 不得来自账号池、共享账号"
        f" | [`supply/no-account-pool`](packs/supply.md) | {RULES['supply/no-account-pool'].decided_by} | block |"
    )


GOOD = "number: 1, demand: {en: a, zh: b}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{{{GOOD}, rules: [mine/tow]}}", "demand 1: there is no rule 'mine/tow'. did you mean 'mine/two'?", id="a rule that does not exist"),
        pytest.param(f"{{{GOOD}, rules: [mine/one, mine/one]}}", "demand 1 names rule 'mine/one' twice", id="a rule twice"),
        pytest.param(f"{{{GOOD}}}", "nothing serves demand 1", id="nothing that serves it"),
        pytest.param("{number: 2, demand: {en: a, zh: b}, rules: [mine/one]}", "demand 2 stands where 1 should", id="a gap in the numbers"),
        pytest.param(f"{{{GOOD}, rule: [mine/one]}}", "did you mean 'rules'?", id="an unknown key"),
        pytest.param("{number: 1, demand: {en: a}, rules: [mine/one]}", "zh", id="one language only"),
    ],
)  # fmt: skip
def test_a_wrong_table_says_what_is_wrong(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "demands.yaml"
    file.write_text(f"demands:\n  - {text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_demands({"mine/one", "mine/two"}, file)

    assert [problem.line for problem in caught.value.problems] == [2]
    assert expected in str(caught.value)
