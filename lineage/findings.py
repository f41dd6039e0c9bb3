"""Findings: what a rule found, with its witness and what is missing; a finding is data (STYLE.md section 1).

Sentences are rendered elsewhere (words.py) from `message` and `context`, in English and in Chinese.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import total_ordering

from lineage.flows import Doubt, Exemplar
from lineage.graph import Flow, FlowGraph
from lineage.meaning import Meaning, Source, Title
from lineage.places import Place, PlaceKind


class Verdict(StrEnum):
    """What can be said of a rule on what was observed (DESIGN.md section 6)."""

    VIOLATED = "violated"
    """A witness with only established steps."""
    UNDECIDED = "undecided"
    """A possible witness, or a fact that the rule needs is unknown."""
    PROVEN = "proven"
    """Neither, on the flows that were observed."""
    NOT_APPLICABLE = "not-applicable"
    """Nothing in the rule's scope was observed."""


class Severity(StrEnum):
    """How much it matters, most first."""

    BLOCK = "block"
    HIGH = "high"
    MEDIUM = "medium"
    INFO = "info"


SEVERITIES = tuple(Severity)
"""In order, most severe first."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Ref:
    """A place as a finding shows it: its node id, names for people, and where it is declared."""

    id: str
    en: str
    zh: str
    source: Source | None = None

    def __lt__(self, other: Ref) -> bool:
        return self.id < other.id


@dataclass(frozen=True, slots=True)
class Step:
    """One flow of a witness."""

    source: Ref
    target: Ref
    leg: str
    kept: bool
    categories: tuple[str, ...]
    established: bool
    """The flow surely carries the data that the witness follows."""
    doubts: tuple[str, ...]
    """What is not known of the flow, even where it surely carries the data: words of `doubt_words`."""
    data: Ref
    """Whose data it is followed as: the source that the flow names."""
    calls: int
    """How often the flow was seen with that data."""
    first: int
    last: int
    exemplars: tuple[Exemplar, ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """A way of data from where it entered to where it is found; the last step alone when the way is broken."""

    label: str
    """Whose data it is: a message id of words.py, such as "data.overseas"."""
    steps: tuple[Step, ...]
    calls: int = 0
    """How often data of this sort was seen to arrive at the end, by whatever way."""
    first: int = 0
    """When first, nanoseconds since the epoch; 0 = not told."""
    last: int = 0
    broken: bool = False
    """The steps before the first are not in the telemetry; the sources of the flow say that it carries the data."""
    exact: bool = True
    """Whether `calls` is exact; else it is at least so often."""


Value = str | int | float | Ref | tuple[Ref, ...] | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, order=True)
class Missing:
    """A fact that is not known, and how to supply it.

    `fact` is a message id; `key` the key of lineage.yaml that would declare it, or "" if only telemetry can tell;
    `attribute` the span attribute that would tell, or "".
    """

    fact: str
    subject: Ref
    key: str = ""
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a contract says of one place, party or gap; a rule makes it a `Finding`."""

    verdict: Verdict
    message: str
    context: Mapping[str, Value]
    at: tuple[str, ...]
    """What makes it the same judgement next time: ids and categories; no counts, dates or trace ids."""
    witness: tuple[Witness, ...] = ()
    missing: tuple[Missing, ...] = ()
    source: Source | None = None
    """The inventory entry to point at, when there is one."""
    waived: bool = False
    """It rests on a declassifier without evidence."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a contract answers for a whole graph."""

    judgements: tuple[Judgement, ...]
    flows: int
    """Flows looked at; 0 = nothing in the rule's scope was observed."""
    places: int
    declassifiers: tuple[str, ...] = ()
    waived: bool = False
    note: str = ""
    """What a reader of "proven" should know: a message id, or ""."""


@dataclass(frozen=True, slots=True)
class Citation:
    """An instrument's article, with how surely its text was read: "C" the text itself, "C*" secondary sources."""

    text: Title
    mark: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found; everything a format needs to show it."""

    rule: str
    verdict: Verdict
    severity: Severity
    title: Title
    message: str
    context: Mapping[str, Value]
    witness: tuple[Witness, ...]
    missing: tuple[Missing, ...]
    remedy: Title
    citations: tuple[Citation, ...]
    source: Source
    """The inventory entry concerned, else the rule in its pack."""
    rule_source: Source
    at: tuple[str, ...]
    fingerprint: str
    waived: bool = False
    waived_by: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps of all witnesses."""
        return tuple(step for witness in self.witness for step in witness.steps)

    @property
    def first(self) -> int:
        """When the data was first seen to arrive, nanoseconds since the epoch; 0 = not told."""
        return min((witness.first for witness in self.witness if witness.first), default=0)

    @property
    def last(self) -> int:
        """When the data was last seen to arrive, nanoseconds since the epoch; 0 = not told."""
        return max((witness.last for witness in self.witness), default=0)

    @property
    def calls(self) -> int:
        """How often the data was seen to arrive, all witnesses together."""
        return sum(witness.calls for witness in self.witness)

    @property
    def exact(self) -> bool:
        """Whether `calls` is exact; else it is at least so often."""
        return all(witness.exact for witness in self.witness)


