"""`lineage lint`: everything wrong at once, with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lineage.__main__ import run
from lineage.inventory.match import facts
from lineage.lint import TOLD, lint
from lineage.pipeline import read_flows
from lineage.places import PlaceKind

TODAY = date(2026, 11, 25)
WAIVER = "rule: order16/no-shared-log, path: [x], reason: r, approver: dpo"
PACK = """\
id: mine
version: "1"
title: {en: a, zh: a}
authority: {en: a, zh: a}
reviewed: 2026-11-25
rules:
  - id: mine/one
    title: {en: a, zh: a}
    why: {en: a, zh: a}
    remedy: {en: a, zh: a}
    severity: high
    contract: {type: forbid-flow, data: {kinds: [party]}, to: {roles: [log]}}
  - id: mine/two
    title: {en: a, zh: a}
    why: {en: a, zh: a}
    remedy: {en: a, zh: a}
    severity: high
    contract: {type: forbid-flow, data: {kinds: [party]}, to: {roles: [cache]}}
"""


@pytest.mark.parametrize(
    ("text", "errors", "warnings"),
    [
        pytest.param("places: [{match: {service: gw}, country: SG}]", [], [], id="nothing wrong"),
        pytest.param(
            f"waivers: [{{{WAIVER}, expires: 2026-11-24, owner: sre}}]",
            ["the waiver of order16/no-shared-log expired on 2026-11-24; sre answers for it"],
            [],
            id="an expired waiver, with its owner",
        ),
        pytest.param(
            f"waivers: [{{{WAIVER}, expires: 2026-12-09}}]",
            [],
            ["the waiver of order16/no-shared-log ends on 2026-12-09; dpo answers for it"],
            id="a waiver that ends in 14 days",
        ),
        pytest.param(
            f"waivers: [{{{WAIVER}, expires: 2026-12-10}}]", [], [], id="a waiver that ends in 15 days"
        ),
        pytest.param(
            f"waivers: [{{{WAIVER.replace('-log', '-lock')}, expires: 2027-01-01}}]",
            ["no rule is called 'order16/no-shared-lock'"],
            [],
            id="a waiver of no rule",
        ),
        pytest.param(
            f"waivers: [{{{WAIVER}, expires: 2027-01-01}}, {{{WAIVER}, expires: 2027-02-01}}]",
            ["order16/no-shared-log is waived for the same finding at lineage.yaml:1:11"],
            [],
            id="the same waiver twice",
        ),
        pytest.param(
            "attestations: [{id: a, type: dpa, owner: dpo, date: 2026-01-01, expires: 2026-12-01}]",
            [],
            ["attestation 'a' of dpo ends on 2026-12-01"],
            id="a document that ends soon",
        ),
        pytest.param(
            "attestations: [{id: a, type: dpa, owner: dpo, date: 2026-01-01, expires: 2026-11-24}]",
            [],
            ["attestation 'a' of dpo expired on 2026-11-24"],
            id="a document that is over",
        ),
        pytest.param(
            "places: [{match: {kind: service, host: pg.example}, country: SG}]",
            [],
            ["this never matches: no service has host"],
            id="a key that its kind never has",
        ),
        pytest.param(
            "places: [{match: {service: gw, collection: users}, country: SG}]",
            [],
            ["this never matches: no place has service and collection"],
            id="keys that no kind has together",
        ),
        pytest.param(
            "places: [{match: {host: pg}, role: log, country: SG}, {match: {host: pg}, role: log}]",
            [],
            ["this says nothing that the entry at lineage.yaml:1:10 does not say"],
            id="an entry that adds nothing",
        ),
        pytest.param(
            "places: [{match: {host: pg}, role: log}, {match: {host: pg}, country: SG}]",
            [],
            [],
            id="an entry that adds",
        ),
        pytest.param(
            f"places: [{{name: a, match: {{host: pg}}, vendor: nobody}}]\nwaivers: [{{{WAIVER}, expires: 2026-01-01}}]",
            [
                "no vendor 'nobody' is declared",
                "the waiver of order16/no-shared-log expired on 2026-01-01; dpo answers for it",
            ],
            [],
            id="two things wrong at once",
        ),
    ],
)
def test_what_is_found_in_an_inventory(
    text: str, errors: list[str], warnings: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lineage.yaml").write_text(text)

    found = lint(["lineage.yaml"], [], TODAY)

    assert [problem.what for problem in found.errors] == errors
    assert [problem.what for problem in found.warnings] == warnings
    assert all(problem.file == "lineage.yaml" and problem.line for problem in found.errors + found.warnings)


@pytest.mark.parametrize(
    ("cases", "errors", "warnings"),
    [
        pytest.param(None, [], ["pack 'mine' has no cases"], id="no cases"),
        pytest.param(
            'cases: [{name: x, lines: ["a[DE] > gw@SG"], expect: {one: proven}}]',
            [],
            ["no case shows rule 'mine/two'"],
            id="a rule without one",
        ),
        pytest.param(
            'cases: [{name: x, lines: ["a[DE] > gw@SG"], expect: {one: proven, two: proven}}]',
            [],
            [],
            id="all have one",
        ),
        pytest.param(
            'cases: [{name: x, lines: ["a[DE] > gw@SG"], expect: {three: proven}}]',
            ["case 'x': pack 'mine' has no rule 'three'"],
            [],
            id="a case of no rule",
        ),
    ],
)
def test_what_is_found_in_a_pack(
    cases: str | None, errors: list[str], warnings: list[str], tmp_path: Path
) -> None:
    pack = tmp_path / "mine.yaml"
    pack.write_text(PACK)
    if cases:
        (tmp_path / "mine.cases.yaml").write_text(cases)

    found = lint([], [str(pack)], TODAY)

    assert [problem.what for problem in found.errors] == errors
    assert [problem.what for problem in found.warnings] == warnings


@pytest.mark.parametrize(
    "name", ["fastapi-mixed", "grpc-infer-clean", "litellm-v2-clean", "node-express-mixed"]
)
def test_telemetry_tells_of_a_place_no_more_than_lint_believes(name: str, captures: Path) -> None:
    """Else a warning of what never matches would be wrong."""
    known = {PlaceKind.PARTY, PlaceKind.CALLER}
    for place in read_flows([captures / f"{name}.jsonl"]).places:
        if place.kind not in known:
            assert facts(place).keys() - {"kind"} <= TOLD[place.kind]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["-i", "good.yaml"], 0, "0 errors, 0 warnings in good.yaml", id="good"),
        pytest.param(["-i", "bad.yaml"], 2, "error: bad.yaml:1:1: unknown key 'place'", id="bad"),
        pytest.param(["-i", "good.yaml", "-p", "ordr16"], 2, "did you mean 'order16'?", id="no such pack"),
        pytest.param(["-i", "gone.yaml"], 2, "gone.yaml: the file cannot be read", id="no such file"),
    ],
)
def test_the_exit_code(
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text("locations: []")
    Path("bad.yaml").write_text("place: []")

    assert run(["lint", *arguments]) == code
    assert said in capsys.readouterr().out


def test_nothing_to_look_at_is_no_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(["lint"]) == 2
