"""What is wrong, or soon will be, in policies, inventory, waivers and baseline: told without a span (`lineage lint`).

Errors are what would stop a check; warnings are what would surprise: dates that come, entries that can never fit
or say nothing new, rules that no case shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from lineage import yamlfile
from lineage.baseline import load_baseline
from lineage.errors import ConfigError, Problem
from lineage.inventory import Inventory, InventoryFile
from lineage.inventory.merge import same
from lineage.meaning import Source
from lineage.packcases import cases_of, load_cases
from lineage.packs import Pack, builtin_packs, load_pack
from lineage.places import PlaceKind
from lineage.waivers import WARNED, ending, expired, owner
from lineage.words import nearest
from lineage.yamlfile import Entry

TOLD: Mapping[PlaceKind, frozenset[str]] = {
    PlaceKind.SERVICE: frozenset({"service", "namespace", "environment", "provider", "region"}),
    PlaceKind.STORE: frozenset({"system", "host", "environment", "database", "collection", "owner"}),
    PlaceKind.MODEL: frozenset({"model", "provider", "environment", "host", "owner"}),
    PlaceKind.TOPIC: frozenset({"topic", "system", "owner"}),
    PlaceKind.REMOTE: frozenset({"service", "environment", "host", "owner"}),
    PlaceKind.OPERATOR: frozenset({"operator"}),
}
"""What telemetry can tell of a place of each kind, by the keys of a `match` (operations.py makes the places)."""


T = TypeVar("T")
A = TypeVar("A")


@dataclass
class Lint:
    """All that was found, in the order of finding."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def tried(self, load: Callable[[A], T], what: A) -> T | None:
        """What a loader gives; or None, and its problems are errors."""
        try:
            return load(what)
        except ConfigError as error:
            self.errors += error.problems
            return None


def lint(
    inventories: Sequence[str], policies: Sequence[str], today: date, baselines: Sequence[str] = ()
) -> Lint:
    """Everything wrong at once.

    Args:
        inventories: files that make one inventory.
        policies: names of built-in packs, or files of packs.
        today: the day on which waivers and documents must be in date.
        baselines: baseline files.
    """
    found = Lint()
    rules = {rule.id for name in builtin_packs() for rule in load_pack(name).rules}
    for name in policies:
        pack = found.tried(load_pack, name)
        if pack is not None:
            rules |= {rule.id for rule in pack.rules}
            if name not in builtin_packs():
                _cases(found, pack, Path(name))
    files = [file for name in inventories if (file := found.tried(_inventory_file, name))]
    if len(files) == len(inventories):
        found.tried(Inventory.load, list(inventories))
    declared = _together(files)
    named = [(waiver.rule, waiver.source) for waiver in declared.waivers]
    found.errors += [*expired(declared.waivers, today), *_unknown(named, rules), *_twice(declared)]
    found.warnings += [*_ending(declared, today), *_never(declared), *_nothing_new(declared)]
    for name in baselines:
        baseline = found.tried(load_baseline, name)
        if baseline is not None:
            found.errors += _unknown(((each.rule, each.source) for each in baseline.findings), rules)
    return found


def _inventory_file(name: str) -> InventoryFile:
    return yamlfile.load(name, InventoryFile)[0]


def _together(files: Sequence[InventoryFile]) -> InventoryFile:
    """The lists of all files one after the other, also where the files contradict each other."""
    lists = [name for name, told in InventoryFile.model_fields.items() if told.default == ()]
    whole: dict[str, Any] = {
        name: tuple(entry for file in files for entry in getattr(file, name)) for name in lists
    }
    return InventoryFile.model_construct(**whole)


# --- packs -----------------------------------------------------------------------------------------------


def _cases(found: Lint, pack: Pack, path: Path) -> None:
    """A pack of the user's own has cases beside it, at least one for each rule."""
    beside = cases_of(path)
    if not beside.is_file():
        found.warnings.append(
            Problem(
                f"pack {pack.id!r} has no cases",
                str(path),
                remedy=f"write small graphs and what each rule says of them in {beside.name} (policies/README.md)",
            )
        )
        return
    cases = found.tried(lambda file: load_cases(pack, file), beside)
    if cases is not None:
        shown = {f"{pack.id}/{rule}" for case in cases.cases for rule in case.expect}
        found.warnings += [
            _at(rule.source, f"no case shows rule {rule.id!r}", f"add one to {beside.name}")
            for rule in pack.rules
            if rule.id not in shown
        ]


