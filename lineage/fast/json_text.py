"""JSON as compact serialisers write it, read byte by byte in compiled code; any other spelling is a doubt.

What is accepted here is a part of what the plain decoder's parser (msgspec) accepts, so that skipping a value here
never lets through a text that is an error there. Positions are from the start of the buffer; -1 is a doubt.
"""

from __future__ import annotations

import numpy as np

from lineage.fast.bytewise import VECTOR, byte, inlined, scanning, special, word

_U = np.uint64
ESCAPED, FOREIGN = 1, 2
"""A text holds a backslash; a byte that is not ASCII."""
_DEEPEST = 48
_LONGEST_NUMBER = 64
_NOTHING = _U(0)
_LOW32 = _U((1 << 32) - 1)


def _eight_of(value: int) -> np.uint64:
    return _U(value * 0x0101010101010101)


_HIGH, _LOW_NIBBLE, _ONE = _eight_of(0x80), _eight_of(0x0F), _eight_of(0x01)
_FROM_0, _BEYOND_9 = _eight_of(0x80 - 0x30), _eight_of(0x80 - 0x3A)
_FROM_A, _BEYOND_F = _eight_of(0x80 - 0x61), _eight_of(0x80 - 0x67)
_LOWER = _eight_of(0x20)
_PAIRS, _QUADS = _U(0x00FF00FF00FF00FF), _U(0x0000FFFF0000FFFF)
_4, _6, _8, _16, _9 = _U(4), _U(6), _U(8), _U(16), _U(9)


@scanning
def _hex_digit(c):  # type: ignore[no-untyped-def]
    if 48 <= c <= 57:
        return c - 48
    c |= 32
    return c - 87 if 97 <= c <= 102 else -1


@scanning
def _unit(buffer, at, end):  # type: ignore[no-untyped-def]
    """The UTF-16 unit of the four hexadecimal digits at `at`, or -1."""
    if end - at < 4:
        return -1
    value = 0
    for i in range(4):
        digit = _hex_digit(byte(buffer, at + i))
        if digit < 0:
            return -1
        value = value * 16 + digit
    return value


@scanning
def _escape(buffer, at, end):  # type: ignore[no-untyped-def]
    """The position behind the escape whose backslash is at `at`."""
    if end - at < 2:
        return -1
    c = byte(buffer, at + 1)
    if c == 34 or c == 92 or c == 47 or c == 98 or c == 102 or c == 110 or c == 114 or c == 116:
        return at + 2
    if c != 117:
        return -1
    unit = _unit(buffer, at + 2, end)
    if unit < 0 or 0xDC00 <= unit < 0xE000:
        return -1
    if 0xD800 <= unit < 0xDC00:
        if end - at < 12 or byte(buffer, at + 6) != 92 or byte(buffer, at + 7) != 117:
            return -1
        return at + 12 if 0xDC00 <= _unit(buffer, at + 8, end) < 0xE000 else -1
    return at + 6


@scanning
def _odd_string(buffer, at, end):  # type: ignore[no-untyped-def]
    """`string`, for one that has an escape, a byte that is not ASCII, or the buffer's end nearby."""
    odd = 0
    while at < end:
        if at + VECTOR <= len(buffer):
            at += special(buffer, at)
            if at >= end:
                return -1, 0
        c = byte(buffer, at)
        if c == 34:
            return at, odd
        if c < 32:
            return -1, 0
        if c == 92:
            odd |= ESCAPED
            at = _escape(buffer, at, end)
            if at < 0:
                return -1, 0
        elif c >= 128:
            odd |= FOREIGN
            while at < end and byte(buffer, at) >= 128:
                at += 1
        else:
            at += 1
    return -1, 0


@inlined
def string(buffer, at, end):  # type: ignore[no-untyped-def]
    """Where the closing quote of a text stands whose first byte, behind the opening one, is at `at`; and its oddities."""
    i = at
    while i + VECTOR <= len(buffer):
        found = special(buffer, i)
        i += found
        if found < VECTOR:
            if i < end and byte(buffer, i) == 34:
                return i, 0
            break
    return _odd_string(buffer, i, end)


@scanning
def _number(buffer, at, end):  # type: ignore[no-untyped-def]
    """The position behind the number at `at`."""
    end = min(end, at + _LONGEST_NUMBER)
    i = at
    if i < end and byte(buffer, i) == 45:
        i += 1
    if i >= end or not 48 <= byte(buffer, i) <= 57:
        return -1
    if byte(buffer, i) == 48:
        i += 1
    else:
        while i < end and 48 <= byte(buffer, i) <= 57:
            i += 1
    if i < end and byte(buffer, i) == 46:
        i += 1
        first = i
        while i < end and 48 <= byte(buffer, i) <= 57:
            i += 1
        if i == first:
            return -1
    if i < end and byte(buffer, i) | 32 == 101:
        i += 1
        if i < end and (byte(buffer, i) == 43 or byte(buffer, i) == 45):
            i += 1
        first = i
        while i < end and 48 <= byte(buffer, i) <= 57:
            i += 1
        if i == first:
            return -1
    # A number that ends where reading stopped may be cut; so may be a digit behind a leading zero.
    return i if i < end and not 48 <= byte(buffer, i) <= 57 else -1


@scanning
def _literal(buffer, at, end):  # type: ignore[no-untyped-def]
    """The position behind `true`, `false` or `null`."""
    if end - at < 5:
        return -1
    a, b, c, d = byte(buffer, at), byte(buffer, at + 1), byte(buffer, at + 2), byte(buffer, at + 3)
    if a == 116 and b == 114 and c == 117 and d == 101:
        return at + 4
    if a == 110 and b == 117 and c == 108 and d == 108:
        return at + 4
    if a == 102 and b == 97 and c == 108 and d == 115 and byte(buffer, at + 4) == 101:
        return at + 5
    return -1


