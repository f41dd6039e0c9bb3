"""A document as tables of plain text, and as CSV: what spreadsheets open, and must not execute.

A cell that a spreadsheet would read as a formula gets an apostrophe in front, as would one that begins with an apostrophe:
so what is read back (`unguarded`) is what was said.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from lineage.diagram.text import Language, Text, cut, joined
from lineage.documents.model import Cell, Document, Part, Row, Said
from lineage.documents.said import phrase
from lineage.words import shown

LONGEST = 30_000
"""Characters of a cell; a spreadsheet holds 32,767."""
EACH = 1_000
"""Characters of one thing in a cell: a name may be as long as telemetry likes."""
MARK = "\ufeff"
"""Tells Excel that a CSV is UTF-8."""
APART = Text("; ", "；")
COLON = Text(": ", "：")

_FORMULA = tuple("=+-@\t\r\n'＝＋－＠")


@dataclass(frozen=True, slots=True)
class Value:
    """A cell of a spreadsheet."""

    text: str
    number: float | None = None
    gap: bool = False
    """It says what is missing, at least in part."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a spreadsheet."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("  @x"), guarded("1-1"), guarded("'=1")
    ("'=1+1", "'  @x", '1-1', "''=1")
    """
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """What `guarded` was given.

    >>> unguarded(guarded("=1+1"))
    '=1+1'
    """
    return text[1:] if text.startswith("'") else text


def to_csv(document: Document, lang: Language) -> str:
    """The main section as CSV (RFC 4180), one row a subject; a document without one field by field. Begins with a mark for Excel."""
    part = main_part(document)
    sheet = _wide(document, part, lang) if part is not None else _long(document, lang)
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(guarded(column) for column in sheet.columns)
    for row in sheet.rows:
        writer.writerow(
            f"{cell.number:.10g}" if cell.number is not None else guarded(cell.text) for cell in row
        )
    return MARK + out.getvalue()


def main_part(document: Document) -> Part | None:
    """The section that is the document where only one table fits."""
    return next((part for part in document.parts if part.id == document.main), None)


def sheets(document: Document, lang: Language) -> Iterator[Sheet]:
    """What a workbook has: what it is about, then a sheet for each section."""
    yield _about(document, lang)
    for part in document.parts:
        yield _wide(document, part, lang)


# --- tables -------------------------------------------------------------------------------------------


def columns(document: Document, part: Part, lang: Language) -> tuple[str, ...]:
    """The heads of a section's table."""
    listed = (
        [phrase(f"document.{name}") for name in ("market", "version", "digest")] if _grouped(part) else []
    )
    heads = [
        phrase("document.key"),
        *listed,
        *(column.title for column in part.columns),
        phrase("document.how"),
    ]
    return tuple(one(head, lang) for head in heads)


def _grouped(part: Part) -> bool:
    return any(row.group for row in part.rows)


def _wide(document: Document, part: Part, lang: Language) -> Sheet:
    """A row for each subject; the last column says how each field is known."""
    heads = columns(document, part, lang)
    rows = tuple(_row(document, part, row, lang) for row in part.rows)
    if not rows:
        nothing = [Value(""), value((part.nothing,), lang)]
        rest = [Value("")] * (len(heads) - 3)
        rows = ((*nothing, *rest, Value(one(part.nothing.basis, lang))),)
    return Sheet(one(part.title, lang), heads, rows)


def _row(document: Document, part: Part, row: Row, lang: Language) -> tuple[Value, ...]:
    listed: list[Value] = []
    if _grouped(part):
        found = next((each for each in document.lists if each.market == row.group), None)
        listed = [Value(row.group), Value(""), Value("")]
        if found is not None:
            listed[1:] = [Value(str(found.version), found.version), Value(found.digest)]
    told = zip((column.title for column in part.columns), row.cells, strict=True)
    how = joined((joined((title, _bases(cell)), COLON) for title, cell in told), APART)
    return (
        Value(_plain(row.key)),
        *listed,
        *(value(cell, lang) for cell in row.cells),
        Value(one(how, lang)),
    )


def _long(document: Document, lang: Language) -> Sheet:
    """A row for each field of each subject of each section."""
    heads = tuple(
        one(phrase(f"document.{name}"), lang) for name in ("section", "subject", "field", "what", "how")
    )
    rows = []
    for part in document.parts:
        section = Value(one(part.title, lang))
        if not part.rows:
            nothing = part.nothing
            rows.append(
                (section, Value(""), Value(""), value((nothing,), lang), Value(one(nothing.basis, lang)))
            )
        for row in part.rows:
            for column, cell in zip(part.columns, row.cells, strict=True):
                said = (value(cell, lang), Value(one(_bases(cell), lang)))
                rows.append((section, Value(one(row.title, lang)), Value(one(column.title, lang)), *said))
    return Sheet(one(document.title, lang), heads, tuple(rows))


def _about(document: Document, lang: Language) -> Sheet:
    """Title, what it is for and what it rests on."""
    from lineage.documents.build import summary

    heads = tuple(one(phrase(f"document.{name}"), lang) for name in ("field", "what", "how"))
    files = Value(one(phrase("document.files"), lang))
    told = [
        (phrase("document.about"), joined((document.title, document.about), COLON)),
        (phrase("document.about"), phrase("document.no-conclusion")),
        *(
            (phrase("document.law"), joined((law.text, Text.plain(f"[{law.mark}]")), " "))
            for law in document.law
        ),
        (phrase("document.known"), summary(document)),
    ]
    rows = [(Value(one(title, lang)), Value(one(text, lang)), files) for title, text in told]
    rows += [
        (Value(one(title, lang)), value(cell, lang), Value(one(_bases(cell), lang)))
        for title, cell in document.head
    ]
    return Sheet(one(phrase("document.about"), lang), heads, tuple(rows))


# --- cells --------------------------------------------------------------------------------------------


def value(cell: Cell, lang: Language) -> Value:
    """What a cell says, all of it; a number only where it says one thing."""
    texts = joined((_short(said) for said in cell), APART)
    number = cell[0].number if len(cell) == 1 else None
    return Value(one(texts, lang), number, any(said.gap for said in cell))


def _short(said: Said) -> Text:
    return Text(cut(shown(said.text.en), EACH), cut(shown(said.text.zh), EACH))


def _bases(cell: Cell) -> Text:
    """How the things of a cell are known, in their order; once where it is the same of all."""
    bases = [said.basis for said in cell]
    return joined(bases[:1] if len(set(bases)) == 1 else bases, " | ")


def one(text: Text, lang: Language) -> str:
    """A text in a language, with nothing that hides or turns."""
    return _plain(text.one(lang))


def _plain(text: str) -> str:
    return cut(shown(text), LONGEST)
