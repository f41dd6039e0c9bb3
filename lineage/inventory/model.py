"""`lineage.yaml` as pydantic models: what a person may write (DESIGN.md section 5).

Every section and nearly every field is optional: what is left out is not known, and rules that need it are
undecided. Unknown keys are errors. docs/reference/inventory.md says the same for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Day
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lineage.inventory.values import (
    Categories,
    Class,
    Classes,
    Countries,
    Country,
    Duration,
    OneOrMany,
    Origins,
    Protection,
    Purpose,
    Purposes,
    Right,
    Role,
    Section,
    Text,
    Texts,
)  # fmt: skip
from lineage.inventory.where import FlowMatch, Match, PartyMatch, Where
from lineage.labels import UNKNOWN, Known, Labels
from lineage.meaning import Title


class Names(Section):
    """A name for people in both languages."""

    en: str = ""
    zh: str = ""

    def title(self) -> Title:
        """As the interface has it."""
        return Title(self.en, self.zh)


class Organisation(Section):
    """Who operates the systems and answers for this file."""

    name: Text
    country: Country | None = None
    """Country of establishment."""
    title: Names = Names()


class Contents(Section):
    """What data is: where it was collected and generated, and of which classes."""

    origin: Origins | None = None
    """ISO 3166 countries; `none` when there is no data at all."""
    classes: Classes | None = Field(default=None, alias="class")


def labels(origins: tuple[str, ...] | None, classes: tuple[str, ...] | None) -> Labels:
    """Labels of declared data; what is not written is unknown."""
    if origins is None and classes is None:
        return Labels()
    if origins == ("none",):
        return Labels(frozenset(), frozenset(classes or ()), Known.DECLARED)
    return Labels(frozenset(origins or (UNKNOWN,)), frozenset(classes or (UNKNOWN,)), Known.DECLARED)


class Location(Section):
    """A cloud region or hosts, and the country they are in."""

    provider: Text | None = None
    region: Texts | None = None
    host: Texts | None = None
    country: Country

    @model_validator(mode="after")
    def _one(self) -> Location:
        if (self.region is None) == (self.host is None):
            raise ValueError("write either 'region' (with 'provider' where it matters) or 'host'")
        if self.host is not None and self.provider is not None:
            raise ValueError("'provider' belongs to a region, not to hosts")
        return self

    def patterns(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that are written, with their patterns."""
        found = {
            "provider": (self.provider,) if self.provider else None,
            "region": self.region,
            "host": self.host,
        }
        return {name: value for name, value in found.items() if value is not None}


class Party(Section):
    """Customers or end users outside our systems, and what data they send."""

    name: Text
    title: Names = Names()
    match: PartyMatch
    origin: Origins | None = None
    """Where the data that they send was collected and generated: not where the customer has its seat."""
    market: Country | None = None
    """Country of their end users."""
    country: Country | None = None
    """Where answers go to; by default the market."""
    classes: Classes | None = Field(default=None, alias="class")
    industry: Text | None = None
    dpa: Text | None = None
    """The data processing agreement: a document."""
    notice: Text | None = None
    """The privacy notice that end users got: a document."""
    evidence: dict[str, Text] | None = None
    """Documents for other fields, by field."""


