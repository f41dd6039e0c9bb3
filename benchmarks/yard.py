"""The whole check against yardsticks on the same bytes, in one run: `python -m benchmarks.yard --spans 1e5 --runs 3`.

A machine that is shared moves single figures by a factor of two between minutes, so goals are ratios of what ran in turns
in one run: medians, with both extremes. A goal whose figures were not taken is "not measured"; it is never met.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
INVENTORY = HERE / "gateway.lineage.yaml"
BYTECODE = os.path.join(tempfile.gettempdir(), "lineage-yard-bytecode")

UPB = """
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest as R
def each(data):
    at = 0
    while at < len(data):
        n = int.from_bytes(data[at:at+4], "big"); yield data[at+4:at+4+n]; at += 4 + n
begin(); [None for m in each(open(sys.argv[1], "rb").read()) if not R.FromString(m)]; end()
"""
ZSTD = UPB.replace(
    "import ExportTraceServiceRequest as R",
    "import ExportTraceServiceRequest as R\nimport zstandard\nD = zstandard.ZstdDecompressor()",
).replace("R.FromString(m)", "R.FromString(D.decompress(m))")
SIMDJSON = """
import simdjson
p = simdjson.Parser(); begin()
for line in open(sys.argv[1], "rb"):
    p.parse(line)
end()
"""
READ = """
begin()
with open(sys.argv[1], "rb", buffering=0) as f:
    into = bytearray(4 << 20)
    while f.readinto(into): pass
end()
"""
ASSEMBLE = """
from lineage.decode import Reader
from lineage.link.acts import Acts
from lineage.link import collector_at_rest
from lineage.link.groups import groups
from lineage.link.propagate import Edges
from lineage.fast.assemble import FastAssembler
r = Reader(); made = list(groups(r.read([sys.argv[1]])))
import numpy as np
def again():
    f = FastAssembler(Acts(r.vocabulary), Edges())
    for g in made:
        c = g.take(np.arange(len(g))); c.links = g.links.copy(); f.add(c)
again(); begin()
with collector_at_rest(): again()
end()
"""
SOLVE = """
import random
from lineage.flows import FlowCount, FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.places import Place, PlaceKind
from lineage.solve import solve
rnd = random.Random(1); flows = Flows()
stores = [Place(PlaceKind.STORE, system="postgresql", host=f"pg-{i}.example") for i in range(6000)]
services = [Place(PlaceKind.SERVICE, name=f"s{i}") for i in range(3000)]
parties = [Place(PlaceKind.PARTY, name=f"t{i}") for i in range(1000)]
for i in range(30_000):
    s, where = rnd.choice(services), rnd.choice(stores)
    had = frozenset(rnd.sample(stores, 2) + [rnd.choice(parties)])
    flows.put(FlowKey(s, where, Leg.REQUEST, True, sources=had, purpose=str(i)), FlowCount(1))
for p in [*stores, *services, *parties]: flows.places.add(p)
graph = FlowGraph(flows, Inventory.empty())
begin(); solve(graph); end()
"""
FRAME = """
import sys, time
def begin():
    global began
    began = time.perf_counter()
