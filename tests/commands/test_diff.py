"""`lineage diff`: which changes are told, and which of them fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.__main__ import run
from lineage.changes import Changes, Compared, Kind, compare
from lineage.errors import InputError
from lineage.selection import Jurisdictions
from lineage.testing import sketch

MAINLAND = Jurisdictions({"domestic": frozenset({"CN"})})
WAYS = ("acme[DE] > gw@SG > core@SG", "acme > gw > pg")
PG = "pg is country=SG retention=30 vendor=cloud-a"


def changed(old: tuple[str, ...], new: tuple[str, ...]) -> Changes:
    """The changes between two sketches."""
    before, after = (Compared.of(sketch(*lines).to_node_link()) for lines in (old, new))
    return compare(before, after, MAINLAND)


@pytest.mark.parametrize(
    ("lines", "told", "code"),
    [
        pytest.param((), [], 0, id="nothing"),
        pytest.param(
            ("gw > model-cn@CN",),
            [
                ("crossing", "service:gw@SG service:model-cn@CN", "SG → CN"),
                ("place", "service:model-cn@CN", "CN"),
            ],
            1,
            id="a way from overseas into the mainland",
        ),
        pytest.param(
            ("gw > de@DE",),
            [("crossing", "service:gw@SG service:de@DE", "SG → DE"), ("place", "service:de@DE", "DE")],
            1,
            id="a way between two overseas countries",
        ),
        pytest.param(
            ("gw > s3",),
            [("unplaced", "service:gw@SG store:s3@s3", "SG → ?"), ("place", "store:s3@s3", "")],
            3,
            id="a way to a place that stands nobody knows where",
        ),
        pytest.param(
            ("core > pg",),
            [("flow", "service:core@SG store:postgresql@pg", "")],
            0,
            id="a way within one country",
        ),
        pytest.param(
            ("pg is country=SG retention=60 vendor=cloud-a",),
            [("retention", "store:postgresql@pg", "60")],
            0,
            id="longer retention",
        ),
        pytest.param(
            ("pg is country=SG retention=7 vendor=cloud-a",),
            [],
            0,
            id="shorter retention is no change to look at",
        ),
        pytest.param(
            ("pg is country=SG vendor=cloud-a",),
            [("retention", "store:postgresql@pg", "")],
            0,
            id="a retention that nobody tells any more",
        ),
        pytest.param(
            ("pg is country=SG retention=30 vendor=cloud-b",),
            [("vendor", "store:postgresql@pg", ""), ("-vendor", "store:postgresql@pg", "")],
            0,
            id="another vendor",
        ),
        pytest.param(
            ("pg is country=CN retention=30 vendor=cloud-a",),
            [
                ("crossing", "service:gw@SG store:postgresql@pg", "SG → CN"),
                ("country", "store:postgresql@pg", "CN"),
            ],
            1,
            id="a place that moves over the border",
        ),
        pytest.param(
            ("pg is retention=30 vendor=cloud-a",),
            [
                ("unplaced", "service:gw@SG store:postgresql@pg", "SG → ?"),
                ("country", "store:postgresql@pg", ""),
            ],
            3,
            id="a place that stands nobody knows where any more",
        ),
    ],
)
def test_what_a_change_is_called_and_whether_it_fails(
    lines: tuple[str, ...], told: list[tuple[str, str, str]], code: int
) -> None:
    new = lines if any(line.startswith("pg is") for line in lines) else (PG, *lines)
    changes = changed((*WAYS, PG), (*WAYS, *new))

    assert [
        (("" if each.new else "-") + each.kind, " ".join(ref.id for ref in each.at), each.now)
        for each in changes.items
    ] == told
    assert changes.exit_code == code


def test_a_place_that_moves_from_one_foreign_country_to_another_is_a_new_crossing() -> None:
    ways = ("core@CN > b@SG",)
    changes = changed(ways, (*ways, "b is country=DE"))

    assert [(str(each.kind), each.was, each.now) for each in changes.items if each.new] == [
        ("crossing", "", "CN → DE"),
        ("country", "SG", "DE"),
    ]
    assert changes.exit_code == 1


def test_data_of_another_source_on_a_way_over_the_border_is_a_new_crossing() -> None:
    """A domestic customer's data that newly takes a way that was there leaves the country for the first time."""
    changes = changed(("acme[DE] > gw@SG > core@CN",), ("acme[DE] > gw@SG > core@CN", "hong[CN] > gw > core"))

    crossing = changes.of(Kind.CROSSING_SOURCE)[0]
    assert [ref.id for ref in crossing.at] == ["service:gw@SG", "service:core@CN"]
    assert [getattr(source, "id", source) for source in crossing.what] == ["party:hong"]
    assert (crossing.border, changes.exit_code) == (True, 1)


