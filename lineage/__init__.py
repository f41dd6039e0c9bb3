"""Data-flow lineage from OpenTelemetry spans: where did the data go, and what mixed with it?

    flows = lineage.read_flows(["spans.jsonl"])
    graph = lineage.FlowGraph(flows, lineage.Inventory.load(["lineage.yaml"]))
    report = lineage.check(graph, [lineage.load_pack("order16")])
    print(lineage.FORMATS["text"](report))

Names are imported when first used, so that `import lineage` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage.checking import Report as Report
    from lineage.checking import check as check
    from lineage.decode import Reader as Reader
    from lineage.errors import LineageError as LineageError
    from lineage.flows import Flows as Flows
    from lineage.graph import FlowGraph as FlowGraph
    from lineage.inventory import Inventory as Inventory
    from lineage.packs import load_pack as load_pack
    from lineage.pipeline import read_flows as read_flows
    from lineage.report import FORMATS as FORMATS

__version__ = "0.1.0"

_HOMES = {
    "FORMATS": "lineage.report",
    "FlowGraph": "lineage.graph",
    "Flows": "lineage.flows",
    "Inventory": "lineage.inventory",
    "LineageError": "lineage.errors",
    "Reader": "lineage.decode",
    "Report": "lineage.checking",
    "check": "lineage.checking",
    "load_pack": "lineage.packs",
    "read_flows": "lineage.pipeline",
}

__all__ = [*sorted(_HOMES), "__version__"]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'lineage' has no attribute {name!r}")
    return getattr(import_module(home), name)
