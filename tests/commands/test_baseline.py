"""The baseline: known findings are shown, and do not fail; nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lineage.__main__ import run
from lineage.baseline import Baseline, KnownFinding, dump_baseline, load_baseline
from lineage.checking import Report, check
from lineage.errors import ConfigError
from lineage.findings import Verdict
from lineage.packs import Pack, load_pack
from lineage.report import FORMATS
from lineage.testing import sketch

TODAY = date(2026, 11, 25)
MIXED = ("acme[DE:personal] > gw@SG > pg/eu", "hong[CN:personal] > core@CN > pg/cn")
MORE = ("acme > gw > redis", "hong > core > redis")
OPEN = ("acme[?] > gw@SG > pg", "hong[CN] > core@CN > pg")


def pack() -> Pack:
    """One rule of order16."""
    whole = load_pack("order16")
    return whole.model_copy(
        update={"rules": tuple(r for r in whole.rules if r.id == "order16/no-shared-store")}
    )


def judged(lines: tuple[str, ...], baseline: Baseline | None = None) -> Report:
    """What the rule says of a sketch."""
    return check(sketch(*lines), [pack()], today=TODAY, baseline=baseline)


def listed(report: Report, **changes: str) -> Baseline:
    """A baseline of a report's findings."""
    entries = [
        {"rule": f.rule, "fingerprint": f.fingerprint, "verdict": str(f.verdict), "since": TODAY} | changes
        for f in report.findings
    ]
    return Baseline(
        format="lineage-baseline/1", findings=tuple(KnownFinding.model_validate(e) for e in entries)
    )


def test_a_known_violation_stays_violated_and_does_not_fail() -> None:
    report = judged(MIXED, listed(judged(MIXED)))

    assert (report.outcome, report.count(Verdict.VIOLATED), report.exit_code) == (Verdict.VIOLATED, 1, 0)
    text = FORMATS["text"](report)
    assert text.startswith("VIOLATED: 1 violated,")
    assert "1 findings known from the baseline and not counted in the exit code" in text.splitlines()[-1]
    assert "KNOWN from the baseline: 1 of 1" in text


@pytest.mark.parametrize(
    ("lines", "old", "changes", "code"),
    [
        pytest.param((*MIXED, *MORE), MIXED, {}, 1, id="a new finding of the same rule fails"),
        pytest.param(MIXED, MIXED, {"fingerprint": "0" * 16}, 1, id="another fingerprint is another finding"),
        pytest.param(
            MIXED, MIXED, {"rule": "order16/no-shared-log"}, 1, id="another rule is another finding"
        ),
        pytest.param(OPEN, OPEN, {}, 0, id="a known undecided finding does not fail"),
        pytest.param(OPEN, OPEN, {"verdict": "violated"}, 0, id="nor one that was worse"),
        pytest.param(
            MIXED, MIXED, {"verdict": "undecided"}, 1, id="what was undecided and is violated is new"
        ),
    ],
)
def test_what_counts(
    lines: tuple[str, ...], old: tuple[str, ...], changes: dict[str, str], code: int
) -> None:
    assert judged(lines, listed(judged(old), **changes)).exit_code == code


def test_nothing_observed_is_no_pass_whatever_is_known() -> None:
    assert judged(("hong[CN] > core@CN",), listed(judged(MIXED))).exit_code == 3


def test_what_is_no_longer_found_is_told() -> None:
    report = judged(
        ("acme[DE:personal] > gw@SG > pg", "hong[CN:personal] > core@CN > redis"), listed(judged(MIXED))
    )

    assert [each.rule for each in report.gone] == ["order16/no-shared-store"]
    assert report.exit_code == 0
    assert "no longer found, take it out of the baseline: order16/no-shared-store" in FORMATS["text"](report)


def test_a_violated_finding_is_not_known_by_an_undecided_one_of_its_name(tmp_path: Path) -> None:
    (finding,) = judged(MIXED).findings
    open_one = replace(finding, verdict=Verdict.UNDECIDED)
    only_open = listed(judged(MIXED), verdict="undecided")
    path = tmp_path / "baseline.yaml"
    path.write_text(dump_baseline([open_one, finding], TODAY))

    assert only_open.known([open_one]) == {finding.fingerprint}
    assert only_open.known([open_one, finding]) == only_open.known([finding, open_one]) == frozenset()
    assert [(each.fingerprint, each.verdict) for each in load_baseline(path).findings] == [
        (finding.fingerprint, "violated")
    ]


def test_a_file_holds_what_was_written(tmp_path: Path) -> None:
    report = judged(MIXED)
    hostile = replace(report.findings[0], message="reaches", context={"data": 'a"\n- b', "place": "\u202ec"})
    path = tmp_path / "baseline.yaml"
    path.write_text(dump_baseline([hostile], TODAY), "utf-8")

    entry = load_baseline(path).findings[0]
    assert (entry.fingerprint, entry.verdict, entry.since) == (hostile.fingerprint, "violated", TODAY)
    assert report.findings[0].fingerprint in listed(report).known(report.findings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param("format: lineage-baseline/2\nfindings: []", "format", id="of another version"),
        pytest.param(
            "format: lineage-baseline/1\nfindings: [{rule: a/b, fingerprint: '*', verdict: violated, since: 2026-01-01}]",
            "fingerprint",
            id="a pattern in place of a fingerprint",
        ),
        pytest.param(
            "format: lineage-baseline/1\nfindings:\n"
            + "  - {rule: a/b, fingerprint: '0123456789abcdef', verdict: violated, since: 2026-01-01}\n" * 2,
            "baseline.yaml:4:5: finding 0123456789abcdef of a/b is listed twice",
            id="twice",
        ),
    ],
)
def test_a_wrong_file_is_refused(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("baseline.yaml").write_text(text)

    with pytest.raises(ConfigError) as caught:
        load_baseline("baseline.yaml")
    assert said in str(caught.value)


def test_written_today_passes_today(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spans, inventory = str(captures / "fastapi-mixed.jsonl"), str(captures / "fastapi-mixed.lineage.yaml")
    common = [spans, "-i", inventory, "-p", "order16", "--today", "2026-11-25"]
    file = str(tmp_path / "baseline.yaml")

    assert run(["check", *common]) == 1
    assert run(["baseline", "write", *common, "-o", file]) == 0
    assert run(["baseline", "write", *common, "-o", file]) == 2
    capsys.readouterr()
    assert run(["check", *common, "--baseline", file]) == 0
    assert capsys.readouterr().out.startswith("VIOLATED: 5 violated")
