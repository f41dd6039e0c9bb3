"""The same spans in every form give the same result; what is broken is an error that says where, and never half a result."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from otlp import (
    OTHER,
    SPAN,
    TRACE,
    fixed,
    forms,
    read,
    request,
    rows,
    span,
    to_json,
    to_message,
    varint,
    zstd,
)

from lineage.decode import Reader
from lineage.decode.formats import Format, recognise
from lineage.decode.sources import Bytes, Source
from lineage.errors import InputError
from lineage.spans import Spans

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
CAPTURES = sorted(path.stem for path in (EXAMPLES / "captures").glob("*.pb"))

REQUESTS = (
    request(
        span({"db.system": "postgresql", "db.statement": "SELECT a FROM t", "tenant.id": "acme"}),
        span(
            {"server.address": "a.example", "server.port": 8080, "tenant.id": "globex"},
            spanId=OTHER,
            parentSpanId=SPAN,
            flags=0x301,
            droppedAttributesCount=2,
            links=[{"traceId": TRACE, "spanId": SPAN}],
            traceState="ot=th:8",
        ),
    ),
    request(
        span({"retrieval.documents.0.document.metadata": '{"tenant": "acme"}'}, traceId="f" * 32),
        span(
            {"unknown.key": "secret"},
            traceId="e" * 32,
            startTimeUnixNano="0",
            events=[
                {
                    "name": "db.query.result",
                    "attributes": [
                        {"key": "db.query.result.metadata", "value": {"stringValue": '{"tenant": "initech"}'}}
                    ],
                }
            ],
        ),
        resource={
            "service.name": "worker",
            "cloud.provider": "aws",
            "cloud.region": "us-east-1",
            "host.name": "h1",
        },
    ),
)
FORMS = forms(*REQUESTS)


def test_what_is_read(tmp_path: Path) -> None:
    reader, spans = read(FORMS["JSON lines, plain"], tmp_path)
    assert (
        reader.tally.spans,
        reader.tally.requests,
        reader.tally.files,
        reader.tally.sampled,
        dict(reader.tally.lost),
    ) == (4, 2, 1, 1, {"attributes": 2})
    assert spans.marks.tolist() == [0, 1 | 8, 0, 2]
    assert [reader.vocabulary.tenants[code] for code in spans.tenant] == ["acme", "globex", "", ""]
    shapes = [dict(reader.vocabulary.shapes[code].attributes) for code in spans.shape]
    assert shapes[0] == {"db.system.name": "postgresql", "db.tables": "t", "db.verbs": "SELECT"}
    assert shapes[2:] == [{"documents.tenants": "acme"}, {"documents.tenants": "initech"}]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same(form: str, tmp_path: Path) -> None:
    expected_reader, expected = read(FORMS["JSON lines, plain"], tmp_path)
    reader, found = read(FORMS[form], tmp_path)
    assert rows(expected, expected_reader.vocabulary) == rows(found, reader.vocabulary)
    assert (expected_reader.tally.spans, expected_reader.tally.refused, expected_reader.tally.lost) == (
        reader.tally.spans,
        reader.tally.refused,
        reader.tally.lost,
    )


@pytest.mark.parametrize("capture", CAPTURES)
def test_json_and_protobuf_of_a_capture_agree(capture: str) -> None:
    results = []
    for ending in ("jsonl", "pb"):
        reader = Reader()
        spans = Spans.concat(reader.read([str(EXAMPLES / "captures" / f"{capture}.{ending}")]))
        results.append((rows(spans, reader.vocabulary), reader.tally.refused, reader.tally.rejected))
    assert len(results[0][0]) > 40
    assert results[0] == results[1]


def test_the_demo_of_opentelemetry() -> None:
    reader = Reader()
    spans = Spans.concat(reader.read([str(EXAMPLES / "otel-demo" / "otel-demo.otlp.pb.gz")]))
    traces = set(zip(spans.trace_hi.tolist(), spans.trace_lo.tolist(), strict=True))
    assert (
        len(spans),
        len(traces),
        reader.tally.requests,
        reader.tally.rejected.total(),
    ) == (4743, 1021, 101, 0)


IDS: list[tuple[str, dict[str, Any], str]] = [
    ("large letters", {"traceId": TRACE.upper()}, ""),
    ("a trace id of 64 bits", {"traceId": "00000000000000ff"}, ""),
    ("numbers for times", {"startTimeUnixNano": 1000, "endTimeUnixNano": 2000}, ""),
    ("null for absent", {"parentSpanId": None, "links": None, "attributes": None}, ""),
    ("unknown fields", {"somethingNew": {"a": [1, {"b": "secret"}]}}, ""),
    ("an unknown kind", {"kind": 99}, ""),
    ("no trace id", {"traceId": ""}, "bad-trace-id"),
    ("zeros for a trace id", {"traceId": "0" * 32}, "zero-trace-id"),
    ("a short trace id", {"traceId": "abcd"}, "bad-trace-id"),
    ("zeros for a span id", {"spanId": "0" * 16}, "zero-span-id"),
    ("a short span id", {"spanId": "ab"}, "bad-span-id"),
    ("a short parent id", {"parentSpanId": "ab"}, "bad-parent-id"),
    ("base64 for an id", {"traceId": "ASNFZ4mrze8BI0VniavN7w=="}, "bad-id"),
    ("blanks in an id", {"spanId": "01 23456789abcdef"}, "bad-id"),
    ("a number for an id", {"traceId": 5}, "malformed-span"),
    ("text for a time", {"startTimeUnixNano": "soon"}, "malformed-span"),
    ("a negative count", {"droppedAttributesCount": -1}, "malformed-span"),
    ("text for a list", {"attributes": "secret"}, "malformed-span"),
]


@pytest.mark.parametrize(("fields", "reason"), [row[1:] for row in IDS], ids=[row[0] for row in IDS])
def test_a_bad_span_costs_that_span_only(fields: dict[str, Any], reason: str, tmp_path: Path) -> None:
    reader, spans = read(to_json(request(span(**fields), span(spanId=OTHER))), tmp_path)
    assert ({reason: 1} if reason else {}) == dict(reader.tally.rejected)
    assert (2, 1 if reason else 2) == (reader.tally.spans, len(spans))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("1", "1", (1, 1, 0)),
        ("2", "1", (2, 1, 2)),
        ("0", "5", (0, 5, 2)),
        (str(2**63 - 1), str(2**63 - 1), (2**63 - 1, 2**63 - 1, 0)),
        (str(2**63), str(2**64 - 1), (0, 0, 2)),
    ],
)
def test_times(start: str, end: str, expected: tuple[int, int, int], tmp_path: Path) -> None:
    made = request(span(startTimeUnixNano=start, endTimeUnixNano=end))
    for data in (to_json(made), fixed(to_message(made))):
        _, spans = read(data, tmp_path)
        assert expected == (int(spans.start[0]), int(spans.end[0]), int(spans.marks[0]))


TWICE = [
    ("one value twice", ["a.example", "a.example"], {}),
    ("two values", ["a.example", "b.example"], {"ambiguous:server.address": 1}),
    ("two values, the other way round", ["b.example", "a.example"], {"ambiguous:server.address": 1}),
]


@pytest.mark.parametrize(("values", "refused"), [row[1:] for row in TWICE], ids=[row[0] for row in TWICE])
def test_a_key_that_stands_twice(values: list[str], refused: dict[str, int], tmp_path: Path) -> None:
    made = span(attributes=[{"key": "server.address", "value": {"stringValue": value}} for value in values])
    for data in (to_json(request(made)), fixed(to_message(request(made)))):
        reader, spans = read(data, tmp_path)
        assert refused == dict(reader.tally.refused)
        assert (0 if refused else 1) == len(reader.vocabulary.shapes[0].attributes)
        assert (8 if refused else 0) == spans.marks[0]


def test_what_is_wrong_with_a_resource_counts_for_each_of_its_spans(tmp_path: Path) -> None:
    wrong = {"service.name": "a secret of two words"}
    together = request(span(), span(spanId=OTHER), resource=wrong)
    apart = [request(span(), resource=wrong), request(span(spanId=OTHER), resource=wrong)]
    for data in (to_json(together), to_json(*apart), fixed(*map(to_message, apart))):
        reader, spans = read(data, tmp_path)
        assert (dict(reader.tally.refused), spans.marks.tolist()) == ({"shape:service.name": 2}, [8, 8])


def test_the_system_says_in_which_language_a_text_is(tmp_path: Path) -> None:
    texts = {
        "postgresql": "SELECT 1 FROM secret_table",
        "redis": "get me",
        "qdrant": "Select a hospital from Beijing",
        "": "SELECT 1 FROM secret_table",
        "mongodb": '{"find": "secret"}',
    }
    found = []
    for system, text in texts.items():
        attributes = {"db.query.text": text, **({"db.system.name": system} if system else {})}
        reader, _ = read(to_json(request(span(attributes))), tmp_path)
        found.append(
            [value for key, value in reader.vocabulary.shapes[0].attributes if key != "db.system.name"]
        )
    assert found == [["secret_table", "SELECT"], ["GET"], [], ["secret_table", "SELECT"], []]


def test_a_cut_statement_may_do_anything_else_beside(tmp_path: Path) -> None:
    text = "INSERT INTO t VALUES " + "(1)," * 20_000
    made = span({"db.system.name": "mysql", "db.query.text": text})
    reader, spans = read(to_json(request(made)), tmp_path)
    assert (dict(reader.tally.refused), spans.marks[0]) == ({"cut:db.query.text": 1}, 8)
    assert reader.vocabulary.shapes[0].get("db.verbs") == "INSERT OTHER"


GOOD_LINE, GOOD_MESSAGE = to_json(REQUESTS[0]), to_message(REQUESTS[0])
LOGS = b'{"resourceLogs":[]}\n'
BROKEN = [
    ("nothing", b"", "the file is empty"),
    ("nothing in gzip", gzip.compress(b""), "the file is empty"),
    ("text", b"hello\nworld\n", "of no format"),
    ("UTF-16", GOOD_LINE.decode().encode("utf-16"), "of no format"),
    ("logs", LOGS, "the file holds logs, not spans"),
    ("metrics", b'{"resourceMetrics":[]}\n', "the file holds metrics, not spans"),
    ("other JSON", b'{"data":[]}\n', "input:1: the JSON object is no OTLP trace data"),
    ("a broken second line", GOOD_LINE + GOOD_LINE[:-9] + b"\n" + GOOD_LINE, "input:2: the JSON is cut or malformed"),
    ("a broken first line", GOOD_LINE[:-9] + b"\n" + GOOD_LINE, "input:1: the JSON is cut or malformed"),
    ("a cut last line", GOOD_LINE * 2 + GOOD_LINE[:50], "input:3: the JSON is cut or malformed"),
    ("zeros behind the last line", GOOD_LINE + b"\0" * 9, "input:2: the JSON is cut or malformed"),
    ("two objects on a line", GOOD_LINE.strip() * 2 + b"\n", "input:1: the JSON is cut or malformed"),
    ("JSON that is too deep", b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    ("a deep attribute", to_json(request(span({"service.name": 1}))).replace(b"1}", b'"' + b"[" * 9 + b"}"), "malformed"),
    ("text that is not UTF-8", GOOD_LINE.replace(b"postgresql", b"\xff\xfe"), "input:1: the JSON is cut or malformed"),
    ("a cut message", fixed(GOOD_MESSAGE, GOOD_MESSAGE)[:-1], f"the last message is cut, at byte {len(GOOD_MESSAGE) + 4}"),
    ("a cut length", fixed(GOOD_MESSAGE) + b"\0\0", f"the last message is cut, at byte {len(GOOD_MESSAGE) + 4}"),
    ("a cut message behind a varint", varint(GOOD_MESSAGE)[:-1], "the last message is cut, at byte 0"),
    ("a cut varint", varint(GOOD_MESSAGE) + b"\xff", "a length is cut or malformed"),
    ("a length beyond all bounds", fixed(GOOD_MESSAGE) + b"\xff\xff\xff\xff", "claims to be larger"),
    ("a cut request", GOOD_MESSAGE[:-1], "a protobuf message is malformed, at byte 0"),
    ("a message of noise", fixed(GOOD_MESSAGE, b"\x0a\xff"), f"malformed, at byte {len(GOOD_MESSAGE) + 4}"),
    ("a cut gzip file", gzip.compress(GOOD_LINE)[:-9], "the compressed file is cut or damaged"),
    ("noise behind a gzip file", gzip.compress(GOOD_LINE) + b"noise", "the compressed file is cut or damaged"),
    ("a damaged gzip file", gzip.compress(GOOD_LINE)[:30] + b"\0" * 20, "the compressed file is cut or damaged"),
    ("a cut zstd file", zstd(GOOD_LINE)[:-5], "the compressed file is cut or damaged"),
    ("noise behind a zstd file", zstd(GOOD_LINE) + b"noise", "the compressed file is cut or damaged"),
    ("a cut gzip message", fixed(gzip.compress(GOOD_MESSAGE)[:-4]), "a compressed message is cut or damaged, at byte 0"),
    ("a damaged snapshot in JSON lines", GOOD_LINE + b'{"format":"lineage-snapshot/1"}', "no OTLP trace data"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_broken_input_is_an_error_that_says_where(data: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(data, tmp_path)
    assert message in str(error.value)
    assert "postgresql" not in str(error.value)


def test_protobuf_of_another_signal_is_no_span(tmp_path: Path) -> None:
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

    logs = ExportLogsServiceRequest()
    record = logs.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=5, trace_id=bytes(16))
    record.body.string_value = "secret"
    with pytest.raises(InputError, match="it holds logs or metrics"):
        read(fixed(logs.SerializeToString()), tmp_path)


def test_logs_between_spans_are_counted(tmp_path: Path) -> None:
    reader, spans = read(LOGS + GOOD_LINE + LOGS, tmp_path)
    assert (len(spans), dict(reader.tally.refused)) == (2, {"other-signal:logs": 2})


def test_a_directory_passes_over_what_holds_no_spans_and_names_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.jsonl").write_bytes(GOOD_LINE)
    (tmp_path / "README.md").write_text("# spans\n")
    (tmp_path / "b.truth.json").write_text('{\n "a": 1}')
    (tmp_path / "c.jsonl").write_bytes(LOGS)
    (tmp_path / "d.pb").write_bytes(b"")
    (tmp_path / ".hidden").write_bytes(b"\0")
    (tmp_path / "deep" / "round").symlink_to(tmp_path)
    reader = Reader()
    assert sum(len(batch) for batch in reader.read([str(tmp_path)])) == 2
    assert [Path(name).name for name in reader.skipped] == ["README.md", "b.truth.json", "c.jsonl", "d.pb"]
    assert dict(reader.tally.refused) == {"file-without-spans": 4}


def test_a_directory_without_spans_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# spans\n")
    with pytest.raises(InputError, match="none of 1 files holds spans"):
        list(Reader().read([str(tmp_path)]))


@pytest.mark.parametrize(
    "name", ["absent", "*.absent", "nul\0", "x" * 5000], ids=["path", "glob", "nul", "long"]
)
def test_a_name_that_means_no_file_is_an_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        list(Reader().read([str(tmp_path / name)]))


def test_a_link_to_nothing_in_a_directory_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD_LINE)
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "gone")
    with pytest.raises(InputError, match=r"b\.jsonl: cannot be read"):
        list(Reader().read([str(tmp_path)]))


def test_a_directory_that_may_not_be_read_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD_LINE)
    (tmp_path / "locked").mkdir()
    scandir = os.scandir

    def locked(path: str) -> Any:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", locked)
    with pytest.raises(InputError, match="locked: the directory cannot be read"):
        list(Reader().read([str(tmp_path)]))


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD_LINE)
    reader = Reader()
    paths = [str(tmp_path), str(tmp_path / "a.jsonl"), str(tmp_path / "*.jsonl")]
    assert sum(len(batch) for batch in reader.read(paths)) == 2


def test_a_file_named_besides_its_directory_has_to_hold_spans(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD_LINE)
    (tmp_path / "b.jsonl").write_bytes(LOGS)
    with pytest.raises(InputError, match="the file holds logs"):
        list(Reader().read([str(tmp_path), str(tmp_path / "b.jsonl")]))


def test_a_snapshot_in_a_directory_is_kept_for_later(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD_LINE)
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(b'{"format":"lineage-snapshot/1"}'))
    reader = Reader()
    assert sum(len(batch) for batch in reader.read([str(tmp_path)])) == 2
    assert [(str(tmp_path / "b.json.gz"), b'{"format":"lineage-snapshot/1"}')] == reader.snapshots


def test_standard_input_byte_by_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self.rest = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            return self.rest.readinto(memoryview(buffer)[:1])

    for data in (GOOD_LINE, gzip.compress(GOOD_LINE), fixed(GOOD_MESSAGE)):
        source = type("Input", (), {"buffer": io.BufferedReader(Slow(data))})
        monkeypatch.setattr("sys.stdin", source)
        assert sum(len(batch) for batch in Reader().read(["-"])) == 2
        assert not source.buffer.closed  # type: ignore[attr-defined]


def test_a_reader_reads_again(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD_LINE)
    (tmp_path / "bad.jsonl").write_bytes(GOOD_LINE + b"{")
    reader = Reader()
    with pytest.raises(InputError):
        list(reader.read([str(tmp_path / "bad.jsonl")]))
    assert sum(len(batch) for batch in reader.read([str(tmp_path / "a.jsonl")])) == 2
    with pytest.raises(InputError, match="no such file"):
        list(reader.read([str(tmp_path / "absent")]))


def test_a_reading_that_was_broken_off_leaves_nothing_behind(tmp_path: Path) -> None:
    many = request(*(span(spanId=f"{number:016x}") for number in range(1, 20_000)))
    (tmp_path / "a.jsonl").write_bytes(to_json(many) + GOOD_LINE)
    (tmp_path / "b.jsonl").write_bytes(GOOD_LINE)
    reader = Reader()
    next(iter(reader.read([str(tmp_path / "a.jsonl")])))
    assert sum(len(batch) for batch in reader.read([str(tmp_path / "b.jsonl")])) == 2


@pytest.mark.parametrize("size", [10, 32, 48, 91, 123, 1000])
def test_framing_is_told_whatever_the_length(size: int) -> None:
    """A length may be the number of a bracket, a line's end or the tag of a field."""
    from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, TracesData

    made = TracesData(resource_spans=[ResourceSpans(schema_url="x" * 9)])
    while made.ByteSize() < size:
        made.resource_spans[0].schema_url += "x"
    message = made.SerializeToString()
    for form, data in ((Format.FIXED, fixed(message)), (Format.VARINT, varint(message))):
        assert form is recognise(Bytes(Source("x", None), io.BufferedReader(io.BytesIO(data)), data))


