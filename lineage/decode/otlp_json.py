"""OTLP/JSON: one request or document to rows (OTLP specification, JSON protobuf encoding).

msgspec parses into typed structures in which attributes, events and links stay raw text, so that each distinct
attribute is decoded once. A span of a wrong form costs that span: the line is then read again the slow way.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from lineage.decode.columns import LATEST, NO_PARENT, Columns, link, usable
from lineage.decode.memo import Memo, by_kind
from lineage.decode.otlp_proto import lost, sampled, wrong_ids
from lineage.decode.shaper import SERVED, Outcome, Shaper
from lineage.reduce import UNREADABLE, Value
from lineage.spans import Kind, Mark, Tally

_DEEPEST = 32
fromhex = bytes.fromhex
_NONE = msgspec.Raw(b"")
_KINDS = frozenset(Kind)
_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)
_REMOTE = int(Mark.REMOTE_PARENT)

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
"""An `uint32`."""


class _Attribute(msgspec.Struct, gc=False):
    key: str = ""
    value: msgspec.Raw = _NONE


class _Span(msgspec.Struct, gc=False):
    traceId: str = ""
    spanId: str = ""
    parentSpanId: str = ""
    name: str = ""
    kind: int = 0
    startTimeUnixNano: int = 0
    endTimeUnixNano: int = 0
    attributes: list[_Attribute] = []
    events: msgspec.Raw = _NONE
    links: msgspec.Raw = _NONE
    flags: _Count = 0
    traceState: str = ""
    droppedAttributesCount: _Count = 0
    droppedEventsCount: _Count = 0
    droppedLinksCount: _Count = 0


class _ScopeSpans(msgspec.Struct, gc=False):
    spans: list[_Span] = []


class _ResourceSpans(msgspec.Struct, gc=False):
    resource: msgspec.Raw = _NONE
    scopeSpans: list[_ScopeSpans] = []
    instrumentationLibrarySpans: list[_ScopeSpans] = []


class _Request(msgspec.Struct, gc=False):
    resourceSpans: list[_ResourceSpans] = []


_read_request = msgspec.json.Decoder(_Request, strict=False).decode
read_span = msgspec.json.Decoder(_Span, strict=False).decode
"""Reads one span. Not strict, which means here no more than that an integer may stand in quotes."""


class NotSpans(Exception):
    """JSON that is no OTLP trace data; the word says what it is: "logs", "metrics", or "unknown"."""


class JsonDecoder:
    """Decodes OTLP/JSON texts into `columns`; keeps what it learned of attributes between texts."""

    def __init__(self, shaper: Shaper, tally: Tally, columns: Columns) -> None:
        self.shaper, self.tally, self.columns = shaper, tally, columns
        self._keys = by_kind(self._memo_for)
        self._resources = Memo(self._read_resource)

    def decode(self, text: bytes) -> None:
        """Add the spans of one JSON object.

        Raises:
            NotSpans: it is JSON, but no trace data.
            msgspec.DecodeError: it is no JSON.
            RecursionError: it is nested deeper than anything real.
        """
        try:
            request = _read_request(text)
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

    def shape_of(
        self, resource: int, kind: int, attributes: Sequence[_Attribute], events: bytes, name: str
    ) -> Outcome:
        """Shape, tenant and marks of one span, from its attributes with their values in raw text."""
        keys = self._keys[kind in SERVED]
        codes = [memo[bytes(item.value)] for item in attributes if (memo := keys[item.key]) is not None]
        # The second is how the first may be spelt in JSON, if anybody wants it not to be seen.
        if b"db.query.result" in events or b"\\u00" in events:
            codes += self._events(events)
        return self.shaper.outcome(resource, kind, tuple(codes), name)

    def span(self, span: _Span, resource: int) -> None:
        """Add one span."""
        columns, tally = self.columns, self.tally
        tally.spans += 1
        hex_trace, hex_own, hex_parent = span.traceId, span.spanId, span.parentSpanId
        try:
            trace, own, parent = fromhex(hex_trace), fromhex(hex_own), fromhex(hex_parent)
        except ValueError:
            tally.rejected["bad-id"] += 1
            return
        usual = len(trace) == 16 and len(own) == 8 and len(hex_trace) == 32 and len(hex_own) == 16
        if (
            not usual
            or len(hex_parent) != 2 * len(parent)
            or len(parent) not in (0, 8)
            or trace == _NO_TRACE
            or own == _NO_SPAN
        ):
            reason = wrong_ids(trace, own, parent) or _with_blanks(hex_trace, hex_own, hex_parent)
            if reason:
                tally.rejected[reason] += 1
                return
        events = b"" if span.events is _NONE else bytes(span.events)
        kind = span.kind if span.kind in _KINDS else 0
        shape, tenant, marks, _, _ = self.shape_of(resource, kind, span.attributes, events, span.name)
        start, end = span.startTimeUnixNano, span.endTimeUnixNano
        if not 0 < start <= end <= LATEST:
            start, end = usable(start), usable(end)
            marks |= Mark.BAD_TIMES
        if span.droppedAttributesCount or span.droppedEventsCount or span.droppedLinksCount:
            marks |= lost(tally, span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount)
        if span.flags & 0x300 == 0x300:
            marks |= _REMOTE
        if span.traceState and sampled(span.traceState.encode("utf-8", "replace")):
            tally.sampled += 1
        columns.trace.append(trace if len(trace) == 16 else bytes(8) + trace)
        columns.span.append(own)
        columns.parent.append(parent or NO_PARENT)
        columns.start.append(start)
        columns.end.append(end)
        columns.shape.append(shape)
        columns.tenant.append(tenant)
        columns.marks.append(marks)
        if span.links is not _NONE:
            self._links(bytes(span.links), own)

    def _links(self, raw: bytes, own: bytes) -> None:
        for target in _list(msgspec.json.decode(raw)):
            to_trace, to_span = _NO_TRACE, _NO_SPAN
            if isinstance(target, dict):
                try:
                    trace, span = from_hex(target.get("traceId", "")), from_hex(target.get("spanId", ""))
                    if len(trace) in (8, 16) and len(span) == 8:
                        to_trace, to_span = trace.rjust(16, b"\0"), span
                except (ValueError, TypeError):
                    pass
            # A link whose ids cannot be read leads to nothing, and is counted as such when flows are assembled.
            self.columns.links.append(link(self.columns.trace[-1], own, to_trace, to_span))

    def _resource(self, raw: bytes) -> int:
        """The code of a resource from its raw text."""
        return self._resources[raw]

    def _read_resource(self, raw: bytes) -> int:
        found = msgspec.json.decode(raw) if raw else None
        if not isinstance(found, dict):
            return self.shaper.resource([] if found is None else [None])
        return self.shaper.resource(map(_pair, _list(found.get("attributes"))))

    def _memo_for(self, kind: int, key: str) -> Memo | None:
        """The memo for values of a key; None if it is not looked at on spans of this kind."""
        if not self.shaper.wanted(key, kind):
            return None
        decides = self.shaper.decides(key)
        if decides is None:
            return Memo(lambda raw: self._piece(key, raw))
        return Memo(
            lambda raw: self._piece(key, raw),
            lambda raw: None if (text := _text(raw)) is None else decides(text),
        )

    def _piece(self, key: str, raw: bytes) -> int:
        """The code of what an attribute adds, the careful way."""
        return self.shaper.piece(key, _value(msgspec.json.decode(raw) if raw else None, 0))

    def _events(self, raw: bytes) -> list[int]:
        codes: list[int] = []
        for event in _list(msgspec.json.decode(raw)):
            if not isinstance(event, dict):
                codes.append(self.shaper.malformed)
            elif event.get("name") == "db.query.result":
                for pair in map(_pair, _list(event.get("attributes"))):
                    if pair is None:
                        codes.append(self.shaper.malformed)
                    elif pair[0] == "db.query.result.metadata":
                        codes.append(self.shaper.result_piece(pair[1]))
        return codes


class _Slow:
    """The same for a text in which some part has a wrong type: what is right is kept, the rest is counted."""

    def __init__(self, decoder: JsonDecoder) -> None:
        self.decoder = decoder
        self.tally = decoder.tally

    def decode(self, text: bytes) -> None:
        found = msgspec.json.decode(text)
        if not isinstance(found, dict) or "resourceSpans" not in found:
            raise NotSpans(kind_of_document(text) if isinstance(found, dict) else "unknown")
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
                span = read_span(msgspec.json.encode(_without_nulls(item)))
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


def from_hex(text: str) -> bytes:
    """The bytes of an id; unlike `bytes.fromhex`, blanks are no part of one.

    Raises:
        ValueError: it is not hexadecimal.
    """
    found = fromhex(text)
    if 2 * len(found) != len(text):
        raise ValueError
    return found


def _with_blanks(*ids: str) -> str:
    """Why ids that `bytes.fromhex` takes are none: blanks between the digits."""
    return "" if "".join(ids).isalnum() else "bad-id"


def number(text: str) -> int:
    """A 64-bit integer as the JSON encoding of protobuf writes it: decimal digits, with a minus before them at most.

    Raises:
        ValueError: it is none.
    """
    if not (text.isascii() and text.removeprefix("-").isdigit()) or len(text) > 20:
        raise ValueError
    return int(text)


def _text(raw: bytes) -> bytes | None:
    """The text of an attribute's value; None if it is no plain text, or has escapes in it."""
    if raw.startswith(b'{"stringValue":"') and raw.endswith(b'"}'):
        text = raw[16:-2]
        if b'"' not in text and b"\\" not in text:
            return text
    return None


