"""Diagrams: a graph and a view become a picture that stands alone in a document.

    text = draw(graph, "where-inputs-go", "both", report)     # DOT, stable to the byte
    picture = render(text, "svg")                             # by `dot`, or by pygraphviz

`build` makes the picture as a value (drawing.py), which Mermaid is written from as well. Notation, words and
views are data: `diagrams/README.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.diagram.render import FORMATS, Rendered, render
from lineage.diagram.text import LANGUAGES, Language
from lineage.errors import ConfigError

if TYPE_CHECKING:
    from lineage.check import Report
    from lineage.diagram.drawing import Drawing
    from lineage.graph import FlowGraph

__all__ = ["FORMATS", "LANGUAGES", "Rendered", "draw", "picture", "render"]


def draw(
    graph: FlowGraph, view: str = "where-inputs-go", lang: str = "both", report: Report | None = None
) -> str:
    """The DOT of a diagram.

    Args:
        view: the name of a built-in view, or the path of a view's YAML file.
        lang: `en`, `zh` or `both`.
        report: of a check of the same graph; its violations are drawn in red, V1 the first of the report.

    Raises:
        ConfigError: no such view or language, or a view that is wrong.

    >>> from lineage.testing import sketch
    >>> print(draw(sketch("acme[DE] > gw@SG"), lang="en").splitlines()[1])
    digraph lineage {
    """
    from lineage.diagram.dot import write
    from lineage.diagram.notation import notation

    return write(picture(graph, view, report), language(lang), notation())


def picture(graph: FlowGraph, view: str = "where-inputs-go", report: Report | None = None) -> Drawing:
    """The diagram as a value: boxes, lines, gates and notes with their ids, in both languages.

    Raises:
        ConfigError: no such view, or a view that is wrong.
    """
    from lineage.diagram.build import build
    from lineage.diagram.notation import notation
    from lineage.diagram.notation import view as load_view
    from lineage.diagram.notes import Outcome
    from lineage.diagram.routes import routes
    from lineage.findings import Verdict

    found = load_view(view)
    if report is None:
        return build(graph, found, notation())
    proven = report.count(Verdict.PROVEN) if report.outcome is Verdict.PROVEN else 0
    waived = sum(finding.waived for finding in report.findings)
    elsewhere = tuple(
        pack.id
        for pack in report.packs
        for word, countries in pack.jurisdictions
        if word == "domestic" and set(countries) != set(found.border.domestic)
    )
    outcome = Outcome(report.count(Verdict.UNDECIDED), proven, waived, elsewhere)
    return build(graph, found, notation(), routes(graph, report.findings), outcome)


def language(lang: str) -> Language:
    """`lang` as a language of diagrams.

    Raises:
        ConfigError: it is none.
    """
    for known in LANGUAGES:
        if lang == known:
            return known
    raise ConfigError.of(
        f"there is no diagram language {lang!r}", allowed=f"languages are {', '.join(LANGUAGES)}"
    )
