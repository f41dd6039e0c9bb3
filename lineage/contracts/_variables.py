"""The variables of expressions: properties of places and flows, each with its type and with what would tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from lineage.contracts._contract import vendor_of
from lineage.contracts.purpose import place_purposes, purposes_of
from lineage.contracts.retention import kept_days
from lineage.flows import Doubt, Leg
from lineage.graph import Flow, FlowGraph
from lineage.places import PlaceKind
from lineage.things import HOLDERS

Over = Literal["places", "flows"]
Told = str | float | bool | list[str] | None
"""A value of a variable; None = nobody told."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A property of a place: its CEL type, what is told of it, and what would tell."""

    type: Literal["string", "double", "bool", "strings"]
    of: Callable[[FlowGraph, int], Told]
    fact: str = ""
    key: str = ""
    attribute: str = ""


def _role(graph: FlowGraph, thing: int) -> str | None:
    role = graph.meaning(thing).role
    return role or (None if graph.place(thing).kind in HOLDERS else "")


def _of_party(graph: FlowGraph, thing: int, value: str) -> str | None:
    return value or (None if graph.place(thing).kind in (PlaceKind.PARTY, PlaceKind.CALLER) else "")


def _viewers(graph: FlowGraph, thing: int) -> list[str] | None:
    viewers = graph.meaning(thing).viewers
    return None if viewers is None else sorted(viewers)


def _purposes(graph: FlowGraph, thing: int) -> list[str] | None:
    purposes = place_purposes(graph, thing)
    return sorted(purposes) if purposes or graph.meaning(thing).purposes is not None else None


PLACE: Mapping[str, Variable] = {
    "kind": Variable("string", lambda g, t: str(g.place(t).kind)),
    "name": Variable(
        "string", lambda g, t: g.meaning(t).name or g.place(t).name or None, "named", "places[].name", "server.address"
    ),
    "role": Variable("string", _role, "role", "places[].role"),
    "system": Variable("string", lambda g, t: g.place(t).system or None, "named", "places[].match.system", "db.system.name"),
    "country": Variable("string", lambda g, t: g.meaning(t).country or None, "country", "places[].country", "cloud.region"),
    "operator": Variable("string", lambda g, t: g.meaning(t).operator or None, "vendor", "places[].operator"),
    "vendor": Variable("string", vendor_of, "vendor", "places[].operator, places[].vendor, organisation.name"),
    "zone": Variable("string", lambda g, t: g.meaning(t).zone or None, "zone", "places[].zone"),
    "redaction": Variable("string", lambda g, t: g.meaning(t).redaction or None, "redaction", "places[].redaction"),
    "market": Variable("string", lambda g, t: _of_party(g, t, g.meaning(t).market), "market", "parties[].market"),
    "industry": Variable("string", lambda g, t: _of_party(g, t, g.meaning(t).industry), "industry", "parties[].industry"),
    "retention_days": Variable("double", kept_days, "retention", "places[].retention", "lineage.retention"),
    "deletable": Variable("bool", lambda g, t: g.meaning(t).deletable, "deletable", "places[].deletable"),
    "declared": Variable("bool", lambda g, t: g.meaning(t).declared),
    "entry": Variable("bool", lambda g, t: g.meaning(t).entry),
    "trusted": Variable("bool", lambda g, t: g.meaning(t).trusted),
    "viewers": Variable("strings", _viewers, "viewers", "places[].viewers"),
    "purposes": Variable("strings", _purposes, "purpose", "places[].purposes", "lineage.purpose"),
}  # fmt: skip
"""Variables of a place, without the `place.` before them."""
ENDS = ("kind", "name", "role", "country", "operator", "vendor", "zone")
"""Variables of the two ends of a flow."""


@dataclass(frozen=True, slots=True)
class FlowVariable:
    """A property of a flow, as `Variable`."""

    type: Literal["string", "bool", "strings"]
    of: Callable[[FlowGraph, Flow], Told]
    fact: str = ""
    key: str = ""
    attribute: str = ""


def _categories(graph: FlowGraph, flow: Flow) -> list[str] | None:
    declared = graph.inventory.flow(flow.key.source, flow.key.target)
    if declared is not None and declared.categories:
        return sorted(declared.categories | flow.key.categories)
    vague = flow.doubts & Doubt.CATEGORY or not flow.key.categories
    return None if vague else sorted(flow.key.categories)


def _all_purposes(graph: FlowGraph, flow: Flow) -> list[str] | None:
    purposes, whole = purposes_of(graph, flow)
    return sorted(purposes) if whole else None


def _purpose(graph: FlowGraph, flow: Flow) -> str | None:
    purposes = _all_purposes(graph, flow)
    return purposes[0] if purposes is not None and len(purposes) == 1 else None


def _protection(graph: FlowGraph, flow: Flow) -> str | None:
    speaker = flow.source if flow.key.leg is Leg.REQUEST else flow.target
    return (flow.key.protection or None) if graph.meaning(speaker).trusted else None


FLOW: Mapping[str, FlowVariable] = {
    "leg": FlowVariable("string", lambda g, f: str(f.key.leg)),
    "kept": FlowVariable("bool", lambda g, f: None if f.doubts & Doubt.DIRECTION else f.kept, "direction", "", "lineage.direction"),
    "categories": FlowVariable("strings", _categories, "category", "flows[].category", "lineage.data.category"),
    "purpose": FlowVariable("string", _purpose, "purpose", "flows[].purpose", "lineage.purpose"),
    "purposes": FlowVariable("strings", _all_purposes, "purpose", "flows[].purpose", "lineage.purpose"),
    "protection": FlowVariable("string", _protection, "protection", "places[].trusted", "lineage.protection"),
}  # fmt: skip
"""Variables of a flow itself, without the `flow.` before them."""


def variables(over: Over) -> Mapping[str, str]:
    """The variables that an expression may name, with their types.

    >>> variables("flows")["flow.target_country"]
    'string'
    """
    if over == "places":
        return {f"place.{name}": one.type for name, one in PLACE.items()}
    ends = {f"flow.{end}_{name}": PLACE[name].type for end in ("source", "target") for name in ENDS}
    return {f"flow.{name}": one.type for name, one in FLOW.items()} | ends
