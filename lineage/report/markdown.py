"""A report as Markdown, for the summary of a CI job, a pull request or a wiki: verdicts first, then each violation with its path drawn.

GitHub drops a summary above 1 MiB whole, so what does not fit is left out from the end and counted. Names come from telemetry: they
are escaped for Markdown (GitHub's dialect) and for Mermaid, and can be neither link nor markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lineage.checking import Report, RuleResult
from lineage.export.mermaid import LIMIT as CHART
from lineage.export.mermaid import quoted
from lineage.findings import Finding, Value, Verdict, Witness
from lineage.meaning import Source
from lineage.report import said
from lineage.report.alerts import blind, file, marked, ranked, settled
from lineage.report.missing import Wanted, wanted
from lineage.report.text import MARKS, few, footer, headline
from lineage.words import name, sentence, shown, words

LIMIT = 1_000_000
"""Bytes of a summary, a little below GitHub's 1 MiB."""
DRAWN = 10
"""How many of the worst findings have their path drawn."""
LONGEST = 2_000
"""Characters of a sentence, 200 of a name: a name may be as long as telemetry likes."""


def to_markdown(report: Report, *, lang: str = "en", limit: int = LIMIT) -> str:
    """The report as Markdown of at most `limit` bytes."""
    return _within(limit, _blocks(report, lang), lang)


def _within(limit: int, blocks: Iterable[str], lang: str) -> str:
    """The blocks that fit, in their order, and how many do not."""
    room = limit - 200  # for the last line
    kept: list[str] = []
    left_out = 0
    for block in blocks:
        size = len(block.encode("utf-8", "backslashreplace"))
        if left_out or size > room:
            left_out += 1
        else:
            kept.append(block)
            room -= size
    if left_out:
        kept.append(f"\n{sentence('summary.cut', {'count': left_out}, lang)}\n")
    return "".join(kept)


def _blocks(report: Report, lang: str) -> Iterator[str]:
    """The report in pieces, each whole: the less a piece says of the verdict, the later it comes."""
    findings = ranked(report)
    violated = [finding for finding in findings if finding.verdict is Verdict.VIOLATED]
    undecided = [finding for finding in findings if finding.verdict is Verdict.UNDECIDED]
    yield f"## lineage {MARKS[report.outcome]} {escaped(headline(report, lang))}\n"
    if blind(report):
        yield f"\n**{escaped(words(blind(report), lang))}**\n"
    yield "\n" + "".join(f"- {escaped(line)}\n" for line in footer(report, lang))
    yield _header("summary.rule", "summary.verdict", "summary.on", lang=lang)
    for rule in report.rules:
        yield _rule(rule, report, lang)
    for number, finding in enumerate(violated):
        yield "\n" + "\n".join(_violation(finding, report, number < DRAWN, lang)) + "\n"
    facts = wanted(undecided)
    if facts:
        yield f"\n### {escaped(sentence('report.missing', {'count': len(facts)}, lang))}\n"
        yield _header("summary.missing", "summary.concerns", "summary.needed", lang=lang)
    for fact in facts:
        yield _fact(fact, lang)
    if undecided:
        yield f"\n### {escaped(words('summary.undecided', lang))}\n\n"
    for finding in undecided:
        told = " ".join((*marked(finding, report, lang), *said.because(finding, lang)))
        yield f"- {_code(finding.rule)} {escaped(told)} ({_at(finding.source)}, {_code(finding.fingerprint)})\n"


def _header(*columns: str, lang: str) -> str:
    titles = (escaped(words(column, lang)) for column in columns)
    return f"\n| {' | '.join(titles)} |\n|{' --- |' * len(columns)}\n"


def _rule(rule: RuleResult, report: Report, lang: str) -> str:
    if rule.findings:
        facts: dict[str, Value] = {
            "open": sum(not settled(finding, report) for finding in rule.findings),
            "settled": sum(settled(finding, report) for finding in rule.findings),
        }
        told = sentence("summary.settled" if facts["settled"] else "summary.open", facts, lang)
    else:
        told = said.proven(rule, lang) if rule.verdict is Verdict.PROVEN else words("report.nothing", lang)
    verdict = f"{MARKS[rule.verdict]} {words(f'verdict.{rule.verdict}', lang)}"
    title = escaped(said.title(rule.title, lang))
    return f"| {_code(rule.rule)} {title} | {verdict} | {escaped(told)} |\n"


