"""`lineage diagram`: formats by file ending, all views, each finding, and what is said when that cannot be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from diagram.pictures import CAPTURES
from lineage.__main__ import run
from lineage.diagram import render, view_names

SPANS = (str(CAPTURES / "fastapi-mixed.jsonl"), "-i", str(CAPTURES / "fastapi-mixed.lineage.yaml"))
PACK = ("-p", str(Path(__file__).parent / "pack.yaml"))
module = sys.modules[render.__module__]


def test_the_views_are_listed_with_their_questions(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diagram", "--list"]) == 0

    out = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in out[::2]] == sorted([*view_names(), "finding:FINGERPRINT"])
    assert out[6] == "finding:FINGERPRINT    One finding / 单项发现"
    assert out[7].strip() == "By which way did it happen? 经由哪条路径发生？"


@pytest.mark.parametrize(
    ("file", "begin"),
    [
        ("a.dot", b"// lineage-diagram/1 "),
        ("a.mmd", b"flowchart LR\n"),
        ("a.drawio", b"<?xml version='1.0' encoding='utf-8'?>\n<mxfile"),
        ("a.SVG", b"<?xml"),
    ],
)
def test_the_ending_says_the_format(tmp_path: Path, file: str, begin: bytes) -> None:
    if not file.endswith((".dot", ".mmd")):
        pytest.importorskip("pygraphviz")

    assert run(["diagram", *SPANS, *PACK, "-o", str(tmp_path / file)]) == 0

    assert (tmp_path / file).read_bytes().startswith(begin)


def test_all_views_into_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pictures"

    assert run(["diagram", *SPANS, *PACK, "--view", "all", "--format", "mmd", "-o", str(folder)]) == 0

    assert sorted(file.name for file in folder.iterdir()) == [f"{name}.mmd" for name in view_names()]
    assert capsys.readouterr().err.count("wrote ") == len(view_names())


def test_each_violation_into_a_folder(tmp_path: Path) -> None:
    assert run(["diagram", *SPANS, *PACK, "--view", "findings", "--format", "dot", "-o", str(tmp_path)]) == 0

    files = sorted(tmp_path.iterdir())
    assert len(files) == 5
    assert all(file.name.startswith("finding-") and file.suffix == ".dot" for file in files)
    fingerprint = files[0].stem.removeprefix("finding-")
    alone = tmp_path / "alone.dot"
    assert run(["diagram", *SPANS, *PACK, "--finding", fingerprint, "-o", str(alone)]) == 0
    assert alone.read_bytes() == files[0].read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            ("-o", "x.svg", "--view", "all"),
            "writes a folder, and x.svg ends like a picture",
            id="all in one file",
        ),
        pytest.param(
            ("-o", "x", "--view", "findings", "--finding", "0000"),
            "--finding draws one picture",
            id="one of many",
        ),
        pytest.param(
            ("-o", "x.svg", "--finding", "0000"),
            "no finding has the fingerprint '0000'",
            id="no such finding",
        ),
        pytest.param(
            ("-o", "x.svg", "--view", "logs", "--finding", "0000"),
            "does not draw one finding",
            id="a view of flows",
        ),
        pytest.param(
            ("-o", "x.gif"), "end it in .svg, .png, .pdf, .dot, .mmd or .drawio", id="no such format"
        ),
        pytest.param(
            ("-o", f"{__file__}/x", "--view", "all"), "cannot make the folder", id="a folder in a file"
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diagram", *SPANS, *PACK, *arguments]) == 2
    assert said in capsys.readouterr().err


def test_without_an_engine_text_is_written_and_it_is_said_once_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_engine", lambda: ("", None))

    assert (
        run(["diagram", *SPANS, *PACK, "--view", "findings", "--format", "drawio", "-o", str(tmp_path)]) == 0
    )

    assert {file.suffix for file in tmp_path.iterdir()} == {".dot", ".mmd"}
    assert capsys.readouterr().err.count("no Graphviz was found") == 1
