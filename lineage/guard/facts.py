"""What is known to have flowed, with one flow more or less: small algebra on `Flows`, never in place.

Every function gives new `Flows` that share what did not change; the argument stays as it is, so that a check may
go on with it in another thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from itertools import combinations

from lineage.flows import Carried, Doubt, FlowCount, FlowKey, Flows, Leg, users
from lineage.places import Place, PlaceKind


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
    return carried is not None and bool(carried.sources.keys() & key.sources or carried.possible.keys() & key.possible)


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
    result.places = _mentioned(result, facts.places, {key.source, key.target, *key.sources, *key.possible})
    return result


def alone(facts: Flows, key: FlowKey, alike: Set[Place]) -> Flows:
    """Facts in which data like that of a flow moved on no other way than this flow's own, up to it.

    Where two flows do the same harm, taking one away changes nothing; so the other is asked about with its like
    taken away. `alike` are sources whose data is of the same sort.
    """
    ways = {source: _ways(facts, key, source) for source in key.sources | key.possible}
    result = _share(facts)
    for edge in facts.edges:
        gone = {s for s in alike if s not in ways or edge not in ways[s]}
        gone |= {s for s, edges in ways.items() if edge not in edges}
        _drop(result, edge, gone)
    result.places = _mentioned(result, facts.places, set(alike))
    return result


def _ways(facts: Flows, key: FlowKey, source: Place) -> set[FlowKey]:
    """Edges on which data of a source came to where a flow begins."""
    carrying = [
        edge for edge, carried in facts.edges.items()
        if edge != key.edge and (source in carried.sources or source in carried.possible)
    ]  # fmt: skip
    ends, found = {key.source}, set[FlowKey]()
    grown = True
    while grown:
        more = {edge for edge in carrying if edge.target in ends} - found
        found |= more
        ends |= {edge.source for edge in more}
        grown = bool(more)
    return found


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


def _mentioned(flows: Flows, places: Set[Place], in_doubt: Set[Place]) -> set[Place]:
    """Places without those in doubt that no flow names any more."""
    told: set[Place] = set()
    for edge, carried in flows:
        told.update((edge.source, edge.target, *carried.sources, *carried.possible))
    return (set(places) - in_doubt) | (told & in_doubt)


def _share(facts: Flows) -> Flows:
    return Flows(dict(facts.edges), Counter(facts.usage), set(facts.places), facts.coverage)


def _news_together(carried: Carried, key: FlowKey) -> bool:
    """Whether an unnamed end gets two sources in one call that it never had together."""
    if Doubt.ENDPOINT not in key.doubts:
        return False
    return not carried.together.issuperset(combinations(sorted(key.sources), 2))
