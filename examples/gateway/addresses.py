"""Names of the machines of this example: each has a name of its own under `.gw.example`, and all of them are this machine.

A process looks ports up in `GATEWAY_PORTS` (JSON), which `__main__.py` fills, and resolves the names itself: a hosts
file that nobody has to edit. Telemetry then tells the machines apart, as it would where they are apart.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Any

DOMAIN = ".gw.example"
HERE = "127.0.0.1"
FIRST = 24100
"""Ports from here on are tried first: places are told apart by their ports, and reports of two runs can be compared."""


def port(host: str) -> int:
    """The port of the service on a host."""
    return int(json.loads(os.environ["GATEWAY_PORTS"])[host])


def url(host: str) -> str:
    """Where a host's HTTP service is."""
    return f"http://{host}:{port(host)}"


def ports(hosts: list[str]) -> dict[str, int]:
    """A port of this machine for each host: the same in each run, unless somebody listens there."""
    return {host: _free(FIRST + number) or _free(0) for number, host in enumerate(hosts)}


def _free(wanted: int) -> int:
    """The port if it is free, else 0; for 0 any that is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HERE, wanted))
        except OSError:
            return 0
        return int(probe.getsockname()[1])


def resolve_here() -> None:
    """Let the names of this example mean this machine, in this process only."""
    ask = socket.getaddrinfo

    def answer(host: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        return ask(HERE if name.endswith(DOMAIN) else host, *rest, **more)

    socket.getaddrinfo = answer
