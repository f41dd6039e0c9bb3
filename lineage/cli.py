"""The command line: each command is a few lines over functions that a script could call (pipeline.py)."""

from __future__ import annotations

from pathlib import Path

import click

from lineage import __version__
from lineage.commands import options, work
from lineage.commands.baseline import baseline as baseline_group
from lineage.commands.claims import claims
from lineage.commands.collect import collect
from lineage.commands.diagram import diagram
from lineage.commands.diff import diff
from lineage.commands.doctor import doctor
from lineage.commands.document import document
from lineage.commands.evidence import evidence
from lineage.commands.lint import lint
from lineage.commands.report import report as report_command
from lineage.commands.rules import rules
from lineage.commands.waive import waive
from lineage.commands.watch import watch


@click.group(context_settings=options.CONTEXT, no_args_is_help=True)
@click.version_option(__version__, message="lineage %(version)s")
def lineage() -> None:
    """Where did the data go, and did anything domestic mix in? From OpenTelemetry spans to a verdict with its evidence.

    SPANS are files, directories, globs or - for standard input: OTLP/JSON, OTLP protobuf or snapshots, plain, gzip or zstd,
    told apart by content.

    \b
    Exit codes:
      0  everything in scope is proven
      1  a rule is violated
      2  usage, policy or inventory wrong, or an input that cannot be read
      3  undecided: evidence missing or incomplete, no spans, no rule met anything
      4  internal error (run again with --debug)
      5  evidence does not verify

    \b
    Examples:
      lineage demo
      lineage init traces/ -o lineage.yaml
      lineage check traces/ -i lineage.yaml
      lineage diagram traces/ -i lineage.yaml -o where-inputs-go.svg
    """


@lineage.command(context_settings=options.CONTEXT)
@options.stacked(
    options.spans, options.inventory, options.policies, options.mode, options.language, options.output
)
@click.option(
    "--format",
    "forms",
    multiple=True,
    metavar="FORM[=FILE]",
    help="text (the default), json, sarif, sarif-github, junit, github, gitlab or markdown; may be given several times, all but one with a file.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["block", "high", "medium", "info"]),
    default="info",
    show_default=True,
    help="The least severity of a violated rule that makes the exit code 1.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    help="Findings that are known (`lineage baseline write`): shown, and not counted in the exit code.",
)
@options.ledgers
@click.option(
    "--exit-zero", is_flag=True, help="For adoption: exit 0 also when a rule is violated or undecided."
)
@click.option(
    "--today",
    metavar="YYYY-MM-DD",
    help="The date on which waivers and documents are judged. Default: today, UTC.",
)
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Write every undecided finding out whole, name all places, and say why proven and not applicable rules are there.",
)
def check(
    spans: tuple[str, ...],
    inventories: tuple[str, ...],
    policies: tuple[str, ...],
    mode: str,
    lang: str,
    output: str | None,
    forms: tuple[str, ...],
    fail_on: str,
    baseline: str | None,
    ledgers: tuple[str, ...],
    exit_zero: bool,
    today: str | None,
    verbose: bool,
) -> int:
    """Check spans against policies; the exit code is the verdict.

    \b
    Examples:
      lineage check traces/ -i lineage.yaml
      lineage check spans.jsonl.gz -i lineage.yaml -p order16 --mode text
      lineage check snapshot.json -i lineage.yaml --format json -o report.json
      lineage check traces/ -i lineage.yaml --format text --format sarif=out.sarif --format junit=junit.xml
      lineage check traces/ -i lineage.yaml -p supply --ledger downstream-usage=sold.parquet
      otelcol-export | lineage check - -i lineage.yaml --lang zh
    """
    from lineage.commands.outputs import outputs, write

    wanted = outputs(forms, output)
    report = work.report(spans, inventories, policies, mode, fail_on, today, baseline, ledgers)
    write(report, wanted, lang, verbose)
    if exit_zero and report.exit_code in (1, 3):
        return 0
    return report.exit_code


