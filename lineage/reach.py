"""Reach: where selected data gets to, how surely, and by which way (docs/explanation/verdicts.md section 3).

A flow carries selected data if one of its sources is selected, or is a store or topic into which a carrying
flow is kept. Every place and flow gets an `Answer`: not, maybe (possible), yes (established).

Without a declassifier what the sources say is enough: broken traces must not hide a flow. With one in play
the data is followed place by place (declassify.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from lineage.flows import UNSURE
from lineage.graph import FlowGraph
from lineage.places import PlaceKind
from lineage.selection import Answer
from lineage.things import HOLDERS

NO, MAYBE, YES = Answer.NO, Answer.MAYBE, Answer.YES


@dataclass(frozen=True, slots=True)
class Reach:
    """Where data gets to, by thing and by flow.

    `answers` are the base sources as selected; `sources` adds stores and topics that hold the data.
    """

    answers: Sequence[Answer]
    sources: Sequence[Answer]
    held: Sequence[Answer]
    """Stores and topics that were given the data to keep, or hold it of their own."""
    things: Sequence[Answer]
    flows: Sequence[Answer]
    via: Sequence[int]
    """For each thing, a carrying flow that reaches it as surely as anything does; -1 if none does."""
    declassifiers: tuple[str, ...] = ()
    """Names of the declassifiers that took something away, sorted."""
    waived: bool = False
    """Whether one of them has no evidence, only an expiry date."""

    @property
    def carrying(self) -> int:
        """How many flows carry the data or may."""
        return sum(1 for answer in self.flows if answer)


def reach(graph: FlowGraph, answers: Sequence[Answer], *, direct: bool = False) -> Reach:
    """Where the data of the sources with these answers gets to; linear in flows and their sources.

    Args:
        graph: the graph.
        answers: for each thing, whether the data that enters there is asked about.
        direct: what came back out of stores does not count.

    >>> from lineage.testing import sketch
    >>> graph = sketch("acme[DE] > gw@SG > pg", "job@CN < pg")
    >>> found = reach(graph, [YES if graph.id(t) == "party:acme" else NO for t in range(len(graph.things))])
    >>> [graph.id(t) for t, answer in enumerate(found.things) if answer is YES]
    ['party:acme', 'service:gw@SG', 'service:job@CN', 'store:postgresql@pg']
    """
    run = _Run(graph, list(answers), direct)
    run.spread(YES)
    run.spread(MAYBE)
    things = [max(pair) for pair in zip(answers, run.kept, strict=True)]
    via = [-1] * len(things)
    for number, flow in enumerate(graph.flows):
        answer = run.flows[number]
        if answer and (
            things[flow.target] < answer or (via[flow.target] < 0 and things[flow.target] == answer)
        ):
            things[flow.target] = answer
            via[flow.target] = number
    return Reach(tuple(answers), run.sources, run.kept, things, run.flows, via)


class _Run:
    """One spreading of data through the stores: sources and flows, first what is sure, then what may be."""

    def __init__(self, graph: FlowGraph, answers: list[Answer], direct: bool) -> None:
        self.graph = graph
        self.direct = direct
        self.sources = answers
        """How surely a thing, as a source, gives the data out."""
        self.flows = [NO] * len(graph.flows)
        self.kept = [a if graph.place(t).kind in HOLDERS else NO for t, a in enumerate(answers)]
        """How surely a store or topic was given the data itself: only this crosses a blur."""
        self.blurs: dict[int, list[int]] = {}
        for number, blur in enumerate(graph.blurs):
            for member in blur.members:
                self.blurs.setdefault(member, []).append(number)
        self.crossed: set[tuple[int, bool]] = set()

    def spread(self, level: Answer) -> None:
        """Give `level` to all that sources of that level (or better) reach."""
        graph = self.graph
        self.ready = [t for t, answer in enumerate(self.sources) if answer >= level]
        if level is MAYBE:
            for thing, kept in enumerate(self.kept):
                if kept:
                    self._cross(thing)
        while self.ready:
            thing = self.ready.pop()
            sure = self.sources[thing] >= level
            for number in graph.naming[thing] if sure else ():
                self._carry(number, level)
            if level is MAYBE:
                for number in graph.suspecting[thing]:
                    self._carry(number, level)

    def _carry(self, number: int, level: Answer) -> None:
        flow = self.graph.flows[number]
        if level is YES and flow.doubts & UNSURE:
            return
        if self.flows[number] < level:
            self.flows[number] = level
            if flow.kept:
                self._hold(flow.target, level)
        # An answer that surely carries the data of one source may name another that is an owner only perhaps.
        if self.graph.holds_owners[number] and self.kept[flow.source] < level and self._owners(number, level):
            self._hold(flow.source, level)

    def _owners(self, number: int, level: Answer) -> bool:
        """Whether a store's answer names a selected party: it holds the data of that party then."""
        graph = self.graph
        return any(
            self.sources[s] >= level and graph.place(s).kind is PlaceKind.PARTY
            for s in graph.flows[number].sources
        )

    def _hold(self, holder: int, level: Answer) -> None:
        if self.direct:
            return
        if self.kept[holder] < level:
            self.kept[holder] = level
            if level is MAYBE:
                self._cross(holder)
        self._raise(holder, level)

    def _raise(self, thing: int, level: Answer) -> None:
        if self.sources[thing] < level:
            self.sources[thing] = level
            self.ready.append(thing)

    def _cross(self, thing: int) -> None:
        """What was kept in one store may be in another that may be the same."""
        for number in self.blurs.get(thing, ()):
            blur = self.graph.blurs[number]
            vague = thing in blur.vague
            if (number, vague) in self.crossed or self.direct:
                continue
            self.crossed.add((number, vague))
            for other in blur.members if vague else blur.vague:
                if other != thing and self.graph.place(other).kind in HOLDERS:
                    self._raise(other, MAYBE)


