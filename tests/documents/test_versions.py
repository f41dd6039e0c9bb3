"""Lists that are kept for each market: their versions, what changed, and files that are no list."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from documents.made import cell, document, of
from lineage.documents import Document
from lineage.documents.machine import to_json
from lineage.documents.previous import read_previous
from lineage.documents.sheets import to_csv
from lineage.errors import LineageError
from lineage.testing import sketch

LINES = (
    "acme[DE] > gw@SG > pg/users",
    "acme is market=DE",
    "pg/users is vendor=cloud country=US",
    "gw is operator=us",
)
CLOUD = "vendor cloud entity=Cloud"


def written(path: Path, made: Document, lang: str = "en") -> Path:
    """A list in a file, of the format that its ending says."""
    text = to_json(made) if path.suffix == ".json" else to_csv(made, "zh" if lang == "zh" else "en")
    path.write_bytes(text.encode())
    return path


def changes(made: Document) -> list[list[str]]:
    part = next(part for part in made.parts if part.id == "changes")
    return [[each[0].text.en for each in row.cells] for row in part.rows]


FILES = pytest.mark.parametrize(
    ("file", "lang"),
    [("last.json", "en"), ("last.csv", "en"), ("last.csv", "zh")],
    ids=["JSON", "CSV", "CSV in Chinese"],
)

CHANGES: dict[str, tuple[tuple[str, ...], tuple[str, ...], list[list[str]]]] = {
    "nothing": ((CLOUD,), (CLOUD,), []),
    "a vendor came": (
        (CLOUD,),
        (CLOUD, "vendor other"),
        [["DE", "other", "added", "not on the list", "on the list"]],
    ),
    "a vendor went": (
        (CLOUD, "vendor other"),
        (CLOUD,),
        [["DE", "other", "removed", "on the list", "not on the list"]],
    ),
    "a name was declared": (
        ("vendor cloud",),
        (CLOUD,),
        [["DE", "cloud", "changed: Legal name", "not declared: write vendors[].legal_entity", "Cloud"]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("file", ["last.json", "last.csv"])
@pytest.mark.parametrize(("before", "after", "expected"), CHANGES.values(), ids=CHANGES)
def test_what_changed_since_the_last_list(
    tmp_path: Path, file: str, before: tuple[str, ...], after: tuple[str, ...], expected: list[list[str]]
) -> None:
    last = written(tmp_path / file, document("sub-processors", *LINES, *before))

    made = of("sub-processors", sketch(*LINES, *after), previous=read_previous(str(last)))

    assert changes(made) == expected
    assert [listed.version for listed in made.lists] == [2 if expected else 1]


def test_what_a_chinese_list_said_is_compared_in_chinese(tmp_path: Path) -> None:
    last = written(tmp_path / "last.csv", document("sub-processors", *LINES, "vendor cloud"), "zh")

    made = of("sub-processors", sketch(*LINES, CLOUD), previous=read_previous(str(last)))

    assert changes(made) == [
        ["DE", "cloud", "changed: Legal name", "未声明：在清单中填写 vendors[].legal_entity", "Cloud"]
    ]


def test_data_that_gets_to_a_vendor_for_the_first_time_is_a_change(tmp_path: Path) -> None:
    model = "model:qwen is vendor=lab country=CN"
    lines = (*LINES, "vendor lab", "globex[US] > gw@SG > model:qwen", "globex is market=US", model)
    last = written(tmp_path / "last.json", document("sub-processors", *lines))

    made = of(
        "sub-processors", sketch(*lines, "acme[DE] > gw@SG > model:qwen"), previous=read_previous(str(last))
    )

    assert [
        "DE",
        "lab",
        "changed: Status",
        "declared; no data of this market was observed to get there",
        "observed: data of this market gets there",
    ] in changes(made)
    assert {listed.market: listed.version for listed in made.lists} == {"DE": 2, "US": 1}


def test_counts_and_days_are_no_change(tmp_path: Path) -> None:
    last = written(tmp_path / "last.csv", document("sub-processors", *LINES, CLOUD))

    made = of(
        "sub-processors",
        sketch("seen 2025-12-20", *LINES, *LINES[:1], CLOUD),
        previous=read_previous(str(last)),
    )

    assert changes(made) == []
    assert [listed.version for listed in made.lists] == [1]


def test_versions_count_from_list_to_list(tmp_path: Path) -> None:
    path, version = tmp_path / "last.json", []
    made = document("sub-processors", *LINES, "vendor cloud")
    for entity in ("A", "A", "B", "C"):
        written(path, made)
        made = of(
            "sub-processors",
            sketch(*LINES, f"vendor cloud entity={entity}"),
            previous=read_previous(str(path)),
        )
        version.append(made.lists[0].version)

    assert version == [2, 2, 3, 4]


def test_each_market_counts_its_own_versions(tmp_path: Path) -> None:
    lines = (*LINES, "globex[US] > gw@SG", "globex is market=US", "vendor cloud")
    last = written(tmp_path / "last.csv", document("sub-processors", *lines))

    # What is declared of a vendor stands in every list; where data got to only in those of its market.
    made = of(
        "sub-processors",
        sketch(*lines, "gw@SG > pg/users", "globex[US] > gw@SG > pg/users"),
        previous=read_previous(str(last)),
    )

    assert {listed.market: listed.version for listed in made.lists} == {"DE": 1, "US": 2}


def test_a_market_that_is_gone_is_said_and_a_new_one_begins_at_one(tmp_path: Path) -> None:
    last = written(tmp_path / "last.json", document("sub-processors", *LINES, CLOUD))

    made = of("sub-processors", sketch(*LINES, "acme is market=FR", CLOUD), previous=read_previous(str(last)))

    assert changes(made) == [["DE", "DE", "this market has no list now", "on the list", "not on the list"]]
    assert [(listed.market, listed.version) for listed in made.lists] == [("FR", 1)]


def test_a_list_for_one_market_says_nothing_of_others_that_are_not_made(tmp_path: Path) -> None:
    lines = (*LINES, "globex[US] > gw@SG", "globex is market=US", CLOUD)
    last = written(tmp_path / "last.json", document("sub-processors", *lines))

    made = of("sub-processors", sketch(*lines), market="US", previous=read_previous(str(last)))

    assert changes(made) == []


@FILES
def test_the_day_on_which_an_entry_came_is_kept(tmp_path: Path, file: str, lang: str) -> None:
    path = written(tmp_path / file, document("sub-processors", *LINES, CLOUD), lang)
    two = (*LINES, CLOUD, "vendor other")

    second = of("sub-processors", sketch(*two), previous=read_previous(str(path)), today=date(2026, 2, 1))
    written(path, second, lang)
    third = of("sub-processors", sketch(*two), previous=read_previous(str(path)), today=date(2026, 3, 1))

    for made in (second, third):
        assert cell(made, "list", "added", "vendor:other")[0].text.en == "2026-02-01"
        assert cell(made, "list", "added", "vendor:cloud")[0].text.en.startswith("on the first list")


# --- files that are no list ------------------------------------------------------------------------------


def _edited(text: str) -> str:
    return text.replace("Cloud", "Clown")


WRONG = {
    "a JSON list that was edited": ("last.json", _edited, "was changed after it was written"),
    "a CSV list that was edited": ("last.csv", _edited, "was changed after it was written"),
    "another document": (
        "last.json",
        lambda text: text.replace('"sub-processors"', '"retention-schedule"', 1),
        "not a sub-processor list",
    ),
    "another schema": (
        "last.json",
        lambda text: text.replace("lineage-document/1", "lineage-document/2"),
        "not a sub-processor list",
    ),
    "JSON of something else": ("last.json", lambda text: '{"a": 1}', "this is not a document of lineage"),
    "JSON that ends early": ("last.json", lambda text: text[:100], "this is not a document of lineage"),
    "deep JSON": (
        "last.json",
        lambda text: '{"schema":' + "[" * 100_000,
        "this is not a document of lineage",
    ),
    "a CSV of something else": (
        "last.csv",
        lambda text: "a,b\n1,2\n",
        "the first line is not that of a sub-processor list",
    ),
    "an empty file": ("last.csv", lambda text: "", "the first line is not that of a sub-processor list"),
    "a row with a cell too few": (
        "last.csv",
        lambda text: text.rsplit(',"', 1)[0] + "\r\n",
        "cells where there are",
    ),
    "a quote that does not end": ("last.csv", lambda text: text.rstrip()[:-1], "this is not CSV"),
    "a version that is no number": (
        "last.csv",
        lambda text: text.replace('"DE","1"', '"DE","one"'),
        "not one for the whole market",
    ),
}


@pytest.mark.parametrize(("file", "edit", "what"), WRONG.values(), ids=WRONG)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, file: str, edit: object, what: str) -> None:
    path = written(tmp_path / file, document("sub-processors", *LINES, CLOUD))
    assert callable(edit)
    path.write_text(edit(path.read_text("utf-8")), "utf-8")

    with pytest.raises(LineageError) as caught:
        read_previous(str(path))

    assert what in str(caught.value)
    assert str(path) in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "last.csv").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(LineageError, match="UTF-8"):
        read_previous(str(tmp_path / "last.csv"))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LineageError, match="cannot read the last list"):
        read_previous(str(tmp_path / "none.csv"))


def test_the_digest_is_the_same_in_every_format_and_language() -> None:
    made = document("sub-processors", *LINES, CLOUD)

    digest = made.lists[0].digest
    assert json.loads(to_json(made))["lists"] == [{"market": "DE", "version": 1, "digest": digest}]
    assert digest in to_csv(made, "zh")
