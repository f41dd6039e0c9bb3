"""Stop a forbidden flow before it happens, by the packs and the inventory that CI uses (docs/how-to/guard.md).

    from lineage import guard

    guard.setup(["order16"], ["lineage.yaml"], modes={"order16/*": "enforce"}, record="decisions.jsonl")
    with guard.request("acme"):
        guard.check(Place(PlaceKind.STORE, system="postgresql", host="pg.example"), kept=True)

`lineage.guard.clients` puts it in front of the clients that a service has. It is a seat belt and not a wall: code
that goes round it, or means harm in the same process, is not stopped; the spans of CI show what it did.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from lineage.findings import Verdict
from lineage.guard.calls import Attributes
from lineage.guard.decision import FAILED, Blame, Decision, IsolationViolation, Mode, Outcome, Reason
from lineage.guard.gate import Guard
from lineage.guard.request import Request
from lineage.places import Place, PlaceKind

__all__ = [
    "Blame", "Decision", "Guard", "IsolationViolation", "Mode", "Outcome", "Place", "PlaceKind", "Reason", "Request",
    "before", "call", "check", "installed", "receive", "reload", "reply", "request", "setup", "work",
]  # fmt: skip

_guard: Guard | None = None


def setup(*args: Any, **options: Any) -> Guard:
    """Make the guard of this process; arguments and errors are those of `Guard`. One that was there is closed."""
    global _guard
    made = Guard(*args, **options)
    if _guard is not None:
        _guard.close()
    _guard = made
    return made


def installed() -> Guard:
    """The guard of this process.

    Raises:
        IsolationViolation: there is none. Without a policy nothing is known to be allowed.
    """
    if _guard is None:
        raise IsolationViolation(
            Decision((Blame(FAILED, Verdict.UNDECIDED, Mode.ENFORCE, reason=Reason.UNSET),))
        )
    return _guard


def check(target: Place, **told: Any) -> Decision:
    """`Guard.check` of the guard of this process."""
    return installed().check(target, **told)


def before(attributes: Attributes) -> Decision:
    """`Guard.before` of the guard of this process."""
    return installed().before(attributes)


def call(attributes: Attributes) -> AbstractContextManager[Decision]:
    """`Guard.call` of the guard of this process."""
    return installed().call(attributes)


def request(tenant: str | None = None, **told: str) -> AbstractContextManager[Request]:
    """`Guard.request` of the guard of this process."""
    return installed().request(tenant, **told)


def receive(attributes: Attributes, **told: str) -> AbstractContextManager[Request]:
    """`Guard.receive` of the guard of this process."""
    return installed().receive(attributes, **told)


def work(**told: str) -> AbstractContextManager[Request]:
    """`Guard.work` of the guard of this process."""
    return installed().work(**told)


def reply(**told: str) -> Decision:
    """`Guard.reply` of the guard of this process."""
    return installed().reply(**told)


def reload() -> bool:
    """`Guard.reload` of the guard of this process."""
    return installed().reload()
