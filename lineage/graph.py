"""FlowGraph: the flows of a run, hung on places that the inventory gives a meaning (DESIGN.md section 2).

The graph speaks of *things*: a thing is a place, or several places that the inventory gives one name (a
database reached by name and by address). Data meets at things and is held by things; places remain for
showing. Everything is numbered, sorted and fixed once made, so that what reads it needs no library.
networkx is imported in one way out, `to_networkx`, and nowhere on the way of `check`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

from lineage.flows import UNSURE, Carried, Coverage, Doubt, FlowCount, FlowKey, Flows, Leg
from lineage.labels import Known, Labels
from lineage.meaning import Meaning, joined
from lineage.places import Place, PlaceKind
from lineage.things import HOLDERS, Blur, Thing, blurs, things

if TYPE_CHECKING:
    import networkx as nx


class Meanings(Protocol):
    """What is asked of an inventory; `lineage.inventory.Inventory` is one, a sketch of testing.py has another."""

    @property
    def declassifiers(self) -> Sequence[Any]:
        """Declared steps that lower labels."""

    @property
    def organisation(self) -> Any:
        """Who operates the systems; None when not declared."""

    @property
    def vendors(self) -> Mapping[str, Any]:
        """Who else can reach the data, by id."""

    @property
    def authorisations(self) -> Sequence[Any]:
        """Rights to call models."""

    @property
    def attestations(self) -> Sequence[Any]:
        """Documents that somebody answers for."""

    @property
    def ledgers(self) -> Any:
        """What was bought, used, sold, paid and left over: `lineage.ledgers.rows.Ledgers`."""

    @property
    def waivers(self) -> Sequence[Any]:
        """Findings that somebody answers for."""

    @property
    def files(self) -> Sequence[str]:
        """The files that it was read from."""

    @property
    def digest(self) -> str:
        """SHA-256 of the files."""

    @property
    def disagreements(self) -> Sequence[tuple[Place, str, str, str]]:
        """(place, field, declared, inferred) where the inventory and telemetry differ."""

    def meaning(self, place: Place) -> Meaning:
        """Everything declared or inferred of a place."""

    def flow(self, source: Place, target: Place) -> Any:
        """What is declared of a pair of places, or None."""

    def matches(self, where: Any, place: Place) -> bool:
        """Whether a place is meant by a name or match of this inventory."""

    def unobserved(self, places: Iterable[Place]) -> Sequence[Any]:
        """Declared places that none of these is."""


__all__ = ["HOLDERS", "Flow", "FlowGraph", "Meanings", "Usage"]


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow, with things as numbers (positions in `FlowGraph.things`)."""

    key: FlowKey
    """Its edge."""
    carried: Carried
    """How often it was seen, and with the data of which places."""
    source: int
    target: int
    sources: tuple[int, ...]
    """Sorted numbers of the things whose data it carries."""
    possible: tuple[int, ...]
    """Sorted numbers of the things whose data it may carry beside those."""
    doubts: Doubt
    kept: bool = False
    """Whether a store or topic keeps what it gets."""

    @property
    def count(self) -> FlowCount:
        """How often it was seen, whatever it carried."""
        return self.carried.count

    @property
    def established(self) -> bool:
        """Whether endpoints, order and category are all known (DESIGN.md section 3, certainty)."""
        return not self.doubts and not self.possible


@dataclass(frozen=True, slots=True)
class Usage:
    """Model calls of one hour: for whom, which model, how many. Things as numbers."""

    party: int
    """The party whose data was sent; without one, the caller or service."""
    model: int
    hour: int
    """Whole hours since the epoch, UTC; `flows.UNTIMED` when not told."""
    calls: int


