"""Run the LiteLLM proxy, unmodified, and check what it does: `python -m examples.litellm [clean|domestic-signup]`.

Two model servers (stand-ins in this process), the proxy with its own OpenTelemetry, `lineage collect` as its collector, some
traffic, and `lineage check` of the snapshot. LiteLLM pins many libraries: install it in an environment of its own and name
its program with `--litellm`.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.resolve().parents[1]
MODELS = {"qwen-max": 24301, "deepseek-chat": 24302}
PROXY, COLLECTOR = 24300, 24318
CUSTOMERS = {"clean": ["sk-acme", "sk-globex"], "domestic-signup": ["sk-acme", "sk-globex", "sk-hongyun"]}
"""Variant -> the keys that are used."""


def main() -> int:
    """Run a variant, and give the exit code of `lineage check`."""
    parser = argparse.ArgumentParser(prog="python -m examples.litellm", description=__doc__)
    parser.add_argument("variant", nargs="?", choices=list(CUSTOMERS), default="clean")
    parser.add_argument(
        "-o", "--output", type=Path, help="folder for the snapshot; default: a new temporary one"
    )
    parser.add_argument("--litellm", default=shutil.which("litellm"), help="the program of the proxy")
    given = parser.parse_args()
    if not given.litellm:
        parser.error(
            "the litellm program is not on the path: pip install 'litellm[proxy]' opentelemetry-exporter-otlp-proto-http in an environment of its own, and say --litellm"
        )
    folder = given.output or Path(tempfile.mkdtemp(prefix="litellm-"))
    folder.mkdir(parents=True, exist_ok=True)
    snapshot = folder / f"{given.variant}.json"
    snapshot.unlink(missing_ok=True)
    run(given.litellm, CUSTOMERS[given.variant], snapshot)
    command = ["lineage", "check", str(snapshot), "-i", str(HERE / "lineage.yaml"), "-p", "order16"]
    print("$ " + " ".join(command), flush=True)
    return subprocess.run([sys.executable, "-m", *command], env=_environment()).returncode


def run(litellm: str, keys: list[str], snapshot: Path) -> None:
    """Start everything, ask each model the same as each customer, stop everything; the snapshot is there then."""
    with ExitStack() as stack:
        for model, port in MODELS.items():
            stack.enter_context(answering(model, port))
        collect = ["-m", "lineage", "collect", "-o", str(snapshot), "--port", str(COLLECTOR)]
        stack.enter_context(process([sys.executable, *collect], _environment(), signal.SIGINT))
        wait_for(COLLECTOR, "/")
        settings = {
            "LITELLM_OTEL_V2": "true",
            "LITELLM_MASTER_KEY": f"sk-{secrets.token_hex(32)}",
            "OTEL_SERVICE_NAME": "litellm",
            "OTEL_RESOURCE_ATTRIBUTES": "cloud.provider=alibaba_cloud,cloud.region=ap-southeast-1",
            "OTEL_EXPORTER": "otlp_http",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_ENDPOINT": f"http://127.0.0.1:{COLLECTOR}",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{COLLECTOR}",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        }
        proxy = [litellm, "--config", str(HERE / "proxy.yaml"), "--host", "127.0.0.1", "--port", str(PROXY)]
        stack.enter_context(process(proxy, {**os.environ, **settings}, signal.SIGINT))
        wait_for(PROXY, "/health/liveliness")
        for key in keys:
            for question in ("How long is the warranty?", "Summarise my contract."):
                ask(key, "deepseek-chat" if key == "sk-globex" else "qwen-max", question)
        time.sleep(8)  # the proxy holds spans back for five seconds, and loses them when it is stopped


def ask(key: str, model: str, question: str) -> None:
    """One question of a customer."""
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": question}]}).encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{PROXY}/v1/chat/completions", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


@contextmanager
def answering(model: str, port: int) -> Iterator[None]:
    """A model server that speaks the OpenAI protocol, and says nothing of itself in telemetry."""

    class Model(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            message = {"role": "assistant", "content": f"{model} has an answer"}
            body = json.dumps({
                "id": "1", "object": "chat.completion", "created": 0, "model": model,
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 5, "completion_tokens": 4, "total_tokens": 9},
            }).encode()  # fmt: skip
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def process(command: list[str], environment: dict[str, str], stop: signal.Signals) -> Iterator[None]:
    """A program, until the block ends."""
    running = subprocess.Popen(command, env=environment, cwd=HERE, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.send_signal(stop)
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait_for(port: int, path: str) -> None:
    """Wait until somebody answers on a port, whatever the answer."""
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"nothing answers on port {port}")


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


if __name__ == "__main__":
    raise SystemExit(main())
