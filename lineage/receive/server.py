"""An OTLP/HTTP receiver on this machine: traces over `POST /v1/traces`, protobuf or JSON, plain or gzip.

Source: OpenTelemetry protocol specification 1.x, section "OTLP/HTTP". It answers as that says: 200 with an empty response of the
same encoding, 400 for a body that is no request (not to be sent again), 503 when it is full.

It listens on loopback only, unless it is told otherwise: spans name customers and machines. A page in a browser cannot post
to it: what is not one of the two encodings is refused, and these a browser asks about first.
"""

from __future__ import annotations

import ipaddress
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lineage.errors import InputError, LineageError
from lineage.receive.waiting import Waiting

PORT = 4318
"""The port of OTLP/HTTP."""
MOST_SENT = 16 << 20
"""Bytes of a body as it is sent."""
MOST_UNPACKED = 64 << 20
"""Bytes of a body out of gzip."""
MOST_CONNECTIONS = 32
IDLE = 30
"""Seconds after which a connection that says nothing is closed."""
JSON, PROTOBUF = "application/json", "application/x-protobuf"
_ANSWERS = {JSON: b"{}", PROTOBUF: b""}
"""An empty ExportTraceServiceResponse."""


class Receiver(ThreadingHTTPServer):
    """Hands the requests of exporters to `Waiting`.

    Args:
        address: where to listen.
        waiting: takes the spans.
        full: whether no more can be taken.

    `refused` counts requests that were refused, by HTTP status.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], waiting: Waiting, full: Callable[[], bool]) -> None:
        if ":" in address[0]:
            import socket

            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)
        self.waiting, self.full = waiting, full
        self.refused: Counter[int] = Counter()
        self._counting = threading.Lock()
        self._connections = threading.BoundedSemaphore(MOST_CONNECTIONS)

    @property
    def url(self) -> str:
        """Where exporters send to: the value of `OTEL_EXPORTER_OTLP_ENDPOINT`."""
        host, port = self.server_address[:2]
        name = str(host)
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"

    def refuse(self, status: int) -> None:
        """Count a request that is refused."""
        with self._counting:
            self.refused[status] += 1

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, as long as there are not too many."""
        if not self._connections.acquire(timeout=5):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._connections.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """As it is, and count the connection as gone."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is the exporter's business; it sends again."""


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"
    timeout = IDLE

    def do_POST(self) -> None:
        # A name, as BaseHTTPRequestHandler looks for it.
        status, body, kind = self._taken()
        if status is not HTTPStatus.OK:
            self.server.refuse(status)
            self.close_connection = True
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            self.send_header("retry-after", "10")
        self.end_headers()
        self.wfile.write(body)

    def _taken(self) -> tuple[HTTPStatus, bytes, str]:
        kind = self.headers.get_content_type()
        if self.path.partition("?")[0] != "/v1/traces":
            return _no(HTTPStatus.NOT_FOUND, "only /v1/traces is here: of logs and metrics nothing is read")
        if kind not in _ANSWERS:
            return _no(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send {PROTOBUF} or {JSON}")
        if self.server.full():
            return _no(HTTPStatus.SERVICE_UNAVAILABLE, "full")
        length = self.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            return _no(HTTPStatus.LENGTH_REQUIRED, "say how long the body is")
        if int(length) > MOST_SENT:
            return _no(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {MOST_SENT} bytes")
        body = _unpacked(
            self.rfile.read(int(length)), self.headers.get("content-encoding", "identity").lower()
        )
        if body is None:
            return _no(
                HTTPStatus.BAD_REQUEST,
                f"send plain bodies or whole gzip ones of at most {MOST_UNPACKED} bytes",
            )
        try:
            self.server.waiting.take(body, json=kind == JSON)
        except InputError as error:
            return _no(HTTPStatus.BAD_REQUEST, str(error))
        return HTTPStatus.OK, _ANSWERS[kind], kind

    def log_message(self, *_: object) -> None:
        """Say nothing: paths and addresses are not ours to print."""


def _no(status: HTTPStatus, why: str) -> tuple[HTTPStatus, bytes, str]:
    return status, why.encode() + b"\n", "text/plain"


def _unpacked(body: bytes, encoding: str) -> bytes | None:
    """A body as it was before it was packed; None if that cannot be told or would be too large."""
    if encoding == "identity":
        return body
    if encoding != "gzip":
        return None
    unpack = zlib.decompressobj(wbits=31)
    try:
        plain = unpack.decompress(body, MOST_UNPACKED)
    except zlib.error:
        return None
    return plain if unpack.eof else None


@contextmanager
def receiver(
    waiting: Waiting,
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    anywhere: bool = False,
    full: Callable[[], bool] = lambda: False,
) -> Iterator[Receiver]:
    """Receive while the block runs.

    Args:
        waiting: takes the spans.
        host: an address of this machine.
        port: 0 is any that is free.
        anywhere: `host` need not be loopback.
        full: whether no more can be taken.

    Raises:
        LineageError: the address is not loopback, or cannot be listened on.
    """
    address = "127.0.0.1" if host == "localhost" else host
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        raise LineageError.of(
            "--host is no address", allowed="an IP address of this machine, or localhost"
        ) from None
    if not (loopback or anywhere):
        raise LineageError.of(
            "--host is not on loopback: others could send spans here",
            remedy="add --anywhere if that is meant; whoever reaches the port can then add flows, and nothing is encrypted",
        )
    try:
        server = Receiver((address, port), waiting, full)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no such port"
        raise LineageError.of(
            f"cannot listen on port {port} ({reason})",
            remedy="name another with --port; 0 is any that is free",
        ) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
