"""Where reports go: `--format` several times, files and standard output, the summary of a GitHub job."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lineage.__main__ import run
from lineage.report import FORMATS

ROOT = Path(__file__).resolve().parent.parent
CAPTURE = ROOT / "examples" / "captures" / "fastapi-clean"
CHECK = (
    "check", f"{CAPTURE}.jsonl", "-i", f"{CAPTURE}.lineage.yaml", "-p", "order16", "--today", "2026-11-25",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def test_one_run_writes_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [
        argument for form in FORMATS if form != "text" for argument in ("--format", f"{form}=out.{form}")
    ]

    assert run([*CHECK, *asked, "--format", "text"]) == 0
    assert capsys.readouterr().out.startswith("PROVEN: ")
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(
        f"out.{form}" for form in FORMATS if form != "text"
    )
    assert json.loads(Path("out.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert ET.parse("out.junit").getroot().get("failures") == "0"  # noqa: S314  it is our own


def test_paths_in_a_file_are_relative_to_where_lineage_runs(tmp_path: Path) -> None:
    mixed = ROOT / "examples" / "captures" / "fastapi-mixed"
    run(
        [
            "check",
            f"{mixed}.jsonl",
            "-i",
            f"{mixed}.lineage.yaml",
            "-p",
            "order16",
            "--format",
            "sarif=out.sarif",
        ]
    )
    text = Path("out.sarif").read_text("utf-8")

    assert f'"uri": "{os.path.relpath(mixed, tmp_path)}.lineage.yaml"' in text
    assert '"uri": "/' not in text


@pytest.mark.parametrize(
    ("asked", "written", "out"),
    [
        pytest.param([], [], "PROVEN: ", id="text when nothing is said"),
        pytest.param(["-o", "a"], ["a"], "", id="-o for text"),
        pytest.param(["--format", "gitlab"], [], "[]", id="one format to standard output"),
        pytest.param(["--format", "gitlab", "-o", "a"], ["a"], "", id="-o for one format"),
        pytest.param(["--format", "gitlab=-"], [], "[]", id="standard output by its name"),
        pytest.param(["--format", "gitlab", "-o", "-"], [], "[]", id="-o names standard output"),
        pytest.param(["--format", "gitlab=a", "--format", "gitlab"], ["a"], "[]", id="one format twice"),
        pytest.param(
            ["--format", "gitlab=a", "--format", "json", "-o", "b"], ["a", "b"], "", id="-o for the other"
        ),
    ],
)
def test_each_goes_where_it_should(
    asked: list[str], written: list[str], out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*CHECK, *asked]) == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == written
    assert capsys.readouterr().out[: len(out) or None] == out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param(["--format", "srif"], "'srif' is not one of text, json, sarif", id="no such format"),
        pytest.param(["--format", "srif"], "did you mean 'sarif'?", id="a format that is nearly one"),
        pytest.param(["--format", "sarif="], "sarif= names no file", id="a format with an empty file"),
        pytest.param(
            ["--format", "json", "--format", "text"], "to the same place", id="two to standard output"
        ),
        pytest.param(
            ["--format", "json", "--format", "text", "-o", "a"], "to the same place", id="two to one -o"
        ),
        pytest.param(
            ["--format", "json=a", "--format", "text=./a"], "to the same file", id="two to the same file"
        ),
        pytest.param(
            ["--format", "json=a", "-o", "b"], "every format has one of its own", id="-o for nobody"
        ),
        pytest.param(["--format", "json=gone/a"], "gone/a: cannot write the file", id="no such folder"),
    ],
)
def test_wrong_outputs_are_told_and_nothing_is_written(
    asked: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*CHECK, *asked]) == 2
    out, err = capsys.readouterr()
    assert (out, list(tmp_path.iterdir())) == ("", [])
    assert said in err


def test_unreadable_spans_leave_every_file_as_it_was(tmp_path: Path) -> None:
    Path("bad.jsonl").write_text("{")
    Path("out.sarif").write_text("before")

    assert run(["check", "bad.jsonl", "--format", "sarif=out.sarif", "--format", "junit=out.xml"]) == 2
    assert Path("out.sarif").read_text() == "before"
    assert not Path("out.xml").exists()


def test_the_help_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", "--help"])
    told = capsys.readouterr().out.replace("-\n" + " " * 34, "-")

    assert [form for form in FORMATS if form not in told] == []


# --- the summary of a GitHub job -----------------------------------------------------------------------


def test_annotations_come_with_a_summary_after_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("summary.md").write_text("# an earlier step\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")

    assert run([*CHECK, "--format", "github"]) == 0
    assert Path("summary.md").read_text("utf-8").startswith("# an earlier step\n## lineage ✓ PROVEN: ")


def test_other_formats_leave_the_summary_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")

    assert run([*CHECK, "--format", "markdown"]) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_summary_that_is_nearly_full_is_not_overfilled(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("summary.md").write_text("x" * 999_000)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    run([*CHECK, "--format", "github"])
    text = Path("summary.md").read_text("utf-8")

    assert len(text.encode()) <= 1_000_000
    assert "entries are left out for size" in text


def test_a_full_summary_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("summary.md").write_text("x" * 1_048_000)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")

    assert run([*CHECK, "--format", "github"]) == 0
    assert Path("summary.md").stat().st_size == 1_048_000
    assert "note: the job's summary (GITHUB_STEP_SUMMARY) is full" in capsys.readouterr().err


def test_a_summary_that_cannot_be_written_changes_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "gone/summary.md")

    assert run([*CHECK, "--format", "github"]) == 0
    assert "note: the job's summary (GITHUB_STEP_SUMMARY) cannot be written" in capsys.readouterr().err


def test_files_have_the_rights_that_the_user_gives_files(tmp_path: Path) -> None:
    Path("plain").write_text("")
    run([*CHECK, "--format", "sarif=out.sarif"])

    assert stat.S_IMODE(Path("out.sarif").stat().st_mode) == stat.S_IMODE(Path("plain").stat().st_mode)
