"""What entries say, in the terms of the interface (meaning.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lineage.inventory.match import Rank
from lineage.inventory.merge import Settled
from lineage.inventory.model import labels
from lineage.inventory.where import Match
from lineage.labels import Known, Labels
from lineage.meaning import Source, Title


@dataclass(frozen=True, slots=True)
class DeclaredPlace:
    """An entry of `places`, to tell what was declared and never seen."""

    name: str
    """Its name, or what it matches."""
    title: Title
    match: Match
    source: Source | None
    role: str = ""
    """What it is declared to be for."""


@dataclass(frozen=True, slots=True)
class DeclaredFlow:
    """What the inventory says of a pair of places."""

    categories: frozenset[str] = frozenset()
    purpose: str = ""
    source: Source | None = None


def title(said: Settled) -> Title:
    """The title that entries give, or none."""
    names = said.get("title")
    return names.title() if names is not None else Title()


def contents(said: Any) -> Labels | None:
    """The labels of declared contents; None when nothing is declared."""
    if said is None:
        return None
    if said == "none":
        return Labels(frozenset(), frozenset(), Known.DECLARED)
    return labels(said.origin, said.classes)


def evidence(found: Sequence[tuple[Rank, Any]], more: Mapping[str, str]) -> Mapping[str, str] | None:
    """Documents by field; of several entries the most specific one's."""
    result: dict[str, str] = {}
    for _, entry in reversed(found):
        result.update(entry.evidence or {})
    result.update(more)
    return result or None


def describe(match: Match) -> str:
    """What an entry without a name is called.

    >>> describe(Match(host=("pg.example",), kind=("store",)))
    'store host pg.example'
    """
    patterns = dict(match.patterns())
    kinds = "/".join(patterns.pop("kind", ()))
    rest = ", ".join(f"{key} {' or '.join(words)}" for key, words in patterns.items())
    return " ".join(part for part in (kinds, rest) if part)
