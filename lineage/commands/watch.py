"""`lineage watch`: the flows of a running service as they happen, and the verdicts that they change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from lineage.commands import listening, options, work

if TYPE_CHECKING:
    from lineage.findings import Finding, Value
    from lineage.receive import Live, News
    from lineage.receive.live import NewFlow

ADVICE = 3
"""How many missing facts are written out at the end."""


@click.command(context_settings=options.CONTEXT)
@options.stacked(
    options.inventory,
    options.policies,
    options.mode,
    options.language,
    listening.host,
    listening.port,
    listening.anywhere,
    listening.settle,
    listening.seconds,
)
@click.option("--once", is_flag=True, help="Stop as soon as the first traces are whole.")
def watch(
    inventories: tuple[str, ...],
    policies: tuple[str, ...],
    mode: str,
    lang: str,
    host: str,
    port: int,
    anywhere: bool,
    settle: float,
    seconds: float | None,
    once: bool,
) -> int:
    """Show the flows that a running service makes, and the verdicts that they change, until Ctrl-C.

    Point its exporter here: OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318, OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.
    In the end it says what keeps verdicts from being reached, and the line that would help. The exit code is that of a
    check of what was seen; 3 if nothing came.

    \b
    Examples:
      lineage watch -i lineage.yaml
      lineage watch -i lineage.yaml -p order16 --once --settle 1
    """
    from lineage.packs import load_pack
    from lineage.receive import Live, Waiting

    inventory = work.load_inventory(inventories)
    live = Live(inventory, [load_pack(name) for name in (policies or options.PACKS)], mode)
    waiting = Waiting(inventory.tenant_keys, settle=settle)
    full = [False]
    with listening.listening(waiting, host, port, anywhere, full, lang) as server:
        for _ in listening.looks(seconds):
            more = waiting.settled()
            if more is not None:
                _put(_news(live.add(more), lang))
                full[0] = len(live.flows.places) > listening.MOST_PLACES
                if once:
                    break
    rest = waiting.settled(everything=True)
    if rest is not None:
        _put(_news(live.add(rest), lang))
    _put(["", *listening.received(waiting, server, lang), *_end(live, lang)])
    return live.report.exit_code


def _news(news: News, lang: str) -> Iterator[str]:
    from lineage.report.text import COLOURS, MARKS
    from lineage.words import sentence

    for flow in news.flows:
        yield _flow(flow, lang)
    for rule in news.turned:
        context = {"rule": rule.rule, "before": f"verdict.{rule.before}", "now": f"verdict.{rule.now}"}
        yield _paint(f"{MARKS[rule.now]} {sentence('watch.turned', context, lang)}", COLOURS[rule.now])
    for finding in news.broken:
        yield from _broken(finding, lang)


def _flow(flow: NewFlow, lang: str) -> str:
    """One line: from, to, what moves, whose it is and where that was collected."""
    from lineage.report.said import leg
    from lineage.words import sentence, words

    what = words(leg(flow.leg, flow.kept, flow.source.id), lang)
    listed = words("list.separator", lang).join(flow.categories)
    context: dict[str, Value] = {
        "source": flow.source,
        "target": flow.target,
        "what": f"{what} {listed}".rstrip(),
        "data": flow.data,
        "origins": words("list.separator", lang).join(flow.origins) or "–",
    }
    line = sentence("watch.flow" if flow.certain else "watch.flow.maybe", context, lang)
    return f"  {line}"


def _broken(finding: Finding, lang: str) -> Iterator[str]:
    """A violation as a check shows it, without what it rests on."""
    from lineage.report import said
    from lineage.report.text import COLOURS, MARKS, way

    yield _paint(f"{MARKS[finding.verdict]} {said.heading(finding, lang)}", COLOURS[finding.verdict])
    for line in said.because(finding, lang):
        yield f"    {line}"
    for witness in finding.witness:
        for line in way(witness, lang):
            yield f"      {line}"
    yield f"    {said.remedy(finding, lang)}"


def _end(live: Live, lang: str) -> Iterator[str]:
    """The outcome, and what would help most."""
    from lineage.commands.doctor import advice_lines
    from lineage.doctor import advise
    from lineage.report.text import headline

    yield headline(live.report, lang)
    if len(live.flows):
        yield from advice_lines(advise(live.graph, live.report), lang, most=ADVICE)


def _put(lines: Iterable[str]) -> None:
    text = "\n".join(lines)
    if text:
        work.put(text + "\n", None)


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if work.colour() else text
