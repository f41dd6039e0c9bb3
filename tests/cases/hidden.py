"""Nothing hides: in a layer, beside a sibling, behind a shared id, a private address, or a link that tells nothing."""

from __future__ import annotations

from cases.writing import CHAT, HTTP, PROCESS, READ_A, READ_B, SEND, WRITE_A, WRITE_B, Case, span

SUPPORT = "lineage.actor=human lineage.actor.role=support"
SETTLE = PROCESS.replace("process", "settle")

HIDDEN = [
    # --- rule 8: two hosts are two calls ---
    Case(
        "8 two layers that name different hosts are two calls, and what the inner one got may be in the outer's question",
        [
            span(1, 0, "api", "internal", "0-9", CHAT + " server.address=vendor"),
            span(2, 1, "api", "client", "1-2", HTTP),
        ],
        """
        api > model:openai/qwen@vendor request (prompt) : api ? remote:llm !ORDER
        model:openai/qwen@vendor > api response (output) : api model:openai/qwen@vendor remote:llm
        api > remote:llm request (?prompt) : api model:openai/qwen@vendor
        remote:llm > api response (?output) : api model:openai/qwen@vendor remote:llm
        """,
    ),
    Case(
        "8 a port that only one of two layers tells does not make two hosts",
        [
            span(1, 0, "api", "internal", "0-9", CHAT + " server.address=llm"),
            span(2, 1, "api", "client", "1-2", HTTP + " server.port=8000"),
        ],
        """
        api > model:openai/qwen@llm:8000 request (prompt) : api
        model:openai/qwen@llm:8000 > api response (output) : api model:openai/qwen@llm:8000
        """,
    ),
    # --- what is asked of whom carries what ---
    Case(
        "request: an unanswered call may carry what spans below it brought back",
        [
            span(1, 0, "api", "internal", "0-9"),
            span(2, 1, "api", "client", "1-8", HTTP),
            span(3, 2, "api", "client", "2-3", READ_A),
        ],
        """
        api > remote:llm request (?) : api ? store:postgresql@pg//a !ORDER
        remote:llm > api response (?) : api remote:llm store:postgresql@pg//a
        api > store:postgresql@pg//a request (?) : api remote:llm
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        """,
    ),
    Case(
        "request: an answered call carries what its callee may have got of its siblings",
        [
            span(1, 0, "api", "internal", "0-9"),
            span(2, 1, "api", "client", "1-8", HTTP),
            span(3, 2, "api", "client", "2-3", READ_A),
            span(4, 2, "gpu", "server", "4-7"),
        ],
        """
        api > gpu request (?) : api ? store:postgresql@pg//a !ORDER
        gpu > api response (?) : api ? store:postgresql@pg//a !ORDER
        api > store:postgresql@pg//a request (?) : api
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        """,
    ),
    Case(
        "order: what a callee of the same process does after its call has ended may not have come back",
        [
            span(1, 0, "api", "server", "0-20", tenant="acme"),
            span(2, 1, "api", "client", "1-5", HTTP),
            span(3, 2, "api", "server", "2-9"),
            span(4, 3, "api", "client", "3-4", READ_A),
        ],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme ? store:postgresql@pg//a !ORDER
        api > api request (?) : party:acme
        api > api response (?) : party:acme ? store:postgresql@pg//a !ORDER
        api > store:postgresql@pg//a request (?) : party:acme
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        """,
    ),
    Case(
        "order: of two that run side by side each may have fed the other",
        [
            span(1, 0, "api", "internal", "0-9"),
            span(2, 1, "api", "client", "1-5", READ_A),
            span(3, 1, "api", "client", "3-8", READ_B),
        ],
        """
        api > store:postgresql@pg//a request (?) : api ? store:postgresql@pg//b !ORDER
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        api > store:postgresql@pg//b request (?) : api ? store:postgresql@pg//a !ORDER
        store:postgresql@pg//b > api response (?) : store:postgresql@pg//b
        """,
    ),
    Case(
        "tables: a join is a read of each table, and no table is asked with what itself or its partner holds",
        [
            span(
                1,
                0,
                "job",
                "client",
                "0-9",
                "db.system.name=postgresql server.address=pg db.tables=a,b db.verbs=SELECT",
            )
        ],
        """
        job > store:postgresql@pg//a request (?) : job
        store:postgresql@pg//a > job response (?) : job store:postgresql@pg//a store:postgresql@pg//b
        job > store:postgresql@pg//b request (?) : job
        store:postgresql@pg//b > job response (?) : job store:postgresql@pg//a store:postgresql@pg//b
        """,
    ),
    Case(
        "messages: a server below a send has answered it, and the message went to its topic all the same",
        [
            span(1, 0, "api", "server", "0-9", tenant="acme"),
            span(2, 1, "api", "producer", "1-4", SEND),
            span(3, 2, "job", "server", "2-3"),
        ],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme
        api > topic:kafka/jobs request kept (?) : party:acme
        api > job request (?) : party:acme
        job > api response (?) : party:acme
        """,
    ),
    Case(
        "cache: a send out of a cache that a server answers as well is still an answer out of a cache",
        [
            span(1, 0, "api", "producer", "0-9", CHAT + " cache.hit=true"),
            span(2, 1, "job", "server", "1-2"),
        ],
        """
        store:cache@?(api) > api response (output) : store:cache@?(api) !ENDPOINT
        api > job request (prompt) : api store:cache@?(api)
        job > api response (output) : api store:cache@?(api)
        """,
    ),
    # --- rule 10: shared ids ---
    Case(
        "10 whoever else may be the parent may have given what it knew, and all below is in doubt",
        [
            span(1, 0, "job", "internal", "0-9"),
            span(5, 1, "job", "internal", "1-2"),
            span(5, 1, "job", "internal", "3-4", SUPPORT),
            span(6, 5, "job", "internal", "1-2"),
            span(7, 6, "job", "client", "1-2", WRITE_A),
        ],
        """
        operator:support > job request (?) : operator:support
        job > operator:support response (?) : job operator:support
        job > store:postgresql@pg//a request kept (?) : job ? operator:support !ORDER !CONFLICT
        """,
        {"id-conflict": 1},
    ),
    Case(
        "10 a span that a cycle cuts loose keeps its doubt and whoever else may be its parent",
        [
            span(1, 2, "job", "client", "1-2", WRITE_A),
            span(2, 1, "job", "internal", "0-9"),
            span(2, 0, "job", "internal", "3-9"),
        ],
        "job > store:postgresql@pg//a request kept (?) : caller:?(job) ? job !ORDER !CONFLICT",
        {"cycle": 1, "id-conflict": 1},
    ),
    Case(
        "10 a link to an id that two spans share may mean either",
        [
            span(1, 0, "job", "internal", "0-1"),
            span(1, 0, "job", "internal", "2-3", SUPPORT),
            span(1, 0, "job", "client", "5-6", WRITE_A, trace=(2, 2), links=((1, 1, 1),)),
        ],
        """
        operator:support > job request (?) : operator:support
        job > operator:support response (?) : operator:support
        job > store:postgresql@pg//a request kept (?) : ? job operator:support !ORDER
        """,
        {"id-conflict": 1, "link-to-nothing": 0},
    ),
    Case(
        "10 a call that one of two clients made is in doubt, although the client itself is not",
        [
            span(1, 0, "web", "client", "0-9", HTTP),
            span(1, 0, "web", "client", "3-9", HTTP),
            span(2, 1, "api", "server", "4-5"),
        ],
        """
        web > api request (?) : web ? remote:llm !ORDER !CONFLICT
        api > web response (?) : web ? remote:llm !ORDER !CONFLICT
        web > remote:llm request (?) : web
        remote:llm > web response (?) : remote:llm web
        """,
        {"id-conflict": 1},
    ),
    # --- unknown is a value ---
    Case(
        "origin: what would carry nothing carries an unknown caller, and each such flow counts",
        [
            span(1, 0, "api", "server", "0-9", "probe=true"),
            span(2, 1, "api", "server", "1-2"),
            span(3, 1, "api", "server", "3-4"),
        ],
        """
        api > api request (?) : caller:?(api) x2
        api > api response (?) : caller:?(api) x2
        """,
        {"probe": 1, "no-origin": 4},
    ),
    Case(
        "origin: a consumer whose message no topic tells of works for an unknown caller",
        [span(1, 0, "job", "consumer", "0-9", SETTLE), span(2, 1, "job", "client", "1-2", WRITE_A)],
        "job > store:postgresql@pg//a request kept (?) : caller:?(job)",
        {"housekeeping": 1, "no-origin": 0},
    ),
    Case(
        "5 roots that know only each other work for unknown callers",
        [
            span(1, 0, "a", "internal", "1-2", links=((2, 2, 1),)),
            span(2, 1, "a", "client", "1-2", WRITE_A),
            span(1, 0, "b", "internal", "1-2", trace=(2, 2), links=((1, 1, 1),)),
            span(2, 1, "b", "client", "1-2", WRITE_B, trace=(2, 2)),
        ],
        """
        a > store:postgresql@pg//a request kept (?) : caller:?(a) caller:?(b)
        b > store:postgresql@pg//b request kept (?) : caller:?(a) caller:?(b)
        """,
        {"no-origin": 0},
    ),
    Case(
        "5 a root linked to a probe works for an unknown caller",
        [
            span(1, 0, "api", "server", "0-1", "probe=true"),
            span(1, 0, "job", "client", "1-2", WRITE_A, trace=(2, 2), links=((1, 1, 1),)),
        ],
        "job > store:postgresql@pg//a request kept (?) : caller:?(job)",
        {"probe": 1, "no-origin": 0},
    ),
    Case(
        "5 a server's caller may be a customer whatever it links to",
        [
            span(1, 0, "job", "internal", "0-1"),
            span(1, 0, "api", "server", "5-9", trace=(2, 2), links=((1, 1, 1),)),
            span(2, 1, "api", "client", "6-7", WRITE_A, trace=(2, 2)),
        ],
        """
        party:?(api) > api request (?) : party:?(api)
        api > party:?(api) response (?) : job party:?(api)
        api > store:postgresql@pg//a request kept (?) : job party:?(api)
        """,
    ),
    # --- rule 7: an address is a host only inside one site ---
    Case(
        "7 one private address in two sites is two hosts",
        [
            span(1, 0, "api@eu", "client", "0-9", "server.address=10.0.0.9"),
            span(1, 0, "api@cn", "client", "0-9", "server.address=10.0.0.9", trace=(1, 2)),
        ],
        """
        api@eu > remote:10.0.0.9~eu request (?) : api@eu
        remote:10.0.0.9~eu > api@eu response (?) : api@eu remote:10.0.0.9~eu
        api@cn > remote:10.0.0.9~cn request (?) : api@cn
        remote:10.0.0.9~cn > api@cn response (?) : api@cn remote:10.0.0.9~cn
        """,
    ),
    Case(
        "7 one private address seen by two services of a site is one host",
        [
            span(1, 0, "api@eu", "client", "0-9", WRITE_A.replace("=pg", "=10.0.0.9")),
            span(1, 0, "web@eu", "client", "0-9", WRITE_A.replace("=pg", "=10.0.0.9"), trace=(1, 2)),
        ],
        """
        api@eu > store:postgresql@10.0.0.9~eu//a request kept (?) : api@eu
        web@eu > store:postgresql@10.0.0.9~eu//a request kept (?) : web@eu
        """,
    ),
    Case(
        "7 a loopback address is another host for each service, and what listens there may be a proxy",
        [
            span(1, 0, "api", "client", "0-9", "server.address=127.0.0.1"),
            span(1, 0, "web", "client", "0-9", "server.address=127.0.0.1", trace=(1, 2)),
        ],
        """
        api > remote:127.0.0.1?(api) request (?) : api !ENDPOINT
        remote:127.0.0.1?(api) > api response (?) : api remote:127.0.0.1?(api) !ENDPOINT
        web > remote:127.0.0.1?(web) request (?) : web !ENDPOINT
        remote:127.0.0.1?(web) > web response (?) : remote:127.0.0.1?(web) web !ENDPOINT
        """,
    ),
]
