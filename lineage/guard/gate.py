"""`Guard`: asked before a call is made, it decides, records and counts.

guard = Guard(["order16"], ["lineage.yaml"], modes={"order16/*": "enforce"}, record="decisions.jsonl")
with guard.request("acme"):
    guard.check(Place(PlaceKind.STORE, system="postgresql", host="pg.example"), kept=True)
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lineage.errors import ConfigError, LineageError
from lineage.findings import Verdict
from lineage.flows import Flows
from lineage.guard.asks import Ask, Unknown, carried, of_call, of_flow
from lineage.guard.calls import Attributes, Call, Calls
from lineage.guard.decision import FAILED, Blame, Decision, IsolationViolation, Mode, Reason
from lineage.guard.docket import Docket, Unrecorded
from lineage.guard.memory import DAY, Full, Memory
from lineage.guard.policy import Policy
from lineage.guard.request import Request, current, inside
from lineage.guard.watch import Files, Tender
from lineage.names import TENANT
from lineage.pipeline import read_flows
from lineage.places import Place

_log = logging.getLogger("lineage.guard")


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
            policy = Policy.load(policies, inventory, mode, modes or {}, reading)
            if policy.enforcing and not record:
                raise ConfigError.of(
                    "something is enforced and nothing recorded", remedy="name a file in `record`"
                )
            return policy

        self._load = load
        policy = load()
        self._calls = Calls(service)
        facts = known if isinstance(known, Flows) else _read(known, policy)
        self._memory = Memory(policy, facts, self.own, limit, _today())
        self._thinking = threading.RLock()
        self._docket = Docket(record, every)
        try:
            self._docket.under(policy, self.own, sync=True)
        except OSError as error:
            raise ConfigError.of(
                f"the record cannot be written ({error.strerror})", file=str(record)
            ) from None
        self._files = Files([*policies, *inventory], watch)
        self._tender = Tender(self)

    # --- what others ask ----------------------------------------------------------------------------

    @property
    def own(self) -> Place:
        """Our own place."""
        return self._calls.own

    @property
    def enforcing(self) -> bool:
        """Whether anything is enforced; then the guard's own failures block."""
        return self._memory.policy.enforcing

    @property
    def counts(self) -> Counter[str]:
        """How often what was decided: `allowed`, `let-through`, `blocked`; and `new` (asked the rules), `failed`, `dropped`
        (decisions that were never recorded), `reloaded`, `reload-failed`."""
        return self._docket.counts

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
        sources: Iterable[Place] | None = None,
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
            sources: whose data it is (none = our own); by default what the request has heard, and without a request
                nobody known.

        Raises:
            IsolationViolation: a rule that is enforced does not let it pass.
        """
        try:
            request = current.get()
            ask = of_flow(
                source or self.own,
                target,
                carried(request, sources, self.own, self._calls.caller),
                category=category,
                purpose=purpose or (request.purpose if request is not None else ""),
                protection=protection,
                retention=retention,
                kept=kept,
                leg=leg,
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
        party = self._party(tenant)
        self.check(
            self.own,
            source=party,
            sources=frozenset((party,)),
            category=category,
            purpose=purpose,
            leg="request",
        )
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
        told = isinstance(attributes, Mapping)
        whole = {**attributes, "messaging.operation.type": "receive"} if told else attributes
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
            with self._thinking:
                self._memory = self._memory.under(policy, _today())
        except Exception as error:
            self._docket.count("reload-failed")
            _log.error("the new policy is wrong, the old one stays: %s", _said(error))
            return False
        self._docket.count("reloaded")
        _log.info("the new policy is in force")
        self._docket.journal.reopen()
        self._docket.under(policy, self.own)
        return True

    def close(self) -> None:
        """Write what waits. Decisions go on to be made, and written when there is time."""
        self._tender.stop()
        self._flush()
        self._docket.journal.close()

    # --- what goes on beside ------------------------------------------------------------------------

    def tick(self) -> None:
        """Write what waits, and reload what has changed; called by a thread of the guard's own."""
        try:
            self._flush()
            if self._files.changed():
                self.reload()
        except Exception as error:
            _log.error("the guard's thread failed: %s", _said(error))

    def _flush(self) -> None:
        if dropped := self._docket.flush():
            _log.error("%d decisions could not be recorded", dropped)

    def forked(self) -> None:
        """Begin anew in a child process; called there."""
        self._thinking = threading.RLock()
        self._memory.forget()  # its decisions have the parent's numbers
        self._docket.forked()
        self._tender.forked()

    # --- deciding -----------------------------------------------------------------------------------

    def _call(self, attributes: Attributes) -> tuple[Call | None, Decision]:
        call, worst, request = None, Decision(), current.get()
        try:
            call = self._calls.read(attributes)
            if any(call.is_layer_of(outer) for outer in inside.get()):
                return call, worst
            decisions = [self._decide(ask) for ask in of_call(call, request, self._calls.caller)]
            worst = max(decisions, key=_weight, default=worst)
            if request is not None and worst.allowed:
                request.hears(call.heard, call.perhaps)
        except Exception as error:
            worst = self._failed(error)
            if request is not None:
                # It may go on, and nobody knows what it brings.
                request.hears(frozenset((self._calls.caller,)))
        return call, _passed(worst)

    def _party(self, tenant: str | None) -> Place:
        try:
            return self._calls.party(_labelled() if tenant is None else tenant)
        except Exception as error:
            _passed(self._failed(error))
            return self._calls.party("")

    def _decide(self, ask: Ask) -> Decision:
        if not self._tender.running:
            self._tender.start()
        memory = self._memory
        entry = memory.recall(ask) if memory.day == _today() else None
        if entry is None:
            with self._thinking:
                memory, today = self._memory, _today()
                if memory.day != today:
                    memory.turn(today)
                entry = memory.recall(ask)
                if entry is None:
                    enforcing = memory.policy.enforcing
                    return memory.think(
                        ask, time.time_ns(), lambda made: self._docket.first(ask, made, enforcing)
                    )
        return self._docket.again(ask, entry, memory.policy.enforcing)

    def _failed(self, error: Exception) -> Decision:
        """What follows when the guard could not decide: enforced, the flow is stopped; observed, it goes on."""
        mode, reason = Mode.ENFORCE if self.enforcing else Mode.OBSERVE, _reason(error)
        decision = Decision((Blame(FAILED, Verdict.UNDECIDED, mode, reason=reason),))
        try:
            self._docket.failed(decision, reason)
            _log.error("the guard could not decide: %s", _said(error))
        except Exception:  # noqa: S110 - whatever else fails, the mode decides
            pass
        return decision


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


def _weight(decision: Decision) -> tuple[bool, int]:
    return not decision.allowed, len(decision.blamed)


def _reason(error: Exception) -> Reason:
    reasons = {Unrecorded: Reason.RECORD, Full: Reason.FULL, Unknown: Reason.ARGUMENTS}
    return next((reason for kind, reason in reasons.items() if isinstance(error, kind)), Reason.ERROR)


def _said(error: Exception) -> str:
    """What may be logged of an error: what is wrong with a user's file, else only its type."""
    return str(error) if isinstance(error, LineageError) else type(error).__name__


def _today() -> int:
    return int(time.time()) // DAY


def _read(known: Sequence[str | Path], policy: Policy) -> Flows:
    if not known:
        return Flows()
    return read_flows(known, tenant_keys=getattr(policy.inventory, "tenant_keys", ()))
