"""The seven cases of the comparison: what lineage says of each, literally; and that what peers are given says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from benchmarks.compare.ours import LINEAGE, judge
from benchmarks.compare.outcome import CASES, Answer, Case, Right, Score, Tool, askable, score
from benchmarks.compare.peers import FIDES_FILES, PEERS, QUESTIONS, install
from benchmarks.compare.spans import CASES as FOLDER
from benchmarks.compare.spans import texts
from lineage.findings import Verdict
from lineage.report import FORMATS

PEER_FILES = Path(FOLDER).parent
PAGE = PEER_FILES.parent.parent / "docs" / "explanation" / "comparison.md"

EXPECTED = {
    "a-clean": (0, "", ""),
    "b-shared-log": (
        1,
        "order16/no-shared-log order16/no-shared-training-pool baseline/q4-logs-redacted-deletable "
        "baseline/q5-use-beyond-inference zones/overseas-line",
        "",
    ),
    "c-fallback": (1, "zones/overseas-line", ""),
    "d-debug-copy": (1, "order16/no-operator-copy-out order16/no-workstation-copy", ""),
    "e-redacted": (0, "", ""),
    "f-no-zone": (
        3,
        "",
        "order16/round-trip-closed order16/evidence-complete baseline/q2-domestic-hops zones/overseas-line",
    ),
    "g-missing-parent": (
        3,
        "",
        "order16/origin-overseas order16/no-domestic-user order16/no-domestic-business-data order16/no-shared-store "
        "order16/no-important-data order16/mixed-artefacts-not-returned order16/evidence-complete "
        "baseline/unknown-places baseline/unlabelled-edge baseline/complete-evidence",
    ),
}
"""Case -> exit code, rules violated, rules undecided."""


@pytest.mark.parametrize("case", EXPECTED)
def test_what_lineage_says_of_a_case(case: str) -> None:
    report = judge(case)

    def rules(verdict: Verdict) -> str:
        return " ".join(rule.rule for rule in report.rules if rule.verdict is verdict)

    assert EXPECTED[case] == (report.exit_code, rules(Verdict.VIOLATED), rules(Verdict.UNDECIDED))


@pytest.mark.parametrize(
    ("case", "rule", "way"),
    [
        pytest.param(
            "b-shared-log",
            "order16/no-shared-training-pool",
            "acme-eu > edge-sg > core-overseas > shared-log logs/requests > sample-exporter > domestic-pool tuning/training_samples",
            id="through the log into the pool, over two traces",
        ),
        pytest.param(
            "c-fallback",
            "zones/overseas-line",
            "acme-eu > edge-sg > core-overseas > gpt",
            id="to the upstream abroad",
        ),
        pytest.param(
            "d-debug-copy",
            "order16/no-operator-copy-out",
            "acme-eu > edge-sg > core-overseas > pg-overseas gateway/conversations > debug-console > sre",
            id="out of the store to the engineer",
        ),
        pytest.param(
            "d-debug-copy",
            "order16/no-workstation-copy",
            "acme-eu > edge-sg > core-overseas > pg-overseas gateway/conversations > debug-console > laptop debug/dump",
            id="out of the store to the laptop",
        ),
    ],
)
def test_a_violation_shows_the_whole_way(case: str, rule: str, way: str) -> None:
    (finding,) = (finding for finding in judge(case).findings if finding.rule == rule)
    steps = finding.witness[0].steps

    assert way == " > ".join([steps[0].source.en, *(step.target.en for step in steps)])
    assert all(step.established for step in steps)


@pytest.mark.parametrize("rule", ["order16/no-shared-log", "order16/no-shared-store", "zones/overseas-line"])
def test_what_redaction_proves_names_it(rule: str) -> None:
    (result,) = (result for result in judge("e-redacted").rules if result.rule == rule)

    assert (
        result.verdict,
        result.declassifiers,
        result.waived,
    ) == (Verdict.PROVEN, ("redact-before-log",), False)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        pytest.param(
            "f-no-zone",
            "The zone of this place is not declared: declare places[].zone in lineage.yaml",
            id="the zone",
        ),
        pytest.param("g-missing-parent", "spans whose parent is missing, 1 (allowed: 0)", id="the parent"),
    ],
)
def test_what_is_missing_is_named(case: str, said: str) -> None:
    assert said in FORMATS["text"](judge(case))


# --- the fixture -----------------------------------------------------------------------------------------


def test_the_spans_are_those_that_the_generator_writes() -> None:
    assert texts() == {case.id: (FOLDER / case.id / "spans.jsonl").read_text("utf-8") for case in CASES}


def test_every_case_of_fides_names_files_that_are_there_and_systems_that_are_in_them() -> None:
    fides = PEERS[0]
    for case, names in FIDES_FILES.items():
        manifests = [
            yaml.safe_load((PEER_FILES / "fides" / f"{name}.yml").read_text("utf-8")) for name in names
        ]
        systems = {system["fides_key"] for manifest in manifests for system in manifest.get("system", ())}
        assert fides.decisive.get(case, frozenset()) <= systems


def test_every_case_of_borderlint_names_files_that_are_there() -> None:
    borderlint = PEERS[2]
    for case, names in borderlint.decisive.items():
        assert names <= {path.name for path in (PEER_FILES / "source" / case).iterdir()}


@pytest.mark.parametrize("tool", [LINEAGE, *PEERS], ids=lambda tool: tool.name)
def test_the_page_has_a_cell_for_each_question(tool: Tool) -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    head = rows[0].strip("| ").split(" | ")
    at = head.index(tool.package.replace("==", " ") or tool.name)
    cells = {
        row.strip("| ").split(":")[0]: row.strip("| ").split(" | ")[at] for row in rows[2:] if ": " in row
    }
    for case in QUESTIONS:
        if tool is LINEAGE and askable(case, tool):
            answer = tool.ask(case, PEER_FILES)
            assert cells[case.id] == f"{score(case, tool, answer)}, exit {answer.code}"
        elif not askable(case, tool):
            assert cells[case.id] == tool.unasked


# --- scores ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "found", "expected"),
    [
        pytest.param(Right.FINE, "", Score.QUIET, id="nothing wrong, nothing said"),
        pytest.param(Right.FINE, "x", Score.FALSE_ALARM, id="nothing wrong, something said"),
        pytest.param(Right.BREACH, "pool x", Score.CAUGHT, id="what is wrong is among what is said"),
        pytest.param(Right.BREACH, "x", Score.ELSEWHERE, id="something else is said"),
        pytest.param(Right.OPEN, "", Score.MISSED, id="something open, nothing said"),
    ],
)
def test_scores(right: Right, found: str, expected: Score) -> None:
    tool = Tool("tool", "", {"case": frozenset({"pool"})}, lambda case, folder: Answer(0, frozenset()))

    assert expected == score(Case("case", "", right), tool, Answer(1, frozenset(found.split())))


@pytest.mark.slow
def test_what_cannot_be_installed_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

    with pytest.raises(OSError, match="No matching distribution found"):
        install("pytm==1.4.0", tmp_path / "pytm")
