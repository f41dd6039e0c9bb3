"""From what a person gave to what commands work on, and from there to where they want it: the lines that commands share."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.commands.options import PACKS

if TYPE_CHECKING:
    import datetime as dt

    from lineage.checking import Report
    from lineage.flows import Flows
    from lineage.graph import FlowGraph
    from lineage.inventory import Inventory


def report(
    spans: Sequence[str],
    inventories: Sequence[str],
    policies: Sequence[str],
    mode: str,
    fail_on: str,
    today: str | None,
    baseline: str | None = None,
    ledgers: Sequence[str] = (),
) -> Report:
    """What packs say of spans: the whole way of `check`."""
    inventory = load_inventory(inventories)
    if ledgers:
        inventory = inventory.with_ledgers(map(ledger, ledgers))
    made = as_graph(read(spans, inventory), inventory)
    return judged(made, policies, mode, fail_on, today, baseline)


def judged(
    made: FlowGraph,
    policies: Sequence[str],
    mode: str,
    fail_on: str = "info",
    today: str | None = None,
    baseline: str | None = None,
) -> Report:
    """What packs say of a graph; `PACKS` when none is named."""
    from lineage.baseline import load_baseline
    from lineage.checking import check as judge
    from lineage.packs import load_pack

    packs = [load_pack(name) for name in (policies or PACKS)]
    known = load_baseline(baseline) if baseline else None
    return judge(made, packs, mode=mode, fail_on=fail_on, today=day(today), baseline=known)


def graph_of(spans: Sequence[str], inventories: Sequence[str]) -> FlowGraph:
    """The graph of spans under the inventories that are given, or ./lineage.yaml."""
    inventory = load_inventory(inventories)
    return as_graph(read(spans, inventory), inventory)


def as_graph(flows: Flows, inventory: Inventory) -> FlowGraph:
    """Flows with their meaning."""
    from lineage.graph import FlowGraph

    return FlowGraph(flows, inventory)


def load_inventory(paths: Sequence[str]) -> Inventory:
    """The inventories that are given, else ./lineage.yaml, else an empty one."""
    from lineage.inventory import Inventory

    if not paths and Path("lineage.yaml").is_file():
        click.echo("using ./lineage.yaml", err=True)
        paths = ["lineage.yaml"]
    return Inventory.load(list(paths)) if paths else Inventory.empty()


def read(spans: Sequence[str], inventory: Inventory | None) -> Flows:
    """The flows of what is given as SPANS, with progress on a terminal."""
    from lineage.pipeline import read_flows

    keys = inventory.tenant_keys if inventory is not None else ()
    if not sys.stderr.isatty():
        return read_flows(spans, tenant_keys=keys)
    with _Progress() as progress:
        return read_flows(spans, tenant_keys=keys, progress=progress)


class _Progress:
    """Bytes read, on a terminal only; nothing for what is over in a blink."""

    def __init__(self) -> None:
        import time

        self._clock = time.monotonic
        self._start = self._shown = self._clock()

    def __enter__(self) -> _Progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        now = self._clock()
        if now - self._start < 0.5 or now - self._shown < 0.1:
            return
        self._shown = now
        share = f" {100 * done // total} %" if total else ""
        click.echo(f"\rreading {done / 1e6:,.0f} MB{share} ", err=True, nl=False)

    def __exit__(self, *_: object) -> None:
        if self._shown != self._start:
            click.echo("\r\033[K", err=True, nl=False)


def colour() -> bool:
    """Whether standard output wants colours: FORCE_COLOR, NO_COLOR, then whether a terminal reads it."""
    import os

    if os.environ.get("FORCE_COLOR"):
        return True
    return not os.environ.get("NO_COLOR") and sys.stdout.isatty()


def put(text: str, output: str | None) -> None:
    """Write to a file, whole, or to standard output."""
    from lineage.files import write_whole

    data = text.encode("utf-8", "backslashreplace")
    if output and output != "-":
        write_whole(output, data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def day(text: str | None) -> dt.date:
    """The day that `--today` tells; by default today, UTC."""
    import datetime as dt

    if text is None:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise usage("--today is not a date", "write it as YYYY-MM-DD") from None


def ledger(text: str) -> tuple[str, str]:
    """Kind and path of a `--ledger`.

    >>> ledger("stock=books/stock.csv")
    ('stock', 'books/stock.csv')
    """
    from lineage.ledgers.schema import check_kind

    kind, equals, path = text.partition("=")
    if not (equals and path):
        raise usage("--ledger names no file", "write it as KIND=FILE, like stock=stock.csv")
    check_kind(kind)
    return kind, path


def usage(what: str, remedy: str) -> Exception:
    """A mistake in how a command was called, to be raised."""
    from lineage.errors import LineageError

    return LineageError.of(what, remedy=remedy)
