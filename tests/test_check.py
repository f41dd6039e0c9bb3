"""From a graph and packs to a report: outcome, exit code, waivers, modes, and the same bytes for the same facts."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from lineage.checking import Report, check
from lineage.contracts import NeverMeet
from lineage.errors import ConfigError, LineageError
from lineage.findings import Ref, Severity, Verdict
from lineage.flows import FlowCount, Flows
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.meaning import Source
from lineage.packs import Pack, load_pack
from lineage.pipeline import read_flows
from lineage.report import FORMATS
from lineage.testing import Facts, sketch

TODAY = date(2026, 6, 1)
MIXED = (
    "acme[DE:personal] > gw@SG > pg/eu",
    "hong[CN:personal] > core@CN > pg/cn",
    "gw > acme",
    "acme > gw > acme",
)
CLEAN = (
    "acme[DE:personal] > gw@SG > pg-intl > gw@SG > acme",
    "hong[CN:personal] > core@CN > pg-cn > core@CN > hong",
)
ORDER16 = load_pack("order16")


def only(*names: str) -> Pack:
    rules = tuple(rule for rule in ORDER16.rules if rule.id.split("/")[1] in names)
    return ORDER16.model_copy(update={"rules": rules})


HERE = Source("lineage.yaml", 7, 5)


@dataclass(frozen=True)
class Waiver:
    rule: str
    fingerprint: str | None = None
    path: tuple[str, ...] | None = None
    reason: str = "export stops with release 42"
    approver: str = "dpo"
    owner: str | None = None
    ticket: str | None = None
    expires: str = "2026-06-01"
    source: Source = HERE


def report(
    *lines: str, waivers: tuple[Waiver, ...] = (), fail_on: str = "info", packs: tuple[Pack, ...] = ()
) -> Report:
    graph = sketch(*lines)
    assert isinstance(graph.inventory, Facts)
    graph.inventory.waivers = waivers
    return check(graph, packs or (only("no-shared-store"),), today=TODAY, fail_on=fail_on)


@pytest.mark.parametrize(
    ("lines", "outcome", "code"),
    [
        pytest.param(MIXED, Verdict.VIOLATED, 1, id="violated"),
        pytest.param(CLEAN, Verdict.PROVEN, 0, id="proven"),
        pytest.param(
            ("acme[?] > gw@SG > pg", "hong[CN] > core@CN > pg"), Verdict.UNDECIDED, 3, id="undecided"
        ),
        pytest.param(("hong[CN] > core@CN",), Verdict.UNDECIDED, 3, id="no rule met anything"),
    ],
)
def test_outcome_and_exit_code(lines: tuple[str, ...], outcome: Verdict, code: int) -> None:
    made = report(*lines)

    assert (outcome, code) == (made.outcome, made.exit_code)


def test_nothing_read_is_never_a_pass() -> None:
    made = check(FlowGraph(Flows(), Inventory.empty()), [ORDER16, load_pack("baseline")], today=TODAY)

    assert (made.outcome, made.exit_code) == (Verdict.UNDECIDED, 3)
    assert not made.count(Verdict.PROVEN)


def test_violated_wins_over_undecided() -> None:
    made = report(*MIXED, "x[?] > gw > redis", packs=(ORDER16,))

    assert made.count(Verdict.UNDECIDED) > 0
    assert made.exit_code == 1


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [("block", 0), ("high", 1), ("info", 1)],
)
def test_what_is_below_the_fail_level_is_shown_and_does_not_fail(fail_on: str, code: int) -> None:
    lines = ("acme[DE] > gw@SG > tape", "hong[CN] > core@CN > tape", "tape is role=backup")
    made = report(*lines, fail_on=fail_on, packs=(only("no-shared-cache-backup"),))

    assert code == made.exit_code
    assert [finding.severity for finding in made.findings] == [Severity.HIGH]


@pytest.mark.parametrize(
    "waiver",
    [
        pytest.param(
            Waiver("order16/no-shared-store", fingerprint="6c9eff63ab931012"),
            id="by fingerprint, on its last day",
        ),
        pytest.param(Waiver("order16/no-shared-store", path=("store:postgresql@pg",)), id="by place"),
        pytest.param(
            Waiver("order16/no-shared-store", path=("party:acme", "store:*")), id="by the places of its path"
        ),
    ],
)
def test_a_waived_finding_stays_and_does_not_fail(waiver: Waiver) -> None:
    made = report(*MIXED, waivers=(waiver,))

    assert made.exit_code == 0
    assert [(finding.verdict, finding.waived) for finding in made.findings] == [(Verdict.VIOLATED, True)]
    assert made.waived == 1
    assert "WAIVED by dpo (2026-06-01): export stops with release 42" in FORMATS["text"](made)


@pytest.mark.parametrize(
    ("waiver", "expected"),
    [
        pytest.param(
            Waiver("order16/no-shared-store", path=("store:*",), expires="2026-05-31"),
            "lineage.yaml:7:5: the waiver of order16/no-shared-store expired on 2026-05-31",
            id="past its date",
        ),
        pytest.param(
            Waiver("order16/no-shared-store", path=("store:mysql@*",)),
            "lineage.yaml:7:5: the waiver of order16/no-shared-store matches no finding",
            id="that matches nothing",
        ),
        pytest.param(
            Waiver("order16/no-shared-log", path=("store:*",)),
            "lineage.yaml:7:5: the waiver of order16/no-shared-log matches no finding",
            id="of another rule",
        ),
    ],
)
def test_a_waiver_that_is_no_longer_right_is_an_error(waiver: Waiver, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        report(*MIXED, waivers=(waiver,))

    assert str(caught.value).startswith(expected)


def test_a_waiver_for_a_pack_that_is_not_checked_is_left_alone() -> None:
    assert report(*MIXED, waivers=(Waiver("baseline/q3-retention", path=("store:*",)),)).exit_code == 1


def test_a_step_without_evidence_waives_what_it_proves() -> None:
    lines = (
        "acme[DE] > redactor@SG > core@CN",
        "hong[CN] > core > hong",
        "redactor lowers origin=DE expires=2026-12-31",
    )
    made = report(*lines, packs=(only("no-domestic-user"),))

    assert [(r.verdict, r.waived, r.declassifiers) for r in made.rules] == [
        (Verdict.PROVEN, True, ("redactor",))
    ]


@pytest.mark.parametrize(
    ("mode", "verdict"), [("strict", Verdict.VIOLATED), ("text", Verdict.UNDECIDED), ("", Verdict.VIOLATED)]
)
def test_modes(mode: str, verdict: Verdict) -> None:
    graph = sketch("acme[DE:personal] > gw@SG > pg", "hong[CN:business] > core@CN > pg")
    made = check(graph, [only("no-shared-store")], mode=mode, today=TODAY)

    assert (verdict, mode or "strict") == (made.rules[0].verdict, made.packs[0].mode)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"mode": "lax"}, "no pack has a mode 'lax'. Modes: strict, text", id="mode"),
        pytest.param(
            {"fail_on": "error"},
            "unknown severity 'error'. Allowed: block, high, medium, info",
            id="severity",
        ),
    ],
)
def test_wrong_options(options: dict[str, str], expected: str) -> None:
    with pytest.raises(LineageError) as caught:
        check(sketch("acme[DE] > gw@SG"), [ORDER16], today=TODAY, **options)

    assert expected == str(caught.value)


def test_counts_and_times_change_no_fingerprint() -> None:
    graph = sketch(*MIXED)
    first = check(graph, [ORDER16], today=TODAY)
    keys = (
        replace(flow.key, sources=frozenset(flow.carried.sources), possible=frozenset(flow.carried.possible))
        for flow in graph.flows
    )
    again = Flows.of({key: FlowCount(99, 1, 2, ()) for key in keys})
    again.coverage = graph.coverage
    second = check(FlowGraph(again, graph.inventory), [ORDER16], today=TODAY)

    assert [finding.fingerprint for finding in first.findings] == [
        finding.fingerprint for finding in second.findings
    ]
    assert len({finding.fingerprint for finding in first.findings}) == len(first.findings)


def test_a_finding_points_at_the_inventory_else_at_the_rule() -> None:
    plain = report(*MIXED)
    declared = report(*MIXED, "pg/cn is role=database")

    assert [finding.source.file for finding in plain.findings] == ["policies/order16.yaml"]
    assert [finding.source.file for finding in declared.findings] == ["sketch"]


CAPTURES = Path(__file__).parent.parent / "examples" / "captures"
SHARED = {
    "order16/no-shared-store", "order16/no-shared-log", "order16/no-shared-training-pool", "order16/no-shared-cache-backup",
    "order16/no-domestic-user",
}  # fmt: skip


def capture(name: str) -> Report:
    inventory = Inventory.load([CAPTURES / f"{name}.lineage.yaml"])
    flows = read_flows([CAPTURES / f"{name}.jsonl"], tenant_keys=inventory.tenant_keys)
    return check(FlowGraph(flows, inventory), [ORDER16], today=TODAY)


def test_the_real_mixed_gateway_is_mixed_exactly_where_it_is() -> None:
    named = {
        place.id
        for finding in capture("fastapi-mixed").findings
        if finding.rule in SHARED and finding.verdict is Verdict.VIOLATED
        for place in (finding.context["place"], *(finding.context["partitions"] or ()))  # type: ignore[misc]
        if isinstance(place, Ref)
    }

    assert named == {
        "service:core-gateway~production@alibaba_cloud/cn-hangzhou",
        "service:training-pool-writer~production@alibaba_cloud/cn-hangzhou",
        "store:postgresql@pg-main.cn-hangzhou.gw.example/gateway",
        "store:postgresql@pg-main.cn-hangzhou.gw.example/gateway/api_keys",
        "store:postgresql@pg-main.cn-hangzhou.gw.example/gateway/conversations",
        "store:postgresql@pg-main.cn-hangzhou.gw.example/gateway/training_samples",
        "store:postgresql@pg-main.cn-hangzhou.gw.example/gateway/usage_ledger",
        "store:redis@redis-main.cn-hangzhou.gw.example/0",
        "store:redis@redis-mq.cn-hangzhou.gw.example/1",
        "store:s3@oss.cn-hangzhou.gw.example:9000",
        "topic:/training-pool",
    }


def test_the_real_mixed_gateway_returns_domestic_data_out_of_its_cache() -> None:
    found = [f for f in capture("fastapi-mixed").findings if f.rule == "order16/mixed-artefacts-not-returned"]
    violated = {finding.at[1] for finding in found if finding.verdict is Verdict.VIOLATED}

    assert {"party:acme-eu", "party:globex-us", "party:nimbus-sg"} == violated


def test_the_real_clean_gateway_is_proven_rule_by_rule() -> None:
    made = capture("fastapi-clean")

    # No log system, training pool, operator or workstation was observed: of those nothing is proven.
    assert {
        "order16/no-shared-log",
        "order16/no-shared-training-pool",
        "order16/no-operator-import",
        "order16/no-operator-copy-out",
        "order16/no-workstation-copy",
    } == {rule.rule for rule in made.rules if rule.verdict is Verdict.NOT_APPLICABLE}
    assert {Verdict.PROVEN, Verdict.NOT_APPLICABLE} == {rule.verdict for rule in made.rules}
    assert made.exit_code == 0


PARTIES = ("acme[DE:personal]", "hong[CN:personal]", "beta[US+CN:personal]")
WHERE = ("gw@SG", "core@CN", "far@US")
KEEPERS = ("pg/a", "pg/b", "redis", "?redis", "topic:jobs", "pg")
MEETINGS = [rule.id for rule in ORDER16.rules if isinstance(rule.contract, NeverMeet)]
RANK = {Verdict.NOT_APPLICABLE: 0, Verdict.PROVEN: 0, Verdict.UNDECIDED: 1, Verdict.VIOLATED: 2}


def drawn(dice: random.Random) -> list[str]:
    """A few lines in which data enters, moves, is kept and comes out again."""
    lines = ["gw@SG > core@CN", "core@CN > far@US", "redis is holds=nothing", "?redis is holds=nothing"]
    lines += [f"{keeper} is holds=nothing" for keeper in KEEPERS]
    for _ in range(dice.randrange(2, 6)):
        party, where, keeper = dice.choice(PARTIES), dice.choice(WHERE), dice.choice(KEEPERS)
        lines.append(dice.choice([
            f"{party} > {where} > {keeper}", f"{party} > {where} ?> {keeper}", f"{party} > {where} > {dice.choice(WHERE)}",
            f"{where} < {keeper} > {dice.choice(KEEPERS)}", f"{party} > {where} < {keeper} > {party}",
        ]))  # fmt: skip
    return lines


def ranks(lines: list[str]) -> dict[str, int]:
    made = check(sketch(*lines), [ORDER16], today=TODAY)
    return {rule.rule: RANK[rule.verdict] for rule in made.rules if rule.rule in MEETINGS}


@pytest.mark.parametrize("seed", range(60))
def test_one_more_flow_never_makes_separation_look_better(seed: int) -> None:
    dice = random.Random(seed)
    lines = drawn(dice)
    before, after = ranks(lines), ranks([*lines, drawn(dice)[-1]])

    assert all(before[rule] <= after[rule] for rule in MEETINGS), lines


@pytest.mark.parametrize("seed", range(60))
def test_an_origin_that_nobody_declares_never_makes_separation_proven(seed: int) -> None:
    lines = drawn(random.Random(seed))
    before = ranks(lines)
    for party in PARTIES:
        name = party.split("[")[0]
        after = ranks(
            [line.replace(party, f"{name}[?:personal]").replace("[?:personal]", "[?]") for line in lines]
        )

        assert all(min(before[rule], 1) <= after[rule] for rule in MEETINGS), lines
