"""`lineage document`: what compliance hands over, as Markdown, CSV, Excel workbook or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.commands import options, work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.diagram.text import Language
    from lineage.documents import Document
    from lineage.documents.forms import DocumentForm

ENDINGS = ("md", "csv", "xlsx", "json")
ALL = "all"


def _list(context: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print the documents that there are, and end."""
    if not asked or context.resilient_parsing:
        return
    from lineage.documents.forms import forms

    for form in forms().forms:
        click.echo(f"{form.id:<22} {form.title.en} / {form.title.zh}")
        click.echo(f"{'':<22} {form.about.en}")
    context.exit(0)


@click.command(context_settings=options.CONTEXT)
@click.argument("name", metavar="NAME")
@options.stacked(options.spans, options.inventory, options.policies, options.mode)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE|DIR",
    help="The document; its ending says the format: .md .csv .xlsx .json. A folder, with NAME = all.",
)
@options.language
@click.option(
    "--market",
    default="",
    metavar="CC",
    help="Only for customers of this market (ISO country code), to be handed to them.",
)
@click.option(
    "--since",
    metavar="FILE",
    help="The last sub-processor list, .json or .csv as written here: tells what changed.",
)
@options.ledgers
@click.option(
    "--today",
    metavar="YYYY-MM-DD",
    help="The date of the document, on which others must be in date. Default: today, UTC.",
)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="List the documents, and end.",
)
def document(
    name: str,
    spans: tuple[str, ...],
    inventories: tuple[str, ...],
    policies: tuple[str, ...],
    mode: str,
    output: str,
    lang: str,
    market: str,
    since: str | None,
    ledgers: tuple[str, ...],
    today: str | None,
) -> int:
    """Write a document of what was observed and declared, with every gap shown in its place.

    NAME is one of `--list`, or all. It quotes the rules of its own packs, or of those that -p names. A document is no
    verdict: the exit code is 0 when it is written.

    \b
    Examples:
      lineage document --list
      lineage document sub-processors traces/ -i lineage.yaml -o list.md
      lineage document sub-processors traces/ -i lineage.yaml -o list.csv --market DE --since last-list.csv
      lineage document exemption-file traces/ -i lineage.yaml -o art4.md --lang zh
      lineage document all traces/ -i lineage.yaml -o documents/
    """
    from lineage.diagram import language
    from lineage.documents import form, make, matter_of, names
    from lineage.documents.previous import read_previous
    from lineage.documents.versions import LISTS

    wanted = [form(each) for each in (names() if name == ALL else [name])]
    ending = Path(output).suffix.lstrip(".").lower()
    if name == ALL and ending in ENDINGS:
        raise work.usage(
            f"all documents go into a folder, and {output} ends like one of them",
            "name a folder: -o documents/",
        )
    if name != ALL and ending not in ENDINGS:
        raise work.usage(
            f"the ending of {output} tells no format",
            f"end it in .{', .'.join(ENDINGS[:-1])} or .{ENDINGS[-1]}",
        )
    last = read_previous(since) if since else None
    inventory = work.load_inventory(inventories)
    if ledgers:
        inventory = inventory.with_ledgers(map(work.ledger, ledgers))
    made = work.as_graph(work.read(spans, inventory), inventory)
    alone = name != ALL
    for one in wanted:
        its_market = market if alone or one.by_market else ""
        of = matter_of(made, one.id, work.day(today), mode=mode, policies=policies, market=its_market)
        finished = make(one.id, of, last if alone or one.id in LISTS else None)
        for path in _write(finished, output, [ending] if alone else _endings(one), alone, language(lang)):
            click.echo(f"wrote {path}", err=True)
    return 0


def _endings(form: DocumentForm) -> list[str]:
    """The formats of a document in a folder: CSV only where one table is the document."""
    return [ending for ending in ENDINGS if ending != "csv" or form.main]


def _write(finished: Document, output: str, endings: Sequence[str], alone: bool, lang: Language) -> list[str]:
    """Write a document in some formats; the paths."""
    from lineage.documents import FORMS
    from lineage.files import write_whole

    if not alone:
        try:
            Path(output).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise work.usage(
                f"cannot make the folder {output} ({error.strerror})",
                "name a new folder, or one you may write to",
            ) from None
    written = []
    for ending in endings:
        path = output if alone else str(Path(output) / f"{finished.id}.{ending}")
        data = FORMS[ending](finished, lang)
        write_whole(path, data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data)
        written.append(path)
    return written
