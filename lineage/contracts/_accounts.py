"""Quantities, invoices, payments and orders in ledgers; for `traceable`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import numpy as np

from lineage.contracts._books import (
    NONE,
    Looked,
    absent,
    bought_from,
    finding,
    ledger,
    ledgers_of,
    sold_models,
    untold,
    with_tolerance,
)
from lineage.contracts._calls import in_force, names_model, shown
from lineage.contracts._contract import NO, Context
from lineage.findings import Judgement, Missing, Ref, Value
from lineage.ledgers.rows import Ledgers, month_text
from lineage.ledgers.sums import totals

Unit = Literal["tokens", "calls"]
Fault = tuple[str, Ref | None, str, tuple[Missing, ...]]
"""Of a line of an invoice: message, the authorisation concerned, number of the invoice, what is missing."""


# --- quantities ---------------------------------------------------------------------------------------


def reconciled(
    context: Context, unit: Unit, against: Literal["invoices", "usage"], tolerance: float
) -> Looked:
    """Sold is no more than purchased + opening + self-hosted - closing, for each model and month."""
    books, bought = ledgers_of(context), f"upstream-{against}"
    upstream = bought_from(context, sold_models(context), bought)
    judgements = absent(context, ("downstream-usage", *upstream, "stock"))
    if judgements:
        return Looked(judgements, len(judgements))
    by = ("model", "period")
    sides = [
        (bought, unit),
        ("stock", f"opening_{unit}"),
        ("stock", f"self_hosted_{unit}"),
        ("stock", f"closing_{unit}"),
    ]
    sums = [totals(books, kind, column, by) for kind, column in sides]
    sales = totals(books, "downstream-usage", unit, by)
    for key, sale in sorted(sales.items()):
        model, month = str(key[0]), month_text(int(key[1]))
        purchased, opening, hosted, closing = (found.get(key, NONE) for found in sums)
        missing = [
            untold(kind, column)
            for (kind, column), found in zip(sides, sums, strict=True)
            if not found.get(key, NONE).told
        ]
        if key not in sums[1]:
            missing.append(Missing("missing.stock", ledger("stock"), "", "stock.period"))
        within = sale.value <= with_tolerance(
            purchased.value + opening.value + hosted.value - closing.value, tolerance
        )
        if within and not sale.told:
            missing.append(untold("downstream-usage", unit))
        if within and not missing:
            continue
        said: dict[str, Value] = {
            "model": model, "month": month, "unit": f"unit.{unit}", "sold": sale.value, "purchased": purchased.value,
            "opening": opening.value, "hosted": hosted.value, "closing": closing.value, "tolerance": tolerance,
        }  # fmt: skip
        message = "trace.volume.unknown" if missing else "trace.volume"
        judgements.append(finding(message, said, (model, month, unit), missing))
    return Looked(judgements, len(sales))


# --- invoices -----------------------------------------------------------------------------------------


def _lines(books: Ledgers) -> Iterator[dict[str, Any]]:
    """The lines of upstream invoices; they are few."""
    rows = books.rows["upstream-invoices"]
    for row in range(rows.count):
        values = {name: column[row].item() for name, column in rows.columns.items()}
        yield {
            name: books.text(name, value) if name in books.words else value for name, value in values.items()
        }


def _grouped(found: Iterable[Fault]) -> list[Judgement]:
    """Findings on invoices: one for each message and authorisation."""
    groups: dict[tuple[str, str, bool], tuple[Ref | None, set[str], set[Missing]]] = {}
    for message, concern, invoice, missing in found:
        key = (message, concern.id if concern else "", bool(missing))
        group = groups.setdefault(key, (concern, set(), set()))
        group[1].add(invoice)
        group[2].update(missing)
    return [
        finding(
            message,
            {"ledger": ledger("upstream-invoices"), "invoices": tuple(sorted(invoices)), "place": concern},
            (subject,) if subject else ("upstream-invoices",),
            sorted(missing),
            source=concern.source if concern else None,
        )
        for (message, subject, _), (concern, invoices, missing) in sorted(
            groups.items(), key=lambda item: item[0]
        )
    ]


def invoices_matched(context: Context) -> Looked:
    """Each line of an invoice is bought under a declared authorisation for that model and month, and is paid."""
    judgements = absent(context, ("upstream-invoices",))
    if judgements:
        return Looked(judgements, len(judgements))
    lines = list(_lines(ledgers_of(context)))
    declared = {one.id: one for one in context.graph.inventory.authorisations}
    return Looked(_grouped(each for line in lines for each in _matched(line, declared)), len(lines))


def _matched(line: Mapping[str, Any], declared: Mapping[str, Any]) -> Iterator[Fault]:
    invoice, subject = line["invoice"], ledger("upstream-invoices")
    one = declared.get(line["authorisation"])
    if one is None:
        fact = "missing.authorisation.id" if line["authorisation"] else "missing.quantity"
        key = "authorisations[].id" if line["authorisation"] else ""
        yield (
            "trace.invoice.unlinked",
            None,
            invoice,
            (Missing(fact, subject, key, "upstream-invoices.authorisation"),),
        )
    else:
        if not names_model(one, line["model"]):
            yield "trace.invoice.model", shown(one), invoice, ()
        first, last = (
            np.datetime64(line["period"] + more, "M").astype("datetime64[D]").item() for more in (0, 1)
        )
        days = [
            day
            for day in (first, one.valid_from, one.valid_until)
            if hasattr(day, "year") and first <= day < last
        ]
        force = max(in_force(one, day) for day in days)
        if force is NO:
            yield "trace.invoice.expired", shown(one), invoice, ()
        elif one.valid_from is None or one.valid_until is None:
            key = "authorisations[].valid_from, authorisations[].valid_until"
            yield (
                "trace.validity.unknown.invoice",
                shown(one),
                invoice,
                (Missing("missing.authorisation.validity", shown(one), key),),
            )
    if not line["paid"]:
        yield "trace.invoice.unpaid", None, invoice, (untold("upstream-invoices", "paid"),)


def paid_by_us(context: Context) -> Looked:
    """Each line of an invoice was paid from an account in our organisation's name."""
    judgements = absent(context, ("upstream-invoices",))
    if judgements:
        return Looked(judgements, len(judgements))
    lines = list(_lines(ledgers_of(context)))
    own = context.graph.inventory.organisation
    names = set() if own is None else {own.name, own.title.en, own.title.zh} - {""}
    us = Ref("organisation", "organisation", "本组织", own.source if own is not None else None)

    def faults() -> Iterator[Fault]:
        for line in lines:
            if not line["payer"]:
                yield "trace.payer.unknown", None, line["invoice"], (untold("upstream-invoices", "payer"),)
            elif not names:
                yield (
                    "trace.payer.unknown",
                    None,
                    line["invoice"],
                    (Missing("missing.organisation", us, "organisation.name"),),
                )
            elif line["payer"] not in names:
                yield "trace.payer", None, line["invoice"], ()

    return Looked(_grouped(faults()), len(lines))


