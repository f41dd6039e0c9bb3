"""What the guard is asked: flows that somebody wants to make, one by one, with the sources that they would carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lineage.flows import Doubt, FlowKey, Leg
from lineage.guard.calls import Call, Sources
from lineage.guard.request import Request
from lineage.names import CATEGORIES, PURPOSES
from lineage.places import Place, PlaceKind
from lineage.things import HOLDERS

_PEOPLE = (PlaceKind.PARTY, PlaceKind.CALLER, PlaceKind.OPERATOR)


class Unknown(ValueError):
    """A word that no span could say."""


class Ask(NamedTuple):
    """A flow that somebody wants to make: the fields of `FlowKey`, quick to make and to look up."""

    source: Place
    target: Place
    leg: Leg
    kept: bool
    categories: frozenset[str]
    purpose: str
    protection: str
    retention: str
    sources: Sources
    possible: Sources
    doubts: Doubt

    def key(self) -> FlowKey:
        """The same as facts have it."""
        doubts = self.doubts | (Doubt.ORDER if self.possible else Doubt(0))
        return FlowKey(*self[:8], self.sources, self.possible, doubts)


def carried(
    request: Request | None, sources: Iterable[Place] | None, own: Place, nobody: Place
) -> tuple[Sources, Sources]:
    """Whose data something sent here carries, surely and possibly: as told, else what the request has heard.

    Args:
        request: the request that is being served, if any.
        sources: what the caller tells; none = our own data.
        own: our own place.
        nobody: stands for whoever nobody knows.
    """
    if sources is not None:
        return frozenset(sources) or frozenset((own,)), frozenset()
    if request is None or not (request.sources or request.possible):
        return frozenset((nobody,)), frozenset()
    return request.sources, request.possible - request.sources


def of_flow(
    source: Place,
    target: Place,
    sources: tuple[Sources, Sources],
    *,
    category: str,
    purpose: str,
    protection: str,
    retention: str,
    kept: bool | None,
    leg: str,
) -> Ask:
    """One flow; what is not told is taken as it mostly is.

    Raises:
        Unknown: a category, purpose or leg that is none; a target that is no place.
    """
    if not isinstance(target, Place):
        raise Unknown("target")
    for word, allowed in ((category, CATEGORIES), (purpose, PURPOSES), (leg, tuple(Leg))):
        if word and word not in allowed:
            raise Unknown(word)
    doubts = Doubt(0) if category else Doubt.CATEGORY
    return Ask(
        source,
        target,
        Leg(leg) if leg else Leg.RESPONSE if target.kind in _PEOPLE else Leg.REQUEST,
        target.kind in HOLDERS if kept is None else kept,
        frozenset((category,)) if category else frozenset(),
        purpose,
        protection,
        retention,
        *sources,
        doubts | Doubt.ENDPOINT if target.unknown else doubts,
    )


def of_call(call: Call, request: Request | None, nobody: Place) -> Iterator[Ask]:
    """The flows of a call, there and back; what carries nothing that is known carries nobody known's data."""
    op, unknown = call.operation, frozenset((nobody,))
    sure, maybe = (
        (request.sources, request.possible) if request is not None else (unknown, frozenset[Place]())
    )
    purpose = op.purpose or (request.purpose if request is not None else "")
    for move in call.moves:
        own, perhaps = move.own, move.maybe
        if move.carries:
            own, perhaps = own | sure, perhaps | maybe
        yield Ask(
            move.source,
            move.target,
            move.leg,
            move.kept,
            move.categories,
            purpose,
            op.protection,
            op.retention,
            own if own or perhaps else unknown,
            perhaps - own,
            move.doubts,
        )
