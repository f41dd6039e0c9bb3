"""What a wire decoder remembers: the piece of each attribute it has met, by the bytes of the attribute.

Bounded in entries and in size, and nothing but a decoder's own: whatever is remembered by its bytes goes when the
decoder goes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from lineage.spans import Kind

_MOST_BYTES = 4 << 20
"""What one memo may hold; then it begins anew."""
_ENTRY = 100
"""About what an entry takes beside its bytes."""
_LONGEST = 1 << 15
"""Longer values are read anew each time: they hardly repeat."""
_MOST_KEYS = 1 << 12
_LONGEST_KEY = 1 << 8

K = TypeVar("K", str, bytes)


class Memo(dict[bytes, int]):
    """From the raw bytes of a value to a code, learnt when it is first asked for.

    Args:
        learn: gives the code of raw bytes.
        decides: gives the part of the bytes that alone decides about the code, or None where that cannot be told;
            for values most of which is never read, such as the path of a URL.

    >>> memo = Memo(len, lambda raw: raw[:1])
    >>> memo[b"ab"], memo[b"abc"], len(memo)
    (2, 2, 1)
    """

    __slots__ = ("_decides", "_learn", "_size")

    def __init__(
        self, learn: Callable[[bytes], int], decides: Callable[[bytes], bytes | None] | None = None
    ) -> None:
        super().__init__()
        self._learn, self._decides = learn, decides
        self._size = 0

    def __missing__(self, raw: bytes) -> int:
        short = raw
        if self._decides is not None:
            part = self._decides(raw)
            if part is not None:
                # The mark keeps a part apart from a whole value of the same bytes.
                short = b"\0" + part
                code = self.get(short)
                if code is not None:
                    return code
        code = self._learn(raw)
        if len(short) <= _LONGEST:
            self._size += len(short) + _ENTRY
            if self._size > _MOST_BYTES:
                self.clear()
                self._size = len(short) + _ENTRY
            self[short] = code
        return code


class Keys(dict[K, Memo | None], Generic[K]):
    """From an attribute's key to the memo of its values; None for a key that is not looked at."""

    __slots__ = ("_memo_for",)
    _memo_for: Callable[[K], Memo | None]

    def __init__(self, memo_for: Callable[[K], Memo | None]) -> None:
        super().__init__()
        self._memo_for = memo_for

    def __missing__(self, key: K) -> Memo | None:
        if len(self) >= _MOST_KEYS:
            self.clear()
        memo = self._memo_for(key)
        if len(key) <= _LONGEST_KEY:
            self[key] = memo
        return memo


def by_kind(memo_for: Callable[[int, K], Memo | None]) -> tuple[Keys[K], Keys[K]]:
    """Keys of spans that call, and of spans that serve: some names tell of the called side, and mean nothing on the latter."""
    return Keys(partial(memo_for, Kind.CLIENT)), Keys(partial(memo_for, Kind.SERVER))
