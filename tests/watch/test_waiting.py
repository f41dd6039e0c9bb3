"""Spans wait until their trace is quiet; requests that are none leave nothing behind."""

from __future__ import annotations

import json

import pytest

from lineage.decode.requests import Requests
from lineage.errors import InputError
from lineage.flows import Flows
from lineage.pipeline import read_flows
from lineage.receive import Waiting

CAPTURE = "examples/captures/fastapi-mixed.jsonl"


class Clock:
    """Seconds that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def request(
    trace: int, span: int, *, parent: int = 0, service: str = "gw", host: str = "pg.example"
) -> bytes:
    """One span of a service that writes to a table."""
    return json.dumps({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
        "scopeSpans": [{"spans": [{
            "traceId": f"{trace:032x}", "spanId": f"{span:016x}", "parentSpanId": f"{parent:016x}" if parent else "",
            "kind": 3, "startTimeUnixNano": "1000", "endTimeUnixNano": "2000", "attributes": [
                {"key": "db.system.name", "value": {"stringValue": "postgresql"}},
                {"key": "db.query.text", "value": {"stringValue": "INSERT INTO notes VALUES ('a secret')"}},
                {"key": "server.address", "value": {"stringValue": host}},
            ],
        }]}],
    }]}).encode()  # fmt: skip


def counts(flows: Flows | None) -> tuple[int, int]:
    """Flows and spans."""
    assert flows is not None
    return len(flows), flows.coverage.tally.spans


def test_a_trace_settles_when_it_has_been_quiet_for_long_enough() -> None:
    clock = Clock()
    waiting = Waiting(settle=5, clock=clock)
    waiting.take(request(1, 1), json=True)
    clock.now = 4
    waiting.take(request(1, 2, parent=1), json=True)
    clock.now = 8

    assert waiting.settled() is None
    clock.now = 9
    assert counts(waiting.settled()) == (1, 2)
    assert (len(waiting), waiting.settled()) == (0, None)


def test_a_trace_that_is_quiet_does_not_wait_for_one_that_is_not() -> None:
    clock = Clock()
    waiting = Waiting(settle=5, clock=clock)
    waiting.take(request(1, 1, host="one.example"), json=True)
    clock.now = 4
    waiting.take(request(2, 1, host="two.example"), json=True)
    clock.now = 6
    first, rest = waiting.settled(), waiting.settled(everything=True)

    assert first is not None
    assert rest is not None
    assert [place.host for place in sorted(first.places) if place.host] == ["one.example"]
    assert [place.host for place in sorted(rest.places) if place.host] == ["two.example"]


def test_a_span_that_comes_after_its_trace_is_counted_as_late() -> None:
    waiting = Waiting(settle=0)
    waiting.take(request(1, 1), json=True)
    waiting.settled()
    waiting.take(request(1, 2, parent=1), json=True)

    assert waiting.counted["late"] == 1


def test_more_spans_than_may_wait_are_taken_early_and_counted() -> None:
    waiting = Waiting(settle=1000, most=10)
    for trace in range(1, 12):
        waiting.take(request(trace, 1), json=True)

    assert counts(waiting.settled()) == (1, 11)
    assert (waiting.counted["cut"], len(waiting)) == (5, 6)


def test_many_thousand_tenants_do_not_make_it_remember_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineage.receive.waiting.MOST_WORDS", 50)
    waiting = Waiting(settle=1000)
    flows = Flows()
    most = 0
    for trace in range(1, 400):
        waiting.take(request(trace, 1, host=f"h{trace % 7}.example", service=f"s{trace}"), json=True)
        more = waiting.settled()
        if more is not None:
            flows.add(more)
        most = max(most, waiting._requests.words)
    rest = waiting.settled(everything=True)
    assert rest is not None
    flows.add(rest)

    assert most < 60
    assert (len(flows), flows.coverage.tally.spans, flows.coverage.traces) == (399, 399, 399)


def test_received_piece_by_piece_a_capture_gives_the_flows_of_the_file() -> None:
    waiting = Waiting()
    with open(CAPTURE, "rb") as lines:
        for line in lines:
            waiting.take(line, json=True)
    flows = waiting.settled(everything=True)

    whole = read_flows([CAPTURE])
    assert flows is not None
    assert flows.edges == whole.edges
    assert flows.coverage.counts == whole.coverage.counts


@pytest.mark.parametrize(
    ("body", "json_body"),
    [
        pytest.param(b'{"resourceSpans": [{"a secret"', True, id="JSON that is cut"),
        pytest.param(b'{"resourceLogs":[{"scopeLogs":[]}]}', True, id="logs"),
        pytest.param(b"[" * 100_000, True, id="JSON that is nested without end"),
        pytest.param(b"a secret", False, id="text for protobuf"),
        pytest.param(request(1, 1), False, id="JSON for protobuf"),
    ],
)
def test_a_body_that_is_no_request_is_refused_and_not_quoted(body: bytes, json_body: bool) -> None:
    requests = Requests()
    with pytest.raises(InputError, match=r"^the body is no OTLP trace request$"):
        requests.take(body, json=json_body)

    assert requests.tally.refused["damaged-request"] == 1
    assert len(requests.take(request(1, 1), json=True)) == 1