class PlaceEntry(Section):
    """A place or a kind of places: who runs it, where it stands, what it keeps."""

    name: Text | None = None
    """Places that share a name are one thing under several addresses."""
    title: Names = Names()
    match: Match
    country: Country | None = None
    provider: Text | None = None
    """Cloud provider, to tell what `region` means."""
    region: Text | None = None
    operator: Text | None = None
    """The organisation that runs it."""
    vendor: Text | None = None
    """Id of an entry of `vendors`."""
    role: Role | None = None
    zone: Text | None = None
    """offshore, domestic or shared, or your own names."""
    entry: bool | None = None
    """Customers call this service directly: callers that telemetry does not show are customers."""
    trusted: bool | None = None
    """This service may state labels on its spans."""
    retention: Duration | None = None
    redaction: Protection | None = None
    deletable: bool | None = None
    viewers: Annotated[tuple[Text, ...], OneOrMany()] | None = None
    """Roles that can see what is here; [] means nobody."""
    purposes: Purposes | None = None
    contents: Contents | Literal["none"] | None = None
    """What it holds or brings in beside what is seen flowing; `none` means nothing."""
    evidence: dict[str, Text] | None = None
    """Documents that prove a field, by field."""

    @model_validator(mode="after")
    def _sensible(self) -> PlaceEntry:
        if self.match.tenant is not None or {"party", "caller"} & set(self.match.kind or ()):
            raise ValueError("customers are declared in 'parties', not in 'places'")
        unknown = sorted(set(self.evidence or ()) - set(PLACE_FIELDS))
        if unknown:
            raise ValueError(f"evidence for {unknown[0]!r}, which is no field of a place")
        return self


PLACE_FIELDS = (
    "name", "title", "country", "provider", "region", "operator", "vendor", "role", "zone", "entry", "trusted",
    "retention", "redaction", "deletable", "viewers", "purposes", "contents",
)  # fmt: skip
"""What an entry of `places` can say of a place."""


class FlowEntry(Section):
    """What moves between two places, where spans do not tell."""

    match: FlowMatch
    category: Categories | None = None
    purpose: Purpose | None = None

    @model_validator(mode="after")
    def _something(self) -> FlowEntry:
        if self.category is None and self.purpose is None:
            raise ValueError("this says nothing: write 'category' or 'purpose'")
        return self


class Owner(Section):
    """A link of a vendor's chain of ownership."""

    name: Text
    country: Country | None = None
    share: Annotated[float, Field(gt=0, le=100)] | None = None
    """Per cent."""


class Vendor(Section):
    """Somebody else who can reach the data: cloud, model provider, log service."""

    id: Text
    title: Names = Names()
    legal_entity: Text | None = None
    country: Country | None = None
    """Country of establishment."""
    owners: tuple[Owner, ...] = ()
    """From the direct owner to the last one known."""
    service: Text | None = None
    dpa: Text | None = None
    purposes: Purposes | None = None
    """Purposes that the contract allows."""
    training: bool | None = None
    """Whether it may train on the data."""
    retention: Duration | None = None
    hosts: Texts | None = None
    """Its endpoints: places with these hosts are its."""
    tier: Annotated[int, Field(ge=1)] | None = None
    """1 is our own contract, 2 a sub-processor of that one, and so on."""
    parent: Text | None = None
    """The vendor whose sub-processor it is."""


class Invoice(Section):
    """What was bought: quantities of one model in one month."""

    id: Text
    period: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    """Month, like 2026-11."""
    model: Text
    quantity: Annotated[float, Field(ge=0)]
    unit: Literal["tokens", "calls", "seconds", "images"] = "tokens"
    paid: Text | None = None
    """Reference of the payment."""


class Authorisation(Section):
    """The right to call a model, and what may be done with it."""

    id: Text
    type: Literal[
        "direct", "cloud", "distributor", "agent", "maas", "token-factory", "wholesale", "self-hosted"
    ]
    vendor: Text | None = None
    """Id of an entry of `vendors`: who granted it."""
    parent: Text | None = None
    """The authorisation above, when the grantor is not the model's owner."""
    models: Texts
    """Model names or patterns."""
    rights: tuple[Right, ...] | None = None
    regions: Countries | None = None
    """Countries in which it may be sold."""
    industries_excluded: tuple[Text, ...] | None = None
    endpoints: Texts | None = None
    training: bool | None = None
    """Whether the grantor may train on the data."""
    valid_from: Day | None = None
    """The first day on which it counts, UTC."""
    valid_until: Day | Literal["open-ended"] | None = None
    """The last day on which it counts, UTC; `open-ended` when it runs until somebody ends it."""
    document: Text | None = None
    invoices: tuple[Invoice, ...] = ()


