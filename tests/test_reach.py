"""Reach against plain reachability, by exhaustion of small worlds; then single cases as sentences."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from lineage import declassify
from lineage.flows import Doubt, FlowCount, FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.labels import Known, Labels
from lineage.meaning import Meaning
from lineage.places import Place, PlaceKind
from lineage.reach import MAYBE, NO, YES, Paths, Reach, reach
from lineage.selection import Answer, Jurisdictions, Selection
from lineage.solve import solve
from lineage.testing import Facts, Lowering, Lowers, sketch

CHINA = Jurisdictions({"domestic": frozenset({"CN"})})
WORKER = Place(PlaceKind.SERVICE, name="worker")
STORES = [Place(PlaceKind.STORE, system="redis", host=f"s{number}") for number in range(4)]
PAIRS = [(a, b) for a in range(4) for b in range(4) if a != b]


def stores(edges: dict[tuple[int, int], Answer]) -> FlowGraph:
    """Stores that feed each other; only store 0 has contents of its own, from CN."""
    flows = Flows(places={WORKER, *STORES})
    for store in STORES:
        flows.put(FlowKey(store, WORKER, Leg.RESPONSE, sources=frozenset({store})), FlowCount(1))
    for (a, b), answer in edges.items():
        if answer:
            names, may = frozenset({STORES[a]}), frozenset[Place]()
            if answer is MAYBE:
                names, may = may, names
            flows.put(_key(b, names, may), FlowCount(1))
    nothing = Labels(frozenset(), frozenset(), Known.DECLARED)
    facts = {store: Meaning(store, contents=nothing) for store in STORES}
    facts[STORES[0]] = Meaning(STORES[0], contents=Labels(frozenset({"CN"}), frozenset(), Known.DECLARED))
    return FlowGraph(flows, Facts(facts))


def _key(target: int, names: frozenset[Place], may: frozenset[Place]) -> FlowKey:
    doubts = Doubt.ORDER if may else Doubt(0)
    return FlowKey(WORKER, STORES[target], Leg.REQUEST, True, sources=names, possible=may, doubts=doubts)


def closure(edges: dict[tuple[int, int], Answer]) -> list[Answer]:
    """How surely store 0's data gets to each store: the widest way, by plain repetition."""
    best = [YES, NO, NO, NO]
    for _ in range(4):
        for (a, b), answer in edges.items():
            best[b] = max(best[b], min(best[a], answer))
    return best


def of_store(graph: FlowGraph, found: Reach) -> list[Answer]:
    return [Answer(found.things[graph.thing_of[graph.position[store]]]) for store in STORES]


def domestic(graph: FlowGraph) -> list[Answer]:
    return [
        YES if graph.place(thing) == STORES[0] else NO
        for thing in range(len(graph.things))
    ]  # fmt: skip


def test_on_every_graph_of_four_stores_reach_is_reachability() -> None:
    for present in product((NO, YES), repeat=len(PAIRS)):
        edges = dict(zip(PAIRS, present, strict=True))
        graph = stores(edges)

        assert closure(edges) == of_store(graph, reach(graph, domestic(graph)))


def test_on_every_graph_of_four_stores_labels_are_what_reaches() -> None:
    for present in product((NO, YES), repeat=len(PAIRS)):
        edges = dict(zip(PAIRS, present, strict=True))
        graph = stores(edges)
        labels = solve(graph)
        found = [labels.of_thing(graph.thing_of[graph.position[store]])[0] for store in STORES]

        assert [("CN",) if answer else () for answer in closure(edges)] == found


def test_on_every_graph_of_three_stores_with_doubts_reach_is_the_surest_way() -> None:
    pairs = [(a, b) for a, b in PAIRS if a < 3 and b < 3]
    for answers in product((NO, MAYBE, YES), repeat=len(pairs)):
        edges = dict(zip(pairs, answers, strict=True))
        graph = stores(edges)
        found = reach(graph, domestic(graph))

        assert closure(edges) == of_store(graph, found)
        for level in (YES, MAYBE):
            ways = Paths(graph, found, level)
            for store, answer in zip(STORES[1:], closure(edges)[1:], strict=True):
                steps = ways.to(graph.thing_of[graph.position[store]])
                assert (steps is not None) == (answer >= level)
                if steps:
                    assert graph.flows[steps[-1]].key.target == store


def test_on_every_graph_of_three_stores_following_without_a_step_is_reach() -> None:
    pairs = [(a, b) for a, b in PAIRS if a < 3 and b < 3]
    for answers in product((NO, MAYBE, YES), repeat=len(pairs)):
        graph = stores(dict(zip(pairs, answers, strict=True)))
        start = domestic(graph)
        bit = {thing: 1 for thing, answer in enumerate(start) if answer}
        plain = reach(graph, start)
        for level in (YES, MAYBE):
            spread = declassify._follow(graph, start, bit, level, False, {}, {})

            assert [answer >= level for answer in plain.flows] == [bool(bits) for bits in spread.flows]


