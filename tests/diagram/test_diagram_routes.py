"""Violations on the picture: the route in red, chips, notes, and what is said of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagram.pictures import broken_gateway, gateway
from lineage.checking import check
from lineage.diagram import picture
from lineage.diagram.build import build
from lineage.diagram.drawing import Weight, shortened
from lineage.diagram.notation import notation
from lineage.diagram.notes import Outcome
from lineage.diagram.routes import Route, routes
from lineage.diagram.text import Text
from lineage.diagram.views import view
from lineage.findings import Finding, Severity, Verdict, Witness, step
from lineage.graph import FlowGraph
from lineage.meaning import Source, Title
from lineage.packs import load_pack
from lineage.testing import sketch


def finding(
    graph: FlowGraph, *flows: int, verdict: Verdict = Verdict.VIOLATED, waived: bool = False
) -> Finding:
    """A finding whose witness is these flows of the graph."""
    witness = Witness(
        "data.overseas", tuple(step(graph, number, True, graph.flows[number].sources[0]) for number in flows)
    )
    nowhere, title = Source("pack.yaml", 1, 1), Title("t", "标题")
    return Finding(
        "pack/rule", verdict, Severity.BLOCK, title, "report.nothing", {}, (witness,), (), title, (), nowhere,
        nowhere, (), "0" * 16, waived,
    )  # fmt: skip


def test_only_what_is_violated_and_not_waived_is_drawn() -> None:
    graph = sketch("acme[DE] > edge@SG > core@CN")

    drawn = routes(
        graph,
        [
            finding(graph, 0, verdict=Verdict.UNDECIDED),
            finding(graph, 0, 1),
            finding(graph, 1, waived=True),
            finding(graph, 1),
        ],
    )

    assert [(route.id, len(route.hops)) for route in drawn] == [("V1", 2), ("V2", 1)]
    assert Text("nothing in its scope was observed", "未观测到适用范围内的情形") == drawn[0].message


def test_the_route_is_a_lane_and_its_last_step_all_red() -> None:
    weights = {line.id: (line.weight, line.violations) for line in broken_gateway().lines if line.violations}
    titles = {box.id: box.title.en for box in broken_gateway().boxes}
    ends = {line.id: (titles[line.source], titles[line.target]) for line in broken_gateway().lines}

    assert {ends[name]: weight for name, weight in weights.items()} == {
        ("Acme", "edge-gateway-sg"): (Weight.LANE, ("V1", "V2")),
        ("edge-gateway-sg", "Core gateway"): (Weight.LANE, ("V1", "V2")),
        ("Core gateway", "celery training-pool"): (Weight.LANE, ("V2",)),
        ("celery training-pool", "training-pool-writer"): (Weight.LANE, ("V2",)),
        ("training-pool-writer", "Main database"): (Weight.BROKEN, ("V2",)),
        ("Core gateway", "Main database"): (Weight.BROKEN, ("V1",)),
        ("edge-gateway-cn", "Core gateway"): (Weight.LANE, ("V1",)),
        ("Hongyun", "edge-gateway-cn"): (Weight.LANE, ("V1",)),
    }
    assert [box.title.en for box in broken_gateway().boxes if box.broken] == ["Main database"]


def test_a_route_is_drawn_even_where_the_view_would_leave_it_out() -> None:
    graph = sketch("op:support[CN] > core@CN", "acme[DE] > core@CN")
    route = routes(graph, [finding(graph, 0)])

    drawing = build(graph, view("where-inputs-go"), notation(), route, Outcome(0, 0))

    assert [box.id for box in drawing.boxes] == ["E1", "H1", "P1"]
    assert [line.violations for line in drawing.lines if line.violations] == [("V1",)]


def test_a_violation_without_a_path_is_named() -> None:
    graph = sketch("acme[DE] > core@CN")
    route = Route("V1", "pack/rule", Text("a", "甲"), frozenset(), frozenset(), 0, 0, 0)

    drawing = build(graph, view("where-inputs-go"), notation(), [route], Outcome(0, 0))

    assert "Violations without a path on the picture: V1." in [text.en for text in drawing.small]
    assert [note.text.en for note in drawing.notes] == ["V1  rule pack/rule: a"]


def test_places_on_a_route_never_fold() -> None:
    graph = sketch(*(f"acme[DE] > edge@SG > s{number}@SG" for number in range(30)))
    far = next(n for n, flow in enumerate(graph.flows) if graph.id(flow.target) == "service:s29@SG")
    given = view("where-inputs-go").model_copy(update={"fold_above": 5})

    drawing = build(graph, given, notation(), routes(graph, [finding(graph, far)]), Outcome(0, 0))

    assert {"edge", "s29"} <= {box.title.en for box in drawing.boxes}


@pytest.mark.parametrize(
    ("outcome", "with_route", "said"),
    [
        pytest.param(None, False, ("", ""), id="nothing was checked, nothing is claimed"),
        pytest.param(Outcome(0, 4), False, ("✔", "rules proven: 4"), id="proven"),
        pytest.param(Outcome(1, 4), False, ("?", "undecided"), id="one undecided rule and it is not proven"),
        pytest.param(Outcome(0, 0), False, ("?", "undecided"), id="nothing proven is not proven"),
        pytest.param(Outcome(1, 4), True, ("✖", "violations: 1"), id="violated"),
        pytest.param(
            Outcome(0, 4), True, ("✖", "violations: 1"), id="a violation is said whatever else holds"
        ),
    ],
)
def test_the_title_says_the_worst(outcome: Outcome | None, with_route: bool, said: tuple[str, str]) -> None:
    graph = sketch("acme[DE] > core@CN")
    found = routes(graph, [finding(graph, 0)]) if with_route else ()

    drawing = build(graph, view("where-inputs-go"), notation(), found, outcome)

    assert said == (drawing.verdict_mark, drawing.verdict.en)


def test_the_unchecked_picture_says_so() -> None:
    drawing = build(gateway(), view("where-inputs-go"), notation())

    assert drawing.small[0].en == "No policy was checked for this picture."


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        pytest.param(
            Outcome(2, 0), "Undecided rules: 2; what is missing stands in the report.", id="undecided rules"
        ),
        pytest.param(
            Outcome(0, 4, waived=3),
            "Waived findings, not drawn: 3; who answers for them stands in the report.",
            id="waived findings",
        ),
        pytest.param(
            Outcome(0, 4, elsewhere=("us-dsp",)),
            "The border of policy us-dsp runs elsewhere than in this view: colours and verdict may differ.",
            id="a policy with another border",
        ),
    ],
)
def test_what_the_title_does_not_say_stands_below(outcome: Outcome, said: str) -> None:
    drawing = build(sketch("acme[DE] > core@CN"), view("where-inputs-go"), notation(), (), outcome)

    assert said in [text.en for text in drawing.small]


@pytest.mark.parametrize(
    ("ids", "short"),
    [
        pytest.param(("V1",), "V1", id="one"),
        pytest.param(("V1", "V2"), "V1, V2", id="two"),
        pytest.param(("V1", "V2", "V3", "V9", "V10", "V11", "V12"), "V1–V3, V9–V12", id="runs"),
    ],
)
def test_shortened(ids: tuple[str, ...], short: str) -> None:
    assert short == shortened(ids)


def test_a_report_becomes_red_routes_and_a_verdict() -> None:
    graph = sketch("acme[DE] > core@CN > pg", "han[CN] > core@CN > pg", "pg is role=database country=CN")
    report = check(graph, [load_pack("order16")])

    drawing = picture(graph, report=report)

    violated = [one for one in report.findings if one.verdict is Verdict.VIOLATED and not one.waived]
    assert violated
    assert [f"V{number}" for number in range(1, len(violated) + 1)] == [note.id for note in drawing.notes]
    assert ("✖", f"violations: {len(violated)}") == (drawing.verdict_mark, drawing.verdict.en)
    assert {"D1", "P1"} == {box.id for box in drawing.boxes if box.broken}
    assert not any("border of policy" in text.en for text in drawing.small)


def test_a_view_with_another_border_than_the_policy_says_so(tmp_path: Path) -> None:
    graph = sketch("acme[DE] > core@CN")
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "view: lineage-view/1\nid: mine\ntitle: {en: Mine, zh: 我的}\nborder: {domestic: [CN, HK]}\n", "utf-8"
    )

    drawing = picture(graph, str(mine), check(graph, [load_pack("order16")]))

    assert any(text.en.startswith("The border of policy order16 runs elsewhere") for text in drawing.small)
