"""Truth beside verdict: what really mixed in each capture, and what `lineage check` says of the same place.

The truth comes from `examples/captures/*.truth.json`: it was counted in the stores and applications after
the run, not in spans. The rows below name, for each place of the truth, the place of the telemetry and the
rule that has to speak of it; verdicts and span ids are worked out here, none is written down.

    PYTHONPATH=. python tests/truth.py    # writes docs/truth.md
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from lineage.checking import Report, RuleResult, check
from lineage.findings import Finding, Ref, Verdict
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.packs import load_pack
from lineage.pipeline import read_flows
from lineage.words import sentence, words

ROOT = Path(__file__).resolve().parent.parent
CAPTURES = ROOT / "examples" / "captures"
PAGE = ROOT / "docs" / "truth.md"
TODAY = date(2026, 11, 25)

USERS, STORE, POOL, CACHE, ANSWER, SEEN = (
    "order16/no-domestic-user",
    "order16/no-shared-store",
    "order16/no-shared-training-pool",
    "order16/no-shared-cache-backup",
    "order16/mixed-artefacts-not-returned",
    "baseline/declared-vs-observed",
)

Truth = Literal["mixed", "not mixed", "serves both", "not counted", "no call"]
"""`mixed`, `not mixed`: the truth file says so. `serves both`: its flows say so, though its list of mixing does not
name the place. `not counted`: it does not say. `no call`: the place was never called."""


@dataclass(frozen=True)
class Row:
    """One place of the truth.

    Args:
        what: the place, as the truth file names it.
        truth: what the truth file says of it.
        place: id of the place (or of the resource that holds it) in the telemetry.
        rule: the rule that has to speak of it.
        counted: keys of the truth file's counts that belong to it.
        note: what telemetry does not show of it.
    """

    what: str
    truth: Truth
    place: str
    rule: str
    counted: tuple[str, ...] = ()
    note: str = ""


_ALI, _BEIJING, _AWS = "alibaba_cloud/cn-hangzhou", "alibaba_cloud/cn-beijing", "aws/ap-southeast-1"
_PG = "store:postgresql@pg-main.cn-hangzhou.gw.example/gateway"
_REDIS = "store:redis@redis-main.cn-hangzhou.gw.example"
_OSS = "store:s3@oss.cn-hangzhou.gw.example:9000"
_BUCKETS = "no span names the bucket: both buckets are one place"
_SERVES = "the truth file lists only the vector collection; these spans show customers of both origins here"
_RAG = f"service:rag-service@{_ALI}"
_KEYS = (
    "whose entry a key of the cache is, is content and is not read: what comes out counts as all that is in"
)

ROWS: dict[str, tuple[Row, ...]] = {
    "fastapi-mixed": (
        Row(
            "PostgreSQL gateway@pg-main: conversations, usage_ledger, training_samples",
            "mixed",
            _PG,
            STORE,
            tuple(
                f"postgresql pg-main/gateway {table}"
                for table in ("conversations", "usage_ledger", "training_samples")
            ),
        ),
        Row(
            "table training_samples, as a training pool",
            "mixed",
            f"{_PG}/training_samples",
            POOL,
            ("postgresql pg-main/gateway training_samples",),
            "the inventory says that this table is a training pool",
        ),
        Row("Redis redis-main db 0", "mixed", f"{_REDIS}/0", CACHE, ("redis redis-main db0 cache:*",)),
        Row("bucket prompt-archive", "mixed", _OSS, STORE, ("s3 prompt-archive",), _BUCKETS),
        Row("bucket training-pool", "mixed", _OSS, STORE, ("s3 training-pool",), _BUCKETS),
        Row("Celery queue training-pool", "mixed", "topic:/training-pool", STORE),
        Row(
            "its broker, Redis redis-mq db 1", "mixed", "store:redis@redis-mq.cn-hangzhou.gw.example/1", STORE
        ),
        Row(
            "training_pool.export reads training_samples of both origins back",
            "mixed",
            f"service:training-pool-writer~production@{_ALI}",
            USERS,
        ),
        Row("core-gateway process", "mixed", f"service:core-gateway~production@{_ALI}", USERS),
        Row("model endpoint qwen-max", "not mixed", f"service:qwen-inference~production@{_ALI}", USERS),
        Row(
            "model endpoint deepseek-chat",
            "not mixed",
            f"service:deepseek-inference~production@{_BEIJING}",
            USERS,
        ),
        Row(
            "edge-gateway-sg",
            "not mixed",
            f"service:edge-gateway-sg~production@{_AWS}",
            USERS,
            note="the one rejected request (401) named no customer",
        ),
        Row("edge-gateway-cn", "not mixed", f"service:edge-gateway-cn~production@{_ALI}", USERS),
        *(
            Row(f"answers to {party}", "not counted", f"party:{party}", ANSWER, note=_KEYS)
            for party in ("acme-eu", "globex-us", "nimbus-sg")
        ),
    ),
    "fastapi-clean": (
        Row(
            "PostgreSQL gateway_cn@pg-main",
            "not mixed",
            "store:postgresql@pg-main.cn-hangzhou.gw.example/gateway_cn",
            STORE,
            ("postgresql pg-main/gateway_cn conversations",),
        ),
        Row(
            "PostgreSQL gateway_intl@pg-intl",
            "not mixed",
            "store:postgresql@pg-intl.ap-southeast-1.gw.example/gateway_intl",
            STORE,
            ("postgresql pg-intl/gateway_intl conversations",),
        ),
        Row("Redis redis-main", "not mixed", _REDIS, CACHE, ("redis redis-main db0",)),
        Row(
            "Redis redis-intl",
            "not mixed",
            "store:redis@redis-intl.ap-southeast-1.gw.example",
            CACHE,
            ("redis redis-intl db0",),
        ),
        Row("bucket prompt-archive-cn", "not mixed", _OSS, STORE, ("s3 prompt-archive-cn",)),
        Row(
            "bucket prompt-archive-intl",
            "not mixed",
            "store:s3@oss.ap-southeast-1.gw.example:9000",
            STORE,
            ("s3 prompt-archive-intl",),
        ),
        *(
            Row(name, "not mixed", f"service:llm-gateway/{name}~production@{cloud}", USERS)
            for name, cloud in (
                ("edge-gateway-sg", _AWS),
                ("edge-gateway-cn", _ALI),
                ("core-gateway-intl", _AWS),
                ("core-gateway-cn", _ALI),
                ("qwen-inference-export", _ALI),
                ("qwen-inference-cn", _ALI),
            )
        ),
        *(
            Row(f"answers to {party}", "not mixed", f"party:{party}", ANSWER)
            for party in ("acme-eu", "globex-us", "nimbus-sg")
        ),
    ),
    "litellm-v1-mixed": (
        Row(
            "Redis response cache redis-main db 0",
            "mixed",
            "declared:redis-main",
            CACHE,
            ("redis-main.cn-hangzhou db0",),
            "LiteLLM sends no span for its cache: the inventory declares it, and nothing of it was observed",
        ),
        Row(
            "the same, as five spans show it whose answer came out of a cache",
            "mixed",
            f"store:cache@?(service:litellm-proxy~production@{_AWS})",
            CACHE,
            note="which cache that was, what was asked of it and what is kept in it is on no span",
        ),
        Row(
            "model deployment qwen-max",
            "mixed",
            "model:openai/qwen-max@qwen.cn-hangzhou.gw.example:8000",
            USERS,
        ),
        Row(
            "model deployment deepseek-chat",
            "mixed",
            "model:deepseek/deepseek-chat@deepseek.cn-beijing.gw.example:8000",
            USERS,
        ),
        Row("litellm-proxy process", "mixed", f"service:litellm-proxy~production@{_AWS}", USERS),
        Row(
            "model deployment llama-3-70b",
            "not mixed",
            "model:openai/llama-3-70b@llama.ap-southeast-1.gw.example:8000",
            USERS,
        ),
        Row(
            "gpt-4o, a canned answer inside the proxy",
            "no call",
            "model:openai/gpt-4o@api.openai.com",
            USERS,
            note="the spans name api.openai.com as if it had been called: a phantom edge, and it stays in the graph",
        ),
        *(
            Row(f"answers to {party}", "not counted", f"party:{party}", ANSWER, note=_KEYS)
            for party in ("acme-eu", "globex-us", "nimbus-sg")
        ),
    ),
    "litellm-v2-clean": (
        Row(
            "Redis redis-intl db 0",
            "not mixed",
            f"store:redis@?(service:llm-gateway/litellm-intl~production@{_AWS})",
            STORE,
            ("redis-intl.ap-southeast-1 db0",),
            "the cache's spans carry neither host nor database: that the two caches are two cannot be shown",
        ),
        Row(
            "Redis redis-main db 0",
            "not mixed",
            f"store:redis@?(service:llm-gateway/litellm-cn~production@{_ALI})",
            STORE,
            ("redis-main.cn-hangzhou db0",),
            "likewise",
        ),
        Row(
            "qwen-max on qwen-export",
            "not mixed",
            "model:openai/qwen-max@qwen-export.cn-hangzhou.gw.example:8000",
            USERS,
        ),
        Row("qwen-max on qwen", "not mixed", "model:openai/qwen-max@qwen.cn-hangzhou.gw.example:8000", USERS),
        Row("bge-m3 on qwen", "not mixed", "model:openai/bge@qwen.cn-hangzhou.gw.example:8000", USERS),
        Row(
            "llama-3-70b on llama",
            "not mixed",
            "model:openai/llama-3@llama.ap-southeast-1.gw.example:8000",
            USERS,
        ),
        Row("bge-m3 on llama", "not mixed", "model:openai/bge@llama.ap-southeast-1.gw.example:8000", USERS),
        Row(
            "litellm-intl process", "not mixed", f"service:llm-gateway/litellm-intl~production@{_AWS}", USERS
        ),
        Row("litellm-cn process", "not mixed", f"service:llm-gateway/litellm-cn~production@{_ALI}", USERS),
        *(
            Row(
                f"answers to {party}",
                "not mixed",
                f"party:{party}",
                ANSWER,
                note="an answer may come out of the cache that cannot be told apart",
            )
            for party in ("acme-eu", "globex-us", "nimbus-sg")
        ),
    ),
    "rag-openinference-langchain-mixed": (
        Row(
            "Chroma collection kb_shared",
            "mixed",
            f"store:chroma@?({_RAG})",
            STORE,
            ("chroma kb_shared",),
            "neither host nor collection is on any span; the owners of the retrieved documents are",
        ),
        Row(
            "answers to acme-eu",
            "mixed",
            "party:acme-eu",
            ANSWER,
            ("retrieved_for_tenant acme-eu",),
        ),
        Row(
            "answers to nimbus-sg",
            "mixed",
            "party:nimbus-sg",
            ANSWER,
            ("retrieved_for_tenant nimbus-sg",),
        ),
        Row("rag-service", "serves both", _RAG, USERS, note=_SERVES),
        Row("qwen-max (chat)", "serves both", f"model:openai/qwen-max@?({_RAG})", USERS, note=_SERVES),
        Row(
            "bge-m3 (embeddings)",
            "serves both",
            f"model:openai/bge-m3@?({_RAG})",
            USERS,
            note="no span names the server of this model: that both sides are served by one cannot be shown",
        ),
    ),
    "rag-openllmetry-langchain-mixed": (
        Row(
            "Chroma collection kb_shared",
            "mixed",
            "remote:chroma.cn-hangzhou.gw.example:8001",
            STORE,
            ("chroma kb_shared",),
            "the host is known from the HTTP span; the collection's name is on none",
        ),
        Row(
            "answers to acme-eu",
            "mixed",
            "party:acme-eu",
            ANSWER,
            ("retrieved_for_tenant acme-eu",),
        ),
        Row(
            "answers to nimbus-sg",
            "mixed",
            "party:nimbus-sg",
            ANSWER,
            ("retrieved_for_tenant nimbus-sg",),
        ),
        Row("rag-service", "serves both", _RAG, USERS, note=_SERVES),
        Row("qwen-max (chat)", "serves both", f"model:openai/qwen-max@?({_RAG})", USERS, note=_SERVES),
        Row(
            "bge-m3 (embeddings)",
            "serves both",
            "model:openai/bge-m3@qwen.cn-hangzhou.gw.example:8000",
            USERS,
            note=_SERVES,
        ),
        Row(
            "their server, qwen.cn-hangzhou.gw.example:8000",
            "serves both",
            "remote:qwen.cn-hangzhou.gw.example:8000",
            USERS,
            note=_SERVES,
        ),
    ),
    "node-express-mixed": (
        Row(
            "PostgreSQL gateway@pg-main conversations",
            "mixed",
            _PG,
            STORE,
            ("postgresql pg-main/gateway conversations",),
        ),
        Row("Redis redis-main db 0", "mixed", _REDIS, CACHE, ("redis redis-main db0",)),
        Row("bucket prompt-archive", "mixed", _OSS, STORE, ("s3 prompt-archive",)),
        Row(
            "model endpoint qwen-max",
            "mixed",
            "model:openai/qwen-max@qwen.cn-hangzhou.gw.example:8000",
            USERS,
        ),
        Row("node-gateway-sg", "not mixed", f"service:node-gateway-sg@{_AWS}", USERS),
        Row("node-gateway-cn", "not mixed", f"service:node-gateway-cn@{_ALI}", USERS),
        Row(
            "answers to the overseas tenants",
            "not counted",
            f"party:?(service:node-gateway-sg@{_AWS})",
            ANSWER,
            note=_KEYS,
        ),
    ),
    "grpc-infer-clean": (
        Row("edge-west", "not mixed", "service:edge-west@azure/westeurope", USERS),
        Row("edge-east", "not mixed", "service:edge-east@tencent_cloud/ap-shanghai", USERS),
        Row("triton-a", "not mixed", "service:triton-a@tencent_cloud/ap-shanghai", USERS),
        Row("triton-b", "not mixed", "service:triton-b@tencent_cloud/ap-shanghai", USERS),
    ),
}


@dataclass(frozen=True)
class Verdicts:
    """What the rules of a check say of one place.

    Args:
        word: "violated", "undecided", "proven", "no finding here" (the rule is worse elsewhere), "not applicable" (it
            met nothing) or "not observed".
        findings: the findings about the place.
        result: the rule.
    """

    word: str
    findings: tuple[Finding, ...]
    result: RuleResult


@dataclass(frozen=True)
class Checked:
    """A capture, read and checked as `lineage check CAPTURE -i INVENTORY -p order16` does it."""

    graph: FlowGraph
    report: Report
    """Of order16."""
    baseline: Report
    truth: dict[str, Any]

    def of(self, place: str, rule: str) -> Verdicts:
        """What a rule says of a place."""
        rules = {each.rule: each for each in (*self.report.rules, *self.baseline.rules)}
        result = rules[rule]
        about = tuple(finding for finding in result.findings if place in _about(finding))
        known = any(place in (self.graph.id(t), thing.resource) for t, thing in enumerate(self.graph.things))
        if about:
            return Verdicts(str(about[0].verdict), about, result)
        if not known:
            return Verdicts("not observed", (), result)
        quiet = {Verdict.PROVEN: "proven", Verdict.NOT_APPLICABLE: "not applicable"}
        return Verdicts(quiet.get(result.verdict, "no finding here"), (), result)

    @property
    def meeting(self) -> frozenset[str]:
        """Ids of the places at which a rule finds that both sides meet."""
        return self._violated("meet")

    @property
    def answered(self) -> frozenset[str]:
        """Ids of the overseas customers whose answers carry domestic data, so a rule finds."""
        return self._violated("output")

    def _violated(self, what: str) -> frozenset[str]:
        found = (each for each in self.report.findings if each.verdict is Verdict.VIOLATED)
        return frozenset(each.at[1] for each in found if each.at[0] == what)


def _about(finding: Finding) -> Iterator[str]:
    """Ids of the places that a finding is about: where data meets, and their parts."""
    for key in ("place", "partitions", "where"):
        named = finding.context.get(key, ())
        yield from (
            each.id for each in (named if isinstance(named, tuple) else (named,)) if isinstance(each, Ref)
        )


@cache
def checked(capture: str) -> Checked:
    """Read and check one capture."""
    inventory = Inventory.load([CAPTURES / f"{capture}.lineage.yaml"])
    flows = read_flows([CAPTURES / f"{capture}.jsonl"], tenant_keys=inventory.tenant_keys)
    graph = FlowGraph(flows, inventory)
    truth = json.loads((CAPTURES / f"{capture}.truth.json").read_bytes())
    order16, baseline = (check(graph, [load_pack(pack)], today=TODAY) for pack in ("order16", "baseline"))
    return Checked(graph, order16, baseline, truth)


# --- the page ------------------------------------------------------------------------------------------

_HEAD = """\
# Truth beside verdict

