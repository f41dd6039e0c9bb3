"""What of a span may pass the telemetry filter: by the allow list of lineage/names.py, and in the shapes given there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from os import urandom
from typing import Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util import BoundedList
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, TraceState

from lineage import names
from lineage.instrument.axes import AMBIENT
from lineage.instrument.queries import query
from lineage.instrument.tally import count
from lineage.names import Attribute, Reduce
from lineage.reduce import Refused, Value, reduce_value, tenant
from lineage.verbs import VERBS

NUMBERS = frozenset(
    """
    http.response.status_code http.status_code rpc.grpc.status_code db.response.returned_rows messaging.batch.message_count
    gen_ai.usage.input_tokens gen_ai.usage.output_tokens gen_ai.usage.prompt_tokens gen_ai.usage.completion_tokens
    llm.usage.total_tokens llm.token_count.prompt llm.token_count.completion llm.token_count.total
    """.split()
)
"""Counts and codes that pass as numbers below a thousand million: nobody's telephone number."""
WORDS = frozenset({"error.type", "exception.type", "telemetry.sdk.name", "telemetry.sdk.language"})
"""Names out of code that pass beside the list."""
LISTS = frozenset({names.CONFLICT, names.CLAIMED})
"""Our own lists of names of labels."""
_SERVED = (SpanKind.SERVER, SpanKind.CONSUMER)
_TOKEN = Attribute("", Reduce.TOKEN)
_CODE = Attribute("", Reduce.CODE)
_RESOURCE: Mapping[str, Attribute] = {
    **names.RESOURCE,
    **dict.fromkeys(sorted(WORDS), _TOKEN),
    **dict.fromkeys(("service.version", "telemetry.sdk.version"), _CODE),
    **{key: names.SPAN[key] for key in sorted(AMBIENT - {names.TENANT})},
}
_LABEL_NAMES = re.compile(r"lineage\.[a-z.]{1,40}(?:,lineage\.[a-z.]{1,40})*", re.ASCII)
_DOCUMENT = re.compile(r"retrieval\.documents\.\d{1,6}\.document\.metadata", re.ASCII)
_BIGGEST = 10**9
_LONGEST_NAME = 255
_MOST_REMEMBERED = 16_384
_REFUSED, _NEW = object(), object()


