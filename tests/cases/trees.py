"""Broken, doubled and shared ids (rules 3, 9, 10)."""

from __future__ import annotations

from cases.writing import HTTP, READ_A, WRITE_A, WRITE_B, Case, span

TREES = [
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
    # --- rule 9: doubles ---
    Case(
        "9 a span delivered twice is one, and the links of both copies count",
        [
            span(1, 0, "job", "client", "1-2", WRITE_A, links=((9, 9, 9),)),
            span(1, 0, "job", "client", "1-2", WRITE_A),
        ],
        "job > store:postgresql@pg//a request kept (?) : caller:?(job) job",
        {"duplicate-span": 1, "id-conflict": 0},
    ),
    # --- rule 10: ids ---
    Case(
        "10 the 64-bit form of a trace id joins the 128-bit form",
        [
            span(1, 0, "api", "server", "0-9", tenant="acme", trace=(7, 1)),
            span(2, 1, "api", "client", "1-2", WRITE_A, trace=(0, 1)),
        ],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme
        api > store:postgresql@pg//a request kept (?) : party:acme
        """,
        {"missing-parent": 0},
    ),
    Case(
        "10 a 64-bit form that fits two traces joins neither",
        [
            span(1, 0, "api", "internal", "0-9", trace=(7, 1)),
            span(1, 0, "api", "internal", "0-9", trace=(8, 1)),
            span(2, 1, "api", "client", "1-2", WRITE_A, trace=(0, 1)),
        ],
        "api > store:postgresql@pg//a request kept (?) : caller:?(api)",
        {"ambiguous-trace-id": 1, "missing-parent": 1},
    ),
    Case(
        "10 a client and a server that share an id are a call, and the server's children are the server's",
        [
            span(1, 0, "web", "client", "0-9", HTTP),
            span(1, 0, "api", "server", "1-8"),
            span(2, 1, "api", "client", "2-3", READ_A),
        ],
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
        [
            span(1, 0, "web", "client", "0-9", HTTP),
            span(1, 0, "api", "server", "1-8"),
            span(1, 0, "log", "server", "1-8"),
            span(2, 1, "api", "client", "2-3", READ_A),
            span(3, 1, "log", "client", "2-3", WRITE_B),
        ],
        """
        web > api request (?) : web
        api > web response (?) : store:postgresql@pg//a web
        web > log request (?) : web ? store:postgresql@pg//a !ORDER
        log > web response (?) : web ? store:postgresql@pg//a !ORDER
        api > store:postgresql@pg//a request (?) : web
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        log > store:postgresql@pg//b request kept (?) : web ? store:postgresql@pg//a !ORDER
        """,
        {"id-conflict": 0},
    ),
    Case(
        "10 two unlike spans of one id are a conflict, and an edge that rests on it is in doubt",
        [
            span(1, 0, "web", "internal", "0-9"),
            span(1, 0, "web", "internal", "2-9"),
            span(2, 1, "api", "server", "3-4"),
        ],
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
        "api > store:postgresql@pg//a request kept (?) : api ? caller:?(api) !ORDER !CONFLICT",
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
]
