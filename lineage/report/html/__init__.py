"""The report as one HTML file that compliance hands over: opens offline, asks nobody anything, in English and Chinese.

    run.py          a graph, its report, and where customers' data gets to
    questions.py    the six questions (answering.py: how each is answered)
    basis.py        what the verdict rests on
    told.py         rules, findings, missing facts; tables.py  places and flows
    pictures.py     diagrams made safe to stand in a page
    page.py         all of it in one file under a strict content security policy

The page holds its data as JSON; `page.js` shows it as text, never as markup.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage.checking import Report
    from lineage.graph import FlowGraph

__all__ = ["Html", "to_html"]

LIMIT = 1_000_000
"""Bytes of a page that pictures may fill up to, beside the first."""


@dataclass(frozen=True, slots=True)
class Html:
    """The report as files' contents, and what the user should know."""

    html: bytes
    json: bytes
    """The report as `lineage check --format json` writes it; the page names its digest."""
    notices: tuple[str, ...]


def to_html(graph: FlowGraph, report: Report, *, lang: str = "en", views: Sequence[str] = ()) -> Html:
    """The report of a graph; stable to the byte for the same version of Graphviz.

    Args:
        report: of a check of the same graph.
        lang: the language in which the page opens.
        views: names or files of the views to draw; by default one for each of the six questions that finds room.

    Raises:
        ConfigError: no such view.
    """
    from lineage.report.html.data import as_data
    from lineage.report.html.page import page
    from lineage.report.html.pictures import pictures
    from lineage.report.html.run import Run
    from lineage.report.json import to_json

    run = Run(graph, report)
    beside = to_json(report).encode("utf-8", "backslashreplace")
    data = as_data(run, lang, hashlib.sha256(beside).hexdigest())
    drawn = pictures(run, views, LIMIT - len(page(data, "").encode()))
    return Html(
        page(data | {"views": drawn.told, "left": drawn.left}, drawn.markup).encode(), beside, drawn.notices
    )
