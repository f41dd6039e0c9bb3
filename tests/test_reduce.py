"""What of an attribute's value may pass: a table for each shape. The reason of a refusal is a word, never the value."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage import names
from lineage.names import Attribute, Reduce
from lineage.reduce import UNREADABLE, Pairs, Refused, Value, reduce_value, tenant
from lineage.verbs import verbs_in

JSON_WEB_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"  # noqa: S105 - made up


def outcome(key: str, value: Value) -> Pairs | str:
    """The pairs that pass, or the reason of the refusal."""
    attribute = names.SPAN.get(key) or names.RESOURCE[key]
    try:
        return reduce_value(key, attribute, value)
    except Refused as refused:
        return str(refused)


CASES: list[tuple[str, str, Value, Pairs | str]] = [
    ("a name passes", "service.name", "llm-gateway", [("service.name", "llm-gateway")]),
    ("an integer is a name too", "db.namespace", 0, [("db.namespace", "0")]),
    ("a model with a path and a tag passes", "gen_ai.request.model", "org/Qwen2.5-72B:int4", [("gen_ai.request.model", "org/Qwen2.5-72B:int4")]),
    ("a long resource name passes", "gen_ai.request.model", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-5-sonnet-20240620-v1:0", [("gen_ai.request.model", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-5-sonnet-20240620-v1:0")]),
    ("an account number within a longer name passes", "aws.s3.bucket", "logs-123456789012", [("aws.s3.bucket", "logs-123456789012")]),
    ("prose is refused", "service.name", "what a patient said", "shape"),
    ("Chinese prose is refused", "service.name", "患者张三", "shape"),
    ("a control character is refused", "service.name", "a\x1bb", "shape"),
    ("a direction mark is refused", "service.name", "a\u202eb", "shape"),
    ("an e-mail address is refused", "service.name", "zhang.san@example.com", "shape"),
    ("a telephone number is refused", "messaging.destination.name", "13800138000", "digits"),
    ("a telephone number with dashes is refused", "db.namespace", "138-0013-8000", "digits"),
    ("a Chinese identity number is refused", "db.collection.name", "11010119900307000X", "digits"),
    ("a social security number is refused", "db.collection.name", "123-45-6789", "digits"),
    ("a card number is refused", "rpc.method", "4111-1111-1111-1111", "digits"),
    ("an address is no telephone number", "peer.service", "192.168.100.200", [("service.peer.name", "192.168.100.200")]),
    ("the number of a machine is none either", "host.id", "4520031799277581759", [("service.instance.id", "4520031799277581759")]),
    ("a person's is not let pass as a machine's", "host.id", "13800138000", "digits"),
    ("a vendor's key is refused", "service.name", "sk-proj-abcdefghijklmnop", "secret"),
    ("a web token is refused", "service.name", JSON_WEB_TOKEN, "secret"),
    ("a long random run is refused", "db.collection.name", "QWxhZGRpbjpvcGVuIHNlc2FtZTEyMzQ1Njc4", "secret"),
    ("hexadecimal is not", "container.id", "ab12" * 16, [("service.instance.id", "ab12" * 16)]),
    ("a sentence with dashes for blanks is refused", "service.name", "-".join("the patient said that he would not take any more of what the doctor gave him".split()), "words"),
    ("a form's text is refused", "service.name", "tell+me+about+cancer", "words"),
    ("a long value is refused", "service.name", "a" * 129, "length"),
    ("a truth value is no name", "service.name", True, "type"),
    ("a list is no name", "service.name", ["a"], "type"),
    ("bytes are no name", "service.name", b"abc", "type"),
    ("a value that could not be read is refused", "service.name", UNREADABLE, "type"),
    ("an empty value tells nothing", "service.name", "", []),
    ("no value tells nothing", "service.name", None, []),
    ("a role is a code, not a number", "lineage.actor.role", "13800138000", "digits"),
    ("a region is a code", "cloud.region", "cn-hangzhou", [("peer.region", "cn-hangzhou")]),
    ("a code with blanks is refused", "cloud.provider", "my secret", "shape"),
    ("a host is in small letters without a last dot", "server.address", "Pg-Main.Example.", [("server.address", "pg-main.example")]),
    ("a port behind a host is split off", "server.address", "127.20.5.1:8080", [("server.address", "127.20.5.1"), ("server.port", "8080")]),
    ("so is one behind an IPv6 address", "server.address", "[2001:db8::1]:443", [("server.address", "2001:db8::1"), ("server.port", "443")]),
    ("a bare IPv6 address", "network.peer.address", "2001:DB8::1", [("network.peer.address", "2001:db8::1")]),
    ("a socket's path is no host", "server.address", "/var/run/secret.sock", "shape"),
    ("an e-mail address is no host", "server.address", "a@example.com", "shape"),
    ("a number is no host", "server.address", "13800138000", "digits"),
    ("an identity number is no host", "server.address", "11010119900307421X", "digits"),
    ("a machine's name made of its address is one", "server.address", "ip-192-168-100-200.ec2.internal", [("server.address", "ip-192-168-100-200.ec2.internal")]),
    ("a wrong port is no host", "server.address", "a.example:99999", "shape"),
    ("a long host is refused", "server.address", "a" * 300, "length"),
    ("a port", "server.port", "8080", [("server.port", "8080")]),
    ("port zero is refused", "server.port", 0, "shape"),
    ("a port in other digits is refused", "server.port", "٨٠", "shape"),
    ("a URL gives its authority", "url.full", "https://u:secret@llm.example:8443/p/secret?q=secret#secret", [("url.host", "llm.example"), ("url.port", "8443")]),
    ("a URL's default port is told", "http.url", "http://llm.example/x", [("url.host", "llm.example"), ("url.port", "80")]),
    ("a URL with a backslash", "http.url", "https://llm.example\\@secret/", [("url.host", "llm.example"), ("url.port", "443")]),
    ("a data URL is refused", "http.url", "data:text/plain,secret", "shape"),
    ("a file's URL is refused", "http.url", "file://secret/x", "shape"),
    ("a long user info is refused", "http.url", "https://" + "x" * 2030 + "@secretsecretsecretsecret@h/", "length"),
    ("a word of a closed set, in any case", "lineage.data.class", "PERSONAL", [("lineage.data.class", "personal")]),
    ("a word that is not in it", "lineage.data.class", "secret", "vocabulary"),
    ("a country", "geo.country.iso_code", "cn", [("geo.country.iso_code", "CN")]),
    ("a country's name is none", "geo.country.iso_code", "China", "shape"),
    ("an origin", "data.origin", "Domestic", [("claim.origin", "domestic")]),
    ("a duration", "lineage.retention", "P30D", [("lineage.retention", "P30D")]),
    ("a duration in words is refused", "lineage.retention", "until I say", "shape"),
    ("a health check", "url.path", "/healthz?token=secret", [("probe", "true")]),
    ("another route tells nothing", "http.route", "/users/secret", []),
    ("an operation gives its verb", "db.operation.name", "async_get_cache", [("db.operation.name", "GET")]),
    ("an operation in prose gives none", "db.operation.name", "zzz secret", []),
    ("LiteLLM's parameters give the endpoint and the cache", "hidden_params", '{"api_base": "https://u:secret@a.example/secret", "cache_key": "secret"}', [("url.host", "a.example"), ("url.port", "443"), ("cache.hit", "true")]),
    ("cut JSON is refused", "hidden_params", '{"api_base": "https://a.exam', "json"),
    ("JSON that is no object is refused", "hidden_params", '["secret"]', "json"),
    ("JSON nested deeply is refused", "hidden_params", "[" * 60000, "json"),
    ("a repr whose keys cannot be keys is refused", "hidden_params", "{[]: 1}", "json"),
    ("a repr with odd escapes is read without a warning", "hidden_params", "{'api_base': 'https://a.example/\\d'}", [("url.host", "a.example"), ("url.port", "443")]),
    ("a document's owner", "retrieval.documents", '{"tenant": "acme-eu", "title": "secret"}', [("documents.tenants", "acme-eu")]),
    ("a document's owner that is a list is refused", "retrieval.documents", '{"tenant": ["secret"]}', "type"),
    ("a name given twice is refused", "retrieval.documents", '{"tenant": "a", "tenant": "b"}', "ambiguous"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_what_passes(key: str, value: Value, expected: Pairs | str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert expected == outcome(key, value)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("tenant.id", "acme-eu", "acme-eu"),
        ("tenant.id", 4711, "4711"),
        ("http.request.header.x-tenant-id", ["acme-eu"], "acme-eu"),
        ("metadata", '{"tenant": "acme-eu", "note": "secret"}', "acme-eu"),
        ("metadata", "{'tenant_id': 'acme-eu', 'note': None}", "acme-eu"),
        ("metadata", '{"note": "secret"}', ""),
        ("tenant.id", "", ""),
    ],
)
def test_a_tenant_is_told(key: str, value: Value, expected: str) -> None:
    assert expected == tenant(key, value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("zhang.san@example.com", "shape"),
        ("+86 138 0013 8000", "shape"),
        ("13800138000", "digits"),
        ("11010119900307000X", "digits"),
        ("张三", "shape"),
        ("a/b", "shape"),
        ("sk-abcdefghijklmnopqrst", "secret"),
        (["a", "b"], "shape"),
        (True, "type"),
        ([None], "type"),
    ],
)
def test_a_person_is_no_tenant(value: Value, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        tenant("tenant.id", value)
    assert reason == str(refused.value)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SELECT", "SELECT"),
        ("pg.query:INSERT gateway", "INSERT"),
        ("ZADD HSET", "ZADD HSET"),
        ("redis.get x", "GET"),
        ("chroma.upsert", "UPSERT"),
        ("async_get_cache", "GET"),
        ("upload_points", "UPLOAD"),
        ("pg.query", "QUERY"),
        ("pg-pool.connect", "CONNECT"),
        ("multi_get", "GET"),
        ("start_upload", "UPLOAD"),
        ("findOneAndUpdate", "FIND UPDATE"),
        ("get_or_create", "GET CREATE"),
        ("BatchGetItem", "BATCHGETITEM"),
        ("batch_write_item", "BATCHWRITEITEM"),
        ("tell me a secret", ""),
        ("", ""),
    ],
)
def test_verbs_of_a_name(name: str, expected: str) -> None:
    assert expected == verbs_in(name)


_ANY: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted({**names.RESOURCE, **names.SPAN}.items())), _ANY)
def test_any_value_is_reduced_or_refused(item: tuple[str, Attribute], value: Value) -> None:
    key, attribute = item
    try:
        pairs = reduce_value(key, attribute, value)
    except Refused as refused:
        assert re.fullmatch("[a-z]+", str(refused))  # noqa: PT017
        return
    assert all(text.isascii() and "\n" not in text for _, text in pairs)


def test_every_shape_has_a_case() -> None:
    attributes = {**names.RESOURCE, **names.SPAN}
    unused = {Reduce.TENANT, Reduce.JSON_TENANT, Reduce.SQL}  # in tests of their own
    assert set(Reduce) - unused == {attributes[row[1]].reduce for row in CASES}
