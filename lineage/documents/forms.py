"""Which documents there are and which fields each has: `lineage/data/documents.yaml`, words in both languages.

A field that no function fills is filled from attestations of the types that it names, else it is a gap that says what to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from lineage.diagram.notation import Phrase, Strict
from lineage.yamlfile import load

FILE = "lineage/data/documents.yaml"
SAME = {"keeper": "place", "recipient": "transfer"}
"""Kinds of subjects that have the fields of another."""


class Cited(Strict):
    """What a document is for; "C": the text was read, "C*": secondary sources only."""

    text: Phrase
    mark: Literal["C", "C*"]


class FieldForm(Strict):
    """A field, and what would fill it."""

    title: Phrase
    write: str = ""
    """Key of lineage.yaml."""
    attest: tuple[str, ...] = ()
    """Types of attestations that say it, any of them."""
    send: str = ""
    """Attribute of spans."""


class PartForm(Strict):
    """A section: what it has a row for, and the fields of each."""

    id: str
    title: Phrase
    about: Phrase | None = None
    each: str
    """Kind of subject (subjects.py)."""
    shape: Literal["cards", "table"] = "table"
    fields: tuple[str, ...] = Field(min_length=1)
    rules: tuple[str, ...] = ()
    """Of rules: ids, `*` matches."""
    markets: tuple[str, ...] = ()
    """Only customers of these markets; none = all."""
    outside: tuple[str, ...] = ()
    """Only customers of other markets than these."""


class DocumentForm(Strict):
    """A document."""

    id: str
    title: Phrase
    about: Phrase
    law: tuple[Cited, ...] = ()
    packs: tuple[str, ...] = ()
    """Policy packs that it quotes."""
    main: str = ""
    """The section that is written where only one table fits."""
    by_market: bool = False
    """Made for one market alone, if so asked."""
    parts: tuple[PartForm, ...] = Field(min_length=1)


class Forms(Strict):
    """`documents.yaml`."""

    documents: Literal["lineage-documents/1"]
    fields: Mapping[str, Mapping[str, FieldForm]]
    """By kind of subject, then by name."""
    forms: tuple[DocumentForm, ...]


@cache
def forms() -> Forms:
    """The documents that lineage ships.

    >>> forms().forms[0].id
    'sub-processors'
    """
    loaded, _ = load(files("lineage") / "data" / "documents.yaml", Forms, FILE)
    return loaded


def reference() -> Iterator[str]:
    """The lines of the tables of docs/reference/documents.md: of each document the fields that somebody can fill, and with what."""
    found = forms()
    for form in found.forms:
        yield from (f"## {form.id}", "", f"{form.title.en} / {form.title.zh}. {form.about.en}", "")
        yield from ("| section | one for each | field | filled by |", "| --- | --- | --- | --- |")
        for part in form.parts:
            fields = found.fields[SAME.get(part.each, part.each)]
            for name in part.fields:
                yield f"| {part.title.en} | {part.each} | {fields[name].title.en} | {_filled(fields[name])} |"
        yield ""


def _filled(form: FieldForm) -> str:
    ways = [f"`{key}`" for key in form.write.split(", ") if form.write]
    ways += [f"an attestation of type `{kind}`" for kind in form.attest]
    ways += [f"spans: `{form.send}`"] if form.send else []
    return ", ".join(ways)
