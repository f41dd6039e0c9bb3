"""The chain of rights: who granted the right to call which model, and for customers of which markets it was called.

From left to right: vendors, authorisations from the upstream one down, models that were called, customers by
market. What joins the first three is declared (hollow heads); who called which model was observed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lineage.diagram import describe, notes
from lineage.diagram.drawing import Box, Cluster, Drawing, Line
from lineage.diagram.facts import LIST, established, facts, legal_entity, vendor_title
from lineage.diagram.markets import market_spots, unshown_customers
from lineage.diagram.notation import Notation, Phrase
from lineage.diagram.notes import Outcome, when
from lineage.diagram.routes import Route
from lineage.diagram.scene import NONE, Scene, Shape, Side, Spot
from lineage.diagram.spots import VENDOR, countries_of, runner_of
from lineage.diagram.text import Text, cut, joined, worded
from lineage.diagram.views import View
from lineage.flows import UNTIMED
from lineage.graph import FlowGraph
from lineage.inventory.glob import fits
from lineage.places import PlaceKind

HOUR = 3_600 * 10**9


@dataclass(slots=True)
class _Parts:
    """Boxes and lines as they are found; ids are given in the order of the columns."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    ids: dict[tuple[str, str], str] = field(default_factory=dict)

    def put(
        self,
        stage: str,
        name: str,
        shape: Shape,
        column: int,
        title: Text,
        details: Sequence[Text],
        tip: str,
    ) -> None:
        """Add a box; `name` is what lines are joined by."""
        number = sum(box.shape is shape for box in self.boxes) + 1
        box = self.ids[stage, name] = f"{shape}{number}"
        self.boxes.append(Box(box, shape, title, tuple(details), (stage,), column, cut(tip, describe.TIP)))

    def join(
        self, source: tuple[str, str], target: tuple[str, str], text: Text, tip: Text, **more: Any
    ) -> None:
        """Add a line, if both ends are there."""
        if source in self.ids and target in self.ids:
            name = f"R{len(self.lines) + 1}"
            tip = tip.fill(id=name)
            self.lines.append(Line(name, self.ids[source], self.ids[target], "", (text,), tip, NONE, **more))


def chain(
    graph: FlowGraph, view: View, notation: Notation, routes: Sequence[Route], outcome: Outcome | None
) -> Drawing:
    """The picture of the inventory's authorisations, with the models and markets that were observed."""
    parts, words = _Parts(), notation.words
    depths = _depths(graph)
    deepest = max(depths.values(), default=0)
    _vendors(graph, parts, notation)
    _authorisations(graph, parts, depths, notation)
    models = _models(graph, parts, 2 + deepest, notation)
    left = _markets(graph, view, parts, models, 3 + deepest, notation)
    stages: Mapping[str, tuple[Side, Phrase]] = {
        "vendors": (Side.OVERSEAS, words.stage_vendors),
        "authorisations": (Side.DOMESTIC, words.stage_authorisations),
        "models": (Side.OVERSEAS, words.stage_models),
        "customers": (Side.OVERSEAS, words.customers),
    }
    used = {box.cluster[0] for box in parts.boxes}
    scene = Scene({}, {}, {}, left)
    mark, verdict, colour = notes.verdict(routes, (), outcome, notation)
    columns = {column: n for n, column in enumerate(sorted({box.column for box in parts.boxes}))}
    return Drawing(
        view=view.id,
        title=view.title.text,
        verdict_mark=mark,
        verdict=verdict,
        verdict_colour=colour,
        accent=notes.accent((), notation),
        clusters=tuple(
            Cluster((stage,), side, stage == "customers", phrase.text)
            for stage, (side, phrase) in stages.items()
            if stage in used
        ),
        boxes=tuple(replace(box, column=columns[box.column]) for box in parts.boxes),
        gates=(),
        lines=tuple(parts.lines),
        border=None,
        notes=(),
        small=tuple(notes.small(graph, scene, view, routes, parts.lines, outcome, notation)),
        description=words.description.text.fill(
            places=str(len(parts.boxes)),
            jurisdictions="0",
            flows=str(len(parts.lines)),
            gates="0",
            violations="0",
        ),
        legend=view.legend,
        plain=True,
        rights=True,
    )


