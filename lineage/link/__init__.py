"""Spans in, flows out: the assembly step (DESIGN.md section 3; docs/explanation/assembly.md is its exact meaning).

Four steps: `clean` joins ids and drops duplicates, `tree` finds each span's parent, `units` puts together the
traces that links join, `propagate` works out which sources each flow carries. What a span means is looked
up by its shape in `acts`. The result does not depend on the order of spans, batches or files.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lineage.flows import Flows
from lineage.link.acts import Acts
from lineage.link.assemble import assemble, finish, fold
from lineage.link.fold import Folded
from lineage.link.groups import groups
from lineage.link.propagate import Edges
from lineage.spans import Spans, Tally, Vocabulary

if TYPE_CHECKING:
    from lineage.fast.assemble import FastAssembler


ENGINES = ("auto", "plain", "fast")
FAST_FROM = 100_000
"""Spans from which on the compiled kernels pay for their start, where numba is installed and has compiled them before."""
COMPILE_FROM = 3_000_000
"""Spans from which on they pay for being compiled, once on a machine."""


def link(
    batches: Iterable[Spans], vocabulary: Vocabulary, tally: Tally | None = None, *, engine: str = "auto"
) -> Flows:
    """The flows of all spans in `batches`.

    Args:
        batches: spans in any order; a trace may be spread over batches.
        vocabulary: what their shapes and tenants mean.
        tally: what reading them left out; becomes part of the coverage.
        engine: "plain"; "fast" (compiled by numba); or "auto": what `LINEAGE_FAST` says (0 or 1), else fast for much
            input where numba is installed. The flows are the same.

    >>> link([], Vocabulary()).coverage.traces
    0
    """
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}: one of {', '.join(ENGINES)}")
    edges, acts, counted = Edges(), Acts(vocabulary), _Counted(batches)
    folded = Folded(acts)
    with collector_at_rest():
        work = groups(counted)
        group = next(work, None)
        fast = _fast(acts, edges, engine, counted.spans)
        traces = 0
        while group is not None:
            traces += fast.add(group) if fast is not None else assemble(group, acts, edges)
            fold(edges, folded)
            group = next(work, None)
        if fast is not None:
            fast.finish(folded)
        return finish(edges, folded, traces, tally or Tally())


class _Counted:
    """Batches on their way, counted."""

    def __init__(self, batches: Iterable[Spans]) -> None:
        self._batches = batches
        self.spans = 0

    def __iter__(self) -> Iterator[Spans]:
        for batch in self._batches:
            self.spans += len(batch)
            yield batch


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Without the garbage collector: flows pile up by the hundred thousand, none in a cycle, and it would walk them all again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _fast(acts: Acts, edges: Edges, engine: str, spans: int) -> FastAssembler | None:
    """The compiled kernels, if they are asked for or pay; None where they cannot be had, which costs time and nothing else."""
    if engine == "auto":
        engine = {"0": "plain", "1": "fast"}.get(os.environ.get("LINEAGE_FAST", ""), engine)
    if engine == "plain" or (engine == "auto" and spans < FAST_FROM):
        return None
    try:
        from lineage.fast.compiled import warm

        if engine == "auto" and spans < COMPILE_FROM and not warm():
            return None
        from lineage.fast.assemble import FastAssembler, compile_all

        compile_all()
        return FastAssembler(acts, edges)
    except Exception as error:
        if engine == "fast":
            raise
        logging.getLogger("lineage").info(
            "no compiled kernels (%s): the plain way is taken", type(error).__name__
        )
        return None
