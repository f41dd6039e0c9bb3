"""The worked example under examples/ledgers, and the page that documents what a ledger may hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from lineage.cli import lineage
from lineage.ledgers.schema import reference

pytest.importorskip("pyarrow")

ROOT = Path(__file__).resolve().parents[2]
CAPTURE = ROOT / "examples/captures/litellm-v2-clean"


def check(*more: str) -> tuple[int, dict[str, str]]:
    """Exit code and verdicts of the pack supply on the capture."""
    import json

    arguments = ["check", f"{CAPTURE}.pb", "-i", f"{CAPTURE}.lineage.yaml", "-p", "supply", "--today", "2026-11-25", "--format", "json", *more]  # fmt: skip
    result = CliRunner().invoke(lineage, arguments, standalone_mode=False)
    assert result.exception is None, result.exception
    return result.return_value, {rule["id"]: rule["verdict"] for rule in json.loads(result.stdout)["rules"]}


def changed(folder: Path, file: str, old: str, new: str) -> str:
    """The example with one thing changed: the path of its inventory."""
    shutil.copytree(ROOT / "examples/ledgers", folder / "ledgers")
    path = folder / "ledgers" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return str(folder / "ledgers" / "supply.lineage.yaml")


def test_the_example_proves_what_it_has_evidence_for() -> None:
    code, verdicts = check("-i", str(ROOT / "examples/ledgers/supply.lineage.yaml"))

    assert {rule for rule, verdict in verdicts.items() if verdict != "proven"} == {
        "supply/authorised-answer-pack"
    }
    assert (code, len(verdicts)) == (3, 25)


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        pytest.param("upstream-invoices.csv", "7000,", "1400,", {"supply/volume-reconciled"}, id="a fifth of it was bought"),
        pytest.param("upstream-invoices.csv", "Example Gateway Co.", "A. N. Other", {"supply/payment-integrity"}, id="somebody else paid"),
        pytest.param("upstream-invoices.csv", "420.00", "42.00", {"supply/price-anomaly"}, id="too cheap"),
        pytest.param("upstream-usage.csv", "q-0004", "q-9999", {"supply/call-traceable"}, id="a request that the upstream does not know"),
        pytest.param("downstream-usage.csv", "globex-us,qwen-max", "other-us,qwen-max", {"supply/call-traceable", "supply/downstream-billing-matched"}, id="a call booked to another customer"),
        pytest.param("collections.csv", "110.00", "310.00", {"supply/downstream-billing-matched"}, id="more money than orders"),
        pytest.param("supply.lineage.yaml", "[DE, US, SG, CN]", "[DE, SG, CN]", {"supply/region-covers-destination"}, id="not for the US"),
        pytest.param("supply.lineage.yaml", "valid_until: 2026-12-31", "valid_until: 2026-10-31", {
            "supply/authorisation-valid", "supply/call-traceable", "supply/chain-unbroken", "supply/distributor-authority", "supply/failover-authorised",
            "supply/industry-in-scope", "supply/model-name-right", "supply/official-endpoint-only", "supply/region-covers-destination",
            "supply/right-to-aggregate", "supply/right-to-resell", "supply/right-to-white-label", "supply/source-class-declared",
            "supply/upstream-invoice-matched", "supply/upstream-training-term",
        }, id="the contract ended in October"),
    ],
)  # fmt: skip
def test_one_thing_changed_breaks_what_it_should(
    tmp_path: Path, file: str, old: str, new: str, expected: set[str]
) -> None:
    code, verdicts = check("-i", changed(tmp_path, file, old, new))

    assert {rule for rule, verdict in verdicts.items() if verdict == "violated"} == expected
    assert code == 1


def test_ledgers_from_the_command_line() -> None:
    given = [
        f"{kind}={ROOT}/examples/ledgers/{kind}.csv"
        for kind in ("downstream-usage", "upstream-invoices", "stock")
    ]
    _, without = check()
    _, verdicts = check(*(word for one in given for word in ("--ledger", one)))

    assert without["supply/volume-reconciled"] == "undecided"
    assert verdicts["supply/volume-reconciled"] == "proven"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("stock", "--ledger names no file"),
        ("stock=", "--ledger names no file"),
        ("stocks=x.csv", "did you mean 'stock'?"),
        ("stock=nowhere/x.csv", "nowhere/x.csv: the file cannot be read"),
    ],
)
def test_a_wrong_ledger_option(word: str, expected: str) -> None:
    arguments = ["check", f"{CAPTURE}.pb", "-p", "supply", "--ledger", word]
    result = CliRunner().invoke(lineage, arguments, standalone_mode=False)

    assert expected in str(result.exception)


def test_the_page_has_every_column() -> None:
    page = (ROOT / "docs/reference/ledgers.md").read_text(encoding="utf-8")

    assert "\n".join(reference()) in page
