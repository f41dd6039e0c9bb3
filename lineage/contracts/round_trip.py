"""`round-trip`: what selected parties send comes back to them, and does not stay where it was computed.

Observed: each selected party that sends has an answer in the telemetry. Where none is seen it may have gone
another way: undecided. Data kept in a place at home is not returned: it must be declared deletable and for how
long it is kept; declared not deletable is a breach.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf
from typing import ClassVar, Literal

from pydantic import Field

from lineage.contracts._contract import (
    RECEIVERS,
    YES,
    Case,
    Context,
    Contract,
    Fault,
    PlaceMatch,
    each_place,
    fault_at,
    lacks,
)
from lineage.contracts.retention import kept_days
from lineage.findings import Checked, Judgement
from lineage.flows import Leg
from lineage.places import PlaceKind
from lineage.selection import Answer, Selection

_RETURN = {"data": {"kinds": ("party",), "origin": ("overseas",)}, "home": ("domestic",)}


class RoundTrip(Contract):
    """Data comes in, is computed, and goes back."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_RETURN, ("acme[DE] > gw@SG > core@CN > gw > acme",), ""),
        (_RETURN, ("acme[DE] > gw@SG > acme", "gw > pg", "acme > gw > pg", "pg is country=SG"), ""),
        (
            _RETURN,
            (
                "acme[DE] > core@CN > acme",
                "acme > core > redis",
                "redis is country=CN retention=1 deletable=yes",
            ),
            "",
        ),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (
            _RETURN,
            ("acme[DE] > core@CN > acme", "acme > core > pg", "pg is country=CN deletable=no"),
            "store:postgresql@pg",
        ),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_RETURN, ("acme[DE] > gw@SG > core@CN",), "party:acme"),
        (
            _RETURN,
            ("acme[DE] > core@CN > acme", "acme > core > pg", "pg is country=CN"),
            "store:postgresql@pg",
        ),
        (_RETURN, ("acme[DE] > core@CN > acme", "acme > core > pg"), "store:postgresql@pg"),
    )

    type: Literal["round-trip"] = "round-trip"
    data: Selection = Field(description="The parties, by their data.")
    home: tuple[str, ...] = Field(
        description="Where the data must not stay: jurisdiction words or country codes."
    )

    def words(self) -> tuple[str, ...]:
        """The jurisdiction words used."""
        return (*super().words(), *self.home)

    def check(self, context: Context) -> Checked:
        """Every selected party, and every place that keeps its data."""
        graph, found = context.graph, context.reach(self.data)
        judgements: list[Judgement] = []
        parties = 0
        for thing, selected in enumerate(found.answers):
            if not selected or graph.place(thing).kind not in RECEIVERS:
                continue
            parties += 1
            answered = any(graph.flows[n].key.leg is Leg.RESPONSE for n in graph.into[thing])
            if not answered:
                fault = Fault("return.none", {}, lacks(graph, thing, "answer", "", "server span"))
                judgements.append(fault_at(context, self.data, thing, selected, YES, fault))
        stores = PlaceMatch(kinds=(PlaceKind.STORE, PlaceKind.TOPIC), countries=self.home)

        def scope(thing: int) -> Answer:
            return YES if stores.answer(graph, thing, context.jurisdictions) else Answer.NO

        kept = each_place(context, self.data, scope, lambda thing: self._kept(context, thing), held=True)
        flows = found.carrying if parties else 0
        return Checked(
            (*judgements, *kept.judgements), flows, parties + kept.places, found.declassifiers, found.waived
        )

    def _kept(self, context: Context, thing: int) -> Iterator[Fault]:
        graph, meaning = context.graph, context.graph.meaning(thing)
        if not meaning.country:
            yield Fault(
                "return.where.unknown", {}, lacks(graph, thing, "country", "places[].country", "cloud.region")
            )
        elif meaning.deletable is False:
            yield Fault("return.stays", {})
        elif meaning.deletable is None:
            yield Fault("return.stays.unknown", {}, lacks(graph, thing, "deletable", "places[].deletable"))
        elif (kept := kept_days(graph, thing)) is not None and isinf(kept):
            yield Fault("return.stays", {})
        elif kept is None:
            yield Fault("return.stays.unknown", {}, lacks(graph, thing, "retention", "places[].retention"))
