"""The command line: each command is a few lines over functions that a script could call (pipeline.py)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lineage import __version__

if TYPE_CHECKING:
    from lineage.check import Report
    from lineage.flows import Flows
    from lineage.graph import FlowGraph
    from lineage.inventory import Inventory

PACKS = ("order16", "baseline")
"""The packs that `check` uses when none is named."""

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=_CONTEXT, no_args_is_help=True)
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

    \b
    Examples:
      lineage demo
      lineage init traces/ -o lineage.yaml
      lineage check traces/ -i lineage.yaml
      lineage diagram traces/ -i lineage.yaml -o where-inputs-go.svg
    """


def _stacked(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


_spans = click.argument("spans", nargs=-1, required=True, metavar="SPANS...")
_inventory = click.option(
    "-i",
    "--inventory",
    "inventories",
    multiple=True,
    metavar="FILE",
    help="Inventory (lineage.yaml); may be given several times. Default: ./lineage.yaml if it is there.",
)
_policies = click.option(
    "-p",
    "--policy",
    "policies",
    multiple=True,
    metavar="PACK",
    help=f"Name of a built-in pack, or a pack's file; may be given several times. Default: {', '.join(PACKS)}.",
)
_mode = click.option(
    "--mode",
    type=click.Choice(["strict", "text"]),
    default="strict",
    show_default=True,
    help="strict: any mixing of domestic data; text: only what the wording of the law forbids.",
)
_language = click.option(
    "--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the text."
)
_output = click.option("-o", "--output", metavar="FILE", help="Write here instead of to standard output.")


@lineage.command(context_settings=_CONTEXT)
@_stacked(_spans, _inventory, _policies, _mode, _language, _output)
@click.option("--format", "form", default="text", type=click.Choice(["text", "json"]), show_default=True)
@click.option(
    "--fail-on",
    type=click.Choice(["block", "high", "medium", "info"]),
    default="info",
    show_default=True,
    help="The least severity of a violated rule that makes the exit code 1.",
)
@click.option("--exit-zero", is_flag=True, help="For adoption: exit 0 also when a rule is violated or undecided.")
@click.option("--today", metavar="YYYY-MM-DD", help="The date on which waivers and documents are judged. Default: today, UTC.")
@click.option("-v", "--verbose", is_flag=True, help="Also list proven and not applicable rules with their reasons.")
def check(
    spans: tuple[str, ...],
    inventories: tuple[str, ...],
    policies: tuple[str, ...],
    mode: str,
    lang: str,
    output: str | None,
    form: str,
    fail_on: str,
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
      otelcol-export | lineage check - -i lineage.yaml --lang zh
    """
    report = _report(spans, inventories, policies, mode, fail_on, today)
    from lineage.report import FORMATS

    options = {"verbose": verbose, "colour": not output and _colour()} if form == "text" else {}
    _put(FORMATS[form](report, lang=lang, **options), output)
    if exit_zero and report.exit_code in (1, 3):
        return 0
    return report.exit_code


@lineage.command(context_settings=_CONTEXT)
@_stacked(_spans, _inventory, _output)
@click.option(
    "--format", "form", default="json", type=click.Choice(["json", "graphml", "dot", "mermaid"]), show_default=True
)
@_language
def graph(spans: tuple[str, ...], inventories: tuple[str, ...], output: str | None, form: str, lang: str) -> int:
    """The data-flow graph: networkx node-link JSON, GraphML, DOT or Mermaid.

    \b
    Examples:
      lineage graph traces/ -i lineage.yaml -o graph.json
      lineage graph traces/ --format mermaid
    """
    made = _graph(spans, inventories)
    if form == "json":
        import json

        text = json.dumps(made.to_node_link(), ensure_ascii=False, indent=1) + "\n"
    else:
        from lineage.export import EXPORTS

        text = EXPORTS[form](made, lang)
    _put(text, output)
    return 0


@lineage.command(context_settings=_CONTEXT)
@_stacked(_spans, _inventory, _policies, _mode)
@click.option("-o", "--output", required=True, metavar="FILE", help="The picture; its ending says the format: .svg .png .pdf .dot")
@click.option("--view", default="where-inputs-go", show_default=True, metavar="VIEW", help="A built-in view, or a view's file.")
@click.option("--lang", type=click.Choice(["en", "zh", "both"]), default="both", show_default=True)
def diagram(
    spans: tuple[str, ...],
    inventories: tuple[str, ...],
    policies: tuple[str, ...],
    mode: str,
    output: str,
    view: str,
    lang: str,
) -> int:
    """Draw the data flows, with the paths that break a rule in red.

    \b
    Examples:
      lineage diagram traces/ -i lineage.yaml -o inputs.svg
      lineage diagram traces/ -i lineage.yaml -o inputs.png --lang zh
    """
    inventory = _load_inventory(inventories)
    made = _as_graph(_read(spans, inventory), inventory)
    report = _judge(made, policies, mode)
    for path in draw_to(made, report, output, view, lang):
        click.echo(f"wrote {path}", err=True)
    return 0


@lineage.command(context_settings=_CONTEXT)
@_spans
@click.option("-o", "--output", required=True, metavar="FILE", help="The snapshot, a JSON file.")
@click.option("-i", "--inventory", "inventories", multiple=True, metavar="FILE", help="Only its telemetry.tenant_keys are used.")
def snapshot(spans: tuple[str, ...], output: str, inventories: tuple[str, ...]) -> int:
    """Keep the flows for later: a snapshot is re-checked in no time, and holds no content.

    \b
    Example:
      lineage snapshot traces/ -o november.json
      lineage check november.json -i lineage.yaml
    """
    from lineage.files import write_whole
    from lineage.snapshot import dumps

    flows = _read(spans, _load_inventory(inventories))
    write_whole(output, dumps(flows))
    click.echo(f"wrote {output}: {len(flows)} flows of {flows.coverage.traces} traces", err=True)
    return 0


@lineage.command(context_settings=_CONTEXT)
@_stacked(_spans, _output)
def init(spans: tuple[str, ...], output: str | None) -> int:
    """Write a first inventory from what was observed: guesses are marked, holes are listed.

    \b
    Example:
      lineage init traces/ -o lineage.yaml
      lineage check traces/ -i lineage.yaml
    """
    from lineage.init import first_inventory

    if output and Path(output).exists():
        raise _usage(f"{output} exists and is not overwritten", "name another file, or remove it first")
    _put(first_inventory(_read(spans, None)), output)
    return 0


@lineage.command(context_settings=_CONTEXT)
@click.argument("what", metavar="RULE|FINGERPRINT")
@click.argument("spans", nargs=-1, metavar="[SPANS...]")
@_stacked(_inventory, _policies, _mode, _language)
def explain(
    what: str, spans: tuple[str, ...], inventories: tuple[str, ...], policies: tuple[str, ...], mode: str, lang: str
) -> int:
    """What a rule demands and why; or, with the SPANS of a check, one finding by its fingerprint.

    \b
    Examples:
      lineage explain order16/no-shared-store
      lineage explain 3f9c1ab27d0e4455 traces/ -i lineage.yaml
    """
    from lineage.report.explain import explain_finding, explain_rule

    if spans:
        _put(explain_finding(_report(spans, inventories, policies, mode, "info", None), what, lang), None)
    else:
        from lineage.packs import builtin_packs, load_pack

        packs = [load_pack(name) for name in (policies or builtin_packs())]
        _put(explain_rule(packs, what, lang), None)
    return 0


@lineage.command(context_settings=_CONTEXT)
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


@lineage.command(context_settings=_CONTEXT)
@_output
def schema(output: str | None) -> int:
    """The JSON Schema of lineage.yaml, for editors.

    \b
    Example:
      lineage schema -o lineage.schema.json
    """
    import json

    from lineage.inventory import json_schema

    _put(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", output)
    return 0


# --- the few lines that commands share ---------------------------------------------------------------


def _report(
    spans: Sequence[str],
    inventories: Sequence[str],
    policies: Sequence[str],
    mode: str,
    fail_on: str,
    today: str | None,
) -> Report:
    inventory = _load_inventory(inventories)
    made = _as_graph(_read(spans, inventory), inventory)
    return _judge(made, policies, mode, fail_on, today)


def _judge(
    made: FlowGraph, policies: Sequence[str], mode: str, fail_on: str = "info", today: str | None = None
) -> Report:
    from lineage.check import check as judge
    from lineage.packs import load_pack

    packs = [load_pack(name) for name in (policies or PACKS)]
    return judge(made, packs, mode=mode, fail_on=fail_on, today=_day(today))


def _graph(spans: Sequence[str], inventories: Sequence[str]) -> FlowGraph:
    inventory = _load_inventory(inventories)
    return _as_graph(_read(spans, inventory), inventory)


def _as_graph(flows: Flows, inventory: Inventory) -> FlowGraph:
    from lineage.graph import FlowGraph

    return FlowGraph(flows, inventory)


def _load_inventory(paths: Sequence[str]) -> Inventory:
    from lineage.inventory import Inventory

    if not paths and Path("lineage.yaml").is_file():
        click.echo("using ./lineage.yaml", err=True)
        paths = ["lineage.yaml"]
    return Inventory.load(list(paths)) if paths else Inventory.empty()


def _read(spans: Sequence[str], inventory: Inventory | None) -> Flows:
    from lineage.pipeline import read_flows

    keys = inventory.tenant_keys if inventory is not None else ()
    if not sys.stderr.isatty():
        return read_flows(spans, tenant_keys=keys)
    with _Progress() as progress:
        return read_flows(spans, tenant_keys=keys, progress=progress)


class _Progress:
    """Bytes read, on a terminal only; nothing for what is over in a blink."""

    def __init__(self) -> None:
        import time

        self._clock = time.monotonic
        self._start = self._shown = self._clock()

    def __enter__(self) -> _Progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        now = self._clock()
        if now - self._start < 0.5 or now - self._shown < 0.1:
            return
        self._shown = now
        share = f" {100 * done // total} %" if total else ""
        click.echo(f"\rreading {done / 1e6:,.0f} MB{share} ", err=True, nl=False)

    def __exit__(self, *_: object) -> None:
        if self._shown != self._start:
            click.echo("\r\033[K", err=True, nl=False)


def draw_to(made: FlowGraph, report: Report | None, output: str, view: str, lang: str) -> list[str]:
    """Write the picture; the paths written. What the machine lacks is said on standard error."""
    from lineage.diagram import draw, render
    from lineage.files import write_whole

    form = Path(output).suffix.lstrip(".").lower()
    if form not in ("svg", "png", "pdf", "dot"):
        raise _usage(f"the ending of {output} tells no picture format", "end it in .svg, .png, .pdf or .dot")
    text = draw(made, view=view, lang=lang, report=report)
    rendered = render(text, form)
    for notice in rendered.notices:
        click.echo(f"note: {notice}", err=True)
    if rendered.data is None:
        stem = Path(output).with_suffix("")
        from lineage.export import EXPORTS

        write_whole(f"{stem}.dot", text.encode())
        write_whole(f"{stem}.mmd", EXPORTS["mermaid"](made, lang).encode())
        return [f"{stem}.dot", f"{stem}.mmd"]
    write_whole(output, rendered.data)
    return [output]


def _colour() -> bool:
    """Whether standard output wants colours: FORCE_COLOR, NO_COLOR, then whether a terminal reads it."""
    import os

    if os.environ.get("FORCE_COLOR"):
        return True
    return not os.environ.get("NO_COLOR") and sys.stdout.isatty()


def _put(text: str, output: str | None) -> None:
    from lineage.files import write_whole

    data = text.encode("utf-8", "backslashreplace")
    if output and output != "-":
        write_whole(output, data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _day(text: str | None) -> Any:
    import datetime as dt

    if text is None:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise _usage("--today is not a date", "write it as YYYY-MM-DD") from None


def _usage(what: str, remedy: str) -> Exception:
    from lineage.errors import LineageError

    return LineageError.of(what, remedy=remedy)
