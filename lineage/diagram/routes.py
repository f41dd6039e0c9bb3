"""The routes of findings: which hops of the graph the data that a rule is about took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from lineage.diagram.text import Text
from lineage.errors import ConfigError
from lineage.findings import Finding, Verdict
from lineage.flows import Leg
from lineage.graph import FlowGraph
from lineage.words import sentence

Hop = tuple[int, int, Leg]
"""Two things in the direction of the data, and whether it went with the call or came back."""


@dataclass(frozen=True, slots=True)
class Route:
    """A finding on the picture."""

    id: str
    """V1, V2, ... violations in the order of the report; U1, U2, ... what is undecided."""
    rule: str
    message: Text
    hops: frozenset[Hop]
    last: frozenset[Hop]
    """The hops where it happened: the last of each witness."""
    calls: int
    first: int
    seen: int
    """When it was last seen; nanoseconds since the epoch, like `first`, 0 = not told."""
    things: frozenset[int] = frozenset()
    """What the finding names."""
    ways: tuple[tuple[Hop, ...], ...] = ()
    """The hops of each witness, in order."""
    waived: bool = False
    exact: bool = True
    """Whether `calls` is exact; else it is at least so often."""


def routes(graph: FlowGraph, findings: Iterable[Finding]) -> tuple[Route, ...]:
    """The violations among `findings` that nobody waived, numbered in their order."""
    violated = [one for one in findings if one.verdict is Verdict.VIOLATED and not one.waived]
    return tuple(_route(graph, f"V{number}", finding) for number, finding in enumerate(violated, 1))


def route_of(graph: FlowGraph, findings: Iterable[Finding], fingerprint: str) -> tuple[Route, Finding]:
    """The finding with a fingerprint: with the number that it has on every picture if it is a violation.

    Raises:
        ConfigError: no finding has it.
    """
    known = list(findings)
    found = next((one for one in known if one.fingerprint == fingerprint), None)
    if found is None:
        raise ConfigError.of(
            f"no finding has the fingerprint {fingerprint!r}"
            if fingerprint
            else "this view draws one finding, and none was named",
            allowed=f"{len(known)} fingerprints, as `lineage check` prints them",
            remedy="write --finding FINGERPRINT, with the same SPANS, inventory and packs as in the check that printed it",
        )
    alike = [one for one in known if one.verdict is found.verdict and one.waived == found.waived]
    letter = "V" if found.verdict is Verdict.VIOLATED else "U"
    return _route(graph, f"{letter}{alike.index(found) + 1}", found), found


def bridged(route: Route, spot_of: Mapping[int, object]) -> Route:
    """A route over what a picture shows: what stands between two shown places is left out."""
    ways = []
    for way in route.ways:
        things = [way[0][0], *(hop[1] for hop in way)] if way else []
        shown = [thing for thing in things if thing in spot_of]
        ways.append(tuple((source, target, Leg.REQUEST) for source, target in pairwise(shown)))
    return replace(
        route,
        ways=tuple(ways),
        hops=frozenset(hop for way in ways for hop in way),
        last=frozenset(way[-1] for way in ways if way),
    )


def _route(graph: FlowGraph, name: str, finding: Finding) -> Route:
    things = {graph.ids[place]: thing for place, thing in enumerate(graph.thing_of)}
    ways = tuple(
        tuple((things[step.source.id], things[step.target.id], Leg(step.leg)) for step in witness.steps)
        for witness in finding.witness
    )
    return Route(
        name,
        finding.rule,
        _message(finding),
        frozenset(hop for way in ways for hop in way),
        frozenset(way[-1] for way in ways if way),
        finding.calls,
        finding.first,
        finding.last,
        frozenset(things[name] for name in finding.at if name in things),
        ways,
        finding.waived,
        finding.exact,
    )


def _message(finding: Finding) -> Text:
    en, zh = (sentence(finding.message, finding.context, lang) for lang in ("en", "zh"))
    return Text(en, zh)
