"""What is missing: each fact once, with all the places that it concerns and the rules that wait for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lineage.findings import Finding, Missing, Ref

ANY = Ref("", "", "")
"""In place of what a fact is about."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fact that is missing, of any place."""

    fact: Missing
    """Its subject is `ANY`."""
    places: tuple[Ref, ...]
    rules: tuple[str, ...]


def wanted(findings: Iterable[Finding]) -> list[Wanted]:
    """The missing facts of findings, those first that concern most places."""
    places: dict[Missing, set[Ref]] = defaultdict(set)
    rules: dict[Missing, set[str]] = defaultdict(set)
    for finding in findings:
        for missing in finding.missing:
            fact = replace(missing, subject=ANY)
            places[fact].add(missing.subject)
            rules[fact].add(finding.rule)
    facts = sorted(places, key=lambda fact: (-len(places[fact]), fact))
    return [Wanted(fact, tuple(sorted(places[fact])), tuple(sorted(rules[fact]))) for fact in facts]
