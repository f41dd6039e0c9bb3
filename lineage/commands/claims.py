"""`lineage claims`: what the telemetry says of sentences that a sales page or an agreement makes."""

from __future__ import annotations

import click

from lineage.commands import options, work


@click.command(context_settings=options.CONTEXT)
@click.argument("claims", metavar="CLAIMS")
@options.stacked(options.spans, options.inventory, options.language, options.output)
@click.option("--format", "form", default="text", type=click.Choice(["text", "json"]), show_default=True)
@click.option(
    "--today", metavar="YYYY-MM-DD", help="The date on which documents are judged. Default: today, UTC."
)
def claims(
    claims: str,
    spans: tuple[str, ...],
    inventories: tuple[str, ...],
    lang: str,
    output: str | None,
    form: str,
    today: str | None,
) -> int:
    """Answer each claim of a file: proven, refuted or not evidenced, with span ids, policy digests and the period.

    CLAIMS is a YAML file of sentences, each with the contracts or rules that it comes down to (docs/how-to/claims.md).
    No waiver makes a claim true.

    \b
    Exit codes:
      0  every claim is proven
      1  a claim is refuted
      3  a claim is not evidenced

    \b
    Examples:
      lineage claims claims.yaml traces/ -i lineage.yaml
      lineage claims claims.yaml snapshot.json -i lineage.yaml --format json -o answers.json
    """
    from lineage.claims import answer
    from lineage.report.claims import to_json, to_text

    graph = work.graph_of(spans, inventories)
    found = answer(graph, claims, work.day(today))
    work.put(to_json(found) if form == "json" else to_text(found, lang), output)
    return found.exit_code
