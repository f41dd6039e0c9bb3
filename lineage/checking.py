"""A graph and packs of rules in, a report out (DESIGN.md section 6, docs/explanation/verdicts.md section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from lineage.baseline import Baseline, KnownFinding
from lineage.contracts import Traceable
from lineage.contracts._contract import Context
from lineage.contracts.plugins import checked
from lineage.errors import LineageError
from lineage.findings import SEVERITIES, Checked, Finding, Judgement, Ref, Severity, Verdict, fingerprint, ref
from lineage.flows import Coverage
from lineage.graph import FlowGraph
from lineage.ledgers.schema import LedgerFile
from lineage.meaning import Source, Title
from lineage.packs import Pack, Rule
from lineage.waivers import Ending, Waivers

VERDICTS = (Verdict.VIOLATED, Verdict.UNDECIDED, Verdict.PROVEN, Verdict.NOT_APPLICABLE)
"""Worst first."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What became of one rule."""

    rule: str
    title: Title
    why: Title
    severity: Severity
    verdict: Verdict
    findings: tuple[Finding, ...]
    """Violated first, then by what they are about; waived ones too."""
    flows: int
    """Flows looked at."""
    places: int
    """Places looked at."""
    declassifiers: tuple[str, ...]
    """Declassifiers that took something away."""
    source: Source
    waived: bool = False
    """It holds only because somebody answers for it: its findings, or a declassifier without evidence."""
    note: str = ""
    """What a reader of "proven" should know: a message id of words.py, or ""."""


@dataclass(frozen=True, slots=True)
class PackUsed:
    """Which pack was applied."""

    id: str
    version: str
    reviewed: str
    title: Title
    authority: Title
    digest: str
    mode: str
    jurisdictions: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What the packs say of the graph, with what it rests on."""

    rules: tuple[RuleResult, ...]
    packs: tuple[PackUsed, ...]
    mode: str
    fail_on: Severity
    coverage: Coverage
    flows: int
    places: int
    first: int
    """When the first flow was seen, nanoseconds since the epoch; 0 = not told."""
    last: int
    today: date
    inventory: str
    """Digest of the inventory's files; "" without one."""
    inventory_files: tuple[str, ...]
    unlocated: int
    """Places of which no country is known."""
    ending: tuple[Ending, ...] = ()
    """Waivers that end soon, the nearest first."""
    known: frozenset[str] = frozenset()
    """Fingerprints of findings that the baseline lists: shown like any other, and not counted in the exit code."""
    gone: tuple[KnownFinding, ...] = ()
    """What the baseline lists and is no longer found."""
    assumed: tuple[Ref, ...] = ()
    """Stores and topics that are taken to hold what was seen flowing in and no more, since nothing is declared of their contents."""
    ledgers: tuple[LedgerFile, ...] = ()
    """Files of what was bought, used, sold, paid and left over, where a rule asked for them."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of the rules."""
        return tuple(finding for rule in self.rules for finding in rule.findings)

    def count(self, verdict: Verdict) -> int:
        """Rules of a verdict; those waived are not counted as violated or undecided."""
        return sum(1 for rule in self.rules if rule.verdict is verdict and not rule.waived)

    @property
    def waived(self) -> int:
        """Rules that hold only because findings are waived."""
        return sum(1 for rule in self.rules if rule.waived)

    @property
    def met(self) -> int:
        """Rules that met something: all but the not applicable."""
        return sum(1 for rule in self.rules if rule.verdict is not Verdict.NOT_APPLICABLE)

    @property
    def outcome(self) -> Verdict:
        """Violated, undecided or proven: the worst of the rules, whatever their severity."""
        if self.count(Verdict.VIOLATED):
            return Verdict.VIOLATED
        nothing = not self.coverage.tally.spans and not self.flows
        if nothing or not self.met or self.count(Verdict.UNDECIDED):
            return Verdict.UNDECIDED
        return Verdict.PROVEN

    @property
    def fails(self) -> bool:
        """Whether a rule of the fail level or above is violated and not waived."""
        failing = SEVERITIES[: SEVERITIES.index(self.fail_on) + 1]
        return any(
            r.verdict is Verdict.VIOLATED and not r.waived and r.severity in failing for r in self.rules
        )

    @property
    def exit_code(self) -> int:
        """0 all proven or waived (or violated below the fail level), 1 violated, 3 undecided (DESIGN.md section 7).

        Findings that the baseline lists do not count; that nothing was read, or that no rule met anything, does.
        """
        counted = [(self._counted(rule), rule.severity) for rule in self.rules]
        failing = SEVERITIES[: SEVERITIES.index(self.fail_on) + 1]
        if any(verdict is Verdict.VIOLATED and severity in failing for verdict, severity in counted):
            return 1
        nothing = not self.coverage.tally.spans and not self.flows
        if nothing or not self.met or any(verdict is Verdict.UNDECIDED for verdict, _ in counted):
            return 3
        return 0

    def _counted(self, rule: RuleResult) -> Verdict:
        """A rule's verdict in the exit code: the worst of its findings that are neither waived nor known."""
        if rule.waived:
            return Verdict.PROVEN
        left = [f.verdict for f in rule.findings if not f.waived and f.fingerprint not in self.known]
        if left:
            return min(left, key=VERDICTS.index)
        return Verdict.PROVEN if rule.findings else rule.verdict


