"""What all contract types share: the context of a check, witnesses, missing facts, places to look at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from lineage.declassify import reach_lowered
from lineage.findings import (
    Checked,
    Judgement,
    Missing,
    Ref,
    Value,
    Verdict,
    Witness,
    doubt_words,
    ref,
    witness,
)
from lineage.flows import UNSURE
from lineage.graph import FlowGraph
from lineage.inventory.glob import fits
from lineage.labels import UNKNOWN
from lineage.places import PlaceKind
from lineage.reach import Paths, Reach
from lineage.selection import Answer, Jurisdictions, Selection, claims
from lineage.solve import own_labels
from lineage.things import HOLDERS
from lineage.words import words

NO, MAYBE, YES = Answer.NO, Answer.MAYBE, Answer.YES
Role = Literal[
    "database", "cache", "vector-index", "object-store", "log", "training-pool", "evaluation-pool", "backup", "queue",
    "workstation", "undeclared",
]  # fmt: skip
"""Roles that a rule may name: those of the inventory, and one for stores that have none."""
UNDECLARED = "undeclared"
"""The word in `roles` for a store or topic of which no role is known."""


@dataclass
class Context:
    """A graph being checked with one pack's jurisdictions; remembers what was asked before.

    Args:
        graph: the graph.
        jurisdictions: the pack's words for sets of countries.
        today: the day on which evidence must be in date (UTC).
    """

    graph: FlowGraph
    jurisdictions: Jurisdictions
    today: date
    _reached: dict[Selection, Reach] = field(default_factory=dict)
    _paths: dict[tuple[Selection, Answer], Paths] = field(default_factory=dict)

    def reach(self, selection: Selection) -> Reach:
        """Where selected data gets to; worked out once for equal selections."""
        found = self._reached.get(selection)
        if found is None:
            answers = selection.answers(self.graph, self.jurisdictions)
            found = reach_lowered(self.graph, answers, selection, self.jurisdictions, self.today)
            self._reached[selection] = found
        return found

    def paths(self, selection: Selection, level: Answer) -> Paths:
        """Shortest ways of selected data, as sure as `level`."""
        key = (selection, level)
        if key not in self._paths:
            found, memo = self.reach(selection), self.graph.memo
            # Packs ask for the same data in many words: what spreads alike has the same ways, and is searched once.
            alike = (("paths", bytes(found.answers), bytes(found.sources), bytes(found.flows)), int(level))
            if alike not in memo:
                memo[alike] = Paths(self.graph, found, level)
            self._paths[key] = memo[alike]  # type: ignore[assignment]
        return self._paths[key]

    def way(self, selection: Selection, thing: int, level: Answer) -> tuple[int, ...]:
        """Flows from where selected data entered to a thing; the last alone when the way is broken; () at its source."""
        steps = self.paths(selection, level).to(thing)
        found = self.reach(selection)
        if steps or (steps is not None and found.answers[thing]):
            return steps
        if found.via[thing] >= 0:
            return (found.via[thing],)
        # Nothing was seen flowing in: a store's own answer said whose data it holds.
        told = (n for n in self.graph.out_of[thing] if self.graph.holds_owners[n] and found.flows[n] >= level)
        return tuple(told)[:1]

    def witness(self, label: str, selection: Selection, steps: tuple[int, ...]) -> Witness:
        """A way as a finding shows it."""
        found, graph = self.reach(selection), self.graph
        broken = bool(steps) and not self._enters(found, steps[0])
        arriving: list[int] = []
        if steps:
            # An answer is the last step of a way to its receiver only by that leg.
            last = graph.flows[steps[-1]]
            arriving = [
                number
                for number in graph.into[last.target]
                if found.flows[number] >= found.flows[steps[-1]]
                and graph.flows[number].key.leg is last.key.leg
            ]
        return witness(
            graph,
            label,
            [
                (number, found.flows[number] is YES, carrier)
                for number, carrier in zip(steps, self._followed(found, steps), strict=True)
            ],
            [(number, self._carriers(found, number)) for number in arriving],
            broken,
        )

    def _carriers(self, found: Reach, number: int) -> list[int]:
        """The sources by which a flow carries the data, as surely as it does."""
        flow = self.graph.flows[number]
        if found.flows[number] is YES:
            carriers = [s for s in flow.sources if found.sources[s] is YES]
        else:
            carriers = [s for s in (*flow.sources, *flow.possible) if found.sources[s]]
        return carriers or [*flow.sources, *flow.possible]

    def _followed(self, found: Reach, steps: tuple[int, ...]) -> Iterator[int]:
        """For each step the one source by whose name the data is followed; it changes where a store keeps the data."""
        graph = self.graph
        names: list[int] = []
        for number in steps:
            carriers = self._carriers(found, number)
            names = [name for name in names or [graph.flows[number].source] if name in carriers] or carriers
            yield names[0]
            flow = graph.flows[number]
            names = [flow.target, *names] if flow.kept else names[:1]

    def _enters(self, found: Reach, number: int) -> bool:
        flow = self.graph.flows[number]
        return found.answers[flow.source] > NO

    def missing(self, selection: Selection, thing: int, steps: tuple[int, ...]) -> list[Missing]:
        """Why data only may get to a thing by this way: facts that would settle it."""
        found, graph = self.reach(selection), self.graph
        result: list[Missing] = []
        for number in steps:
            flow = graph.flows[number]
            if found.flows[number] is not MAYBE:
                continue
            if flow.doubts & UNSURE:
                result += [doubtful(graph, flow.source, word) for word in doubt_words(flow.doubts & UNSURE)]
            elif flow.possible and not any(found.sources[s] for s in flow.sources):
                result.append(doubtful(graph, flow.source, "order"))
        first = graph.flows[steps[0]] if steps else None
        entries = {first.source, *first.sources, *first.possible} if first else {thing}
        for entry in sorted(entries):
            if found.answers[entry] is MAYBE:
                result += untold(graph, entry, selection)
            elif found.sources[entry] is MAYBE and found.answers[entry] is NO:
                result += [
                    Missing("missing.same", ref(graph, vague), "places[].name", blur.attribute)
                    for blur in graph.blurs
                    if entry in blur.members
                    for vague in sorted(blur.vague)[:1]
                ]
        if not result:
            # Each step is sure by itself, but no one way of one datum joins them.
            result.append(doubtful(graph, graph.flows[steps[-1]].source if steps else thing, "order"))
        return sorted(set(result))

    def culprits(self, selection: Selection, thing: int, level: Answer) -> tuple[Ref, ...]:
        """The selected sources whose data gets to a thing, as far as the flows there name them; sorted, at most 12."""
        found, graph = self.reach(selection), self.graph
        named = {thing} if found.answers[thing] >= level else set()
        for number in graph.into[thing]:
            if found.flows[number] >= level:
                flow = graph.flows[number]
                named.update(s for s in flow.sources if found.answers[s] >= level)
                if level is MAYBE:
                    named.update(s for s in flow.possible if found.answers[s] >= level)
        if not named:
            for number in self.way(selection, thing, level)[:1]:
                flow = graph.flows[number]
                named.update(s for s in (*flow.sources, *flow.possible) if found.sources[s] >= level)
        return tuple(sorted(ref(graph, source) for source in named)[:12])


def doubtful(graph: FlowGraph, thing: int, word: str) -> Missing:
    """What would lift a doubt of a flow; the subject is the place that reported it."""
    attribute = {"direction": "lineage.direction", "conflict": "span id", "order": "parent span id, links"}[
        word
    ]
    return Missing(f"missing.{word}", ref(graph, thing), "", attribute)


def untold(graph: FlowGraph, thing: int, selection: Selection) -> list[Missing]:
    """The labels of a source that a selection asks for and nobody told."""
    place, subject = graph.place(thing), ref(graph, thing)
    labels = own_labels(graph, thing)
    person = place.kind is PlaceKind.PARTY
    if place.kind is PlaceKind.CALLER:
        return [Missing("missing.caller", subject, "places[].entry, parties[].match.entry", "parent span id")]
    if person and not place.name:
        return [Missing("missing.tenant", subject, "parties[].match.entry", "lineage.tenant")]
    result = []
    if (selection.origin or selection.used_in) and UNKNOWN in labels.origins:
        key = "parties[].origin" if person else "places[].contents.origin"
        result.append(Missing("missing.origin", subject, key))
    elif (selection.origin or selection.used_in) and claims(graph, thing):
        result.append(Missing("missing.claim", subject, "parties[].origin"))
    if selection.classes and (UNKNOWN in labels.classes or not result):
        key = "parties[].class" if person else "places[].contents.class"
        result.append(Missing("missing.class", subject, key, ""))
    if selection.market and not graph.meaning(thing).market:
        result.append(Missing("missing.market", subject, "parties[].market", ""))
    if selection.industries and not graph.meaning(thing).industry:
        result.append(Missing("missing.industry", subject, "parties[].industry", ""))
    return result


class PlaceMatch(BaseModel):
    """Which places: every field that is given must fit; none given = all places."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[PlaceKind, ...] = Field(default=(), description="Kinds of places.")
    roles: tuple[Role, ...] = Field(
        default=(),
        description="Roles of places; `undeclared` for a store or topic of which no role is known.",
    )
    countries: tuple[str, ...] = Field(
        default=(), description="Where it stands: words of the pack's jurisdictions, or ISO country codes."
    )
    outside: tuple[str, ...] = Field(default=(), description="Where it does not stand: likewise.")
    zones: tuple[str, ...] = Field(default=(), description="Zones of the inventory.")
    names: tuple[str, ...] = Field(default=(), description="Inventory names; `*` and `?` match.")

    def words(self) -> tuple[str, ...]:
        """The jurisdiction words and country codes used."""
        return (*self.countries, *self.outside)

    def answer(self, graph: FlowGraph, thing: int, jurisdictions: Jurisdictions) -> Answer:
        """Whether a thing is meant; maybe where its country, zone or role is needed and not known.

        A store or topic without a role may be a log, a training pool or any other: unless a rule names
        `undeclared` ones itself, each is a maybe.
        """
        place, meaning = graph.place(thing), graph.meaning(thing)
        if self.kinds and place.kind not in self.kinds:
            return NO
        role = meaning.role or (UNDECLARED if place.kind in HOLDERS else "")
        open_role = bool(self.roles) and role == UNDECLARED and UNDECLARED not in self.roles
        if self.roles and role not in self.roles and not open_role:
            return NO
        if self.names and not any(
            fits(pattern, name) for pattern in self.names for name in (meaning.name, place.name) if name
        ):
            return NO
        answer = min(MAYBE if open_role else YES, self._stands(meaning.country, jurisdictions))
        if self.zones and meaning.zone not in self.zones:
            if meaning.zone:
                return NO
            answer = min(answer, MAYBE)
        return answer

    def _stands(self, country: str, jurisdictions: Jurisdictions) -> Answer:
        """Whether a country is where the match asks; maybe where it asks and nobody told."""
        if not (self.countries or self.outside):
            return YES
        if not country:
            return MAYBE
        among = not self.countries or any(jurisdictions.has(word, country) for word in self.countries)
        return YES if among and not any(jurisdictions.has(word, country) for word in self.outside) else NO

    def untold(self, graph: FlowGraph, thing: int) -> list[Missing]:
        """What would tell whether a thing is meant, where that is a maybe."""
        place, meaning, here = graph.place(thing), graph.meaning(thing), ref(graph, thing)
        result = []
        if self.roles and not meaning.role and place.kind in HOLDERS and UNDECLARED not in self.roles:
            result.append(Missing("missing.role", here, "places[].role", ""))
        if (self.countries or self.outside) and not meaning.country:
            result.append(Missing("missing.country", here, "places[].country", "cloud.region"))
        if self.zones and not meaning.zone:
            result.append(Missing("missing.zone", here, "places[].zone", ""))
        return result

    def exists(self, graph: FlowGraph, jurisdictions: Jurisdictions) -> bool:
        """Whether anything that was observed is or may be meant; asked of kinds and roles only.

        Of what was never seen nothing is proven: no operator in the telemetry is no proof that staff kept away.
        """
        if not (self.kinds or self.roles):
            return True
        return any(self.answer(graph, thing, jurisdictions) for thing in range(len(graph.things)))