def price_explained(context: Context, floor: float) -> Looked:
    """No line of an invoice costs less than a share of the list price without a document that explains it."""
    judgements = absent(context, ("upstream-invoices",))
    if judgements:
        return Looked(judgements, len(judgements))
    lines = list(_lines(ledgers_of(context)))

    def faults() -> Iterator[Fault]:
        for line in lines:
            if line["explanation"]:
                continue
            empty = [name for name in ("amount", "list_amount") if np.isnan(line[name])]
            if line["list_amount"] == 0:
                empty = ["list_amount"]  # nothing has a list price of nothing
            if empty:
                yield (
                    "trace.price.unknown",
                    None,
                    line["invoice"],
                    tuple(untold("upstream-invoices", name) for name in empty),
                )
            elif line["amount"] < line["list_amount"] * floor / 100:
                yield "trace.price", None, line["invoice"], ()

    return Looked(_grouped(faults()), len(lines))


# --- customers ----------------------------------------------------------------------------------------


def orders_matched(context: Context, tolerance: float) -> Looked:
    """What a customer used he ordered, and what he ordered he paid, for each month."""
    books = ledgers_of(context)
    judgements = absent(context, ("downstream-orders", "downstream-usage", "collections"))
    rows = 0
    if {"downstream-orders", "downstream-usage"} <= set(books.rows):
        for unit in ("tokens", "calls"):
            judgements += _over_order(books, unit, tolerance)
        judgements += _unordered(books)
        rows += books.rows["downstream-usage"].count
    if {"downstream-orders", "collections"} <= set(books.rows):
        judgements += _unpaid(books, tolerance)
        rows += books.rows["downstream-orders"].count
    return Looked(judgements, rows or len(judgements))


