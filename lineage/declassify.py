"""Reach with declassifiers: a declared step (redaction, anonymisation, aggregation) that takes a label away.

What leaves the step no longer has the label, unless it also gets there round the step. So data is followed
place by place: a flow carries the data of a source only if that data has come to the place where the flow begins,
or entered there. Where telemetry names a source at a place but shows no way to it, even without any
declassifier, the trace is broken, and the data counts as entered there: a gap never cleans anything.

Sets of sources are bit sets (Python integers): one bit a selected source.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from lineage.flows import UNSURE
from lineage.graph import FlowGraph
from lineage.labels import UNKNOWN
from lineage.places import PlaceKind
from lineage.reach import MAYBE, NO, YES, Reach, reach
from lineage.selection import Answer, Jurisdictions, Selection, used_by_market
from lineage.solve import own_labels
from lineage.things import HOLDERS

if TYPE_CHECKING:
    from lineage.inventory import Declassifier


@dataclass(frozen=True, slots=True)
class _Step:
    """A declassifier in date, and the bits that it takes away."""

    name: str
    waived: bool
    bits: int


def reach_lowered(
    graph: FlowGraph,
    answers: Sequence[Answer],
    selection: Selection,
    jurisdictions: Jurisdictions,
    today: date,
) -> Reach:
    """Where selected data gets to, with the inventory's declassifiers in force on a day.

    The same as `reach` when none of them lowers what the selection asks about.
    """
    selected = [thing for thing, answer in enumerate(answers) if answer]
    bit = {thing: 1 << number for number, thing in enumerate(selected)}
    at: dict[int, list[_Step]] = {}
    on: dict[int, list[_Step]] = {}
    for entry in graph.inventory.declassifiers:
        if entry.expires is not None and date.fromisoformat(str(entry.expires)) < today:
            continue
        bits = sum(bit[s] for s in selected if _lowers(entry, graph, s, selection, jurisdictions))
        if bits:
            _put(graph, entry, _Step(entry.name, entry.evidence is None, bits), at, on)
    if not at and not on:
        # Many rules ask about the same sources; where no step is in play, they are answered alike.
        key = (("reach", selection.direct, tuple(answers)), 0)
        known = graph.memo.get(key)
        if known is None:
            known = graph.memo[key] = reach(graph, answers, direct=selection.direct)
        return known  # type: ignore[return-value]

    levels = {level: _follow(graph, answers, bit, level, selection.direct, at, on) for level in (YES, MAYBE)}
    sure, maybe = levels[YES], levels[MAYBE]

    def both(pick: Callable[[_Spread], Sequence[int]]) -> list[Answer]:
        return [YES if s else MAYBE if m else NO for s, m in zip(pick(sure), pick(maybe), strict=True)]

    held = both(lambda spread: spread.held)
    flows = both(lambda spread: spread.flows)
    things = both(lambda spread: spread.at)
    via = [-1] * len(things)
    for number, flow in enumerate(graph.flows):
        if flows[number] and flows[number] == things[flow.target] and via[flow.target] < 0:
            via[flow.target] = number
    things = [max(pair) for pair in zip(things, answers, strict=True)]
    sources = [max(pair) for pair in zip(held, answers, strict=True)]
    used = {step for spread in levels.values() for step in spread.used}
    names = tuple(sorted({step.name for step in used}))
    return Reach(tuple(answers), sources, held, things, flows, via, names, any(step.waived for step in used))


def _put(
    graph: FlowGraph, entry: Declassifier, step: _Step, at: dict[int, list[_Step]], on: dict[int, list[_Step]]
) -> None:
    """Where a step stands: at things, or on flows. Every place of a thing must fit: half a step is none."""
    matches = graph.inventory.matches
    if entry.at is not None:
        for number, thing in enumerate(graph.things):
            if all(matches(entry.at, graph.places[place]) for place in thing.places):
                at.setdefault(number, []).append(step)
    if entry.flow is not None:
        for number, flow in enumerate(graph.flows):
            if matches(entry.flow.from_, flow.key.source) and matches(entry.flow.to, flow.key.target):
                on.setdefault(number, []).append(step)


def _lowers(
    entry: Declassifier, graph: FlowGraph, source: int, selection: Selection, jurisdictions: Jurisdictions
) -> bool:
    """Whether the step takes away the label by which the data of a source is selected."""
    labels = own_labels(graph, source)
    by_origin = [selection.origin] if selection.origin else []
    if selection.used_in and not used_by_market(
        graph.meaning(source).market, selection.used_in, jurisdictions
    ):
        by_origin.append(selection.used_in)
    if by_origin and entry.lowers.origin is not None:
        if entry.lowers.origin == "all":
            return True
        for words in by_origin:
            asked = {o for o in labels.origins if o == UNKNOWN or any(jurisdictions.has(w, o) for w in words)}
            if asked and asked <= set(entry.lowers.origin):
                return True
    if selection.classes and entry.lowers.classes is not None:
        if entry.lowers.classes == "all":
            return True
        found = {c for c in labels.classes if c == UNKNOWN or c in selection.classes}
        if found and found <= set(entry.lowers.classes):
            return True
    return False


@dataclass(slots=True)
class _Spread:
    """Bit sets at the fixed point."""

    at: list[int]
    held: list[int]
    flows: list[int]
    used: set[_Step]


def _follow(
    graph: FlowGraph,
    answers: Sequence[Answer],
    bit: dict[int, int],
    level: Answer,
    direct: bool,
    at: dict[int, list[_Step]],
    on: dict[int, list[_Step]],
) -> _Spread:
    """Data followed place by place with the steps in force; gaps of the telemetry are entries."""
    own = [bit[thing] if answer >= level else 0 for thing, answer in enumerate(answers)]
    everywhere = (1 << len(bit)) - 1
    named = _spread(graph, own, level, direct, {}, {}, [everywhere] * len(graph.flows))
    connected = _spread(graph, own, level, direct, {}, {}, [0] * len(graph.flows))
    gaps = [all_ & ~way for all_, way in zip(named.flows, connected.flows, strict=True)]
    return _spread(graph, own, level, direct, at, on, gaps)


def _spread(
    graph: FlowGraph,
    own: Sequence[int],
    level: Answer,
    direct: bool,
    at: dict[int, list[_Step]],
    on: dict[int, list[_Step]],
    entering: Sequence[int],
) -> _Spread:
    """The least fixed point: what each flow carries, what arrives at each thing, what stores hold."""
    size = len(graph.things)
    here, flows, used = list(own), [0] * len(graph.flows), set[_Step]()
    held = [bits if graph.place(thing).kind in HOLDERS else 0 for thing, bits in enumerate(own)]
    mates = _mates(graph) if level is MAYBE and not direct else [()] * size
    ready = list(range(len(graph.flows)))
    waiting = [True] * len(graph.flows)
    while ready:
        number = ready.pop()
        waiting[number] = False
        flow = graph.flows[number]
        if level is YES and flow.doubts & UNSURE:
            continue
        names = 0
        for source in flow.sources if level is YES else (*flow.sources, *flow.possible):
            names |= own[source] | held[source]
            for mate in mates[source]:
                names |= held[mate]
        out = names & (own[flow.source] | held[flow.source] | here[flow.source] | entering[number])
        if mates[flow.source]:
            for mate in mates[flow.source]:
                out |= names & held[mate]
        if graph.holds_owners[number]:
            out |= names & _people(graph, flow.sources, own)
        for step in (*at.get(flow.source, ()), *on.get(number, ())):
            if out & step.bits:
                used.add(step)
                out &= ~step.bits
        if out | flows[number] == flows[number]:
            continue
        flows[number] |= out
        changed = [flow.target] if out & ~here[flow.target] else []
        here[flow.target] |= out
        holder, keeps = (flow.target, out) if flow.kept else (flow.source, 0)
        if graph.holds_owners[number]:
            # Of an answer that names owners the store holds theirs, not all that came with it.
            keeps |= out & _people(graph, flow.sources, own)
        if keeps & ~held[holder] and not direct:
            held[holder] |= keeps
            changed += [holder, *mates[holder]]
        for thing in changed:
            for other in (*graph.out_of[thing], *graph.naming[thing], *graph.suspecting[thing]):
                if not waiting[other]:
                    waiting[other] = True
                    ready.append(other)
    return _Spread(here, held, flows, used)


def _people(graph: FlowGraph, sources: Sequence[int], own: Sequence[int]) -> int:
    return sum(own[source] for source in sources if graph.place(source).kind is PlaceKind.PARTY)


def _mates(graph: FlowGraph) -> list[tuple[int, ...]]:
    """For each store, those that may be the same one."""
    mates: list[set[int]] = [set() for _ in graph.things]
    for blur in graph.blurs:
        for vague in blur.vague:
            for member in blur.members:
                if member != vague:
                    mates[vague].add(member)
                    mates[member].add(vague)
    return [tuple(sorted(each)) for each in mates]
