"""`lineage rules`: what packs demand, and users' own cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineage.__main__ import run
from lineage.packs import builtin_packs

PACK = """\
id: mine
version: "1"
title: {en: Ours, zh: 本公司}
authority: {en: a, zh: a}
reviewed: 2026-11-25
jurisdictions: {domestic: [CN]}
rules:
  - id: mine/no-logs
    title: {en: No overseas data in logs, zh: 日志不含境外数据}
    why: {en: They stay for years., zh: 长期留存。}
    remedy: {en: Mask it., zh: 脱敏。}
    severity: high
    contract: {type: forbid-flow, data: {kinds: [party], origin: [overseas]}, to: {roles: [log]}}
"""
RIGHT = (
    'cases: [{name: a log, lines: ["a[DE] > gw@SG > loki", "loki is role=log"], expect: {no-logs: violated}}]'
)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack of a user's own."""
    path = tmp_path / "mine.yaml"
    path.write_text(PACK)
    return path


@pytest.mark.parametrize(
    ("cases", "code", "said"),
    [
        pytest.param(RIGHT, 0, "1 verdicts, 0 not as they should be", id="right"),
        pytest.param(
            RIGHT.replace("violated", "proven"),
            1,
            "mine/no-logs: violated, expected proven  (a log)",
            id="wrong",
        ),
        pytest.param(RIGHT.replace(' > loki"', ' => loki"'), 1, "the graph cannot be drawn", id="no graph"),
        pytest.param(
            RIGHT.replace("no-logs:", "no-log:"), 2, "pack 'mine' has no rule 'no-log'", id="of no rule"
        ),
        pytest.param(None, 2, "mine.cases.yaml", id="none at all"),
    ],
)
def test_cases_of_a_users_own_pack(
    pack: Path, cases: str | None, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if cases:
        (pack.parent / "mine.cases.yaml").write_text(cases)

    assert run(["rules", "test", str(pack)]) == code
    told = capsys.readouterr()
    assert said in told.out + told.err


def test_a_rule_that_no_case_shows_fails(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = PACK[PACK.index("  - id") :].replace("no-logs", "no-logs-too")
    pack.write_text(PACK + second)
    (pack.parent / "mine.cases.yaml").write_text(RIGHT)

    assert run(["rules", "test", str(pack)]) == 1
    assert "mine/no-logs-too: no case shows it" in capsys.readouterr().out


def test_the_list_names_every_pack(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "list"]) == 0
    told = capsys.readouterr().out
    assert [name for name in builtin_packs() if f"\n{name} " not in "\n" + told] == []


@pytest.mark.parametrize(("lang", "said"), [("en", "No overseas data in logs"), ("zh", "日志不含境外数据")])
def test_the_list_is_in_either_language(
    pack: Path, lang: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", "list", str(pack), "--lang", lang]) == 0
    assert f"  mine/no-logs  high  forbid-flow  {said}\n" in capsys.readouterr().out


def test_a_rule_is_shown(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "show", "mine/no-logs", str(pack)]) == 0
    assert "They stay for years." in capsys.readouterr().out
