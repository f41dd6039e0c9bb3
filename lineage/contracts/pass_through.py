"""`pass-through`: every way of selected data from A to B goes through a declared step (a redaction, a gateway).

Ways are chains of observed flows, end to end. Data that is at B without an observed way to it may have come
round the step: undecided.
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
        sure, maybe = self._round(context, YES), self._round(context, MAYBE)
        judgements: list[Judgement] = []
        ends = 0
        for thing, level in enumerate(found.things):
            inside = self.to.answer(graph, thing, context.jurisdictions)
            if not level or not inside or graph.place(thing).kind in (PlaceKind.PARTY, PlaceKind.CALLER):
                continue
            if self.via.answer(graph, thing, context.jurisdictions) is YES:
                continue
            ends += 1
            if thing in sure:
                judgements.append(fault_at(context, self.data, thing, level, inside, Fault("bypass", {})))
            elif thing in maybe:
                judgements.append(fault_at(context, self.data, thing, MAYBE, inside, Fault("bypass", {})))
            elif context.paths(self.data, MAYBE).to(thing) is None:
                missing = lacks(graph, thing, "evidence", "", "parent span id, links")
                judgements.append(
                    fault_at(context, self.data, thing, level, inside, Fault("bypass", {}, missing))
                )
        return Checked(
            tuple(judgements), found.carrying if ends else 0, ends, found.declassifiers, found.waived
        )

    def _round(self, context: Context, level: Answer) -> set[int]:
        """Things that the data gets to from the beginning without the step, as sure as `level`."""
        graph, found, words = context.graph, context.reach(self.data), context.jurisdictions
        ways: dict[tuple[int, int], list[int]] = {}
        starts: set[tuple[int, int]] = set()
        for number, flow in enumerate(graph.flows):
            if found.flows[number] < level:
                continue
            begins = self.from_ is not None and self.from_.answer(graph, flow.source, words) >= level
            for carrier in flow.sources if level is YES else (*flow.sources, *flow.possible):
                ways.setdefault((flow.source, carrier), []).append(number)
                if begins and found.sources[carrier] >= level:
                    starts.add((flow.source, carrier))
        if self.from_ is None:
            starts = {(t, t) for t, answer in enumerate(found.answers) if answer >= level}
        # For a sure bypass nothing on the way may be the step; for a possible one, nothing is surely the step.
        stops = NO if level is YES else MAYBE
        seen, ahead = set(starts), deque(sorted(starts))
        reached: set[int] = set()
        while ahead:
            state = ahead.popleft()
            for number in ways.get(state, ()):
                flow = graph.flows[number]
                if self.via.answer(graph, flow.target, words) > stops:
                    continue
                reached.add(flow.target)
                for following in (
                    (flow.target, state[1]),
                    *(((flow.target, flow.target),) if flow.kept else ()),
                ):
                    if following not in seen:
                        seen.add(following)
                        ahead.append(following)
        return reached
