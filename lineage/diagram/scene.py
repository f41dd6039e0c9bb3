"""What a picture shows before anything has a place on the page: spots and the links between them.

A spot becomes a box: a party, a service, all tables of one database. A link gathers what two spots were seen
to exchange, request and answer together. What a view leaves out is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntFlag, StrEnum

from lineage.diagram.routes import Route
from lineage.diagram.views import View
from lineage.flows import Doubt, Leg
from lineage.graph import Flow
from lineage.places import PlaceKind

Key = tuple[str, ...]
"""What makes places one spot; sorts the same in every run."""


class Shape(StrEnum):
    """What a box is (Gane-Sarson, with people and sub-processors added); the value begins its id."""

    OUTSIDE = "E"
    PROCESS = "P"
    STORE = "D"
    PEOPLE = "H"
    SUBPROCESSOR = "S"
    AUTHORISATION = "A"
    FOLDED = "M"


class Side(StrEnum):
    """Which side of the border a place stands on."""

    OVERSEAS = "overseas"
    DOMESTIC = "domestic"
    UNKNOWN = "unknown"
    NONE = "none"
    """The picture has no border."""


class Origin(IntFlag):
    """Where data comes from, read through the view's border; nothing = no customer's data."""

    OVERSEAS = 1
    DOMESTIC = 2
    UNKNOWN = 4
    PARTY = 8
    """Not an origin: the data is, or may be, a party's own."""

    @property
    def sides(self) -> Origin:
        """The origins alone."""
        return self & ~Origin.PARTY


NONE = Origin(0)
SIDES = (Origin.OVERSEAS, Origin.DOMESTIC, Origin.UNKNOWN)
UNSURE = Doubt.CONFLICT | Doubt.DIRECTION
"""Doubts that make what a flow carries possible; the same as for a rule's witness (verdicts.md section 3)."""
PEOPLE_OUTSIDE = frozenset({PlaceKind.PARTY, PlaceKind.CALLER})
METADATA = frozenset({"usage", "metadata"})


@dataclass(frozen=True, slots=True)
class Spot:
    """Things that are drawn as one box."""

    key: Key
    shape: Shape
    things: tuple[int, ...]
    countries: tuple[str, ...]
    """Where it stands; empty = not known. Several only for a party whose customers are in several."""
    side: Side
    boxes: int = 1
    """How many boxes it stands for; more than one when it is folded."""
    inner_flows: int = 0
    """Of a folded spot: links among the boxes in it."""
    declared_only: str = ""
    """Name of a place that the inventory declares and no trace has shown."""
    runner: Key = ()
    """Who runs it, where a view groups by that; else the frame is the jurisdiction."""

    @property
    def cluster(self) -> Key:
        """The frame that it is drawn in."""
        return self.runner or self.countries or ("?",)


@dataclass(slots=True)
class Strand:
    """One leg of a link, as far as it is equally sure."""

    origins: Origin = NONE
    categories: set[str] = field(default_factory=set)
    inferred: bool = False
    """A category was not stated on the span."""


@dataclass(slots=True)
class Link:
    """What a caller and a callee exchange. `sure` and `possible` have a strand for each leg that was seen."""

    caller: Key
    callee: Key
    sure: dict[Leg, Strand] = field(default_factory=dict)
    possible: dict[Leg, Strand] = field(default_factory=dict)
    calls: Counter[Leg] = field(default_factory=Counter)
    first: int = 0
    last: int = 0
    declared_only: bool = False
    flows: list[int] = field(default_factory=list)
    """Positions of the flows in it."""

    def add(self, number: int, flow: Flow, sure: Origin, possible: Origin) -> None:
        """Count a flow in."""
        leg, count = flow.key.leg, flow.count
        self.flows.append(number)
        self.calls[leg] += count.calls
        self.first = min((time for time in (self.first, count.first) if time), default=0)
        self.last = max(self.last, count.last)
        certain = not flow.doubts & UNSURE
        if certain and (sure.sides or not possible.sides):
            self._put(self.sure, flow, sure.sides)
        else:
            possible |= sure
        if possible.sides or not certain:
            self._put(self.possible, flow, possible.sides)

    def _put(self, legs: dict[Leg, Strand], flow: Flow, origins: Origin) -> None:
        strand = legs.setdefault(flow.key.leg, Strand())
        strand.origins |= origins
        strand.categories |= flow.key.categories
        strand.inferred |= Doubt.CATEGORY in flow.doubts

    def settle(self) -> None:
        """Forget as possible what is sure on the same leg."""
        for leg, strand in list(self.possible.items()):
            sure = self.sure.get(leg)
            if sure is None:
                continue
            strand.origins &= ~sure.origins
            if not strand.origins:
                del self.possible[leg]


@dataclass(slots=True)
class Scene:
    """Spots by key, links by (caller, callee), and what was left out."""

    spots: dict[Key, Spot]
    links: dict[tuple[Key, Key], Link]
    spot_of: dict[int, Key]
    """The spot of each thing that is shown."""
    left_out: Counter[str] = field(default_factory=Counter)
    """`inside` flows within one box; `flows` and `places` that the view does not ask for."""
    routes: tuple[Route, ...] = ()
    """The findings that are drawn."""


def side_of(countries: Iterable[str], view: View) -> Side:
    """The side of the border of some countries; unknown when there are none, or some on each side."""
    sides = {Side.DOMESTIC if country in view.border.domestic else Side.OVERSEAS for country in countries}
    return sides.pop() if len(sides) == 1 else Side.UNKNOWN
