"""What lineage costs the requests of the example gateway: `python -m benchmarks.overhead [--requests N] [--rounds R]`.

Edge, core and model server of `examples/gateway` answer questions that are new, over a PostgreSQL, a Redis, an object store and a log, with:

    A  OpenTelemetry's instrumentations alone
    B  the same again, which tells what this machine's noise makes of no difference at all
    C  A + labels of lineage.instrument
    D  C + the content filter in front of the exporter
    E  D + the guard, observing, in edge and core

A round has processes of its own for each. They are asked in turn, a few questions at a time (ABCDE BCDEA ...), and before
the turn goes on all spans are exported, so that each pays for its own. Told are the time until the answer is there, and the
CPU time of all three processes, exports included; and how much more than A it is: of all rounds together, and the least and most of any
round. Batches are exported every 100 ms instead of every 5 s, so that exporting happens while questions are answered.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles

from examples.gateway import servers
from examples.gateway.__main__ import INVENTORY, wait_for
from examples.gateway.addresses import HERE, ports
from examples.gateway.processes import running
from examples.gateway.variants import SERVICES

WAYS = {
    "A": ("OpenTelemetry alone", "plain"),
    "B": ("the same again", "plain"),
    "C": ("+ labels", "labels"),
    "D": ("+ content filter", "filter"),
    "E": ("+ guard, observing", "guard"),
}
CHAIN = {"edge-sg": "edge", "core-intl": "core", "qwen": "model"}
"""Service -> module; a question goes through them in this order."""
BACKING = ("pg-intl.gw.example", "redis-intl.gw.example", "oss-intl.gw.example", "logs-intl.gw.example")
TURN = 10
"""Questions in a turn."""
WARM = 2
"""Turns before anything is counted: what is imported, compiled or decided for the first time is not what a request costs."""
TOPIC = "How long is the warranty of the pump, and who pays for its transport to the workshop? " * 3


@dataclass
class Taken:
    """What requests took, in seconds."""

    each: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def add(self, other: Taken) -> None:
        """Add those of another round."""
        self.each += other.each
        self.cpu += other.cpu

    def figures(self) -> dict[str, float]:
        """p50 and p99 of a request and its CPU time, in milliseconds."""
        cuts = quantiles(self.each, n=100, method="inclusive")
        mean = self.cpu / len(self.each)
        return {"p50": 1e3 * cuts[49], "p99": 1e3 * cuts[98], "CPU": 1e3 * mean}


Round = dict[str, Taken]


class Gateway:
    """The three processes of one way, and a customer's connection to its edge."""

    def __init__(
        self, way: str, where: dict[str, int], thinking: float, folder: Path, stack: ExitStack
    ) -> None:
        self.ports = {SERVICES[name].host: where[f"{way}-{name}"] for name in CHAIN}
        for name, module in CHAIN.items():
            settings = {
                **SERVICES[name].settings,
                "MODULE": module,
                "DRESS": WAYS[way][1],
                "THINKING": str(thinking),
                "GATEWAY_PORTS": json.dumps({**where, **self.ports}),
                "GATEWAY_SPANS": str(folder / f"{way}-{name}.jsonl"),
                "INVENTORY": str(INVENTORY),
                "RECORD": str(folder / f"{way}-{name}-decisions.jsonl"),
                "OTEL_SERVICE_NAME": name,
                "OTEL_RESOURCE_ATTRIBUTES": f"{SERVICES[name].resource},service.namespace=gateway",
                "OTEL_SEMCONV_STABILITY_OPT_IN": "http,database",
                "OTEL_BSP_SCHEDULE_DELAY": "100",
            }
            stack.enter_context(running("benchmarks.dressed", settings, self.ports[SERVICES[name].host]))
        for taken in self.ports.values():
            wait_for(taken)
        self._mark = f"{way} {time.time_ns()}"
        self._asked = 0
        self._spent = 0.0

    def turn(self) -> Taken:
        """Ask, one after the other, what nobody has asked; how long each answer takes."""
        taken = Taken()
        edge = HTTPConnection(HERE, self.ports[SERVICES["edge-sg"].host], timeout=30)
        edge.connect()
        for _ in range(TURN):
            self._asked += 1
            question = {"role": "user", "content": f"{TOPIC} {self._mark} {self._asked}"}
            body = json.dumps({"messages": [question]})
            head = {"content-type": "application/json", "authorization": "Bearer key-acme"}
            start = time.perf_counter()
            edge.request("POST", "/v1/chat/completions", body, head)
            answer = edge.getresponse()
            answer.read()
            taken.each.append(time.perf_counter() - start)
            if answer.status != 200:
                raise SystemExit(f"the gateway answered {answer.status}")
        edge.close()
        before, self._spent = self._spent, sum(map(_spent, self.ports.values()))
        taken.cpu = self._spent - before
        return taken


