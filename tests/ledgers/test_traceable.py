"""`traceable` beside its own cases: which authorisation counts, for whom calls are, and what ledgers of an inventory say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lineage import FlowGraph, Inventory
from lineage.contracts import Context, Traceable
from lineage.errors import LineageError
from lineage.findings import Checked, Verdict
from lineage.flows import FlowCount, FlowKey, Flows, Leg
from lineage.places import Place, PlaceKind
from lineage.selection import Jurisdictions
from lineage.testing import Facts, sketch

CALL = "acme[DE] > gw@SG > model:qwen"
TERM = "valid_from=2023-01-01 valid_until=2023-12-31"
USED = "ledger upstream-usage time=2023-11-14T22:05Z model=qwen"
DEAL = f"authorisation deal models=qwen {TERM}"
SOLD = "ledger downstream-usage time=2023-11-14T22:05Z tenant=acme model=qwen"
BILL = "ledger upstream-invoices invoice=7 period=2023-11 model=qwen tokens=1000"
STOCK = "ledger stock period=2023-11 model=qwen opening_tokens=0 closing_tokens=0 self_hosted_tokens=0"
HOUR = 3_600_000_000_000


def facts_of(*lines: str) -> Facts:
    """What lines declare, for a graph of another making."""
    facts = sketch(CALL, *lines).inventory
    assert isinstance(facts, Facts)
    return facts


def checked(graph: FlowGraph, today: date = date(2026, 1, 1), **fields: Any) -> Checked:
    return Traceable.model_validate(fields).check(Context(graph, Jurisdictions({}), today))


def said(graph: FlowGraph, today: date = date(2026, 1, 1), **fields: Any) -> list[tuple[str, str]]:
    return [(str(j.verdict), j.message) for j in checked(graph, today, **fields).judgements]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2023-11-14", "2023-11-14", []),
        ("2023-11-15", "2023-12-31", [("violated", "trace.expired")]),
        ("2023-01-01", "2023-11-13", [("violated", "trace.expired")]),
        ("2023-01-01", "open-ended", []),
        ("2023-11-15", "open-ended", [("violated", "trace.expired")]),
    ],
)
def test_both_days_of_an_authorisation_count(first: str, last: str, expected: list[tuple[str, str]]) -> None:
    graph = sketch(CALL, f"authorisation deal models=qwen valid_from={first} valid_until={last}")

    assert said(graph, demand="authorised") == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param((f"authorisation one models=qwen {TERM} rights=call+resell",), [], id="one that grants it"),
        pytest.param(
            (f"authorisation one models=qwen {TERM} rights=call+resell", f"authorisation two models=qwen {TERM} rights=call"),
            [],
            id="one that grants it is enough, whatever another says",
        ),
        pytest.param(
            ("authorisation one models=qwen valid_until=2022-12-31 rights=resell", f"authorisation two models=qwen {TERM} rights=call"),
            [("violated", "trace.right")],
            id="rights of one that has ended do not count",
        ),
        pytest.param(
            (f"authorisation one models=qwen {TERM} endpoints=api.other rights=resell", f"authorisation two models=qwen {TERM} rights=call"),
            [("violated", "trace.right")],
            id="nor those of one for another endpoint",
        ),
        pytest.param(
            (f"authorisation one models=other {TERM} rights=resell",), [("undecided", "trace.none")], id="nor of one for another model"
        ),
        pytest.param(
            (f"authorisation one models=qwen {TERM} rights=resell parent=one",), [("undecided", "trace.none")], id="one that stands above itself is nobody's"
        ),
    ],
)  # fmt: skip
def test_which_authorisation_counts(lines: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert said(sketch(CALL, *lines), demand="rights", rights=("resell",)) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param((CALL,), "violated", id="a customer"),
        pytest.param(("gw@SG > model:qwen",), "undecided", id="a service of our own"),
        pytest.param(("caller:gw@SG > gw > model:qwen",), "undecided", id="a caller that nobody knows"),
        pytest.param(
            ("caller:gw@SG > gw > model:qwen", "gw is entry=yes"), "violated", id="a customer at an entry"
        ),
    ],
)
def test_who_needs_the_right_to_resell(lines: tuple[str, ...], expected: str) -> None:
    graph = sketch(*lines, f"authorisation deal models=qwen {TERM} rights=call")

    assert said(graph, demand="rights", rights=("resell",)) == [(expected, "trace.right")]
    assert said(graph, demand="rights", rights=("call",)) == []


def test_calls_of_one_day_outside_the_term_are_told_apart() -> None:
    acme, gw = Place(PlaceKind.PARTY, name="acme"), Place(PlaceKind.SERVICE, name="gw")
    model = Place(PlaceKind.MODEL, name="qwen", host="q.example")
    flows = Flows()
    for day, calls in ((1, 3), (40, 5)):
        start = day * 24 * HOUR
        flows.put(FlowKey(gw, model, Leg.REQUEST, sources=frozenset({acme})), FlowCount(calls, start, start))
    facts = facts_of("authorisation deal models=q* valid_from=1970-01-01 valid_until=1970-01-31")
    (judgement,) = checked(FlowGraph(flows, facts), demand="authorised").judgements

    assert judgement.verdict is Verdict.VIOLATED
    assert (judgement.context["calls"], judgement.context["months"]) == (5, ("1970-02",))
    assert [ref.id for ref in judgement.context["data"]] == ["party:acme"]  # type: ignore[union-attr]
    assert judgement.witness[0].steps[-1].target.id == "model:/qwen@q.example"


def test_a_model_without_a_name_and_calls_without_a_time_are_undecided() -> None:
    gw, model = Place(PlaceKind.SERVICE, name="gw"), Place(PlaceKind.MODEL, host="q.example")
    named = Place(PlaceKind.MODEL, name="qwen", host="q.example")
    keys = [FlowKey(gw, model, Leg.REQUEST), FlowKey(gw, named, Leg.REQUEST)]
    facts = facts_of(f"authorisation deal models=* {TERM}")
    graph = FlowGraph(Flows.of(keys), facts)

    assert said(graph, demand="authorised") == [
        ("undecided", "trace.model.unknown"),
        ("undecided", "trace.undated"),
    ]


def test_calls_of_which_no_usage_was_kept_are_not_forgotten() -> None:
    graph = sketch(CALL, f"authorisation deal models=qwen {TERM}")
    graph.usage = ()

    assert said(graph, demand="authorised") == [("undecided", "trace.undated")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("document no-white-label", []),
        ("document no-white-label date=2026-01-02", [("violated", "trace.right")]),
        ("document no-white-label expires=2025-12-31", [("violated", "trace.right")]),
        ("document no-white-label holds=no", [("violated", "trace.right")]),
        ("document no-white-label covers=acme", [("violated", "trace.right")]),
        ("document other", [("violated", "trace.right")]),
    ],
)
def test_a_document_lifts_a_demand_only_while_it_speaks_for_all(
    line: str, expected: list[tuple[str, str]]
) -> None:
    graph = sketch(CALL, f"authorisation deal models=qwen {TERM} rights=call", line)

    assert said(graph, demand="rights", rights=("white-label",), unless=("no-white-label",)) == expected


def test_a_lifted_demand_says_so() -> None:
    graph = sketch(CALL, "document no-white-label")

    assert (
        checked(graph, demand="rights", rights=("white-label",), unless=("no-white-label",)).note
        == "note.unless"
    )


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2023, 11, 30), [("undecided", "trace.uninvoiced")]),
        (date(2023, 12, 1), [("violated", "trace.uninvoiced")]),
    ],
)
def test_an_invoice_is_due_when_the_month_is_over(today: date, expected: list[tuple[str, str]]) -> None:
    graph = sketch(CALL, DEAL, SOLD, USED, BILL.replace("2023-11", "2023-10"))

    assert said(graph, today, demand="traced") == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param((SOLD, USED, BILL), [], id="in both books"),
        pytest.param((SOLD.replace("T22:05", "T23:59"), USED, BILL), ["trace.unmatched"], id="sold in another hour than recorded"),
        pytest.param((SOLD.replace("T22:05", "T21:00"), USED.replace("T22:05", "T21:00"), BILL), [], id="in the books an hour before"),
        pytest.param((SOLD.replace("T22:05", "T20:00"), USED.replace("T22:05", "T20:00"), BILL), ["trace.fewer"] * 2, id="in the books two hours before"),
        pytest.param((SOLD.replace("acme", "beta"), USED, BILL), ["trace.fewer"], id="under another customer"),
        pytest.param((SOLD, USED.replace("qwen", "other"), BILL), ["trace.fewer", "trace.unmatched"], id="under another model"),
    ],
)  # fmt: skip
def test_an_observed_call_is_looked_up_by_customer_model_and_hour(
    lines: tuple[str, ...], expected: list[str]
) -> None:
    assert [
        message for _, message in said(sketch(CALL, DEAL, *lines), demand="traced", tolerance=0)
    ] == expected


def test_a_customer_may_stand_in_the_ledger_by_his_name_in_the_inventory() -> None:
    graph = sketch(CALL, DEAL, "acme is name=acme-gmbh", SOLD.replace("acme", "acme-gmbh"), USED, BILL)

    assert said(graph, demand="traced") == []


def test_one_model_at_two_addresses_is_counted_once() -> None:
    acme, gw = Place(PlaceKind.PARTY, name="acme"), Place(PlaceKind.SERVICE, name="gw")
    start = 1_700_000_000_000_000_000
    flows = Flows()
    for host in ("a.example", "b.example"):
        model = Place(PlaceKind.MODEL, name="qwen", host=host)
        flows.put(FlowKey(gw, model, Leg.REQUEST, sources=frozenset({acme})), FlowCount(1, start, start))
    graph = FlowGraph(flows, facts_of(DEAL, SOLD, USED, BILL))

    assert [
        (j.message, j.context["observed"], j.context["short"])
        for j in checked(graph, demand="traced", tolerance=0).judgements
    ] == [
        ("trace.fewer", 2, 1),
        ("trace.fewer", 2, 1),
    ]


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        (f"authorisation deal models=qwen {TERM}", []),
        ("authorisation deal models=qwen valid_until=2023-11-01", [("violated", "trace.sold.expired")]),
        ("authorisation deal models=qwen valid_from=2023-01-01", [("undecided", "trace.sold.validity")]),
        (f"authorisation deal models=other {TERM}", [("undecided", "trace.sold.none")]),
    ],
)
def test_what_the_ledger_says_was_sold_needs_an_authorisation_too(
    deal: str, expected: list[tuple[str, str]]
) -> None:
    assert said(sketch(CALL, deal, SOLD, USED, BILL), demand="traced") == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param((f"authorisation deal models=qwen {TERM} endpoints=api.lab",), ["trace.model.unknown"], id="an endpoint of an authorisation"),
        pytest.param((f"authorisation deal models=qwen {TERM} vendor=lab", "vendor lab", "remote:api.lab is vendor=lab"), ["trace.model.unknown"], id="a vendor that granted one"),
        pytest.param((f"authorisation deal models=qwen {TERM}",), [], id="any other peer"),
    ],
)  # fmt: skip
def test_a_peer_at_which_models_are_bought_is_no_hole(lines: tuple[str, ...], expected: list[str]) -> None:
    found = said(sketch("acme[DE] > gw@SG > remote:api.lab", *lines), demand="authorised")

    assert [message for _, message in found] == expected


@pytest.mark.parametrize(
    ("sold", "bought", "stock", "expected"),
    [
        pytest.param("tokens=1000", "tokens=1000", (0, 0, 0), [], id="sold is purchased"),
        pytest.param("tokens=1001", "tokens=1000", (0, 0, 0), ["trace.volume"], id="one token more"),
        pytest.param(
            "tokens=1500", "tokens=1000", (400, 0, 100), [], id="with what was left over and computed at home"
        ),
        pytest.param(
            "tokens=1000", "tokens=1000", (0, 1, 0), ["trace.volume"], id="what is left over now was not sold"
        ),
        pytest.param("tokens=1", "", (0, 0, 0), ["trace.volume.unknown"], id="an invoice without a quantity"),
        pytest.param("", "tokens=1000", (0, 0, 0), ["trace.volume.unknown"], id="usage without a quantity"),
        pytest.param(
            "tokens=1", "tokens=1", ("", 0, 0), ["trace.volume.unknown"], id="stock without a quantity"
        ),
    ],
)
def test_reconciliation(sold: str, bought: str, stock: tuple[Any, ...], expected: list[str]) -> None:
    graph = sketch(
        CALL,
        f"{SOLD} {sold}",
        f"ledger upstream-invoices invoice=7 period=2023-11 model=qwen {bought}".strip(),
        "ledger stock period=2023-11 model=qwen opening_tokens={} closing_tokens={} self_hosted_tokens={}".format(
            *stock
        ),
    )

    assert [message for _, message in said(graph, demand="reconciled", tolerance=0)] == expected


def test_another_month_does_not_make_up_for_it() -> None:
    graph = sketch(
        CALL,
        f"{SOLD} tokens=1000",
        BILL.replace("2023-11", "2023-10"),
        BILL.replace("tokens=1000", "tokens=1"),
        STOCK,
    )
    (judgement,) = checked(graph, demand="reconciled").judgements

    assert judgement.context["purchased"] == 1
    assert judgement.at == ("trace.volume", "qwen", "2023-11", "tokens")


def test_a_month_that_is_not_in_stock_is_undecided() -> None:
    graph = sketch(CALL, f"{SOLD} tokens=1", BILL, STOCK.replace("2023-11", "2023-10"))

    assert said(graph, demand="reconciled") == [("undecided", "trace.volume.unknown")]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param((), [], id="all on our own machines"),
        pytest.param(
            (SOLD.replace("qwen", "other"),),
            ["upstream-usage", "upstream-invoices"],
            id="and one that is bought",
        ),
    ],
)
def test_upstream_ledgers_are_needed_where_something_is_bought(
    lines: tuple[str, ...], expected: list[str]
) -> None:
    licence = f"authorisation licence type=self-hosted models=qwen {TERM}"
    graph = sketch(CALL, licence, f"authorisation deal models=other {TERM}", SOLD, *lines)

    assert [
        j.at[1] for j in checked(graph, demand="traced").judgements if j.message == "trace.ledger"
    ] == expected


def test_nothing_called_and_no_ledgers_is_not_applicable() -> None:
    for demand in ("traced", "reconciled", "invoices", "payer", "price", "orders", "authorised"):
        found = checked(sketch("acme[DE] > gw@SG > pg"), demand=demand)
        assert (found.judgements, found.flows) == ((), 0)


@pytest.mark.parametrize(
    ("order", "paid", "expected"),
    [
        pytest.param("amount=50 currency=EUR", "amount=50 currency=EUR", [], id="paid"),
        pytest.param("amount=50 currency=EUR", "amount=49 currency=EUR", [("undecided", "trace.collected.under")], id="less than ordered"),
        pytest.param("amount=50 currency=EUR", "amount=51 currency=EUR", [("violated", "trace.collected.over")], id="more than ordered"),
        pytest.param("amount=50 currency=EUR", "amount=50 currency=USD", [("undecided", "trace.collected.under"), ("violated", "trace.collected.unordered")], id="another currency"),
        pytest.param("", "amount=50", [("undecided", "trace.collected.unknown")], id="an order without an amount"),
        pytest.param("model=qwen tokens=90 amount=50", "amount=50", [("violated", "trace.order.over")], id="more used than ordered"),
        pytest.param("model=other amount=50", "amount=50", [("violated", "trace.unordered")], id="an order for another model"),
        pytest.param("tokens=100 amount=50", "amount=50", [], id="an order for any model"),
    ],
)  # fmt: skip
def test_orders(order: str, paid: str, expected: list[tuple[str, str]]) -> None:
    graph = sketch(
        CALL,
        f"{SOLD} tokens=100",
        f"ledger downstream-orders order=1 tenant=acme period=2023-11 {order}".strip(),
        f"ledger collections payment=1 tenant=acme period=2023-11 {paid}",
    )

    assert sorted(said(graph, demand="orders", tolerance=0)) == expected


INVENTORY = """
authorisations:
  - id: deal
    type: direct
    models: qwen
    valid_from: 2023-01-01
    valid_until: open-ended
    invoices:
      - {id: "7", period: 2023-11, model: qwen, quantity: 1000, paid: wire-1}
