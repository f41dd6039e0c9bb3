"""`lineage doctor [SPANS]`: what is missing on this machine and in the telemetry, and what would help most."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from lineage.commands import options, work

if TYPE_CHECKING:
    from lineage.checking import Report
    from lineage.doctor import Advice
    from lineage.graph import FlowGraph

SHOWN = 10
"""How many missing facts are written out without `--all`."""


@click.command(context_settings=options.CONTEXT)
@click.argument("spans", nargs=-1, metavar="[SPANS...]")
@options.stacked(options.inventory, options.policies, options.mode, options.language)
@click.option(
    "--all", "everything", is_flag=True, help=f"Write out every missing fact, not only the first {SHOWN}."
)
def doctor(
    spans: tuple[str, ...],
    inventories: tuple[str, ...],
    policies: tuple[str, ...],
    mode: str,
    lang: str,
    everything: bool,
) -> int:
    """What keeps verdicts from being reached, and what would help most.

    Without SPANS: what this machine lacks. With SPANS also: services that send no region, attributes that are absent,
    the share of the traffic that is provable, and the missing facts, those first that decide most rules, each with
    the line that would add it. It is advice: the exit code is 0 whatever it finds.

    \b
    Examples:
      lineage doctor
      lineage doctor traces/ -i lineage.yaml
    """
    lines = list(_machine(lang))
    if spans:
        made = work.graph_of(spans, inventories)
        lines += ["", *_telemetry(made, work.judged(made, policies, mode), lang, everything)]
    work.put("\n".join(lines) + "\n", None)
    return 0


def _machine(lang: str) -> Iterator[str]:
    from lineage.doctor import machine
    from lineage.words import sentence, words

    found = machine()
    drawing = found.dot or dict(found.extras)["render"]
    yield words("doctor.machine", lang)
    for extra, there in found.extras:
        yield f"  {'✓' if there else '–'} " + sentence(
            "doctor.extra" if there else "doctor.no-extra",
            {"extra": extra, "use": f"doctor.use.{extra}"},
            lang,
        )
    yield f"  {'✓' if drawing else '✗'} " + words("doctor.dot" if drawing else "doctor.no-dot", lang)
    yield f"  {'✓' if found.chinese else '✗'} " + words(
        "doctor.font" if found.chinese else "doctor.no-font", lang
    )


def _telemetry(graph: FlowGraph, report: Report, lang: str, everything: bool) -> Iterator[str]:
    from lineage.doctor import absent, advise, share, without_region
    from lineage.report.text import few
    from lineage.words import sentence, words

    advice = advise(graph, report)
    silent = without_region(graph)
    if silent:
        yield sentence("doctor.no-region", {"count": len(silent)}, lang)
        yield f"  {few(silent, lang, everything)}"
    else:
        yield words("doctor.regions", lang)
    attributes = absent(advice)
    if attributes:
        yield words("doctor.absent", lang)
    for name, rules, places in attributes:
        yield "  " + sentence("doctor.attribute", {"name": name, "rules": rules, "places": places}, lang)
    counted = share(graph)
    percent = 100 * counted.provable / counted.calls if counted.calls else 0.0
    yield sentence(
        "doctor.share",
        {"percent": f"{percent:.0f}", "provable": counted.provable, "calls": counted.calls},
        lang,
    )
    for reason, calls in counted.reasons:
        yield "  " + sentence("doctor.reason", {"calls": calls, "why": reason}, lang)
    yield from advice_lines(advice, lang, everything)


def advice_lines(
    advice: list[Advice], lang: str, everything: bool = False, most: int = SHOWN
) -> Iterator[str]:
    """Missing facts, each with the line that would add it; `most` of them unless it is `everything`."""
    from lineage.report.text import few
    from lineage.words import sentence, words

    yield sentence("doctor.facts" if advice else "doctor.nothing", {"count": len(advice)}, lang)
    shown = advice if everything else advice[:most]
    for number, each in enumerate(shown, 1):
        counts = {"rules": len(each.wanted.rules), "decides": each.decides, "places": len(each.wanted.places)}
        yield f"  {number}. {words(each.wanted.fact.fact, lang)}  {sentence('doctor.unblocks', counts, lang)}"
        yield "       " + sentence(
            "report.concerns", {"places": few(each.wanted.places, lang, everything)}, lang
        )
        if each.line:
            sent = not each.wanted.fact.key and "=" not in each.line
            told = "doctor.send" if sent else "doctor.line.at" if each.where else "doctor.line"
            yield "       " + sentence(told, {"where": each.where, "line": each.line}, lang)
    if len(advice) > len(shown):
        yield "  " + sentence("report.more", {"count": len(advice) - len(shown)}, lang)
