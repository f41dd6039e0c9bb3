"""What appeared, went and changed between two graphs in the shape of `lineage graph` (DESIGN.md section 7).

A *crossing* is data of one source going from a place in one country to a place in another. It is new where the
older graph did not have it: a new way over a border, and also another source's data on a way that was there.
Where the country of an end is not told, whether a border is crossed is not known, and that is a change of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

import msgspec

from lineage.errors import InputError
from lineage.findings import Ref
from lineage.nodelink import FORMAT
from lineage.selection import Jurisdictions


class Kind(StrEnum):
    """What sort of change it is, in the order of the output."""

    CROSSING = "crossing"
    """A way over a border, with the sources whose data takes it."""
    CROSSING_SOURCE = "crossing-source"
    """A way over a border that was there, now with data of other sources."""
    UNPLACED = "unplaced"
    """A way that crosses a border or not: the country of an end is not told."""
    PLACE = "place"
    VENDOR = "vendor"
    COUNTRY = "country"
    """A place stands somewhere else."""
    FLOW = "flow"
    """A way between two places that were there, over no border."""
    SOURCE = "source"
    """Data of other sources on a way that was there, over no border."""
    CATEGORY = "category"
    RETENTION = "retention"
    """A place keeps data for longer, or for how long is no longer told."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `new` is False for what is gone."""

    kind: Kind
    new: bool
    at: tuple[Ref, ...]
    """The place; or where data comes from and where it goes."""
    what: tuple[str | Ref, ...] = ()
    """Sources, categories, or the vendor."""
    was: str = ""
    now: str = ""
    """Country, countries "CN → SG", or days."""
    border: bool = False
    """It crosses between domestic and overseas, as the pack has it."""


@dataclass(frozen=True, slots=True)
class Changes:
    """All differences, in order."""

    items: tuple[Change, ...]
    observed: bool = True
    """The newer graph holds flows: of one without any nothing can be said."""

    def of(self, *kinds: Kind) -> list[Change]:
        """What is new of these kinds."""
        return [change for change in self.items if change.new and change.kind in kinds]

    @property
    def exit_code(self) -> int:
        """1 for a new crossing, 3 where a new way may cross a border or nothing was observed, else 0."""
        if self.of(Kind.CROSSING, Kind.CROSSING_SOURCE):
            return 1
        return 3 if self.of(Kind.UNPLACED) or not self.observed else 0


# --- a graph as it is compared ---------------------------------------------------------------------------


class _Title(msgspec.Struct):
    en: str = ""
    zh: str = ""


class _Node(msgspec.Struct):
    id: str
    location: str | None
    vendor: str | None
    retention_days: float | str | None
    name: str | None
    declared_name: str | None = None
    title: _Title = msgspec.field(default_factory=_Title)


class _Edge(msgspec.Struct):
    source: str
    target: str
    categories: list[str]
    sources: list[str]
    possible_sources: list[str]


class _Head(msgspec.Struct):
    format: str


class _Document(msgspec.Struct):
    graph: _Head
    nodes: list[_Node]
    edges: list[_Edge]


@dataclass(slots=True)
class _Way:
    """All flows from one place to another."""

    sources: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Compared:
    """A graph as it is compared: places by id, and the ways between them.

    >>> from lineage.testing import sketch
    >>> Compared.of(sketch("acme[DE] > gw@SG").to_node_link()).country("service:gw@SG")
    'SG'
    """

    nodes: Mapping[str, _Node]
    ways: Mapping[tuple[str, str], _Way]

    @classmethod
    def of(cls, data: object) -> Compared:
        """From node-link data in memory."""
        return cls._of(msgspec.convert(data, _Document))

    @classmethod
    def loads(cls, data: bytes, file: str) -> Compared:
        """From the bytes of what `lineage graph` wrote.

        Raises:
            InputError: it is cut, of another version, or names places that it does not define.
        """
        try:
            document = msgspec.json.decode(data, type=_Document)
            if document.graph.format != FORMAT:
                raise ValueError
            return cls._of(document)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
            # The decoder's own message may quote the file.
            raise InputError.of(
                "the graph is damaged or of another version",
                file=file,
                allowed=f"format {FORMAT}",
                remedy="write it again with `lineage graph -o FILE`",
            ) from None

    @classmethod
    def _of(cls, document: _Document) -> Compared:
        nodes = {node.id: node for node in document.nodes}
        if len(nodes) < len(document.nodes):
            raise ValueError("a place is there twice")
        ways: dict[tuple[str, str], _Way] = defaultdict(_Way)
        for edge in document.edges:
            if not {edge.source, edge.target, *edge.sources, *edge.possible_sources} <= nodes.keys():
                raise ValueError("an edge names a place that is not there")
            way = ways[edge.source, edge.target]
            way.sources.update(edge.sources, edge.possible_sources)
            way.categories.update(edge.categories)
        return cls(nodes, dict(ways))

    def country(self, place: str) -> str:
        """Where a place stands; "" when nobody told."""
        return self.nodes[place].location or ""

    def ref(self, place: str) -> Ref:
        """A place as people are shown it."""
        node = self.nodes[place]
        name = node.declared_name or node.name or node.id
        return Ref(node.id, node.title.en or name, node.title.zh or name)

    def countries(self, way: tuple[str, str]) -> tuple[str, str]:
        """Where the ends of a way stand."""
        return self.country(way[0]), self.country(way[1])

    def crosses(self, way: tuple[str, str]) -> bool | None:
        """Whether a way goes from one country to another; None when that cannot be told."""
        here, there = self.countries(way)
        return here != there if here and there else None

    def days(self, place: str) -> float | None:
        """How long a place keeps data; None when nobody told."""
        days = self.nodes[place].retention_days
        if isinstance(days, str):
            return inf if days == "forever" else None
        return days

    @property
    def vendors(self) -> dict[str, list[str]]:
        """Vendor -> its places."""
        found: dict[str, list[str]] = defaultdict(list)
        for node in self.nodes.values():
            if node.vendor:
                found[node.vendor].append(node.id)
        return found


