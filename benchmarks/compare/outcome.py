"""The seven cases, what the right answer to each is, and how an answer is scored: the same for every tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Right(StrEnum):
    """What there is to say of a case."""

    FINE = "clean"
    BREACH = "violated"
    OPEN = "undecided"


@dataclass(frozen=True)
class Case:
    """One situation; its id is the name of its folder and files."""

    id: str
    title: str
    right: Right


CASES = (
    Case("a-clean", "clean call", Right.FINE),
    Case(
        "b-shared-log",
        "overseas prompt in a domestic training pool, two hops on through a shared log",
        Right.BREACH,
    ),
    Case("c-fallback", "fallback to an upstream in another zone", Right.BREACH),
    Case("d-debug-copy", "operator's debug copy", Right.BREACH),
    Case("e-redacted", "redacted before the shared log", Right.FINE),
    Case("f-no-zone", "store of which no zone is known", Right.OPEN),
    Case("g-missing-parent", "span whose parent is missing", Right.OPEN),
)
BY_HAND = Case("b-by-hand", "as b, with the prompt followed and declared by hand", Right.BREACH)
"""What peers say of b once a person has done the work of following the prompt; lineage reads spans, so there is nothing to do."""


class Score(StrEnum):
    """How an answer compares with the right one."""

    QUIET = "rightly quiet"
    FALSE_ALARM = "false alarm"
    CAUGHT = "caught"
    ELSEWHERE = "only elsewhere on the way"
    MISSED = "missed"


@dataclass(frozen=True)
class Answer:
    """What a tool said of a case."""

    code: int
    """Exit code."""
    found: frozenset[str]
    """What its findings name, in its own words: systems, flows, files, rules."""


@dataclass(frozen=True)
class Tool:
    """Something that looks at a case.

    Args:
        name: what it is called.
        package: what pip installs, with the version that was measured; "" for lineage itself.
        decisive: by case, what a finding must name to be about that case; one that is not here, and is not fine, cannot be
            put to it.
        ask: a case and the folder of its virtual environment's programs, to an answer.
        unasked: what to say of a case that cannot be put to it.
    """

    name: str
    package: str
    decisive: Mapping[str, frozenset[str]]
    ask: Callable[[Case, Path], Answer]
    unasked: str = "cannot be asked"


def score(case: Case, tool: Tool, answer: Answer) -> Score:
    """How good an answer is: a finding must be about what is wrong, and where nothing is wrong there must be none.

    >>> tool = Tool("x", "", {"c": frozenset({"gpt"})}, lambda case, folder: Answer(0, frozenset()))
    >>> score(Case("c", "", Right.BREACH), tool, Answer(1, frozenset({"gpt", "qwen"}))).value
    'caught'
    >>> score(Case("a", "", Right.FINE), tool, Answer(0, frozenset({"qwen"}))).value
    'false alarm'
    """
    if case.right is Right.FINE:
        return Score.FALSE_ALARM if answer.found else Score.QUIET
    if answer.found & tool.decisive[case.id]:
        return Score.CAUGHT
    return Score.ELSEWHERE if answer.found else Score.MISSED


def askable(case: Case, tool: Tool) -> bool:
    """Whether a case can be put to a tool at all."""
    return case.right is Right.FINE or case.id in tool.decisive
