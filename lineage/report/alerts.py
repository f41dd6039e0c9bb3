"""A finding as an alert on a line of a file: what SARIF, GitHub, GitLab and JUnit have in common."""

from __future__ import annotations

import os
from pathlib import PurePath

from lineage.checking import VERDICTS, Report
from lineage.findings import SEVERITIES, Finding, Severity, Verdict
from lineage.meaning import Source
from lineage.report import said
from lineage.words import words

EVIDENCE = "lineage/evidence"
"""In place of a rule, where there is nothing that a rule could have judged."""

LEVELS = {
    (Verdict.VIOLATED, Severity.BLOCK): "error",
    (Verdict.VIOLATED, Severity.HIGH): "error",
    (Verdict.VIOLATED, Severity.MEDIUM): "warning",
    (Verdict.UNDECIDED, Severity.BLOCK): "warning",
    (Verdict.UNDECIDED, Severity.HIGH): "warning",
}
"""How loud a finding is; all others are a note. Undecided never shouts as loud as violated."""


def ranked(report: Report) -> list[Finding]:
    """All findings, worst first: open before settled, violated before undecided, then by severity and as the rules stand."""
    return sorted(
        report.findings,
        key=lambda f: (settled(f, report), VERDICTS.index(f.verdict), SEVERITIES.index(f.severity)),
    )


def settled(finding: Finding, report: Report) -> bool:
    """Whether a finding fails nothing: somebody answers for it, or the baseline lists it."""
    return finding.waived or finding.fingerprint in report.known


def marked(finding: Finding, report: Report, lang: str) -> list[str]:
    """Why a finding is settled, in words; nothing for an open one."""
    known = [words("alert.known", lang)] if finding.fingerprint in report.known else []
    return [*said.waived(finding, lang), *known]


def level(finding: Finding, report: Report) -> str:
    """error, warning or note; a settled finding is a note."""
    return "note" if settled(finding, report) else LEVELS.get((finding.verdict, finding.severity), "note")


def blind(report: Report) -> str:
    """Why nothing could be judged, as a message id: no span was read, or no rule met anything. Else ""."""
    if not report.coverage.tally.spans and not report.flows:
        return "alert.nothing-read"
    return "" if report.met else "alert.nothing-met"


def file(source: Source) -> str:
    """The file of a source, relative to the current directory and with `/`: platforms know files by their path in a checkout.

    >>> file(Source("./inventory/../lineage.yaml", 7, 5))
    'lineage.yaml'
    """
    path = source.file
    if os.path.isabs(path):
        try:
            path = os.path.relpath(path)
        except ValueError:  # another drive of a Windows machine: no relative path leads there
            path = os.path.basename(path)
    return PurePath(os.path.normpath(path)).as_posix()


def anchor(report: Report) -> Source:
    """The file to point at when nothing was judged: the inventory, else the first pack."""
    for each in report.inventory_files:
        return Source(each, 1, 1)
    return report.rules[0].source if report.rules else Source("lineage.yaml", 1, 1)
