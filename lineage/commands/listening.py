"""What `watch` and `collect` share: the options of the receiver, and going on until somebody says stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lineage.receive import Receiver, Waiting

TICK = 0.25
"""Seconds between two looks."""
MOST_PLACES = 100_000
"""Places of which flows are kept; then exporters are told to wait."""

host = click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen; loopback only.",
)
port = click.option(
    "--port",
    default=4318,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port of OTLP/HTTP; 0 is any that is free.",
)
anywhere = click.option(
    "--anywhere",
    is_flag=True,
    help="The address need not be loopback. Nothing is encrypted, and nobody is asked who they are.",
)
settle = click.option(
    "--settle",
    default=6.0,
    show_default=True,
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    help="A trace is whole when no span of it came for so long. SDKs hold spans back for five seconds (OTEL_BSP_SCHEDULE_DELAY).",
)
seconds = click.option(
    "--for",
    "seconds",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="Stop after so long. Default: at Ctrl-C.",
)


@contextmanager
def listening(
    waiting: Waiting, host: str, port: int, anywhere: bool, full: list[bool], lang: str
) -> Iterator[Receiver]:
    """Receive while the block runs, and say where. `full` holds whether no more can be taken."""
    from lineage.receive import receiver
    from lineage.words import sentence

    with receiver(waiting, host=host, port=port, anywhere=anywhere, full=lambda: full[0]) as server:
        click.echo(sentence("receive.listening", {"url": server.url}, lang), err=True)
        yield server


def looks(seconds: float | None) -> Iterator[None]:
    """Again and again until SIGINT or SIGTERM comes, or the time is over."""
    stop = threading.Event()
    before = {each: signal.signal(each, lambda *_: stop.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    until = None if seconds is None else time.monotonic() + seconds
    try:
        while not stop.wait(TICK) and (until is None or time.monotonic() < until):
            yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def received(waiting: Waiting, server: Receiver, lang: str) -> Iterator[str]:
    """What came, and what did not go as it should."""
    from lineage.words import sentence

    tally = waiting.received
    yield sentence("receive.received", {"spans": tally.spans, "requests": tally.requests}, lang)
    for status, count in sorted(server.refused.items()):
        yield "  " + sentence("receive.refused", {"count": count, "status": status}, lang)
    for reason in ("late", "cut"):
        if waiting.counted[reason]:
            yield "  " + sentence(f"receive.{reason}", {"count": waiting.counted[reason]}, lang)
