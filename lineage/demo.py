"""`lineage demo`: a real capture, its inventory, a verdict with one violating path, and the diagram."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from lineage.resources import builtin

CAPTURE, INVENTORY = "fastapi-mixed.pb", "fastapi-mixed.lineage.yaml"


def run(folder: str | None, lang: str) -> int:
    """Check the packaged capture in `folder` (a new temporary one for None) and draw it; the verdict's exit code.

    The capture is of a gateway whose overseas and domestic customers share one core: the verdict is
    *violated*, and that is what the demo is for, so that the command itself ends with 0.
    """
    from lineage.check import check
    from lineage.cli import _draw
    from lineage.graph import FlowGraph
    from lineage.inventory import Inventory
    from lineage.packs import load_pack
    from lineage.pipeline import read_flows
    from lineage.report.text import one_finding, summary

    where = Path(folder) if folder else Path(tempfile.mkdtemp(prefix="lineage-demo-"))
    where.mkdir(parents=True, exist_ok=True)
    for name in (CAPTURE, INVENTORY):
        (where / name).write_bytes(builtin("captures").joinpath(name).read_bytes())
    click.echo(f"$ cd {where}")
    click.echo(f"$ lineage check {CAPTURE} -i {INVENTORY} -p order16")
    inventory = Inventory.load([where / INVENTORY])
    graph = FlowGraph(read_flows([where / CAPTURE], tenant_keys=inventory.tenant_keys), inventory)
    report = check(graph, [load_pack("order16")])
    click.echo(one_finding(report, lang=lang))
    click.echo(summary(report, lang=lang))
    click.echo(f"\n$ lineage diagram {CAPTURE} -i {INVENTORY} -p order16 -o inputs.svg")
    for path in _draw(graph, report, str(where / "inputs.svg"), "where-inputs-go", "both"):
        click.echo(f"wrote {path}")
    return 0
