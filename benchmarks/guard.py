"""How long the guard takes to decide: `python -m benchmarks.guard`.

A gateway that serves customers of two markets over a database, a cache and a model, under all packs (observed) and under
one pack (enforced, with a record on the disk). Told are the decisions that are known, of customers known and new, and the
cost of one that is new; in microseconds and milliseconds, of one run on this machine.
"""

from __future__ import annotations

import gc
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread

from lineage.guard import Guard, Place, PlaceKind
from lineage.packs import builtin_packs

INVENTORY = """
parties:
  - {name: overseas, match: {tenant: "eu-*"}, origin: [DE], class: personal, market: DE}
places:
  - {name: gateway, match: {service: gw}, country: SG, entry: true}
  - {name: db, match: {host: pg.example}, country: SG, role: database, retention: 30d, deletable: true}
  - {name: cache, match: {host: redis.example}, country: SG, role: cache, retention: 1d, deletable: true}
  - {name: model, match: {host: llm.example}, country: SG, contents: none}
"""
SERVICE = {"service.name": "gw", "cloud.provider": "aws", "cloud.region": "ap-southeast-1"}
CALLS = 200_000
TABLES = 40
POSTGRES = [
    Place(PlaceKind.STORE, system="postgresql", host="pg.example", namespace="app", collection=f"table{n}")
    for n in range(TABLES)
]


def quantiles(seconds: Sequence[float]) -> str:
    """p50, p99, p99.9 and the longest, in microseconds."""
    ordered = sorted(seconds)
    picked = [ordered[int(len(ordered) * share)] for share in (0.5, 0.99, 0.999)]
    return "  ".join(f"{1e6 * value:9.1f}" for value in (*picked, ordered[-1]))


def timed(calls: int, call: Callable[[int], object]) -> list[float]:
    """How long each of some calls takes."""
    taken = []
    for number in range(calls):
        start = time.perf_counter()
        call(number)
        taken.append(time.perf_counter() - start)
    return taken


def measure(name: str, guard: Guard) -> None:
    """Print the figures of one guard."""
    with guard.request("eu-1"):
        new = timed(TABLES, lambda n: guard.check(POSTGRES[n], category="prompt", purpose="inference"))
        known = timed(
            CALLS, lambda n: guard.check(POSTGRES[n % TABLES], category="prompt", purpose="inference")
        )
        query = {
            "db.system.name": "postgresql",
            "server.address": "pg.example",
            "db.namespace": "app",
            "db.query.text": "select x from table1 where id = $1",
        }
        guard.before(query)
        called = timed(CALLS // 4, lambda n: guard.before(query))

    def customer(number: int) -> None:
        with guard.request(f"eu-{number}"):
            guard.check(POSTGRES[number % TABLES], category="prompt", purpose="inference")

    others = timed(CALLS // 4, customer)
    print(f"{name}: {len(guard._memory.policy.rules)} rules, {len(guard.flows())} edges known")
    print(f"  {'microseconds':34}{'p50':>9}  {'p99':>9}  {'p99.9':>9}  {'max':>9}")
    print(f"  {'a decision that is known':34}{quantiles(known)}")
    print(f"  {'a call described by attributes':34}{quantiles(called)}")
    print(f"  {'request and flow, each a new customer':34}{quantiles(others)}")
    print(f"  {'a decision that is new':34}{quantiles(new)}")


def beside(guard: Guard) -> list[float]:
    """Known decisions while another thread decides as well."""
    done: list[bool] = []

    def other() -> None:
        with guard.request("eu-2"):
            while not done:
                guard.check(POSTGRES[0], category="prompt", purpose="inference")

    thread = Thread(target=other)
    thread.start()
    with guard.request("eu-1"):
        taken = timed(
            CALLS // 4, lambda n: guard.check(POSTGRES[n % TABLES], category="prompt", purpose="inference")
        )
    done.append(True)
    thread.join()
    return taken


def main() -> None:
    """Measure and print."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder, "lineage.yaml")
        inventory.write_text(INVENTORY, "utf-8")
        every = Guard(builtin_packs(), [inventory], record=Path(folder, "all.jsonl"), service=SERVICE)
        measure("all packs, observed", every)
        one = Guard(
            ["order16"],
            [inventory],
            record=Path(folder, "one.jsonl"),
            service=SERVICE,
            modes={"order16/no-domestic-user": "enforce", "order16/no-shared-store": "enforce"},
        )
        measure("order16, two rules enforced", one)
        sys.setswitchinterval(0.005)
        print(f"  {'known, another thread deciding too':34}{quantiles(beside(one))}")
        for guard in (every, one):
            guard.close()


if __name__ == "__main__":
    main()
