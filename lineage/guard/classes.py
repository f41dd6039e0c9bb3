"""Parties that no rule tells apart stand for each other, so that a million customers are a few.

What is known, and what was decided, is kept for the first customer of a class. Two are of one class when the
inventory says the same of both, and they fit the same patterns of names: those of the rules, of declassifiers and of
flows. Where a rule reads names otherwise (an expression, a contract type of another distribution), each is its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from lineage.contracts._contract import Contract
from lineage.graph import Meanings
from lineage.guard.policy import Policy
from lineage.inventory import Inventory
from lineage.inventory.glob import fits
from lineage.meaning import Meaning
from lineage.places import Place, PlaceKind

Sources = frozenset[Place]
_MOST = 5_000
"""Customers and sets of sources remembered by name before all are looked up anew."""
_MEMBERS = 1_000
"""Customers remembered of a class, for the day on which the inventory tells them apart."""


class Classes:
    """Which customer stands for which.

    Args:
        policy: the rules and the inventory.
        own: our own place, which sees customers that it cannot name.
        first: customers that are known already, who stand for their classes.
        claims: place id -> origins that spans claim for its data.
    """

    def __init__(
        self, policy: Policy, own: Place, first: Iterable[Place], claims: Mapping[str, Collection[str]]
    ) -> None:
        self.members: dict[Place, set[Place]] = {}
        """Who stands for others -> who was seen of the class."""
        self._own = own
        self._claims = claims
        self._inventory: Meanings = policy.inventory
        self._names, self._any_name = _patterns(policy)
        self._matches = tuple(_matches(policy.inventory))
        self._standing: dict[object, Place] = {}
        self._of: dict[Place, Place] = {}
        self._sets: dict[Sources, Sources] = {}
        for place in sorted(first):
            self.of(place)

    def of(self, place: Place) -> Place:
        """Who stands for a place; itself unless it is a party."""
        if place.kind is not PlaceKind.PARTY:
            return place
        found = self._of.get(place)
        if found is None:
            if len(self._of) >= _MOST:
                self._of.clear()
                if isinstance(self._inventory, Inventory):
                    self._inventory = replace(self._inventory)  # forgets whom it was asked about
            found = self._of[place] = self._standing.setdefault(self._class(place), place)
            members = self.members.setdefault(found, set())
            if len(members) < _MEMBERS:
                members.add(place)
            elif place not in members:
                members.add(Place(PlaceKind.PARTY, owner=self._own.id))  # and others, nobody knows who
        return found

    def all(self, places: Sources) -> Sources:
        """Who stands for each of some places."""
        found = self._sets.get(places)
        if found is None:
            if len(self._sets) >= _MOST:
                self._sets.clear()
            found = self._sets[places] = frozenset(map(self.of, places))
        return found

    def _class(self, place: Place) -> object:
        meaning = self._inventory.meaning(place)
        said = tuple(_value(meaning, name) for name in _TOLD)
        named = tuple(fits(pattern, place.name) for pattern in self._names)
        matched = tuple(self._inventory.matches(match, place) for match in self._matches)
        claimed = tuple(sorted(self._claims.get(place.id, ())))
        return place if self._any_name else (said, named, matched, claimed, place.owner)


_TOLD = tuple(field.name for field in fields(Meaning) if field.name != "place")


def _value(meaning: Meaning, name: str) -> object:
    value = getattr(meaning, name)
    return tuple(sorted(value.items())) if name == "evidence" and value is not None else value


def _patterns(policy: Policy) -> tuple[tuple[str, ...], bool]:
    """Patterns of names in the rules, and whether some rule reads names otherwise."""
    contracts = [
        contract
        for _, rule in policy.rules
        for contract in (rule.contract, *(change.contract for change in rule.modes.values()))
    ]
    words: set[str] = set()
    for contract in contracts:
        for name in type(contract).model_fields:
            words.update(getattr(getattr(contract, name), "names", None) or ())
    return tuple(sorted(words)), any(map(_reads_names, contracts))


def _reads_names(contract: Contract) -> bool:
    """Whether a contract may tell any two names apart."""
    if not type(contract).__module__.startswith("lineage."):
        return True
    return "name" in getattr(contract, "holds", "")


def _matches(inventory: Meanings) -> Iterator[Any]:
    """What declassifiers and flows of an inventory match places by."""
    entries = [*inventory.declassifiers]
    for entry in entries:
        if entry.at is not None:
            yield entry.at
        if entry.flow is not None:
            yield from (entry.flow.from_, entry.flow.to)
    if isinstance(inventory, Inventory):
        for flow in inventory.flows:
            yield from (flow.match.from_, flow.match.to)
