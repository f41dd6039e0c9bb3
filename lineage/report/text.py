"""A report for a person: the outcome first, then what is wrong and what is missing, then what is proven."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from lineage.check import Report, RuleResult
from lineage.findings import Finding, Missing, Ref, Step, Value, Verdict, Witness
from lineage.nodelink import iso
from lineage.words import name, sentence, shown, value, words

MARKS = {Verdict.VIOLATED: "✗", Verdict.UNDECIDED: "?", Verdict.PROVEN: "✓", Verdict.NOT_APPLICABLE: "–"}
COLOURS = {Verdict.VIOLATED: "31", Verdict.UNDECIDED: "33", Verdict.PROVEN: "32", Verdict.NOT_APPLICABLE: "2"}
LISTED = 8
"""How many places stand in a line before the rest is counted."""
SHOWN = 3
"""How many undecided findings of one rule are written out without `verbose`."""


def to_text(report: Report, *, lang: str = "en", verbose: bool = False, colour: bool = False) -> str:
    """The report as text.

    Args:
        report: the report.
        lang: "en" or "zh".
        verbose: write every undecided finding out, and say what proven rules demand.
        colour: with terminal colours.
    """
    lines = list(_lines(report, lang, verbose, colour))
    return "\n".join(lines) + "\n"


def finding_text(finding: Finding, lang: str = "en") -> str:
    """One finding whole, whatever its verdict: with its witnesses, and with what is missing."""
    lines = list(_finding(finding, lang, colour=False))
    if finding.missing:
        lines += _missing({missing: {finding.rule} for missing in finding.missing}, lang, verbose=True)
    return "\n".join(lines) + "\n"


def headline(report: Report, lang: str = "en") -> str:
    """The outcome and what makes it, in one line."""
    return next(_lines(report, lang, verbose=False, colour=False))


def _lines(report: Report, lang: str, verbose: bool, colour: bool) -> Iterator[str]:
    outcome = report.outcome
    first = f"{words(f'verdict.{outcome}', lang)}{words('colon', lang)}{_summary(report, lang)}"
    if outcome is Verdict.VIOLATED and not report.fails:
        severity = words(f"severity.{report.fail_on}", lang)
        first += f" ({sentence('report.below', {'severity': severity}, lang)})"
    yield _paint(first, outcome, colour)
    for rule in report.rules:
        for finding in rule.findings:
            if finding.verdict is Verdict.VIOLATED:
                yield ""
                yield from _finding(finding, lang, colour)
    yield from _undecided(report, lang, verbose, colour)
    for verdict in (Verdict.PROVEN, Verdict.NOT_APPLICABLE):
        rules = [rule for rule in report.rules if rule.verdict is verdict]
        if rules:
            yield ""
        for rule in rules:
            yield from _quiet(rule, lang, verbose, colour)
    yield ""
    yield from _footer(report, lang)


# --- violated --------------------------------------------------------------------------------------


def _finding(finding: Finding, lang: str, colour: bool) -> Iterator[str]:
    yield _paint(_heading(finding, lang), finding.verdict, colour)
    if finding.waived:
        yield "    " + sentence("report.waived", {"by": finding.waived_by}, lang)
    yield "    " + sentence(finding.message, finding.context, lang)
    parts = finding.context.get("partitions")
    if isinstance(parts, tuple) and parts:
        names = words("list.separator", lang).join(value(part, lang) for part in parts)
        yield "    " + sentence("report.parts", {"parts": names}, lang)
    for witness in finding.witness:
        yield from _witness(witness, lang)
    seen: dict[str, Value] = {"calls": finding.calls, "first": iso(finding.first), "last": iso(finding.last)}
    if finding.calls:
        yield "    " + sentence("report.seen" if finding.first else "report.seen.when", seen, lang)
    traces = [one.trace_id for step in finding.steps[-1:] for one in step.exemplars]
    if traces:
        yield "    " + sentence("report.trace", {"trace": traces[0]}, lang)
    yield "    " + sentence("report.remedy", {"remedy": _title(finding.remedy, lang)}, lang)
    if finding.source != finding.rule_source:
        yield "    " + sentence("report.where", {"where": str(finding.source)}, lang)
    yield "    " + sentence("report.rule", {"where": str(finding.rule_source)}, lang)
    if finding.citations:
        law = words("clause.separator", lang).join(
            f"{_title(one.text, lang)} [{one.mark}]" for one in finding.citations
        )
        yield "    " + sentence("report.law", {"law": law}, lang)
    yield "    " + sentence("report.id", {"id": finding.fingerprint}, lang)


def _heading(finding: Finding, lang: str) -> str:
    severity = words(f"severity.{finding.severity}", lang)
    verdict = words(f"verdict.{finding.verdict}", lang)
    title = _title(finding.title, lang)
    return f"{MARKS[finding.verdict]} {verdict} {finding.rule} [{severity}] {title}"


def _witness(witness: Witness, lang: str) -> Iterator[str]:
    if not witness.steps:
        return
    if witness.broken:
        yield f"      {words('step.broken', lang)}"
    yield f"      {name(witness.steps[0].source, lang)}"
    for step in witness.steps:
        yield f"        → {name(step.target, lang)}    {_how(step, lang)}"


def _how(step: Step, lang: str) -> str:
    """How a step is known, in brackets after it."""
    out_of_store = step.leg == "response" and step.source.id.startswith(("store:", "topic:"))
    leg = "step.kept" if step.kept else "step.read" if out_of_store else f"step.{step.leg}"
    sure = words("step.established" if step.established else "step.possible", lang)
    known = [sure, *(words(f"doubt.{doubt}", lang) for doubt in step.doubts)]
    what = f"{words(leg, lang)} {words('list.separator', lang).join(step.categories)}".rstrip()
    return sentence("step.how", {"what": what, "known": words("list.separator", lang).join(known)}, lang)


# --- undecided -------------------------------------------------------------------------------------


def _undecided(report: Report, lang: str, verbose: bool, colour: bool) -> Iterator[str]:
    rules = [rule for rule in report.rules if any(f.verdict is Verdict.UNDECIDED for f in rule.findings)]
    if not rules:
        return
    wanted: dict[Missing, set[str]] = defaultdict(set)
    for rule in rules:
        findings = [f for f in rule.findings if f.verdict is Verdict.UNDECIDED]
        yield ""
        yield _paint(_heading(findings[0], lang), Verdict.UNDECIDED, colour)
        listed = findings if verbose else findings[:SHOWN]
        for finding in listed:
            mark = (
                f"[{sentence('report.waived', {'by': finding.waived_by}, lang)}] " if finding.waived else ""
            )
            yield f"    {mark}{sentence(finding.message, finding.context, lang)}  {finding.fingerprint}"
            if verbose:
                for witness in finding.witness:
                    yield from _witness(witness, lang)
        if len(findings) > len(listed):
            yield "    " + sentence("report.more", {"count": len(findings) - len(listed)}, lang)
        yield "    " + sentence("report.rule", {"where": str(rule.source)}, lang)
        for finding in findings:
            for missing in finding.missing:
                wanted[missing].add(rule.rule)
    if wanted:
        yield from _missing(wanted, lang, verbose)


def _missing(wanted: dict[Missing, set[str]], lang: str, verbose: bool) -> Iterator[str]:
    """The same missing fact once, with all the places that it concerns."""
    groups: dict[tuple[str, str, str], dict[Ref, None]] = defaultdict(dict)
    needed: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for missing in sorted(wanted):
        group = (missing.fact, missing.key, missing.attribute)
        groups[group][missing.subject] = None
        needed[group] |= wanted[missing]
    yield ""
    yield sentence("report.missing", {"count": len(groups)}, lang)
    for (fact, key, attribute), subjects in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        ways = []
        if key:
            ways.append(sentence("report.declare", {"key": key}, lang))
        if attribute:
            ways.append(
                sentence("report.attribute" if key else "report.attribute.only", {"key": attribute}, lang)
            )
        yield f"  • {words(fact, lang)}" + (words("colon", lang) + " ".join(ways) if ways else "")
        yield "      " + sentence("report.concerns", {"places": _few(list(subjects), lang, verbose)}, lang)
        yield "      " + sentence(
            "report.rules", {"rules": ", ".join(sorted(needed[fact, key, attribute]))}, lang
        )


def _few(places: Sequence[Ref], lang: str, verbose: bool) -> str:
    listed = places if verbose else places[:LISTED]
    text = words("list.separator", lang).join(f"{name(place, lang)} <{shown(place.id)}>" for place in listed)
    rest = len(places) - len(listed)
    return f"{text} {sentence('report.more', {'count': rest}, lang)}" if rest else text


# --- the rest --------------------------------------------------------------------------------------


def _quiet(rule: RuleResult, lang: str, verbose: bool, colour: bool) -> Iterator[str]:
    if rule.verdict is Verdict.PROVEN:
        told = sentence("report.proven", {"flows": rule.flows, "places": rule.places}, lang)
        if rule.note:
            told += words("clause.separator", lang) + words(rule.note, lang)
        if rule.declassifiers:
            told += words("clause.separator", lang) + sentence(
                "report.declassified", {"steps": rule.declassifiers}, lang
            )
    else:
        told = words("report.nothing", lang)
    mark = MARKS[rule.verdict]
    yield f"{_paint(mark, rule.verdict, colour)} {rule.rule} {_title(rule.title, lang)}{words('colon', lang)}{told}"
    if verbose:
        yield f"    {_title(rule.why, lang)}"


def _summary(report: Report, lang: str) -> str:
    counts: dict[str, Value] = {
        "violated": report.count(Verdict.VIOLATED),
        "undecided": report.count(Verdict.UNDECIDED),
        "proven": report.count(Verdict.PROVEN),
        "waived": report.waived,
        "na": report.count(Verdict.NOT_APPLICABLE),
    }
    return sentence("report.summary", counts, lang)


def _footer(report: Report, lang: str) -> Iterator[str]:
    for pack in report.packs:
        facts: dict[str, Value] = {
            "id": pack.id, "version": pack.version, "mode": pack.mode,
            "reviewed": pack.reviewed, "digest": pack.digest[:16],
        }  # fmt: skip
        sets = [
            sentence("report.set", {"word": word, "countries": countries}, lang)
            for word, countries in pack.jurisdictions
        ]
        yield words("clause.separator", lang).join([sentence("report.pack", facts, lang), *sets])
    if report.inventory_files:
        yield sentence("report.inventory", {"digest": report.inventory[:16]}, lang)
    else:
        yield words("report.no-inventory", lang)
    if report.first:
        yield sentence("report.period", {"first": iso(report.first), "last": iso(report.last)}, lang)
    yield words("report.finding-only", lang)
    evidence: dict[str, Value] = {
        "spans": report.coverage.tally.spans, "traces": report.coverage.traces, "flows": report.flows,
        "places": report.places, "met": report.met, "rules": len(report.rules),
    }  # fmt: skip
    summary = (_summary(report, lang), sentence("report.evidence", evidence, lang))
    yield words("clause.separator", lang).join(summary)


def _title(title: object, lang: str) -> str:
    return value(str(getattr(title, lang)), lang)


def _paint(text: str, verdict: Verdict, colour: bool) -> str:
    return f"\x1b[{COLOURS[verdict]}m{text}\x1b[0m" if colour else text
