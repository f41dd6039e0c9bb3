"""`lineage report SPANS -o DIR`: what was found, as one HTML file that compliance hands over."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lineage.commands import options, work


@click.command(context_settings=options.CONTEXT)
@options.stacked(options.spans, options.inventory, options.policies, options.mode, options.language)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="DIR",
    help="The folder for report.html and report.json; it is made if it is not there, and what it holds of that name is written anew.",
)
@click.option(
    "--view",
    "views",
    multiple=True,
    metavar="VIEW",
    help="A view to draw, by name or file; may be given several times. Default: one for each of the six questions, as far as the file stays below a megabyte.",
)
@click.option(
    "--baseline", metavar="FILE", help="Findings that are known (`lineage baseline write`), marked as such."
)
@options.ledgers
@click.option(
    "--today", metavar="YYYY-MM-DD", help="As of `check`. Default: SOURCE_DATE_EPOCH, else today, UTC."
)
def report(
    spans: tuple[str, ...],
    inventories: tuple[str, ...],
    policies: tuple[str, ...],
    mode: str,
    lang: str,
    output: str,
    views: tuple[str, ...],
    baseline: str | None,
    ledgers: tuple[str, ...],
    today: str | None,
) -> int:
    """Write the report for people: one HTML file, in English and Chinese, that opens offline and asks nobody anything.

    It holds the verdict and what it rests on, the six questions with their answers, the map, every finding with its way,
    and every place and flow with how each fact is known. `--lang` says in which language it opens. Exit code 0 says that
    the report is written, whatever its verdict: `lineage check` is the gate.

    \b
    Examples:
      lineage report traces/ -i lineage.yaml -o november
      lineage report snapshot.json -i lineage.yaml -p order16 -p baseline -p gdpr -o november --lang zh
    """
    from lineage.files import write_whole
    from lineage.report.html import to_html
    from lineage.report.text import headline

    inventory = work.load_inventory(inventories)
    if ledgers:
        inventory = inventory.with_ledgers(map(work.ledger, ledgers))
    graph = work.as_graph(work.read(spans, inventory), inventory)
    found = work.judged(graph, policies, mode, today=_day(today), baseline=baseline)
    made = to_html(graph, found, lang=lang, views=views)
    for notice in made.notices:
        click.echo(f"note: {notice}", err=True)
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise work.usage(
            f"{output} is no folder and cannot be made one ({error.strerror})", "name another folder"
        ) from None
    for name, data in (("report.json", made.json), ("report.html", made.html)):
        write_whole(folder / name, data)
        click.echo(f"wrote {folder / name}", err=True)
    click.echo(headline(found, lang))
    return 0


def _day(told: str | None) -> str | None:
    """The day that is asked for, else that of SOURCE_DATE_EPOCH (reproducible-builds.org)."""
    import datetime as dt

    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    if told or not seconds:
        return told
    try:
        return dt.datetime.fromtimestamp(int(seconds), dt.UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise work.usage(
            "SOURCE_DATE_EPOCH is no number of seconds", "unset it, or give seconds since 1970"
        ) from None
