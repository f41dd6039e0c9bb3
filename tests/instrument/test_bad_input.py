"""The service goes on: whatever comes in, wherever it forks, however it ends."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import propagate
from recorded import Spans
from test_middleware import instrumented, through_asgi, through_wsgi

from lineage.errors import ConfigError
from lineage.instrument import auto, counts, label, setup
from lineage.instrument.baggage import read

ROOT = Path(__file__).resolve().parents[2]


# --- what comes in ---------------------------------------------------------------------------------------

PIECES = (
    "lineage.data.origin=", "lineage.tenant=", "DE", ",", "=", ";", "%", "%2", "%00", "%0d%0aSet-Cookie: a", "%E6%B1%89=1,",
    "\x00", "\t", "é", "汉", " ", "x" * 200, "lineage.",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("through", [through_asgi, through_wsgi])
def test_eight_kibibytes_at_the_edge_are_served(spans: Spans, through: Callable[..., Any], seed: int) -> None:
    chance = random.Random(seed)
    header = "".join(chance.choice(PIECES) for _ in range(4000))[:8192]
    onwards: dict[str, str] = {}

    def app(headers: dict[str, str]) -> None:
        propagate.inject(onwards)
        spans.start("call").end()

    with label(tenant="somebody-else"):
        through(instrumented(spans, app))({"baggage": header})
    told = spans.labels()
    assert told["call"] == {}
    assert told["server"].keys() <= {"claimed", "data.origin"}
    assert "lineage" not in onwards.get("baggage", "")


@pytest.mark.parametrize(
    "left",
    [
        pytest.param("汉=1", id="a letter that no header has"),
        pytest.param("a=1\r\nset-cookie: b", id="the end of a header"),
        pytest.param("a=\x00", id="a control character"),
    ],
)
def test_what_is_left_of_baggage_is_a_header(monkeypatch: pytest.MonkeyPatch, left: str) -> None:
    from opentelemetry.baggage.propagation import W3CBaggagePropagator

    def inject(self: object, carrier: dict[str, str], context: object) -> None:
        carrier["baggage"] = left

    monkeypatch.setattr(W3CBaggagePropagator, "inject", inject)
    claims, rest = read(["lineage.tenant=acme-eu"])
    assert claims == {"lineage.claimed": "lineage.tenant"}
    assert rest.isascii()
    assert rest.isprintable()


def test_baggage_that_cannot_be_read_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from opentelemetry.baggage.propagation import W3CBaggagePropagator

    def extract(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(W3CBaggagePropagator, "extract", extract)
    before = counts().get("not-extracted", 0)
    assert read(["lineage.tenant=acme-eu,shop=1"]) == ({}, "")
    assert counts()["not-extracted"] == before + 1


# --- an inventory that cannot be read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\xff", "lineage.yaml", id="no text"),
        pytest.param(b"parties: [", "lineage.yaml:", id="no YAML"),
        pytest.param(b"partys: []\n", "partys", id="a key that there is not"),
        pytest.param(b"parties: [{name: a, origin: Mordor}]\n", "origin", id="a country that there is not"),
        pytest.param(None, "lineage.yaml", id="a folder"),
    ],
)
def test_an_unreadable_inventory_is_told_at_once_and_the_service_starts_without(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    content: bytes | None,
    message: str,
) -> None:
    path = tmp_path / "lineage.yaml"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    before = propagate.get_global_textmap()
    with pytest.raises(ConfigError, match=message):
        setup(inventory=path)
    monkeypatch.setenv("LINEAGE_INSTRUMENT", "true")
    monkeypatch.setenv("LINEAGE_INVENTORY", str(path))
    auto.start()
    assert "no labels are written" in caplog.text
    assert propagate.get_global_textmap() is before


# --- processes -------------------------------------------------------------------------------------------

SERVICE = r"""
import os, sys, threading, time
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from lineage import instrument

class Lines(SpanExporter):
    def export(self, spans):
        for span in spans:
            # In one piece: threads and processes write beside each other.
            os.write(1, f"{span.name} {span.attributes.get('lineage.tenant')}\n".encode())
        return SpanExportResult.SUCCESS
    def shutdown(self): pass

class Down(Lines):
    def export(self, spans): raise ConnectionError("down")
    def shutdown(self): raise ConnectionError("down")

def serve(tenant):
    with instrument.label(tenant=tenant), trace.get_tracer("t").start_as_current_span(tenant):
        with instrument.store("redis", host="cache", direction="write"): pass
"""


def ran(program: str) -> subprocess.CompletedProcess[str]:
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "LINEAGE_"))}
    return subprocess.run(
        [sys.executable, "-c", SERVICE + program], capture_output=True, text=True, timeout=60, cwd=ROOT, env=variables
    )  # fmt: skip


ENDINGS: dict[str, tuple[str, set[str]]] = {
    "with spans in the queue": (
        "serve('a')\n",
        {"a a", "write redis a"},
    ),
    "in a block and a span that are never left": (
        "serve('a')\n"
        "left = instrument.label(tenant='b'), trace.get_tracer('t').start_as_current_span('b')\n"
        "for each in left: each.__enter__()\n",
        {"a a", "write redis a"},
    ),
    "between the steps of a labelled generator": (
        "def steps():\n"
        "    with instrument.label(tenant='a'):\n"
        "        yield 1\n"
        "kept = steps(); next(kept); serve('b')\n",
        {"b b", "write redis b"},
    ),
    "while a thread goes on": (
        "def on():\n"
        "    while True: serve('a'); time.sleep(0.001)\n"
        "threading.Thread(target=on, daemon=True).start(); time.sleep(0.2)\n",
        {"a a", "write redis a"},
    ),
    "by an exit": (
        "serve('a')\nsys.exit(0)\n",
        {"a a", "write redis a"},
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_interpreter_ends(ending: str) -> None:
    program, exported = ENDINGS[ending]
    done = ran("instrument.setup(exporter=Lines())\n" + program)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.splitlines()) == exported


def test_the_interpreter_ends_with_an_exporter_that_is_down() -> None:
    done = ran("instrument.setup(exporter=Down())\nserve('a')\nprint('served')\n")
    assert (done.returncode, done.stdout) == (0, "served\n")
    assert "spans could not be exported" in done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_forked_workers_label_and_export_their_own() -> None:
    done = ran("""
instrument.setup(exporter=Lines())
serve("parent")
trace.get_tracer_provider().force_flush()
with instrument.label(tenant="parent"):
    children = []
    for name in ("one", "two"):
        child = os.fork()
        if not child:
            trace.get_tracer("t").start_span("nobody").end()
            serve(name)
            trace.get_tracer_provider().force_flush()
            os._exit(0)
        children.append(child)
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
serve("after")
print("children", *ended)
""")
    assert (done.returncode, done.stderr) == (0, "")
    expected = ["children 0 0", "nobody None", "nobody None"]
    for name in ("parent", "one", "two", "after"):
        expected += [f"{name} {name}", f"write redis {name}"]
    assert sorted(done.stdout.splitlines()) == sorted(expected)
