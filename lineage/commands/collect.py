"""`lineage collect -o FILE`: receive spans, and keep the flows of them as a snapshot."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.commands import listening, options, work

if TYPE_CHECKING:
    from lineage.flows import Flows


@click.command(context_settings=options.CONTEXT)
@click.option("-o", "--output", required=True, metavar="FILE", help="The snapshot.")
@click.option("--add", is_flag=True, help="FILE may exist: what is received is added to it.")
@click.option(
    "--every",
    default=60.0,
    show_default=True,
    type=click.FloatRange(1),
    metavar="SECONDS",
    help="How often the snapshot is written.",
)
@options.stacked(
    options.inventory,
    listening.host,
    listening.port,
    listening.anywhere,
    listening.settle,
    listening.seconds,
    options.language,
)
def collect(
    output: str,
    add: bool,
    every: float,
    inventories: tuple[str, ...],
    host: str,
    port: int,
    anywhere: bool,
    settle: float,
    seconds: float | None,
    lang: str,
) -> int:
    """Receive spans over OTLP/HTTP until Ctrl-C, and keep the flows of them: facts only, never content.

    The snapshot is read by every command in place of spans. Of the inventory only telemetry.tenant_keys are used.
    Exit code 3: nothing came.

    \b
    Examples:
      lineage collect -o today.json
      lineage collect -o staging.json --for 600 --port 14318
      lineage check today.json -i lineage.yaml
    """
    from lineage.flows import Flows
    from lineage.receive import Waiting
    from lineage.snapshot import loads

    flows = Flows()
    target = Path(output)
    if target.exists():
        if not (add and target.is_file()):
            raise work.usage(f"{output} exists and is not overwritten", "name another file, or say --add")
        flows = loads(target.read_bytes(), output)
    if not os.access(target.parent, os.W_OK):
        # Found out now, not when hours of spans are to be written.
        raise work.usage(
            f"{output} cannot be written", "name a file in a folder that exists and that you may write to"
        )
    waiting = Waiting(work.load_inventory(inventories).tenant_keys, settle=settle)
    full = [False]
    with listening.listening(waiting, host, port, anywhere, full, lang) as server:
        written = time.monotonic()
        for _ in listening.looks(seconds):
            more = waiting.settled()
            if more is not None:
                flows.add(more)
            full[0] = len(flows.places) > listening.MOST_PLACES
            if time.monotonic() - written >= every:
                _write(output, flows)
                written = time.monotonic()
    rest = waiting.settled(everything=True)
    if rest is not None:
        flows.add(rest)
    for line in listening.received(waiting, server, lang):
        click.echo(line, err=True)
    if not waiting.received.spans:
        return 3
    _write(output, flows)
    click.echo(f"wrote {output}: {len(flows)} flows of {flows.coverage.traces} traces", err=True)
    return 0


def _write(output: str, flows: Flows) -> None:
    from lineage.files import write_whole
    from lineage.snapshot import dumps

    write_whole(output, dumps(flows))
