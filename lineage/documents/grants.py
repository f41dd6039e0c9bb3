"""Authorisations to call models, and the calls that were observed: subjects and fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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

HOUR = 3_600 * 10**9


@dataclass(frozen=True, slots=True)
class Calls(Subject):
    """Observed calls of a model in a month."""

    model: str = ""
    """"" = no span tells which."""
    uses: tuple[Usage, ...] = ()


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
    return (
        declared(
            title_text(entry.title, entity or vendor) if entry else Text.plain(vendor), given.entry.source
        ),
        *gap,
    )


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
        what = (
            paper.text if paper else Text.plain(one.document) if one.document else phrase("document.untold")
        )
        kind = notation().authorisation(one.type)
        cell.append(declared(phrase("document.above", name=one.id, type=kind, document=what), one.source))
    if not cell and given.entry.type in ("direct", "self-hosted"):
        return (declared(phrase("document.none-above"), given.entry.source),)
    return tuple(cell)


def _used(matter: Matter, given: Given) -> Cell:
    """Observed calls of models that it names."""
    uses = [
        use
        for use in observed_calls(matter.graph)
        if given.entry in candidates(matter.graph, model_name(matter.graph, use.model))
    ]
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
