"""CSV and Parquet files as ledgers, strictly; pyarrow's one door here. What is wrong is told by file, line and column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from lineage.errors import InputError, LineageError, Problem
from lineage.ledgers.cells import Wrong, cells
from lineage.ledgers.rows import UNTOLD, Ledgers, Numbers, finished
from lineage.ledgers.schema import ALLOWED, KINDS, Kind, LedgerFile, Type, check_kind, meant
from lineage.ledgers.sums import group

PARQUET = b"PAR1"
"""The first bytes of a Parquet file; anything else is CSV."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One file, its cells checked and converted."""

    kind: Kind
    path: str
    digest: str
    parquet: bool
    count: int
    columns: dict[str, Any]
    """Arrow arrays; only those that the file has."""

    def problem(self, what: str, row: int = -1, allowed: str = "", remedy: str = "") -> Problem:
        """A problem of a row (counted from 0), or of the file: CSV by line, Parquet by row."""
        return _at(self.path, self.parquet, what, row, allowed, remedy)


def _at(path: str, parquet: bool, what: str, row: int = -1, allowed: str = "", remedy: str = "") -> Problem:
    if row < 0:
        return Problem(what, path, allowed=allowed, remedy=remedy)
    if parquet:
        return Problem(f"row {row + 1}: {what}", path, allowed=allowed, remedy=remedy)
    return Problem(what, path, row + 2, allowed=allowed, remedy=remedy)  # the first line is the header


def read_ledgers(sources: Sequence[tuple[str, str | Path]]) -> Ledgers:
    """The ledgers of some files, given as (kind, path); CSV or Parquet, told by content.

    Raises:
        LineageError: pyarrow is not installed, or there is no such kind.
        InputError: a file cannot be read or is not what its kind may hold; the problems of all files at once.
    """
    if not sources:
        return Ledgers()
    for kind, _ in sources:
        check_kind(kind)
    if find_spec("pyarrow") is None:
        raise LineageError.of(
            "reading ledgers needs pyarrow", remedy="pip install 'dataflow-lineage[ledger]'"
        )
    parts: list[_Part] = []
    problems: list[Problem] = []
    for kind, path in sources:
        try:
            parts.append(_part(KINDS[kind], str(path)))
        except InputError as error:
            problems += error.problems
    problems += _same_bytes(parts)
    if problems:
        raise InputError(problems)
    return _together(parts)


def _same_bytes(parts: Sequence[_Part]) -> Iterator[Problem]:
    """Files of one kind that are given twice: usage has nothing by which a row that counts twice would be noticed."""
    seen: dict[tuple[str, str], str] = {}
    for part in parts:
        first = seen.setdefault((part.kind.name, part.digest), part.path)
        if first is not part.path:
            yield part.problem(
                f"this is the same as {first}", remedy="name one of them only: rows would count twice"
            )


# --- one file ----------------------------------------------------------------------------------------


def _part(kind: Kind, path: str) -> _Part:
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise InputError.of(f"the file cannot be read: {reason}", file=path) from None
    parquet = data.startswith(PARQUET)
    table = _parquet(path, data) if parquet else _csv(kind, path, data)
    problems = list(_header(kind, path, table.column_names))
    if problems:
        raise InputError(problems)
    if not table.num_rows:
        raise InputError.of("the ledger has no rows", file=path, remedy="leave it out, or export it again")
    columns = {}
    for column in kind.columns:
        if column.name not in table.column_names:
            continue
        try:
            columns[column.name] = cells(table.column(column.name), column)
        except Wrong as wrong:
            problems.append(
                _at(
                    path,
                    parquet,
                    f"column {column.name!r}: {wrong.found}",
                    wrong.row,
                    f"allowed is {ALLOWED[column.type]}",
                )
            )
    if problems:
        raise InputError(problems)
    return _Part(kind, path, hashlib.sha256(data).hexdigest(), parquet, table.num_rows, columns)


def _csv(kind: Kind, path: str, data: bytes) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    if b"\0" in data[:4096]:
        raise _not_csv(path)
    broken: list[tuple[int, int, int]] = []

    def note(row: Any) -> str:
        broken.append((row.number or 0, row.actual_columns, row.expected_columns))
        return "error"

    options = {
        "read_options": csv.ReadOptions(use_threads=False),  # with threads, rows do not know their numbers
        "parse_options": csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=note),
        "convert_options": csv.ConvertOptions(column_types={name: pa.string() for name in kind.names}),
    }
    try:
        return csv.read_csv(pa.BufferReader(data), **options)
    except pa.ArrowInvalid:
        if broken:
            line, found, wanted = broken[0]
            raise InputError.of(
                f"the row has {found} cells", file=path, line=line, allowed=f"The header has {wanted}"
            ) from None
        if not data.strip():
            raise InputError.of(
                "the file is empty", file=path, remedy="leave it out, or export it again"
            ) from None
        raise _not_csv(path) from None


def _not_csv(path: str) -> InputError:
    what, remedy = "this is neither CSV in UTF-8 nor Parquet", "export it again as CSV with commas"
    return InputError.of(what, file=path, remedy=remedy)


