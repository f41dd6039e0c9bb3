"""What a box tells beside what it is, fact by fact: what the inventory declares, or that it does not.

A view names the facts that its question asks for (views.py). `None`: the fact does not concern such a box.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isinf
from typing import Any

from lineage.diagram.notation import Notation
from lineage.diagram.scene import Shape, Spot
from lineage.diagram.spots import CUSTOMERS, ORGANISATION, UNDECLARED, VENDOR, runner_of
from lineage.diagram.text import Text, cut, joined, worded
from lineage.graph import FlowGraph
from lineage.places import PlaceKind

Lines = tuple[Text, ...]
LIST = Text(", ", "、")


def facts(graph: FlowGraph, spot: Spot, asked: Iterable[str], notation: Notation) -> Lines:
    """The lines of the facts that a view asks for, in its order; facts that other modules write are skipped."""
    return tuple(line for name in asked if name in FACTS for line in FACTS[name](graph, spot, notation))


def vendor(graph: FlowGraph, spot: Spot) -> tuple[str, Any]:
    """The vendor that runs a box: its id ("" where none does), and its entry in the inventory or None."""
    if not spot.things:
        return "", None
    kind, name = runner_of(graph, spot.things[0])
    return (name, graph.inventory.vendors.get(name)) if kind == VENDOR else ("", None)


def retention(told: Iterable[float | None], notation: Notation) -> Text:
    """How long the longest of several periods is; not declared where one of them is not."""
    periods = list(told)
    longest = max((day for day in periods if day is not None), default=None)
    words = notation.words
    if longest is None or None in periods:
        return words.retention_unknown.text
    if isinf(longest):
        return words.retention_forever.text
    if longest == 0:
        return words.retention_none.text
    if longest < 1:
        return words.retention_hours.text.fill(n=f"{longest * 24:.3g}")
    return words.retention_days.text.fill(n=f"{longest:,.10g}")


def kept_days(graph: FlowGraph, spot: Spot) -> list[float | None]:
    """For how many days each thing of a box keeps what it gets: declared of the place, else of the vendor that runs it."""
    _, entry = vendor(graph, spot)
    contract = None if entry is None else entry.retention
    declared = [graph.meaning(thing).retention_days for thing in spot.things]
    return [contract if each is None else each for each in declared]


# --- facts ---------------------------------------------------------------------------------------------


def _retention(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    """Of what keeps without being a store; a store tells it beside its role."""
    kept = (
        graph.place(spot.things[0]).kind in (PlaceKind.MODEL, PlaceKind.REMOTE)
        or spot.shape is Shape.SUBPROCESSOR
    )
    if not kept or graph.place(spot.things[0]).kind in (PlaceKind.STORE, PlaceKind.TOPIC):
        return ()
    return (retention(kept_days(graph, spot), notation),)


def _viewers(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    if not _keeps(graph, spot):
        return ()
    words, told = notation.words, [graph.meaning(thing).viewers for thing in spot.things]
    if None in told:
        return (words.viewers_unknown.text,)
    names = sorted({name for viewers in told for name in viewers or ()})
    if not names:
        return (words.viewers_nobody.text,)
    return (words.viewers.text.fill(who=_names(names, notation)),)


def _redaction(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    if not _keeps(graph, spot):
        return ()
    told = {graph.meaning(thing).redaction for thing in spot.things}
    if "" in told:
        return (notation.words.redaction_unknown.text,)
    how = joined((worded("protection", word) for word in sorted(told)), LIST)
    return (notation.words.redaction.text.fill(how=how),)


def _deletable(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    if not _keeps(graph, spot):
        return ()
    words, told = notation.words, {graph.meaning(thing).deletable for thing in spot.things}
    if False in told:
        return (words.not_deletable.text,)
    return (words.deletable_unknown.text if None in told else words.deletable.text,)


def _purposes(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    if spot.shape in (Shape.OUTSIDE, Shape.PEOPLE):
        return ()
    _, entry = vendor(graph, spot)
    allowed = None if entry is None else entry.purposes
    told = [graph.meaning(thing).purposes for thing in spot.things]
    told = [allowed if each is None else each for each in told]
    if None in told:
        return (notation.words.purposes_unknown.text,)
    named = sorted({word for words in told for word in words or ()})
    what = joined((worded("purpose", word) for word in named), LIST)
    return (notation.words.purposes.text.fill(what=what),)


def _classes(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    if spot.shape is not Shape.OUTSIDE:
        return ()
    told = [graph.told(thing) for thing in spot.things]
    named = {"unknown"}.union(*(labels.classes for labels in told if labels is not None))
    if any(labels is None or "unknown" in labels.classes for labels in told):
        return (notation.words.classes_unknown.text,)
    what = joined((worded("class", word) for word in sorted(named - {"unknown"})), LIST)
    return (notation.words.classes.text.fill(what=what),)


def _run_by(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    kinds = {runner_of(graph, thing) for thing in spot.things}
    if spot.shape is Shape.SUBPROCESSOR or any(kind == CUSTOMERS for kind, _ in kinds):
        return ()
    named = sorted({graph.meaning(thing).operator for thing in spot.things} - {""})
    if len(kinds) > 1 or kinds == {(UNDECLARED, "")}:
        return (notation.words.run_by_unknown.text,)
    if not named:
        return (notation.words.vendor.text.fill(name=vendor_title(graph, kinds.pop()[1], notation)),)
    return (notation.words.run_by.text.fill(name=_names(named, notation)),)


def _region(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    place, meaning = graph.place(spot.things[0]), graph.meaning(spot.things[0])
    if spot.shape is Shape.OUTSIDE or not (place.kind is PlaceKind.SERVICE or meaning.region):
        return ()
    region = place.region or meaning.region
    if not region:
        return (notation.words.no_region.text,)
    return (Text.plain(cut(region, notation.limits.name)),)


def _legal_entity(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    name, entry = vendor(graph, spot)
    return (legal_entity(entry, notation),) if name else ()


def legal_entity(entry: Any, notation: Notation) -> Text:
    """The legal entity of a vendor, or that the inventory has no entry for it."""
    words = notation.words
    if entry is None:
        return words.vendor_unlisted.text
    if not entry.legal_entity:
        return words.legal_entity_unknown.text
    return words.legal_entity.text.fill(name=cut(entry.legal_entity, notation.limits.name))


def _vendor_country(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    _, entry = vendor(graph, spot)
    return () if entry is None else (established(entry, notation),)


def established(entry: Any, notation: Notation) -> Text:
    """The country of establishment of a vendor that has an entry."""
    if not entry.country:
        return notation.words.established_unknown.text
    return notation.words.established.text.fill(country=notation.country(entry.country))


def _owners(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    _, entry = vendor(graph, spot)
    if entry is None:
        return ()
    if not entry.owners:
        return (notation.words.owners_unknown.text,)
    return tuple(_owner(owner, notation) for owner in entry.owners[: notation.limits.tables])


def _owner(owner: Any, notation: Notation) -> Text:
    words = notation.words
    where = notation.country(owner.country) if owner.country else words.country_unknown.text
    share = (
        words.share.text.fill(n=f"{owner.share:g}") if owner.share is not None else words.share_unknown.text
    )
    return words.owner.text.fill(name=cut(owner.name, notation.limits.name), country=where, share=share)


def _dpa(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    _, entry = vendor(graph, spot)
    if entry is None:
        return ()
    if not entry.dpa:
        return (notation.words.dpa_unknown.text,)
    return (notation.words.dpa.text.fill(name=cut(entry.dpa, notation.limits.name)),)


def _training(graph: FlowGraph, spot: Spot, notation: Notation) -> Lines:
    name, entry = vendor(graph, spot)
    if not name:
        return ()
    words = notation.words
    may = None if entry is None else entry.training
    told = words.training_unknown if may is None else words.training_yes if may else words.training_no
    return (told.text,)


FACTS: Mapping[str, Callable[[FlowGraph, Spot, Notation], Lines]] = {
    "retention": _retention,
    "viewers": _viewers,
    "redaction": _redaction,
    "deletable": _deletable,
    "purposes": _purposes,
    "classes": _classes,
    "run-by": _run_by,
    "legal-entity": _legal_entity,
    "vendor-country": _vendor_country,
    "owners": _owners,
    "dpa": _dpa,
    "training": _training,
    "region": _region,
}
"""Word of a view -> lines of a box; the tables of a store are written with its name (describe.py)."""


def _keeps(graph: FlowGraph, spot: Spot) -> bool:
    """Whether data stays in a box, or may: with stores and queues, and with whoever is not ours."""
    kinds = (PlaceKind.STORE, PlaceKind.TOPIC, PlaceKind.REMOTE)
    return spot.shape is Shape.SUBPROCESSOR or any(graph.place(thing).kind in kinds for thing in spot.things)


def _names(names: Iterable[str], notation: Notation) -> Text:
    """A list of names, as long as a box takes."""
    told, limit = list(names), notation.limits.tables
    shown = [Text.plain(cut(name, notation.limits.name)) for name in told[:limit]]
    if len(told) > limit:
        shown.append(notation.words.tables_more.text.fill(n=f"{len(told) - limit:,}"))
    return joined(shown, LIST)


def runner_title(graph: FlowGraph, kind: str, name: str, notation: Notation) -> Text:
    """What the frame of those who run places is called."""
    words, own = notation.words, graph.inventory.organisation
    if kind == CUSTOMERS:
        return words.customers.text
    if kind == ORGANISATION:
        if own is None:
            return words.own_organisation.text
        said = Text(own.title.en or own.name, own.title.zh or own.name)
        return words.our_organisation.text.fill(name=said)
    if kind == VENDOR:
        return words.vendor.text.fill(name=vendor_title(graph, name, notation))
    return words.undeclared_organisation.text


def vendor_title(graph: FlowGraph, name: str, notation: Notation) -> Text:
    """The inventory's title of a vendor, else its id."""
    entry, limit = graph.inventory.vendors.get(name), notation.limits.name
    if entry is None or not (entry.title.en or entry.title.zh):
        return Text.plain(cut(name, limit))
    return Text(cut(entry.title.en or entry.title.zh, limit), cut(entry.title.zh or entry.title.en, limit))
