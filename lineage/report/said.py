"""What a finding says, sentence by sentence: the same words in every format that people read."""

from __future__ import annotations

from lineage.checking import RuleResult
from lineage.findings import Finding, Missing, Step, Value
from lineage.meaning import Title
from lineage.nodelink import iso
from lineage.words import MESSAGES, sentence, value, words


def heading(finding: Finding, lang: str) -> str:
    """Verdict, rule, severity and what the rule demands."""
    severity = words(f"severity.{finding.severity}", lang)
    return f"{verdict(finding, lang)} {finding.rule} [{severity}] {title(finding.title, lang)}"


def verdict(finding: Finding, lang: str) -> str:
    """The verdict as a word."""
    return words(f"verdict.{finding.verdict}", lang)


def waived(finding: Finding, lang: str) -> list[str]:
    """Who answers for it, until when and why, if somebody does."""
    return [sentence("report.waived", {"by": finding.waived_by}, lang)] if finding.waived else []


def because(finding: Finding, lang: str) -> list[str]:
    """What was found, because of which data, and in which parts of the place."""
    lines = [sentence(finding.message, finding.context, lang)]
    parts = finding.context.get("partitions")
    if isinstance(parts, tuple) and parts:
        names = words("list.separator", lang).join(value(part, lang) for part in parts)
        lines.append(sentence("report.parts", {"parts": names}, lang))
    return lines


def data(label: str, lang: str) -> str:
    """Whose data a witness follows."""
    return words(label, lang) if label in MESSAGES else value(label, lang)


def how(step: Step, lang: str) -> str:
    """What a step does with the data, and how that is known, in brackets."""
    sure = words("step.established" if step.established else "step.possible", lang)
    known = [sure, *(words(f"doubt.{doubt}", lang) for doubt in step.doubts)]
    what = f"{words(leg(step.leg, step.kept, step.source.id), lang)} {words('list.separator', lang).join(step.categories)}".rstrip()
    return sentence("step.how", {"what": what, "known": words("list.separator", lang).join(known)}, lang)


def leg(leg: str, kept: bool, source: str) -> str:
    """What a leg does with the data, by the id of where it begins: a message id.

    >>> leg("response", False, "store:redis@cache"), leg("request", True, "service:gw")
    ('step.read', 'step.kept')
    """
    out_of_store = leg == "response" and source.startswith(("store:", "topic:"))
    return "step.kept" if kept else "step.read" if out_of_store else f"step.{leg}"


def seen(finding: Finding, lang: str) -> list[str]:
    """How often and since when, and a trace to look at."""
    facts: dict[str, Value] = {
        "calls": finding.calls if finding.exact else f"≥ {finding.calls}",
        "first": iso(finding.first),
        "last": iso(finding.last),
    }
    lines = []
    if finding.calls:
        lines.append(sentence("report.seen" if finding.first else "report.seen.when", facts, lang))
    traces = [one.trace_id for step in finding.steps[-1:] for one in step.exemplars]
    if traces:
        lines.append(sentence("report.trace", {"trace": traces[0]}, lang))
    return lines


def remedy(finding: Finding, lang: str) -> str:
    """What would make it right."""
    return sentence("report.remedy", {"remedy": title(finding.remedy, lang)}, lang)


def law(finding: Finding, lang: str) -> str:
    """What the rule rests on; "" when it cites nothing."""
    cited = [f"{title(one.text, lang)} [{one.mark}]" for one in finding.citations]
    return sentence("report.law", {"law": words("clause.separator", lang).join(cited)}, lang) if cited else ""


def supply(missing: Missing, lang: str) -> str:
    """A fact that is missing, and the key or attribute that would tell it."""
    ways = []
    if missing.key:
        ways.append(sentence("report.declare", {"key": missing.key}, lang))
    if missing.attribute:
        told = "report.attribute" if missing.key else "report.attribute.only"
        ways.append(sentence(told, {"key": missing.attribute}, lang))
    return words(missing.fact, lang) + (words("colon", lang) + " ".join(ways) if ways else "")


def proven(rule: RuleResult, lang: str) -> str:
    """What a proof rests on: how much was looked at, what was not met, what took something away."""
    told = [sentence("report.proven", {"flows": rule.flows, "places": rule.places}, lang)]
    if rule.note:
        told.append(words(rule.note, lang))
    if rule.declassifiers:
        told.append(sentence("report.declassified", {"steps": rule.declassifiers}, lang))
    return words("clause.separator", lang).join(told)


def title(name: Title, lang: str) -> str:
    """A title in a language."""
    return value(name.zh if lang == "zh" else name.en, lang)
