"""Flows to a file and back: what `lineage snapshot` writes and every command reads in place of spans.

One JSON document, stable to the byte for equal flows: places once, flows naming them by position. It
holds structure, counts, times and exemplar ids; no content, no labels. Snapshots of different traces add.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from lineage.errors import InputError
from lineage.flows import Carried, Coverage, Doubt, Exemplar, FlowCount, FlowKey, Flows, Leg
from lineage.names import CATEGORIES
from lineage.places import Place, PlaceKind
from lineage.spans import Tally

FORMAT = "lineage-snapshot/2"


class _Place(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    kind: str
    name: str = ""
    namespace: str = ""
    environment: str = ""
    provider: str = ""
    region: str = ""
    country: str = ""
    system: str = ""
    host: str = ""
    collection: str = ""
    owner: str = ""


class _Count(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    calls: int
    first: int
    last: int
    exemplars: list[tuple[str, str]]


class _Flow(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    source: int
    target: int
    leg: str
    count: _Count
    kept: bool = False
    categories: list[str] = []
    purpose: str = ""
    protection: str = ""
    retention: str = ""
    doubts: int = 0
    sources: list[tuple[int, _Count]] = []
    possible: list[tuple[int, _Count]] = []
    together: list[tuple[int, int]] = []


class _Tally(msgspec.Struct, forbid_unknown_fields=True):
    spans: int
    requests: int
    bytes: int
    files: int
    sampled: int
    rejected: dict[str, int]
    refused: dict[str, int]
    lost: dict[str, int]


class _Coverage(msgspec.Struct, forbid_unknown_fields=True):
    traces: int
    tally: _Tally
    counts: dict[str, int]
    claims: dict[str, dict[str, int]]
    regions: dict[str, dict[str, int]]


class _Snapshot(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    places: list[_Place]
    flows: list[_Flow]
    usage: list[tuple[int, int, int, int]]
    """(for whom, model, hour, calls)"""
    coverage: _Coverage


_HEX = re.compile("[0-9a-f]{1,32}")
_CATEGORIES = frozenset(CATEGORIES)
_PLACE_FIELDS = _Place.__struct_fields__


def dumps(flows: Flows) -> bytes:
    """The snapshot of these flows, UTF-8 JSON that ends in a newline; equal flows give equal bytes.

    >>> loads(dumps(Flows())).coverage.traces
    0
    """
    places = sorted(flows.places)
    at = {place: number for number, place in enumerate(places)}
    records = [
        _Flow(
            source=at[key.source],
            target=at[key.target],
            leg=key.leg.value,
            count=_count(carried.count),
            kept=key.kept,
            categories=sorted(key.categories),
            purpose=key.purpose,
            protection=key.protection,
            retention=key.retention,
            doubts=int(key.doubts),
            sources=_counts(carried.sources, at),
            possible=_counts(carried.possible, at),
            together=sorted((at[one], at[other]) for one, other in carried.together),
        )
        for key, carried in flows
    ]
    records.sort(
        key=lambda f: (
            f.source, f.target, f.leg, f.kept, f.categories, f.purpose, f.protection, f.retention, f.doubts,
        )
    )  # fmt: skip
    usage = sorted((at[user], at[model], hour, calls) for (user, model, hour), calls in flows.usage.items())
    coverage, tally = flows.coverage, flows.coverage.tally
    document = _Snapshot(
        FORMAT,
        [_Place(place.kind.value, *(getattr(place, name) for name in _PLACE_FIELDS[1:])) for place in places],
        records,
        usage,
        _Coverage(
            coverage.traces,
            _Tally(
                tally.spans,
                tally.requests,
                tally.bytes,
                tally.files,
                tally.sampled,
                _sorted(tally.rejected),
                _sorted(tally.refused),
                _sorted(tally.lost),
            ),
            _sorted(coverage.counts),
            {place: _sorted(claims) for place, claims in sorted(coverage.claims.items())},
            {place: _sorted(regions) for place, regions in sorted(coverage.regions.items())},
        ),
    )
    return msgspec.json.encode(document) + b"\n"


def _count(count: FlowCount) -> _Count:
    return _Count(
        count.calls, count.first, count.last, [(one.trace_id, one.span_id) for one in count.exemplars]
    )


def _counts(counts: dict[Place, FlowCount], at: dict[Place, int]) -> list[tuple[int, _Count]]:
    return sorted(((at[place], _count(count)) for place, count in counts.items()), key=lambda pair: pair[0])


def is_snapshot(head: bytes) -> bool:
    """Whether a file that begins like this is a snapshot.

    >>> is_snapshot(dumps(Flows())[:64])
    True
    """
    return head.lstrip().startswith(b'{"format":"lineage-snapshot/')


def loads(data: bytes, file: str = "") -> Flows:
    """The flows of a snapshot.

    Raises:
        InputError: it is cut, of another version, or holds what a snapshot cannot hold.
    """
    try:
        document = msgspec.json.decode(data, type=_Snapshot)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError.of(
            f"the snapshot is damaged or of another version ({_reason(error)})",
            file=file,
            allowed=f"format {FORMAT}",
            remedy="write it again with `lineage snapshot`",
        ) from None
    if document.format != FORMAT:
        raise InputError.of(
            "the snapshot is of another version",
            file=file,
            allowed=f"format {FORMAT}",
            remedy="write it again with `lineage snapshot`",
        )
    try:
        return _flows(document)
    except (ValueError, IndexError):
        raise InputError.of(
            "the snapshot names a place, kind or leg that it does not define, or holds a count, word or id that none can hold",
            file=file,
            remedy="write it again with `lineage snapshot`",
        ) from None


def _flows(document: _Snapshot) -> Flows:
    flows = Flows()
    places: list[Place] = []
    for record in document.places:
        values: dict[str, Any] = {name: getattr(record, name) for name in _PLACE_FIELDS[1:]}
        places.append(Place(PlaceKind(record.kind), **values))
    _once(places)

    def place(at: int) -> Place:
        if at < 0:
            raise IndexError(at)
        return places[at]

    def told(record: _Count) -> FlowCount:
        if record.calls < 1 or not 0 <= record.first <= record.last:
            raise ValueError
        if not all(_HEX.fullmatch(trace) and _HEX.fullmatch(span) for trace, span in record.exemplars):
            raise ValueError
        return FlowCount(
            record.calls, record.first, record.last, tuple(Exemplar(*ids) for ids in record.exemplars)
        )

    def by_place(records: list[tuple[int, _Count]], whole: FlowCount) -> dict[Place, FlowCount]:
        _once([at for at, _ in records])
        found = {place(at): told(count) for at, count in records}
        if any(count.calls > whole.calls for count in found.values()):
            raise ValueError
        return found

    for flow in document.flows:
        if not 0 <= flow.doubts <= sum(Doubt) or not _CATEGORIES.issuperset(flow.categories):
            raise ValueError
        key = FlowKey(
            source=place(flow.source),
            target=place(flow.target),
            leg=Leg(flow.leg),
            kept=flow.kept,
            categories=frozenset(flow.categories),
            purpose=flow.purpose,
            protection=flow.protection,
            retention=flow.retention,
            doubts=Doubt(flow.doubts),
        )
        whole = told(flow.count)
        carried = Carried(
            whole,
            by_place(flow.sources, whole),
            by_place(flow.possible, whole),
            {(place(one), place(other)) for one, other in flow.together},
        )
        if key in flows.edges or not (carried.sources or carried.possible):
            raise ValueError
        flows.edges[key] = carried
    _once([(user, model, hour) for user, model, hour, _ in document.usage])
    for user, model, hour, calls in document.usage:
        if calls < 1:
            raise ValueError
        flows.usage[place(user), place(model), hour] = calls
    flows.places.update(places)
    coverage = document.coverage
    tally = coverage.tally
    groups = (
        tally.rejected,
        tally.refused,
        tally.lost,
        coverage.counts,
        *coverage.claims.values(),
        *coverage.regions.values(),
    )
    counts = [coverage.traces, tally.spans, tally.requests, tally.bytes, tally.files, tally.sampled]
    if min([*counts, *(count for group in groups for count in group.values())]) < 0:
        raise ValueError
    flows.coverage = Coverage(
        Tally(
            tally.spans,
            tally.requests,
            tally.bytes,
            tally.files,
            tally.sampled,
            Counter(tally.rejected),
            Counter(tally.refused),
            Counter(tally.lost),
        ),
        coverage.traces,
        Counter(coverage.counts),
        {name: Counter(claims) for name, claims in coverage.claims.items()},
        {name: Counter(regions) for name, regions in coverage.regions.items()},
    )
    return flows


def _once(names: Sequence[object]) -> None:
    if len(set(names)) < len(names):
        raise ValueError


def merge(parts: Iterable[Flows]) -> Flows:
    """All flows together: same key, counts added."""
    result = Flows()
    for part in parts:
        result.add(part)
    return result


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return {reason: counts[reason] for reason in sorted(counts) if counts[reason]}


def _reason(error: msgspec.DecodeError | UnicodeDecodeError) -> str:
    """The decoder's message without the values that it may quote."""
    return (
        "a field is missing, unknown or of the wrong type"
        if isinstance(error, msgspec.ValidationError)
        else "not valid JSON"
    )
