"""Diagrams: a graph and a view become a picture that stands alone in a document.

    text = draw(graph, "where-inputs-go", "both", report)     # DOT, stable to the byte
    text = draw(graph, "finding:b8832d7c94148ebc", "en", report)
    picture = render(text, "svg")                             # by `dot`, or by pygraphviz
    view_names()                                              # the views that come with lineage

`build` makes the picture as a value (drawing.py), which Mermaid and draw.io files are written from as well.
Notation, words and views are data: `diagrams/README.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.diagram.render import FORMATS, Rendered, render
from lineage.diagram.text import LANGUAGES, Language
from lineage.errors import ConfigError

if TYPE_CHECKING:
    from lineage.checking import Report
    from lineage.diagram.drawing import Drawing
    from lineage.diagram.notes import Outcome
    from lineage.diagram.views import View
    from lineage.graph import FlowGraph

__all__ = ["FORMATS", "LANGUAGES", "Rendered", "draw", "picture", "render", "view_names"]

FINDING = "finding"
"""The view of one finding, `finding:FINGERPRINT`."""


def draw(
    graph: FlowGraph, view: str = "where-inputs-go", lang: str = "both", report: Report | None = None
) -> str:
    """The DOT of a diagram.

    Args:
        view: the name of a built-in view, or the path of a view's YAML file; `finding:FINGERPRINT` for the view of one
            finding of `report`.
        lang: `en`, `zh` or `both`.
        report: of a check of the same graph; its violations are drawn in red, V1 the first of the report.

    Raises:
        ConfigError: no such view, finding or language, or a view that is wrong.

    >>> from lineage.testing import sketch
    >>> print(draw(sketch("acme[DE] > gw@SG"), lang="en").splitlines()[1])
    digraph lineage {
    """
    from lineage.diagram.dot import write
    from lineage.diagram.notation import notation

    return write(picture(graph, view, report), language(lang), notation())


def picture(
    graph: FlowGraph, view: str = "where-inputs-go", report: Report | None = None, finding: str = ""
) -> Drawing:
    """The diagram as a value: boxes, lines, gates and notes with their ids, in both languages.

    Args:
        finding: fingerprint of the finding that a view of one finding draws, where `view` does not say it.

    Raises:
        ConfigError: no such view or finding, or a view that is wrong.
    """
    from dataclasses import replace

    from lineage.diagram.build import build
    from lineage.diagram.notation import notation
    from lineage.diagram.routes import route_of, routes
    from lineage.diagram.text import Text
    from lineage.diagram.views import view as load_view

    if view.startswith(f"{FINDING}:"):
        view, _, finding = view.partition(":")
    found = load_view(view)
    if found.draw == "finding":
        if report is None:
            raise ConfigError.of(f"the view {found.id!r} draws a finding, and no policy was checked")
        route, of = route_of(graph, report.findings, finding)
        drawn = build(graph, found, notation(), (route,), _outcome(report, found))
        title = Text(f"{route.id} {of.title.en}", f"{route.id} {of.title.zh}")
        return replace(drawn, title=title)
    if finding:
        raise ConfigError.of(
            f"the view {found.id!r} does not draw one finding",
            remedy="leave --view out, or name a view with `draw: finding`",
        )
    if report is None:
        return build(graph, found, notation())
    return build(graph, found, notation(), routes(graph, report.findings), _outcome(report, found))


def _outcome(report: Report, view: View) -> Outcome:
    """What a report says as a whole, and which of its packs draw the border elsewhere than a view."""
    from lineage.diagram.notes import Outcome
    from lineage.findings import Verdict

    elsewhere = tuple(
        pack.id
        for pack in report.packs
        for word, countries in pack.jurisdictions
        if word == "domestic" and set(countries) != set(view.border.domestic)
    )
    proven = report.count(Verdict.PROVEN) if report.outcome is Verdict.PROVEN else 0
    waived = sum(finding.waived for finding in report.findings)
    return Outcome(report.count(Verdict.UNDECIDED), proven, waived, elsewhere)


def view_names() -> tuple[str, ...]:
    """The views that come with lineage and need nothing but a graph; the one of a finding is `finding:FINGERPRINT`.

    >>> "where-inputs-go" in view_names(), "finding" in view_names()
    (True, False)
    """
    from lineage.diagram.views import view_names as shipped

    return tuple(name for name in shipped() if name != FINDING)


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
