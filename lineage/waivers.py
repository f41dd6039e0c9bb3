"""Waivers: findings that somebody answers for, until a date (DESIGN.md section 6).

A waived finding stays in every output, marked. A waiver that is past its date or matches nothing is an
error that names whose it is: an exemption that nobody needs any more must not wait for a finding to come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from lineage.errors import ConfigError, Problem
from lineage.findings import Finding
from lineage.inventory.glob import fits
from lineage.meaning import Source

WARNED = timedelta(days=14)
"""How long before its last day a waiver is spoken of."""


@dataclass(frozen=True, slots=True, order=True)
class Ending:
    """A waiver that ends soon."""

    expires: date
    rule: str
    owner: str
    ticket: str
    source: Source | None = field(default=None, compare=False)


@dataclass
class Waivers:
    """The inventory's waivers in one check, and which of them were needed."""

    entries: tuple[Any, ...]
    today: date
    used: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, entries: Iterable[Any], today: date) -> Waivers:
        """The waivers, all in date.

        Raises:
            ConfigError: some are past their date, the last day included.
        """
        waivers = cls(tuple(entries), today)
        over = expired(waivers.entries, today)
        if over:
            raise ConfigError(over)
        return waivers

    def apply(self, finding: Finding) -> Finding:
        """The finding, marked as waived if a waiver names its fingerprint, or its rule and path."""
        for number, entry in enumerate(self.entries):
            if _matches(entry, finding):
                self.used.add(number)
                by = f"{entry.approver} ({entry.expires}): {entry.reason}"
                return replace(finding, waived=True, waived_by=by)
        return finding

    def finish(self, packs: set[str]) -> None:
        """Complain of waivers for rules of these packs that matched nothing.

        Raises:
            ConfigError: with each of them.
        """
        idle = [
            _problem(
                entry,
                f"the waiver of {entry.rule} matches no finding; {owner(entry)} answers for it",
                "take it out, or mend what it names",
            )
            for number, entry in enumerate(self.entries)
            if number not in self.used and str(entry.rule).split("/")[0] in packs
        ]
        if idle:
            raise ConfigError(idle)

    @property
    def ending(self) -> tuple[Ending, ...]:
        """Those whose last day is at most `WARNED` away, the nearest first."""
        return ending(self.entries, self.today)


def owner(entry: Any) -> str:
    """Who answers for a waiver: its owner, else who approved it."""
    return str(entry.owner or entry.approver)


def expired(entries: Iterable[Any], today: date) -> list[Problem]:
    """A problem for each waiver whose last day is over."""
    return [
        _problem(
            entry,
            f"the waiver of {entry.rule} expired on {entry.expires}; {owner(entry)} answers for it",
            "mend the finding, or renew it",
        )
        for entry in entries
        if _day(entry.expires) < today
    ]


def ending(entries: Iterable[Any], today: date) -> tuple[Ending, ...]:
    """The waivers that are in date and end within `WARNED`, the nearest first."""
    return tuple(
        sorted(
            Ending(_day(entry.expires), entry.rule, owner(entry), entry.ticket or "", entry.source)
            for entry in entries
            if today <= _day(entry.expires) <= today + WARNED
        )
    )


def _matches(entry: Any, finding: Finding) -> bool:
    """Whether a waiver is for this finding: each of its patterns names a place of it."""
    if entry.rule != finding.rule:
        return False
    if entry.fingerprint:
        return bool(entry.fingerprint == finding.fingerprint)
    names = {*finding.at[1:], *(place.id for step in finding.steps for place in (step.source, step.target))}
    return bool(entry.path) and all(any(fits(pattern, name) for name in names) for pattern in entry.path)


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _problem(entry: Any, what: str, remedy: str) -> Problem:
    source = entry.source
    if source is None:
        return Problem(what, remedy=remedy)
    return Problem(what, source.file, source.line, source.column, remedy=remedy)
