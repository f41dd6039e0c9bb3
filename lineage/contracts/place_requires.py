"""`place-requires`: the places that selected data gets to have the properties that are demanded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lineage.contracts._contract import (
    Case,
    Context,
    Contract,
    Fault,
    PlaceMatch,
    each_place,
    lacks,
    ours,
    runner_untold,
    vendor_of,
)
from lineage.contracts._subjects import fails
from lineage.findings import Checked, Missing, Ref, Value
from lineage.selection import Answer, Selection

Redaction = Literal["none", "masked", "pseudonymised", "anonymised", "encrypted-no-key"]


class Properties(BaseModel):
    """What is demanded of a place; only what is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _something(self) -> Properties:
        if self == Properties.model_construct():
            raise ValueError("this demands nothing: write what is required")
        return self

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
    country_within: tuple[str, ...] = Field(default=(), description="It stands there.")
    vendor_listed: Literal[True] | None = Field(
        default=None,
        description="The vendor that runs it has an entry under `vendors`. What our own organisation runs meets this and the other demands of vendors.",
    )
    vendor_dpa: Literal[True] | None = Field(
        default=None,
        description="The vendor's data processing agreement is declared, and not one that ran out.",
    )
    vendor_country: Literal["known"] | None = Field(
        default=None, description="It is declared where the vendor is established."
    )
    vendor_entity: Literal["known"] | None = Field(
        default=None, description="The vendor's legal entity is declared."
    )
    vendor_training: Literal[False] | None = Field(
        default=None, description="The vendor may not train on the data."
    )
    vendor_retention: Literal["known"] | None = Field(
        default=None, description="It is declared how long the vendor keeps data."
    )
    owners_outside: tuple[str, ...] = Field(
        default=(),
        description="Neither is the vendor established there, nor has anybody there half of it or more.",
    )


_LOGS = {"places": {"roles": ("log",)}, "require": {"redaction": ("masked", "anonymised"), "deletable": True}}
_KNOWN = {"require": {"country": "known", "named": True}}
_VENDOR = {
    "require": {
        "vendor_listed": True,
        "vendor_dpa": True,
        "vendor_country": "known",
        "vendor_entity": "known",
        "vendor_training": False,
        "vendor_retention": "known",
    }
}
_OWNED = {"require": {"owners_outside": ("domestic",)}}
_CLOUD = "gw is vendor=cloud"


