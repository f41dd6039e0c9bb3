"""Waivers: findings that somebody answers for, until a date (DESIGN.md section 6).

A waived finding stays in every output, marked. A waiver that is past its date or matches nothing is an
error: an exemption that nobody needs any more must not wait for a finding to come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from lineage.errors import ConfigError, Problem
from lineage.findings import Finding
from lineage.inventory.glob import fits


@dataclass
class Waivers:
    """The inventory's waivers in one check, and which of them were needed."""

    entries: tuple[Any, ...]
    used: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, entries: Iterable[Any], today: date) -> Waivers:
        """The waivers, all in date.

        Raises:
            ConfigError: some are past their date, the last day included.
        """
        waivers = cls(tuple(entries))
        expired = [
            _problem(
                entry,
                f"the waiver of {entry.rule} expired on {entry.expires}",
                "mend the finding, or renew it",
            )
            for entry in waivers.entries
            if _day(entry.expires) < today
        ]
        if expired:
            raise ConfigError(expired)
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
                entry, f"the waiver of {entry.rule} matches no finding", "take it out, or mend what it names"
            )
            for number, entry in enumerate(self.entries)
            if number not in self.used and str(entry.rule).split("/")[0] in packs
        ]
        if idle:
            raise ConfigError(idle)


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
    source = getattr(entry, "source", None)
    if source is None:
        return Problem(what, remedy=remedy)
    return Problem(what, source.file, source.line, source.column, remedy=remedy)
