"""Answers to claims as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lineage.claims import Answer, Answered, Answers, Part
from lineage.findings import Judgement, Value
from lineage.nodelink import iso
from lineage.words import sentence, shown, words

SCHEMA = "lineage-claims/1"
_MARKS = {Answer.REFUTED: "✗", Answer.NOT_EVIDENCED: "?", Answer.PROVEN: "✓"}


def to_text(answers: Answers, lang: str) -> str:
    """A block a claim: the answer, what it comes down to, spans that show it; then what all rests on."""
    return "\n".join([*_lines(answers, lang)]) + "\n"


def _lines(answers: Answers, lang: str) -> Iterator[str]:
    for each in answers.claims:
        yield from _claim(each, lang)
        yield ""
    yield sentence(
        "claims.period", {"first": iso(answers.first) or "-", "last": iso(answers.last) or "-"}, lang
    )
    yield sentence("claims.policy", {"digest": answers.digest}, lang)
    for name, version, digest in answers.packs:
        yield sentence("claims.pack", {"id": name, "version": version, "digest": digest}, lang)
    yield sentence("claims.inventory", {"digest": answers.inventory or "-"}, lang)
    yield words("report.finding-only", lang)


def _claim(each: Answered, lang: str) -> Iterator[str]:
    text = getattr(each.claim.text, lang)
    yield f"{_MARKS[each.answer]} {words(f'claims.{each.answer}', lang)} {each.claim.id}: {shown(text)}"
    if each.claim.made_in:
        yield "    " + sentence("claims.made-in", {"where": each.claim.made_in}, lang)
    for part in each.parts:
        facts: dict[str, Value] = {
            "name": part.name,
            "answer": words(f"claims.{part.answer}", lang),
            "flows": part.flows,
        }
        yield "    " + sentence("claims.part", facts, lang)
        if part.answer is Answer.NOT_EVIDENCED and not part.reasons:
            yield "      " + words("report.nothing" if not part.flows else "claims.waived", lang)
        for reason in part.reasons:
            yield "      " + sentence(reason.message, reason.context, lang)
        if part.answer is Answer.PROVEN and part.note:
            yield "      " + words(part.note, lang)
        if part.declassifiers:
            yield "      " + sentence("claims.steps", {"names": ", ".join(part.declassifiers)}, lang)
        if part.spans:
            spans = ", ".join(f"{one.trace_id}/{one.span_id}" for one in part.spans)
            yield "      " + sentence("claims.spans", {"spans": spans}, lang)


def to_json(answers: Answers) -> str:
    """The same as JSON, stable to the byte."""
    return json.dumps(as_dict(answers), ensure_ascii=False, indent=2) + "\n"


def as_dict(answers: Answers) -> dict[str, Any]:
    """The answers as plain values, in a fixed order."""
    return {
        "schema": SCHEMA,
        "exit_code": answers.exit_code,
        "today": answers.today.isoformat(),
        "period": {"first_seen": iso(answers.first), "last_seen": iso(answers.last)},
        "claims_sha256": answers.digest,
        "packs": [
            {"id": name, "version": version, "sha256": digest} for name, version, digest in answers.packs
        ],
        "inventory": answers.inventory or None,
        "claims": [
            {
                "id": each.claim.id,
                "text": {"en": each.claim.text.en, "zh": each.claim.text.zh},
                "made_in": each.claim.made_in or None,
                "answer": str(each.answer),
                "parts": [_part(part) for part in each.parts],
            }
            for each in answers.claims
        ],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "of": part.name,
        "answer": str(part.answer),
        "flows": part.flows,
        "reasons": [_reason(reason) for reason in part.reasons],
        "declassifiers": list(part.declassifiers),
        "note": part.note or None,
        "spans": [{"trace_id": one.trace_id, "span_id": one.span_id} for one in part.spans],
    }


def _reason(reason: Judgement) -> dict[str, Any]:
    said = {lang: sentence(reason.message, reason.context, lang) for lang in ("en", "zh")}
    return {"verdict": str(reason.verdict), "message": {"id": reason.message} | said}