"""


def graph_with(inventory: Inventory) -> FlowGraph:
    gw, model = Place(PlaceKind.SERVICE, name="gw"), Place(PlaceKind.MODEL, name="qwen", host="q.example")
    start = 1_700_000_000_000_000_000
    return FlowGraph(Flows.of({FlowKey(gw, model, Leg.REQUEST): FlowCount(1, start, start)}), inventory)


def test_invoices_of_the_inventory_are_lines_of_the_ledger() -> None:
    graph = graph_with(Inventory.loads([INVENTORY], ["lineage.yaml"]))

    assert said(graph, demand="invoices") == []
    assert said(graph, demand="payer") == [("undecided", "trace.payer.unknown")]


def test_files_are_relative_to_the_inventory_and_add_to_its_invoices(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "bills.csv").write_text("invoice,period,model,tokens\n8,2023-11,qwen,500\n")
    file = tmp_path / "lineage.yaml"
    file.write_text(INVENTORY + "ledgers: [{kind: upstream-invoices, files: books/bills.csv}]\n")
    ledgers = Inventory.load([file]).ledgers

    assert ledgers.column("upstream-invoices", "tokens").tolist() == [500, 1000]
    assert [one.path for one in ledgers.files] == [str(tmp_path / "books" / "bills.csv")]


def test_an_invoice_in_both_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    bills = tmp_path / "bills.csv"
    bills.write_text("invoice,period,model,tokens\n7,2023-11,qwen,500\n")
    inventory = Inventory.loads([INVENTORY], ["lineage.yaml"]).with_ledgers(
        [("upstream-invoices", str(bills))]
    )
    with pytest.raises(LineageError, match="invoice '7' is in a ledger"):
        _ = inventory.ledgers


def test_an_invoice_twice_in_the_inventory_is_refused() -> None:
    line = '      - {id: "7", period: 2023-11, model: qwen, quantity: 1000, paid: wire-1}\n'
    with pytest.raises(LineageError, match=r"lineage\.yaml:10:9: invoice '7' is given twice"):
        _ = Inventory.loads([INVENTORY + line], ["lineage.yaml"]).ledgers


def test_ledgers_are_not_read_before_a_rule_asks(tmp_path: Path) -> None:
    inventory = Inventory.empty().with_ledgers([("stock", str(tmp_path / "not-there.csv"))])
    graph = graph_with(inventory)

    assert said(graph, demand="authorised") == [("undecided", "trace.none")]
    with pytest.raises(LineageError, match=r"not-there\.csv"):
        checked(graph, demand="reconciled")
