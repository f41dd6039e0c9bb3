"""`Guard`: asked before a call is made, it decides, records and counts.

    guard = Guard(["order16"], ["lineage.yaml"], modes={"order16/*": "enforce"}, record="decisions.jsonl")
    with guard.request("acme"):
        guard.check(Place(PlaceKind.STORE, system="postgresql", host="pg.example"), kept=True)
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lineage.errors import ConfigError, LineageError
from lineage.findings import Verdict
from lineage.flows import Doubt, Flows, Leg
from lineage.guard.calls import Attributes, Call, Calls, Sources
from lineage.guard.decision import FAILED, Blame, Decision, IsolationViolation, Mode, Outcome, Reason
from lineage.guard.journal import FORMAT, Journal, Record
from lineage.guard.memory import DAY, Ask, Entry, Full, Memory
from lineage.guard.policy import Policy
from lineage.guard.request import Request, current, inside
from lineage.names import CATEGORIES, PURPOSES, TENANT
from lineage.pipeline import read_flows
from lineage.places import Place, PlaceKind
from lineage.things import HOLDERS

_log = logging.getLogger("lineage.guard")
_PEOPLE = (PlaceKind.PARTY, PlaceKind.CALLER, PlaceKind.OPERATOR)
_TICK = 0.5
"""Seconds between two looks of the thread that writes."""
_guards: weakref.WeakSet[Guard] = weakref.WeakSet()


class Unknown(ValueError):
    """A word that the guard does not know."""


class Guard:
    """Decides about flows before they happen, by the packs and the inventory that CI uses.

    Args:
        policies: packs, by the name of a built-in one or by path.
        inventory: paths of `lineage.yaml`.
        record: file for the decisions; needed where anything is enforced.
        service: our own resource attributes (`service.name`, `cloud.region`, ...); by default those of the environment.
        mode: `observe` or `enforce`, for rules that `modes` does not name.
        modes: pattern of rule ids -> mode; of several that fit the last counts.
        reading: how to read packs that have such a mode, like `check --mode`.
        known: what CI has seen: snapshots or spans, by path, or flows.
        every: write a line for each decision, not only for each that is new.
        watch: look every so many seconds whether a file of the policy or the inventory has changed; 0 = never.
        limit: most flows, and sources of flows, to know.

    Raises:
        LineageError: a file is wrong, a mode or pattern fits nothing, something is enforced and nothing recorded.
    """

    def __init__(
        self,
        policies: Sequence[str | Path],
        inventory: Sequence[str | Path] = (),
        *,
        record: str | Path = "",
        service: Attributes | None = None,
        mode: str = "observe",
        modes: Mapping[str, str] | None = None,
        reading: str = "",
        known: Flows | Sequence[str | Path] = (),
        every: bool = False,
        watch: float = 0,
        limit: int = 100_000,
    ) -> None:
        def load() -> Policy:
            return Policy.load(policies, inventory, mode, modes or {}, reading)

        self._load = load
        policy = load()
        if policy.enforcing and not record:
            raise ConfigError.of("something is enforced and nothing recorded", remedy="name a file in `record`")
        self._calls = Calls(service)
        facts = known if isinstance(known, Flows) else _read(known, policy)
        self._memory = Memory(policy, facts, self.own, limit, _today())
        self._mode = Mode.ENFORCE if policy.enforcing else Mode.OBSERVE
        self._every = every
        self._journal = Journal(record)
        self._counts: Counter[str] = Counter()
        self._number = 0
        self._watched = _Files([*policies, *inventory]) if watch else None
        self._watch = watch
        self._begin()
        try:
            self._journal.now([self._head()])
        except OSError as error:
            raise ConfigError.of(f"the record cannot be written ({error.strerror})", file=str(record)) from None
        _guards.add(self)

    def _begin(self) -> None:
        """Locks and thread, of this process."""
        self._thinking = threading.RLock()
        self._counting = threading.Lock()
        self._repeated: list[Entry] = []
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._closed = False

    # --- what others ask ----------------------------------------------------------------------------

    @property
    def own(self) -> Place:
        """Our own place."""
        return self._calls.own

    @property
    def enforcing(self) -> bool:
        """Whether anything is enforced; then the guard's own failures block."""
        return self._mode is Mode.ENFORCE

    @property
    def counts(self) -> Counter[str]:
        """How often what was decided: `allowed`, `let-through`, `blocked`; and `new` (asked the rules), `failed`, `dropped`
        (decisions that were never recorded), `reloaded`, `reload-failed`."""
        with self._counting:
            return Counter(self._counts, dropped=self._journal.dropped)

    def flows(self) -> Flows:
        """What is known: what CI saw and what was let through. A snapshot of it can be checked like any other."""
        with self._thinking:
            copy = Flows()
            copy.add(self._memory.facts)
            return copy

    def check(
        self,
        target: Place,
        *,
        category: str = "",
        purpose: str = "",
        protection: str = "",
        retention: str = "",
        kept: bool | None = None,
        leg: str = "",
        source: Place | None = None,
        sources: Sources | None = None,
    ) -> Decision:
        """May this flow be made?

        Args:
            target: where the data would go.
            category: what it is: prompt, output, ... (names.CATEGORIES); "" = not told.
            purpose: what for; by default what the request is for.
            protection: none, masked, ... as spans say it.
            retention: how long it is kept, likewise.
            kept: whether the target stores it; by default stores and topics do.
            leg: request or response; by default what goes to people is a response.
            source: where it would come from; by default our own place.
            sources: whose data it is; by default what the request has heard, and without a request nobody known.

        Raises:
            IsolationViolation: a rule that is enforced does not let it pass.
        """
        try:
            _known_words(target, category, purpose, leg)
            request = current.get()
            doubts = Doubt(0) if category else Doubt.CATEGORY
            ask = Ask(
                source or self.own,
                target,
                Leg(leg) if leg else Leg.RESPONSE if target.kind in _PEOPLE else Leg.REQUEST,
                target.kind in HOLDERS if kept is None else kept,
                frozenset((category,)) if category else frozenset(),
                purpose or (request.purpose if request is not None else ""),
                protection,
                retention,
                *self._carried(request, sources),
                doubts | Doubt.ENDPOINT if target.unknown else doubts,
            )
            decision = self._decide(ask)
        except Exception as error:
            decision = self._failed(error)
        return _passed(decision)

    def before(self, attributes: Attributes) -> Decision:
        """May this call be made, there and back? What it brings the request has heard then.

        Args:
            attributes: the call as its span would tell it (`db.system.name`, `server.address`, `db.query.text`, ...).

        Raises:
            IsolationViolation: a rule that is enforced does not let it pass.
        """
        return self._call(attributes)[1]

    @contextmanager
    def call(self, attributes: Attributes) -> Iterator[Decision]:
        """Make a call inside: asked about before, as `before` does; its own lower layers are not asked about again.

        Raises:
            IsolationViolation: a rule that is enforced does not let it pass.
        """
        call, decision = self._call(attributes)
        token = inside.set((*inside.get(), call) if call else inside.get())
        try:
            yield decision
        finally:
            inside.reset(token)

    @contextmanager
    def request(
        self, tenant: str | None = None, *, category: str = "", purpose: str = ""
    ) -> Iterator[Request]:
        """Serve a request of a customer inside: what is sent there carries his data, and whatever is read.

        Args:
            tenant: the customer, as telemetry names him; "" = one that nobody named. By default whom
                `lineage.instrument` has labelled the request with.
            category: what he sends.
            purpose: what for.

        Raises:
            IsolationViolation: he may not send it here.
        """
        party = self._calls.party(_labelled() if tenant is None else tenant)
        self.check(self.own, source=party, sources=frozenset((party,)), category=category, purpose=purpose, leg="request")
        with _serving(Request(party, frozenset((party,)), purpose)) as request:
            yield request

    @contextmanager
    def receive(self, attributes: Attributes, *, purpose: str = "") -> Iterator[Request]:
        """Handle a message inside: what is sent there carries what the queue holds.

        Args:
            attributes: `messaging.system`, `messaging.destination.name`.
            purpose: what for.

        Raises:
            IsolationViolation: the message may not come here.
        """
        whole = {**attributes, "messaging.operation.type": "receive"}
        with _serving(Request(None, frozenset(), purpose)) as request:
            self.before(whole)
            yield request

    @contextmanager
    def work(self, *, purpose: str = "") -> Iterator[Request]:
        """Do work of our own inside: nobody's request, only what is read."""
        with _serving(Request(None, frozenset((self.own,)), purpose)) as request:
            yield request

    def reply(self, *, category: str = "output", purpose: str = "") -> Decision:
        """May the answer go to the customer of this request?

        Raises:
            IsolationViolation: a rule that is enforced does not let it pass.
        """
        request = current.get()
        party = request.party if request is not None else None
        return self.check(party or self._calls.caller, leg="response", category=category, purpose=purpose)

    def reload(self) -> bool:
        """Read policy and inventory again. What is wrong with them is logged and counted, and the old ones stay.

        Returns:
            Whether the new ones are in force.
        """
        try:
            policy = self._load()
            if policy.enforcing and not self._journal.path:
                raise ConfigError.of("something is enforced and nothing recorded", remedy="name a file in `record`")
            with self._thinking:
                self._memory = self._memory.under(policy, _today())
                self._mode = Mode.ENFORCE if policy.enforcing else Mode.OBSERVE
        except Exception as error:
            self._count("reload-failed")
            _log.error("the new policy is wrong, the old one stays: %s", _said(error))
            return False
        self._count("reloaded")
        _log.info("the new policy is in force")
        self._journal.reopen()
        self._journal.later(self._head())
        return True

    def close(self) -> None:
        """Write what waits. Decisions go on to be made, and written when there is time."""
        self._closed = True
        self._wake.set()
        self._flush()
        self._journal.close()

    # --- deciding -----------------------------------------------------------------------------------

    def _call(self, attributes: Attributes) -> tuple[Call | None, Decision]:
        call, worst = None, Decision()
        try:
            call = self._calls.read(attributes)
            if any(call.is_layer_of(outer) for outer in inside.get()):
                return call, worst
            request = current.get()
            purpose = call.operation.purpose or (request.purpose if request is not None else "")
            decisions = [self._decide(ask) for ask in self._asks(call, request, purpose)]
            worst = max(decisions, key=_weight, default=worst)
            if request is not None and worst.allowed:
                request.hears(call.heard, call.perhaps)
        except Exception as error:
            worst = self._failed(error)
        return call, _passed(worst)

    def _asks(self, call: Call, request: Request | None, purpose: str) -> Iterator[Ask]:
        op = call.operation
        sure, maybe = self._carried(request, None)
        for move in call.moves:
            own, perhaps = move.own, move.maybe
            if move.carries:
                # What is read in the same breath may be in what is written.
                own, perhaps = own | sure, perhaps | maybe
            yield Ask(
                move.source,
                move.target,
                move.leg,
                move.kept,
                move.categories,
                purpose,
                op.protection,
                op.retention,
                own,
                perhaps - own,
                move.doubts,
            )

    def _carried(self, request: Request | None, sources: Sources | None) -> tuple[Sources, Sources]:
        if sources is not None:
            return sources or frozenset((self.own,)), frozenset()
        if request is None:
            return frozenset((self._calls.caller,)), frozenset()
        return request.sources, request.possible

    def _decide(self, ask: Ask) -> Decision:
        if self._thread is None:
            self._start()
        memory = self._memory
        entry = memory.recall(ask) if memory.day == _today() else None
        if entry is None:
            with self._thinking:
                memory, today = self._memory, _today()
                if memory.day != today:
                    memory.turn(today)
                entry = memory.recall(ask)
                if entry is None:
                    return memory.think(ask, time.time_ns(), lambda decision: self._first(ask, decision))
        return self._again(ask, entry)

    def _first(self, ask: Ask, decision: Decision) -> Decision:
        """Number and record a decision that is new, before it counts."""
        number = self._next()
        self._record(_line(ask, decision, number))
        self._count("new", decision.outcome)
        return Decision(decision.blamed, number)

    def _again(self, ask: Ask, entry: Entry) -> Decision:
        """Count a decision that is known; one that blocks is recorded each time."""
        decision = entry.decision
        outcome = decision.outcome
        if self._journal.broken and self.enforcing:
            self._journal.now([self._head(), *self._repeats()])
        if self._every or outcome is Outcome.BLOCKED:
            self._record(_line(ask, decision, self._next()))
            self._count(outcome)
            return decision
        with self._counting:
            self._number += 1
            self._counts[outcome] += 1
            if not entry.again:
                self._repeated.append(entry)
            entry.again += 1
        return decision

    def _failed(self, error: Exception) -> Decision:
        """What follows when the guard could not decide: enforced, the flow is stopped; observed, it goes on."""
        reason = _reason(error)
        decision = Decision((Blame(FAILED, Verdict.UNDECIDED, self._mode, reason=reason),))
        try:
            self._count("failed", decision.outcome)
            self._journal.later({"n": self._next(), "outcome": decision.outcome, "failed": reason})
            _log.error("the guard could not decide: %s", _said(error))
        except Exception:  # noqa: S110 - whatever else fails, the mode decides
            pass
        return decision

    # --- counting and recording ---------------------------------------------------------------------

    def _next(self) -> int:
        with self._counting:
            self._number += 1
            return self._number

    def _count(self, *what: str) -> None:
        with self._counting:
            self._counts.update(what)

    def _record(self, line: Record) -> None:
        if self.enforcing:
            self._journal.now([line])
        else:
            self._journal.later(line)

    def _repeats(self) -> list[Record]:
        """A line that tells which decisions were met again since the last."""
        with self._counting:
            entries, self._repeated = self._repeated, []
            again: Counter[str] = Counter()
            for entry in entries:
                again[str(entry.decision.number)] += entry.again
                entry.again = 0
            return [{"n": self._number, "again": dict(again)}] if again else []

    def _head(self) -> Record:
        """The line that tells under which policy decisions are made from here on."""
        policy = self._memory.policy
        return {
            "n": self._number,
            "format": FORMAT,
            "service": self.own.id,
            "packs": {pack.id: pack.digest for pack in policy.packs},
            "inventory": policy.inventory.digest,
            "mode": policy.mode,
            "modes": dict(policy.modes),
            "left-out": list(policy.left_out),
        }

    def _flush(self) -> None:
        repeats = self._repeats()
        before = self._journal.dropped
        self._journal.flush(repeats)
        if self._journal.dropped > before:
            _log.error("%d records of decisions could not be written", self._journal.dropped - before)

    # --- the thread that writes and watches ---------------------------------------------------------

    def _start(self) -> None:
        with self._counting:
            if self._thread is None:
                self._thread = threading.Thread(target=_tend, args=(weakref.ref(self),), name="lineage-guard", daemon=True)
                try:
                    self._thread.start()
                except RuntimeError:  # the interpreter is going down; `close` writes what waits
                    _log.debug("no thread any more")

    def _tick(self) -> bool:
        """One look: whether to go on."""
        self._wake.wait(_TICK)
        try:
            self._flush()
            if self._watched is not None and self._watched.changed(self._watch):
                self.reload()
        except Exception as error:
            _log.error("the guard's thread failed: %s", _said(error))
        return not self._closed

    def _forked(self) -> None:
        self._journal.forked()
        self._begin()
        self._memory.forget()  # its decisions have the parent's numbers
        self._number = 0
        self._counts = Counter()
        self._journal.later(self._head())


