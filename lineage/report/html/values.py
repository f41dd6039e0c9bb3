"""Cells of the report's tables: what is declared or known of a place, or that it is not."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from lineage.diagram.notation import notation
from lineage.report.html.both import Both, both, pair, text, word
from lineage.report.html.run import Run
from lineage.words import shown

Cell = Both | int | dict[str, Any]
"""Text, a number, or places: `{"places": [numbers]}`."""
Table = dict[str, Any]
"""`{"columns": [...], "rows": [[cell, ...], ...]}`."""


def table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
    """A table; columns are messages."""
    return {"columns": [word(column) for column in columns], "rows": [list(row) for row in rows]}


def retention(days: float | None) -> Both:
    """How long something is kept.

    >>> retention(7), retention(None)
    (['7 days', '7 天'], ['not declared', '未声明'])
    """
    if days is None:
        return word("html.undeclared.value")
    return word("value.forever") if days == inf else both("html.days", n=f"{days:.10g}")


def viewers(roles: tuple[str, ...] | None) -> Both:
    """Who can see something: roles."""
    if roles is None:
        return word("html.undeclared.value")
    return pair(", ".join(map(shown, roles)), "、".join(map(shown, roles))) if roles else word("html.nobody")


def redaction(told: str) -> Both:
    """How data is lowered where it is kept."""
    return word(f"protection.{told}", told) if told else word("html.undeclared.value")


def yes_no(told: bool | None) -> Both:
    """Yes, no, or not declared."""
    return word("html.undeclared.value" if told is None else "value.yes" if told else "value.no")


def role(run: Run, thing: int) -> Both:
    """What a store is for."""
    told = run.graph.meaning(thing).role
    return text(notation().role(told)) if told else word("html.undeclared.value")
