"""What a ledger may hold: kinds, columns, and what each column means (docs/reference/ledgers.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from lineage.errors import LineageError


class Type(StrEnum):
    """What a cell may be."""

    TEXT = "text"
    MONTH = "month"
    TIME = "time"
    COUNT = "count"
    MONEY = "money"


ALLOWED = {
    Type.TEXT: "text of at most 256 characters",
    Type.MONTH: "a month, like 2026-11",
    Type.TIME: "a time with its zone, like 2026-11-25T13:00:00Z",
    Type.COUNT: "a whole number, 0 or more",
    Type.MONEY: "an amount, 0 or more, like 1250.00",
}
"""What messages say of each type."""
LONGEST = 256
"""Characters of a text cell: names and numbers of documents, never content."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a ledger."""

    name: str
    type: Type
    about: str
    required: bool = False
    """The column must be there, and no cell of it may be empty. Others may be left out, or empty: not told."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of ledger."""

    name: str
    about: str
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ()
    """Columns that no two rows have alike, over all files of the kind."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in the order of the reference."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A file that was read."""

    kind: str
    path: str
    sha256: str
    rows: int


def _columns(table: str) -> tuple[Column, ...]:
    """Columns from lines `name[*] type description`; a star marks a required one."""
    made = []
    for line in table.strip().splitlines():
        name, type_, about = line.split(maxsplit=2)
        made.append(Column(name.rstrip("*"), Type(type_), about, name.endswith("*")))
    return tuple(made)


_USAGE = """
time*    time   when; rows of an hour may be added up
{tenant}
model*   text   the model, by the name that its upstream gives it
request  text   id of the request at the upstream; both usage ledgers are joined by it
tokens   count  tokens of input and output together
calls    count  calls; without this column each row is one call
"""

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "upstream-invoices",
            "What was bought: a line for each model and month of an invoice.",
            _columns("""
invoice*       text   number of the invoice
period*        month  the month that it is for
model*         text   the model, by the name that its upstream gives it
tokens         count  tokens bought
calls          count  calls bought
amount         money  what it cost
currency       text   of the amounts, like USD
list_amount    money  what the same quantity costs by the public price list
authorisation  text   id of the authorisation (in lineage.yaml) that it is bought under
paid           text   reference of the payment; empty = no payment recorded
payer          text   name of the account that paid
explanation    text   document that explains a low price
"""),
            ("invoice", "period", "model"),
        ),
        Kind(
            "upstream-usage",
            "What the upstreams recorded of our calls.",
            _columns(_USAGE.format(tenant="tenant   text   our customer, where the upstream knows him")),
        ),
        Kind(
            "downstream-orders",
            "What customers ordered: a line for each month, and for each model where the order names one.",
            _columns("""
order*    text   number of the order
tenant*   text   the customer, as in telemetry or by his name in lineage.yaml
period*   month  the month that it is for
model     text   the model; empty = any
tokens    count  tokens ordered
calls     count  calls ordered
amount    money  what is to be paid
currency  text   of the amount, like EUR
"""),
            ("order", "period", "model"),
        ),
        Kind(
            "downstream-usage",
            "What was sold: calls that customers made.",
            _columns(_USAGE.format(tenant="tenant*  text   the customer, as in telemetry or by his name in lineage.yaml")),
        ),
        Kind(
            "collections",
            "What customers paid.",
            _columns("""
payment*  text   reference of the payment
tenant*   text   the customer
period*   month  the month that it is paid for
amount*   money  what was received
currency  text   of the amount, like EUR
"""),
            ("payment", "period"),
        ),
        Kind(
            "stock",
            "What was left over, and what our own machines computed: a line for each model and month.",
            _columns("""
period*             month  the month
model*              text   the model
opening_tokens      count  bought before and not used at the beginning
closing_tokens      count  bought and not used at the end
self_hosted_tokens  count  tokens that models on our own machines computed
opening_calls       count  likewise in calls
closing_calls       count  likewise in calls
self_hosted_calls   count  likewise in calls
"""),
            ("period", "model"),
        ),
    )
}  # fmt: skip
"""Name -> kind, in the order of the reference."""


def check_kind(kind: str) -> None:
    """Nothing, if there is such a kind of ledger.

    Raises:
        LineageError: there is none.

    >>> check_kind("stok")
    Traceback (most recent call last):
    ...
    lineage.errors.LineageError: there is no kind of ledger 'stok'. Kinds: upstream-invoices, upstream-usage, downstream-orders, downstream-usage, collections, stock. did you mean 'stock'?
    """
    if kind not in KINDS:
        raise LineageError.of(
            f"there is no kind of ledger {kind!r}",
            allowed=f"Kinds: {', '.join(KINDS)}",
            remedy=meant(kind, KINDS),
        )


def meant(word: str, known: Iterable[str]) -> str:
    """A question, where a word is near a known one; else ""."""
    near = get_close_matches(word, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else ""


def reference() -> Iterator[str]:
    """The lines of the tables of docs/reference/ledgers.md."""
    for kind in KINDS.values():
        yield from (
            f"## {kind.name}",
            "",
            kind.about,
            "",
            "| column | what | meaning |",
            "| --- | --- | --- |",
        )
        for column in kind.columns:
            needed = ", required" if column.required else ""
            yield f"| `{column.name}` | {column.type}{needed} | {column.about} |"
        if kind.unique:
            yield from ("", f"No two rows have the same {' and '.join(f'`{name}`' for name in kind.unique)}.")
        yield ""
