"""OTLP protobuf messages to rows, in compiled code (opentelemetry-proto `trace.proto`).

Only the layout that serialisers write is read: known fields of the right wire type, none twice that may stand once. On
any doubt `scan` gives up, and the plain decoder reads the message and says what it is. Every length is compared with
the end of the message that holds it before a byte behind it is looked at.
"""

from __future__ import annotations

import numpy as np

from lineage.decode.columns import Columns
from lineage.decode.otlp_proto import ProtoDecoder
from lineage.decode.shaper import Shaper
from lineage.fast import rows as r
from lineage.fast.bytewise import byte, inlined, look_up, scanning, settled, swapped, word
from lineage.fast.memory import FastDecoder
from lineage.fast.rows import DOUBT, FULL
from lineage.fast.values import (
    fold_name,
    fold_number,
    fold_route,
    fold_url,
    fold_whole,
    is_document,
    keep,
    sampling,
    tells_result,
)
from lineage.spans import Tally

_U = np.uint64
_NO, _TEXT, _NUMBER = 0, 1, 2
_MOST_COUNT = 1 << 32


@inlined
def _length(buffer, at, end):  # type: ignore[no-untyped-def]
    """The length at `at` and the position behind it; -1 unless all it measures is before `end`."""
    size = 0
    shift = 0
    while at < end and shift < 35:
        b = byte(buffer, at)
        at += 1
        size |= (b & 127) << shift
        if b < 128:
            return (size, at) if size <= end - at else (-1, at)
        shift += 7
    return -1, at


@inlined
def _count(buffer, at, end):  # type: ignore[no-untyped-def]
    """The unsigned 32-bit number at `at` and the position behind it; -1 for none."""
    value = 0
    shift = 0
    while at < end and shift < 35:
        b = byte(buffer, at)
        at += 1
        value |= (b & 127) << shift
        if b < 128:
            return (value, at) if value < _MOST_COUNT else (-1, at)
        shift += 7
    return -1, at


@scanning
def _simple(buffer, at, end):  # type: ignore[no-untyped-def]
    """Whether the rest of an attribute, behind its key, is one text or integer and nothing else; and where the text begins."""
    if at >= end or byte(buffer, at) != 0x12:
        return _NO, at
    size, at = _length(buffer, at + 1, end)
    if size < 2 or at + size != end:
        return _NO, at
    tag = byte(buffer, at)
    if tag == 0x0A:
        size, at = _length(buffer, at + 1, end)
        return (_TEXT, at) if size >= 0 and at + size == end else (_NO, at)
    if tag == 0x18 and end - at <= 10:
        for i in range(at + 1, end - 1):
            if byte(buffer, i) < 128:
                return _NO, at
        return (_NUMBER, at) if byte(buffer, end - 1) < 128 else (_NO, at)
    return _NO, at


@inlined
def _attribute(buffer, at, end, served, slots, keys, routes, begins, secret, a, b):  # type: ignore[no-untyped-def]
    """Fold what matters of the attribute from `at` to `end`; and its flags of rows.py."""
    if end - at <= 2 or byte(buffer, at) != 0x0A:
        a, b = fold_whole(buffer, at, end, a, b, secret)
        return a, b, 0
    begin = at + 2
    stop = min(end, begin + byte(buffer, at + 1))
    key = look_up(buffer, begin, stop - begin, slots, keys, secret)
    if key == 0:
        if is_document(buffer, begin, stop):
            a, b = fold_whole(buffer, at, end, a, b, secret)
        return a, b, 0
    sort = np.int64(keys[key, 1])
    way = sort & 7
    if way != r.WHOLE:
        form, text = _simple(buffer, stop, end)
        done = False
        if served and way != r.ROUTE:
            done = form != _NO
        elif way == r.URL and form == _TEXT:
            a, b, done = fold_url(buffer, text, end, key, a, b, secret)
        elif way == r.ROUTE and form == _TEXT:
            a, b, done = fold_route(buffer, text, end, key, routes, begins, a, b, secret)
        if done:
            return a, b, 0
    a, b = fold_whole(buffer, at, end, a, b, secret)
    return a, b, sort & r.NAMES_SYSTEM


