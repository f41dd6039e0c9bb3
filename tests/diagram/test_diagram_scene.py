"""What a view shows of a graph: boxes, links, sides, origins, and what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lineage.diagram.build import build
from lineage.diagram.drawing import Drawing
from lineage.diagram.notation import notation
from lineage.diagram.scene import Origin, Side
from lineage.diagram.views import Show, View, view
from lineage.flows import FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.places import Place, PlaceKind
from lineage.testing import Facts, sketch

CHAIN = "acme[DE] > edge@SG > core@CN > pg/users"


def drawn(*lines: str, show: Show | None = None, fold_above: int = 40) -> Drawing:
    """The picture of a sketch."""
    given = view("where-inputs-go")
    changed = given.model_copy(update={"show": show or given.show, "fold_above": fold_above})
    return build(sketch(*lines), View.model_validate(changed), notation())


def boxes(drawing: Drawing) -> list[str]:
    """`id title @jurisdiction column` of each box, in English."""
    return [f"{box.id} {box.title.en} @{'+'.join(box.cluster)} {box.column}" for box in drawing.boxes]


def lines(drawing: Drawing) -> list[str]:
    """Each line in a few words: ids of its ends, gate, how it is drawn, what it says."""
    result = []
    for line in drawing.lines:
        marks = [word for word in ("metadata", "possible", "declared_only") if getattr(line, word)]
        ways = [line.source, line.gate, line.target] if line.gate else [line.source, line.target]
        origins = [origin.name.lower() for origin in Origin if origin in line.origins and origin.name]
        said = " / ".join(text.en for text in line.texts)
        result.append(" ".join([line.id, ">".join(ways), "+".join(origins) or "none", *marks, f"[{said}]"]))
    return result


@pytest.mark.parametrize(
    ("sketched", "expected"),
    [
        pytest.param(
            [CHAIN, "pg is country=CN"],
            ["D1 postgresql pg @CN 4", "E1 acme @DE 0", "P1 edge @SG 1", "P2 core @CN 3"],
            id="columns count the distance from the customer, with one for the border",
        ),
        pytest.param(
            ["han[CN] > core@CN > pg", "pg is country=CN"],
            ["D1 postgresql pg @CN 2", "E1 han @CN 0", "P1 core @CN 1"],
            id="without anything overseas the mainland begins with its customers",
        ),
        pytest.param(
            [CHAIN, "han[CN] > core@CN"],
            ["D1 postgresql pg @? 4", "E1 acme @DE 0", "E2 han @CN 4", "P1 edge @SG 1", "P2 core @CN 3"],
            id="a store nobody located stands in no jurisdiction",
        ),
        pytest.param(
            ["who[?] > edge@SG"],
            ["E1 who @? 0", "P1 edge @SG 1"],
            id="a customer of unknown origin stands in no jurisdiction",
        ),
        pytest.param(
            ["caller:edge@SG > edge@SG"],
            ["E1 Caller not in the telemetry @? 0", "P1 edge @SG 1"],
            id="a caller that telemetry does not show is drawn",
        ),
        pytest.param(
            ["acme[DE+FR] > edge@SG"],
            ["E1 acme @DE+FR 0", "P1 edge @SG 1"],
            id="customers in two overseas countries stand in both",
        ),
        pytest.param(
            ["acme[DE+CN] > edge@SG"],
            ["E1 acme @? 0", "P1 edge @SG 1"],
            id="customers on both sides of the border stand on neither",
        ),
        pytest.param(
            ["acme[DE] > edge@SG > pg/users", "acme > edge@SG > pg/orders"],
            ["D1 postgresql pg @? 2", "E1 acme @DE 0", "P1 edge @SG 1"],
            id="tables of one database are one box",
        ),
        pytest.param(
            ["acme[DE] > edge@SG > remote:api.example", "remote:api.example is vendor=Example country=US"],
            ["E1 acme @DE 0", "P1 edge @SG 1", "S1 api.example @US 2"],
            id="a vendor's place is a sub-processor",
        ),
        pytest.param(
            ["op:support[CN] > core@CN", "acme[DE] > core@CN"],
            ["E1 acme @DE 0", "P1 core @CN 2"],
            id="what carries no customer's data is not part of this view",
        ),
    ],
)
def test_boxes(sketched: Sequence[str], expected: Sequence[str]) -> None:
    assert expected == boxes(drawn(*sketched))


@pytest.mark.parametrize(
    ("sketched", "expected"),
    [
        pytest.param(
            [CHAIN, "pg is country=CN"],
            [
                "F1 E1>P1 overseas [category unknown]",
                "F2 P1>B1>P2 overseas [category unknown]",
                "F3 P2>D1 overseas [category unknown]",
            ],
            id="a flow across the border goes through a gate",
        ),
        pytest.param(
            ["acme[DE] > edge@SG > acme"],
            ["F1 E1>P1 overseas [category unknown ⇄]"],
            id="question and answer are one line",
        ),
        pytest.param(
            ["who[?] > edge@SG"],
            ["F1 E1>P1 unknown [category unknown / origin unknown]"],
            id="an unknown origin is named",
        ),
        pytest.param(
            ["acme[DE] > edge@SG ?> core@CN"],
            [
                "F1 E1>P1 overseas [category unknown]",
                "F2 P1>B1>P2 overseas possible [possible: category unknown]",
            ],
            id="a possible flow is dashed",
        ),
        pytest.param(
            ["acme[DE] > edge@SG > core@CN", "acme ?> edge@SG ?> core@CN"],
            ["F1 E1>P1 overseas [category unknown]", "F2 P1>B1>P2 overseas [category unknown]"],
            id="what is sure is not drawn as possible once more",
        ),
        pytest.param(
            ["acme[DE] > core@CN > pg", "han[CN] > core@CN > pg", "job@CN < pg", "pg is country=CN"],
            [
                "F1 E1>B1>P1 overseas [category unknown]",
                "F2 E2>P1 domestic [category unknown]",
                "F3 P1>D1 overseas+domestic [category unknown]",
                "F4 D1>P2 overseas+domestic [category unknown]",
            ],
            id="who reads a store gets all that it keeps, and the arrow goes the data's way",
        ),
        pytest.param(
            ["acme[DE] > core@CN > acme", "core@CN < pg", "pg is holds=CN country=CN"],
            ["F1 E1>B1>P1 overseas [category unknown ⇄]"],
            id="a store of the company's own data is not part of this view",
        ),
    ],
)
def test_lines(sketched: Sequence[str], expected: Sequence[str]) -> None:
    assert expected == lines(drawn(*sketched))


def test_an_answer_with_domestic_data_says_so() -> None:
    drawing = drawn(
        "acme[DE] > core@CN", "han[CN] > core@CN > redis", "core@CN < redis", "core@CN < redis > acme"
    )

    (line,) = [line for line in drawing.lines if line.gate]

    assert [(text.en, text.zh) for text in line.texts] == [
        ("category unknown ⇄", "类别未知 ⇄"),
        ("→ overseas", "→ 境外"),
        ("← domestic", "← 境内"),
    ]


@pytest.mark.parametrize(
    ("sketched", "gates"),
    [
        pytest.param([CHAIN], ["B1 SG → CN"], id="one way"),
        pytest.param(
            ["acme[DE] > core@CN > acme"], ["B1 DE ⇄ CN"], id="with the answer through the same gate"
        ),
        pytest.param(
            ["acme[DE] > core@CN", "core@CN > out@US", "acme > core@CN > out@US"],
            ["B1 CN → US", "B2 DE → CN"],
            id="a gate each pair of jurisdictions and direction",
        ),
        pytest.param(["acme[DE] > edge@SG"], [], id="none between overseas places"),
        pytest.param(["acme[HK] > core@CN"], ["B1 HK → CN"], id="Hong Kong is not the mainland"),
        pytest.param(["who[?] > core@CN"], [], id="none where nobody knows which side"),
    ],
)
def test_gates(sketched: Sequence[str], gates: Sequence[str]) -> None:
    assert gates == [f"{gate.id} {gate.title}" for gate in drawn(*sketched).gates]


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        pytest.param(Show(), ["acme", "han", "core", "qwen"], id="all parties"),
        pytest.param(Show(origins=("overseas",)), ["acme", "core"], id="overseas data only"),
        pytest.param(Show(origins=("domestic",)), ["han", "core", "qwen"], id="domestic data only"),
        pytest.param(
            Show.model_validate({"data-of": "everything"}),
            ["acme", "han", "support", "core", "qwen"],
            id="everything",
        ),
        pytest.param(
            Show(categories=("file",)), ["acme", "han", "core", "qwen"], id="an unknown category may be any"
        ),
    ],
)
def test_a_view_chooses(show: Show, expected: Sequence[str]) -> None:
    drawing = drawn(
        "acme[DE] > core@CN", "han[CN] > core@CN > qwen@CN", "op:support[CN] > core@CN", show=show
    )

    assert sorted(expected) == sorted(box.title.en for box in drawing.boxes)


def test_a_flow_of_which_nothing_is_known_is_shown_whatever_the_view_asks() -> None:
    service, store = Place(PlaceKind.SERVICE, "job"), Place(PlaceKind.STORE, system="redis", host="r.example")
    graph = FlowGraph(Flows.of([FlowKey(service, store, Leg.REQUEST, kept=True)]), Facts())
    given = view("where-inputs-go").model_copy(update={"show": Show(origins=("overseas",))})

    drawing = build(graph, given, notation())

    assert lines(drawing) == ["F1 P1>D1 unknown [category unknown / origin unknown]"]


def test_what_is_left_out_is_counted_on_the_picture() -> None:
    drawing = drawn("acme[DE] > core@CN", "op:support[CN] > core@CN")

    assert "Not drawn: 0 flows inside one box, 1 flows and 1 places that this view leaves out." in [
        text.en for text in drawing.small
    ]


def test_nothing_to_draw_is_said() -> None:
    drawing = drawn("op:support[CN] > core@CN")

    assert drawing.boxes == ()
    assert (
        "Nothing that was observed or declared matches this view. "
        "That proves nothing: what sends no telemetry and is not declared is not seen."
    ) in [text.en for text in drawing.small]


def test_unknown_locations_have_a_cluster_on_neither_side() -> None:
    drawing = drawn(CHAIN)

    assert [("+".join(cluster.key), cluster.side) for cluster in drawing.clusters] == [
        ("DE", Side.OVERSEAS), ("SG", Side.OVERSEAS), ("?", Side.UNKNOWN), ("CN", Side.DOMESTIC),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param("retention=30", "keeps 30 days", id="days"),
        pytest.param("retention=0.5", "keeps 12 hours", id="hours"),
        pytest.param("retention=0", "keeps nothing", id="nothing"),
        pytest.param("country=CN", "retention not declared", id="not declared"),
    ],
)
def test_retention_of_a_store(days: str, expected: str) -> None:
    drawing = drawn("acme[DE] > core@CN > pg", f"pg is {days}")

    assert expected == next(box.details[0].en for box in drawing.boxes if box.id == "D1")


def test_many_tables_are_counted() -> None:
    drawing = drawn(*(f"acme[DE] > core@CN > pg/t{number}" for number in range(9)))

    assert [text.en for box in drawing.boxes if box.id == "D1" for text in box.details] == [
        "retention not declared",
        "t0",
        "t1",
        "t2",
        "t3",
        "t4",
        "t5",
        "+3 more",
    ]


def test_beyond_the_limit_places_fold_by_jurisdiction() -> None:
    flows = [f"acme[DE] > edge@SG > s{number}@{'SG' if number % 2 else 'CN'}" for number in range(30)]

    drawing = drawn(*flows, fold_above=10)

    assert len(drawing.boxes) <= 10
    folded = [(box.cluster, box.title.en) for box in drawing.boxes if box.id.startswith("M")]
    assert sorted(folded) == [(("CN",), "9 more places"), (("SG",), "15 more places")]
