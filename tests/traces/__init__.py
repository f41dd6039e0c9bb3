"""Traces by the thousand, the same for the same seed: gateways as they should be, and telemetry as it is.

Two sorts are mixed. *Gateway* traces look like an AI gateway's: tenants enter, services call each other, models
are called through layers, stores are read and written. *Wild* traces are a handful of spans of any shape with ids and
times out of so small a range that everything collides. Faults are then planted in both.
"""

from __future__ import annotations

import random

from lineage.spans import Spans, Vocabulary
from traces.faults import trouble
from traces.forms import doubled, shuffled, split
from traces.maker import Maker
from traces.plants import Plant, plants
from traces.shapes import attributes

__all__ = ["Plant", "attributes", "doubled", "generate", "plants", "shuffled", "split"]


def generate(seed: int, traces: int) -> tuple[Spans, Vocabulary]:
    """About `traces` traces of some eight spans, faults included; some are linked to each other.

    >>> spans, _ = generate(1, 50)
    >>> len(spans) > 50
    True
    """
    maker = Maker(random.Random(seed))
    for _ in range(traces):
        maker.trace()
        trouble(maker)
    return Spans.of([tuple(row) for row in maker.rows], maker.links), maker.words  # type: ignore[misc]
