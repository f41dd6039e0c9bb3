"""The record of decisions: numbered, durable where enforced, counted where dropped, whole for several writers."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Make, lines  # type: ignore[import-not-found,unused-ignore]

from lineage.guard import Guard, IsolationViolation, Outcome, Place, PlaceKind, Reason
from lineage.guard.journal import Journal

DB = Place(PlaceKind.STORE, system="postgresql", host="pg.example", namespace="app", collection="users")
FULL = Path("/dev/full")


def test_a_record_tells_policy_decision_and_rules_and_not_a_word_of_content(
    make: Make, tmp_path: Path
) -> None:
    guard = make(modes={"order16/no-shared-store": "enforce"})
    secret = "SELECT name FROM leads WHERE note = 'a prompt of Ms Li'"  # noqa: S105
    crm = {
        "db.system.name": "postgresql",
        "server.address": "crm.example",
        "db.namespace": "crm",
        "db.query.text": secret,
    }
    with guard.work():
        guard.before(crm)
        guard.check(DB)
    with guard.request("eu-1"), pytest.raises(IsolationViolation):
        guard.check(DB, category="prompt", purpose="inference")
    guard.close()

    head, *told = lines(tmp_path / "decisions.jsonl")
    assert {key: head[key] for key in ("n", "format", "service", "mode", "modes", "left-out")} == {
        "n": 0,
        "format": "lineage-decisions/1",
        "service": "service:gw@aws/ap-southeast-1",
        "mode": "observe",
        "modes": {"order16/no-shared-store": "enforce"},
        "left-out": [],
    }
    assert (list(head["packs"]), len(head["packs"]["order16"]), len(head["inventory"])) == (
        ["order16"],
        64,
        64,
    )
    last = {key: value for key, value in told[-1].items() if key not in ("process", "time", "rules")}
    assert last == {
        "n": 5,
        "outcome": "blocked",
        "source": "service:gw@aws/ap-southeast-1",
        "target": "store:postgresql@pg.example/app/users",
        "leg": "request",
        "kept": True,
        "categories": ["prompt"],
        "purpose": "inference",
        "sources": ["party:eu-1"],
    }
    assert told[-1]["rules"][0] == {
        "rule": "order16/no-shared-store",
        "verdict": "violated",
        "mode": "enforce",
        "fingerprint": told[-1]["rules"][0]["fingerprint"],
    }
    assert "Li" not in (tmp_path / "decisions.jsonl").read_text("ascii")


def sums(told: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """(decisions that the lines of one process tell of, the highest number)"""
    counted = sum("outcome" in line for line in told)
    counted += sum(sum(line.get("again", {}).values()) + line.get("dropped", 0) for line in told)
    return counted, max(line["n"] for line in told)


@pytest.mark.parametrize("every", [False, True], ids=["only what is new", "every decision"])
@pytest.mark.parametrize("modes", [{}, {"order16/*": "enforce"}], ids=["observed", "enforced"])
def test_the_numbers_add_up(make: Make, tmp_path: Path, modes: dict[str, str], every: bool) -> None:
    guard = make(modes=modes, every=every)
    stopped = 0
    for tenant in ("eu-1", "eu-2", "cn-1", "eu-1", "nobody", "cn-1"):
        try:
            with guard.request(tenant):
                guard.check(DB)
                guard.check(DB)
        except IsolationViolation:
            stopped += 1
    guard.close()

    told = lines(tmp_path / "decisions.jsonl")
    counted, highest = sums(told)
    assert counted == highest == sum(guard.counts[outcome] for outcome in Outcome)
    assert stopped == (3 if modes else 0)
    if every:
        assert not any("again" in line for line in told)


def test_what_is_enforced_is_on_the_disk_before_the_call_goes_out(
    guard: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(file: int) -> None:
        real(file)
        synced.append(os.fstat(file).st_size)

    monkeypatch.setattr("lineage.guard.journal.os.fsync", fsync)
    with guard.request("eu-1"):
        guard.check(DB)

        assert [line["n"] for line in lines(tmp_path / "decisions.jsonl")] == [0, 1, 2]
        assert synced[-1] == (tmp_path / "decisions.jsonl").stat().st_size


def test_what_is_observed_waits_for_nothing(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = make(modes={})
    monkeypatch.setattr(
        "lineage.guard.journal.os.fsync", lambda _: pytest.fail("observing waits for the disk")
    )
    with guard.request("eu-1"):
        guard.check(DB)


def fill(guard: Guard) -> None:
    """Let the disk be full from now on."""
    guard._docket.journal.reopen()
    guard._docket.journal.path = str(FULL)


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
def test_with_a_full_disk_nothing_new_is_allowed_and_nothing_is_remembered(
    guard: Guard, tmp_path: Path
) -> None:
    with guard.request("eu-1"):
        fill(guard)
        with pytest.raises(IsolationViolation) as stopped:
            guard.check(DB)
        assert stopped.value.decision.blamed[0].reason is Reason.RECORD
        assert DB.id not in {place.id for place in guard.flows().places}

        guard._docket.journal.reopen()
        guard._docket.journal.path = str(tmp_path / "decisions.jsonl")
        assert guard.check(DB).outcome is Outcome.ALLOWED


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
def test_with_a_full_disk_what_was_allowed_before_is_not_any_more(guard: Guard, tmp_path: Path) -> None:
    with guard.request("eu-1"):
        guard.check(DB)
        guard.check(DB)
        fill(guard)
        guard.tick()
        with pytest.raises(IsolationViolation) as stopped:
            guard.check(DB)
        assert stopped.value.decision.blamed[0].reason is Reason.RECORD

        guard._docket.journal.reopen()
        guard._docket.journal.path = str(tmp_path / "decisions.jsonl")
        assert guard.check(DB).outcome is Outcome.ALLOWED
        assert guard.check(DB).outcome is Outcome.ALLOWED
    guard.close()

    counted, highest = sums(lines(tmp_path / "decisions.jsonl"))
    assert counted == highest


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
def test_with_a_full_disk_what_is_observed_goes_on_and_drops_are_told(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    guard = make(modes={})
    with guard.request("eu-1"):
        fill(guard)
        for _ in range(20):
            assert guard.check(DB).allowed
        guard.tick()
        dropped = guard.counts["dropped"]
        guard._docket.journal.reopen()
        guard._docket.journal.path = str(tmp_path / "decisions.jsonl")
        guard.check(DB)
    guard.close()

    told = lines(tmp_path / "decisions.jsonl")
    assert dropped > 0
    assert [line["dropped"] for line in told if "dropped" in line] == [dropped]
    counted, highest = sums(told)
    assert counted == highest == 22
    assert "decisions could not be recorded" in caplog.text


def test_more_than_may_wait_is_dropped_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineage.guard.journal.WAITING", 5)
    journal = Journal(tmp_path / "d.jsonl")
    for number in range(1, 9):
        journal.later({"n": number, "outcome": "allowed"})
    journal.flush()

    told = lines(tmp_path / "d.jsonl")
    assert [line["n"] for line in told if "outcome" in line] == [1, 2, 3, 4, 5]
    assert [line["dropped"] for line in told if "dropped" in line] == [3]
    assert journal.dropped == 3


def test_a_line_that_was_cut_short_stays_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(b'{"process":"1-aa","n":7,"outc')

    Journal(path).now([{"n": 1, "outcome": "allowed"}])

    first, second = path.read_text("ascii").splitlines()
    assert first == '{"process":"1-aa","n":7,"outc'
    assert '"n":1' in second


def test_a_write_that_the_disk_takes_in_part_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "d.jsonl")
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr("lineage.guard.journal.os.write", lambda file, data: real(file, data[:10]))
        with pytest.raises(OSError, match="only a part"):
            journal.now([{"n": 1, "outcome": "allowed"}])
        failed = journal.broken

    journal.now([{"n": 2, "outcome": "allowed"}])

    assert (failed, journal.broken) == (True, False)
    assert '"n":2' in (tmp_path / "d.jsonl").read_text("ascii").splitlines()[1]


def test_several_writers_of_one_file_never_mix_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    journals = [Journal(path) for _ in range(4)]

    def write(journal: Journal) -> None:
        for number in range(1, 101):
            journal.later({"n": number, "outcome": "allowed", "target": "x" * 200})
            journal.flush()

    threads = [threading.Thread(target=write, args=(journal,)) for journal in journals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    told = lines(path)
    assert Counter(line["process"] for line in told) == {journal.process: 100 for journal in journals}


def test_a_file_that_was_moved_away_is_made_anew_on_reload(guard: Guard, tmp_path: Path) -> None:
    with guard.request("eu-1"):
        guard.check(DB)
    (tmp_path / "decisions.jsonl").rename(tmp_path / "decisions.1")

    assert guard.reload()
    guard.close()

    assert lines(tmp_path / "decisions.jsonl")[0]["format"] == "lineage-decisions/1"


def test_a_name_that_no_text_can_hold_is_written_out(tmp_path: Path) -> None:
    Journal(tmp_path / "d.jsonl").now([{"n": 1, "target": "store:\ud800\u202e\n"}])

    assert lines(tmp_path / "d.jsonl")[0]["target"] == "store:\ud800\u202e\n"