def _list(value: object) -> list[Any]:
    """A list that may be absent; what is no list counts as one thing that cannot be read."""
    if isinstance(value, list):
        return value
    return [] if value is None else [None]


def _pair(item: object) -> tuple[str, Value] | None:
    """Key and value of one attribute; None if it is no such thing."""
    if isinstance(item, dict) and isinstance(item.get("key", ""), str):
        return item.get("key", ""), _value(item.get("value"), 0)
    return None


def _without_nulls(item: dict[str, Any]) -> dict[str, Any]:
    """A span in which null stands for absent, as in all JSON encodings of protobuf."""
    return {key: value for key, value in item.items() if value is not None}


def _value(value: object, depth: int) -> Value:
    """A JSON `AnyValue` as a plain value: None if it is empty, `UNREADABLE` if it is none."""
    if value is None or value == {}:
        return None
    if not isinstance(value, dict) or depth > _DEEPEST:
        return UNREADABLE
    for kind, content in value.items():
        if kind == "stringValue":
            return content if isinstance(content, str) else UNREADABLE
        if kind == "boolValue":
            return content if isinstance(content, bool) else UNREADABLE
        if kind == "intValue":
            return _integer(content)
        if kind == "doubleValue":
            return content if isinstance(content, (int, float)) else UNREADABLE
        if kind in ("arrayValue", "kvlistValue"):
            items = content.get("values") if isinstance(content, dict) else UNREADABLE
            if items is not None and not isinstance(items, list):
                return UNREADABLE
            if kind == "arrayValue":
                return [_value(item, depth + 1) for item in items or []]
            return {
                item["key"]: _value(item.get("value"), depth + 1)
                for item in items or []
                if isinstance(item, dict) and isinstance(item.get("key"), str)
            }
        if kind == "bytesValue":
            return _binary(content)
    return None


def _integer(content: object) -> Value:
    try:
        value = number(content) if isinstance(content, str) else content
    except ValueError:
        return UNREADABLE
    if isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63:
        return value
    return UNREADABLE


def _binary(content: object) -> Value:
    try:
        return base64.b64decode(content, validate=True) if isinstance(content, str) else UNREADABLE
    except ValueError:
        return UNREADABLE
