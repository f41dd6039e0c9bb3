"""Authorisations to call models, and what ledgers say of what was bought, used, sold and paid: subjects and fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

from lineage.contracts._calls import OPEN_ENDED, candidates, day_of, model_name, observed_calls
from lineage.diagram.notation import notation
from lineage.diagram.text import Text
from lineage.documents.forms import PartForm
from lineage.documents.kinds import Given, Subject
from lineage.documents.matter import Matter
from lineage.documents.model import Cell, How, Said
from lineage.documents.said import (
    Seen,
    country,
    declared,
    names,
    not_declared,
    observed,
    phrase,
    title_text,
    word,
)
from lineage.flows import UNTIMED
from lineage.graph import Usage
from lineage.ledgers.rows import UNTOLD, Ledgers, month_text
from lineage.ledgers.sums import Sum, joined, totals

HOUR = 3_600 * 10**9
UNITS = ("tokens", "calls")


@dataclass(frozen=True, slots=True)
class Calls(Subject):
    """Observed calls of a model in a month."""

    model: str = ""
    """"" = no span tells which."""
    uses: tuple[Usage, ...] = ()


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


# --- authorisations -----------------------------------------------------------------------------------

Field = Callable[[Matter, Given], Cell]


def _entry(name: str, text: Callable[[Any], Text]) -> Field:
    """A field of the authorisation itself."""

    def field(matter: Matter, given: Given) -> Cell:
        told = getattr(given.entry, name)
        return () if told is None else (declared(text(told), given.entry.source),)

    return field


def _list(one: Callable[[str], Text]) -> Callable[[Any], Text]:
    return lambda told: names(map(one, told)) if told else phrase("value.none")


def _id(matter: Matter, given: Given) -> Cell:
    return (declared(Text.plain(given.entry.id), given.entry.source),)


def _grantor(matter: Matter, given: Given) -> Cell:
    vendor = given.entry.vendor
    if not vendor:
        return ()
    entry = matter.vendor(vendor)
    entity = entry.legal_entity if entry is not None else None
    gap = () if entity else (not_declared("vendors[].legal_entity"),)
    return (declared(title_text(entry.title, entity or vendor) if entry else Text.plain(vendor), given.entry.source), *gap)


def _validity(matter: Matter, given: Given) -> Cell:
    """From when to when, and whether that is so today."""
    one = given.entry
    cell: list[Said] = []
    if one.valid_from is not None or one.valid_until is not None:
        first = Text.plain(one.valid_from.isoformat()) if one.valid_from else phrase("document.untold")
        last = phrase("document.untold")
        if one.valid_until is not None:
            open_ended = one.valid_until == OPEN_ENDED
            last = phrase("document.open-ended") if open_ended else Text.plain(one.valid_until.isoformat())
        cell.append(declared(phrase("document.validity", first=first, last=last), one.source))
        over = one.valid_until not in (None, OPEN_ENDED) and one.valid_until < matter.today
        early = one.valid_from is not None and one.valid_from > matter.today
        if over or early:
            cell.append(declared(phrase("document.not-in-force", date=matter.today.isoformat()), one.source))
    if one.valid_from is None or one.valid_until is None:
        cell.append(not_declared("authorisations[].valid_from, authorisations[].valid_until"))
    return tuple(cell)


def _contract(matter: Matter, given: Given) -> Cell:
    told = given.entry.document
    if not told:
        return ()
    return (matter.named(told) or declared(Text.plain(told), given.entry.source),)


def _above(matter: Matter, given: Given) -> Cell:
    """The authorisations above, up to the model's owner, each with its document."""
    by_id = {one.id: one for one in matter.graph.inventory.authorisations}
    cell: list[Said] = []
    seen = {given.entry.id}
    one = given.entry
    while one.parent and one.parent in by_id and one.parent not in seen:
        one = by_id[one.parent]
        seen.add(one.id)
        paper = matter.named(one.document) if one.document else None
        what = paper.text if paper else Text.plain(one.document) if one.document else phrase("document.untold")
        kind = notation().authorisation(one.type)
        cell.append(declared(phrase("document.above", name=one.id, type=kind, document=what), one.source))
    if not cell and given.entry.type in ("direct", "self-hosted"):
        return (declared(phrase("document.none-above"), given.entry.source),)
    return tuple(cell)


def _used(matter: Matter, given: Given) -> Cell:
    """Observed calls of models that it names."""
    uses = [use for use in observed_calls(matter.graph) if given.entry in candidates(matter.graph, model_name(matter.graph, use.model))]
    return _counted(uses)


def _counted(uses: list[Usage]) -> Cell:
    calls = sum(use.calls for use in uses)
    hours = [use.hour * HOUR for use in uses if use.hour != UNTIMED]
    seen = Seen(calls, min(hours, default=0), max(hours, default=0))
    return (observed(seen.counted, seen, calls),)


