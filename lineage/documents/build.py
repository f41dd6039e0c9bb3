"""From a form and the matter to a document: every field of every subject gets a cell, and a cell is never empty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lineage.diagram.text import NOTHING, Text, joined
from lineage.documents import books, customers, grants, organisation, places, subjects, suppliers
from lineage.documents.forms import SAME, DocumentForm, FieldForm, PartForm, forms
from lineage.documents.kinds import Subject, Supplier
from lineage.documents.matter import Matter
from lineage.documents.model import GAPS, Cell, Column, Document, How, Law, Part, Row, Said
from lineage.documents.said import by_hand, looked, market, not_declared, phrase

SUBJECTS: Mapping[str, Callable[[Matter, PartForm], Any]] = {
    **subjects.SUBJECTS,
    "call": grants.calls,
    "balance": books.balances,
    "invoice": books.lines("upstream-invoices"),
    "order": books.lines("downstream-orders"),
    "payment": books.lines("collections"),
}
FIELDS: Mapping[str, Mapping[str, Callable[[Matter, Any], Cell]]] = {
    "organisation": organisation.ORGANISATION,
    "vendor": suppliers.FIELDS,
    "customer": customers.CUSTOMER,
    "place": places.FIELDS,
    "person": places.PEOPLE,
    "unseen": places.UNSEEN,
    "transfer": customers.TRANSFER,
    "activity": customers.ACTIVITY,
    "rule": organisation.RULE,
    "authorisation": grants.AUTHORISATION,
    "call": grants.CALLS,
    "balance": books.BALANCE,
    "invoice": books.LINE,
    "order": books.LINE,
    "payment": books.LINE,
    **organisation.ENTRIES,
}
"""Kind of subject -> field -> what it says."""
LEDGERS = {"invoice": "upstream-invoices", "order": "downstream-orders", "payment": "collections"}
HEAD = ("name", "period", "telemetry", "sampling", "completeness", "inventory", "tool")


def make(form: DocumentForm, matter: Matter) -> Document:
    """The document of a form, of what was observed and declared."""
    parts = tuple(_part(part, matter) for part in form.parts)
    files = phrase("document.files")
    asked = ((phrase("document.market"), (looked(market(matter.market), files),)),) if matter.market else ()
    head = (
        (phrase("document.as-of"), (looked(Text.plain(matter.today.isoformat()), files),)),
        *asked,
        *_head(matter),
    )
    laws = tuple(Law(cited.text.text, cited.mark) for cited in form.law)
    return Document(form.id, form.title.text, form.about.text, laws, head, parts, form.main)


def _head(matter: Matter) -> tuple[tuple[Text, Cell], ...]:
    asked = PartForm.model_construct(each="organisation", markets=(), outside=())
    subject = next(iter(subjects.own(matter, asked)))
    titles = forms().fields["organisation"]
    return tuple((titles[name].title.text, _cell(matter, "organisation", name, subject)) for name in HEAD)


def _part(form: PartForm, matter: Matter) -> Part:
    kind = SAME.get(form.each, form.each)
    titles = forms().fields[kind]
    rows = tuple(
        Row(one.title, tuple(_cell(matter, kind, name, one) for name in form.fields), one.key, one.group)
        for one in (() if _of_all_markets(form, matter) else SUBJECTS[form.each](matter, form))
    )
    return Part(
        form.id,
        form.title.text,
        form.about.text if form.about is not None else NOTHING,
        form.shape,
        tuple(Column(name, titles[name].title.text) for name in form.fields),
        rows,
        _no_rows(form, matter),
    )


def _of_all_markets(form: PartForm, matter: Matter) -> bool:
    """Whether a section would tell the customers of one market of those of others."""
    return bool(matter.market) and form.each in ("rule", "waiver")


def _no_rows(form: PartForm, matter: Matter) -> Said:
    """What stands where a section has no row."""
    if _of_all_markets(form, matter):
        return looked(phrase("document.of-all-markets"), phrase("document.files"))
    ledger = LEDGERS.get(form.each)
    if ledger and ledger not in books.ledgers(matter):
        return not_declared(f"ledgers[].kind: {ledger}")
    if form.each == "balance":
        kinds = [
            kind
            for kind in ("upstream-invoices", "downstream-usage", "stock")
            if kind not in books.ledgers(matter)
        ]
        if kinds:
            return not_declared(", ".join(f"ledgers[].kind: {kind}" for kind in kinds))
    if form.each == "authorisation":
        return not_declared("authorisations")
    if form.each in ("waiver", "attestation"):
        return looked(phrase("value.none"), phrase("document.files"))
    if form.each == "rule":
        return Said(phrase("document.no-rule"), How.NOT_DECLARED, phrase("document.gap"))
    return looked(phrase("document.no-rows"), phrase("document.on-all", n=len(matter.graph.flows)))


# --- a field of a subject -----------------------------------------------------------------------------


def _cell(matter: Matter, kind: str, name: str, subject: Subject) -> Cell:
    """What is known of a field: by its function, by documents of its types, else what would fill it."""
    form = forms().fields[kind][name]
    said = FIELDS.get(kind, {}).get(name)
    cell = said(matter, subject) if said is not None else ()
    if not cell and form.attest:
        cell = matter.attested(form.attest, subject.covers, subject.documents)
    return cell or (_gap(form, subject),)


def _gap(form: FieldForm, subject: Subject) -> Said:
    if isinstance(subject, Supplier) and not subject.id:
        return Said(phrase("document.follows"), How.FOLLOWS, phrase("document.gap"))
    if form.write or form.send:
        return not_declared(form.write, form.send)
    if form.attest:
        return not_declared(f"attestations[].type: {' | '.join(form.attest)}")
    return by_hand()


def summary(document: Document) -> Text:
    """How many of the things that a document says are known how, and how many gaps it has."""
    known = document.known
    told = [
        phrase("document.count", what=phrase(f"document.how.{how}"), n=known[how])
        for how in How
        if how not in GAPS and known[how]
    ]
    return phrase(
        "document.known.line",
        known=joined(told, Text(", ", "、")),
        declare=known[How.NOT_DECLARED],
        hand=known[How.BY_HAND],
    )
