"""What rows are about: the kinds of subjects, each with what its fields are made of (subjects.py finds them)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lineage.diagram.text import Text
from lineage.documents.matter import NOBODY, Market


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row is about."""

    key: str
    """The same in every run and language."""
    title: Text
    covers: frozenset[str] = frozenset()
    """Names by which attestations may cover it."""
    documents: frozenset[str] = frozenset()
    """Documents that its own entry of the inventory names."""
    group: str = ""
    """Of a list that is kept for each market: which market's."""


@dataclass(frozen=True, slots=True)
class Supplier(Subject):
    """A vendor, for the customers of one market."""

    market: Market = NOBODY
    id: str = ""
    """"" = nobody declares who runs these places."""
    entry: Any = None
    things: tuple[int, ...] = ()
    """Its places that the market's data gets to; none = declared only."""
    found: Any = None
    flows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Customer(Subject):
    """Parties that one entry of the inventory names, or a party that none names."""

    things: tuple[int, ...] = ()
    market: Market = NOBODY


@dataclass(frozen=True, slots=True)
class At(Subject):
    """A place that customers' data gets to, or a person's role."""

    thing: int = -1
    found: Any = None
    flows: tuple[int, ...] = ()
    """Flows that carry the data there."""


@dataclass(frozen=True, slots=True)
class Transfer(Subject):
    """Data of a market that gets to another country."""

    market: Market = NOBODY
    country: str = ""
    """"" = to places of which no country is known."""
    things: tuple[int, ...] = ()
    found: Any = None
    flows: tuple[int, ...] = ()
    crossing: tuple[int, ...] = ()
    """Those of the flows that come from another country."""


@dataclass(frozen=True, slots=True)
class Activity(Subject):
    """What customers' data is processed for."""

    purpose: str = ""
    """"" = not told."""
    things: tuple[int, ...] = ()
    found: Any = None
    flows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Given(Subject):
    """An entry of the inventory, a rule or a line of a ledger."""

    entry: Any = None
