"""Boxes, labels and the legend as Graphviz HTML-like labels (graphviz.org/doc/info/shapes.html#html).

The one place where text becomes markup: everything passes `escape`, and every cell with text is at least
as wide as its text, left-aligned, so that no engine without the font lets it run over its box.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape as html_escape
from xml.etree import ElementTree as ET

from lineage.diagram.drawing import Accent, Box, Drawing, Gate, Line, Note, shortened
from lineage.diagram.notation import Notation, Phrase
from lineage.diagram.scene import Origin, Shape
from lineage.diagram.text import NOTHING, Language, Text, visible, width, wrapped

INK = "#333333"


def escape(text: str) -> str:
    """Text for an HTML-like label: nothing in it is markup, and nothing in it is invisible.

    >>> escape('<b>"a" & b</b>\\x07')
    '&lt;b&gt;&quot;a&quot; &amp; b&lt;/b&gt;[U+0007]'
    """
    return html_escape(visible(text))


def cell(
    text: str, size: float, *, bold: bool = False, colour: str = "", lead: str = "", pad: int | None = None
) -> str:
    """A cell with one line of text; `lead` is a bold beginning, such as an id."""
    shown = visible(lead + (" " if lead and text else "") + text)
    floor = width(shown, size, bold=bold) + 2 * (pad or 1)
    markup = escape(text)
    if lead:
        markup = f"<b>{escape(lead)}</b>{' ' if text else ''}{markup}"
    elif bold:
        markup = f"<b>{markup}</b>"
    paint = f' color="{colour}"' if colour else ""
    padding = f' cellpadding="{pad}"' if pad is not None else ""
    return (
        f'<td align="left" width="{floor}"{padding}><font point-size="{size:g}"{paint}>{markup}</font></td>'
    )


def row(*cells: str) -> str:
    """A row of cells."""
    return f"<tr>{''.join(cells)}</tr>"


def table(body: str, **attributes: object) -> str:
    """A table without borders or gaps, except where `attributes` say otherwise."""
    base: dict[str, object] = {"border": 0, "cellborder": 0, "cellspacing": 0, "cellpadding": 1}
    written = " ".join(f'{key}="{value}"' for key, value in (base | attributes).items())
    return f"<table {written}>{body}</table>"


def rows(
    lines: Iterable[str], size: float, *, bold: bool = False, colour: str = "", pad: int | None = None
) -> str:
    """One row a line."""
    return "".join(row(cell(line, size, bold=bold, colour=colour, pad=pad)) for line in lines)


def _beside(cells: str, room: int) -> str:
    """A row of cells with nothing to their right up to `room` points: Graphviz stretches tables to fill a cell."""
    return table(row(cells, f'<td width="{max(room - measured(table(row(cells))), 0)}"></td>'))


def measured(markup: str) -> int:
    """The least width of a table of ours in points, from the widths of its cells.

    >>> measured(table(row(cell("ab", 10), cell("境", 10))))
    25
    """
    return _measured(ET.fromstring(markup))  # noqa: S314 - markup of this module, escaped


def _measured(element: ET.Element) -> int:
    inside = sum(_measured(child) for child in element if child.tag == "td")
    inside = max([inside, *(_measured(child) for child in element if child.tag in ("tr", "table"))])
    if element.tag == "td":
        inside += (
            2 * int(element.get("cellpadding", "0")) if len(element) and element[0].tag == "table" else 0
        )
        return max(inside, int(element.get("width", "0")))
    return inside


# --- boxes ---------------------------------------------------------------------------------------------


def box(each: Box, lang: Language, notation: Notation, accent: Accent) -> str:
    """A place: shape tells its kind, the id is repeated in the notes and tables."""
    colours = notation.colours
    text = rows(each.title.lines(lang), 11, bold=True, colour=colours.metadata if each.declared_only else "")
    for detail in each.details:
        text += rows(detail.lines(lang), 9, colour=colours.metadata)
    return shape(
        each.shape,
        each.id,
        each.tag.one(lang),
        text,
        accent=accent,
        broken=each.broken,
        dashed=each.declared_only,
    )


def shape(
    kind: Shape,
    name: str,
    tag: str,
    text: str,
    *,
    accent: Accent,
    broken: bool = False,
    dashed: bool = False,
) -> str:
    """A shape with rows of text in it (Gane-Sarson; people dashed, sub-processors double, documents with a square band)."""
    pen = accent.colour if broken else INK
    look: dict[str, object] = {
        "border": 3 if broken else 1,
        "bgcolor": accent.fill if broken else "white",
    }
    look["color"] = pen
    head = row(cell(tag, 9, lead=name))
    style = "dashed" if dashed else ""
    if kind in (Shape.PROCESS, Shape.AUTHORISATION):
        styles = ("rounded," if kind is Shape.PROCESS else "") + ("dashed" if dashed else "")
        band = row(f'<td cellpadding="3">{table(head)}</td>')
        body = f'{band}<hr/>{row(f"""<td cellpadding="6">{table(text)}</td>""")}'
        return table(body, **look, **({"style": styles.rstrip(",")} if styles else {}))
    if kind is Shape.STORE:
        side = f'<td border="{3 if broken else 1}" sides="R" cellpadding="6">{table(head)}</td>'
        return table(
            row(side, f'<td cellpadding="6">{table(text)}</td>'),
            **look,
            sides="LTB",
            **({"style": style} if style else {}),
        )
    extra: dict[Shape, dict[str, object]] = {
        Shape.OUTSIDE: {"border": 4 if broken else 2} | ({"style": style} if style else {}),
        Shape.SUBPROCESSOR: {"cellspacing": 3} | ({"style": style} if style else {}),
        Shape.PEOPLE: {"style": "rounded,dashed"},
        Shape.FOLDED: {"style": "rounded,dotted"},
    }
    inset = f' border="1" color="{pen}"' if kind is Shape.SUBPROCESSOR else ""
    return table(row(f'<td{inset} cellpadding="6">{table(head + text)}</td>'), **look | extra[kind])


def heading(title: Text, regions: tuple[str, ...], pen: str, lang: Language) -> str:
    """The name of a jurisdiction, with the regions that were seen in it."""
    shown = ", ".join(regions[:3]) + (f" +{len(regions) - 3}" if len(regions) > 3 else "")
    text = title.one(lang) + (f": {shown}" if shown else "")
    return table(row(cell(text, 14, bold=True, colour=pen)))


def gate(each: Gate, lang: Language, notation: Notation) -> str:
    """Where flows cross the border."""
    body = row(cell(each.id, 10, bold=True)) + row(cell(each.title, 9))
    body += "".join(rows(detail.lines(lang), 9) for detail in each.details)
    colours = notation.colours
    return table(body, border=2, bgcolor=colours.gate_fill, color=colours.border, cellpadding=3)


def border(lang: Language, notation: Notation) -> str:
    """The name of the border, on its line."""
    lines = notation.words.border.text.lines(lang)
    return table(rows(lines, 11, bold=True, colour=notation.colours.border), bgcolor="white", cellpadding=2)


# --- flows ---------------------------------------------------------------------------------------------


def chip(text: str, size: float, colour: str, pad: int = 2) -> str:
    """White on a colour: a verdict, or the mark of a violation."""
    return table(row(cell(text, size, bold=True, colour="white")), bgcolor=colour, cellpadding=pad)


def label(line: Line, lang: Language, notation: Notation, ground: str, *, accent: Accent, plain: bool) -> str:
    """What a flow carries, and below it the violations whose route it is on; `ground` is the colour behind it."""
    colour = notation.colours.none if plain else text_colour(line, notation)
    body = ""
    name = line.id
    for number, text in enumerate(line.texts or (NOTHING,)):
        # The first says what moves; the rest are short remarks, which share a line in both languages.
        for part in (text.lines(lang) or ("",)) if not number else (text.one(lang),):
            body += row(cell(part, 9, lead=name, colour=colour))
            name = ""
    if line.violations:
        mark = chip(f"{accent.mark} {shortened(line.violations)}", 9.5, accent.colour)
        body += row(f'<td align="left">{_beside(f"<td>{mark}</td>", measured(table(body)))}</td>')
    # A little air at both ends, so that the line does not touch the words.
    return table(row(f"<td>{table(body)}</td>"), bgcolor=ground, cellpadding=3)


def text_colour(line: Line, notation: Notation) -> str:
    """The colour of a flow's words: its origin's where it has one, else plain ink."""
    colours = notation.colours
    if line.metadata:
        return colours.metadata
    plain = {
        Origin.OVERSEAS: colours.overseas,
        Origin.DOMESTIC: colours.domestic_text,
        Origin.UNKNOWN: colours.unknown,
    }
    return plain.get(line.origins, colours.none)


# --- title and legend ----------------------------------------------------------------------------------


def heading_of_page(drawing: Drawing, lang: Language) -> str:
    """Title, and beside it the worst that the report says."""
    cells = [cell(drawing.title.one(lang), 20, bold=True, pad=6)]
    if drawing.verdict_mark:
        mark = chip(f"{drawing.verdict_mark} {drawing.verdict.one(lang)}", 12, drawing.verdict_colour, 4)
        cells.append(f'<td cellpadding="6">{mark}</td>')
    return table(row(*cells))


def foot(drawing: Drawing, lang: Language, notation: Notation) -> str:
    """Violations in words, what the picture rests on, and the legend."""
    notes = _notes(drawing, lang, notation)
    body = row(f'<td align="left">{notes}</td>')
    if drawing.legend:
        body += row(f'<td align="left">{_beside(_legend(drawing, lang, notation), measured(notes))}</td>')
    return table(body)


def _notes(drawing: Drawing, lang: Language, notation: Notation) -> str:
    colours, limits = notation.colours, notation.limits
    blocks = [_note(note, lang, notation, drawing.accent) for note in drawing.notes[: limits.findings]]
    more = len(drawing.notes) - limits.findings
    if more > 0:
        said = notation.words.findings_more.text.fill(n=str(more)).lines(lang)
        blocks.append(rows(said, 9.5, bold=True, colour=colours.violation))
    # Few stand below one another, many in pairs: a picture is wider than high.
    wide = 1 if len(blocks) < 4 else 2
    body = ""
    for start in range(0, len(blocks), wide):
        pair = (
            f'<td align="left" cellpadding="4">{table(part, cellpadding=2)}</td>'
            for part in blocks[start : start + wide]
        )
        body += row(*pair)
    small = "".join(
        rows(wrapped(text, limits.columns), 8.5, colour=colours.metadata)
        for said in drawing.small
        for text in said.lines(lang)
    )
    body += row(f'<td align="left" colspan="{wide}" cellpadding="4">{table(small, cellpadding=2)}</td>')
    return table(
        body, border=1, sides="L", color=drawing.accent.colour if drawing.notes else colours.metadata
    )


def _note(note: Note, lang: Language, notation: Notation, accent: Accent) -> str:
    lines = "".join(
        rows(wrapped(text, notation.limits.columns), 10.5, bold=True, colour=accent.colour)
        for text in note.text.lines(lang)
    )
    evidence = note.evidence.one(lang)
    return lines + (rows((evidence,), 9.5) if evidence else "")


def _legend(drawing: Drawing, lang: Language, notation: Notation) -> str:
    """The shapes that are on every picture, and what lines mean where they can occur."""
    words, colours = notation.words, notation.colours
    kinds = [
        (Shape.OUTSIDE, words.outside_party),
        (Shape.PROCESS, words.process),
        (Shape.STORE, words.data_store),
        (Shape.PEOPLE, words.people),
        (Shape.SUBPROCESSOR, words.sub_processor),
    ]
    if any(box.shape is Shape.AUTHORISATION for box in drawing.boxes):
        kinds.append((Shape.AUTHORISATION, words.authorisation))
    shapes = "".join(
        f'<td cellpadding="4">{shape(kind, kind.value, "", rows(phrase.text.lines(lang), 11, bold=True), accent=drawing.accent)}</td>'
        for kind, phrase in kinds
    )

    def glyph(parts: Iterable[tuple[str, str]], phrase: Phrase, size: int = 14, mark: str = "") -> str:
        marks = "".join(f'<font point-size="{size}" color="{paint}">{mark}</font>' for mark, paint in parts)
        floor = width("━━▶", size) + 2
        name = mark + phrase.text.one(lang)
        return row(f'<td align="left" width="{floor}">{marks}</td>', cell(name, 9.5, pad=3))

    origins = (
        glyph([("━━▶", colours.overseas)], words.legend_overseas)
        + glyph([("━━▶", colours.domestic)], words.legend_domestic)
        + glyph([("━━▶", colours.unknown)], words.legend_unknown)
        + glyph([("━━", colours.overseas), ("━▶", colours.domestic)], words.legend_both)
        + glyph([("━━▶", colours.none)], words.legend_none)
    )
    accent = drawing.accent
    broken = words.legend_violation if accent.mark == "✖" else words.legend_undecided
    possible = glyph([("╍╍▶", colours.none)], words.legend_possible)
    declared = glyph([("━━▷", colours.none)], words.legend_declared)
    left = table(glyph([("━━▶", colours.none)], words.legend_plain) if drawing.plain else origins)
    right = table(
        glyph([("┅┅▶", colours.metadata)], words.legend_metadata)
        + possible
        + glyph([("?", colours.none)], words.legend_category)
        + declared
        + glyph([("━━▶", accent.colour)], broken, 18, f"{accent.mark} ")
        + (glyph([("┇", colours.border)], words.legend_border) if drawing.border is not None else "")
        if not drawing.rights
        else possible + declared
    )
    return (
        f'<td cellpadding="4">{table(row(shapes))}</td>'
        f'<td cellpadding="8">{left}</td>'
        f'<td cellpadding="8">{right}</td>'
    )


def nothing(lang: Language, notation: Notation) -> str:
    """What stands where there is nothing to draw."""
    lines = notation.words.nothing.text.lines(lang)
    colour = notation.colours.metadata
    return table(
        rows(lines, 13, bold=True, colour=colour), border=1, style="dashed", color=colour, cellpadding=12
    )
