"""`observed`: the evidence is good enough. Gaps make it undecided, never violated: they hide, they do not show."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from lineage.contracts._contract import RECEIVERS, Case, Context, Contract
from lineage.findings import Checked, Judgement, Missing, Ref, Value, Verdict, ref
from lineage.labels import UNKNOWN
from lineage.places import PlaceKind
from lineage.selection import disputed
from lineage.solve import own_labels

Gap = Literal[
    "missing-parent", "several-roots", "duplicate-span", "id-conflict", "cycle", "link-to-nothing",
    "client-without-server", "no-service", "bad-times", "lost-attributes", "lost-events", "lost-links", "ambiguous-trace-id",
    "rejected", "sampled", "unknown-places", "undeclared", "unlocated", "without-origin", "without-class",
    "disputed", "disagreements", "unobserved", "age-days",
]  # fmt: skip
_LISTED = 40
_EVIDENCE = Ref("evidence", "the telemetry", "遥测数据")
"""What a gap is about that is of no one place."""


class Observed(Contract):
    """The evidence is complete enough."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (
            {"limits": {"unknown-places": 0, "missing-parent": 0, "sampled": 0}},
            ("acme[DE] > gw@SG > pg",),
            "",
        ),
        ({"limits": {"without-origin": 0, "without-class": 0}}, ("acme[DE:personal] > gw@SG > pg",), ""),
        ({"limits": {"age-days": 779}}, ("acme[DE] > gw@SG > pg",), ""),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = ()
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        ({"limits": {"unknown-places": 0}}, ("acme[DE] > gw@SG > ?redis",), "unknown-places"),
        ({"limits": {"unlocated": 0}}, ("acme[DE] > gw@SG > pg",), "unlocated"),
        ({"limits": {"undeclared": 1}}, ("acme[DE] > gw@SG > pg",), "undeclared"),
        ({"limits": {"without-origin": 0}}, ("acme[?] > gw@SG > pg",), "without-origin"),
        ({"limits": {"without-class": 0}}, ("acme[DE] > gw@SG > pg",), "without-class"),
        ({"limits": {"age-days": 778}}, ("acme[DE] > gw@SG > pg",), "age-days"),
    )

    type: Literal["observed"] = "observed"
    limits: dict[Gap, int] = Field(
        min_length=1, description="For each gap that matters, how many are allowed."
    )

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.limits.items())))

    def check(self, context: Context) -> Checked:
        """Every gap that is larger than allowed."""
        coverage, graph = context.graph.coverage, context.graph
        found = _places(context, self.limits)
        counts = {
            **coverage.counts,
            "rejected": sum(coverage.tally.rejected.values()),
            "sampled": coverage.tally.sampled,
            "lost-events": coverage.tally.lost["events"],
        }
        judgements = []
        for gap, limit in sorted(self.limits.items()):
            if gap == "age-days":
                judgements += _too_old(context, limit)
                continue
            places = found.get(gap)
            count = counts.get(gap, 0) if places is None else len(places)
            if count > limit:
                judgements.append(_judgement(gap, limit, count, places))
        looked_at = len(graph.flows) or coverage.tally.spans
        return Checked(tuple(judgements), looked_at, len(graph.places))


def _too_old(context: Context, limit: int) -> list[Judgement]:
    """The newest flow is older than so many days, or its day is not told, or is after today: then a clock is wrong."""
    last = max((flow.count.last for flow in context.graph.flows), default=0)
    age = (context.today - datetime.fromtimestamp(last // 1_000_000_000, UTC).date()).days
    if last and 0 <= age <= limit:
        return []
    message = "observed.age" if last and age > limit else "observed.undated"
    missing = (Missing("missing.recent", _EVIDENCE, "", "spans of the last days, with their times"),)
    return [
        Judgement(
            Verdict.UNDECIDED, message, {"count": age, "limit": limit}, ("observed", "age-days"), (), missing
        )
    ]


def _judgement(gap: str, limit: int, count: int, places: list[tuple[Ref, str]] | None) -> Judgement:
    context: dict[str, Value] = {"gap": f"gap.{gap}", "limit": limit, "count": count}
    if places is None:
        return Judgement(Verdict.UNDECIDED, "observed.count", context, ("observed", gap))
    fact, key, attribute = _FACTS[gap]
    shown = tuple(place for place, _ in places[:_LISTED])
    missing = tuple(Missing(fact, place, detail or key, attribute) for place, detail in places)
    return Judgement(
        Verdict.UNDECIDED, "observed.places", {**context, "where": shown}, ("observed", gap), (), missing
    )


_FACTS: Mapping[str, tuple[str, str, str]] = {
    "unknown-places": ("missing.named", "places[].name", "server.address"),
    "undeclared": ("missing.declared", "places[]", ""),
    "unlocated": ("missing.country", "places[].country", "cloud.region"),
    "without-origin": ("missing.origin", "places[].contents.origin", ""),
    "without-class": ("missing.class", "places[].contents.class", ""),
    "disputed": ("missing.claim", "parties[].origin", ""),
    "disagreements": ("missing.disagreement", "", ""),
    "unobserved": ("missing.unobserved", "", "spans of this place"),
}
_LOCATED = frozenset(
    {
        PlaceKind.SERVICE,
        PlaceKind.MODEL,
        PlaceKind.STORE,
        PlaceKind.TOPIC,
        PlaceKind.REMOTE,
        PlaceKind.OPERATOR,
    }
)


def _places(context: Context, wanted: Collection[str]) -> dict[str, list[tuple[Ref, str]]]:
    """For each gap that is about places, the places; with the field concerned, where there is one."""
    graph, inventory = context.graph, context.graph.inventory
    things = range(len(graph.things))

    def those(test: Any) -> list[tuple[Ref, str]]:
        return sorted((ref(graph, thing), key(thing)) for thing in things if test(thing))

    def key(thing: int) -> str:
        return "parties[]" if graph.place(thing).kind in RECEIVERS else ""

    def untold(axis: str) -> list[tuple[Ref, str]]:
        if f"without-{axis}" not in wanted:
            return []
        entries = {thing for flow in graph.flows for thing in (*flow.sources, *flow.possible)}
        return sorted(
            (ref(graph, thing), f"parties[].{axis}" if graph.place(thing).kind in RECEIVERS else "")
            for thing in entries
            if UNKNOWN in getattr(own_labels(graph, thing), {"origin": "origins", "class": "classes"}[axis])
        )

    found = {
        "unknown-places": those(lambda t: graph.place(t).unknown and not graph.meaning(t).name),
        "undeclared": those(lambda t: not graph.meaning(t).declared),
        "unlocated": those(lambda t: graph.place(t).kind in _LOCATED and not graph.meaning(t).country),
        "without-origin": untold("origin"),
        "without-class": untold("class"),
        "disputed": those(lambda t: disputed(graph, t, context.jurisdictions)),
        "disagreements": [],
        "unobserved": [],
    }
    for place, detail, *_ in inventory.disagreements:
        if place in graph.position:
            number = graph.thing_of[graph.position[place]]
            found["disagreements"].append((ref(graph, number), f"places[].{detail}"))
    for declared in inventory.unobserved(graph.places):
        name, title = declared.name, declared.title
        shown = Ref(f"declared:{name}", title.en or name, title.zh or name, declared.source)
        found["unobserved"].append((shown, ""))
    return {gap: sorted(places) for gap, places in found.items()}
