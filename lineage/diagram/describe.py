"""What is written in a box: the name of a place, and what a reader asks of it first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lineage.diagram.facts import facts, retention, vendor_title
from lineage.diagram.notation import Notation
from lineage.diagram.scene import Shape, Spot
from lineage.diagram.spots import runner_of
from lineage.diagram.text import Text, cut, joined
from lineage.graph import HOLDERS, FlowGraph
from lineage.labels import UNKNOWN
from lineage.meaning import Title
from lineage.places import Place, PlaceKind

TIP = 300
"""Letters of a box's tooltip."""


def title(graph: FlowGraph, spot: Spot, notation: Notation) -> Text:
    """The name of a box: the inventory's title or name, else what telemetry tells."""
    words, limit = notation.words, notation.limits.name
    if spot.shape is Shape.FOLDED:
        return words.more_places.text.fill(n=f"{spot.boxes:,}")
    if spot.declared_only:
        return Text.plain(cut(spot.declared_only, limit))
    if spot.key[0] == "market":
        return words.customers.text
    if spot.key[0] == "vendor":
        return vendor_title(graph, spot.key[1], notation)
    name = graph.meaning(spot.things[0]).name
    said = _common([graph.meaning(thing).title for thing in spot.things], settle=not name)
    if said is not None:
        return Text(cut(said.en or said.zh, limit), cut(said.zh or said.en, limit))
    if name:
        return Text.plain(cut(name, limit))
    return _told(graph.place(spot.things[0]), notation)


def _common(titles: Iterable[Title], *, settle: bool) -> Title | None:
    """The title that most tables of a box share, for a table may have one of its own; `settle` takes the first of equals."""
    counts = Counter(title for title in titles if title.en or title.zh).most_common(2)
    if not counts or (len(counts) == 2 and counts[0][1] == counts[1][1] and not settle):
        return None
    return counts[0][0]


def _told(place: Place, notation: Notation) -> Text:
    words, limit = notation.words, notation.limits.name
    if place.kind is PlaceKind.CALLER:
        return words.caller.text
    if place.kind is PlaceKind.PARTY and not place.name:
        return words.no_tenant.text
    if place.kind is PlaceKind.STORE:
        name = " ".join(filter(None, (place.system, "/".join(filter(None, (place.host, place.namespace))))))
    elif place.kind is PlaceKind.TOPIC:
        name = " ".join(filter(None, (place.system, place.name)))
    else:
        name = place.name or place.host
    return Text.plain(cut(name, limit)) if name else words.not_named.text


def details(
    graph: FlowGraph, spot: Spot, asked: Sequence[str], notation: Notation, *, checked: bool
) -> tuple[Text, ...]:
    """The smaller lines of a box: what it is, then the facts that a view asks for; `checked` when findings are on the picture."""
    words = notation.words
    if spot.shape is Shape.FOLDED:
        first = words.folded.text if checked else words.folded_unchecked.text
        inner = words.inner_flows.text.fill(n=f"{spot.inner_flows:,}")
        return (first, inner) if spot.inner_flows else (first,)
    if spot.declared_only:
        return (words.declared_only.text,)
    place, meaning = graph.place(spot.things[0]), graph.meaning(spot.things[0])
    lines: list[Text] = []
    if spot.key[0] in ("market", "vendor"):
        lines += _members(graph, spot, notation)
    if spot.shape is Shape.OUTSIDE:
        lines.append(_origin(graph, spot, notation))
    elif spot.key[0] == "vendor":
        pass
    elif place.kind in HOLDERS:
        lines += _store(graph, spot, asked, notation)
    elif place.kind is PlaceKind.MODEL:
        provider = cut(place.provider, notation.limits.name)
        lines.append(words.model_by.text.fill(name=provider) if provider else words.model.text)
    elif place.kind is PlaceKind.REMOTE:
        lines.append(words.uninstrumented.text)
    if spot.runner and spot.shape is not Shape.OUTSIDE:
        # The frame says who runs it, not where it stands.
        lines.append(_country(spot, notation))
    elif spot.shape is Shape.SUBPROCESSOR and spot.key[0] != "vendor":
        name = vendor_title(graph, runner_of(graph, spot.things[0])[1] or meaning.vendor, notation)
        lines.append(words.vendor.text.fill(name=name))
    lines += facts(graph, spot, asked, notation)
    if place.owner and spot.key[0] not in ("market", "vendor"):
        lines.append(words.seen_by.text.fill(name=_owner(graph, place, notation)))
    return tuple(lines)


