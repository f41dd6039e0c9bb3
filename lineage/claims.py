"""Claims as a sales page or an agreement makes them, and what the telemetry says of each: proven, refuted or not evidenced.

A claim is a sentence and what it comes down to: contracts of its own, rules of packs, or both; it is proven only if all of
them are. A waiver makes no claim true, and neither does a declassifier without evidence: who waives a finding knows of it,
who reads the claim does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import Field, model_validator

from lineage import yamlfile
from lineage.contracts import AnyContract, Context, Contract
from lineage.contracts.plugins import checked
from lineage.errors import ConfigError, Problem
from lineage.findings import Judgement, Verdict
from lineage.flows import Exemplar
from lineage.graph import FlowGraph
from lineage.meaning import Source
from lineage.packs import Country, Pack, Text, load_pack
from lineage.selection import Jurisdictions, Selection
from lineage.words import nearest
from lineage.yamlfile import Entry

SHOWN = 3
"""Spans and reasons that are named for each part of a claim."""


class Claim(Entry):
    """One sentence that somebody makes, and what it comes down to."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    """Its name in the answer."""
    text: Text
    """The sentence, as it is made."""
    made_in: str = ""
    """Where: a page, an agreement and its section."""
    contracts: tuple[AnyContract, ...] = ()
    """What must hold, in the words of a pack's `contract`."""
    rules: tuple[str, ...] = ()
    """Rules of packs that must be proven: `baseline/q5-use-beyond-inference`."""

    @model_validator(mode="after")
    def _something(self) -> Claim:
        if not (self.contracts or self.rules):
            raise ValueError("this claim comes down to nothing: write 'contracts' or 'rules'")
        return self


class Claims(Entry):
    """A file of claims."""

    jurisdictions: dict[str, tuple[Country, ...]] = Field(default_factory=dict)
    """Words for sets of countries, for the contracts of this file."""
    claims: tuple[Claim, ...] = Field(min_length=1)
    """The claims, in the order of the answer."""


class Answer(StrEnum):
    """What the telemetry says of a claim."""

    REFUTED = "refuted"
    NOT_EVIDENCED = "not-evidenced"
    PROVEN = "proven"


_OF = {Verdict.VIOLATED: Answer.REFUTED, Verdict.PROVEN: Answer.PROVEN}
_WORST = tuple(Answer)


