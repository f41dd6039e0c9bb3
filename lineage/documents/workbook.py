"""A document as an Excel workbook: a sheet for each section, gaps in colour, the same bytes for the same document.

Cells are written as text or numbers, never as formulas; text that would become one when somebody edits the cell is marked as text.
"""

from __future__ import annotations

import io
from datetime import datetime

from lineage.diagram.text import Language
from lineage.documents.model import Document
from lineage.documents.sheets import Sheet, guarded, sheets
from lineage.errors import LineageError

GAP = "#FFF3D6"
WIDTHS = (12, 60)
"""Least and most letters of a column."""
_NOT_IN_NAMES = str.maketrans("[]:*?/\\'：", "()_____  ")


def to_xlsx(document: Document, lang: Language) -> bytes:
    """The document as a workbook.

    Raises:
        LineageError: XlsxWriter is not installed.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise LineageError.of(
            "workbooks need XlsxWriter",
            remedy="pip install 'dataflow-lineage[documents]', or end the file in .csv or .md",
        ) from None
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    # A workbook carries the time of its making: that would make other bytes of the same document.
    book.set_properties({"title": document.title.one(lang), "created": datetime(2000, 1, 1)})
    plain = {"text_wrap": True, "valign": "top"}
    formats = {
        (gap, marked): book.add_format(
            {**plain, **({"bg_color": GAP} if gap else {}), **({"quote_prefix": True} if marked else {})}
        )
        for gap in (False, True)
        for marked in (False, True)
    }
    head = book.add_format({**plain, "bold": True, "bottom": 1})
    used: set[str] = set()
    for sheet in sheets(document, lang):
        page = book.add_worksheet(_name(sheet, used))
        page.freeze_panes(1, 0)
        for column, title in enumerate(sheet.columns):
            page.write_string(0, column, title, head)
            page.set_column(column, column, _width(sheet, column))
        for number, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row):
                format_ = formats[cell.gap, guarded(cell.text) != cell.text]
                if cell.number is not None:
                    page.write_number(number, column, cell.number, format_)
                else:
                    page.write_string(number, column, cell.text, format_)
    book.close()
    return out.getvalue()


def _name(sheet: Sheet, used: set[str]) -> str:
    """A name that Excel takes, and no other sheet has: at most 31 letters."""
    bare = " ".join(sheet.name.translate(_NOT_IN_NAMES).split())[:28] or "-"
    name, number = bare, 1
    while name.casefold() in used:
        number += 1
        name = f"{bare[: 28 - len(str(number))]} {number}"
    used.add(name.casefold())
    return name


def _width(sheet: Sheet, column: int) -> int:
    longest = max((len(row[column].text) for row in sheet.rows), default=0)
    return min(max(longest, len(sheet.columns[column]), WIDTHS[0]), WIDTHS[1])
