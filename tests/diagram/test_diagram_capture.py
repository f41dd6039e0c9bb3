"""The real capture of examples/captures, from its spans to the picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineage.diagram import picture
from lineage.diagram.drawing import Drawing
from lineage.diagram.scene import Origin, Side
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.pipeline import read_flows

CAPTURES = Path(__file__).parent.parent.parent / "examples" / "captures"


@pytest.fixture(scope="module")
def mixed() -> Drawing:
    inventory = Inventory.load([CAPTURES / "fastapi-mixed.lineage.yaml"])
    flows = read_flows([CAPTURES / "fastapi-mixed.jsonl"], tenant_keys=inventory.tenant_keys)
    return picture(FlowGraph(flows, inventory))


def test_jurisdictions_from_left_to_right(mixed: Drawing) -> None:
    assert [("+".join(cluster.key), cluster.side) for cluster in mixed.clusters] == [
        ("DE", Side.OVERSEAS), ("SG", Side.OVERSEAS), ("US", Side.OVERSEAS), ("?", Side.UNKNOWN), ("CN", Side.DOMESTIC),
    ]  # fmt: skip


def test_one_border_and_one_gate(mixed: Drawing) -> None:
    assert [f"{gate.id} {gate.title}" for gate in mixed.gates] == ["B1 SG ⇄ CN"]
    (line,) = [line for line in mixed.lines if line.gate]
    titles = {box.id: box.title.en for box in mixed.boxes}
    assert (titles[line.source], titles[line.target]) == ("Overseas edge", "Core gateway")


def test_stores_are_shared_by_both_origins(mixed: Drawing) -> None:
    titles = {box.id: box.title.en for box in mixed.boxes}
    origins = {
        titles[line.target]: line.origins for line in mixed.lines if titles[line.source] == "Core gateway"
    }
    both = Origin.OVERSEAS | Origin.DOMESTIC

    shared = ("Main PostgreSQL", "Response cache", "Object store", "Training pool queue")
    assert [both] * 4 == [origins[name] & both for name in shared]


def test_the_tables_of_the_database_are_in_one_box(mixed: Drawing) -> None:
    (database,) = [box for box in mixed.boxes if box.title.en == "Main PostgreSQL"]
    details = [text.en for text in database.details]

    assert {"api_keys", "conversations", "training_samples", "usage_ledger"} <= set(details)
    assert details[0] == "database, training pool, retention not declared"
