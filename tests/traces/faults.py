"""What goes wrong with telemetry on its way, one function for each fault."""

from __future__ import annotations

from lineage.spans import Kind, Mark
from traces.maker import END, MARKS, PARENT, SHAPE, SPAN, START, TRACE_HI, TRACE_LO, Maker, Row


def lose(maker: Maker, rows: list[Row]) -> None:
    """A span never arrived."""
    if len(rows) > 1:
        maker.rows.pop(maker.first + maker.rng.randrange(len(rows)))


def share(maker: Maker, rows: list[Row]) -> None:
    """Clients and servers share an id, as B3 has it."""
    by_id = {row[SPAN]: row for row in rows}
    kinds = maker.words.shapes
    for row in rows:
        parent = by_id.get(row[PARENT])
        if parent and kinds[row[SHAPE]].kind is Kind.SERVER and kinds[parent[SHAPE]].kind is Kind.CLIENT:
            for child in rows:
                if child[PARENT] == row[SPAN]:
                    child[PARENT] = parent[SPAN]
            row[SPAN], row[PARENT] = parent[SPAN], parent[PARENT]


def conflict(maker: Maker, rows: list[Row]) -> None:
    """Two spans of one id."""
    maker.rng.choice(rows)[SPAN] = maker.rng.choice(rows)[SPAN]


def bite(maker: Maker, rows: list[Row]) -> None:
    """A span below itself, or below one that is below it."""
    maker.rng.choice(rows)[PARENT] = maker.rng.choice(rows)[SPAN]


def clash(maker: Maker, rows: list[Row]) -> None:
    """Equal times."""
    one, other = maker.rng.choice(rows), maker.rng.choice(rows)
    if not other[MARKS] & Mark.BAD_TIMES:
        one[START], one[END] = other[START], other[END]


def blind(maker: Maker, rows: list[Row]) -> None:
    """Times that mean nothing."""
    row = maker.rng.choice(rows)
    row[START], row[END] = maker.rng.choice(((0, 0), (row[END] + 5, row[START]), (row[START], 0)))
    row[MARKS] |= Mark.BAD_TIMES


def twice(maker: Maker, rows: list[Row]) -> None:
    """A span delivered twice."""
    maker.rows.append(list(maker.rng.choice(rows)))


def shorten(maker: Maker, rows: list[Row]) -> None:
    """One span has the 64-bit form of its trace's id."""
    maker.rng.choice(rows)[TRACE_HI] = 0


def halve(maker: Maker, rows: list[Row]) -> None:
    """The trace has the low half of another trace's id, and one span has no high half."""
    lo = maker.rows[max(0, maker.first - 1)][TRACE_LO]
    for row in rows:
        row[TRACE_LO] = lo
    rows[0][TRACE_HI] = 0


def link_any(maker: Maker, rows: list[Row]) -> None:
    maker.link(maker.rng.choice(rows))


def ring(maker: Maker, rows: list[Row]) -> None:
    """Roots that link to each other."""
    roots = [row for row in maker.rows[max(0, maker.first - 20) :] if not row[PARENT]]
    for one, other in zip(roots[-3:], [*roots[-2:], *roots[-3:-2]], strict=False):
        maker.links.append(
            (one[TRACE_HI], one[TRACE_LO], one[SPAN], other[TRACE_HI], other[TRACE_LO], other[SPAN])
        )


def crowd(maker: Maker, rows: list[Row]) -> None:
    """Three spans of one id, and others below it."""
    rng = maker.rng
    ident = rng.choice(rows)[SPAN]
    for row in rng.sample(rows, min(len(rows), 4)):
        row[SPAN if rng.random() < 0.5 else PARENT] = ident


def unlinked(maker: Maker, rows: list[Row]) -> None:
    """Links were dropped before they were sent."""
    maker.rng.choice(rows)[MARKS] |= Mark.LOST_LINKS


def bare(maker: Maker, rows: list[Row]) -> None:
    """Attributes were dropped before they were sent."""
    maker.rng.choice(rows)[MARKS] |= Mark.LOST_ATTRIBUTES | Mark.REMOTE_PARENT


def shift(maker: Maker, rows: list[Row]) -> None:
    """The clock of one host is wrong."""
    resource = maker.words.shapes[maker.rng.choice(rows)[SHAPE]].resource
    for row in rows:
        if maker.words.shapes[row[SHAPE]].resource == resource and not row[MARKS] & Mark.BAD_TIMES:
            row[START], row[END] = row[START] + 9, row[END] + 9


FAULTS = (
    lose, share, conflict, crowd, bite, clash, blind, twice, shorten, halve, link_any, ring, unlinked, bare, shift,
)  # fmt: skip


def trouble(maker: Maker) -> None:
    """Up to three faults in the trace just written."""
    rng = maker.rng
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3))):
        rows = maker.rows[maker.first :]
        if rows:
            rng.choice(FAULTS)(maker, rows)
