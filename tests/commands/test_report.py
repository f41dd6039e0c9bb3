"""`lineage report`: one file that opens anywhere, and the JSON that it names."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from lineage.__main__ import run


def asked(captures: Path, *more: str) -> list[str]:
    spans = captures / "fastapi-clean"
    return ["report", f"{spans}.jsonl", "-i", f"{spans}.lineage.yaml", *more]


def test_it_writes_both_files_and_says_the_verdict(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "november"
    code = run(asked(captures, "-p", "order16", "-o", str(folder), "--today", "2026-11-25"))
    out, err = capsys.readouterr()
    page, beside = (folder / "report.html").read_text("utf-8"), (folder / "report.json").read_bytes()

    assert code == 0
    assert out == "PROVEN: 0 violated, 0 undecided, 9 proven, 0 waived, 5 not applicable\n"
    assert err == f"wrote {folder / 'report.json'}\nwrote {folder / 'report.html'}\n"
    assert json.loads(beside)["schema"] == "lineage-report/1"
    assert hashlib.sha256(beside).hexdigest() in page
    assert '<html lang="en">' in page


def test_with_source_date_epoch_the_same_input_gives_the_same_bytes(
    captures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795608000")
    for name in ("a", "b"):
        run(asked(captures, "-o", str(tmp_path / name), "--lang", "zh"))
    first, second = ((tmp_path / name / "report.html").read_bytes() for name in ("a", "b"))

    assert first == second
    assert b'<html lang="zh-CN">' in first
    assert json.loads((tmp_path / "a" / "report.json").read_bytes())["today"] == "2026-11-25"


def test_a_verdict_of_violated_is_written_like_any_other(captures: Path, tmp_path: Path) -> None:
    spans = captures / "fastapi-mixed"
    words = ["report", f"{spans}.pb", "-i", f"{spans}.lineage.yaml", "-o", str(tmp_path), "--view", "border"]
    assert run(words) == 0
    views = re.search(
        r'"views":\[\{"id":"view1","view":"(\w+)"', (tmp_path / "report.html").read_text("utf-8")
    )
    assert views is not None
    assert views[1] == "border"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["-o", "out", "--view", "where-inputs-goo"], "where-inputs-goo"),
        (["-o", "taken"], "taken is no folder"),
        (["-o", "out", "--today", "yesterday"], "--today is not a date"),
        ([], "Missing option '-o'"),
    ],
    ids=["a view that is not there", "a file where the folder should be", "no date", "no folder"],
)
def test_a_mistake_is_told_and_nothing_is_written(
    more: list[str],
    said: str,
    captures: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("mine")
    code = run(asked(captures, *more))

    assert code == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
