"""The compiled scanners give what the plain decoders give, for whatever bytes; and ask them once for what repeats."""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba")

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from lineage.decode import Reader
from lineage.decode.columns import Columns
from lineage.decode.formats import messages, recognise
from lineage.decode.otlp_json import JsonDecoder
from lineage.decode.otlp_proto import ProtoDecoder
from lineage.decode.shaper import Shaper
from lineage.decode.sources import Source, opened
from lineage.fast import choose, scan_json, scan_proto
from lineage.fast.memory import FastDecoder
from lineage.fast.rows import Keys
from lineage.spans import Kind, Mark, Shape, Tally, Vocabulary

Json = dict[str, Any]
CAPTURES = Path(__file__).parent.parent / "examples" / "captures"
FORMS = ("json", "proto")
TRACE, SPAN, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"


def plain(form: str, tenant_keys: tuple[str, ...] = ()) -> Any:
    tally = Tally()
    shaper = Shaper(Vocabulary(), tally, tenant_keys)
    return (JsonDecoder if form == "json" else ProtoDecoder)(shaper, tally, Columns())


def fast(behind: Any) -> FastDecoder:
    if isinstance(behind, JsonDecoder):
        return scan_json.decoder(behind)
    return scan_proto.decoder(behind)


def attribute(key: str, value: object = "x", kind: str = "stringValue") -> Json:
    return {"key": key, "value": {kind: value}}


def span(*attributes: Json, **fields: Any) -> Json:
    """A client span as the Collector writes it; `fields` come in place, or None takes one away."""
    base = {
        "traceId": TRACE, "spanId": SPAN, "parentSpanId": PARENT, "name": "GET", "kind": 3,
        "startTimeUnixNano": "1700000000000000000", "endTimeUnixNano": "1700000000000000009",
        "attributes": list(attributes), "status": {},
    }  # fmt: skip
    return {key: value for key, value in (base | fields).items() if value is not None}


def request(*spans: Json, resource: Json | None = None) -> Json:
    resource = {"attributes": [attribute("service.name", "edge")]} if resource is None else resource
    return {
        "resourceSpans": [
            {"resource": resource, "scopeSpans": [{"scope": {"name": "s"}, "spans": list(spans)}]}
        ]
    }


