"""Baseline: the findings that were there when a gate was switched on, listed one by one in a file.

A known finding stays in every output with its verdict, marked; it only does not fail the gate. Nothing is
known by a pattern: a pattern would also cover what is not there yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from lineage import yamlfile
from lineage.errors import ConfigError, Problem
from lineage.findings import Finding, Verdict
from lineage.init import quote
from lineage.words import sentence
from lineage.yamlfile import Entry


class KnownFinding(Entry):
    """One finding that was there."""

    rule: str = Field(min_length=1)
    """Pack and name."""
    fingerprint: str = Field(pattern=r"^[0-9a-f]{16}$")
    """As `check` prints it."""
    verdict: Literal["violated", "undecided"]
    """What it was: an undecided finding that becomes violated is a new one."""
    title: str = ""
    """The finding in words, for whoever reads the file."""
    since: date
    """The day on which it was taken in."""


class Baseline(Entry):
    """A baseline file."""

    format: Literal["lineage-baseline/1"]
    """Version of this format."""
    findings: tuple[KnownFinding, ...]
    """The findings, in the order of the report."""

    def known(self, findings: Iterable[Finding]) -> frozenset[str]:
        """Fingerprints of those findings that are listed, and not worse than they are listed.

        Two findings may share one, of something that is known of some calls and not of others: both count then.
        """
        listed = {(each.rule, each.fingerprint): each.verdict for each in self.findings}
        known, other = set[str](), set[str]()
        for finding in findings:
            was = listed.get((finding.rule, finding.fingerprint))
            (known if was in (finding.verdict, Verdict.VIOLATED) else other).add(finding.fingerprint)
        return frozenset(known - other)

    def gone(self, findings: Iterable[Finding], packs: set[str]) -> tuple[KnownFinding, ...]:
        """Listed findings of these packs that are no longer found."""
        found = {(finding.rule, finding.fingerprint) for finding in findings}
        return tuple(
            each
            for each in self.findings
            if each.rule.split("/")[0] in packs and (each.rule, each.fingerprint) not in found
        )


def load_baseline(path: str | Path) -> Baseline:
    """A baseline file.

    Raises:
        ConfigError: it cannot be read, is wrong, or lists a finding twice.
    """
    baseline, _ = yamlfile.load(path, Baseline)
    seen: set[tuple[str, str]] = set()
    twice = []
    for each in baseline.findings:
        if (each.rule, each.fingerprint) in seen:
            at = (each.source.line, each.source.column) if each.source else (0, 0)
            twice.append(
                Problem(f"finding {each.fingerprint} of {each.rule} is listed twice", str(path), *at)
            )
        seen.add((each.rule, each.fingerprint))
    if twice:
        raise ConfigError(twice)
    return baseline


def dump_baseline(findings: Iterable[Finding], today: date) -> str:
    """The text of a baseline of these findings; waived ones are left out, somebody answers for them already.

    >>> print(dump_baseline([], date(2026, 11, 25)).splitlines()[-1])
    findings: []
    """
    lines = [
        "# Findings that were there when the gate was switched on. They stay in every output and do not fail it.",
        "# Mend them one by one and take them out. `lineage check --baseline` tells which are no longer found.",
        "format: lineage-baseline/1",
    ]
    left: dict[str, Finding] = {}
    for finding in findings:
        if not finding.waived and (finding.fingerprint not in left or finding.verdict is Verdict.VIOLATED):
            left[finding.fingerprint] = finding
    entries = [line for finding in left.values() for line in _entry(finding, today)]
    return "\n".join([*lines, "findings:" if entries else "findings: []", *entries]) + "\n"


def _entry(finding: Finding, today: date) -> list[str]:
    return [
        f"  - rule: {finding.rule}",
        f'    fingerprint: "{finding.fingerprint}"',
        f"    verdict: {finding.verdict}",
        f"    title: {quote(sentence(finding.message, finding.context, 'en'))}",
        f"    since: {today.isoformat()}",
    ]