MANY = {f"key.{number}": "x" for number in range(100_000)}


@pytest.mark.parametrize(
    "made",
    [
        span(MANY),
        span({"k" * (1 << 20): "v" * (1 << 20)}),
        span({"db.system.name": "mysql", "db.query.text": "SELECT '" * (1 << 17)}),
        span({"server.address": "a" * (1 << 20)}),
        span(name="x" * (1 << 20)),
        span({"metadata": "[" * (1 << 16)}),
        span(
            attributes=[{"key": "server.address", "value": {"stringValue": f"h{n}"}} for n in range(10_000)]
        ),
    ],
    ids=["attributes", "a key", "a statement", "a host", "a name", "JSON", "one key"],
)
def test_huge_spans_are_read(made: dict[str, Any], tmp_path: Path) -> None:
    for data in (to_json(request(made)), fixed(to_message(request(made)))):
        reader, spans = read(data, tmp_path)
        assert len(spans) == 1
        assert len(repr(reader.vocabulary.shapes)) < 2000


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(FORMS)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4),
    st.floats(0.5, 1),
)
def test_damaged_input_is_read_or_is_an_error(
    form: str, changes: list[tuple[float, int]], kept: float
) -> None:
    data = bytearray(FORMS[form])
    for where, byte in changes:
        data[int(where * (len(data) - 1))] = byte
    _digest(bytes(data[: int(len(data) * kept) + 1]))


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=8)
        | st.sampled_from([TRACE, SPAN]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    "resourceSpans resource attributes key value stringValue intValue arrayValue kvlistValue values scopeSpans spans traceId spanId "
                    "parentSpanId name kind links events flags startTimeUnixNano db.query.result server.address".split()
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    ),
    st.sampled_from(
        ["resourceSpans", "scopeSpans", "spans", "attributes", "links", "events", "resource", "value"]
    ),
)
def test_any_json_is_read_or_is_an_error(value: Any, where: str) -> None:
    made: Any = span(
        {"server.address": "a"},
        links=[{"traceId": TRACE, "spanId": SPAN}],
        events=[{"name": "db.query.result"}],
    )
    whole = request(made)
    group = whole["resourceSpans"][0]
    holder = {
        "resourceSpans": whole,
        "scopeSpans": group,
        "resource": group,
        "spans": group["scopeSpans"][0],
        "value": made["attributes"][0],
    }.get(where, made)
    holder[where] = value
    _digest(json.dumps(whole).encode() + b"\n")


def _digest(data: bytes) -> None:
    """Decode bytes as a reader does; anything but spans or an `InputError` fails the test."""
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        try:
            spans = Spans.concat(Reader().read([file.name]))
        except InputError as error:
            assert "acme" not in str(error)  # noqa: PT017
            return
    assert (spans.span != 0).all()