AUTHORISATION: Mapping[str, Field] = {
    "authorisation": _id,
    "type": _entry("type", lambda told: notation().authorisation(told)),
    "contract": _contract,
    "grantor": _grantor,
    "models": _entry("models", _list(Text.plain)),
    "endpoints": _entry("endpoints", _list(Text.plain)),
    "rights": _entry("rights", _list(lambda right: word("right", right))),
    "regions": _entry("regions", _list(country)),
    "industries-excluded": _entry("industries_excluded", _list(Text.plain)),
    "training": _entry("training", lambda told: phrase("value.yes" if told else "value.no")),
    "validity": _validity,
    "above": _above,
    "used": _used,
}
"""Field of documents.yaml -> what it says of an authorisation."""


# --- observed calls -----------------------------------------------------------------------------------


def calls(matter: Matter, part: PartForm) -> Iterator[Calls]:
    """Observed calls by model and month."""
    groups: dict[tuple[str, str], list[Usage]] = defaultdict(list)
    for use in observed_calls(matter.graph):
        day = day_of(use.hour)
        groups[model_name(matter.graph, use.model), f"{day:%Y-%m}" if day else ""].append(use)
    for (model, month), uses in sorted(groups.items()):
        title = Text.plain(model) if model else phrase("document.model.unknown")
        yield Calls(f"calls:{model}:{month}", title, model=model, uses=tuple(uses))


def _model(matter: Matter, one: Calls) -> Cell:
    if one.model:
        return _counted_as(one.title, list(one.uses))
    return (not_declared("", "gen_ai.request.model"),)


def _counted_as(text: Text, uses: list[Usage]) -> Cell:
    counted = _counted(uses)[0]
    return (Said(text, counted.how, counted.basis),)


def _month(matter: Matter, one: Calls) -> Cell:
    month = one.key.rpartition(":")[2]
    return (Said(Text.plain(month), How.OBSERVED, phrase("document.from-spans")),) if month else ()


def _candidates(matter: Matter, one: Calls) -> Cell:
    """The authorisations that name the model."""
    found = candidates(matter.graph, one.model) if one.model else []
    return tuple(declared(Text.plain(each.id), each.source) for each in found)


CALLS: Mapping[str, Callable[[Matter, Calls], Cell]] = {
    "model": _model,
    "month": _month,
    "calls": lambda matter, one: _counted(list(one.uses)),
    "authorisations": _candidates,
}
"""Likewise of observed calls."""


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
            yield Balance(f"balance:{model}:{month_text(month)}:{unit}", title, model=model, month=month, unit=unit)


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
    nothing = None if kind == "stock" else Sum(0, True, 0)
    return totals(books, kind, column.format(unit=one.unit), ("model", "period")).get((one.model, one.month), nothing)


def _basis(matter: Matter, kind: str) -> Text:
    files = [file.path.rpartition("/")[2] for file in ledgers(matter).files if file.kind == kind]
    return phrase("document.ledger", kind=kind, files=names(map(Text.plain, files)) if files else Text.plain("lineage.yaml"))


def _quantity(side: int) -> Callable[[Matter, Balance], Cell]:
    def field(matter: Matter, one: Balance) -> Cell:
        kind, column = _SIDES[side]
        found = _side(matter, one, side)
        if found is None:
            return (not_declared(f"ledgers[].kind: {kind}"),)
        cell = [Said(_number(found.value), How.DECLARED, _basis(matter, kind), found.value)]
        if not found.told:
            cell.append(not_declared("", f"{kind}.{column.format(unit=one.unit)}", fact="missing.quantity"))
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
    gap = () if found.told else (not_declared("", "calls", fact="missing.quantity"),)
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
            told = {name: books.text(name, value) if name in books.words else value for name, value in values.items()}
            found.append((tuple(str(value) for value in told.values()), told))
        for number, (_, told) in enumerate(sorted(found, key=lambda each: each[0]), 1):
            yield Line(f"{kind}:{number}", Text.plain(str(next(iter(told.values())))), kind=kind, values=told)

    return subjects


def _column(name: str) -> Callable[[Matter, Line], Cell]:
    def field(matter: Matter, line: Line) -> Cell:
        value = (line.values or {}).get(name)
        empty = value in (None, "", UNTOLD) or (isinstance(value, float) and isnan(value))
        if empty or value is None:
            return (not_declared("", f"{line.kind}.{name}", fact="document.empty"),)
        number = None if name == "period" or isinstance(value, str) else float(value)
        text = Text.plain(month_text(value) if name == "period" else value if isinstance(value, str) else f"{value:,.10g}")
        return (Said(text, How.DECLARED, _basis(matter, line.kind), number),)

    return field


_COLUMNS = (
    "invoice", "order", "payment", "period", "model", "tenant", "tokens", "calls", "amount", "currency", "authorisation",
    "paid", "payer", "explanation",
)  # fmt: skip
LINE: Mapping[str, Callable[[Matter, Line], Cell]] = {name: _column(name) for name in _COLUMNS}
"""Likewise of a line of a ledger."""