def _parquet(path: str, data: bytes) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return parquet.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError):
        raise InputError.of("the Parquet file is broken", file=path, remedy="export it again") from None


def _header(kind: Kind, path: str, names: Sequence[str]) -> Iterator[Problem]:
    allowed = f"Columns of {kind.name}: {', '.join(kind.names)}"
    for name in dict.fromkeys(names):
        if name not in kind.names:
            remedy = meant(name, kind.names)
            if ";" in name or "\t" in name:
                remedy = "separate columns by commas"
            shown = (
                name
                if name.isascii() and name.isprintable() and len(name) < 100
                else name[:100].encode("unicode_escape").decode()
            )
            yield Problem(f"unknown column '{shown}'", path, 1, allowed=allowed, remedy=remedy)
        elif names.count(name) > 1:
            yield Problem(f"column {name!r} is there more than once", path, 1)
    for column in kind.columns:
        if column.required and column.name not in names:
            yield Problem(f"column {column.name!r} is missing", path, 1, allowed=allowed)


# --- all files ---------------------------------------------------------------------------------------


def _together(parts: Sequence[_Part]) -> Ledgers:
    """All files: rows of a kind one after the other, and each text with one number everywhere."""
    kinds = [kind for name, kind in KINDS.items() if any(part.kind.name == name for part in parts)]
    ordered = [part for kind in kinds for part in parts if part.kind is kind]
    words: dict[str, Sequence[str]] = {}
    numbers: dict[tuple[int, str], Numbers] = {}
    for name in sorted({c.name for kind in kinds for c in kind.columns if c.type is Type.TEXT}):
        having = [position for position, part in enumerate(ordered) if name in part.columns]
        codes, dictionary = _numbered([ordered[position].columns[name] for position in having])
        numbers.update(zip(((position, name) for position in having), codes, strict=True))
        # A request's id is compared and never shown: millions of them need not become Python text.
        words[name] = () if name == "request" else dictionary.to_pylist()
    rows = {}
    problems: list[Problem] = []
    for kind in kinds:
        members = [(position, part) for position, part in enumerate(ordered) if part.kind is kind]
        columns = {}
        for column in kind.columns:
            pieces = [
                numbers[position, column.name]
                if (position, column.name) in numbers
                else _numpy(part.columns.get(column.name), part.count, column.type)
                for position, part in members
            ]
            columns[column.name] = np.concatenate(pieces)
        if "time" in columns:
            # A file without a column of calls has one call a row; one with it means what it says.
            ones = [np.ones(p.count, np.int64) if "calls" not in p.columns else _numpy(p.columns["calls"], p.count, Type.COUNT) for _, p in members]  # fmt: skip
            columns["calls"] = np.concatenate(ones)
        total = sum(part.count for _, part in members)
        problems += _twice(kind, [part for _, part in members], columns)
        rows[kind.name] = finished(kind.name, columns, total, counted=True)
    if problems:
        raise InputError(problems)
    files = tuple(LedgerFile(p.kind.name, p.path, p.digest, p.count) for p in ordered)
    return Ledgers(rows, words, files)


def _numbered(columns: Sequence[Any]) -> tuple[list[Numbers], Any]:
    """The columns' texts by number, -1 for empty, in one numbering; and the texts."""
    import pyarrow as pa

    if not columns:
        return [], pa.array([], pa.string())
    whole = pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())
    coded = whole.dictionary_encode().combine_chunks()
    indices = coded.indices.fill_null(UNTOLD).to_numpy(zero_copy_only=False).astype(np.int64)
    ends = np.cumsum([len(column) for column in columns])
    return np.split(indices, ends[:-1]), coded.dictionary


def _numpy(column: Any, count: int, type_: Type) -> Numbers:
    """A column of numbers; one that a file does not have is not told in any row."""
    if column is None:
        return np.full(count, np.nan) if type_ is Type.MONEY else np.full(count, UNTOLD, np.int64)
    filled = column.fill_null(float("nan") if type_ is Type.MONEY else UNTOLD)
    array: Numbers = filled.to_numpy()
    return array


def _twice(kind: Kind, parts: Sequence[_Part], columns: dict[str, Numbers]) -> Iterator[Problem]:
    """The first row that repeats another, in what must be unique."""
    if not kind.unique:
        return
    groups, which = group(*(columns[name] for name in kind.unique))
    if len(groups[0]) == len(which):
        return
    _, first = np.unique(which, return_index=True)
    repeated = np.flatnonzero(first[which] != np.arange(len(which)))
    starts = np.concatenate([[0], np.cumsum([part.count for part in parts])])

    def where(row: int) -> tuple[_Part, int]:
        number = int(np.searchsorted(starts, row, side="right")) - 1
        return parts[number], row - int(starts[number])

    (part, row), (earlier, its_row) = where(int(repeated[0])), where(int(first[which[repeated[0]]]))
    same = earlier.problem("", its_row)
    place = f"{same.file}:{same.line}" if same.line else f"{same.file}, row {its_row + 1}"
    more = f", and {len(repeated) - 1} rows more repeat others" if len(repeated) > 1 else ""
    yield part.problem(
        f"the same {', '.join(kind.unique)} as in {place}{more}",
        row,
        remedy="take the repeated rows out: they would count twice",
    )
