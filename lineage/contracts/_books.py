"""What ledgers say of what was bought, sold and paid; for `traceable`.

A kind of ledger that nobody gave, or a quantity that a row does not tell, makes a demand undecided. What a ledger
that was given does not list was not bought or sold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lineage.contracts._calls import (
    call_witness,
    candidates,
    day_of,
    for_whom,
    in_force,
    model_name,
    self_hosted,
)
from lineage.contracts._contract import MAYBE, NO, YES, Context, lacks
from lineage.findings import Judgement, Missing, Ref, Value, Verdict, Witness, ref
from lineage.graph import FlowGraph, Usage
from lineage.ledgers.rows import Ledgers, month_number, month_text
from lineage.ledgers.sums import Joined, Sum, around, joined, totals
from lineage.places import PlaceKind

NONE = Sum(0, True, 0)
"""What a ledger that was given says of what it does not list."""
_ZH = {
    "upstream-invoices": "上游发票台账",
    "upstream-usage": "上游用量台账",
    "downstream-orders": "下游订单台账",
    "downstream-usage": "下游用量台账",
    "collections": "收款台账",
    "stock": "库存台账",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look into the ledgers found, and how many things were looked at."""

    judgements: list[Judgement]
    rows: int


def ledgers_of(context: Context) -> Ledgers:
    """The ledgers of the inventory."""
    found: Ledgers = context.graph.inventory.ledgers
    return found


def ledger(kind: str) -> Ref:
    """A kind of ledger as findings show it."""
    return Ref(f"ledger:{kind}", f"ledger {kind}", _ZH[kind])


def absent(context: Context, kinds: Sequence[str]) -> list[Judgement]:
    """One judgement for each kind of ledger that nobody gave."""
    return [
        Judgement(
            Verdict.UNDECIDED,
            "trace.ledger",
            {"ledger": ledger(kind)},
            ("trace.ledger", kind),
            (),
            (Missing("missing.ledger", ledger(kind), f"ledgers[].kind: {kind}"),),
        )
        for kind in kinds
        if kind not in ledgers_of(context)
    ]


def sold_models(context: Context) -> set[str]:
    """The models in the ledger of what was sold."""
    return {str(model) for (model,) in totals(ledgers_of(context), "downstream-usage", "calls", ("model",))}


def bought_from(context: Context, models: Iterable[str], *kinds: str) -> tuple[str, ...]:
    """These ledgers of upstreams; none where all models are computed on our own machines."""
    hosted = [self_hosted(context.graph, model) for model in models]
    return () if hosted and all(hosted) else kinds


def finding(
    message: str, said: Mapping[str, Value], at: Iterable[str], missing: Sequence[Missing] = (), **more: Any
) -> Judgement:
    """Violated, or undecided where something is missing."""
    verdict = Verdict.UNDECIDED if missing else Verdict.VIOLATED
    return Judgement(verdict, message, said, (message, *at), missing=tuple(sorted(set(missing))), **more)


def untold(kind: str, column: str) -> Missing:
    """A column that rows of a ledger leave empty."""
    return Missing("missing.quantity", ledger(kind), "", f"{kind}.{column}")


# --- calls in the ledgers ---------------------------------------------------------------------------


def traced(context: Context, calls: Sequence[Usage], tolerance: float) -> Looked:
    """Each call, observed or sold, is in the ledgers: usage of both sides, and an invoice."""
    books = ledgers_of(context)
    seen = _by_month(context.graph, calls)
    models = {one.name for one in seen} | sold_models(context)
    judgements = absent(
        context, ("downstream-usage", *bought_from(context, models, "upstream-usage", "upstream-invoices"))
    )
    if "downstream-usage" in books:
        judgements += _sold(context, seen, tolerance)
    if "upstream-usage" in books:
        judgements += _recorded(context, seen, tolerance)
    sales: dict[tuple[str, int], int] = {}
    if {"downstream-usage", "upstream-usage"} <= set(books.rows):
        for (model, month), found in joined(books).items():
            sales[model, month] = found.sold
            if not self_hosted(context.graph, model):
                judgements += _unmatched(model, month, found, tolerance)
    wanted = {(one.name, one.month) for one in seen if one.month is not None} | set(sales)
    if "downstream-usage" in books:
        judgements += _unauthorised(context)
    if "upstream-invoices" in books:
        judgements += _uninvoiced(context, sorted(wanted))
    return Looked(judgements, sum(call.calls for call in calls) + sum(sales.values()))


