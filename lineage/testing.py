"""Small graphs written in a line or two, for cases of contracts and packs, for tests and for the manual.

A line is a way of data, read from left to right:

    acme[DE] > gw@SG > pg/users     acme's data goes to service gw in SG, which keeps it in a table
    gw@SG < rag                     the service reads a store; from here on it carries what it read
    gw@SG ?> qwen@CN                it may carry it there: the order of two operations cannot be told
    gw@SG ~ pg                      it asks a store that keeps nothing of it and answers nothing
    ... > acme                      the answer goes back to the party

Places: `name[DE+FR:personal]` a party, with origins and classes as the inventory declares them (`[?]` not
declared); `op:support[CN]` an operator; `name@CN` a service (`@?` place not known); `model:qwen`,
`remote:api.example`, `topic:jobs`; `caller:gw@SG` whoever called gw before telemetry begins; any other
word is a store, `host` or `host/table`; `?redis` and `remote:?` are peers without an address. A place once written with brackets
or a location may be written short afterwards.

A line `seen 2025-12-20` tells on which day (UTC) the flows of the lines after it were seen; without one it is 2023-11-14.
A line `acme claims CN` tells the origin that spans claim for its data; `gap sampled=4 missing-parent=2` what the evidence lacks.
A line `redactor lowers origin=DE evidence=report` declares a step that takes labels away.
A line `pg is role=log country=CN holds=CN:business retention=30` says what the inventory declares of a place.
These lines declare what else stands in an inventory; lists are joined by `+`, and what is left out is not declared
(but a document without a date is of 2025-06-01):

    vendor acme-cloud country=US entity=Acme training=no retention=30 dpa=dpa owners=CN:60+US:40
    document dpa covers=acme-cloud+acme date=2025-06-01 expires=2026-06-01 holds=no id=dpa-1
    authorisation qwen-direct models=qwen vendor=acme-cloud rights=call+resell regions=DE document=licence
    organisation us-ltd country=CN

A line `ledger upstream-invoices invoice=7 period=2023-11 model=qwen tokens=1000` is a row of a ledger. Calls of a sketch are
made at 22:13 UTC on 14 November 2023.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lineage.contracts import Contract
from lineage.contracts.cases import CASES, wrong_with
from lineage.flows import Doubt, Exemplar, FlowCount, FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.inventory import Attestation, Authorisation, Organisation, Vendor
from lineage.labels import Known, Labels
from lineage.meaning import Meaning, Source
from lineage.places import Place, PlaceKind
from lineage.sketched import DECLARATIONS
from lineage.things import HOLDERS

if TYPE_CHECKING:
    from lineage.ledgers.rows import Ledgers

SYSTEMS = {"pg": "postgresql", "redis": "redis", "cache": "redis", "s3": "s3", "kafka": "kafka"}
"""The system of a store by the beginning of its host, so that sketches stay short; else "store"."""


@dataclass(frozen=True, slots=True)
class Lowers:
    """Labels that a sketch's declassifier takes away."""

    origin: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Lowering:
    """A declassifier of a sketch."""

    name: str
    at: Place
    lowers: Lowers
    evidence: str | None
    expires: str | None
    flow: None = None


