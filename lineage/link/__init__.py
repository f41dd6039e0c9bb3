"""Spans in, flows out: the assembly step (DESIGN.md section 3; docs/explanation/assembly.md is its exact meaning).

Four steps: `clean` joins ids and drops duplicates, `tree` finds each span's parent, `units` puts together the
traces that links join, `propagate` works out which sources each flow carries. What a span means is looked
up by its shape in `acts`. The result does not depend on the order of spans, batches or files.
"""

from __future__ import annotations

from collections.abc import Iterable

from lineage.flows import Flows
from lineage.link.acts import Acts
from lineage.link.assemble import assemble, finish
from lineage.link.groups import groups
from lineage.link.propagate import Edges
from lineage.spans import Spans, Tally, Vocabulary


def link(batches: Iterable[Spans], vocabulary: Vocabulary, tally: Tally | None = None) -> Flows:
    """The flows of all spans in `batches`.

    Args:
        batches: spans in any order; a trace may be spread over batches.
        vocabulary: what their shapes and tenants mean.
        tally: what reading them left out; becomes part of the coverage.

    >>> link([], Vocabulary()).coverage.traces
    0
    """
    edges = Edges()
    acts = Acts(vocabulary)
    traces = sum(assemble(group, acts, edges) for group in groups(batches))
    return finish(edges, acts, traces, tally or Tally())
