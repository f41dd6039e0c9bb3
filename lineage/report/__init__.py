"""Output formats of a report: functions from report to text. They print nothing and read no clock."""

from __future__ import annotations

from collections.abc import Callable

from lineage.report.github import to_github
from lineage.report.gitlab import to_gitlab
from lineage.report.json import to_json
from lineage.report.junit import to_junit
from lineage.report.markdown import to_markdown
from lineage.report.sarif import to_sarif, to_sarif_github
from lineage.report.text import to_text

FORMATS: dict[str, Callable[..., str]] = {
    "text": to_text,
    "json": to_json,
    "sarif": to_sarif,
    "sarif-github": to_sarif_github,
    "junit": to_junit,
    "github": to_github,
    "gitlab": to_gitlab,
    "markdown": to_markdown,
}
"""Format name -> function `(report, lang="en") -> text`, in the order of the manual."""
