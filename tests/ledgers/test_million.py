"""A million rows a side: read, summed and joined as columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow")
csv = pytest.importorskip("pyarrow.csv")

from lineage.ledgers.read import read_ledgers  # noqa: E402
from lineage.ledgers.rows import month_number  # noqa: E402
from lineage.ledgers.sums import Joined, joined, totals  # noqa: E402

ROWS = 1_000_000
LOST = 1_000
MODELS = 4


@pytest.mark.slow
def test_a_million_rows_are_read_summed_and_joined(tmp_path: Path) -> None:
    number = np.arange(ROWS)
    seconds = np.datetime64("2026-11-01T00:00:00") + (number % (30 * 86400))
    table = pa.table(
        {
            "time": np.char.add(seconds.astype(str), "Z"),
            "tenant": pa.array(np.char.add("t", (number % 500).astype(str))),
            "model": pa.array(np.char.add("m", (number % MODELS).astype(str))),
            "request": pa.array(np.char.add("request-", number.astype(str))),
            "tokens": number % 1000,
        }
    )
    csv.write_csv(table, tmp_path / "sold.csv")
    csv.write_csv(table.slice(0, ROWS - LOST).drop_columns("tenant"), tmp_path / "used.csv")
    ledgers = read_ledgers(
        [("downstream-usage", tmp_path / "sold.csv"), ("upstream-usage", tmp_path / "used.csv")]
    )
    november = month_number("2026-11")
    sums = totals(ledgers, "downstream-usage", "tokens", ("period",))

    assert [(one.rows, one.value) for one in sums.values()] == [(ROWS, ROWS // 1000 * 499_500)]
    assert joined(ledgers) == {
        (f"m{model}", november): Joined(ROWS // MODELS, LOST // MODELS, True) for model in range(MODELS)
    }