def _tend(guard: weakref.ref[Guard]) -> None:
    # The thread must not keep a guard alive that nobody uses any more.
    while (alive := guard()) is not None and alive._tick():
        del alive


class _Files:
    """Files, and when they last changed."""

    def __init__(self, paths: Sequence[str | Path]) -> None:
        self._paths = [str(path) for path in paths if Path(path).is_file()]
        self._seen = self._look()
        self._next = 0.0

    def changed(self, every: float) -> bool:
        """Whether one has changed since the last look that was due."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + every
        seen, self._seen = self._seen, self._look()
        return seen != self._seen

    def _look(self) -> list[tuple[int, int, int]]:
        found = []
        for path in self._paths:
            try:
                stat = os.stat(path)
                found.append((stat.st_mtime_ns, stat.st_size, stat.st_ino))
            except OSError:
                found.append((0, 0, 0))
        return found


@contextmanager
def _serving(request: Request) -> Iterator[Request]:
    token = current.set(request)
    try:
        yield request
    finally:
        current.reset(token)


def _labelled() -> str:
    """The tenant that `lineage.instrument` holds here; "" when it is not in use."""
    statements = sys.modules.get("lineage.instrument.statements")
    return str(statements.current().get(TENANT, "")) if statements is not None else ""


def _passed(decision: Decision) -> Decision:
    if not decision.allowed:
        raise IsolationViolation(decision)
    return decision


def _known_words(target: Place, category: str, purpose: str, leg: str) -> None:
    """Refuse what no span could say: a misspelt category is none."""
    if not isinstance(target, Place):
        raise Unknown("target")
    for word, allowed in ((category, CATEGORIES), (purpose, PURPOSES), (leg, tuple(Leg))):
        if word and word not in allowed:
            raise Unknown(word)


def _weight(decision: Decision) -> tuple[bool, int]:
    return not decision.allowed, len(decision.blamed)


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
            {"rule": b.rule, "verdict": b.verdict, "mode": b.mode, "fingerprint": b.finding.fingerprint if b.finding else ""}
            for b in decision.blamed
        ],
    }
    return {key: value for key, value in line.items() if value not in ("", [], False)}


def _reason(error: Exception) -> Reason:
    for kind, reason in ((OSError, Reason.RECORD), (Full, Reason.FULL), (Unknown, Reason.ARGUMENTS)):
        if isinstance(error, kind):
            return reason
    return Reason.ERROR


def _said(error: Exception) -> str:
    """What may be logged of an error: what is wrong with a user's file, else only its type."""
    return str(error) if isinstance(error, LineageError) else type(error).__name__


def _today() -> int:
    return int(time.time()) // DAY


def _read(known: Sequence[str | Path], policy: Policy) -> Flows:
    if not known:
        return Flows()
    return read_flows(known, tenant_keys=getattr(policy.inventory, "tenant_keys", ()))


def _close_all() -> None:
    for guard in list(_guards):
        guard.close()


def _forked() -> None:
    for guard in list(_guards):
        guard._forked()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