class Attestation(Section):
    """A document that somebody answers for."""

    id: Text
    type: Text
    """What it is, in a word that rules ask for: dpa, transfer-assessment."""
    title: Names = Names()
    owner: Text
    date: Day
    expires: Day | None = None
    """The last day on which it counts, UTC."""
    covers: Texts | None = None
    """Whom or what it is about: names of parties, vendors, places, authorisations; or `all`. Left out: our organisation as a whole."""
    holds: bool = True
    """Whether the document says that what is demanded is so; false: it says that it is not."""
    document: Text | None = None

    @model_validator(mode="after")
    def _sensible(self) -> Attestation:
        if self.covers is not None and "all" in self.covers and len(self.covers) > 1:
            raise ValueError("'all' cannot stand with other names in 'covers'")
        if self.expires is not None and self.expires < self.date:
            raise ValueError("'expires' comes before 'date'")
        return self


class WaiverEntry(Section):
    """A finding that somebody answers for, until a date."""

    rule: Text
    fingerprint: Text | None = None
    path: Texts | None = None
    """Patterns of place ids that the finding must name, all of them."""
    reason: Text
    approver: Text
    owner: Text | None = None
    ticket: Text | None = None
    expires: Day
    """The last day on which it counts, UTC."""

    @model_validator(mode="after")
    def _one(self) -> WaiverEntry:
        if (self.fingerprint is None) == (self.path is None):
            raise ValueError("write either 'fingerprint' or 'path': a waiver is for one finding or one way")
        return self


class Lowers(Section):
    """Labels that a step takes away."""

    origin: Countries | Literal["all"] | None = None
    classes: Annotated[tuple[Class, ...], Field(min_length=1), OneOrMany()] | Literal["all"] | None = Field(
        default=None, alias="class"
    )

    @model_validator(mode="after")
    def _something(self) -> Lowers:
        if self.origin is None and self.classes is None:
            raise ValueError("this lowers nothing: write 'origin' or 'class'")
        return self


class Declassifier(Section):
    """A step that lowers a label: redaction, anonymisation, aggregation."""

    name: Text
    title: Names = Names()
    at: Where | None = None
    flow: FlowMatch | None = None
    lowers: Lowers
    kind: Literal["redaction", "anonymisation", "aggregation"]
    evidence: Text | None = None
    expires: Day | None = None
    """Required without evidence; the last day included, UTC."""

    @model_validator(mode="after")
    def _sensible(self) -> Declassifier:
        if (self.at is None) == (self.flow is None):
            raise ValueError("write either 'at' (a place) or 'flow' (from, to)")
        if self.evidence is None and self.expires is None:
            raise ValueError("without 'evidence' this is a waiver and needs a date in 'expires'")
        return self


class LedgerEntry(Section):
    """Files of what was bought, used, sold, paid or left over: CSV or Parquet (docs/reference/ledgers.md)."""

    kind: Literal[
        "upstream-invoices", "upstream-usage", "downstream-orders", "downstream-usage", "collections", "stock"
    ]
    files: Texts
    """Paths, relative to this file."""


class Telemetry(Section):
    """How to read this organisation's spans."""

    tenant_keys: tuple[Text, ...] = ()
    """Span attributes that name the tenant, tried before the built-in ones."""


class InventoryFile(Section):
    """A `lineage.yaml`: what the places that telemetry names mean."""

    organisation: Organisation | None = None
    locations: tuple[Location, ...] = ()
    parties: tuple[Party, ...] = ()
    places: tuple[PlaceEntry, ...] = ()
    flows: tuple[FlowEntry, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    declassifiers: tuple[Declassifier, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    waivers: tuple[WaiverEntry, ...] = ()
    ledgers: tuple[LedgerEntry, ...] = ()
    telemetry: Telemetry = Telemetry()
