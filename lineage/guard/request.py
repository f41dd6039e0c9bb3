"""What the request that is being served has heard so far: the sources that whatever it sends may carry.

One object a request, found through a context variable: tasks of asyncio and copied contexts share it, so that what
one of them has read the others are taken to know. A thread without the context has none: it works for nobody known.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextvars import ContextVar

from lineage.operations import Operation
from lineage.places import Place


class Request:
    """Whom a request is for, and what it has heard.

    >>> from lineage.places import PlaceKind
    >>> request = Request(None, frozenset())
    >>> request.hears([Place(PlaceKind.PARTY, "acme")])
    >>> [place.name for place in request.sources]
    ['acme']
    """

    __slots__ = ("_lock", "party", "purpose", "sources")

    def __init__(self, party: Place | None, sources: frozenset[Place], purpose: str = "") -> None:
        self.party = party
        """The customer; None for work of our own."""
        self.sources = sources
        self.purpose = purpose
        """What it is for, where a call does not say otherwise."""
        self._lock = threading.Lock()

    def hears(self, places: Iterable[Place]) -> None:
        """Add sources; they are never taken away."""
        with self._lock:
            if not self.sources.issuperset(places := frozenset(places)):
                self.sources |= places


current: ContextVar[Request | None] = ContextVar("lineage.guard.request", default=None)
"""The request that is being served here."""

inside: ContextVar[tuple[Operation, ...]] = ContextVar("lineage.guard.inside", default=())
"""The guarded calls that are under way here, the outermost first: a layer further down of one of them is no call of its own."""
