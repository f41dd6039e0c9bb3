"""`lineage document`: which files it writes, and what it says where it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lineage.__main__ import run

CAPTURES = Path(__file__).resolve().parents[2] / "examples" / "captures"
MIXED = (
    str(CAPTURES / "fastapi-mixed.jsonl"),
    "-i",
    str(CAPTURES / "fastapi-mixed.lineage.yaml"),
    "--today",
    "2026-11-25",
)
BOOKS = (
    "-i",
    str(CAPTURES / "litellm-v2-clean.lineage.yaml"),
    "-i",
    str(CAPTURES.parent / "ledgers" / "supply.lineage.yaml"),
)


def test_all_documents_go_into_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["document", "all", *MIXED, "-o", str(tmp_path / "made")]) == 0

    found = sorted(path.name for path in (tmp_path / "made").iterdir())
    assert len(found) == 8 * 3 + 4
    assert [name for name in found if name.startswith("sub-processors")] == [
        "sub-processors.csv",
        "sub-processors.json",
        "sub-processors.md",
        "sub-processors.xlsx",
    ]
    assert capsys.readouterr().err.count("wrote ") == len(found)


def test_the_list_names_every_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["document", "--list"]) == 0

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines() if line[0] != " "] == [
        "sub-processors",
        "processing-record",
        "transfer-assessment",
        "impact-assessment",
        "exemption-file",
        "authorisation-pack",
        "retention-schedule",
        "us-due-diligence",
    ]


WRONG = {
    "a document that is not there": (["sub-procesors"], "list.md", "did you mean 'sub-processors'?"),
    "an ending of no format": (["sub-processors"], "list.docx", "end it in .md, .csv, .xlsx or .json"),
    "no ending": (["sub-processors"], "list", "end it in .md, .csv, .xlsx or .json"),
    "all into a file": (["all"], "all.md", "name a folder"),
    "a market of no customer": (
        ["sub-processors", "--market", "FR"],
        "list.md",
        "Markets: CN, DE, SG, US, unknown",
    ),
    "one market of a document that is of all": (
        ["retention-schedule", "--market", "DE"],
        "list.md",
        "leave --market out",
    ),
    "a last list of a document without versions": (
        ["retention-schedule", "--since", "LAST"],
        "list.md",
        "leave --since out",
    ),
    "a last list that is not there": (
        ["sub-processors", "--since", "nowhere.csv"],
        "list.md",
        "cannot read the last list",
    ),
}


@pytest.mark.parametrize(("arguments", "output", "what"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_said_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], output: str, what: str
) -> None:
    last = str(tmp_path / "last.json")
    assert run(["document", "sub-processors", *MIXED, "-o", last]) == 0
    given = [last if each == "LAST" else each for each in arguments]

    assert run(["document", given[0], *MIXED, *given[1:], "-o", str(tmp_path / output)]) == 2

    assert what in capsys.readouterr().err
    assert not (tmp_path / output).exists()


def test_a_list_of_one_market_after_the_last_one(tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.json"
    assert run(["document", "sub-processors", *MIXED, "-o", str(first), "--market", "DE"]) == 0

    assert (
        run(
            ["document", "sub-processors", *MIXED, "-o", str(second), "--market", "DE", "--since", str(first)]
        )
        == 0
    )

    made = json.loads(second.read_text("utf-8"))
    assert [(one["market"], one["version"]) for one in made["lists"]] == [("DE", 1)]
    assert next(part for part in made["parts"] if part["id"] == "changes")["rows"] == []


def test_without_xlsxwriter_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)

    assert run(["document", "retention-schedule", *MIXED, "-o", str(tmp_path / "a.xlsx")]) == 2

    assert "pip install 'dataflow-lineage[documents]'" in capsys.readouterr().err


def test_the_ledgers_of_the_example_balance(tmp_path: Path) -> None:
    path = tmp_path / "pack.json"
    spans = str(CAPTURES / "litellm-v2-clean.jsonl")

    assert (
        run(["document", "authorisation-pack", spans, *BOOKS, "-o", str(path), "--today", "2026-11-25"]) == 0
    )

    part = next(
        part for part in json.loads(path.read_text("utf-8"))["parts"] if part["id"] == "reconciliation"
    )
    told = {row["key"]: row["cells"]["variance"][0].get("number") for row in part["rows"]}
    assert told["balance:qwen-max:2026-11:tokens"] == 0
    assert told["balance:llama-3:2026-11:tokens"] == 0
    sold = {row["key"]: row["cells"]["sold"][0].get("number") for row in part["rows"]}
    assert sold["balance:qwen-max:2026-11:tokens"] == 6860  # 7,000 bought, 140 left over


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        assert run(["document", "all", *MIXED, "-o", str(tmp_path / folder)]) == 0

    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
