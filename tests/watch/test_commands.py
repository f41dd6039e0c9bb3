"""`lineage watch` and `lineage collect`, as a person runs them."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from pathlib import Path

import pytest

from lineage.__main__ import run
from lineage.inventory import Inventory
from lineage.packs import load_pack
from lineage.receive import Live, Waiting

CAPTURE = Path("examples/captures/fastapi-mixed.jsonl")
INVENTORY = "examples/captures/fastapi-mixed.lineage.yaml"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def send(port: int, bodies: list[bytes]) -> threading.Thread:
    """Send requests, as soon as somebody listens."""

    def go() -> None:
        for body in bodies:
            for _ in range(200):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                try:
                    connection.request("POST", "/v1/traces", body, {"content-type": "application/json"})
                    connection.getresponse().read()
                    break
                except OSError:
                    time.sleep(0.05)
                finally:
                    connection.close()

    thread = threading.Thread(target=go)
    thread.start()
    return thread


@pytest.fixture
def bodies() -> list[bytes]:
    """The requests of a capture."""
    return CAPTURE.read_bytes().splitlines()


def test_watch_shows_flows_and_verdicts_and_ends_with_the_verdict_of_a_check(
    bodies: list[bytes], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    port = free_port()
    sender = send(port, bodies)
    code = run(
        ["watch", "-i", INVENTORY, "-p", "order16", "--port", str(port), "--for", "4", "--settle", "2"]
    )
    sender.join()
    out, err = (text.decode() for text in capsysbinary.readouterr())

    assert code == 1
    assert f"listening on http://127.0.0.1:{port}" in err
    assert "  Core gateway → Qwen server  (sent prompt; data of Acme (EU customer) (acme-eu)" in out
    assert "✗ order16/no-shared-store: not applicable → VIOLATED" in out
    assert "        → Main PostgreSQL gateway/conversations    (sent and kept" in out
    assert (
        "received 778 spans in 22 requests\nVIOLATED: 5 violated, 5 undecided, 1 proven, 0 waived, 3 not applicable"
        in out
    )


def test_watch_once_stops_by_itself_and_speaks_chinese(
    bodies: list[bytes], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    port = free_port()
    sender = send(port, bodies)
    code = run(
        [
            "watch",
            "-i",
            INVENTORY,
            "-p",
            "order16",
            "--port",
            str(port),
            "--once",
            "--settle",
            "1",
            "--lang",
            "zh",
        ]
    )
    sender.join()
    out = capsysbinary.readouterr().out.decode()

    assert code == 1
    assert "核心网关 → 通义千问推理服务（" in out
    assert "已接收 778 个跨度" in out


def test_watch_says_what_is_missing_and_the_line_that_would_add_it(
    bodies: list[bytes], capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    (tmp_path / "lineage.yaml").write_text("{}\n", "utf-8")
    port = free_port()
    sender = send(port, bodies)
    code = run(
        ["watch", "-i", str(tmp_path / "lineage.yaml"), "--port", str(port), "--once", "--settle", "1"]
    )
    sender.join()
    out = capsysbinary.readouterr().out.decode()

    assert code == 3
    assert "18 facts are missing; first those that decide most:" in out
    assert (
        'add: places: [{match: {kind: store, system: "postgresql", host: "pg-main.cn-hangzhou.gw.example", database: "gateway"}, viewers: ??}]'
        in out
    )


def test_where_nothing_comes_nothing_is_decided(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["watch", "-i", INVENTORY, "--port", "0", "--for", "0.3"]) == 3
    assert b"received 0 spans in 0 requests\nUNDECIDED" in capsysbinary.readouterr().out


def test_collect_writes_what_a_check_reads(
    bodies: list[bytes], tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    snapshot, port = tmp_path / "now.json", free_port()
    sender = send(port, bodies)
    code = run(["collect", "-o", str(snapshot), "--port", str(port), "--for", "3", "--settle", "1"])
    sender.join()

    assert code == 0
    assert f"wrote {snapshot}: 69 flows of 125 traces" in capsysbinary.readouterr().err.decode()
    assert run(["check", str(snapshot), "-i", INVENTORY, "-p", "order16"]) == 1
    assert (
        b"VIOLATED: 5 violated, 5 undecided, 1 proven, 0 waived, 3 not applicable"
        in capsysbinary.readouterr().out
    )


def test_collect_keeps_no_content(tmp_path: Path) -> None:
    from test_waiting import request

    snapshot, port = tmp_path / "now.json", free_port()
    sender = send(port, [request(1, 1), b'{"resourceSpans":[{"a secret"'])
    run(["collect", "-o", str(snapshot), "--port", str(port), "--for", "2", "--settle", "1"])
    sender.join()

    assert "pg.example" in snapshot.read_text("utf-8")
    assert "secret" not in snapshot.read_text("utf-8")


def test_collect_adds_only_when_it_is_asked_to(
    bodies: list[bytes], tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    snapshot, port = tmp_path / "now.json", free_port()
    run(["snapshot", str(CAPTURE), "-o", str(snapshot)])

    assert run(["collect", "-o", str(snapshot), "--for", "0.1", "--port", "0"]) == 2
    assert b"exists and is not overwritten" in capsysbinary.readouterr().err
    sender = send(port, bodies[:1])
    assert run(["collect", "-o", str(snapshot), "--add", "--for", "2", "--port", str(port)]) == 0
    sender.join()
    assert json.loads(snapshot.read_text("utf-8"))["coverage"]["tally"]["requests"] == 23


def test_collect_leaves_no_file_where_nothing_came(tmp_path: Path) -> None:
    assert run(["collect", "-o", str(tmp_path / "now.json"), "--for", "0.3", "--port", "0"]) == 3
    assert list(tmp_path.iterdir()) == []


def test_collect_says_at_once_that_it_could_not_write(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["collect", "-o", str(tmp_path / "no" / "now.json"), "--port", "0"]) == 2
    assert b"cannot be written" in capsysbinary.readouterr().err


def test_what_was_told_is_not_told_again(bodies: list[bytes]) -> None:
    live = Live(Inventory.load([INVENTORY]), [load_pack("order16")])
    twice = []
    for _ in range(2):
        waiting = Waiting(settle=0)
        for body in bodies:
            waiting.take(body, json=True)
        flows = waiting.settled(everything=True)
        assert flows is not None
        twice.append(live.add(flows))

    assert len(twice[0].flows) > 40
    assert (twice[1].flows, twice[1].turned, twice[1].broken) == ((), (), ())