class PlaceRequires(Contract):
    """Places that the data gets to are as demanded."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_LOGS, ("acme[DE] > gw@SG > log", "log is role=log redaction=masked deletable=yes"), ""),
        (_KNOWN, ("acme[DE] > gw@SG > pg", "pg is country=SG"), ""),
        ({"require": {"country_within": ("overseas",)}}, ("acme[DE] > gw@SG",), ""),
        (
            _VENDOR,
            (
                "acme[DE] > gw@SG",
                _CLOUD,
                "vendor cloud country=US dpa=d entity=Cloud-Inc training=no retention=30",
            ),
            "",
        ),
        (_VENDOR, ("acme[DE] > gw@SG", "gw is operator=us", "organisation us"), ""),
        (_OWNED, ("acme[DE] > gw@SG", _CLOUD, "vendor cloud country=US owners=US:60+CN:40"), ""),
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
        ({"require": {"country_within": ("domestic",)}}, ("acme[DE] > gw@SG",), "service:gw@SG"),
        ({"require": {"vendor_listed": True}}, ("acme[DE] > gw@SG", _CLOUD), "service:gw@SG"),
        (
            {"require": {"vendor_training": False}},
            ("acme[DE] > gw@SG", _CLOUD, "vendor cloud training=yes"),
            "service:gw@SG",
        ),
        (
            {"require": {"vendor_dpa": True}},
            ("acme[DE] > gw@SG", _CLOUD, "vendor cloud dpa=d", "document dpa id=d expires=2025-12-31"),
            "service:gw@SG",
        ),
        (_OWNED, ("acme[DE] > gw@SG", _CLOUD, "vendor cloud country=CN owners=US:100"), "service:gw@SG"),
        (
            _OWNED,
            ("acme[DE] > gw@SG", _CLOUD, "vendor cloud country=US owners=US:100+CN:50"),
            "service:gw@SG",
        ),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_LOGS, ("acme[DE] > gw@SG > log", "log is role=log deletable=yes"), "store:store@log"),
        (_KNOWN, ("acme[DE] > gw@SG > pg",), "store:postgresql@pg"),
        ({"require": {"named": True}}, ("acme[DE] > gw@SG > ?redis",), "store:redis@?(service:gw@SG)"),
        ({"require": {"country_within": ("overseas",)}}, ("acme[DE] > gw@?",), "service:gw@"),
        (_VENDOR, ("acme[DE] > gw@SG",), "service:gw@SG"),
        (_VENDOR, ("acme[DE] > gw@SG", "gw is operator=somebody"), "service:gw@SG"),
        (_VENDOR, ("acme[DE] > gw@SG", _CLOUD, "vendor cloud"), "service:gw@SG"),
        ({"require": {"vendor_dpa": True}}, ("acme[DE] > gw@SG", _CLOUD), "service:gw@SG"),
        (_OWNED, ("acme[DE] > gw@SG", _CLOUD, "vendor cloud owners=US:100"), "service:gw@SG"),
        (_OWNED, ("acme[DE] > gw@SG", _CLOUD, "vendor cloud country=US"), "service:gw@SG"),
        (_OWNED, ("acme[DE] > gw@SG", _CLOUD, "vendor cloud country=US owners=US:50+CN:30"), "service:gw@SG"),
        (_OWNED, ("acme[DE] > gw@SG", _CLOUD, "vendor cloud country=US owners=US:100+?:60"), "service:gw@SG"),
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

        def scope(thing: int) -> Answer:
            return ours(self.places, context, thing)

        def test(thing: int) -> Iterator[Fault]:
            yield from self._faults(context, thing)
            yield from self._vendor_faults(context, thing)

        return each_place(context, self.data, scope, test, held=self.held, places=self.places)

    def words(self) -> tuple[str, ...]:
        """The jurisdiction words used."""
        return (*super().words(), *self.require.country_within, *self.require.owners_outside)

    def _faults(self, context: Context, thing: int) -> Iterator[Fault]:
        graph, want = context.graph, self.require
        meaning, place = graph.meaning(thing), graph.place(thing)

        def unknown(what: str, key: str, attribute: str = "") -> Fault:
            fact = {"run_by": "vendor"}.get(what, what)
            return _unknown(what, lacks(graph, thing, fact, key, attribute))

        if want.declared and not meaning.declared:
            yield unknown("declared", "places[]")
        if want.named and place.unknown and not meaning.name:
            yield unknown("named", "places[].name", "server.address")
        if (want.country or want.country_within) and not meaning.country:
            yield unknown("country", "places[].country", "cloud.region")
        elif want.country_within and not _there(context, want.country_within, meaning.country):
            yield _wrong("country", meaning.country)
        if want.run_by and not (meaning.vendor or meaning.operator):
            yield unknown("run_by", "places[].operator, places[].vendor")
        if want.redaction and not meaning.redaction:
            yield unknown("redaction", "places[].redaction")
        elif want.redaction and meaning.redaction not in want.redaction:
            yield _wrong("redaction", "value.none" if meaning.redaction == "none" else meaning.redaction)
        if want.deletable and meaning.deletable is None:
            yield unknown("deletable", "places[].deletable")
        elif want.deletable and not meaning.deletable:
            yield _wrong("deletable", "value.no")
        if want.viewers and meaning.viewers is None:
            yield unknown("viewers", "places[].viewers")

    def _vendor_faults(self, context: Context, thing: int) -> Iterator[Fault]:
        want, vendor = self.require, vendor_of(context.graph, thing)
        asked = [name for name in VENDOR if getattr(want, name) not in (None, ())]
        if asked and vendor is None:
            yield _unknown("run_by", runner_untold(context.graph, thing))
        if not vendor:
            return
        entry = context.graph.inventory.vendors.get(vendor)
        if entry is None:
            for name in asked:
                missing = Missing(
                    "missing.vendor_listed", Ref(f"vendor:{vendor}", vendor, vendor), "vendors[].id"
                )
                yield _wrong(name, vendor) if name == "vendor_listed" else _unknown(name, (missing,))
            return
        shown = Ref(f"vendor:{vendor}", entry.title.en or vendor, entry.title.zh or vendor, entry.source)
        for name in asked:
            if name == "owners_outside":
                yield from _owners(context, want.owners_outside, entry, shown)
            elif name != "vendor_listed":
                yield from _declared(context, name, entry, shown)


VENDOR: Mapping[str, str] = {
    "vendor_listed": "id",
    "vendor_dpa": "dpa",
    "vendor_country": "country",
    "vendor_entity": "legal_entity",
    "vendor_training": "training",
    "vendor_retention": "retention",
    "owners_outside": "owners",
}
"""Demand of a vendor -> the field of its entry that answers it."""
HALF = 50.0
"""From which share on an owner counts, per cent."""


def _declared(context: Context, name: str, entry: Any, shown: Ref) -> Iterator[Fault]:
    """A demand that one field of the vendor's entry answers."""
    told = getattr(entry, VENDOR[name])
    if told is None:
        yield _unknown(name, (Missing(f"missing.{name}", shown, f"vendors[].{VENDOR[name]}"),))
    elif name == "vendor_training" and told:
        yield _wrong(name, "value.yes")
    elif name == "vendor_dpa" and fails(context, told):
        yield _wrong(name, "value.void")


def _owners(context: Context, words: tuple[str, ...], entry: Any, shown: Ref) -> Iterator[Fault]:
    """Where a vendor is established and who owns it. Shares that nobody told may be held by anybody."""
    inside = [one for one in entry.owners if one.country and _there(context, words, one.country)]
    holding = [one.country for one in inside if one.share is not None and one.share >= HALF]
    if entry.country and _there(context, words, entry.country):
        holding.append(entry.country)
    if holding:
        yield _wrong("owners_outside", tuple(sorted(set(holding))))
        return
    elsewhere = sum(one.share or 0 for one in entry.owners if one.country and one not in inside)
    may_hold = any(
        one.share is None or one.share >= HALF for one in entry.owners if not one.country or one in inside
    )
    if not entry.country:
        yield _unknown("owners_outside", (Missing("missing.vendor_country", shown, "vendors[].country"),))
    if may_hold or 100 - elsewhere >= HALF:
        missing = Missing("missing.owners", shown, "vendors[].owners[].country, vendors[].owners[].share")
        yield _unknown("owners_outside", (missing,))


def _there(context: Context, words: tuple[str, ...], country: str) -> bool:
    return any(context.jurisdictions.has(word, country) for word in words)


def _unknown(what: str, missing: tuple[Missing, ...]) -> Fault:
    return Fault("require.unknown", {"property": f"property.{what}"}, missing)


def _wrong(what: str, found: Value) -> Fault:
    return Fault("require.wrong", {"property": f"property.{what}", "found": found})
