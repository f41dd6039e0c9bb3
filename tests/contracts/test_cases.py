"""Every contract type's own cases: what holds, what breaks, what cannot be decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from lineage.contracts import CONTRACTS
from lineage.contracts._contract import Case, Context, Contract
from lineage.findings import Ref, Verdict
from lineage.selection import Jurisdictions
from lineage.testing import sketch

CHINA = Jurisdictions({"domestic": frozenset({"CN"})})
KINDS = {"HOLDS": None, "BREAKS": Verdict.VIOLATED, "UNDECIDED": Verdict.UNDECIDED}


def cases() -> Iterator[Any]:
    for contract in CONTRACTS:
        for kind, verdict in KINDS.items():
            for number, case in enumerate(getattr(contract, kind)):
                name = contract.model_fields["type"].default
                yield pytest.param(
                    contract, case, verdict, id=f"{name} {kind.lower()} {number}: {'; '.join(case[1])}"
                )


@pytest.mark.parametrize(("contract", "case", "verdict"), [*cases()])
def test_case(contract: type[Contract], case: Case, verdict: Verdict | None) -> None:
    fields, lines, expected = case
    checked = contract.model_validate(fields).check(Context(sketch(*lines), CHINA, date(2026, 1, 1)))
    found = {
        part.id if isinstance(part, Ref) else part
        for judgement in checked.judgements
        for part in (judgement.context.get("place"), *judgement.at)
    }

    assert {judgement.verdict for judgement in checked.judgements} == ({verdict} if verdict else set())
    assert checked.flows > 0
    if verdict:
        assert expected in found


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
def test_every_contract_type_has_cases(contract: type[Contract]) -> None:
    assert contract.HOLDS
    assert contract.UNDECIDED
    assert contract.BREAKS or contract.__name__ == "Observed"  # gaps hide, they do not show


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
def test_every_undecided_finding_says_what_is_missing(contract: type[Contract]) -> None:
    for fields, lines, _ in contract.UNDECIDED:
        checked = contract.model_validate(fields).check(Context(sketch(*lines), CHINA, date(2026, 1, 1)))

        assert all(judgement.missing for judgement in checked.judgements)
