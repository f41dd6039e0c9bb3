"""`pass-through`: every way of selected data from A to B goes through a declared step (a redaction, a gateway).

Ways are chains of observed flows, end to end. Data that is somewhere without an observed way to it may have come
round the step: undecided where it gets to B from there without the step.
"""

from __future__ import annotations

from collections import deque
from typing import ClassVar, Literal

from pydantic import Field

from lineage.contracts._contract import (
    MAYBE,
    NO,
    YES,
    Case,
    Context,
    Contract,
    Fault,
    PlaceMatch,
    fault_at,
    lacks,
)
from lineage.findings import Checked, Judgement
from lineage.places import PlaceKind
from lineage.selection import Answer, Selection

_REDACTED = {
    "to": {"countries": ("domestic",)},
    "via": {"names": ("redactor",)},
}


State = tuple[int, int]
"""A thing, and the source whose name the data goes by there; the name changes where a store keeps the data."""
Ways = dict[State, list[int]]


class PassThrough(Contract):
    """Data goes through a step on its way."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_REDACTED, ("acme[DE] > gw@SG > redactor@SG > core@CN",), ""),
        (_REDACTED, ("acme[DE] > gw@SG > redactor@SG > pg", "core@CN < pg", "pg is country=SG"), ""),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (_REDACTED, ("acme[DE] > gw@SG > redactor@SG > core@CN", "acme > gw > core"), "service:core@CN"),
        (_REDACTED, ("acme[DE] > gw@SG > core@CN > redactor@SG",), "service:core@CN"),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_REDACTED, ("acme[DE] > gw@SG > redactor@SG > core@CN", "acme > gw ?> core"), "service:core@CN"),
        (_REDACTED, ("acme[DE] > gw@SG > remote:core.example",), "remote:core.example"),
    )

    type: Literal["pass-through"] = "pass-through"
    data: Selection = Field(
        default=Selection(kinds=(PlaceKind.PARTY, PlaceKind.CALLER)), description="The data."
    )
    from_: PlaceMatch | None = Field(
        default=None, alias="from", description="Where the way begins; by default where the data entered."
    )
    to: PlaceMatch = Field(description="Where it ends.")
    via: PlaceMatch = Field(description="The step that every way must take.")

    def words(self) -> tuple[str, ...]:
        """The jurisdiction words used."""
        return (*super().words(), *(self.from_.words() if self.from_ else ()))

    def check(self, context: Context) -> Checked:
        """Ends that can be got to round the step."""
        graph, found = context.graph, context.reach(self.data)
        sure, maybe, ways = self._round(context, YES), self._round(context, MAYBE), self._ways(context, MAYBE)
        begin, broken = self._starts(context, MAYBE), self._gaps(context, ways)
        meant = self._walk(context, ways, begin | broken, YES)
        gaps = self._walk(context, ways, broken, MAYBE)
        judgements: list[Judgement] = []
        ends = 0
        for thing, level in enumerate(found.things):
            inside = self.to.answer(graph, thing, context.jurisdictions)
            if not level or not inside or graph.place(thing).kind in (PlaceKind.PARTY, PlaceKind.CALLER):
                continue
            if self.via.answer(graph, thing, context.jurisdictions) is YES:
                continue
            if self.from_ is not None and thing not in meant:
                continue
            ends += 1
            if thing in sure:
                judgements.append(fault_at(context, self.data, thing, level, inside, Fault("bypass", {})))
            elif thing in maybe:
                judgements.append(fault_at(context, self.data, thing, MAYBE, inside, Fault("bypass", {})))
            elif thing in gaps:
                missing = lacks(graph, thing, "evidence", "", "parent span id, links")
                judgements.append(
                    fault_at(context, self.data, thing, level, inside, Fault("bypass", {}, missing))
                )
        return Checked(
            tuple(judgements), found.carrying if ends else 0, ends, found.declassifiers, found.waived
        )

    def _round(self, context: Context, level: Answer) -> set[int]:
        """Things that the data gets to from the beginning without the step, as sure as `level`."""
        # For a sure bypass nothing on the way may be the step; for a possible one, nothing is surely the step.
        stops = NO if level is YES else MAYBE
        return self._walk(context, self._ways(context, level), self._starts(context, level), stops)

    def _ways(self, context: Context, level: Answer) -> Ways:
        """The flows that carry the data on from a thing, by the source whose name it goes by there."""
        found, ways = context.reach(self.data), Ways()
        for number, flow in enumerate(context.graph.flows):
            if found.flows[number] < level:
                continue
            for carrier in flow.sources if level is YES else (*flow.sources, *flow.possible):
                if found.sources[carrier] >= level:
                    ways.setdefault((flow.source, carrier), []).append(number)
        return ways

    def _starts(self, context: Context, level: Answer) -> set[State]:
        """Where the ways begin that the rule is about."""
        if self.from_ is None:
            return self._entries(context, level)
        graph, words = context.graph, context.jurisdictions
        return {
            (thing, carrier)
            for thing, carrier in self._ways(context, level)
            if self.from_.answer(graph, thing, words) >= level
        }

    def _entries(self, context: Context, level: Answer) -> set[State]:
        return {(t, t) for t, answer in enumerate(context.reach(self.data).answers) if answer >= level}

    def _gaps(self, context: Context, ways: Ways) -> set[State]:
        """Where data is by a name to which no observed way leads from where it entered: it may have come by any."""
        graph, known, arriving = context.graph, self._entries(context, MAYBE), set[State]()
        self._walk(context, ways, known, YES)
        for (_, carrier), numbers in ways.items():
            for flow in (graph.flows[number] for number in numbers):
                arriving |= {(flow.target, carrier), (flow.target, flow.target if flow.kept else carrier)}
        first = {state for state in ways if state not in known and state not in arriving}
        seen = set(first)
        self._walk(context, ways, seen, YES)
        # What is left goes round in circles that nothing leads into.
        first.update(state for state in ways if state not in known and state not in seen)
        return {
            state for state in first if self.via.answer(graph, state[0], context.jurisdictions) is not YES
        }

    def _walk(self, context: Context, ways: Ways, seen: set[State], stops: Answer) -> set[int]:
        """Things that are got to without the step: what is it more surely than `stops`. States on the way are added to `seen`."""
        graph, words = context.graph, context.jurisdictions
        ahead, reached = deque(sorted(seen)), set[int]()
        while ahead:
            state = ahead.popleft()
            for number in ways.get(state, ()):
                flow = graph.flows[number]
                if self.via.answer(graph, flow.target, words) > stops:
                    continue
                reached.add(flow.target)
                kept = ((flow.target, flow.target),) if flow.kept else ()
                for following in ((flow.target, state[1]), *kept):
                    if following not in seen:
                        seen.add(following)
                        ahead.append(following)
        return reached
