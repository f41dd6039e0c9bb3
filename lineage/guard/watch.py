"""What goes on beside the decisions: a thread that writes and looks at files, and what a fork and the end demand."""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

TICK = 0.5
"""Seconds between two looks."""


class Tended(Protocol):
    """What needs tending."""

    def tick(self) -> None:
        """Do what is due. Raises nothing."""

    def forked(self) -> None:
        """Begin anew in a child process."""

    def close(self) -> None:
        """The process ends."""


_tended: weakref.WeakSet[Tended] = weakref.WeakSet()


class Tender:
    """A daemon thread that ticks; it keeps nothing alive, and is started anew in a child process."""

    def __init__(self, tended: Tended) -> None:
        self._tended = weakref.ref(tended)
        _tended.add(tended)
        self.forked()

    def forked(self) -> None:
        """No thread of the parent is in the child."""
        self.running = False
        self._lock = threading.Lock()
        self._over = threading.Event()

    def start(self) -> None:
        """Run from now on, once."""
        with self._lock:
            if self.running:
                return
            self.running = True
            thread = threading.Thread(target=self._run, name="lineage-guard", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                # The interpreter is going down: `close` does what is left.
                return

    def stop(self) -> None:
        """End the thread."""
        self._over.set()

    def _run(self) -> None:
        over = self._over
        while not over.wait(TICK) and (alive := self._tended()) is not None:
            alive.tick()
            del alive


class Files:
    """Files, and when they last changed.

    Args:
        paths: those of them that are files.
        every: seconds between two looks; 0 = never look.
    """

    def __init__(self, paths: Sequence[str | Path], every: float) -> None:
        self._paths = [str(path) for path in paths if Path(path).is_file()]
        self._every = every
        self._seen = self._look()
        self._next = 0.0

    def changed(self) -> bool:
        """Whether one has changed since the last look; False where none is due."""
        now = time.monotonic()
        if not self._every or now < self._next:
            return False
        self._next = now + self._every
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


def _close_all() -> None:
    for each in list(_tended):
        each.close()


def _forked() -> None:
    for each in list(_tended):
        each.forked()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
