"""A report as GitLab code quality, the JSON list that merge requests show beside the changed lines.

docs.gitlab.com/ci/testing/code_quality names the fields; where `severity` is missing the widget shows nothing. A finding that is
waived or known is an "info"; where nothing could be judged there is one entry that says so, since an empty list reads as "all is well".
"""

from __future__ import annotations

import json
from typing import Any

from lineage.checking import Report
from lineage.findings import Finding, Severity, Verdict, fingerprint
from lineage.meaning import Source
from lineage.report import said
from lineage.report.alerts import EVIDENCE, anchor, blind, file, marked, ranked, settled
from lineage.words import shown, words

SEVERITIES = {
    (Verdict.VIOLATED, Severity.BLOCK): "blocker",
    (Verdict.VIOLATED, Severity.HIGH): "critical",
    (Verdict.VIOLATED, Severity.MEDIUM): "major",
    (Verdict.VIOLATED, Severity.INFO): "minor",
    (Verdict.UNDECIDED, Severity.BLOCK): "major",
    (Verdict.UNDECIDED, Severity.HIGH): "minor",
}
"""GitLab's word for a verdict and a severity; all others are "info"."""


def to_gitlab(report: Report, *, lang: str = "en") -> str:
    """The report as GitLab code quality, worst first."""
    entries = [_entry(finding, report, lang) for finding in ranked(report)]
    reason = blind(report)
    if reason:
        entries.insert(
            0, _made(EVIDENCE, words(reason, lang), fingerprint(EVIDENCE, ()), "major", anchor(report))
        )
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def _entry(finding: Finding, report: Report, lang: str) -> dict[str, Any]:
    weight = SEVERITIES.get((finding.verdict, finding.severity), "info")
    severity = "info" if settled(finding, report) else weight
    told = [*marked(finding, report, lang), *said.because(finding, lang)]
    description = f"{said.heading(finding, lang)}{words('colon', lang)}{' '.join(told)}"
    return _made(finding.rule, description, finding.fingerprint, severity, finding.source)


def _made(rule: str, description: str, name: str, severity: str, source: Source) -> dict[str, Any]:
    return {
        "description": description,
        "check_name": rule,
        "fingerprint": name,
        "severity": severity,
        "location": {"path": shown(file(source)), "lines": {"begin": max(source.line, 1)}},
    }
