"""FlowGraph: the flows of a run, hung on places that the inventory gives a meaning (DESIGN.md section 2).

The graph speaks of *things*: a thing is a place, or several places that the inventory gives one name (a
database reached by name and by address). Data meets at things and is held by things; places remain for
showing. Everything is numbered, sorted and fixed once made, so that what reads it needs no library.
networkx is imported in one way out, `to_networkx`, and nowhere on the way of `check`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from lineage.flows import Coverage, Doubt, FlowCount, FlowKey, Flows, Leg
from lineage.labels import Known, Labels
from lineage.meaning import Meaning
from lineage.places import Place, PlaceKind

if TYPE_CHECKING:
    import networkx as nx


class Meanings(Protocol):
    """What is asked of an inventory; `lineage.inventory.Inventory` is one, a sketch of testing.py has another."""

    @property
    def declassifiers(self) -> Sequence[Any]:
        """Declared steps that lower labels."""

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


HOLDERS = frozenset({PlaceKind.STORE, PlaceKind.TOPIC})
"""Kinds of places in which data stays, and out of which it comes in another trace."""
MERGED = frozenset({PlaceKind.STORE, PlaceKind.TOPIC, PlaceKind.MODEL, PlaceKind.REMOTE})
"""Kinds that may be one thing under several addresses; services and people are told apart by telemetry."""


_TELLING = (
    PlaceKind.STORE,
    PlaceKind.TOPIC,
    PlaceKind.MODEL,
    PlaceKind.SERVICE,
    PlaceKind.REMOTE,
    PlaceKind.OPERATOR,
    PlaceKind.PARTY,
    PlaceKind.CALLER,
)
"""Kinds by how much they tell of a thing that is seen as several."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow, with things as numbers (positions in `FlowGraph.things`)."""

    key: FlowKey
    count: FlowCount
    source: int
    target: int
    sources: tuple[int, ...]
    """Sorted numbers of the things whose data it carries."""
    possible: tuple[int, ...]
    """Sorted numbers of the things whose data it may carry beside those."""
    doubts: Doubt

    @property
    def kept(self) -> bool:
        """Whether a store or topic keeps what it gets."""
        return self.key.kept

    @property
    def established(self) -> bool:
        """Whether endpoints, order and category are all known (DESIGN.md section 3, certainty)."""
        return not self.doubts and not self.possible


@dataclass(frozen=True, slots=True)
class Thing:
    """Where data is: one place, or the places that the inventory says are one."""

    places: tuple[int, ...]
    """Positions in `FlowGraph.places`; the first is the one to show."""
    resource: tuple[str, ...]
    """What holds it: for a partition of a store the server and namespace, else the thing itself."""


@dataclass(frozen=True, slots=True)
class Blur:
    """Things that may be one and the same, because telemetry does not say enough to tell them apart."""

    vague: frozenset[int]
    """Things with an attribute missing: each may be any of `members`."""
    members: tuple[int, ...]
    """All things concerned, `vague` included; sorted."""
    attribute: str
    """The span attribute that would tell."""


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
        self.memo: dict[tuple[str, int], object] = {}
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
        self.things: tuple[Thing, ...] = tuple(_things(self.places, self.meanings, self.ids))
        self.thing_of: tuple[int, ...] = _inverse(self.things, len(self.places))
        """The number of the thing of each place."""
        self.flows: tuple[Flow, ...] = tuple(self._flows(flows, ids))
        self.into: tuple[tuple[int, ...], ...] = self._index(lambda flow: (flow.target,))
        """For each thing, the positions of the flows that end there."""
        self.out_of: tuple[tuple[int, ...], ...] = self._index(lambda flow: (flow.source,))
        self.naming: tuple[tuple[int, ...], ...] = self._index(lambda flow: flow.sources)
        """For each thing, the flows that carry its data."""
        self.suspecting: tuple[tuple[int, ...], ...] = self._index(lambda flow: flow.possible)
        """For each thing, the flows that may carry its data."""
        self.written: frozenset[int] = frozenset(flow.target for flow in self.flows if flow.kept)
        """Things that were seen to keep something."""
        self.holds_owners: tuple[bool, ...] = tuple(map(self._owners, self.flows))
        """For each flow, whether it is a store's answer that names parties: the owners of what it holds."""
        self.blurs: tuple[Blur, ...] = tuple(_blurs(self.places, self.things))

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

    def _flows(self, flows: Flows, ids: dict[Place, str]) -> list[Flow]:
        thing = {place: self.thing_of[number] for place, number in self.position.items()}
        made = []
        for key, count in flows:
            doubts = key.doubts
            lifted = [p for p in (key.source, key.target) if p.kind is PlaceKind.CALLER]
            if lifted and all(self._entry[self.position[place]] for place in lifted):
                doubts &= ~Doubt.PARENT
            sources = {thing[place] for place in key.sources}
            possible = {thing[place] for place in key.possible} - sources
            made.append(
                Flow(
                    key,
                    count,
                    thing[key.source],
                    thing[key.target],
                    tuple(sorted(sources)),
                    tuple(sorted(possible)),
                    doubts,
                )
            )
        made.sort(key=lambda flow: _order(flow, ids))
        return made

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

    # --- asking -------------------------------------------------------------------------------------

    def place(self, thing: int) -> Place:
        """The place that stands for a thing."""
        return self.places[self.things[thing].places[0]]

    def meaning(self, thing: int) -> Meaning:
        """The meaning of the place that stands for a thing."""
        return self.meanings[self.things[thing].places[0]]

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

    def resource_id(self, thing: int) -> str:
        """A readable identity of what holds a thing: for partitions of a store their server and namespace.

        >>> from lineage.testing import sketch
        >>> graph = sketch("gw@SG > pg/users")
        >>> [graph.resource_id(thing) for thing in range(2)]
        ['service:gw@SG', 'store:postgresql@pg']
        """
        resource = self.things[thing].resource
        if resource[0] == "named":
            return "/".join(filter(None, resource[1:]))
        if resource[0] == PlaceKind.STORE:
            return replace(self.place(thing), collection="").id
        return resource[1]

    @property
    def traces(self) -> int:
        """Traces that the flows come from."""
        return self.coverage.traces

    # --- ways out -----------------------------------------------------------------------------------

    def to_node_link(self) -> dict[str, object]:
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


