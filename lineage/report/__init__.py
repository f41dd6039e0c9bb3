"""Output formats of a report: functions from report to text. They print nothing and read no clock."""

from __future__ import annotations

from lineage.report.json import to_json
from lineage.report.text import to_text

FORMATS = {"text": to_text, "json": to_json}
"""Format name -> function `(report, lang="en") -> text`."""
