"""The verdicts on real telemetry are the truth: no more, no less, and nothing proven that telemetry cannot show."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import truth
from truth import ROWS, Row, checked

from lineage.checking import Report, check
from lineage.findings import Verdict
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.packs import load_pack
from lineage.pipeline import read_flows

MEETING: dict[str, set[str]] = {
    "fastapi-mixed": {
        "store:postgresql@pg-main.cn-hangzhou.gw.example/gateway",
        "store:redis@redis-main.cn-hangzhou.gw.example/0",
        "store:s3@oss.cn-hangzhou.gw.example:9000",
        "topic:/training-pool",
        "store:redis@redis-mq.cn-hangzhou.gw.example/1",
        "service:training-pool-writer~production@alibaba_cloud/cn-hangzhou",
        "service:core-gateway~production@alibaba_cloud/cn-hangzhou",
    },
    "fastapi-clean": set(),
    # The truth file also lists the Redis cache, which no span shows: see test_a_cache_that_no_span_shows.
    "litellm-v1-mixed": {
        "model:openai/qwen-max@qwen.cn-hangzhou.gw.example:8000",
        "model:deepseek/deepseek-chat@deepseek.cn-beijing.gw.example:8000",
        "service:litellm-proxy~production@aws/ap-southeast-1",
    },
    "litellm-v2-clean": set(),
    # The truth files of both retrieval services list only the vector collection; their flows name the rest.
    "rag-openinference-langchain-mixed": {
        "store:chroma@?(service:rag-service@alibaba_cloud/cn-hangzhou)",
        "service:rag-service@alibaba_cloud/cn-hangzhou",
        "model:openai/qwen-max@?(service:rag-service@alibaba_cloud/cn-hangzhou)",
    },
    "rag-openllmetry-langchain-mixed": {
        "remote:chroma.cn-hangzhou.gw.example:8001",
        "service:rag-service@alibaba_cloud/cn-hangzhou",
        "model:openai/qwen-max@?(service:rag-service@alibaba_cloud/cn-hangzhou)",
        "model:openai/bge-m3@qwen.cn-hangzhou.gw.example:8000",
        "remote:qwen.cn-hangzhou.gw.example:8000",
    },
    "node-express-mixed": {
        "store:postgresql@pg-main.cn-hangzhou.gw.example/gateway",
        "store:redis@redis-main.cn-hangzhou.gw.example",
        "store:s3@oss.cn-hangzhou.gw.example:9000",
        "model:openai/qwen-max@qwen.cn-hangzhou.gw.example:8000",
    },
    "grpc-infer-clean": set(),
}
"""Where data of both origins met, from `mixing` (and `flows`) of the truth files."""

ANSWERED: dict[str, set[str]] = {
    # Not counted by the truth files: a shared cache is read on the way to these answers.
    "fastapi-mixed": {"party:acme-eu", "party:globex-us", "party:nimbus-sg"},
    "fastapi-clean": set(),
    "litellm-v1-mixed": set(),
    "litellm-v2-clean": set(),
    # `retrieved_for_tenant`: both overseas tenants were handed documents of hongyun-cn.
    "rag-openinference-langchain-mixed": {"party:acme-eu", "party:nimbus-sg"},
    "rag-openllmetry-langchain-mixed": {"party:acme-eu", "party:nimbus-sg"},
    "node-express-mixed": {"party:?(service:node-gateway-sg@aws/ap-southeast-1)"},
    "grpc-infer-clean": set(),
}
"""Overseas customers whose answers carry domestic data."""

CLEAN = ("fastapi-clean", "litellm-v2-clean", "grpc-infer-clean")


def test_the_page_is_what_the_code_says_today() -> None:
    assert truth.PAGE.read_text("utf-8") == truth.page(), "run: PYTHONPATH=. python tests/truth.py"


def test_every_capture_has_its_truth_on_the_page() -> None:
    captures = {path.name.removesuffix(".truth.json") for path in truth.CAPTURES.glob("*.truth.json")}
    assert captures == set(ROWS) == set(MEETING) == set(ANSWERED)


@pytest.mark.parametrize("capture", ROWS)
def test_the_rules_find_exactly_the_places_where_the_truth_says_that_both_met(capture: str) -> None:
    assert set(checked(capture).meeting) == MEETING[capture]


@pytest.mark.parametrize("capture", ROWS)
def test_the_rules_find_exactly_the_customers_who_got_answers_of_both(capture: str) -> None:
    assert set(checked(capture).answered) == ANSWERED[capture]


@pytest.mark.parametrize("capture", CLEAN)
def test_a_clean_capture_breaks_no_rule(capture: str) -> None:
    assert checked(capture).truth["clean"] is True
    assert [rule.rule for rule in checked(capture).report.rules if rule.verdict is Verdict.VIOLATED] == []


@pytest.mark.parametrize("capture", sorted(set(ROWS) - set(CLEAN)))
def test_a_mixed_capture_fails_the_gate(capture: str) -> None:
    assert checked(capture).truth["clean"] is False
    assert checked(capture).report.exit_code == 1


@pytest.mark.parametrize(
    ("capture", "row"),
    [
        pytest.param(capture, row, id=f"{capture}: {row.what}")
        for capture, rows in ROWS.items()
        for row in rows
        if row.truth == "mixed"
    ],
)
def test_no_rule_that_has_to_speak_of_what_truly_mixed_is_proven(capture: str, row: Row) -> None:
    said = checked(capture).of(row.place, row.rule)
    assert said.result.verdict is not Verdict.PROVEN
    assert said.word != "proven"


@pytest.mark.parametrize(
    ("capture", "row"),
    [
        pytest.param(capture, row, id=f"{capture}: {row.what}")
        for capture, rows in ROWS.items()
        for row in rows
        if row.truth == "not mixed"
    ],
)
def test_nothing_that_is_not_mixed_is_violated(capture: str, row: Row) -> None:
    assert checked(capture).of(row.place, row.rule).word in ("proven", "undecided", "no finding here")


@pytest.mark.parametrize(
    ("capture", "place", "rule", "facts"),
    [
        pytest.param(
            "litellm-v2-clean",
            "store:redis@?(service:llm-gateway/litellm-cn~production@alibaba_cloud/cn-hangzhou)",
            truth.STORE,
            "missing.same",
            id="two caches whose spans name no host may be one",
        ),
        pytest.param(
            "litellm-v1-mixed",
            "declared:redis-main",
            truth.CACHE,
            "missing.unobserved",
            id="a declared cache of which no span was read",
        ),
        pytest.param(
            "litellm-v1-mixed",
            "declared:redis-main",
            truth.SEEN,
            "missing.unobserved",
            id="and the map that declares it",
        ),
        pytest.param(
            "fastapi-mixed",
            "service:edge-gateway-sg~production@aws/ap-southeast-1",
            truth.USERS,
            "missing.tenant",
            id="a request that names no customer",
        ),
    ],
)
def test_what_telemetry_cannot_show_is_undecided_and_says_what_is_missing(
    capture: str, place: str, rule: str, facts: str
) -> None:
    said = checked(capture).of(place, rule)
    assert said.word == "undecided"
    assert facts in {missing.fact for finding in said.findings for missing in finding.missing}


def test_a_cache_that_no_span_shows_is_nowhere_in_the_graph_and_never_observed() -> None:
    graph = checked("litellm-v1-mixed").graph
    assert not [place.id for place in graph.places if "redis" in place.id]
    assert [declared.name for declared in graph.inventory.unobserved(graph.places)] == ["redis-main"]


def test_answers_out_of_a_cache_leave_the_round_trip_of_answers_open() -> None:
    said = checked("litellm-v1-mixed").of("party:acme-eu", truth.ANSWER)
    assert said.word == "undecided"


def test_the_mocked_model_is_a_phantom_edge_of_three_overseas_calls() -> None:
    graph = checked("litellm-v1-mixed").graph
    phantom = [flow for flow in graph.flows if graph.id(flow.target) == "model:openai/gpt-4o@api.openai.com"]
    assert {place.id for flow in phantom for place in flow.carried.sources} == {
        "party:acme-eu",
        "party:globex-us",
        "party:nimbus-sg",
    }
    assert sum(flow.count.calls for flow in phantom) == 3


@pytest.mark.parametrize("capture", ROWS)
def test_all_that_the_truth_counted_stands_in_a_row(capture: str) -> None:
    told = checked(capture).truth
    counted = {
        key
        for part in ("store_rows_by_origin", "response_cache_entries", "documents_by_tenant")
        for key in told.get(part, {})
    }
    assert counted <= {key for row in ROWS[capture] for key in row.counted}


# --- parts of the telemetry ----------------------------------------------------------------------------

LEFT_OUT: dict[str, Callable[[dict[str, Any], random.Random], bool]] = {
    "internal spans": lambda span, _: span.get("kind") == 1,
    "server spans": lambda span, _: span.get("kind") == 2,
    "client spans": lambda span, _: span.get("kind") == 3,
    "roots": lambda span, _: not span.get("parentSpanId"),
    "every second span": lambda _, dice: dice.random() < 0.5,
    "most spans": lambda _, dice: dice.random() < 0.8,
}
"""Which spans never arrived -> whether one is among them."""


def part(capture: str, left_out: str, folder: Path) -> Report:
    """The verdict on what is left of a capture."""
    dice, lost = random.Random(20261125), LEFT_OUT[left_out]
    requests = [json.loads(line) for line in (truth.CAPTURES / f"{capture}.jsonl").read_bytes().splitlines()]
    for request in requests:
        for resource in request["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                scope["spans"] = [span for span in scope["spans"] if not lost(span, dice)]
    (folder / "part.jsonl").write_text("".join(json.dumps(request) + "\n" for request in requests))
    inventory = Inventory.load([truth.CAPTURES / f"{capture}.lineage.yaml"])
    flows = read_flows([folder / "part.jsonl"], tenant_keys=inventory.tenant_keys)
    return check(FlowGraph(flows, inventory), [load_pack("order16")], today=truth.TODAY)


@pytest.mark.parametrize("left_out", LEFT_OUT)
@pytest.mark.parametrize("capture", sorted(set(ROWS) - set(CLEAN)))
def test_no_part_of_what_mixed_is_proven(capture: str, left_out: str, tmp_path: Path) -> None:
    assert part(capture, left_out, tmp_path).exit_code in (1, 3)


@pytest.mark.parametrize(
    ("capture", "left_out"),
    [
        pytest.param(
            capture,
            left_out,
            id=f"{capture} without {left_out}",
        )
        for capture in CLEAN
        for left_out in LEFT_OUT
    ],
)
def test_no_part_of_what_is_clean_is_violated(capture: str, left_out: str, tmp_path: Path) -> None:
    report = part(capture, left_out, tmp_path)
    assert [rule.rule for rule in report.rules if rule.verdict is Verdict.VIOLATED] == []
