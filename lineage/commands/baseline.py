"""`lineage baseline write`: the findings of today, so that a gate can be switched on and fail on new ones only."""

from __future__ import annotations

from pathlib import Path

import click

from lineage.commands import options, work


@click.group(context_settings=options.CONTEXT)
def baseline() -> None:
    """Adopting the gate: a file of the findings that are there, one by one; check then fails on new ones only.

    \b
    Examples:
      lineage baseline write traces/ -i lineage.yaml -o baseline.yaml
      lineage check traces/ -i lineage.yaml --baseline baseline.yaml
    """


@baseline.command(context_settings=options.CONTEXT)
@options.stacked(options.spans, options.inventory, options.policies, options.mode)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    help="The baseline; a file that exists is not overwritten.",
)
@click.option("--today", metavar="YYYY-MM-DD", help="The date that is written down. Default: today, UTC.")
def write(
    spans: tuple[str, ...],
    inventories: tuple[str, ...],
    policies: tuple[str, ...],
    mode: str,
    output: str,
    today: str | None,
) -> int:
    """Write down the violated and undecided findings that are there, each with rule, fingerprint, words and date.

    Findings that are waived are left out. A finding that was undecided and becomes violated is a new one.

    \b
    Example:
      lineage baseline write traces/ -i lineage.yaml -p order16 -o baseline.yaml
    """
    from lineage.baseline import dump_baseline
    from lineage.files import write_whole

    if Path(output).exists():
        raise work.usage(
            f"{output} exists and is not overwritten",
            "take mended findings out of it by hand; to take in new ones too, remove it first",
        )
    report = work.report(spans, inventories, policies, mode, "info", today)
    if not report.flows:
        raise work.usage(
            "nothing was observed, so there is nothing to write down", "give spans that hold flows"
        )
    left = [finding for finding in report.findings if not finding.waived]
    write_whole(output, dump_baseline(left, report.today).encode())
    click.echo(f"wrote {output}: {len(left)} findings", err=True)
    return 0
