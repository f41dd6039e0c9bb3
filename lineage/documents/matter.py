"""What documents are made of: a graph, what packs say of it, and where the data of each market was seen to get to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lineage.diagram.spots import UNDECLARED, countries_of, runner_of
from lineage.diagram.text import Text
from lineage.documents.model import Cell, Said
from lineage.documents.said import Seen, declared, market, phrase, title_text
from lineage.findings import ref
from lineage.flows import UNSURE
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.labels import UNKNOWN
from lineage.meaning import Source
from lineage.places import PlaceKind
from lineage.reach import Reach, reach
from lineage.selection import Answer
from lineage.solve import Solution, solve

if TYPE_CHECKING:
    from lineage.checking import Report

CUSTOMERS = (PlaceKind.PARTY, PlaceKind.CALLER)
"""Whose data it is, and who gets answers."""

REMEMBERED = 100
"""Of how many groups of customers it is remembered where their data gets to: customers may be many thousands."""


@dataclass(frozen=True, slots=True)
class Market:
    """Customers of one market."""

    countries: tuple[str, ...]
    """Of their end users; () = not known."""
    customers: tuple[int, ...]

    @property
    def key(self) -> str:
        """The same in every run: codes joined by `+`; `unknown` for none."""
        return "+".join(self.countries) or UNKNOWN

    @property
    def title(self) -> Text:
        """For people."""
        return market(self.key)


NOBODY = Market((), ())
"""No market: of subjects that are not about one."""


@dataclass(frozen=True)
class Matter:
    """What documents are made of.

    Args:
        graph: the graph.
        report: what packs say of it.
        today: the day of the document, on which other documents must be in date.
        market: make only this market's part of documents that are by market; "" = all.
    """

    graph: FlowGraph
    report: Report
    today: date
    market: str = ""
    _reached: dict[tuple[int, ...], Reach] = field(default_factory=dict)

    # --- whose data ----------------------------------------------------------------------------------

    @cached_property
    def customers(self) -> tuple[int, ...]:
        """Parties, and callers that telemetry does not show."""
        graph = self.graph
        return tuple(t for t in range(len(graph.things)) if graph.place(t).kind in CUSTOMERS)

    @cached_property
    def markets(self) -> tuple[Market, ...]:
        """Customers by their declared market, else by where they are; those of no known market last."""
        graph = self.graph
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for thing in self.customers:
            told = graph.meaning(thing).market
            groups[(told,) if told else tuple(sorted(countries_of(graph, thing)))].append(thing)
        found = [Market(codes, tuple(things)) for codes, things in groups.items()]
        return tuple(sorted(found, key=lambda one: (not one.countries, one.countries)))

    @cached_property
    def labels(self) -> Solution:
        """Origins and classes of every thing and flow."""
        return solve(self.graph)

    # --- where it gets to ----------------------------------------------------------------------------

    def reach(self, things: Iterable[int]) -> Reach:
        """Where the data of some things gets to. Nothing is taken away for what lowers labels: a list of
        recipients that is too long misleads nobody."""
        key = tuple(sorted(things))
        if key not in self._reached:
            chosen = frozenset(key)
            size = len(self.graph.things)
            answers = [Answer.YES if thing in chosen else Answer.NO for thing in range(size)]
            if len(self._reached) >= REMEMBERED:
                del self._reached[next(iter(self._reached))]
            self._reached[key] = reach(self.graph, answers)
        return self._reached[key]

    def path(self, found: Reach) -> list[int]:
        """Things that data gets to, or may, but for customers."""
        graph = self.graph
        return [t for t, answer in enumerate(found.things) if answer and graph.place(t).kind not in CUSTOMERS]

    def arriving(self, found: Reach, things: Iterable[int]) -> list[int]:
        """Flows that carry the data to things, or may."""
        into = {number for thing in things for number in self.graph.into[thing]}
        return sorted(number for number in into if found.flows[number])

    def seen(self, found: Reach, numbers: Iterable[int]) -> Seen:
        """How often flows were surely seen with the data; where none surely carries it, how often they may have."""
        numbers = list(numbers)
        surely = [number for number in numbers if found.flows[number] is Answer.YES]
        counts = [self.graph.seen_with(number, self._carriers(found, number)) for number in surely or numbers]
        return Seen(
            sum(calls for calls, *_ in counts),
            min((first for _, first, *_ in counts if first), default=0),
            max((last for *_, last, _ in counts), default=0),
            all(exact for *_, exact in counts),
            bool(surely),
        )

    def _carriers(self, found: Reach, number: int) -> list[int]:
        """The sources by which a flow carries the data, as surely as it does."""
        flow, level = self.graph.flows[number], found.flows[number]
        named = flow.sources if level is Answer.YES else (*flow.sources, *flow.possible)
        return [source for source in named if found.sources[source] >= level] or [
            *flow.sources,
            *flow.possible,
        ]

    def all_seen(self, numbers: Iterable[int]) -> Seen:
        """How often flows were seen, whatever they carried; established where one of them is known to be as told."""
        flows = [self.graph.flows[number] for number in numbers]
        surely = [flow for flow in flows if not flow.doubts & UNSURE]
        counts = [flow.count for flow in surely or flows]
        return Seen(
            sum(count.calls for count in counts),
            min((count.first for count in counts if count.first), default=0),
            max((count.last for count in counts), default=0),
            sure=bool(surely),
        )

    # --- what is declared ----------------------------------------------------------------------------

    def name(self, thing: int) -> Text:
        """A place's name for people."""
        found = ref(self.graph, thing)
        return Text(found.en, found.zh)

    def where(self, thing: int, fact: str) -> Source | None:
        """Where the inventory says something of a place: the entry that does, if it can be told."""
        graph, inventory = self.graph, self.graph.inventory
        if isinstance(inventory, Inventory):
            return inventory.where(graph.place(thing), fact)
        return graph.meaning(thing).source

    def told(self, thing: int, fact: str, text: Text, number: float | None = None) -> Said:
        """What the inventory declares of a place."""
        return declared(text, self.where(thing, fact), number)

    def runner(self, thing: int) -> tuple[str, str]:
        """Who runs a place: what sort of organisation, and its id."""
        return runner_of(self.graph, thing)

    def unrun(self, thing: int) -> bool:
        """Whether nobody declares who runs a place."""
        return self.runner(thing)[0] == UNDECLARED and self.graph.place(thing).kind is not PlaceKind.OPERATOR

    def vendor(self, name: str) -> Any:
        """A vendor's entry, or None."""
        return self.graph.inventory.vendors.get(name)

    def vendor_name(self, name: str) -> Text:
        """A vendor for people."""
        entry = self.vendor(name)
        return Text.plain(name) if entry is None else title_text(entry.title, name)

    def own_name(self) -> Text:
        """Our own organisation for people."""
        own = self.graph.inventory.organisation
        return phrase("organisation") if own is None else title_text(own.title, own.name)

    # --- documents that others wrote -----------------------------------------------------------------

    def attested(
        self, types: Sequence[str], subjects: frozenset[str], ids: frozenset[str] = frozenset()
    ) -> Cell:
        """Attestations of some types about a subject, the newest first.

        Args:
            types: their types.
            subjects: inventory names that it goes by; `organisation` for our own.
            ids: documents that its own entry names.
        """
        found = [
            one
            for one in self.graph.inventory.attestations
            if one.type in types and (one.id in ids or _covers(one, subjects))
        ]
        return tuple(
            self.document(one) for one in sorted(found, key=lambda one: (-one.date.toordinal(), one.id))
        )

    def about(self, subjects: frozenset[str], ids: frozenset[str] = frozenset()) -> Cell:
        """All attestations about a subject, by id."""
        found = [one for one in self.graph.inventory.attestations if one.id in ids or _covers(one, subjects)]
        return tuple(self.document(one) for one in sorted(found, key=lambda one: one.id))

    def document(self, one: Any) -> Said:
        """An attestation: what it is, from when to when, whether it counts, who answers for it."""
        from lineage.contracts._subjects import not_in_date

        late = not_in_date(one, self.today)
        state = "document.late" if late else "document.holds" if one.holds else "document.denies"
        text = phrase(
            "document.attestation",
            name=title_text(one.title, one.id),
            type=one.type,
            date=one.date.isoformat(),
            until=phrase("document.until", date=one.expires.isoformat())
            if one.expires
            else phrase("document.no-end"),
            state=phrase(state),
            owner=one.owner,
        )
        return declared(text, one.source)

    def named(self, document: str) -> Said | None:
        """The attestation of an id, if there is one."""
        found = [one for one in self.graph.inventory.attestations if one.id == document]
        return self.document(found[0]) if found else None


def _covers(one: Any, subjects: frozenset[str]) -> bool:
    if one.covers is None:
        return ORGANISATION in subjects
    return "all" in one.covers or bool(subjects & set(one.covers))


ORGANISATION = "organisation"
"""The subject of attestations that cover nobody in particular."""
