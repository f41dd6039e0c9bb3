"""`lineage demo`: a real capture, its inventory, a verdict with one violating path, and the diagram."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from lineage.errors import LineageError
from lineage.resources import builtin

CAPTURE, INVENTORY = "fastapi-mixed.pb", "fastapi-mixed.lineage.yaml"


def run(folder: str | None, lang: str) -> int:
    """Check the packaged capture in `folder` (a new temporary one for None) and draw it; 0 when that worked.

    The capture is of a gateway whose overseas and domestic customers share one core. Its verdict is *violated*:
    that is what the demo shows, and not a failure of the demo.
    """
    from lineage.checking import check
    from lineage.commands.diagram import draw_to
    from lineage.files import write_whole
    from lineage.findings import Verdict
    from lineage.graph import FlowGraph
    from lineage.inventory import Inventory
    from lineage.packs import load_pack
    from lineage.pipeline import read_flows
    from lineage.report.text import finding_text, headline

    where = Path(folder) if folder else Path(tempfile.mkdtemp(prefix="lineage-demo-"))
    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LineageError.of(
            f"cannot make the folder ({error.strerror})",
            file=str(where),
            remedy="name a new folder, or one you may write to",
        ) from None
    for name in (CAPTURE, INVENTORY):
        write_whole(where / name, builtin("captures").joinpath(name).read_bytes())
    click.echo(f"$ cd {where}\n$ lineage check {CAPTURE} -i {INVENTORY} -p order16")
    inventory = Inventory.load([where / INVENTORY])
    graph = FlowGraph(read_flows([where / CAPTURE], tenant_keys=inventory.tenant_keys), inventory)
    report = check(graph, [load_pack("order16")])
    violated = [finding for finding in report.findings if finding.verdict is Verdict.VIOLATED]
    shown = max(violated, key=lambda finding: len(finding.steps))
    click.echo(f"{headline(report, lang)}\n\n{finding_text(shown, lang)}")
    click.echo(f"... and {len(violated) - 1} more violated findings: run the command above to see them all.")
    picture = where / "inputs.svg"
    click.echo(f"\n$ lineage diagram {CAPTURE} -i {INVENTORY} -p order16 -o {picture.name}")
    for path in draw_to(graph, report, str(picture), "where-inputs-go", "both"):
        click.echo(f"wrote {path}")
    return 0
