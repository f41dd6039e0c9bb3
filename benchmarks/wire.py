"""Spans as bytes: OTLP protobuf and OTLP/JSON, from attributes that are encoded once (opentelemetry-proto `trace.proto`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from benchmarks.gateway import Fresh, Told, Value

Link = tuple[bytes, bytes]


class Form(Protocol):
    """One of the two encodings."""

    def attribute(self, key: str, value: Value) -> bytes:
        """A span attribute."""

    def hole(self, key: str, value: Fresh) -> tuple[bytes, bytes]:
        """What stands before and after the fresh digits of a span attribute."""

    def head(self, name: str, kind: int) -> bytes:
        """Name and kind."""

    def resource(self, attributes: dict[str, Told]) -> bytes:
        """A resource with its scope, up to the spans."""

    def span(
        self,
        trace: bytes,
        span: bytes,
        parent: bytes,
        head: bytes,
        start: int,
        end: int,
        attributes: bytes,
        links: list[Link],
    ) -> bytes:
        """One span."""

    def request(self, groups: Iterable[tuple[bytes, list[bytes]]]) -> bytes:
        """One export request: resources with their spans."""


def varint(number: int) -> bytes:
    """A base-128 varint.

    >>> varint(300).hex()
    'ac02'
    """
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


class Proto:
    """OTLP protobuf, one request framed by nothing."""

    def attribute(self, key: str, value: Value) -> bytes:
        return _field(9, self._pair(key, value))

    def hole(self, key: str, value: Fresh) -> tuple[bytes, bytes]:
        whole = self.attribute(key, value.before + "\0" * value.digits + value.after)
        before, after = whole.split(b"\0" * value.digits)
        return before, after

    def head(self, name: str, kind: int) -> bytes:
        return _field(5, name.encode()) + bytes([0x30, kind])

    def resource(self, attributes: dict[str, Told]) -> bytes:
        pairs = b"".join(_field(1, self._pair(key, value)) for key, value in attributes.items())  # type: ignore[arg-type]
        return _field(1, pairs)

    def span(
        self,
        trace: bytes,
        span: bytes,
        parent: bytes,
        head: bytes,
        start: int,
        end: int,
        attributes: bytes,
        links: list[Link],
    ) -> bytes:
        body = b"".join((
            b"\x0a\x10", trace, b"\x12\x08", span, b"\x22\x08" + parent if parent else b"", head,
            b"\x39", start.to_bytes(8, "little"), b"\x41", end.to_bytes(8, "little"), attributes,
            b"".join(_field(13, b"\x0a\x10" + t + b"\x12\x08" + s) for t, s in links), b"\x85\x01\x01\x01\x00\x00",
        ))  # fmt: skip
        return b"\x12" + varint(len(body)) + body

    def request(self, groups: Iterable[tuple[bytes, list[bytes]]]) -> bytes:
        scope = _field(1, _field(1, b"opentelemetry.instrumentation.fastapi") + _field(2, b"0.65b0"))
        return b"".join(
            _field(
                1,
                resource
                + _field(2, scope + b"".join(spans))
                + _field(3, b"https://opentelemetry.io/schemas/1.44.0"),
            )
            for resource, spans in groups
        )

    def _pair(self, key: str, value: Value) -> bytes:
        if isinstance(value, bool):
            told = bytes([0x10, value])
        elif isinstance(value, int):
            told = b"\x18" + varint(value)
        elif isinstance(value, float):
            import struct

            told = b"\x21" + struct.pack("<d", value)
        else:
            told = _field(1, value.encode())
        return _field(1, key.encode()) + _field(2, told)


class Json:
    """OTLP/JSON, one request a line."""

    def attribute(self, key: str, value: Value) -> bytes:
        return b"," + self._pair(key, value).encode()

    def hole(self, key: str, value: Fresh) -> tuple[bytes, bytes]:
        whole = self.attribute(key, value.before + "#" * value.digits + value.after)
        before, after = whole.split(b"#" * value.digits)
        return before, after

    def head(self, name: str, kind: int) -> bytes:
        import json

        return f'"name":{json.dumps(name)},"kind":{kind},'.encode()

    def resource(self, attributes: dict[str, Told]) -> bytes:
        pairs = ",".join(self._pair(key, value) for key, value in attributes.items())  # type: ignore[arg-type]
        return f'{{"resource":{{"attributes":[{pairs}]}},'.encode()

    def span(
        self,
        trace: bytes,
        span: bytes,
        parent: bytes,
        head: bytes,
        start: int,
        end: int,
        attributes: bytes,
        links: list[Link],
    ) -> bytes:
        linked = ""
        if links:
            linked = (
                ',"links":['
                + ",".join(f'{{"traceId":"{t.hex()}","spanId":"{s.hex()}"}}' for t, s in links)
                + "]"
            )
        return b'{"traceId":"%b","spanId":"%b","parentSpanId":"%b",%b"startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[%b]%b,"status":{},"flags":257}' % (
            trace.hex().encode(), span.hex().encode(), parent.hex().encode(), head, start, end, attributes[1:], linked.encode(),
        )  # fmt: skip

    def request(self, groups: Iterable[tuple[bytes, list[bytes]]]) -> bytes:
        parts = (
            resource
            + b'"scopeSpans":[{"scope":{"name":"opentelemetry.instrumentation.fastapi","version":"0.65b0"},"spans":['
            + b",".join(spans)
            + b']}],"schemaUrl":"https://opentelemetry.io/schemas/1.44.0"}'
            for resource, spans in groups
        )
        return b'{"resourceSpans":[' + b",".join(parts) + b"]}\n"

    def _pair(self, key: str, value: Value) -> str:
        import json

        if isinstance(value, bool):
            told = f'"boolValue":{str(value).lower()}'
        elif isinstance(value, int):
            told = f'"intValue":"{value}"'
        elif isinstance(value, float):
            told = f'"doubleValue":{value}'
        else:
            told = f'"stringValue":{json.dumps(value)}'
        return f'{{"key":"{key}","value":{{{told}}}}}'
