"""`lineage init`: a first `lineage.yaml` from what was observed.

Every observed place and party becomes an entry that matches exactly it. What the catalogue guesses stands there
as a comment marked `guess`, what nobody knows as a comment marked `???`: nothing counts as declared before a
person takes the `#` away. Places without a name of their own stay comments altogether.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lineage import catalogue
from lineage.flows import Flows
from lineage.inventory.match import service_name
from lineage.places import Place, PlaceKind

_ORDER = (
    PlaceKind.SERVICE,
    PlaceKind.MODEL,
    PlaceKind.STORE,
    PlaceKind.TOPIC,
    PlaceKind.REMOTE,
    PlaceKind.OPERATOR,
)


def first_inventory(flows: Flows) -> str:
    """The text of a first inventory; the same for the same flows, and `Inventory.loads` takes it at once.

    >>> flows = Flows()
    >>> flows.places.add(Place(PlaceKind.PARTY, name="acme"))
    >>> print(first_inventory(flows).split("parties:")[1].split("telemetry:")[0].strip())
    - name: "acme"
        match: {tenant: "acme"}
        # origin: ???  # where was the data that it sends collected and generated? Not the seat of the customer
        # market: ???  # in which country are its end users?
        # class: ???  # personal, sensitive-personal, important, core, business or none
    """
    draft = _Draft(regions={place: sorted(told) for place, told in flows.coverage.regions.items()})
    draft.parties(place for place in flows.places if place.kind in (PlaceKind.PARTY, PlaceKind.CALLER))
    draft.places(place for place in flows.places if place.kind in _ORDER)
    draft.vendors()
    return draft.text()


@dataclass(slots=True)
class _Draft:
    """The file being written: lines, and how many of them are guesses and holes."""

    regions: Mapping[str, list[str]]
    """Place id to the regions that callers told of it."""
    lines: list[str] = field(default_factory=list)
    guesses: int = 0
    holes: int = 1
    """The organisation is always one."""
    taken: set[str] = field(default_factory=set)
    guessed: dict[str, catalogue.VendorGuess] = field(default_factory=dict)

    def parties(self, places: Iterable[Place]) -> None:
        """Customers by tenant, then the callers that telemetry does not name, one for each service."""
        found = sorted(places, key=lambda place: place.id)
        named = [place for place in found if place.kind is PlaceKind.PARTY and place.name]
        nameless = sorted(
            {service_name(place.owner) for place in found if place not in named and place.owner}
        )
        if not named and not nameless:
            return
        self.lines += ["", "parties:" if named else "# parties:"]
        for place in named:
            self.entry(place.name, {"tenant": place.name})
            self.hole(
                "origin",
                "where was the data that it sends collected and generated? Not the seat of the customer",
            )
            self.hole("market", "in which country are its end users?")
            self.hole("class", "personal, sensitive-personal, important, core, business or none")
        for service in nameless:
            self.lines += [
                f"  # callers of service {quote(service)} that telemetry does not name:",
                f"  # - name: {quote(f'callers of {service}')}",
                f"  #   match: {{entry: {quote(service)}}}",
            ]
            self.holes += 1
            self.lines.append(
                "  #   origin: ???  # if they are customers, declare entry: true at the service too"
            )

    def places(self, places: Iterable[Place]) -> None:
        """Services first, then what they call; the tables of one database are one entry."""
        groups: dict[tuple[object, ...], list[Place]] = {}
        for place in sorted(places, key=lambda place: (_ORDER.index(place.kind), place.id)):
            groups.setdefault(place.resource, []).append(place)
        # What tells only its kind would fit every place of that kind.
        known = {key for key, group in groups.items() if not group[0].unknown and len(match_of(group[0])) > 1}
        if not groups:
            return
        self.lines += ["", "places:" if known else "# places:"]
        for key, group in groups.items():
            if key in known:
                self.place(group)
        for key, group in groups.items():
            if key not in known:
                self.nameless(group[0])

    def nameless(self, place: Place) -> None:
        """A place that telemetry does not name, as a comment: which one it is must be asked."""
        what = " ".join(part for part in (place.system, place.kind.value) if part)
        seen = f", seen by {quote(place.owner)}" if place.owner else ""
        lacks = (
            "a name" if not place.owner or place.kind in (PlaceKind.TOPIC, PlaceKind.REMOTE) else "an address"
        )
        self.lines += [
            f"  # {escape(what)} without {lacks}{seen}: which one is it?",
            "  # - name: ???",
            f"  #   match: {mapping(match_of(place))}",
        ]
        self.holes += 1

    def place(self, group: list[Place]) -> None:
        """One entry, with what is guessed and what is missing."""
        place = group[0]
        name = (
            place.label if place.kind is not PlaceKind.STORE else f"{place.system or 'store'} {_path(place)}"
        )
        self.entry(name, match_of(place))
        collections = sorted(other.collection for other in group if other.collection)
        if collections:
            shown = ", ".join(quote(name) for name in collections[:20])
            more = f" and {len(collections) - 20} more" if len(collections) > 20 else ""
            self.lines.append(f"    # holds: {shown}{more}")
        if place.kind is PlaceKind.OPERATOR:
            self.hole("contents", "what do they bring in? {origin: ??, class: ??} or none")
            return
        self.country(place)
        vendor = catalogue.vendor_of_host(place.host)
        if vendor is not None:
            self.guessed[vendor.id] = vendor
            self.guess(
                "vendor",
                vendor.id,
                f"by the host name, confidence {vendor.confidence}; declare it in vendors too",
            )
        elif place.kind in (PlaceKind.REMOTE, PlaceKind.MODEL):
            self.hole("operator", "who runs it?")
        if place.kind in (PlaceKind.STORE, PlaceKind.TOPIC):
            role = catalogue.role_of(place)
            if role:
                self.guess(
                    "role",
                    role,
                    f"by its system, {escape(place.system)}" if place.system else "by the host name",
                )
            elif place.kind is PlaceKind.STORE:
                self.hole(
                    "role", "database, cache, vector-index, object-store, log, training-pool, backup ..."
                )
            self.hole("retention", "how long is it kept? 30 days, P30D, none, forever")
            self.hole("viewers", "which roles can see what is here? [] for nobody")

    def country(self, place: Place) -> None:
        """The country by region, host or the span itself, or the question."""
        regions = [place.region] if place.region else self.regions.get(place.id, [])
        if place.country:
            self.guess("country", place.country, "as the service itself tells it")
            return
        host = catalogue.country_of_host(place.host)
        if host is not None:
            self.guess("country", host.country, f"by the host name, {host.by}")
            return
        provider = place.provider if place.kind is PlaceKind.SERVICE else ""
        for region in regions[:1] if len(regions) == 1 else []:
            told = catalogue.country_of_region(provider, region)
            if told is not None:
                by = f"region {escape(region)}" + (f" of {escape(provider)}" if provider else "")
                self.guess("country", told.country, by)
                return
            several = catalogue.readings(region)
            if len(set(several.values())) > 1:
                said = ", ".join(f"{country} at {name}" for name, country in sorted(several.items()))
                self.hole("country", f"region {escape(region)} is {said}")
                return
        self.hole("country", "where does it stand? Not told by telemetry")

    def vendors(self) -> None:
        """The guessed vendors, as a section to take over."""
        if not self.guessed:
            return
        self.lines += ["", "# vendors:"]
        for name, vendor in sorted(self.guessed.items()):
            self.lines.append(f"#   - id: {name}")
            if vendor.legal_entity:
                self.lines.append(f"#     legal_entity: {quote(vendor.legal_entity)}  # guess")
                self.guesses += 1
            if vendor.country:
                self.lines.append(f"#     country: {vendor.country}  # guess: of establishment")
                self.guesses += 1
            for key in ("dpa", "training", "retention"):
                self.lines.append(f"#     {key}: ???")
                self.holes += 1

    def entry(self, name: str, match: Mapping[str, str]) -> None:
        """The head of an entry, under a name that no other has."""
        unique = name
        number = 2
        while unique in self.taken:
            unique = f"{name} ({number})"
            number += 1
        self.taken.add(unique)
        self.lines += [f"  - name: {quote(unique)}", f"    match: {mapping(match)}"]

    def guess(self, key: str, value: str, why: str) -> None:
        """A line that a person may confirm."""
        self.guesses += 1
        shown = (
            value
            if value.replace("-", "").isalnum() and value.isascii() and value not in ("true", "null")
            else quote(value)
        )
        self.lines.append(f"    # {key}: {shown}  # guess: {why}")

    def hole(self, key: str, question: str) -> None:
        """A line that a person must fill in."""
        self.holes += 1
        self.lines.append(f"    # {key}: ???  # {question}")

    def text(self) -> str:
        """The whole file."""
        head = [
            "# What the places that telemetry names mean. Written by `lineage init` from what was observed.",
            f"# {self.guesses} guesses (marked 'guess') and {self.holes} holes (marked '???').",
            "# Neither counts as declared: check it, fill it in, and take the # away.",
            "# A hole that stays leaves the rules that need it undecided.",
            "",
            "# organisation:",
            "#   name: ???  # who operates these systems and answers for this file",
        ]
        tail = [
            "",
            "telemetry:",
            "  tenant_keys: []  # span attributes that name the tenant, tried before the built-in ones",
        ]
        return "\n".join([*head, *self.lines, *tail]) + "\n"


def match_of(place: Place) -> dict[str, str]:
    """The keys that tell a place, as `inventory.match.facts` reads them."""
    kind = place.kind
    if kind is PlaceKind.SERVICE:
        told = {"service": place.name, "namespace": place.namespace, "environment": place.environment,
                "provider": place.provider, "region": place.region}  # fmt: skip
        return {"kind": "service"} | {key: value for key, value in told.items() if value}
    named = {
        PlaceKind.MODEL: "model", PlaceKind.TOPIC: "topic", PlaceKind.OPERATOR: "operator", PlaceKind.REMOTE: "service",
    }.get(kind)  # fmt: skip
    told = {named: place.name} if named else {}
    told |= {
        "provider": place.provider,
        "system": place.system,
        "host": place.host,
        "database": place.namespace,
    }
    if place.owner:
        told["owner"] = service_name(place.owner)
    return {"kind": kind.value} | {key: value for key, value in told.items() if value}


def _path(place: Place) -> str:
    return "/".join(part for part in (place.host, place.namespace) if part)


def mapping(match: Mapping[str, str]) -> str:
    """A match in one line; what is wild in a pattern stands for one character only.

    >>> mapping({"kind": "store", "host": "pg.example"})
    '{kind: store, host: "pg.example"}'
    """
    pairs = (
        f"{key}: {value if key == 'kind' else quote(value.replace('*', '?'))}" for key, value in match.items()
    )
    return "{" + ", ".join(pairs) + "}"


def quote(text: str) -> str:
    """Text as a YAML double-quoted scalar on one line, whatever is in it.

    >>> print(quote('a"b' + chr(10) + chr(0x202e)))
    "a\\"b\\n\\u202e"
    """
    return "".join(_characters(json.dumps(text, ensure_ascii=False)))


def escape(text: str) -> str:
    """Text inside a comment, without what could end or disguise the line."""
    return quote(text)[1:-1]


def _characters(text: str) -> Iterator[str]:
    for character in text:
        if character.isprintable():
            yield character
        elif 0xD800 <= ord(character) <= 0xDFFF:
            yield "?"
        elif ord(character) < 0x10000:
            yield f"\\u{ord(character):04x}"
        else:
            yield f"\\U{ord(character):08x}"
