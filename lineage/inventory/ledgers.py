"""The ledgers that an inventory names, and the invoices that it holds itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.errors import ConfigError, Problem
from lineage.inventory.model import Authorisation, Invoice, LedgerEntry

if TYPE_CHECKING:
    from lineage.ledgers.rows import Ledgers


def ledger_paths(entries: Iterable[LedgerEntry]) -> Iterator[tuple[str, str]]:
    """(kind, path) of every file; paths are relative to the inventory that names them."""
    for entry in entries:
        folder = Path(entry.source.file).parent if entry.source is not None else Path()
        for file in entry.files:
            yield entry.kind, str(folder / file)


def declared_ledgers(files: Sequence[tuple[str, str]], authorisations: Iterable[Authorisation]) -> Ledgers:
    """All ledgers: those in files, and as upstream invoices those that stand in the inventory.

    Raises:
        LineageError: a file is wrong, or an invoice is given twice.
    """
    from lineage.ledgers.read import read_ledgers
    from lineage.ledgers.rows import Ledgers

    invoices = [(one, invoice) for one in authorisations for invoice in one.invoices]
    problems = list(_twice(invoice for _, invoice in invoices))
    if problems:
        raise ConfigError(problems)
    return read_ledgers(files).plus(Ledgers.of(("upstream-invoices", _row(*each)) for each in invoices))


def _row(authorisation: Authorisation, invoice: Invoice) -> Mapping[str, str]:
    """An invoice of the inventory as a row; of another unit than tokens and calls no quantity is told."""
    row = {
        "invoice": invoice.id,
        "period": invoice.period,
        "model": invoice.model,
        "authorisation": authorisation.id,
        "paid": invoice.paid or "",
    }
    if invoice.unit in ("tokens", "calls"):
        row[invoice.unit] = f"{invoice.quantity:.0f}"
    return row


def _twice(invoices: Iterable[Invoice]) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], Invoice] = {}
    for invoice in invoices:
        first = seen.setdefault((invoice.id, invoice.period, invoice.model), invoice)
        if first is not invoice and invoice.source is not None:
            here = invoice.source
            what = f"invoice {invoice.id!r} is given twice for this model and month, first in {first.source}"
            yield Problem(
                what, here.file, here.line, here.column, remedy="take one out: it would count twice"
            )
