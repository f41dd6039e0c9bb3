"""OTLP/JSON lines to rows, in compiled code (OTLP specification, JSON protobuf encoding).

Only the compact layout that the Collector and the SDKs write is read: no white space, no key twice, the resource before
its spans. On any doubt `scan` gives up, and the plain decoder reads the line and says what it is.
"""

from __future__ import annotations

import numpy as np

from lineage.decode.columns import Columns
from lineage.decode.otlp_json import JsonDecoder, read_span
from lineage.decode.shaper import Shaper
from lineage.fast import rows as r
from lineage.fast.bytewise import byte, eight, inlined, scanning, settled, word, words
from lineage.fast.json_attributes import ODD, attributes
from lineage.fast.json_text import key, quoted_id, quoted_trace, skip, string, time, whole
from lineage.fast.memory import FastDecoder
from lineage.fast.rows import DOUBT, FULL
from lineage.fast.values import (
    fold_name,
    fold_number,
    fold_whole,
    keep,
    sampling,
    tells_result,
)
from lineage.spans import Tally

_U = np.uint64
_MOST_COUNT = _U(1 << 32)
_U0 = _U(0)


_OPENING = b'{"resourceSpans":['
_OPENING_WORDS = words(_OPENING)
_OPENING_SIZE = len(_OPENING)

_SPANS = _U(int.from_bytes(b"spans", "little"))
_SCOPES = words(b"scopeSpans")
_RESOURCE = words(b"resource")[0]
_OLD = words(b"instrumentationLibrarySpans")[0]
_FIELDS = (
    b"traceId", b"spanId", b"parentSpanId", b"name", b"kind", b"startTimeUnixNano", b"endTimeUnixNano", b"attributes",
    b"events", b"links", b"flags", b"traceState", b"droppedAttributesCount", b"droppedEventsCount", b"droppedLinksCount",
)  # fmt: skip
(
    _TRACE, _SPAN_ID, _PARENT, _NAME, _KIND, _START, _END, _ATTRIBUTES,
    _EVENTS, _LINKS, _FLAGS, _STATE, _LOST_ATTRIBUTES, _LOST_EVENTS, _LOST_LINKS_COUNT,
) = range(1, 16)  # fmt: skip
_FIELD_KEYS = np.zeros((len(_FIELDS), 4), np.uint64)
"""Length, first eight bytes, the eight behind those (or zero), last eight (or zero)."""
for _row, _field in enumerate(_FIELDS):
    _FIELD_KEYS[_row] = (
        len(_field),
        int.from_bytes(_field[:8], "little"),
        int.from_bytes(_field[8:16], "little") if len(_field) >= 16 else 0,
        int.from_bytes(_field[-8:], "little") if len(_field) >= 8 else 0,
    )


@inlined
def _field_of(buffer, at, size):  # type: ignore[no-untyped-def]
    """The number of a span's field by its key; 0 for one that is not read."""
    length = _U(size)
    first = eight(buffer, at, size)
    for row in range(len(_FIELD_KEYS)):
        if _FIELD_KEYS[row, 1] == first and _FIELD_KEYS[row, 0] == length:
            if size > 8 and word(buffer, at + size - 8) != _FIELD_KEYS[row, 3]:
                return 0
            if size >= 16 and word(buffer, at + 8) != _FIELD_KEYS[row, 2]:
                return 0
            return row + 1
    return 0