class Sieve:
    """What of a span may pass."""

    def __init__(self, tenant_keys: Sequence[str] = (), also: Iterable[str] = ()) -> None:
        self._tenants = frozenset({*names.TENANT_KEYS, *tenant_keys})
        self._also = frozenset(also)
        self._keys = frozenset({*names.SPAN, *self._tenants, *self._also, *NUMBERS, *WORDS, *LISTS})
        self._salt = urandom(16)
        self._memory: dict[tuple[str, str, bytes], Any] = {}
        self._whole: set[tuple[str, str, str | int]] = set()
        self._known: tuple[Resource | None, Resource, int] = (None, Resource.get_empty(), 0)

    def span(self, span: ReadableSpan) -> ReadableSpan:
        """A copy of a span that holds structure only."""
        attributes, refused = self.attributes(span.attributes or {}, span.kind)
        scope = span.instrumentation_scope
        resource, lost = self._resource(span.resource)
        links = [Link(_context(link.context)) for link in span.links]
        return ReadableSpan(
            name=name(span.name or "", attributes),
            context=_context(span.context) if span.context else None,
            parent=_context(span.parent) if span.parent else None,
            resource=resource,
            attributes=_mapping(attributes, span.dropped_attributes + refused + lost),
            events=_sequence(self._events(span.events), span.dropped_events),
            links=_sequence(links, span.dropped_links),
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=_scope(scope.name, scope.version or "") if scope else None,
        )

    def attributes(self, given: Mapping[str, Any], kind: SpanKind) -> tuple[dict[str, Any], int]:
        """The attributes that pass, and how many were refused although their key may."""
        kept: dict[str, Any] = {}
        refused = 0
        system = str(given.get("db.system.name") or given.get("db.system") or "").lower()
        for key, value in given.items():
            if key in names.PEER and kind in _SERVED and key not in self._tenants:
                # On a server's span they tell of the end user, or of the speaker itself.
                continue
            if key not in self._keys and not _DOCUMENT.fullmatch(key):
                continue
            passed = self._remembered(key, value, system)
            if passed is _REFUSED:
                refused += 1
            elif passed is not None:
                kept[key] = passed
        return kept, refused

    def _remembered(self, key: str, value: Value, system: str) -> Any:
        """What passes of a value, remembered of those that came before.

        What passes whole is no content and is remembered as it is; else a text by a digest that only this process can make.
        """
        # By exact type: True is found where 1 is.
        if not (type(value) is str or type(value) is int):
            return self._outcome(key, value, system)
        if (key, system, value) in self._whole:
            return value
        outcome = (
            self._digested(key, value, system)
            if isinstance(value, str)
            else self._outcome(key, value, system)
        )
        if type(outcome) is type(value) and outcome == value:
            if len(self._whole) >= _MOST_REMEMBERED:
                self._whole.clear()
            self._whole.add((key, system, value))
        return outcome

    def _digested(self, key: str, value: str, system: str) -> Any:
        text = value.encode("utf-8", "surrogatepass")
        mark = (key, system, blake2b(text, digest_size=16, key=self._salt).digest())
        outcome = self._memory.get(mark, _NEW)
        if outcome is _NEW:
            outcome = self._outcome(key, value, system)
            if len(self._memory) >= _MOST_REMEMBERED:
                self._memory.clear()
            self._memory[mark] = outcome
        return outcome

    def _outcome(self, key: str, value: Value, system: str) -> Any:
        try:
            return self._passed(key, value, system)
        except Refused:
            return _REFUSED

    def _passed(self, key: str, value: Value, system: str) -> str | int | float | bool | None:
        attribute = names.SPAN.get(key)
        if key in self._tenants:
            return _tenant(key, value) or None
        if _DOCUMENT.fullmatch(key):
            return _tenant("metadata", _only_tenant(value)) or None
        if attribute is not None:
            if attribute.reduce is Reduce.SQL and key != "db.query.summary":
                return query(value, system)
            return _again(key, attribute, value)
        if key in LISTS:
            return value if isinstance(value, str) and _LABEL_NAMES.fullmatch(value) else None
        if key in NUMBERS:
            return value if isinstance(value, int) and abs(value) < _BIGGEST else None
        if key in WORDS:
            return _again(key, _TOKEN, value)
        if key in self._also:
            if isinstance(value, (bool, float)) or (isinstance(value, int) and abs(value) < _BIGGEST):
                return value
            return _again(key, _TOKEN, value)
        return None

    def _events(self, events: Sequence[Event]) -> list[Event]:
        kept = []
        for event in events:
            given = event.attributes or {}
            if event.name == "db.query.result":
                told = self._quietly("db.query.result.metadata", given.get("db.query.result.metadata"))
            elif event.name == "exception":
                told = self._quietly("exception.type", given.get("exception.type"))
            else:
                continue
            kept.append(Event(event.name, told, event.timestamp))
        return kept

    def _quietly(self, key: str, value: Any) -> dict[str, Any]:
        try:
            passed = (
                _tenant("metadata", _only_tenant(value))
                if key in names.SPAN
                else self._passed(key, value, "")
            )
        except Refused:
            return {}
        return {key: passed} if passed else {}

    def _resource(self, given: Resource) -> tuple[Resource, int]:
        known, kept, refused = self._known
        if known is not given:
            kept, refused = _resource(given)
            self._known = (given, kept, refused)
        return kept, refused


def name(text: str, attributes: Mapping[str, Any]) -> str:
    """A span's name, as far as its words are known: verbs, values of attributes that passed, or one word alone.

    >>> name("GET /patients/li-wei", {"http.request.method": "GET"}), name("Tell me about Li Wei", {})
    ('GET', 'span')
    >>> name("chat qwen-max", {"gen_ai.operation.name": "chat", "gen_ai.request.model": "qwen-max"})
    'chat qwen-max'
    """
    words = text[:_LONGEST_NAME].split()
    if len(words) == 1:
        try:
            return str(_again("", _TOKEN, words[0]))
        except Refused:
            return "span"
    values = {str(value) for value in attributes.values()}
    known = [
        word
        for word in words
        if word in values or word.upper() in VERBS or word in names.VOCABULARY["http.request.method"]
    ]
    # A word in the midst of others may be a verb by chance: names begin with what is known.
    return " ".join(known) if known and known[0] == words[0] else "span"