# --- stages --------------------------------------------------------------------------------------------


def _depths(graph: FlowGraph) -> dict[str, int]:
    """How many authorisations stand above each; one that is its own parent stands where the circle was entered."""
    parents = {entry.id: entry.parent for entry in graph.inventory.authorisations}
    depths = {}
    for name in parents:
        above: list[str] = []
        parent = parents[name]
        while parent in parents and parent not in (*above, name):
            above.append(parent)
            parent = parents[parent]
        depths[name] = len(above)
    return depths


def _vendors(graph: FlowGraph, parts: _Parts, notation: Notation) -> None:
    named = {entry.vendor for entry in graph.inventory.authorisations} - {None}
    for name in sorted(named):
        entry = graph.inventory.vendors.get(name)
        details = [legal_entity(entry, notation)]
        if entry is not None:
            details.append(established(entry, notation))
        title = vendor_title(graph, name, notation)
        parts.put("vendors", name, Shape.SUBPROCESSOR, 0, title, details, name)


def _authorisations(graph: FlowGraph, parts: _Parts, depths: Mapping[str, int], notation: Notation) -> None:
    words = notation.words
    entries = sorted(graph.inventory.authorisations, key=lambda entry: (depths[entry.id], entry.id))
    for entry in entries:
        title = Text.plain(cut(entry.id, notation.limits.name))
        details = list(_terms(entry, notation))
        if entry.parent and entry.parent not in depths:
            name = cut(entry.parent, notation.limits.name)
            details.append(words.parent_unknown.text.fill(name=name))
        elif not entry.vendor and not entry.parent:
            details.append(words.grantor_unknown.text)
        parts.put(
            "authorisations", entry.id, Shape.AUTHORISATION, 1 + depths[entry.id], title, details, entry.id
        )
    for entry in entries:
        here = ("authorisations", entry.id)
        if entry.vendor:
            parts.join(
                ("vendors", entry.vendor),
                here,
                words.grants.text,
                words.tip_declared.text,
                declared_only=True,
            )
        if entry.parent and entry.parent != entry.id:
            above = ("authorisations", entry.parent)
            parts.join(above, here, words.passes_on.text, words.tip_declared.text, declared_only=True)


def _terms(entry: Any, notation: Notation) -> Iterable[Text]:
    """What an authorisation allows, for what and until when."""
    words, limit = notation.words, notation.limits
    yield words.authorisation_type.text.fill(type=notation.authorisation(entry.type))
    shown = ", ".join(cut(name, limit.name) for name in entry.models[: limit.tables])
    more = len(entry.models) - limit.tables
    models = Text.plain(shown)
    if more > 0:
        models = joined((models, words.tables_more.text.fill(n=str(more))), LIST)
    yield words.models.text.fill(what=models)
    if entry.rights is None:
        yield words.rights_unknown.text
    else:
        yield words.rights.text.fill(what=joined((worded("right", right) for right in entry.rights), LIST))
    if entry.regions is None:
        yield words.regions_unknown.text
    else:
        yield words.regions.text.fill(what=joined((notation.country(code) for code in entry.regions), LIST))
    if entry.valid_until is None:
        yield words.validity_unknown.text
    else:
        until = (
            words.open_ended.text if entry.valid_until == "open-ended" else Text.plain(str(entry.valid_until))
        )
        begin = Text.plain(str(entry.valid_from)) if entry.valid_from else words.unknown.text
        yield words.validity.text.fill(first=begin, last=until)
    if entry.document:
        yield words.document.text.fill(name=cut(entry.document, limit.name))
    else:
        yield words.document_unknown.text


