"""A document as JSON, schema "lineage-document/1": both languages, every basis; what `--since` reads of an earlier list."""

from __future__ import annotations

import json
from typing import Any

from lineage.diagram.text import Language, Text
from lineage.documents.model import Cell, Document, Part, Row, Said
from lineage.words import shown

SCHEMA = "lineage-document/1"


def to_json(document: Document, lang: Language = "en") -> str:
    """The document as indented JSON, stable to the byte; both languages are in it, so `lang` changes nothing."""
    return json.dumps(as_dict(document), ensure_ascii=False, indent=1) + "\n"


def as_dict(document: Document) -> dict[str, Any]:
    """The document as plain values, in a fixed order."""
    return {
        "schema": SCHEMA,
        "id": document.id,
        "title": text(document.title),
        "about": text(document.about),
        "law": [{"text": text(law.text), "mark": law.mark} for law in document.law],
        "known": {str(how): count for how, count in sorted(document.known.items())},
        "head": [{"title": text(title), "said": _cell(cell)} for title, cell in document.head],
        "lists": [
            {"market": one.market, "version": one.version, "digest": one.digest} for one in document.lists
        ],
        "parts": [_part(part) for part in document.parts],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "id": part.id,
        "title": text(part.title),
        "columns": [{"id": column.id, "title": text(column.title)} for column in part.columns],
        "rows": [_row(part, row) for row in part.rows],
        "nothing": None if part.rows else _said(part.nothing),
    }


def _row(part: Part, row: Row) -> dict[str, Any]:
    cells = zip(part.columns, row.cells, strict=True)
    return {
        "key": shown(row.key),
        "market": row.group or None,
        "title": text(row.title),
        "cells": {column.id: _cell(cell) for column, cell in cells},
    }


def _cell(cell: Cell) -> list[dict[str, Any]]:
    return [_said(said) for said in cell]


def _said(said: Said) -> dict[str, Any]:
    made: dict[str, Any] = {"text": text(said.text), "how": str(said.how), "basis": text(said.basis)}
    return made if said.number is None else made | {"number": said.number}


def text(one: Text) -> dict[str, str]:
    """A text in both languages; names with nothing that hides or turns."""
    return {"en": shown(one.en), "zh": shown(one.zh)}
