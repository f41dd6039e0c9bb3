"""Selections: which data a rule is about, told by its sources (docs/explanation/verdicts.md section 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lineage.graph import FlowGraph
from lineage.inventory.glob import fits
from lineage.labels import UNKNOWN, Labels
from lineage.places import PlaceKind
from lineage.solve import own_labels

DataClass = Literal["personal", "sensitive-personal", "important", "core", "business", "none"]


class Answer(IntEnum):
    """Whether something is so; ordered, so that the weaker of two is their minimum."""

    NO = 0
    MAYBE = 1
    YES = 2


@dataclass(frozen=True)
class Jurisdictions:
    """The words of a pack for sets of countries; `overseas` is whatever is not `domestic`.

    What counts as China differs between laws (regulation-facts: export rules mean the mainland, the
    US rule adds Hong Kong and Macao), so a pack brings its own sets.

    >>> words = Jurisdictions({"domestic": frozenset({"CN"})})
    >>> words.has("domestic", "CN"), words.has("overseas", "HK"), words.has("DE", "DE")
    (True, True, True)
    """

    sets: Mapping[str, frozenset[str]]

    def words(self) -> list[str]:
        """All words that `has` knows, beside country codes."""
        extra = ["overseas"] if "domestic" in self.sets and "overseas" not in self.sets else []
        return sorted([*self.sets, *extra])

    def has(self, word: str, country: str) -> bool:
        """Whether a country is in the set of a word; a country code is the set of itself. What nobody told is nowhere."""
        if country in ("", UNKNOWN):
            return False
        if word in self.sets:
            return country in self.sets[word]
        if word == "overseas" and "domestic" in self.sets:
            return country not in self.sets["domestic"]
        return word == country

    def wrong(self, words: Iterable[str]) -> list[str]:
        """The words among these that are neither a set nor a country code."""
        known = set(self.words())
        return [w for w in words if w not in known and not (len(w) == 2 and w.isascii() and w.isupper())]


class Selection(BaseModel):
    """Data of some sources. Every field that is given must fit; none given = all data.

    >>> Selection(origin=("overseas",)).words()
    ('overseas',)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kinds: tuple[PlaceKind, ...] = Field(default=(), description="Kinds of places where the data entered.")
    origin: tuple[str, ...] = Field(
        default=(),
        description="Where it was collected and generated: words of the pack's jurisdictions, or ISO country codes.",
    )
    classes: tuple[DataClass, ...] = Field(default=(), alias="class", description="Classes of data.")
    market: tuple[str, ...] = Field(default=(), description="Countries of the parties' end users.")
    used_in: tuple[str, ...] = Field(
        default=(),
        description="Where the service is used: the data was collected and generated there, or the party's end users are declared to be there.",
    )
    industries: tuple[str, ...] = Field(
        default=(), description="Industries of the parties, capitals or not; `*` and `?` match."
    )
    names: tuple[str, ...] = Field(default=(), description="Inventory names or tenants; `*` and `?` match.")
    direct: bool = Field(
        default=False, description="Only what the sources send themselves, not what comes back out of stores."
    )

    def words(self) -> tuple[str, ...]:
        """The jurisdiction words and country codes that the selection uses."""
        return (*self.origin, *self.market, *self.used_in)

    def answers(self, graph: FlowGraph, jurisdictions: Jurisdictions) -> list[Answer]:
        """For each thing of the graph, whether the data that enters there is selected.

        Only what some flow names as a source can be; everything else is `NO`.
        """
        result = [Answer.NO] * len(graph.things)
        for thing in range(len(graph.things)):
            if graph.naming[thing] or graph.suspecting[thing]:
                result[thing] = self._answer(graph, thing, jurisdictions)
        return result

    def _answer(self, graph: FlowGraph, thing: int, jurisdictions: Jurisdictions) -> Answer:
        place, meaning = graph.place(thing), graph.meaning(thing)
        if self.kinds and place.kind not in self.kinds:
            return Answer.NO
        if self.names and not any(
            fits(pattern, name) for pattern in self.names for name in (meaning.name, place.name) if name
        ):
            return Answer.NO
        if not (self.origin or self.classes or self.market or self.used_in or self.industries):
            return Answer.YES
        labels = own_labels(graph, thing)
        answers = []
        if self.origin:
            answers.append(_collected(graph, thing, labels, self.origin, jurisdictions))
        if self.used_in:
            by_market = used_by_market(meaning.market, self.used_in, jurisdictions)
            collected = _collected(graph, thing, labels, self.used_in, jurisdictions)
            answers.append(Answer.YES if by_market else collected)
        if self.classes:
            answers.append(_among(labels.classes, lambda c: c in self.classes))
        if self.market:
            market = frozenset({meaning.market or UNKNOWN})
            answers.append(_among(market, lambda c: any(jurisdictions.has(w, c) for w in self.market)))
        if self.industries:
            industry = frozenset({meaning.industry.casefold() or UNKNOWN})
            answers.append(_among(industry, lambda i: any(fits(p.casefold(), i) for p in self.industries)))
        answer = min(answers)
        if answer is Answer.YES and self._torn(labels, meaning.market, jurisdictions):
            return Answer.MAYBE
        return answer

    def _torn(self, labels: Labels, market: str, jurisdictions: Jurisdictions) -> bool:
        """Whether origin and class both fit in part only: it cannot be told that one datum has both."""
        if not self.classes or labels.classes <= set(self.classes):
            return False
        asked = [self.origin] if self.origin else []
        if self.used_in and not used_by_market(market, self.used_in, jurisdictions):
            asked.append(self.used_in)
        return any(not all(_within(words, c, jurisdictions) for c in labels.origins) for words in asked)


def used_by_market(market: str, words: Iterable[str], jurisdictions: Jurisdictions) -> bool:
    """Whether a declared market is in one of the sets: all data of such a party is used there, wherever collected."""
    return bool(market) and _within(words, market, jurisdictions)


def _within(words: Iterable[str], country: str, jurisdictions: Jurisdictions) -> bool:
    return any(jurisdictions.has(word, country) for word in words)


def _collected(
    graph: FlowGraph, thing: int, labels: Labels, words: Iterable[str], jurisdictions: Jurisdictions
) -> Answer:
    """Whether data of a thing was collected and generated in one of the sets."""
    wanted = tuple(words)
    answer = _among(labels.origins, lambda c: _within(wanted, c, jurisdictions))
    if answer is Answer.NO and any(
        claim in wanted or (len(claim) == 2 and _within(wanted, claim, jurisdictions))
        for claim in claims(graph, thing)
    ):
        # What a span claims never takes away from what is declared; it may only add a suspicion.
        return Answer.MAYBE
    return answer


def claims(graph: FlowGraph, thing: int) -> Sequence[str]:
    """Origins that spans or baggage claim for the data of a thing, sorted; nobody vouches for them."""
    found: set[str] = set()
    for place in graph.things[thing].places:
        found.update(graph.coverage.claims.get(graph.ids[place], ()))
    return sorted(found)


def disputed(graph: FlowGraph, thing: int, jurisdictions: Jurisdictions) -> bool:
    """Whether spans claim an origin that the inventory's declared origins do not have."""
    told = graph.told(thing)
    if told is None or UNKNOWN in told.origins:
        return False
    return any(not any(jurisdictions.has(claim, c) for c in told.origins) for claim in claims(graph, thing))


def _among(values: Iterable[str], fits: Callable[[str], bool]) -> Answer:
    answer = Answer.NO
    for value in values:
        if value == UNKNOWN:
            answer = max(answer, Answer.MAYBE)
        elif fits(value):
            return Answer.YES
    return answer
