"""Run the gateway: `python -m examples.gateway [VARIANT ...]`.

For each variant: start the servers and services on free ports of this machine, drive traffic, collect the spans, stop
everything, and run `lineage check` on the spans with the inventory beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx

from examples.gateway import servers
from examples.gateway.addresses import HERE, ports
from examples.gateway.processes import running
from examples.gateway.variants import DEBUG, POSTGRES, REDIS, SERVICES, SINKS, VARIANTS, Service, Variant

INVENTORY = Path(__file__).with_name("lineage.yaml")
QUESTIONS = ("How long is the warranty?", "Summarise my contract.", "How long is the warranty?")
"""The last is the first again, and comes out of the cache."""
USUAL = (("edge-sg", "key-acme"), ("edge-sg", "key-globex"), ("edge-cn", "key-hongyun"))
"""Who calls which edge in every variant."""


def main() -> int:
    """Run variants, and give the exit code of `lineage check`: that of the last one, if several are asked for."""
    parser = argparse.ArgumentParser(prog="python -m examples.gateway", description=__doc__)
    parser.add_argument(
        "variants", nargs="*", metavar="VARIANT", help=f"{', '.join(VARIANTS)}; default: clean"
    )
    parser.add_argument(
        "-o", "--output", type=Path, help="folder for the spans; default: a new temporary one"
    )
    parser.add_argument(
        "--otlp", metavar="URL", help="send the spans there (`lineage watch`, a collector) and check nothing"
    )
    parser.add_argument("--no-check", action="store_true", help="collect the spans and check nothing")
    parser.add_argument(
        "--for", type=float, default=0, dest="seconds", help="go on asking for so many seconds"
    )
    given = parser.parse_args()
    unknown = set(given.variants) - set(VARIANTS)
    if unknown:
        parser.error(f"no variant is called {', '.join(sorted(unknown))}; there are {', '.join(VARIANTS)}")
    folder = given.output or Path(tempfile.mkdtemp(prefix="gateway-"))
    code = 0
    for name in given.variants or ["clean"]:
        print(f"{name}: {VARIANTS[name].about}", flush=True)
        spans = folder / name
        run(VARIANTS[name], spans, given.otlp, given.seconds)
        if not (given.otlp or given.no_check):
            code = check(spans)
    return code


def check(spans: Path) -> int:
    """Run `lineage check` on a folder of spans."""
    command = ["lineage", "check", str(spans), "-i", os.path.relpath(INVENTORY), "-p", "order16"]
    print("$ " + " ".join(command), flush=True)
    return subprocess.run([sys.executable, "-m", *command]).returncode


def run(variant: Variant, spans: Path, otlp: str | None = None, seconds: float = 0) -> None:
    """Start everything, ask, and stop everything; spans are in the folder then, a file a service."""
    shutil.rmtree(spans, ignore_errors=True)
    spans.mkdir(parents=True)
    hosts = [*POSTGRES, *REDIS, *SINKS, *(service.host for service in SERVICES.values() if service.host)]
    where_is = ports(hosts)
    with ExitStack() as stack:
        for host, databases in POSTGRES.items():
            stack.enter_context(servers.postgres(where_is[host], databases))
        for host in REDIS:
            stack.enter_context(servers.redis(where_is[host]))
        for host in SINKS:
            stack.enter_context(servers.sink(where_is[host]))
        where = {"GATEWAY_PORTS": json.dumps(where_is), **_exporter(otlp)}
        for name, service in SERVICES.items():
            stack.enter_context(started(name, service, variant, {**where, **_file(spans, name, otlp)}))
        for service in SERVICES.values():
            if service.host:
                wait_for(where_is[service.host])
        until = time.monotonic() + seconds
        ask(variant, where_is)
        while time.monotonic() < until:
            time.sleep(1)
            ask(variant, where_is)
        debug = {**where, **_file(spans, "ops-console", otlp), "COPY": str(spans / "copy.txt")}
        with started("ops-console", DEBUG, variant, debug, wait=True):
            (spans / "copy.txt").unlink()
        drained(where_is["mq.gw.example"])


def started(
    name: str, service: Service, variant: Variant, where: Mapping[str, str], wait: bool = False
) -> AbstractContextManager[None]:
    """A service of a variant, as a process of its own."""
    settings = {
        **where, **service.settings, **variant.settings.get(name, {}),
        "OTEL_SERVICE_NAME": name,
        "OTEL_RESOURCE_ATTRIBUTES": f"{service.resource},service.namespace=gateway",
        "OTEL_SEMCONV_STABILITY_OPT_IN": "http,database",
        "OTEL_BSP_SCHEDULE_DELAY": "500",
    }  # fmt: skip
    port = json.loads(where["GATEWAY_PORTS"])[service.host] if service.host else None
    return running(f"examples.gateway.{service.module}", settings, port, wait)


def wait_for(port: int) -> None:
    """Wait until a service is up."""
    for _ in range(600):
        try:
            httpx.get(f"http://{HERE}:{port}/healthz").raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("a service did not start within a minute")


def ask(variant: Variant, ports: Mapping[str, int]) -> None:
    """Ask all questions at the edges, as each customer."""
    for edge, key in USUAL + variant.calls:
        url = f"http://{HERE}:{ports[SERVICES[edge].host]}/v1/chat/completions"
        for question in QUESTIONS:
            body = {"messages": [{"role": "user", "content": question}]}
            httpx.post(
                url, json=body, headers={"authorization": f"Bearer {key}"}, timeout=30
            ).raise_for_status()


def drained(port: int) -> None:
    """Wait until the queue of the training pool is empty."""
    from redis import Redis

    with Redis(HERE, port) as queue:
        while queue.llen("training-samples"):
            time.sleep(0.05)


def _exporter(otlp: str | None) -> dict[str, str]:
    if otlp is None:
        return {}
    return {
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": otlp,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    }


def _file(spans: Path, name: str, otlp: str | None) -> dict[str, str]:
    return {} if otlp else {"GATEWAY_SPANS": str(spans / f"{name}.jsonl")}


if __name__ == "__main__":
    raise SystemExit(main())
