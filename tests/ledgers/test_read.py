"""Ledgers from CSV and Parquet: what comes in, and every way in which a file is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from lineage.errors import LineageError  # noqa: E402
from lineage.ledgers.read import read_ledgers  # noqa: E402
from lineage.ledgers.rows import Ledgers, month_text  # noqa: E402
from lineage.ledgers.sums import Sum, totals  # noqa: E402

USAGE = "time,tenant,model,tokens\n"
GOOD = "2026-11-01T10:30:00Z,acme,qwen,5\n"


def write(folder: Path, text: str | bytes, name: str = "usage.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_a_csv_file(tmp_path: Path) -> None:
    text = 'invoice,period,model,tokens,amount\n7,2026-11,"qwen, max",1000,9.50\n8,2026-12,qwen,,\n'
    ledgers = read_ledgers([("upstream-invoices", write(tmp_path, text))])
    rows = ledgers.rows["upstream-invoices"]

    assert [ledgers.text("model", n) for n in rows.columns["model"]] == ["qwen, max", "qwen"]
    assert [month_text(n) for n in rows.columns["period"].tolist()] == ["2026-11", "2026-12"]
    assert rows.columns["tokens"].tolist() == [1000, -1]
    assert rows.columns["calls"].tolist() == [-1, -1]
    assert rows.columns["amount"].tolist()[0] == 9.5
    assert [(one.kind, one.rows, len(one.sha256)) for one in ledgers.files] == [("upstream-invoices", 2, 64)]


@pytest.mark.parametrize(
    ("cell", "hour"),
    [
        ("1970-01-01T01:59:59Z", 1),
        ("1970-01-01 01:00Z", 1),
        ("1970-01-02T00:00:00.123456789+08:00", 16),
        ("1970-01-01T01:00:00+0000", 1),
        ("1969-12-31T23:59:59Z", -1),
    ],
)
def test_times_are_hours_in_utc(tmp_path: Path, cell: str, hour: int) -> None:
    ledgers = read_ledgers([("downstream-usage", write(tmp_path, f"{USAGE}{cell},acme,qwen,5\n"))])

    assert ledgers.column("downstream-usage", "time").tolist() == [hour]


def test_without_a_column_of_calls_each_row_is_one(tmp_path: Path) -> None:
    one = write(tmp_path, USAGE + GOOD * 2, "one.csv")
    other = write(
        tmp_path,
        "time,tenant,model,calls\n2026-11-01T10:30Z,acme,qwen,7\n2026-11-01T10:30Z,acme,qwen,\n",
        "b.csv",
    )
    ledgers = read_ledgers([("downstream-usage", one), ("downstream-usage", other)])

    assert ledgers.column("downstream-usage", "calls").tolist() == [1, 1, 7, -1]
    assert ledgers.column("downstream-usage", "tokens").tolist() == [5, 5, -1, -1]


def test_parquet_in_its_own_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "invoice": pa.array(["7", "8"]).dictionary_encode(),
            "period": pa.array([date(2026, 11, 1), date(2026, 12, 1)]),
            "model": pa.array(["qwen", "qwen"], pa.large_string()),
            "tokens": pa.array([1000, None], pa.uint32()),
            "amount": pa.array([Decimal("9.50"), None]),
            "paid": pa.nulls(2),
        }
    )
    pq.write_table(table, tmp_path / "any.name")
    ledgers = read_ledgers([("upstream-invoices", tmp_path / "any.name")])

    sums = totals(ledgers, "upstream-invoices", "tokens", ("model", "period"))

    assert sums == {("qwen", 682): Sum(1000, True, 1), ("qwen", 683): Sum(0, False, 1)}
    assert ledgers.column("upstream-invoices", "paid").tolist() == [-1, -1]


def test_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    pq.write_table(
        pa.table(
            {
                "time": pa.array([datetime(2026, 11, 1, 10, 30, tzinfo=UTC)], pa.timestamp("ms", "UTC")),
                "tenant": ["acme"],
                "model": ["qwen"],
                "tokens": [5],
            }
        ),
        tmp_path / "usage.parquet",
    )
    by = ("tenant", "model", "time", "period")
    same = [
        totals(read_ledgers([("downstream-usage", path)]), "downstream-usage", "tokens", by)
        for path in (write(tmp_path, USAGE + GOOD), str(tmp_path / "usage.parquet"))
    ]

    assert same[0] == same[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", ": the file is empty", id="an empty file"),
        pytest.param(USAGE, ": the ledger has no rows", id="a header alone"),
        pytest.param("time,tenant,modle,tokens\n" + GOOD, ":1: unknown column 'modle'", id="an unknown column"),
        pytest.param("time,tenant,modle,tokens\n" + GOOD, "did you mean 'model'?", id="and what was meant"),
        pytest.param("time,tenant,tokens\n2026-11-01T10:30Z,acme,5\n", ":1: column 'model' is missing", id="a missing column"),
        pytest.param("time,tenant,model,tokens,tokens\n" + GOOD.strip() + ",5\n", "column 'tokens' is there more than once", id="a column twice"),
        pytest.param(USAGE.replace(",", ";") + GOOD.replace(",", ";"), "separate columns by commas", id="semicolons"),
        pytest.param(USAGE + GOOD + "2026-11-01T10:30Z,acme,qwen\n", ":3: the row has 3 cells. The header has 4", id="a short row"),
        pytest.param(USAGE + GOOD + "\n" + GOOD, ":3: column 'time': the cell is empty", id="an empty line"),
        pytest.param(USAGE + GOOD + GOOD.replace(",5", ",-5"), ":3: column 'tokens': a negative number. allowed is a whole number", id="a negative number"),
        pytest.param(USAGE + GOOD.replace(",5", ",5.5"), ":2: column 'tokens': a number with a fraction", id="a fraction"),
        pytest.param(USAGE + GOOD.replace(",5", ",1e9"), ":2: column 'tokens': digits in another form", id="an exponent"),
        pytest.param(USAGE + GOOD.replace(",5", ",many"), ":2: column 'tokens': text", id="text for a number"),
        pytest.param(USAGE + GOOD.replace(",5", ", 5"), ":2: column 'tokens': text", id="a blank before the number"),
        pytest.param(USAGE + GOOD.replace(",5", "," + "9" * 16), ":2: column 'tokens': a number in another form", id="a number too large"),
        pytest.param(USAGE + GOOD.replace("acme", ""), ":2: column 'tenant': the cell is empty", id="an empty cell that is required"),
        pytest.param(USAGE + GOOD.replace(":00Z", ":00"), ":2: column 'time': digits in another form. allowed is a time with its zone", id="a time without a zone"),
        pytest.param(USAGE + GOOD * 3 + GOOD.replace("-11-01", "-02-30"), ":5: column 'time': this is out of range", id="the 30th of February"),
        pytest.param(USAGE + GOOD.replace("qwen", "q" * 257), ":2: column 'model': the text is too long", id="a text too long"),
        pytest.param((USAGE + GOOD).encode("utf-16"), "neither CSV in UTF-8 nor Parquet", id="UTF-16"),
        pytest.param((USAGE + GOOD.replace("acme", "acm\xe9")).encode("latin-1"), "neither CSV in UTF-8 nor Parquet", id="Latin-1"),
        pytest.param(b"PAR1 and nothing more", "the Parquet file is broken", id="a torn Parquet file"),
    ],
)  # fmt: skip
def test_a_wrong_file_says_where_and_what(tmp_path: Path, text: str | bytes, expected: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(LineageError) as caught:
        read_ledgers([("downstream-usage", path)])

    assert (path + expected if expected.startswith(":") else expected) in str(caught.value)
    assert "many" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        pytest.param("tokens", pa.array([5, -1]), "row 2: column 'tokens': the number is negative", id="negative"),
        pytest.param("tokens", pa.array([5.0, 1.0]), "column 'tokens': cells of type double", id="floats for counts"),
        pytest.param("tokens", pa.array([True, False]), "column 'tokens': cells of type bool", id="booleans"),
        pytest.param("amount", pa.array([1.0, float("inf")]), "row 2: column 'amount': the number is not finite", id="infinite money"),
        pytest.param("model", pa.array(["qwen", None]), "row 2: column 'model': the cell is empty", id="null where a cell is required"),
        pytest.param("period", pa.array(["2026-11", "2026-13"]), "row 2: column 'period': digits in another form", id="a thirteenth month"),
    ],
)  # fmt: skip
def test_a_wrong_parquet_file_says_the_row(tmp_path: Path, column: str, values: Any, expected: str) -> None:
    columns = {"invoice": ["7", "8"], "period": ["2026-11", "2026-12"], "model": ["qwen", "qwen"]}
    pq.write_table(pa.table({**columns, column: values}), tmp_path / "invoices")
    with pytest.raises(LineageError) as caught:
        read_ledgers([("upstream-invoices", tmp_path / "invoices")])

    assert expected in str(caught.value)


def test_times_of_parquet_need_a_zone(tmp_path: Path) -> None:
    times = pa.array([datetime(2026, 11, 1)], pa.timestamp("us"))
    pq.write_table(pa.table({"time": times, "tenant": ["acme"], "model": ["qwen"]}), tmp_path / "usage")
    with pytest.raises(LineageError, match="times without a zone"):
        read_ledgers([("downstream-usage", tmp_path / "usage")])


def test_all_problems_of_all_files_at_once(tmp_path: Path) -> None:
    one = write(tmp_path, "time,tenant,model,tokens,calls\n2026-11-01,acme,qwen,x,y\n", "one.csv")
    with pytest.raises(LineageError) as caught:
        read_ledgers([("downstream-usage", one), ("stock", tmp_path / "not-there.csv")])

    assert [problem.what.partition(":")[0] for problem in caught.value.problems] == [
        "column 'time'",
        "column 'tokens'",
        "column 'calls'",
        "the file cannot be read",
    ]


def test_an_invoice_twice_is_refused_over_all_files(tmp_path: Path) -> None:
    head = "invoice,period,model,tokens\n"
    one = write(tmp_path, head + "7,2026-11,qwen,1\n7,2026-11,other,1\n", "one.csv")
    two = write(tmp_path, head + "8,2026-11,qwen,1\n7,2026-11,qwen,1\n7,2026-11,other,1\n", "two.csv")
    with pytest.raises(LineageError) as caught:
        read_ledgers([("upstream-invoices", one), ("upstream-invoices", two)])

    assert str(caught.value).startswith(
        f"{two}:3: the same invoice, period, model as in {one}:2, and 1 rows more repeat others"
    )


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    one, two = (write(tmp_path, USAGE + GOOD, name) for name in ("one.csv", "copy.csv"))
    with pytest.raises(LineageError, match=r"copy\.csv: this is the same as .*one\.csv"):
        read_ledgers([("downstream-usage", one), ("downstream-usage", two)])


def test_texts_have_one_number_in_all_ledgers(tmp_path: Path) -> None:
    sold = write(
        tmp_path,
        "time,tenant,model,request\n2026-11-01T10:30Z,acme,b,r1\n2026-11-01T10:30Z,acme,a,r2\n",
        "s.csv",
    )
    used = write(tmp_path, "time,model,request\n2026-11-01T10:30Z,a,r2\n2026-11-01T10:30Z,b,\n", "u.csv")
    ledgers = read_ledgers([("upstream-usage", used), ("downstream-usage", sold)])
    up, down = ledgers.rows["upstream-usage"].columns, ledgers.rows["downstream-usage"].columns

    assert up["model"].tolist() == down["model"].tolist()[::-1]
    assert up["request"].tolist() == [down["request"].tolist()[1], -1]
    assert ledgers.words["request"] == ()


def test_no_files_are_no_ledgers() -> None:
    assert not read_ledgers([])
    assert Ledgers() == read_ledgers([])


def test_an_unknown_kind() -> None:
    with pytest.raises(LineageError, match="there is no kind of ledger 'invoices'"):
        read_ledgers([("invoices", "x.csv")])
