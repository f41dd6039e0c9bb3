"""The flows on a picture: which lines there are, through which gates, what they say, and which are red."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lineage.diagram.drawing import Gate, Line, Weight
from lineage.diagram.notation import Notation
from lineage.diagram.notes import when
from lineage.diagram.routes import Hop, Route
from lineage.diagram.scene import METADATA, NONE, Key, Link, Origin, Scene, Side, Strand
from lineage.diagram.text import Text, cut, joined, worded
from lineage.flows import Leg
from lineage.graph import FlowGraph
from lineage.labels import UNKNOWN
from lineage.names import CATEGORIES
from lineage.solve import Solution, solve

Pair = tuple[Key, Key]
"""Two boxes as (caller, callee), or two jurisdictions in the direction of a gate."""


def lines_and_gates(
    graph: FlowGraph,
    scene: Scene,
    names: Mapping[Key, str],
    column: Mapping[Key, int],
    notation: Notation,
    *,
    each: bool,
) -> tuple[tuple[Line, ...], tuple[Gate, ...]]:
    """The flows of a scene with their ids, from left to right, and the gates that they pass.

    Args:
        names: ids of the boxes.
        column: of each box.
        each: a gate for each flow that crosses, with what crosses there; else one for each two jurisdictions.
    """
    gates = _gates(graph, scene, notation, each=each)
    hits = _hits(scene, scene.routes)

    def order(draft: _Draft) -> tuple[object, ...]:
        caller, callee = draft.link.caller, draft.link.callee
        near, far = sorted((column[caller], column[callee]))
        return (near, far, natural(names[caller]), natural(names[callee]), draft.possible)

    made = []
    for number, draft in enumerate(sorted(_drafts(scene), key=order), 1):
        link = draft.link
        gate = gates[_gate_key(scene, link, each=each)].id if _crosses(scene, link) else ""
        # A violation is established: its route is red on the sure line, if there is one.
        mine = hits.get((link.caller, link.callee), {}) if not (draft.possible and link.sure) else {}
        made.append(_line(f"F{number}", draft, names, gate, mine, notation))
    used = {line.gate for line in made}
    return tuple(made), tuple(gate for gate in gates.values() if gate.id in used)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A line before it has an id: a link as far as it is equally sure."""

    link: Link
    legs: Mapping[Leg, Strand]
    possible: bool


def _drafts(scene: Scene) -> Iterable[_Draft]:
    for link in scene.links.values():
        if link.sure or link.declared_only:
            yield _Draft(link, link.sure, False)
        if link.possible:
            yield _Draft(link, link.possible, True)


def _line(
    name: str,
    draft: _Draft,
    names: Mapping[Key, str],
    gate: str,
    hits: Mapping[str, Weight],
    notation: Notation,
) -> Line:
    link, legs = draft.link, draft.legs
    # An answer alone is data that the callee sends: the arrow goes that way.
    source, target = (link.callee, link.caller) if set(legs) == {Leg.RESPONSE} else (link.caller, link.callee)
    weight = max(hits.values(), key=lambda each: each is Weight.BROKEN, default=Weight.NONE)
    return Line(
        id=name,
        source=names[source],
        target=names[target],
        gate=gate,
        texts=tuple(_texts(draft, weight is Weight.BROKEN, notation)),
        tip=_tip(name, link, notation),
        origins=_origins(legs),
        metadata=bool(legs) and all(_only_metadata(strand) for strand in legs.values()),
        possible=draft.possible,
        declared_only=link.declared_only,
        weight=weight,
        violations=tuple(sorted(hits, key=natural)),
    )


def natural(name: str) -> tuple[str, int]:
    """What ids sort by: V2 before V10."""
    return (name[0], int(name[1:]))


def _only_metadata(strand: Strand) -> bool:
    # A category that was only inferred may be wrong: then the flow is drawn as content.
    return bool(strand.categories) and strand.categories <= METADATA and not strand.inferred


def _origins(legs: Mapping[Leg, Strand]) -> Origin:
    origins = NONE
    for strand in legs.values():
        origins |= strand.origins
    return origins


# --- the border ----------------------------------------------------------------------------------------


def _crosses(scene: Scene, link: Link) -> bool:
    sides = {scene.spots[link.caller].side, scene.spots[link.callee].side}
    return sides == {Side.OVERSEAS, Side.DOMESTIC}


def _crossing(scene: Scene, link: Link) -> Pair:
    """The jurisdictions of a link, in the direction of the call, or of the data where only an answer was seen."""
    ends = (scene.spots[link.caller].cluster, scene.spots[link.callee].cluster)
    legs = link.sure.keys() | link.possible.keys()
    return (ends[1], ends[0]) if legs == {Leg.RESPONSE} else ends