@scanning
def _span(buffer, at, end, group, slots, keys, routes, begins, secret, groups, rows, row, counts):  # type: ignore[no-untyped-def]
    """Read the span whose brace is at `at` into `rows[row]`; the next free row or a doubt, and the position behind."""
    begin = at
    hi, lo, span, parent, start, finish = _U0, _U0, _U0, _U0, _U0, _U0
    name, name_end, name_odd, keys_odd = 0, 0, 0, 0
    kind, database, care, above, seen = np.int64(0), 0, 0, 0, 0
    flags, lost_attributes, lost_events, lost_links = _U0, _U0, _U0, _U0
    span_size = 0
    a, b = groups[group, 2], groups[group, 3]
    if at >= end or byte(buffer, at) != 123:
        return DOUBT, at
    c = 44
    at += 1
    while c == 44:
        first, stop, at = key(buffer, at, end)
        if at < 0:
            return DOUBT, at
        field = _field_of(buffer, first, stop - first)
        if field and seen >> field & 1:
            return DOUBT, at
        seen |= 1 << field
        if field == _TRACE:
            hi, lo, at = quoted_trace(buffer, at, end)
        elif field == _SPAN_ID:
            span, span_size, at = quoted_id(buffer, at, end)
        elif field == _PARENT:
            parent, _, at = quoted_id(buffer, at, end)
        elif field == _NAME or field == _STATE:  # noqa: SIM109 - quicker when compiled
            if at >= end or byte(buffer, at) != 34:
                return DOUBT, at
            text = at + 1
            at, odd = string(buffer, text, end)
            if at < 0:
                return DOUBT, at
            if field == _NAME:
                name, name_end, name_odd = text, at, odd
            elif odd:
                return DOUBT, at
            else:
                above = sampling(buffer, text, at)
            at += 1
        elif field == _KIND:
            value, at = whole(buffer, at, end)
            kind = np.int64(value if value <= _U(5) else _U0)
            if seen & (1 << _ATTRIBUTES):
                care |= r.ALWAYS
        elif field == _START:
            start, at = time(buffer, at, end)
        elif field == _END:
            finish, at = time(buffer, at, end)
        elif field == _ATTRIBUTES:
            a, b = fold_number(kind, a, b, secret)
            served = kind == 2 or kind == 5
            a, b, told, at = attributes(buffer, at, end, served, slots, keys, routes, begins, secret, a, b)
            database = told & r.NAMES_SYSTEM
            keys_odd = told & ODD
        elif field == _FLAGS:
            flags, at = whole(buffer, at, end)
        elif field == _LOST_ATTRIBUTES:
            lost_attributes, at = whole(buffer, at, end)
        elif field == _LOST_EVENTS:
            lost_events, at = whole(buffer, at, end)
        elif field == _LOST_LINKS_COUNT:
            lost_links, at = whole(buffer, at, end)
        else:
            value_at = at
            at = skip(buffer, at, end)
            if at < 0:
                return DOUBT, at
            if field == _EVENTS and tells_result(buffer, value_at, at):
                care |= r.ALWAYS
            if field == _LINKS and at - value_at > 2:
                care |= r.ALWAYS
        if at < 0 or at >= end:
            return DOUBT, at
        c = byte(buffer, at)
        at += 1
    if c != 125:
        return DOUBT, at
    if (
        flags >= _MOST_COUNT
        or lost_attributes >= _MOST_COUNT
        or lost_events >= _MOST_COUNT
        or lost_links >= _MOST_COUNT
    ):
        return DOUBT, at
    if not seen & (1 << _TRACE):
        return DOUBT, at
    counts[r.SPANS] += 1
    reason = -1
    if span_size != 8:
        reason = r.BAD_SPAN
    elif hi == 0 and lo == 0:
        reason = r.ZERO_TRACE
    elif span == 0:
        reason = r.ZERO_SPAN
    if reason >= 0:
        if name_odd or keys_odd:
            # Nobody would look whether they are UTF-8.
            return DOUBT, at
        counts[reason] += 1
        return row, at
    if row >= len(rows):
        return FULL, at
    if not seen & (1 << _ATTRIBUTES):
        a, b = fold_number(kind, a, b, secret)
    if database or name_odd:
        a, b = fold_name(buffer, name, name_end, a, b, secret)
    remote = flags & _U(0x300) == _U(0x300)
    keep(
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
        np.int64(lost_attributes),
        np.int64(lost_events),
        np.int64(lost_links),
        above,
        a,
        b,
        group,
        begin,
        at,
        care,
    )
    return row + 1, at


@scanning
def _scope(buffer, at, end, group, slots, keys, routes, begins, secret, groups, rows, row, counts):  # type: ignore[no-untyped-def]
    """Read the `scopeSpans` entry at `at`; the next free row or a doubt, and the position behind."""
    if at >= end or byte(buffer, at) != 123:
        return DOUBT, at
    c = 44
    at += 1
    seen = False
    while c == 44:
        first, stop, at = key(buffer, at, end)
        if at < 0:
            return DOUBT, at
        if stop - first == 5 and eight(buffer, first, 5) == _SPANS:
            if seen or end - at < 3 or byte(buffer, at) != 91:
                return DOUBT, at
            seen = True
            d = 44
            if byte(buffer, at + 1) == 93:
                d = 93
                at += 1
            while d == 44:
                row, at = _span(
                    buffer, at + 1, end, group, slots, keys, routes, begins, secret, groups, rows, row, counts
                )
                if row < 0 or at >= end:
                    return (row if row < 0 else DOUBT), at
                d = byte(buffer, at)
            if d != 93:
                return DOUBT, at
            at += 1
        else:
            at = skip(buffer, at, end)
        if at < 0 or at >= end:
            return DOUBT, at
        c = byte(buffer, at)
        at += 1
    return (row if c == 125 else DOUBT), at


