"""Spans wait until their trace is quiet; then they become flows.

The spans of a trace come from several processes, each with a queue of its own (five seconds by default in the SDKs). Flows
that were made too early would miss what a later span tells of them.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from lineage.decode.requests import Requests
from lineage.flows import Flows
from lineage.link import link
from lineage.spans import Spans, Tally

SETTLE = 6.0
"""Seconds without a span after which a trace is taken to be whole: longer than the five for which SDKs hold spans back."""
MOST_SPANS = 200_000
"""Spans that may wait; of more, the traces that are quiet for longest are taken as they are."""
MOST_WORDS = 200_000
"""Shapes, tenants and attributes that are remembered; then everything settles, and remembering begins anew."""
_MOST_DONE = 100_000
"""Traces of which it is remembered that they have settled."""

Trace = tuple[int, int]


class Waiting:
    """Takes requests from any thread, and gives the flows of the traces that are quiet.

    Args:
        tenant_keys: span attributes that name a customer, before the built-in ones.
        settle: seconds without a span after which a trace is whole.
        most: spans that may wait.
        clock: seconds that only go forward.

    `counted` tells what did not go as it should: "cut" traces were taken before they were quiet, since too many spans
    waited; "late" spans came after their trace had settled, so that what they tell stands alone.
    """

    def __init__(
        self,
        tenant_keys: Sequence[str] = (),
        *,
        settle: float = SETTLE,
        most: int = MOST_SPANS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tally, self._told = Tally(), Tally()
        self.counted: Counter[str] = Counter()
        self._tenant_keys, self._settle, self._most, self._clock = tenant_keys, settle, most, clock
        self._requests = Requests(tenant_keys, self._tally)
        self._lock = threading.Lock()
        self._batches: list[Spans] = []
        self._spans = 0
        self._quiet_since: dict[Trace, float] = {}
        """When a span of a trace came last, the longest ago first."""
        self._done: dict[Trace, None] = {}

    def __len__(self) -> int:
        return self._spans

    @property
    def received(self) -> Tally:
        """What came so far."""
        with self._lock:
            return _since(self._tally, Tally())

    def take(self, body: bytes, *, json: bool) -> int:
        """Take the body of one request; gives how many spans it brought.

        Raises:
            InputError: it is no OTLP trace request.
        """
        with self._lock:
            batch = self._requests.take(body, json=json)
            now = self._clock()
            for trace in zip(batch.trace_hi.tolist(), batch.trace_lo.tolist(), strict=True):
                self.counted["late"] += trace in self._done
                self._quiet_since.pop(trace, None)
                self._quiet_since[trace] = now
            self._batches.append(batch)
            self._spans += len(batch)
        return len(batch)

    def settled(self, *, everything: bool = False) -> Flows | None:
        """The flows of the traces that have become quiet since the last call; None if none has.

        Args:
            everything: do not wait any longer.
        """
        with self._lock:
            ready = self._ready(everything)
            news = _since(self._tally, self._told)
            if not ready and not (everything and news != Tally()):
                return None
            self._told = _since(self._tally, Tally())
            spans, rest = split(Spans.concat(self._batches), ready)
            vocabulary = self._requests.vocabulary
            self._batches, self._spans = [rest], len(rest)
            for trace in ready:
                del self._quiet_since[trace]
                self._done[trace] = None
            for trace in list(self._done)[: max(0, len(self._done) - _MOST_DONE)]:
                del self._done[trace]
            if not len(rest):
                self._batches = []
                if self._requests.words > MOST_WORDS:
                    self._requests = Requests(self._tenant_keys, self._tally)
        return link([spans], vocabulary, news)

    def _ready(self, everything: bool) -> list[Trace]:
        quiet = self._clock() - self._settle
        traces = list(self._quiet_since)
        if everything:
            return traces
        if self._requests.words > MOST_WORDS:
            self.counted["cut"] += sum(since > quiet for since in self._quiet_since.values())
            return traces
        ready = [trace for trace, since in self._quiet_since.items() if since <= quiet]
        if self._spans > self._most:
            # Half of what waits goes, by how long it has been quiet: rare, so it need not be exact.
            cut = traces[len(ready) : max(len(ready), len(traces) // 2, 1)]
            self.counted["cut"] += len(cut)
            ready += cut
        return ready


def _since(now: Tally, before: Tally) -> Tally:
    """What a tally has more than it had before."""
    return Tally(
        now.spans - before.spans,
        now.requests - before.requests,
        now.bytes - before.bytes,
        now.files - before.files,
        now.sampled - before.sampled,
        now.rejected - before.rejected,
        now.refused - before.refused,
        now.lost - before.lost,
    )


def split(spans: Spans, traces: Collection[Trace]) -> tuple[Spans, Spans]:
    """Spans of some traces, and the others; links go with the spans that have them."""
    wanted = np.array(list(traces), dtype=np.uint64).reshape(-1, 2)
    rows = _among(spans.trace_hi, spans.trace_lo, wanted)
    links = _among(spans.links["trace_hi"], spans.links["trace_lo"], wanted)
    parts = []
    for chosen, with_links in ((rows, links), (~rows, ~links)):
        part = spans.take(np.flatnonzero(chosen))
        part.links = spans.links[with_links]
        parts.append(part)
    return parts[0], parts[1]


def _among(hi: NDArray[np.uint64], lo: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.bool_]:
    pair = np.dtype([("hi", "u8"), ("lo", "u8")])
    found: NDArray[np.bool_] = np.isin(_pairs(hi, lo, pair), _pairs(wanted[:, 0], wanted[:, 1], pair))
    return found


def _pairs(hi: Iterable[int], lo: Iterable[int], pair: np.dtype[np.void]) -> NDArray[np.void]:
    pairs = np.empty(len(hi), pair)  # type: ignore[arg-type]
    pairs["hi"], pairs["lo"] = hi, lo
    return pairs
