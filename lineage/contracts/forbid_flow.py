"""`forbid-flow`: selected data does not get to some places.

Limits: a place that telemetry never shows is never reached; `observed` says how good the view is. `categories` believes
what spans say of their operation; `purposes` believes a span only where the inventory trusts its service.
"""

from __future__ import annotations

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
    silent_places,
)
from lineage.contracts.purpose import Purpose, purposes_of
from lineage.findings import Checked, Missing
from lineage.flows import Doubt
from lineage.graph import Flow
from lineage.names import CATEGORIES
from lineage.selection import Answer, Selection

Category = Literal[
    "prompt",
    "file",
    "audio",
    "image",
    "video",
    "output",
    "embedding",
    "credential",
    "usage",
    "log",
    "feedback",
    "metadata",
]
_TO_OPERATORS = {"data": {"origin": ("overseas",)}, "to": {"kinds": ("operator",)}}
_ABROAD = {"data": {"origin": ("domestic",)}, "to": {"countries": ("overseas",)}}


class ForbidFlow(Contract):
    """No flow takes selected data to these places."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_TO_OPERATORS, ("acme[DE] > gw@SG > pg", "hong[CN] > core@CN > op:support[CN]"), ""),
        (_ABROAD, ("hong[CN] > core@CN > model:qwen", "model:qwen is country=CN"), ""),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (_TO_OPERATORS, ("acme[DE] > gw@SG > pg > op:support[CN]",), "operator:support"),
        (_ABROAD, ("hong[CN] > gw@SG",), "service:gw@SG"),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_ABROAD, ("hong[CN] > core@CN > remote:api.example",), "remote:api.example"),
        (_TO_OPERATORS, ("acme[DE] > gw@SG ?> op:support[CN]",), "operator:support"),
        (
            {"data": {"origin": ("overseas",)}, "to": {"roles": ("workstation",)}},
            ("acme[DE] > gw@SG > pg",),
            "store:postgresql@pg",
        ),
        (
            {"data": {}, "to": {"kinds": ("model",)}, "purposes": ("training",)},
            ("acme[DE] > gw@SG > model:qwen",),
            "model:/qwen@qwen.example",
        ),
        (
            {"data": {}, "from": {"countries": ("domestic",)}, "to": {"kinds": ("model",)}},
            ("acme[DE] > gw@? > model:qwen",),
            "model:/qwen@qwen.example",
        ),
    )

    type: Literal["forbid-flow"] = "forbid-flow"
    data: Selection = Field(default=Selection(), description="The data; by default all.")
    from_: PlaceMatch = Field(
        default=PlaceMatch(), alias="from", description="Only flows that come from here."
    )
    to: PlaceMatch = Field(description="Places that it must not get to.")
    categories: tuple[Category, ...] = Field(default=(), description="Only flows of these categories.")
    purposes: tuple[Purpose, ...] = Field(default=(), description="Only flows for these purposes.")

    def check(self, context: Context) -> Checked:
        """The places that it gets to."""
        graph, found = context.graph, context.reach(self.data)
        judgements = []
        places = 0
        for thing, flows in enumerate(graph.into):
            inside = self.to.answer(graph, thing, context.jurisdictions)
            carrying = [number for number in flows if found.flows[number]]
            if not inside or not carrying:
                continue
            places += 1
            tried = [(number, *self._fits(context, graph.flows[number])) for number in carrying]
            number, fits, missing = max(tried, key=lambda one: (min(found.flows[one[0]], one[1]), -one[0]))
            if fits is not NO:
                fault = Fault(
                    "reaches", {}, missing if fits is MAYBE else (), tuple(self.to.untold(graph, thing))
                )
                judgements.append(fault_at(context, self.data, thing, found.flows[number], inside, fault))
        if found.carrying:
            judgements += silent_places(self.to, context)
        note = "" if places else "note.no-places"
        if not judgements and not self.to.exists(graph, context.jurisdictions):
            return Checked((), 0, 0)
        return Checked(tuple(judgements), found.carrying, places, found.declassifiers, found.waived, note)

    def _fits(self, context: Context, flow: Flow) -> tuple[Answer, tuple[Missing, ...]]:
        """Whether a flow is one of those forbidden, and what is missing to tell."""
        graph = context.graph
        answers, missing = [self.from_.answer(graph, flow.source, context.jurisdictions)], list[Missing]()
        if answers[0] is MAYBE:
            missing += lacks(graph, flow.source, "country", "places[].country", "cloud.region")
        if self.purposes:
            purposes, whole = purposes_of(graph, flow)
            answers.append(YES if purposes & set(self.purposes) else NO if whole else MAYBE)
            if answers[-1] is MAYBE:
                missing += lacks(graph, flow.target, "purpose", "flows[].purpose", "lineage.purpose")
        if self.categories:
            shared = flow.key.categories & set(self.categories)
            vague = bool(flow.doubts & Doubt.CATEGORY) or not flow.key.categories
            answers.append(MAYBE if vague else YES if shared else NO)
            if answers[-1] is MAYBE:
                missing += lacks(graph, flow.target, "category", "flows[].category", "lineage.data.category")
        return min(answers), tuple(missing)


assert set(Category.__args__) == set(CATEGORIES)  # type: ignore[attr-defined]  # noqa: S101 - one vocabulary
