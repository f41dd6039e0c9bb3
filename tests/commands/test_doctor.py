"""`lineage doctor`: what is missing, what would help most, and the line that would add it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lineage.__main__ import run
from lineage.checking import check
from lineage.doctor import Advice, absent, advise, share, without_region
from lineage.flows import FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.packs import load_pack
from lineage.places import Place, PlaceKind
from lineage.testing import sketch

GATEWAY = Place(PlaceKind.SERVICE, "gw", region="ap-southeast-1", provider="aws")
TABLE = Place(PlaceKind.STORE, system="postgresql", host="pg.example", collection="users")
ACME = Place(PlaceKind.PARTY, "acme")
PARTY = "parties: [{name: acme, match: {tenant: acme}, origin: DE, class: personal}]\n"


def graph_of(inventory: str) -> FlowGraph:
    """acme's data goes through a gateway into a table, under an inventory."""
    carried = frozenset({ACME})
    keys = [
        FlowKey(ACME, GATEWAY, Leg.REQUEST, sources=carried),
        FlowKey(GATEWAY, TABLE, Leg.REQUEST, kept=True, sources=carried),
    ]
    declared = Inventory.loads([inventory], ["lineage.yaml"]) if inventory else Inventory.empty()
    return FlowGraph(Flows.of(keys), declared)


def advice_for(inventory: str, rule: str = "baseline/q3-retention") -> list[Advice]:
    """What one rule of the baseline waits for."""
    graph, whole = graph_of(inventory), load_pack("baseline")
    rules = tuple(each for each in whole.rules if each.id == rule)
    report = check(graph, [whole.model_copy(update={"rules": rules})], today=date(2026, 11, 25))
    return advise(graph, report)


@pytest.mark.parametrize(
    ("inventory", "where", "line"),
    [
        pytest.param(
            "",
            "",
            'places: [{match: {kind: store, system: "postgresql", host: "pg.example"}, retention: ??}]',
            id="a new entry",
        ),
        pytest.param(
            "places: [{name: db, match: {host: pg.example}, country: SG}]",
            "lineage.yaml:1:10",
            "retention: ??",
            id="an entry that is there",
        ),
    ],
)
def test_the_line_that_would_add_a_fact(inventory: str, where: str, line: str) -> None:
    (found,) = [each for each in advice_for(inventory) if each.wanted.fact.fact == "missing.retention"]

    assert (found.where, found.line, found.decides) == (where, line, 1)


def test_the_line_settles_what_it_was_given_for() -> None:
    (before,) = advice_for("")

    assert advice_for(before.line.replace("??", "30 days")) == []


def test_facts_that_decide_a_rule_alone_come_first() -> None:
    graph = graph_of("")
    report = check(graph, [load_pack("baseline"), load_pack("order16")], today=date(2026, 11, 25))

    found = advise(graph, report)

    order = [(each.decides, len(each.wanted.rules)) for each in found]
    assert order == sorted(order, reverse=True)
    assert len(found) > 3
    assert {name for name, _, _ in absent(found)} == {"cloud.region", "lineage.purpose", "lineage.retention"}


@pytest.mark.parametrize(
    ("lines", "provable", "reasons"),
    [
        pytest.param(("acme[DE] > gw@SG",), 1, (), id="all known"),
        pytest.param(("acme[?] > gw@SG",), 0, (("missing.origin", 1),), id="origin not known"),
        pytest.param(("acme[DE] > gw@?",), 0, (("missing.country", 1),), id="country not known"),
        pytest.param(("acme[DE] > gw@SG ?> core@CN",), 1, (("doubt.order", 1),), id="order not known"),
    ],
)
def test_the_share_of_the_traffic_that_is_provable(
    lines: tuple[str, ...], provable: int, reasons: tuple[tuple[str, int], ...]
) -> None:
    found = share(sketch(*lines))

    assert (found.provable, found.reasons) == (provable, reasons)


def test_services_that_send_no_region() -> None:
    assert [each.id for each in without_region(sketch("acme[DE] > gw@SG > core@?"))] == ["service:core@"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_advises_and_passes(
    lang: str, captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spans, inventory = (
        str(captures / "node-express-mixed.jsonl"),
        str(captures / "node-express-mixed.lineage.yaml"),
    )

    assert run(["doctor", "--lang", lang]) == 0
    machine = capsys.readouterr().out
    assert run(["doctor", spans, "-i", inventory, "--lang", lang]) == 0
    told = capsys.readouterr().out
    assert told.startswith(machine)
    assert {"en": "% of the traffic is provable", "zh": "可证明的流量为"}[lang] in told