def _order(flow: Flow, ids: dict[Place, str]) -> tuple[object, ...]:
    key = flow.key
    return (
        ids[key.source],
        ids[key.target],
        key.leg,
        key.kept,
        sorted(key.categories),
        key.purpose,
        key.protection,
        key.retention,
        sorted(ids[place] for place in key.sources),
        sorted(ids[place] for place in key.possible),
        int(key.doubts),
    )


def _inverse(things: Sequence[Thing], length: int) -> tuple[int, ...]:
    result = [0] * length
    for number, thing in enumerate(things):
        for place in thing.places:
            result[place] = number
    return tuple(result)


def _things(places: Sequence[Place], meanings: Sequence[Meaning], ids: Sequence[str]) -> list[Thing]:
    """Group the places that the inventory names alike; partitions of a store stay apart."""
    services: dict[str, int] = defaultdict(int)
    for place, meaning in zip(places, meanings, strict=True):
        if place.kind is PlaceKind.SERVICE and meaning.name:
            services[meaning.name] += 1
    groups: dict[tuple[str, ...], list[int]] = {}
    resources: dict[tuple[str, ...], tuple[str, ...]] = {}
    for number, (place, meaning) in enumerate(zip(places, meanings, strict=True)):
        key: tuple[str, ...] = ("", ids[number])
        resource = place.resource
        # Several services under one name (two locations) stay apart: then only the addresses merge.
        alone = place.kind is PlaceKind.SERVICE and services[meaning.name] == 1
        if meaning.name and (place.kind in MERGED or alone):
            part = (place.namespace, place.collection)
            if place.kind in (PlaceKind.MODEL, PlaceKind.TOPIC):
                part = (place.name, "")
            key = ("named", meaning.name, *part)
            resource = ("named", meaning.name, part[0])
        groups.setdefault(key, []).append(number)
        resources[key] = resource
    # A host that one client shows as a store and another as a bare address is a store.
    rank = {kind: number for number, kind in enumerate(_TELLING)}
    return [
        Thing(tuple(sorted(members, key=lambda number: (rank[places[number].kind], number))), resources[key])
        for key, members in groups.items()
    ]


def _blurs(places: Sequence[Place], things: Sequence[Thing]) -> list[Blur]:
    """Stores and topics that telemetry does not tell apart: an address, database or table that is missing."""
    nameless: dict[tuple[str, str], set[int]] = defaultdict(set)
    alike: dict[tuple[str, str], set[int]] = defaultdict(set)
    servers: dict[tuple[str, str], list[tuple[str, str, int]]] = defaultdict(list)
    hosts: dict[str, set[int]] = defaultdict(set)
    remotes: dict[str, set[int]] = defaultdict(set)
    for number, thing in enumerate(things):
        named = thing.resource[0] == "named"
        for position in thing.places:
            place = places[position]
            if place.kind is PlaceKind.REMOTE and place.name:
                remotes[place.name].add(number)
                hosts[place.name].add(number)
            if named and place.kind in MERGED and place.kind not in HOLDERS:
                part = (place.name, "") if place.kind is PlaceKind.MODEL else ("", "")
                servers["named", thing.resource[1]].append((*part, number))
            if place.kind not in HOLDERS:
                continue
            alike[place.kind, place.system].add(number)
            if place.owner and not named:
                nameless[place.kind, place.system].add(number)
            elif place.kind is PlaceKind.STORE:
                server = thing.resource[1] if named else f"{place.system}@{place.host}"
                servers["named" if named else "", server].append((place.namespace, place.collection, number))
                if place.host:
                    hosts[place.host].add(number)
    result = []
    for (kind, system), vague in sorted(nameless.items()):
        others = set().union(*(alike[k, s] for k, s in alike if k == kind and (s == system or not s or not system)))
        attribute = "server.address" if kind is PlaceKind.STORE else "messaging.destination.name"
        result.append(Blur(frozenset(vague), tuple(sorted(others)), attribute))
    for _, parts in sorted(servers.items()):
        for namespace, collection, number in parts:
            if namespace and collection:
                continue
            same = {
                other
                for ns, coll, other in parts
                if (not namespace or not ns or ns == namespace)
                and (not collection or not coll or coll == collection)
            }
            if same - {number}:
                missing = "db.collection.name" if namespace else "db.namespace"
                result.append(Blur(frozenset({number}), tuple(sorted(same | {number})), missing))
    for host, vague in sorted(remotes.items()):
        if hosts[host] - vague:
            result.append(Blur(frozenset(vague), tuple(sorted(hosts[host])), "db.system.name"))
    return [blur for blur in result if len(blur.members) > 1]

