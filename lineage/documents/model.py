"""A document as data: sections of rows, rows of cells, and of every cell how it is known.

Writers (markdown.py, sheets.py, workbook.py, machine.py) render it; nothing in it is already markup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from lineage.diagram.text import Text


class How(StrEnum):
    """How what a document says is known, strongest first."""

    OBSERVED = "observed"
    """In the telemetry, established."""
    POSSIBLE = "possible"
    """In the telemetry, not established."""
    DECLARED = "declared"
    """In the inventory or a ledger."""
    STATED = "stated"
    """By a span of a service that the inventory trusts."""
    INFERRED = "inferred"
    """By the built-in catalogue, or from the trace."""
    JUDGED = "judged"
    """By a rule of a policy pack."""
    NOT_DECLARED = "not-declared"
    """Nobody told: the text says who could and how."""
    BY_HAND = "by-hand"
    """Neither telemetry nor the inventory can hold it."""
    FOLLOWS = "follows"
    """It cannot be told before another gap is filled, and is not counted beside that one."""


GAPS = (How.NOT_DECLARED, How.BY_HAND, How.FOLLOWS)
"""What is missing."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a document says, and how it is known."""

    text: Text
    how: How
    basis: Text
    """How it is known, for people: counts and period, file and line, rule."""
    number: float | None = None
    """The same as a number, where it is one: spreadsheets sum it."""

    @property
    def gap(self) -> bool:
        """Whether it says what is missing."""
        return self.how in GAPS


Cell = tuple[Said, ...]
"""What a document says in one field. Never empty once the document is built: what is not known says so."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a section."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class Row:
    """What a section says of one subject."""

    title: Text
    cells: tuple[Cell, ...]
    """In the order of the columns."""
    key: str = ""
    """What it is about, the same in every run and language."""
    group: str = ""
    """Of a list that is kept for each market: which market's."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a document."""

    id: str
    title: Text
    about: Text
    shape: Literal["cards", "table"]
    """How Markdown shows it: fields below each other for each subject, or subjects below each other."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    nothing: Said
    """What is said where there is no row."""


@dataclass(frozen=True, slots=True)
class Law:
    """What a document is for, and how surely that text was read: "C" the text itself, "C*" secondary sources."""

    text: Text
    mark: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of one market, as of a version."""

    market: str
    version: int
    digest: str
    """SHA-256 of what it lists."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document, ready to be written."""

    id: str
    title: Text
    about: Text
    law: tuple[Law, ...]
    head: tuple[tuple[Text, Cell], ...]
    """What it rests on."""
    parts: tuple[Part, ...]
    main: str
    """The section that is the document where only one table fits; "" = all of them, field by field."""
    lists: tuple[Listed, ...] = ()
    """Of a list that is kept for each market: the version of each."""

    def cells(self) -> Iterator[Cell]:
        """All cells."""
        yield from (cell for _, cell in self.head)
        yield from (cell for part in self.parts for row in part.rows for cell in row.cells)

    @property
    def known(self) -> Counter[How]:
        """How many things are known how."""
        return Counter(said.how for cell in self.cells() for said in cell)