def encoded(form: str, content: Json) -> bytes:
    if form == "json":
        return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    content = json.loads(json.dumps(content))
    for resource in content["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for item in scope["spans"]:
                for holder in (item, *item.get("links", [])):
                    for key in ("traceId", "spanId", "parentSpanId"):
                        if key in holder:
                            holder[key] = base64.b64encode(bytes.fromhex(holder[key])).decode()
    return json_format.ParseDict(content, ExportTraceServiceRequest()).SerializeToString()


def told(decoder: Any) -> tuple[object, ...]:
    """All that a plain decoder holds of what was decoded, with codes made plain."""
    spans, words = decoder.columns.take(), decoder.shaper.vocabulary
    columns = (spans.trace_hi, spans.trace_lo, spans.span, spans.parent, spans.start, spans.end, spans.marks)
    rows = Counter(
        (*numbers, words.shapes[shape], words.tenants[tenant])
        for *numbers, shape, tenant in zip(
            *(column.tolist() for column in columns), spans.shape.tolist(), spans.tenant.tolist(), strict=True
        )
    )
    return rows, Counter(map(tuple, spans.links.tolist())), decoder.tally, words.shapes, words.tenants


def outcome(decoder: Any, behind: Any, parts: list[bytes]) -> object:
    """What comes of messages: everything that was read, or the name of the error."""
    try:
        for part in parts:
            decoder.decode(part)
    except Exception as error:
        return type(error).__name__
    return told(behind)


class Watched:
    """A plain decoder that counts the messages that were left to it."""

    def __init__(self, form: str, tenant_keys: tuple[str, ...] = ()) -> None:
        self.decoder = plain(form, tenant_keys)
        self.left = 0
        decode = self.decoder.decode

        def count(data: bytes) -> None:
            self.left += 1
            decode(data)

        self.decoder.decode = count


def check(form: str, parts: list[bytes], tenant_keys: tuple[str, ...] = ()) -> int:
    """Both ways give the same; how many of the messages the scan left to the plain decoder."""
    reference = plain(form, tenant_keys)
    watched = Watched(form, tenant_keys)

    assert outcome(reference, reference, parts) == outcome(fast(watched.decoder), watched.decoder, parts)

    return watched.left


@pytest.mark.parametrize("form", FORMS)
def test_a_span_is_read_as_it_stands(form: str) -> None:
    behind = plain(form)
    fast(behind).decode(
        encoded(
            form, request(span(attribute("server.address", "Llm.example"), attribute("tenant.id", "acme")))
        )
    )
    batch, words = behind.columns.take(), behind.shaper.vocabulary

    assert (batch.trace_hi[0], batch.trace_lo[0]) == (0x0AF7651916CD43DD, 0x8448EB211C80319C)
    assert (batch.span[0], batch.parent[0]) == (0xB7AD6B7169203331, 0x00F067AA0BA902B7)
    assert (batch.start[0], batch.end[0], batch.marks[0]) == (1700000000000000000, 1700000000000000009, 0)
    shape: Shape = words.shapes[batch.shape[0]]
    assert (
        shape.resource.service, shape.kind, shape.attributes,
    ) == ("edge", Kind.CLIENT, (("server.address", "llm.example"),))  # fmt: skip
    assert words.tenants[batch.tenant[0]] == "acme"


@pytest.mark.parametrize(
    "path", sorted(CAPTURES.glob("*.jsonl")) + sorted(CAPTURES.glob("*.pb")), ids=lambda p: p.name
)
def test_captures_of_real_systems_are_read_alike_and_by_the_scan(path: Path) -> None:
    if path.name.endswith(".logs.jsonl"):
        pytest.skip("logs are no spans")
    with opened(Source(str(path), path), lambda size: None) as data:
        parts = [message.data for message in messages(data, recognise(data))]

    assert check("json" if path.suffix == ".jsonl" else "proto", parts) == 0


LINK = {"traceId": TRACE, "spanId": SPAN}
RESULT = {
    "name": "db.query.result",
    "attributes": [attribute("db.query.result.metadata", '{"tenant": "acme", "text": "secret"}')],
}
SPANS: dict[str, list[Json]] = {
    "no parent": [span(parentSpanId=None)],
    "a trace id of 64 bits": [span(traceId=TRACE[:16])],
    "a trace id of zeros": [span(traceId="0" * 32)],
    "a span id of zeros": [span(spanId="0" * 16)],
    "upper-case ids": [span(traceId=TRACE.upper())],
    "no times": [span(startTimeUnixNano="0", endTimeUnixNano="0")],
    "an end before the start": [span(endTimeUnixNano="1")],
    "a time beyond 63 bits": [span(endTimeUnixNano="9300000000000000000")],
    "each kind": [span(attribute("server.address", "h.example"), kind=kind) for kind in range(6)],
    "no kind": [span(kind=None)],
    "no attributes": [span(), span(attributes=None)],
    "a remote parent": [span(flags=0x301), span(flags=0x101), span(flags=0)],
    "dropped things": [span(droppedAttributesCount=2, droppedEventsCount=3, droppedLinksCount=5), span(droppedEventsCount=1)],
    "a sampled trace state": [span(traceState=state) for state in ("ot=th:c", "ot=th:0", "ot=th:8;rv:1", "a=b,ot=th:8", "x=th:8", "ot=th: 0", "")],
    "links": [span(links=[LINK, LINK]), span(links=[])],
    "an event that tells owners of documents": [span(events=[RESULT]), span(events=[{"name": "exception"}])],
    "documents with owners": [
        span(attribute("retrieval.documents.0.document.metadata", '{"tenant": "acme"}')),
        span(attribute("retrieval.documents.0.document.content", "what a customer wrote")),
    ],
    "a URL with user, path and query": [span(attribute("url.full", "https://u:p@h.example:8443/a?b#c"))],
    "odd URLs": [
        span(attribute("url.full", value))
        for value in ("", "h.example", "://h", "https://", "http:\\\\h", "http://h\\x", "/path", "a" * 17 + "://h", "http://" + "h" * 3000, "http://h/张三")
    ],
    "a URL that is no text": [span(attribute("url.full", 5, "intValue")), span(attribute("url.full", True, "boolValue"))],
    "health routes": [
        span(attribute(key, value), kind=2)
        for key in ("http.route", "url.path", "http.target")
        for value in ("/health", "/healthz/", "/live?x=/", "/ready//", "/healthy", "/", "", "/health" + "/" * 300, "/" * 300 + "?", "/张三", "/x" * 200)
    ],
    "a server's own address and peers": [
        span(attribute("server.address", "not a host!"), attribute("network.peer.port", 70000, "intValue"), kind=kind)
        for kind in (2, 3, 5)
    ],
    "values of every type": [
        span(attribute(key, value, kind))
        for key in ("server.port", "tenant.id", "metadata", "unknown.key")
        for kind, value in (("stringValue", "443"), ("intValue", "443"), ("intValue", -1), ("doubleValue", 1.5), ("boolValue", True), ("arrayValue", {"values": [{"stringValue": "acme"}]}), ("kvlistValue", {"values": [attribute("tenant", "acme")]}), ("bytesValue", "YWNtZQ=="))
    ],
    "an attribute without a value": [span({"key": "server.address"}), span({"key": "server.address", "value": {}})],
    "a key twice": [span(attribute("server.address", "a"), attribute("server.address", "b"))],
    "an old name beside a new one": [span(attribute("net.peer.name", "a"), attribute("server.address", "b"))],
    "a database span whose name tells the verb": [
        span(attribute("db.system", "postgresql"), name=name) for name in ("SELECT users", "INSERT", "数据", "")
    ],
    "a statement": [span(attribute("db.system", "mysql"), attribute("db.statement", "SELECT a FROM t WHERE b = 'it''s'"))],
    "escapes and foreign letters": [span(attribute("tenant.id", 'a"b\\c'), attribute("名", "值"), name='a"\n张三')],
    "values that are refused": [span(attribute("server.address", "prose with spaces"), attribute("tenant.id", "a b"))],
    "a tenant key of the user's own": [span(attribute("customer", "acme")), span(attribute("customer", "a b"))],
}  # fmt: skip
HANDED_OVER = {
    "json": {"an attribute without a value"},
    "proto": set[str](),
}
"""Cases that the scan leaves to the plain decoder as whole messages."""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", SPANS)
def test_a_case_is_read_alike(form: str, case: str) -> None:
    parts = [encoded(form, request(one)) for one in SPANS[case]]

    left = check(form, parts + parts, ("customer",))

    assert (case in HANDED_OVER[form]) == (left > 0)


@pytest.mark.parametrize("form", FORMS)
def test_all_cases_in_one_message_are_read_alike(form: str) -> None:
    everything = [one for case, spans in SPANS.items() if case not in HANDED_OVER[form] for one in spans]

    assert check(form, [encoded(form, request(*everything))] * 2, ("customer",)) == 0


JSON_TEXTS = {
    "white space": (b'{ "resourceSpans" : [ ] }', 1),
    "an empty request": (b"{}", 1),
    "another signal": (b'{"resourceLogs":[]}', 1),
    "no trace data": (b'{"a":1}', 1),
    "nothing": (b"", 1),
    "a second key beside the spans": (b'{"resourceSpans":[{}],"a":1}', 1),
    "a resource behind its spans": (b'{"resourceSpans":[{"scopeSpans":[],"resource":{}}]}', 1),
    "a null for a list": (b'{"resourceSpans":[{"scopeSpans":null}]}', 1),
    "the old name of scopes": (b'{"resourceSpans":[{"instrumentationLibrarySpans":[]}]}', 1),
    "no resource": (b'{"resourceSpans":[{"scopeSpans":[]},{}]}', 1),
    "a resource alone": (b'{"resourceSpans":[{"resource":{}}]}', 0),
    "cut": (b'{"resourceSpans":[{"resource":{}}]', 1),
    "followed by more": (b'{"resourceSpans":[{"resource":{}}]}x', 1),
    "an unknown key with nested values": (b'{"resourceSpans":[{"new":{"a":[1,-2.5e3,true,null,"\\u00e9",{}]},"resource":{}}]}', 0),
    "a comma too many": (b'{"resourceSpans":[{"new":[1,],"resource":{}}]}', 1),
    "a leading zero": (b'{"resourceSpans":[{"new":01,"resource":{}}]}', 1),
    "a lone surrogate": (b'{"resourceSpans":[{"new":"\\ud800","resource":{}}]}', 1),
    "a control character": (b'{"resourceSpans":[{"new":"\x01","resource":{}}]}', 1),
    "nested deeper than anything real": (b'{"resourceSpans":[{"new":' + b"[" * 90 + b"]" * 90 + b',"resource":{}}]}', 1),
}  # fmt: skip


@pytest.mark.parametrize("case", JSON_TEXTS)
def test_json_text_is_judged_alike(case: str) -> None:
    text, left = JSON_TEXTS[case]

    assert left == check("json", [text])


GOOD = encoded(
    "json", request(span(attribute("server.address", "h.example"), attribute("url.full", "http://h/a")))
)
JSON_EDITS = {
    "a key twice in a span": (b'"kind":3', b'"kind":3,"kind":2', 1),
    "a kind in quotes": (b'"kind":3', b'"kind":"3"', 1),
    "a kind that does not exist": (b'"kind":3', b'"kind":9', 0),
    "a kind behind the attributes": (b'"kind":3,', b"", 0),
    "bare times": (b'"1700000000000000000"', b"1700000000000000000", 0),
    "a time with a fraction": (b'"1700000000000000000"', b"17.5", 1),
    "an id that is not hexadecimal": (SPAN.encode(), b"b7ad6b716920333x", 1),
    "an id that is too short": (SPAN.encode(), b"b7ad", 1),
    "a null": (b'"status":{}', b'"status":null', 0),
    "a null for an attribute": (b'[{"key":"server', b'[null,{"key":"server', 1),
    "an attribute whose value comes first": (b'{"key":"server.address",', b'{"value":{},"key":"server.address",', 1),
    "an escaped key": (b'"server.address"', b'"server.addres\\u0073"', 1),
    "bytes that are no UTF-8 in a name": (b'"GET"', b'"\xff"', 1),
    "bytes that are no UTF-8 in a key": (b'"server.address"', b'"\xff"', 1),
    "bytes that are no UTF-8 in a value that matters": (b"h.example", b"h.\xff", 1),
    "bytes that are no UTF-8 in a path": (b"http://h/a", b"http://h/\xff", 1),
    "bytes that are no UTF-8 where nobody looks": (b'"status":{}', b'"status":"\xff"', 0),
}  # fmt: skip


@pytest.mark.parametrize("case", JSON_EDITS)
def test_an_edited_json_span_is_judged_alike(case: str) -> None:
    old, new, left = JSON_EDITS[case]
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    if case == "a kind behind the attributes":
        text = text.replace(b'"status"', b'"kind":3,"status"')

    assert left == check("json", [text])


def field(number: int, content: bytes) -> bytes:
    """A field of a message or bytes, whose tag and length take one byte each."""
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


IDS = field(1, bytes.fromhex(TRACE)) + field(2, bytes.fromhex(SPAN))
PROTO_SPANS = {
    "ids alone": (IDS, 0),
    "no ids": (b"", 0),
    "a trace id that is too short": (field(1, b"abc") + field(2, bytes.fromhex(SPAN)), 0),
    "a span id that is too long": (field(1, bytes.fromhex(TRACE)) + field(2, b"123456789"), 0),
    "a parent id that is too short": (IDS + field(4, b"abc"), 0),
    "an id twice": (IDS + field(2, b"12345678"), 1),
    "an unknown field": (IDS + field(15, b"") + b"\x92\x01\x00", 1),
    "a field of another wire type": (IDS + b"\x28\x05", 1),
    "a kind behind an attribute": (IDS + field(9, field(1, b"server.port") + field(2, b"\x18\x50")) + b"\x30\x02", 0),
    "a kind in two bytes": (IDS + b"\x30\x83\x00", 0),
    "a kind that does not exist": (IDS + b"\x30\x09", 0),
    "a group": (IDS + b"\x4b\x4c", 1),
    "flags that are cut": (IDS + b"\x85\x01\x00", 1),
    "a time that is cut": (IDS + b"\x39\x00", 1),
    "a length beyond the span": (IDS + b"\x4a\x7f", 1),
    "an endless number": (IDS + b"\x50" + b"\xff" * 11, 1),
    "an empty attribute": (IDS + field(9, b""), 0),
    "an attribute that is no message": (IDS + field(9, field(1, b"server.port") + b"\xff\xff"), 0),
    "a key that is cut": (IDS + field(9, b"\x0a\x7fserver.port"), 0),
    "an unknown key with what is no value": (IDS + field(9, field(1, b"x") + b"\xff\xff"), 0),
    "a peer of a server that is no message": (IDS + b"\x30\x02" + field(9, field(1, b"server.port") + b"\xff"), 0),
    "a negative port of a server": (IDS + b"\x30\x02" + field(9, field(1, b"server.port") + field(2, b"\x18" + b"\xff" * 9 + b"\x01")), 0),
    "a link that is no message": (IDS + field(13, b"\xff"), 1),
    "a link that is no message on a span without ids": (field(13, b"\xff"), 1),
    "a link with short ids": (IDS + field(13, field(1, b"abc")), 0),
    "a tag of zero": (IDS + b"\x02\x00", 1),
    "text that is no UTF-8": (IDS + field(9, field(1, b"url.full") + field(2, field(1, b"http://h/\xff"))), 0),
}  # fmt: skip


@pytest.mark.parametrize("case", PROTO_SPANS)
def test_a_protobuf_span_is_judged_alike(case: str) -> None:
    raw, left = PROTO_SPANS[case]

    assert left == check("proto", [field(1, field(2, field(2, raw)))])


PROTO_TEXTS = {
    "nothing": (b"", 0),
    "a resource behind its spans": (field(1, field(2, b"") + field(1, b"")), 1),
    "two resources": (field(1, field(1, b"") + field(1, b"")), 1),
    "a resource that is no message": (field(1, field(1, b"\xff")), 1),
    "an unknown field of the request": (field(3, b""), 1),
    "the old field of scopes": (field(1, b"\xc2\x3e\x00"), 1),
    "cut": (field(1, field(2, b""))[:-1], 1),
    "a length in six bytes": (b"\x0a\x80\x80\x80\x80\x80\x00", 1),
    "a length of two gigabytes": (b"\x0a\xff\xff\xff\xff\x07", 1),
}


@pytest.mark.parametrize("case", PROTO_TEXTS)
def test_protobuf_is_judged_alike(case: str) -> None:
    raw, left = PROTO_TEXTS[case]

    assert left == check("proto", [raw])


SNIPPETS = [
    b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"null", b"0", b"-1", b"1e5", "张".encode(), b" ", b"\\u0041", b'"a":1,',
    b"{}", b"\x0a\x00", b"\x4a\x00", b"\x12\x00", b"\xff\xff\xff\xff\x0f", b"\x80\x00", b"\x85\x01", b"\x30\x02", b"\x00",
]  # fmt: skip


def mutated(chance: random.Random, data: bytes) -> bytes:
    """The bytes with one to three small changes."""
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(changed))
        way = chance.randrange(5)
        if way == 0:
            changed[at] ^= 1 << chance.randrange(7)
        elif way == 1:
            del changed[at : at + chance.choice([1, 2, 9])]
        elif way == 2:
            changed[at:at] = chance.choice(SNIPPETS)
        elif way == 3:
            start = chance.randrange(len(changed))
            changed[at:at] = changed[start : start + chance.choice([1, 8, 40])]
        else:
            changed[at : at + 1] = chance.choice(SNIPPETS)
        if not changed:
            return data
    return bytes(changed)


