"""A graph and a view become a `Drawing`: look, fold, put in columns, number, and say what is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lineage.diagram import describe
from lineage.diagram.columns import columns
from lineage.diagram.declared import add_declared
from lineage.diagram.drawing import Box, Cluster, Drawing, Gate, Line, Note, Weight, shortened
from lineage.diagram.fold import fold
from lineage.diagram.notation import Notation, View
from lineage.diagram.routes import Hop, Route
from lineage.diagram.scene import (
    METADATA,
    NONE,
    PEOPLE_OUTSIDE,
    Key,
    Link,
    Origin,
    Scene,
    Shape,
    Side,
    Spot,
    Strand,
    look,
)
from lineage.diagram.text import NOTHING, Text, cut, joined
from lineage.flows import Leg
from lineage.graph import FlowGraph
from lineage.names import CATEGORIES
from lineage.nodelink import iso
from lineage.solve import solve


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a report says as a whole."""

    undecided: int
    """Rules."""
    proven: int
    """Rules; 0 unless the whole outcome is proven."""


def build(
    graph: FlowGraph,
    view: View,
    notation: Notation,
    routes: Sequence[Route] = (),
    outcome: Outcome | None = None,
) -> Drawing:
    """The picture of `graph` that `view` asks for, with the routes of violations.

    Args:
        outcome: of the report that the routes are from; None when nothing was checked.
    """
    hops = frozenset(hop for route in routes for hop in route.hops)
    scene = look(graph, view, hops)
    if view.show.declared_only:
        add_declared(scene, graph, view)
    touched = {scene.spot_of[thing] for hop in hops for thing in hop if thing in scene.spot_of}
    scene = fold(scene, view.fold_above, touched)
    column, border = columns(scene)
    names = _numbered(graph, scene, column)
    ends = {names[scene.spot_of[target]] for route in routes for _, target in route.last}
    lines, gates = _lines(scene, routes, names, column, notation)
    verdict_mark, verdict, verdict_colour = _verdict(routes, outcome, notation)
    words = notation.words
    return Drawing(
        view=view.id,
        title=view.title.text,
        verdict_mark=verdict_mark,
        verdict=verdict,
        verdict_colour=verdict_colour,
        clusters=_clusters(graph, scene, view, notation),
        boxes=tuple(
            _box(
                graph,
                scene.spots[key],
                name,
                column[key],
                notation,
                broken=name in ends,
                checked=bool(outcome),
            )
            for key, name in names.items()
        ),
        gates=gates,
        lines=lines,
        border=border,
        notes=tuple(_note(route, notation) for route in routes),
        small=tuple(_small(graph, scene, view, routes, lines, outcome, notation)),
        description=words.description.text.fill(
            places=str(len(names)),
            jurisdictions=str(len({spot.countries for spot in scene.spots.values() if spot.countries})),
            flows=str(len(lines)),
            gates=str(len(gates)),
            violations=str(len(routes)),
        ),
        legend=view.legend,
    )


# --- boxes ---------------------------------------------------------------------------------------------


def _numbered(graph: FlowGraph, scene: Scene, column: Mapping[Key, int]) -> dict[Key, str]:
    """Ids by kind, then distance from the customers, then the place's own id; in that order."""

    def order(key: Key) -> tuple[str, int, str, Key]:
        spot = scene.spots[key]
        return (spot.shape, column[key], graph.id(spot.things[0]) if spot.things else "", key)

    counts: dict[Shape, int] = defaultdict(int)
    names = {}
    for key in sorted(scene.spots, key=order):
        shape = scene.spots[key].shape
        counts[shape] += 1
        names[key] = f"{shape}{counts[shape]}"
    return names


def _box(
    graph: FlowGraph, spot: Spot, name: str, column: int, notation: Notation, *, broken: bool, checked: bool
) -> Box:
    words = notation.words
    tag = NOTHING
    if spot.shape is Shape.PEOPLE:
        tag = words.staff.text
    elif spot.shape is Shape.SUBPROCESSOR and spot.things and describe.holds(graph, spot):
        tag = words.data_store.text
    return Box(
        name,
        spot.shape,
        describe.title(graph, spot, notation),
        describe.details(graph, spot, notation, checked=checked),
        spot.cluster,
        column,
        describe.tip(graph, spot),
        tag,
        # Whom it is sent to did nothing wrong by that.
        broken and spot.shape is not Shape.OUTSIDE,
        bool(spot.declared_only),
    )


