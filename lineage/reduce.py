"""Attribute values to short structural tokens, or refused: the gate that content cannot pass.

Each `Reduce` of names.py has one function here that takes a value as a decoder found it and gives the
canonical (key, value) pairs that may go on, or raises `Refused`. Nothing else of a value is looked at or kept.
Values are told apart by shape, not by what they might mean: prose has spaces, tokens have none.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence

from lineage import names
from lineage.names import Attribute, Reduce
from lineage.refused import is_address, is_email, is_number, is_person, is_secret, is_sentence
from lineage.sql import Statement, commands, statement, summary
from lineage.verbs import OTHER, verbs_in

Value = str | int | float | bool | bytes | Sequence[object] | Mapping[str, object] | None
Pairs = list[tuple[str, str]]
UNREADABLE: Value = b""
"""A value that a decoder could not read: no shape takes it, so that it is refused and counted."""

LONGEST = 128
_TOKEN = re.compile(r"[A-Za-z0-9_$](?:[A-Za-z0-9_.:+#$@-]|/(?!/)){0,127}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*", re.ASCII)
_IPV6 = re.compile(r"[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9]{1,15})?", re.ASCII)
_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)
_DURATION = re.compile(
    r"P(?:\d{1,5}[YMWD]){0,4}(?:T(?:\d{1,6}[HMS]){1,3})?|\d{1,6} ?(?:s|m|h|d|w|y|days?|hours?|weeks?|months?|years?)|none",
    re.ASCII,
)
_MOST_JSON = 1 << 16
_MOST_REPR = 1 << 13
"""A Python repr is parsed by Python's own parser, which is not made for what strangers send."""


