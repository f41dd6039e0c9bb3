"""A report as JUnit XML, for GitLab, Jenkins, Azure and whatever else shows tests: a test case a rule, so passes show.

Violated and undecided are failures, told apart by their type; not applicable is skipped, and so is a rule of which all findings
are in the baseline; a rule that holds only because somebody answers for it passes and says so. When nothing could be judged there is one more test case, which is an error: skipped tests alone
would be a pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from lineage.checking import PackUsed, Report, RuleResult
from lineage.findings import Verdict
from lineage.report import said
from lineage.report.alerts import EVIDENCE, anchor, blind, file, settled
from lineage.report.text import finding_text
from lineage.words import sentence, shown, words


def to_junit(report: Report, *, lang: str = "en") -> str:
    """The report as JUnit XML: a test suite a pack. No times: nothing was measured, and the same report has the same bytes."""
    packs: dict[str, list[RuleResult]] = {}
    for rule in report.rules:
        packs.setdefault(rule.rule.partition("/")[0], []).append(rule)
    facts = {pack.id: pack for pack in report.packs}
    suites = ET.Element("testsuites", name="lineage")
    suites.extend(_suite(facts.get(pack), pack, rules, report, lang) for pack, rules in packs.items())
    if blind(report):
        suites.append(_nothing_judged(report, lang))
    for count in ("tests", "failures", "errors", "skipped"):
        suites.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _suite(
    facts: PackUsed | None, pack: str, rules: Sequence[RuleResult], report: Report, lang: str
) -> ET.Element:
    suite = ET.Element("testsuite", name=pack)
    if facts:
        properties = ET.SubElement(suite, "properties")
        for key, text in (("version", facts.version), ("mode", facts.mode), ("sha256", facts.digest)):
            ET.SubElement(properties, "property", name=key, value=text)
    suite.extend(_case(rule, pack, report, lang) for rule in rules)
    return _counted(suite)


def _case(rule: RuleResult, pack: str, report: Report, lang: str) -> ET.Element:
    case = ET.Element("testcase", name=rule.rule, classname=pack, file=shown(file(rule.source)))
    left = [finding for finding in rule.findings if not settled(finding, report)]
    if rule.verdict is Verdict.NOT_APPLICABLE:
        ET.SubElement(case, "skipped", message=words("report.nothing", lang))
    elif left:
        message = f"{said.verdict(left[0], lang)}{words('colon', lang)}{said.because(left[0], lang)[0]}"
        if len(left) > 1:
            message += f" ({sentence('report.more', {'count': len(left) - 1}, lang)})"
        failure = ET.SubElement(case, "failure", type=str(left[0].verdict), message=message)
        failure.text = _findings(rule, lang)
    elif any(finding.fingerprint in report.known for finding in rule.findings):
        ET.SubElement(case, "skipped", message=words("alert.known", lang))
        ET.SubElement(case, "system-out").text = _findings(rule, lang)
    else:
        told = _findings(rule, lang) if rule.findings else said.proven(rule, lang)
        ET.SubElement(case, "system-out").text = told
    return case


def _findings(rule: RuleResult, lang: str) -> str:
    """All findings of a rule, waived ones among them; the heading says what is demanded."""
    return "\n".join(["", *(finding_text(finding, lang) for finding in rule.findings)])


def _nothing_judged(report: Report, lang: str) -> ET.Element:
    suite = ET.Element("testsuite", name="lineage")
    where = shown(file(anchor(report)))
    case = ET.SubElement(suite, "testcase", name=EVIDENCE, classname="lineage", file=where)
    ET.SubElement(case, "error", type=str(Verdict.UNDECIDED), message=words(blind(report), lang))
    return _counted(suite)


def _counted(suite: ET.Element) -> ET.Element:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    return suite