@pytest.mark.parametrize("form", FORMS)
def test_mutated_messages_come_to_the_same_result_or_error(form: str) -> None:
    chance = random.Random(20260101)
    everything = [one for spans in SPANS.values() for one in spans if len(str(one)) < 900]
    reference = plain(form)
    watched = Watched(form)
    quick = fast(watched.decoder)
    outcomes: Counter[str] = Counter()
    for _ in range(700):
        data = mutated(chance, encoded(form, request(*chance.sample(everything, 2))))
        expected = outcome(reference, reference, [data])

        assert expected == outcome(quick, watched.decoder, [data])

        outcomes["error" if isinstance(expected, str) else "result"] += 1
        if isinstance(expected, str):
            # What is left of a broken message means nothing; both start anew.
            reference, watched = plain(form), Watched(form)
            quick = fast(watched.decoder)

    assert min(outcomes["error"], outcomes["result"], 700 - watched.left) > 50


def asked(form: str, spans: list[Json]) -> int:
    """How many different spans the plain decoder was asked about."""
    quick = fast(plain(form))
    quick.decode(encoded(form, request(*spans)))
    return quick.remembered


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("number", "spans"),
    [
        pytest.param(1, [span(attribute("url.full", f"http://h/{i}?{i}")) for i in range(50)], id="the paths of URLs"),
        pytest.param(1, [span(attribute("http.route", f"/users/{i}"), kind=2) for i in range(50)], id="routes"),
        pytest.param(1, [span(attribute("network.peer.port", i, "intValue"), kind=2) for i in range(50)], id="ports of a server's callers"),
        pytest.param(1, [span(attribute("gen_ai.prompt", f"text {i}")) for i in range(50)], id="content"),
        pytest.param(1, [span(name=f"GET /users/{i}") for i in range(50)], id="names of spans"),
        pytest.param(50, [span(attribute("tenant.id", f"t{i}")) for i in range(50)], id="tenants decide"),
        pytest.param(2, [span(attribute("http.route", route), kind=2) for route in ("/live", "/livez", "/a")], id="probes decide"),
    ],
)  # fmt: skip
def test_what_does_not_decide_is_not_asked_about_again(form: str, number: int, spans: list[Json]) -> None:
    assert number == asked(form, spans)


