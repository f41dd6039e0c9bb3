"""Which part of an attribute's value decides, in compiled code; for the values that differ from span to span."""

from __future__ import annotations

import numpy as np

from lineage.fast import rows as r
from lineage.fast.bytewise import byte, fold, inlined, scanning, settled, step, word
from lineage.fast.rows import DOCUMENTS
from lineage.spans import Mark

_U = np.uint64
_MOST_TIME = _U((1 << 63) - 1)
_REMOTE, _BAD_TIMES = int(Mark.REMOTE_PARENT), int(Mark.BAD_TIMES)
_LOST_LINKS, _LOST = int(Mark.LOST_LINKS), int(Mark.LOST_ATTRIBUTES)
_WHOLE, _AUTHORITY, _NO_SCHEME, _PROBE, _NAME, _KIND = (_U(n << 48) for n in range(1, 7))
_MOST_URL = 2048
_MOST_ROUTE = 256
_WORD_DB_QUERY, _WORD_RESULT = (_U(int.from_bytes(half, "little")) for half in (b"db.query", b"y.result"))
_DOCUMENTS = tuple(_U(int.from_bytes(DOCUMENTS[0][i : i + 8], "little")) for i in (0, 8, 12))
_METADATA = tuple(_U(int.from_bytes(DOCUMENTS[1][i : i + 8], "little")) for i in (0, 2, 10))
_DOCUMENTS_SIZE = len(DOCUMENTS[0]) + len(DOCUMENTS[1])
_STATE_START = _U(int.from_bytes(b"ot=th:\0\0", "little"))
_LOW48 = _U((1 << 48) - 1)
_LONGEST_PROBE = 24
"""Longer than any of names.PROBE_ROUTES."""
WHOLE, NOTHING = -1, -2
"""Instead of a position: all bytes decide; none does."""


@scanning
def fold_whole(buffer, at, end, a, b, secret):  # type: ignore[no-untyped-def]
    """Fold all bytes from `at` to `end` (checked by the caller) into both states."""
    size = _WHOLE | _U(end - at)
    a = fold(buffer, at, end, secret[0], step(a, secret[0], size))
    return a, fold(buffer, at, end, secret[1], step(b, secret[1], size))


@scanning
def fold_name(buffer, at, end, a, b, secret):  # type: ignore[no-untyped-def]
    """Fold a span's name."""
    a, b = step(a, secret[0], _NAME), step(b, secret[1], _NAME)
    return fold_whole(buffer, at, end, a, b, secret)


@inlined
def fold_number(kind, a, b, secret):  # type: ignore[no-untyped-def]
    """Fold a span's kind."""
    value = _KIND | _U(kind)
    return step(a, secret[0], value), step(b, secret[1], value)


@scanning
def authority(buffer, at, end):  # type: ignore[no-untyped-def]
    """Where the authority of the URL from `at` to `end` ends (lineage.reduce, `Reduce.URL`).

    `NOTHING`: it has no scheme, so that it is refused whatever it is. `WHOLE`: that cannot be told here.
    """
    if at == end:
        return WHOLE
    i = at
    while i + 2 < end and i <= at + 16:
        if byte(buffer, i) == 58 and byte(buffer, i + 1) == 47 and byte(buffer, i + 2) == 47:
            break
        i += 1
    if i + 2 >= end or i > at + 16:
        return NOTHING
    i += 3
    while i < end:
        c = byte(buffer, i)
        if c == 47 or c == 63 or c == 35 or c == 92:
            break
        i += 1
    return i if i - at < _MOST_URL else WHOLE


@scanning
def probe(buffer, at, end, routes, begins):  # type: ignore[no-untyped-def]
    """Whether the route from `at` to `end` is a health check's (lineage.reduce, `Reduce.ROUTE`): 1, 0, or `WHOLE`."""
    stop = min(end, at + _MOST_ROUTE)
    i = at
    while i < stop and byte(buffer, i) != 63:
        i += 1
    if i == stop and stop < end:
        for j in range(at + _LONGEST_PROBE, stop):
            if byte(buffer, j) != 47:
                return 0
        return WHOLE
    while i > at and byte(buffer, i - 1) == 47:
        i -= 1
    size = i - at
    if size < 2 or size > _LONGEST_PROBE:
        return 0
    for row in range(len(begins) - 1):
        begin = begins[row]
        if begins[row + 1] - begin == size:
            j = 0
            while j < size and byte(buffer, at + j) == np.int64(routes[begin + j]):
                j += 1
            if j == size:
                return 1
    return 0


