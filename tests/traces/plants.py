"""Traces with a leak planted in them, and the answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from lineage.places import Place, PlaceKind
from lineage.spans import Kind, Spans, Vocabulary
from traces.maker import END, NOON, START, TENANT, Maker
from traces.shapes import HTTP, MODELS, SERVED, SERVICES, attributes


@dataclass(frozen=True, slots=True)
class Plant:
    """A trace whose answer is known: what the answer to an overseas tenant must carry, and what it must not."""

    spans: Spans
    vocabulary: Vocabulary
    party: Place
    carried: Place
    """A store that was read before the answer was made."""
    clean: Place
    """A store that was only written."""
    read_first: bool
    """Whether the read came before the write, so that the written store keeps what was read."""


def plants(seed: int, count: int) -> Iterator[Plant]:
    """Traces with a domestic store read before an overseas answer, among harmless others."""
    rng = random.Random(seed)
    for number in range(count):
        maker = Maker(rng)
        maker.hi, maker.lo = rng.getrandbits(64) | 1, rng.getrandbits(64) | 1
        offshore, domestic = SERVICES[0], SERVICES[4]
        root = maker.span(None, offshore, Kind.SERVER, SERVED[0], NOON)
        root[END], root[TENANT] = NOON + 1000, maker.words.tenant("overseas")
        parent, resource = root, offshore
        for depth in range(rng.randrange(4)):
            if rng.random() < 0.5 and resource is offshore:
                client = maker.span(parent, resource, Kind.CLIENT, HTTP[0], NOON + 10 * depth)
                client[END], resource = NOON + 990 - 20 * depth, domestic
                parent = maker.span(client, resource, Kind.SERVER, SERVED[3], NOON + 10 * depth + 1)
            else:
                parent = maker.span(parent, resource, Kind.INTERNAL, (), NOON + 10 * depth + 2)
            parent[END] = NOON + 980 - 20 * depth
        steps = [(f"documents-{number}", "SELECT"), (f"answers-{number}", "INSERT")]
        rng.shuffle(steps)
        for place, (table, verb) in enumerate(steps):
            what = attributes(
                f"db.system.name=postgresql server.address=pg.example db.verbs={verb} db.collection.name={table}"
            )
            row = maker.span(parent, resource, Kind.CLIENT, what, NOON + 100 + 10 * place)
            row[END] = row[START] + rng.randrange(1, 10)
        for row in maker.rows[1:]:
            row[TENANT] = 0
        model = maker.span(parent, resource, Kind.CLIENT, MODELS[0], NOON + 200)
        model[END] = NOON + 300
        store = {"system": "postgresql", "host": "pg.example"}
        yield Plant(
            Spans.of([tuple(row) for row in maker.rows]),  # type: ignore[misc]
            maker.words,
            party=Place(PlaceKind.PARTY, name="overseas"),
            carried=Place(PlaceKind.STORE, collection=f"documents-{number}", **store),
            clean=Place(PlaceKind.STORE, collection=f"answers-{number}", **store),
            read_first=steps[0][1] == "SELECT",
        )
