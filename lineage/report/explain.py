"""What a rule demands, and one finding whole: `lineage explain`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lineage.checking import Report
from lineage.errors import LineageError, Problem
from lineage.packs import Pack, Rule
from lineage.report.text import finding_text
from lineage.words import nearest, value, words


def explain_rule(packs: Sequence[Pack], rule: str, lang: str = "en") -> str:
    """A rule in words: title, why, what holds, what to do, what it rests on.

    Raises:
        LineageError: no pack has the rule.
    """
    rules = {each.id: (pack, each) for pack in packs for each in pack.rules}
    found = rules.get(rule)
    if found is None:
        close = nearest(rule, rules)
        raise LineageError(
            [
                Problem(
                    f"no rule is called {rule!r}",
                    allowed=f"packs: {', '.join(pack.id for pack in packs)}",
                    remedy=f"did you mean {close!r}?"
                    if close
                    else "`lineage check` names every rule; a fingerprint needs the SPANS of its check",
                )
            ]
        )
    return "\n".join(_rule(*found, lang)) + "\n"


def _rule(pack: Pack, rule: Rule, lang: str) -> Iterator[str]:
    def said(title: object) -> str:
        return value(str(getattr(title, lang)), lang)

    yield f"{rule.id}  [{rule.severity}]  {said(rule.title)}"
    yield ""
    yield said(rule.why)
    yield ""
    yield f"{words('explain.remedy', lang)} {said(rule.remedy)}"
    yield f"{words('explain.contract', lang)} {rule.contract.type}"
    if rule.decided_by:
        yield f"{words('explain.decided', lang)} {words(f'decided.{rule.decided_by}', lang)}"
    for citation in rule.citations:
        yield f"{words('explain.rests', lang)} {said(citation.text)} [{citation.mark}]"
    yield f"{words('explain.pack', lang)} {pack.id} {pack.version}, {rule.source}"


def explain_finding(report: Report, fingerprint: str, lang: str = "en") -> str:
    """One finding of a report, whole.

    Raises:
        LineageError: the report has no finding with this fingerprint.
    """
    findings = {finding.fingerprint: finding for rule in report.rules for finding in rule.findings}
    found = findings.get(fingerprint)
    if found is None:
        raise LineageError.of(
            "no finding of this check has that fingerprint",
            allowed=f"{len(findings)} fingerprints, as `lineage check` prints them",
            remedy="give the same SPANS, inventory and packs as in the check that printed it",
        )
    return finding_text(found, lang)
