"""Gateway traces by the million, the same bytes for the same arguments: `python -m benchmarks.generate --spans 1e6 -o FILE`.

Ten services, three regions, two instances each; some 19 spans a trace, 15 attributes a span and 13 a resource; the spans
of a trace reach the file in several requests; 1.5 % are lost; each instance has a clock of its own; some consumers link
to their senders from traces of their own. Attribute bytes are made once, ids and times are patched in.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from typing import BinaryIO

from benchmarks.gateway import (
    CONTENT,
    CORE,
    INSTANCES,
    REGIONS,
    SERVICES,
    Fresh,
    Node,
    Pool,
    Tenant,
    plan,
    resource,
)
from benchmarks.wire import Form, Json, Link, Proto

REQUEST = 512
"""Spans in a request."""
LOST = 0.015
EPOCH = 1_790_000_000_000_000_000
_TENANT = "tenant"
_DIGITS = 1 << 20
Part = bytes | int | str | list[bytes]


class _Text:
    """The attributes of one node in one region: constants, holes and pools in their order."""

    def __init__(self, form: Form, node: Node, region: int) -> None:
        self.head = form.head(node.name, node.kind)
        self.parts: list[Part] = []
        for key, value in node.attributes.items():
            if isinstance(value, Fresh):
                before, after = form.hole(key, value)
                self._constant(before)
                self.parts.append(value.digits)
                self._constant(after)
            elif isinstance(value, Pool):
                self.parts.append([form.attribute(key, one) for one in value.values])
            elif isinstance(value, Tenant):
                self.parts.append(_TENANT)
            else:
                told = (
                    value.format(region=REGIONS[region][1])
                    if isinstance(value, str) and "{region}" in value
                    else value
                )
                self._constant(form.attribute(key, told))

    def _constant(self, data: bytes) -> None:
        if self.parts and isinstance(self.parts[-1], bytes):
            self.parts[-1] += data
        else:
            self.parts.append(data)


class Gateway:
    """Makes traces; `take` gives requests as soon as they are full."""

    def __init__(self, form: Form, seed: int, tenants: int) -> None:
        self.form = form
        self.random = random.Random(seed)
        self.digits = self.random.randbytes(_DIGITS // 2 + 64).hex().encode()
        self.plans = plan()
        self.tenants = [form.attribute("tenant.id", f"tenant-{i:05d}") for i in range(tenants)]
        self.content = b"".join(form.attribute(key, value) for key, value in CONTENT.items())  # type: ignore[arg-type]
        self.texts: dict[tuple[int, int], _Text] = {}
        self.resources = [
            [[form.resource(resource(s, r, i)) for i in range(INSTANCES)] for r in range(len(REGIONS))]
            for s in range(len(SERVICES))
        ]
        self.skew = [
            [[self.random.randrange(-20_000_000, 20_000_000) for _ in range(INSTANCES)] for _ in REGIONS]
            for _ in SERVICES
        ]
        self.queues: list[list[tuple[bytes, bytes]]] = [[], [], [], []]
        self.made = self.traces = 0
        self.now = EPOCH

    def trace(self) -> None:
        """One more trace, into the queues."""
        chance = self.random
        self.now += chance.randrange(1_000_000, 3_000_000)
        self.traces += 1
        self.tenant = self.tenants[int(len(self.tenants) * chance.random() ** 2)]
        self.instances = chance.getrandbits(len(SERVICES))
        self._span(chance.choice(self.plans), chance.randbytes(16), b"", chance.randrange(3), self.now, [])

    def _span(
        self, node: Node, trace: bytes, parent: bytes, region: int, start: int, links: list[Link]
    ) -> int:
        """One span and all below it; returns when it ends."""
        chance = self.random
        if node.core:
            region = CORE
        own = chance.randbytes(8)
        bits = chance.getrandbits(64)
        end = begun = start + 20_000 + (bits & 0x3FFFF)
        latest = end
        for child in node.children:
            if child.chance < 1 and chance.random() > child.chance:
                continue
            at = begun if child.overlaps else end
            if child.remote and chance.random() < child.remote:
                self.traces += 1
                self._span(child, chance.randbytes(16), b"", region, at, [(trace, own)])
                continue
            begun = at
            end = self._span(child, trace, own, region, at, [])
            latest = max(latest, end)
        end = latest + (bits >> 18 & 0xFFFFF)
        if chance.random() >= LOST:
            self._put(node, trace, own, parent, region, start, end, bits >> 20, links)
        return end

    def _put(
        self,
        node: Node,
        trace: bytes,
        own: bytes,
        parent: bytes,
        region: int,
        start: int,
        end: int,
        bits: int,
        links: list[Link],
    ) -> None:
        text = self.texts.get((id(node), region))
        if text is None:
            text = self.texts[id(node), region] = _Text(self.form, node, region)
        pieces: list[bytes] = []
        for part in text.parts:
            if type(part) is bytes:
                pieces.append(part)
            elif type(part) is list:
                pieces.append(part[bits % len(part)])
                bits = bits * 0x9E3779B97F4A7C15 + 1 & 0xFFFFFFFFFFFFFFFF
            elif type(part) is int:
                at = bits >> 23 & _DIGITS - 1
                pieces.append(self.digits[at : at + part])
                bits = bits * 0x9E3779B97F4A7C15 + 1 & 0xFFFFFFFFFFFFFFFF
            else:
                pieces.append(self.tenant)
        if bits & 0x3F00 == 0 and b"gen_ai." in pieces[0]:
            pieces.append(self.content)
        instance = self.instances >> node.service & 1
        shift = self.skew[node.service][region][instance]
        data = self.form.span(
            trace, own, parent, text.head, start + shift, end + shift, b"".join(pieces), links
        )
        self.queues[(node.service * 3 + region) & 3].append(
            (self.resources[node.service][region][instance], data)
        )
        self.made += 1

    def take(self, all_of_them: bool = False) -> Iterator[bytes]:
        """Full requests; services report at their own pace, so a trace is spread over several."""
        while self.queues[0] and (all_of_them or sum(map(len, self.queues)) >= 4 * REQUEST):
            ready, rest = self.queues[0][:REQUEST], self.queues[0][REQUEST:]
            self.queues = [*self.queues[1:], rest]
            groups: dict[bytes, list[bytes]] = {}
            for where, data in ready:
                groups.setdefault(where, []).append(data)
            yield self.form.request(groups.items())
        if all_of_them and any(self.queues):
            self.queues = [[one for queue in self.queues for one in queue], [], [], []]
            yield from self.take(True)


def write(
    file: BinaryIO, spans: int, form: str, seed: int = 1, tenants: int = 50, framing: str = "length"
) -> tuple[int, int]:
    """Write about `spans` spans; returns spans and bytes written.

    Args:
        file: opened for writing bytes.
        spans: how many, 10^4 to 10^7.
        form: "proto" or "json".
        seed: the same seed, the same bytes.
        tenants: customers, the first more often than the last.
        framing: for proto, "length" (4 bytes big-endian before each request), "single" (one request) or "zstd" (framed, each by itself).
    """
    gateway = Gateway(Proto() if form == "proto" else Json(), seed, tenants)
    written = 0
    compress = None
    if framing == "zstd":
        import zstandard

        compress = zstandard.ZstdCompressor(3).compress

    def put(data: bytes) -> int:
        if compress is not None:
            data = compress(data)
        if form == "proto" and framing != "single":
            data = len(data).to_bytes(4, "big") + data
        return file.write(data)

    while gateway.made < spans:
        gateway.trace()
        for request in gateway.take():
            written += put(request)
    for request in gateway.take(True):
        written += put(request)
    return gateway.made, written


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("--spans", type=float, default=1e5)
    parser.add_argument("--format", choices=["proto", "json"], default="proto")
    parser.add_argument("--framing", choices=["length", "single", "zstd"], default="length")
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", help="also write the number of spans to this file")
    parser.add_argument("-o", "--output", required=True)
    told = parser.parse_args()
    began = time.perf_counter()
    with open(told.output, "wb", buffering=1 << 20) as file:
        spans, size = write(file, int(told.spans), told.format, told.seed, told.tenants, told.framing)
    took = time.perf_counter() - began
    if told.count:
        with open(told.count, "w") as count:
            count.write(str(spans))
    print(f"{spans} spans, {size} bytes, {size / spans:.0f} bytes a span, {took:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
