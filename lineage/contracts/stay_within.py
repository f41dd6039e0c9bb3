"""`stay-within`: selected data gets only to allowed countries, zones or vendors. A place not located is not within."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from lineage.contracts._contract import (
    OURS,
    YES,
    Case,
    Context,
    Contract,
    Fault,
    PlaceMatch,
    each_place,
    lacks,
)
from lineage.findings import Checked
from lineage.places import PlaceKind
from lineage.selection import Answer, Selection

_AT_HOME = {"data": {"origin": ("domestic",)}, "countries": ("domestic",)}


class StayWithin(Contract):
    """Data stays within what is allowed."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_AT_HOME, ("hong[CN] > core@CN > pg", "pg is country=CN", "acme[DE] > gw@SG"), ""),
        ({"zones": ("offshore",)}, ("acme[DE] > gw@SG", "gw is zone=offshore"), ""),
        ({"vendors": ("aws",)}, ("acme[DE] > gw@SG", "gw is vendor=aws"), ""),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (_AT_HOME, ("hong[CN] > core@CN > gw@SG",), "service:gw@SG"),
        ({"zones": ("offshore",)}, ("acme[DE] > gw@SG", "gw is zone=domestic"), "service:gw@SG"),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_AT_HOME, ("hong[CN] > core@CN > pg",), "store:postgresql@pg"),
        (_AT_HOME, ("hong[?] > gw@SG",), "service:gw@SG"),
        ({"vendors": ("aws",)}, ("acme[DE] > gw@SG",), "service:gw@SG"),
    )

    type: Literal["stay-within"] = "stay-within"
    data: Selection = Field(default=Selection(), description="The data; by default all.")
    countries: tuple[str, ...] = Field(
        default=(), description="Allowed countries: words of the pack's jurisdictions, or ISO country codes."
    )
    zones: tuple[str, ...] = Field(default=(), description="Allowed zones of the inventory.")
    vendors: tuple[str, ...] = Field(default=(), description="Allowed vendors and operators.")
    places: PlaceMatch = Field(
        default=PlaceMatch(kinds=(*OURS, PlaceKind.OPERATOR)),
        description="Which places count; by default all but parties.",
    )

    @model_validator(mode="after")
    def _something(self) -> StayWithin:
        if not (self.countries or self.zones or self.vendors):
            raise ValueError("say what is allowed: countries, zones or vendors")
        return self

    def words(self) -> tuple[str, ...]:
        """The jurisdiction words used."""
        return (*super().words(), *self.countries)

    def check(self, context: Context) -> Checked:
        """Every place that the data gets to."""
        graph = context.graph

        def scope(thing: int) -> Answer:
            return self.places.answer(graph, thing, context.jurisdictions)

        def test(thing: int) -> Iterator[Fault]:
            meaning = graph.meaning(thing)
            country = meaning.country
            if self.countries and not country:
                yield Fault(
                    "outside.unknown", {}, lacks(graph, thing, "country", "places[].country", "cloud.region")
                )
            elif self.countries and not any(
                context.jurisdictions.has(word, country) for word in self.countries
            ):
                yield Fault("outside", {"found": country})
            if self.zones and not meaning.zone:
                yield Fault("outside.unknown", {}, lacks(graph, thing, "zone", "places[].zone"))
            elif self.zones and meaning.zone not in self.zones:
                yield Fault("outside", {"found": meaning.zone})
            runs = meaning.vendor or meaning.operator
            if self.vendors and not runs:
                yield Fault(
                    "outside.unknown", {}, lacks(graph, thing, "vendor", "places[].vendor, places[].operator")
                )
            elif self.vendors and runs not in self.vendors:
                yield Fault("outside", {"found": runs})

        if not self.places.kinds:
            return each_place(context, self.data, lambda thing: YES and scope(thing), test)
        return each_place(context, self.data, scope, test)
