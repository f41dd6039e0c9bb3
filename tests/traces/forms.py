"""The same spans in another form: nothing but `duplicate-span` may tell the difference."""

from __future__ import annotations

import numpy as np

from lineage.spans import Spans


def shuffled(spans: Spans, seed: int) -> Spans:
    """The same spans and links in another order."""
    rng = np.random.default_rng(seed)
    mixed = spans.take(rng.permutation(len(spans)))
    mixed.links = rng.permutation(spans.links)
    return mixed


def split(spans: Spans, seed: int) -> list[Spans]:
    """The same spans in five batches, each with the links of its own spans."""
    batches = np.random.default_rng(seed).integers(0, 5, len(spans))
    ids = zip(spans.trace_hi.tolist(), spans.trace_lo.tolist(), spans.span.tolist(), strict=True)
    home = dict(zip(ids, batches.tolist(), strict=True))
    link_batches = np.array(
        [home.get((hi, lo, span), 0) for hi, lo, span, *_ in spans.links.tolist()], dtype=int
    )
    parts = []
    for number in range(5):
        part = spans.take(np.flatnonzero(batches == number))
        part.links = spans.links[link_batches == number]
        parts.append(part)
    return parts


def doubled(spans: Spans, seed: int) -> Spans:
    """The same spans, a third of them delivered twice, and every link."""
    rng = np.random.default_rng(seed)
    again = spans.take(np.flatnonzero(rng.random(len(spans)) < 1 / 3))
    return Spans.concat([spans, again])