def _unknown(named: Iterable[tuple[str, Source | None]], rules: Iterable[str]) -> Iterator[Problem]:
    """What names a rule that no pack has: it would wait in silence for ever."""
    known = sorted(rules)
    for rule, source in named:
        if rule not in known:
            near = nearest(rule, known)
            yield _at(
                source,
                f"no rule is called {rule!r}",
                f"did you mean {near!r}?" if near else "give the pack that has it with -p",
            )


# --- waivers and documents -------------------------------------------------------------------------------


def _twice(inventory: InventoryFile) -> Iterator[Problem]:
    """Waivers of the very same: only the first is ever used, and the other would be one that matches nothing."""
    seen: dict[object, Source | None] = {}
    for waiver in inventory.waivers:
        key = (waiver.rule, waiver.fingerprint, frozenset(waiver.path or ()))
        if key in seen:
            yield _at(
                waiver.source,
                f"{waiver.rule} is waived for the same finding at {seen[key]}",
                f"{owner(waiver)}: keep one",
            )
        seen.setdefault(key, waiver.source)


def _ending(inventory: InventoryFile, today: date) -> Iterator[Problem]:
    """What is over, or will be within `WARNED`: waivers, documents, steps without evidence, authorisations."""
    for waiver in ending(inventory.waivers, today):
        yield _at(
            waiver.source,
            f"the waiver of {waiver.rule} ends on {waiver.expires}; {waiver.owner} answers for it",
            "mend the finding, or renew it",
        )
    dated: list[tuple[Entry, str, date | None]] = [
        *(
            (each, f"attestation {each.id!r} of {each.owner}", each.expires)
            for each in inventory.attestations
        ),
        *((each, f"declassifier {each.name!r}", each.expires) for each in inventory.declassifiers),
        *((each, f"authorisation {each.id!r}", _day(each.valid_until)) for each in inventory.authorisations),
    ]
    for entry, what, last in dated:
        if last is not None and last <= today + WARNED:
            when = "expired" if last < today else "ends"
            yield _at(entry.source, f"{what} {when} on {last}", "renew it, or take it out")


def _day(until: date | str | None) -> date | None:
    """A last day; None where there is none, or it is `open-ended`."""
    return until if isinstance(until, date) else None


# --- entries ---------------------------------------------------------------------------------------------


def _never(inventory: InventoryFile) -> Iterator[Problem]:
    """Entries that no place can ever fit: telemetry does not tell all their keys of one kind of place."""
    for entry in inventory.places:
        patterns = dict(entry.match.patterns())
        meant = patterns.pop("kind", None)
        kinds = [kind for kind in TOLD if meant is None or kind in meant]
        if any(patterns.keys() <= TOLD[kind] for kind in kinds):
            continue
        what = f"this never matches: no {'place' if meant is None else ' or '.join(kinds)} has {' and '.join(patterns)}"
        told = "; ".join(f"a {kind} {', '.join(sorted(TOLD[kind]))}" for kind in kinds)
        remedy = "write an entry for each kind of place" if meant is None else f"telemetry tells of {told}"
        yield _at(entry.source, what, remedy)


def _nothing_new(inventory: InventoryFile) -> Iterator[Problem]:
    """Entries that match the very same as one before and say nothing that it does not say."""
    for entries in (inventory.parties, inventory.places):
        seen: dict[object, Entry] = {}
        for entry in entries:
            key = frozenset((name, frozenset(words)) for name, words in entry.match.patterns().items())
            first = seen.setdefault(key, entry)
            if first is entry:
                continue
            fields = [name for name in type(entry).model_fields if name not in ("name", "match")]
            if all(
                _silent(entry, name) or same(getattr(entry, name), getattr(first, name)) for name in fields
            ):
                yield _at(
                    entry.source,
                    f"this says nothing that the entry at {first.source} does not say",
                    "take it out",
                )


def _silent(entry: Entry, name: str) -> bool:
    value, field_ = getattr(entry, name), type(entry).model_fields[name]
    return bool(value == field_.default)


def _at(source: Source | None, what: str, remedy: str = "") -> Problem:
    where = source or Source("")
    return Problem(what, where.file, where.line, where.column, remedy=remedy)
