"""`lineage waive`: the list changes, and nothing else in the file does."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineage.__main__ import run
from lineage.errors import ConfigError
from lineage.inventory import Inventory
from lineage.waiverfile import with_waiver, without_waivers

NEW = {
    "rule": "order16/no-shared-log",
    "path": ["store:loki@*"],
    "reason": "r",
    "approver": "dpo",
    "expires": "2027-01-31",
}
ADDED = """\
  - rule: order16/no-shared-log
    path: ["store:loki@*"]
    reason: "r"
    approver: "dpo"
    expires: 2027-01-31
"""
TWO = """\
waivers: # ours
  # the first
  - rule: order16/no-shared-store
    path: [a]
    reason: |
      two
      lines
    approver: dpo
    expires: 2026-01-01 # over

  # the second
  - {rule: order16/no-shared-log, path: [b], reason: r, approver: dpo, expires: 2027-01-01}
# the end
locations: [] # none
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "waivers:\n" + ADDED, id="an empty file"),
        pytest.param("# ours\n", "# ours\nwaivers:\n" + ADDED, id="a file of comments"),
        pytest.param(
            "locations: [] # x\n", "locations: [] # x\n\nwaivers:\n" + ADDED, id="a file without the list"
        ),
        pytest.param(
            "waivers: [] # none\n# end\n", "waivers: # none\n" + ADDED + "# end\n", id="an empty list"
        ),
        pytest.param(
            TWO, TWO.replace("# the end", ADDED + "# the end"), id="after the last, before its comments"
        ),
        pytest.param(
            "waivers:\n- rule: a/b\n  path: [x]\n  reason: r\n  approver: d\n  expires: 2026-01-01\n",
            "waivers:\n- rule: a/b\n  path: [x]\n  reason: r\n  approver: d\n  expires: 2026-01-01\n"
            + ADDED.replace("  - ", "- ").replace("    ", "  "),
            id="a list at the margin",
        ),
        pytest.param(
            "locations: []\r\n",
            "locations: []\r\n\r\nwaivers:\r\n" + ADDED.replace("\n", "\r\n"),
            id="lines of Windows",
        ),
    ],
)
def test_a_waiver_is_added_and_every_other_line_stays(before: str, after: str) -> None:
    assert with_waiver(before, NEW, "lineage.yaml") == after


@pytest.mark.parametrize(
    ("numbers", "left"),
    [
        pytest.param([], TWO, id="none"),
        pytest.param(
            [1], "\n".join(line for line in TWO.splitlines() if "path: [b]" not in line) + "\n", id="the last"
        ),
        pytest.param(
            [0],
            "waivers: # ours\n  # the first\n\n  # the second\n"
            "  - {rule: order16/no-shared-log, path: [b], reason: r, approver: dpo, expires: 2027-01-01}\n"
            "# the end\nlocations: [] # none\n",
            id="one that has a text of several lines",
        ),
        pytest.param(
            [0, 1],
            "waivers: [] # ours\n  # the first\n\n  # the second\n# the end\nlocations: [] # none\n",
            id="all",
        ),
    ],
)
def test_waivers_are_taken_out_and_comments_stay(numbers: list[int], left: str) -> None:
    assert without_waivers(TWO, numbers, "lineage.yaml") == left


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "waivers: [{rule: a/b, path: [x], reason: r, approver: d, expires: 2026-01-01}]\n",
            id="in brackets",
        ),
        pytest.param("{locations: []}\n", id="all in braces"),
    ],
)
def test_a_list_that_lines_cannot_be_added_to_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="nothing was changed"):
        with_waiver(text, NEW, "lineage.yaml")


def test_hostile_text_stays_text() -> None:
    text = 'x"\nwaivers: []\n# \u202e'

    made = with_waiver("", {**NEW, "reason": text}, "w.yaml")

    assert Inventory.loads([made], ["w.yaml"]).waivers[0].reason == text


# --- the commands ----------------------------------------------------------------------------------------

ADD = ("waive", "add", "order16/no-shared-log", "--path", "store:*", "--owner", "sre", "--approver", "dpo",
       "--reason", "masked soon", "--today", "2026-11-25")  # fmt: skip


def test_add_list_and_prune(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "waivers.yaml")

    assert run([*ADD, "--expires", "2026-12-05", "--ticket", "PRIV-1", "-i", file]) == 0
    capsys.readouterr()
    assert run(["waive", "list", "-i", file, "--today", "2026-11-25"]) == 0
    assert capsys.readouterr().out == (
        "2026-12-05  order16/no-shared-log  store:*  sre  PRIV-1  masked soon  10 days left\n"
    )
    assert run(["waive", "list", "-i", file, "--today", "2026-12-05"]) == 0
    assert run(["waive", "list", "-i", file, "--today", "2026-12-06"]) == 2
    assert "EXPIRED" in capsys.readouterr().out
    assert run(["waive", "prune", "-i", file, "--today", "2026-12-06"]) == 0
    assert "of sre" in capsys.readouterr().err
    assert Path(file).read_text() == "waivers: []\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            [*ADD, "--expires", "2026-11-24"], "--expires is over already", id="a date that is over"
        ),
        pytest.param([*ADD, "--expires", "soon"], "--expires is not a date", id="no date"),
        pytest.param(
            [*ADD, "--expires", "2027-01-01", "--fingerprint", "a" * 16], "one finding or one way", id="both"
        ),
        pytest.param(
            [each.replace("shared-log", "shared-lock") for each in ADD] + ["--expires", "2027-01-01"],
            "did you mean 'order16/no-shared-",
            id="a rule that there is not",
        ),
        pytest.param(["waive", "prune"], "there is no such file", id="no file"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "waivers.yaml"

    assert run([*arguments, "-i", str(file)]) == 2
    assert said in capsys.readouterr().err
    assert not file.exists()
