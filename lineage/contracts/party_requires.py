"""`party-requires`: selected parties are as their market and the law of their data demand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

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
from lineage.contracts._subjects import fails
from lineage.findings import Checked
from lineage.inventory.glob import fits
from lineage.places import PlaceKind
from lineage.selection import Answer, Selection, disputed

_PEOPLE = Selection(kinds=(PlaceKind.PARTY, PlaceKind.CALLER))
_OVERSEAS_ONLY = {
    "data": {"kinds": ("party",), "origin": ("overseas",)},
    "require": {"origin": ("overseas",)},
}
_PAPERS = {"require": {"dpa": True, "notice": True}}
_REVIEWED = {"require": {"market_within": ("DE", "FR"), "industry_outside": ("defence*",)}}


class Demands(BaseModel):
    """What is demanded of a party; only what is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _something(self) -> Demands:
        if self == Demands.model_construct():
            raise ValueError("this demands nothing: write what is required")
        return self

    origin: tuple[str, ...] = Field(default=(), description="All its data was collected and generated there.")
    market_outside: tuple[str, ...] = Field(
        default=(), description="Its end users, where declared, are not there."
    )
    market: Literal["known"] | None = Field(
        default=None, description="The country of its end users is declared."
    )
    market_within: tuple[str, ...] = Field(default=(), description="Its end users are there.")
    industry: Literal["known"] | None = Field(default=None, description="Its industry is declared.")
    industry_outside: tuple[str, ...] = Field(
        default=(), description="Its industry is none of these, capitals or not; `*` and `?` match."
    )
    dpa: Literal[True] | None = Field(
        default=None, description="Its data processing agreement is declared, and not one that ran out."
    )
    notice: Literal[True] | None = Field(
        default=None, description="The notice to its end users is declared, and not one that ran out."
    )


class PartyRequires(Contract):
    """Parties are as demanded."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_OVERSEAS_ONLY, ("acme[DE] > gw@SG", "hong[CN] > core@CN"), ""),
        ({**_OVERSEAS_ONLY, "require": {"market_outside": ("domestic",)}}, ("acme[DE] > gw@SG",), ""),
        (_PAPERS, ("acme[DE] > gw@SG", "acme is dpa=contract-7 notice=site-notice"), ""),
        (_PAPERS, ("acme[DE] > gw@SG", "acme is dpa=d notice=n", "document dpa id=d"), ""),
        (_REVIEWED, ("acme[DE] > gw@SG", "acme is market=DE industry=retail"), ""),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (_OVERSEAS_ONLY, ("acme[DE+CN] > gw@SG",), "party:acme"),
        (
            {**_OVERSEAS_ONLY, "require": {"market_outside": ("domestic",)}},
            ("acme[DE] > gw@SG", "acme is market=CN"),
            "party:acme",
        ),
        (
            _PAPERS,
            ("acme[DE] > gw@SG", "acme is dpa=d notice=n", "document dpa id=d expires=2025-12-31"),
            "party:acme",
        ),
        (_REVIEWED, ("acme[DE] > gw@SG", "acme is market=US industry=retail"), "party:acme"),
        (_REVIEWED, ("acme[DE] > gw@SG", "acme is market=FR industry=defence"), "party:acme"),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_OVERSEAS_ONLY, ("acme[?] > gw@SG", "hong[CN] > core@CN"), "party:acme"),
        (_PAPERS, ("acme[DE] > gw@SG", "acme is dpa=contract-7"), "party:acme"),
        (_REVIEWED, ("acme[DE] > gw@SG", "acme is market=DE"), "party:acme"),
        (_REVIEWED, ("acme[DE] > gw@SG", "acme is industry=retail"), "party:acme"),
        (
            {"require": {"market": "known", "industry": "known"}},
            ("caller:gw@SG > gw",),
            "caller:?(service:gw@SG)",
        ),
    )

    type: Literal["party-requires"] = "party-requires"
    data: Selection = Field(default=_PEOPLE, description="The parties, by their data.")
    require: Demands = Field(description="What is demanded of each.")

    def words(self) -> tuple[str, ...]:
        """The jurisdiction words used."""
        want = self.require
        return (*super().words(), *want.origin, *want.market_outside, *want.market_within)

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
        yield from self._market(context, thing)
        yield from self._industry(context, thing)
        evidence = graph.meaning(thing).evidence or {}
        for name in ("dpa", "notice"):
            if getattr(want, name) and name not in evidence:
                yield _unknown(context, thing, name)
            elif getattr(want, name) and fails(context, evidence[name]):
                yield _wrong(name, "value.void")

    def _market(self, context: Context, thing: int) -> Iterator[Fault]:
        want, market = self.require, context.graph.meaning(thing).market

        def there(words: tuple[str, ...]) -> bool:
            return any(context.jurisdictions.has(word, market) for word in words)

        if not market:
            if want.market or want.market_within:
                yield _unknown(context, thing, "market")
        elif there(want.market_outside) or (want.market_within and not there(want.market_within)):
            yield _wrong("market", market)

    def _industry(self, context: Context, thing: int) -> Iterator[Fault]:
        want, industry = self.require, context.graph.meaning(thing).industry
        if not industry:
            if want.industry or want.industry_outside:
                yield _unknown(context, thing, "industry")
        elif any(fits(pattern.casefold(), industry.casefold()) for pattern in want.industry_outside):
            yield _wrong("industry", industry)


def _unknown(context: Context, thing: int, what: str) -> Fault:
    missing = lacks(context.graph, thing, what, f"parties[].{what}")
    return Fault("party.unknown", {"property": f"property.{what}"}, missing)


def _wrong(what: str, found: str) -> Fault:
    return Fault("party.wrong", {"property": f"property.{what}", "found": found})
