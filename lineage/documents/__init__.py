"""Documents that compliance hands over, of what was observed and declared, with every gap shown in its place.

    matter = Matter(graph, report, today)
    document = make("sub-processors", matter)
    FORMS["md"](document, "en")

Nothing in a document is a legal conclusion, and everything says how it is known (docs/reference/documents.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from lineage.documents.forms import DocumentForm, forms
from lineage.documents.machine import to_json
from lineage.documents.markdown import to_markdown
from lineage.documents.matter import Matter
from lineage.documents.model import Document
from lineage.documents.sheets import to_csv
from lineage.documents.workbook import to_xlsx
from lineage.errors import LineageError
from lineage.words import nearest

if TYPE_CHECKING:
    from lineage.diagram.text import Language
    from lineage.documents.previous import Previous
    from lineage.graph import FlowGraph

__all__ = ["FORMS", "Document", "Matter", "form", "make", "matter_of", "names"]

FORMS: Mapping[str, Callable[[Document, Language], str | bytes]] = {
    "md": to_markdown,
    "csv": to_csv,
    "xlsx": to_xlsx,
    "json": to_json,
}
"""Ending of a file -> function(document, language)."""


def names() -> list[str]:
    """The documents that there are.

    >>> names()[:2]
    ['sub-processors', 'processing-record']
    """
    return [one.id for one in forms().forms]


def form(name: str) -> DocumentForm:
    """The form of a document.

    Raises:
        LineageError: there is none of this name.
    """
    found = next((one for one in forms().forms if one.id == name), None)
    if found is None:
        near = nearest(name, names())
        raise LineageError.of(
            f"there is no document {name!r}",
            allowed=f"Documents: {', '.join(names())}, all",
            remedy=f"did you mean {near!r}?" if near else "",
        )
    return found


def matter_of(
    graph: FlowGraph,
    name: str,
    today: date,
    *,
    mode: str = "",
    policies: Sequence[str] = (),
    market: str = "",
) -> Matter:
    """What a document is made of: the graph, and what the packs that it quotes say of it.

    Args:
        name: one of `names()`.
        mode: how to read packs that have this mode.
        policies: packs instead of the document's own.
        market: the market whose customers it is for; "" = all.
    """
    from lineage.checking import check
    from lineage.packs import load_pack

    packs = [load_pack(pack) for pack in policies or form(name).packs]
    known = any(mode in pack.modes for pack in packs)
    return Matter(graph, check(graph, packs, mode=mode if known else "", today=today), today, market)


def make(name: str, matter: Matter, previous: Previous | None = None) -> Document:
    """A document.

    Args:
        name: one of `names()`.
        matter: what it is made of.
        previous: the last list that was handed over, of documents that are kept for each market.

    Raises:
        LineageError: there is no such document, or it is not by market and one is asked for, or not kept and a last one is given.
    """
    from lineage.documents.build import make as fill
    from lineage.documents.subjects import markets
    from lineage.documents.versions import LISTS, versioned

    wanted = form(name)
    if matter.market:
        _market(wanted, matter)
    if previous is not None and name not in LISTS:
        raise LineageError.of(
            f"{name} has no versions to compare",
            remedy=f"leave --since out, or make one of: {', '.join(LISTS)}",
        )
    made = fill(wanted, matter)
    if name not in LISTS:
        return made
    part = next(part for part in wanted.parts if part.id == wanted.main)
    asked = [market.key for market in markets(matter, part)]
    return versioned(made, asked, previous, matter.today, whole=not matter.market)


def _market(wanted: DocumentForm, matter: Matter) -> None:
    """Complain of a market that the document cannot be made for."""
    if not wanted.by_market:
        able = ", ".join(one.id for one in forms().forms if one.by_market)
        raise LineageError.of(
            f"{wanted.id} is not made for one market", remedy=f"leave --market out, or make one of: {able}"
        )
    known = [market for market in matter.markets if matter.market in (*market.countries, market.key)]
    if not known:
        raise LineageError.of(
            f"no customer of market {matter.market!r} was observed",
            allowed=f"Markets: {', '.join(market.key for market in matter.markets) or 'none'}",
        )
