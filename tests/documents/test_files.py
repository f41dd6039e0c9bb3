"""Documents in files: Markdown, CSV and workbooks read back by other programs, and names that try to be more than text."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import openpyxl
import pytest
from diagram import hostile
from markdown_it import MarkdownIt

from documents.made import document, of
from lineage.diagram.text import LANGUAGES
from lineage.documents import FORMS, Document, names
from lineage.documents.sheets import guarded, sheets, to_csv, unguarded
from lineage.documents.workbook import to_xlsx
from lineage.graph import FlowGraph
from lineage.inventory import Vendor
from lineage.testing import Facts, sketch
from lineage.words import shown

LINES = (
    "acme[DE:personal] > gw@SG > pg/users",
    "acme is market=DE",
    "pg/users is vendor=cloud country=US",
    "gw is operator=us",
)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "  =1", "＝1", "'=1", '=HYPERLINK("http://e")')


@pytest.fixture(scope="module")
def evil() -> FlowGraph:
    graph = hostile.graph()
    for flow in graph.flows:
        flow.count.first = flow.count.last = 1_700_000_000_000_000_000
    return graph


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


# --- CSV -------------------------------------------------------------------------------------------------


def test_a_csv_is_read_back_as_it_was_said() -> None:
    (row,) = rows(to_csv(document("sub-processors", *LINES, "vendor cloud entity=Cloud training=no"), "en"))

    assert (row["Market"], row["List version"], row["Key"]) == ("DE", "1", "vendor:cloud")
    assert (row["Legal name"], row["Countries of processing"], row["May train on the data"]) == (
        "Cloud",
        "United States (US)",
        "no",
    )
    assert row["Retention"] == "not declared: write vendors[].retention"
    assert "Legal name: declared: sketch; Registered address: gap" in row["How it is known"]


def test_a_csv_is_utf_8_with_a_mark_and_has_chinese_heads() -> None:
    data = to_csv(document("sub-processors", *LINES), "zh").encode()

    assert data.startswith(b"\xef\xbb\xbf")
    assert {"法律实体名称", "设立地", "如何得知"} <= rows(data.decode())[0].keys()


def test_a_document_of_many_sections_is_written_field_by_field() -> None:
    found = rows(to_csv(document("transfer-assessment", *LINES), "en"))

    assert list(found[0]) == ["Section", "Subject", "Field", "What", "How it is known"]
    assert {"Germany (DE) → Singapore (SG)", "Germany (DE) → United States (US)"} <= {
        row["Subject"] for row in found
    }


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_is_a_formula(name: str) -> None:
    graph = sketch(*LINES)
    vendors = {"cloud": Vendor(id="cloud", legal_entity=name)}
    graph.inventory = Facts(meanings=graph.inventory.meanings, vendors=vendors)  # type: ignore[attr-defined]

    (row,) = rows(to_csv(of("sub-processors", graph), "en"))
    assert not row["Legal name"].lstrip().startswith(("=", "+", "-", "@", "＝"))
    assert unguarded(row["Legal name"]) == shown(name)


@pytest.mark.parametrize("text", [*FORMULAS, "", "a", "a=b", "''", "-", "10"])
def test_what_is_guarded_is_read_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).lstrip().startswith(("=", "+", "-", "@", "＝"))


# --- workbooks -------------------------------------------------------------------------------------------


def test_a_workbook_is_read_back_as_it_was_said() -> None:
    made = document("sub-processors", *LINES, "vendor cloud entity=Cloud retention=30")
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(made, "en")))

    assert book.sheetnames == ["About", "Versions of the lists", "Sub-processors"]
    page = book["Sub-processors"]
    told = dict(zip((cell.value for cell in page[1]), (cell.value for cell in page[2]), strict=True))
    assert (told["Market"], told["List version"], told["Legal name"], told["Retention"]) == (
        "DE",
        1,
        "Cloud",
        "30 days",
    )
    assert page.freeze_panes == "A2"


def test_quantities_are_numbers() -> None:
    made = document(
        "authorisation-pack",
        "acme[DE] > gw@SG > model:qwen",
        "ledger upstream-invoices invoice=7 period=2023-11 model=qwen tokens=1000",
    )
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(made, "zh")))

    page = book["上游发票"]
    told = dict(zip((cell.value for cell in page[1]), page[2], strict=True))
    assert (told["词元"].value, told["词元"].data_type) == (1000, "n")
    assert told["发票"].value == "7"


def test_gaps_are_coloured_and_nothing_else() -> None:
    made = document("sub-processors", *LINES, "vendor cloud entity=Cloud")
    page = openpyxl.load_workbook(io.BytesIO(to_xlsx(made, "en")))["Sub-processors"]

    told = dict(zip((cell.value for cell in page[1]), page[2], strict=True))
    assert told["Service"].fill.fgColor.rgb == "FFFFF3D6"
    assert told["Legal name"].fill.fgColor.rgb == "00000000"


def test_a_workbook_of_the_same_document_is_the_same_bytes() -> None:
    assert to_xlsx(document("retention-schedule", *LINES), "en") == to_xlsx(
        document("retention-schedule", *LINES), "en"
    )


def test_sheets_of_one_name_are_told_apart() -> None:
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(document("exemption-file", *LINES), "en")))

    assert len(set(map(str.casefold, book.sheetnames))) == len(book.sheetnames) == 1 + 22
    assert all(len(name) <= 31 for name in book.sheetnames)


# --- hostile names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", names())
def test_hostile_names_are_text_in_markdown(evil: FlowGraph, name: str, lang: str) -> None:
    text = FORMS["md"](of(name, evil), LANGUAGES[("en", "zh").index(lang)])
    assert isinstance(text, str)

    html = MarkdownIt("gfm-like", {"html": True}).render(text)

    tags = _Tags()
    tags.feed(html)
    assert tags.found <= {
        "h1",
        "h2",
        "h3",
        "h4",
        "p",
        "strong",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "br",
        "ul",
        "li",
        "code",
    }
    assert not any(hidden in text for hidden in ("\u202e", "\x00", "\x1b", "\u200b"))
    text.encode()


class _Tags(HTMLParser):
    """The tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.add(tag)


@pytest.mark.parametrize("name", names())
def test_hostile_names_are_text_in_spreadsheets(evil: FlowGraph, name: str) -> None:
    made = of(name, evil)

    text = to_csv(made, "en")
    assert all(None not in row and None not in row.values() for row in rows(text))
    text.encode()
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(made, "en")))
    kinds = {
        cell.data_type
        for page in book
        for line in page.iter_rows()
        for cell in line
        if cell.value is not None
    }
    assert kinds <= {"s", "n"}
    marked = [
        cell
        for page in book
        for line in page.iter_rows()
        for cell in line
        if str(cell.value).startswith(("=", "+", "@"))
    ]
    assert all(cell.quotePrefix for cell in marked)


@pytest.mark.parametrize("name", names())
def test_hostile_names_are_text_in_json(evil: FlowGraph, name: str) -> None:
    text = FORMS["json"](of(name, evil), "en")
    assert isinstance(text, str)

    assert json.loads(text)["schema"] == "lineage-document/1"
    text.encode()


def test_every_format_says_the_same_number_of_things(evil: FlowGraph) -> None:
    made: Document = of("retention-schedule", evil)

    assert len(json.loads(str(FORMS["json"](made, "en")))["parts"][0]["rows"]) == len(
        rows(to_csv(made, "en"))
    )
    assert [len(sheet.rows) for sheet in sheets(made, "en")][1] == len(rows(to_csv(made, "en")))
