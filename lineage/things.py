"""Things: which places are one and the same, which may be, and what holds them (verdicts.md section 1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lineage.meaning import Meaning
from lineage.places import Place, PlaceKind

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
class Thing:
    """Where data is: one place, or the places that the inventory says are one."""

    places: tuple[int, ...]
    """Positions in `FlowGraph.places`; the first is the one to show."""
    resource: str
    """What holds it, as an id: for partitions of a store their server and namespace, else the thing itself."""
    name: str
    """The inventory's name; "" when it has none, or names several services alike."""


@dataclass(frozen=True, slots=True)
class Blur:
    """Things that may be one and the same, because telemetry does not say enough to tell them apart."""

    vague: frozenset[int]
    """Things with an attribute missing: each may be any of `members`."""
    members: tuple[int, ...]
    """All things concerned, `vague` included; sorted."""
    attribute: str
    """The span attribute that would tell."""


def things(places: Sequence[Place], meanings: Sequence[Meaning], ids: Sequence[str]) -> list[Thing]:
    """Group the places that the inventory names alike; partitions of a store stay apart."""
    services: dict[str, int] = defaultdict(int)
    for place, meaning in zip(places, meanings, strict=True):
        if place.kind is PlaceKind.SERVICE and meaning.name:
            services[meaning.name] += 1
    groups: dict[tuple[str, str, str], list[int]] = {}
    for number, (place, meaning) in enumerate(zip(places, meanings, strict=True)):
        # Several services under one name (two locations) stay apart: then only the addresses merge.
        alone = place.kind is PlaceKind.SERVICE and services[meaning.name] == 1
        if meaning.name and (place.kind in MERGED or alone):
            part = ("", "") if alone else (place.namespace, place.collection)
            if place.kind in (PlaceKind.MODEL, PlaceKind.TOPIC):
                part = (place.name, "")
            groups.setdefault((meaning.name, *part), []).append(number)
        else:
            groups[("", ids[number], "")] = [number]
    for members in groups.values():
        # A peer that nobody knows more of stands for a thing only if nothing else does.
        members.sort(key=lambda number: (places[number].kind is PlaceKind.REMOTE, number))
    resources = _resources(places, ids, groups)
    return [Thing(tuple(members), resources[members[0]], key[0]) for key, members in groups.items()]


def _resources(
    places: Sequence[Place], ids: Sequence[str], groups: Mapping[tuple[str, str, str], list[int]]
) -> dict[int, str]:
    """For the first place of each thing, the id of what holds it.

    Partitions are of one resource if telemetry says so (server and namespace) *or* the inventory does (name
    and namespace): giving two tables of one server two names does not separate them.
    """
    told = [
        replace(place, collection="").id if place.kind is PlaceKind.STORE else ids[number]
        for number, place in enumerate(places)
    ]
    leader = {name: name for name in told}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    named: dict[tuple[str, str], str] = {}
    for (name, part, _), members in groups.items():
        for number in members:
            join = [told[members[0]], told[number]]
            if name and places[number].kind is PlaceKind.STORE:
                join.append(named.setdefault((name, part), told[number]))
            roots = sorted(find(each) for each in join)
            for root in roots[1:]:
                leader[root] = roots[0]
    return {members[0]: find(told[members[0]]) for members in groups.values()}


def blurs(places: Sequence[Place], things: Sequence[Thing]) -> list[Blur]:
    """Places that telemetry does not tell apart: an address, database or table that is missing."""
    nameless: dict[tuple[str, str], set[int]] = defaultdict(set)
    alike: dict[tuple[str, str], set[int]] = defaultdict(set)
    servers: dict[tuple[str, str], list[tuple[str, str, int]]] = defaultdict(list)
    hosts: dict[str, set[int]] = defaultdict(set)
    remotes: dict[str, set[int]] = defaultdict(set)
    for number, thing in enumerate(things):
        for position in thing.places:
            place = places[position]
            part = (place.namespace, place.collection)
            if place.kind is PlaceKind.REMOTE and place.name:
                remotes[place.name].add(number)
                hosts[place.name].add(number)
            if place.kind is PlaceKind.MODEL:
                part = (place.name, "")
            if thing.name and place.kind is not PlaceKind.TOPIC and place.kind in MERGED:
                servers["named", thing.name].append((*part, number))
            if place.kind not in MERGED:
                continue
            sort = place.name if place.kind is PlaceKind.MODEL else place.system
            alike[place.kind, sort].add(number)
            if place.owner and not thing.name:
                nameless[place.kind, sort].add(number)
            elif place.kind is PlaceKind.STORE and place.host:
                servers["", f"{place.system}@{place.host}"].append((*part, number))
                hosts[place.host].add(number)
    result = []
    for (kind, system), vague in sorted(nameless.items()):
        others = set().union(
            *(alike[k, s] for k, s in alike if k == kind and (s == system or not s or not system))
        )
        attribute = "messaging.destination.name" if kind is PlaceKind.TOPIC else "server.address"
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
