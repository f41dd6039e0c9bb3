"""What a wire decoder remembers: the piece of each attribute it has met, by the bytes of the attribute.

Bounded in entries and in size, and nothing but a decoder's own: whatever is remembered by its bytes goes when the
decoder goes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

_MOST_VALUES = 1 << 16
_MOST_KEYS = 1 << 12
_LONGEST = 1 << 10
"""Longer values are read anew each time: they hardly repeat, and many of them would fill memory."""

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

    __slots__ = ("_decides", "_learn")

    def __init__(
        self, learn: Callable[[bytes], int], decides: Callable[[bytes], bytes | None] | None = None
    ) -> None:
        super().__init__()
        self._learn, self._decides = learn, decides

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
            if len(self) >= _MOST_VALUES:
                self.clear()
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
        if len(key) <= _LONGEST:
            self[key] = memo
        return memo