@dataclass
class Facts:
    """What a sketch declares: stands in for an inventory."""

    meanings: dict[Place, Meaning] = field(default_factory=dict)
    digest: str = ""
    files: tuple[str, ...] = ()
    organisation: Organisation | None = None
    vendors: dict[str, Vendor] = field(default_factory=dict)
    authorisations: tuple[Authorisation, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    declassifiers: tuple[Lowering, ...] = ()
    ledger_rows: tuple[tuple[str, Mapping[str, str]], ...] = ()
    waivers: tuple[Any, ...] = ()
    disagreements: tuple[tuple[Place, str, str, str], ...] = ()

    @cached_property
    def ledgers(self) -> Ledgers:
        """What was bought, used, sold, paid and left over."""
        from lineage.ledgers.rows import Ledgers

        return Ledgers.of(self.ledger_rows)

    def meaning(self, place: Place) -> Meaning:
        """What is declared of a place."""
        return self.meanings.get(place, Meaning(place))

    def flow(self, source: Place, target: Place) -> None:
        """A sketch declares no pairs."""

    def matches(self, where: Place, place: Place) -> bool:
        """Whether two places are the same."""
        return where == place

    def unobserved(self, places: Iterable[Place]) -> list[Any]:
        """A sketch declares nothing that it does not show."""
        return []


@dataclass
class Sketch:
    """A drawing in progress: the places by the words that name them, flows and facts."""

    flows: Flows = field(default_factory=Flows)
    facts: Facts = field(default_factory=Facts)
    words: dict[str, Place] = field(default_factory=dict)
    calls: int = 0
    start: int = 1_700_000_000_000_000_000
    """When flows are seen, nanoseconds since the epoch."""

    def draw(self, line: str) -> None:
        """Add a line: a way of data, or what is declared of a place."""
        words = line.split()
        if words[1:2] == ["is"]:
            self.declare(words[0], dict(word.split("=", 1) for word in words[2:]))
            return
        if words[0] == "seen":
            day = datetime.fromisoformat(words[1]).replace(tzinfo=UTC)
            self.start = int(day.timestamp()) * 1_000_000_000
            return
        if words[1:2] == ["claims"]:
            self.flows.coverage.claims.setdefault(self.place(words[0], "").id, Counter()).update(words[2:])
            return
        if words[0] == "gap":
            self.lack(dict(word.split("=", 1) for word in words[1:]))
            return
        if words[0] == "ledger":
            row = dict(word.split("=", 1) for word in words[2:])
            self.facts.ledger_rows += ((words[1], row),)
            return
        if words[0] in DECLARATIONS:
            self.know(words[0], words[1], dict(word.split("=", 1) for word in words[2:]))
            return
        if words[1:2] == ["lowers"]:
            self.lower(words[0], dict(word.split("=", 1) for word in words[2:]))
            return
        here = self.place(words[0], "")
        carried: frozenset[Place] = frozenset()
        possible: frozenset[Place] = frozenset()
        if here.kind is not PlaceKind.SERVICE:
            carried = frozenset({here})
        for arrow, word in zip(words[1::2], words[2::2], strict=True):
            there = self.place(word, here.id)
            holder = there.kind in HOLDERS
            sent = carried or (frozenset() if possible else frozenset({here}))
            back = there.kind in (PlaceKind.PARTY, PlaceKind.OPERATOR, PlaceKind.CALLER)
            leg = Leg.RESPONSE if back or here.kind in HOLDERS else Leg.REQUEST
            if arrow == ">":
                self.flow(FlowKey(here, there, leg, holder, sources=sent, possible=possible - sent))
                here = there
                if holder:  # out of a store comes what the store holds
                    carried, possible = frozenset({there}), frozenset()
            elif arrow == "?>":
                possible |= sent
                carried = frozenset()
                self.flow(FlowKey(here, there, leg, holder, possible=possible, doubts=Doubt.ORDER))
                here = there
            elif arrow == "~":
                self.flow(FlowKey(here, there, leg, sources=sent, possible=possible - sent))
            elif arrow == "<":
                if carried:
                    self.flow(FlowKey(here, there, Leg.REQUEST, sources=carried, possible=possible - carried))
                self.flow(FlowKey(there, here, Leg.RESPONSE, sources=frozenset({there})))
                carried |= {there}
            else:
                raise ValueError(f"unknown arrow {arrow!r} in {line!r}: allowed are > ?> < ~")

    def flow(self, key: FlowKey) -> None:
        """Count a flow once, with a trace id of its own."""
        self.calls += 1
        exemplar = Exemplar(f"{self.calls:032x}", f"{self.calls:016x}")
        doubts = key.doubts | (Doubt.ORDER if key.possible else Doubt(0))
        self.flows.put(replace(key, doubts=doubts), FlowCount(1, self.start, self.start, (exemplar,)))

    def place(self, word: str, seen_by: str) -> Place:
        """The place of a word; the first use tells what it is."""
        short = word.split("[")[0]
        if short in self.words and "[" not in word:
            return self.words[short]
        place, meaning = self._new(word, seen_by)
        for name in {word, short, short.split("@")[0] if place.kind is PlaceKind.SERVICE else short}:
            self.words.setdefault(name, place)
        self.facts.meanings.setdefault(place, meaning)
        self.flows.places.add(place)
        return place

    def _new(self, word: str, seen_by: str) -> tuple[Place, Meaning]:
        kind, _, rest = word.partition(":")
        if "[" in word:
            name, _, labels = word.rstrip("]").partition("[")
            is_operator = name.startswith("op:")
            what = PlaceKind.OPERATOR if is_operator else PlaceKind.PARTY
            place = Place(what, name.removeprefix("op:"))
            contents = None if labels == "?" else labels_of(labels)
            return place, Meaning(place, contents=contents, source=Source("sketch"))
        if kind == "caller":
            place = Place(PlaceKind.CALLER, owner=self.place(rest, "").id)
        elif rest == "?":
            place = Place(PlaceKind(kind), owner=seen_by)
        elif kind in ("model", "remote", "topic"):
            place = Place(
                PlaceKind(kind),
                rest,
                host=f"{rest}.example" if kind == "model" else "",
                system="kafka" if kind == "topic" else "",
            )
        elif "@" in word:
            name, _, country = word.partition("@")
            place = Place(PlaceKind.SERVICE, name, country=country.strip("?"))
            known = Known.STATED if place.country else Known.NOT_KNOWN
            return place, Meaning(place, country=place.country, country_known=known)
        else:
            host, _, table = word.partition("/")
            system = next((s for start, s in SYSTEMS.items() if host.lstrip("?").startswith(start)), "store")
            address = {"owner": seen_by} if host.startswith("?") else {"host": host}
            place = Place(PlaceKind.STORE, system=system, collection=table, **address)
        return place, Meaning(place)

    def lower(self, word: str, facts: Mapping[str, str]) -> None:
        """A declassifier at a place: `origin=DE+FR class=personal evidence=doc expires=2026-12-31`."""
        origin, classes = (
            tuple(facts[key].split("+")) if key in facts else None for key in ("origin", "class")
        )
        place = self.place(word, "")
        step = Lowering(word, place, Lowers(origin, classes), facts.get("evidence"), facts.get("expires"))
        self.facts.declassifiers += (step,)

    def lack(self, gaps: Mapping[str, str]) -> None:
        """What the evidence lacks, as `observed` counts it."""
        tally = self.flows.coverage.tally
        for gap, count in gaps.items():
            if gap == "sampled":
                tally.sampled += int(count)
            elif gap == "rejected":
                tally.rejected["zero-span-id"] += int(count)
            elif gap == "lost-events":
                tally.lost["events"] += int(count)
            else:
                self.flows.coverage.counts[gap] += int(count)

    def know(self, section: str, name: str, facts: Mapping[str, str]) -> None:
        """An entry of the inventory that is not about one place."""
        known = self.facts
        entry = DECLARATIONS[section](name, facts)
        if isinstance(entry, Organisation):
            known.organisation = entry
        elif isinstance(entry, Vendor):
            known.vendors[entry.id] = entry
        elif isinstance(entry, Authorisation):
            known.authorisations += (entry,)
        elif isinstance(entry, Attestation):
            known.attestations += (entry,)

    def name_covered(self) -> None:
        """Give places and parties that documents cover the names that these use; an inventory covers by name."""
        for document in self.facts.attestations:
            for word in document.covers or ():
                if word in self.words:
                    place = self.words[word]
                    meaning = self.facts.meaning(place)
                    self.facts.meanings[place] = replace(meaning, name=meaning.name or word)

    def declare(self, word: str, facts: Mapping[str, str]) -> None:
        """What the inventory says of a place: fields of `Meaning` under short names."""
        place = self.place(word, "service:somebody@")
        meaning = replace(self.facts.meaning(place), source=Source("sketch"))
        for key, value in facts.items():
            if key == "holds":
                meaning = replace(meaning, contents=labels_of(value))
            elif key == "retention":
                meaning = replace(meaning, retention_days=float(value))
            elif key in ("deletable", "entry", "trusted"):
                meaning = replace(meaning, **{key: value == "yes"})  # type: ignore[arg-type]
            elif key in ("viewers", "purposes"):
                meaning = replace(meaning, **{key: tuple(filter(None, value.split("+")))})  # type: ignore[arg-type]
            elif key == "country":
                meaning = replace(meaning, country=value, country_known=Known.DECLARED)
            elif key == "role":
                meaning = replace(meaning, role=value, role_known=Known.DECLARED)
            elif key == "vendor":
                meaning = replace(meaning, vendor=value, vendor_known=Known.DECLARED)
            elif key in ("dpa", "notice"):
                meaning = replace(meaning, evidence={**(meaning.evidence or {}), key: value})
            elif key in ("name", "zone", "operator", "redaction", "market", "industry"):
                meaning = replace(meaning, **{key: value})  # type: ignore[arg-type]
            else:
                raise ValueError(f"a sketch cannot declare {key!r}")
        self.facts.meanings[place] = meaning


def labels_of(text: str) -> Labels:
    """Labels as sketches write them: origins, then classes, joined by `+`; a missing part is not known.

    >>> sorted(labels_of("DE+FR:personal").origins), sorted(labels_of("nothing").origins), sorted(labels_of("CN").classes)
    (['DE', 'FR'], [], ['unknown'])
    """
    if text == "nothing":
        return Labels(frozenset(), frozenset(), Known.DECLARED)
    origins, _, classes = text.partition(":")
    return Labels(
        frozenset(origins.split("+")) if origins else Labels().origins,
        frozenset(classes.split("+")) if classes else Labels().classes,
        Known.DECLARED,
    )


def check_cases(contract: type[Contract]) -> None:
    """Run every case of a contract type, as the tests of the built-in ones do; for a test of your own.

    Raises:
        AssertionError: what is otherwise than the cases say, all of it.

    >>> from lineage.contracts import StayWithin
    >>> check_cases(StayWithin)
    """
    wrong = [f"{kind}: it has none" for kind in ("HOLDS", "UNDECIDED") if not getattr(contract, kind)]
    for kind in CASES:
        for number, case in enumerate(getattr(contract, kind)):
            lines = "; ".join(case[1])
            wrong += [
                f"{kind} {number} ({lines}): {what}"
                for what in wrong_with(contract, kind, case, sketch(*case[1]))
            ]
    if wrong:
        raise AssertionError("\n".join(wrong))


def sketch(*lines: str) -> FlowGraph:
    """The graph of some lines.

    >>> graph = sketch("acme[DE] > gw@SG > pg", "pg is role=database country=SG")
    >>> [str(flow.key.leg) for flow in graph.flows], graph.meanings[2].role
    (['request', 'request'], 'database')
    """
    drawing = Sketch()
    for line in lines:
        drawing.draw(line)
    drawing.name_covered()
    drawing.flows.coverage.tally.spans = drawing.calls
    drawing.flows.coverage.traces = drawing.calls
    return FlowGraph(drawing.flows, drawing.facts)
