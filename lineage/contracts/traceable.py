"""`traceable`: each model call joins to an upstream authorisation in force, and quantities reconcile with ledgers.

A rule asks one thing, its `demand`. Of the authorisation that a call joins to (the inventory's `authorisations`: by model,
day and endpoint; of several the one that stands best):

- `authorised`: there is one in force on the day of the call, for this model and endpoint.
- `rights`: it grants these rights. Rights to sell are asked only of calls for customers.
- `region`: the customer's market, and where his answers go, are among its regions.
- `industry`: the customer's industry is not among those that it excludes.
- `source`: it says who granted it, by what document, and the model is run by that vendor or one above it; of type
  `self-hosted`: it is run by our own organisation.
- `chain`: an authorisation stands above it, and above that one, up to the model's owner; each for this model, in force, in writing.
- `distribution`: each authorisation above it grants the right to resell.
- `endpoint`: it lists the endpoints, and the one that was called is among them.
- `training`: it does not let the grantor train on the data.

Of the ledgers (docs/reference/ledgers.md):

- `traced`: observed calls are in both usage ledgers (by customer, model and hour); what was sold joins to what the upstreams
  recorded (by the id of the request, else by customer, model and hour), on days on which an authorisation for the model was in
  force; and each model and month has a line of an invoice.
- `reconciled`: sold <= purchased + opening + self-hosted - closing, for each model and month, in `unit`, within `tolerance`.
- `invoices`: each line is bought under a declared authorisation, for its model and month, and is paid.
- `payer`: each line was paid from an account in the organisation's name.
- `price`: no line costs less than `floor` per cent of the list price without a document that explains it.
- `orders`: what a customer used he ordered, and what he ordered he paid, by month.

What nobody told is undecided: no authorisation for a model, a ledger that was not given, a cell that is empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from lineage.contracts._accounts import (
    invoices_matched,
    orders_matched,
    paid_by_us,
    price_explained,
    reconciled,
)
from lineage.contracts._books import Looked, ledgers_of, traced
from lineage.contracts._calls import each_call, observed_calls
from lineage.contracts._contract import Case, Context, Contract, Fault
from lineage.contracts._grants import GRANTS, lacks_rights
from lineage.contracts._subjects import speaking
from lineage.findings import Checked
from lineage.graph import FlowGraph, Usage

Demand = Literal[
    "authorised", "rights", "region", "industry", "source", "chain", "distribution", "endpoint", "training",
    "traced", "reconciled", "invoices", "payer", "price", "orders",
]  # fmt: skip
Granted = Literal["call", "resell", "white-label", "aggregate", "name-use"]
ABOUT_PARTIES = ("region", "industry")
LEDGERS = ("traced", "reconciled", "invoices", "payer", "price", "orders")

_CALL = "acme[DE] > gw@SG > model:qwen"
_TERM = "valid_from=2023-01-01 valid_until=2023-12-31"
_IN_FORCE = f"authorisation deal models=qwen* {_TERM}"
_DOWN = "ledger downstream-usage time=2023-11-14T22:40Z tenant=acme model=qwen request=r1 tokens=900"
_UP = "ledger upstream-usage time=2023-11-14T22:40Z model=qwen request=r1 tokens=900"
_BILL = "ledger upstream-invoices invoice=7 period=2023-11 model=qwen tokens=1000"
_STOCK = "ledger stock period=2023-11 model=qwen opening_tokens=0 closing_tokens=0 self_hosted_tokens=0"
_ORDER = (
    "ledger downstream-orders order=1 tenant=acme period=2023-11 tokens=1000 calls=10 amount=50 currency=EUR"
)
_PAID = "ledger collections payment=p1 tenant=acme period=2023-11 amount=50 currency=EUR"
_CHAIN = (_CALL, f"authorisation deal type=distributor models=qwen {_TERM} parent=top document=doc-1")


def _demand(demand: str, **more: Any) -> dict[str, Any]:
    return {"demand": demand, **more}


class Traceable(Contract):
    """Each model call joins to an authorisation, and quantities reconcile."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_demand("authorised"), (_CALL, _IN_FORCE), ""),
        (
            _demand("authorised"),
            (_CALL, _IN_FORCE, "authorisation old models=qwen valid_until=2022-12-31"),
            "",
        ),
        (_demand("rights", rights=("resell",)), (_CALL, f"{_IN_FORCE} rights=call+resell"), ""),
        (_demand("region"), (_CALL, "acme is market=DE", f"{_IN_FORCE} regions=DE+FR"), ""),
        (
            _demand("industry"),
            (_CALL, "acme is industry=retail", f"{_IN_FORCE} industries_excluded=gambling"),
            "",
        ),
        (_demand("chain"), (*_CHAIN, f"authorisation top models=qwen* {_TERM} document=doc-0"), ""),
        (_demand("distribution"), (*_CHAIN, f"authorisation top models=qwen* {_TERM} rights=resell"), ""),
        (_demand("endpoint"), (_CALL, f"{_IN_FORCE} endpoints=*.example"), ""),
        (_demand("training"), (_CALL, f"{_IN_FORCE} training=no"), ""),
        (
            _demand("source"),
            (_CALL, "model:qwen is vendor=lab", "vendor lab", f"{_IN_FORCE} vendor=lab document=doc-1"),
            "",
        ),
        (_demand("traced"), (_CALL, _IN_FORCE, _DOWN, _UP, _BILL), ""),
        (_demand("reconciled"), (_CALL, _DOWN, _BILL, _STOCK), ""),
        (_demand("invoices"), (_CALL, f"{_BILL} authorisation=deal paid=wire-1", _IN_FORCE), ""),
        (_demand("payer"), (_CALL, "organisation us", f"{_BILL} payer=us"), ""),
        (_demand("price", floor=50), (_CALL, f"{_BILL} amount=60 list_amount=100"), ""),
        (_demand("price", floor=50), (_CALL, f"{_BILL} amount=10 list_amount=100 explanation=bulk"), ""),
        (_demand("orders"), (_CALL, _DOWN, _ORDER, _PAID), ""),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (_demand("authorised"), (_CALL, "authorisation old models=qwen valid_until=2022-12-31"), "model:/qwen@qwen.example"),
        (_demand("authorised"), (_CALL, f"{_IN_FORCE} endpoints=api.other"), "model:/qwen@qwen.example"),
        (_demand("rights", rights=("resell",)), (_CALL, f"{_IN_FORCE} rights=call"), "model:/qwen@qwen.example"),
        (_demand("rights", rights=("resell",)), (_CALL, f"{_IN_FORCE} rights=call", "authorisation old models=qwen valid_until=2022-12-31 rights=resell"), "deal"),
        (_demand("region"), (_CALL, "acme is market=DE", f"{_IN_FORCE} regions=FR"), "party:acme"),
        (_demand("industry"), (_CALL, "acme is industry=gambling", f"{_IN_FORCE} industries_excluded=gambling"), "party:acme"),
        (_demand("chain"), (*_CHAIN, "authorisation top models=qwen* valid_from=2022-01-01 valid_until=2022-12-31 document=doc-0"), "deal"),
        (_demand("chain"), (*_CHAIN, f"authorisation top models=other {_TERM} document=doc-0"), "deal"),
        (_demand("distribution"), (*_CHAIN, f"authorisation top models=qwen* {_TERM} rights=call"), "deal"),
        (_demand("endpoint"), (_CALL, f"{_IN_FORCE} endpoints=api.other"), "model:/qwen@qwen.example"),
        (_demand("training"), (_CALL, f"{_IN_FORCE} training=yes"), "deal"),
        (
            _demand("source"),
            (_CALL, "model:qwen is vendor=other", "vendor lab", f"{_IN_FORCE} vendor=lab document=doc-1"),
            "deal",
        ),
        (
            _demand("source"),
            (_CALL, "model:qwen is vendor=lab", "vendor lab", f"{_IN_FORCE} type=self-hosted document=doc-1"),
            "deal",
        ),
        (_demand("traced"), (_CALL, _IN_FORCE, _DOWN, _UP.replace("r1", "r2"), _BILL), "qwen"),
        (_demand("traced"), (_CALL, _IN_FORCE, _DOWN.replace("acme", "beta"), _UP, _BILL), "party:acme"),
        (_demand("traced"), (_CALL, _IN_FORCE, _DOWN.replace("T22", "T18"), _UP, _BILL), "party:acme"),
        (_demand("traced"), (_CALL, _IN_FORCE, _DOWN, _UP, _BILL.replace("2023-11", "2023-10")), "qwen"),
        (_demand("reconciled"), (_CALL, _DOWN, _BILL.replace("=1000", "=500"), _STOCK), "qwen"),
        (_demand("reconciled"), (_CALL, _DOWN, _BILL, _STOCK.replace("closing_tokens=0", "closing_tokens=600")), "qwen"),
        (_demand("invoices"), (_CALL, f"{_BILL} authorisation=deal paid=wire-1", f"authorisation deal models=other {_TERM}"), "authorisation:deal"),
        (_demand("payer"), (_CALL, "organisation us", f"{_BILL} payer=somebody"), "upstream-invoices"),
        (_demand("price", floor=50), (_CALL, f"{_BILL} amount=49 list_amount=100"), "upstream-invoices"),
        (_demand("orders"), (_CALL, _DOWN, _ORDER.replace("acme", "beta"), _PAID.replace("acme", "beta")), "acme"),
        (_demand("orders"), (_CALL, _DOWN, _ORDER.replace("tokens=1000", "tokens=800"), _PAID), "acme"),
    )  # fmt: skip
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_demand("authorised"), (_CALL,), "model:/qwen@qwen.example"),
        (_demand("authorised"), (_CALL, "authorisation deal models=qwen valid_from=2023-01-01"), "deal"),
        (_demand("rights", rights=("resell",)), (_CALL, _IN_FORCE), "deal"),
        (_demand("rights", rights=("resell",)), ("gw@SG > model:qwen", f"{_IN_FORCE} rights=call"), "deal"),
        (_demand("region"), (_CALL, f"{_IN_FORCE} regions=DE"), "party:acme"),
        (_demand("region"), (_CALL, "acme is market=DE", _IN_FORCE), "party:acme"),
        (_demand("industry"), (_CALL, f"{_IN_FORCE} industries_excluded=gambling"), "party:acme"),
        (_demand("chain"), (_CALL, f"authorisation deal type=agent models=qwen {_TERM} document=doc-1"), "deal"),
        (_demand("chain"), (*_CHAIN, f"authorisation top models=qwen* {_TERM}"), "deal"),
        (_demand("distribution"), (*_CHAIN, f"authorisation top models=qwen* {_TERM}"), "deal"),
        (_demand("endpoint"), (_CALL, _IN_FORCE), "deal"),
        (_demand("training"), (_CALL, _IN_FORCE), "deal"),
        (_demand("source"), (_CALL, "vendor lab", f"{_IN_FORCE} vendor=lab document=doc-1"), "deal"),
        (_demand("source"), (_CALL, f"{_IN_FORCE} type=self-hosted document=doc-1"), "deal"),
        (_demand("traced"), (_CALL, _IN_FORCE, _DOWN, _UP), "upstream-invoices"),
        (_demand("traced"), (_CALL, _IN_FORCE, _UP, _BILL), "downstream-usage"),
        (_demand("reconciled"), (_CALL, _DOWN, _BILL), "stock"),
        (_demand("reconciled"), (_CALL, _DOWN, _BILL.replace(" tokens=1000", ""), _STOCK), "qwen"),
        (_demand("reconciled", unit="calls"), (_CALL, _DOWN, _BILL, _STOCK), "qwen"),
        (_demand("invoices"), (_CALL, f"{_BILL} authorisation=deal", _IN_FORCE), "upstream-invoices"),
        (_demand("payer"), (_CALL, _BILL), "upstream-invoices"),
        (_demand("price", floor=50), (_CALL, f"{_BILL} amount=60"), "upstream-invoices"),
        (_demand("price", floor=50), (_CALL, f"{_BILL} amount=0 list_amount=0"), "upstream-invoices"),
        (_demand("orders"), (_CALL, _DOWN, _ORDER, _PAID.replace("amount=50", "amount=10")), "acme"),
    )  # fmt: skip

    type: Literal["traceable"] = "traceable"
    demand: Demand = Field(description="What is asked: one of the words above.")
    rights: tuple[Granted, ...] = Field(default=(), description="With `rights`: those that must be granted.")
    several: bool = Field(
        default=False,
        description="Only where more than one model, or one model at several addresses, was called.",
    )
    unless: tuple[str, ...] = Field(
        default=(),
        description="Types of attestations: one that is in date and says that this is not done lifts the demand.",
    )
    unit: Literal["tokens", "calls"] = Field(
        default="tokens", description="With `reconciled`: what is counted."
    )
    against: Literal["invoices", "usage"] = Field(
        default="invoices", description="With `reconciled`: the upstream ledger that says what was purchased."
    )
    tolerance: float = Field(
        default=2, ge=0, lt=100, description="With ledgers: per cent, for rounding, caches and retries."
    )
    floor: float = Field(
        default=50,
        gt=0,
        le=100,
        description="With `price`: per cent of the list price that needs no explanation.",
    )

    @model_validator(mode="after")
    def _asks(self) -> Traceable:
        if (self.demand == "rights") != bool(self.rights):
            raise ValueError(
                "`rights` goes with `demand: rights`: say which rights, or ask for something else"
            )
        return self

    def check(self, context: Context) -> Checked:
        """Every observed call, or every model and month of the ledgers."""
        graph = context.graph
        calls = observed_calls(graph)
        models = {call.model for call in calls}
        if self.several and len(models) < 2:
            calls, models = [], set()
        total = sum(call.calls for call in calls)
        if total and self._lifted(context):
            return Checked((), total, len(models), note="note.unless")
        if self.demand in LEDGERS:
            if not calls and not ledgers_of(context):
                return Checked((), 0, 0)
            looked = self._ledgers(context, calls)
            return Checked(tuple(looked.judgements), looked.rows, len(models), note="note.ledgers")
        found = each_call(
            context,
            calls,
            lambda one, call: self._faults(graph, one, call),
            by_party=self.demand in ABOUT_PARTIES,
        )
        return Checked(tuple(found), total, len(models), note="note.calls" if total else "")

    def _lifted(self, context: Context) -> bool:
        """Whether a document in date, the newest of its type, says that what the rule is about is not done."""
        declared = context.graph.inventory.attestations
        documents = [one for one in declared if one.type in self.unless and not one.covers]
        return any(all(one.holds for one in newest) for newest in speaking(documents, context.today))

    def _ledgers(self, context: Context, calls: list[Usage]) -> Looked:
        match self.demand:
            case "traced":
                return traced(context, calls, self.tolerance)
            case "reconciled":
                return reconciled(context, self.unit, self.against, self.tolerance)
            case "invoices":
                return invoices_matched(context)
            case "payer":
                return paid_by_us(context)
            case "price":
                return price_explained(context, self.floor)
            case _:
                return orders_matched(context, self.tolerance)

    def _faults(self, graph: FlowGraph, one: Any, call: Usage) -> Iterable[Fault]:
        """What is wrong or not known of an authorisation for a call."""
        if self.demand == "rights":
            return lacks_rights(graph, one, call, self.rights)
        if self.demand in GRANTS:
            return GRANTS[self.demand](graph, one, call)
        return ()  # that it is in force is asked of every authorisation
