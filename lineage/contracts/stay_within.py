"""`stay-within`: selected data gets only to allowed countries, zones or vendors. A place not located is not within."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from lineage.contracts._contract import (
    Case,
    Context,
    Contract,
    Fault,
    PlaceMatch,
    each_place,
    lacks,
    ours,
)
from lineage.findings import Checked, Missing
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
        default=PlaceMatch(), description="Which places count; parties only if `kinds` names them."
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

        def scope(thing: int) -> Answer:
            return ours(self.places, context, thing)

        def test(thing: int) -> Iterator[Fault]:
            return self._faults(context, thing)

        return each_place(context, self.data, scope, test, places=self.places)

    def _faults(self, context: Context, thing: int) -> Iterator[Fault]:
        graph, meaning = context.graph, context.graph.meaning(thing)
        runs = meaning.vendor or meaning.operator
        if self.countries and not any(
            context.jurisdictions.has(word, meaning.country) for word in self.countries
        ):
            missing = lacks(graph, thing, "country", "places[].country", "cloud.region")
            yield _fault("country", meaning.country, missing)
        if self.zones and meaning.zone not in self.zones:
            yield _fault("zone", meaning.zone, lacks(graph, thing, "zone", "places[].zone"))
        if self.vendors and runs not in self.vendors:
            yield _fault("run_by", runs, lacks(graph, thing, "vendor", "places[].vendor, places[].operator"))


def _fault(what: str, found: str, missing: tuple[Missing, ...]) -> Fault:
    """Outside what is allowed; or, when nothing was told, what is missing."""
    if not found:
        return Fault("outside.unknown", {"property": f"property.{what}"}, missing)
    return Fault("outside", {"property": f"property.{what}", "found": found})
