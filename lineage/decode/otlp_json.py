"""OTLP/JSON: one request or document to rows (OTLP specification, JSON protobuf encoding).

msgspec parses into typed structures in which attributes, events and links stay raw text, so that each distinct
attribute is decoded once. A span of a wrong form costs that span: the line is then read again the slow way.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from lineage.decode.columns import NO_PARENT, Columns, link, times
from lineage.decode.otlp_proto import kind_of, lost, sampled, wrong_ids
from lineage.decode.shaper import Shaper
from lineage.reduce import Value
from lineage.spans import Mark, Tally

_MOST_PIECES = 200_000
_DEEPEST = 32
_NONE = msgspec.Raw(b"")
_EMPTY = (b"", b"[]", b"null")


class _Span(msgspec.Struct):
    traceId: str = ""
    spanId: str = ""
    parentSpanId: str = ""
    name: str = ""
    kind: int = 0
    startTimeUnixNano: str | int = 0
    endTimeUnixNano: str | int = 0
    attributes: list[msgspec.Raw] = []
    events: msgspec.Raw = _NONE
    links: msgspec.Raw = _NONE
    flags: int = 0
    traceState: str = ""
    droppedAttributesCount: int = 0
    droppedEventsCount: int = 0
    droppedLinksCount: int = 0


class _ScopeSpans(msgspec.Struct):
    spans: list[_Span] = []


class _ResourceSpans(msgspec.Struct):
    resource: msgspec.Raw = _NONE
    scopeSpans: list[_ScopeSpans] = []
    instrumentationLibrarySpans: list[_ScopeSpans] = []


class _Request(msgspec.Struct):
    resourceSpans: list[_ResourceSpans] = []


class NotSpans(Exception):
    """JSON that is no OTLP trace data; the word says what it is: "logs", "metrics", or "unknown"."""


class JsonDecoder:
    """Decodes OTLP/JSON texts into `columns`; keeps what it learned of attributes between texts."""

    def __init__(self, shaper: Shaper, tally: Tally, columns: Columns) -> None:
        self.shaper, self.tally, self.columns = shaper, tally, columns
        self._decode = msgspec.json.Decoder(_Request).decode
        self._pieces: dict[bytes, int] = {}
        self._resources: dict[bytes, int] = {}
        self._allowed = frozenset(key.encode() for key in shaper.allowed)

    def decode(self, text: bytes) -> None:
        """Add the spans of one JSON object.

        Raises:
            NotSpans: it is JSON, but no trace data.
            msgspec.DecodeError: it is no JSON.
            RecursionError: it is nested deeper than anything real.
        """
        try:
            request = self._decode(text)
        except msgspec.ValidationError:
            _Slow(self).decode(text)
            return
        if not request.resourceSpans:
            what = kind_of_document(text)
            if what:
                raise NotSpans(what)
        self.tally.requests += 1
        for resource_spans in request.resourceSpans:
            resource = self._resource(bytes(resource_spans.resource))
            for scopes in (resource_spans.scopeSpans, resource_spans.instrumentationLibrarySpans):
                for scope_spans in scopes:
                    for span in scope_spans.spans:
                        self.span(span, resource)

    def span(self, span: _Span, resource: int) -> None:
        """Add one span."""
        columns, tally = self.columns, self.tally
        tally.spans += 1
        try:
            trace, own, parent = (
                bytes.fromhex(span.traceId),
                bytes.fromhex(span.spanId),
                bytes.fromhex(span.parentSpanId),
            )
            start, end = int(span.startTimeUnixNano), int(span.endTimeUnixNano)
        except ValueError:
            tally.rejected["bad-id-or-time"] += 1
            return
        reason = wrong_ids(trace, own, parent)
        if reason:
            tally.rejected[reason] += 1
            return
        memory, allowed = self._pieces, self._allowed
        pieces: list[int] = []
        for raw_value in span.attributes:
            raw = bytes(raw_value)
            code = memory.get(raw)
            if code is None:
                if raw.startswith(b'{"key":"'):
                    key = raw[8 : raw.index(b'"', 8)]
                    if key not in allowed and not key.startswith(b"retrieval.documents.") and b"\\" not in key:
                        continue
                code = self._piece(raw)
            if code:
                pieces.append(code)
        marks = 0
        if len(span.events) > 2 and b"db.query.result" in bytes(span.events):
            pieces += self._events(bytes(span.events))
        shape, tenant, found, _, _ = self.shaper.outcome(resource, kind_of(span.kind), tuple(pieces), span.name)
        marks |= found
        start, end, bad = times(start, end)
        if bad:
            marks |= Mark.BAD_TIMES
        if span.droppedAttributesCount or span.droppedEventsCount or span.droppedLinksCount:
            marks |= lost(tally, span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount)
        if span.flags & 0x300 == 0x300:
            marks |= Mark.REMOTE_PARENT
        if span.traceState and sampled(span.traceState.encode("utf-8", "replace")):
            tally.sampled += 1
        columns.trace.append(trace if len(trace) == 16 else bytes(8) + trace)
        columns.span.append(own)
        columns.parent.append(parent or NO_PARENT)
        columns.start.append(start)
        columns.end.append(end)
        columns.shape.append(shape)
        columns.tenant.append(tenant)
        columns.marks.append(int(marks))
        if bytes(span.links) not in _EMPTY:
            self._links(bytes(span.links), own)

    def _links(self, raw: bytes, own: bytes) -> None:
        for target in msgspec.json.decode(raw) or []:
            to_trace, to_span = bytes(16), bytes(8)
            if isinstance(target, dict):
                try:
                    trace = bytes.fromhex(target.get("traceId", ""))
                    span = bytes.fromhex(target.get("spanId", ""))
                    if len(trace) in (8, 16) and len(span) == 8:
                        to_trace, to_span = trace.rjust(16, b"\0"), span
                except (ValueError, TypeError):
                    pass
            # A link whose ids cannot be read leads to nothing, and is counted as such when flows are assembled.
            self.columns.links.append(link(self.columns.trace[-1], own, to_trace, to_span))

    def _resource(self, raw: bytes) -> int:
        code = self._resources.get(raw)
        if code is None:
            found = msgspec.json.decode(raw) if raw else {}
            attributes = found.get("attributes") if isinstance(found, dict) else None
            pairs = [pair for item in attributes or [] if (pair := self._pair(item)) is not None]
            code = self._resources[raw] = self.shaper.resource(pairs)
        return code

    def _piece(self, raw: bytes) -> int:
        pair = self._pair(msgspec.json.decode(raw))
        if pair is None or not self.shaper.wanted(pair[0]):
            return 0
        code = self.shaper.piece(*pair)
        if len(self._pieces) >= _MOST_PIECES:
            self._pieces.clear()
        self._pieces[raw] = code
        return code

    def _events(self, raw: bytes) -> list[int]:
        codes: list[int] = []
        for event in msgspec.json.decode(raw) or []:
            if isinstance(event, dict) and event.get("name") == "db.query.result":
                for item in event.get("attributes") or []:
                    pair = self._pair(item)
                    if pair is not None and pair[0] == "db.query.result.metadata":
                        codes.append(self.shaper.result_piece(pair[1]))
        return [code for code in codes if code]

    def _pair(self, item: object) -> tuple[str, Value] | None:
        """Key and value of one attribute; None if it is no such thing."""
        if isinstance(item, dict) and isinstance(item.get("key"), str):
            return item["key"], _value(item.get("value"), 0)
        self.tally.refused["malformed:attribute"] += 1
        return None


class _Slow:
    """The same for a text in which some part has a wrong type: what is right is kept, the rest is counted."""

    def __init__(self, decoder: JsonDecoder) -> None:
        self.decoder = decoder
        self.tally = decoder.tally

    def decode(self, text: bytes) -> None:
        found = msgspec.json.decode(text)
        if not isinstance(found, dict) or "resourceSpans" not in found:
            raise NotSpans(kind_of_document(text) or "unknown")
        self.tally.requests += 1
        for resource_spans in self._objects(found["resourceSpans"]):
            resource = self.decoder._resource(msgspec.json.encode(resource_spans.get("resource")))
            for key in ("scopeSpans", "instrumentationLibrarySpans"):
                for scope_spans in self._objects(resource_spans.get(key)):
                    self._spans(scope_spans.get("spans"), resource)

    def _objects(self, value: object) -> list[dict[str, Any]]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.tally.rejected["malformed-list"] += 1
            return []
        objects = [item for item in value if isinstance(item, dict)]
        if len(objects) < len(value):
            self.tally.rejected["malformed-object"] += len(value) - len(objects)
        return objects

    def _spans(self, value: object, resource: int) -> None:
        for item in self._objects(value):
            try:
                span = msgspec.json.decode(msgspec.json.encode(item), type=_Span)
            except msgspec.ValidationError:
                self.tally.spans += 1
                self.tally.rejected["malformed-span"] += 1
                continue
            self.decoder.span(span, resource)


def kind_of_document(text: bytes) -> str:
    """What a JSON object without spans is: "" for an empty request, else "logs", "metrics" or "unknown".

    >>> kind_of_document(b"{}"), kind_of_document(b'{"resourceLogs":[]}'), kind_of_document(b'{"a":1}')
    ('', 'logs', 'unknown')
    """
    found = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    if "resourceLogs" in found:
        return "logs"
    if "resourceMetrics" in found:
        return "metrics"
    return "" if not found or "resourceSpans" in found else "unknown"


def _value(value: object, depth: int) -> Value:
    """A JSON `AnyValue` as a plain value; None for what it cannot be."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return None
    for kind, content in value.items():
        if kind == "stringValue":
            return content if isinstance(content, str) else None
        if kind == "boolValue":
            return content if isinstance(content, bool) else None
        if kind == "intValue":
            try:
                return int(content) if isinstance(content, (str, int)) else None
            except ValueError:
                return None
        if kind == "doubleValue":
            return content if isinstance(content, (int, float)) else None
        if kind == "arrayValue":
            items = content.get("values") if isinstance(content, dict) else None
            return [_value(item, depth + 1) for item in items] if isinstance(items, list) else []
        if kind == "kvlistValue":
            items = content.get("values") if isinstance(content, dict) else None
            return {
                item["key"]: _value(item.get("value"), depth + 1)
                for item in (items if isinstance(items, list) else [])
                if isinstance(item, dict) and isinstance(item.get("key"), str)
            }
        if kind == "bytesValue":
            try:
                return base64.b64decode(content, validate=True) if isinstance(content, str) else None
            except binascii.Error:
                return None
    return None
