"""The templates for CI and pre-commit: their shell steps run, and stop where the gate stops."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lineage.cli import lineage as group

ROOT = Path(__file__).resolve().parent.parent
CAPTURES = ROOT / "examples" / "captures"
ACTION: Any = yaml.safe_load((ROOT / "examples/ci/github/action.yml").read_text("utf-8"))
GITLAB: Any = yaml.safe_load((ROOT / "examples/ci/gitlab/lineage.gitlab-ci.yml").read_text("utf-8"))[
    "lineage"
]


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A checkout with traces that mix and traces that do not, and `lineage` and `pip` on the path."""
    for name in ("fastapi-mixed", "grpc-infer-clean"):
        (tmp_path / name).mkdir()
        shutil.copy(CAPTURES / f"{name}.jsonl", tmp_path / name)
        shutil.copy(CAPTURES / f"{name}.lineage.yaml", tmp_path / f"{name}.yaml")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, line in (("lineage", f'exec "{sys.executable}" -m lineage "$@"'), ("pip", "exit 0")):
        (tools / name).write_text(f"#!/bin/sh\n{line}\n")
        (tools / name).chmod(0o755)
    return tmp_path


def shell(script: str, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step as a runner does: bash, stopping at the first failure."""
    environment = {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def run_action(folder: Path, **inputs: str) -> dict[str, int]:
    """The exit code of each shell step of the action, as far as it gets."""
    values = {name: told.get("default", "") for name, told in ACTION["inputs"].items()} | inputs
    codes: dict[str, int] = {}
    failed = False
    for step in ACTION["runs"]["steps"]:
        if "run" not in step or (failed and "always()" not in step.get("if", "")):
            continue
        if "inputs.base != ''" in step.get("if", "") and not values["base"]:
            continue
        told = {
            name: re.sub(r"\$\{\{ inputs\.(\w+) }}", lambda m: values[m[1]], text)
            for name, text in step.get("env", {}).items()
        }
        codes[step["name"]] = shell(step["run"], folder, told).returncode
        failed = failed or codes[step["name"]] != 0
    return codes


def test_the_action_passes_what_is_proven_and_finds_no_change_to_itself(job: Path) -> None:
    inputs = {"spans": "grpc-infer-clean", "inventory": "grpc-infer-clean.yaml", "policies": "order16"}

    assert run_action(job, **inputs) == {"Install": 0, "Lint": 0, "Check": 0}
    (job / "base.json").write_bytes((job / "lineage-report" / "graph.json").read_bytes())
    assert run_action(job, **inputs, base="base.json") == {"Install": 0, "Lint": 0, "Check": 0, "Compare": 0}


def test_the_action_stops_at_a_violation_and_keeps_the_report(job: Path) -> None:
    inputs = {"spans": "fastapi-mixed", "inventory": "fastapi-mixed.yaml", "policies": "order16 baseline"}

    assert run_action(job, **inputs, base="gone.json") == {"Install": 0, "Lint": 0, "Check": 1, "Compare": 3}
    assert {path.name for path in (job / "lineage-report").iterdir()} == {
        "graph.json",
        "lineage.sarif",
        "report.json",
    }


@pytest.mark.parametrize(
    ("name", "code"), [("grpc-infer-clean", 0), ("fastapi-mixed", 1)], ids=["proven passes", "violated stops"]
)
def test_the_gitlab_job(job: Path, name: str, code: int) -> None:
    variables = GITLAB["variables"] | {"LINEAGE_SPANS": name, "LINEAGE_INVENTORY": f"{name}.yaml"}

    done = shell("\n".join(GITLAB["script"]), job, variables)

    assert done.returncode == code
    kept = [GITLAB["artifacts"]["reports"][each] for each in ("junit", "codequality")]
    assert [(job / file).is_file() for file in kept] == [True, True]


def test_the_pre_commit_hook_calls_a_command_that_there_is() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))

    program, command = shlex.split(hook["entry"])
    assert (program, command in group.commands, hook["pass_filenames"]) == ("lineage", True, False)
    assert all(
        re.search(hook["files"], name) for name in ("lineage.yaml", "deploy/waivers.yaml", "lineage-eu.yml")
    )
    assert not re.search(hook["files"], "docs/mkdocs.yaml")
