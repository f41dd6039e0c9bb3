"""`lineage diagram`: pictures of the data flows, one view or all of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.commands import options, work

if TYPE_CHECKING:
    from lineage.checking import Report
    from lineage.graph import FlowGraph

ENDINGS = ("svg", "png", "pdf", "dot", "mmd", "drawio")
"""File endings, each of a format: pictures, Graphviz's text, Mermaid's text, draw.io."""
ALL = "all"
FINDINGS = "findings"


def _list(context: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print the views that come with lineage, and end."""
    if not asked or context.resilient_parsing:
        return
    from lineage.diagram.views import view, view_names

    for name in view_names():
        found = view(name)
        click.echo(
            f"{name if found.draw != 'finding' else 'finding:FINGERPRINT':<22} {found.title.en} / {found.title.zh}"
        )
        if found.about is not None:
            click.echo(f"{'':<22} {found.about.en} {found.about.zh}")
    context.exit(0)


@click.command(context_settings=options.CONTEXT)
@options.stacked(options.spans, options.inventory, options.policies, options.mode)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE|DIR",
    help="The picture; its ending says the format: .svg .png .pdf .dot .mmd (Mermaid) .drawio. A folder, with --view all or findings.",
)
@click.option(
    "--view",
    metavar="VIEW",
    help="A built-in view, a view's file, `all` (every built-in view) or `findings` (each violation). Default: where-inputs-go.",
)
@click.option("--finding", default="", metavar="FINGERPRINT", help="Draw the way of one finding.")
@click.option(
    "--format",
    "form",
    type=click.Choice(ENDINGS),
    default="svg",
    show_default=True,
    help="Of the pictures in a folder.",
)
@click.option("--lang", type=click.Choice(["en", "zh", "both"]), default="both", show_default=True)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="List the built-in views, and end.",
)
def diagram(
    spans: tuple[str, ...],
    inventories: tuple[str, ...],
    policies: tuple[str, ...],
    mode: str,
    output: str,
    view: str | None,
    finding: str,
    form: str,
    lang: str,
) -> int:
    """Draw the data flows, with the paths that break a rule in red.

    \b
    Examples:
      lineage diagram --list
      lineage diagram traces/ -i lineage.yaml -o inputs.svg
      lineage diagram traces/ -i lineage.yaml -o logs.png --view logs --lang zh
      lineage diagram traces/ -i lineage.yaml -o finding.pdf --finding 3f9c1ab27d0e4455
      lineage diagram traces/ -i lineage.yaml -o pictures/ --view all --format pdf
    """
    if finding and view in (ALL, FINDINGS):
        raise work.usage(f"--finding draws one picture, --view {view} many", "leave one of them out")
    inventory = work.load_inventory(inventories)
    made = work.as_graph(work.read(spans, inventory), inventory)
    report = work.judged(made, policies, mode)
    if view in (ALL, FINDINGS):
        written = _folder(made, report, Path(output), view, form, lang)
    else:
        written = draw_to(
            made, report, output, view or ("finding" if finding else "where-inputs-go"), lang, finding
        )
    for path in written:
        click.echo(f"wrote {path}", err=True)
    return 0


def _folder(made: FlowGraph, report: Report, folder: Path, which: str, form: str, lang: str) -> list[str]:
    """A picture of each built-in view, or of each violation, in a folder."""
    from lineage.diagram import view_names
    from lineage.findings import Verdict

    if folder.suffix.lstrip(".").lower() in ENDINGS:
        raise work.usage(
            f"--view {which} writes a folder, and {folder} ends like a picture", "name a folder: -o pictures/"
        )
    if which == ALL:
        views = {name: name for name in view_names()}
    else:
        found = [one for one in report.findings if one.verdict is Verdict.VIOLATED and not one.waived]
        views = {f"finding-{one.fingerprint}": f"finding:{one.fingerprint}" for one in found}
        if not views:
            click.echo("no rule is violated: there is nothing to draw", err=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise work.usage(
            f"cannot make the folder {folder} ({error.strerror})",
            "name a new folder, or one you may write to",
        ) from None
    told: set[str] = set()
    return [
        path
        for stem, view in views.items()
        for path in draw_to(made, report, str(folder / f"{stem}.{form}"), view, lang, told=told)
    ]


def draw_to(
    made: FlowGraph,
    report: Report | None,
    output: str,
    view: str,
    lang: str,
    finding: str = "",
    told: set[str] | None = None,
) -> list[str]:
    """Write a picture; the paths written. What the machine lacks is said on standard error, once for all that share `told`."""
    from lineage.diagram import language, picture
    from lineage.diagram.dot import write as to_dot
    from lineage.diagram.notation import notation
    from lineage.diagram.render import NO_ENGINE, layout, render
    from lineage.export.mermaid import write as to_mermaid
    from lineage.files import write_whole

    form = Path(output).suffix.lstrip(".").lower()
    if form not in ENDINGS:
        raise work.usage(
            f"the ending of {output} tells no picture format",
            f"end it in .{', .'.join(ENDINGS[:-1])} or .{ENDINGS[-1]}",
        )
    drawing, words = picture(made, view, report, finding), notation()
    text, mermaid = to_dot(drawing, language(lang), words), to_mermaid(drawing, language(lang), words)
    notices: tuple[str, ...] = ()
    data: bytes | None
    if form == "mmd":
        data = mermaid.encode()
    elif form == "drawio":
        from lineage.diagram.drawio import write as to_drawio

        places = layout(text)
        data = None if places is None else to_drawio(drawing, language(lang), words, places)
        notices = (NO_ENGINE,) if places is None else ()
    else:
        rendered = render(text, form)
        data, notices = rendered.data, rendered.notices
    said = set() if told is None else told
    for notice in notices:
        if notice not in said:
            click.echo(f"note: {notice}", err=True)
            said.add(notice)
    if data is None:
        stem = Path(output).with_suffix("")
        write_whole(f"{stem}.dot", text.encode())
        write_whole(f"{stem}.mmd", mermaid.encode())
        return [f"{stem}.dot", f"{stem}.mmd"]
    write_whole(output, data)
    return [output]
