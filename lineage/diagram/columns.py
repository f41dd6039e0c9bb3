"""Which column each box stands in: customers, other overseas places, the border, the domestic side.

Columns count the distance from the customers. Two boxes with a link between them never share a column,
because Graphviz writes the label of a flow within one column over its line.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping

from lineage.diagram.scene import Key, Scene, Shape, Side


def columns(scene: Scene) -> tuple[dict[Key, int], int | None]:
    """The column of each spot, and that of the border; None when there is nothing on one of its sides.

    Numbers are dense from 0, left to right.
    """
    near = _neighbours(scene)
    sides: Mapping[Side, list[Key]] = {
        side: sorted(key for key, spot in scene.spots.items() if spot.side is side) for side in Side
    }
    left, right, lost = sides[Side.OVERSEAS] + sides[Side.NONE], sides[Side.DOMESTIC], sides[Side.UNKNOWN]
    place: dict[Key, int] = {}
    customers, hosts, strangers = (
        [key for key in keys if scene.spots[key].shape is Shape.OUTSIDE] for keys in (left, right, lost)
    )
    crossing = {key for key in right if near[key] & set(left)}
    _walk(customers, left, near, place, start=0)
    _park(left, scene, near, place, start=1 if customers or strangers else 0)
    border = None
    start = 1 if strangers and not hosts else 0
    if left and right:
        border = max(place.values()) + 1
        start = border + 1
    _walk([key for key in right if key in crossing], right, near, place, start=start)
    _walk([key for key in hosts if key not in place], right, near, place, start=start)
    _park(right, scene, near, place, start=start)
    if not place:
        _walk(strangers, lost, near, place, start=0)
    _unknown(lost, near, place)
    return _dense(place, border)


def _neighbours(scene: Scene) -> dict[Key, set[Key]]:
    near: dict[Key, set[Key]] = defaultdict(set)
    for caller, callee in scene.links:
        near[caller].add(callee)
        near[callee].add(caller)
    return near


def _walk(
    first: Iterable[Key],
    among: Collection[Key],
    near: Mapping[Key, set[Key]],
    place: dict[Key, int],
    start: int,
) -> None:
    """Breadth first from `first` through `among`: one column further than where it was reached from, or more."""
    allowed = set(among)
    queue: deque[tuple[Key, int]] = deque((key, start) for key in first)
    met = {key for key, _ in queue}
    while queue:
        key, least = queue.popleft()
        place[key] = _free(key, least, near, place)
        for other in sorted(near[key] & allowed - met - place.keys()):
            met.add(other)
            queue.append((other, place[key] + 1))


def _park(
    among: Iterable[Key], scene: Scene, near: Mapping[Key, set[Key]], place: dict[Key, int], start: int
) -> None:
    """What no walk reached: beside its jurisdiction's first column, else in the last column of its side.

    Services before stores, so that what is stored stands behind what stores it.
    """
    keys = sorted(among, key=lambda key: (scene.spots[key].shape is Shape.STORE, key))
    for key in keys:
        if key in place:
            continue
        beside = [place[k] for k in keys if k in place and scene.spots[k].cluster == scene.spots[key].cluster]
        last = max((place[k] for k in keys if k in place), default=start)
        _walk([key], keys, near, place, start=min(beside, default=max(last, start)))


def _unknown(lost: Iterable[Key], near: Mapping[Key, set[Key]], place: dict[Key, int]) -> None:
    """Location unknown: the column after the first known neighbour; strangers who only call stand left of it."""
    waiting = [key for key in lost if key not in place]
    while waiting:
        ready = [key for key in waiting if near[key] & place.keys()] or waiting[:1]
        for key in ready:
            known = [place[other] for other in near[key] if other in place]
            least = min(known) + 1 if known and key[0] not in ("party", "caller") else 0
            place[key] = _free(key, least, near, place)
        waiting = [key for key in waiting if key not in place]


def _free(key: Key, least: int, near: Mapping[Key, set[Key]], place: Mapping[Key, int]) -> int:
    taken = {place[other] for other in near[key] if other in place}
    column = least
    while column in taken:
        column += 1
    return column


def _dense(place: Mapping[Key, int], border: int | None) -> tuple[dict[Key, int], int | None]:
    used = sorted({*place.values(), *([] if border is None else [border])})
    number = {column: position for position, column in enumerate(used)}
    return {key: number[column] for key, column in place.items()}, None if border is None else number[border]