def silent_places(match: PlaceMatch, context: Context) -> list[Judgement]:
    """Places that the inventory declares for one of the roles asked about, and that no span showed: undecided.

    A cache that is declared and silent is no proof that nothing was cached.
    """
    judgements = []
    if match.roles:
        for declared in context.graph.inventory.unobserved(context.graph.places):
            if declared.role in match.roles:
                here = Ref(
                    f"declared:{declared.name}",
                    declared.title.en or declared.name,
                    declared.title.zh or declared.name,
                    declared.source,
                )
                judgements.append(
                    Judgement(
                        Verdict.UNDECIDED,
                        "silent",
                        {"place": here},
                        ("silent", here.id),
                        (),
                        (Missing("missing.unobserved", here, "", "spans of this place"),),
                        here.source,
                    )
                )
    return judgements


def ours(match: PlaceMatch, context: Context, thing: int) -> Answer:
    """Whether a thing is meant; people who get answers only where the match asks for their kind."""
    if not match.kinds and context.graph.place(thing).kind in RECEIVERS:
        return NO
    return match.answer(context.graph, thing, context.jurisdictions)


Case = tuple[Mapping[str, Any], tuple[str, ...], str]
"""Fields of the contract, lines of a sketch, and what comes out: the ids of the places that the verdict names."""