@scanning
def key(buffer, at, end):  # type: ignore[no-untyped-def]
    """Begin and end of the key at `at`, and the position behind its colon; an escaped key is a doubt."""
    if at >= end or byte(buffer, at) != 34:
        return 0, 0, -1
    stop, odd = string(buffer, at + 1, end)
    if stop < 0 or odd & ESCAPED or stop + 2 >= end or byte(buffer, stop + 1) != 58:
        return 0, 0, -1
    return at + 1, stop, stop + 2


@scanning
def skip(buffer, at, end):  # type: ignore[no-untyped-def]
    """The position behind the value at `at`."""
    depth = 0
    objects = 0  # One bit a level: whether it is an object.
    while True:
        if at + 1 >= end:
            return -1
        c = byte(buffer, at)
        if c == 34:
            at, _ = string(buffer, at + 1, end)
            if at < 0:
                return -1
            at += 1
        elif (c == 123 or c == 91) and byte(buffer, at + 1) == c + 2:
            at += 2
        elif c == 123 or c == 91:
            if depth == _DEEPEST:
                return -1
            depth += 1
            objects = objects << 1 | (c == 123)
            at += 1
            if c == 123:
                _, _, at = key(buffer, at, end)
                if at < 0:
                    return -1
            continue
        elif c == 45 or 48 <= c <= 57:
            at = _number(buffer, at, end)
            if at < 0:
                return -1
        else:
            at = _literal(buffer, at, end)
            if at < 0:
                return -1
        while True:
            if depth == 0:
                return at
            if at >= end:
                return -1
            c = byte(buffer, at)
            at += 1
            if c == 44:
                if objects & 1:
                    _, _, at = key(buffer, at, end)
                    if at < 0:
                        return -1
                break
            if c != (125 if objects & 1 else 93):
                return -1
            depth -= 1
            objects >>= 1


@inlined
def whole(buffer, at, end):  # type: ignore[no-untyped-def]
    """The whole number at `at`, of at most 19 digits, and the position behind it."""
    value = _U(0)
    i = at
    while i < end and i < at + 20:
        digit = byte(buffer, i) - 48
        if digit < 0 or digit > 9:
            break
        value = value * _U(10) + _U(digit)
        i += 1
    if i == at or i == at + 20 or (i > at + 1 and byte(buffer, at) == 48):
        return value, -1
    return value, i


@inlined
def _hex_eight(buffer, at):  # type: ignore[no-untyped-def]
    """The number of the eight hexadecimal digits at `at`, and whether they are that; the caller has checked the end."""
    w = word(buffer, at)
    lower = w | _LOWER
    digits = (w + _FROM_0) & ~(w + _BEYOND_9)
    letters = (lower + _FROM_A) & ~(lower + _BEYOND_F)
    good = (w & _HIGH) == _U(0) and (digits | letters) & _HIGH == _HIGH
    n = (w & _LOW_NIBBLE) + ((w >> _6) & _ONE) * _9
    n = ((n << _4) | (n >> _8)) & _PAIRS
    n = (n | (n >> _8)) & _QUADS
    n = (n | (n >> _16)) & _LOW32
    n = ((n & _U(0xFF)) << _U(24)) | ((n & _U(0xFF00)) << _8) | ((n >> _8) & _U(0xFF00)) | (n >> _U(24))
    return n, good


@inlined
def hex_sixteen(buffer, at, end):  # type: ignore[no-untyped-def]
    """The number of the sixteen hexadecimal digits at `at`, and the position behind them."""
    if end - at < 16:
        return _U(0), -1
    high, good = _hex_eight(buffer, at)
    low, fine = _hex_eight(buffer, at + 8)
    return (high << _U(32)) | low, (at + 16 if good and fine else -1)


@inlined
def quoted_id(buffer, at, end):  # type: ignore[no-untyped-def]
    """The sixteen digits in quotes at `at`, or none; how many bytes that makes (8 or 0), and the position behind."""
    if end - at < 3 or byte(buffer, at) != 34:
        return _NOTHING, 0, -1
    if byte(buffer, at + 1) == 34:
        return _NOTHING, 0, at + 2
    value, at = hex_sixteen(buffer, at + 1, end)
    if at < 0 or at >= end or byte(buffer, at) != 34:
        return _NOTHING, 0, -1
    return value, 8, at + 1


@inlined
def quoted_trace(buffer, at, end):  # type: ignore[no-untyped-def]
    """The trace id at `at`: its two halves and the position behind."""
    if end - at < 18 or byte(buffer, at) != 34:
        return _NOTHING, _NOTHING, -1
    low, at = hex_sixteen(buffer, at + 1, end)
    if at < 0 or at >= end:
        return _NOTHING, _NOTHING, -1
    if byte(buffer, at) == 34:
        return _NOTHING, low, at + 1
    high = low
    low, at = hex_sixteen(buffer, at, end)
    if at < 0 or at >= end or byte(buffer, at) != 34:
        return _NOTHING, _NOTHING, -1
    return high, low, at + 1


@inlined
def time(buffer, at, end):  # type: ignore[no-untyped-def]
    """The nanoseconds at `at`, in quotes or not, and the position behind."""
    if at < end and byte(buffer, at) == 34:
        value, at = whole(buffer, at + 1, end)
        if at < 0 or at >= end or byte(buffer, at) != 34:
            return value, -1
        return value, at + 1
    return whole(buffer, at, end)