def _unordered(books: Ledgers) -> Iterator[Judgement]:
    """Models that a customer used in a month without any order for them."""
    ordered = totals(books, "downstream-orders", "calls", ("tenant", "model", "period"))
    for tenant, model, month in sorted(
        totals(books, "downstream-usage", "calls", ("tenant", "model", "period"))
    ):
        if (tenant, model, month) not in ordered and (tenant, "", month) not in ordered:
            said: dict[str, Value] = {
                "tenant": str(tenant),
                "model": str(model),
                "month": month_text(int(month)),
            }
            yield finding("trace.unordered", said, map(str, said.values()))


def _over_order(books: Ledgers, unit: Unit, tolerance: float) -> Iterator[Judgement]:
    """Customers who used more in a month than they ordered, where orders tell a quantity."""
    by = ("tenant", "model", "period")
    ordered, used = totals(books, "downstream-orders", unit, by), totals(books, "downstream-usage", unit, by)
    over: dict[tuple[str, int], float] = defaultdict(float)
    unsure: set[tuple[str, int]] = set()
    for (tenant, model, month), use in used.items():
        mine, open_order = ordered.get((tenant, model, month)), ordered.get((tenant, "", month))
        if (mine is not None and not mine.told) or (open_order is not None and not open_order.told):
            continue  # an order without a quantity has no limit
        if mine is None and open_order is None:
            continue  # told by `_unordered`
        key = (str(tenant), int(month))
        over[key] += max(0, use.value - with_tolerance(mine.value if mine else 0, tolerance))
        if not use.told:
            unsure.add(key)
    for (tenant, month), excess in sorted(over.items()):
        spare = ordered.get((tenant, "", month), NONE)
        beyond = excess > with_tolerance(spare.value, tolerance)
        missing = (untold("downstream-usage", unit),) if (tenant, month) in unsure and not beyond else ()
        if beyond or missing:
            said: dict[str, Value] = {
                "tenant": tenant,
                "month": month_text(month),
                "unit": f"unit.{unit}",
                "found": excess,
            }
            message = "trace.order.unknown" if missing else "trace.order.over"
            yield finding(message, said, (tenant, month_text(month), unit), missing)


def _unpaid(books: Ledgers, tolerance: float) -> Iterator[Judgement]:
    """Orders and what was received for them, by customer, month and currency."""
    by = ("tenant", "period", "currency")
    due, received = (
        totals(books, "downstream-orders", "amount", by),
        totals(books, "collections", "amount", by),
    )
    for key in sorted({*due, *received}):
        tenant, month, currency = str(key[0]), month_text(int(key[1])), str(key[2])
        wanted, got = due.get(key), received.get(key, NONE)
        said: dict[str, Value] = {
            "tenant": tenant, "month": month, "currency": currency,
            "due": wanted.value if wanted else 0.0, "found": float(got.value),
        }  # fmt: skip
        at = (tenant, month, currency)
        if wanted is None:
            yield finding("trace.collected.unordered", said, at)
        elif not wanted.told:
            yield finding("trace.collected.unknown", said, at, (untold("downstream-orders", "amount"),))
        elif got.value > with_tolerance(wanted.value, tolerance):
            yield finding("trace.collected.over", said, at)
        elif with_tolerance(got.value, tolerance) < wanted.value:
            yield finding(
                "trace.collected.under",
                said,
                at,
                (Missing("missing.collection", ledger("collections"), "", "collections.amount"),),
            )