def test_on_every_graph_of_four_services_a_step_cleans_exactly_what_cannot_go_round_it() -> None:
    party = Place(PlaceKind.PARTY, name="acme")
    services = [Place(PlaceKind.SERVICE, name=f"s{number}") for number in range(4)]
    told = Meaning(party, contents=Labels(frozenset({"DE"}), frozenset(), Known.DECLARED))
    step = Lowering("redactor", services[1], Lowers(origin=("DE",)), "report", None)
    carried = frozenset({party})
    for present in product((False, True), repeat=len(PAIRS)):
        edges = [pair for pair, there in zip(PAIRS, present, strict=True) if there]
        anywhere, round_it = walk(edges, None), walk(edges, 1)
        keys = [FlowKey(party, services[0], Leg.REQUEST, sources=carried)]
        keys += [
            FlowKey(services[a], services[b], Leg.REQUEST, sources=carried) for a, b in edges if a in anywhere
        ]
        graph = FlowGraph(Flows.of(keys), Facts({party: told}, declassifiers=(step,)))
        selection = Selection(origin=("overseas",))
        found = declassify.reach_lowered(
            graph, selection.answers(graph, CHINA), selection, CHINA, date(2026, 1, 1)
        )
        reached = {number for number in range(4) if services[number] in graph.position
                   and found.things[graph.thing_of[graph.position[services[number]]]]}  # fmt: skip

        assert round_it == reached


def walk(edges: list[tuple[int, int]], never_leaves: int | None) -> set[int]:
    seen, ahead = {0}, [0]
    while ahead:
        here = ahead.pop()
        for a, b in edges:
            if a == here and a != never_leaves and b not in seen:
                seen.add(b)
                ahead.append(b)
    return seen


def reached(lines: tuple[str, ...], selection: Selection, today: date = date(2026, 1, 1)) -> dict[str, str]:
    graph = sketch(*lines)
    found = declassify.reach_lowered(graph, selection.answers(graph, CHINA), selection, CHINA, today)
    words = {YES: "yes", MAYBE: "maybe"}
    return {graph.id(t): words[Answer(a)] for t, a in enumerate(found.things) if a}


OVERSEAS = Selection(kinds=(PlaceKind.PARTY,), origin=("overseas",))
DIRECT = OVERSEAS.model_copy(update={"direct": True})
REDACTED = ("acme[DE] > gw@SG > redactor@SG > core@CN", "redactor lowers origin=DE evidence=report")


@pytest.mark.parametrize(
    ("lines", "selection", "expected"),
    [
        pytest.param(
            ("acme[DE] > gw@SG > pg", "job@CN < pg > lake"),
            OVERSEAS,
            {"party:acme": "yes", "service:gw@SG": "yes", "store:postgresql@pg": "yes", "service:job@CN": "yes", "store:store@lake": "yes"},
            id="what is kept in a store taints who reads it in another trace",
        ),
        pytest.param(
            ("acme[DE] > gw@SG > pg", "job@CN < pg"),
            DIRECT,
            {"party:acme": "yes", "service:gw@SG": "yes", "store:postgresql@pg": "yes"},
            id="a direct selection stops at the store",
        ),
        pytest.param(
            ("acme[DE] > gw@SG ~ pg", "job@CN < pg"),
            OVERSEAS,
            {"party:acme": "yes", "service:gw@SG": "yes", "store:postgresql@pg": "yes"},
            id="a store that was only asked is reached, but gives nothing out",
        ),
        pytest.param(
            ("acme[?] > gw@SG",),
            OVERSEAS,
            {"party:acme": "maybe", "service:gw@SG": "maybe"},
            id="an unknown origin may be any",
        ),
        pytest.param(
            ("acme[DE] > gw@SG > ?pg", "job@CN < pg", "other@CN < ?pg"),
            OVERSEAS,
            {"party:acme": "yes", "service:gw@SG": "yes", "store:postgresql@?(service:gw@SG)": "yes", "service:job@CN": "maybe", "service:other@CN": "yes"},
            id="a store without an address may be any of its system",
        ),
        pytest.param(
            ("acme[DE] > gw@SG > pg/users", "job@CN < pg"),
            OVERSEAS,
            {"party:acme": "yes", "service:gw@SG": "yes", "store:postgresql@pg//users": "yes", "service:job@CN": "maybe"},
            id="a read without a table may read any table",
        ),
        pytest.param(
            ("acme[DE] > gw@SG > pg", "pg is name=main", "job@CN < pg2", "pg2 is name=main"),
            OVERSEAS,
            {"party:acme": "yes", "service:gw@SG": "yes", "store:postgresql@pg": "yes", "service:job@CN": "yes"},
            id="two addresses of one name are one store",
        ),
        pytest.param(
            REDACTED,
            OVERSEAS,
            {"party:acme": "yes", "service:gw@SG": "yes", "service:redactor@SG": "yes"},
            id="what a step lowers does not leave it",
        ),
        pytest.param(
            (*REDACTED, "acme > gw > core"),
            OVERSEAS,
            {"party:acme": "yes", "service:gw@SG": "yes", "service:redactor@SG": "yes", "service:core@CN": "yes"},
            id="what goes round the step is not lowered",
        ),
        pytest.param(
            ("acme[DE] > gw@SG > redactor@SG > core@CN", "redactor lowers origin=FR evidence=report"),
            OVERSEAS,
            {"party:acme": "yes", "service:gw@SG": "yes", "service:redactor@SG": "yes", "service:core@CN": "yes"},
            id="a step for another origin lowers nothing",
        ),
        pytest.param(
            ("acme[DE] > gw@SG > redactor@SG > core@CN", "redactor lowers origin=DE expires=2025-12-31"),
            OVERSEAS,
            {"party:acme": "yes", "service:gw@SG": "yes", "service:redactor@SG": "yes", "service:core@CN": "yes"},
            id="a step past its date lowers nothing",
        ),
        pytest.param(
            ("acme[DE] > gw@SG > redactor@SG > pg", "job@CN < pg > lake", "redactor lowers origin=DE evidence=report"),
            OVERSEAS,
            {"party:acme": "yes", "service:gw@SG": "yes", "service:redactor@SG": "yes"},
            id="a store behind the step is clean, and so is who reads it",
        ),
    ],
)  # fmt: skip
def test_reach(lines: tuple[str, ...], selection: Selection, expected: dict[str, str]) -> None:
    assert expected == reached(lines, selection)


