"""What ledgers say of what was bought, used, sold and paid: subjects and fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

from lineage.diagram.text import Text
from lineage.documents.forms import PartForm
from lineage.documents.kinds import Subject
from lineage.documents.matter import Matter
from lineage.documents.model import Cell, How, Said
from lineage.documents.said import names, not_declared, phrase, unfilled
from lineage.ledgers.rows import UNTOLD, Ledgers, month_text
from lineage.ledgers.sums import Sum, joined, totals

UNITS = ("tokens", "calls")


@dataclass(frozen=True, slots=True)
class Balance(Subject):
    """A model and a month of the ledgers, in one unit."""

    model: str = ""
    month: int = 0
    unit: str = "tokens"


@dataclass(frozen=True, slots=True)
class Line(Subject):
    """A line of a ledger."""

    kind: str = ""
    values: Mapping[str, Any] | None = None


def ledgers(matter: Matter) -> Ledgers:
    """The ledgers of the inventory."""
    found: Ledgers = matter.graph.inventory.ledgers
    return found


# --- ledgers ------------------------------------------------------------------------------------------


def balances(matter: Matter, part: PartForm) -> Iterator[Balance]:
    """Each model and month of any ledger of quantities, in each unit that one of them tells."""
    books = ledgers(matter)
    for unit in UNITS:
        keys: set[tuple[str, int]] = set()
        for kind, column in _SIDES:
            found = totals(books, kind, column.format(unit=unit), ("model", "period"))
            keys |= {(str(key[0]), int(key[1])) for key, total in found.items() if total.value or total.told}
        for model, month in sorted(keys):
            title = Text.plain(f"{model} {month_text(month)}")
            yield Balance(
                f"balance:{model}:{month_text(month)}:{unit}", title, model=model, month=month, unit=unit
            )


_SIDES = (
    ("stock", "opening_{unit}"),
    ("upstream-invoices", "{unit}"),
    ("stock", "self_hosted_{unit}"),
    ("downstream-usage", "{unit}"),
    ("stock", "closing_{unit}"),
)
"""Opening, purchased, computed on our own machines, sold, closing: (kind of ledger, column)."""


def _side(matter: Matter, one: Balance, side: int) -> Sum | None:
    """A side of a balance; None where no ledger of its kind was given or it has no line."""
    kind, column = _SIDES[side]
    books = ledgers(matter)
    if kind not in books:
        return None
    # What a ledger that was given does not list was not bought or sold; a stock that is not listed is not known.
    nothing = None if kind == "stock" else Sum(0, True, 0)
    return totals(books, kind, column.format(unit=one.unit), ("model", "period")).get(
        (one.model, one.month), nothing
    )


def _basis(matter: Matter, kind: str) -> Text:
    files = [file.path.rpartition("/")[2] for file in ledgers(matter).files if file.kind == kind]
    return phrase(
        "document.ledger",
        kind=kind,
        files=names(map(Text.plain, files)) if files else Text.plain("lineage.yaml"),
    )


def _quantity(side: int) -> Callable[[Matter, Balance], Cell]:
    def field(matter: Matter, one: Balance) -> Cell:
        kind, column = _SIDES[side]
        found = _side(matter, one, side)
        if found is None and kind in ledgers(matter):
            return (unfilled("stock.period", "missing.stock"),)
        if found is None:
            return (not_declared(f"ledgers[].kind: {kind}"),)
        cell = [Said(_number(found.value), How.DECLARED, _basis(matter, kind), found.value)]
        if not found.told:
            cell.append(unfilled(f"{kind}.{column.format(unit=one.unit)}", "missing.quantity"))
        return tuple(cell)

    return field


def _number(value: float) -> Text:
    return Text.plain(f"{value:,.10g}")


def _variance(matter: Matter, one: Balance) -> Cell:
    """Opening + purchased + own machines - sold - closing: what is left over unexplained, or sold beyond what there was."""
    sides = [_side(matter, one, side) for side in range(len(_SIDES))]
    if any(side is None or not side.told for side in sides):
        return ()
    values = [side.value for side in sides if side is not None]
    rest = values[0] + values[1] + values[2] - values[3] - values[4]
    return (Said(_number(rest), How.DECLARED, phrase("document.balance"), rest),)


def _unmatched(matter: Matter, one: Balance) -> Cell:
    """Sold calls that no upstream recorded."""
    books = ledgers(matter)
    wanting = [kind for kind in ("downstream-usage", "upstream-usage") if kind not in books]
    if wanting:
        return (not_declared(", ".join(f"ledgers[].kind: {kind}" for kind in wanting)),)
    found = joined(books).get((one.model, one.month))
    if found is None:
        return (Said(phrase("document.none-sold"), How.DECLARED, _basis(matter, "downstream-usage")),)
    text = phrase("document.unmatched", n=found.unmatched, sold=found.sold)
    gap = () if found.told else (unfilled("upstream-usage.calls", "missing.quantity"),)
    return (Said(text, How.DECLARED, phrase("document.joined"), found.unmatched), *gap)


def _label(text: Callable[[Balance], Text]) -> Callable[[Matter, Balance], Cell]:
    return lambda matter, one: (Said(text(one), How.DECLARED, phrase("document.ledgers")),)


BALANCE: Mapping[str, Callable[[Matter, Balance], Cell]] = {
    "model": _label(lambda one: Text.plain(one.model)),
    "month": _label(lambda one: Text.plain(month_text(one.month))),
    "unit": _label(lambda one: phrase(f"unit.{one.unit}")),
    "opening": _quantity(0),
    "purchased": _quantity(1),
    "self-hosted": _quantity(2),
    "sold": _quantity(3),
    "closing": _quantity(4),
    "variance": _variance,
    "unmatched": _unmatched,
}
"""Likewise of a model and a month of the ledgers."""


def lines(kind: str) -> Callable[[Matter, PartForm], Iterator[Line]]:
    """The lines of a kind of ledger that has one for each document."""

    def subjects(matter: Matter, part: PartForm) -> Iterator[Line]:
        books = ledgers(matter)
        if kind not in books:
            return
        rows = books.rows[kind]
        found = []
        for row in range(rows.count):
            values = {name: column[row].item() for name, column in rows.columns.items()}
            told = {
                name: books.text(name, value) if name in books.words else value
                for name, value in values.items()
            }
            found.append((tuple(str(value) for value in told.values()), told))
        for number, (_, told) in enumerate(sorted(found, key=lambda each: each[0]), 1):
            yield Line(f"{kind}:{number}", Text.plain(str(next(iter(told.values())))), kind=kind, values=told)

    return subjects


def _column(name: str) -> Callable[[Matter, Line], Cell]:
    def field(matter: Matter, line: Line) -> Cell:
        value = (line.values or {}).get(name)
        untold = value in (None, "", UNTOLD) or (isinstance(value, float) and isnan(value))
        if untold or value is None:
            return (unfilled(f"{line.kind}.{name}"),)
        number = None if name == "period" or isinstance(value, str) else float(value)
        text = Text.plain(
            month_text(value) if name == "period" else value if isinstance(value, str) else f"{value:,.10g}"
        )
        return (Said(text, How.DECLARED, _basis(matter, line.kind), number),)

    return field


_COLUMNS = (
    "invoice", "order", "payment", "period", "model", "tenant", "tokens", "calls", "amount", "currency", "authorisation",
    "paid", "payer", "explanation",
)  # fmt: skip
LINE: Mapping[str, Callable[[Matter, Line], Cell]] = {name: _column(name) for name in _COLUMNS}
"""Likewise of a line of a ledger."""