def end():
    global took
    took = time.perf_counter() - began
{}
print(took)
"""


@dataclass
class Taken:
    """What several runs of one thing took."""

    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    """Peak resident set, MB."""
    failed: str = ""

    @property
    def middle(self) -> float | None:
        """The median, None if it could not be measured."""
        return median(self.seconds) if self.seconds and not self.failed else None

    def __str__(self) -> str:
        if self.middle is None:
            return f"not measured ({self.failed or 'not run'})"
        text = f"{self.middle:8.3f} s  [{min(self.seconds):.3f} .. {max(self.seconds):.3f}]"
        return text + (f"  {max(self.memory):5.0f} MB" if self.memory else "")


@dataclass(frozen=True)
class Goal:
    """Something to reach."""

    what: str
    limit: float
    value: float | None
    least: bool = False
    """The limit is the least that will do."""

    def __str__(self) -> str:
        if self.value is None:
            verdict = "not measured"
        elif (self.value >= self.limit) if self.least else (self.value <= self.limit):
            verdict = "met"
        else:
            verdict = (
                f"MISSED by {self.value / self.limit:.2f} times"
                if not self.least
                else f"MISSED: {self.value / self.limit:.0%} of it"
            )
        shown = "-" if self.value is None else f"{self.value:,.2f}"
        return f"| {self.what} | {'>=' if self.least else '<='} {self.limit:,.2f} | {shown} | {verdict} |"


def child(arguments: Sequence[str], inner: bool = False, fast: str = "auto") -> tuple[float, float, str]:
    """Run Python on these arguments: seconds, peak MB, and what it printed.

    Args:
        arguments: after the interpreter.
        inner: the seconds are those that the child prints on its last line, not those of the whole process.
        fast: `LINEAGE_FAST` for the child.
    """
    environment = {
        **os.environ,
        "LINEAGE_FAST": fast,
        "PYTHONPATH": str(HERE.parent),
        "PYTHONPYCACHEPREFIX": BYTECODE,
    }
    # An installed package has its byte code; some shells forbid writing it.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, *arguments], stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text = out.read()
        if process.returncode not in (0, 1, 3):
            raise RuntimeError((err.read().strip().splitlines() or [f"exit {process.returncode}"])[-1])
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return (float(text.split()[-1]) if inner else took), usage.ru_maxrss / scale, text


class Yard:
    """The things to run, in turns, and what they took."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.todo: dict[str, Callable[[], tuple[float, float]]] = {}
        self.taken: dict[str, Taken] = {}
        self.spans: dict[str, int] = {}

    def data(self, spans: int, form: str, framing: str = "length") -> Path:
        """A file of traces, made once."""
        path = self.folder / f"{spans}.{form}.{framing}"
        count = path.with_suffix(path.suffix + ".count")
        if not count.exists():
            # In a process of its own: a child's peak memory counts from its parent's, on Linux.
            arguments = [
                "--spans",
                str(spans),
                "--format",
                form,
                "--framing",
                framing,
                "--count",
                str(count),
                "-o",
                str(path),
            ]
            child(["-m", "benchmarks.generate", *arguments])
        self.spans[path.name] = int(count.read_text())
        return path

    def add(self, name: str, arguments: Sequence[str], inner: bool = False, fast: str = "auto") -> None:
        """Something to run."""

        def run() -> tuple[float, float]:
            seconds, memory, _ = child(arguments, inner, fast)
            return seconds, memory

        self.todo[name] = run
        self.taken[name] = Taken()

    def script(self, name: str, text: str, *arguments: str) -> None:
        """A yardstick: what stands between begin() and end() counts, not the start of the interpreter."""
        self.add(name, ["-c", FRAME.format(text), *arguments], inner=True)

    def run(self, runs: int) -> None:
        """Everything in turns, `runs` times, after one run of each that does not count and warms caches."""
        for number in range(-1, runs):
            for name, run in self.todo.items():
                taken = self.taken[name]
                if taken.failed:
                    continue
                try:
                    seconds, memory = run()
                except (RuntimeError, ValueError, IndexError) as error:
                    taken.failed = str(error)[:100]
                    continue
                if number >= 0:
                    taken.seconds.append(seconds)
                    taken.memory.append(memory)
            print(f"round {number + 1} of {runs} done", file=sys.stderr)

    def ratio(self, one: str, other: str) -> float | None:
        """How many times `other` `one` took."""
        mine, theirs = self.middle(one), self.middle(other)
        return mine / theirs if mine is not None and theirs else None

    def middle(self, name: str) -> float | None:
        """The median of something, None if not measured."""
        return self.taken[name].middle if name in self.taken else None


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.yard", description=__doc__)
    parser.add_argument("--spans", type=float, default=1e5, help="size of the comparisons")
    parser.add_argument("--large", type=float, default=0, help="a larger size, for memory and cost a span")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", help="keep generated files here")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lineage-yard-") as temporary:
        yard = Yard(Path(told.data or temporary))
        yard.folder.mkdir(parents=True, exist_ok=True)
        goals = measure(yard, int(told.spans), int(told.large), told.runs)
    print(
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}\n"
    )
    for name, taken in yard.taken.items():
        print(f"{name:48} {taken}")
    print("\n| goal | limit | measured | |\n| --- | --- | --- | --- |")
    for goal in goals:
        print(goal)


