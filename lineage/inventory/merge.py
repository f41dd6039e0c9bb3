"""Several entries, one answer: putting files together and settling what entries say of one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from lineage.errors import ConfigError, Problem
from lineage.inventory.match import Rank
from lineage.inventory.model import InventoryFile, Names, Telemetry
from lineage.meaning import Source
from lineage.yamlfile import Entry

MAX_PROBLEMS = 100

Settled = Mapping[str, Any]
"""What is said of a place by field; a field that nobody speaks of is absent."""


def settle(found: Sequence[tuple[Rank, Any]], fields: Iterable[str]) -> Settled:
    """For each field what the most specific entry says that says something.

    Args:
        found: entries with how specific they are, the most specific first.

    Raises:
        ConfigError: two equally specific entries contradict each other.
    """
    said: dict[str, Any] = {}
    for name in fields:
        speakers = [
            (rank, entry, value) for rank, entry in found if (value := _value(entry, name)) is not None
        ]
        if not speakers:
            continue
        rank, first, value = speakers[0]
        for other_rank, other, other_value in speakers[1:]:
            if other_rank != rank:
                break
            if not same(other_value, value):
                raise ConfigError([contradiction(first, other, name)])
        said[name] = value
    return said


def _value(entry: Entry, name: str) -> object:
    value = getattr(entry, name)
    return None if isinstance(value, Names) and value == Names() else value


def same(mine: object, theirs: object) -> bool:
    """Whether two values are equal, wherever they are written; a list says the same in any order."""
    if isinstance(mine, BaseModel) and type(mine) is type(theirs):
        return all(same(getattr(mine, name), getattr(theirs, name)) for name in type(mine).model_fields)
    if isinstance(mine, tuple) and isinstance(theirs, tuple):
        return len(mine) == len(theirs) and all(any(same(a, b) for b in theirs) for a in mine)
    return mine == theirs


def contradiction(first: Entry, other: Entry, name: str) -> Problem:
    """Two entries that say different things of one place."""
    here = other.source or Source("")
    return Problem(
        f"this entry and the one in {first.source or 'the inventory'} fit the same place and disagree about {name!r}",
        here.file,
        here.line,
        here.column,
        remedy="make one of them match more specifically, or make them agree",
    )


def merge(files: Sequence[InventoryFile]) -> InventoryFile:
    """All files as one: lists are put together, and what must be one is checked to be.

    Raises:
        ConfigError: two organisations, an id given twice, a name or vendor that nobody declares, a document about a
            name that may be either of two.
    """
    problems: list[Problem] = []
    organisations = [file.organisation for file in files if file.organisation is not None]
    for other in organisations[1:]:
        if not same(other, organisations[0]):
            problems.append(_at(other, f"another organisation is declared in {organisations[0].source}"))
    lists: dict[str, Any] = {
        name: tuple(entry for file in files for entry in getattr(file, name))
        for name in InventoryFile.model_fields
        if name not in ("organisation", "telemetry")
    }
    keys = tuple(dict.fromkeys(key for file in files for key in file.telemetry.tenant_keys))
    whole = InventoryFile.model_construct(
        organisation=organisations[0] if organisations else None,
        telemetry=Telemetry(tenant_keys=keys),
        **lists,
    )
    problems += [*_twice(whole), *_dangling(whole), *_ambiguous(whole), *_same_match(whole)]
    if problems:
        rest = len(problems) - MAX_PROBLEMS
        more = [Problem(f"and {rest:,} more problems")] if rest > 0 else []
        raise ConfigError([*problems[:MAX_PROBLEMS], *more])
    return whole


def _twice(whole: InventoryFile) -> list[Problem]:
    """Ids and names that must be given once."""
    problems = []
    for section, key in (
        ("vendors", "id"), ("authorisations", "id"), ("attestations", "id"), ("declassifiers", "name"), ("parties", "name"),
    ):  # fmt: skip
        seen: dict[str, Entry] = {}
        for entry in getattr(whole, section):
            word = getattr(entry, key)
            if word in seen:
                problems.append(
                    _at(entry, f"{key} {word!r} is given twice in {section}, first in {seen[word].source}")
                )
            seen.setdefault(word, entry)
    parties = {party.name: party for party in whole.parties}
    problems += [
        _at(place, f"the name {place.name!r} is also that of a party, in {parties[place.name].source}")
        for place in whole.places
        if place.name in parties
    ]
    return problems


def _dangling(whole: InventoryFile) -> list[Problem]:
    """References to vendors, authorisations and names that nobody declares."""
    vendors = {vendor.id for vendor in whole.vendors}
    authorisations = {entry.id for entry in whole.authorisations}
    names = {place.name for place in whole.places if place.name} | {party.name for party in whole.parties}
    covered = {"all", *names, *vendors, *authorisations}
    ends = [(entry, (entry.match.from_, entry.match.to)) for entry in whole.flows]
    steps = [
        (step, (step.flow.from_, step.flow.to) if step.flow else (step.at,)) for step in whole.declassifiers
    ]
    wanted: list[tuple[Entry, str, str | None, set[str]]] = [
        *((place, "vendor", place.vendor, vendors) for place in whole.places),
        *((vendor, "vendor", vendor.parent, vendors) for vendor in whole.vendors),
        *((entry, "vendor", entry.vendor, vendors) for entry in whole.authorisations),
        *((entry, "authorisation", entry.parent, authorisations) for entry in whole.authorisations),
        *((entry, "place or party", where, names) for entry, both in [*ends, *steps] for where in both if isinstance(where, str)),
        *((entry, "party, vendor, place or authorisation", name, covered) for entry in whole.attestations for name in entry.covers or ()),
    ]  # fmt: skip
    problems = []
    for entry, what, word, known in wanted:
        if word is not None and word not in known:
            near = nearest(word, known)
            problems.append(
                _at(
                    entry,
                    f"no {what} {word!r} is declared",
                    f"did you mean {near!r}?" if near else "declare it, or take it out",
                )
            )
    return problems


def _ambiguous(whole: InventoryFile) -> list[Problem]:
    """Documents that cover a name that several sections give: a customer's contract is not a supplier's."""
    sections = (("parties", "name"), ("vendors", "id"), ("places", "name"), ("authorisations", "id"))
    named = {section: {getattr(entry, key) for entry in getattr(whole, section)} for section, key in sections}
    problems = []
    for entry in whole.attestations:
        for name in entry.covers or ():
            meant = [section for section, names in named.items() if name in names]
            if len(meant) > 1:
                what = f"'covers' names {name!r}, which is one of {' and one of '.join(meant)}"
                problems.append(_at(entry, what, "give one of them another name"))
    return problems


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word nearest to what was written, or ""."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, sorted(known), n=1, cutoff=0.7)), "")


def _same_match(whole: InventoryFile) -> list[Problem]:
    """Entries that match the very same and disagree: told before any place is seen."""
    problems = []
    for section, fields in (("parties", None), ("places", None), ("locations", ("country",))):
        seen: dict[object, Entry] = {}
        for entry in getattr(whole, section):
            patterns = entry.patterns() if section == "locations" else entry.match.patterns()
            key = tuple((name, tuple(sorted(words))) for name, words in patterns.items())
            first = seen.setdefault(key, entry)
            if first is entry:
                continue
            names = fields or [name for name in type(entry).model_fields if name not in ("match", "evidence")]
            for name in names:
                mine, theirs = _value(entry, name), _value(first, name)
                if mine is not None and theirs is not None and not same(mine, theirs):
                    problems.append(contradiction(first, entry, name))
    return problems


def _at(entry: Entry, what: str, remedy: str = "") -> Problem:
    source = entry.source or Source("")
    return Problem(what, source.file, source.line, source.column, remedy=remedy)
