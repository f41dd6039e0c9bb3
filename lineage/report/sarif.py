"""A report as SARIF 2.1.0 (OASIS, docs.oasis-open.org/sarif/sarif/v2.1.0), for GitHub code scanning and viewers in editors.

What is wrong stands in no code: a result is located at the inventory entry that it concerns, else at the rule in its pack. The
observed way of the data is its code flow. Texts are English, with Chinese under `properties`, so `lang` changes nothing.

Undecided findings are no `kind: open` or `review`: these demand the level "none" (section 3.27.10), below a note; the
verdict is under `properties`. Where nothing could be judged, `results` is null, as section 3.14.23 has it. GitHub refuses such a
file, and so a run that saw nothing closes no alert.

Rules carry no `security-severity`: it belongs to a rule, and would show an undecided finding as critical as a violated one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from lineage import __version__
from lineage.checking import Report, RuleResult
from lineage.findings import Finding, Ref, Severity, Step, Witness
from lineage.meaning import Source
from lineage.nodelink import iso
from lineage.report import said
from lineage.report.alerts import blind, file, level, marked, ranked
from lineage.words import name, sentence, shown, words

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS = 25_000
"""Results above which GitHub refuses the whole file; the least bad are left out, and a notification counts them."""


def to_sarif(report: Report, *, lang: str = "en") -> str:
    """The report as SARIF; waived findings are in it, as suppressed results."""
    return _written(report, ranked(report))


def to_sarif_github(report: Report, *, lang: str = "en") -> str:
    """The report as SARIF without the waived findings, which GitHub would open as alerts: it reads no `suppressions`."""
    return _written(report, [finding for finding in ranked(report) if not finding.waived])


def _written(report: Report, findings: list[Finding]) -> str:
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, findings)]}
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def _run(report: Report, findings: list[Finding]) -> dict[str, Any]:
    rules = {rule.rule: number for number, rule in enumerate(report.rules)}
    looked = not blind(report)
    return {
        "tool": {
            "driver": {
                "name": "lineage",
                "semanticVersion": __version__,
                "version": __version__,
                "rules": [_rule(rule) for rule in report.rules],
            }
        },
        "automationDetails": {"id": f"lineage/{'+'.join(pack.id for pack in report.packs)}/"},
        "invocations": [
            {
                "executionSuccessful": looked,
                "exitCode": report.exit_code,
                "toolExecutionNotifications": _notifications(report, findings, rules),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "language": "en-US",
        "results": [_result(finding, report, rules) for finding in findings[:RESULTS]] if looked else None,
        "properties": _summary(report),
    }


def _notifications(report: Report, findings: list[Finding], rules: Mapping[str, int]) -> list[dict[str, Any]]:
    """What a reader must know beside the results: why there are none, and which were left out."""
    told: list[dict[str, Any]] = []
    if blind(report):
        told.append({"level": "error", "message": {"text": words(blind(report), "en")}})
        # such as documents that are missing: results would say that all else was looked at
        told += [
            {
                "level": level(finding, report),
                "message": {"text": _message(finding, report, "en")},
                "associatedRule": {"id": finding.rule, "index": rules[finding.rule]},
            }
            for finding in findings[:RESULTS]
        ]
    if len(findings) > RESULTS:
        text = sentence("alert.left-out", {"count": len(findings) - RESULTS}, "en")
        told.append({"level": "warning", "message": {"text": text}})
    waived = len(report.findings) - len(findings)
    if waived:
        text = sentence("alert.waived", {"count": waived}, "en")
        told.append({"level": "note", "message": {"text": text}})
    return told


def _summary(report: Report) -> dict[str, Any]:
    return {
        "outcome": str(report.outcome),
        "mode": report.mode,
        "verdicts": {
            rule.rule: f"{rule.verdict}, waived" if rule.waived else str(rule.verdict)
            for rule in report.rules
        },
        "packs": {pack.id: {"version": pack.version, "sha256": pack.digest} for pack in report.packs},
        "inventorySha256": report.inventory or None,
        "spans": report.coverage.tally.spans,
        "flows": report.flows,
        "firstSeen": iso(report.first),
        "lastSeen": iso(report.last),
    }


# --- rules -----------------------------------------------------------------------------------------


def _rule(rule: RuleResult) -> dict[str, Any]:
    finding = rule.findings[0] if rule.findings else None
    help_ = {lang: _help(rule, finding, lang) for lang in ("en", "zh")}
    return {
        "id": rule.rule,
        "name": "".join(word.capitalize() for word in rule.rule.replace("/", "-").split("-")),
        "shortDescription": {"text": _plain(rule.title.en)},
        "fullDescription": {"text": _plain(rule.why.en)},
        "help": {"text": help_["en"]},
        "defaultConfiguration": {
            "level": {Severity.MEDIUM: "warning", Severity.INFO: "note"}.get(rule.severity, "error")
        },
        "properties": {
            "tags": [rule.rule.partition("/")[0], f"severity-{rule.severity}"],
            "zh": {"title": rule.title.zh, "why": rule.why.zh, "help": help_["zh"]},
        },
    }


def _help(rule: RuleResult, finding: Finding | None, lang: str) -> str:
    """Why the rule is there, what would make it right, and what it rests on."""
    lines = [said.title(rule.why, lang)]
    if finding:
        lines += [said.remedy(finding, lang), said.law(finding, lang)]
    return _plain("\n".join(filter(None, lines)))


# --- results ---------------------------------------------------------------------------------------


def _result(finding: Finding, report: Report, rules: Mapping[str, int]) -> dict[str, Any]:
    place = finding.context.get("place")
    located = _location(finding.source) | _logical(place if isinstance(place, Ref) else None)
    made: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rules[finding.rule],
        "level": level(finding, report),
        "message": {"text": _message(finding, report, "en")},
        "locations": [located],
        # GitHub tells alerts apart by this one alone; others, such as viewers, by any.
        "partialFingerprints": {
            "primaryLocationLineHash": finding.fingerprint,
            "lineageFinding/v1": finding.fingerprint,
        },
        "codeFlows": [_code_flow(finding, witness) for witness in finding.witness if witness.steps],
        "relatedLocations": [
            {"id": 1, **_location(finding.rule_source), "message": {"text": words("alert.rule", "en")}}
        ],
        "properties": {
            "verdict": str(finding.verdict),
            "severity": str(finding.severity),
            "zh": _message(finding, report, "zh"),
            "calls": finding.calls,
            "firstSeen": iso(finding.first),
            "lastSeen": iso(finding.last),
        },
    }
    if finding.waived:
        justified = _plain(shown(finding.waived_by))
        made["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justified}]
    if report.known or report.gone:
        made["baselineState"] = "unchanged" if finding.fingerprint in report.known else "new"
    return {key: value for key, value in made.items() if value != []}


def _message(finding: Finding, report: Report, lang: str) -> str:
    lines = [f"{said.verdict(finding, lang)}{words('colon', lang)}{said.because(finding, lang)[0]}"]
    lines += [*said.because(finding, lang)[1:], *marked(finding, report, lang)]
    lines += said.seen(finding, lang)
    lines += dict.fromkeys(said.supply(missing, lang) for missing in finding.missing)
    lines.append(said.remedy(finding, lang))
    return _plain("\n".join(lines))


def _code_flow(finding: Finding, witness: Witness) -> dict[str, Any]:
    first = witness.steps[0].source
    enters = words("step.broken" if witness.broken else "step.enters", "en")
    locations = [{"location": _stop(first, finding, enters)}]
    locations += [_step(step, finding) for step in witness.steps]
    return {
        "message": {"text": _plain(said.data(witness.label, "en"))},
        "threadFlows": [{"locations": locations}],
    }


def _step(step: Step, finding: Finding) -> dict[str, Any]:
    return {
        "location": _stop(step.target, finding, f"{name(step.target, 'en')} {said.how(step, 'en')}"),
        "properties": {
            "zh": f"{name(step.target, 'zh')}{said.how(step, 'zh')}",
            "certainty": "established" if step.established else "possible",
            "doubts": list(step.doubts),
            "leg": step.leg,
            "kept": step.kept,
            "categories": list(step.categories),
            "calls": step.calls,
            "firstSeen": iso(step.first),
            "lastSeen": iso(step.last),
            "traces": [one.trace_id for one in step.exemplars],
        },
    }


def _stop(place: Ref, finding: Finding, text: str) -> dict[str, Any]:
    """A place on the way: where the inventory declares it, else the finding's own place in a file."""
    return _location(place.source or finding.source) | _logical(place) | {"message": {"text": _plain(text)}}


def _location(source: Source) -> dict[str, Any]:
    region = {"startLine": max(source.line, 1)} | ({"startColumn": source.column} if source.column else {})
    # `errors`: a file name of another encoding is text with lone surrogates.
    uri = quote(file(source), safe="/", errors="replace")
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _logical(place: Ref | None) -> dict[str, Any]:
    if place is None:
        return {}
    kind = place.id.partition(":")[0]
    # `shown`: control characters and lone surrogates of an id are no text for other parsers
    return {
        "logicalLocations": [{"name": name(place, "en"), "fullyQualifiedName": shown(place.id), "kind": kind}]
    }


def _plain(text: str) -> str:
    """Text that no viewer takes for more: braces are placeholders (section 3.11.5), `[a](b)` is a link (3.11.6).

    >>> _plain("{0} of [x](https://example.org) [C]")
    '{{0}} of [x] (https://example.org) [C]'
    """
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")
