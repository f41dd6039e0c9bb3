"""The memory of the wire decoders: what it gives is what the careful way gives, and it stays small."""

from __future__ import annotations

import base64
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList

from lineage import names
from lineage.decode import memo
from lineage.decode.columns import Columns
from lineage.decode.memo import Keys, Memo
from lineage.decode.otlp_json import JsonDecoder, _Attribute
from lineage.decode.otlp_proto import ProtoDecoder
from lineage.decode.shaper import Outcome, Shaper, to_authority, to_probe
from lineage.names import Attribute, Reduce
from lineage.reduce import Pairs, Refused, reduce_value
from lineage.spans import Kind, Tally, Vocabulary

URLS = st.builds(
    "".join,
    st.lists(
        st.sampled_from(
            [
                "http",
                "file",
                "://",
                "/",
                "?",
                "#",
                "\\",
                "@",
                ":",
                "8080",
                "a.example",
                "[::1]",
                "é",
                "x" * 600,
            ]
        ),
        max_size=9,
    ),
)
ROUTES = st.builds(
    "".join,
    st.lists(st.sampled_from([*sorted(names.PROBE_ROUTES), "/", "?", "x", "é", "/" * 250]), max_size=4),
)
KEYS = st.sampled_from(
    [
        *sorted(names.SPAN),
        *names.TENANT_KEYS,
        "retrieval.documents.3.document.metadata",
        "retrieval.documents.3.document.content",
        "gen_ai.prompt",
        "",
        "k" * 200,
    ]
)
TEXTS = st.one_of(
    URLS,
    ROUTES,
    st.text(max_size=20),
    st.sampled_from(["acme", "SELECT a FROM t", '{"tenant": "acme"}', "GET", "443"]),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        TEXTS,
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.binary(max_size=5),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["tenant", "a"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def reduced(reduce: Reduce, key: str, text: str) -> Pairs | str:
    """What the careful way makes of a text: pairs, or why it is refused."""
    try:
        return reduce_value(key, Attribute(names.SPAN[key].canonical, reduce), text)
    except Refused as refused:
        return str(refused)


@given(URLS)
def test_a_url_means_what_its_authority_means(text: str) -> None:
    part = to_authority(text.encode())
    if part is not None:
        assert reduced(Reduce.URL, "url.full", text) == reduced(Reduce.URL, "url.full", part.decode())


@given(ROUTES)
def test_a_route_means_what_its_health_check_means(text: str) -> None:
    expected = reduced(Reduce.ROUTE, "http.target", text)
    assert expected == reduced(Reduce.ROUTE, "http.target", to_probe(text.encode()).decode())


@pytest.mark.parametrize(
    ("expected", "url"),
    [
        pytest.param(
            b"https://a.example", b"https://a.example/chat?q=secret", id="path and query are cut off"
        ),
        pytest.param(b"https://u:p@a.example:1", b"https://u:p@a.example:1#f", id="a fragment is cut off"),
        pytest.param(b"https://a", b"https://a\\b", id="a backslash ends it as browsers say"),
        pytest.param(None, b"no scheme here", id="no scheme"),
        pytest.param(None, b"https://" + b"a" * 2040, id="longer than is read"),
    ],
)
def test_the_part_of_a_url_that_decides(expected: bytes | None, url: bytes) -> None:
    assert expected == to_authority(url)


def any_value(value: Any) -> AnyValue:
    match value:
        case None:
            return AnyValue()
        case bool():
            return AnyValue(bool_value=value)
        case str():
            return AnyValue(string_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case list():
            return AnyValue(array_value=ArrayValue(values=map(any_value, value)))
        case _:
            return AnyValue(
                kvlist_value=KeyValueList(
                    values=[KeyValue(key=k, value=any_value(v)) for k, v in value.items()]
                )
            )


def json_value(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {}
        case bool():
            return {"boolValue": value}
        case str():
            return {"stringValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case bytes():
            return {"bytesValue": base64.b64encode(value).decode()}
        case list():
            return {"arrayValue": {"values": [json_value(item) for item in value]}}
        case _:
            return {"kvlistValue": {"values": [{"key": k, "value": json_value(v)} for k, v in value.items()]}}


class Both:
    """One decoder for each wire format, over one vocabulary each."""

    def __init__(self) -> None:
        self.shapers = [Shaper(Vocabulary(), Tally(), ("x-customer",)) for _ in range(3)]
        for shaper in self.shapers:
            shaper.resource([])
        self.proto = ProtoDecoder(self.shapers[0], self.shapers[0].tally, Columns())
        self.json = JsonDecoder(self.shapers[1], self.shapers[1].tally, Columns())

    def told(self, shaper: Shaper, outcome: Outcome) -> tuple[object, ...]:
        return (
            shaper.vocabulary.shapes[outcome.shape],
            shaper.vocabulary.tenants[outcome.tenant],
            outcome.marks,
            outcome.counted,
        )

    def outcomes(self, kind: int, attributes: list[tuple[str, Any]]) -> list[tuple[object, ...]]:
        """What protobuf, JSON and the careful way make of the same attributes."""
        raw = [KeyValue(key=key, value=any_value(value)).SerializeToString() for key, value in attributes]
        texts = [
            (key, json.dumps(json_value(value), ensure_ascii=False, separators=(",", ":")).encode())
            for key, value in attributes
        ]
        items = [json_attribute(key, text) for key, text in texts]
        plain = self.shapers[2]
        codes = tuple(plain.piece(key, value) for key, value in attributes if plain.wanted(key, kind))
        return [
            self.told(self.shapers[0], self.proto.shape_of(0, kind, raw, (), b"GET things")),
            self.told(self.shapers[1], self.json.shape_of(0, kind, items, b"", "GET things")),
            self.told(plain, plain.outcome(0, kind, codes, "GET things")),
        ]


def json_attribute(key: str, text: bytes) -> _Attribute:
    return msgspec.json.decode(b'{"key":%s,"value":%s}' % (json.dumps(key).encode(), text), type=_Attribute)


BOTH = Both()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(Kind)), st.lists(st.tuples(KEYS, VALUES), max_size=5))
def test_protobuf_json_and_the_careful_way_agree(kind: Kind, attributes: list[tuple[str, Any]]) -> None:
    proto, text, careful = BOTH.outcomes(kind, attributes)
    assert careful == proto
    assert careful == text


def test_values_that_differ_only_where_nothing_is_read_are_remembered_once() -> None:
    decoder = ProtoDecoder(Shaper(Vocabulary(), Tally()), Tally(), Columns())
    decoder.shaper.resource([])
    for number in range(50):
        url = KeyValue(key="url.full", value=AnyValue(string_value=f"https://a.example/{'x' * number}"))
        decoder.shape_of(0, Kind.CLIENT, [url.SerializeToString()], (), b"")
    (seen,) = decoder._keys[False].values()
    assert seen is not None
    assert len(seen) == 1


def test_a_memo_forgets_before_it_grows_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "_MOST_BYTES", 1000)
    values = Memo(len)
    for number in range(1000):
        assert len(str(number)) == values[str(number).encode()]
    assert len(values) <= 10


def test_a_long_value_is_read_but_not_remembered() -> None:
    values = Memo(len)
    assert values[bytes(1 << 16)] == (1 << 16)
    assert len(values) == 0


def test_keys_are_forgotten_before_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "_MOST_KEYS", 10)
    keys: Keys[str] = Keys(lambda key: None)
    assert [keys[str(number)] for number in range(1000)] == [None] * 1000
    assert len(keys) <= 10
