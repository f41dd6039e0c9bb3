"""The six questions that a customer or a regulator asks, answered with what was observed and declared.

Each answer is sentences with numbers, a table, the flows that are its evidence, and the verdict of the rules of
pack `baseline` that ask the same. Without these rules it is "not assessed", whatever the facts look like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lineage.checking import VERDICTS, Report
from lineage.findings import Verdict
from lineage.flows import Leg
from lineage.places import PlaceKind
from lineage.report.html import answering
from lineage.report.html.both import Both, both, word
from lineage.report.html.run import CUSTOMERS, Run
from lineage.report.html.values import Table

NOT_ASSESSED = "not-assessed"
WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the rules that ask it, and how it is answered."""

    id: str
    view: str
    """Name of the view that pictures it."""
    rules: tuple[str, ...]
    says: Callable[[Run], Iterator[Both]]
    table: Callable[[Run], Table | None]
    evidence: Callable[[Run, int], bool]
    """Whether a flow that carries customers' data is evidence for the answer."""


def answers(run: Run) -> list[dict[str, Any]]:
    """The questions with their answers."""
    nothing = not run.carrying
    return [
        {
            "id": each.id,
            "view": each.view,
            "question": word(f"html.{each.id}"),
            "verdict": verdict(run.report, each.rules),
            "says": [*_open(run.report, each.rules), *([both("html.q.none")] if nothing else each.says(run))],
            "table": None if nothing else each.table(run),
            "rules": [rule.rule for rule in run.report.rules if rule.rule in each.rules],
        }
        for each in QUESTIONS
    ]


def verdict(report: Report, rules: Sequence[str]) -> str:
    """The worst that the rules say; "not-assessed" where one is not there to say anything, unless another fails."""
    found = [rule for rule in report.rules if rule.rule in rules]
    worst = min((rule.verdict for rule in found if not rule.waived), key=VERDICTS.index, default=None)
    if worst in (Verdict.VIOLATED, Verdict.UNDECIDED):
        return str(worst)
    if len({rule.rule for rule in found}) < len(rules):
        return NOT_ASSESSED
    if any(rule.waived for rule in found):
        return WAIVED
    proven = any(rule.verdict is Verdict.PROVEN for rule in found)
    return str(Verdict.PROVEN if proven else Verdict.NOT_APPLICABLE)


def _open(report: Report, rules: Sequence[str]) -> Iterator[Both]:
    """That nobody assessed it, or a part of it."""
    there = {rule.rule for rule in report.rules}
    missing = tuple(rule for rule in rules if rule not in there)
    if missing:
        yield both("html.q.no-rules") if len(missing) == len(rules) else both("html.q.part", rules=missing)


# --- evidence ---------------------------------------------------------------------------------------


def evidence(run: Run) -> list[int]:
    """For each flow, the questions that it is evidence for, as bits: 1 the first, 2 the second, 4 the third ..."""
    bits = [0] * len(run.graph.flows)
    for number in run.carrying:
        bits[number] = sum(1 << at for at, each in enumerate(QUESTIONS) if each.evidence(run, number))
    return bits


def _touches_domestic(run: Run, number: int) -> bool:
    flow, inside = run.graph.flows[number], run.domestic or frozenset()
    ends = (flow.source, flow.target)
    return any(
        (run.graph.meaning(end).country in inside and run.graph.place(end).kind not in CUSTOMERS)
        or run.graph.place(end).kind is PlaceKind.OPERATOR
        for end in ends
    )


def _is_kept(run: Run, number: int) -> bool:
    return run.graph.flows[number].kept


def _touches_log(run: Run, number: int) -> bool:
    flow = run.graph.flows[number]
    return "log" in (run.graph.meaning(flow.source).role, run.graph.meaning(flow.target).role)


def _trains_on(run: Run, number: int) -> bool:
    flow = run.graph.flows[number]
    return (
        flow.key.purpose in ("training", "fine-tuning", "evaluation")
        or run.graph.meaning(flow.target).role in answering.POOLS
    )


def _goes_to_vendor(run: Run, number: int) -> bool:
    flow, graph = run.graph.flows[number], run.graph
    return flow.key.leg is Leg.REQUEST and (
        bool(run.runner(flow.target)) or graph.place(flow.target).kind is PlaceKind.MODEL
    )


QUESTIONS = (
    Question(
        "q1",
        "where-inputs-go",
        ("baseline/q1-inputs-traced",),
        answering.where,
        answering.by_category,
        lambda run, number: True,
    ),
    Question(
        "q2",
        "domestic-hops",
        ("baseline/q2-domestic-hops",),
        answering.domestic,
        answering.by_country,
        _touches_domestic,
    ),
    Question(
        "q3",
        "what-is-kept",
        ("baseline/q3-retention", "baseline/q3-viewers"),
        answering.kept,
        answering.stores,
        _is_kept,
    ),
    Question(
        "q4",
        "logs",
        ("baseline/q4-logs-redacted-deletable",),
        answering.logging,
        answering.log_table,
        _touches_log,
    ),
    Question(
        "q5",
        "training-use",
        ("baseline/q5-use-beyond-inference", "baseline/no-training-default"),
        answering.training,
        lambda run: None,
        _trains_on,
    ),
    Question(
        "q6",
        "who-can-access",
        ("baseline/q6-underlying-vendors",),
        answering.access,
        answering.vendor_table,
        _goes_to_vendor,
    ),
)
