"""What every part of the report is about: a graph, what packs say of it, and where customers' data was seen to get to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lineage.checking import Report
from lineage.contracts._contract import Context, vendor_of
from lineage.diagram.notation import Notation, notation
from lineage.diagram.text import Text
from lineage.findings import Ref, ref
from lineage.flows import Doubt
from lineage.graph import HOLDERS, FlowGraph
from lineage.labels import UNKNOWN
from lineage.places import PlaceKind
from lineage.reach import Reach
from lineage.report.html.both import like, text
from lineage.selection import Answer, Jurisdictions, Selection
from lineage.solve import Solution, solve

CUSTOMERS = (PlaceKind.PARTY, PlaceKind.CALLER)
"""Whose data the six questions ask about."""
UNSURE = Doubt.CONFLICT | Doubt.DIRECTION | Doubt.ORDER
"""Doubts that leave it open whether a flow carried what it may have carried; others only leave something unsaid of it."""
NOWHERE = "?"
"""In place of a country that is not known."""


@dataclass(frozen=True)
class Run:
    """A graph and its report, with what several parts ask of them worked out once."""

    graph: FlowGraph
    report: Report

    @cached_property
    def reach(self) -> Reach:
        """Where data of customers and callers gets to: what declassifiers lower is not followed, as in the rules."""
        context = Context(self.graph, Jurisdictions(self.words), self.report.today)
        return context.reach(Selection(kinds=CUSTOMERS))

    @cached_property
    def labels(self) -> Solution:
        """Origins and classes of every thing and flow."""
        return solve(self.graph)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Things by the ids of all their places."""
        graph = self.graph
        return {graph.ids[place]: thing for place, thing in enumerate(graph.thing_of)}

    @cached_property
    def words(self) -> dict[str, frozenset[str]]:
        """The jurisdiction words of the first pack that says what is domestic; none when no pack does."""
        packs = (dict(pack.jurisdictions) for pack in self.report.packs)
        first: dict[str, tuple[str, ...]] = next((words for words in packs if words.get("domestic")), {})
        return {word: frozenset(countries) for word, countries in first.items()}

    @property
    def domestic(self) -> frozenset[str] | None:
        """Countries that are domestic; None when no pack says."""
        return self.words.get("domestic")

    @property
    def path(self) -> list[int]:
        """Things where customers' data was observed or may be, but for the customers themselves; in their order."""
        graph = self.graph
        return [
            thing
            for thing, answer in enumerate(self.reach.things)
            if answer and graph.place(thing).kind not in CUSTOMERS
        ]

    @property
    def keepers(self) -> list[int]:
        """Stores and topics on the path that keep that data, or may."""
        return [thing for thing in self.path if self.reach.held[thing]]

    @property
    def carrying(self) -> list[int]:
        """Flows that carry that data, or may."""
        return [number for number, answer in enumerate(self.reach.flows) if answer]

    def sure(self, thing: int) -> bool:
        """Whether customers' data was observed there."""
        return self.reach.things[thing] is Answer.YES

    def runner(self, thing: int) -> str | None:
        """Id of the vendor that runs a thing; "" where it is our own organisation, None where nobody told."""
        return vendor_of(self.graph, thing)

    def refs(self, things: list[int]) -> tuple[Ref, ...]:
        """Things by name."""
        return tuple(ref(self.graph, thing) for thing in things)

    def holder(self, thing: int) -> bool:
        """Whether data stays there."""
        return self.graph.place(thing).kind in HOLDERS


def country(code: str, words: Notation | None = None) -> Text:
    """A country's name; "not known" for none.

    >>> country("SG").zh, country("").en
    ('新加坡', 'country not known')
    """
    if code in ("", NOWHERE, UNKNOWN):
        return Text("country not known", "国家或地区不明")
    return (words or notation()).country(code)


def countries(codes: list[str]) -> tuple[Ref, ...]:
    """Countries by name, as values of a sentence; those that are not known last."""
    known = sorted(set(codes) - {"", UNKNOWN})
    unknown = [""] if set(codes) & {"", UNKNOWN} else []
    return tuple(like(text(country(code))) for code in [*known, *unknown])
