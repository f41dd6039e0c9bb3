"""How old the evidence is, and which sources nobody labelled: gaps that `observed` works out of the graph itself."""

from __future__ import annotations

from datetime import date

import pytest

from lineage.contracts import Observed
from lineage.contracts._contract import Context
from lineage.findings import Judgement, Verdict
from lineage.selection import Jurisdictions
from lineage.testing import sketch
from lineage.words import sentence

CHINA = Jurisdictions({"domestic": frozenset({"CN"})})
WAY = "acme[DE:personal] > gw@SG > acme"


def judged(limits: dict[str, int], *lines: str) -> tuple[Judgement, ...]:
    rule = Observed.model_validate({"limits": limits})
    return rule.check(Context(sketch(*lines), CHINA, date(2026, 1, 1))).judgements


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(("seen 2026-01-01", WAY), "", id="seen today"),
        pytest.param(("seen 2025-12-02", WAY), "", id="seen on the last day that counts"),
        pytest.param(
            ("seen 2025-12-01", WAY),
            "The newest observation is 31 days old (allowed: 30).",
            id="seen the day before that",
        ),
        pytest.param(("seen 2025-12-01", WAY, "seen 2025-12-30", WAY), "", id="the newest flow counts"),
        pytest.param(
            ("seen 2026-01-02", WAY),
            "How old the evidence is cannot be told: the newest observation has no time, or one after today.",
            id="seen tomorrow: a clock is wrong",
        ),
        pytest.param(
            ("seen 1970-01-01", WAY),
            "How old the evidence is cannot be told: the newest observation has no time, or one after today.",
            id="no time is told",
        ),
        pytest.param(
            ("document pia",),
            "How old the evidence is cannot be told: the newest observation has no time, or one after today.",
            id="nothing was seen",
        ),
    ],
)
def test_age(lines: tuple[str, ...], expected: str) -> None:
    judgements = judged({"age-days": 30}, *lines)

    assert [sentence(one.message, one.context, "en") for one in judgements] == [expected] * bool(expected)
    assert all(one.verdict is Verdict.UNDECIDED and one.missing for one in judgements)


@pytest.mark.parametrize(
    ("gap", "lines", "expected"),
    [
        pytest.param("without-origin", (WAY,), set(), id="declared"),
        pytest.param(
            "without-origin",
            ("acme[?] > gw@SG < rag > acme",),
            {("party:acme", "parties[].origin"), ("store:store@rag", "places[].contents.origin")},
            id="a customer and a store of which nobody says whose data it is",
        ),
        pytest.param(
            "without-class",
            ("acme[DE] > gw@SG < rag > acme", "rag is holds=DE"),
            {("party:acme", "parties[].class"), ("store:store@rag", "places[].contents.class")},
            id="origins without classes",
        ),
        pytest.param(
            "without-class",
            (WAY, "acme > gw > pg", "gw < pg > acme"),
            set(),
            id="a store holds what flowed in, and that is labelled",
        ),
        pytest.param(
            "without-origin",
            ("acme[DE] > gw@SG ?> core@CN", "beta[?] > gw ?> core"),
            {("party:beta", "parties[].origin")},
            id="what may be carried counts",
        ),
    ],
)
def test_sources_without_labels(gap: str, lines: tuple[str, ...], expected: set[tuple[str, str]]) -> None:
    judgements = judged({gap: 0}, *lines)

    assert {(lack.subject.id, lack.key) for one in judgements for lack in one.missing} == expected
