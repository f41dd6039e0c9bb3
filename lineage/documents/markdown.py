"""A document as Markdown (GitHub's dialect), for reading, printing and converting; names are text, whatever they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lineage.diagram.text import Language, Text, joined
from lineage.documents.build import summary
from lineage.documents.model import Cell, Document, Part, Said
from lineage.documents.said import market, names, phrase
from lineage.report.markdown import escaped

LONGEST = 1_000
"""Characters of one thing that is said: a name may be as long as telemetry likes."""


def to_markdown(document: Document, lang: Language) -> str:
    """The document as Markdown, stable to the byte."""
    return "\n".join(_lines(document, lang)) + "\n"


def _lines(document: Document, lang: Language) -> Iterator[str]:
    yield f"# {_one(document.title, lang)}"
    yield from ("", _one(document.about, lang), "", f"**{_word('document.no-conclusion', lang)}**", "")
    for law in document.law:
        yield f"- {_word('document.law', lang)}{_one(Text(': ', '：'), lang)}{_one(law.text, lang)} \\[{escaped(law.mark)}\\]"
    if document.law:
        yield from ("", _word("document.marks", lang), "")
    yield from _fields(document.head, lang)
    yield from (
        "",
        f"{_word('document.known', lang)}{_one(Text(': ', '：'), lang)}{_one(summary(document), lang)}",
    )
    for part in document.parts:
        yield from ("", f"## {_one(part.title, lang)}", "")
        if part.about.en:
            yield from (_one(part.about, lang), "")
        yield from _part(part, lang)


def _part(part: Part, lang: Language) -> Iterator[str]:
    if not part.rows:
        yield f"{_said(part.nothing, lang)} ({_one(part.nothing.basis, lang)})"
    elif part.shape == "table":
        yield from _table(part, lang)
    else:
        yield from _cards(part, lang)


def _cards(part: Part, lang: Language) -> Iterator[str]:
    """Each subject under its own heading; a lone one under that of the section. Lists of several markets by market."""
    group = ""
    for number, row in enumerate(part.rows):
        if number:
            yield ""
        if row.group != group:
            group = row.group
            yield from (
                f"### {_word('document.market', lang)}{_one(Text(': ', '：'), lang)}{_one(market(group), lang)}",
                "",
            )
        if len(part.rows) > 1 or row.group:
            yield from (f"{'####' if row.group else '###'} {_one(row.title, lang)}", "")
        yield from _fields(zip((column.title for column in part.columns), row.cells, strict=True), lang)


def _fields(fields: Iterable[tuple[Text, Cell]], lang: Language) -> Iterator[str]:
    """Field, what, how; fields one after another that lack the same are one line."""
    yield _row(_word(f"document.{name}", lang) for name in ("field", "what", "how"))
    yield "| --- | --- | --- |"
    for titles, cell in _alike(fields):
        yield _row(
            (
                _stacked(_one(title, lang) for title in titles),
                _stacked(_said(said, lang) for said in cell),
                _bases(cell, lang),
            )
        )


def _alike(fields: Iterable[tuple[Text, Cell]]) -> list[tuple[list[Text], Cell]]:
    """Fields with what they say; neighbours that lack the same together."""
    found: list[tuple[list[Text], Cell]] = []
    for title, cell in fields:
        if found and found[-1][1] == cell and all(said.gap for said in cell):
            found[-1][0].append(title)
        else:
            found.append(([title], cell))
    return found


def _bases(cell: Cell, lang: Language) -> str:
    """How each thing is known, line by line; once where it is the same of all."""
    bases = [_one(said.basis, lang) for said in cell]
    return bases[0] if len(set(bases)) == 1 else _stacked(bases)


def _table(part: Part, lang: Language) -> Iterator[str]:
    """A line for each subject. The last column says how things are known, each basis with its fields; where a field says
    several things that are known differently, it stands beside each."""
    yield _row([*(_one(column.title, lang) for column in part.columns), _word("document.how", lang)])
    yield f"|{' --- |' * (len(part.columns) + 1)}"
    for row in part.rows:
        fields: dict[Text, list[Text]] = {}
        for column, cell in zip(part.columns, row.cells, strict=True):
            if not _mixed(cell):
                fields.setdefault(cell[0].basis, []).append(column.title)
        how = [_basis(basis, titles, len(part.columns), lang) for basis, titles in fields.items()]
        yield _row([*(_stacked(_beside(cell, lang)) for cell in row.cells), _stacked(how)])


def _mixed(cell: Cell) -> bool:
    return len({said.basis for said in cell}) > 1


def _basis(basis: Text, titles: list[Text], all_of_them: int, lang: Language) -> str:
    if len(titles) == all_of_them:
        return _one(basis, lang)
    return _one(joined((names(titles), basis), Text(": ", "：")), lang)


def _beside(cell: Cell, lang: Language) -> Iterator[str]:
    for said in cell:
        yield f"{_said(said, lang)} ({_one(said.basis, lang)})" if _mixed(cell) else _said(said, lang)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _stacked(lines: Iterable[str]) -> str:
    return "<br>".join(lines)


def _said(said: Said, lang: Language) -> str:
    text = _one(said.text, lang)
    return f"**{text}**" if said.gap else text


def _one(text: Text, lang: Language) -> str:
    return escaped(text.one(lang), LONGEST)


def _word(message: str, lang: Language) -> str:
    return _one(phrase(message), lang)
