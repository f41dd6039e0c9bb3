"""What the inventory declares and no trace has shown: boxes and flows to draw hollow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lineage.diagram.notation import View
from lineage.diagram.scene import Key, Link, Scene, Shape, Spot, Strand, side_of
from lineage.flows import Leg
from lineage.graph import FlowGraph

if TYPE_CHECKING:
    from lineage.inventory import Inventory, Match
    from lineage.inventory.model import PlaceEntry


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
        key = ("declared", place.name)
        countries = (entry.country,) if entry.country else ()
        title = place.title.en or place.title.zh or place.name
        made[key] = Spot(key, _shape(entry), (), countries, side_of(countries, view), declared_only=title)
    return made.values()


def _shape(entry: PlaceEntry) -> Shape:
    kinds = set(map(str, entry.match.kind or ()))
    if entry.vendor:
        return Shape.SUBPROCESSOR
    if entry.match.operator or "operator" in kinds:
        return Shape.PEOPLE
    holds = entry.role or entry.match.collection or entry.match.database or entry.match.topic
    return Shape.STORE if holds or kinds & {"store", "topic"} else Shape.PROCESS


def _boxes(scene: Scene, graph: FlowGraph, inventory: Inventory, where: str | Match) -> set[Key]:
    """The boxes on the picture that a name or a match means."""
    found: set[Key] = set()
    if isinstance(where, str) and ("declared", where) in scene.spots:
        found.add(("declared", where))
    for thing, key in scene.spot_of.items():
        if any(inventory.matches(where, graph.places[number]) for number in graph.things[thing].places):
            found.add(key)
    return found
