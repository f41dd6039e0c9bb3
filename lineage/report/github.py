"""A report as annotations of a GitHub Actions job (docs.github.com, workflow commands): the worst ten, on their lines.

GitHub shows ten annotations of a kind for a step and drops the rest without a word, so the rest is counted here and told in
the job's summary (`markdown.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from lineage.checking import Report
from lineage.findings import Finding
from lineage.meaning import Source
from lineage.report import said
from lineage.report.alerts import EVIDENCE, anchor, blind, file, level, marked, ranked
from lineage.report.text import headline, way
from lineage.words import sentence, shown, words

SHOWN = 10
"""Annotations that a step shows of each kind."""
COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
"""Level -> workflow command."""
LONGEST = 4_000
"""Characters of a message; GitHub cuts longer ones where it likes."""


def to_github(report: Report, *, lang: str = "en") -> str:
    """The report as workflow commands, and the headline as the last line of the log."""
    return "\n".join(_lines(report, lang)) + "\n"


def _lines(report: Report, lang: str) -> Iterator[str]:
    findings = ranked(report)
    reason = blind(report)
    if reason:
        yield _command("error", anchor(report), EVIDENCE, words(reason, lang))
    worst = findings[: SHOWN - bool(reason)]
    for finding in worst:
        yield _command(level(finding, report), finding.source, finding.rule, _message(finding, report, lang))
    if len(findings) > len(worst):
        rest = sentence("alert.more", {"count": len(findings) - len(worst)}, lang)
        yield f"::notice title=lineage::{_data(rest)}"
    yield headline(report, lang)


def _message(finding: Finding, report: Report, lang: str) -> str:
    lines = [said.heading(finding, lang), *marked(finding, report, lang), *said.because(finding, lang)]
    for witness in finding.witness:
        lines += way(witness, lang)
    lines += said.seen(finding, lang)
    lines += dict.fromkeys(said.supply(missing, lang) for missing in finding.missing)
    lines += [said.remedy(finding, lang), sentence("report.id", {"id": finding.fingerprint}, lang)]
    text = "\n".join(lines)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _command(level: str, source: Source, title: str, message: str) -> str:
    properties = {
        "file": shown(file(source)),
        "line": str(max(source.line, 1)),
        **({"col": str(source.column)} if source.column else {}),
        "title": title,
    }
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{COMMANDS[level]} {told}::{_data(message)}"


def _data(text: str) -> str:
    """Text after `::`, as the runner's own toolkit escapes it.

    >>> _data("100 %\\n::error::")
    '100 %25%0A::error::'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """The value of a property, which ends at a comma or colon.

    >>> _property("a:b,c")
    'a%3Ab%2Cc'
    """
    return _data(text).replace(":", "%3A").replace(",", "%2C")