class Refused(Exception):
    """A value that does not fit its shape; the reason is a short word, never the value.

    `pairs` may hold what could be told all the same: it passes on, and the refusal is counted.
    """

    def __init__(self, reason: str, pairs: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(reason)
        self.pairs = tuple(pairs)


def reduce_value(key: str, attribute: Attribute, value: Value) -> Pairs:
    """The pairs that a value of this attribute passes on.

    Args:
        key: the name on the wire, for those whose meaning hangs on it.
        attribute: its row in names.py.
        value: as decoded: text, number, truth value, list or map.

    Raises:
        Refused: the value does not fit.

    >>> reduce_value("url.full", names.SPAN["url.full"], "https://user:pw@llm.example:8443/v1?q=secret")
    [('url.host', 'llm.example'), ('url.port', '8443')]
    """
    if value is None or value == "":
        return []
    return _REDUCERS[attribute.reduce](key, attribute.canonical, value)


def tenant(key: str, value: Value) -> str:
    """A customer's identifier out of a tenant attribute, "" when it tells none.

    >>> tenant("tenant.id", "acme-eu"), tenant("metadata", '{"tenant": "acme-eu", "note": "secret"}')
    ('acme-eu', 'acme-eu')
    """
    if value is None or value == "":
        return ""
    if key in ("metadata", "litellm.team.metadata"):
        return dict(_json_tenant(key, "", value)).get(names.TENANT, "")
    if isinstance(value, (list, tuple)):
        if len(value) != 1:
            raise Refused("shape")
        value = value[0]  # type: ignore[assignment]
    return _tenant_text(value)


def _text(value: Value) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Refused("type")
    return str(value)


def _token_text(value: Value) -> str:
    text = _text(value)
    if len(text) > LONGEST:
        raise Refused("length")
    if not _TOKEN.fullmatch(text) or is_email(text):
        raise Refused("shape")
    if is_sentence(text):
        raise Refused("words")
    if is_secret(text):
        raise Refused("secret")
    return text


def _tenant_text(value: Value) -> str:
    text = _text(value)
    if not text:
        return ""
    text = _token_text(text)
    if is_number(text):
        raise Refused("digits")
    if "/" in text or "@" in text:
        raise Refused("shape")
    return text


def _token(key: str, canonical: str, value: Value) -> Pairs:
    text = _token_text(value)
    if canonical != "service.instance.id":
        if is_number(text):
            raise Refused("digits")
    elif is_person(text):
        # The number of a machine may be long too, and only tells clocks apart: it is let pass if it is no person's.
        raise Refused("digits")
    return [(canonical, text)]


def _code(key: str, canonical: str, value: Value) -> Pairs:
    text = _text(value)
    if not _CODE.fullmatch(text):
        raise Refused("shape")
    if is_secret(text):
        raise Refused("secret")
    if is_number(text):
        raise Refused("digits")
    return [(canonical, text)]


def _word(key: str, canonical: str, value: Value) -> Pairs:
    text = _text(value)
    allowed = names.VOCABULARY.get(canonical, frozenset())
    for form in (text, text.lower(), text.upper()):
        if form in allowed:
            return [(canonical, form)]
    raise Refused("vocabulary")


def _host(key: str, canonical: str, value: Value) -> Pairs:
    host, port = split_host(_text(value))
    port_key = {"server.address": "server.port", "network.peer.address": "network.peer.port"}.get(canonical)
    pairs = [(canonical, host)]
    if port and port_key:
        pairs.append((port_key, port))
    return pairs


def split_host(text: str) -> tuple[str, str]:
    """Host and port of `host`, `host:port`, `[v6]:port` or a bare v6 address; port "" when absent.

    >>> split_host("127.20.5.1:8080"), split_host("[2001:db8::1]:443"), split_host("Pg-Main.example.")
    (('127.20.5.1', '8080'), ('2001:db8::1', '443'), ('pg-main.example', ''))
    """
    if len(text) > 253 + 6:
        raise Refused("length")
    port = ""
    host = text
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
        if not _IPV6.fullmatch(host) or (rest and not rest.startswith(":")):
            raise Refused("shape")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    elif ":" in text:
        if not _IPV6.fullmatch(text):
            raise Refused("shape")
        return text.lower(), ""
    host = host.rstrip(".").lower()
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Refused("shape")
    if not (_HOST.fullmatch(host) or is_address(host)):
        raise Refused("shape")
    if host.replace(".", "").replace("-", "").isdigit() and not is_address(host):
        # No name of a host, but what a telephone or identity number looks like.
        raise Refused("digits")
    if is_number(host):
        raise Refused("digits")
    if is_secret(text):
        raise Refused("secret")
    return host, port


def _port(key: str, canonical: str, value: Value) -> Pairs:
    text = _text(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536):
        raise Refused("shape")
    return [(canonical, str(int(text)))]


def _url(key: str, canonical: str, value: Value) -> Pairs:
    text = _text(value)
    scheme, separator, rest = text[:2048].partition("://")
    if (
        not separator
        or not scheme.isascii()
        or not scheme.isalpha()
        or len(scheme) > 16
        or scheme.lower() == "file"
    ):
        raise Refused("shape")
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    if len(authority) == len(rest) and len(text) > 2048:
        raise Refused("length")
    host, port = split_host(authority.rpartition("@")[2])
    port = port or str(names.DEFAULT_PORTS.get(scheme.lower(), ""))
    pairs = [(names.URL_HOST, host)]
    if port:
        pairs.append((names.URL_PORT, port))
    return pairs


def _sql(key: str, canonical: str, value: Value) -> Pairs:
    text = _text(value)
    if key == "db.query.summary":
        return _told(summary(text), names.DB_VERBS, names.DB_TABLES, "")
    return [
        *_told(statement(text), names.AS_SQL_VERBS, names.AS_SQL_TABLES, names.AS_SQL_CUT),
        *_told(commands(text), names.AS_COMMANDS, "", names.AS_COMMANDS_CUT),
    ]


def _told(found: Statement, verbs_key: str, tables_key: str, cut_key: str) -> Pairs:
    """What a statement tells; where it was not read to its end, it may do anything else beside."""
    verbs = [*found.verbs, *([] if found.whole or not found.verbs else [OTHER])]
    pairs: Pairs = []
    if verbs:
        pairs.append((verbs_key, " ".join(dict.fromkeys(verbs))))
    if tables_key and found.tables:
        pairs.append((tables_key, ",".join(found.tables)))
    elif tables_key and found.harmless:
        pairs.append((tables_key, names.NO_TABLE))
    if cut_key and not found.whole:
        pairs.append((cut_key, "true"))
    return pairs


def _verb(key: str, canonical: str, value: Value) -> Pairs:
    found = verbs_in(_text(value))
    return [(canonical, found)] if found else []


def _tenant(key: str, canonical: str, value: Value) -> Pairs:
    text = tenant(key, value)
    return [(names.TENANT, text)] if text else []


def _origin(key: str, canonical: str, value: Value) -> Pairs:
    text = _text(value)
    if text.lower() in ("overseas", "domestic"):
        return [(canonical, text.lower())]
    if _COUNTRY.fullmatch(text):
        return [(canonical, text.upper())]
    raise Refused("shape")


def _country(key: str, canonical: str, value: Value) -> Pairs:
    text = _text(value)
    if not _COUNTRY.fullmatch(text):
        raise Refused("shape")
    return [(canonical, text.upper())]


def _duration(key: str, canonical: str, value: Value) -> Pairs:
    text = _text(value)
    if not _DURATION.fullmatch(text) or text == "P":
        raise Refused("shape")
    return [(canonical, text)]


def _json_map(value: Value) -> Mapping[str, object]:
    """The map in a JSON text, or in the Python repr that some instrumentations send instead."""
    if isinstance(value, Mapping):
        return value
    text = _text(value)
    if len(text) > _MOST_JSON:
        raise Refused("length")
    try:
        found = json.loads(text, object_pairs_hook=_unambiguous)
    except (ValueError, RecursionError):
        found = _repr_map(text)
    if not isinstance(found, Mapping):
        raise Refused("json")
    return found


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found and found[key] != value:
            raise Refused("ambiguous")
        found[key] = value
    return found


def _repr_map(text: str) -> object:
    if len(text) > _MOST_REPR or not text.lstrip().startswith("{"):
        raise Refused("json")
    try:
        # Python warns of odd escapes and would quote them.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        raise Refused("json") from None


def _first(found: Mapping[str, object], keys: Iterable[str]) -> object:
    return next((found[key] for key in keys if found.get(key) not in (None, "")), None)


def _json_tenant(key: str, canonical: str, value: Value) -> Pairs:
    found = _json_map(value)
    pairs: Pairs = []
    name = _first(found, names.JSON_TENANT_KEYS)
    if name is not None:
        pairs.append((names.TENANT, _tenant_text(name)))  # type: ignore[arg-type]
    origin = _first(found, names.JSON_ORIGIN_KEYS)
    if isinstance(origin, str):
        pairs += _origin(key, names.CLAIMED_ORIGIN, origin)
    provider = found.get("ls_vector_store_provider")
    if isinstance(provider, str):
        pairs += _token(key, names.VECTOR_STORE, provider)
    return pairs


def _json_litellm(key: str, canonical: str, value: Value) -> Pairs:
    found = _json_map(value)
    pairs: Pairs = []
    base = found.get("api_base")
    if isinstance(base, str) and base:
        pairs += _url(key, "url", base)
    if found.get("cache_key"):
        pairs.append((names.CACHE_HIT, "true"))
    return pairs


def _json_document(key: str, canonical: str, value: Value) -> Pairs:
    name = _first(_json_map(value), names.JSON_TENANT_KEYS)
    return [(names.DOCUMENT_TENANTS, _tenant_text(name))] if name is not None else []  # type: ignore[arg-type]


def _route(key: str, canonical: str, value: Value) -> Pairs:
    text = _text(value)[:256]
    path = text.partition("?")[0].rstrip("/") or "/"
    return [(names.PROBE, "true")] if path in names.PROBE_ROUTES else []


_REDUCERS: Mapping[Reduce, Callable[[str, str, Value], Pairs]] = {
    Reduce.TOKEN: _token,
    Reduce.CODE: _code,
    Reduce.WORD: _word,
    Reduce.HOST: _host,
    Reduce.PORT: _port,
    Reduce.URL: _url,
    Reduce.SQL: _sql,
    Reduce.VERB: _verb,
    Reduce.TENANT: _tenant,
    Reduce.ORIGIN: _origin,
    Reduce.COUNTRY: _country,
    Reduce.DURATION: _duration,
    Reduce.JSON_TENANT: _json_tenant,
    Reduce.JSON_LITELLM: _json_litellm,
    Reduce.JSON_DOCUMENT: _json_document,
    Reduce.ROUTE: _route,
}
