"""Writes traces, span by span."""

from __future__ import annotations

import random
from collections.abc import Callable

from lineage.spans import Kind, Resource, Shape, Vocabulary
from traces.shapes import (
    ANY,
    FRAMES,
    HTTP,
    HUMANS,
    INNER,
    MODELS,
    OBJECTS,
    QUIET,
    READS,
    RECEIVES,
    RETRIEVALS,
    SENDS,
    SERVED,
    SERVICES,
    TENANTS,
    UNCLEAR,
    WRITES,
    Attributes,
    attributes,
)

NOON = 1_780_000_000_000_000_000
"""When everything happens, in nanoseconds; steps are few nanoseconds long, so that times are often equal."""

Row = list[int]
LinkRow = tuple[int, int, int, int, int, int]
TRACE_HI, TRACE_LO, SPAN, PARENT, START, END, SHAPE, TENANT, MARKS = range(9)


class Maker:
    """Writes traces; one method for each sort of step, each gives the time at which it was done."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.words = Vocabulary()
        self.rows: list[Row] = []
        self.links: list[LinkRow] = []
        self.hi = self.lo = 0
        self.left = 0
        """How many spans the trace may still have."""
        self.first = 0
        """Where the rows of the trace begin."""
        self.shapes: dict[tuple[Resource, Kind, Attributes], int] = {}
        self.steps: list[Callable[[Row, Resource, int], int]] = [
            self.within, self.call, self.call, self.model, self.model, self.store, self.store, self.send,
            self.receive, self.retrieve, self.frame, self.operate, self.quiet,
        ]  # fmt: skip

    # --- traces ---

    def trace(self) -> None:
        """One more trace."""
        rng = self.rng
        self.first = len(self.rows)
        self.hi, self.lo = rng.getrandbits(64) | 1, rng.getrandbits(64) | 1
        chance = rng.random()
        if chance < 0.45:
            self.wild(rng.randint(1, 9))
        elif chance < 0.455:
            self.chain(rng.randint(20, 120))
        elif chance < 0.46:
            self.fan(rng.randint(20, 90))
        else:
            self.left = rng.choice((2, 4, 6, 8, 12, 20))
            self.gateway()

    def gateway(self) -> None:
        """A trace as it should be."""
        rng = self.rng
        at = NOON + rng.randrange(50)
        resource = rng.choice(SERVICES)
        entry = rng.random()
        if entry < 0.7:
            self.serve(None, resource, at)
        elif entry < 0.8:
            row = self.span(None, resource, Kind.CONSUMER, rng.choice(RECEIVES), at)
            row[END] = self.body(row, resource, at)
            self.link(row)
        else:
            kind = rng.choice((Kind.INTERNAL, Kind.CLIENT, Kind.UNSPECIFIED))
            row = self.span(None, resource, kind, rng.choice((*INNER, *HUMANS, *FRAMES)), at)
            row[END] = self.body(row, resource, at)

    def wild(self, size: int) -> None:
        """Spans of any shape, whose ids and times collide."""
        rng = self.rng
        resources = rng.sample(SERVICES, rng.choice((1, 2, 2, 3)))
        for number in range(1, size + 1):
            ident = number if rng.random() < 0.85 else rng.randint(1, size)
            parent = rng.randint(0, number - 1) if rng.random() < 0.8 else rng.randint(0, size + 1)
            row = self.span(
                None, rng.choice(resources), Kind(rng.randrange(6)), rng.choice(ANY), NOON + rng.randrange(8)
            )
            row[SPAN], row[PARENT], row[END] = ident, parent, row[START] + rng.randrange(6)
        for _ in range(rng.choice((0, 0, 0, 1, 3))):
            self.link(rng.choice(self.rows[self.first :]))

    def chain(self, length: int) -> None:
        """One span below the other."""
        parent, at = None, NOON
        resource = SERVICES[0]
        for number in range(length):
            if self.rng.random() < 0.1:
                resource = self.rng.choice(SERVICES)
            parent = self.span(
                parent, resource, Kind(self.rng.randrange(1, 5)), self.rng.choice(ANY), at + number
            )
            parent[END] = at + 2 * length - number

    def fan(self, width: int) -> None:
        """Many siblings, and more tenants and tables than fit in 64 bits."""
        rng = self.rng
        root = self.span(None, SERVICES[0], Kind.SERVER, SERVED[0], NOON)
        root[END] = NOON + width
        for number in range(width):
            what = rng.choice(ANY)
            if rng.random() < 0.7:
                what = attributes(
                    f"db.system.name=postgresql server.address=pg.example db.verbs=SELECT db.collection.name=table-{number}"
                )
            row = self.span(root, rng.choice(SERVICES[:2]), Kind.CLIENT, what, NOON + rng.randrange(width))
            row[END] = row[START] + rng.randrange(3)
            row[TENANT] = self.words.tenant(rng.choice(TENANTS)) if rng.random() < 0.7 else 0

    # --- steps of a gateway ---

    def span(self, parent: Row | None, resource: Resource, kind: Kind, what: Attributes, at: int) -> Row:
        """One span; whoever asked for it sets its end."""
        key = (resource, kind, what)
        code = self.shapes.get(key)
        if code is None:
            code = self.shapes[key] = self.words.shape(Shape(resource, kind, what))
        tenant = self.words.tenant(self.rng.choice(TENANTS[:6])) if self.rng.random() < 0.2 else 0
        row = [
            self.hi,
            self.lo,
            self.rng.getrandbits(64) | 1,
            parent[SPAN] if parent else 0,
            at,
            at,
            code,
            tenant,
            0,
        ]
        self.rows.append(row)
        self.left -= 1
        return row

    def body(self, parent: Row, resource: Resource, at: int) -> int:
        """Some steps, mostly one after the other."""
        rng = self.rng
        end = at
        while self.left > 0 and rng.random() < 0.85:
            at += rng.randrange(3)
            done = rng.choice(self.steps)(parent, resource, at)
            end = max(end, done)
            # Sometimes the next step does not wait.
            at = done if rng.random() < 0.8 else at
        # Sometimes a step outlives what started it.
        return end if rng.random() < 0.9 else at

    def serve(self, parent: Row | None, resource: Resource, at: int) -> int:
        row = self.span(parent, resource, Kind.SERVER, self.rng.choice(SERVED), at)
        if parent is None and self.rng.random() < 0.7:
            row[TENANT] = self.words.tenant(self.rng.choice(TENANTS[:6]))
        row[END] = self.body(row, resource, at) + self.rng.randrange(2)
        return row[END]

    def leaf(self, parent: Row, resource: Resource, kind: Kind, what: Attributes, at: int) -> int:
        row = self.span(parent, resource, kind, what, at)
        row[END] = at + self.rng.randrange(1, 4)
        return row[END]

    def within(self, parent: Row, resource: Resource, at: int) -> int:
        row = self.span(
            parent, resource, self.rng.choice((Kind.INTERNAL, Kind.UNSPECIFIED)), self.rng.choice(INNER), at
        )
        row[END] = self.body(row, resource, at)
        return row[END]

    def call(self, parent: Row, resource: Resource, at: int) -> int:
        """A call of another service; seldom nobody answers, seldom the client is not seen."""
        rng = self.rng
        other = rng.choice(SERVICES)
        if rng.random() < 0.05:
            return self.serve(parent, other, at)
        row = self.span(parent, resource, Kind.CLIENT, rng.choice(HTTP), at)
        row[END] = at + 3
        if rng.random() < 0.8:
            skew = rng.choice((0, 0, 1, -20, 500))
            row[END] = max(at + 1, self.serve(row, other, at + skew) - skew)
        return row[END]

    def model(self, parent: Row, resource: Resource, at: int) -> int:
        """A model call over HTTP, with retries; sometimes a server of ours answers."""
        rng = self.rng
        row = self.span(parent, resource, rng.choice((Kind.CLIENT, Kind.INTERNAL)), rng.choice(MODELS), at)
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            inner = self.span(row, resource, Kind.CLIENT, rng.choice(HTTP), at)
            inner[END] = at + rng.randrange(1, 4)
            if rng.random() < 0.3:
                inner[END] = max(at, self.serve(inner, rng.choice(SERVICES[4:6]), at))
            at = inner[END] + rng.randrange(2)
        row[END] = at + 1
        return row[END]

    def store(self, parent: Row, resource: Resource, at: int) -> int:
        """A read, a write, or nobody knows; sometimes in two layers."""
        rng = self.rng
        what = rng.choice(rng.choice((READS, READS, WRITES, WRITES, UNCLEAR, OBJECTS)))
        kind = rng.choice((Kind.CLIENT, Kind.CLIENT, Kind.INTERNAL))
        if rng.random() < 0.7:
            return self.leaf(parent, resource, kind, what, at)
        row = self.span(parent, resource, Kind.CLIENT, what, at)
        inner = rng.choice((what, what, *UNCLEAR, *HTTP[:2]))
        row[END] = self.leaf(row, resource, Kind.CLIENT, inner, at)
        return row[END]

    def send(self, parent: Row, resource: Resource, at: int) -> int:
        """A message; its reader hangs below it or is linked to it."""
        rng = self.rng
        row = self.span(parent, resource, rng.choice((Kind.PRODUCER, Kind.CLIENT)), rng.choice(SENDS), at)
        row[END] = at + 1
        if rng.random() < 0.3:
            self.leaf(row, resource, Kind.CLIENT, rng.choice(HTTP), at)
        if rng.random() < 0.5:
            other = rng.choice(SERVICES)
            below = row if rng.random() < 0.6 else parent
            taken = self.span(below, other, Kind.CONSUMER, rng.choice(RECEIVES), at + 2)
            taken[END] = self.body(taken, other, at + 2)
            if below is parent:
                self.links.append((self.hi, self.lo, taken[SPAN], self.hi, self.lo, row[SPAN]))
        return row[END]

    def receive(self, parent: Row, resource: Resource, at: int) -> int:
        return self.leaf(
            parent, resource, self.rng.choice((Kind.CLIENT, Kind.CONSUMER)), self.rng.choice(RECEIVES), at
        )

    def retrieve(self, parent: Row, resource: Resource, at: int) -> int:
        row = self.span(
            parent, resource, self.rng.choice((Kind.INTERNAL, Kind.CLIENT)), self.rng.choice(RETRIEVALS), at
        )
        row[END] = at + 2
        if self.rng.random() < 0.6:
            row[END] = self.leaf(row, resource, Kind.CLIENT, self.rng.choice((*READS, *UNCLEAR)), at)
        return row[END]

    def frame(self, parent: Row, resource: Resource, at: int) -> int:
        """A framework's own span around others."""
        row = self.span(
            parent, resource, self.rng.choice((Kind.INTERNAL, Kind.CLIENT)), self.rng.choice(FRAMES), at
        )
        row[END] = self.body(row, resource, at)
        return row[END]

    def operate(self, parent: Row, resource: Resource, at: int) -> int:
        if self.rng.random() < 0.7:
            return self.within(parent, resource, at)
        row = self.span(parent, resource, Kind.INTERNAL, self.rng.choice(HUMANS), at)
        row[END] = self.body(row, resource, at)
        return row[END]

    def quiet(self, parent: Row, resource: Resource, at: int) -> int:
        return self.leaf(parent, resource, Kind.CLIENT, self.rng.choice(QUIET), at)

    def link(self, row: Row) -> None:
        """A link to some span seen before, of any trace, or to nothing."""
        chance = self.rng.random()
        source = (row[TRACE_HI], row[TRACE_LO], row[SPAN])
        if chance < 0.15:
            self.links.append((*source, self.rng.getrandbits(64), 7, 7))
        else:
            near = self.first if chance < 0.5 else max(0, self.first - 40)
            other = self.rng.choice(self.rows[near:])
            self.links.append((*source, other[TRACE_HI], other[TRACE_LO], other[SPAN]))
