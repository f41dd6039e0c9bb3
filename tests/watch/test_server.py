"""The receiver, over a socket: what it takes, what it refuses, and how much it holds."""

from __future__ import annotations

import gzip
import http.client
import socket
import threading
from collections.abc import Iterator

import pytest
from test_waiting import request

from lineage.errors import LineageError
from lineage.receive import Receiver, Waiting, receiver

JSON, PROTOBUF = "application/json", "application/x-protobuf"


@pytest.fixture
def server() -> Iterator[Receiver]:
    """A receiver on a port of its own."""
    with receiver(Waiting(settle=0), port=0) as found:
        yield found


def post(
    server: Receiver, body: bytes, kind: str = JSON, path: str = "/v1/traces", **headers: str
) -> tuple[int, bytes, str]:
    """Status, body and content type of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("POST", path, body, {"content-type": kind, **names})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers.get_content_type()
    finally:
        connection.close()


def protobuf() -> bytes:
    """A request out of the captures, as it was sent."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    message = ExportTraceServiceRequest()
    message.resource_spans.add().scope_spans.add().spans.add(trace_id=b"\1" * 16, span_id=b"\2" * 8)
    return bytes(message.SerializeToString())


@pytest.mark.parametrize(
    ("body", "kind", "headers", "answer"),
    [
        pytest.param(request(1, 1), JSON, {}, (200, b"{}", JSON), id="JSON"),
        pytest.param(
            request(1, 1), f"{JSON}; charset=utf-8", {}, (200, b"{}", JSON), id="JSON with a charset"
        ),
        pytest.param(protobuf(), PROTOBUF, {}, (200, b"", PROTOBUF), id="protobuf"),
        pytest.param(
            gzip.compress(request(1, 1)), JSON, {"content_encoding": "gzip"}, (200, b"{}", JSON), id="gzip"
        ),
    ],
)
def test_a_request_is_taken_and_answered_in_its_own_encoding(
    server: Receiver, body: bytes, kind: str, headers: dict[str, str], answer: tuple[int, bytes, str]
) -> None:
    assert post(server, body, kind, **headers) == answer
    assert server.waiting.received.spans == 1


@pytest.mark.parametrize(
    ("body", "kind", "path", "headers", "status"),
    [
        pytest.param(b"a secret", JSON, "/v1/traces", {}, 400, id="a body that is no request"),
        pytest.param(b"a secret", JSON, "/v1/traces", {"content_encoding": "gzip"}, 400, id="gzip that is none"),
        pytest.param(gzip.compress(request(1, 1))[:-9], JSON, "/v1/traces", {"content_encoding": "gzip"}, 400, id="gzip that is cut"),
        pytest.param(request(1, 1), JSON, "/v1/traces", {"content_encoding": "br"}, 400, id="a packing that is not known"),
        pytest.param(request(1, 1), "text/plain", "/v1/traces", {}, 415, id="what a page in a browser may send unasked"),
        pytest.param(request(1, 1), JSON, "/v1/logs", {}, 404, id="logs"),
        pytest.param(b"", JSON, "/v1/traces", {"content_length": str(17 << 20)}, 413, id="a body that is too long"),
    ],
)  # fmt: skip
def test_what_is_not_a_request_is_refused_counted_and_not_quoted(
    server: Receiver, body: bytes, kind: str, path: str, headers: dict[str, str], status: int
) -> None:
    found, answer, _ = post(server, body, kind, path, **headers)

    assert found == status
    assert b"secret" not in answer
    assert server.refused == {status: 1}
    assert server.waiting.received.spans == 0


def test_a_small_body_that_unpacks_to_much_is_refused(server: Receiver) -> None:
    bomb = gzip.compress(b" " * (65 << 20), compresslevel=9)

    assert len(bomb) < 100_000
    assert post(server, bomb, content_encoding="gzip")[0] == 400


def test_when_it_is_full_exporters_are_told_to_wait() -> None:
    with receiver(Waiting(), port=0, full=lambda: True) as server:
        assert post(server, request(1, 1))[0] == 503


def test_connections_that_say_nothing_do_not_keep_others_out(server: Receiver) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.server_address[1])) for _ in range(20)]
    try:
        assert post(server, request(1, 1))[0] == 200
    finally:
        for each in silent:
            each.close()


def test_requests_from_many_threads_are_all_taken(server: Receiver) -> None:
    def send(trace: int) -> None:
        for span in range(1, 11):
            post(server, request(trace, span))

    threads = [threading.Thread(target=send, args=(trace,)) for trace in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    flows = server.waiting.settled(everything=True)

    assert flows is not None
    assert (flows.coverage.tally.spans, flows.coverage.traces) == (80, 8)


@pytest.mark.parametrize(
    ("host", "what"),
    [
        pytest.param("0.0.0.0", "--host is not on loopback", id="every address"),  # noqa: S104
        pytest.param("192.0.2.1", "--host is not on loopback", id="an address of the network"),
        pytest.param("example.com", "--host is no address", id="a name"),
    ],
)
def test_it_listens_on_loopback_only(host: str, what: str) -> None:
    with pytest.raises(LineageError, match=what), receiver(Waiting(), host=host, port=0):
        pass


def test_a_port_that_is_taken_is_said_with_its_number(server: Receiver) -> None:
    port = server.server_address[1]
    with pytest.raises(LineageError, match=f"cannot listen on port {port}"), receiver(Waiting(), port=port):
        pass


def test_the_exporter_of_the_sdk_sends_here(server: Receiver) -> None:
    exporter = pytest.importorskip("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter.OTLPSpanExporter(f"{server.url}/v1/traces")))
    with provider.get_tracer("test").start_as_current_span("work"):
        pass
    provider.shutdown()

    assert server.waiting.received.spans == 1
