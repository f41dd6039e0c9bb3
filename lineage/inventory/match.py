"""Which entries an observed place fits, the most specific first.

An index: entries are found by the host, service, tenant... that they name, or by how it begins or ends; only
those that are all wild are tried one by one. So 10,000 places against 1,000 entries take a fraction of a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Generic, TypeVar
from urllib.parse import unquote

from lineage.inventory.glob import Pattern
from lineage.names import DEFAULT_PORTS
from lineage.places import Place, PlaceKind

E = TypeVar("E")

Rank = tuple[int, int]
"""How specific a match is: number of keys that fit, then number of literal characters."""


class Part(Enum):
    """Which part of a word an index knows."""

    WHOLE = "whole"
    TAIL = "tail"
    HEAD = "head"


Handle = tuple[str, Part, str]
"""Key, part, and the characters of that part."""

_WEB_PORTS = ("443", "80")
_INDEXED = (
    "tenant",
    "entry",
    "host",
    "service",
    "topic",
    "collection",
    "model",
    "operator",
    "database",
    "owner",
)
"""Keys worth an index, the most telling first."""


def facts(place: Place) -> Mapping[str, tuple[str, ...]]:
    """What telemetry tells of a place, by the keys of a match; each with all its spellings. Not told: no key.

    >>> facts(Place(PlaceKind.STORE, system="postgresql", host="PG.example:5433"))["host"]
    ('pg.example:5433', 'pg.example')
    """
    kind = place.kind
    told: dict[str, tuple[str, ...]] = {"kind": (kind.value,)}
    named = {
        PlaceKind.SERVICE: "service", PlaceKind.MODEL: "model", PlaceKind.TOPIC: "topic",
        PlaceKind.PARTY: "tenant", PlaceKind.OPERATOR: "operator", PlaceKind.REMOTE: "service",
    }.get(kind)  # fmt: skip
    if named:
        told[named] = (place.name,)
    told["namespace" if kind is PlaceKind.SERVICE else "database"] = (place.namespace,)
    told["environment"] = (place.environment,)
    told["provider"] = (place.provider,)
    told["region"] = (place.region,)
    told["system"] = (place.system,)
    told["collection"] = (place.collection,)
    told["host"] = _hosts(place)
    if place.owner:
        callers = kind in (PlaceKind.PARTY, PlaceKind.CALLER)
        told["entry" if callers else "owner"] = (service_name(place.owner), place.owner)
    return {key: words for key, words in told.items() if words and words[0]}


def service_name(place_id: str) -> str:
    """The service.name in the id of a service place.

    >>> service_name("service:shop/edge~prod@aws/eu-central-1")
    'edge'
    """
    name = place_id.removeprefix("service:").split("@")[0].split("~")[0]
    return unquote(name.rsplit("/", 1)[-1])


def host_and_port(host: str) -> tuple[str, str]:
    """A host without its port, and the port or "".

    >>> host_and_port("[::1]:5432"), host_and_port("::1"), host_and_port("pg.example")
    (('[::1]', '5432'), ('::1', ''), ('pg.example', ''))
    """
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and (":" not in name or name.endswith("]")):
        return name, port
    return host, ""


def _hosts(place: Place) -> tuple[str, ...]:
    """The host as told, without port, and with the port that is left out because it is the default."""
    host = place.host.lower()
    name, port = host_and_port(host)
    if port:
        return (host, name)
    default = DEFAULT_PORTS.get(place.system)
    ports = (
        (str(default),)
        if default
        else _WEB_PORTS
        if place.kind in (PlaceKind.MODEL, PlaceKind.REMOTE)
        else ()
    )
    return (host, *(f"{host}:{port}" for port in ports))


@dataclass(frozen=True, slots=True)
class Matcher:
    """The patterns of one entry, ready to be tried."""

    keys: tuple[tuple[str, tuple[Pattern, ...]], ...]

    @classmethod
    def of(cls, patterns: Mapping[str, Sequence[str]]) -> Matcher:
        """From the keys of a match. Hosts are compared without regard to case."""
        return cls(
            tuple(
                (key, tuple(Pattern.of(word.lower() if key == "host" else word) for word in words))
                for key, words in patterns.items()
            )
        )

    def rank(self, told: Mapping[str, tuple[str, ...]]) -> Rank | None:
        """How specifically the entry fits what is told of a place; None when it does not."""
        weight = 0
        for key, patterns in self.keys:
            words = told.get(key)
            if words is None:
                return None
            fitting = [pattern.weight for pattern in patterns if any(pattern.fits(word) for word in words)]
            if not fitting:
                return None
            weight += max(fitting)
        return len(self.keys), weight

    def handle(self) -> list[Handle] | None:
        """Words to index the entry by: of its most telling key, what each pattern must be, begin or end with."""
        by_key = dict(self.keys)
        for wanted in ((Part.WHOLE,), tuple(Part)):
            for key in _INDEXED:
                parts = [_part(pattern) for pattern in by_key.get(key, ())]
                if parts and all(part in wanted and word for part, word in parts):
                    return [(key, part, word) for part, word in parts]
        return None


def _part(pattern: Pattern) -> tuple[Part, str]:
    if pattern.literal:
        return Part.WHOLE, pattern.text
    if len(pattern.tail) >= len(pattern.head):
        return Part.TAIL, pattern.tail
    return Part.HEAD, pattern.head


class Index(Generic[E]):
    """Entries by what they match."""

    def __init__(self, entries: Iterable[tuple[Mapping[str, Sequence[str]], E]]) -> None:
        self._by_word: dict[Handle, list[tuple[Matcher, int, E]]] = defaultdict(list)
        self._lengths: dict[tuple[str, Part], set[int]] = defaultdict(set)
        self._others: list[tuple[Matcher, int, E]] = []
        for number, (patterns, entry) in enumerate(entries):
            matcher = Matcher.of(patterns)
            handles = matcher.handle()
            if handles is None:
                self._others.append((matcher, number, entry))
            for handle in dict.fromkeys(handles or ()):
                self._by_word[handle].append((matcher, number, entry))
                self._lengths[handle[:2]].add(len(handle[2]))

    def find(self, told: Mapping[str, tuple[str, ...]]) -> list[tuple[Rank, E]]:
        """The entries that fit, the most specific first, then in the order of the files."""
        near: dict[int, tuple[Matcher, E]] = {
            number: (matcher, entry) for matcher, number, entry in self._others
        }
        for (key, part), lengths in self._lengths.items():
            for word in told.get(key, ()):
                for length in lengths:
                    if length > len(word) or (part is Part.WHOLE and length < len(word)):
                        continue
                    cut = word[:length] if part is Part.HEAD else word[len(word) - length :]
                    for matcher, number, entry in self._by_word.get((key, part, cut), ()):
                        near[number] = (matcher, entry)
        ranked = [
            (rank, number, entry) for number, (matcher, entry) in near.items() if (rank := matcher.rank(told))
        ]
        ranked.sort(key=lambda item: (-item[0][0], -item[0][1], item[1]))
        return [(rank, entry) for rank, _, entry in ranked]


@lru_cache(maxsize=65536)
def told(place: Place) -> Mapping[str, tuple[str, ...]]:
    """`facts`, remembered."""
    return facts(place)