def test_a_broken_trace_behind_a_step_cleans_nothing() -> None:
    acme, redactor = Place(PlaceKind.PARTY, name="acme"), Place(PlaceKind.SERVICE, name="redactor")
    core, store = Place(PlaceKind.SERVICE, name="core"), Place(PlaceKind.STORE, system="redis", host="r")
    told = Meaning(acme, contents=Labels(frozenset({"DE"}), frozenset(), Known.DECLARED))
    step = Lowering("redactor", redactor, Lowers(origin=("DE",)), "report", None)
    keys = [
        FlowKey(acme, redactor, Leg.REQUEST, sources=frozenset({acme})),
        FlowKey(
            core, store, Leg.REQUEST, True, sources=frozenset({acme})
        ),  # no way from redactor to core was seen
    ]
    graph = FlowGraph(Flows.of(keys), Facts({acme: told}, declassifiers=(step,)))
    found = declassify.reach_lowered(graph, OVERSEAS.answers(graph, CHINA), OVERSEAS, CHINA, date(2026, 1, 1))

    assert found.things[graph.thing_of[graph.position[store]]] == YES


@pytest.mark.parametrize("doubt", [Doubt.CONFLICT, Doubt.DIRECTION], ids=str)
def test_a_flow_that_rests_on_a_choice_is_at_most_possible(doubt: Doubt) -> None:
    acme, gw = Place(PlaceKind.PARTY, name="acme"), Place(PlaceKind.SERVICE, name="gw")
    told = Meaning(acme, contents=Labels(frozenset({"DE"}), frozenset(), Known.DECLARED))
    key = FlowKey(acme, gw, Leg.REQUEST, sources=frozenset({acme}), doubts=doubt)
    graph = FlowGraph(Flows.of([key]), Facts({acme: told}))

    assert reach(graph, OVERSEAS.answers(graph, CHINA)).things[graph.thing_of[graph.position[gw]]] == MAYBE


@pytest.mark.parametrize("doubt", [Doubt.ENDPOINT, Doubt.CATEGORY, Doubt.PARENT], ids=str)
def test_a_flow_whose_end_or_category_is_not_named_still_carries(doubt: Doubt) -> None:
    acme, gw = Place(PlaceKind.PARTY, name="acme"), Place(PlaceKind.SERVICE, name="gw")
    told = Meaning(acme, contents=Labels(frozenset({"DE"}), frozenset(), Known.DECLARED))
    key = FlowKey(acme, gw, Leg.REQUEST, sources=frozenset({acme}), doubts=doubt)
    graph = FlowGraph(Flows.of([key]), Facts({acme: told}))

    assert reach(graph, OVERSEAS.answers(graph, CHINA)).things[graph.thing_of[graph.position[gw]]] == YES


def test_the_owner_of_a_retrieved_document_has_data_in_the_store() -> None:
    acme, rag = Place(PlaceKind.PARTY, name="acme"), Place(PlaceKind.STORE, system="qdrant", host="rag")
    gw, other = Place(PlaceKind.SERVICE, name="gw"), Place(PlaceKind.SERVICE, name="other")
    told = Meaning(acme, contents=Labels(frozenset({"DE"}), frozenset(), Known.DECLARED))
    keys = [
        FlowKey(rag, gw, Leg.RESPONSE, sources=frozenset({rag, acme})),
        FlowKey(rag, other, Leg.RESPONSE, sources=frozenset({rag})),
    ]
    graph = FlowGraph(Flows.of(keys), Facts({acme: told}))
    found = reach(graph, OVERSEAS.answers(graph, CHINA))

    assert {YES} == {found.things[graph.thing_of[graph.position[place]]] for place in (rag, gw, other)}
