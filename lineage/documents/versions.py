"""Lists that are kept for each market: their version and digest, and what changed since the last one that was handed over.

The last list is a file that we wrote, JSON or CSV. What is compared is what the list says, in one language; counts, dates of
observation and lines of the inventory may differ every day and are no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from lineage.diagram.text import NOTHING, Language, Text
from lineage.documents import sheets
from lineage.documents.model import Cell, Column, Document, How, Listed, Part, Row, Said
from lineage.documents.previous import NOT_COMPARED, Last, Previous, digest_of
from lineage.documents.said import looked, phrase
from lineage.words import shown

LISTS = ("sub-processors",)
"""Documents that are kept so."""
ON, OFF = phrase("document.on-list"), phrase("document.off-list")


def versioned(
    document: Document, markets: Sequence[str], previous: Previous | None, today: date, *, whole: bool
) -> Document:
    """The document with the version of each market's list, what changed, and since when each entry is on it.

    Args:
        document: the list.
        markets: those that it is made for; one whose data gets to nobody has a list without entries.
        previous: the last list.
        today: the day of the document.
        whole: it is made for all markets, so that one that only the last list has is gone.
    """
    part = next(part for part in document.parts if part.id == document.main)
    lists, versions, changes = [], [], []
    for market in markets:
        rows = [row for row in part.rows if row.group == market]
        last = previous.markets.get(market) if previous is not None else None
        digest = digest_of({shown(row.key): _fields(part, row, "en") for row in rows})
        version = 1 if last is None else last.version + (last.digest != digest)
        lists.append(Listed(market, version, digest))
        versions.append(_version(lists[-1], last, previous))
        if last is not None and previous is not None:
            changes += list(_changes(part, rows, market, last, previous.lang))
    if previous is not None and whole:
        changes += [_gone(market) for market in sorted(previous.markets.keys() - set(markets))]
    dated = replace(part, rows=tuple(_dated(part, row, previous, today) for row in part.rows))
    parts = [_versions(tuple(versions))]
    if previous is not None:
        parts.append(_changed(tuple(changes)))
    rest = [dated if each is part else each for each in document.parts]
    return replace(document, parts=(*parts, *rest), lists=tuple(lists))


def _fields(part: Part, row: Row, lang: Language) -> dict[str, str]:
    told = zip(part.columns, row.cells, strict=True)
    return {
        column.id: sheets.value(cell, lang).text for column, cell in told if column.id not in NOT_COMPARED
    }


# --- what changed -------------------------------------------------------------------------------------


def _changes(part: Part, rows: Sequence[Row], market: str, last: Last, lang: Language) -> Iterator[Row]:
    now = {shown(row.key): _fields(part, row, lang) for row in rows}
    titles = {shown(row.key): row.title for row in rows}
    columns = {column.id: column.title for column in part.columns}
    for key in sorted(now.keys() | last.entries.keys()):
        title = titles.get(key) or Text.plain(last.entries[key].get("vendor") or key)
        if key not in last.entries:
            yield _change(market, key, title, phrase("document.change.added"), OFF, ON)
        elif key not in now:
            yield _change(market, key, title, phrase("document.change.removed"), ON, OFF)
        else:
            for name, text in now[key].items():
                was = last.entries[key].get(name, "")
                if was != text:
                    what = phrase("document.change.changed", field=columns[name])
                    yield _change(market, key, title, what, Text.plain(was), Text.plain(text))


def _change(market: str, key: str, title: Text, what: Text, was: Text, now: Text) -> Row:
    cells = (Text.plain(market), title, what, was, now)
    return Row(title, tuple(_plain(text) for text in cells), key)


def _gone(market: str) -> Row:
    return _change(market, market, Text.plain(market), phrase("document.change.market-removed"), ON, OFF)


def _plain(text: Text) -> Cell:
    return (looked(text, phrase("document.since.file")),)


def _changed(rows: tuple[Row, ...]) -> Part:
    heads = ("market", "subject", "change", "was", "now")
    columns = tuple(Column(name, phrase(f"document.{name}")) for name in heads)
    nothing = looked(phrase("diff.same"), phrase("document.since.file"))
    return Part("changes", phrase("document.changes"), NOTHING, "table", columns, rows, nothing)


def _version(listed: Listed, last: Last | None, previous: Previous | None) -> Row:
    if previous is None:
        since = phrase("document.since.none")
    elif last is None:
        since = phrase("document.since.first")
    else:
        since = phrase("document.since.dateless", n=last.version)
    files = phrase("document.files")
    cells = (Text.plain(listed.market), Text.plain(str(listed.version)), Text.plain(listed.digest), since)
    return Row(Text.plain(listed.market), tuple((looked(text, files),) for text in cells), listed.market)


def _versions(rows: tuple[Row, ...]) -> Part:
    columns = tuple(
        Column(name, phrase(f"document.{name}")) for name in ("market", "version", "digest", "since")
    )
    nothing = looked(phrase("document.no-rows"), phrase("document.files"))
    return Part("versions", phrase("document.versions"), NOTHING, "table", columns, rows, nothing)


def _dated(part: Part, row: Row, previous: Previous | None, today: date) -> Row:
    """A row with the day since when it is on the list: that of the last list, or today where it is new."""
    last = previous.markets.get(row.group) if previous is not None else None
    if previous is None:
        told = Said(phrase("document.since.none"), How.NOT_DECLARED, phrase("document.gap"))
    elif last is None or shown(row.key) not in last.entries:
        told = Said(Text.plain(today.isoformat()), How.DECLARED, phrase("document.since.file"))
    elif shown(row.key) in last.added:
        told = Said(Text.plain(last.added[shown(row.key)]), How.DECLARED, phrase("document.since.file"))
    else:
        told = Said(phrase("document.added.first"), How.DECLARED, phrase("document.since.file"))
    cells = [
        (told,) if column.id == "added" else cell
        for column, cell in zip(part.columns, row.cells, strict=True)
    ]
    return replace(row, cells=tuple(cells))
