"""Attributes in OTLP/JSON: which bytes of them decide, in compiled code."""

from __future__ import annotations

import numpy as np

from lineage.fast import rows as r
from lineage.fast.bytewise import byte, inlined, look_up, scanning, word, words
from lineage.fast.json_text import ESCAPED, skip, string, whole
from lineage.fast.values import fold_route, fold_url, fold_whole, is_document

_NO, _TEXT, _NUMBER = 0, 1, 2
_ROOM = 24
"""Bytes that are looked at without asking again whether they are there."""
ODD = 16
"""Flag beside rows.NAMES_SYSTEM: a key is not ASCII."""
_ATTRIBUTE = words(b'{"key":"')[0]
_VALUE = words(b'","value":')
_STRING = words(b'{"stringValue":"')
_INTEGER = words(b"intValue")[0]


@inlined
def _value(buffer, at, end):  # type: ignore[no-untyped-def]
    """What the value at `at` is, where its text begins and ends if it is a plain one, and the position behind it."""
    if end - at < _ROOM or byte(buffer, at) != 123:
        return _NO, 0, 0, skip(buffer, at, end)
    inner = at + 2
    form, text, text_end, close = _NO, 0, 0, -1
    if word(buffer, at) == _STRING[0] and word(buffer, at + 8) == _STRING[1]:
        form, text = _TEXT, at + 16
    elif word(buffer, inner) == _INTEGER and byte(buffer, at + 1) == 34 and byte(buffer, inner + 8) == 34:
        if byte(buffer, inner + 9) == 58 and byte(buffer, inner + 10) == 34:
            form, text = _NUMBER, inner + 11
        elif byte(buffer, inner + 9) == 58:
            _, close = whole(buffer, inner + 10, end)
            form = _NUMBER
    if text:
        text_end, odd = string(buffer, text, end)
        close = text_end + 1 if text_end >= 0 else -1
        if odd:
            form = _NO
    if close < 0 or close >= end or byte(buffer, close) != 125:
        return _NO, 0, 0, skip(buffer, at, end)
    return form, text, text_end, close + 1


@inlined
def _attribute(buffer, at, end, served, slots, keys, routes, begins, secret, a, b):  # type: ignore[no-untyped-def]
    """Fold what matters of the attribute at `at`; also its flags of rows.py, and the position behind it."""
    if end - at < _ROOM or word(buffer, at) != _ATTRIBUTE:
        return a, b, 0, -1
    begin = at + 8
    stop, odd = string(buffer, begin, end)
    if stop < 0 or odd & ESCAPED or end - stop < _ROOM:
        return a, b, 0, -1
    if word(buffer, stop) != _VALUE[0] or word(buffer, stop + 2) != _VALUE[1]:
        return a, b, 0, -1
    form, text, text_end, after = _value(buffer, stop + 10, end)
    if after < 0 or after >= end or byte(buffer, after) != 125:
        return a, b, 0, -1
    after += 1
    row = look_up(buffer, begin, stop - begin, slots, keys, secret)
    if row == 0:
        if is_document(buffer, begin, stop):
            a, b = fold_whole(buffer, at, after, a, b, secret)
        elif odd:
            # Whether the key is UTF-8 the careful way tells, once for each such key.
            a, b = fold_whole(buffer, begin, stop, a, b, secret)
        return a, b, (ODD if odd else 0), after
    sort = np.int64(keys[row, 1])
    way = sort & 7
    if way != r.WHOLE:
        done = False
        if served and way != r.ROUTE:
            done = form != _NO
        elif way == r.URL and form == _TEXT:
            a, b, done = fold_url(buffer, text, text_end, row, a, b, secret)
        elif way == r.ROUTE and form == _TEXT:
            a, b, done = fold_route(buffer, text, text_end, row, routes, begins, a, b, secret)
        if done:
            return a, b, 0, after
    a, b = fold_whole(buffer, at, after, a, b, secret)
    return a, b, (sort & r.NAMES_SYSTEM) | (ODD if odd else 0), after


@scanning
def attributes(buffer, at, end, served, slots, keys, routes, begins, secret, a, b):  # type: ignore[no-untyped-def]
    """Fold what matters of the list at `at`; also its flags, and the position behind it."""
    flags = 0
    if end - at < 3 or byte(buffer, at) != 91:
        return a, b, 0, -1
    at += 1
    if byte(buffer, at) == 93:
        return a, b, 0, at + 1
    while True:
        a, b, found, at = _attribute(buffer, at, end, served, slots, keys, routes, begins, secret, a, b)
        flags |= found
        if at < 0 or at >= end:
            return a, b, flags, -1
        c = byte(buffer, at)
        at += 1
        if c == 93:
            return a, b, flags, at
        if c != 44:
            return a, b, flags, -1
