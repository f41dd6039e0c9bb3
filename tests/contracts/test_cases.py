"""Every contract type's own cases: what holds, what breaks, what cannot be decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from lineage.contracts import (
    CONTRACTS,
    Expression,
    ForbidFlow,
    NeverMeet,
    Observed,
    PurposeLimit,
    Retention,
    RoundTrip,
)
from lineage.contracts._contract import Case, Context, Contract
from lineage.contracts.cases import CASES, CHINA, wrong_with
from lineage.findings import Verdict
from lineage.flows import FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.meaning import Meaning
from lineage.places import Place, PlaceKind
from lineage.testing import Facts, sketch


def cases() -> Iterator[Any]:
    for contract in CONTRACTS:
        for kind in CASES:
            for number, case in enumerate(getattr(contract, kind)):
                name = contract.model_fields["type"].default
                yield pytest.param(
                    contract, kind, case, id=f"{name} {kind.lower()} {number}: {'; '.join(case[1])}"
                )


@pytest.mark.parametrize(("contract", "kind", "case"), [*cases()])
def test_case(contract: type[Contract], kind: str, case: Case) -> None:
    if contract is Expression:
        pytest.importorskip("cel_expr_python")
    assert [*wrong_with(contract, kind, case, sketch(*case[1]))] == []


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
def test_every_contract_type_has_cases(contract: type[Contract]) -> None:
    assert contract.HOLDS
    assert contract.UNDECIDED
    assert contract.BREAKS or contract.__name__ == "Observed"  # gaps hide, they do not show


@pytest.mark.parametrize(
    ("fields", "lines", "expected"),
    [
        pytest.param(
            {"allowed": ("inference",)},
            ("acme[DE] > gw@SG > pg", "pg is purposes=inference+training"),
            {Verdict.VIOLATED},
            id="one purpose too many",
        ),
        pytest.param(
            {"allowed": ("inference",)},
            ("acme[DE] > gw@SG > topic:jobs",),
            set(),
            id="a topic without a role is no store",
        ),
    ],
)
def test_purpose(fields: dict[str, Any], lines: tuple[str, ...], expected: set[Verdict]) -> None:
    checked = PurposeLimit.model_validate(fields).check(Context(sketch(*lines), CHINA, date(2026, 1, 1)))

    assert expected == {judgement.verdict for judgement in checked.judgements}


@pytest.mark.parametrize(
    ("trusted", "expected"),
    [
        pytest.param(True, set(), id="a trusted service may say that it is for something else"),
        pytest.param(False, {Verdict.UNDECIDED}, id="any other may not"),
    ],
)
def test_a_stated_purpose_excuses_only_where_it_is_trusted(trusted: bool, expected: set[Verdict]) -> None:
    gw, model = Place(PlaceKind.SERVICE, name="gw"), Place(PlaceKind.MODEL, name="qwen", host="q")
    acme = Place(PlaceKind.PARTY, name="acme")
    keys = [
        FlowKey(acme, gw, Leg.REQUEST, sources=frozenset({acme})),
        FlowKey(gw, model, Leg.REQUEST, purpose="inference", sources=frozenset({acme})),
    ]
    graph = FlowGraph(Flows.of(keys), Facts({gw: Meaning(gw, trusted=trusted)}))
    rule = ForbidFlow.model_validate({"to": {"kinds": ("model",)}, "purposes": ("training",)})
    checked = rule.check(Context(graph, CHINA, date(2026, 1, 1)))

    assert expected == {judgement.verdict for judgement in checked.judgements}


@pytest.mark.parametrize(
    ("retention", "trusted", "expected"),
    [
        pytest.param("P30D", True, set(), id="stated by a trusted service, within the limit"),
        pytest.param("P31D", True, {Verdict.VIOLATED}, id="stated by a trusted service, over the limit"),
        pytest.param("P30D", False, {Verdict.UNDECIDED}, id="stated by any other"),
        pytest.param("soon", True, {Verdict.UNDECIDED}, id="no duration"),
    ],
)
def test_stated_retention(retention: str, trusted: bool, expected: set[Verdict]) -> None:
    gw, store = Place(PlaceKind.SERVICE, name="gw"), Place(PlaceKind.STORE, system="redis", host="r")
    key = FlowKey(gw, store, Leg.REQUEST, True, retention=retention, sources=frozenset({gw}))
    graph = FlowGraph(Flows.of([key]), Facts({gw: Meaning(gw, trusted=trusted)}))
    checked = Retention(limit_days=30).check(Context(graph, CHINA, date(2026, 1, 1)))

    assert expected == {judgement.verdict for judgement in checked.judgements}


def test_what_is_kept_for_ever_does_not_come_back() -> None:
    lines = ("acme[DE] > core@CN > acme", "acme > core > pg", "pg is country=CN deletable=yes retention=inf")
    rule = RoundTrip.model_validate({"data": {"kinds": ("party",)}, "home": ("domestic",)})
    checked = rule.check(Context(sketch(*lines), CHINA, date(2026, 1, 1)))

    assert [judgement.verdict for judgement in checked.judgements] == [Verdict.VIOLATED]


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        ("missing-parent", 2),
        ("rejected", 3),
        ("sampled", 4),
        ("lost-events", 5),
    ],
)
def test_a_gap_of_the_evidence_is_counted_and_undecided(gap: Any, expected: int) -> None:
    graph = sketch("acme[DE] > gw@SG")
    coverage = graph.coverage
    coverage.counts["missing-parent"] = 2
    coverage.tally.rejected.update({"zero-span-id": 1, "zero-trace-id": 2})
    coverage.tally.sampled = 4
    coverage.tally.lost["events"] = 5
    context = Context(graph, CHINA, date(2026, 1, 1))

    assert [(Verdict.UNDECIDED, expected)] == [
        (judgement.verdict, judgement.context["count"])
        for judgement in Observed(limits={gap: expected - 1}).check(context).judgements
    ]
    assert not Observed(limits={gap: expected}).check(context).judgements


def test_an_origin_that_spans_dispute_is_named() -> None:
    graph = sketch("acme[DE] > gw@SG", "hong[CN] > gw")
    graph.coverage.claims["party:acme"] = Counter({"domestic": 3})
    graph.coverage.claims["party:hong"] = Counter({"domestic": 3, "CN": 1})
    (judgement,) = Observed(limits={"disputed": 0}).check(Context(graph, CHINA, date(2026, 1, 1))).judgements

    assert [missing.subject.id for missing in judgement.missing] == ["party:acme"]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        pytest.param("domestic", {Verdict.UNDECIDED}, id="a claim adds a suspicion"),
        pytest.param("overseas", set(), id="a claim that agrees adds nothing"),
    ],
)
def test_a_claim_about_an_overseas_party(claim: str, expected: set[Verdict]) -> None:
    graph = sketch("acme[DE] > gw@SG", "beta[DE] > gw")
    graph.coverage.claims["party:acme"] = Counter({claim: 3})
    rule = NeverMeet.model_validate(
        {"a": {"origin": ("overseas",)}, "b": {"origin": ("domestic",)}, "at": "place"}
    )
    checked = rule.check(Context(graph, CHINA, date(2026, 1, 1)))

    assert expected == {j.verdict for j in checked.judgements if j.at[1] == "service:gw@SG"}


def test_a_claim_takes_nothing_away() -> None:
    graph = sketch("acme[DE] > gw@SG", "hong[CN] > gw")
    graph.coverage.claims["party:hong"] = Counter({"overseas": 3})
    rule = NeverMeet.model_validate(
        {"a": {"origin": ("overseas",)}, "b": {"origin": ("domestic",)}, "at": "place"}
    )
    checked = rule.check(Context(graph, CHINA, date(2026, 1, 1)))

    assert Verdict.VIOLATED in {j.verdict for j in checked.judgements if j.at[1] == "service:gw@SG"}
