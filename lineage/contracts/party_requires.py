"""`party-requires`: selected parties are as their market and the law of their data demand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from lineage.contracts._contract import (
    MAYBE,
    RECEIVERS,
    YES,
    Case,
    Context,
    Contract,
    Fault,
    fault_at,
    lacks,
    untold,
)
from lineage.findings import Checked
from lineage.places import PlaceKind
from lineage.selection import Answer, Selection, disputed

_PEOPLE = Selection(kinds=(PlaceKind.PARTY, PlaceKind.CALLER))
_OVERSEAS_ONLY = {
    "data": {"kinds": ("party",), "origin": ("overseas",)},
    "require": {"origin": ("overseas",)},
}


class Demands(BaseModel):
    """What is demanded of a party; only what is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: tuple[str, ...] = Field(default=(), description="All its data was collected and generated there.")
    market_outside: tuple[str, ...] = Field(
        default=(), description="Its end users, where declared, are not there."
    )


class PartyRequires(Contract):
    """Parties are as demanded."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_OVERSEAS_ONLY, ("acme[DE] > gw@SG", "hong[CN] > core@CN"), ""),
        ({**_OVERSEAS_ONLY, "require": {"market_outside": ("domestic",)}}, ("acme[DE] > gw@SG",), ""),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (_OVERSEAS_ONLY, ("acme[DE+CN] > gw@SG",), "party:acme"),
        (
            {**_OVERSEAS_ONLY, "require": {"market_outside": ("domestic",)}},
            ("acme[DE] > gw@SG", "acme is market=CN"),
            "party:acme",
        ),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_OVERSEAS_ONLY, ("acme[?] > gw@SG", "hong[CN] > core@CN"), "party:acme"),
    )

    type: Literal["party-requires"] = "party-requires"
    data: Selection = Field(default=_PEOPLE, description="The parties, by their data.")
    require: Demands = Field(description="What is demanded of each.")

    def words(self) -> tuple[str, ...]:
        """The jurisdiction words used."""
        return (*super().words(), *self.require.origin, *self.require.market_outside)

    def check(self, context: Context) -> Checked:
        """Every selected party."""
        graph, found = context.graph, context.reach(self.data)
        judgements = []
        parties = 0
        for thing, selected in enumerate(found.answers):
            if not selected or graph.place(thing).kind not in RECEIVERS:
                continue
            parties += 1
            for fault in self._faults(context, thing, selected):
                judgements.append(fault_at(context, self.data, thing, selected, YES, fault))
        return Checked(tuple(judgements), found.carrying if parties else 0, parties)

    def _faults(self, context: Context, thing: int, selected: Answer) -> Iterator[Fault]:
        graph, words, want = context.graph, context.jurisdictions, self.require
        if want.origin:
            labels = graph.told(thing)
            origins = labels.origins if labels else frozenset({"unknown"})
            others = sorted(
                o for o in origins if o != "unknown" and not any(words.has(word, o) for word in want.origin)
            )
            if others:
                yield Fault("party.wrong", {"property": "property.origin", "found": tuple(others)})
            elif "unknown" in origins or selected is MAYBE or disputed(graph, thing, words):
                missing = tuple(untold(graph, thing, Selection(origin=want.origin)))
                yield Fault("party.unknown", {"property": "property.origin"}, missing)
        market = graph.meaning(thing).market
        if market and any(words.has(word, market) for word in want.market_outside):
            yield Fault("party.wrong", {"property": "property.market", "found": market})


__all__ = ["PartyRequires", "lacks"]
