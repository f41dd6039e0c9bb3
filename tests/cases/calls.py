"""Who is called, which way the data goes, and what is one call (rules 1, 2, 6, 7, 8, 11)."""

from __future__ import annotations

from cases.writing import CHAT, HTTP, ODD, PROCESS, READ_A, SEND, WRITE_A, Case, span

CALLS = [
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
        [
            span(1, 0, "job", "internal", "0-9"),
            span(
                2,
                1,
                "job",
                "client",
                "1-2",
                "db.system.name=postgresql server.address=pg db.tables=a,b db.verbs=INSERT+SELECT",
            ),
        ],
        """
        job > store:postgresql@pg//a request kept (?) : job ? store:postgresql@pg//b !DIRECTION !ORDER
        job > store:postgresql@pg//b request kept (?) : job ? store:postgresql@pg//a !DIRECTION !ORDER
        store:postgresql@pg//a > job response (?) : ? store:postgresql@pg//a store:postgresql@pg//b !DIRECTION !ORDER
        store:postgresql@pg//b > job response (?) : ? store:postgresql@pg//a store:postgresql@pg//b !DIRECTION !ORDER
        """,
    ),
    Case(
        "1 messages go by operation type: a poll is a client span and reads, a batch send is a client span and writes",
        [
            span(1, 0, "job", "internal", "0-9"),
            span(2, 1, "job", "client", "1-2", PROCESS.replace("process", "receive")),
            span(3, 1, "job", "client", "3-4", SEND.replace("jobs", "done")),
        ],
        """
        topic:kafka/jobs > job response (?) : job topic:kafka/jobs
        job > topic:kafka/done request kept (?) : job topic:kafka/jobs
        """,
    ),
    Case(
        "1 a call that reads overseas data is two legs",
        [
            span(1, 0, "us", "server", "0-9", tenant="acme"),
            span(2, 1, "us", "client", "1-8", HTTP),
            span(3, 2, "eu", "server", "2-7", HTTP),
            span(4, 3, "eu", "client", "3-4", READ_A),
        ],
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
        [
            span(1, 0, "api", "internal", "0-9"),
            span(2, 1, "api", "client", "1-2", "db.system.name=redis db.verbs=PING"),
        ],
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
        api > remote:169.254.169.254~%3f request (?) : api
        remote:169.254.169.254~%3f > api response (?) : api remote:169.254.169.254~%3f
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
        [
            span(1, 0, "api", "client", "0-9", "server.address=llm"),
            span(1, 0, "llm", "internal", "0-9", trace=(1, 2)),
        ],
        """
        api > remote:llm request (?) : api
        remote:llm > api response (?) : api remote:llm
        """,
    ),
    # --- rule 8: layers ---
    Case(
        "8 a model call over http is one call: name from the outer span, host from the inner",
        [
            span(1, 0, "api", "server", "0-9", tenant="acme"),
            span(2, 1, "api", "client", "1-8", CHAT),
            span(3, 2, "api", "client", "2-7", HTTP),
        ],
        """
        party:acme > api request (?prompt) : party:acme
        api > party:acme response (?output) : model:openai/qwen@llm party:acme
        api > model:openai/qwen@llm request (prompt) : party:acme
        model:openai/qwen@llm > api response (output) : model:openai/qwen@llm party:acme
        """,
    ),
    Case(
        "8 a retry is a call of its own: the failed attempt has sent the prompt",
        [
            span(1, 0, "api", "internal", "0-9", CHAT),
            span(2, 1, "api", "client", "1-2", HTTP.replace("llm", "first")),
            span(3, 1, "api", "client", "3-4", HTTP.replace("llm", "second")),
        ],
        """
        api > model:openai/qwen@first request (prompt) : api
        model:openai/qwen@first > api response (output) : api model:openai/qwen@first
        api > model:openai/qwen@second request (prompt) : api model:openai/qwen@first
        model:openai/qwen@second > api response (output) : api model:openai/qwen@first model:openai/qwen@second
        """,
    ),
    Case(
        "8 a database driver below an object mapper is one call",
        [
            span(1, 0, "api", "client", "0-9", "db.system.name=postgresql db.verbs=SELECT db.tables=a"),
            span(2, 1, "api", "client", "1-8", ODD.replace("db.collection.name=odd", "db.namespace=app")),
        ],
        """
        api > store:postgresql@pg/app/a request (?) : api
        store:postgresql@pg/app/a > api response (?) : store:postgresql@pg/app/a
        """,
    ),
    Case(
        "8 a server of ours that answers below a model span is the peer, and no model is",
        [
            span(1, 0, "api", "internal", "0-9", CHAT),
            span(2, 1, "api", "client", "1-8", HTTP),
            span(3, 2, "gpu", "server", "2-7", "rpc.system.name=grpc"),
        ],
        """
        api > gpu request (prompt) : api
        gpu > api response (output) : api
        """,
    ),
    Case(
        "8 a framework's span is walked through",
        [
            span(1, 0, "api", "client", "0-9", "openinference.span.kind=CHAIN"),
            span(2, 1, "api", "client", "1-8", READ_A),
        ],
        """
        api > store:postgresql@pg//a request (?) : api
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        """,
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
]
