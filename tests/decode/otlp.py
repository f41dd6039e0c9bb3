"""OTLP requests for tests: written once as OTLP/JSON, and turned into every other form."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zstandard
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from lineage.decode import Reader
from lineage.spans import COLUMNS, Spans, Vocabulary

TRACE, SPAN, OTHER = "0123456789abcdef0123456789abcdef", "0123456789abcdef", "00000000000000aa"


def attribute(key: str, value: Any) -> dict[str, Any]:
    """One attribute; a dict is taken as an `AnyValue` as it is."""
    if isinstance(value, dict):
        return {"key": key, "value": value}
    kind = "boolValue" if isinstance(value, bool) else "intValue" if isinstance(value, int) else "stringValue"
    return {"key": key, "value": {kind: value}}


def span(attributes: dict[str, Any] | None = None, /, **fields: Any) -> dict[str, Any]:
    """A CLIENT span, whole and in order unless `fields` say otherwise."""
    made = {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "call",
        "kind": 3,
        "startTimeUnixNano": "1000",
        "endTimeUnixNano": "2000",
        "attributes": [attribute(key, value) for key, value in (attributes or {}).items()],
    }
    return {**made, **fields}


def request(*spans: Any, resource: dict[str, Any] | None = None) -> dict[str, Any]:
    """A request with these spans of one resource."""
    attributes = [attribute(key, value) for key, value in (resource or {"service.name": "api"}).items()]
    return {
        "resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": [{"spans": list(spans)}]}]
    }


def to_json(*requests: Any) -> bytes:
    """OTLP/JSON, one request a line."""
    return b"".join(json.dumps(made, ensure_ascii=False).encode() + b"\n" for made in requests)


def to_message(made: Any) -> bytes:
    """One request as protobuf."""
    return ParseDict(_base64_ids(made), ExportTraceServiceRequest()).SerializeToString()


def fixed(*messages: bytes) -> bytes:
    """Messages, each behind its length in 4 bytes."""
    return b"".join(len(message).to_bytes(4, "big") + message for message in messages)


def varint(*messages: bytes) -> bytes:
    """Messages, each behind its length as a varint."""
    return b"".join(_varint(len(message)) + message for message in messages)


def zstd(data: bytes) -> bytes:
    """A zstd frame."""
    return zstandard.ZstdCompressor().compress(data)


PACKINGS: dict[str, Callable[[bytes], bytes]] = {"plain": bytes, "gzip": gzip.compress, "zstd": zstd}


def forms(*requests: Any) -> dict[str, bytes]:
    """The same requests in every accepted form."""
    messages = [to_message(made) for made in requests]
    merged = {"resourceSpans": [part for made in requests for part in made["resourceSpans"]]}
    old = json.loads(json.dumps(merged).replace('"scopeSpans"', '"instrumentationLibrarySpans"'))
    made = {
        "JSON lines": to_json(*requests),
        "JSON lines with blank lines and a mark": b"\xef\xbb\xbf\n"
        + to_json(*requests).replace(b"\n", b"\r\n\n"),
        "one JSON document": json.dumps(merged, indent=2).encode(),
        "JSON of old instrumentation libraries": json.dumps(old).encode(),
        "protobuf behind 4 bytes": fixed(*messages),
        "protobuf behind a varint": varint(*messages),
        "one protobuf request": b"".join(messages),
    }
    packed = {f"{form}, {how}": pack(data) for form, data in made.items() for how, pack in PACKINGS.items()}
    packed["protobuf behind 4 bytes, each gzip"] = fixed(*map(gzip.compress, messages))
    packed["protobuf behind 4 bytes, each zstd"] = fixed(*map(zstd, messages))
    packed["protobuf behind a varint, each gzip"] = varint(*map(gzip.compress, messages))
    packed["JSON lines, a gzip member each"] = b"".join(gzip.compress(to_json(made)) for made in requests)
    packed["JSON lines, a zstd frame each"] = b"".join(zstd(to_json(made)) for made in requests)
    return packed


def read(data: bytes, folder: Path, **options: Any) -> tuple[Reader, Spans]:
    """What a reader makes of a file of these bytes."""
    path = folder / "input"
    path.write_bytes(data)
    reader = Reader(**options)
    return reader, Spans.concat(reader.read([str(path)]))


def rows(spans: Spans, vocabulary: Vocabulary) -> list[tuple[object, ...]]:
    """Spans with what their codes stand for, and links, in a fixed order."""
    columns = [getattr(spans, name).tolist() for name in COLUMNS]
    decoded: list[tuple[object, ...]] = [
        (*row[:6], repr(vocabulary.shapes[row[6]]), vocabulary.tenants[row[7]], row[8])
        for row in zip(*columns, strict=True)
    ]
    return sorted(decoded) + sorted(spans.links.tolist())


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _base64_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_base64_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    ids = ("traceId", "spanId", "parentSpanId")
    return {
        key: base64.b64encode(bytes.fromhex(item)).decode() if key in ids else _base64_ids(item)
        for key, item in value.items()
    }
