"""The cells of one column, checked and converted whole; what is wrong is described, never quoted."""

from __future__ import annotations

from typing import Any

from lineage.ledgers.schema import LONGEST, Column, Type

_PATTERN = {
    Type.MONTH: r"^[0-9]{4}-(0[1-9]|1[0-2])$",
    Type.TIME: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})$",
    Type.COUNT: r"^[0-9]{1,15}$",
    Type.MONEY: r"^[0-9]{1,15}(\.[0-9]{1,6})?$",
}
HOUR = 3600


class Wrong(ValueError):
    """A cell that its column does not allow: what was found, and the row, counted from 0; -1 = the whole column."""

    def __init__(self, found: str, row: int = -1) -> None:
        super().__init__(found)
        self.found = found
        self.row = row


def cells(column: Any, expected: Column) -> Any:
    """A column (Arrow) as its type: text, whole numbers, floats, months since 1970 or hours since the epoch; null = empty.

    Raises:
        Wrong: the first cell that is not allowed.
    """
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        made = _from_text(column.cast(pa.string()), expected)
    else:
        made = _from_typed(column, expected)
    if expected.required and made.null_count:
        raise Wrong("the cell is empty", _first(made.is_null()))
    return made


def _first(mask: Any) -> int:
    """The first row of which a mask is true."""
    import pyarrow.compute as pc

    return int(pc.index(mask, True).as_py())


def _from_text(column: Any, expected: Column) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    empty = pc.fill_null(pc.equal(column, ""), True)
    text = pc.if_else(empty, pa.scalar(None, pa.string()), column)
    if expected.type is Type.TEXT:
        long = pc.fill_null(pc.greater(pc.utf8_length(text), LONGEST), False)
        if pc.any(long).as_py():
            raise Wrong("the text is too long", _first(long))
        return text
    wrong = pc.fill_null(pc.invert(pc.match_substring_regex(text, _PATTERN[expected.type])), False)
    if pc.any(wrong).as_py():
        row = _first(wrong)
        raise Wrong(_described(text[row].as_py()), row)
    if expected.type is Type.COUNT:
        return text.cast(pa.int64())
    if expected.type is Type.MONEY:
        return text.cast(pa.float64())
    if expected.type is Type.MONTH:
        year, month = (pc.utf8_slice_codeunits(text, *ends).cast(pa.int64()) for ends in ((0, 4), (5, 7)))
        return pc.add(pc.multiply(pc.subtract(year, 1970), 12), pc.subtract(month, 1))
    return _hours(_cast(text, pa.timestamp("ns", "UTC")))


def _from_typed(column: Any, expected: Column) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, types = column.type, pa.types
    if expected.type is Type.COUNT and types.is_integer(kind):
        return _not_negative(_cast(column, pa.int64()))
    if expected.type is Type.MONEY and (
        types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    ):
        made = _cast(column, pa.float64())
        infinite = pc.fill_null(pc.invert(pc.is_finite(made)), False)
        if pc.any(infinite).as_py():
            raise Wrong("the number is not finite", _first(infinite))
        return _not_negative(made)
    if expected.type is Type.MONTH and (types.is_date(kind) or types.is_timestamp(kind)):
        year, month = pc.year(column), pc.month(column)
        return pc.add(pc.multiply(pc.subtract(year, 1970), 12), pc.subtract(month, 1))
    if expected.type is Type.TIME and types.is_timestamp(kind):
        if kind.tz is None:
            raise Wrong("times without a zone")
        return _hours(column)
    raise Wrong(f"cells of type {kind}")


def _hours(times: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    seconds = times.cast(pa.timestamp("s", "UTC"), safe=False).cast(pa.int64())
    return pc.floor(pc.divide(seconds.cast(pa.float64()), HOUR)).cast(pa.int64())


def _not_negative(column: Any) -> Any:
    import pyarrow.compute as pc

    negative = pc.fill_null(pc.less(column, 0), False)
    if pc.any(negative).as_py():
        raise Wrong("the number is negative", _first(negative))
    return column


def _cast(column: Any, type_: Any) -> Any:
    """The column as another type. Arrow says that a cell does not fit, not which: halving finds the first."""
    import pyarrow as pa

    try:
        return column.cast(type_)
    except pa.ArrowInvalid:
        low, high = 0, len(column)
        while high - low > 1:
            middle = (low + high) // 2
            try:
                column.slice(low, middle - low).cast(type_)
                low = middle
            except pa.ArrowInvalid:
                high = middle
        raise Wrong("this is out of range, or there is no such day or hour", low) from None


def _described(text: str) -> str:
    """What a cell looks like.

    >>> _described("-3"), _described("1.5"), _described("12:00"), _described("x")
    ('a negative number', 'a number with a fraction', 'digits in another form', 'text')
    """
    digits = text.removeprefix("-").replace(".", "", 1)
    if digits.isdecimal():
        if text.startswith("-"):
            return "a negative number"
        return "a number with a fraction" if "." in text else "a number in another form"
    return "digits in another form" if text[:1].isdecimal() else "text"
