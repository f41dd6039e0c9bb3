"""Cases computed by hand from docs/explanation/assembly.md, for the oracle and for the kernel alike.

A case is a handful of spans and every flow that they make. A flow is written on one line:

    source > target leg [kept] (categories) : sources [? possible sources] [! doubts] [purpose etc.] [xN]

`(?prompt)` are categories that the span itself did not state (doubt CATEGORY); `api` stands for the service
place `service:api@`, and `?(api)` for what only that service knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from oracle import oracle
from traces import attributes

from lineage import names
from lineage.flows import Doubt, Exemplar, FlowCount, FlowKey, Flows
from lineage.link import link
from lineage.spans import Kind, Mark, Resource, Shape, Spans, Vocabulary

Assemble = Callable[[Spans, Vocabulary], Flows]


def kernel(spans: Spans, vocabulary: Vocabulary) -> Flows:
    """The fast kernel on one batch."""
    return link([spans], vocabulary)


both = pytest.mark.parametrize("assemble", [oracle, kernel])


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


def line(key: FlowKey, count: FlowCount) -> str:
    """One flow as the cases write it."""
    inherited = "?" if key.doubts & Doubt.CATEGORY else ""
    parts = [place(key.source.id), ">", place(key.target.id), key.leg, *(["kept"] if key.kept else [])]
    parts += [
        f"({inherited}{','.join(sorted(key.categories))})",
        ":",
        *sorted(place(p.id) for p in key.sources),
    ]
    if key.possible:
        parts += ["?", *sorted(place(p.id) for p in key.possible)]
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
    return sorted(line(key, count) for key, count in flows)


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

CASES = [
    # --- rule 1: the call's direction is not the data's ---
    Case(
        "1 a write returns nothing",
        [span(1, 0, "api", "server", "0-9", tenant="acme"), span(2, 1, "api", "client", "1-2", WRITE_A)],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme
        api > store:postgresql@pg//a request kept (?) : party:acme
        """,
    ),
    Case(
        "1 a read is asked without being kept, and its answer holds only what is stored",
        [span(1, 0, "api", "server", "0-9", tenant="acme"), span(2, 1, "api", "client", "1-2", READ_A)],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme store:postgresql@pg//a
        api > store:postgresql@pg//a request (?) : party:acme
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        """,
    ),
    Case(
        "1 an operation of unknown direction is taken as both, with doubt",
        [span(1, 0, "api", "server", "0-9", tenant="acme"), span(2, 1, "api", "client", "1-2", ODD)],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme ? store:postgresql@pg//odd !ORDER
        api > store:postgresql@pg//odd request kept (?) : party:acme !DIRECTION
        store:postgresql@pg//odd > api response (?) : ? store:postgresql@pg//odd !DIRECTION !ORDER
        """,
    ),
    Case(
        "1 insert select may keep in each table what it reads of the other",
        [span(1, 0, "job", "internal", "0-9"), span(2, 1, "job", "client", "1-2",
              "db.system.name=postgresql server.address=pg db.tables=a,b db.verbs=INSERT+SELECT")],
        """
        job > store:postgresql@pg//a request kept (?) : job ? store:postgresql@pg//b !DIRECTION !ORDER
        job > store:postgresql@pg//b request kept (?) : job ? store:postgresql@pg//a !DIRECTION !ORDER
        store:postgresql@pg//a > job response (?) : ? store:postgresql@pg//a store:postgresql@pg//b !DIRECTION !ORDER
        store:postgresql@pg//b > job response (?) : ? store:postgresql@pg//a store:postgresql@pg//b !DIRECTION !ORDER
        """,
    ),
    Case(
        "1 messages go by operation type: a poll is a client span and reads, a batch send is a client span and writes",
        [span(1, 0, "job", "internal", "0-9"),
         span(2, 1, "job", "client", "1-2", PROCESS.replace("process", "receive")),
         span(3, 1, "job", "client", "3-4", SEND.replace("jobs", "done"))],
        """
        topic:kafka/jobs > job response (?) : job topic:kafka/jobs
        job > topic:kafka/done request kept (?) : job topic:kafka/jobs
        """,
    ),
    Case(
        "1 a call that reads overseas data is two legs",
        [span(1, 0, "us", "server", "0-9", tenant="acme"),
         span(2, 1, "us", "client", "1-8", HTTP),
         span(3, 2, "eu", "server", "2-7", HTTP),
         span(4, 3, "eu", "client", "3-4", READ_A)],
        """
        party:acme > us request (?) : party:acme
        us > party:acme response (?) : party:acme store:postgresql@pg//a
        us > eu request (?) : party:acme
        eu > us response (?) : party:acme store:postgresql@pg//a
        eu > store:postgresql@pg//a request (?) : party:acme
        store:postgresql@pg//a > eu response (?) : store:postgresql@pg//a
        """,
    ),
    Case(
        "1 housekeeping moves nothing and is counted",
        [span(1, 0, "api", "internal", "0-9"), span(2, 1, "api", "client", "1-2", "db.system.name=redis db.verbs=PING")],
        "",
        {"housekeeping": 1},
    ),
    # --- rule 2: no egress vanishes ---
    Case(
        "2 a client span without any name ends at an unknown peer of its service",
        [span(1, 0, "api", "client", "0-9"), span(1, 0, "web", "client", "0-9", trace=(1, 2))],
        """
        api > remote:?(api) request (?) : api !ENDPOINT
        remote:?(api) > api response (?) : api remote:?(api) !ENDPOINT
        web > remote:?(web) request (?) : web !ENDPOINT
        remote:?(web) > web response (?) : remote:?(web) web !ENDPOINT
        """,
        {"unnamed-peer": 2},
    ),
    Case(
        "2 a raw address is a place",
        [span(1, 0, "api", "client", "0-9", "server.address=169.254.169.254")],
        """
        api > remote:169.254.169.254 request (?) : api
        remote:169.254.169.254 > api response (?) : api remote:169.254.169.254
        """,
        {"client-without-server": 1},
    ),
    Case(
        "2 a store without address belongs to who saw it",
        [span(1, 0, "api", "client", "0-9", "db.system.name=redis db.verbs=GET")],
        """
        api > store:redis@?(api) request (?) : api !ENDPOINT
        store:redis@?(api) > api response (?) : api store:redis@?(api) !ENDPOINT
        """,
        {"store-without-address": 1},
    ),
    # --- rule 3: facts and guesses differ ---
    Case(
        "3 an orphan is never hung below the root of its trace",
        [span(1, 0, "api", "server", "0-9", tenant="acme"), span(3, 2, "db", "server", "1-2", READ_A)],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme
        caller:?(db) > db request (?) : caller:?(db) !PARENT
        db > caller:?(db) response (?) : caller:?(db) !PARENT
        """,
        {"missing-parent": 1, "several-roots": 1, "server-without-client": 1},
    ),
    Case(
        "3 an orphan with a tenant serves the tenant and the unknown caller",
        [span(2, 1, "db", "server", "1-2", tenant="acme")],
        """
        caller:?(db) > db request (?) : caller:?(db) !PARENT
        db > caller:?(db) response (?) : caller:?(db) party:acme !PARENT
        party:acme > db request (?) : party:acme !PARENT
        db > party:acme response (?) : caller:?(db) party:acme !PARENT
        """,
    ),
    Case(
        "3 an orphan that calls carries what its unknown caller gave",
        [span(2, 1, "job", "client", "1-2", WRITE_A)],
        "job > store:postgresql@pg//a request kept (?) : caller:?(job)",
        {"missing-parent": 1},
    ),
    # --- rule 5: links ---
    Case(
        "5 a consumer with two links has the sources of both, across traces",
        [span(1, 0, "api", "server", "0-9", tenant="acme"),
         span(2, 1, "api", "producer", "1-2", SEND),
         span(1, 0, "api", "server", "0-9", tenant="beta", trace=(2, 2)),
         span(2, 1, "api", "producer", "1-2", SEND, trace=(2, 2)),
         span(1, 0, "job", "consumer", "5-6", PROCESS, trace=(3, 3), links=((1, 1, 2), (2, 2, 2)))],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme
        api > topic:kafka/jobs request kept (?) : party:acme
        party:beta > api request (?) : party:beta
        api > party:beta response (?) : party:beta
        api > topic:kafka/jobs request kept (?) : party:beta
        topic:kafka/jobs > job response (?) : party:acme party:beta topic:kafka/jobs
        """,
    ),
    Case(
        "5 parent and link to the same span are one relation",
        [span(1, 0, "api", "server", "0-9", tenant="acme"),
         span(2, 1, "api", "client", "1-2", READ_A, links=((1, 1, 1),))],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme store:postgresql@pg//a
        api > store:postgresql@pg//a request (?) : party:acme
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        """,
        {"link-to-nothing": 0},
    ),
    Case(
        "5 a link to nothing is a gap: somebody unknown gave something",
        [span(1, 0, "job", "client", "1-2", WRITE_A, links=((9, 9, 9),))],
        "job > store:postgresql@pg//a request kept (?) : caller:?(job) job",
        {"link-to-nothing": 1},
    ),
    Case(
        "5 links that were dropped are a gap likewise",
        [span(1, 0, "job", "client", "1-2", WRITE_A, marks=Mark.LOST_LINKS)],
        "job > store:postgresql@pg//a request kept (?) : caller:?(job) job",
        {"lost-links": 1},
    ),
    Case(
        "5 what a linked span brought back is certain only when it had ended on the same clock",
        [span(1, 0, "job", "client", "1-3", READ_A),
         span(1, 0, "job", "client", "3-4", WRITE_B, trace=(2, 2), links=((1, 1, 1),)),
         span(1, 0, "job", "client", "2-4", WRITE_B, trace=(3, 3), links=((1, 1, 1),))],
        """
        job > store:postgresql@pg//a request (?) : job
        store:postgresql@pg//a > job response (?) : job store:postgresql@pg//a
        job > store:postgresql@pg//b request kept (?) : job store:postgresql@pg//a x2
        """,
    ),
    Case(
        "5 spans that link to each other know the same",
        [span(1, 0, "a", "internal", "1-2", links=((2, 2, 1),)),
         span(2, 1, "a", "client", "1-2", WRITE_A),
         span(1, 0, "b", "internal", "1-2", trace=(2, 2), tenant="acme", links=((1, 1, 1),)),
         span(2, 1, "b", "client", "1-2", WRITE_B, trace=(2, 2))],
        """
        a > store:postgresql@pg//a request kept (?) : party:acme
        b > store:postgresql@pg//b request kept (?) : party:acme
        """,
    ),
    # --- rule 6: identity ---
    Case(
        "6 one name in two regions is two places",
        [span(1, 0, "api@eu", "client", "0-9", HTTP), span(2, 1, "api@cn", "server", "1-8")],
        """
        api@eu > api@cn request (?) : api@eu
        api@cn > api@eu response (?) : api@eu
        """,
        {"no-region": 0},
    ),
    Case(
        "6 a region that a client tells of its peer is evidence, not identity",
        [span(1, 0, "api", "client", "0-9", HTTP + " peer.region=cn-beijing")],
        """
        api > remote:llm request (?) : api
        remote:llm > api response (?) : api remote:llm
        """,
    ),
    # --- rule 7: an address is a service only inside one site ---
    Case(
        "7 a peer whose address looks like a service of ours stays a remote",
        [span(1, 0, "api", "client", "0-9", "server.address=llm"), span(1, 0, "llm", "internal", "0-9", trace=(1, 2))],
        """
        api > remote:llm request (?) : api
        remote:llm > api response (?) : api remote:llm
        """,
    ),
    # --- rule 8: layers ---
    Case(
        "8 a model call over http is one call: name from the outer span, host from the inner",
        [span(1, 0, "api", "server", "0-9", tenant="acme"),
         span(2, 1, "api", "client", "1-8", CHAT),
         span(3, 2, "api", "client", "2-7", HTTP)],
        """
        party:acme > api request (?prompt) : party:acme
        api > party:acme response (?output) : model:openai/qwen@llm party:acme
        api > model:openai/qwen@llm request (prompt) : party:acme
        model:openai/qwen@llm > api response (output) : model:openai/qwen@llm party:acme
        """,
    ),
    Case(
        "8 a retry is a call of its own: the failed attempt has sent the prompt",
        [span(1, 0, "api", "internal", "0-9", CHAT),
         span(2, 1, "api", "client", "1-2", HTTP.replace("llm", "first")),
         span(3, 1, "api", "client", "3-4", HTTP.replace("llm", "second"))],
        """
        api > model:openai/qwen@first request (prompt) : api
        model:openai/qwen@first > api response (output) : api model:openai/qwen@first
        api > model:openai/qwen@second request (prompt) : api model:openai/qwen@first
        model:openai/qwen@second > api response (output) : api model:openai/qwen@first model:openai/qwen@second
        """,
    ),
    Case(
        "8 a database driver below an object mapper is one call",
        [span(1, 0, "api", "client", "0-9", "db.system.name=postgresql db.verbs=SELECT db.tables=a"),
         span(2, 1, "api", "client", "1-8", ODD.replace("db.collection.name=odd", "db.namespace=app"))],
        """
        api > store:postgresql@pg/app/a request (?) : api
        store:postgresql@pg/app/a > api response (?) : store:postgresql@pg/app/a
        """,
    ),
    Case(
        "8 a server of ours that answers below a model span is the peer, and no model is",
        [span(1, 0, "api", "internal", "0-9", CHAT),
         span(2, 1, "api", "client", "1-8", HTTP),
         span(3, 2, "gpu", "server", "2-7", "rpc.system.name=grpc")],
        """
        api > gpu request (prompt) : api
        gpu > api response (output) : api
        """,
    ),
    Case(
        "8 a framework's span is walked through",
        [span(1, 0, "api", "client", "0-9", "openinference.span.kind=CHAIN"),
         span(2, 1, "api", "client", "1-8", READ_A)],
        """
        api > store:postgresql@pg//a request (?) : api
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        """,
    ),
    # --- rule 9: doubles ---
    Case(
        "9 a span delivered twice is one, and the links of both copies count",
        [span(1, 0, "job", "client", "1-2", WRITE_A, links=((9, 9, 9),)), span(1, 0, "job", "client", "1-2", WRITE_A)],
        "job > store:postgresql@pg//a request kept (?) : caller:?(job) job",
        {"duplicate-span": 1, "id-conflict": 0},
    ),
    # --- rule 10: ids ---
    Case(
        "10 the 64-bit form of a trace id joins the 128-bit form",
        [span(1, 0, "api", "server", "0-9", tenant="acme", trace=(7, 1)),
         span(2, 1, "api", "client", "1-2", WRITE_A, trace=(0, 1))],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme
        api > store:postgresql@pg//a request kept (?) : party:acme
        """,
        {"missing-parent": 0},
    ),
    Case(
        "10 a 64-bit form that fits two traces joins neither",
        [span(1, 0, "api", "internal", "0-9", trace=(7, 1)),
         span(1, 0, "api", "internal", "0-9", trace=(8, 1)),
         span(2, 1, "api", "client", "1-2", WRITE_A, trace=(0, 1))],
        "api > store:postgresql@pg//a request kept (?) : caller:?(api)",
        {"ambiguous-trace-id": 1, "missing-parent": 1},
    ),
    Case(
        "10 a client and a server that share an id are a call, and the server's children are the server's",
        [span(1, 0, "web", "client", "0-9", HTTP),
         span(1, 0, "api", "server", "1-8"),
         span(2, 1, "api", "client", "2-3", READ_A)],
        """
        web > api request (?) : web
        api > web response (?) : store:postgresql@pg//a web
        api > store:postgresql@pg//a request (?) : web
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        """,
        {"id-conflict": 0, "several-roots": 0},
    ),
    Case(
        "10 two servers may answer one client span, each with its own children",
        [span(1, 0, "web", "client", "0-9", HTTP),
         span(1, 0, "api", "server", "1-8"),
         span(1, 0, "log", "server", "1-8"),
         span(2, 1, "api", "client", "2-3", READ_A),
         span(3, 1, "log", "client", "2-3", WRITE_B)],
        """
        web > api request (?) : web
        api > web response (?) : store:postgresql@pg//a web
        web > log request (?) : web
        log > web response (?) : web
        api > store:postgresql@pg//a request (?) : web
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        log > store:postgresql@pg//b request kept (?) : web ? store:postgresql@pg//a !ORDER
        """,
        {"id-conflict": 0},
    ),
    Case(
        "10 two unlike spans of one id are a conflict, and an edge that rests on it is in doubt",
        [span(1, 0, "web", "internal", "0-9"),
         span(1, 0, "web", "internal", "2-9"),
         span(2, 1, "api", "server", "3-4")],
        """
        web > api request (?) : web !CONFLICT
        api > web response (?) : web !CONFLICT
        """,
        {"id-conflict": 1},
    ),
    Case(
        "10 an edge between two unlike spans of one id is in doubt as well",
        [span(1, 0, "web", "internal", "0-9"), span(1, 1, "api", "internal", "2-9")],
        """
        web > api request (?) : web !CONFLICT
        api > web response (?) : web !CONFLICT
        """,
        {"id-conflict": 1},
    ),
    Case(
        "10 of two spans alike in all but their parent the smaller parent id is chosen",
        [
            span(1, 7, "api", "internal", "0-9"),
            span(1, 0, "api", "internal", "0-9"),
            span(2, 1, "api", "client", "1-2", WRITE_A),
        ],
        "api > store:postgresql@pg//a request kept (?) : api",
        {"id-conflict": 1, "missing-parent": 1},
    ),
    Case(
        "10 a client and a server of one id that are each other's parent are cut at the smaller shape",
        [
            span(1, 1, "api", "client", "1-2", HTTP),
            span(1, 1, "api", "server", "1-2", HTTP),
        ],
        """
        caller:?(api) > api request (?) : caller:?(api) !PARENT
        api > caller:?(api) response (?) : caller:?(api) remote:llm !PARENT
        api > remote:llm request (?) : caller:?(api)
        remote:llm > api response (?) : caller:?(api) remote:llm
        """,
        {"cycle": 1, "id-conflict": 0},
    ),
    Case(
        "10 an ambiguous span that came twice is one ambiguous span",
        [
            span(1, 0, "api", "internal", "0-9", trace=(7, 1)),
            span(1, 0, "api", "internal", "0-9", trace=(8, 1)),
            span(2, 0, "api", "internal", "0-9", trace=(0, 1)),
            span(2, 0, "api", "internal", "0-9", trace=(0, 1)),
        ],
        "",
        {"ambiguous-trace-id": 1, "duplicate-span": 1},
    ),
    Case(
        "10 a span that is its own parent is cut loose",
        [span(1, 1, "api", "server", "0-9")],
        """
        caller:?(api) > api request (?) : caller:?(api) !PARENT
        api > caller:?(api) response (?) : caller:?(api) !PARENT
        """,
        {"cycle": 1, "missing-parent": 0},
    ),
    Case(
        "10 a cycle is cut at its smallest id",
        [span(1, 2, "api", "server", "0-9"), span(2, 1, "api", "client", "1-2", WRITE_A)],
        """
        caller:?(api) > api request (?) : caller:?(api) !PARENT
        api > caller:?(api) response (?) : caller:?(api) !PARENT
        api > store:postgresql@pg//a request kept (?) : caller:?(api)
        """,
        {"cycle": 1},
    ),
    # --- rule 11: kinds may be missing or wrong ---
    Case(
        "11 a change of service is enough for an edge",
        [span(1, 0, "web", "unspecified", "0-9"), span(2, 1, "api", "unspecified", "1-8")],
        """
        web > api request (?) : web
        api > web response (?) : web
        """,
    ),
    Case("11 a span alone makes its service a place", [span(1, 0, "web", "internal", "0-9")], ""),
    # --- rule 12: clocks ---
    Case(
        "12 times of two hosts are never compared",
        [span(1, 0, "api#1", "internal", "0-9"),
         span(2, 1, "api#2", "client", "1-2", READ_A),
         span(3, 1, "api#1", "client", "5-6", WRITE_B)],
        """
        api > store:postgresql@pg//a request (?) : api
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        api > store:postgresql@pg//b request kept (?) : api ? store:postgresql@pg//a !ORDER
        """,
    ),
    Case(
        "12 a child on another host does not outlive its parent whatever its clock says",
        [span(1, 0, "api", "server", "0-9", tenant="acme"),
         span(2, 1, "api", "client", "1-8", HTTP),
         span(3, 2, "gpu", "server", "100-200"),
         span(4, 3, "gpu", "client", "110-120", READ_A)],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme store:postgresql@pg//a
        api > gpu request (?) : party:acme
        gpu > api response (?) : party:acme store:postgresql@pg//a
        gpu > store:postgresql@pg//a request (?) : party:acme
        store:postgresql@pg//a > gpu response (?) : store:postgresql@pg//a
        """,
    ),
    # --- the order of siblings ---
    Case(
        "order: a read that ended before is certain, one after gives nothing, one that overlaps is possible",
        [span(1, 0, "api", "internal", "0-99"),
         span(2, 1, "api", "client", "1-10", READ_A),
         span(3, 1, "api", "client", "5-20", READ_B),
         span(4, 1, "api", "client", "10-30", WRITE_A),
         span(5, 1, "api", "client", "31-40", SELECT.format("late"))],
        """
        api > store:postgresql@pg//a request (?) : api
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        api > store:postgresql@pg//b request (?) : api ? store:postgresql@pg//a !ORDER
        store:postgresql@pg//b > api response (?) : store:postgresql@pg//b
        api > store:postgresql@pg//a request kept (?) : api store:postgresql@pg//a ? store:postgresql@pg//b !ORDER
        api > store:postgresql@pg//late request (?) : api store:postgresql@pg//a store:postgresql@pg//b
        store:postgresql@pg//late > api response (?) : store:postgresql@pg//late
        """,
    ),
    Case(
        "order: two spans of no length at the same moment may each have come first",
        [span(1, 0, "api", "internal", "0-9"),
         span(2, 1, "api", "client", "5-5", READ_A),
         span(3, 1, "api", "client", "5-5", WRITE_B)],
        """
        api > store:postgresql@pg//a request (?) : api
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        api > store:postgresql@pg//b request kept (?) : api ? store:postgresql@pg//a !ORDER
        """,
    ),
    Case(
        "order: bad times order nothing",
        [span(1, 0, "api", "internal", "1-9"),
         span(2, 1, "api", "client", "8-7", READ_A, marks=Mark.BAD_TIMES),
         span(3, 1, "api", "client", "5-6", WRITE_B)],
        """
        api > store:postgresql@pg//a request (?) : api
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        api > store:postgresql@pg//b request kept (?) : api ? store:postgresql@pg//a !ORDER
        """,
        {"bad-times": 1},
    ),
    Case(
        "order: what outlives its parent may not have come back",
        [span(1, 0, "api", "server", "0-9", tenant="acme"), span(2, 1, "api", "client", "1-10", READ_A)],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme ? store:postgresql@pg//a !ORDER
        api > store:postgresql@pg//a request (?) : party:acme
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        """,
    ),
    # --- entries ---
    Case(
        "entry: a caller without a tenant is a party of its own for each service",
        [span(1, 0, "api", "server", "0-9")],
        """
        party:?(api) > api request (?) : party:?(api)
        api > party:?(api) response (?) : party:?(api)
        """,
    ),
    Case(
        "entry: a tenant told further down enters at the root",
        [span(1, 0, "api", "server", "0-9"), span(2, 1, "api", "internal", "1-2", tenant="acme")],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme
        """,
    ),
    Case(
        "entry: two tenants of one trace are each answered with the data of both",
        [span(1, 0, "api", "server", "0-9", tenant="acme"), span(2, 1, "api", "internal", "1-2", tenant="beta")],
        """
        party:acme > api request (?) : party:acme
        party:beta > api request (?) : party:beta
        api > party:acme response (?) : party:acme party:beta
        api > party:beta response (?) : party:acme party:beta
        """,
    ),
    Case(
        "entry: a probe brings in nothing",
        [span(1, 0, "api", "server", "0-9", "probe=true")],
        "",
        {"probe": 1},
    ),
    Case(
        "entry: a health route that calls somebody is no probe",
        [span(1, 0, "api", "server", "0-9", "probe=true"), span(2, 1, "api", "client", "1-2", WRITE_A)],
        """
        party:?(api) > api request (?) : party:?(api)
        api > party:?(api) response (?) : party:?(api)
        api > store:postgresql@pg//a request kept (?) : party:?(api)
        """,
        {"probe": 0},
    ),
    Case(
        "entry: a job without a tenant works on its own service's data",
        [span(1, 0, "job", "internal", "0-9"), span(2, 1, "job", "client", "1-2", WRITE_A)],
        "job > store:postgresql@pg//a request kept (?) : job",
    ),
    Case(
        "operator: a person inside a service is a source and gets the answer",
        [span(1, 0, "job", "internal", "0-9"),
         span(2, 1, "job", "internal", "1-8", "lineage.actor=human lineage.actor.role=support"),
         span(3, 2, "job", "client", "2-3", READ_A),
         span(4, 2, "job", "internal", "4-5", "lineage.actor=human lineage.actor.role=support")],
        """
        operator:support > job request (?) : operator:support
        job > operator:support response (?) : job operator:support store:postgresql@pg//a
        job > store:postgresql@pg//a request (?) : job operator:support
        store:postgresql@pg//a > job response (?) : store:postgresql@pg//a
        """,
    ),
    Case(
        "operator: at the root, tenants are sources but the operator is the one answered",
        [span(1, 0, "api", "server", "0-9", "lineage.actor=human", tenant="acme")],
        """
        operator:operator > api request (?) : operator:operator
        api > operator:operator response (?) : operator:operator party:acme
        """,
    ),
    # --- messages ---
    Case(
        "messages: what a consumer below a send finds does not come back to the sender",
        [span(1, 0, "api", "server", "0-99", tenant="acme"),
         span(2, 1, "api", "producer", "1-2", SEND),
         span(3, 2, "job", "consumer", "3-9", PROCESS),
         span(4, 3, "job", "client", "4-5", READ_A)],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme
        api > topic:kafka/jobs request kept (?) : party:acme
        topic:kafka/jobs > job response (?) : party:acme topic:kafka/jobs
        job > store:postgresql@pg//a request (?) : party:acme topic:kafka/jobs
        store:postgresql@pg//a > job response (?) : store:postgresql@pg//a
        """,
    ),
    # --- caches, documents ---
    Case(
        "cache: an answer out of a cache is a store of its service, and no call is made",
        [span(1, 0, "api", "server", "0-9", tenant="acme"), span(2, 1, "api", "client", "1-2", CHAT + " cache.hit=true")],
        """
        party:acme > api request (?prompt) : party:acme
        api > party:acme response (?output) : party:acme store:cache@?(api)
        store:cache@?(api) > api response (output) : store:cache@?(api) !ENDPOINT
        """,
    ),
    Case(
        "cache: a call that went out below a cached answer is still a call",
        [span(1, 0, "api", "internal", "0-9", CHAT + " cache.hit=true"), span(2, 1, "api", "client", "1-2", HTTP)],
        """
        store:cache@?(api) > api response (output) : store:cache@?(api) !ENDPOINT
        api > model:openai/qwen@llm request (prompt) : api store:cache@?(api)
        model:openai/qwen@llm > api response (output) : api model:openai/qwen@llm store:cache@?(api)
        """,
    ),
    Case(
        "cache: a cached inner layer does not hide the outer layer's call",
        [span(1, 0, "api", "client", "0-9", CHAT + " server.address=llm"),
         span(2, 1, "api", "client", "1-2", "http.request.method=POST cache.hit=true")],
        """
        api > model:openai/qwen@llm request (prompt) : api
        model:openai/qwen@llm > api response (output) : api model:openai/qwen@llm store:cache@?(api)
        store:cache@?(api) > api response (?output) : store:cache@?(api) !ENDPOINT
        """,
    ),
    Case(
        "documents: the owners of what was retrieved are sources",
        [span(1, 0, "api", "server", "0-9", tenant="acme"),
         span(2, 1, "api", "internal", "1-2", "openinference.span.kind=RETRIEVER server.address=vec documents.tenants=x,y")],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme party:x party:y store:@vec
        api > store:@vec request (?) : party:acme party:x party:y
        store:@vec > api response (?) : party:x party:y store:@vec
        """,
    ),
    # --- what is told of a flow ---
    Case(
        "told: purpose and retention are inherited, protection is not, a category stated for the leg is certain",
        [span(1, 0, "job", "internal", "0-9", "lineage.purpose=training lineage.retention=P7D lineage.protection=masked"),
         span(2, 1, "job", "client", "1-2", WRITE_A + " lineage.data.category=log"),
         span(3, 1, "job", "client", "3-4", WRITE_B + " lineage.purpose=billing lineage.protection=anonymised")],
        """
        job > store:postgresql@pg//a request kept (log) : job for=training retention=P7D
        job > store:postgresql@pg//b request kept (?log) : job for=billing protection=anonymised retention=P7D
        """,
    ),
]  # fmt: skip


@both
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_flows(assemble: Assemble, case: Case) -> None:
    expected = sorted(text.strip() for text in case.flows.strip().splitlines())
    assert expected == lines(assemble(*pack(case.spans)))


@both
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_flows_are_the_same_when_the_last_span_comes_first(assemble: Assemble, case: Case) -> None:
    """Rule 9, down to the order in which shapes and tenants are first seen."""
    assert lines(assemble(*pack(case.spans))) == lines(assemble(*pack(case.spans[::-1])))


@both
@pytest.mark.parametrize("case", [case for case in CASES if case.counts], ids=lambda case: case.name)
def test_counts(assemble: Assemble, case: Case) -> None:
    counts = assemble(*pack(case.spans)).coverage.counts
    assert case.counts == {gap: counts[gap] for gap in case.counts}


@both
def test_every_gap_of_a_broken_trace_is_counted(assemble: Assemble) -> None:
    """Rule 4."""
    spans = [
        span(1, 0, "api", "server", "0-9"),
        span(2, 1, "unknown_service:java", "client", "1-2", HTTP),
        span(3, 1, "", "client", "1-2", marks=Mark.LOST_ATTRIBUTES),
        span(4, 1, "api@eu", "client", "1-2", "db.system.name=redis"),
        span(5, 1, "api@eu", "client", "1-2", CHAT),
        span(6, 77, "api@eu", "server", "1-2"),
        span(7, 6, "api@eu", "producer", "2-1", marks=Mark.BAD_TIMES),
        span(8, 1, "api@eu", "client", "1-2", "db.system.name=redis db.verbs=PING"),
    ]
    coverage = assemble(*pack(spans)).coverage
    assert coverage.traces == 1
    expected = {
        "no-service": 2,
        "no-region": 3,
        "client-without-server": 1,
        "unnamed-peer": 2,
        "lost-attributes": 1,
        "store-without-address": 1,
        "model-without-address": 1,
        "missing-parent": 1,
        "several-roots": 1,
        "server-without-client": 1,
        "bad-times": 1,
        "housekeeping": 1,
    }
    assert expected == dict(+coverage.counts)


@both
def test_claims_count_for_the_tenants_of_the_trace_else_for_the_service(assemble: Assemble) -> None:
    spans = [
        span(1, 0, "api", "server", "0-9", tenant="acme"),
        span(2, 1, "api", "internal", "1-2", "claim.origin=CN"),
        span(1, 0, "job", "internal", "0-9", "claim.origin=DE", trace=(2, 2)),
    ]
    assert {
        "party:acme": Counter({"CN": 1}),
        "service:job@": Counter({"DE": 1}),
    } == assemble(*pack(spans)).coverage.claims


@both
def test_a_region_told_of_a_peer_is_kept_beside_it(assemble: Assemble) -> None:
    spans = [
        span(1, 0, "api@eu", "client", "0-9", CHAT),
        span(2, 1, "api@eu", "client", "1-2", HTTP + " peer.region=cn-beijing"),
    ]
    assert {"model:openai/qwen@llm": Counter({"cn-beijing": 1})} == assemble(*pack(spans)).coverage.regions


@both
def test_a_flow_counts_its_calls_and_keeps_times_and_the_smallest_exemplars(assemble: Assemble) -> None:
    spans = [span(ident, 0, "job", "client", f"{ident}-20", WRITE_A) for ident in (5, 4, 3, 2)]
    spans.append(span(1, 0, "job", "client", "9-8", WRITE_A, marks=Mark.BAD_TIMES))
    (count,) = [count for _, count in assemble(*pack(spans))]
    trace = "00000000000000010000000000000001"
    ids = ("0000000000000001", "0000000000000002", "0000000000000003")
    expected = FlowCount(5, first=2, last=5, exemplars=tuple(Exemplar(trace, ident) for ident in ids))
    assert expected == count


@both
def test_a_chain_of_ten_thousand_spans_carries_from_its_first_to_its_last(assemble: Assemble) -> None:
    """Rule 10: no recursion, nothing quadratic."""
    depth = 10_000
    spans = [span(1, 0, "api", "server", f"0-{3 * depth}", tenant="acme")]
    spans += [span(n, n - 1, "api", "internal", f"{n}-{3 * depth - n}") for n in range(2, depth)]
    spans.append(span(depth, depth - 1, "api", "client", f"{depth}-{depth + 1}", READ_A))
    assert "api > store:postgresql@pg//a request (?) : party:acme" in lines(assemble(*pack(spans)))


@both
def test_more_tenants_than_a_machine_word_has_bits_are_all_carried(assemble: Assemble) -> None:
    spans = [span(1, 0, "api", "server", "0-999", tenant="t0")]
    spans += [span(n, 1, "api", "internal", f"{n}-{n}", tenant=f"t{n}") for n in range(2, 202)]
    spans.append(span(999, 1, "api", "client", "900-901", WRITE_A))
    (write,) = [key for key, _ in assemble(*pack(spans)) if key.kept]
    assert sorted(["t0", *(f"t{n}" for n in range(2, 202))]) == sorted(
        source.name for source in write.sources
    )


@both
def test_no_spans_make_no_flows(assemble: Assemble) -> None:
    flows = assemble(Spans.empty(), Vocabulary())
    assert (0, set(), 0) == (len(flows), flows.places, flows.coverage.traces)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("peer.service", "service.peer.name"),
        ("net.peer.name", "server.address"),
        ("net.sock.peer.addr", "network.peer.address"),
        ("http.url", "url.full"),
        ("http.method", "http.request.method"),
        ("db.system", "db.system.name"),
        ("db.name", "db.namespace"),
        ("db.statement", "db.query.text"),
        ("db.sql.table", "db.collection.name"),
        ("messaging.destination", "messaging.destination.name"),
        ("messaging.operation", "messaging.operation.type"),
        ("gen_ai.system", "gen_ai.provider.name"),
        ("llm.model_name", "gen_ai.request.model"),
    ],
)
def test_both_generations_of_a_name_mean_the_same(old: str, new: str) -> None:
    """Rule 13."""
    assert names.SPAN[new].canonical == names.SPAN[old].canonical


@pytest.mark.parametrize(
    "name", ["upstream_address", "upstream_cluster", "peer.address", "enduser.id", "client.address"]
)
def test_a_proxys_view_and_an_end_users_address_are_not_read(name: str) -> None:
    """Rules 14 and 15."""
    assert name not in names.SPAN