def _fact(fact: Wanted, lang: str) -> str:
    rules = " ".join(_code(rule) for rule in fact.rules)
    return f"| {escaped(said.supply(fact.fact, lang))} | {escaped(few(fact.places, lang))} | {rules} |\n"


# --- violations ------------------------------------------------------------------------------------


def _violation(finding: Finding, report: Report, drawn: bool, lang: str) -> Iterator[str]:
    """One finding: its sentence, its way drawn and written, since when, what would make it right, where."""
    yield f"### {MARKS[finding.verdict]} {escaped(said.heading(finding, lang))}\n"
    for line in (*marked(finding, report, lang), *said.because(finding, lang)):
        yield f"{escaped(line)}\n"
    chart = _chart(finding, lang) if drawn else ""
    if chart:
        yield f"```mermaid\n{chart}```\n"
    for witness in finding.witness:
        yield from _way(witness, lang)
    for line in (*said.seen(finding, lang), said.remedy(finding, lang), said.law(finding, lang)):
        if line:
            yield f"- {escaped(line)}"
    places = dict.fromkeys((_at(finding.source), _at(finding.rule_source)))
    yield f"- {', '.join(places)}"
    yield f"- {escaped(sentence('report.id', {'id': finding.fingerprint}, lang))}"


def _way(witness: Witness, lang: str) -> Iterator[str]:
    if not witness.steps:
        return
    if witness.broken:
        yield f"{escaped(words('step.broken', lang))}\n"
    yield f"{escaped(said.data(witness.label, lang))}{words('colon', lang).strip()}\n"
    yield f"1. {_name(name(witness.steps[0].source, lang))}"
    for step in witness.steps:
        yield f"1. → {_name(name(step.target, lang))} {escaped(said.how(step, lang))}"
    yield ""


def _chart(finding: Finding, lang: str) -> str:
    """The ways of a finding as one Mermaid chart; "" when it has none, or hosts would not show it."""
    nodes: dict[str, str] = {}
    lines: dict[str, None] = {}
    for witness in finding.witness:
        for step in witness.steps:
            for place in (step.source, step.target):
                if place.id not in nodes:
                    nodes[place.id] = f"n{len(nodes) + 1}"
                    lines[f'  {nodes[place.id]}["{quoted(_short(name(place, lang), 120))}"]'] = None
            arrow = "-->" if step.established else "-.->"
            label = quoted(said.how(step, lang).strip("()（）"))
            lines[f'  {nodes[step.source.id]} {arrow}|"{label}"| {nodes[step.target.id]}'] = None
    ends = {nodes[witness.steps[-1].target.id]: None for witness in finding.witness if witness.steps}
    if not ends:
        return ""
    from lineage.diagram.notation import notation

    red = notation().colours.violation
    style = [f"  classDef broken stroke:{red},stroke-width:3px", f"  class {','.join(ends)} broken"]
    text = "\n".join(["flowchart LR", *lines, *style]) + "\n"
    return text if len(text) <= CHART else ""


# --- text ------------------------------------------------------------------------------------------

_MARKUP = str.maketrans(
    {c: f"\\{c}" for c in "\\`*_[]|~$"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;", "#": "&#35;", "@": "&#64;"}
)
_BEGINNING = re.compile(r"^(\d*)([-+=.)])")


def escaped(text: str, longest: int = LONGEST) -> str:
    """Text that stays text in GitHub's Markdown, in a table as well: no markup, link, mention or formula.

    >>> escaped("[a](b) | <c> *d* http://e www.f g_h")
    '\\\\[a\\\\](b) \\\\| &lt;c&gt; \\\\*d\\\\* http:\\\\//e www\\\\.f g\\\\_h'
    """
    plain = _short(shown(text), longest).lstrip().translate(_MARKUP)
    plain = plain.replace("://", ":\\//").replace("www.", "www\\.")
    # At the beginning of a line or a list's entry these would begin a list, a rule or a heading.
    return _BEGINNING.sub(r"\1\\\2", plain)


def _name(text: str) -> str:
    return escaped(text, 200)


def _code(text: str) -> str:
    """Text in a code span, whose fence is longer than any run of backticks in it.

    >>> _code("a`b")
    '`` a`b ``'
    """
    text = _short(shown(text), 200).replace("|", "\\|")
    fence = "`"
    while fence in text:
        fence += "`"
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"


def _at(source: Source) -> str:
    """Where something stands, as file:line."""
    return _code(f"{file(source)}:{source.line}" if source.line else file(source))


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