@pytest.mark.parametrize("form", FORMS)
def test_more_spans_and_resources_than_there_is_room_for_are_read_alike(form: str) -> None:
    many = [span(spanId=f"{i + 1:016x}") for i in range(1500)]
    content = {
        "resourceSpans": [
            *request(*many)["resourceSpans"],
            *(
                request(span(), resource={"attributes": [attribute("service.name", f"s{i}")]})[
                    "resourceSpans"
                ][0]
                for i in range(300)
            ),
        ]
    }

    assert check(form, [encoded(form, content)]) == 0


@pytest.mark.parametrize("form", FORMS)
def test_thousands_of_tenants_outgrow_the_table_and_are_read_alike(form: str) -> None:
    spans = [span(attribute("tenant.id", f"t{i}")) for i in range(5000)]

    assert check(form, [encoded(form, request(*spans))] * 2) == 0


def test_the_hash_has_a_secret_of_its_own() -> None:
    assert Keys(()).secret.tolist() != Keys(()).secret.tolist()


def test_a_refused_value_is_counted_and_marked_each_time() -> None:
    behind = plain("json")
    quick = fast(behind)
    for _ in range(3):
        quick.decode(encoded("json", request(span(attribute("server.address", "prose with spaces")))))
    marks = behind.columns.take().marks.tolist()

    assert dict(behind.tally.refused) == {"shape:server.address": 3}
    assert marks == [Mark.LOST_ATTRIBUTES] * 3


