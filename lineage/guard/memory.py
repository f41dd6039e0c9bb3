"""What the guard knows and what it has decided: facts, and a table of decisions that hold as long as the facts do.

A decision is found in the table again, in microseconds, until something that may change it is learnt: a flow that a
rule has something against makes decisions about the places concerned be taken anew; a flow that was stopped is asked
about again whenever anything was learnt at all. Table and facts are bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from lineage.flows import Flows
from lineage.guard import facts as algebra
from lineage.guard.asks import Ask
from lineage.guard.classes import Classes
from lineage.guard.decision import Decision
from lineage.guard.policy import Found, Policy, Trial
from lineage.places import Place

_MOST = 50_000
DAY = 86_400
"""Seconds."""


class Full(Exception):
    """Facts have grown to their limit: what else happens cannot be remembered, so nothing can be said of it."""


class Entry:
    """A decision in the table."""

    __slots__ = ("again", "at", "decision", "version")

    def __init__(self, decision: Decision, version: int, at: frozenset[str]) -> None:
        self.decision = decision
        self.version = version
        """What was known then."""
        self.at = at
        """Ids of the places that it is about, but our own."""
        self.again = 0
        """How often it was met since the record last told."""


class Memory:
    """Facts and decisions under one policy. `recall` may be called by any thread, all else by one at a time.

    Args:
        policy: packs and inventory.
        facts: what is known at the beginning.
        own: our own place.
        limit: most edges and sources at edges to know.
        today: days since the epoch.
    """

    def __init__(self, policy: Policy, facts: Flows, own: Place, limit: int, today: int) -> None:
        self.policy, self.own, self.limit = policy, own, limit
        self.classes = Classes(policy, own, facts.places, facts.coverage.claims)
        self.day = today
        self._known: tuple[Flows, Found] = facts, policy.findings(facts, self._date())
        """The facts, and what the rules find in them: together, so that no fork comes between."""
        self._version = 0
        self._shared: dict[Ask, Entry] = {}
        """Decisions that hold for every customer of a class."""
        self._named: dict[Ask, Entry] = {}
        """Decisions for one customer."""

    @property
    def facts(self) -> Flows:
        """What is known to have flowed."""
        return self._known[0]

    def recall(self, ask: Ask) -> Entry | None:
        """The decision about a flow, if it is known and still holds."""
        entry = self._shared.get(self._standing(ask)) or self._named.get(ask)
        if entry is not None and entry.version != self._version and not entry.decision.allowed:
            return None
        return entry

    def think(self, ask: Ask, when: int, told: Callable[[Decision], Decision]) -> Decision:
        """Decide about a flow, and remember both.

        Args:
            ask: the flow.
            when: nanoseconds since the epoch.
            told: records the decision before it counts, and gives it its number; what it raises, nothing is remembered of.

        Raises:
            Full: no more can be known.
        """
        standing = self._standing(ask)
        key = standing.key()
        if not algebra.known(self.facts, key) and algebra.pairs(self.facts) >= self.limit:
            raise Full
        facts, found = self._known
        trial = named = self.policy.against(facts, key, when, self._date(), found)
        single = trial.waived or trial.enforced
        if single and standing != ask:
            # The same again with this customer in the place of the one who stands for him: his name, and his waivers.
            named = self.policy.against(self._as(ask), ask.key(), when, self._date())
            if not (named.enforced or named.waived):
                named = trial
        decision = told(Decision(named.blamed))
        if decision.allowed:
            self._learn(trial)
        table, at = (self._named, ask) if single else (self._shared, standing)
        if len(table) >= _MOST:
            table.clear()
        table[at] = Entry(decision, self._version, self._about(at))
        return decision

    def turn(self, today: int) -> None:
        """Another day: documents may be out of date, waivers over."""
        self.day = today
        self._known = self.facts, self.policy.findings(self.facts, self._date())
        self.forget()

    def forget(self) -> None:
        """Take every decision anew from here on."""
        self._shared, self._named = {}, {}

    def under(self, policy: Policy, today: int) -> Memory:
        """The same facts under another policy, which may tell customers apart that this one does not."""
        customers = sorted(member for members in self.classes.members.values() for member in list(members))
        first = Classes(policy, self.own, customers, self.facts.coverage.claims)

        def whom(place: Place) -> set[Place]:
            return {first.of(member) for member in list(self.classes.members.get(place, (place,)))}

        made = Memory(policy, algebra.renamed(self.facts, whom), self.own, self.limit, today)
        made.classes = first
        return made

    def _as(self, ask: Ask) -> Flows:
        """The facts with the customers of a flow in the places of those who stand for them."""
        parties = {ask.source, ask.target, *ask.sources, *ask.possible}
        named: dict[Place, set[Place]] = {}
        for place in parties:
            named.setdefault(self.classes.of(place), set()).add(place)
        return algebra.renamed(self.facts, lambda place: named.get(place, (place,)))

    def _learn(self, trial: Trial) -> None:
        if trial.flows is self.facts:
            return
        self._known = trial.flows, trial.found
        self._version += 1
        if trial.everywhere:
            self.forget()
        reached = trial.reached - {self.own.id}
        for table in (self._shared, self._named) if reached else ():
            for ask in [ask for ask, entry in list(table.items()) if entry.at & reached]:
                del table[ask]

    def _standing(self, ask: Ask) -> Ask:
        of, every = self.classes.of, self.classes.all
        return Ask(of(ask[0]), of(ask[1]), *ask[2:8], every(ask[8]), every(ask[9]), ask[10])

    def _about(self, ask: Ask) -> frozenset[str]:
        return frozenset(place.id for place in (ask.source, ask.target, *ask.sources, *ask.possible)) - {
            self.own.id
        }

    def _date(self) -> date:
        return date.fromordinal(date(1970, 1, 1).toordinal() + self.day)
