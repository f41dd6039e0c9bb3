"""What is known to have flowed, with one flow more or less: small algebra on `Flows`, never in place.

Every function gives new `Flows` that share what did not change; the argument stays as it is, so that a check may
go on with it in another thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Set
from dataclasses import replace
from itertools import combinations

from lineage.flows import Carried, Doubt, FlowCount, FlowKey, Flows, Leg, users
from lineage.places import Place, PlaceKind
from lineage.things import HOLDERS


def known(facts: Flows, key: FlowKey) -> bool:
    """Whether facts say all that a flow says."""
    carried = facts.edges.get(key.edge)
    if carried is None:
        return False
    sure, maybe = carried.sources.keys(), carried.possible.keys()
    return key.sources <= sure and key.possible <= (sure | maybe) and not _news_together(carried, key)


def touched(facts: Flows, key: FlowKey) -> bool:
    """Whether facts say some of what a flow says: they have its edge with one of its sources."""
    carried = facts.edges.get(key.edge)
    return carried is not None and bool(
        carried.sources.keys() & key.sources or carried.possible.keys() & key.possible
    )


def pairs(facts: Flows) -> int:
    """How much is remembered: edges, and sources at edges."""
    return sum(1 + len(carried.sources) + len(carried.possible) for carried in facts.edges.values())


def plus(facts: Flows, key: FlowKey, when: int) -> Flows:
    """Facts and one interaction more, at `when` (nanoseconds since the epoch)."""
    result = _share(facts)
    carried = facts.edges.get(key.edge)
    if carried is not None:
        result.edges[key.edge] = carried.copy()
    result.put(key, FlowCount(1, when, when))
    return result


def minus(facts: Flows, key: FlowKey) -> Flows:
    """Facts as they were if a flow had never been: its edge without its sources."""
    result = _share(facts)
    _drop(result, key.edge, key.sources | key.possible)
    if key.target.kind is PlaceKind.MODEL and key.leg is Leg.REQUEST:
        whose = {(user, key.target) for user in users(key.sources, key.possible)}
        result.usage = Counter({at: calls for at, calls in facts.usage.items() if at[:2] not in whose})
    _forget(result, {key.source, key.target, *key.sources, *key.possible})
    return result


def alone(facts: Flows, key: FlowKey, alike: Set[Place]) -> Flows:
    """Facts in which data like that of a flow moved on no other way than up to this flow.

    Where two flows do the same harm, taking one away changes nothing; so each is asked about with its like
    taken away. `alike` are sources whose data is of the same sort.
    """
    came = supply(facts, key)
    result = _share(facts)
    for edge in facts.edges:
        _drop(result, edge, {source for source in alike if (edge, source) not in came})
    _forget(result, alike)
    return result


def supply(facts: Flows, key: FlowKey) -> set[tuple[FlowKey, Place]]:
    """By which edges, under the name of which source, the data of a flow came to where it begins."""
    into: dict[Place, list[tuple[FlowKey, Carried]]] = {}
    for edge, carried in facts:
        if edge != key.edge:
            into.setdefault(edge.target, []).append((edge, carried))
    came: set[tuple[FlowKey, Place]] = set()
    ahead = [(key.source, source) for source in key.sources | key.possible]
    for place, source in ahead:  # grows as it goes
        entered = place == source
        if entered and source.kind not in HOLDERS:
            continue
        for edge, carried in into.get(place, ()):
            if entered and not edge.kept:
                continue
            # What comes out of a store goes by the store's name; what went in had names of its own.
            for name in carried.sources.keys() | carried.possible.keys():
                if (entered or name == source) and (edge, name) not in came:
                    came.add((edge, name))
                    ahead.append((edge.source, name))
    return came


def renamed(facts: Flows, whom: Callable[[Place], Collection[Place]]) -> Flows:
    """Facts in which each place stands for others than before: for all of those that `whom` gives."""
    result = Flows(coverage=facts.coverage)
    for edge, carried in facts:
        for source in whom(edge.source):
            for target in whom(edge.target):
                renamed_edge = replace(edge, source=source, target=target)
                result.edges.setdefault(renamed_edge, Carried()).add(
                    Carried(
                        carried.count,
                        {each: count for place, count in carried.sources.items() for each in whom(place)},
                        {each: count for place, count in carried.possible.items() for each in whom(place)},
                        {pair for one, other in carried.together for pair in _pairs(whom(one), whom(other))},
                    )
                )
    for (user, model, hour), calls in facts.usage.items():
        for each in whom(user):
            result.usage[each, model, hour] += calls
    result.places = {each for place in facts.places for each in whom(place)}
    return result


def _pairs(some: Collection[Place], others: Collection[Place]) -> Iterator[tuple[Place, Place]]:
    for one in some:
        for other in others:
            yield (one, other) if one < other else (other, one)


def _drop(flows: Flows, edge: FlowKey, gone: Set[Place]) -> None:
    """Take sources from an edge, and the edge when none is left."""
    carried = flows.edges.get(edge)
    if carried is None or not (gone & carried.sources.keys() or gone & carried.possible.keys()):
        return
    left = Carried(
        carried.count.copy(),
        {place: count for place, count in carried.sources.items() if place not in gone},
        {place: count for place, count in carried.possible.items() if place not in gone},
        {pair for pair in carried.together if not gone & set(pair)},
    )
    if left.sources or left.possible:
        flows.edges[edge] = left
    else:
        del flows.edges[edge]


def _forget(flows: Flows, in_doubt: Set[Place]) -> None:
    """Forget those of some places that no flow names any more."""
    told: set[Place] = set()
    for edge, carried in flows:
        told.update((edge.source, edge.target, *carried.sources, *carried.possible))
    gone = in_doubt - told
    flows.places -= gone
    flows.usage = Counter({at: calls for at, calls in flows.usage.items() if not gone & {at[0], at[1]}})


def _share(facts: Flows) -> Flows:
    return Flows(dict(facts.edges), Counter(facts.usage), set(facts.places), facts.coverage)


def _news_together(carried: Carried, key: FlowKey) -> bool:
    """Whether an unnamed end gets two sources in one call that it never had together."""
    if Doubt.ENDPOINT not in key.doubts:
        return False
    return not carried.together.issuperset(combinations(sorted(key.sources), 2))