# --- comparing -------------------------------------------------------------------------------------------


def compare(old: Compared, new: Compared, jurisdictions: Jurisdictions) -> Changes:
    """The differences between two graphs.

    Args:
        old: the base.
        new: what is there now.
        jurisdictions: whose word `domestic` draws the border that matters most.

    >>> from lineage.testing import sketch
    >>> old, new = (Compared.of(sketch(*lines).to_node_link()) for lines in (["a@CN > b@CN"], ["a@CN > b@CN > c@SG"]))
    >>> [(str(c.kind), c.now) for c in compare(old, new, Jurisdictions({"domestic": frozenset({"CN"})})).items]
    [('crossing', 'CN → SG'), ('place', 'SG')]
    """
    found = [
        *_ways(old, new, jurisdictions, new_ones=True),
        *_ways(new, old, jurisdictions, new_ones=False),
        *_places(old, new, new_ones=True),
        *_places(new, old, new_ones=False),
        *_lasting(old, new),
    ]
    order = list(Kind)
    found.sort(key=lambda c: (not c.new, order.index(c.kind), not c.border, [ref.id for ref in c.at]))
    return Changes(tuple(found), bool(new.ways))


def _ways(before: Compared, after: Compared, words: Jurisdictions, *, new_ones: bool) -> Iterator[Change]:
    """Ways, sources and categories that are in `after` and not in `before`."""
    for ends, way in sorted(after.ways.items()):
        known = before.ways.get(ends, _Way())
        crossed = (
            ends in before.ways
            and before.crosses(ends) is True
            and before.countries(ends) == after.countries(ends)
        )
        sources = sorted(way.sources - known.sources)
        at, carried = tuple(map(after.ref, ends)), tuple(map(after.ref, sources))
        countries = after.countries(ends)
        crosses = after.crosses(ends)
        if crosses:
            border = words.has("domestic", countries[0]) != words.has("domestic", countries[1])
            whose = carried if crossed else tuple(map(after.ref, sorted(way.sources)))
            if not crossed or carried:
                kind = Kind.CROSSING_SOURCE if crossed else Kind.CROSSING
                yield Change(kind, new_ones, at, whose, now=" → ".join(countries), border=border)
        elif crosses is None and (ends not in before.ways or carried or before.crosses(ends) is not None):
            yield Change(Kind.UNPLACED, new_ones, at, carried, now=" → ".join(c or "?" for c in countries))
        elif ends not in before.ways and set(ends) <= before.nodes.keys():
            yield Change(Kind.FLOW, new_ones, at, carried)
        elif ends in before.ways and carried:
            yield Change(Kind.SOURCE, new_ones, at, carried)
        categories = sorted(way.categories - known.categories)
        if ends in before.ways and categories:
            yield Change(Kind.CATEGORY, new_ones, at, tuple(categories))


def _places(before: Compared, after: Compared, *, new_ones: bool) -> Iterator[Change]:
    """Places and vendors that are in `after` and not in `before`."""
    for place in sorted(after.nodes.keys() - before.nodes.keys()):
        yield Change(Kind.PLACE, new_ones, (after.ref(place),), now=after.country(place))
    for vendor in sorted(after.vendors.keys() - before.vendors.keys()):
        yield Change(Kind.VENDOR, new_ones, _refs(after, after.vendors[vendor]), (vendor,))


def _lasting(old: Compared, new: Compared) -> Iterator[Change]:
    """What changed of places that are in both."""
    for place in sorted(old.nodes.keys() & new.nodes.keys()):
        at = (new.ref(place),)
        if old.country(place) != new.country(place):
            yield Change(Kind.COUNTRY, True, at, was=old.country(place), now=new.country(place))
        was, now = old.days(place), new.days(place)
        if was is not None and (now is None or now > was):
            yield Change(Kind.RETENTION, True, at, was=_days(was), now="" if now is None else _days(now))


def _refs(graph: Compared, places: Iterable[str]) -> tuple[Ref, ...]:
    return tuple(map(graph.ref, sorted(places)))


def _days(days: float) -> str:
    return "value.forever" if days == inf else f"{days:g}"
