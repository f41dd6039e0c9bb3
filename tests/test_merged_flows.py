"""Flows that are counted by edge and source (docs/decisions/0009) never say more than flows kept one by one.

Random interactions are judged twice: added up as `Flows.put` does, and each kept apart, by its exact set of sources.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from lineage.contracts import (
    Attested,
    Context,
    Contract,
    ForbidFlow,
    NeverMeet,
    PartyRequires,
    PassThrough,
    PlaceRequires,
    PurposeLimit,
    Retention,
    RoundTrip,
    StayWithin,
)
from lineage.contracts.cases import CHINA, TODAY
from lineage.findings import Verdict
from lineage.flows import Carried, Doubt, FlowCount, FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.places import Place, PlaceKind
from lineage.testing import Facts, Sketch

FOREIGN = {"kinds": ("party",), "origin": ("overseas",)}
DOMESTIC = {"origin": ("domestic",)}
STORES = {"kinds": ("store",)}
RULES: tuple[Contract, ...] = (
    *(NeverMeet(a=FOREIGN, b=DOMESTIC, at=at) for at in ("partition", "resource", "place", "output")),
    *(NeverMeet(a=FOREIGN, b=DOMESTIC, suspect=STORES, at=at) for at in ("resource", "place", "output")),
    ForbidFlow(data=DOMESTIC, to={"countries": ("overseas",)}),
    ForbidFlow(data=FOREIGN, to={"kinds": ("operator",)}),
    ForbidFlow(data=FOREIGN, to=STORES, categories=("prompt",)),
    ForbidFlow(data=FOREIGN, to=STORES, purposes=("training",)),
    ForbidFlow(data=FOREIGN, to={"countries": ("domestic",)}, **{"from": {"countries": ("overseas",)}}),
    StayWithin(data=DOMESTIC, countries=("domestic",)),
    PassThrough(data=FOREIGN, to={"names": ("core",)}, via={"names": ("redactor",)}),
    PassThrough(data=FOREIGN, to=STORES, via={"names": ("redactor",)}),
    PurposeLimit(data=FOREIGN, allowed=("inference",)),
    Retention(data=FOREIGN, limit_days=30),
    RoundTrip(data=FOREIGN, home=("domestic",)),
    PlaceRequires(data=FOREIGN, places=STORES, held=True, require={"deletable": True}),
    PartyRequires(data=FOREIGN, require={"origin": ("overseas",)}),
    Attested(document=("dpa",), per="party", data=FOREIGN, places={"countries": ("domestic",)}),
    Attested(document=("test",), per="place", data=FOREIGN, places=STORES),
)


def facts(pick: random.Random) -> tuple[Facts, list[Place]]:
    """Places, and what is declared of them: services first, then parties, then the rest."""
    drawing = Sketch()
    words = "gw@SG redactor@SG core@CN acme[DE] hong[CN] who[?] pg/a pg/b redis op:support[CN] model:qwen"
    places = [drawing.place(word, "") for word in words.split()]
    places += [
        Place(PlaceKind.STORE, system="redis", owner=places[0].id),
        Place(PlaceKind.STORE, system="postgresql", owner=places[2].id),
        Place(PlaceKind.REMOTE, owner=places[1].id),
    ]
    for word, chance in (("redactor", 0.4), ("pg/a", 0.2)):
        if pick.random() < chance:
            drawing.lower(word, {"origin": pick.choice(("DE", "CN")), "evidence": "report"})
    for word in ("pg/a", "pg/b", "redis"):
        if pick.random() < 0.5:
            told = {"country": pick.choice(("CN", "SG")), "role": pick.choice(("database", "training-pool"))}
            drawing.declare(word, told)
    if pick.random() < 0.3:
        drawing.declare("redis", {"holds": pick.choice(("CN", "DE:business"))})
    if pick.random() < 0.3:
        drawing.declare("gw", {"trusted": "yes"})
    return drawing.facts, places


def edge(pick: random.Random, places: list[Place]) -> FlowKey:
    """One leg between a service and something else."""
    service = pick.choice(places[:3])
    other = pick.choice([place for place in places if place is not service])
    inwards = pick.random() < 0.4
    source, target = (other, service) if inwards else (service, other)
    doubts = Doubt.ENDPOINT if other.unknown else Doubt(0)
    if pick.random() < 0.1:
        doubts |= pick.choice((Doubt.CONFLICT, Doubt.DIRECTION, Doubt.CATEGORY))
    return FlowKey(
        source,
        target,
        Leg.REQUEST if inwards is (other.kind is PlaceKind.PARTY) else Leg.RESPONSE,
        target.kind is PlaceKind.STORE and pick.random() < 0.6,
        frozenset(pick.choice(((), ("prompt",), ("output",)))),
        pick.choice(("", "training", "inference")),
        retention=pick.choice(("", "7 days", "90 days")),
        doubts=doubts,
    )


def interactions(pick: random.Random, places: list[Place]) -> list[FlowKey]:
    """A few edges, each used a few times, with other sources each time."""
    entries = [place for place in places if place.kind is not PlaceKind.SERVICE]
    keys = []
    for each in (edge(pick, places) for _ in range(pick.randint(1, 4))):
        for _ in range(pick.randint(1, 3)):
            sure = frozenset(pick.sample(entries, pick.choice((1, 1, 1, 2, 2, 3))))
            possible = frozenset(pick.sample(entries, pick.choice((0, 0, 0, 1, 2)))) - sure
            if pick.random() < 0.1:
                sure, possible = frozenset(), sure
            doubts = each.doubts | (Doubt.ORDER if possible else Doubt(0))
            keys.append(replace(each, sources=sure, possible=possible, doubts=doubts))
    return keys


def apart(keys: list[FlowKey]) -> Flows:
    """Each set of sources an edge of its own."""
    flows = Flows()
    for key in keys:
        alone = Flows.of([key])
        (carried,) = alone.edges.values()
        flows.edges.setdefault(key, Carried()).add(carried)
        flows.places |= alone.places
    return flows


def verdicts(flows: Flows, told: Facts) -> list[Verdict]:
    graph = FlowGraph(flows, told)
    found = []
    for rule in RULES:
        checked = rule.check(Context(graph, CHINA, TODAY))
        worst = {judgement.verdict for judgement in checked.judgements}
        silent = Verdict.PROVEN if checked.flows else Verdict.NOT_APPLICABLE
        found.append(next((v for v in (Verdict.VIOLATED, Verdict.UNDECIDED) if v in worst), silent))
    return found


@pytest.mark.parametrize("part", range(5))
def test_adding_up_changes_no_verdict(part: int) -> None:
    met = set()
    for seed in range(part, 1500, 5):
        pick = random.Random(seed)
        told, places = facts(pick)
        keys = interactions(pick, places)
        merged, exact = Flows(), apart(keys)
        for key in keys:
            merged.put(key, FlowCount(1))
        expected = verdicts(exact, told)
        met.update(expected)
        assert dict(zip(RULES, verdicts(merged, told), strict=True)) == dict(
            zip(RULES, expected, strict=True)
        ), seed
    assert met == set(Verdict)
