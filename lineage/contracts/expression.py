"""`expression`: a CEL expression is true of every place that the data gets to, or of every flow that carries it.

For what the other contracts cannot say. The language is Google's Common Expression Language, in Google's own
binding: `pip install "dataflow-lineage[cel]"`. Variables are flat and typed; a misspelt one, a wrong type or a
broken pattern is an error when the pack is loaded. Numbers are compared with numbers of their own sort: write
`place.retention_days <= 30.0`. Patterns (`matches`) are RE2's: no pattern is slow.

A variable whose value nobody told makes that place or flow undecided, unless the rest decides alone (`false && x`
is false). Of `over: places`: `place.kind`, `.name`, `.role` ("" where the kind has none), `.system`, `.country`,
`.operator`, `.vendor` ("" where it is our own organisation), `.zone`, `.redaction`, `.market`, `.industry` ("" where
it is no party), all text; `.retention_days`, a number; `.deletable`, `.declared`, `.entry`, `.trusted`, true or
false; `.viewers`, `.purposes`, lists of text. Of `over: flows`: `flow.leg`, `.purpose`, `.protection` (of services
that are trusted to state it), text; `.kept`; `.categories`, `.purposes`, lists; and of both ends `.source_kind`,
`.source_name`, `.source_role`, `.source_country`, `.source_operator`, `.source_vendor`, `.source_zone`,
`.target_kind`, `.target_name`, `.target_role`, `.target_country`, `.target_operator`, `.target_vendor`, `.target_zone`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from lineage.contracts._cel import compiled, evaluated, named
from lineage.contracts._contract import (
    Case,
    Context,
    Contract,
    Fault,
    PlaceMatch,
    each_place,
    fault_at,
    ours,
)
from lineage.contracts._variables import ENDS, FLOW, PLACE, Over, Told
from lineage.findings import Checked, Judgement, Missing, Verdict, ref
from lineage.graph import Flow, FlowGraph
from lineage.selection import Answer, Selection

_KEPT_SHORT = {"over": "places", "places": {"kinds": ("store",)}, "holds": "place.retention_days <= 30.0"}
_MASKED_LOGS = {
    "over": "places",
    "holds": "place.role != 'log' || place.redaction in ['masked', 'anonymised']",
}
_NO_PROMPTS_ABROAD = {
    "over": "flows",
    "data": {"origin": ("domestic",)},
    "holds": "flow.source_country == flow.target_country || !('prompt' in flow.categories)",
}


class Expression(Contract):
    """An expression is true of places or flows."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_KEPT_SHORT, ("acme[DE] > gw@SG > pg", "pg is retention=30"), ""),
        (_MASKED_LOGS, ("acme[DE] > gw@SG > log", "log is role=log redaction=masked"), ""),
        (_MASKED_LOGS, ("acme[DE] > gw@SG > pg", "pg is role=database"), ""),
        (_NO_PROMPTS_ABROAD, ("hong[CN] > core@CN > rag@CN", "hong is country=CN"), ""),
    )
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (_KEPT_SHORT, ("acme[DE] > gw@SG > pg", "pg is retention=31"), "store:postgresql@pg"),
        (_MASKED_LOGS, ("acme[DE] > gw@SG > log", "log is role=log redaction=none"), "store:store@log"),
        (
            {"over": "flows", "holds": "!(flow.kept && flow.target_country == 'CN')"},
            ("acme[DE] > gw@SG > pg", "pg is country=CN"),
            "store:postgresql@pg",
        ),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_KEPT_SHORT, ("acme[DE] > gw@SG > pg",), "store:postgresql@pg"),
        (_MASKED_LOGS, ("acme[DE] > gw@SG > log", "log is redaction=none"), "store:store@log"),
        (_NO_PROMPTS_ABROAD, ("hong[CN] > core@CN > gw@SG", "hong is country=CN"), "service:gw@SG"),
        ({"over": "places", "holds": "place.viewers[0] == 'staff'"}, ("acme[DE] > gw@SG", "gw is viewers="), "service:gw@SG"),
    )  # fmt: skip

    type: Literal["expression"] = "expression"
    over: Over = Field(description="What the expression is about: `places` or `flows`.")
    data: Selection = Field(default=Selection(), description="The data; by default all.")
    places: PlaceMatch = Field(
        default=PlaceMatch(),
        description="Which places count (parties only if `kinds` names them), or to which places the flows go.",
    )
    holds: str = Field(
        min_length=1,
        max_length=4000,
        description="What must be true of each, in CEL; true or false comes out.",
    )

    @field_validator("holds")
    @classmethod
    def _compiles(cls, text: str, info: ValidationInfo) -> str:
        if "over" in info.data:
            compiled(text, info.data["over"])
        return text

    def check(self, context: Context) -> Checked:
        """Every place that the data gets to, or every flow that carries it."""
        return self._places(context) if self.over == "places" else self._flows(context)

    def _places(self, context: Context) -> Checked:
        graph = context.graph

        def scope(thing: int) -> Answer:
            return ours(self.places, context, thing)

        def test(thing: int) -> Iterator[Fault]:
            told = {f"place.{name}": one.of(graph, thing) for name, one in PLACE.items()}
            yield from self._faults(told, "expression", lambda name: _missing(graph, thing, name))

        return each_place(context, self.data, scope, test, places=self.places)

    def _flows(self, context: Context) -> Checked:
        graph, found = context.graph, context.reach(self.data)
        worst: dict[tuple[str, ...], Judgement] = {}
        looked_at = 0
        places = set()
        for number, flow in enumerate(graph.flows):
            inside = self.places.answer(graph, flow.target, context.jurisdictions)
            if not (found.flows[number] and inside):
                continue
            looked_at += 1
            places.add(flow.target)
            for fault in self._flow_faults(graph, flow):
                fault = replace(fault, untold=tuple(self.places.untold(graph, flow.target)))
                made = fault_at(context, self.data, flow.target, found.flows[number], inside, fault)
                at = (fault.message, graph.id(flow.source), graph.id(flow.target), str(flow.key.leg))
                if at not in worst or made.verdict is Verdict.VIOLATED:
                    worst[at] = replace(made, at=at)
        judgements = tuple(worst[at] for at in sorted(worst))
        return Checked(judgements, looked_at, len(places), found.declassifiers, found.waived)

    def _flow_faults(self, graph: FlowGraph, flow: Flow) -> Iterator[Fault]:
        told: dict[str, Told] = {f"flow.{name}": one.of(graph, flow) for name, one in FLOW.items()}
        for end, thing in (("source", flow.source), ("target", flow.target)):
            told |= {f"flow.{end}_{name}": PLACE[name].of(graph, thing) for name in ENDS}

        def missing(name: str) -> Missing:
            end, _, rest = name.removeprefix("flow.").partition("_")
            if end in ("source", "target"):
                return _missing(graph, flow.source if end == "source" else flow.target, rest)
            one = FLOW[name.removeprefix("flow.")]
            return Missing(f"missing.{one.fact}", ref(graph, flow.target), one.key, one.attribute)

        for fault in self._faults(told, "expression.flow", missing):
            yield replace(fault, context={**fault.context, "source": ref(graph, flow.source)})

    def _faults(
        self, told: Mapping[str, Told], message: str, missing: Callable[[str], Missing]
    ) -> Iterator[Fault]:
        """At most one: the expression is false, or what it says cannot be told."""
        answer = evaluated(compiled(self.holds, self.over), told)
        said = {"holds": self.holds}
        if answer is None:
            names = [name for name in named(self.holds) if name in told and told[name] is None]
            untold = tuple(missing(name) for name in names) or (missing(""),)
            yield Fault(f"{message}.unknown", said, untold)
        elif not answer:
            yield Fault(message, said)


def _missing(graph: FlowGraph, thing: int, name: str) -> Missing:
    """What would tell a variable of a place; of no variable: what the expression itself lacks there."""
    one = PLACE.get(name.removeprefix("place."))
    if one is None:
        return Missing("missing.expression", ref(graph, thing))
    return Missing(f"missing.{one.fact}", ref(graph, thing), one.key, one.attribute)
