"""Values that are written once in the data of the page and referred to by their number."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value", bound=Hashable)


class Pool(Generic[Value]):
    """Values with numbers, counted from 0 in the order in which they came.

    >>> pool = Pool[str]()
    >>> pool.number("a"), pool.number("b"), pool.number("a"), pool.values
    (0, 1, 0, ['a', 'b'])
    """

    def __init__(self) -> None:
        self._numbers: dict[Value, int] = {}

    def number(self, value: Value) -> int:
        """The number of a value; a new one for a new value."""
        return self._numbers.setdefault(value, len(self._numbers))

    @property
    def values(self) -> list[Value]:
        """All values, in the order of their numbers."""
        return list(self._numbers)