def _alike(graph: FlowGraph, level: Answer) -> dict[tuple[int, int, int, bool], list[int]]:
    """Flows that are the same step of a way: from one thing to another, by one source's name, kept or not.

    The first of them that carries the data stands for all: the others lead nowhere else. Worked out once a graph.
    """
    known = graph.memo.get(("alike", int(level)))
    if known is None:
        alike: dict[tuple[int, int, int, bool], list[int]] = {}
        for number, flow in enumerate(graph.flows):
            source, target, kept = flow.source, flow.target, flow.key.kept
            for carrier in flow.sources if level is YES else (*flow.sources, *flow.possible):
                alike.setdefault((source, carrier, target, kept), []).append(number)
        known = graph.memo["alike", int(level)] = alike
    return known  # type: ignore[return-value]


@dataclass(slots=True)
class Paths:
    """Shortest ways from where selected data enters to every thing that it reaches, for witnesses.

    One search for all: a state is (thing, source whose name the data goes by there); the name changes when a
    store keeps the data. Steps follow each other: a way is a chain of flows end to end.
    """

    graph: FlowGraph
    found: Reach
    level: Answer
    """YES: only established flows and sources; MAYBE: any."""
    _last: dict[int, tuple[int, int]] = field(default_factory=dict)
    _before: dict[tuple[int, int], tuple[int, tuple[int, int]] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        graph, level, carried = self.graph, self.level, self.found.flows
        ways: dict[tuple[int, int], list[int]] = {}
        for (start, carrier, _, _), numbers in _alike(graph, level).items():
            number = next((number for number in numbers if carried[number] >= level), -1)
            if number >= 0:
                ways.setdefault((start, carrier), []).append(number)
        for numbers in ways.values():
            numbers.sort()
        self._search(ways, [(t, t) for t, answer in enumerate(self.found.answers) if answer >= level])
        # What no unbroken way explains begins where telemetry says that the data is: a store that names its
        # owners, or one that may be another that holds the data.
        for number, owned in enumerate(graph.holds_owners):
            flow = graph.flows[number]
            if owned and self.found.flows[number] >= level and flow.source not in self._last:
                self._search(ways, [(flow.source, s) for s in flow.sources if self.found.answers[s] >= level])
        for thing, answer in enumerate(self.found.sources):
            if answer >= level and thing not in self._last:
                self._search(ways, [(thing, thing)])

    def _search(self, ways: dict[tuple[int, int], list[int]], starts: list[tuple[int, int]]) -> None:
        """Breadth first, so that the first way found to a state is a shortest."""
        ahead = deque(state for state in starts if state not in self._before)
        for state in ahead:
            self._before[state] = None
            self._last.setdefault(state[0], state)
        while ahead:
            state = ahead.popleft()
            for number in ways.get(state, ()):
                flow = self.graph.flows[number]
                states = [(flow.target, state[1])]
                if flow.kept:
                    states.append((flow.target, flow.target))
                for following in states:
                    if following not in self._before:
                        self._before[following] = (number, state)
                        self._last.setdefault(flow.target, following)
                        ahead.append(following)

    def to(self, thing: int) -> tuple[int, ...] | None:
        """The flows from where the data entered to a thing, in order; None if no unbroken way is known."""
        state = self._last.get(thing)
        if state is None:
            return None
        steps: list[int] = []
        while (before := self._before[state]) is not None:
            steps.append(before[0])
            state = before[1]
        return tuple(reversed(steps))

    def ending(self, number: int) -> tuple[int, ...] | None:
        """The flows from where the data entered up to and with one flow, in order."""
        flow = self.graph.flows[number]
        carriers = flow.sources if self.level is YES else (*flow.sources, *flow.possible)
        best: tuple[int, ...] | None = None
        for carrier in carriers:
            state: tuple[int, int] = (flow.source, carrier)
            if state not in self._before:
                continue
            steps = [number]
            while (before := self._before[state]) is not None:
                steps.append(before[0])
                state = before[1]
            if best is None or len(steps) < len(best):
                best = tuple(reversed(steps))
        return best
