"""What the guard answers: a decision about one flow, and the one exception that stops a call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lineage.findings import Finding, Step, Verdict
from lineage.words import sentence

FAILED = "guard/failed"
"""Stands where a rule's id stands when the guard itself could not decide."""


class Mode(StrEnum):
    """What becomes of a flow that a rule does not let pass."""

    OBSERVE = "observe"
    """It is recorded and counted, and goes on."""
    ENFORCE = "enforce"
    """It is stopped before it happens; what is not known is stopped too."""


class Outcome(StrEnum):
    """What became of a flow."""

    ALLOWED = "allowed"
    """No rule has anything against it."""
    LET_THROUGH = "let-through"
    """A rule has, and is only observed."""
    BLOCKED = "blocked"


class Reason(StrEnum):
    """Why the guard could not decide."""

    UNSET = "unset"
    """It was never set up in this process."""
    ARGUMENTS = "arguments"
    """It was called with something that it does not know."""
    RECORD = "record"
    """The decision cannot be recorded: the disk is full, the file is gone."""
    FULL = "full"
    """It remembers as much as it may."""
    ERROR = "error"
    """A policy, an inventory or the guard itself is wrong; the log says how."""


@dataclass(frozen=True, slots=True)
class Blame:
    """What one rule has against a flow."""

    rule: str
    verdict: Verdict
    mode: Mode
    finding: Finding | None = None
    """The finding of CI, whole; None when the guard itself failed."""
    path: tuple[Step, ...] = ()
    """The way of the data up to and with this flow, as far as it is known."""
    reason: Reason | None = None
    """Why it failed."""

    def message(self, lang: str = "en") -> str:
        """What is wrong, in the words of CI."""
        if self.finding is not None:
            return sentence(self.finding.message, self.finding.context, lang)
        return sentence(f"guard.{self.reason}", {}, lang)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the guard says of one flow.

    >>> Decision().outcome, Decision().message()
    (<Outcome.ALLOWED: 'allowed'>, '')
    """

    blamed: tuple[Blame, ...] = ()
    """Enforced rules first, then violated before undecided."""
    number: int = 0
    """The number of the record that first told this decision; 0 = none."""

    @property
    def outcome(self) -> Outcome:
        """Allowed, let through, or blocked."""
        if not self.blamed:
            return Outcome.ALLOWED
        return Outcome.BLOCKED if self.blamed[0].mode is Mode.ENFORCE else Outcome.LET_THROUGH

    @property
    def allowed(self) -> bool:
        """Whether the call may go on."""
        return self.outcome is not Outcome.BLOCKED

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that have something against it, each once."""
        return tuple(dict.fromkeys(blame.rule for blame in self.blamed))

    @property
    def path(self) -> tuple[Step, ...]:
        """The way of the data by which the first of them is against it."""
        return self.blamed[0].path if self.blamed else ()

    def message(self, lang: str = "en") -> str:
        """What is wrong, a line for each blame; "" when nothing is."""
        return "\n".join(f"{blame.rule}: {blame.message(lang)}" for blame in self.blamed)


class IsolationViolation(Exception):
    """A flow was stopped: a rule in `enforce` does not let it pass, or the guard could not decide.

    The only exception that a guarded call raises beside its own.
    """

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(decision)

    @property
    def rule(self) -> str:
        """The first rule that stops it; `guard/failed` when the guard could not decide."""
        return self.decision.blamed[0].rule

    @property
    def path(self) -> tuple[Step, ...]:
        """The way of the data up to and with the flow that was stopped."""
        return self.decision.path

    def __str__(self) -> str:
        first = self.decision.blamed[0]
        told = f"{first.rule} ({first.verdict}): {first.message()}"
        if not self.path:
            return told
        places = [self.path[0].source.en, *(step.target.en for step in self.path)]
        return f"{told} Path so far: {' > '.join(places)}"
