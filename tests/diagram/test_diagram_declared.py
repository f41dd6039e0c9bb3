"""Places and flows that the inventory declares and no trace has shown."""

from __future__ import annotations

import pytest

from lineage.diagram.build import build
from lineage.diagram.drawing import Drawing
from lineage.diagram.notation import notation
from lineage.diagram.views import view
from lineage.flows import FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.places import Place, PlaceKind

ACME = Place(PlaceKind.PARTY, "acme")
CORE = Place(PlaceKind.SERVICE, "core", country="CN")
FLOWS = (FlowKey(ACME, CORE, Leg.REQUEST, sources=frozenset({ACME}), categories=frozenset({"prompt"})),)

PLACES = """
parties: [{name: acme, match: {tenant: acme}, origin: DE}]
places:
  - {name: core, match: {service: core}}
  - {name: nightly, title: {en: Nightly backup, zh: 每夜备份}, match: {host: backup.example}, country: CN, role: backup}
"""


def drawn(text: str, *, declared_only: bool = True) -> Drawing:
    graph = FlowGraph(Flows.of(FLOWS), Inventory.loads([text], ["lineage.yaml"]))
    given = view("where-inputs-go")
    show = given.show.model_copy(update={"declared_only": declared_only})
    return build(graph, given.model_copy(update={"show": show}), notation())


def test_a_place_never_seen_is_drawn_hollow_in_its_country() -> None:
    (box,) = [box for box in drawn(PLACES).boxes if box.declared_only]

    assert (
        box.id, box.title.en, box.cluster, box.details[0].en,
    ) == ("D1", "Nightly backup", ("CN",), "declared, not seen in traces")  # fmt: skip


def test_a_view_may_leave_it_out() -> None:
    assert [box.id for box in drawn(PLACES, declared_only=False).boxes] == ["E1", "P1"]


@pytest.mark.parametrize(
    ("flow", "hollow"),
    [
        pytest.param(
            "{from: core, to: nightly}", [("P1", "D1")], id="between two boxes that were never seen to speak"
        ),
        pytest.param("{from: {tenant: acme}, to: core}", [], id="not where the flow was seen"),
        pytest.param("{from: core, to: {service: other}}", [], id="not to what is not on the picture"),
    ],
)
def test_declared_flows(flow: str, hollow: list[tuple[str, str]]) -> None:
    drawing = drawn(f"{PLACES}flows: [{{match: {flow}, category: log}}]\n")

    assert hollow == [(line.source, line.target) for line in drawing.lines if line.declared_only]