Hours = Mapping[int, int]
"""Calls by hour since the epoch."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Observed calls of a model, at whatever address, in a month."""

    name: str
    month: int | None
    """None = at a time that nobody told."""
    things: tuple[int, ...]
    parties: Mapping[int, Hours]
    """By party, as a thing."""


def _by_month(graph: FlowGraph, calls: Sequence[Usage]) -> list[Seen]:
    things: dict[tuple[str, int | None], set[int]] = defaultdict(set)
    hours: dict[tuple[str, int | None], dict[int, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for call in calls:
        day = day_of(call.hour)
        key = (model_name(graph, call.model), month_number(f"{day:%Y-%m}") if day else None)
        things[key].add(call.model)
        hours[key][call.party][call.hour] += call.calls
    order = sorted(things, key=lambda key: (key[0], -1 if key[1] is None else key[1]))
    return [Seen(*key, tuple(sorted(things[key])), hours[key]) for key in order]


def _sold(context: Context, seen: Iterable[Seen], tolerance: float) -> Iterator[Judgement]:
    """Observed calls of each customer are in the ledger of what was sold."""
    graph = context.graph
    for one in seen:
        here = tuple(ref(graph, thing) for thing in one.things)
        for party, hours in sorted(one.parties.items()):
            who = ref(graph, party)
            said: dict[str, Value] = {
                "place": here,
                "model": one.name,
                "data": (who,),
                "observed": sum(hours.values()),
            }
            witness = _witness(context, one, party)
            at: tuple[str, ...] = (one.name, who.id)
            if one.month is None:
                missing = lacks(graph, one.things[0], "time", "", "times of the spans")
                yield finding("trace.undated.call", said, at, missing, witness=witness)
                continue
            said["months"], at = (month_text(one.month),), (*at, month_text(one.month))
            if graph.place(party).kind is not PlaceKind.PARTY or not graph.place(party).name:
                yield finding("trace.unowned", said, at, for_whom(graph, party), witness=witness)
                continue
            tenants = {graph.place(party).name, graph.meaning(party).name} - {""}
            keys = [{"tenant": tenant, "model": one.name} for tenant in sorted(tenants)]
            yield from _fewer(
                context, "downstream-usage", said, at, one.month, hours, keys, tolerance, witness
            )


def _recorded(context: Context, seen: Iterable[Seen], tolerance: float) -> Iterator[Judgement]:
    """Observed calls of each model are in the upstream's record."""
    graph = context.graph
    for one in seen:
        if one.month is None or self_hosted(graph, one.name):
            continue
        hours = Counter[int]()
        for calls in one.parties.values():
            hours.update(calls)
        said: dict[str, Value] = {
            "place": tuple(ref(graph, thing) for thing in one.things),
            "model": one.name,
            "data": tuple(sorted(ref(graph, party) for party in one.parties)),
            "observed": hours.total(),
            "months": (month_text(one.month),),
        }
        witness = _witness(context, one, min(one.parties))
        at, keys = (one.name, month_text(one.month)), [{"model": one.name}]
        yield from _fewer(context, "upstream-usage", said, at, one.month, hours, keys, tolerance, witness)


def _witness(context: Context, one: Seen, party: int) -> tuple[Witness, ...]:
    ways = (call_witness(context, thing, party) for thing in one.things)
    return next((way for way in ways if way), ())


def _fewer(
    context: Context, kind: str, said: Mapping[str, Value], at: tuple[str, ...], month: int, hours: Hours,
    keys: Sequence[Mapping[str, str]], tolerance: float, witness: tuple[Witness, ...],
) -> Iterator[Judgement]:  # fmt: skip
    """A finding if a ledger lists fewer calls than were observed: of the hours with their neighbours, or in all of them."""
    books, asked = ledgers_of(context), list(hours)
    near = zip(*(around(books, kind, key, asked) for key in keys), strict=True)
    short = sum(max(0, hours[hour] - sum(found)) for hour, found in zip(asked, near, strict=True))
    sums = [totals(books, kind, "calls", (*key, "period")).get((*key.values(), month), NONE) for key in keys]
    short = max(short, sum(hours.values()) - sum(int(each.value) for each in sums))
    if short <= sum(hours.values()) * tolerance / 100:
        return
    told = all(each.told for each in sums)
    missing = () if told else (untold(kind, "calls"),)
    yield finding(
        "trace.fewer", {**said, "ledger": ledger(kind), "short": short}, (kind, *at), missing, witness=witness
    )


def _unauthorised(context: Context) -> Iterator[Judgement]:
    """Sold calls of days on which no authorisation for the model was in force."""
    graph = context.graph
    calls: dict[tuple[str, str, str], int] = Counter()
    for (model, hour), found in totals(
        ledgers_of(context), "downstream-usage", "calls", ("model", "time")
    ).items():
        day, ours = day_of(int(hour)), candidates(graph, str(model))
        force = max((in_force(one, day) for one in ours), default=None) if day else MAYBE
        if force is not YES:
            message = {None: "trace.sold.none", NO: "trace.sold.expired", MAYBE: "trace.sold.validity"}[force]
            calls[message, str(model), f"{day:%Y-%m}" if day else ""] += int(found.value)
    fact = {
        "trace.sold.none": "missing.authorisation",
        "trace.sold.validity": "missing.authorisation.validity",
    }
    key = {
        "trace.sold.none": "authorisations[].models",
        "trace.sold.validity": "authorisations[].valid_from, authorisations[].valid_until",
    }
    for (message, model, month), sold in sorted(calls.items()):
        subject = Ref(f"model:{model}", model, model)
        missing = (Missing(fact[message], subject, key[message]),) if message in fact else ()
        yield finding(message, {"model": model, "month": month, "sold": sold}, (model, month), missing)


def _unmatched(model: str, month: int, found: Joined, tolerance: float) -> Iterator[Judgement]:
    if found.unmatched <= found.sold * tolerance / 100 and found.told:
        return
    missing = () if found.told else (untold("downstream-usage", "calls"), untold("upstream-usage", "calls"))
    said: dict[str, Value] = {
        "model": model,
        "month": month_text(month),
        "sold": found.sold,
        "found": found.unmatched,
    }
    yield finding("trace.unmatched", said, (model, month_text(month)), missing)


def _uninvoiced(context: Context, wanted: Iterable[tuple[str, int]]) -> Iterator[Judgement]:
    """A model and month without a line of an invoice; undecided while the month runs."""
    listed = totals(ledgers_of(context), "upstream-invoices", "tokens", ("model", "period"))
    for model, month in wanted:
        if (model, month) in listed or self_hosted(context.graph, model):
            continue
        running = month >= month_number(f"{context.today:%Y-%m}")
        missing = (
            (Missing("missing.invoice", ledger("upstream-invoices"), "", "upstream-invoices.period"),)
            if running
            else ()
        )
        said: dict[str, Value] = {"model": model, "month": month_text(month)}
        yield finding("trace.uninvoiced", said, (model, month_text(month)), missing)


def with_tolerance(value: float, tolerance: float) -> float:
    return value * (1 + tolerance / 100)
