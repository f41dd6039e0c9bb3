"""Arguments and options that several commands take, each written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

PACKS = ("order16", "baseline")
"""The packs that are used when none is named."""

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
"""click settings of every command."""


def stacked(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several arguments and options as one decorator, in this order."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


spans = click.argument("spans", nargs=-1, required=True, metavar="SPANS...")
inventory = click.option(
    "-i",
    "--inventory",
    "inventories",
    multiple=True,
    metavar="FILE",
    help="Inventory (lineage.yaml); may be given several times. Default: ./lineage.yaml if it is there.",
)
policies = click.option(
    "-p",
    "--policy",
    "policies",
    multiple=True,
    metavar="PACK",
    help=f"Name of a built-in pack, or a pack's file; may be given several times. Default: {', '.join(PACKS)}.",
)
mode = click.option(
    "--mode",
    type=click.Choice(["strict", "text"]),
    default="strict",
    show_default=True,
    help="strict: any mixing of domestic data; text: only what the wording of the law forbids.",
)
language = click.option(
    "--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the text."
)
output = click.option("-o", "--output", metavar="FILE", help="Write here instead of to standard output.")
ledgers = click.option(
    "--ledger",
    "ledgers",
    multiple=True,
    metavar="KIND=FILE",
    help="A ledger beside those of the inventory, CSV or Parquet; may be given several times (docs/reference/ledgers.md).",
)