def check(
    graph: FlowGraph,
    packs: Sequence[Pack],
    *,
    mode: str = "",
    fail_on: str = "info",
    today: date | None = None,
    baseline: Baseline | None = None,
) -> Report:
    """Check a graph against packs.

    Args:
        graph: the graph.
        packs: the packs, in the order of the report.
        mode: how to read packs that have this mode; "" = each pack's first.
        fail_on: the least severity that makes the outcome "violated"; lesser ones are still shown.
        today: the day on which waivers and evidence must be in date; by default today, UTC.
        baseline: findings that do not count in the exit code.

    Raises:
        LineageError: a mode that no pack has, a waiver that is expired or matches nothing.
    """
    modes = sorted({each for pack in packs for each in pack.modes})
    if mode and mode not in modes:
        raise LineageError.of(f"no pack has a mode {mode!r}", allowed=f"Modes: {', '.join(modes)}")
    if fail_on not in SEVERITIES:
        raise LineageError.of(f"unknown severity {fail_on!r}", allowed=f"Allowed: {', '.join(SEVERITIES)}")
    day = today or datetime.now(UTC).date()
    waivers = Waivers.of(graph.inventory.waivers, day)
    results: list[RuleResult] = []
    used = []
    for pack in packs:
        its_mode = mode if mode in pack.modes else pack.modes[0]
        context = Context(graph, pack.words, day)
        for rule in pack.rules:
            results.append(judge(rule, its_mode, context, waivers))
        used.append(_used(pack, its_mode))
    ids = {pack.id for pack in packs}
    waivers.finish(ids)
    findings = [finding for result in results for finding in result.findings]
    first, last = graph.period
    return Report(
        tuple(results),
        tuple(used),
        mode or (packs[0].modes[0] if packs else ""),
        Severity(fail_on),
        graph.coverage,
        len(graph.flows),
        len(graph.places),
        first,
        last,
        day,
        graph.inventory.digest,
        tuple(graph.inventory.files),
        graph.unlocated,
        waivers.ending,
        baseline.known(f for f in findings if not f.waived) if baseline else frozenset(),
        baseline.gone(findings, ids) if baseline else (),
        tuple(sorted(ref(graph, thing) for thing in graph.assumed)),
        tuple(graph.inventory.ledgers.files) if any(map(_asks_ledgers, packs)) else (),
    )


def _asks_ledgers(pack: Pack) -> bool:
    return any(isinstance(rule.contract, Traceable) for rule in pack.rules)


def judge(rule: Rule, mode: str, context: Context, waivers: Waivers) -> RuleResult:
    """What one rule says of a graph.

    Raises:
        LineageError: a contract type of another distribution failed, or a ledger is wrong.
    """
    return _result(rule, mode, checked(rule.contract_in(mode), context), waivers)


def _result(rule: Rule, mode: str, checked: Checked, waivers: Waivers) -> RuleResult:
    at = rule.source or Source(f"{rule.id.partition('/')[0]}.yaml")
    judgements: Iterable[Judgement] = checked.judgements
    if not checked.judgements and not checked.flows and rule.expect:
        judgements = (Judgement(Verdict.UNDECIDED, "expected", {}, ("expected",)),)
    findings = [_finding(rule, mode, judgement, at) for judgement in judgements]
    findings = sorted(map(waivers.apply, findings), key=lambda f: (VERDICTS.index(f.verdict), f.waived, f.at))
    open_ones = [finding.verdict for finding in findings if not finding.waived]
    if open_ones:
        verdict = min(open_ones, key=VERDICTS.index)
    elif findings:
        verdict = min((finding.verdict for finding in findings), key=VERDICTS.index)
    else:
        verdict = Verdict.PROVEN if checked.flows else Verdict.NOT_APPLICABLE
    return RuleResult(
        rule.id,
        rule.title.title,
        rule.why.title,
        rule.severity_in(mode),
        verdict,
        tuple(findings),
        checked.flows,
        checked.places,
        checked.declassifiers,
        at,
        (bool(findings) and not open_ones) or (not findings and checked.waived),
        checked.note,
    )


def _finding(rule: Rule, mode: str, judgement: Judgement, at: Source) -> Finding:
    return Finding(
        rule.id,
        judgement.verdict,
        rule.severity_in(mode),
        rule.title.title,
        judgement.message,
        judgement.context,
        judgement.witness,
        judgement.missing,
        rule.remedy.title,
        rule.cited,
        judgement.source or at,
        at,
        judgement.at,
        fingerprint(rule.id, judgement.at),
    )


def _used(pack: Pack, mode: str) -> PackUsed:
    sets = tuple((word, tuple(sorted(pack.jurisdictions[word]))) for word in sorted(pack.jurisdictions))
    return PackUsed(
        pack.id, pack.version, pack.reviewed, pack.title.title, pack.authority.title, pack.digest, mode, sets
    )