def fingerprint(rule: str, at: tuple[str, ...]) -> str:
    """A name of the finding that later runs agree on: no counts, dates, trace ids or line numbers.

    >>> fingerprint("order16/no-shared-store", ("store:redis@cache.example",))
    'b39d691e8978b3ff'
    """
    # A name of telemetry may hold half a character, which no other text encodes.
    return hashlib.sha256("\0".join((rule, *at)).encode(errors="surrogatepass")).hexdigest()[:16]


def doubt_words(doubts: Doubt) -> tuple[str, ...]:
    """The names of doubts, in their order.

    >>> doubt_words(Doubt.ORDER | Doubt.CATEGORY)
    ('category', 'order')
    """
    return tuple(doubt.name.lower() for doubt in Doubt if doubt in doubts and doubt.name)


def ref(graph: FlowGraph, thing: int) -> Ref:
    """A thing as findings show it: the title that the inventory gives, else its name, else what telemetry says."""
    known = graph.memo.get(("ref", thing))
    if isinstance(known, Ref):
        return known
    place, meaning = graph.place(thing), graph.meaning(thing)
    en, zh = _names(place, meaning)
    made = Ref(graph.id(thing), en, zh, meaning.source)
    graph.memo["ref", thing] = made
    return made


def _names(place: Place, meaning: Meaning) -> tuple[str, str]:
    """In English and in Chinese."""
    titles = (("en", meaning.title.en), ("zh", meaning.title.zh))
    en, zh = (_name(place, title or meaning.name, lang) for lang, title in titles)
    return en, zh


def _name(place: Place, declared: str, lang: str) -> str:
    """The inventory's name of a place, with what tells apart those that one entry fits."""
    if not declared:
        return place.label_in(lang)
    if place.kind is PlaceKind.PARTY:
        return f"{declared} ({place.name})" if place.name and place.name != declared else declared
    part = (
        "/".join(filter(None, (place.namespace, place.collection))) if place.kind is PlaceKind.STORE else ""
    )
    return f"{declared} {part}".rstrip()


def resource_ref(graph: FlowGraph, thing: int) -> Ref:
    """What holds a thing, as findings show it: a store's server and namespace; else the thing itself."""
    place, whole = graph.place(thing), ref(graph, thing)
    if place.kind is not PlaceKind.STORE:
        return whole
    meaning, bare = graph.meaning(thing), replace(place, collection="")
    en, zh = _names(bare, meaning)
    return Ref(graph.things[thing].resource, en, zh, whole.source)


def step(graph: FlowGraph, number: int, established: bool, carrier: int) -> Step:
    """A flow as a step of a witness that follows the data of one source."""
    known = graph.memo.get((f"step{established:d}.{carrier}", number))
    if isinstance(known, Step):
        return known
    flow: Flow = graph.flows[number]
    key, count = flow.key, graph.counts(number).get(carrier, flow.count)
    made = Step(
        ref(graph, flow.source),
        ref(graph, flow.target),
        str(key.leg),
        key.kept,
        tuple(sorted(key.categories)),
        established,
        doubt_words(flow.doubts),
        ref(graph, carrier),
        count.calls,
        count.first,
        count.last,
        count.exemplars,
    )
    graph.memo[f"step{established:d}.{carrier}", number] = made
    return made


def witness(
    graph: FlowGraph,
    label: str,
    steps: Sequence[tuple[int, bool, int]],
    arriving: Sequence[tuple[int, Sequence[int]]],
    broken: bool,
) -> Witness:
    """A way of data.

    Args:
        steps: (flow, whether it surely carries the data, the source that it names for it) in order.
        arriving: all flows by which such data arrives, each with the sources that it names for it.
    """
    seen = [graph.seen_with(number, sources) for number, sources in arriving]
    return Witness(
        label,
        tuple(step(graph, number, sure, carrier) for number, sure, carrier in steps),
        sum(calls for calls, *_ in seen),
        min((first for _, first, *_ in seen if first), default=0),
        max((last for *_, last, _ in seen), default=0),
        broken,
        all(exact for *_, exact in seen),
    )
