"""What this process could not say or send: counted by reason, told once each in the log, never with a value."""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from collections.abc import Mapping

_log = logging.getLogger("lineage.instrument")
_counts: Counter[str] = Counter()
_lock = threading.Lock()


def count(reason: str, number: int = 1, tell: str = "") -> None:
    """Add to a reason; the first time, `tell` goes to the log as a warning."""
    with _lock:
        first = reason not in _counts
        _counts[reason] += number
    if first and tell:
        _log.warning("%s (told once; lineage.instrument.counts() counts %s)", tell, reason)


def counts() -> Mapping[str, int]:
    """Reasons and numbers since the process began.

    `ended` spans were given to the exporters; `exported` arrived, `not-exported` did not; what is left of `ended` is in a
    queue, or was dropped out of a full one. `refused:...` are labels that are no labels, `conflict:...` labels that
    contradict each other, `claimed:...` labels from outside.

    >>> from lineage.instrument import counts
    >>> isinstance(counts(), dict)
    True
    """
    with _lock:
        return dict(sorted(_counts.items()))


def _after_fork() -> None:
    # Another thread may have held the lock when the process was forked; and a child counts its own.
    global _lock
    _lock = threading.Lock()
    _counts.clear()


os.register_at_fork(after_in_child=_after_fork)
