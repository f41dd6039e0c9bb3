"""`purpose`: selected data is used only for purposes that are allowed.

What a span states may only add a purpose; that a store has none is not inferred from silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from lineage.contracts._contract import YES, Case, Context, Contract, Fault, each_place, lacks
from lineage.findings import Checked
from lineage.flows import Leg
from lineage.graph import Flow, FlowGraph
from lineage.labels import Known
from lineage.places import PlaceKind
from lineage.selection import Answer, Selection

Purpose = Literal[
    "inference", "training", "fine-tuning", "evaluation", "abuse-monitoring", "billing", "support", "debugging", "legal-request"
]  # fmt: skip
ROLES = {"training-pool": "training", "evaluation-pool": "evaluation"}
"""Roles of stores that are for one purpose."""
_INFERENCE = {"allowed": ("inference",)}


def purposes_of(graph: FlowGraph, flow: Flow) -> tuple[frozenset[str], bool]:
    """The purposes of a flow, and whether that is all of them.

    Declared for the pair, else of the place where it goes; and what the span states. Without a declaration a
    statement says all only if the inventory trusts the service that made it: it may add, never take away.
    """
    declared = graph.inventory.flow(flow.key.source, flow.key.target)
    told = frozenset({declared.purpose}) if declared is not None and declared.purpose else frozenset[str]()
    told = told or place_purposes(graph, flow.target)
    stated = frozenset({flow.key.purpose}) - {""}
    speaker = flow.source if flow.key.leg is Leg.REQUEST else flow.target
    return told | stated, bool(told) or bool(stated and graph.meaning(speaker).trusted)


def place_purposes(graph: FlowGraph, thing: int) -> frozenset[str]:
    """The purposes of a place: declared, or those of its role."""
    meaning = graph.meaning(thing)
    implied = {ROLES[meaning.role]} if meaning.role in ROLES else set()
    return frozenset(meaning.purposes or ()) | implied


class PurposeLimit(Contract):
    """Data is used only for allowed purposes."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_INFERENCE, ("acme[DE] > gw@SG > pg", "pg is role=database"), ""),
        (_INFERENCE, ("acme[DE] > gw@SG > pg", "pg is purposes=inference"), ""),
        (_INFERENCE, ("acme[DE] > gw@SG > model:qwen",), ""),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (_INFERENCE, ("acme[DE] > gw@SG > pool", "pool is role=training-pool"), "store:store@pool"),
        (_INFERENCE, ("acme[DE] > gw@SG > lab@CN", "lab is purposes=inference+evaluation"), "service:lab@CN"),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_INFERENCE, ("acme[DE] > gw@SG > pg",), "store:postgresql@pg"),
        (_INFERENCE, ("acme[DE] > gw@SG ?> pool", "pool is role=training-pool"), "store:store@pool"),
    )

    type: Literal["purpose"] = "purpose"
    data: Selection = Field(default=Selection(), description="The data; by default all.")
    allowed: tuple[Purpose, ...] = Field(description="The purposes that are allowed.")

    def check(self, context: Context) -> Checked:
        """Every place that the data gets to."""
        graph, found = context.graph, context.reach(self.data)

        def scope(thing: int) -> Answer:
            return YES if graph.into[thing] or found.answers[thing] else Answer.NO

        def test(thing: int) -> Iterator[Fault]:
            stated = {graph.flows[n].key.purpose for n in graph.into[thing] if found.flows[n]} - {""}
            for purpose in sorted((stated | place_purposes(graph, thing)) - set(self.allowed)):
                yield Fault("purpose.other", {"purpose": purpose})
            meaning = graph.meaning(thing)
            # A role that the catalogue guesses from the system says nothing of what the data is for.
            silent = meaning.purposes is None and meaning.role_known is not Known.DECLARED
            if found.held[thing] and graph.place(thing).kind is PlaceKind.STORE and silent:
                missing = lacks(
                    graph, thing, "purpose", "places[].role, places[].purposes", "lineage.purpose"
                )
                yield Fault("purpose.unknown", {}, missing)

        return each_place(context, self.data, scope, test)
