"""Cases computed by hand from docs/explanation/assembly.md: a handful of spans, and every flow that they make."""

from __future__ import annotations

from cases.calls import CALLS
from cases.hidden import HIDDEN
from cases.sources import SOURCES
from cases.trees import TREES
from cases.writing import CHAT, HTTP, READ_A, WRITE_A, Case, lines, pack, span

CASES = [*CALLS, *TREES, *SOURCES, *HIDDEN]

__all__ = ["CASES", "CHAT", "HTTP", "READ_A", "WRITE_A", "Case", "lines", "pack", "span"]
