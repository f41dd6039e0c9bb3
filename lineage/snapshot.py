"""Flows to a file and back: what `lineage snapshot` writes and every command reads in place of spans.

One JSON document, stable to the byte for equal flows: places once, flows naming them by position. It
holds structure, counts, times and exemplar ids; no content, no labels. Snapshots of different traces add.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from lineage.errors import InputError
from lineage.flows import Coverage, Doubt, Exemplar, FlowCount, FlowKey, Flows, Leg
from lineage.places import Place, PlaceKind
from lineage.spans import Tally

FORMAT = "lineage-snapshot/1"


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


class _Flow(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    source: int
    target: int
    leg: str
    calls: int
    kept: bool = False
    categories: list[str] = []
    purpose: str = ""
    protection: str = ""
    retention: str = ""
    sources: list[int] = []
    possible: list[int] = []
    doubts: int = 0
    first: int = 0
    last: int = 0
    exemplars: list[tuple[str, str]] = []


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
    coverage: _Coverage


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
            calls=count.calls,
            kept=key.kept,
            categories=sorted(key.categories),
            purpose=key.purpose,
            protection=key.protection,
            retention=key.retention,
            sources=sorted(at[place] for place in key.sources),
            possible=sorted(at[place] for place in key.possible),
            doubts=int(key.doubts),
            first=count.first,
            last=count.last,
            exemplars=[(exemplar.trace_id, exemplar.span_id) for exemplar in count.exemplars],
        )
        for key, count in flows
    ]
    records.sort(
        key=lambda f: (
            f.source, f.target, f.leg, f.kept, f.categories, f.purpose, f.protection, f.retention, f.sources, f.possible, f.doubts,
        )
    )  # fmt: skip
    coverage, tally = flows.coverage, flows.coverage.tally
    document = _Snapshot(
        FORMAT,
        [_Place(place.kind.value, *(getattr(place, name) for name in _PLACE_FIELDS[1:])) for place in places],
        records,
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
            "the snapshot is of another version", file=file, allowed=f"format {FORMAT}", remedy="write it again with `lineage snapshot`"
        )
    try:
        return _flows(document)
    except (ValueError, IndexError):
        raise InputError.of(
            "the snapshot names a place, kind or leg that it does not define", file=file, remedy="write it again with `lineage snapshot`"
        ) from None


def _flows(document: _Snapshot) -> Flows:
    flows = Flows()
    places: list[Place] = []
    for record in document.places:
        values: dict[str, Any] = {name: getattr(record, name) for name in _PLACE_FIELDS[1:]}
        places.append(Place(PlaceKind(record.kind), **values))

    def place(at: int) -> Place:
        if at < 0:
            raise IndexError(at)
        return places[at]

    for flow in document.flows:
        if flow.calls < 1 or not 0 <= flow.doubts <= sum(Doubt):
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
            sources=frozenset(map(place, flow.sources)),
            possible=frozenset(map(place, flow.possible)),
            doubts=Doubt(flow.doubts),
        )
        exemplars = tuple(Exemplar(trace_id, span_id) for trace_id, span_id in flow.exemplars)
        flows.put(key, FlowCount(flow.calls, flow.first, flow.last, exemplars))
    flows.places.update(places)
    told = document.coverage
    tally = told.tally
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
        told.traces,
        Counter(told.counts),
        {name: Counter(claims) for name, claims in told.claims.items()},
        {name: Counter(regions) for name, regions in told.regions.items()},
    )
    return flows


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
    return "a field is missing, unknown or of the wrong type" if isinstance(error, msgspec.ValidationError) else "not valid JSON"