def _clusters(graph: FlowGraph, scene: Scene, view: View, notation: Notation) -> tuple[Cluster, ...]:
    """Customers' countries, other overseas ones, location unknown, the domestic side."""
    members: dict[Key, list[Spot]] = defaultdict(list)
    for spot in scene.spots.values():
        members[spot.cluster].append(spot)
    made = []
    for key, spots in members.items():
        side = spots[0].side
        customers = side is Side.OVERSEAS and any(spot.shape is Shape.OUTSIDE for spot in spots)
        title = notation.words.unknown_location.text
        if side is not Side.UNKNOWN:
            title = joined((notation.country(code) for code in key), Text(", ", "、"))
        if customers:
            title = notation.words.customer_country.text.fill(name=title)
        regions = sorted(_regions(graph, spots)) if view.regions and side is not Side.UNKNOWN else []
        made.append(Cluster(key, side, customers, title, tuple(cut(region, 40) for region in regions)))
    rank = {Side.OVERSEAS: 1, Side.UNKNOWN: 2, Side.DOMESTIC: 3}
    return tuple(sorted(made, key=lambda each: (0 if each.customers else rank[each.side], each.key)))


def _regions(graph: FlowGraph, spots: Iterable[Spot]) -> set[str]:
    numbers = [number for spot in spots for thing in spot.things for number in graph.things[thing].places]
    return {graph.places[number].region or graph.meanings[number].region for number in numbers} - {""}


# --- lines ---------------------------------------------------------------------------------------------


def _lines(
    scene: Scene,
    routes: Sequence[Route],
    names: Mapping[Key, str],
    column: Mapping[Key, int],
    notation: Notation,
) -> tuple[tuple[Line, ...], tuple[Gate, ...]]:
    gates = _gates(scene)
    broken = _broken(scene, routes)
    drafts = []
    for (caller, callee), link in scene.links.items():
        gate = gates[_crossing(scene, link)].id if _crosses(scene, link) else ""
        hits = broken.get((caller, callee), {})
        for possible, legs in ((False, link.sure), (True, link.possible)):
            if not legs and not (link.declared_only and not possible):
                continue
            # A violation is established: its route is red on the sure line, if there is one.
            mine = hits if (not possible or not link.sure) else {}
            drafts.append((caller, callee, link, legs, possible, gate, mine))
    drafts.sort(
        key=lambda d: (
            min(column[d[0]], column[d[1]]),
            max(column[d[0]], column[d[1]]),
            _natural(names[d[0]]),
            _natural(names[d[1]]),
            d[4],
        )
    )
    made = []
    for number, (caller, callee, link, legs, possible, gate, hits) in enumerate(drafts, 1):
        # An answer alone is data that the callee sends: the arrow goes that way.
        source, target = (callee, caller) if set(legs) == {Leg.RESPONSE} else (caller, callee)
        weight = max(hits.values(), key=lambda w: w is Weight.BROKEN, default=Weight.NONE)
        made.append(
            Line(
                id=f"F{number}",
                source=names[source],
                target=names[target],
                gate=gate,
                texts=tuple(_texts(legs, possible, weight is Weight.BROKEN, notation)),
                tip=_tip(f"F{number}", link, notation),
                origins=_origins(legs),
                metadata=bool(legs) and all(_only_metadata(strand) for strand in legs.values()),
                possible=possible,
                declared_only=link.declared_only,
                weight=weight,
                violations=tuple(sorted(hits, key=_natural)),
            )
        )
    used = {line.gate for line in made}
    return tuple(made), tuple(gate for gate in gates.values() if gate.id in used)


def _natural(name: str) -> tuple[str, int]:
    return (name[0], int(name[1:]))


def _crosses(scene: Scene, link: Link) -> bool:
    sides = {scene.spots[link.caller].side, scene.spots[link.callee].side}
    return sides == {Side.OVERSEAS, Side.DOMESTIC}


