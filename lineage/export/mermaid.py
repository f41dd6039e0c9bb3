"""Mermaid flowchart (mermaid.js.org) of a diagram, for pull requests and wikis: a subgraph a jurisdiction.

Made from the same `Drawing` as the picture, so ids, folding and words are the same. Mermaid draws no border
line; a crossing goes through its gate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from lineage.diagram.drawing import Box, Drawing, Gate, Line, Weight, shortened
from lineage.diagram.scene import Origin, Shape
from lineage.diagram.text import Language, visible

if TYPE_CHECKING:
    from lineage.checking import Report
    from lineage.diagram.notation import Notation
    from lineage.graph import FlowGraph

LIMIT = 50_000
"""Characters above which GitHub and GitLab show an error instead of the chart (Mermaid's `maxTextSize`)."""

BRACKETS: Mapping[Shape, tuple[str, str]] = {
    Shape.OUTSIDE: ("[", "]"),
    Shape.PROCESS: ("(", ")"),
    Shape.STORE: ("[(", ")]"),
    Shape.PEOPLE: ("([", "])"),
    Shape.SUBPROCESSOR: ("[[", "]]"),
    Shape.AUTHORISATION: ("[/", "/]"),
    Shape.FOLDED: ("(", ")"),
}


def mermaid(
    graph: FlowGraph, lang: str = "en", view: str = "where-inputs-go", report: Report | None = None
) -> str:
    """The diagram of a view as a Mermaid flowchart, stable to the byte.

    Above `LIMIT` characters its first line says that common hosts will not show it.

    Raises:
        ConfigError: no such view or language.

    >>> from lineage.testing import sketch
    >>> print(mermaid(sketch("acme[DE] > gw@SG")).splitlines()[0])
    flowchart LR
    """
    from lineage.diagram import language, picture
    from lineage.diagram.notation import notation

    return write(picture(graph, view, report), language(lang), notation())


def write(drawing: Drawing, lang: Language, notation: Notation) -> str:
    """A drawing as Mermaid text."""
    nodes = {box.id: f"n{number}" for number, box in enumerate(drawing.boxes, 1)}
    members: dict[tuple[str, ...], list[Box]] = defaultdict(list)
    for box in drawing.boxes:
        members[box.cluster].append(box)
    lines = ["flowchart LR"]
    if not drawing.boxes:
        lines.append(f'    n0["{quoted(notation.words.nothing.text.one(lang))}"]')
    for number, cluster in enumerate(drawing.clusters, 1):
        lines.append(f'  subgraph j{number}["{quoted(cluster.title.one(lang))}"]')
        lines += [f"    {nodes[box.id]}{_box(box, lang)}" for box in members[cluster.key]]
        lines.append("  end")
    lines += [f'  {gate.id.lower()}{{{{"{_gate(gate, lang)}"}}}}' for gate in drawing.gates]
    styles: list[str] = []
    for line in drawing.lines:
        for edge in _edges(line, drawing, nodes, lang):
            styles.append(f"  linkStyle {len(styles)} {_style(line, drawing, notation)}")
            lines.append(edge)
    lines += styles
    if drawing.gates:
        colours = notation.colours
        lines.append(f"  classDef gate fill:{colours.gate_fill},stroke:{colours.border},stroke-width:2px")
        lines.append(f"  class {','.join(gate.id.lower() for gate in drawing.gates)} gate")
    broken = [nodes[box.id] for box in drawing.boxes if box.broken]
    if broken:
        lines.append(f"  classDef broken stroke:{drawing.accent.colour},stroke-width:3px")
        lines.append(f"  class {','.join(broken)} broken")
    text = "\n".join(lines) + "\n"
    if len(text) > LIMIT:
        text = f"%% {len(text)} characters: GitHub and GitLab show no chart above {LIMIT}. Narrow the view or fold more.\n{text}"
    return text


def _box(box: Box, lang: Language) -> str:
    opening, closing = BRACKETS[box.shape]
    lines = [
        f"<b>{box.id}</b> {quoted(box.title.one(lang))}",
        *(quoted(text.one(lang)) for text in box.details),
    ]
    return f'{opening}"{"<br/>".join(lines)}"{closing}'


def _gate(gate: Gate, lang: Language) -> str:
    lines = [f"{gate.id} {gate.title}", *(text.one(lang) for text in gate.details)]
    return "<br/>".join(map(quoted, lines))


def _edges(line: Line, drawing: Drawing, nodes: Mapping[str, str], lang: Language) -> Iterable[str]:
    source, target = nodes[line.source], nodes[line.target]
    arrow = "-.->" if line.possible or line.metadata or line.declared_only else "-->"
    parts = [" / ".join(text.one(lang) for text in line.texts)]
    if line.violations:
        parts.append(f"{drawing.accent.mark} {shortened(line.violations)}")
    label = f'|"{quoted(" ".join(filter(None, (line.id, *parts))))}"|'
    if not line.gate:
        yield f"  {source} {arrow}{label} {target}"
        return
    yield f"  {source} {arrow}{label} {line.gate.lower()}"
    yield f"  {line.gate.lower()} {arrow} {target}"


def _style(line: Line, drawing: Drawing, notation: Notation) -> str:
    colours = notation.colours
    if line.weight is not Weight.NONE:
        return f"stroke:{drawing.accent.colour},stroke-width:{4 if line.weight is Weight.BROKEN else 3}px"
    if line.metadata:
        return f"stroke:{colours.metadata},stroke-width:2px"
    plain = {
        Origin.OVERSEAS: colours.overseas,
        Origin.DOMESTIC: colours.domestic,
        Origin.UNKNOWN: colours.unknown,
    }
    colour = colours.none if drawing.plain else plain.get(line.origins, colours.none)
    return f"stroke:{colour},stroke-width:2px"


def quoted(text: str) -> str:
    """Text inside a quoted Mermaid label: its entity codes are `#name;` or `#number;`, so `#` goes first.

    >>> quoted('a "b" <c> #1; `d`')
    'a #quot;b#quot; #lt;c#gt; #35;1#59; #96;d#96;'
    """
    codes = {
        '"': "#quot;",
        "<": "#lt;",
        ">": "#gt;",
        "#": "#35;",
        "&": "#amp;",
        "`": "#96;",
        ";": "#59;",
        "\\": "#92;",
    }
    return "".join(codes.get(c, c) for c in visible(text))