def test_a_new_category_on_a_way_that_was_there_is_told() -> None:
    data = sketch("acme[DE] > gw@DE > core@DE").to_node_link()
    more = json.loads(json.dumps(data))
    for edge in more["edges"]:
        edge["categories"] = ["prompt"]

    changes = compare(Compared.of(data), Compared.of(more), MAINLAND)

    assert [(each.kind, each.what) for each in changes.items if each.new] == [
        (Kind.CATEGORY, ("prompt",)),
        (Kind.CATEGORY, ("prompt",)),
    ]


def test_what_is_gone_fails_nothing() -> None:
    changes = changed(("a[DE] > gw@SG > core@CN",), ("a[DE] > gw@SG",))

    assert [(each.new, each.kind) for each in changes.items] == [(False, Kind.CROSSING), (False, Kind.PLACE)]
    assert changes.exit_code == 0


def test_a_newer_state_without_flows_is_no_pass() -> None:
    data = sketch("acme[DE] > gw@SG").to_node_link()

    changes = compare(Compared.of(data), Compared.of({**data, "edges": []}), MAINLAND)

    assert changes.exit_code == 3


# --- the command -----------------------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., str]:
    """A graph of a sketch in a file."""

    def save(name: str, *lines: str) -> str:
        (tmp_path / name).write_text(json.dumps(sketch(*lines).to_node_link()), "utf-8")
        return str(tmp_path / name)

    return save


def test_the_lines_that_a_person_reads(saved: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    old, new = saved("old", "acme[DE] > gw@SG"), saved("new", "acme[DE] > gw@SG > core@CN")

    assert run(["diff", old, new]) == 1
    assert capsys.readouterr().out == (
        "1 new crossings of a border, 0 new ways that may cross one; 2 changes are new, 0 gone\n"
        "! crosses a border: gw → core (SG → CN), data of acme [between domestic and overseas]\n"
        "+ place: core <service:core@CN> (CN)\n"
    )


def test_json_says_the_same(saved: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    old, new = saved("old", "acme[DE] > gw@SG"), saved("new", "acme[DE] > gw@SG > core@CN")

    assert run(["diff", old, new, "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["exit_code"]) == ("lineage-diff/1", 1)
    assert [(each["kind"], each["domestic_border"]) for each in told["changes"]] == [
        ("crossing", True),
        ("place", False),
    ]


def test_a_base_that_is_not_there_is_no_evidence_of_no_change(
    saved: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diff", str(tmp_path / "gone.json"), saved("new", "a[DE] > gw@SG")]) == 3
    assert "there is nothing to compare with" in capsys.readouterr().err


def test_spans_and_the_graph_made_of_them_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], captures: Path
) -> None:
    spans, inventory = str(captures / "fastapi-mixed.jsonl"), str(captures / "fastapi-mixed.lineage.yaml")
    graph = str(tmp_path / "graph.json")
    assert run(["graph", spans, "-i", inventory, "-o", graph]) == 0

    assert run(["diff", graph, spans, "-i", inventory]) == 0
    assert capsys.readouterr().out.endswith("nothing changed\n")


def twice(text: str) -> str:
    """A graph in which one place is there twice, the second time somewhere else."""
    graph = json.loads(text)
    graph["nodes"].append(graph["nodes"][-1] | {"location": "CN"})
    return json.dumps(graph)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda text: text[: len(text) // 2], id="cut"),
        pytest.param(
            lambda text: text.replace("lineage-graph/1", "lineage-graph/9"), id="of another version"
        ),
        pytest.param(
            lambda text: text.replace('"id": "service:gw@SG"', '"id": "secret prompt"'),
            id="with a way to nowhere",
        ),
        pytest.param(twice, id="with a place twice"),
    ],
)
def test_a_damaged_graph_is_told_without_quoting_it(broken: Callable[[str], str]) -> None:
    text = json.dumps(sketch("acme[DE] > gw@SG").to_node_link())

    with pytest.raises(InputError, match="damaged or of another version") as caught:
        Compared.loads(broken(text).encode(), "old.json")
    assert "secret" not in str(caught.value)