def _models(graph: FlowGraph, parts: _Parts, column: int, notation: Notation) -> dict[int, str]:
    """Models that were called, with the authorisations that may be for them; by thing."""
    words = notation.words
    called = {use.model for use in graph.usage}
    called |= {t for t in range(len(graph.things)) if graph.place(t).kind is PlaceKind.MODEL}
    names = {}
    for thing in sorted(called, key=graph.id):
        names[thing] = name = graph.id(thing)
        granted = [entry for entry in graph.inventory.authorisations if _grants(graph, thing, entry)]
        spot = Spot(
            ("model", name), Shape.PROCESS, (thing,), tuple(sorted(countries_of(graph, thing))), Side.NONE
        )
        details = [*_stands(spot, notation), *facts(graph, spot, ("run-by", "training"), notation)]
        if not granted:
            details.append(words.authorisation_unknown.text)
        parts.put(
            "models",
            name,
            Shape.PROCESS,
            column,
            describe.title(graph, spot, notation),
            details,
            describe.tip(graph, spot),
        )
        for entry in granted:
            text = words.covers.text if len(granted) == 1 else words.may_cover.text
            here = ("authorisations", entry.id)
            parts.join(
                here,
                ("models", name),
                text,
                words.tip_declared.text,
                declared_only=True,
                possible=len(granted) > 1,
            )
    return names


def _stands(spot: Spot, notation: Notation) -> list[Text]:
    if not spot.countries:
        return [notation.words.country_unknown.text]
    return [joined((notation.country(code) for code in spot.countries), LIST)]


def _grants(graph: FlowGraph, thing: int, entry: Any) -> bool:
    """Whether an authorisation is for a model; what is not told excludes nothing but the model's name."""
    place, (kind, vendor) = graph.place(thing), runner_of(graph, thing)
    if place.kind is PlaceKind.MODEL and not any(fits(pattern, place.name) for pattern in entry.models):
        return False
    if place.kind is not PlaceKind.MODEL and not entry.endpoints:
        return False
    if entry.endpoints and place.host and not any(fits(pattern, place.host) for pattern in entry.endpoints):
        return False
    return not (entry.vendor and kind == VENDOR and entry.vendor != vendor)


def _markets(
    graph: FlowGraph, view: View, parts: _Parts, models: Mapping[int, str], column: int, notation: Notation
) -> Counter[str]:
    """Customers by market with the models that were called for them; what is not drawn."""
    left = Counter[str]()
    spots = market_spots(graph, view)
    market_of = {thing: number for number, spot in enumerate(spots) for thing in spot.things}
    calls: dict[tuple[int, int], int] = {}
    hours: dict[tuple[int, int], list[int]] = {}
    for use in graph.usage:
        if use.party not in market_of:
            left["calls"] += use.calls
        else:
            pair = (use.model, market_of[use.party])
            calls[pair] = calls.get(pair, 0) + use.calls
            hours.setdefault(pair, []).extend([] if use.hour == UNTIMED else [use.hour * HOUR])
    words = notation.words
    callers = {market for _, market in calls}
    left["places"] = unshown_customers(graph, {t for t, market in market_of.items() if market in callers})
    for number, spot in enumerate(spots):
        if number in callers:
            title = joined((words.customers.text, *_stands(spot, notation)), Text(": ", "："))
            details = describe.details(graph, spot, ("classes",), notation, checked=False)
            parts.put(
                "customers", str(number), Shape.OUTSIDE, column, title, details, describe.tip(graph, spot)
            )
    for (model, market), count in sorted(calls.items(), key=lambda item: (models[item[0][0]], item[0][1])):
        seen = hours[model, market]
        tip = words.tip.text.fill(
            calls=f"{count:,}",
            first=when(min(seen), notation) if seen else words.time_unknown.text,
            last=when(max(seen), notation) if seen else words.time_unknown.text,
        )
        text = words.calls.text.fill(n=f"{count:,}")
        parts.join(("models", models[model]), ("customers", str(market)), text, tip)
    return left
