"""`retention`: for how long places keep selected data is known and within a limit.

Declared retention counts. What a span states counts where the inventory trusts the service that wrote there.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf
from typing import ClassVar, Literal

from pydantic import Field

from lineage.contracts._contract import Case, Context, Contract, Fault, PlaceMatch, each_place, lacks
from lineage.findings import Checked
from lineage.graph import FlowGraph
from lineage.inventory.duration import days
from lineage.places import PlaceKind
from lineage.selection import Answer, Selection

_MONTH = {"limit_days": 30.0}
_ENDS = {"ends": True}


class Retention(Contract):
    """What places keep is kept no longer than allowed."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_MONTH, ("acme[DE] > gw@SG > pg", "pg is retention=30"), ""),
        (_MONTH, ("acme[DE] > gw@SG ~ pg > redis", "redis is retention=1"), ""),
        ({}, ("acme[DE] > gw@SG > pg", "pg is retention=inf"), ""),
        (_ENDS, ("acme[DE] > gw@SG > pg", "pg is retention=3650"), ""),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (_MONTH, ("acme[DE] > gw@SG > pg", "pg is retention=31"), "store:postgresql@pg"),
        (_ENDS, ("acme[DE] > gw@SG > pg", "pg is retention=inf"), "store:postgresql@pg"),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_MONTH, ("acme[DE] > gw@SG > pg",), "store:postgresql@pg"),
        ({}, ("acme[DE] > gw@SG > pg",), "store:postgresql@pg"),
        (_MONTH, ("acme[DE] > gw@SG ?> pg", "pg is retention=31"), "store:postgresql@pg"),
    )

    type: Literal["retention"] = "retention"
    data: Selection = Field(default=Selection(), description="The data; by default all.")
    limit_days: float | None = Field(
        default=None, ge=0, description="At most so many days; without it, it must be known."
    )
    ends: bool = Field(default=False, description="It is not kept for ever, whatever the limit.")
    places: PlaceMatch = Field(
        default=PlaceMatch(kinds=(PlaceKind.STORE, PlaceKind.TOPIC)), description="Which places count."
    )

    def check(self, context: Context) -> Checked:
        """Every place that keeps the data."""
        graph = context.graph

        def scope(thing: int) -> Answer:
            return self.places.answer(graph, thing, context.jurisdictions)

        def test(thing: int) -> Iterator[Fault]:
            kept = kept_days(graph, thing)
            if kept is None:
                missing = lacks(graph, thing, "retention", "places[].retention", "lineage.retention")
                yield Fault("retention.unknown", {}, missing)
            elif isinf(kept) and (self.ends or self.limit_days is not None):
                yield Fault("retention.forever", {})
            elif self.limit_days is not None and kept > self.limit_days:
                yield Fault("retention.over", {"days": kept, "limit": self.limit_days})

        return each_place(context, self.data, scope, test, held=True, places=self.places)


def kept_days(graph: FlowGraph, thing: int) -> float | None:
    """For how many days a place keeps data: declared, or the longest that its trusted writers all state; None = not known."""
    declared = graph.meaning(thing).retention_days
    if declared is not None:
        return declared
    stated = []
    for number in graph.into[thing]:
        flow = graph.flows[number]
        if flow.kept:
            if not (flow.key.retention and graph.meaning(flow.source).trusted):
                return None
            try:
                stated.append(days(flow.key.retention))
            except ValueError:
                return None
    return max(stated, default=None)
