"""Flows by code, folded: each edge is counted, and each source that it carried (docs/decisions/0009).

Interactions that say exactly the same come counted, whole sets of sources in the key. Such sets are nearly as many as
traces, so after each group of spans they are taken apart: an edge has as many entries as sources, however long the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from lineage.flows import EXEMPLARS, Doubt
from lineage.link.acts import Acts
from lineage.places import PlaceKind

Examples = list[tuple[int, int]]
"""Up to three (trace id, span id), ascending."""
FlowCode = tuple[int, int, bool, bool, int, int, int, int, int, tuple[int, ...], tuple[int, ...], int]
"""(source, target, is response, kept, categories, purpose, protection, retention, doubts, sources, possible, hour): places and
words by the codes of `Acts`, the sources sorted; the hour is 0 but for the requests of model calls (`hour_code`)."""
EdgeCode = tuple[int, int, bool, bool, int, int, int, int, int]
"""The first nine of `FlowCode`."""
Seen = tuple[FlowCode, int, int, int, Examples]
"""Interactions by codes: key, calls, first, last, examples."""

_ENDPOINT = int(Doubt.ENDPOINT)


class Sum:
    """Calls, first and last time (0 = not told), examples; what `FlowCount` is, for codes."""

    __slots__ = ("calls", "examples", "first", "last")

    def __init__(self) -> None:
        self.calls = self.first = self.last = 0
        self.examples: Examples = []

    def add(self, calls: int, first: int, last: int, examples: Examples) -> None:
        """Count some more."""
        self.calls += calls
        if first and (not self.first or first < self.first):
            self.first = first
        if last > self.last:
            self.last = last
        mine = self.examples
        if not mine:
            self.examples = list(examples)
        elif len(mine) < EXEMPLARS or examples[0] < mine[-1]:
            self.examples = sorted({*mine, *examples})[:EXEMPLARS]


@dataclass(slots=True)
class Edge:
    """An edge and its sources, by code."""

    count: Sum = field(default_factory=Sum)
    sources: dict[int, Sum] = field(default_factory=dict)
    possible: dict[int, Sum] = field(default_factory=dict)
    together: set[tuple[int, int]] = field(default_factory=set)


class Folded:
    """All edges of a run, by code, and the model calls."""

    def __init__(self, acts: Acts) -> None:
        self.acts = acts
        self.edges: dict[EdgeCode, Edge] = {}
        self.usage: Counter[tuple[int, int, int]] = Counter()
        """By place of whom, model, and hour as `hour_code` has it."""

    def edge(self, code: EdgeCode) -> Edge:
        """The entry of an edge."""
        edge = self.edges.get(code)
        if edge is None:
            edge = self.edges[code] = Edge()
        return edge

    def add(self, seen: Iterable[Seen]) -> None:
        """Take interactions apart into edges and their sources."""
        for key, calls, first, last, examples in seen:
            edge = self.edge(key[:9])
            edge.count.add(calls, first, last, examples)
            sources, possible, hour = key[9:]
            for counts, places in ((edge.sources, sources), (edge.possible, possible)):
                for place in places:
                    count = counts.get(place)
                    if count is None:
                        count = counts[place] = Sum()
                    count.add(calls, first, last, examples)
            if key[8] & _ENDPOINT and len(sources) > 1:
                edge.together.update(combinations(sources, 2))
            if hour:
                for user in self.users(sources, possible):
                    self.usage[user, key[1], hour] += calls

    def users(self, sources: Iterable[int], possible: Iterable[int]) -> list[int]:
        """For whom a model was called: `flows.users` by code."""
        sorts = sorts_of(self.acts)
        for some in (sources, possible):
            for sort in (PARTY, OTHER):
                found = [place for place in some if sorts[place] == sort]
                if found:
                    return found
        return []


PARTY, OTHER, NOBODY = 1, 2, 0
_SORTS = {
    PlaceKind.PARTY: PARTY,
    PlaceKind.CALLER: OTHER,
    PlaceKind.SERVICE: OTHER,
    PlaceKind.OPERATOR: OTHER,
}


def sorts_of(acts: Acts) -> list[int]:
    """For each place code, whether a model may be called for it: a party, who else sends data, or nobody."""
    known = acts.sorts
    known += [_SORTS.get(place.kind, NOBODY) for place in acts.places.values[len(known) :]]  # type: ignore[attr-defined]
    return known


def drain(seen: dict[FlowCode, list[object]]) -> Iterator[Seen]:
    """Interactions out of a table, which holds each no longer than it must."""
    while seen:
        key, (calls, first, last, examples) = seen.popitem()
        yield key, calls, first, last, examples  # type: ignore[misc]
