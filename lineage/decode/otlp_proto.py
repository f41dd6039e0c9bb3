"""OTLP protobuf: one `ExportTraceServiceRequest` or `TracesData` message to rows (opentelemetry-proto `trace.proto`).

The message classes are made here, trimmed to what is read: attributes, events and resources are declared as
bytes, which is the same on the wire, so that the parser never looks into them and each distinct attribute is decoded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from lineage.decode.columns import LATEST, NO_PARENT, Columns, link, usable
from lineage.decode.formats import varint
from lineage.decode.memo import Keys, Memo, by_kind
from lineage.decode.shaper import SERVED, Outcome, Shaper
from lineage.reduce import UNREADABLE, Value
from lineage.spans import Mark, Tally

_DEEPEST = 32
_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)
_REMOTE = int(Mark.REMOTE_PARENT)


@cache
def _messages() -> dict[str, Any]:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    types = descriptor_pb2.FieldDescriptorProto
    kinds = {
        "bytes": types.TYPE_BYTES,
        "uint32": types.TYPE_UINT32,
        "int32": types.TYPE_INT32,
        "int64": types.TYPE_INT64,
        "fixed32": types.TYPE_FIXED32,
        "fixed64": types.TYPE_FIXED64,
        "bool": types.TYPE_BOOL,
        "double": types.TYPE_DOUBLE,
    }
    layout = {
        "Request": "resource_spans*:ResourceSpans=1",
        "ResourceSpans": "resource:bytes=1 scope_spans*:ScopeSpans=2 library_spans*:ScopeSpans=1000",
        "ScopeSpans": "spans*:Span=2",
        "Span": "trace_id:bytes=1 span_id:bytes=2 trace_state:bytes=3 parent:bytes=4 name:bytes=5 kind:int32=6 start:fixed64=7 "
        "end:fixed64=8 attributes*:bytes=9 lost_attributes:uint32=10 events*:bytes=11 lost_events:uint32=12 links*:Link=13 "
        "lost_links:uint32=14 flags:fixed32=16",
        "Link": "trace_id:bytes=1 span_id:bytes=2",
        "Event": "name:bytes=2 attributes*:bytes=3",
        "Resource": "attributes*:bytes=1",
        "KeyValue": "key:bytes=1 value:AnyValue=2",
        "AnyValue": "string?:bytes=1 bool?:bool=2 int?:int64=3 double?:double=4 array?:ArrayValue=5 map?:KeyValueList=6 bytes?:bytes=7",
        "ArrayValue": "values*:AnyValue=1",
        "KeyValueList": "values*:KeyValue=1",
    }
    file = descriptor_pb2.FileDescriptorProto(
        name="lineage/otlp.proto", package="lineage.otlp", syntax="proto3"
    )
    for message_name, fields in layout.items():
        message = file.message_type.add(name=message_name)
        for field in fields.split():
            name, _, rest = field.partition(":")
            kind, _, number = rest.partition("=")
            made = message.field.add(name=name.rstrip("*?"), number=int(number))
            made.label = types.LABEL_REPEATED if name.endswith("*") else types.LABEL_OPTIONAL
            if kind in kinds:
                made.type = kinds[kind]
            else:
                made.type = types.TYPE_MESSAGE
                made.type_name = f".lineage.otlp.{kind}"
            if name.endswith("?"):
                if not message.oneof_decl:
                    message.oneof_decl.add(name="value")
                made.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"lineage.otlp.{name}"))
        for name in layout
    }


class ProtoDecoder:
    """Decodes messages into `columns`; keeps what it learned of attributes between messages.

    >>> from lineage.spans import Vocabulary
    >>> tally, columns = Tally(), Columns()
    >>> ProtoDecoder(Shaper(Vocabulary(), tally), tally, columns).decode(b"")
    >>> tally.requests, len(columns)
    (1, 0)
    """

    def __init__(self, shaper: Shaper, tally: Tally, columns: Columns) -> None:
        from google.protobuf.message import DecodeError

        self.broken = DecodeError
        self.shaper, self.tally, self.columns = shaper, tally, columns
        self._types = _messages()
        self._request = self._types["Request"]
        self._keys = by_kind(self._memo_for)
        self._resources = Memo(self._read_resource)

    def decode(self, data: bytes) -> None:
        """Add the spans of one message.

        Raises:
            google.protobuf.message.DecodeError: the bytes are no such message (also kept as `self.broken`).
        """
        request = self._request.FromString(data)
        self.tally.requests += 1
        for resource_spans in request.resource_spans:
            resource = self._resource(resource_spans.resource)
            for scopes in (resource_spans.scope_spans, resource_spans.library_spans):
                for scope_spans in scopes:
                    for span in scope_spans.spans:
                        self._span(span, resource)

    def shape_of(
        self, resource: int, kind: int, attributes: Sequence[bytes], events: Sequence[bytes], name: bytes
    ) -> Outcome:
        """Shape, tenant and marks of one span, from the raw bytes of its attributes and events."""
        keys = self._keys[kind in SERVED]
        try:
            # In front of each attribute stand tag, length and text of its key: that much is cut off and looked up, and
            # the rest is touched only when the key is one of ours.
            codes = [memo[raw] for raw in attributes if (memo := keys[raw[: 2 + raw[1]]]) is not None]
        except IndexError:
            codes = [self._one(raw, keys) for raw in attributes]
        for raw in events:
            if b"db.query.result" in raw:
                codes += self._event(raw)
        return self.shaper.outcome(resource, kind, tuple(codes), name)

    def _span(self, span: Any, resource: int) -> None:
        columns, tally = self.columns, self.tally
        tally.spans += 1
        trace, own, parent = span.trace_id, span.span_id, span.parent
        if (
            len(trace) != 16
            or len(own) != 8
            or len(parent) not in (0, 8)
            or trace == _NO_TRACE
            or own == _NO_SPAN
        ):
            reason = wrong_ids(trace, own, parent)
            if reason:
                tally.rejected[reason] += 1
                return
        shape, tenant, marks, _, _ = self.shape_of(
            resource, span.kind, span.attributes[:], span.events[:], span.name
        )
        start, end = span.start, span.end
        if not 0 < start <= end <= LATEST:
            start, end = usable(start), usable(end)
            marks |= Mark.BAD_TIMES
        if span.lost_attributes or span.lost_links or span.lost_events:
            marks |= lost(tally, span.lost_attributes, span.lost_events, span.lost_links)
        if span.flags & 0x300 == 0x300:
            marks |= _REMOTE
        state = span.trace_state
        if state and sampled(state):
            tally.sampled += 1
        columns.trace.append(trace if len(trace) == 16 else bytes(8) + trace)
        columns.span.append(own)
        columns.parent.append(parent or NO_PARENT)
        columns.start.append(start)
        columns.end.append(end)
        columns.shape.append(shape)
        columns.tenant.append(tenant)
        columns.marks.append(marks)
        for target in span.links:
            to_trace, to_span = target.trace_id, target.span_id
            if len(to_trace) not in (8, 16) or len(to_span) != 8:
                to_trace, to_span = _NO_TRACE, _NO_SPAN
            columns.links.append(link(columns.trace[-1], own, to_trace.rjust(16, b"\0"), to_span))

    def _resource(self, raw: bytes) -> int:
        """The code of a resource from its raw bytes."""
        return self._resources[raw]

    def _read_resource(self, raw: bytes) -> int:
        pairs = map(self._pair, self._types["Resource"].FromString(raw).attributes)
        return self.shaper.resource(pairs)

    def _memo_for(self, kind: int, start: bytes) -> Memo | None:
        """The memo for attributes that begin with these bytes; None if their key is not looked at on spans of this kind."""
        if start[0] != 0x0A:
            # The value stands before the key: legal, but written by nobody. Nothing is remembered by such a start.
            return Memo(self._piece)
        # A key of 128 bytes or more has a longer length, is cut off wrongly here, and is never one of ours.
        key = start[2:].decode("utf-8", "replace")
        if not self.shaper.wanted(key, kind):
            return None
        decides = self.shaper.decides(key)
        if decides is None:
            return Memo(self._piece)
        return Memo(
            self._piece, lambda raw: None if (text := _text(raw, len(start))) is None else decides(text)
        )

    def _one(self, raw: bytes, keys: Keys[bytes]) -> int:
        """The same for one attribute, however short it is."""
        if len(raw) < 2:
            return self._piece(raw)
        memo = keys[raw[: 2 + raw[1]]]
        return 0 if memo is None else memo[raw]

    def _piece(self, raw: bytes) -> int:
        """The code of what an attribute adds, the careful way."""
        pair = self._pair(raw)
        if pair is None:
            return self.shaper.malformed
        return self.shaper.piece(*pair) if self.shaper.wanted(pair[0]) else 0

    def _event(self, raw: bytes) -> list[int]:
        try:
            event = self._types["Event"].FromString(raw)
        except self.broken:
            return [self.shaper.malformed]
        if event.name != b"db.query.result":
            return []
        codes = []
        for pair in map(self._pair, event.attributes):
            if pair is None:
                codes.append(self.shaper.malformed)
            elif pair[0] == "db.query.result.metadata":
                codes.append(self.shaper.result_piece(pair[1]))
        return codes

    def _pair(self, raw: bytes) -> tuple[str, Value] | None:
        """Key and value of one attribute; None if its bytes are no such thing."""
        try:
            pair = self._types["KeyValue"].FromString(raw)
        except self.broken:
            return None
        return pair.key.decode("utf-8", "replace"), _value(pair.value, 0)


def _text(raw: bytes, at: int) -> bytes | None:
    """The text of the attribute whose key ends at `at`; None if its value is no plain text."""
    rest = len(raw) - at - 4
    if (
        rest >= 0
        and raw[at] == 0x12
        and raw[at + 1] == rest + 2 < 128
        and raw[at + 2] == 0x0A
        and raw[at + 3] == rest
    ):
        return raw[at + 4 :]
    if raw[at : at + 1] != b"\x12":
        return None
    size, begin = varint(raw, at + 1)
    if begin + size != len(raw) or raw[begin : begin + 1] != b"\x0a":
        return None
    size, begin = varint(raw, begin + 1)
    return raw[begin:] if begin + size == len(raw) else None


def _value(any_value: Any, depth: int) -> Value:
    kind = any_value.WhichOneof("value")
    if kind is None:
        return None
    if depth > _DEEPEST:
        return UNREADABLE
    value = getattr(any_value, kind)
    if kind == "string":
        return str(value, "utf-8", "replace")
    if kind == "array":
        return [_value(item, depth + 1) for item in value.values]
    if kind == "map":
        return {item.key.decode("utf-8", "replace"): _value(item.value, depth + 1) for item in value.values}
    return value  # type: ignore[no-any-return]


def wrong_ids(trace: bytes, span: bytes, parent: bytes) -> str:
    """Why these ids make no span, "" if they do; a trace id may have 8 bytes.

    >>> wrong_ids(bytes(16), b"12345678", b""), wrong_ids(b"0123456789abcdef", b"12345678", b"")
    ('zero-trace-id', '')
    """
    if len(trace) not in (8, 16):
        return "bad-trace-id"
    if len(span) != 8:
        return "bad-span-id"
    if len(parent) not in (0, 8):
        return "bad-parent-id"
    if not any(trace):
        return "zero-trace-id"
    if not any(span):
        return "zero-span-id"
    return ""


def lost(tally: Tally, attributes: int, events: int, links: int) -> int:
    """Count what the sender dropped; the marks that it gives the span."""
    marks = 0
    if attributes:
        tally.lost["attributes"] += attributes
        marks |= Mark.LOST_ATTRIBUTES
    if events:
        tally.lost["events"] += events
    if links:
        tally.lost["links"] += links
        marks |= Mark.LOST_LINKS
    return marks


def sampled(trace_state: bytes) -> bool:
    """Whether a trace state tells a sampling threshold above zero (OpenTelemetry `ot=th:...`).

    >>> sampled(b"ot=th:c;rv:1"), sampled(b"ot=th:0"), sampled(b"vendor=th:c")
    (True, False, False)
    """
    for member in trace_state.split(b","):
        key, _, value = member.strip().partition(b"=")
        if key == b"ot":
            for part in value.split(b";"):
                name, _, threshold = part.partition(b":")
                if name == b"th":
                    return any(byte != 0x30 for byte in threshold)
    return False
