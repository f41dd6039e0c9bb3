"""The documentation is true: what it shows runs, what it links to exists, what it must say stands there."""

from __future__ import annotations

import doctest
import importlib
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import lineage
from lineage.cli import lineage as group
from lineage.inventory import Inventory

ROOT = Path(__file__).resolve().parent.parent
CAPTURES = ROOT / "examples" / "captures"
SKIPPED = {
    ".git",
    ".venv",
    "__pycache__",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "dist",
    "build",
}


def _files(*endings: str) -> list[Path]:
    """Files of the repository with one of these endings."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - SKIPPED)
        found += [Path(folder, name) for name in sorted(names) if name.endswith(endings)]
    return found


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


PAGES = _files(".md")
TEXTS = _files(".md", ".py", ".yaml", ".yml", ".toml", ".sh", ".json", ".txt", ".dot", ".mmd", ".cfg")
MODULES = sorted(each.name for each in pkgutil.walk_packages(lineage.__path__, "lineage."))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

UNDATED: dict[str, str] = {}
"""Pages that do not say yet what they must; `strict` makes this fail once they do."""


# --- commands ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", sorted(group.commands))
def test_a_command_is_helped_and_documented(command: str) -> None:
    shown = group.commands[command].help or ""
    pages = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert re.search(r"Examples?:", shown)
    assert f"lineage {command}" in pages


@pytest.mark.parametrize("command", sorted(group.commands))
def test_every_option_says_what_it_does(command: str) -> None:
    silent = {
        option.name
        for option in group.commands[command].params
        if option.param_type_name == "option"
        and not getattr(option, "help", None)
        and not hasattr(option.type, "choices")
    }
    assert silent == set()


# --- what is shown, runs -------------------------------------------------------------------------------


@pytest.mark.parametrize("module", [each for each in MODULES if not each.endswith("__main__")])
def test_the_examples_of_a_module_are_right(module: str) -> None:
    tried = doctest.testmod(importlib.import_module(module))
    assert tried.failed == 0


def test_modules_do_have_examples() -> None:
    tried = [doctest.DocTestFinder().find(importlib.import_module(module)) for module in MODULES]
    assert sum(bool(test.examples) for tests in tried for test in tests) > 60


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", _blocks(ROOT / "README.md", "python"))
def test_the_python_of_the_readme_runs(block: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", block],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("VIOLATED")


def test_the_tutorial_prints_what_it_shows(tmp_path: Path) -> None:
    for name in ("grpc-infer-clean", "fastapi-mixed"):
        for ending in ("jsonl", "lineage.yaml"):
            shutil.copy(CAPTURES / f"{name}.{ending}", tmp_path)
    (tmp_path / "lineage").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lineage "$@"\n')
    (tmp_path / "lineage").chmod(0o755)
    blocks = _blocks(ROOT / "docs" / "tutorial.md", "console")
    assert len(blocks) == 7
    for block in blocks:
        parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
        code = 0
        for command, shown in zip(parts[::2], parts[1::2], strict=True):
            if command == "echo $?":
                assert shown == f"{code}\n"
                continue
            done = _shell(command, tmp_path)
            code = done.returncode
            assert _matches(shown, done.stdout), f"$ {command}\n{done.stdout}"


def _shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


def _matches(shown: str, printed: str) -> bool:
    """Whether a text was printed, with `...` alone on a line for any lines, none too."""
    pattern = "".join(
        "(?:.*\n)*?" if line == "...\n" else re.escape(line) for line in shown.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, printed) is not None


def test_what_the_page_on_findings_shows_is_what_check_prints() -> None:
    (shown,) = _blocks(ROOT / "docs" / "how-to" / "read-a-finding.md", "text")
    capture = "examples/captures/fastapi-mixed"
    done = _shell(
        f'"{sys.executable}" -m lineage check {capture}.jsonl -i {capture}.lineage.yaml -p order16', ROOT
    )
    assert shown in done.stdout


@pytest.mark.parametrize(
    ("page", "number"), [("first-inventory.md", 0), ("ci.md", 0)], ids=["a first inventory", "a waiver"]
)
def test_the_inventories_of_the_guides_load(tmp_path: Path, page: str, number: int) -> None:
    block = _blocks(ROOT / "docs" / "how-to" / page, "yaml")[number]
    indent = len(block) - len(block.lstrip(" "))
    text = "".join(line[indent:] for line in block.splitlines(keepends=True))
    (tmp_path / "lineage.yaml").write_text(text, "utf-8")
    assert Inventory.load([tmp_path / "lineage.yaml"]).digest


# --- what must stand there, and what must not ----------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    inside = [
        target for target in targets if target and "://" not in target and not target.startswith("mailto:")
    ]
    assert [target for target in inside if not (page.parent / target).exists()] == []


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            page,
            id=page.name,
            marks=[pytest.mark.xfail(strict=True, reason=UNDATED[_name(page)])]
            if _name(page) in UNDATED
            else [],
        )
        for page in DECISIONS
    ],
)
def test_a_decision_says_its_status_and_date(page: Path) -> None:
    head = page.read_text("utf-8")[:600]
    said = re.search(r"Status: (accepted|proposed|superseded by \d{4})\. Date: (\d{4}-\d{2}-\d{2})", head)
    assert said
    assert date.fromisoformat(said.group(2)) >= date(2026, 1, 1)
    assert head.startswith(f"# {page.name[:4]} ")


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"(?<![\w.])/(work|tmp|home|root|Users)/(?!canary)\w", id="paths of somebody's machine"),
        pytest.param(
            r"(pypi|registry|mirror|artifactory|nexus)[\w.-]*\.(org|com|net|cn|io|internal|local)\b",
            id="package registries",
        ),
        pytest.param(
            r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30}", id="secrets"
        ),
    ],
)
def test_the_repository_names_nobodys_machine(pattern: str) -> None:
    found = [
        f"{_name(path)}:{number}"
        for path in TEXTS
        if CAPTURES not in path.parents and path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == []


def test_the_schema_in_the_docs_is_a_json_schema() -> None:
    schema = json.loads((ROOT / "docs" / "reference" / "lineage.schema.json").read_text("utf-8"))
    assert {"places", "parties"} <= set(schema["properties"])


def test_the_readme_has_the_exit_codes_of_the_command() -> None:
    table = dict(re.findall(r"^\| (\d) \| (.*) \|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    told = dict(re.findall(r"^ +(\d)  (.*)$", group.help or "", re.MULTILINE))
    assert set(table) == set(told) == {"0", "1", "2", "3", "4", "5"}
    assert all(told[code].startswith(table[code]) for code in table)