Eight captures of real telemetry ([examples/captures](../examples/captures/README.md)); what truly mixed in them, counted in the stores
after the run and not from spans; and what `lineage check CAPTURE -i INVENTORY -p order16` says of the same place. Written by
`tests/truth.py`; `tests/test_truth.py` fails when this page is not what the code says, or when the code says more or less than
the truth.

**Truth.** *mixed* and *not mixed*: the truth file says so. *serves both*: its flows say that customers of both origins are served
there, though its list of mixing names only the store. *not counted*: it does not say. *no call*: never called.

**Verdict.** *violated*: the rule finds that both sides meet there, on observed steps only. *undecided*: they may, or telemetry cannot tell;
what is missing is named. *proven*: the rule holds. *no finding here*: the rule finds nothing at this place, and is not proven because of another.
*not applicable*: the rule says that it met nothing of its scope. *not observed*: no span names the place.

**Rows.** What was counted in the store after the run, overseas + domestic.
"""


def page() -> str:
    """docs/truth.md, whole."""
    return (
        "\n".join([_HEAD, *_differences(), *(line for capture in ROWS for line in _capture(capture))]) + "\n"
    )


_KINDS = (
    ("Mixed, and not found", "What mixed, and the rule that has to speak of it does not say *violated*."),
    ("Found, and not on the list of the truth file", "The spans below each table show it."),
    ("Not mixed, and not proven", "What is clean, and telemetry cannot show it."),
)


def differs(row: Row, said: Verdicts) -> int | None:
    """In which way truth and verdict differ: the position in the list of the page, or None where they do not.

    "No finding here" on a place that is not mixed is agreement: the rule is open or broken elsewhere.
    """
    if row.truth == "mixed" and said.word != "violated":
        return 0
    if row.truth != "mixed" and said.word == "violated":
        return 1
    return 2 if row.truth == "not mixed" and said.word == "undecided" else None


def _differences() -> Iterator[str]:
    yield "## Where the two differ"
    yield ""
    for number, (title, lead) in enumerate(_KINDS):
        yield f"**{title}.** {lead}".rstrip()
        yield ""
        for capture, rows in ROWS.items():
            for row in rows:
                said = checked(capture).of(row.place, row.rule)
                if differs(row, said) == number:
                    yield f"- {capture}, {row.what}: truth *{row.truth}*, `{row.rule}` *{said.word}*. {_sentence(row.note)}".rstrip()
        yield ""


def _sentence(note: str) -> str:
    return f"{note[0].upper()}{note[1:]}." if note else ""


def _capture(capture: str) -> Iterator[str]:
    it = checked(capture)
    report = it.report
    tally = report.coverage.tally
    counts = ", ".join(f"{report.count(verdict)} {verdict}" for verdict in Verdict if report.count(verdict))
    yield f"## {capture}"
    yield ""
    yield (
        f"{tally.spans} spans, {report.coverage.traces} traces; {len(it.graph.places)} places, {report.flows} flows. "
        f"Outcome **{report.outcome}**, exit code {report.exit_code}: {counts}."
    )
    yield ""
    yield "| place, as the truth names it | rows | truth | verdict | rule | what telemetry does not show; what is missing |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in ROWS[capture]:
        said = it.of(row.place, row.rule)
        told = "; ".join(filter(None, (row.note, _missing(said))))
        rule = row.rule.removeprefix("order16/")
        rows = ", ".join(map(str, _counted(it.truth, row)))
        yield f"| {row.what}<br>`{row.place}` | {rows} | {row.truth} | {_bold(said.word)} | {rule} | {told} |"
    yield ""
    shown = [(row, it.of(row.place, row.rule)) for row in ROWS[capture]]
    if any(said.word == "violated" for _, said in shown):
        yield "Spans that show it (trace:span; one of each side, or one that shows both):"
        yield ""
        told_of = set()
        for row, said in shown:
            if said.word == "violated" and row.place not in told_of:
                told_of.add(row.place)
                ids = dict.fromkeys(_spans(said.findings[0]))
                yield f"- `{row.place}`: " + ", ".join(f"`{each}`" for each in ids)
        yield ""


def _bold(word: str) -> str:
    return f"**{word}**" if word == "violated" else word


def _missing(said: Verdicts) -> str:
    """What a rule lacks to decide of a place, and the sentence of an undecided finding."""
    if said.word == "proven" and said.result.note:
        return words(said.result.note, "en")
    if said.word != "undecided":
        return ""
    first = said.findings[0]
    facts = dict.fromkeys(words(each.fact, "en") for each in first.missing)
    return sentence(first.message, first.context, "en") + " " + "; ".join(facts)


def _counted(truth: dict[str, Any], row: Row) -> Iterator[str]:
    """What the truth file counted for a row: overseas + domestic."""
    for key in row.counted:
        if (rows := truth.get("store_rows_by_origin", {}).get(key)) is not None:
            yield _sum(rows)
        elif (cached := truth.get("response_cache_entries", {}).get(key)) is not None:
            yield f"{_sum(cached)} (+ {cached['other']} other)"
        elif (owners := truth.get("documents_by_tenant", {}).get(key)) is not None:
            yield _sum(_by_origin(truth, owners))
        else:
            owners = truth["retrieved_for_tenant"][key.removeprefix("retrieved_for_tenant ")]
            yield _sum(_by_origin(truth, owners)) + " documents handed over"


def _sum(rows: dict[str, int]) -> str:
    return f"{rows.get('overseas', 0)} + {rows.get('domestic', 0)}"


def _by_origin(truth: dict[str, Any], owners: dict[str, int]) -> dict[str, int]:
    total: dict[str, int] = {}
    for tenant, count in owners.items():
        origin = truth["tenants"][tenant]["origin"]
        total[origin] = total.get(origin, 0) + count
    return total


def _spans(finding: Finding) -> Iterator[str]:
    """The last observed step of each witness, by an exemplar."""
    for witness in finding.witness:
        if witness.steps and witness.steps[-1].exemplars:
            exemplar = witness.steps[-1].exemplars[0]
            yield f"{exemplar.trace_id}:{exemplar.span_id}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
