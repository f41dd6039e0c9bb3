"""The wheel holds what it needs and nothing else, and works from a fresh environment and another folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import lineage

ROOT = Path(__file__).resolve().parent.parent
CAPTURES = ROOT / "examples" / "captures"
MOVED = {"policies": "lineage/policies", "diagrams": "lineage/diagrams"}
PACKED = {"examples/captures/fastapi-mixed.pb", "examples/captures/fastapi-mixed.lineage.yaml"}
NO_INDEX = (
    "Could not find a version that satisfies",
    "NewConnectionError",
    "ConnectTimeoutError",
    "No matching distribution",
)

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a user would: nothing of this checkout on its path."""
    clean = {
        name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env={**clean, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=900,
        check=False,
    )


def pip(python: str | Path, *arguments: str | Path, cwd: Path) -> None:
    """Run pip; without a package index nothing can be built or installed, and the test says so."""
    done = run(python, "-m", "pip", *arguments, cwd=cwd)
    if done.returncode and any(sign in done.stderr for sign in NO_INDEX):
        pytest.skip("not measured: no package index can be reached")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("source") / "checkout"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "dist", "build")
    )
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    pip(sys.executable, "wheel", "-q", "--no-deps", "-w", source.parent / "dist", ".", cwd=source)
    (built,) = (source.parent / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of a new environment with the wheel and what it depends on."""
    where = tmp_path_factory.mktemp("fresh")
    made = run(sys.executable, "-m", "venv", "env", cwd=where)
    assert made.returncode == 0, made.stdout + made.stderr
    scripts = where / "env" / "bin"
    pip(scripts / "python", "install", "-q", wheel, cwd=where)
    return scripts


def test_the_wheel_holds_the_package_its_packs_views_and_demo_and_nothing_else(
    source: Path, wheel: Path
) -> None:
    expected = {
        f"{MOVED.get(top, top)}/{path.relative_to(source / top).as_posix()}"
        for top in ("lineage", "policies", "diagrams")
        for path in (source / top).rglob("*")
        if path.is_file()
    } | {path.replace("examples/", "lineage/") for path in PACKED}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected


def test_the_wheel_is_the_package_of_this_version_with_one_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        about = archive.read(metadata).decode()
        commands = archive.read(metadata.replace("METADATA", "entry_points.txt")).decode()
    assert f"Version: {lineage.__version__}\n" in about
    assert "Name: dataflow-lineage\n" in about
    assert commands.split("\n\n") == [
        "[console_scripts]\nlineage = lineage.__main__:main",
        "[opentelemetry_pre_instrument]\nlineage = lineage.instrument.auto:start",
        "[opentelemetry_traces_exporter]\nlineage = lineage.instrument.auto:FilteredExporter",
        "[pytest11]\nlineage = lineage.pytest_plugin\n",
    ]


def test_the_installed_command_tells_its_version(fresh: Path, tmp_path: Path) -> None:
    done = run(fresh / "lineage", "--version", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"lineage {lineage.__version__}\n", "")


@pytest.mark.parametrize(
    ("capture", "code"), [("fastapi-clean", 0), ("fastapi-mixed", 1), ("litellm-v2-clean", 3)]
)
def test_the_installed_command_checks_with_a_built_in_pack_from_another_folder(
    fresh: Path, tmp_path: Path, capture: str, code: int
) -> None:
    # Folders of these names are the user's own, and must not be taken for ours.
    (tmp_path / "policies").mkdir()
    (tmp_path / "diagrams").mkdir()
    done = run(
        fresh / "lineage",
        "check",
        CAPTURES / f"{capture}.jsonl",
        "-i",
        CAPTURES / f"{capture}.lineage.yaml",
        "-p",
        "order16",
        cwd=tmp_path,
    )
    assert done.returncode == code, done.stderr
    assert "of 14 rules met them" in done.stdout


def test_the_installed_demo_checks_and_draws_without_extras(fresh: Path, tmp_path: Path) -> None:
    done = run(fresh / "lineage", "demo", "-o", "worked", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "VIOLATED" in done.stdout.upper()
    written = {path.name for path in (tmp_path / "worked").iterdir()}
    assert {"fastapi-mixed.pb", "fastapi-mixed.lineage.yaml"} < written
    # Without graphviz and without the `render` extra the demo leaves the picture's source instead.
    assert "inputs.svg" in written or {"inputs.dot", "inputs.mmd"} <= written
