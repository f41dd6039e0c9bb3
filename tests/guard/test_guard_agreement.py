"""The guard says what CI says: on every case of every pack, flow by flow.

Each case is a small graph with the verdicts of CI. Its flows are asked about one after the other, and what the guard
has against them, taken together, is what CI has against the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace
from datetime import date

import pytest

from lineage.checking import VERDICTS, check
from lineage.findings import Finding, Verdict
from lineage.flows import Doubt, Flows
from lineage.graph import FlowGraph
from lineage.guard.asks import Ask
from lineage.guard.decision import Decision, Mode
from lineage.guard.memory import Memory
from lineage.guard.policy import Policy
from lineage.packcases import PackCase, load_cases
from lineage.packs import Pack, builtin_packs, load_pack
from lineage.places import Place, PlaceKind
from lineage.testing import sketch

TODAY = date(2026, 1, 1)
DAY = (TODAY - date(1970, 1, 1)).days
WHEN = 1_700_000_000_000_000_000
OWN = Place(PlaceKind.SERVICE, "nobody-in-the-sketch")
NO_FLOW_IS_TO_BLAME = {
    "expected": "nothing was seen",
    "return.none": "the answer may still come",
    "silent": "a declared place may still be seen",
    "observed.count": "gaps of the telemetry",
    "observed.age": "age of the telemetry",
    "observed.undated": "age of the telemetry",
}

PACKS = {name: load_pack(name) for name in builtin_packs()}
CASES = [
    pytest.param(PACKS[name], case, id=f"{name}: {case.name}")
    for name in builtin_packs()
    for case in load_cases(PACKS[name]).cases
]


def asks(graph: FlowGraph) -> list[Ask]:
    """The flows of a sketch as a service would make them: what is read was written before."""
    return sorted(_asks(graph), key=lambda ask: not ask.kept)


def _asks(graph: FlowGraph) -> Iterator[Ask]:
    for flow in graph.flows:
        key, carried = flow.key, flow.carried
        several: list[tuple[Set[Place], Set[Place]]] = [
            ({source}, set()) for source in sorted(carried.sources)
        ]
        several += [({one, other}, set()) for one, other in sorted(carried.together)]
        several += [(set(), {source}) for source in sorted(carried.possible)]
        for sure, maybe in several:
            yield Ask(
                key.source,
                key.target,
                key.leg,
                key.kept,
                key.categories,
                key.purpose,
                key.protection,
                key.retention,
                frozenset(sure),
                frozenset(maybe),
                key.doubts & ~Doubt.ORDER,
            )


def remembering(pack: Pack, case: PackCase, graph: FlowGraph, mode: Mode) -> Memory:
    policy = Policy((pack,), graph.inventory, mode, reading=case.mode)
    return Memory(policy, Flows(coverage=graph.coverage), OWN, 10_000, DAY)


def answers(memory: Memory, all_of_them: list[Ask]) -> Iterator[Decision]:
    for ask in all_of_them:
        known = memory.recall(ask)
        yield known.decision if known else memory.think(ask, WHEN, lambda decision: decision)


def blamable(finding: Finding) -> bool:
    return not finding.waived and finding.message not in NO_FLOW_IS_TO_BLAME


def of_ci(pack: Pack, case: PackCase, graph: FlowGraph, left_out: tuple[str, ...]) -> dict[str, Verdict]:
    """What CI says of the rules that a flow can be blamed for."""
    found: dict[str, list[Verdict]] = {}
    for finding in check(graph, [pack], mode=case.mode, today=TODAY).findings:
        if blamable(finding) and finding.rule not in left_out:
            found.setdefault(finding.rule, []).append(finding.verdict)
    return {rule: min(verdicts, key=VERDICTS.index) for rule, verdicts in found.items()}


def of_guard(decisions: Iterator[Decision]) -> dict[str, Verdict]:
    found: dict[str, list[Verdict]] = {}
    for decision in decisions:
        for blame in decision.blamed:
            found.setdefault(blame.rule, []).append(blame.verdict)
    return {rule: min(verdicts, key=VERDICTS.index) for rule, verdicts in found.items()}


@pytest.mark.parametrize(("pack", "case"), CASES)
def test_blame_and_verdicts_are_those_of_ci(pack: Pack, case: PackCase) -> None:
    graph = sketch(*case.lines)
    memory = remembering(pack, case, graph, Mode.OBSERVE)

    assert of_guard(answers(memory, asks(graph))) == of_ci(pack, case, graph, memory.policy.left_out)


@pytest.mark.parametrize(("pack", "case"), CASES)
def test_where_all_has_happened_already_each_flow_is_still_blamed(pack: Pack, case: PackCase) -> None:
    graph = sketch(*case.lines)
    memory = remembering(pack, case, graph, Mode.OBSERVE)
    list(answers(memory, asks(graph)))
    memory.forget()
    about_evidence = {rule.id for rule in pack.rules if rule.contract.type == "observed"}

    again = of_guard(answers(memory, asks(graph)))

    expected = of_ci(pack, case, graph, memory.policy.left_out)
    assert {r: v for r, v in again.items() if r not in about_evidence} == {
        r: v for r, v in expected.items() if r not in about_evidence
    }


@pytest.mark.parametrize(("pack", "case"), CASES)
def test_what_an_enforcing_guard_lets_through_ci_has_nothing_against(pack: Pack, case: PackCase) -> None:
    graph = sketch(*case.lines)
    memory = remembering(pack, case, graph, Mode.ENFORCE)
    list(answers(memory, asks(graph)))

    rest = memory.policy.findings(memory.facts, TODAY).values()

    assert [finding.rule for finding in rest if blamable(finding)] == []


def twin(place: Place) -> Place:
    """Another customer of whom the inventory says the same."""
    return (
        replace(place, name=f"{place.name}-twin") if place.kind is PlaceKind.PARTY and place.name else place
    )


def twinned(ask: Ask) -> Ask:
    return ask._replace(
        source=twin(ask.source),
        target=twin(ask.target),
        sources=frozenset(map(twin, ask.sources)),
        possible=frozenset(map(twin, ask.possible)),
    )


@pytest.mark.parametrize(("pack", "case"), CASES)
def test_customers_that_stand_for_each_other_are_stopped_alike(pack: Pack, case: PackCase) -> None:
    graph = sketch(*case.lines)
    for place, meaning in list(graph.inventory.meanings.items()):  # type: ignore[attr-defined]
        graph.inventory.meanings[twin(place)] = replace(meaning, place=twin(place))  # type: ignore[attr-defined]
    theirs = asks(graph)
    everybody = theirs + [twinned(ask) for ask in theirs]
    together, apart = (remembering(pack, case, graph, Mode.ENFORCE) for _ in range(2))
    apart.classes._any_name = True

    found = [[decision.outcome for decision in answers(memory, everybody)] for memory in (together, apart)]

    assert found[0] == found[1]
    assert len(together.facts.places) <= len(apart.facts.places)


def test_every_contract_that_asks_about_flows_is_blamed_in_some_case() -> None:
    blamed = set()
    for pack in PACKS.values():
        for case in load_cases(pack).cases:
            graph = sketch(*case.lines)
            memory = remembering(pack, case, graph, Mode.OBSERVE)
            rules = of_guard(answers(memory, asks(graph)))
            blamed |= {rule.contract.type for rule in pack.rules if rule.id in rules}

    assert blamed >= {
        "attested", "forbid-flow", "never-meet", "observed", "party-requires", "place-requires", "purpose", "retention",
        "round-trip", "stay-within", "traceable",
    }  # fmt: skip
