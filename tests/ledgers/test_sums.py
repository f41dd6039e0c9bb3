"""Sums over ledgers and the join of what was sold to what was recorded, against a plain reading of the same rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.ledgers.rows import Ledgers
from lineage.ledgers.sums import Joined, around, group, joined, totals

Row = Mapping[str, str]


def usage(*rows: str) -> list[Row]:
    """Rows `hour tenant model request calls`; - = empty."""
    made: list[Row] = []
    for row in rows:
        hour, tenant, model, request, calls = row.split()
        cells = {"tenant": tenant, "model": model, "request": request, "calls": calls}
        made.append(
            {"time": f"2026-11-01T{hour}:00Z", **{k: "" if v == "-" else v for k, v in cells.items()}}
        )
    return made


def both(down: Sequence[Row], up: Sequence[Row]) -> Ledgers:
    return Ledgers.of(
        [*(("downstream-usage", row) for row in down), *(("upstream-usage", row) for row in up)]
    )


@pytest.mark.parametrize(
    ("down", "up", "expected"),
    [
        pytest.param(["10 acme q r1 1"], ["10 - q r1 1"], (1, 0, True), id="by the id of the request"),
        pytest.param(["10 acme q r1 1"], ["23 - q r1 1"], (1, 0, True), id="an id joins at any hour"),
        pytest.param(["10 acme q r1 1"], ["10 - q r2 1"], (1, 1, True), id="an id that the upstream does not know"),
        pytest.param(["10 acme q r1 1"], ["10 - other r1 1"], (1, 1, True), id="an id of another model"),
        pytest.param(["10 acme q r1 1", "10 beta q r1 1"], ["10 - q r1 1"], (2, 1, True), id="one request sold twice"),
        pytest.param(["10 acme q - 3"], ["10 - q - 3"], (3, 0, True), id="by model and hour"),
        pytest.param(["10 acme q - 3"], ["11 - q - 3"], (3, 3, True), id="another hour"),
        pytest.param(["10 acme q - 3", "10 beta q - 1"], ["10 - q - 3"], (4, 1, True), id="more than was recorded"),
        pytest.param(["10 acme q - 1", "10 beta q - 1"], ["10 acme q - 2"], (2, 1, True), id="by customer where all rows name one"),
        pytest.param(["10 acme q - 2"], ["10 acme q - 1", "10 - q - 1"], (2, 0, True), id="a row without a customer may be anybody's"),
        pytest.param(["10 acme q r1 1", "10 acme q - 1"], ["10 - q r1 1"], (2, 1, True), id="a request is not spent twice"),
        pytest.param(["10 acme q - 1"], ["10 - q r1 1"], (1, 0, True), id="an id on one side only"),
        pytest.param(["10 acme q - -"], ["10 - q - 1"], (0, 0, False), id="calls that are not told"),
        pytest.param(["10 acme q - 1"], ["10 - q - -"], (1, 1, False), id="calls that the upstream does not tell"),
    ],
)  # fmt: skip
def test_what_was_sold_joins_to_what_was_recorded(
    down: list[str], up: list[str], expected: tuple[int, int, bool]
) -> None:
    assert joined(both(usage(*down), usage(*up))) == {("q", 682): Joined(*expected)}


rows = st.builds(
    "{} {} {} {} {}".format,
    st.integers(10, 12),
    st.sampled_from(["acme", "beta"]),
    st.sampled_from(["q", "p"]),
    st.sampled_from(["-", "r1", "r2", "r3"]),
    st.integers(0, 3),
)


@given(st.lists(rows, min_size=1, max_size=12), st.lists(rows, min_size=1, max_size=12))
def test_the_join_agrees_with_a_plain_reading(down: list[str], up: list[str]) -> None:
    sold, recorded = usage(*down), usage(*up)
    have: Counter[tuple[str, ...]] = Counter()
    asked = {row["request"] for row in sold} - {""}
    for row in recorded:
        if row["request"] in asked:
            have["id", row["request"], row["model"]] += int(row["calls"])
        else:
            have["hour", row["tenant"], row["model"], row["time"]] += int(row["calls"])
    expected: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in sold:
        if row["request"]:
            key: tuple[str, ...] = ("id", row["request"], row["model"])
        else:
            key = ("hour", row["tenant"], row["model"], row["time"])
        calls = int(row["calls"])
        met = min(calls, have[key])
        have[key] -= met
        expected[row["model"]][0] += calls
        expected[row["model"]][1] += calls - met

    assert {
        model: [one.sold, one.unmatched] for (model, _), one in joined(both(sold, recorded)).items()
    } == expected


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-5, 5)), min_size=1, max_size=20))
def test_groups_are_the_distinct_rows_in_order(pairs: list[tuple[int, int]]) -> None:
    groups, which = group(*(np.array(column) for column in zip(*pairs, strict=True)))
    distinct = list(zip(*(column.tolist() for column in groups), strict=True))

    assert distinct == sorted(set(pairs))
    assert [distinct[n] for n in which] == pairs


def test_hours_and_their_neighbours() -> None:
    ledgers = both(usage("10 acme q - 1", "11 acme q - 2", "13 acme q - 4", "11 beta q - 8"), [])
    ten = 498202  # 2026-11-01T10

    assert around(ledgers, "downstream-usage", {"tenant": "acme", "model": "q"}, [ten - 1, ten, ten + 2]) == [
        1,
        3,
        6,
    ]
    assert around(ledgers, "downstream-usage", {"model": "q"}, [ten]) == [11]
    assert around(ledgers, "downstream-usage", {"tenant": "nobody", "model": "q"}, [ten]) == [0]


def test_a_kind_that_nobody_gave_sums_to_nothing() -> None:
    assert totals(Ledgers(), "stock", "opening_tokens", ("model",)) == {}


def test_putting_ledgers_together_renumbers_texts() -> None:
    one = Ledgers.of(
        [("upstream-invoices", {"invoice": "7", "period": "2026-11", "model": "a", "tokens": "1"})]
    )
    other = Ledgers.of(
        [
            ("upstream-invoices", {"invoice": "8", "period": "2026-11", "model": "b", "tokens": "2"}),
            ("upstream-invoices", {"invoice": "9", "period": "2026-11", "model": "a", "tokens": "4"}),
        ]
    )
    sums = totals(one.plus(other), "upstream-invoices", "tokens", ("model",))

    assert {key: each.value for key, each in sums.items()} == {("a",): 5, ("b",): 2}