def _gate_key(scene: Scene, link: Link, *, each: bool) -> tuple[Key, ...]:
    crossing = _crossing(scene, link)
    return (*crossing, link.caller, link.callee) if each else crossing


def _gates(graph: FlowGraph, scene: Scene, notation: Notation, *, each: bool) -> dict[tuple[Key, ...], Gate]:
    links: dict[tuple[Key, ...], list[Link]] = defaultdict(list)
    for link in scene.links.values():
        if _crosses(scene, link):
            links[_gate_key(scene, link, each=each)].append(link)
    solved = solve(graph) if each else None
    made = {}
    for number, (key, through) in enumerate(sorted(links.items(), key=lambda item: item[0]), 1):
        answered = any(len(link.sure.keys() | link.possible.keys()) == 2 for link in through)
        title = f"{'+'.join(key[0])} {'⇄' if answered else '→'} {'+'.join(key[1])}"
        details = tuple(_crossing_facts(graph, solved, through[0], notation)) if solved else ()
        made[key] = Gate(f"B{number}", title, details)
    return made


def _crossing_facts(graph: FlowGraph, solved: Solution, link: Link, notation: Notation) -> Iterable[Text]:
    """What crosses at a gate: where the data is from, of which classes, how it is protected, how often."""
    words, separator = notation.words, Text(", ", "、")
    if not link.flows:
        return
    labels = [solved.of_flow(number) for number in link.flows]
    origins = sorted({origin for found, _ in labels for origin in found} - {UNKNOWN})
    named = [notation.country(code) for code in origins]
    if any(UNKNOWN in found for found, _ in labels):
        named.append(words.unknown.text)
    yield words.origin.text.fill(countries=joined(named, separator) if named else words.no_data.text)
    classes = sorted({word for _, found in labels for word in found} - {UNKNOWN})
    classes = [word for word in classes if word != "none"] or classes
    said = [worded("class", word) for word in classes]
    if any(UNKNOWN in found for _, found in labels):
        said.append(words.unknown.text)
    if said:
        yield words.classes.text.fill(what=joined(said, separator))
    protections = sorted({graph.flows[number].key.protection for number in link.flows})
    if protections == [""]:
        yield words.protection_unknown.text
    else:
        how = [
            worded("protection", cut(word, notation.limits.name)) if word else words.unknown.text
            for word in protections
        ]
        yield words.protection.text.fill(how=joined(how, separator))
    yield words.calls.text.fill(n=f"{_calls(link):,}")


# --- violations ----------------------------------------------------------------------------------------


def _hits(scene: Scene, routes: Sequence[Route]) -> dict[Pair, dict[str, Weight]]:
    """For each link, the violations whose route it is on."""
    result: dict[Pair, dict[str, Weight]] = defaultdict(dict)
    for route in routes:
        for hop in sorted(route.hops):
            pair = _pair(scene, hop)
            if pair in scene.links:
                last = hop in route.last or result[pair].get(route.id) is Weight.BROKEN
                result[pair][route.id] = Weight.BROKEN if last else Weight.LANE
    return result


def _pair(scene: Scene, hop: Hop) -> Pair:
    """The link of a hop: a hop goes with the data, a link with the call."""
    source, target, leg = hop
    ends = (scene.spot_of[source], scene.spot_of[target])
    return ends if leg is Leg.REQUEST else (ends[1], ends[0])


# --- words ---------------------------------------------------------------------------------------------


def _texts(draft: _Draft, red: bool, notation: Notation) -> Iterable[Text]:
    """What moves; where question and answer differ in origin, which has which."""
    words, origins = notation.words, _origins(draft.legs)
    request, response = draft.legs.get(Leg.REQUEST), draft.legs.get(Leg.RESPONSE)
    parts = [_categories(strand, notation) for strand in (request, response) if strand is not None]
    if parts:
        alike = len(parts) == 2 and parts[0] == parts[1]
        text = joined((parts[0], Text.plain("⇄")), " ") if alike else joined(parts, " ⇄ ")
        yield joined((words.possible.text, text), Text(": ", "：")) if draft.possible else text
    if request is not None and response is not None and request.origins != response.origins:
        yield words.there.text.fill(what=_named(request.origins, notation))
        yield words.back.text.fill(what=_named(response.origins, notation))
    elif Origin.UNKNOWN in origins or (red and parts):
        # Unknown is always said; and red hides the colour that would say the others.
        yield _named(origins, notation)


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
    return words.tip.text.fill(
        id=name, calls=f"{_calls(link):,}", first=when(link.first, notation), last=when(link.last, notation)
    )


def _calls(link: Link) -> int:
    return link.calls.get(Leg.REQUEST) or max(link.calls.values(), default=0)
