"""fides, pytm and borderlint on the cases, each run as its users run it, in a virtual environment of its own.

How each case is put to each is in the folders fides, pytm and source, and told in docs/explanation/comparison.md.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path

from benchmarks.compare.outcome import BY_HAND, CASES, Answer, Case, Tool

HERE = Path(__file__).parent
MINUTES = 60
FIDES_FILES = {
    "b-shared-log": ("b-shared-log", "b-log-as-owned"),
    BY_HAND.id: ("b-shared-log", "b-log-by-hand"),
    **{case: (case,) for case in ("c-fallback", "d-debug-copy", "e-redacted", "f-no-zone")},
}
"""Manifests beside common.yml, by case."""


def install(package: str, folder: Path) -> Path:
    """A virtual environment with a package, made unless it is there; gives the folder of its programs.

    Raises:
        OSError: it cannot be made, or pip cannot install the package; says what pip said last.
    """
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        pip = [
            str(programs / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            package,
        ]
        try:
            done = subprocess.run(pip, capture_output=True, text=True, timeout=20 * MINUTES, check=False)
        except subprocess.TimeoutExpired:
            raise OSError("pip took more than 20 minutes") from None
        if done.returncode:
            raise OSError((done.stderr.strip().splitlines() or ["pip failed and said nothing"])[-1])
        (folder / "complete").touch()
    return programs


def _run(command: list[str], work: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A peer's program in a folder and with a home of its own."""
    known = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(work),
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "200",
    }
    return subprocess.run(
        command,
        cwd=work,
        env=known | environment,
        capture_output=True,
        text=True,
        timeout=5 * MINUTES,
        check=False,
    )


def _refuse(done: subprocess.CompletedProcess[str], *codes: int) -> None:
    if done.returncode not in codes:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        raise OSError(f"exit code {done.returncode}: {said[-1]}")


def fides(case: Case, programs: Path) -> Answer:
    """`fides --local evaluate` on the manifests of a case: the systems that its violations name."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        manifests = work / "manifests"
        manifests.mkdir()
        for name in ("common", *FIDES_FILES.get(case.id, ())):
            shutil.copy(HERE / "fides" / f"{name}.yml", manifests)
        evaluate = [str(programs / "fides"), "--local", "evaluate", str(manifests)]
        done = _run(evaluate, work, FIDES__USER__ANALYTICS_OPT_OUT="true")
    # One code says both that a policy is violated and that the manifests cannot be read.
    said = " ".join(re.sub(r"['\n]", " ", done.stdout).split())
    if "Evaluation passed!" not in said and "violations" not in said:
        _refuse(done)
    return Answer(done.returncode, frozenset(re.findall(r"of system \((\w+)\)", said)))


def pytm(case: Case, programs: Path) -> Answer:
    """The threat model of a case with `--json`: the flows on which it finds a data leak (DS06)."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        report = work / "report.json"
        done = _run(
            [str(programs / "python"), str(HERE / "pytm" / "model.py"), "--json", str(report)],
            work,
            CASE=case.id,
        )
        _refuse(done, 0)
        findings = json.loads(report.read_text("utf-8"))["findings"]
    return Answer(
        done.returncode, frozenset(each["target"] for each in findings if each["threat_id"] == "DS06")
    )


def borderlint(case: Case, programs: Path) -> Answer:
    """`borderlint scan` on the code of a case: the files in which it finds a failure or a warning."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        code = work / "code"
        shutil.copytree(HERE / "source" / "common", code, ignore=shutil.ignore_patterns("__pycache__"))
        if (HERE / "source" / case.id).is_dir():
            shutil.copytree(
                HERE / "source" / case.id,
                code,
                ignore=shutil.ignore_patterns("__pycache__"),
                dirs_exist_ok=True,
            )
        policy = str(HERE / "source" / "residency.json")
        scan = [
            str(programs / "borderlint"),
            "scan",
            "code",
            "--policy",
            policy,
            "--classification",
            "overseas",
        ]
        done = _run([*scan, "--format", "json"], work)
        _refuse(done, 0, 1)
    findings = json.loads(done.stdout)["findings"]
    return Answer(
        done.returncode,
        frozenset(Path(each["file"]).name for each in findings if each["severity"] in ("fail", "warn")),
    )


PEERS = (
    Tool(
        "fides",
        "ethyca-fides==2.78.2",
        {
            "b-shared-log": frozenset({"sample_exporter"}),
            BY_HAND.id: frozenset({"sample_exporter"}),
            "c-fallback": frozenset({"gpt"}),
            "d-debug-copy": frozenset({"debug_console"}),
            "f-no-zone": frozenset({"sessions"}),
        },
        fides,
    ),
    Tool(
        "pytm",
        "pytm==1.4.0",
        {
            "b-shared-log": frozenset({"search", "insert"}),
            BY_HAND.id: frozenset({"search", "insert"}),
            "c-fallback": frozenset({"fall back"}),
            "d-debug-copy": frozenset({"show", "copy"}),
            "f-no-zone": frozenset({"keep session"}),
        },
        pytm,
    ),
    Tool(
        "borderlint",
        "borderlint==1.15.10",
        {
            "b-shared-log": frozenset({"shared_log.py", "sample_exporter.py"}),
            "c-fallback": frozenset({"fallback.py"}),
            "d-debug-copy": frozenset({"debug_console.py"}),
            "f-no-zone": frozenset({"sessions.py"}),
        },
        borderlint,
    ),
)
QUESTIONS = (*CASES, BY_HAND)