@scanning
def _span(buffer, at, end, group, slots, keys, routes, begins, secret, groups, rows, row, counts):  # type: ignore[no-untyped-def]
    """Read the span from `at` to `end` into `rows[row]`; the next free row, or DOUBT."""
    begin = at
    hi, lo, span, parent, start, finish = _U(0), _U(0), _U(0), _U(0), _U(0), _U(0)
    trace_size, span_size, parent_size = 0, 0, 0
    name, name_end = 0, 0
    kind, flags, database, care = 0, 0, 0, 0
    lost_attributes, lost_events, lost_links = 0, 0, 0
    above = 0
    seen = 0
    a, b = groups[group, 2], groups[group, 3]
    while at < end:
        tag = byte(buffer, at)
        at += 1
        if tag == 0x4A:
            size, at = _length(buffer, at, end)
            if size < 0:
                return DOUBT
            if not seen & (1 << 9):
                seen |= 1 << 9
                a, b = fold_number(kind, a, b, secret)
            a, b, found = _attribute(
                buffer, at, at + size, kind == 2 or kind == 5, slots, keys, routes, begins, secret, a, b
            )
            database |= found
            at += size
            continue
        if tag == 0x85:
            if at >= end or byte(buffer, at) != 1 or end - at < 5:
                return DOUBT
            flags = byte(buffer, at + 2)
            at += 5
            field = 16
        else:
            field = tag >> 3
            form = tag & 7
            if form == 1:
                if (field != 7 and field != 8) or end - at < 8:
                    return DOUBT
                value = word(buffer, at)
                at += 8
                if field == 7:
                    start = value
                else:
                    finish = value
            elif form == 0:
                number, at = _count(buffer, at, end)
                if number < 0:
                    return DOUBT
                if field == 6:
                    if number > 127:
                        return DOUBT
                    kind = number
                    if seen & (1 << 9):
                        care |= r.ALWAYS
                elif field == 10:
                    lost_attributes = number
                elif field == 12:
                    lost_events = number
                elif field == 14:
                    lost_links = number
                else:
                    return DOUBT
            elif form == 2:
                size, at = _length(buffer, at, end)
                if size < 0:
                    return DOUBT
                if field == 1:
                    trace_size = size
                    if size == 16:
                        hi, lo = swapped(word(buffer, at)), swapped(word(buffer, at + 8))
                    elif size == 8:
                        lo = swapped(word(buffer, at))
                elif field == 2:
                    span_size = size
                    if size == 8:
                        span = swapped(word(buffer, at))
                elif field == 4:
                    parent_size = size
                    if size == 8:
                        parent = swapped(word(buffer, at))
                elif field == 5:
                    name, name_end = at, at + size
                elif field == 3:
                    above = sampling(buffer, at, at + size)
                elif field == 11:
                    if tells_result(buffer, at, at + size):
                        care |= r.ALWAYS
                elif field == 13:
                    care |= r.ALWAYS
                elif field != 15:
                    return DOUBT
                at += size
            else:
                return DOUBT
        if seen >> field & 1 and field != 11 and field != 13:
            return DOUBT
        seen |= 1 << field
    counts[r.SPANS] += 1
    reason = -1
    if trace_size != 16 and trace_size != 8:
        reason = r.BAD_TRACE
    elif span_size != 8:
        reason = r.BAD_SPAN
    elif parent_size != 8 and parent_size != 0:
        reason = r.BAD_PARENT
    elif hi == 0 and lo == 0:
        reason = r.ZERO_TRACE
    elif span == 0:
        reason = r.ZERO_SPAN
    if reason >= 0:
        if seen & (1 << 13):
            # Links are messages whose form nobody has looked at yet; of spans that are kept, the careful way does.
            return DOUBT
        counts[reason] += 1
        return row
    if row >= len(rows):
        return FULL
    if not seen & (1 << 9):
        a, b = fold_number(kind, a, b, secret)
    if database:
        a, b = fold_name(buffer, name, name_end, a, b, secret)
    remote = flags & 3 == 3
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
    )
    return row + 1


@scanning
def _scope(buffer, at, end, group, slots, keys, routes, begins, secret, groups, rows, row, counts):  # type: ignore[no-untyped-def]
    """Read the `ScopeSpans` from `at` to `end`; the next free row, or a doubt."""
    while at < end:
        tag = byte(buffer, at)
        size, at = _length(buffer, at + 1, end)
        if size < 0:
            return DOUBT
        if tag == 0x12:
            row = _span(
                buffer, at, at + size, group, slots, keys, routes, begins, secret, groups, rows, row, counts
            )
            if row < 0:
                return row
        elif tag != 0x0A and tag != 0x1A:
            return DOUBT
        at += size
    return row


@scanning
def scan(buffer, slots, keys, routes, begins, secret, groups, rows, counts):  # type: ignore[no-untyped-def]
    """Read a whole message into `groups`, `rows` and `counts` (rows.py).

    Returns how many rows were filled; `DOUBT` or `FULL`, and then what the arrays hold means nothing.
    """
    counts[:] = 0
    row = 0
    group = 0
    at = 0
    end = len(buffer)
    while at < end:
        if byte(buffer, at) != 0x0A:
            return DOUBT
        size, at = _length(buffer, at + 1, end)
        if size < 0:
            return DOUBT
        stop = at + size
        if group >= len(groups):
            return FULL
        # A resource comes first or not at all.
        resource, resource_end = at, at
        if at < stop and byte(buffer, at) == 0x0A:
            size, resource = _length(buffer, at + 1, stop)
            if size < 0:
                return DOUBT
            at = resource_end = resource + size
        a, b = fold_whole(buffer, resource, resource_end, _U(1), _U(1), secret)
        groups[group, 0], groups[group, 1] = _U(resource), _U(resource_end)
        groups[group, 2], groups[group, 3] = settled(a), settled(b)
        while at < stop:
            tag = byte(buffer, at)
            size, at = _length(buffer, at + 1, stop)
            if size < 0:
                return DOUBT
            if tag == 0x12:
                row = _scope(
                    buffer,
                    at,
                    at + size,
                    group,
                    slots,
                    keys,
                    routes,
                    begins,
                    secret,
                    groups,
                    rows,
                    row,
                    counts,
                )
                if row < 0:
                    return row
            elif tag != 0x1A:
                return DOUBT
            at += size
        group += 1
    counts[r.GROUPS] = group
    return row


def decoder(plain: ProtoDecoder) -> FastDecoder:
    """A fast decoder in front of this plain one.

    Raises:
        ValueError: the tenant keys are too long or too many.
    """
    aside = Tally()
    shaper = Shaper(plain.shaper.vocabulary, aside, tuple(plain.shaper.tenant_keys))
    return FastDecoder(plain, ProtoDecoder(shaper, aside, Columns()), _ask, scan)


def _ask(careful: ProtoDecoder, raw: bytes, resource: int) -> None:
    span = careful._types["Span"].FromString(raw)
    for counter in ("lost_attributes", "lost_events", "lost_links"):
        span.ClearField(counter)
    careful._span(span, resource)
