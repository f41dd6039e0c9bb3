"""What the request that is being served has heard so far: the sources that whatever it sends may carry.

One object a request, found through a context variable: tasks of asyncio and copied contexts share it, so that what
one of them has read the others are taken to know. A thread without the context has none: it works for nobody known.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar

from lineage.guard.calls import Call
from lineage.places import Place


class Request:
    """Whom a request is for, and what it has heard.

    >>> from lineage.places import PlaceKind
    >>> request = Request(None, frozenset())
    >>> request.hears(frozenset({Place(PlaceKind.PARTY, "acme")}))
    >>> [place.name for place in request.sources]
    ['acme']
    """

    __slots__ = ("_lock", "party", "possible", "purpose", "sources")

    def __init__(self, party: Place | None, sources: frozenset[Place], purpose: str = "") -> None:
        self.party = party
        """The customer; None for work of our own."""
        self.sources = sources
        self.possible: frozenset[Place] = frozenset()
        """What it may have heard beside those: of operations whose direction is not known."""
        self.purpose = purpose
        """What it is for, where a call does not say otherwise."""
        self._lock = threading.Lock()

    def hears(self, sources: frozenset[Place], possible: frozenset[Place] = frozenset()) -> None:
        """Add sources; they are never taken away."""
        if self.sources >= sources and self.possible >= possible:
            return
        with self._lock:
            self.sources |= sources
            self.possible |= possible


current: ContextVar[Request | None] = ContextVar("lineage.guard.request", default=None)
"""The request that is being served here."""

inside: ContextVar[tuple[Call, ...]] = ContextVar("lineage.guard.inside", default=())
"""The guarded calls that are under way here, the outermost first: a layer further down of one of them is no call of its own."""
