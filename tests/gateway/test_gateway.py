"""The example gateway, end to end: the clean one is proven, each leak is violated where it leaks, and no content is in a span."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from installed import needs_gateway

from examples.gateway.variants import VARIANTS
from lineage import FlowGraph, Inventory, load_pack, read_flows
from lineage.checking import Report, check
from lineage.findings import Finding, Ref, Verdict

pytestmark = [pytest.mark.slow, needs_gateway]


@pytest.fixture(scope="module")
def spans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the spans of the variants are."""
    return tmp_path_factory.mktemp("gateway")


@cache
def report_of(variant: str, folder: Path) -> Report:
    """What order16 says of a variant, run once."""
    from examples.gateway.__main__ import run

    run(VARIANTS[variant], folder / variant)
    inventory = Inventory.load(["examples/gateway/lineage.yaml"])
    graph = FlowGraph(read_flows([folder / variant]), inventory)
    return check(graph, [load_pack("order16")], today=date(2026, 11, 25))


def violated(report: Report) -> set[str]:
    """Rules that are violated."""
    return {rule.rule.removeprefix("order16/") for rule in report.rules if rule.verdict is Verdict.VIOLATED}


def place(finding: Finding) -> str:
    """Where it is."""
    where = finding.context["place"]
    assert isinstance(where, Ref)
    return where.en


def test_the_clean_gateway_is_proven(spans: Path) -> None:
    report = report_of("clean", spans)

    assert report.exit_code == 0
    assert {rule.rule: str(rule.verdict) for rule in report.rules if rule.verdict is not Verdict.PROVEN} == {
        "order16/no-shared-training-pool": "not-applicable"  # overseas data got to none
    }
    assert report.coverage.tally.spans > 90


SHARED = {"no-shared-store", "no-shared-log", "no-shared-cache-backup", "mixed-artefacts-not-returned"}
"""What breaks wherever the overseas core works on domestic data: it keeps what it answers."""


@pytest.mark.parametrize(
    ("variant", "rules", "rule", "places"),
    [
        pytest.param(
            "domestic-signup",
            {"no-domestic-user", *SHARED},
            "no-domestic-user",
            {"Overseas edge", "Overseas core", "Qwen server"},
            id="a mainland customer at the overseas edge",
        ),
        pytest.param(
            "domestic-crm",
            {"no-domestic-business-data", *SHARED},
            "no-domestic-business-data",
            {"Overseas edge", "Overseas core", "Qwen server"},
            id="the customer list of the mainland business",
        ),
        pytest.param(
            "shared-cache",
            {"no-domestic-business-data", "no-shared-training-pool", *SHARED},
            "no-shared-cache-backup",
            {"Mainland cache"},
            id="one cache for both",
        ),
        pytest.param(
            "shared-training",
            {"no-domestic-user", "no-domestic-business-data", "no-shared-store", "no-shared-training-pool"},
            "no-shared-training-pool",
            {"Training pool pool"},
            id="one training pool for both",
        ),
        pytest.param(
            "debug-copy",
            {"no-operator-copy-out", "no-workstation-copy"},
            "no-operator-copy-out",
            {"Engineers on call"},
            id="a copy on a laptop",
        ),
    ],
)
def test_a_leak_is_violated_at_its_place(
    spans: Path, variant: str, rules: set[str], rule: str, places: set[str]
) -> None:
    report = report_of(variant, spans)
    (result,) = [each for each in report.rules if each.rule == f"order16/{rule}"]

    assert report.exit_code == 1
    assert violated(report) == rules
    found = [finding for finding in result.findings if finding.verdict is Verdict.VIOLATED]
    assert {place(finding) for finding in found} == places
    assert all(step.established for finding in found for witness in finding.witness for step in witness.steps)


def test_the_way_of_a_leak_is_drawn_from_the_customer_to_the_laptop(spans: Path) -> None:
    (finding,) = [
        f
        for f in report_of("debug-copy", spans).findings
        if f.rule == "order16/no-workstation-copy" and f.verdict is Verdict.VIOLATED
    ]
    (way,) = [
        [witness.steps[0].source.en, *(step.target.en for step in witness.steps)]
        for witness in finding.witness
    ]

    assert way == [
        "Acme (EU customer) (acme-eu)", "Overseas edge", "Overseas core", "Overseas database gateway/conversations",
        "Operations console", "Laptop of an engineer debug-copy",
    ]  # fmt: skip


def test_no_span_holds_what_customers_asked_or_were_answered(spans: Path) -> None:
    report_of("clean", spans)
    text = "".join(file.read_text("utf-8") for file in sorted((spans / "clean").iterdir()))

    assert [
        word
        for word in ("warranty", "my contract", "thinks", "Hangzhou prefers", "key-acme", "within a second")
        if word in text
    ] == []
    assert "training_samples" in text