def _crossing(scene: Scene, link: Link) -> tuple[Key, Key]:
    """The jurisdictions of a link, in the direction of the call, or of the data where only an answer was seen."""
    ends = (scene.spots[link.caller].cluster, scene.spots[link.callee].cluster)
    legs = link.sure.keys() | link.possible.keys()
    return (ends[1], ends[0]) if legs == {Leg.RESPONSE} else ends


def _gates(scene: Scene) -> dict[tuple[Key, Key], Gate]:
    both: dict[tuple[Key, Key], bool] = defaultdict(bool)
    for link in scene.links.values():
        if _crosses(scene, link):
            both[_crossing(scene, link)] |= len(link.sure.keys() | link.possible.keys()) == 2
    return {
        pair: Gate(f"B{number}", f"{'+'.join(pair[0])} {'⇄' if answered else '→'} {'+'.join(pair[1])}")
        for number, (pair, answered) in enumerate(sorted(both.items()), 1)
    }


def _broken(scene: Scene, routes: Sequence[Route]) -> dict[tuple[Key, Key], dict[str, Weight]]:
    """For each link, the violations whose route it is on. A hop is data's direction, a link the caller's."""
    result: dict[tuple[Key, Key], dict[str, Weight]] = defaultdict(dict)
    for route in routes:
        for hop in sorted(route.hops):
            link = _link_of(scene, hop)
            if link is None:
                continue
            last = hop in route.last or result[link].get(route.id) is Weight.BROKEN
            result[link][route.id] = Weight.BROKEN if last else Weight.LANE
    return result


def _link_of(scene: Scene, hop: Hop) -> tuple[Key, Key] | None:
    source, target = scene.spot_of.get(hop[0]), scene.spot_of.get(hop[1])
    if source is None or target is None:
        return None
    for pair, leg in (((source, target), Leg.REQUEST), ((target, source), Leg.RESPONSE)):
        link = scene.links.get(pair)
        if link is not None and (leg in link.sure or leg in link.possible):
            return pair
    return None


def _only_metadata(strand: Strand) -> bool:
    # A category that was only inferred may be wrong: then the flow is drawn as content.
    return bool(strand.categories) and strand.categories <= METADATA and not strand.inferred


def _origins(legs: Mapping[Leg, Strand]) -> Origin:
    origins = NONE
    for strand in legs.values():
        origins |= strand.origins
    return origins


# --- words ---------------------------------------------------------------------------------------------


def _texts(legs: Mapping[Leg, Strand], possible: bool, red: bool, notation: Notation) -> Iterable[Text]:
    """What moves; where question and answer differ in origin, which has which."""
    words = notation.words
    request, response = legs.get(Leg.REQUEST), legs.get(Leg.RESPONSE)
    parts = [_categories(strand, notation) for strand in (request, response) if strand is not None]
    if parts:
        text = joined(dict.fromkeys(parts) if len(set(parts)) == 1 else parts, " ⇄ ")
        if len(parts) == 2 and parts[0] == parts[1]:
            text = joined((parts[0], Text.plain("⇄")), " ")
        yield joined((words.possible.text, text), Text(": ", "：")) if possible else text
    if request is not None and response is not None and request.origins != response.origins:
        yield words.there.text.fill(what=_named(request.origins, notation))
        yield words.back.text.fill(what=_named(response.origins, notation))
    elif Origin.UNKNOWN in _origins(legs) or (red and legs):
        # Red hides the colour that would say it.
        yield _named(_origins(legs), notation)


def _categories(strand: Strand, notation: Notation) -> Text:
    known = [word for word in CATEGORIES if word in strand.categories]
    if not known:
        return notation.words.category_unknown.text
    limit = notation.limits.categories
    shown = [notation.category(word) for word in known[:limit]]
    text = joined(shown, Text(", ", "、"))
    if len(known) > limit:
        text = joined((text, Text.plain(f"+{len(known) - limit}")), " ")
    return joined((text, Text.plain("?")), "") if strand.inferred else text


def _named(origins: Origin, notation: Notation) -> Text:
    words = notation.words
    pairs = (
        (Origin.OVERSEAS, words.overseas),
        (Origin.DOMESTIC, words.domestic),
        (Origin.UNKNOWN, words.origin_unknown if origins is Origin.UNKNOWN else words.unknown),
    )
    named = [phrase.text for origin, phrase in pairs if origin in origins]
    return joined(named, " + ") if named else words.no_data.text