@scanning
def fold_url(buffer, at, end, key, a, b, secret):  # type: ignore[no-untyped-def]
    """Fold what decides of the URL from `at` to `end` under the key of this number; and whether that could be told."""
    stop = authority(buffer, at, end)
    if stop == WHOLE:
        return a, b, False
    if stop == NOTHING:
        value = _NO_SCHEME | _U(key)
        return step(a, secret[0], value), step(b, secret[1], value), True
    value = _AUTHORITY | _U(key)
    a, b = step(a, secret[0], value), step(b, secret[1], value)
    a, b = fold_whole(buffer, at, stop, a, b, secret)
    return a, b, True


@scanning
def fold_route(buffer, at, end, key, routes, begins, a, b, secret):  # type: ignore[no-untyped-def]
    """Fold whether the route is a health check's; and whether that could be told."""
    told = probe(buffer, at, end, routes, begins)
    if told == WHOLE:
        return a, b, False
    if told == 1:
        value = _PROBE | _U(key)
        a, b = step(a, secret[0], value), step(b, secret[1], value)
    return a, b, True


@inlined
def is_document(buffer, at, end):  # type: ignore[no-untyped-def]
    """Whether a key begins and ends as the metadata of a retrieved document does."""
    return (
        end - at >= _DOCUMENTS_SIZE
        and word(buffer, at) == _DOCUMENTS[0]
        and word(buffer, at + 8) == _DOCUMENTS[1]
        and word(buffer, at + 12) == _DOCUMENTS[2]
        and word(buffer, end - 18) == _METADATA[0]
        and word(buffer, end - 16) == _METADATA[1]
        and word(buffer, end - 8) == _METADATA[2]
    )


@scanning
def tells_result(buffer, at, end):  # type: ignore[no-untyped-def]
    """Whether an event's bytes hold `db.query.result`."""
    while at + 15 <= end:
        if word(buffer, at) == _WORD_DB_QUERY and word(buffer, at + 7) == _WORD_RESULT:
            return True
        at += 1
    return False


@inlined
def sampling(buffer, at, end):  # type: ignore[no-untyped-def]
    """Whether a trace state that holds a threshold tells one above zero: 1, 0, or -1 for the careful way."""
    if end - at >= 6 and at + 8 <= len(buffer) and word(buffer, at) & _LOW48 == _STATE_START:
        above = 0
        at += 6
        while at < end:
            c = byte(buffer, at)
            if c == 59 or c == 44:
                return above
            if not (48 <= c <= 57 or 97 <= c <= 102):
                return -1
            above |= c != 48
            at += 1
        return above
    for i in range(at, end - 2):
        if byte(buffer, i) == 116 and byte(buffer, i + 1) == 104 and byte(buffer, i + 2) == 58:
            return -1
    return 0


@inlined
def keep(  # type: ignore[no-untyped-def]
    rows,
    row,
    counts,
    hi,
    lo,
    span,
    parent,
    start,
    finish,
    remote,
    lost_attributes,
    lost_events,
    lost_links,
    above,
    a,
    b,
    group,
    begin,
    end,
    care,
):
    """Write the row of a span whose ids are good, and count what was dropped of it (lineage.decode: `times`, `lost`)."""
    marks = 0
    if lost_attributes > 0:
        counts[r.LOST_ATTRIBUTES] += lost_attributes
        marks |= _LOST
    if lost_links > 0:
        counts[r.LOST_LINKS] += lost_links
        marks |= _LOST_LINKS
    counts[r.LOST_EVENTS] += lost_events
    if start == 0 or start > finish or finish > _MOST_TIME:
        marks |= _BAD_TIMES
        if start > _MOST_TIME:
            start = _U(0)
        if finish > _MOST_TIME:
            finish = _U(0)
    if remote:
        marks |= _REMOTE
    if above < 0:
        care |= r.ALWAYS | r.STATE
    else:
        counts[r.SAMPLED] += above
    rows[row, r.TRACE_HI], rows[row, r.TRACE_LO] = hi, lo
    rows[row, r.SPAN], rows[row, r.PARENT] = span, parent
    rows[row, r.START], rows[row, r.END] = start, finish
    rows[row, r.MARKS] = _U(marks)
    rows[row, r.HASH_A], rows[row, r.HASH_B] = settled(a), settled(b)
    rows[row, r.GROUP] = _U(group)
    rows[row, r.BEGIN], rows[row, r.FINISH] = _U(begin), _U(end)
    rows[row, r.CARE] = _U(care)
