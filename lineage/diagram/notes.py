"""What is said beside and below a picture: the verdict, the violations, what it rests on, what it leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lineage.diagram.drawing import Accent, Line, Note, shortened
from lineage.diagram.notation import Notation
from lineage.diagram.routes import Route
from lineage.diagram.scene import PEOPLE_OUTSIDE, Scene
from lineage.diagram.text import NOTHING, Text, joined
from lineage.diagram.views import View
from lineage.graph import FlowGraph
from lineage.nodelink import iso
from lineage.solve import solve


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a report says as a whole."""

    undecided: int
    """Rules."""
    proven: int
    """Rules; 0 unless the whole outcome is proven."""
    waived: int = 0
    """Findings."""
    elsewhere: tuple[str, ...] = ()
    """Packs whose border runs elsewhere than the view's."""


def verdict(
    routes: Sequence[Route], drawn: Sequence[Route], outcome: Outcome | None, notation: Notation
) -> tuple[str, Text, str]:
    """The worst that the report says; a picture that nothing was checked for says nothing.

    Args:
        routes: all violations.
        drawn: those of them that are on the picture.
    """
    words, colours = notation.words, notation.colours
    if outcome is None:
        return "", NOTHING, colours.none
    if routes:
        phrase = words.violations if len(drawn) == len(routes) else words.violations_here
        said = phrase.text.fill(n=str(len(routes)), here=str(len(drawn)))
        mark, colour = "✖", colours.violation
    elif outcome.undecided or not outcome.proven:
        said, mark, colour = words.undecided.text, "?", colours.undecided
    else:
        said, mark, colour = words.proven.text.fill(n=str(outcome.proven)), "✔", colours.proven
    return mark, said, colour


def of_finding(route: Route, notation: Notation) -> tuple[str, Text, str]:
    """The verdict of one finding."""
    words, colours = notation.words, notation.colours
    if route.id.startswith("U"):
        mark, said, colour = "?", words.undecided.text, colours.undecided
    else:
        mark, said, colour = "✖", words.violated.text, colours.violation
    return mark, words.waived_finding.text.fill(verdict=said) if route.waived else said, colour


def accent(routes: Sequence[Route], notation: Notation) -> Accent:
    """How the way of findings is marked: undecided ones are only drawn alone."""
    if routes and routes[0].id.startswith("U"):
        return Accent("?", notation.colours.undecided, notation.clusters.unknown.fill)
    return Accent("✖", notation.colours.violation, notation.colours.violated_fill)


def note(route: Route, notation: Notation) -> Note:
    """A violation in words."""
    words = notation.words
    return Note(
        route.id,
        words.finding.text.fill(id=route.id, rule=route.rule, message=route.message),
        words.finding_evidence.text.fill(
            calls=f"{'' if route.exact else '≥ '}{route.calls:,}",
            first=when(route.first, notation),
            last=when(route.seen, notation),
        )
        if route.calls
        else NOTHING,
    )


def small(
    graph: FlowGraph,
    scene: Scene,
    view: View,
    routes: Sequence[Route],
    lines: Sequence[Line],
    outcome: Outcome | None,
    notation: Notation,
) -> Iterable[Text]:
    """What the picture rests on, what nobody checked, what is missing and what is left out."""
    words = notation.words
    if outcome is None:
        yield words.not_checked.text
    else:
        if outcome.undecided:
            yield words.undecided_rules.text.fill(n=str(outcome.undecided))
        if outcome.waived:
            yield words.waived.text.fill(n=str(outcome.waived))
        if outcome.elsewhere:
            yield words.border_elsewhere.text.fill(packs=", ".join(outcome.elsewhere))
    if not lines:
        yield words.nothing_proves_nothing.text
    seen = {each for line in lines for each in line.violations}
    missing = tuple(route.id for route in routes if route.id not in seen)
    if missing and view.draw != "finding":
        phrase = words.elsewhere if view.focused else words.off_picture
        yield phrase.text.fill(ids=shortened(missing))
    yield _evidence(graph, view, notation)
    left = scene.left_out
    if left["calls"]:
        yield words.left_out_calls.text.fill(n=f"{left['calls']:,}")
    if left["run-by"]:
        yield words.left_out_runners.text.fill(n=f"{left['run-by']:,}")
    if any(left[what] for what in ("inside", "flows", "places")):
        yield words.left_out.text.fill(
            inside=f"{left['inside']:,}", flows=f"{left['flows']:,}", places=f"{left['places']:,}"
        )
    gaps = _gaps(graph, notation)
    if gaps:
        yield words.gaps.text.fill(what=joined(gaps, Text(", ", "，")))


def _evidence(graph: FlowGraph, view: View, notation: Notation) -> Text:
    first, last = graph.period
    spans, traces = f"{graph.coverage.tally.spans:,}", f"{graph.coverage.traces:,}"
    if not first or not last:
        return notation.words.drawn_from_timeless.text.fill(spans=spans, traces=traces, view=view.id)
    return notation.words.drawn_from.text.fill(
        spans=spans,
        traces=traces,
        first=when(first, notation),
        last=when(last, notation),
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


def when(time: int, notation: Notation) -> Text:
    """A time to the minute, UTC."""
    told = iso(time)
    return Text.plain(f"{told[:10]} {told[11:16]}Z") if told else notation.words.time_unknown.text
