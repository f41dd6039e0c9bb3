"""Cases computed by hand, for the oracle and for the kernel alike (cases/); each rule of ASSEMBLY.md has some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from cases import CASES, CHAT, HTTP, READ_A, WRITE_A, Case, lines, pack, span
from oracle import oracle

from lineage import names
from lineage.flows import Exemplar, FlowCount, Flows
from lineage.link import link
from lineage.spans import Mark, Spans, Vocabulary

Assemble = Callable[[Spans, Vocabulary], Flows]


def kernel(spans: Spans, vocabulary: Vocabulary) -> Flows:
    """The fast kernel on one batch."""
    return link([spans], vocabulary)


both = pytest.mark.parametrize("assemble", [oracle, kernel])


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
    (carried,) = [carried for _, carried in assemble(*pack(spans))]
    trace = "00000000000000010000000000000001"
    ids = ("0000000000000001", "0000000000000002", "0000000000000003")
    expected = FlowCount(5, first=2, last=5, exemplars=tuple(Exemplar(trace, ident) for ident in ids))
    assert expected == carried.count
    assert [expected] == list(carried.sources.values())


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
    (write,) = [carried for key, carried in assemble(*pack(spans)) if key.kept]
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