class Contract(BaseModel, ABC):
    """A type of rule: fields that a person writes, and one `check`.

    `HOLDS`, `BREAKS` and `UNDECIDED` are cases: a test runs them, and the reference page prints them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    HOLDS: ClassVar[tuple[Case, ...]]
    BREAKS: ClassVar[tuple[Case, ...]]
    UNDECIDED: ClassVar[tuple[Case, ...]]
    WORDS: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Message id -> (English, Chinese), of types that are not built in; those of the others are in words.py."""

    @abstractmethod
    def check(self, context: Context) -> Checked:
        """What can be said of the graph; sorted by place, violated before undecided for each."""

    def words(self) -> tuple[str, ...]:
        """Every jurisdiction word and country code that the fields use, so that a pack can refuse wrong ones."""
        found: list[str] = []
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Selection | PlaceMatch):
                found += value.words()
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, or not known, of one place."""

    message: str
    context: Mapping[str, Value]
    missing: tuple[Missing, ...] = ()
    """Empty: it is known to be wrong. Else what is not known."""
    untold: tuple[Missing, ...] = ()
    """What would tell whether the rule means this place at all, where that is a maybe."""


Test = Callable[[int], "Iterator[Fault]"]


def each_place(
    context: Context,
    data: Selection,
    scope: Callable[[int], Answer],
    test: Test,
    *,
    held: bool = False,
    places: PlaceMatch | None = None,
) -> Checked:
    """Ask something of every place that selected data reaches; a fault is violated only where all is established.

    Args:
        context: the check.
        data: the data.
        scope: which things to ask.
        test: the faults of a thing; none = it is as it should be.
        held: only places that keep the data.
        places: the match behind `scope`: declared places of its roles that nothing was seen of are told.
    """
    graph, found = context.graph, context.reach(data)
    judgements = silent_places(places, context) if places is not None and found.carrying else []
    looked_at = flows = 0
    for thing, level in enumerate(found.held if held else found.things):
        if not level or not (inside := scope(thing)):
            continue
        looked_at += 1
        flows += sum(1 for number in graph.into[thing] if found.flows[number])
        judgements += [fault_at(context, data, thing, level, inside, fault) for fault in test(thing)]
    return Checked(tuple(judgements), flows or looked_at, looked_at, found.declassifiers, found.waived)


def fault_at(
    context: Context, data: Selection, thing: int, level: Answer, inside: Answer, fault: Fault
) -> Judgement:
    """A fault of a place that data reaches: violated if data, scope and fault are sure, else what is missing."""
    graph, here = context.graph, ref(context.graph, thing)
    steps = context.way(data, thing, level)
    # At the source itself there is no way yet: what it sends first shows that it is there.
    shown = steps or tuple(n for n in graph.out_of[thing] if context.reach(data).flows[n])[:1]
    missing = list(fault.missing)
    if level is MAYBE:
        missing += context.missing(data, thing, steps)
    if inside is MAYBE:
        missing += fault.untold or (Missing("missing.country", here, "places[].country", "cloud.region"),)
    undecided = bool(fault.missing) or min(level, inside) is MAYBE
    return Judgement(
        Verdict.UNDECIDED if undecided else Verdict.VIOLATED,
        fault.message,
        {"place": here, "data": context.culprits(data, thing, level), **fault.context},
        (
            fault.message,
            here.id,
            *(str(fault.context[key]) for key in ("property", "purpose") if key in fault.context),
        ),
        (context.witness("data", data, shown),) if shown else (),
        tuple(sorted(set(missing))),
        here.source,
        waived=context.reach(data).waived,
    )


def lacks(graph: FlowGraph, thing: int, fact: str, key: str, attribute: str = "") -> tuple[Missing, ...]:
    """One missing fact of a thing."""
    return (Missing(f"missing.{fact}", ref(graph, thing), key, attribute),)


def vendor_of(graph: FlowGraph, thing: int) -> str | None:
    """Who else runs a place: the id of a vendor; "" where it is our own organisation, None where nobody told.

    A declared operator is our own organisation only if it is the name that `organisation` declares.
    """
    meaning, own = graph.meaning(thing), graph.inventory.organisation
    if meaning.vendor:
        return meaning.vendor
    if not meaning.operator or own is None:
        return None
    return "" if meaning.operator in (own.name, own.title.en, own.title.zh) else meaning.operator


def runner_untold(graph: FlowGraph, thing: int) -> tuple[Missing, ...]:
    """What would tell who runs a place, where `vendor_of` says that nobody told."""
    if graph.meaning(thing).operator:
        us = Ref("organisation", words("organisation", "en"), words("organisation", "zh"))
        return (Missing("missing.organisation", us, "organisation.name"),)
    return lacks(graph, thing, "vendor", "places[].operator, places[].vendor")


OURS = (PlaceKind.SERVICE, PlaceKind.MODEL, PlaceKind.REMOTE, PlaceKind.STORE, PlaceKind.TOPIC)
"""Kinds of places where data is processed or kept."""
RECEIVERS = (PlaceKind.PARTY, PlaceKind.CALLER)
"""Kinds of places that get answers."""
