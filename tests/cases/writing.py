"""How a case is written, and how a flow is read.

A flow is one line:

    source > target leg [kept] (categories) : sources [? possible sources] [!DOUBT ...] [purpose etc.] [xN]

`(?prompt)` are categories that the span itself did not state (doubt CATEGORY); `api` stands for the service
place `service:api@`, and `?(api)` for what only that service knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from traces import attributes

from lineage.flows import Carried, Doubt, FlowCount, FlowKey, Flows
from lineage.places import Place
from lineage.spans import Kind, Resource, Shape, Spans, Vocabulary


@dataclass(frozen=True)
class One:
    """One span as a case writes it."""

    id: int
    parent: int
    service: str
    kind: str
    start: int
    end: int
    what: str = ""
    tenant: str = ""
    marks: int = 0
    trace: tuple[int, int] = (1, 1)
    links: tuple[tuple[int, int, int], ...] = ()


def span(id: int, parent: int, service: str, kind: str, time: str, what: str = "", **more: Any) -> One:  # noqa: A002
    """A span: `time` is "start-end", `service` is name[@region][#instance]."""
    start, end = time.split("-")
    return One(id, parent, service, kind, int(start), int(end), what, **more)


def pack(ones: Sequence[One]) -> tuple[Spans, Vocabulary]:
    """Columns out of a case's spans."""
    words = Vocabulary()
    rows, links = [], []
    for one in ones:
        name, _, instance = one.service.partition("#")
        name, _, region = name.partition("@")
        shape = Shape(
            Resource(name, region=region, instance=instance), Kind[one.kind.upper()], attributes(one.what)
        )
        rows.append(
            (
                *one.trace,
                one.id,
                one.parent,
                one.start,
                one.end,
                words.shape(shape),
                words.tenant(one.tenant),
                one.marks,
            )
        )
        links += [(*one.trace, one.id, *target) for target in one.links]
    return Spans.of(rows, links), words


def place(ident: str) -> str:
    """A place's id, services by their bare name."""
    for text, short in (("service:", ""), ("@)", ")")):
        ident = ident.replace(text, short)
    return ident.removesuffix("@") if not ident.startswith(("store:", "model:", "topic:")) else ident


def line(key: FlowKey, carried: Carried) -> str:
    """One flow as the cases write it; a source that only some of its calls carried has their number: `party:acme*2`."""
    count = carried.count

    def names(counts: dict[Place, FlowCount]) -> list[str]:
        told = ((place(p.id), one.calls) for p, one in counts.items())
        return sorted(name if calls == count.calls else f"{name}*{calls}" for name, calls in told)

    inherited = "?" if key.doubts & Doubt.CATEGORY else ""
    parts = [place(key.source.id), ">", place(key.target.id), key.leg, *(["kept"] if key.kept else [])]
    parts += [
        f"({inherited}{','.join(sorted(key.categories))})",
        ":",
        *names(carried.sources),
    ]
    if carried.possible:
        parts += ["?", *names(carried.possible)]
    doubts = [doubt.name for doubt in Doubt if doubt & key.doubts and doubt is not Doubt.CATEGORY]
    parts += [f"!{name}" for name in doubts]
    parts += [
        f"{name}={value}"
        for name, value in (
            ("for", key.purpose),
            ("protection", key.protection),
            ("retention", key.retention),
        )
        if value
    ]
    return " ".join(parts) + (f" x{count.calls}" if count.calls != 1 else "")


def lines(flows: Flows) -> list[str]:
    """All flows, sorted."""
    return sorted(line(key, carried) for key, carried in flows)


@dataclass(frozen=True)
class Case:
    """Spans and all the flows that they make; `counts` are the gaps worth stating."""

    name: str
    spans: Sequence[One]
    flows: str
    counts: dict[str, int] = field(default_factory=dict)


SELECT = "db.system.name=postgresql server.address=pg db.collection.name={} db.verbs=SELECT"
INSERT = "db.system.name=postgresql server.address=pg db.collection.name={} db.verbs=INSERT"
READ_A, READ_B, WRITE_A, WRITE_B = (
    SELECT.format("a"),
    SELECT.format("b"),
    INSERT.format("a"),
    INSERT.format("b"),
)
ODD = "db.system.name=postgresql server.address=pg db.collection.name=odd"
HTTP = "http.request.method=POST server.address=llm"
CHAT = "gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=qwen"
SEND = "messaging.system=kafka messaging.destination.name=jobs messaging.operation.type=send"
PROCESS = "messaging.system=kafka messaging.destination.name=jobs messaging.operation.type=process"
