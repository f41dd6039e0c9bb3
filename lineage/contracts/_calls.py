"""Model calls that were observed, and the authorisations that each may join to; for `traceable`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from lineage.contracts._contract import MAYBE, NO, YES, Context, Fault, lacks, vendor_of
from lineage.findings import Judgement, Missing, Ref, Verdict, Witness, ref, witness
from lineage.flows import UNTIMED, Leg
from lineage.graph import FlowGraph, Usage
from lineage.inventory.glob import fits
from lineage.places import PlaceKind
from lineage.selection import Answer

OWNERS = ("direct", "self-hosted")
"""Types of authorisations that nobody stands above: the model's owner granted them."""
OPEN_ENDED = "open-ended"
"""The word in `valid_until` for an authorisation that runs until somebody ends it."""


def observed_calls(graph: FlowGraph) -> list[Usage]:
    """The model calls of a graph by party, model and hour; sorted.

    A model that is sent something and of which no usage was kept counts as called by whoever sent it, at a time that
    nobody told; so does a peer at an endpoint of an authorisation, or of a vendor that granted one, of which no span
    names a model.
    """
    counted = {use.model for use in graph.usage}
    upstream = [flow for flow in graph.flows if flow.key.leg is Leg.REQUEST and flow.target not in counted]
    counts: Counter[tuple[int, int]] = Counter()
    for flow in upstream:
        if graph.place(flow.target).kind is PlaceKind.MODEL or _unnamed_upstream(graph, flow.target):
            counts[flow.target, flow.source] += flow.count.calls
    uncounted = (Usage(party, model, UNTIMED, calls) for (model, party), calls in counts.items())
    return sorted((*graph.usage, *uncounted), key=lambda use: (use.model, use.party, use.hour))


def _unnamed_upstream(graph: FlowGraph, thing: int) -> bool:
    """Whether a peer is where a model is bought, and telemetry shows no model there."""
    if graph.place(thing).kind is not PlaceKind.REMOTE:
        return False
    hosts = {graph.places[number].name for number in graph.things[thing].places} - {""}
    if any(
        place.kind is PlaceKind.MODEL and _bare(place.host) in map(_bare, hosts) for place in graph.places
    ):
        return False
    declared = graph.inventory.authorisations
    listed = any(_listed(host, one.endpoints or ()) for host in hosts for one in declared)
    return listed or graph.meaning(thing).vendor in {one.vendor for one in declared} - {None}


def model_name(graph: FlowGraph, thing: int) -> str:
    """The name of the model that was called; "" when no span tells it."""
    place = graph.place(thing)
    return place.name if place.kind is PlaceKind.MODEL else ""


@lru_cache(maxsize=65536)
def day_of(hour: int) -> date | None:
    """The day of an hour since the epoch; None for `UNTIMED`.

    >>> day_of(472222)
    datetime.date(2023, 11, 14)
    """
    return None if hour == UNTIMED else (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)).date()


def sold(graph: FlowGraph, party: int) -> Answer:
    """Whether calls for a thing are sold: yes for customers, maybe for callers that nobody knows and for our services."""
    known = graph.memo.get(("sold", party))
    if isinstance(known, Answer):
        return known
    place = graph.place(party)
    entry = place.kind is PlaceKind.CALLER and any(
        meaning.entry
        for place_id, meaning in zip(graph.ids, graph.meanings, strict=True)
        if place_id == place.owner
    )
    answer = YES if entry or place.kind is PlaceKind.PARTY else MAYBE
    graph.memo["sold", party] = answer
    return answer


def for_whom(graph: FlowGraph, party: int) -> tuple[Missing, ...]:
    """What would tell for whom a call is made, where telemetry does not."""
    if graph.place(party).kind is PlaceKind.CALLER:
        return lacks(graph, party, "caller", "places[].entry, parties[].match.entry", "parent span id")
    return lacks(graph, party, "tenant", "", "lineage.tenant")


def candidates(graph: FlowGraph, model: str) -> list[Any]:
    """Our authorisations for a model, in the order of the inventory.

    One that stands above another was granted to whoever granted ours: its rights are not ours.
    """
    declared = graph.inventory.authorisations
    above = {one.parent for one in declared}
    return [one for one in declared if one.id not in above and names_model(one, model)]


def names_model(authorisation: Any, model: str) -> bool:
    """Whether an authorisation is for a model."""
    return any(fits(pattern, model) for pattern in authorisation.models)


def self_hosted(graph: FlowGraph, model: str) -> bool:
    """Whether a model is computed on our own machines only: nobody invoices it. One that was called at a vendor's is not."""
    if {one.type for one in candidates(graph, model)} != {"self-hosted"}:
        return False
    called = [t for t in range(len(graph.things)) if model_name(graph, t) == model]
    return not any(vendor_of(graph, thing) for thing in called)


def in_force(authorisation: Any, day: date) -> Answer:
    """Whether an authorisation is in force on a day, both ends included; maybe where an end is not declared."""
    first, last = authorisation.valid_from, authorisation.valid_until
    open_ended = last == OPEN_ENDED
    if (first is not None and day < first) or (last is not None and not open_ended and day > last):
        return NO
    return YES if first is not None and last is not None else MAYBE


def shown(authorisation: Any) -> Ref:
    """An authorisation as findings show it."""
    return Ref(f"authorisation:{authorisation.id}", authorisation.id, authorisation.id, authorisation.source)


