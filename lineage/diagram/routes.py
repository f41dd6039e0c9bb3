"""The routes of violations: which hops of the graph the data that broke a rule took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lineage.diagram.text import Text
from lineage.findings import Finding, Verdict
from lineage.flows import Leg
from lineage.graph import FlowGraph
from lineage.words import sentence

Hop = tuple[int, int, Leg]
"""Two things in the direction of the data, and whether it went with the call or came back."""


@dataclass(frozen=True, slots=True)
class Route:
    """A violation on the picture."""

    id: str
    """V1, V2, ... in the order of the report."""
    rule: str
    message: Text
    hops: frozenset[Hop]
    last: frozenset[Hop]
    """The hops where it happened: the last of each witness."""
    calls: int
    first: int
    seen: int
    """When it was last seen; nanoseconds since the epoch, like `first`, 0 = not told."""


def routes(graph: FlowGraph, findings: Iterable[Finding]) -> tuple[Route, ...]:
    """The violations among `findings` that nobody waived, numbered in their order."""
    violated = [one for one in findings if one.verdict is Verdict.VIOLATED and not one.waived]
    return tuple(_route(graph, f"V{number}", finding) for number, finding in enumerate(violated, 1))


def _route(graph: FlowGraph, name: str, finding: Finding) -> Route:
    things = {graph.ids[place]: thing for place, thing in enumerate(graph.thing_of)}
    ways = [
        [(things[step.source.id], things[step.target.id], Leg(step.leg)) for step in witness.steps]
        for witness in finding.witness
    ]
    return Route(
        name,
        finding.rule,
        _message(finding),
        frozenset(hop for way in ways for hop in way),
        frozenset(way[-1] for way in ways if way),
        finding.calls,
        finding.first,
        finding.last,
    )


def _message(finding: Finding) -> Text:
    en, zh = (sentence(finding.message, finding.context, lang) for lang in ("en", "zh"))
    return Text(en, zh)
