"""Which format an input has, told by its content, and where its messages begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from lineage.decode.sources import GZIP, MOST_MESSAGE, ZSTD, Bytes, damaged, unpack
from lineage.errors import InputError
from lineage.snapshot import is_snapshot


class Format(Enum):
    """A format of spans on the wire."""

    JSON = "OTLP/JSON"
    FIXED = "OTLP protobuf, each request preceded by 4 bytes of length"
    VARINT = "OTLP protobuf, each request preceded by a varint length"
    SINGLE = "one OTLP protobuf request"
    SNAPSHOT = "snapshot"


class NotTelemetry(Exception):
    """The input is of no format that we read; `what` says so, without quoting it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class Message:
    """One request as it stood in the input."""

    data: bytes
    line: int = 0
    """Line of its first byte, from 1; JSON only."""
    offset: int = 0
    """Byte offset of its first byte in the unpacked input; protobuf only."""


_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What stands in every request of protobuf (tags, lengths, ids) and in no text."""
_FIELD = 0x0A
"""The tag of `resource_spans`, field 1, with which every request that has spans begins."""


def recognise(data: Bytes) -> Format:
    """The format of an input.

    Raises:
        NotTelemetry: none that we know.
    """
    head = data.head
    if not _CONTROL.search(head, 0, 1024):
        text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if text.startswith(b"{"):
            return Format.SNAPSHOT if is_snapshot(text) else Format.JSON
        raise NotTelemetry("the file is of no format that lineage reads")
    if len(head) > 4:
        size = int.from_bytes(head[:4], "big")
        if (
            0 < size <= MOST_MESSAGE
            and (head[4] == _FIELD or head[4:].startswith((GZIP, ZSTD)))
            and head[0] != _FIELD
        ):
            return Format.FIXED
    if head[:1] == bytes([_FIELD]):
        return Format.VARINT if _is_varint_framed(head) else Format.SINGLE
    size, begin = varint(head, 0)
    if begin and 0 < size <= MOST_MESSAGE and head.startswith((bytes([_FIELD]), GZIP, ZSTD), begin):
        return Format.VARINT
    raise NotTelemetry("the file is of no format that lineage reads")


def _is_varint_framed(head: bytes) -> bool:
    """Whether bytes that begin with 0x0a are a framed message of ten bytes and not a request."""
    size, begin = varint(head, 1)
    whole_field = begin and (begin + size >= len(head) or head[begin + size] == _FIELD)
    framed = (
        len(head) > 12 and head[1] == _FIELD and varint(head, 11)[1] and head[varint(head, 11)[1]] == _FIELD
    )
    return bool(framed and not whole_field)


def messages(data: Bytes, form: Format) -> Iterator[Message]:
    """The requests of an input, in order.

    Raises:
        InputError: it is cut, or a message is larger than `MOST_MESSAGE`.
    """
    if form is Format.JSON:
        return _json_messages(data)
    if form is Format.FIXED:
        return _framed(data, fixed=True)
    if form is Format.VARINT:
        return _framed(data, fixed=False)
    return iter([Message(whole(data))])


def _json_messages(data: Bytes) -> Iterator[Message]:
    """Each line is a request, or the whole input is one document."""
    import msgspec

    number = 1
    first = _line(data, number).removeprefix(b"\xef\xbb\xbf")
    while first and not first.strip():
        number += 1
        first = _line(data, number)
    try:
        msgspec.json.decode(first, type=msgspec.Raw)
        lines = True
    except msgspec.DecodeError:
        lines = False
    except RecursionError:
        raise too_deep(data.source.name, number) from None
    if not lines:
        rest = data.stream.read(MOST_MESSAGE + 1)
        document = first + rest
        if len(document) > MOST_MESSAGE:
            raise damaged(data.source.name, 0, f"the document is larger than {MOST_MESSAGE >> 20} MiB")
        try:
            msgspec.json.decode(document, type=msgspec.Raw)
        except RecursionError:
            raise too_deep(data.source.name, number) from None
        except msgspec.DecodeError as error:
            raise InputError.of(
                "the JSON is cut or malformed",
                file=data.source.name,
                line=number - 1 + _line_of(error, document),
                remedy="nothing of the input was judged: export again",
            ) from None
        yield Message(document, line=number)
        return
    line = first
    while line:
        if not line.isspace():
            yield Message(line, line=number)
        number += 1
        line = _line(data, number)


def too_deep(name: str, line: int) -> InputError:
    """An error about JSON that is nested deeper than anything real."""
    return InputError.of(
        "the JSON is nested too deeply",
        file=name,
        line=line,
        remedy="nothing of the input was judged: export again, or leave the line out",
    )


def _line(data: Bytes, number: int) -> bytes:
    line = data.stream.readline(MOST_MESSAGE + 1)
    if len(line) > MOST_MESSAGE:
        raise InputError.of(
            f"the line is longer than {MOST_MESSAGE >> 20} MiB", file=data.source.name, line=number
        )
    return line


def _line_of(error: Exception, document: bytes) -> int:
    """The line at which parsing stopped; msgspec tells the byte in its message."""
    _, _, tail = str(error).rpartition("(byte ")
    digits = tail.rstrip(")")
    if digits.isdigit():
        return document.count(b"\n", 0, int(digits)) + 1
    return document.rstrip().count(b"\n") + 1


def _framed(data: Bytes, *, fixed: bool) -> Iterator[Message]:
    name, stream, offset = data.source.name, data.stream, 0
    while True:
        begin = offset
        if fixed:
            prefix = stream.read(4)
            if not prefix:
                return
            if len(prefix) < 4:
                raise damaged(name, begin, "the last message is cut")
            size = int.from_bytes(prefix, "big")
            offset += 4
        else:
            size, used = _read_varint(data, begin)
            if used == 0:
                return
            offset += used
        if size > MOST_MESSAGE:
            raise damaged(name, begin, f"a message claims to be larger than {MOST_MESSAGE >> 20} MiB")
        body = stream.read(size)
        if len(body) < size:
            raise damaged(name, begin, "the last message is cut")
        offset += size
        yield Message(unpack(body, name, begin), offset=begin)


def whole(data: Bytes) -> bytes:
    """All bytes of an input that is one request or document.

    Raises:
        InputError: it is larger than `MOST_MESSAGE`.
    """
    body = data.stream.read(MOST_MESSAGE + 1)
    if len(body) > MOST_MESSAGE:
        raise damaged(data.source.name, 0, f"it is larger than {MOST_MESSAGE >> 20} MiB")
    return body


def varint(data: bytes, at: int) -> tuple[int, int]:
    """The varint at `at` and the position behind it; position 0 if there is none."""
    value = 0
    for shift in range(0, 64, 7):
        if at >= len(data):
            return 0, 0
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    return 0, 0


def _read_varint(data: Bytes, begin: int) -> tuple[int, int]:
    """The next varint of the stream and how many bytes it took; (0, 0) at the end."""
    value = 0
    for used in range(1, 11):
        byte = data.stream.read(1)
        if not byte:
            if used == 1:
                return 0, 0
            break
        value |= (byte[0] & 0x7F) << (7 * (used - 1))
        if byte[0] < 0x80:
            return value, used
    raise damaged(data.source.name, begin, "a length is cut or malformed")
