"""What enters where and who knows it: links, clocks, order, entries, messages, caches (rules 5, 12)."""

from __future__ import annotations

from cases.writing import CHAT, HTTP, PROCESS, READ_A, READ_B, SELECT, SEND, WRITE_A, WRITE_B, Case, span
from lineage.spans import Mark

SOURCES = [
    # --- rule 5: links ---
    Case(
        "5 a consumer with two links has the sources of both, across traces",
        [
            span(1, 0, "api", "server", "0-9", tenant="acme"),
            span(2, 1, "api", "producer", "1-2", SEND),
            span(1, 0, "api", "server", "0-9", tenant="beta", trace=(2, 2)),
            span(2, 1, "api", "producer", "1-2", SEND, trace=(2, 2)),
            span(1, 0, "job", "consumer", "5-6", PROCESS, trace=(3, 3), links=((1, 1, 2), (2, 2, 2))),
        ],
        """
        party:acme > api request (?) : party:acme
        api > party:acme response (?) : party:acme
        api > topic:kafka/jobs request kept (?) : party:acme*1 party:beta*1 x2
        party:beta > api request (?) : party:beta
        api > party:beta response (?) : party:beta
        topic:kafka/jobs > job response (?) : party:acme party:beta topic:kafka/jobs
        """,
    ),
    Case(
        "5 parent and link to the same span are one relation",
        [
            span(1, 0, "api", "server", "0-9", tenant="acme"),
            span(2, 1, "api", "client", "1-2", READ_A, links=((1, 1, 1),)),
        ],
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
        [
            span(1, 0, "job", "client", "1-3", READ_A),
            span(1, 0, "job", "client", "3-4", WRITE_B, trace=(2, 2), links=((1, 1, 1),)),
            span(1, 0, "job", "client", "2-4", WRITE_B, trace=(3, 3), links=((1, 1, 1),)),
        ],
        """
        job > store:postgresql@pg//a request (?) : job
        store:postgresql@pg//a > job response (?) : job store:postgresql@pg//a
        job > store:postgresql@pg//b request kept (?) : job store:postgresql@pg//a x2
        """,
    ),
    Case(
        "5 spans that link to each other know the same",
        [
            span(1, 0, "a", "internal", "1-2", links=((2, 2, 1),)),
            span(2, 1, "a", "client", "1-2", WRITE_A),
            span(1, 0, "b", "internal", "1-2", trace=(2, 2), tenant="acme", links=((1, 1, 1),)),
            span(2, 1, "b", "client", "1-2", WRITE_B, trace=(2, 2)),
        ],
        """
        a > store:postgresql@pg//a request kept (?) : party:acme
        b > store:postgresql@pg//b request kept (?) : party:acme
        """,
    ),
    # --- rule 12: clocks ---
    Case(
        "12 times of two hosts are never compared",
        [
            span(1, 0, "api#1", "internal", "0-9"),
            span(2, 1, "api#2", "client", "1-2", READ_A),
            span(3, 1, "api#1", "client", "5-6", WRITE_B),
        ],
        """
        api > store:postgresql@pg//a request (?) : api
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        api > store:postgresql@pg//b request kept (?) : api ? store:postgresql@pg//a !ORDER
        """,
    ),
    Case(
        "12 a child on another host does not outlive its parent whatever its clock says",
        [
            span(1, 0, "api", "server", "0-9", tenant="acme"),
            span(2, 1, "api", "client", "1-8", HTTP),
            span(3, 2, "gpu", "server", "100-200"),
            span(4, 3, "gpu", "client", "110-120", READ_A),
        ],
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
        [
            span(1, 0, "api", "internal", "0-99"),
            span(2, 1, "api", "client", "1-10", READ_A),
            span(3, 1, "api", "client", "5-20", READ_B),
            span(4, 1, "api", "client", "10-30", WRITE_A),
            span(5, 1, "api", "client", "31-40", SELECT.format("late")),
        ],
        """
        api > store:postgresql@pg//a request (?) : api ? store:postgresql@pg//b !ORDER
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
        [
            span(1, 0, "api", "internal", "0-9"),
            span(2, 1, "api", "client", "5-5", READ_A),
            span(3, 1, "api", "client", "5-5", WRITE_B),
        ],
        """
        api > store:postgresql@pg//a request (?) : api
        store:postgresql@pg//a > api response (?) : store:postgresql@pg//a
        api > store:postgresql@pg//b request kept (?) : api ? store:postgresql@pg//a !ORDER
        """,
    ),
    Case(
        "order: bad times order nothing",
        [
            span(1, 0, "api", "internal", "1-9"),
            span(2, 1, "api", "client", "8-7", READ_A, marks=Mark.BAD_TIMES),
            span(3, 1, "api", "client", "5-6", WRITE_B),
        ],
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
        [
            span(1, 0, "api", "server", "0-9", tenant="acme"),
            span(2, 1, "api", "internal", "1-2", tenant="beta"),
        ],
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
        [
            span(1, 0, "job", "internal", "0-9"),
            span(2, 1, "job", "internal", "1-8", "lineage.actor=human lineage.actor.role=support"),
            span(3, 2, "job", "client", "2-3", READ_A),
            span(4, 2, "job", "internal", "4-5", "lineage.actor=human lineage.actor.role=support"),
        ],
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
        [
            span(1, 0, "api", "server", "0-99", tenant="acme"),
            span(2, 1, "api", "producer", "1-2", SEND),
            span(3, 2, "job", "consumer", "3-9", PROCESS),
            span(4, 3, "job", "client", "4-5", READ_A),
        ],
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
        [
            span(1, 0, "api", "server", "0-9", tenant="acme"),
            span(2, 1, "api", "client", "1-2", CHAT + " cache.hit=true"),
        ],
        """
        party:acme > api request (?prompt) : party:acme
        api > party:acme response (?output) : party:acme store:cache@?(api)
        store:cache@?(api) > api response (output) : store:cache@?(api) !ENDPOINT
        """,
    ),
    Case(
        "cache: a call that went out below a cached answer is still a call",
        [
            span(1, 0, "api", "internal", "0-9", CHAT + " cache.hit=true"),
            span(2, 1, "api", "client", "1-2", HTTP),
        ],
        """
        store:cache@?(api) > api response (output) : store:cache@?(api) !ENDPOINT
        api > model:openai/qwen@llm request (prompt) : api store:cache@?(api)
        model:openai/qwen@llm > api response (output) : api model:openai/qwen@llm store:cache@?(api)
        """,
    ),
    Case(
        "cache: a cached inner layer does not hide the outer layer's call",
        [
            span(1, 0, "api", "client", "0-9", CHAT + " server.address=llm"),
            span(2, 1, "api", "client", "1-2", "http.request.method=POST cache.hit=true"),
        ],
        """
        api > model:openai/qwen@llm request (prompt) : api ? store:cache@?(api) !ORDER
        model:openai/qwen@llm > api response (output) : api model:openai/qwen@llm store:cache@?(api)
        store:cache@?(api) > api response (?output) : store:cache@?(api) !ENDPOINT
        """,
    ),
    Case(
        "documents: the owners of what was retrieved are sources",
        [
            span(1, 0, "api", "server", "0-9", tenant="acme"),
            span(
                2,
                1,
                "api",
                "internal",
                "1-2",
                "openinference.span.kind=RETRIEVER server.address=vec documents.tenants=x,y",
            ),
        ],
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
        [
            span(
                1,
                0,
                "job",
                "internal",
                "0-9",
                "lineage.purpose=training lineage.retention=P7D lineage.protection=masked",
            ),
            span(2, 1, "job", "client", "1-2", WRITE_A + " lineage.data.category=log"),
            span(
                3,
                1,
                "job",
                "client",
                "3-4",
                WRITE_B + " lineage.purpose=billing lineage.protection=anonymised",
            ),
        ],
        """
        job > store:postgresql@pg//a request kept (log) : job for=training retention=P7D
        job > store:postgresql@pg//b request kept (?log) : job for=billing protection=anonymised retention=P7D
        """,
    ),
]