@lineage.command(context_settings=options.CONTEXT)
@options.stacked(options.spans, options.inventory, options.output)
@click.option(
    "--format",
    "form",
    default="json",
    type=click.Choice(["json", "graphml", "dot", "mermaid", "cyclonedx", "openlineage"]),
    show_default=True,
)
@options.language
def graph(
    spans: tuple[str, ...], inventories: tuple[str, ...], output: str | None, form: str, lang: str
) -> int:
    """The data-flow graph: networkx node-link JSON, GraphML, DOT, Mermaid, CycloneDX 1.6 or OpenLineage events.

    \b
    Examples:
      lineage graph traces/ -i lineage.yaml -o graph.json
      lineage graph traces/ --format mermaid
    """
    made = work.graph_of(spans, inventories)
    if form == "json":
        import json

        text = json.dumps(made.to_node_link(), ensure_ascii=False, indent=1) + "\n"
    else:
        from lineage.export import EXPORTS

        text = EXPORTS[form](made, lang)
    work.put(text, output)
    return 0


@lineage.command(context_settings=options.CONTEXT)
@options.spans
@click.option("-o", "--output", required=True, metavar="FILE", help="The snapshot, a JSON file.")
@click.option(
    "-i",
    "--inventory",
    "inventories",
    multiple=True,
    metavar="FILE",
    help="Only its telemetry.tenant_keys are used.",
)
def snapshot(spans: tuple[str, ...], output: str, inventories: tuple[str, ...]) -> int:
    """Keep the flows for later: a snapshot is re-checked in no time, and holds no content.

    \b
    Example:
      lineage snapshot traces/ -o november.json
      lineage check november.json -i lineage.yaml
    """
    from lineage.files import write_whole
    from lineage.snapshot import dumps

    flows = work.read(spans, work.load_inventory(inventories))
    write_whole(output, dumps(flows))
    click.echo(f"wrote {output}: {len(flows)} flows of {flows.coverage.traces} traces", err=True)
    return 0


@lineage.command(context_settings=options.CONTEXT)
@options.stacked(options.spans, options.output)
def init(spans: tuple[str, ...], output: str | None) -> int:
    """Write a first inventory from what was observed: guesses are marked, holes are listed.

    \b
    Example:
      lineage init traces/ -o lineage.yaml
      lineage check traces/ -i lineage.yaml
    """
    from lineage.init import first_inventory

    if output and Path(output).exists():
        raise work.usage(f"{output} exists and is not overwritten", "name another file, or remove it first")
    work.put(first_inventory(work.read(spans, None)), output)
    return 0


@lineage.command(context_settings=options.CONTEXT)
@click.argument("what", metavar="RULE|FINGERPRINT")
@click.argument("spans", nargs=-1, metavar="[SPANS...]")
@options.stacked(options.inventory, options.policies, options.mode, options.language)
def explain(
    what: str,
    spans: tuple[str, ...],
    inventories: tuple[str, ...],
    policies: tuple[str, ...],
    mode: str,
    lang: str,
) -> int:
    """What a rule demands and why; or, with the SPANS of a check, one finding by its fingerprint.

    \b
    Examples:
      lineage explain order16/no-shared-store
      lineage explain 3f9c1ab27d0e4455 traces/ -i lineage.yaml
    """
    from lineage.report.explain import explain_finding, explain_rule

    if spans:
        work.put(
            explain_finding(work.report(spans, inventories, policies, mode, "info", None), what, lang), None
        )
    else:
        from lineage.packs import builtin_packs, load_pack

        packs = [load_pack(name) for name in (policies or builtin_packs())]
        work.put(explain_rule(packs, what, lang), None)
    return 0


@lineage.command(context_settings=options.CONTEXT)
@click.option("-o", "--output", "folder", metavar="DIR", help="Work here. Default: a new temporary folder.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True)
def demo(folder: str | None, lang: str) -> int:
    """A worked example on real telemetry: a gateway that mixes overseas and domestic data, checked and drawn.

    \b
    Example:
      lineage demo
    """
    from lineage.demo import run

    return run(folder, lang)


@lineage.command(context_settings=options.CONTEXT)
@options.output
def schema(output: str | None) -> int:
    """The JSON Schema of lineage.yaml, for editors.

    \b
    Example:
      lineage schema -o lineage.schema.json
    """
    import json

    from lineage.inventory import json_schema

    work.put(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", output)
    return 0


for command in (
    baseline_group,
    claims,
    collect,
    diagram,
    diff,
    doctor,
    document,
    lint,
    report_command,
    rules,
    waive,
    watch,
    evidence,
):
    lineage.add_command(command)