def joins(graph: FlowGraph, authorisation: Any, call: Usage) -> Iterator[Fault]:
    """What keeps a call from joining to an authorisation of its model: its dates, its endpoints."""
    subject = shown(authorisation)
    said = {"authorisation": subject}
    day = day_of(call.hour)
    force = NO if day is None else in_force(authorisation, day)
    if day is None:
        yield Fault("trace.undated", said, lacks(graph, call.model, "time", "", "times of the spans"))
    elif force is NO:
        yield Fault("trace.expired", said)
    elif force is MAYBE:
        key = "authorisations[].valid_from, authorisations[].valid_until"
        yield Fault(
            "trace.validity.unknown", said, (Missing("missing.authorisation.validity", subject, key),)
        )
    if authorisation.endpoints is None:
        return
    hosts = {graph.places[number].host for number in graph.things[call.model].places} - {""}
    if not hosts:
        yield Fault("trace.endpoint.unknown", said, lacks(graph, call.model, "named", "", "server.address"))
    elif not all(_listed(host, authorisation.endpoints) for host in hosts):
        yield Fault("trace.endpoint", {**said, "found": tuple(sorted(hosts))})


def _listed(host: str, endpoints: Sequence[str]) -> bool:
    return any(fits(pattern.lower(), each.lower()) for pattern in endpoints for each in (host, _bare(host)))


def _bare(host: str) -> str:
    """A host without its port."""
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host


Test = Callable[[Any, Usage], Iterable[Fault]]
"""What is wrong or not known of an authorisation for a call, beside its dates and endpoints."""


@dataclass
class _Group:
    """Calls of a model with the same fault."""

    model: int
    fault: Fault
    authorisation: Any
    parties: set[int]
    months: set[str]
    missing: set[Missing]
    calls: int = 0


def each_call(context: Context, calls: Sequence[Usage], test: Test, *, by_party: bool) -> list[Judgement]:
    """Ask something of the authorisation of every call; one judgement for each model and fault.

    Of several authorisations of a model the one that stands best counts: one that is in force and grants what is
    asked is enough.

    Args:
        context: the check.
        calls: the calls.
        test: the faults of an authorisation for a call.
        by_party: the test is about the party: one judgement for each of them.
    """
    graph = context.graph
    groups: dict[tuple[object, ...], _Group] = {}
    answers: dict[tuple[object, ...], list[tuple[Any, Fault]]] = {}
    for call in calls:
        day = day_of(call.hour)
        same = (call.model, day, sold(graph, call.party), call.party if by_party else -1)
        if same not in answers:
            answers[same] = _best(graph, call, test)
        for authorisation, fault in answers[same]:
            subject = authorisation.id if authorisation is not None else ""
            told = str(fault.context.get("property", ""))
            key = (
                fault.message,
                call.model,
                subject,
                told,
                not fault.missing,
                call.party if by_party else -1,
            )
            group = groups.setdefault(key, _Group(call.model, fault, authorisation, set(), set(), set()))
            group.parties.add(call.party)
            group.months.add(f"{day:%Y-%m}" if day else "value.undated")
            group.missing.update(fault.missing)
            group.calls += call.calls
    return [
        _judgement(context, group, by_party)
        for _, group in sorted(groups.items(), key=lambda item: str(item[0]))
    ]


def _best(graph: FlowGraph, call: Usage, test: Test) -> list[tuple[Any, Fault]]:
    name = model_name(graph, call.model)
    if not name:
        missing = lacks(graph, call.model, "model", "", "gen_ai.request.model")
        return [(None, Fault("trace.model.unknown", {}, missing))]
    best: tuple[tuple[int, bool], list[tuple[Any, Fault]]] | None = None
    for authorisation in candidates(graph, name):
        faults = list(joins(graph, authorisation, call))
        # Where it does not join at all, what else it grants is beside the point.
        apart = not all(fault.missing for fault in faults)
        if not apart:
            faults += test(authorisation, call)
        wrong = not all(fault.missing for fault in faults)
        rank = (2 if wrong else 1 if faults else 0, apart)
        if best is None or rank < best[0]:
            best = (rank, [(authorisation, fault) for fault in faults])
    if best is None:
        missing = lacks(graph, call.model, "authorisation", "authorisations[].models")
        return [(None, Fault("trace.none", {}, missing))]
    return best[1]


def _judgement(context: Context, group: _Group, by_party: bool) -> Judgement:
    graph, fault, authorisation = context.graph, group.fault, group.authorisation
    here = ref(graph, group.model)
    parties = tuple(sorted(ref(graph, party) for party in group.parties))
    return Judgement(
        Verdict.UNDECIDED if fault.missing else Verdict.VIOLATED,
        fault.message,
        {
            "place": here,
            "model": model_name(graph, group.model),
            "data": parties,
            "months": tuple(sorted(group.months)),
            "calls": group.calls,
            **fault.context,
        },
        (
            fault.message,
            here.id,
            authorisation.id if authorisation is not None else "",
            str(fault.context.get("property", "")),
            *(party.id for party in parties if by_party),
        ),
        call_witness(context, group.model, min(group.parties)),
        tuple(sorted(group.missing)),
        authorisation.source if authorisation is not None else here.source,
    )


def call_witness(context: Context, model: int, party: int) -> tuple[Witness, ...]:
    """The last step of calls for a party, with exemplars and counts of its own; () when no flow names the party."""
    graph = context.graph
    arriving: list[tuple[int, tuple[int]]] = []
    for number in graph.into[model]:
        flow = graph.flows[number]
        if flow.key.leg is Leg.REQUEST and party in (*flow.sources, *flow.possible):
            arriving.append((number, (party,)))
    if not arriving:
        return ()
    number = arriving[0][0]
    return (witness(graph, "data", [(number, party in graph.flows[number].sources, party)], arriving, False),)
