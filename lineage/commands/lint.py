"""`lineage lint`: policies, inventory, waivers and baseline, looked through without spans."""

from __future__ import annotations

from pathlib import Path

import click

from lineage.commands import options, work


@click.command(context_settings=options.CONTEXT)
@options.stacked(options.inventory, options.policies)
@click.option(
    "--baseline", "baselines", multiple=True, metavar="FILE", help="Baseline of `lineage baseline write`."
)
@click.option(
    "--today",
    metavar="YYYY-MM-DD",
    help="The date on which waivers and documents are judged. Default: today, UTC.",
)
def lint(
    inventories: tuple[str, ...], policies: tuple[str, ...], baselines: tuple[str, ...], today: str | None
) -> int:
    """Look through policies, inventory, waivers and baseline without spans, and tell everything wrong at once.

    \b
    Errors: what would stop a check, waivers that have expired or that name no rule.
    Warnings: what ends within 14 days, entries that can never match or say nothing new, packs and rules without cases.

    \b
    Exit codes:
      0  no errors
      2  errors

    \b
    Examples:
      lineage lint
      lineage lint -i lineage.yaml -i waivers.yaml -p compliance/mine.yaml
    """
    from lineage.lint import lint as look

    if not inventories and Path("lineage.yaml").is_file():
        inventories = ("lineage.yaml",)
    if not (inventories or policies or baselines):
        raise work.usage(
            "there is nothing to look at",
            "give an inventory with -i, a pack with -p, or run it beside lineage.yaml",
        )
    found = look(inventories, policies, work.day(today), baselines)
    lines = [f"error: {problem}" for problem in found.errors]
    lines += [f"warning: {problem}" for problem in found.warnings]
    looked = ", ".join((*inventories, *policies, *baselines))
    lines.append(f"{len(found.errors)} errors, {len(found.warnings)} warnings in {looked}")
    work.put("\n".join(lines) + "\n", None)
    return 2 if found.errors else 0
