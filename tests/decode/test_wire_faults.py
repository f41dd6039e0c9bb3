"""Spans of a wrong form inside messages of a right one: what is lost is that span, and it is counted."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from lineage.decode.columns import Columns
from lineage.decode.otlp_json import JsonDecoder, NotSpans
from lineage.decode.otlp_proto import ProtoDecoder
from lineage.decode.shaper import Shaper
from lineage.spans import Mark, Spans, Tally, Vocabulary

TRACE, OWN, PARENT = "0123456789abcdef0123456789abcdef", "0123456789abcdef", "fedcba9876543210"
GOOD: dict[str, Any] = {
    "traceId": TRACE,
    "spanId": OWN,
    "parentSpanId": PARENT,
    "kind": 3,
    "startTimeUnixNano": "5",
    "endTimeUnixNano": "7",
    "attributes": [{"key": "gen_ai.request.model", "value": {"stringValue": "m"}}],
}


def from_json(*spans: object, resource: object = None) -> tuple[Spans, Tally, Vocabulary]:
    document = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": list(spans)}]}]}
    return decoded(json.dumps(document).encode())


def decoded(text: bytes) -> tuple[Spans, Tally, Vocabulary]:
    tally, words, columns = Tally(), Vocabulary(), Columns()
    JsonDecoder(Shaper(words, tally), tally, columns).decode(text)
    return columns.take(), tally, words


def from_proto(**fields: Any) -> tuple[Spans, Tally]:
    request = ExportTraceServiceRequest()
    span = (
        request.resource_spans.add()
        .scope_spans.add()
        .spans.add(
            trace_id=bytes.fromhex(TRACE),
            span_id=bytes.fromhex(OWN),
            start_time_unix_nano=5,
            end_time_unix_nano=7,
        )
    )
    for name, value in fields.items():
        setattr(span, name, value)
    tally, columns = Tally(), Columns()
    ProtoDecoder(Shaper(Vocabulary(), tally), tally, columns).decode(request.SerializeToString())
    return columns.take(), tally


@pytest.mark.parametrize(
    ("expected", "change"),
    [
        pytest.param("bad-id", {"traceId": "x" * 32}, id="a trace id that is not hexadecimal"),
        pytest.param("bad-trace-id", {"traceId": "abcd"}, id="a short trace id"),
        pytest.param("bad-trace-id", {"traceId": TRACE + "00"}, id="a long trace id"),
        pytest.param(
            "bad-id", {"traceId": " ".join(TRACE[i : i + 2] for i in range(0, 32, 2))}, id="an id with blanks"
        ),
        pytest.param("zero-trace-id", {"traceId": "0" * 32}, id="a trace id of zeros"),
        pytest.param("bad-span-id", {"spanId": "abcd"}, id="a short span id"),
        pytest.param("zero-span-id", {"spanId": "0" * 16}, id="a span id of zeros"),
        pytest.param("bad-parent-id", {"parentSpanId": "abcd"}, id="a short parent id"),
        pytest.param("bad-span-id", {"spanId": ""}, id="no span id"),
        pytest.param("malformed-span", {"traceId": 5}, id="an id that is a number"),
        pytest.param("malformed-span", {"kind": "SPAN_KIND_CLIENT"}, id="a kind by name"),
        pytest.param("malformed-span", {"startTimeUnixNano": "5 "}, id="a time with a blank"),
        pytest.param("malformed-span", {"startTimeUnixNano": "1_000"}, id="a time with an underscore"),
        pytest.param("malformed-span", {"startTimeUnixNano": 5.5}, id="a time with a fraction"),
        pytest.param("malformed-span", {"startTimeUnixNano": True}, id="a time that is true"),
        pytest.param("malformed-span", {"droppedLinksCount": -1}, id="a count below zero"),
        pytest.param("malformed-span", {"flags": 2**32}, id="flags of more than 32 bits"),
        pytest.param("malformed-span", {"attributes": {"a": 1}}, id="attributes that are no list"),
        pytest.param("malformed-span", {"attributes": [5]}, id="an attribute that is a number"),
        pytest.param("malformed-span", {"attributes": [{"key": 5}]}, id="a key that is a number"),
    ],
)
def test_a_bad_span_in_json_is_rejected_and_the_rest_is_kept(expected: str, change: dict[str, Any]) -> None:
    spans, tally, _ = from_json(GOOD, {**GOOD, **change}, GOOD)
    assert (2, 3, {expected: 1}) == (len(spans), tally.spans, dict(tally.rejected))


@pytest.mark.parametrize("junk", [5, None, "span", []], ids=["a number", "null", "a text", "a list"])
def test_what_is_no_span_is_counted(junk: object) -> None:
    spans, tally, _ = from_json(GOOD, junk, GOOD)
    assert (len(spans), dict(tally.rejected)) == (2, {"malformed-object": 1})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="as SDKs write it"),
        pytest.param(
            {"traceId": TRACE.upper(), "spanId": OWN.upper(), "parentSpanId": PARENT.upper()}, id="upper case"
        ),
        pytest.param({"startTimeUnixNano": 5, "endTimeUnixNano": 7}, id="times as numbers"),
        pytest.param({"startTimeUnixNano": "5", "endTimeUnixNano": 7.0}, id="times of either form"),
        pytest.param(
            {"unknown": {"deep": [1, {"x": None}]}, "status": {"message": "secret"}}, id="unknown fields"
        ),
        pytest.param(
            {"events": None, "links": None, "traceState": None, "flags": None}, id="null for absent"
        ),
        pytest.param({"events": [], "links": [], "traceState": "", "flags": 0}, id="empty for absent"),
        pytest.param(
            {
                "attributes": [
                    *GOOD["attributes"],
                    {"key": "gen_ai.prompt", "value": {"stringValue": "secret"}},
                ]
            },
            id="attributes that nobody looks at",
        ),
    ],
)
def test_the_same_span_in_other_json(change: dict[str, Any]) -> None:
    spans, tally, words = from_json({**GOOD, **change})
    row = spans.trace_hi[0], spans.trace_lo[0], spans.span[0], spans.parent[0], spans.start[0], spans.end[0]
    assert row == (0x0123456789ABCDEF, 0x0123456789ABCDEF, 0x0123456789ABCDEF, 0xFEDCBA9876543210, 5, 7)
    assert words.shapes[spans.shape[0]].attributes == (("gen_ai.request.model", "m"),)
    assert (dict(tally.rejected), dict(tally.refused)) == ({}, {})


def test_a_trace_id_of_64_bits_is_one() -> None:
    spans, tally, _ = from_json({**GOOD, "traceId": OWN})
    assert (spans.trace_hi[0], spans.trace_lo[0], dict(tally.rejected)) == (0, 0x0123456789ABCDEF, {})


@pytest.mark.parametrize(
    ("expected", "start", "end"),
    [
        pytest.param((5, 7, 0), 5, 7, id="good"),
        pytest.param((7, 7, 0), 7, 7, id="no duration"),
        pytest.param((7, 5, Mark.BAD_TIMES), 7, 5, id="the end before the start"),
        pytest.param((0, 5, Mark.BAD_TIMES), 0, 5, id="no start"),
        pytest.param((5, 0, Mark.BAD_TIMES), 5, 0, id="no end"),
        pytest.param((5, 0, Mark.BAD_TIMES), 5, 2**63, id="an end beyond int64"),
        pytest.param((0, 0, Mark.BAD_TIMES), 2**64 - 1, 2**64 - 1, id="both beyond int64"),
        pytest.param((2**63 - 1, 2**63 - 1, 0), 2**63 - 1, 2**63 - 1, id="the last of int64"),
    ],
)
def test_times_that_cannot_be_are_marked_and_kept(
    expected: tuple[int, int, int], start: int, end: int
) -> None:
    text, _, _ = from_json({**GOOD, "startTimeUnixNano": str(start), "endTimeUnixNano": str(end)})
    proto, _ = from_proto(start_time_unix_nano=start, end_time_unix_nano=end)
    for spans in (text, proto):
        assert expected == (spans.start[0], spans.end[0], spans.marks[0])


@pytest.mark.parametrize(
    ("expected", "fields"),
    [
        pytest.param("bad-trace-id", {"trace_id": b"abc"}, id="a short trace id"),
        pytest.param("bad-trace-id", {"trace_id": b""}, id="no trace id"),
        pytest.param("bad-span-id", {"span_id": bytes(9)}, id="a long span id"),
        pytest.param("bad-parent-id", {"parent_span_id": b"abc"}, id="a short parent id"),
        pytest.param("zero-trace-id", {"trace_id": bytes(16)}, id="a trace id of zeros"),
        pytest.param("zero-trace-id", {"trace_id": bytes(8)}, id="a short trace id of zeros"),
        pytest.param("zero-span-id", {"span_id": bytes(8)}, id="a span id of zeros"),
    ],
)
def test_a_bad_span_in_protobuf_is_rejected(expected: str, fields: dict[str, Any]) -> None:
    spans, tally = from_proto(**fields)
    assert (0, 1, {expected: 1}) == (len(spans), tally.spans, dict(tally.rejected))


@pytest.mark.parametrize(
    ("expected", "flags"), [(0, 0x1), (0, 0x101), (Mark.REMOTE_PARENT, 0x301), (0, 0x201)], ids=hex
)
def test_flags_tell_a_parent_in_another_process(expected: int, flags: int) -> None:
    assert expected == from_json({**GOOD, "flags": flags})[0].marks[0]
    assert expected == from_proto(flags=flags)[0].marks[0]


def test_what_the_sender_dropped_is_counted() -> None:
    text = from_json({**GOOD, "droppedAttributesCount": 2, "droppedEventsCount": 3, "droppedLinksCount": "4"})
    proto = from_proto(dropped_attributes_count=2, dropped_events_count=3, dropped_links_count=4)
    for spans, tally in (text[:2], proto):
        assert spans.marks[0] == Mark.LOST_ATTRIBUTES | Mark.LOST_LINKS
        assert dict(tally.lost) == {"attributes": 2, "events": 3, "links": 4}


@pytest.mark.parametrize(
    ("expected", "state"),
    [(1, "ot=th:c;rv:1"), (1, "a=b,ot=rv:1;th:8"), (0, "ot=th:0"), (0, "other=th:c"), (0, "")],
    ids=["sampled", "among others", "all kept", "another's", "none"],
)
def test_trace_state_tells_sampling(expected: int, state: str) -> None:
    assert expected == from_json({**GOOD, "traceState": state})[1].sampled
    assert expected == from_proto(trace_state=state)[1].sampled


@pytest.mark.parametrize(
    ("expected", "links"),
    [
        pytest.param(
            [(0xFEDCBA9876543210, PARENT)], [{"traceId": PARENT + TRACE[16:], "spanId": PARENT}], id="a link"
        ),
        pytest.param([(0, PARENT)], [{"traceId": PARENT, "spanId": PARENT}], id="to a trace id of 64 bits"),
        pytest.param(
            [(0, "0" * 16)], [{"traceId": "x", "spanId": PARENT}], id="with a bad id: it leads to nothing"
        ),
        pytest.param([(0, "0" * 16)], [{"traceId": 5}], id="with a number for an id"),
        pytest.param([(0, "0" * 16)], [5], id="that is none"),
        pytest.param([(0, "0" * 16)], 5, id="a list that is none"),
        pytest.param([(0, "0" * 16)] * 2, [None, {}], id="two that are empty"),
    ],
)
def test_no_link_is_lost(expected: list[tuple[int, str]], links: object) -> None:
    spans, _, _ = from_json({**GOOD, "links": links})
    assert expected == [(int(row["to_hi"]), f"{int(row['to']):016x}") for row in spans.links]
    assert {0x0123456789ABCDEF} == {int(row["span"]) for row in spans.links}


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        pytest.param({"type:gen_ai.request.model": 1}, {"stringValue": 5}, id="a text that is a number"),
        pytest.param({"type:gen_ai.request.model": 1}, {"intValue": "x"}, id="a number that is a text"),
        pytest.param({"type:gen_ai.request.model": 1}, {"intValue": 2**63}, id="a number beyond int64"),
        pytest.param({"type:gen_ai.request.model": 1}, {"bytesValue": "?"}, id="bytes that are not base64"),
        pytest.param(
            {"type:gen_ai.request.model": 1}, {"arrayValue": {"values": 5}}, id="a list that is none"
        ),
        pytest.param({"type:gen_ai.request.model": 1}, 5, id="a value that is none"),
        pytest.param({}, {}, id="an empty value"),
        pytest.param({}, None, id="null"),
    ],
)
def test_a_value_of_a_wrong_type_is_refused(expected: dict[str, int], value: object) -> None:
    span = {**GOOD, "attributes": [{"key": "gen_ai.request.model", "value": value}]}
    spans, tally, words = from_json(span)
    assert ((), expected) == (words.shapes[spans.shape[0]].attributes, dict(tally.refused))
    assert (Mark.LOST_ATTRIBUTES if expected else 0) == spans.marks[0]


def test_a_value_too_deep_is_refused_in_both_formats() -> None:
    value: dict[str, Any] = {"stringValue": "m"}
    for _ in range(200):
        value = {"kvlistValue": {"values": [{"key": "tenant", "value": value}]}}
    _, tally, _ = from_json({**GOOD, "attributes": [{"key": "gen_ai.request.model", "value": value}]})
    assert dict(tally.refused) == {"type:gen_ai.request.model": 1}
    request = ExportTraceServiceRequest()
    span = (
        request.resource_spans.add()
        .scope_spans.add()
        .spans.add(trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(OWN))
    )
    inner = span.attributes.add(key="gen_ai.request.model").value
    for _ in range(40):
        inner = inner.array_value.values.add()
    inner.string_value = "m"
    tally = Tally()
    ProtoDecoder(Shaper(Vocabulary(), tally), tally, Columns()).decode(request.SerializeToString())
    assert dict(tally.refused) == {"type:gen_ai.request.model": 1}


@pytest.mark.parametrize(
    "resource", [5, {"attributes": 5}, {"attributes": [5]}], ids=["a number", "no list", "no object"]
)
def test_a_resource_that_cannot_be_read_is_counted(resource: object) -> None:
    spans, tally, _ = from_json(GOOD, resource=resource)
    assert (len(spans), dict(tally.refused)) == (1, {"malformed:attribute": 1})


@pytest.mark.parametrize("name", ["db.query.result", "db\\u002equery.result"], ids=["plain", "escaped"])
def test_results_of_a_query_tell_their_owners(name: str) -> None:
    metadata = {
        "key": "db.query.result.metadata",
        "value": {"stringValue": '{"tenant": "acme", "text": "secret"}'},
    }
    event = {
        "name": "NAME",
        "attributes": [metadata, {"key": "db.query.result.document", "value": {"stringValue": "secret"}}],
    }
    document = {"resourceSpans": [{"scopeSpans": [{"spans": [{**GOOD, "events": [event]}]}]}]}
    _, _, words = decoded(json.dumps(document).replace("NAME", name).encode())
    assert words.shapes[0].get("documents.tenants") == "acme"
    assert "secret" not in repr(words.shapes)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("logs", b'{"resourceLogs": []}', id="logs"),
        pytest.param("metrics", b'{"resourceMetrics": []}', id="metrics"),
        pytest.param("unknown", b'{"spans": []}', id="something else"),
        pytest.param("unknown", b"[1]", id="a list"),
    ],
)
def test_json_without_spans_says_what_it_is(expected: str, text: bytes) -> None:
    with pytest.raises(NotSpans, match=expected):
        decoded(text)


@pytest.mark.parametrize(
    "text",
    [b'{"resourceSpans": [', b'{"resourceSpans": []}x', b'{"resourceSpans": tru}'],
    ids=["cut", "more", "no word"],
)
def test_what_is_no_json_is_an_error(text: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decoded(text)


@pytest.mark.parametrize(
    "opens",
    [b'{"resourceSpans":', b'{"x":', b'{"resourceSpans":[{"resource":'],
    ids=["spans", "unknown", "resource"],
)
def test_json_nested_too_deeply_is_an_error(opens: bytes) -> None:
    with pytest.raises(RecursionError):
        decoded(opens + b"[" * 100_000)


def test_a_protobuf_attribute_that_is_none_is_counted() -> None:
    request = ExportTraceServiceRequest()
    span = (
        request.resource_spans.add()
        .scope_spans.add()
        .spans.add(
            trace_id=bytes.fromhex(TRACE),
            span_id=bytes.fromhex(OWN),
            start_time_unix_nano=5,
            end_time_unix_nano=7,
        )
    )
    span.attributes.add(key="db.name").value.string_value = "shop"
    data = request.SerializeToString()
    broken = data.replace(b"\x12\x06\x0a\x04shop", b"\x12\x06\x0a\x07shop")
    assert broken != data
    tally, columns = Tally(), Columns()
    ProtoDecoder(Shaper(Vocabulary(), tally), tally, columns).decode(broken)
    assert (
        columns.take().marks[0],
        dict(tally.refused),
    ) == (Mark.LOST_ATTRIBUTES, {"malformed:attribute": 1})
