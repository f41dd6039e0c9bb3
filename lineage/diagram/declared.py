"""What the inventory declares and no trace has shown: boxes and flows to draw hollow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lineage.diagram.scene import Key, Link, Scene, Shape, Side, Spot, Strand, side_of
from lineage.diagram.spots import VENDOR, runner
from lineage.diagram.views import UNDECLARED, View
from lineage.flows import Leg
from lineage.graph import FlowGraph

if TYPE_CHECKING:
    from lineage.inventory import Inventory, Match
    from lineage.inventory.model import PlaceEntry


KINDS = {
    Shape.STORE: {"store", "topic"},
    Shape.PEOPLE: {"operator"},
    Shape.PROCESS: {"service", "model", "remote"},
    Shape.SUBPROCESSOR: {"service", "model", "remote", "store", "topic"},
}
"""Kinds that a declared place may be of, where its entry does not say."""


def add_declared(scene: Scene, graph: FlowGraph, view: View) -> None:
    """Add declared places that were never seen, and declared flows between two boxes that were never seen to speak.

    A declared flow that fits several boxes at an end says what such flows carry, not that each exists: it is
    not drawn.
    """
    from lineage.inventory import Inventory

    inventory = graph.inventory
    if not isinstance(inventory, Inventory):
        return  # a sketch declares nothing that it does not show
    unseen = _unseen(inventory, graph, view)
    scene.spots.update((spot.key, spot) for spot in unseen)
    for entry in inventory.flows:
        ends = [_boxes(scene, graph, inventory, where) for where in (entry.match.from_, entry.match.to)]
        if any(len(end) != 1 for end in ends):
            continue
        (source,), (target,) = ends
        if source == target or (source, target) in scene.links or (target, source) in scene.links:
            continue
        strand = Strand(categories=set(map(str, entry.category or ())))
        scene.links[source, target] = Link(source, target, sure={Leg.REQUEST: strand}, declared_only=True)


def _unseen(inventory: Inventory, graph: FlowGraph, view: View) -> Iterable[Spot]:
    declared = inventory.unobserved(graph.places)
    if not declared:
        return []
    entries = {entry.source: entry for entry in inventory.places}
    made: dict[Key, Spot] = {}
    for place in declared:
        entry = entries[place.source]
        side = side_of((entry.country,) if entry.country else (), view)
        runs = runner(graph, entry.vendor or "", entry.operator or "")
        if not _asked(entry, side, runs, graph, view):
            continue
        grouped = view.group_by == "organisation"
        key = ("declared", place.name)
        made[key] = Spot(
            key,
            _shape(entry),
            (),
            (entry.country,) if entry.country else (),
            Side.NONE if grouped else side,
            declared_only=place.title.en or place.title.zh or place.name,
            runner=("run-by", *runs) if grouped else (),
        )
    return made.values()


def _shape(entry: PlaceEntry) -> Shape:
    kinds = set(map(str, entry.match.kind or ()))
    if entry.vendor:
        return Shape.SUBPROCESSOR
    if entry.match.operator or "operator" in kinds:
        return Shape.PEOPLE
    holds = entry.role or entry.match.collection or entry.match.database or entry.match.topic
    return Shape.STORE if holds or kinds & {"store", "topic"} else Shape.PROCESS


def _asked(entry: PlaceEntry, side: Side, runs: tuple[str, str], graph: FlowGraph, view: View) -> bool:
    """Whether a view is about such a place."""
    if view.show.flows is None:
        return True
    shape = _shape(entry)
    kinds = set(map(str, entry.match.kind or ())) or KINDS[shape]
    for asked in view.show.flows:
        ends = asked.ends
        if ends is None:
            if asked.kept and shape is Shape.STORE:
                return True
            continue
        vendor = graph.inventory.vendors.get(runs[1])
        may = None if vendor is None or vendor.training is None else "yes" if vendor.training else "no"
        told = (
            (ends.kinds, kinds),
            (ends.roles, {entry.role or (UNDECLARED if shape is Shape.STORE else "")}),
            (ends.sides, {side}),
            (ends.run_by, {runs[0]}),
            (ends.training, {may or UNDECLARED} if runs[0] == VENDOR else set()),
        )
        if all(words is None or found.intersection(words) for words, found in told):
            return True
    return False


def _boxes(scene: Scene, graph: FlowGraph, inventory: Inventory, where: str | Match) -> set[Key]:
    """The boxes on the picture that a name or a match means."""
    found: set[Key] = set()
    if isinstance(where, str) and ("declared", where) in scene.spots:
        found.add(("declared", where))
    for thing, key in scene.spot_of.items():
        if any(inventory.matches(where, graph.places[number]) for number in graph.things[thing].places):
            found.add(key)
    return found
