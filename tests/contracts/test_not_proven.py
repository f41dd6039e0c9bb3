"""What must not be called proven: evidence that is missing, contradicts itself, or is about something else."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from lineage.contracts import (
    Attested,
    Context,
    Contract,
    Expression,
    ForbidFlow,
    NeverMeet,
    PartyRequires,
    PassThrough,
    PlaceRequires,
    Retention,
    StayWithin,
    Traceable,
)
from lineage.contracts.cases import CHINA, TODAY
from lineage.findings import Verdict
from lineage.flows import Doubt, FlowKey, Leg
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.testing import Sketch, sketch

PARTY = {"kinds": ("party",), "origin": ("overseas",)}
DOMESTIC = {"origin": ("domestic",)}
OUTPUT = NeverMeet(a=PARTY, b=DOMESTIC, at="output")
STORES = {"kinds": ("store",)}
IN = "acme[DE] > gw@SG"
TWO = (f"{IN} > pg-1", "acme > gw > pg-2")
CALL = f"{IN} > model:qwen"
DEAL = "authorisation deal models=qwen* valid_from=2023-01-01 valid_until=2023-12-31"


def verdict(contract: Contract, graph: FlowGraph) -> Verdict:
    """The worst that a contract says of a graph."""
    checked = contract.check(Context(graph, CHINA, TODAY))
    if any(judgement.verdict is Verdict.VIOLATED for judgement in checked.judgements):
        return Verdict.VIOLATED
    if checked.judgements:
        return Verdict.UNDECIDED
    return Verdict.PROVEN if checked.flows else Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("contract", "lines", "expected"),
    [
        pytest.param(OUTPUT, (IN,), Verdict.NOT_APPLICABLE, id="of answers that were not seen"),
        pytest.param(OUTPUT, (f"{IN} > acme", "beta[FR] > gw"), Verdict.PROVEN, id="of answers that were seen, it may be"),
        pytest.param(
            NeverMeet(a=PARTY, b={"origin": ("FR",)}, suspect=DOMESTIC),
            (f"{IN} > ?pg", "hong[CN] > core@CN > pg"),
            Verdict.UNDECIDED,
            id="where a suspect may be at the same place",
        ),
        pytest.param(StayWithin(countries=("overseas",)), (f"{IN} > pg",), Verdict.UNDECIDED, id="of a place that nobody located"),
        pytest.param(
            StayWithin(countries=("overseas",)),
            (*TWO, "pg-1 is name=db country=SG", "pg-2 is name=db country=CN"),
            Verdict.UNDECIDED,
            id="of a thing whose addresses stand in two countries",
        ),
        pytest.param(
            PlaceRequires(places=STORES, require={"country_within": ("overseas",)}),
            (*TWO, "pg-1 is name=db country=SG", "pg-2 is name=db country=CN"),
            Verdict.UNDECIDED,
            id="that it stands there, likewise",
        ),
        pytest.param(
            ForbidFlow(to={"countries": ("domestic",)}),
            (*TWO, "pg-1 is name=db country=SG", "pg-2 is name=db country=CN"),
            Verdict.UNDECIDED,
            id="that nothing gets there, likewise",
        ),
        pytest.param(
            StayWithin(countries=("overseas",)),
            (*TWO, "pg-1 is name=db country=SG", "pg-2 is name=db"),
            Verdict.PROVEN,
            id="of a thing that one address locates, it may be",
        ),
        pytest.param(
            Retention(limit_days=30),
            (*TWO, "pg-1 is name=db retention=30", "pg-2 is name=db retention=365"),
            Verdict.VIOLATED,
            id="of a thing that one entry keeps for longer",
        ),
        pytest.param(
            PlaceRequires(places=STORES, require={"deletable": True}),
            (*TWO, "pg-1 is name=db deletable=yes", "pg-2 is name=db deletable=no"),
            Verdict.UNDECIDED,
            id="of a thing that one entry calls not deletable",
        ),
        pytest.param(
            PlaceRequires(require={"vendor_training": False}),
            (IN, "gw is operator=somebody"),
            Verdict.UNDECIDED,
            id="of an operator, where our own name is not declared",
        ),
        pytest.param(
            Attested(document=("dpa",)),
            (IN, "document dpa id=a date=2024-01-01", "document dpa id=b date=2025-01-01 expires=2025-06-01 holds=no"),
            Verdict.VIOLATED,
            id="by an old yes when a later no has run out",
        ),
        pytest.param(
            Attested(document=("dpa",)),
            (IN, "document dpa id=a date=2025-01-01", "document dpa id=b date=2024-01-01 expires=2024-06-01 holds=no"),
            Verdict.PROVEN,
            id="by a yes after a no that ran out, it may be",
        ),
        pytest.param(
            Traceable(demand="authorised", unless=("no-use",)),
            (CALL, "document no-use id=a date=2024-01-01", "document no-use id=b date=2025-01-01 holds=no"),
            Verdict.UNDECIDED,
            id="because an older document says that it is not done",
        ),
        pytest.param(
            Traceable(demand="traced"),
            (
                CALL,
                "model:qwen is vendor=lab",
                "vendor lab",
                f"{DEAL} type=self-hosted",
                "ledger downstream-usage time=2023-11-14T22:40Z tenant=acme model=qwen request=r1",
            ),
            Verdict.UNDECIDED,
            id="without upstream ledgers, of our own model at a vendor's",
        ),
        pytest.param(
            PassThrough(data=PARTY, **{"from": {"names": ("nobody",)}}, to={"names": ("core",)}, via={"names": ("redactor",)}),
            (f"{IN} > redactor@SG > core@CN",),
            Verdict.NOT_APPLICABLE,
            id="of ways that begin nowhere",
        ),
    ],
)  # fmt: skip
def test_it_is_not_proven(contract: Contract, lines: tuple[str, ...], expected: Verdict) -> None:
    assert verdict(contract, sketch(*lines)) is expected


def drawn(lines: tuple[str, ...], flows: Callable[[Sketch], list[FlowKey]]) -> FlowGraph:
    """A sketch with flows that its lines cannot say."""
    drawing = Sketch()
    for line in lines:
        drawing.draw(line)
    for key in flows(drawing):
        drawing.flow(key)
    return FlowGraph(drawing.flows, drawing.facts)


def test_what_may_have_been_a_read_does_not_tell_what_a_store_holds() -> None:
    def flows(d: Sketch) -> list[FlowKey]:
        acme, gw, pg = (d.place(word, "") for word in ("acme", "gw", "pg"))
        return [
            FlowKey(gw, pg, Leg.REQUEST, True, sources=frozenset({acme}), doubts=Doubt.DIRECTION),
            FlowKey(pg, gw, Leg.RESPONSE, sources=frozenset({pg}), doubts=Doubt.DIRECTION),
            FlowKey(gw, acme, Leg.RESPONSE, sources=frozenset({acme, pg})),
        ]

    assert verdict(OUTPUT, drawn((IN,), flows)) is Verdict.UNDECIDED


def test_an_answer_that_names_somebody_unknown_makes_the_store_perhaps_his() -> None:
    """Also where it surely carries the data of another source."""

    def flows(d: Sketch) -> list[FlowKey]:
        gw, pg, redis, who, job = (d.place(word, "") for word in ("gw", "pg", "redis", "who[?]", "job@CN"))
        return [
            FlowKey(pg, gw, Leg.RESPONSE, sources=frozenset({who, redis})),
            FlowKey(pg, job, Leg.RESPONSE, sources=frozenset({pg})),
        ]

    graph = drawn((f"{IN} > redis", "pg is holds=nothing"), flows)
    assert verdict(ForbidFlow(data=PARTY, to={"names": ("job",)}), graph) is Verdict.UNDECIDED


def test_of_an_answer_that_names_an_owner_the_store_holds_what_is_his() -> None:
    def flows(d: Sketch) -> list[FlowKey]:
        gw, pg, redis, beta, job = (d.place(word, "") for word in ("gw", "pg", "redis", "beta[FR]", "job@CN"))
        return [
            FlowKey(pg, gw, Leg.RESPONSE, sources=frozenset({beta, redis})),
            FlowKey(pg, job, Leg.RESPONSE, sources=frozenset({pg})),
        ]

    contract = ForbidFlow(data={"origin": ("DE",)}, to={"names": ("job",)})
    lines = (f"{IN} > redis", "pg is holds=nothing", "job@CN lowers origin=DE evidence=report")
    assert verdict(contract, drawn(lines, flows)) is Verdict.PROVEN


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        pytest.param(("lost@SG", "core"), Verdict.UNDECIDED, id="it may have come round the step"),
        pytest.param(
            ("lost@SG", "redactor", "core"), Verdict.PROVEN, id="it goes through the step from there"
        ),
    ],
)
def test_data_without_a_way_to_it_may_have_come_round_the_step(
    way: tuple[str, ...], expected: Verdict
) -> None:
    contract = PassThrough(data=PARTY, to={"names": ("core",)}, via={"names": ("redactor",)})

    def flows(d: Sketch) -> list[FlowKey]:
        acme, places = d.place("acme", ""), [d.place(word, "") for word in way]
        return [
            FlowKey(here, there, Leg.REQUEST, sources=frozenset({acme})) for here, there in pairwise(places)
        ]

    assert verdict(contract, drawn((f"{IN} > redactor@SG > core@CN",), flows)) is expected


LOGS = {"roles": ("log",)}


@pytest.mark.parametrize(
    "contract",
    [
        pytest.param(PlaceRequires(places=LOGS, require={"deletable": True}), id="place-requires"),
        pytest.param(Retention(places=LOGS), id="retention"),
        pytest.param(StayWithin(places=LOGS, countries=("SG",)), id="stay-within"),
        pytest.param(Attested(document=("log-test",), per="place", places=LOGS), id="attested"),
        pytest.param(Expression(over="places", places=LOGS, holds="place.deletable"), id="expression"),
    ],
)
def test_a_declared_log_that_is_silent_leaves_nothing_proven_of_logs(contract: Contract) -> None:
    seen = "{name: log, match: {host: log}, role: log, country: SG, retention: 7 days, deletable: true}"
    silent = "{name: other-log, match: {host: other}, role: log, deletable: false}"
    document = "attestations: [{id: test, type: log-test, owner: ops, date: 2025-06-01, covers: all}]"
    drawing = Sketch()
    drawing.draw(f"{IN} > log")

    def told(*places: str) -> FlowGraph:
        text = f"places: [{', '.join(places)}]\n{document}"
        return FlowGraph(drawing.flows, Inventory.loads([text], ["lineage.yaml"]))

    assert verdict(contract, told(seen)) is Verdict.PROVEN
    assert verdict(contract, told(seen, silent)) is Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("contract", "fields"),
    [
        pytest.param(PlaceRequires, {"require": {}}, id="of places"),
        pytest.param(PartyRequires, {"require": {}}, id="of parties"),
        pytest.param(Traceable, {"demand": "rights"}, id="of rights"),
        pytest.param(Traceable, {"demand": "chain", "rights": ("resell",)}, id="of rights, where something else is asked"),
    ],
)  # fmt: skip
def test_a_rule_that_demands_nothing_is_an_error(contract: type[Contract], fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        contract.model_validate(fields)
