"""What the views draw: which flows, how grouped, what boxes and gates tell, to whom data gets, who granted rights."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagram.pictures import PACK, SUPPLY, capture, fingerprints, supply
from lineage.checking import check
from lineage.diagram import picture, view_names
from lineage.diagram.build import build
from lineage.diagram.drawing import Drawing
from lineage.diagram.notation import notation
from lineage.diagram.views import FACTS, View, view
from lineage.errors import ConfigError
from lineage.findings import Verdict
from lineage.packs import load_pack
from lineage.testing import sketch
from lineage.yamlfile import loads

WAY = (
    "acme[DE] > edge@SG > core@CN > pg",
    "acme > edge@SG > core@CN > s3",
    "core@CN > remote:sentry.example",
    "pg is role=database country=CN",
    "s3 is role=log country=CN",
)


def drawn(asked: str, *lines: str) -> Drawing:
    """The picture of a sketch in a view with these keys."""
    head = "view: lineage-view/1\nid: mine\ntitle: {en: Mine, zh: 我的}\nborder: {domestic: [CN]}\n"
    given, _ = loads(head + asked, View, "mine.yaml")
    return build(sketch(*lines), given, notation())


def flows(drawing: Drawing) -> list[str]:
    """`from > to` of each line, by the English titles of its boxes."""
    titles = {box.id: box.title.en for box in drawing.boxes}
    return sorted(f"{titles[line.source]} > {titles[line.target]}" for line in drawing.lines)


def told(drawing: Drawing, title: str) -> list[str]:
    """The lines of a box."""
    (box,) = [box for box in drawing.boxes if box.title.en == title]
    return [text.en for text in box.details]


# --- which flows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "lines", "expected"),
    [
        pytest.param(
            "show: {flows: [{kept: true}]}", WAY, ["core > postgresql pg", "core > s3 s3"], id="what is kept"
        ),
        pytest.param("show: {flows: [{ends: {roles: [log]}}]}", WAY, ["core > s3 s3"], id="stores of a role"),
        pytest.param(
            "show: {flows: [{ends: {roles: [log]}}]}",
            (*WAY, "acme > edge@SG > cache"),
            ["core > s3 s3"],
            id="a store without a role only where the view says so",
        ),
        pytest.param(
            "show: {flows: [{ends: {roles: [log, undeclared]}}]}",
            (*WAY, "acme > edge@SG > cache"),
            ["core > s3 s3", "edge > redis cache"],
            id="a store without a role may be a log",
        ),
        pytest.param(
            "show: {flows: [{ends: {roles: [log]}}], ways: true}",
            WAY,
            ["acme > edge", "core > s3 s3", "edge > core"],
            id="with the way that customers' data takes there",
        ),
        pytest.param(
            "show: {flows: [{ends: {roles: [log]}}], ways: true}",
            (*WAY, "globex[US] > edge@SG > core@CN > s3", "lan[CN] > core@CN > pg"),
            ["acme > edge", "core > s3 s3", "edge > core", "globex > edge"],
            id="and the others whose data goes there by the same door",
        ),
        pytest.param(
            "show: {flows: [{crosses: [yes]}], data-of: everything}",
            WAY,
            ["edge > core"],
            id="what crosses the border",
        ),
        pytest.param(
            "show: {flows: [{crosses: [yes, unknown]}], data-of: everything}",
            WAY,
            ["core > sentry.example", "edge > core"],
            id="and what may: nobody told where one end stands",
        ),
        pytest.param(
            "show: {flows: [{ends: {sides: [overseas]}}]}",
            WAY,
            ["acme > edge", "edge > core"],
            id="one side of the border",
        ),
        pytest.param(
            "show: {flows: [{ends: {kinds: [remote]}}, {kept: true}], data-of: everything}",
            WAY,
            ["core > postgresql pg", "core > s3 s3", "core > sentry.example"],
            id="any of several",
        ),
        pytest.param(
            "show: {flows: [{ends: {kinds: [store], roles: [log]}, kept: true}]}",
            WAY,
            ["core > s3 s3"],
            id="all of what one asks for",
        ),
        pytest.param(
            "show: {flows: [{categories: [log]}]}", WAY, [], id="a category that nobody told is not this one"
        ),
        pytest.param(
            "show: {flows: [{categories: [undeclared], ends: {kinds: [party]}}]}",
            WAY,
            ["acme > edge"],
            id="unless asked for",
        ),
        pytest.param(
            "show: {flows: [{purposes: [training]}]}",
            WAY,
            [],
            id="a purpose that nobody told is not this one",
        ),
        pytest.param(
            "show: {flows: [{ends: {run-by: [vendor]}}]}",
            SUPPLY,
            ["core > qwen-max", "gw > gpt-4o", "gw > logs.acme.example", "gw > qwen-max"],
            id="what vendors run",
        ),
        pytest.param(
            "show: {flows: [{ends: {training: [undeclared]}}]}",
            SUPPLY,
            ["core > qwen-max", "gw > qwen-max"],
            id="vendors that do not say whether they train",
        ),
        pytest.param(
            "show: {flows: [{ends: {training: [no]}}]}",
            SUPPLY,
            ["gw > gpt-4o", "gw > logs.acme.example"],
            id="vendors that may not train",
        ),
    ],
)
def test_which_flows_are_drawn(asked: str, lines: tuple[str, ...], expected: list[str]) -> None:
    assert expected == flows(drawn(asked, *lines))


def test_what_is_left_out_is_counted() -> None:
    small = [text.en for text in drawn("show: {flows: [{ends: {roles: [log]}}]}", *WAY).small]

    assert "Not drawn: 0 flows inside one box, 4 flows and 4 places that this view leaves out." in small


def test_only_violations_that_happen_there_are_drawn_and_the_others_are_named() -> None:
    lines = ("acme[DE] > gw@SG > core@CN > {0}", "lan[CN] > core@CN > {0}", "{0} is role={1} country=CN")
    graph = sketch(*(line.format(*store) for store in (("s3", "log"), ("pg", "database")) for line in lines))
    report = check(graph, [load_pack(PACK)])

    drawing = picture(graph, "logs", report)

    assert [note.id for note in drawing.notes] == ["V2"]
    assert {line.violations for line in drawing.lines} == {("V2",)}
    assert drawing.verdict.en == "violations: 2, 1 of them here"
    assert "Violations that do not happen here: V1; they stand in the report." in [
        text.en for text in drawing.small
    ]


# --- groups, gates, boxes ------------------------------------------------------------------------------


def test_frames_by_who_runs_the_places() -> None:
    drawing = drawn("group-by: organisation", *SUPPLY)

    assert [cluster.title.en for cluster in drawing.clusters] == [
        "Customers", "sub-processor: acme-cloud", "sub-processor: qwen-lab", "Who runs these is not declared",
        "Our own organisation: us-ltd",
    ]  # fmt: skip
    assert (drawing.border, drawing.gates) == (None, ())
    assert told(drawing, "qwen-max") == ["model", "Mainland China", "retention not declared"]


def test_each_crossing_has_a_gate_that_tells_what_crosses() -> None:
    lines = ("acme[DE:personal] > edge@SG > core@CN", "acme > edge@SG > other@CN", "other@CN > remote:x[?]")
    drawing = drawn("gates: flows", *lines)

    assert [(gate.id, gate.title, [text.en for text in gate.details]) for gate in drawing.gates] == [
        (
            "B1",
            "SG → CN",
            ["origin Germany", "data: personal information", "protection not stated", "1 calls"],
        ),
        (
            "B2",
            "SG → CN",
            ["origin Germany", "data: personal information", "protection not stated", "1 calls"],
        ),
    ]
    assert [line.gate for line in drawing.lines if line.gate] == ["B1", "B2"]


def test_one_gate_for_two_jurisdictions_by_default() -> None:
    drawing = drawn("", "acme[DE] > edge@SG > core@CN", "acme > edge@SG > other@CN")

    assert [(gate.id, gate.details) for gate in drawing.gates] == [("B1", ())]


KEEPER = (
    "pg is retention=30 viewers=dba+sre redaction=masked deletable=yes purposes=inference+billing operator=us"
)
SUPPLIER = (
    "acme[DE] > gw@SG > remote:x",
    "remote:x is vendor=v",
    "vendor v country=US entity=V_Inc. training=yes retention=7 dpa=dpa-1 owners=CN:60+?:40 purposes=inference",
)


@pytest.mark.parametrize(
    ("fact", "lines", "box", "expected"),
    [
        pytest.param(
            "retention", (WAY[0], KEEPER), "postgresql pg", "keeps 30 days", id="retention of a store"
        ),
        pytest.param(
            "retention",
            (WAY[0], "pg is retention=inf"),
            "postgresql pg",
            "keeps for ever",
            id="kept for ever",
        ),
        pytest.param(
            "retention", SUPPLIER, "x", "keeps 7 days", id="retention that the vendor's contract says"
        ),
        pytest.param("viewers", (WAY[0], KEEPER), "postgresql pg", "seen by: dba, sre", id="who can see it"),
        pytest.param(
            "viewers", (WAY[0], "pg is viewers="), "postgresql pg", "nobody can see it", id="nobody"
        ),
        pytest.param(
            "viewers", WAY[:1], "postgresql pg", "who can see it is not declared", id="viewers not declared"
        ),
        pytest.param("redaction", (WAY[0], KEEPER), "postgresql pg", "redaction: masked", id="redaction"),
        pytest.param(
            "redaction", WAY[:1], "postgresql pg", "redaction not declared", id="redaction not declared"
        ),
        pytest.param("deletable", (WAY[0], KEEPER), "postgresql pg", "deletable", id="deletable"),
        pytest.param(
            "deletable", (WAY[0], "pg is deletable=no"), "postgresql pg", "not deletable", id="not deletable"
        ),
        pytest.param(
            "deletable",
            WAY[:1],
            "postgresql pg",
            "whether deletable is not declared",
            id="deletable not declared",
        ),
        pytest.param(
            "purposes", (WAY[0], KEEPER), "postgresql pg", "purposes: billing, inference", id="purposes"
        ),
        pytest.param("purposes", WAY[:1], "core", "purposes not declared", id="purposes not declared"),
        pytest.param(
            "purposes", SUPPLIER, "x", "purposes: inference", id="purposes that the vendor's contract allows"
        ),
        pytest.param(
            "classes", ("acme[DE:personal] > gw@SG",), "acme", "data: personal information", id="classes"
        ),
        pytest.param(
            "classes", ("acme[DE] > gw@SG",), "acme", "class of data not declared", id="classes not declared"
        ),
        pytest.param("run-by", (WAY[0], KEEPER), "postgresql pg", "run by us", id="operator"),
        pytest.param("run-by", WAY[:1], "core", "who runs it is not declared", id="operator not declared"),
        pytest.param("legal-entity", SUPPLIER, "x", "legal entity: V_Inc.", id="legal entity"),
        pytest.param(
            "legal-entity", SUPPLIER[:2], "x", "not listed under vendors", id="a vendor without an entry"
        ),
        pytest.param(
            "vendor-country", SUPPLIER, "x", "established in United States", id="country of establishment"
        ),
        pytest.param("owners", SUPPLIER, "x", "owner: owner 2 (country not declared, 40 %)", id="owners"),
        pytest.param(
            "owners",
            (*SUPPLIER[:2], "vendor v country=US"),
            "x",
            "owners not declared",
            id="owners not declared",
        ),
        pytest.param("dpa", SUPPLIER, "x", "DPA: dpa-1", id="data processing agreement"),
        pytest.param(
            "dpa", (*SUPPLIER[:2], "vendor v country=US"), "x", "DPA not declared", id="no agreement declared"
        ),
        pytest.param("training", SUPPLIER, "x", "may train on the data", id="training"),
        pytest.param(
            "training",
            SUPPLIER[:2],
            "x",
            "whether it may train on the data is not declared",
            id="training not declared",
        ),
        pytest.param("tables", ("acme[DE] > gw@SG > pg/users",), "postgresql pg", "users", id="tables"),
        pytest.param("region", ("acme[DE] > gw@SG",), "gw", "region not told", id="region"),
    ],
)
def test_what_boxes_tell(fact: str, lines: tuple[str, ...], box: str, expected: str) -> None:
    assert expected in told(drawn(f"boxes: [{fact}]", *lines), box)
    assert expected not in told(drawn("boxes: []", *lines), box)


def test_every_fact_of_a_view_is_written_somewhere_in_these_cases() -> None:
    marks = test_what_boxes_tell.pytestmark  # type: ignore[attr-defined]

    assert set(FACTS) == {case.values[0] for case in marks[0].args[1]}


def test_colours_may_say_nothing_of_origin() -> None:
    assert drawn("colour-by: nothing", *WAY).plain
    assert not drawn("", *WAY).plain


# --- markets and vendors -------------------------------------------------------------------------------


def test_to_which_vendors_data_of_each_market_gets() -> None:
    drawing = picture(supply(), "sub-processors")

    titles = {box.id: (box.title.en, *box.cluster) for box in drawing.boxes}
    assert [
        (titles[line.source][1], *titles[line.target], "possible" if line.possible else "sure") for line in drawing.lines
    ] == [
        ("DE", "acme-cloud", "US", "sure"), ("US", "llama", "?", "sure"), ("US", "acme-cloud", "US", "possible"),
        ("DE", "qwen-lab", "CN", "sure"), ("CN", "qwen-lab", "CN", "sure"), ("CN", "o1.sentry.example", "?", "sure"),
    ]  # fmt: skip
    assert [box.title.en for box in drawing.boxes if box.declared_only] == ["silent"]
    assert "Not drawn: 2 places of which nobody declares who runs them." in [
        text.en for text in drawing.small
    ]


def test_data_that_a_vendor_gets_out_of_a_store_counts() -> None:
    drawing = drawn(
        "draw: reach", "acme[DE] > gw@SG > pg", "pg > job@CN > remote:x", "remote:x is vendor=v country=US"
    )

    assert [(line.source, line.target) for line in drawing.lines] == [("E1", "S1")]


def test_only_the_markets_that_a_view_names() -> None:
    drawing = drawn("draw: reach\nshow: {markets: [DE]}", *SUPPLY)

    assert {box.cluster for box in drawing.boxes if box.id.startswith("E")} == {("DE",)}
    assert "Not drawn: 0 flows inside one box, 0 flows and 2 places that this view leaves out." in [
        text.en for text in drawing.small
    ]


def test_a_violation_is_drawn_from_the_market_to_the_vendor() -> None:
    graph = sketch("acme[DE] > gw@SG > remote:x", "remote:x is vendor=v country=US")
    pack = Path(__file__).parent / "stay.yaml"
    drawing = picture(graph, "sub-processors", check(graph, [load_pack(pack)]))

    assert [(line.source, line.target, line.violations) for line in drawing.lines] == [("E1", "S1", ("V1",))]


# --- rights --------------------------------------------------------------------------------------------


def test_the_chain_from_vendor_to_customer() -> None:
    drawing = picture(supply(), "authorisation-chain")

    titles = {box.id: box.title.en for box in drawing.boxes}
    assert [
        (titles[line.source], line.texts[0].en, titles[line.target], line.declared_only)
        for line in drawing.lines
    ] == [
        ("acme-cloud", "grants", "gpt", True),
        ("qwen-lab", "grants", "upstream", True),
        ("upstream", "passes on", "ours", True),
        ("gpt", "covers", "gpt-4o", True),
        ("upstream", "may cover: several fit", "qwen-max", True),
        ("ours", "may cover: several fit", "qwen-max", True),
        ("gpt-4o", "1 calls", "Customers: Germany", False),
        ("llama", "1 calls", "Customers: United States", False),
        ("qwen-max", "1 calls", "Customers: Mainland China", False),
        ("qwen-max", "1 calls", "Customers: Germany", False),
    ]


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ("upstream", ["direct contract", "models: qwen*", "rights: the right to call, the right to resell",
                      "may be sold in: Germany, Singapore", "valid unknown to 2027-01-01", "document: licence-7"]),
        ("gpt", ["direct contract", "models: gpt-4o", "rights not declared", "regions not declared",
                 "end of validity not declared", "document not declared"]),
        ("llama", ["country not declared", "who runs it is not declared", "no authorisation declared"]),
        ("gpt-4o", ["United States", "sub-processor: acme-cloud", "may not train on the data"]),
    ],
)  # fmt: skip
def test_what_the_chain_tells(box: str, expected: list[str]) -> None:
    assert expected == told(picture(supply(), "authorisation-chain"), box)


def test_authorisations_that_are_each_others_parent_are_drawn_once() -> None:
    drawing = drawn(
        "draw: authorisations",
        "acme[DE] > gw@SG > model:m",
        "authorisation a models=m parent=b",
        "authorisation b models=m parent=a",
        "authorisation c models=m parent=c",
    )

    assert sorted(box.title.en for box in drawing.boxes if box.id.startswith("A")) == ["a", "b", "c"]


def test_customers_and_calls_that_are_not_on_the_chain_are_counted() -> None:
    drawing = drawn("draw: authorisations", "acme[DE] > gw@SG > pg", "job@SG > model:m")

    small = [text.en for text in drawing.small]
    assert "Not drawn: 1 model calls for no customer that is on the picture." in small
    assert "Not drawn: 0 flows inside one box, 0 flows and 1 places that this view leaves out." in small


# --- one finding ---------------------------------------------------------------------------------------


def test_a_violation_alone() -> None:
    graph, report = capture("fastapi-mixed")
    fingerprint = fingerprints("fastapi-mixed", Verdict.VIOLATED)[1]

    drawing = picture(graph, f"finding:{fingerprint}", report)

    assert (drawing.title.en, drawing.verdict.en) == ("V2 No shared storage", "violated")
    assert {line.violations for line in drawing.lines} == {("V2",)}
    assert [note.id for note in drawing.notes] == ["V2"]


def test_what_is_undecided_has_a_mark_and_a_colour_of_its_own() -> None:
    graph, report = capture("fastapi-mixed")
    fingerprint = fingerprints("fastapi-mixed", Verdict.UNDECIDED)[0]

    drawing = picture(graph, "finding", report, fingerprint)

    assert (drawing.title.en, drawing.verdict.en) == ("U1 Retention is declared", "undecided")
    assert (drawing.accent.mark, drawing.accent.colour) == ("?", notation().colours.undecided)


def test_a_finding_without_a_way_shows_the_places_that_it_names() -> None:
    graph = sketch("acme[DE] > gw@SG", "acme > gw@SG > core@CN > pg", "han[?] > core@CN")
    report = check(graph, [load_pack("order16")])
    (finding,) = [
        one for one in report.findings if one.rule == "order16/origin-overseas" and "party:han" in one.at
    ]

    drawing = picture(graph, f"finding:{finding.fingerprint}", report)

    assert flows(drawing) == ["han > core"]


@pytest.mark.parametrize(
    ("view_name", "finding", "message"),
    [
        pytest.param("finding", "", "this view draws one finding, and none was named", id="which one?"),
        pytest.param("finding:0000", "", "no finding has the fingerprint '0000'", id="no such finding"),
        pytest.param(
            "logs", "0000", "the view 'logs' does not draw one finding", id="a view of something else"
        ),
    ],
)
def test_a_finding_that_cannot_be_drawn(view_name: str, finding: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        picture(*capture("fastapi-mixed")[:1], view_name, capture("fastapi-mixed")[1], finding)


def test_a_finding_needs_a_report() -> None:
    with pytest.raises(ConfigError, match="no policy was checked"):
        picture(supply(), "finding:0000")


# --- size ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", view_names())
def test_beyond_forty_places_what_no_finding_touches_folds(name: str) -> None:
    lines = [
        line
        for n in range(90)
        for line in (
            f"party{n}[{('DE', 'US', 'CN')[n % 3]}] > edge{n}@SG > core{n % 9}@CN > pg{n}",
            f"party{n} > edge{n}@SG > remote:v{n}.example",
        )
    ]
    drawing = picture(sketch(*lines), name)

    # One box stays in each frame of which everything else is folded.
    assert len(drawing.boxes) <= 40 + len(drawing.clusters)
    if name not in ("authorisation-chain", "logs", "training-use"):
        assert any(box.id.startswith("M") for box in drawing.boxes)


def test_every_view_has_a_question_in_both_languages() -> None:
    assert all(view(name).about is not None for name in (*view_names(), "finding"))