def _members(graph: FlowGraph, spot: Spot, notation: Notation) -> list[Text]:
    """What stands in a box for many: customers of a market, places of a vendor."""
    limit = notation.limits
    names = {
        title(graph, Spot(("member",), spot.shape, (thing,), spot.countries, spot.side), notation)
        for thing in spot.things
    }
    shown = sorted(names)[: limit.tables]
    more = len(names) - len(shown)
    return [*shown, notation.words.tables_more.text.fill(n=f"{more:,}")] if more > 0 else shown


def holds(graph: FlowGraph, spot: Spot) -> bool:
    """Whether data stays in the box."""
    return graph.place(spot.things[0]).kind in HOLDERS


def _country(spot: Spot, notation: Notation) -> Text:
    if not spot.countries:
        return notation.words.country_unknown.text
    return joined((notation.country(code) for code in spot.countries), Text(", ", "、"))


def _origin(graph: FlowGraph, spot: Spot, notation: Notation) -> Text:
    told = [graph.told(thing) for thing in spot.things]
    countries = {UNKNOWN}.union(*(labels.origins for labels in told if labels is not None))
    if any(labels is None or UNKNOWN in labels.origins for labels in told):
        return notation.words.origin_not_declared.text
    names = joined((notation.country(code) for code in sorted(countries - {UNKNOWN})), Text(", ", "、"))
    return notation.words.origin.text.fill(countries=names)


def _store(graph: FlowGraph, spot: Spot, asked: Sequence[str], notation: Notation) -> list[Text]:
    roles = sorted({graph.meaning(thing).role for thing in spot.things} - {""})
    parts = [joined((notation.role(role) for role in roles), Text(", ", "、"))] if roles else []
    if "retention" in asked:
        parts.append(retention([graph.meaning(thing).retention_days for thing in spot.things], notation))
    lines = [joined(parts, Text(", ", "，"))] if parts else []
    place = graph.place(spot.things[0])
    if place.kind is PlaceKind.STORE and not place.host and not place.owner:
        lines.append(notation.words.no_address.text)
    if (title(graph, spot, notation) != _told(place, notation)) and place.namespace:
        lines.append(Text.plain(cut(f"{place.system} {place.namespace}".strip(), notation.limits.name)))
    return lines + (_tables(graph, spot, notation) if "tables" in asked else [])


def _tables(graph: FlowGraph, spot: Spot, notation: Notation) -> list[Text]:
    """Tables of a database; with the database's name where a box holds several."""
    places = [graph.places[number] for thing in spot.things for number in graph.things[thing].places]
    several = len({place.namespace for place in places}) > 1
    names = {
        "/".join(filter(None, (place.namespace if several else "", place.collection)))
        for place in places
        if place.kind is PlaceKind.STORE
    } - {""}
    limit = notation.limits.tables
    lines = [Text.plain(cut(name, notation.limits.name)) for name in sorted(names)[:limit]]
    more = len(names) - limit
    return [*lines, notation.words.tables_more.text.fill(n=f"{more:,}")] if more > 0 else lines


def _owner(graph: FlowGraph, place: Place, notation: Notation) -> str:
    """The service that saw a place without a name of its own."""
    for number, name in enumerate(graph.ids):
        if name == place.owner:
            return cut(graph.places[number].label, notation.limits.name)
    return cut(place.owner, notation.limits.name)


def tip(graph: FlowGraph, spot: Spot) -> str:
    """Ids of the places in a box."""
    return cut("; ".join(places(graph, spot)) or spot.declared_only, TIP)


def places(graph: FlowGraph, spot: Spot) -> tuple[str, ...]:
    """Node ids of the places in a box."""
    return tuple(graph.ids[number] for thing in spot.things for number in graph.things[thing].places)
