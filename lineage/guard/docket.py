"""Decisions as they are numbered, counted and recorded: each gets a number, and none is lost without being counted."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

from lineage.guard.asks import Ask
from lineage.guard.decision import Decision, Outcome
from lineage.guard.journal import FORMAT, Journal, Record
from lineage.guard.memory import Entry
from lineage.guard.policy import Policy
from lineage.places import Place


class Unrecorded(Exception):
    """The record could not be written."""


class Docket:
    """Numbers decisions and writes them: at once where something is enforced, else when there is time.

    Args:
        path: the record; "" = only counted.
        every: write a line for each decision, not only for each that is new.
    """

    def __init__(self, path: str | Path, every: bool) -> None:
        self.journal = Journal(path)
        self._every = every
        self._head: Record = {}
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._number = 0
        self._repeated: list[Entry] = []

    @property
    def counts(self) -> Counter[str]:
        """How often what was decided, and what was dropped."""
        with self._lock:
            return self._counts + Counter({"dropped": self.journal.dropped})

    def count(self, *what: str) -> None:
        """Count something."""
        with self._lock:
            self._counts.update(what)

    def under(self, policy: Policy, own: Place, *, sync: bool = False) -> None:
        """Tell under which policy decisions are made from here on.

        Raises:
            OSError: it should be on the disk at once, and cannot be.
        """
        self._head = {
            "format": FORMAT,
            "service": own.id,
            "packs": {pack.id: pack.digest for pack in policy.packs},
            "inventory": policy.inventory.digest,
            "mode": policy.mode,
            "modes": dict(policy.modes),
            "left-out": list(policy.left_out),
        }
        if sync:
            self.journal.now([self._top()])
        else:
            self.journal.later(self._top())

    def first(self, ask: Ask, decision: Decision, enforcing: bool) -> Decision:
        """Number and record a decision that is new, before it counts.

        Raises:
            Unrecorded: it cannot be recorded, and must be.
        """
        number = self._next()
        self._write(_line(ask, decision, number), enforcing)
        self.count("new", decision.outcome)
        return Decision(decision.blamed, number)

    def again(self, ask: Ask, entry: Entry, enforcing: bool) -> Decision:
        """Count a decision that is known; one that blocks is recorded each time.

        Raises:
            Unrecorded: it cannot be recorded, and must be.
        """
        decision = entry.decision
        outcome = decision.outcome
        if enforcing and self.journal.broken:
            self._now(self._top(), *self._repeats())
        if self._every or outcome is Outcome.BLOCKED:
            self._write(_line(ask, decision, self._next()), enforcing)
            self.count(outcome)
            return decision
        with self._lock:
            self._number += 1
            self._counts[outcome] += 1
            if not entry.again:
                self._repeated.append(entry)
            entry.again += 1
        return decision

    def failed(self, decision: Decision, reason: str) -> None:
        """Count and record that the guard could not decide."""
        self.count("failed", decision.outcome)
        self.journal.later({"n": self._next(), "outcome": decision.outcome, "failed": reason})

    def flush(self) -> int:
        """Write what waits; how many decisions were dropped for it."""
        before = self.journal.dropped
        self.journal.flush(self._repeats())
        return self.journal.dropped - before

    def forked(self) -> None:
        """Begin anew in a child process."""
        self.journal.forked()
        self._begin()
        self.journal.later(self._top())

    def _next(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def _top(self) -> Record:
        return {"n": self._number, **self._head}

    def _write(self, line: Record, enforcing: bool) -> None:
        if enforcing:
            self._now(line)
        else:
            self.journal.later(line)

    def _now(self, *lines: Record) -> None:
        try:
            self.journal.now(lines)
        except OSError as error:
            raise Unrecorded from error

    def _repeats(self) -> list[Record]:
        """A line that tells which decisions were met again since the last."""
        with self._lock:
            entries, self._repeated = self._repeated, []
            again: Counter[str] = Counter()
            for entry in entries:
                again[str(entry.decision.number)] += entry.again
                entry.again = 0
            return [{"n": self._number, "again": dict(again)}] if again else []


def _line(ask: Ask, decision: Decision, number: int) -> Record:
    line = {
        "n": number,
        "outcome": decision.outcome,
        "source": ask.source.id,
        "target": ask.target.id,
        "leg": ask.leg,
        "kept": ask.kept,
        "categories": sorted(ask.categories),
        "purpose": ask.purpose,
        "sources": sorted(place.id for place in ask.sources),
        "possible": sorted(place.id for place in ask.possible),
        "rules": [
            {
                "rule": blame.rule,
                "verdict": blame.verdict,
                "mode": blame.mode,
                "fingerprint": blame.finding.fingerprint if blame.finding else "",
            }
            for blame in decision.blamed
        ],
    }
    return {key: value for key, value in line.items() if value not in ("", [], False)}
