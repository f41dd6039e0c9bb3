"""The graph as text for other programs: one format per file, each a function of the graph and a language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lineage.export.cyclonedx import cyclonedx
from lineage.export.dot import dot
from lineage.export.graphml import graphml
from lineage.export.mermaid import mermaid
from lineage.export.openlineage import openlineage

if TYPE_CHECKING:
    from lineage.graph import FlowGraph

EXPORTS: dict[str, Callable[[FlowGraph, str], str]] = {
    "graphml": graphml,
    "dot": dot,
    "mermaid": mermaid,
    "cyclonedx": cyclonedx,
    "openlineage": openlineage,
}
"""Format name -> function(graph, language)."""