class TestChoice:
    def test_small_input_is_left_to_the_plain_decoder(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("LINEAGE_FAST", raising=False)
        assert choose.decoder("json", plain("json"), 1 << 20) is None

    def test_it_can_be_forbidden(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LINEAGE_FAST", "0")
        assert choose.decoder("json", plain("json"), 1 << 40) is None

    def test_it_can_be_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LINEAGE_FAST", "1")
        assert isinstance(choose.decoder("proto", plain("proto"), 1), FastDecoder)

    def test_without_numba_the_plain_decoder_does_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LINEAGE_FAST", "1")
        monkeypatch.setattr(choose, "available", lambda: False)
        assert choose.decoder("proto", plain("proto"), 1 << 40) is None

    def test_a_numba_that_fails_is_met_before_the_first_message(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LINEAGE_FAST", "1")
        monkeypatch.setattr(scan_proto, "scan", lambda *arrays: 1 / 0)
        assert choose.decoder("proto", plain("proto"), 1) is None

    def test_tenant_keys_that_do_not_fit_are_left_to_the_plain_decoder(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LINEAGE_FAST", "1")
        assert choose.decoder("proto", plain("proto", ("k" * 200,)), 1 << 40) is None


def read_all(setting: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Tally, list[Shape], int]:
    monkeypatch.setenv("LINEAGE_FAST", setting)
    reader = Reader()
    rows = sum(len(batch) for batch in reader.read([str(CAPTURES)]))
    return reader.tally, reader.vocabulary.shapes, rows


def test_a_reader_gives_the_same_with_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_all("0", monkeypatch) == read_all("1", monkeypatch)