@scanning
def _resource(buffer, at, end, group, slots, keys, routes, begins, secret, groups, rows, row, counts):  # type: ignore[no-untyped-def]
    """Read the `resourceSpans` entry at `at`; the next free row or a doubt, and the position behind."""
    if at >= end or byte(buffer, at) != 123:
        return DOUBT, at
    resource, resource_end = at, at
    opened = seen = False
    c = 44
    at += 1
    while c == 44:
        first, stop, at = key(buffer, at, end)
        if at < 0:
            return DOUBT, at
        value = at
        size = stop - first
        spans = size == 10 and word(buffer, first) == _SCOPES[0] and word(buffer, first + 2) == _SCOPES[1]
        if size == 8 and word(buffer, first) == _RESOURCE:
            at = skip(buffer, at, end)
            if at < 0 or opened or resource_end > resource:
                return DOUBT, at
            resource, resource_end = value, at
        elif spans:
            if seen or end - at < 3 or byte(buffer, at) != 91:
                return DOUBT, at
            seen = opened = True
            _open(buffer, resource, resource_end, secret, groups, group)
            d = 44
            if byte(buffer, at + 1) == 93:
                d = 93
                at += 1
            while d == 44:
                row, at = _scope(
                    buffer, at + 1, end, group, slots, keys, routes, begins, secret, groups, rows, row, counts
                )
                if row < 0 or at >= end:
                    return (row if row < 0 else DOUBT), at
                d = byte(buffer, at)
            if d != 93:
                return DOUBT, at
            at += 1
        elif size == 27 and word(buffer, first) == _OLD:
            return DOUBT, at
        else:
            at = skip(buffer, at, end)
        if at < 0 or at >= end:
            return DOUBT, at
        c = byte(buffer, at)
        at += 1
    if not opened:
        _open(buffer, resource, resource_end, secret, groups, group)
    return (row if c == 125 else DOUBT), at


@inlined
def _open(buffer, at, end, secret, groups, group):  # type: ignore[no-untyped-def]
    """Note the resource from `at` to `end`, nothing if there is none."""
    a, b = fold_whole(buffer, at, end, _U(1), _U(1), secret)
    groups[group, 0], groups[group, 1] = _U(at), _U(end)
    groups[group, 2], groups[group, 3] = settled(a), settled(b)


@scanning
def scan(buffer, slots, keys, routes, begins, secret, groups, rows, counts):  # type: ignore[no-untyped-def]
    """Read a whole line into `groups`, `rows` and `counts` (rows.py).

    Returns how many rows were filled; `DOUBT` or `FULL`, and then what the arrays hold means nothing.
    """
    counts[:] = 0
    row = 0
    group = 0
    end = len(buffer)
    while end > 0 and (byte(buffer, end - 1) == 10 or byte(buffer, end - 1) == 13):
        end -= 1
    if end < _OPENING_SIZE + 2:
        return DOUBT
    if (
        word(buffer, 0) != _OPENING_WORDS[0]
        or word(buffer, 8) != _OPENING_WORDS[1]
        or word(buffer, 10) != _OPENING_WORDS[2]
    ):
        return DOUBT
    at = _OPENING_SIZE - 1
    c = 44
    while c == 44:
        if group >= len(groups):
            return FULL
        row, at = _resource(
            buffer, at + 1, end, group, slots, keys, routes, begins, secret, groups, rows, row, counts
        )
        if row < 0:
            return row
        group += 1
        if at >= end:
            return DOUBT
        c = byte(buffer, at)
    if c != 93 or at + 2 != end or byte(buffer, at + 1) != 125:
        return DOUBT
    counts[r.GROUPS] = group
    return row


def decoder(plain: JsonDecoder) -> FastDecoder:
    """A fast decoder in front of this plain one.

    Raises:
        ValueError: the tenant keys are too long or too many.
    """
    aside = Tally()
    shaper = Shaper(plain.shaper.vocabulary, aside, tuple(plain.shaper.tenant_keys))
    return FastDecoder(plain, JsonDecoder(shaper, aside, Columns()), _ask, scan)


def _ask(careful: JsonDecoder, raw: bytes, resource: int) -> None:
    span = read_span(raw)
    span.droppedAttributesCount = span.droppedEventsCount = span.droppedLinksCount = 0
    careful.span(span, resource)
