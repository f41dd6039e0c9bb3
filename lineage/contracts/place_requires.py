"""`place-requires`: the places that selected data gets to have the properties that are demanded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

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
from lineage.findings import Checked, Value
from lineage.graph import FlowGraph
from lineage.selection import Answer, Selection

Redaction = Literal["none", "masked", "pseudonymised", "anonymised", "encrypted-no-key"]


class Properties(BaseModel):
    """What is demanded of a place; only what is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    declared: Literal[True] | None = Field(default=None, description="The inventory has an entry for it.")
    named: Literal[True] | None = Field(
        default=None, description="Telemetry or the inventory gives it a name."
    )
    country: Literal["known"] | None = Field(default=None, description="It is known where it stands.")
    run_by: Literal["known"] | None = Field(
        default=None, description="It is declared who runs it: an operator or a vendor."
    )
    redaction: tuple[Redaction, ...] = Field(
        default=(), description="How data is redacted there: one of these."
    )
    deletable: Literal[True] | None = Field(default=None, description="Data there can be deleted.")
    viewers: Literal["known"] | None = Field(
        default=None, description="It is declared who can see data there."
    )


_LOGS = {"places": {"roles": ("log",)}, "require": {"redaction": ("masked", "anonymised"), "deletable": True}}
_KNOWN = {"require": {"country": "known", "named": True}}


class PlaceRequires(Contract):
    """Places that the data gets to are as demanded."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_LOGS, ("acme[DE] > gw@SG > log", "log is role=log redaction=masked deletable=yes"), ""),
        (_KNOWN, ("acme[DE] > gw@SG > pg", "pg is country=SG"), ""),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (
            _LOGS,
            ("acme[DE] > gw@SG > log", "log is role=log redaction=none deletable=yes"),
            "store:store@log",
        ),
        (
            _LOGS,
            ("acme[DE] > gw@SG > log", "log is role=log redaction=masked deletable=no"),
            "store:store@log",
        ),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_LOGS, ("acme[DE] > gw@SG > log", "log is role=log deletable=yes"), "store:store@log"),
        (_KNOWN, ("acme[DE] > gw@SG > pg",), "store:postgresql@pg"),
        ({"require": {"named": True}}, ("acme[DE] > gw@SG > ?redis",), "store:redis@?(service:gw@SG)"),
    )

    type: Literal["place-requires"] = "place-requires"
    data: Selection = Field(default=Selection(), description="The data; by default all.")
    places: PlaceMatch = Field(
        default=PlaceMatch(), description="Which places count; parties only if `kinds` names them."
    )
    require: Properties = Field(description="What is demanded of each.")
    held: bool = Field(default=False, description="Only places that keep the data.")

    def check(self, context: Context) -> Checked:
        """Every place that the data gets to."""
        graph = context.graph

        def scope(thing: int) -> Answer:
            return ours(self.places, context, thing)

        def test(thing: int) -> Iterator[Fault]:
            return self._faults(graph, thing)

        return each_place(context, self.data, scope, test, held=self.held)

    def _faults(self, graph: FlowGraph, thing: int) -> Iterator[Fault]:
        meaning, place, want = graph.meaning(thing), graph.place(thing), self.require

        def unknown(what: str, key: str, attribute: str = "") -> Fault:
            fact = {"run_by": "vendor"}.get(what, what)
            return Fault(
                "require.unknown", {"property": f"property.{what}"}, lacks(graph, thing, fact, key, attribute)
            )

        def wrong(what: str, found: Value) -> Fault:
            return Fault("require.wrong", {"property": f"property.{what}", "found": found})

        if want.declared and not meaning.declared:
            yield unknown("declared", "places[]")
        if want.named and place.unknown and not meaning.name:
            yield unknown("named", "places[].name", "server.address")
        if want.country and not meaning.country:
            yield unknown("country", "places[].country", "cloud.region")
        if want.run_by and not (meaning.vendor or meaning.operator):
            yield unknown("run_by", "places[].operator, places[].vendor")
        if want.redaction and not meaning.redaction:
            yield unknown("redaction", "places[].redaction")
        elif want.redaction and meaning.redaction not in want.redaction:
            yield wrong("redaction", "value.none" if meaning.redaction == "none" else meaning.redaction)
        if want.deletable and meaning.deletable is None:
            yield unknown("deletable", "places[].deletable")
        elif want.deletable and not meaning.deletable:
            yield wrong("deletable", "value.no")
        if want.viewers and meaning.viewers is None:
            yield unknown("viewers", "places[].viewers")
