"""What a case of a contract type must show: the same for the built-in types and for those of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from lineage.contracts._contract import Case, Context, Contract
from lineage.findings import Checked, Ref, Verdict
from lineage.graph import FlowGraph
from lineage.selection import Jurisdictions
from lineage.words import LANGUAGES, MESSAGES, sentence

CHINA = Jurisdictions({"domestic": frozenset({"CN"})})
"""The jurisdiction words of cases."""
TODAY = date(2026, 1, 1)
"""The day of cases."""
CASES: Mapping[str, Verdict | None] = {
    "HOLDS": None,
    "BREAKS": Verdict.VIOLATED,
    "UNDECIDED": Verdict.UNDECIDED,
}
"""The lists of cases of a contract type, and what each finds."""


def wrong_with(contract: type[Contract], kind: str, case: Case, graph: FlowGraph) -> Iterator[str]:
    """What comes out of a case otherwise than its list says.

    Args:
        contract: the contract type.
        kind: the list: `HOLDS`, `BREAKS` or `UNDECIDED`.
        case: the case.
        graph: the graph of its lines.
    """
    fields, _, expected = case
    checked = contract.model_validate(fields).check(Context(graph, CHINA, TODAY))
    wanted = {CASES[kind]} - {None}
    verdicts = {judgement.verdict for judgement in checked.judgements}
    if verdicts != wanted:
        yield f"verdicts are {sorted(verdicts)}, expected {sorted(filter(None, wanted))}"
    if not checked.flows:
        yield "it looked at nothing"
    named = {
        part.id if isinstance(part, Ref) else part
        for judgement in checked.judgements
        for part in (judgement.context.get("place"), *judgement.at)
    }
    if wanted and expected not in named:
        yield f"no finding names {expected!r}"
    for judgement in checked.judgements:
        if judgement.verdict is Verdict.UNDECIDED and not judgement.missing:
            yield f"{judgement.message}: does not say what is missing"
    yield from _unsaid(checked)


def _unsaid(checked: Checked) -> Iterator[str]:
    """Messages that have no words in a language, or whose words leave a gap."""
    for lang in LANGUAGES:
        for judgement in checked.judgements:
            messages = [missing.fact for missing in judgement.missing]
            for witness in judgement.witness:
                messages.append(witness.label)
                messages += [f"doubt.{doubt}" for step in witness.steps for doubt in step.doubts]
            yield from (f"{message!r} has no words" for message in messages if message not in MESSAGES)
            try:
                sentence(judgement.message, judgement.context, lang)
            except KeyError as error:
                yield f"{judgement.message!r} has no words, or they name {error} that the finding does not give"
    if checked.note and checked.note not in MESSAGES:
        yield f"{checked.note!r} has no words"
