"""Reading a list that was handed over: a file that we wrote, JSON or CSV, and nothing else."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from lineage.diagram.text import Language, cut
from lineage.documents import sheets
from lineage.documents.forms import PartForm, forms
from lineage.documents.machine import SCHEMA
from lineage.documents.said import phrase
from lineage.errors import LineageError

NOT_COMPARED = ("traffic", "added")
"""Fields that say what was observed how often, or when something came on the list."""
MOST = 64 << 20
"""Bytes of a file that is taken for a list."""
REMEDY = "give a list as `lineage document sub-processors -o FILE.json` or `-o FILE.csv` wrote it"

Entries = Mapping[str, Mapping[str, str]]
"""Key of a row -> field -> what it says."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last list of a market."""

    version: int
    digest: str
    entries: Entries
    added: Mapping[str, str]
    """Key of a row -> the day on which it came on the list, where that is told."""


@dataclass(frozen=True, slots=True)
class Previous:
    """A list that was handed over."""

    lang: Language
    """The language of what it says."""
    markets: Mapping[str, Last]


def digest_of(entries: Entries) -> str:
    """SHA-256 of what a list says in English: the same in whatever language and on whatever day it is written."""
    return hashlib.sha256(json.dumps(entries, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


def read_previous(path: str) -> Previous:
    """The list in a file that we wrote.

    Raises:
        LineageError: it cannot be read, is no such list, or was changed after it was written.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise LineageError.of(f"cannot read the last list ({error.strerror})", file=path) from None
    if len(data) > MOST:
        raise _wrong(path, f"a file of more than {MOST >> 20} MiB is no list")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(path, "this is not UTF-8 text") from None
    found = _from_json(text, path) if text.lstrip().startswith("{") else _from_csv(text, path)
    if found.lang == "en":
        for market, last in found.markets.items():
            if digest_of(last.entries) != last.digest:
                raise _wrong(
                    path,
                    f"the list of market {market} was changed after it was written: its digest is another",
                )
    return found


def _wrong(path: str, what: str, line: int = 0) -> LineageError:
    return LineageError.of(what, file=path, line=line, remedy=REMEDY)


# --- JSON ---------------------------------------------------------------------------------------------


class _Text(msgspec.Struct):
    en: str
    zh: str


class _Said(msgspec.Struct):
    text: _Text
    how: str


class _Row(msgspec.Struct):
    key: str
    cells: dict[str, list[_Said]]
    market: str | None = None


class _Part(msgspec.Struct):
    id: str
    rows: list[_Row]


class _Listed(msgspec.Struct):
    market: str
    version: int
    digest: str


class _Document(msgspec.Struct):
    schema: str
    id: str
    lists: list[_Listed]
    parts: list[_Part]


def _from_json(text: str, path: str) -> Previous:
    try:
        read = msgspec.json.decode(text, type=_Document)
    except (msgspec.DecodeError, RecursionError):
        raise _wrong(path, "this is not a document of lineage") from None
    if read.schema != SCHEMA or read.id != "sub-processors":
        raise _wrong(path, f"this is not a sub-processor list of schema {SCHEMA}")
    rows = [row for part in read.parts if part.id == "list" for row in part.rows]
    markets = {}
    for listed in read.lists:
        mine = [row for row in rows if row.market == listed.market]
        entries = {
            row.key: {name: _joined(cell) for name, cell in row.cells.items() if name not in NOT_COMPARED}
            for row in mine
        }
        added = {row.key: _joined(row.cells.get("added", [])) for row in mine}
        markets[listed.market] = Last(listed.version, listed.digest, entries, _days(added))
    return Previous("en", markets)


def _joined(cell: list[_Said]) -> str:
    return cut(sheets.APART.en.join(cut(said.text.en, sheets.EACH) for said in cell), sheets.LONGEST)


def _days(told: Mapping[str, str]) -> Mapping[str, str]:
    """Those that are days."""
    return {key: text for key, text in told.items() if _is_day(text)}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# --- CSV ----------------------------------------------------------------------------------------------


def _from_csv(text: str, path: str) -> Previous:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = list(reader)
    except csv.Error as error:
        raise _wrong(path, f"this is not CSV ({error})", reader.line_num) from None
    heads = {lang: _heads(lang) for lang in ("en", "zh")}
    lang: Language = "zh" if lines[:1] == [heads["zh"]] else "en"
    if lines[:1] != [heads[lang]]:
        raise _wrong(path, "the first line is not that of a sub-processor list", 1)
    entries: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    added: dict[str, dict[str, str]] = defaultdict(dict)
    stated: dict[str, tuple[int, str]] = {}
    names = _form().fields
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(heads[lang]):
            raise _wrong(path, f"{len(line)} cells where there are {len(heads[lang])} columns", number)
        key, market, version, digest, *cells = map(sheets.unguarded, line)
        if not version.isdecimal() or stated.setdefault(market, (int(version), digest)) != (
            int(version),
            digest,
        ):
            raise _wrong(path, "version and digest are not one for the whole market", number)
        fields = dict(zip(names, cells, strict=False))
        added[market][key] = fields.get("added", "")
        entries[market][key] = {name: text for name, text in fields.items() if name not in NOT_COMPARED}
    return Previous(
        lang,
        {market: Last(*stated[market], entries[market], _days(added[market])) for market in stated},
    )


def _form() -> PartForm:
    """The form of the list."""
    return next(
        part
        for form in forms().forms
        if form.id == "sub-processors"
        for part in form.parts
        if part.id == form.main
    )


def _heads(lang: Language) -> list[str]:
    return list(_titles(lang))


def _titles(lang: Language) -> Iterator[str]:
    for name in ("key", "market", "version", "digest"):
        yield sheets.one(phrase(f"document.{name}"), lang)
    for name in _form().fields:
        yield sheets.one(forms().fields["vendor"][name].title.text, lang)
    yield sheets.one(phrase("document.how"), lang)
