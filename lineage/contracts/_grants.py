"""What `traceable` asks of an authorisation, one function a demand; each yields what is wrong or not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from lineage.contracts._calls import OWNERS, day_of, for_whom, in_force, names_model, shown, sold
from lineage.contracts._contract import MAYBE, NO, YES, Fault, lacks, runner_untold, vendor_of
from lineage.findings import Missing, Value
from lineage.graph import FlowGraph, Usage
from lineage.labels import Known

Test = Callable[[FlowGraph, Any, Usage], Iterator[Fault]]


def lacks_rights(graph: FlowGraph, one: Any, call: Usage, rights: Sequence[str]) -> Iterator[Fault]:
    """Rights that an authorisation does not grant."""
    if one.rights is None:
        yield _untold(one, "rights")
        return
    for right in rights:
        if right in one.rights:
            continue
        said: dict[str, Value] = {"authorisation": shown(one), "property": f"right.{right}"}
        # Nobody needs the right to resell for what he computes for himself.
        own = right != "call" and sold(graph, call.party) is MAYBE
        yield Fault("trace.right", said, for_whom(graph, call.party) if own else ())


def _untold(one: Any, field: str) -> Fault:
    subject = shown(one)
    said: dict[str, Value] = {"authorisation": subject, "property": f"property.{field}"}
    return Fault(
        "trace.untold",
        said,
        (Missing(f"missing.authorisation.{field}", subject, f"authorisations[].{field}"),),
    )


def _region(graph: FlowGraph, one: Any, call: Usage) -> Iterator[Fault]:
    return _customer(graph, one, call, "region")


def _industry(graph: FlowGraph, one: Any, call: Usage) -> Iterator[Fault]:
    return _customer(graph, one, call, "industry")


def _endpoint(graph: FlowGraph, one: Any, call: Usage) -> Iterator[Fault]:
    """That the endpoint is among those listed is asked of every authorisation that lists some."""
    if one.endpoints is None:
        yield _untold(one, "endpoints")


def _training(graph: FlowGraph, one: Any, call: Usage) -> Iterator[Fault]:
    if one.training is None:
        yield _untold(one, "training")
    elif one.training:
        yield Fault("trace.training", {"authorisation": shown(one)})


def _customer(graph: FlowGraph, one: Any, call: Usage, demand: str) -> Iterator[Fault]:
    """Market or industry of a customer against what an authorisation says of them."""
    field, fact = ("regions", "market") if demand == "region" else ("industries_excluded", "industry")
    told = getattr(one, field)
    meaning = graph.meaning(call.party)
    said: dict[str, Value] = {"authorisation": shown(one), "property": f"property.{fact}"}
    if told is None:
        yield _untold(one, field)
    elif demand == "industry" and not told:
        return
    elif sold(graph, call.party) is not YES:
        yield Fault("trace.customer.unknown", said, for_whom(graph, call.party))
    elif not getattr(meaning, fact):
        yield Fault("trace.customer.unknown", said, lacks(graph, call.party, fact, f"parties[].{fact}"))
    elif demand == "industry" and meaning.industry in told:
        yield Fault("trace.industry", {**said, "found": meaning.industry})
    elif demand == "region" and (outside := {meaning.market, meaning.country} - {"", *told}):
        yield Fault("trace.region", {**said, "found": tuple(sorted(outside))})


def _above(graph: FlowGraph, one: Any) -> Iterator[Any]:
    """The authorisations above one, up to the model's owner; None where the chain ends before, or runs in a circle."""
    by_id = {each.id: each for each in graph.inventory.authorisations}
    seen = {one.id}
    while one.type not in OWNERS:
        one = by_id.get(one.parent)
        yield one
        if one is None:
            return
        if one.id in seen:
            yield None
            return
        seen.add(one.id)


def _chain(graph: FlowGraph, one: Any, call: Usage) -> Iterator[Fault]:
    day, model = day_of(call.hour) or date.min, graph.place(call.model).name
    last = one
    for each in (one, *_above(graph, one)):
        if each is None:
            yield _link(one, last, "parent")
            return
        last = each
        if not each.document:
            yield _link(one, each, "document")
        if each is one:
            continue
        said: dict[str, Value] = {"authorisation": shown(one), "above": shown(each), "property": each.id}
        if not names_model(each, model):
            yield Fault("trace.chain.model", said)
        elif in_force(each, day) is NO:
            yield Fault("trace.chain.expired", said)
        elif in_force(each, day) is MAYBE:
            yield _link(one, each, "valid_from, valid_until", "validity")


def _link(one: Any, each: Any, field: str, fact: str = "") -> Fault:
    """A link of a chain of which something is not told."""
    keys = ", ".join(f"authorisations[].{name}" for name in field.split(", "))
    said: dict[str, Value] = {
        "authorisation": shown(one),
        "above": shown(each),
        "property": f"{each.id} {field}",
    }
    return Fault(
        "trace.chain.open", said, (Missing(f"missing.authorisation.{fact or field}", shown(each), keys),)
    )


def _distribution(graph: FlowGraph, one: Any, _: Usage) -> Iterator[Fault]:
    last = one
    for each in _above(graph, one):
        if each is None:
            yield _link(one, last, "parent")
            return
        last = each
        if each.rights is None:
            yield _link(one, each, "rights")
        elif "resell" not in each.rights:
            yield Fault(
                "trace.distribution", {"authorisation": shown(one), "above": shown(each), "property": each.id}
            )


def _source(graph: FlowGraph, one: Any, call: Usage) -> Iterator[Fault]:
    meaning, vendors = graph.meaning(call.model), graph.inventory.vendors
    granting = {each.vendor for each in (one, *_above(graph, one)) if each is not None} - {None}
    for vendor in [*granting]:
        while (vendor := getattr(vendors.get(vendor), "parent", None)) and vendor not in granting:
            granting.add(vendor)
    if not one.document:
        yield _untold(one, "document")
    said: dict[str, Value] = {"authorisation": shown(one), "property": "property.vendor"}
    # A vendor that the catalogue guesses from a host may be called by another name in the inventory.
    sure = meaning.vendor_known is Known.DECLARED or not meaning.vendor
    missing = () if sure else lacks(graph, call.model, "vendor", "places[].vendor, vendors[].hosts")
    if one.type == "self-hosted":
        runner = vendor_of(graph, call.model)
        if runner is None:
            yield Fault("trace.source.unknown", said, runner_untold(graph, call.model))
        elif runner:
            yield Fault("trace.source.hosted", {**said, "found": runner}, missing)
    elif not one.vendor:
        yield _untold(one, "vendor")
    elif not meaning.vendor:
        yield Fault(
            "trace.source.unknown",
            said,
            lacks(graph, call.model, "vendor", "places[].vendor, vendors[].hosts"),
        )
    elif meaning.vendor not in granting:
        yield Fault("trace.source", {**said, "found": meaning.vendor}, missing)


GRANTS: Mapping[str, Test] = {
    "region": _region,
    "industry": _industry,
    "source": _source,
    "chain": _chain,
    "distribution": _distribution,
    "endpoint": _endpoint,
    "training": _training,
}
"""Demand -> what it asks."""
