"""Documents of sketches, and ways to ask what one says."""

from __future__ import annotations

from datetime import date

from lineage.checking import check
from lineage.documents import Document, Matter, form, make
from lineage.documents.model import Cell
from lineage.documents.previous import Previous
from lineage.graph import FlowGraph
from lineage.packs import load_pack
from lineage.testing import sketch

TODAY = date(2026, 1, 1)


def of(
    name: str, graph: FlowGraph, market: str = "", previous: Previous | None = None, today: date = TODAY
) -> Document:
    """A document of a graph."""
    report = check(graph, [load_pack(pack) for pack in form(name).packs], today=today)
    return make(name, Matter(graph, report, today, market), previous)


def document(name: str, *lines: str, market: str = "") -> Document:
    """A document of a sketch."""
    return of(name, sketch(*lines), market)


def cell(made: Document, part: str, column: str, key: str = "", group: str = "") -> Cell:
    """What a section says in a field of a subject; of the only one without a key."""
    section = next(each for each in made.parts if each.id == part)
    place = [each.id for each in section.columns].index(column)
    rows = [row for row in section.rows if row.key == key or not key]
    rows = [row for row in rows if row.group == group or not group]
    assert len(rows) == 1, [(row.key, row.group) for row in section.rows]
    return rows[0].cells[place]


def said(found: Cell) -> list[str]:
    """Each thing with how it is known: `what (how)`."""
    return [f"{each.text.en} ({each.basis.en})" for each in found]