def _again(key: str, attribute: Attribute, value: Value) -> str | int | None:
    """A value that reads the same as the one given, and holds nothing else."""
    pairs = dict(reduce_value(key, attribute, value))
    if not pairs:
        return None
    match attribute.reduce:
        case Reduce.URL:
            scheme = str(value).partition("://")[0].lower()
            return f"{scheme}://{_authority(pairs.get(names.URL_HOST, ''), pairs.get(names.URL_PORT, ''))}"
        case Reduce.HOST:
            return _authority(*[*pairs.values(), ""][:2])
        case Reduce.PORT:
            return int(next(iter(pairs.values())))
        case Reduce.ROUTE:
            return str(value).partition("?")[0]
        case Reduce.JSON_LITELLM:
            found: dict[str, Any] = {"cache_key": "kept"} if names.CACHE_HIT in pairs else {}
            if names.URL_HOST in pairs:
                host = _authority(pairs[names.URL_HOST], pairs.get(names.URL_PORT, ""))
                found["api_base"] = f"http://{host}" if names.URL_PORT in pairs else f"tcp://{host}"
            return json.dumps(found, sort_keys=True)
        case Reduce.SQL:
            verbs, tables = pairs.get(names.DB_VERBS, ""), pairs.get(names.DB_TABLES, "")
            return " ".join([*verbs.split(), *filter(None, tables.split(","))]) or None
        case _:
            return next(iter(pairs.values()))


def _authority(host: str, port: str) -> str:
    shown = f"[{host}]" if ":" in host and port else host
    return f"{shown}:{port}" if port else shown


def _tenant(key: str, value: Value) -> str:
    if key not in ("metadata", "litellm.team.metadata"):
        return tenant(key, value)
    pairs = dict(reduce_value(key, Attribute(key, Reduce.JSON_TENANT), value))
    keys = {
        names.TENANT: "tenant",
        names.CLAIMED_ORIGIN: "origin",
        names.VECTOR_STORE: "ls_vector_store_provider",
    }
    kept = {keys[canonical]: text for canonical, text in pairs.items() if canonical in keys}
    return json.dumps(kept, sort_keys=True) if kept else ""


def _only_tenant(value: Value) -> Value:
    """The metadata of a document without what is read of other metadata."""
    pairs = dict(reduce_value("", names.SPAN["retrieval.documents"], value)) if value else {}
    return json.dumps({"tenant": pairs[names.DOCUMENT_TENANTS]}) if names.DOCUMENT_TENANTS in pairs else ""


def _mapping(kept: dict[str, Any], dropped: int) -> Mapping[str, Any]:
    if not dropped:
        return kept
    # Only the SDK's own type tells how many are missing.
    bounded = BoundedAttributes(attributes=kept)
    bounded.dropped = dropped
    return bounded


def _sequence(kept: list[Any], dropped: int) -> Sequence[Any]:
    if not dropped:
        return kept
    bounded = BoundedList.from_seq(None, kept)
    bounded.dropped = dropped
    return bounded


def _context(given: SpanContext) -> SpanContext:
    if not given.trace_state:
        return given
    sampling = given.trace_state.get("ot")
    state = (
        TraceState([("ot", sampling)]) if sampling and re.fullmatch(r"[a-z0-9:;.]{1,64}", sampling) else None
    )
    return SpanContext(given.trace_id, given.span_id, given.is_remote, given.trace_flags, state)


@lru_cache(256)
def _scope(name: str, version: str) -> InstrumentationScope:
    try:
        return InstrumentationScope(
            str(_again("", _TOKEN, name) or ""), str(_again("", _CODE, version) or "")
        )
    except Refused:
        return InstrumentationScope("")


def _resource(given: Resource) -> tuple[Resource, int]:
    kept: dict[str, str] = {}
    refused = 0
    for key in given.attributes.keys() & _RESOURCE.keys():
        try:
            passed = _again(key, _RESOURCE[key], given.attributes[key])
        except Refused:
            refused += 1
            count(
                f"refused:resource:{key}", tell=f"a value of the resource's {key} has no shape that may pass"
            )
        else:
            kept |= {key: str(passed)} if passed is not None else {}
    return Resource(dict(sorted(kept.items()))), refused