@dataclass(frozen=True, slots=True)
class Part:
    """What one contract or rule says of a claim."""

    name: str
    """The rule's id, or the contract's type."""
    answer: Answer
    flows: int
    """Flows looked at."""
    reasons: tuple[Judgement, ...]
    """What speaks against it, the worst first; at most `SHOWN`."""
    spans: tuple[Exemplar, ...]
    """Spans that show it, at most `SHOWN`: of what refutes it, else of the flows that it rests on."""
    declassifiers: tuple[str, ...]
    note: str
    """What a reader of "proven" should know: a message id, or ""."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A claim with its answer."""

    claim: Claim
    answer: Answer
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers, with what they rest on."""

    claims: tuple[Answered, ...]
    digest: str
    """SHA-256 of the file of claims."""
    packs: tuple[tuple[str, str, str], ...]
    """(id, version, SHA-256) of each pack whose rules were asked."""
    inventory: str
    first: int
    """When the first flow was seen, nanoseconds since the epoch; 0 = not told."""
    last: int
    today: date

    @property
    def exit_code(self) -> int:
        """1 if any claim is refuted, else 3 if any is not evidenced, else 0."""
        found = {each.answer for each in self.claims}
        return 1 if Answer.REFUTED in found else 3 if Answer.NOT_EVIDENCED in found else 0


def answer(graph: FlowGraph, file: str, today: date) -> Answers:
    """What the telemetry says of each claim of a file.

    Raises:
        ConfigError: the file is wrong, or names a rule that does not exist; all problems at once.
    """
    data = yamlfile.read(file)
    told, _ = yamlfile.loads(data, Claims, file)
    packs = _packs(told, file)
    words = Jurisdictions({word: frozenset(countries) for word, countries in told.jurisdictions.items()})
    problems = list(_problems(told, packs, words, file))
    if problems:
        raise ConfigError(problems)
    contexts = {name: Context(graph, pack.words, today) for name, pack in packs.items()}
    own = Context(graph, words, today)
    answered = []
    for claim in told.claims:
        parts = [_part(contract.type, contract, own) for contract in claim.contracts]
        for name in claim.rules:
            pack = packs[name.partition("/")[0]]
            rule = next(rule for rule in pack.rules if rule.id == name)
            parts.append(_part(name, rule.contract_in(pack.modes[0]), contexts[pack.id]))
        answered.append(Answered(claim, min((part.answer for part in parts), key=_WORST.index), tuple(parts)))
    return Answers(
        tuple(answered),
        hashlib.sha256(data).hexdigest(),
        tuple((pack.id, pack.version, pack.digest) for pack in packs.values()),
        graph.inventory.digest,
        *graph.period,
        today,
    )


def _packs(told: Claims, file: str) -> dict[str, Pack]:
    packs = {}
    for claim in told.claims:
        for name in claim.rules:
            pack = name.partition("/")[0]
            if pack not in packs:
                try:
                    packs[pack] = load_pack(pack)
                except ConfigError as error:
                    at = claim.source or Source(file)
                    raise ConfigError(
                        [Problem(f"claim {claim.id!r}: {error}", at.file, at.line, at.column)]
                    ) from None
    return packs


def _problems(told: Claims, packs: dict[str, Pack], words: Jurisdictions, file: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for claim in told.claims:
        at = claim.source or Source(file)
        if claim.id in seen:
            yield Problem(f"claim {claim.id!r} is there more than once", at.file, at.line, at.column)
        seen.add(claim.id)
        for name in claim.rules:
            known = [rule.id for rule in packs[name.partition("/")[0]].rules]
            if name not in known:
                near = nearest(name, known)
                yield Problem(
                    f"claim {claim.id!r}: there is no rule {name!r}",
                    at.file,
                    at.line,
                    at.column,
                    remedy=f"did you mean {near!r}?" if near else "`lineage rules list` names them all",
                )
        for contract in claim.contracts:
            for word in words.wrong(contract.words()):
                allowed = ", ".join([*words.words(), "or an ISO 3166 country code"])
                yield Problem(
                    f"claim {claim.id!r}: unknown jurisdiction {word!r}", at.file, at.line, at.column, allowed
                )


def _part(name: str, contract: Contract, context: Context) -> Part:
    """What one contract says; a part that nothing in the telemetry is about is not evidenced."""
    found = checked(contract, context)
    ordered = sorted(found.judgements, key=lambda each: (each.verdict is not Verdict.VIOLATED, each.at))
    verdict = ordered[0].verdict if ordered else Verdict.PROVEN if found.flows else Verdict.NOT_APPLICABLE
    said = _OF.get(verdict, Answer.NOT_EVIDENCED)
    if said is Answer.PROVEN and found.waived:
        said = Answer.NOT_EVIDENCED
    worst = [each for each in ordered if each.verdict is verdict][:SHOWN]
    spans = _spans_of(worst) or (_basis(contract, context) if said is Answer.PROVEN else ())
    return Part(name, said, found.flows, tuple(worst), spans, tuple(sorted(found.declassifiers)), found.note)


def _spans_of(judgements: Sequence[Judgement]) -> tuple[Exemplar, ...]:
    """Where the data was seen to arrive, by what speaks against the claim."""
    shown = (
        exemplar
        for judgement in judgements
        for witness in judgement.witness
        for step in witness.steps[-1:]
        for exemplar in step.exemplars
    )
    return tuple(dict.fromkeys(shown))[:SHOWN]


def _basis(contract: Contract, context: Context) -> tuple[Exemplar, ...]:
    """Spans of flows that carry the data that the contract is about."""
    selection = next(
        (value for name in ("data", "a") if isinstance(value := getattr(contract, name, None), Selection)),
        None,
    )
    if selection is None:
        return ()
    found = context.reach(selection)
    shown = (
        exemplar
        for number, carries in enumerate(found.flows)
        if carries
        for exemplar in context.graph.flows[number].count.exemplars
    )
    return tuple(dict.fromkeys(shown))[:SHOWN]
