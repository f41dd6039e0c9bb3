"""A report for a person: the outcome first, then what is wrong and what is missing, then what is proven."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lineage.checking import Report, RuleResult
from lineage.findings import Finding, Ref, Value, Verdict, Witness
from lineage.nodelink import iso
from lineage.report import said
from lineage.report.missing import wanted
from lineage.words import name, sentence, shown, words

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
    lines += _missing([finding], lang, verbose=True)
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
        broken = [finding for finding in rule.findings if finding.verdict is Verdict.VIOLATED]
        for number, finding in enumerate(broken):
            yield ""
            yield from _finding(finding, lang, colour, again=number > 0)
            yield from _known([finding], report, lang)
    yield from _undecided(report, lang, verbose, colour)
    for verdict in (Verdict.PROVEN, Verdict.NOT_APPLICABLE):
        rules = [rule for rule in report.rules if rule.verdict is verdict]
        if rules:
            yield ""
        for rule in rules:
            yield from _quiet(rule, lang, verbose, colour)
    yield from _soon(report, lang)
    yield ""
    yield from footer(report, lang)


# --- violated --------------------------------------------------------------------------------------


def _finding(finding: Finding, lang: str, colour: bool, again: bool = False) -> Iterator[str]:
    """A block; `again`: the one before was of the same rule, and said what would make it right and what it rests on."""
    yield _paint(_heading(finding, lang), finding.verdict, colour)
    for line in (*said.waived(finding, lang), *said.because(finding, lang)):
        yield "    " + line
    for witness in finding.witness:
        for line in way(witness, lang):
            yield "      " + line
    for line in said.seen(finding, lang):
        yield "    " + line
    if not again:
        yield "    " + said.remedy(finding, lang)
    if finding.source != finding.rule_source:
        yield "    " + sentence("report.where", {"where": str(finding.source)}, lang)
    yield "    " + sentence("report.rule", {"where": str(finding.rule_source)}, lang)
    if finding.citations and not again:
        yield "    " + said.law(finding, lang)
    yield "    " + sentence("report.id", {"id": finding.fingerprint}, lang)


def _heading(finding: Finding, lang: str) -> str:
    return f"{MARKS[finding.verdict]} {said.heading(finding, lang)}"


def way(witness: Witness, lang: str) -> list[str]:
    """The way of the data, a place a line, each with how the step to it is known."""
    if not witness.steps:
        return []
    lines = [words("step.broken", lang)] if witness.broken else []
    lines.append(name(witness.steps[0].source, lang))
    lines += [f"  → {name(step.target, lang)}    {said.how(step, lang)}" for step in witness.steps]
    return lines


# --- undecided -------------------------------------------------------------------------------------


def _undecided(report: Report, lang: str, verbose: bool, colour: bool) -> Iterator[str]:
    open_ones = []
    for rule in report.rules:
        findings = [finding for finding in rule.findings if finding.verdict is Verdict.UNDECIDED]
        if findings:
            yield from _whole(findings, lang, colour) if verbose else _brief(rule, findings, lang, colour)
            yield from _known(findings, report, lang)
        open_ones += findings
    yield from _missing(open_ones, lang, verbose)


def _whole(findings: Sequence[Finding], lang: str, colour: bool) -> Iterator[str]:
    for finding in findings:
        yield ""
        yield from _finding(finding, lang, colour)


def _brief(rule: RuleResult, findings: Sequence[Finding], lang: str, colour: bool) -> Iterator[str]:
    """The first findings of a rule, a line each: what they miss is told once for all, below."""
    yield ""
    yield _paint(_heading(findings[0], lang), Verdict.UNDECIDED, colour)
    for finding in findings[:SHOWN]:
        mark = f"[{sentence('report.waived', {'by': finding.waived_by}, lang)}] " if finding.waived else ""
        where = f"  {shown(str(finding.source))}" if finding.source != finding.rule_source else ""
        yield f"    {mark}{sentence(finding.message, finding.context, lang)}  {finding.fingerprint}{where}"
    if len(findings) > SHOWN:
        yield "    " + sentence("report.more", {"count": len(findings) - SHOWN}, lang)
    yield "    " + sentence("report.rule", {"where": str(rule.source)}, lang)


def _missing(findings: Sequence[Finding], lang: str, verbose: bool) -> Iterator[str]:
    facts = wanted(findings)
    if not facts:
        return
    yield ""
    yield sentence("report.missing", {"count": len(facts)}, lang)
    for each in facts:
        yield f"  • {said.supply(each.fact, lang)}"
        yield "      " + sentence("report.concerns", {"places": few(each.places, lang, verbose)}, lang)
        yield "      " + sentence("report.rules", {"rules": ", ".join(each.rules)}, lang)


def few(places: Sequence[Ref], lang: str, verbose: bool = False) -> str:
    """Names and ids of places; without `verbose` the first of them, and how many more."""
    listed = places if verbose else places[:LISTED]
    text = words("list.separator", lang).join(f"{name(place, lang)} <{shown(place.id)}>" for place in listed)
    rest = len(places) - len(listed)
    return f"{text} {sentence('report.more', {'count': rest}, lang)}" if rest else text


# --- the rest --------------------------------------------------------------------------------------


def _quiet(rule: RuleResult, lang: str, verbose: bool, colour: bool) -> Iterator[str]:
    told = said.proven(rule, lang) if rule.verdict is Verdict.PROVEN else words("report.nothing", lang)
    mark = MARKS[rule.verdict]
    yield f"{_paint(mark, rule.verdict, colour)} {rule.rule} {said.title(rule.title, lang)}{words('colon', lang)}{told}"
    if verbose:
        yield f"    {said.title(rule.why, lang)}"


def _known(findings: Sequence[Finding], report: Report, lang: str) -> Iterator[str]:
    """How many of the findings just shown the baseline lists."""
    known = sum(finding.fingerprint in report.known for finding in findings)
    if known:
        yield "    " + sentence("report.known.of", {"count": known, "all": len(findings)}, lang)


def _soon(report: Report, lang: str) -> Iterator[str]:
    """What somebody should do about waivers and baseline: waivers that end soon, findings that are gone."""
    if report.ending or report.gone:
        yield ""
    for waiver in report.ending:
        facts: dict[str, Value] = {
            "rule": waiver.rule,
            "date": waiver.expires.isoformat(),
            "owner": waiver.owner,
            "ticket": f" [{waiver.ticket}]" if waiver.ticket else "",
            "where": str(waiver.source or ""),
        }
        yield "! " + sentence("report.ending", facts, lang)
    for gone in report.gone:
        yield "! " + sentence(
            "report.gone",
            {"rule": gone.rule, "id": gone.fingerprint, "title": gone.title, "where": str(gone.source or "")},
            lang,
        )


def _summary(report: Report, lang: str) -> str:
    counts: dict[str, Value] = {
        "violated": report.count(Verdict.VIOLATED),
        "undecided": report.count(Verdict.UNDECIDED),
        "proven": report.count(Verdict.PROVEN),
        "waived": report.waived,
        "na": report.count(Verdict.NOT_APPLICABLE),
    }
    told = sentence("report.summary", counts, lang)
    if report.known:
        told += words("list.separator", lang) + sentence("report.known", {"count": len(report.known)}, lang)
    return told


def footer(report: Report, lang: str) -> Iterator[str]:
    """What the report rests on: packs, inventory, period, counts."""
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
    for one in report.ledgers:
        said: dict[str, Value] = {
            "kind": one.kind,
            "file": one.path,
            "rows": one.rows,
            "digest": one.sha256[:16],
        }
        yield sentence("report.ledger", said, lang)
    if report.first:
        yield sentence("report.period", {"first": iso(report.first), "last": iso(report.last)}, lang)
    if report.assumed:
        facts = {"count": len(report.assumed), "places": few(report.assumed, lang)}
        yield sentence("report.assumed", facts, lang)
    yield words("report.finding-only", lang)
    evidence: dict[str, Value] = {
        "spans": report.coverage.tally.spans, "traces": report.coverage.traces, "flows": report.flows,
        "places": report.places, "met": report.met, "rules": len(report.rules),
    }  # fmt: skip
    summary = (_summary(report, lang), sentence("report.evidence", evidence, lang))
    yield words("clause.separator", lang).join(summary)


def _paint(text: str, verdict: Verdict, colour: bool) -> str:
    return f"\x1b[{COLOURS[verdict]}m{text}\x1b[0m" if colour else text