def measure(yard: Yard, size: int, large: int, runs: int) -> list[Goal]:
    """Run everything and judge it."""
    proto, json, small = yard.data(size, "proto"), yard.data(size, "json"), yard.data(10_000, "json")
    spans = yard.spans[proto.name]
    checking = ["-m", "lineage", "check", "-i", str(INVENTORY), "-p", "order16"]
    snapshot = str(yard.folder / f"{size}.snapshot")
    child(["-m", "lineage.fast"])
    child(["-m", "lineage", "snapshot", str(proto), "-o", snapshot])
    yard.add("python -c pass", ["-c", "pass"])
    yard.add("import numpy", ["-c", "import numpy"])
    yard.add("lineage --help", ["-m", "lineage", "--help"])
    yard.add("check, 10,000 spans, JSON", [*checking, str(small)])
    yard.add("check, protobuf", [*checking, str(proto)])
    yard.add("check, JSON", [*checking, str(json)])
    yard.add("check, protobuf, without numba", [*checking, str(proto)], fast="0")
    yard.add("check, JSON, without numba", [*checking, str(json)], fast="0")
    yard.add("snapshot of protobuf", ["-m", "lineage", "snapshot", str(proto), "-o", snapshot])
    yard.add("check of the snapshot", [*checking, snapshot])
    yard.script("upb parse only", UPB, str(proto))
    yard.script("simdjson parse only", SIMDJSON, str(json))
    yard.script("reading protobuf", READ, str(proto))
    yard.script("reading JSON", READ, str(json))
    yard.script("solving 10,000 places, 30,000 flows", SOLVE)
    yard.script("assembly kernels alone", ASSEMBLE, str(proto))
    try:
        import zstandard  # noqa: F401

        packed = yard.data(size, "proto", "zstd")
        yard.add("check, protobuf in zstd", [*checking, str(packed)])
        yard.script("zstd -d and upb parse", ZSTD, str(packed))
    except ImportError:
        pass
    big = None
    if large:
        big = yard.data(large, "proto")
        yard.add("check, protobuf, large", [*checking, str(big)])
    yard.run(runs)

    def rate(name: str) -> float | None:
        seconds = yard.middle(name)
        return spans / seconds if seconds else None

    start = yard.middle("check, 10,000 spans, JSON")
    much, little = yard.middle("check, protobuf, large"), yard.middle("check, protobuf")
    growth = None
    if big is not None and start is not None and much is not None and little is not None and little > start:
        growth = ((much - start) / yard.spans[big.name]) / ((little - start) / spans)
    flat = None
    memory = [
        max(taken.memory) for name, taken in yard.taken.items() if name.startswith("check, ") and taken.memory
    ]
    if (
        big is not None
        and yard.taken["check, protobuf, large"].memory
        and yard.taken["check, protobuf"].memory
    ):
        flat = max(yard.taken["check, protobuf, large"].memory) / max(yard.taken["check, protobuf"].memory)
    kernels = rate("assembly kernels alone")
    return [
        Goal(
            "10,000 spans, whole process / import numpy",
            2.0,
            yard.ratio("check, 10,000 spans, JSON", "import numpy"),
        ),
        Goal("protobuf check / upb parse only", 1.5, yard.ratio("check, protobuf", "upb parse only")),
        Goal("protobuf check / reading the bytes", 5.0, yard.ratio("check, protobuf", "reading protobuf")),
        Goal("JSON check / simdjson parse only", 1.5, yard.ratio("check, JSON", "simdjson parse only")),
        Goal(
            "zstd check / zstd -d and upb parse",
            0.85,
            yard.ratio("check, protobuf in zstd", "zstd -d and upb parse"),
        ),
        Goal(
            "protobuf check without numba, spans/s",
            80_000,
            rate("check, protobuf, without numba"),
            least=True,
        ),
        Goal("JSON check without numba, spans/s", 80_000, rate("check, JSON, without numba"), least=True),
        Goal("assembly kernels alone, spans/s a core", 2_500_000, kernels, least=True),
        Goal("peak memory of any check, MB", 300, max(memory, default=None)),
        Goal("peak memory, large / small", 1.2, flat),
        Goal("cost of a span, large / small, less the start", 1.25, growth),
        Goal("lineage --help / python -c pass", 12.0, yard.ratio("lineage --help", "python -c pass")),
        Goal(
            "check of a snapshot / check of its spans",
            0.2,
            yard.ratio("check of the snapshot", "check, protobuf"),
        ),
        Goal(
            "solving 10,000 places and 30,000 flows, s",
            0.2,
            yard.middle("solving 10,000 places, 30,000 flows"),
        ),
    ]


if __name__ == "__main__":
    main()