def _tip(name: str, link: Link, notation: Notation) -> Text:
    words = notation.words
    if link.declared_only:
        return words.tip_declared.text.fill(id=name)
    calls = link.calls.get(Leg.REQUEST) or max(link.calls.values(), default=0)
    return words.tip.text.fill(
        id=name, calls=f"{calls:,}", first=_when(link.first, notation), last=_when(link.last, notation)
    )


def _when(time: int, notation: Notation) -> Text:
    """A time to the minute, UTC."""
    told = iso(time)
    return Text.plain(f"{told[:10]} {told[11:16]}Z") if told else notation.words.time_unknown.text


def _note(route: Route, notation: Notation) -> Note:
    words = notation.words
    return Note(
        route.id,
        words.finding.text.fill(id=route.id, rule=route.rule, message=route.message),
        words.finding_evidence.text.fill(
            calls=f"{route.calls:,}", first=_when(route.first, notation), last=_when(route.seen, notation)
        ),
    )


def _verdict(routes: Sequence[Route], outcome: Outcome | None, notation: Notation) -> tuple[str, Text, str]:
    """The worst that the report says; a picture that nothing was checked for says nothing."""
    words, colours = notation.words, notation.colours
    if outcome is None:
        return "", NOTHING, colours.none
    if routes:
        said, mark, colour = words.violations.text.fill(n=str(len(routes))), "✖", colours.violation
    elif outcome.undecided or not outcome.proven:
        said, mark, colour = words.undecided.text, "?", colours.undecided
    else:
        said, mark, colour = words.proven.text.fill(n=str(outcome.proven)), "✔", colours.proven
    return mark, said, colour


def _small(
    graph: FlowGraph,
    scene: Scene,
    view: View,
    routes: Sequence[Route],
    lines: Sequence[Line],
    outcome: Outcome | None,
    notation: Notation,
) -> Iterable[Text]:
    words = notation.words
    if outcome is None:
        yield words.not_checked.text
    elif outcome.undecided:
        yield words.undecided_rules.text.fill(n=str(outcome.undecided))
    if not lines:
        yield words.nothing.text
    seen = {each for line in lines for each in line.violations}
    missing = tuple(route.id for route in routes if route.id not in seen)
    if missing:
        yield words.off_picture.text.fill(ids=shortened(missing))
    yield _evidence(graph, view, notation)
    left = scene.left_out
    if any(left.values()):
        yield words.left_out.text.fill(
            inside=f"{left['inside']:,}", flows=f"{left['flows']:,}", places=f"{left['places']:,}"
        )
    gaps = _gaps(graph, notation)
    if gaps:
        yield words.gaps.text.fill(what=joined(gaps, Text(", ", "，")))


def _evidence(graph: FlowGraph, view: View, notation: Notation) -> Text:
    firsts = [flow.count.first for flow in graph.flows if flow.count.first]
    last = max((flow.count.last for flow in graph.flows), default=0)
    spans, traces = f"{graph.coverage.tally.spans:,}", f"{graph.coverage.traces:,}"
    if not firsts or not last:
        return notation.words.drawn_from_timeless.text.fill(spans=spans, traces=traces, view=view.id)
    return notation.words.drawn_from.text.fill(
        spans=spans,
        traces=traces,
        first=_when(min(firsts), notation),
        last=_when(last, notation),
        view=view.id,
    )


def _gaps(graph: FlowGraph, notation: Notation) -> list[Text]:
    words = notation.words
    counts = (
        (graph.coverage.counts["missing-parent"], words.gap_parents),
        (_unlocated(graph), words.gap_locations),
        (solve(graph).without_origin, words.gap_origins),
    )
    return [phrase.text.fill(n=f"{count:,}") for count, phrase in counts if count]


def _unlocated(graph: FlowGraph) -> int:
    # People outside are where they are; it is what we send them to that must be located.
    return sum(
        not meaning.country and place.kind not in PEOPLE_OUTSIDE
        for place, meaning in zip(graph.places, graph.meanings, strict=True)
    )
