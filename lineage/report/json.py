"""A report as JSON, schema "lineage-report/1": the one output that holds everything; stable to the byte."""

from __future__ import annotations

import json
from math import inf
from typing import Any

from lineage.checking import PackUsed, Report, RuleResult
from lineage.findings import Finding, Missing, Ref, Step, Value, Witness
from lineage.meaning import Source, Title
from lineage.nodelink import coverage, iso
from lineage.words import sentence, words

SCHEMA = "lineage-report/1"


def to_json(report: Report, *, lang: str = "en") -> str:
    """The report as indented JSON. Both languages are in it, so `lang` changes nothing."""
    return json.dumps(as_dict(report), ensure_ascii=False, indent=2) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """The report as plain values, in a fixed order."""
    return {
        "schema": SCHEMA,
        "outcome": str(report.outcome),
        "exit_code": report.exit_code,
        "fail_on": str(report.fail_on),
        "mode": report.mode,
        "today": report.today.isoformat(),
        "period": {"first_seen": iso(report.first), "last_seen": iso(report.last)},
        "packs": [_pack(pack) for pack in report.packs],
        "inventory": {"digest": report.inventory or None, "files": list(report.inventory_files)},
        "ledgers": [
            {"kind": one.kind, "file": one.path, "sha256": one.sha256, "rows": one.rows}
            for one in report.ledgers
        ],
        "evidence": {
            "flows": report.flows,
            "places": report.places,
            "places_without_location": report.unlocated,
            "contents_assumed": [place.id for place in report.assumed],
            "rules": len(report.rules),
            "rules_met": report.met,
            "coverage": coverage(report.coverage),
        },
        "baseline": {
            "known": sorted(report.known),
            "gone": [{"rule": each.rule, "fingerprint": each.fingerprint} for each in report.gone],
        },
        "waivers_ending": [
            {
                "rule": each.rule,
                "expires": each.expires.isoformat(),
                "owner": each.owner,
                "ticket": each.ticket or None,
            }
            for each in report.ending
        ],
        "rules": [_rule(rule) for rule in report.rules],
    }


def _pack(pack: PackUsed) -> dict[str, Any]:
    return {
        "id": pack.id,
        "version": pack.version,
        "mode": pack.mode,
        "title": _title(pack.title),
        "authority": _title(pack.authority),
        "reviewed": pack.reviewed,
        "sha256": pack.digest,
        "jurisdictions": {word: list(countries) for word, countries in pack.jurisdictions},
    }


def _rule(rule: RuleResult) -> dict[str, Any]:
    return {
        "id": rule.rule,
        "title": _title(rule.title),
        "why": _title(rule.why),
        "severity": str(rule.severity),
        "verdict": str(rule.verdict),
        "waived": rule.waived,
        "note": rule.note or None,
        "flows": rule.flows,
        "places": rule.places,
        "declassifiers": list(rule.declassifiers),
        "source": _source(rule.source),
        "findings": [_finding(finding) for finding in rule.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "verdict": str(finding.verdict),
        "severity": str(finding.severity),
        "message": {"id": finding.message} | {lang: sentence(finding.message, finding.context, lang) for lang in ("en", "zh")},
        "context": {key: _value(finding.context[key]) for key in sorted(finding.context)},
        "witness": [_witness(witness) for witness in finding.witness],
        "missing": [_missing(missing) for missing in finding.missing],
        "first_seen": iso(finding.first),
        "last_seen": iso(finding.last),
        "calls": finding.calls,
        "calls_exact": finding.exact,
        "remedy": _title(finding.remedy),
        "citations": [{"text": _title(one.text), "mark": one.mark} for one in finding.citations],
        "source": _source(finding.source),
        "rule_source": _source(finding.rule_source),
        "waived": finding.waived,
        "waived_by": finding.waived_by or None,
    }  # fmt: skip


def _witness(witness: Witness) -> dict[str, Any]:
    return {
        "of": witness.label,
        "broken": witness.broken,
        "calls": witness.calls,
        "calls_exact": witness.exact,
        "first_seen": iso(witness.first),
        "last_seen": iso(witness.last),
        "steps": [_step(step) for step in witness.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "source": _ref(step.source),
        "target": _ref(step.target),
        "data_of": _ref(step.data),
        "leg": step.leg,
        "kept": step.kept,
        "categories": list(step.categories),
        "certainty": "established" if step.established else "possible",
        "doubts": list(step.doubts),
        "calls": step.calls,
        "first_seen": iso(step.first),
        "last_seen": iso(step.last),
        "exemplars": [{"trace_id": one.trace_id, "span_id": one.span_id} for one in step.exemplars],
    }


def _missing(missing: Missing) -> dict[str, Any]:
    return {
        "fact": missing.fact,
        "en": words(missing.fact, "en"),
        "zh": words(missing.fact, "zh"),
        "subject": _ref(missing.subject),
        "declare": missing.key or None,
        "attribute": missing.attribute or None,
    }


def _ref(place: Ref) -> dict[str, Any]:
    return {"id": place.id, "en": place.en, "zh": place.zh, "source": _source(place.source)}


def _source(source: Source | None) -> dict[str, Any] | None:
    return None if source is None else {"file": source.file, "line": source.line, "column": source.column}


def _title(title: Title) -> dict[str, str]:
    return {"en": title.en, "zh": title.zh}


def _value(item: Value) -> Any:
    if isinstance(item, Ref):
        return _ref(item)
    if isinstance(item, tuple):
        return [_value(each) for each in item]
    return "forever" if item == inf else item