class FlowGraph:
    """Places with their meaning and flows between them; immutable once made.

    Args:
        flows: the facts.
        inventory: the meaning; a changed inventory makes a new graph from the same flows.

    >>> from lineage.testing import sketch
    >>> graph = sketch("acme[DE] > gw@SG > pg")
    >>> [place.id for place in graph.places]
    ['party:acme', 'service:gw@SG', 'store:postgresql@pg']
    """

    def __init__(self, flows: Flows, inventory: Meanings) -> None:
        self.inventory = inventory
        self.memo: dict[tuple[object, int], object] = {}
        """What readers have worked out of one thing or flow; never anything that changes the graph."""
        self.coverage: Coverage = flows.coverage
        ids = {place: place.id for place in flows.places}
        self.places: tuple[Place, ...] = tuple(sorted(flows.places, key=ids.__getitem__))
        self.ids: tuple[str, ...] = tuple(ids[place] for place in self.places)
        """Node ids, in the order of `places`."""
        self.position = {place: number for number, place in enumerate(self.places)}
        by_id = dict(zip(self.ids, range(len(self.ids)), strict=True))
        self.meanings: tuple[Meaning, ...] = tuple(
            self._meaning(place, ids[place], inventory) for place in self.places
        )
        self._entry = tuple(
            place.kind is PlaceKind.CALLER
            and place.owner in by_id
            and self.meanings[by_id[place.owner]].entry
            for place in self.places
        )
        self.things: tuple[Thing, ...] = tuple(things(self.places, self.meanings, self.ids))
        self.thing_of: tuple[int, ...] = _inverse(self.things, len(self.places))
        """The number of the thing of each place."""
        self._joined = tuple(
            joined([self.meanings[place] for place in thing.places]) for thing in self.things
        )
        self.flows: tuple[Flow, ...] = tuple(self._flows(flows))
        self.usage: tuple[Usage, ...] = tuple(self._usage(flows))
        """Model calls by party, model and hour; sorted."""
        self.into: tuple[tuple[int, ...], ...] = self._index(lambda flow: (flow.target,))
        """For each thing, the positions of the flows that end there."""
        self.out_of: tuple[tuple[int, ...], ...] = self._index(lambda flow: (flow.source,))
        self.naming: tuple[tuple[int, ...], ...] = self._index(lambda flow: flow.sources)
        """For each thing, the flows that carry its data."""
        self.suspecting: tuple[tuple[int, ...], ...] = self._index(lambda flow: flow.possible)
        """For each thing, the flows that may carry its data."""
        self.written: frozenset[int] = frozenset(
            flow.target for flow in self.flows if flow.kept and not flow.doubts & UNSURE
        )
        """Things that were surely seen to keep something: what may have been a read tells nothing of what was there."""
        self.holds_owners: tuple[bool, ...] = tuple(map(self._owners, self.flows))
        """For each flow, whether it is a store's answer that names parties: the owners of what it holds."""
        self.blurs: tuple[Blur, ...] = tuple(blurs(self.places, self.things))

    # --- making -------------------------------------------------------------------------------------

    def _meaning(self, place: Place, place_id: str, inventory: Meanings) -> Meaning:
        meaning = inventory.meaning(place)
        told = self.coverage.regions.get(place_id)
        if told and len(told) == 1 and not meaning.country:
            from lineage.catalogue import country_of_region

            region = next(iter(told))
            found = country_of_region("", region)
            if found is not None:
                region = meaning.region or region
                meaning = replace(meaning, region=region, country=found.country, country_known=Known.INFERRED)
        return meaning

    def _flows(self, flows: Flows) -> list[Flow]:
        numbers: dict[int, int] = {}

        def at(place: Place) -> int:
            # By object first: hashing a place is dear, and flows of one run share their places.
            number = numbers.get(id(place))
            if number is None:
                number = numbers[id(place)] = self.position[place]
            return number

        made = []
        for key, carried in flows:
            source, target = at(key.source), at(key.target)
            doubts = key.doubts
            callers = [n for n in (source, target) if self.places[n].kind is PlaceKind.CALLER]
            if callers and all(self._entry[n] for n in callers):
                doubts &= ~Doubt.PARENT
            sources = {self.thing_of[at(place)] for place in carried.sources}
            possible = {self.thing_of[at(place)] for place in carried.possible} - sources
            flow = Flow(
                key,
                carried,
                self.thing_of[source],
                self.thing_of[target],
                tuple(sorted(sources)),
                tuple(sorted(possible)),
                doubts,
                key.kept,
            )
            # Places are numbered in the order of their ids, so the order of numbers is the same in every run.
            words = (key.leg, key.kept, sorted(key.categories), key.purpose, key.protection, key.retention)
            made.append(((source, target, *words, int(key.doubts)), flow))
        made.sort(key=itemgetter(0))
        return [flow for _, flow in made]

    def _usage(self, flows: Flows) -> list[Usage]:
        counts: Counter[tuple[int, int, int]] = Counter()
        for (user, model, hour), calls in flows.usage.items():
            ends = self.thing_of[self.position[user]], self.thing_of[self.position[model]]
            counts[(*ends, hour)] += calls
        return [Usage(*key, calls) for key, calls in sorted(counts.items())]

    def _index(self, of: Callable[[Flow], Iterable[int]]) -> tuple[tuple[int, ...], ...]:
        lists: list[list[int]] = [[] for _ in self.things]
        for number, flow in enumerate(self.flows):
            for thing in of(flow):
                lists[thing].append(number)
        return tuple(map(tuple, lists))

    def _owners(self, flow: Flow) -> bool:
        if flow.key.leg is Leg.REQUEST or self.place(flow.source).kind not in HOLDERS:
            return False
        return any(self.place(source).kind is PlaceKind.PARTY for source in flow.sources)

    def counts(self, number: int) -> Mapping[int, FlowCount]:
        """How often a flow was seen with the data, sure or possible, of each thing that it names."""
        known = self.memo.get(("counts", number))
        if known is None:
            known = counts = dict[int, FlowCount]()
            flow = self.flows[number]
            for told in (flow.carried.sources, flow.carried.possible):
                for place, count in told.items():
                    thing = self.thing_of[self.position[place]]
                    if thing in counts:
                        counts[thing] = counts[thing].copy()
                        counts[thing].add(count)
                        counts[thing].calls = min(counts[thing].calls, flow.count.calls)
                    else:
                        counts[thing] = count
            self.memo["counts", number] = known
        return known  # type: ignore[return-value]

    def seen_with(self, number: int, sources: Iterable[int]) -> tuple[int, int, int, bool]:
        """How often a flow was seen with the data of any of some things: calls, first, last (0 = not told), and whether that is exact.

        Of several sources it is not told which came together, so all that is known is *at least* as often as with one.
        """
        asked = frozenset(sources)
        known = self.memo.get((asked, number))
        if known is None:
            flow, counts = self.flows[number], self.counts(number)
            found = [counts[thing] for thing in asked if thing in counts]
            first = min((count.first for count in found if count.first), default=0)
            last = max((count.last for count in found), default=0)
            calls = max((count.calls for count in found), default=0)
            whole = flow.count.calls
            if asked.issuperset(flow.sources) and not flow.possible:
                calls = whole  # whatever was not possible carried something for sure
            known = self.memo[asked, number] = (calls, first, last, len(found) == 1 or calls == whole)
        return known  # type: ignore[return-value]

    # --- asking -------------------------------------------------------------------------------------

    def place(self, thing: int) -> Place:
        """The place that stands for a thing."""
        return self.places[self.things[thing].places[0]]

    def meaning(self, thing: int) -> Meaning:
        """What is said of a thing, at all its addresses together."""
        return self._joined[thing]

    def id(self, thing: int) -> str:
        """The node id of the place that stands for a thing."""
        return self.ids[self.things[thing].places[0]]

    def told(self, thing: int) -> Labels | None:
        """What the inventory declares of a thing's own data; None when it says nothing.

        A caller that telemetry does not show is one of the declared customers only where the inventory
        says that customers call that service directly (`entry: true`).
        """
        found = None
        for number in self.things[thing].places:
            contents = self.meanings[number].contents
            if self.places[number].kind is PlaceKind.CALLER and not self._entry[number]:
                contents = None
            if contents is not None:
                found = contents if found is None else found.join(contents)
        return found

    @property
    def unlocated(self) -> int:
        """Places of which no country is known; customers and unseen callers stand nowhere and do not count."""
        people = (PlaceKind.PARTY, PlaceKind.CALLER)
        pairs = zip(self.places, self.meanings, strict=True)
        return sum(not meaning.country for place, meaning in pairs if place.kind not in people)

    @property
    def assumed(self) -> tuple[int, ...]:
        """Stores and topics that give data out, of which nothing is declared: they are taken to hold what was seen flowing in, and no more."""
        return tuple(
            thing
            for thing in range(len(self.things))
            if self.place(thing).kind in HOLDERS
            and thing in self.written
            and self.told(thing) is None
            and (self.naming[thing] or self.suspecting[thing])
        )

    @property
    def period(self) -> tuple[int, int]:
        """When the first and the last flow was seen, nanoseconds since the epoch; 0 = not told."""
        times = [time for flow in self.flows for time in (flow.count.first, flow.count.last) if time]
        return min(times, default=0), max(times, default=0)

    @property
    def traces(self) -> int:
        """Traces that the flows come from."""
        return self.coverage.traces

    # --- ways out -----------------------------------------------------------------------------------

    def to_node_link(self) -> dict[str, Any]:
        """networkx node-link data in the shape of DESIGN.md section 7: sorted, stable to the byte, plain values.

        >>> from lineage.testing import sketch
        >>> data = sketch("acme[DE] > gw@SG").to_node_link()
        >>> data["graph"]["format"], [edge["leg"] for edge in data["edges"]]
        ('lineage-graph/1', ['request'])
        """
        from lineage.nodelink import node_link

        return node_link(self)

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """A `networkx.MultiDiGraph` with the same attributes as `to_node_link`; yours to change."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.node_link_graph(self.to_node_link(), edges="edges")
        return graph


def _inverse(things: Sequence[Thing], length: int) -> tuple[int, ...]:
    result = [0] * length
    for number, thing in enumerate(things):
        for place in thing.places:
            result[place] = number
    return tuple(result)