def _spent(at: int) -> float:
    """CPU seconds of a process, when it has exported what it has."""
    service = HTTPConnection(HERE, at, timeout=30)
    service.request("GET", "/spent")
    seconds = json.loads(service.getresponse().read())
    service.close()
    return float(seconds)


def one_round(number: int, requests: int, thinking: float, where: dict[str, int]) -> Round:
    """Ask each way so many questions, in turns; in a process of its own, so that rounds differ in all that chance decides."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="overhead-")))
        gateways = {way: Gateway(way, where, thinking, folder, stack) for way in WAYS}
        taken = {way: Taken() for way in WAYS}
        for turn in range(-WARM, -(-requests // TURN)):
            for way in _rotated(number + turn):
                told = gateways[way].turn()
                if turn >= 0:
                    taken[way].add(told)
        return taken


def _rotated(by: int) -> Iterator[str]:
    ways = list(WAYS)
    for place in range(len(ways)):
        yield ways[(by + place) % len(ways)]


def tell(rounds: Sequence[Round]) -> None:
    """Print what all rounds come to."""
    whole = {way: Taken() for way in WAYS}
    for each in rounds:
        for way in WAYS:
            whole[way].add(each[way])
    base = whole["A"].figures()
    print(f"{'':24}" + "".join(f"{name + ', ms':>10}  {'more than A (rounds)':24}" for name in base))
    for way, (title, _) in WAYS.items():
        print(f"{way}  {title:21}", end="")
        for name, value in whole[way].figures().items():
            print(f"{value:10.2f}  ", end="")
            of_rounds = [_more(each[way].figures()[name], each["A"].figures()[name]) for each in rounds]
            spread = f"{_more(value, base[name]):+.1%} ({min(of_rounds):+.1%} .. {max(of_rounds):+.1%})"
            print(f"{'' if way == 'A' else spread:24}", end="")
        print()


def _more(value: float, base: float) -> float:
    return value / base - 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overhead", description=__doc__)
    parser.add_argument("--requests", type=int, default=100, help="counted requests of each way in a round")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument(
        "--thinking",
        type=float,
        default=0,
        metavar="MS",
        help="how long the model takes; the example's takes no time",
    )
    given = parser.parse_args()
    load, start = os.getloadavg()[0], time.monotonic()
    # All at once: of two askings each would think free what the other has not taken yet.
    where = ports([*BACKING, *(f"{way}-{name}" for way in WAYS for name in CHAIN)])
    pg, redis, *sinks = BACKING
    with ExitStack() as stack:
        stack.enter_context(servers.postgres(where[pg], ["gateway"]))
        stack.enter_context(servers.redis(where[redis]))
        for host in sinks:
            stack.enter_context(servers.sink(where[host]))
        fresh = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, fresh, max_tasks_per_child=1) as pool:
            rounds = [
                pool.submit(one_round, number, given.requests, given.thinking / 1e3, where).result()
                for number in range(given.rounds)
            ]
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} before and {os.getloadavg()[0]:.1f} after, "
        f"{given.rounds} rounds of {given.requests} requests, {time.monotonic() - start:.0f} s"
    )
    tell(rounds)


if __name__ == "__main__":
    main()
