"""`never-meet`: two selections of data share no place.

Isolation is only worth what the weakest shared part is worth: one table, cache or queue used by both
sides is enough to mix them. Limit: two parts that telemetry does not show (a disk, a key, a backup) are
not compared; declare them as places to have them compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from lineage.contracts._contract import (
    MAYBE,
    NO,
    OURS,
    RECEIVERS,
    YES,
    Case,
    Context,
    Contract,
    PlaceMatch,
    silent_places,
    untold,
)
from lineage.findings import Checked, Judgement, Missing, Verdict, ref, resource_ref
from lineage.flows import Leg
from lineage.graph import FlowGraph
from lineage.places import PlaceKind
from lineage.reach import Reach, reach
from lineage.selection import Answer, Selection

_OVERSEAS = {"kinds": ("party",), "origin": ("overseas",)}
_DOMESTIC = {"origin": ("domestic",)}
_BOTH = {"a": _OVERSEAS, "b": _DOMESTIC}


class NeverMeet(Contract):
    """Two selections of data never meet."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_BOTH, ("acme[DE] > gw@SG > pg-intl", "hong[CN] > core@CN > pg-cn"), ""),
        ({**_BOTH, "at": "partition"}, ("acme[DE] > gw@SG > pg/eu", "hong[CN] > core@CN > pg/cn"), ""),
        ({**_BOTH, "at": "output"}, ("acme[DE] > gw@SG > acme", "hong[CN] > gw > pg"), ""),
        ({**_BOTH, "at": "place", "places": {"kinds": ("service",)}}, ("acme[DE] > gw@SG > pg", "hong[CN] > core@CN > pg"), ""),
        ({**_BOTH, "places": {"roles": ("log",)}}, ("acme[DE] > redactor@SG > pg", "hong[CN] > core@CN > pg", "pg is role=log", "redactor lowers origin=DE evidence=report"), ""),
    )  # fmt: skip
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (_BOTH, ("acme[DE] > gw@SG > pg/eu", "hong[CN] > core@CN > pg/cn"), "store:postgresql@pg"),
        (_BOTH, ("acme[DE] > gw@SG ~ pg", "hong[CN] > core@CN > pg"), "store:postgresql@pg"),
        (
            {**_BOTH, "at": "output"},
            ("hong[CN] > core@CN > redis", "acme[DE] > gw@SG < redis > acme"),
            "party:acme",
        ),
        (
            {**_BOTH, "at": "place", "places": {"kinds": ("service",)}},
            ("acme[DE] > gw@SG > acme", "hong[CN] > gw > hong"),
            "service:gw@SG",
        ),
    )
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_BOTH, ("acme[?] > gw@SG > pg", "hong[CN] > core@CN > pg"), "store:postgresql@pg"),
        (_BOTH, ("acme[DE] > gw@SG ?> pg", "hong[CN] > core@CN > pg"), "store:postgresql@pg"),
        (_BOTH, ("acme[DE] > gw@SG > ?pg", "hong[CN] > core@CN > pg"), "store:postgresql@?(service:gw@SG)"),
        (
            {**_BOTH, "places": {"kinds": ("store",)}},
            ("acme[DE] > gw@SG > ?pg", "hong[CN] > gw@SG > ?pg"),
            "store:postgresql@?(service:gw@SG)",
        ),
        (
            {**_BOTH, "places": {"roles": ("log",)}},
            ("acme[DE] > gw@SG > pg", "hong[CN] > core@CN > pg"),
            "store:postgresql@pg",
        ),
    )

    type: Literal["never-meet"] = "never-meet"
    a: Selection = Field(description="Data of one side.")
    b: Selection = Field(description="Data of the other side.")
    suspect: Selection | None = Field(
        default=None,
        description="Data that is no breach where it meets `a`, but leaves nothing proven there: undecided.",
    )
    at: Literal["partition", "resource", "place", "output"] = Field(
        default="resource",
        description=(
            "`partition`: a table, bucket or key space; `resource`: the server and namespace that hold it; "
            "`place`: any place; `output`: an answer to a party of `a` that carries `b`."
        ),
    )
    places: PlaceMatch = Field(
        default=PlaceMatch(),
        description="Which places count; by default services, models, remotes, stores and topics.",
    )

    def check(self, context: Context) -> Checked:
        """Where both are."""
        a = context.reach(self.a)
        judgements = list(self._outputs(context) if self.at == "output" else self._meetings(context))
        if self.at == "output":
            looked_at = sum(1 for t, level in enumerate(a.answers) if level and _answered(context.graph, t))
        else:
            judgements += silent_places(self.places, context) if a.carrying else []
            looked_at = sum(1 for t, level in enumerate(a.things) if level and self._counts(context, t))
        b = context.reach(self.b)
        if not judgements and not self._observed(context, looked_at):
            return Checked((), 0, 0)
        used = tuple(sorted({*a.declassifiers, *b.declassifiers}))
        note = "note.no-places" if not looked_at else "" if b.carrying or any(b.answers) else "note.no-others"
        return Checked(tuple(judgements), a.carrying, looked_at, used, a.waived or b.waived, note)

    def _observed(self, context: Context, looked_at: int) -> bool:
        """Whether there is anything to be proven: an answer, a place of the roles asked about, a source of the kinds asked about."""
        graph = context.graph
        if not looked_at and (self.at == "output" or (self.places.roles and not self._kept_out(context))):
            return False
        kinds = self.b.kinds
        return not kinds or any(graph.place(thing).kind in kinds for thing in range(len(graph.things)))

    def _kept_out(self, context: Context) -> bool:
        """Whether a declassifier is what keeps `a` from getting to any place that counts: then it is that which is proven."""
        a = context.reach(self.a)
        if not a.declassifiers:
            return False
        things = reach(context.graph, a.answers, direct=self.a.direct).things
        return any(level and self._counts(context, thing) for thing, level in enumerate(things))

    def _counts(self, context: Context, thing: int) -> bool:
        kinds = self.places.kinds or OURS
        return context.graph.place(thing).kind in kinds and bool(
            self.places.answer(context.graph, thing, context.jurisdictions)
        )

    # --- at places --------------------------------------------------------------------------------

    def _meetings(self, context: Context) -> Iterator[Judgement]:
        graph = context.graph
        groups: dict[str, list[int]] = defaultdict(list)
        for thing in range(len(graph.things)):
            if self._counts(context, thing):
                groups[graph.things[thing].resource if self.at == "resource" else str(thing)].append(thing)
        met: set[int] = set()
        for members in groups.values():
            judgement = self._meeting(context, members, self.b, "meet")
            if judgement is None and self.suspect is not None:
                judgement = self._meeting(context, members, self.suspect, "meet.suspect")
            if judgement is not None:
                met.update(members)
                yield judgement
        reported: set[int] = set()
        for b in (self.b, self.suspect):
            if b is not None:
                yield from self._lookalikes(context, b, met, reported)

    def _meeting(self, context: Context, members: list[int], b: Selection, message: str) -> Judgement | None:
        graph, one, two = context.graph, context.reach(self.a), context.reach(b)
        # Where both are kept is shown rather than where one is only asked.
        at_a = max(members, key=lambda t: (one.things[t], two.things[t], one.held[t], two.held[t]))
        at_b = max(members, key=lambda t: (two.things[t], one.things[t], one.held[t], two.held[t]))
        level = min(one.things[at_a], two.things[at_b])
        if level is NO:
            return None
        meant = max(self.places.answer(graph, thing, context.jurisdictions) for thing in members)
        partitions = tuple(ref(graph, t) for t in members if one.things[t] or two.things[t])
        here = resource_ref(graph, at_b) if self.at == "resource" else ref(graph, at_b)
        ways = ((self.a, at_a, one, "data.a"), (b, at_b, two, "data.b"))
        witness, missing = [], []
        for selection, thing, found, label in ways:
            steps = context.way(selection, thing, found.things[thing])
            if steps:
                witness.append(context.witness(label, selection, steps))
            if found.things[thing] is MAYBE:
                missing += context.missing(selection, thing, steps)
        whose_a, whose_b = (
            context.culprits(selection, thing, found.things[thing]) for selection, thing, found, _ in ways
        )
        if meant is MAYBE:
            level = MAYBE
            missing += [lack for thing in members for lack in self.places.untold(graph, thing)]
        if level is YES and (vague := self._vague(context, members, one, two)):
            level = MAYBE
            missing.append(Missing("missing.same", here, "places[].name", vague))
        if message == "meet" and whose_a == whose_b and len(whose_a) == 1:
            message = "meet.self"
        if level is MAYBE:
            message = {"meet.self": "meet.self.maybe"}.get(message, "meet.maybe")
        sure = level is YES and message in ("meet", "meet.self")
        return Judgement(
            Verdict.VIOLATED if sure else Verdict.UNDECIDED,
            message,
            {
                "place": here,
                "partitions": partitions if [part.en for part in partitions] != [here.en] else (),
                "a": whose_a,
                "b": whose_b,
            },
            ("meet", here.id),
            tuple(witness),
            tuple(sorted(set(missing))),
            here.source,
            waived=one.waived or two.waived,
        )

    def _vague(self, context: Context, members: list[int], one: Reach, two: Reach) -> str:
        """The attribute that would tell whether a place is one place; "" where it is, or need not be told.

        A peer without an address, known only by the service that saw it, may be two: one for each side. It need
        not be told when a single flow carries both.
        """
        graph = context.graph
        reached = [t for t in members if one.things[t] or two.things[t]]
        if not all(graph.place(t).unknown and not graph.meaning(t).name for t in reached):
            return ""
        for thing in reached:
            for number in (*graph.into[thing], *graph.out_of[thing]):
                if (
                    one.flows[number] is YES
                    and two.flows[number] is YES
                    and _together(graph, number, one, two)
                ):
                    return ""
        topic = graph.place(reached[0]).kind is PlaceKind.TOPIC
        return "messaging.destination.name" if topic else "server.address"

    def _lookalikes(
        self, context: Context, other_side: Selection, met: set[int], reported: set[int]
    ) -> Iterator[Judgement]:
        """Places that may be one and the same: one side at the one, the other side at the other."""
        graph = context.graph
        a, b = context.reach(self.a), context.reach(other_side)
        for blur in graph.blurs:
            inside = [t for t in blur.members if self._counts(context, t) and t not in met]
            for one, two, first, second in ((a, b, self.a, other_side), (b, a, other_side, self.a)):
                for vague in sorted(blur.vague):
                    if vague in reported or vague in met or not one.things[vague]:
                        continue
                    other = next((t for t in inside if two.things[t] and t != vague), None)
                    if other is None or (
                        self.at == "resource" and graph.things[other].resource == graph.things[vague].resource
                    ):
                        continue
                    reported.add(vague)
                    yield self._lookalike(context, vague, other, blur.attribute, (one, first), (two, second))

    def _lookalike(
        self,
        context: Context,
        vague: int,
        other: int,
        attribute: str,
        one: tuple[Reach, Selection],
        two: tuple[Reach, Selection],
    ) -> Judgement:
        graph, here = context.graph, ref(context.graph, vague)
        witness = []
        for thing, (found, selection) in ((vague, one), (other, two)):
            steps = context.way(selection, thing, found.things[thing])
            if steps:
                label = "data.a" if selection == self.a else "data.b"
                witness.append(context.witness(label, selection, steps))
        return Judgement(
            Verdict.UNDECIDED,
            "meet.lookalike",
            {"place": here, "other": ref(graph, other)},
            ("lookalike", here.id, graph.id(other)),
            tuple(witness),
            (Missing("missing.same", here, "places[].name", attribute),),
            here.source,
        )

    # --- at outputs -------------------------------------------------------------------------------

    def _outputs(self, context: Context) -> Iterator[Judgement]:
        graph, a = context.graph, context.reach(self.a)
        for thing, receives in enumerate(a.answers):
            if not receives or not _answered(graph, thing):
                continue
            judgement = self._output(context, thing, receives, self.b, "output")
            if judgement is None and self.suspect is not None:
                judgement = self._output(context, thing, receives, self.suspect, "output.suspect")
            if judgement is not None:
                yield judgement

    def _output(
        self, context: Context, thing: int, receives: Answer, selection: Selection, message: str
    ) -> Judgement | None:
        graph, here, b = context.graph, ref(context.graph, thing), context.reach(selection)
        answers = [n for n in graph.into[thing] if graph.flows[n].key.leg is Leg.RESPONSE and b.flows[n]]
        if not answers:
            return None
        number = max(answers, key=lambda n: (b.flows[n], -n))
        level = min(receives, b.flows[number])
        steps = context.paths(selection, b.flows[number]).ending(number) or (number,)
        missing = context.missing(selection, thing, steps) if b.flows[number] is MAYBE else []
        if receives is MAYBE:
            missing += untold(graph, thing, self.a)
        return Judgement(
            Verdict.VIOLATED if level is YES and message == "output" else Verdict.UNDECIDED,
            message if level is YES else "output.maybe",
            {"place": here, "b": context.culprits(selection, thing, b.flows[number])},
            ("output", here.id),
            (context.witness("data.b", selection, steps),),
            tuple(sorted(set(missing))),
            here.source,
            waived=b.waived,
        )


def _answered(graph: FlowGraph, thing: int) -> bool:
    """Whether a party got an answer: where none was seen, nothing is known of what it carried."""
    if graph.place(thing).kind not in RECEIVERS:
        return False
    return any(graph.flows[number].key.leg is Leg.RESPONSE for number in graph.into[thing])


def _together(graph: FlowGraph, number: int, one: Reach, two: Reach) -> bool:
    """Whether one call of a flow carried data of both sides."""
    flow = graph.flows[number]
    if any(one.sources[s] is YES and two.sources[s] is YES for s in flow.sources):
        return True
    for pair in flow.carried.together:
        x, y = (graph.thing_of[graph.position[place]] for place in pair)
        if any(one.sources[a] is YES and two.sources[b] is YES for a, b in ((x, y), (y, x))):
            return True
    return False
