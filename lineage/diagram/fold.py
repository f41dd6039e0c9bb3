"""Folding: beyond so many boxes, those that no finding touches become one box a jurisdiction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import replace

from lineage.diagram.scene import Key, Link, Scene, Shape, Spot, Strand


def fold(scene: Scene, limit: int, touched: Collection[Key]) -> Scene:
    """The scene with at most `limit` boxes, unless more than that are touched by findings.

    What crosses the border stays longest, then what is called most; the rest of each jurisdiction
    becomes one spot that says how many places it stands for.
    """
    if len(scene.spots) <= limit:
        return scene
    order = sorted(scene.spots, key=_weight(scene, touched))
    clusters = {spot.cluster for spot in scene.spots.values()}
    room = max(limit - len(clusters), sum(key in touched for key in order))
    kept = set(order[:room])
    groups: dict[Key, list[Key]] = defaultdict(list)
    for key in order[room:]:
        groups[scene.spots[key].cluster].append(key)
    into: dict[Key, Key] = {key: key for key in kept}
    spots = {key: scene.spots[key] for key in kept}
    for cluster, members in sorted(groups.items()):
        if len(members) == 1:
            into[members[0]] = members[0]
            spots[members[0]] = scene.spots[members[0]]
            continue
        key = ("folded", *cluster)
        into.update(dict.fromkeys(members, key))
        spots[key] = _folded(key, [scene.spots[member] for member in sorted(members)])
    return _mapped(scene, spots, into)


def _weight(scene: Scene, touched: Collection[Key]) -> Callable[[Key], tuple[bool, bool, int, Key]]:
    calls: Counter[Key] = Counter()
    crossing: set[Key] = set()
    for (caller, callee), link in scene.links.items():
        most = max(link.calls.values(), default=0)
        calls[caller] += most
        calls[callee] += most
        if scene.spots[caller].side is not scene.spots[callee].side:
            crossing.update((caller, callee))
    return lambda key: (key not in touched, key not in crossing, -calls[key], key)


def _folded(key: Key, spots: list[Spot]) -> Spot:
    things = tuple(thing for spot in spots for thing in spot.things)
    first = spots[0]
    return Spot(key, Shape.FOLDED, things, first.countries, first.side, boxes=len(spots), runner=first.runner)


def _mapped(scene: Scene, spots: dict[Key, Spot], into: dict[Key, Key]) -> Scene:
    links: dict[tuple[Key, Key], Link] = {}
    inner: Counter[Key] = Counter()
    for (caller, callee), link in scene.links.items():
        pair = (into[caller], into[callee])
        if pair[0] == pair[1]:
            inner[pair[0]] += 1
        elif pair == (caller, callee):
            links[pair] = link
        else:
            _merge(links.setdefault(pair, Link(*pair, declared_only=True)), link)
    for link in links.values():
        link.settle()
    spots = {key: replace(spot, inner_flows=inner[key]) for key, spot in spots.items()}
    spot_of = {thing: into[key] for thing, key in scene.spot_of.items()}
    return Scene(spots, links, spot_of, scene.left_out, scene.routes)


def _merge(mine: Link, other: Link) -> None:
    for legs, others in ((mine.sure, other.sure), (mine.possible, other.possible)):
        for leg, strand in others.items():
            here = legs.setdefault(leg, Strand())
            here.origins |= strand.origins
            here.categories |= strand.categories
            here.inferred |= strand.inferred
    mine.flows += other.flows
    mine.calls.update(other.calls)
    mine.first = min((time for time in (mine.first, other.first) if time), default=0)
    mine.last = max(mine.last, other.last)
    mine.declared_only &= other.declared_only
