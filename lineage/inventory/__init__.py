"""Inventory: what the places that telemetry names mean, and who says so (DESIGN.md section 5).

    inventory = Inventory.load(["lineage.yaml"])
    inventory.meaning(place)      everything declared, or inferred by the catalogue, of an observed place

Several entries may fit one place. For each field the most specific entry that says something wins: the one with
more keys in `match`, then the one with more literal characters. Two equally specific entries that disagree
are an error, in one file or in two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage import catalogue, yamlfile
from lineage.errors import ConfigError, Problem
from lineage.inventory.declared import DeclaredFlow, DeclaredPlace, contents, describe, evidence, title
from lineage.inventory.ledgers import declared_ledgers, ledger_paths
from lineage.inventory.match import Index, Matcher, Rank, told
from lineage.inventory.merge import Settled, merge, settle
from lineage.inventory.model import (
    PLACE_FIELDS,
    Attestation,
    Authorisation,
    Declassifier,
    FlowEntry,
    InventoryFile,
    Location,
    Organisation,
    Party,
    PlaceEntry,
    Vendor,
    WaiverEntry,
    labels,
)
from lineage.inventory.where import MATCH_KEYS, FlowMatch, Match
from lineage.labels import Known
from lineage.meaning import Meaning, Source
from lineage.places import Place, PlaceKind

if TYPE_CHECKING:
    from lineage.ledgers.rows import Ledgers

__all__ = [
    "Attestation",
    "Authorisation",
    "DeclaredFlow",
    "DeclaredPlace",
    "Declassifier",
    "FlowMatch",
    "Inventory",
    "InventoryFile",
    "Match",
    "Organisation",
    "Vendor",
    "WaiverEntry",
    "json_schema",
]  # fmt: skip


@dataclass(slots=True)
class Inventory:
    """What people declare. Immutable but for what it remembers of places it was asked about."""

    organisation: Organisation | None = None
    vendors: Mapping[str, Vendor] = field(default_factory=dict)
    authorisations: tuple[Authorisation, ...] = ()
    declassifiers: tuple[Declassifier, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    waivers: tuple[WaiverEntry, ...] = ()
    tenant_keys: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    digest: str = ""
    """sha256 (hex) of the file; of several: of their sorted digests, one a line. "" without a file."""
    parties: tuple[Party, ...] = ()
    places: tuple[PlaceEntry, ...] = ()
    flows: tuple[FlowEntry, ...] = ()
    locations: tuple[Location, ...] = ()
    ledger_files: tuple[tuple[str, str], ...] = ()
    """(kind, path) of every ledger; read when a rule asks."""
    _ledgers: Ledgers | None = field(init=False, default=None)
    _places: Index[PlaceEntry] = field(init=False)
    _parties: Index[Party] = field(init=False)
    _locations: Index[Location] = field(init=False)
    _hosts: Index[Vendor] = field(init=False)
    _meanings: dict[Place, Meaning] = field(init=False, default_factory=dict)
    _flows: dict[tuple[Place, Place], DeclaredFlow | None] = field(init=False, default_factory=dict)
    _matchers: dict[int, tuple[Match, Matcher]] = field(init=False, default_factory=dict)
    _disagreements: set[tuple[Place, str, str, str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._places = Index((entry.match.patterns(), entry) for entry in self.places)
        self._parties = Index((entry.match.patterns(), entry) for entry in self.parties)
        self._locations = Index((entry.patterns(), entry) for entry in self.locations)
        self._hosts = Index(
            ({"host": vendor.hosts}, vendor) for vendor in self.vendors.values() if vendor.hosts
        )

    @classmethod
    def empty(cls) -> Inventory:
        """Nothing declared: only the catalogue speaks."""
        return cls()

    @classmethod
    def load(cls, paths: Sequence[str | Path]) -> Inventory:
        """One inventory out of one or more files; lists are put together.

        Raises:
            ConfigError: a file is wrong, or two entries contradict each other.
        """
        data: list[bytes] = []
        names: list[str] = []
        for path in paths:
            data.append(yamlfile.read(path))
            names.append(str(path))
        return cls.loads(data, names)

    @classmethod
    def loads(cls, data: Sequence[bytes | str], files: Sequence[str]) -> Inventory:
        """As `load`, from what is in memory; `files` are the names for messages.

        >>> place = Place(PlaceKind.SERVICE, name="gw")
        >>> text = "places: [{name: gateway, match: {service: gw}, country: SG}]"
        >>> Inventory.loads([text], ["lineage.yaml"]).meaning(place).country
        'SG'
        """
        parsed: list[InventoryFile] = []
        problems: list[Problem] = []
        for text, name in zip(data, files, strict=True):
            try:
                parsed.append(yamlfile.loads(text, InventoryFile, name)[0])
            except ConfigError as error:
                problems.extend(error.problems)
        if problems:
            raise ConfigError(problems)
        whole = merge(parsed)
        digests = [
            hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest() for text in data
        ]
        digest = (
            digests[0]
            if len(digests) == 1
            else hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()
        )
        return cls(
            organisation=whole.organisation,
            vendors={vendor.id: vendor for vendor in whole.vendors},
            authorisations=whole.authorisations,
            declassifiers=whole.declassifiers,
            attestations=whole.attestations,
            waivers=whole.waivers,
            tenant_keys=whole.telemetry.tenant_keys,
            files=tuple(files),
            digest=digest if data else "",
            parties=whole.parties,
            places=whole.places,
            flows=whole.flows,
            locations=whole.locations,
            ledger_files=tuple(ledger_paths(whole.ledgers)),
        )

    # --- asking -------------------------------------------------------------------------------------

    def meaning(self, place: Place) -> Meaning:
        """Everything declared of a place, and what the catalogue infers where nothing is declared.

        Raises:
            ConfigError: two equally specific entries contradict each other about this place.
        """
        found = self._meanings.get(place)
        if found is None:
            if place.kind in (PlaceKind.PARTY, PlaceKind.CALLER):
                found = self._party(place)
            else:
                found = self._place(place)
            self._meanings[place] = found
        return found

    @property
    def disagreements(self) -> list[tuple[Place, str, str, str]]:
        """(place, field, declared, inferred) for every place asked about so far, sorted."""
        return sorted(self._disagreements, key=lambda item: (item[0].id, item[1]))

    @property
    def declared_places(self) -> tuple[DeclaredPlace, ...]:
        """The entries of `places`, in the order of the files."""
        return tuple(
            DeclaredPlace(
                entry.name or describe(entry.match),
                entry.title.title(),
                entry.match,
                entry.source,
                entry.role or "",
            )
            for entry in self.places
        )

    @property
    def ledgers(self) -> Ledgers:
        """What was bought, used, sold, paid and left over: the files, and the invoices of `authorisations`.

        Raises:
            LineageError: a file is wrong (docs/reference/ledgers.md).
        """
        if self._ledgers is None:
            self._ledgers = declared_ledgers(self.ledger_files, self.authorisations)
        return self._ledgers

    def with_ledgers(self, files: Iterable[tuple[str, str]]) -> Inventory:
        """The same with more ledgers, as (kind, path)."""
        return replace(self, ledger_files=(*self.ledger_files, *files))

    def where(self, place: Place, name: str) -> Source | None:
        """The entry that tells a field of a place, by the field's name in the file; None when none does.

        >>> text = "places: [{match: {service: gw}, country: SG}]"
        >>> inventory = Inventory.loads([text], ["lineage.yaml"])
        >>> str(inventory.where(Place(PlaceKind.SERVICE, name="gw"), "country"))
        'lineage.yaml:1:10'
        """
        words = told(place)
        index: Index[Any] = (
            self._parties if place.kind in (PlaceKind.PARTY, PlaceKind.CALLER) else self._places
        )
        entries = [(entry, name) for _, entry in index.find(words)]
        if name == "country":
            stands = {"provider": place.provider, "region": self.meaning(place).region}
            located = {**words, **{key: (value,) for key, value in stands.items() if value}}
            entries += [(entry, "country") for _, entry in self._locations.find(located)]
        if name == "vendor":
            entries += [(entry, "id") for _, entry in self._hosts.find(words)]
        return next((entry.source for entry, key in entries if getattr(entry, key, None) is not None), None)

    def unobserved(self, places: Iterable[Place]) -> list[DeclaredPlace]:
        """Declared places that none of these observed ones fits. Entries that share a name are one place."""
        seen: set[int] = set()
        names: set[str] = set()
        for place in places:
            for _, entry in self._places.find(told(place)):
                seen.add(id(entry))
                names.add(entry.name or "")
        return [
            declared
            for declared, entry in zip(self.declared_places, self.places, strict=True)
            if id(entry) not in seen and (entry.name or "") not in names - {""}
        ]

    def matches(self, where: str | Match, place: Place) -> bool:
        """Whether a place is meant by a name of this inventory or by a match (of a declassifier, a flow)."""
        return self._fits(where, place) is not None

    def flow(self, source: Place, target: Place) -> DeclaredFlow | None:
        """What is declared of data that moves from one place to another; None when nothing is.

        Raises:
            ConfigError: two equally specific entries contradict each other about this pair.
        """
        if (source, target) not in self._flows:
            self._flows[source, target] = self._flow(source, target)
        return self._flows[source, target]

    # --- inside -------------------------------------------------------------------------------------

    def _fits(self, where: str | Match, place: Place) -> Rank | None:
        if isinstance(where, str):
            # A name is the most specific thing that can be said of a place.
            return (len(MATCH_KEYS) + 1, len(where)) if self.meaning(place).name == where else None
        if id(where) not in self._matchers:
            self._matchers[id(where)] = (where, Matcher.of(where.patterns()))
        return self._matchers[id(where)][1].rank(told(place))

    def _flow(self, source: Place, target: Place) -> DeclaredFlow | None:
        found: list[tuple[Rank, FlowEntry]] = []
        for entry in self.flows:
            start = self._fits(entry.match.from_, source)
            end = self._fits(entry.match.to, target) if start else None
            if start and end:
                found.append(((start[0] + end[0], start[1] + end[1]), entry))
        if not found:
            return None
        found.sort(key=lambda item: item[0], reverse=True)
        said = settle(found, ("category", "purpose"))
        return DeclaredFlow(
            frozenset(said.get("category") or ()), said.get("purpose") or "", found[0][1].source
        )

    def _party(self, place: Place) -> Meaning:
        found = self._parties.find(told(place))
        if not found:
            return Meaning(place)
        fields = ("name", "title", "origin", "classes", "market", "country", "industry", "dpa", "notice")
        said = settle(found, fields)
        country = said.get("country") or said.get("market") or ""
        return Meaning(
            place,
            name=said.get("name") or "",
            title=title(said),
            country=country,
            country_known=Known.DECLARED if country else Known.NOT_KNOWN,
            contents=labels(said.get("origin"), said.get("classes")),
            market=said.get("market") or "",
            industry=said.get("industry") or "",
            evidence=evidence(found, {key: said[key] for key in ("dpa", "notice") if said.get(key)}),
            source=found[0][1].source,
        )

    def _place(self, place: Place) -> Meaning:
        found = self._places.find(told(place))
        said = settle(found, PLACE_FIELDS)
        country, country_known, region = self._where(place, said)
        vendor, vendor_known = self._vendor(place, said)
        role = said.get("role") or ""
        guessed = "" if role else catalogue.role_of(place)
        return Meaning(
            place,
            name=said.get("name") or "",
            title=title(said),
            country=country,
            country_known=country_known,
            region=region,
            operator=said.get("operator") or "",
            vendor=vendor,
            vendor_known=vendor_known,
            role=role or guessed,
            role_known=Known.DECLARED if role else Known.INFERRED if guessed else Known.NOT_KNOWN,
            zone=said.get("zone") or "",
            entry=said.get("entry") is True,
            trusted=said.get("trusted") is True,
            contents=contents(said.get("contents")),
            retention_days=said.get("retention"),
            redaction=said.get("redaction") or "",
            deletable=said.get("deletable"),
            viewers=said.get("viewers"),
            purposes=said.get("purposes"),
            evidence=evidence(found, {}),
            source=found[0][1].source if found else None,
        )

    def _where(self, place: Place, said: Settled) -> tuple[str, Known, str]:
        """Country, how it is known, and region: declared first, else what region, host and the span itself tell."""
        region = said.get("region") or place.region
        provider = said.get("provider") or (place.provider if place.kind is PlaceKind.SERVICE else "")
        if said.get("region") and place.region and said.get("region") != place.region:
            self._disagreements.add((place, "region", str(said["region"]), place.region))
        located = self._located(place, provider, region)
        guesses = {
            guess.country
            for guess in (
                catalogue.country_of_region(provider, region),
                catalogue.country_of_host(place.host),
            )
            if guess is not None
        }
        guesses |= {place.country} - {""}
        declared = said.get("country") or located
        if declared:
            for guess in sorted(guesses - {declared}):
                self._disagreements.add((place, "country", declared, guess))
            return declared, Known.DECLARED, region
        if len(guesses) > 1:
            # What contradicts itself is not known.
            self._disagreements.add((place, "country", "", " or ".join(sorted(guesses))))
            return "", Known.NOT_KNOWN, region
        for guess in guesses:
            stated = bool(place.country) and said.get("trusted") is True
            return guess, Known.STATED if stated else Known.INFERRED, region
        return "", Known.NOT_KNOWN, region

    def _located(self, place: Place, provider: str, region: str) -> str:
        """The country that `locations` gives for the region or host."""
        words = dict(told(place))
        words.update({key: (value,) for key, value in (("provider", provider), ("region", region)) if value})
        return str(settle(self._locations.find(words), ("country",)).get("country") or "")

    def _vendor(self, place: Place, said: Settled) -> tuple[str, Known]:
        if said.get("vendor"):
            return str(said["vendor"]), Known.DECLARED
        owners = self._hosts.find(told(place))
        if owners:
            return str(settle(owners, ("id",))["id"]), Known.DECLARED
        guess = catalogue.vendor_of_host(place.host)
        return (guess.id, Known.INFERRED) if guess else ("", Known.NOT_KNOWN)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `lineage.yaml`, for editors (`# yaml-language-server: $schema=...`)."""
    from lineage.inventory import model
    from lineage.inventory.descriptions import describe_fields

    schema = describe_fields(InventoryFile.model_json_schema(), model)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "lineage.yaml"} | {
        key: value for key, value in schema.items() if key != "title"
    }
