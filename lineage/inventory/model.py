"""`lineage.yaml` as pydantic models: what a person may write (DESIGN.md section 5).

Every section and nearly every field is optional: what is left out is not known, and rules that need it are
undecided. Unknown keys are errors. docs/reference/inventory.md says the same for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Day
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from lineage.catalogue import COUNTRIES
from lineage.inventory.duration import days
from lineage.labels import UNKNOWN, Known, Labels
from lineage.meaning import Title
from lineage.yamlfile import Entry

_LOOKALIKES = {"UK": "GB", "EL": "GR", "EU": "the member state", "PRC": "CN", "USA": "US"}


class Section(Entry):
    """Base of all that stands in an inventory: the docstrings of fields are their descriptions in the JSON Schema."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class OneOrMany:
    """A field that takes one value or a list of them, and always holds a tuple."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_as_tuple, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many.get("items", {}), many]}


def _as_tuple(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _country(code: str) -> str:
    if code in COUNTRIES:
        return code
    meant = _LOOKALIKES.get(code.upper()) or (code.upper() if code.upper() in COUNTRIES else "")
    hint = f". Did you mean {meant}?" if meant else ""
    raise ValueError(f"{code!r} is not a country: write its two capital letters of ISO 3166-1{hint}")


def _origin(code: str) -> str:
    return code if code in ("none", UNKNOWN) else _country(code)


def _days(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("this is not a duration. Write '30 days', '12 hours', P30D, none or forever")
    return days(str(value))


def _alone(words: tuple[str, ...]) -> tuple[str, ...]:
    if "none" in words and len(words) > 1:
        raise ValueError("'none' cannot stand with other values")
    return words


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("this is empty. Write it, or leave the key out")
    return value


Text = Annotated[str, AfterValidator(_text)]
Country = Annotated[str, AfterValidator(_country), Field(json_schema_extra={"pattern": "^[A-Z]{2}$"})]
Origin = Annotated[
    str, AfterValidator(_origin), Field(json_schema_extra={"pattern": "^([A-Z]{2}|none|unknown)$"})
]
Duration = Annotated[
    float,
    BeforeValidator(_days),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"const": 0}], "examples": ["30 days", "P30D", "12h", "none"]}
    ),
]
Class = Literal["personal", "sensitive-personal", "important", "core", "business", "none", "unknown"]
Category = Literal[
    "prompt", "file", "audio", "image", "video", "output", "embedding", "credential", "usage", "log", "feedback", "metadata"
]  # fmt: skip
Purpose = Literal[
    "inference", "training", "fine-tuning", "evaluation", "abuse-monitoring", "billing", "support", "debugging", "legal-request"
]  # fmt: skip
Role = Literal[
    "database", "cache", "vector-index", "object-store", "log", "training-pool", "evaluation-pool", "backup", "queue", "workstation"
]  # fmt: skip
Protection = Literal["none", "masked", "pseudonymised", "anonymised", "encrypted-no-key"]
Kind = Literal["service", "model", "store", "topic", "remote", "operator", "party", "caller"]

Texts = Annotated[tuple[Text, ...], Field(min_length=1), OneOrMany()]
Countries = Annotated[tuple[Country, ...], Field(min_length=1), OneOrMany()]
Origins = Annotated[tuple[Origin, ...], Field(min_length=1), AfterValidator(_alone), OneOrMany()]
Classes = Annotated[tuple[Class, ...], Field(min_length=1), AfterValidator(_alone), OneOrMany()]
Purposes = Annotated[tuple[Purpose, ...], OneOrMany()]
Categories = Annotated[tuple[Category, ...], Field(min_length=1), OneOrMany()]


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


class Match(Section):
    """Which observed places are meant: all keys that are written must fit. Patterns may hold * and ?.

    What telemetry does not tell never fits, not even `*`.
    """

    kind: Annotated[tuple[Kind, ...], Field(min_length=1), OneOrMany()] | None = None
    service: Texts | None = None
    """service.name; of a peer without telemetry of its own, the name its callers give it."""
    namespace: Texts | None = None
    """service.namespace"""
    environment: Texts | None = None
    """deployment.environment.name"""
    provider: Texts | None = None
    """cloud.provider of a service, gen_ai.provider.name of a model."""
    region: Texts | None = None
    """cloud.region"""
    host: Texts | None = None
    """Host of a store, model or remote; with :port only that port is meant."""
    system: Texts | None = None
    """db.system.name or messaging.system"""
    database: Texts | None = None
    """db.namespace"""
    collection: Texts | None = None
    """Table, index, bucket or key prefix."""
    model: Texts | None = None
    topic: Texts | None = None
    operator: Texts | None = None
    """Role of people who act (lineage.actor.role)."""
    tenant: Texts | None = None
    """Name of a party; in `places` use the section `parties` instead."""
    owner: Texts | None = None
    """The service that saw a peer without address."""

    @model_validator(mode="after")
    def _some(self) -> Match:
        if not self.model_fields_set:
            raise ValueError("this matches nothing: write at least one key")
        return self

    def patterns(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that are written, with their patterns."""
        return {name: value for name in MATCH_KEYS if (value := getattr(self, name)) is not None}


MATCH_KEYS = tuple(Match.model_fields)

Where: TypeAlias = Text | Match
"""A place by its name in this inventory, or by what it matches."""


class PartyMatch(Section):
    """Which customers are meant: by tenant, or whoever calls an entry service without telling a tenant."""

    tenant: Texts | None = None
    """Tenant identifiers or patterns."""
    entry: Texts | None = None
    """service.name of the service that they call directly."""

    @model_validator(mode="after")
    def _one(self) -> PartyMatch:
        if (self.tenant is None) == (self.entry is None):
            raise ValueError("write either 'tenant' or 'entry'. A tenant is the same at every entry")
        return self

    def patterns(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that are written, with their patterns."""
        found = {"tenant": self.tenant, "entry": self.entry}
        return {name: value for name, value in found.items() if value is not None}


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


class FlowMatch(Section):
    """Which pairs of places are meant."""

    from_: Where = Field(alias="from")
    to: Where


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


Right = Literal["call", "resell", "white-label", "aggregate", "name-use"]


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
    valid_until: Day | None = None
    document: Text | None = None
    invoices: tuple[Invoice, ...] = ()


class Attestation(Section):
    """A document that somebody answers for."""

    id: Text
    type: Text
    title: Names = Names()
    owner: Text
    date: Day
    expires: Day | None = None
    document: Text | None = None


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
    telemetry: Telemetry = Telemetry()
