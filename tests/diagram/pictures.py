"""Graphs to draw: real captures, a gateway like that of fastapi-mixed, vendors and authorisations in a sketch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from lineage.checking import Report, check
from lineage.diagram import LANGUAGES, draw, view_names
from lineage.diagram.build import build
from lineage.diagram.dot import write
from lineage.diagram.drawing import Drawing
from lineage.diagram.notation import notation
from lineage.diagram.notes import Outcome
from lineage.diagram.routes import Route
from lineage.diagram.text import Text
from lineage.diagram.views import view
from lineage.export.mermaid import mermaid
from lineage.findings import Verdict
from lineage.flows import Doubt, FlowCount, FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.labels import Known, Labels
from lineage.meaning import Meaning, Source, Title
from lineage.packs import load_pack
from lineage.pipeline import read_flows
from lineage.places import Place, PlaceKind
from lineage.testing import Facts, sketch

NO_DOUBT = Doubt(0)
HOUR = 3_600 * 10**9
START = 1_750_000_000 * 10**9

ACME = Place(PlaceKind.PARTY, "acme-eu")
GLOBEX = Place(PlaceKind.PARTY, "globex-us")
NIMBUS = Place(PlaceKind.PARTY, "nimbus-sg")
HONGYUN = Place(PlaceKind.PARTY, "hongyun-cn")
LANHAI = Place(PlaceKind.PARTY, "lanhai-cn")
OVERSEAS = (ACME, GLOBEX, NIMBUS)
MAINLAND = (HONGYUN, LANHAI)


def _service(name: str, region: str) -> Place:
    return Place(PlaceKind.SERVICE, name, region=region)


EDGE_SG = _service("edge-gateway-sg", "ap-southeast-1")
EDGE_CN = _service("edge-gateway-cn", "cn-hangzhou")
CORE = _service("core-gateway", "cn-hangzhou")
QWEN = _service("qwen-inference", "cn-hangzhou")
DEEPSEEK = _service("deepseek-inference", "cn-beijing")
WRITER = _service("training-pool-writer", "cn-hangzhou")
CALLER = Place(PlaceKind.CALLER, owner=EDGE_SG.id)
UNKNOWN_S3 = Place(PlaceKind.STORE, system="s3", owner=WRITER.id)
QUEUE = Place(PlaceKind.TOPIC, "training-pool", system="celery")
REDIS = Place(PlaceKind.STORE, system="redis", host="redis-main.cn-hangzhou.gw.example", namespace="0")
SENTRY = Place(PlaceKind.REMOTE, "o1.ingest.sentry.io")
STAFF = Place(PlaceKind.OPERATOR, "support")


def _table(name: str) -> Place:
    host = "pg-main.cn-hangzhou.gw.example"
    return Place(PlaceKind.STORE, system="postgresql", host=host, namespace="gateway", collection=name)


CONVERSATIONS, USAGE, SAMPLES = _table("conversations"), _table("usage_ledger"), _table("training_samples")


def gateway() -> FlowGraph:
    """Overseas and domestic customers behind one core gateway and one set of stores."""
    flows = Flows()
    both = OVERSEAS + MAINLAND

    def put(
        source: Place,
        target: Place,
        leg: Leg,
        sources: tuple[Place, ...],
        category: str = "prompt",
        *,
        kept: bool = False,
        possible: tuple[Place, ...] = (),
        doubts: Doubt = NO_DOUBT,
    ) -> None:
        key = FlowKey(
            source, target, leg, kept, frozenset({category}) if category else frozenset(),
            sources=frozenset(sources), possible=frozenset(possible), doubts=doubts,
        )  # fmt: skip
        count = len(flows) + 1
        flows.put(key, FlowCount(count, START, START + count * HOUR))

    def call(caller: Place, callee: Place, sources: tuple[Place, ...], back: tuple[Place, ...] = ()) -> None:
        put(caller, callee, Leg.REQUEST, sources)
        put(callee, caller, Leg.RESPONSE, back or sources, "output")

    for customer in OVERSEAS:
        call(customer, EDGE_SG, (customer,))
    for customer in MAINLAND:
        call(customer, EDGE_CN, (customer,))
    call(CALLER, EDGE_SG, (CALLER,))
    call(EDGE_SG, CORE, OVERSEAS, (*OVERSEAS, REDIS))
    call(EDGE_CN, CORE, MAINLAND, (*MAINLAND, REDIS))
    call(CORE, QWEN, OVERSEAS)
    call(CORE, DEEPSEEK, MAINLAND)
    put(CORE, CONVERSATIONS, Leg.REQUEST, both, kept=True, doubts=Doubt.CATEGORY)
    put(CORE, USAGE, Leg.REQUEST, both, "usage", kept=True)
    put(CORE, REDIS, Leg.REQUEST, both, kept=True)
    put(REDIS, CORE, Leg.RESPONSE, (REDIS,), "output")
    put(CORE, QUEUE, Leg.REQUEST, both, kept=True)
    put(QUEUE, WRITER, Leg.RESPONSE, (QUEUE,))
    put(WRITER, SAMPLES, Leg.REQUEST, (QUEUE,), kept=True)
    put(WRITER, UNKNOWN_S3, Leg.REQUEST, (QUEUE,), "", kept=True, doubts=Doubt.ENDPOINT | Doubt.CATEGORY)
    put(WRITER, SENTRY, Leg.REQUEST, (), "log", possible=(QUEUE,), doubts=Doubt.ORDER)
    put(EDGE_SG, SENTRY, Leg.REQUEST, OVERSEAS, "usage")
    put(SAMPLES, STAFF, Leg.RESPONSE, (SAMPLES,))
    flows.coverage.tally.spans = 778
    flows.coverage.traces = 125
    flows.coverage.counts["missing-parent"] = 2
    return FlowGraph(flows, _facts(flows))


def _facts(flows: Flows) -> Facts:
    facts = Facts()
    countries = {"ap-southeast-1": "SG", "cn-hangzhou": "CN", "cn-beijing": "CN"}
    for place in flows.places:
        country = countries.get(place.region, "")
        if (
            place.host.startswith(("pg-main", "redis-main"))
            or place.kind is PlaceKind.TOPIC
            or place == STAFF
        ):
            country = "CN"
        facts.meanings[place] = Meaning(place, country=country, country_known=Known.INFERRED)

    def say(place: Place, **told: object) -> None:
        facts.meanings[place] = Meaning(place, source=Source("lineage.yaml", 1, 1), **told)  # type: ignore[arg-type]

    for party, origin in zip(OVERSEAS + MAINLAND, ("DE", "US", "SG", "CN", "CN"), strict=True):
        name = party.name.split("-")[0].capitalize()
        labels = Labels(frozenset({origin}), frozenset({"personal"}), Known.DECLARED)
        say(
            party,
            name=party.name,
            title=Title(name, {"Hongyun": "鸿运", "Lanhai": "蓝海"}.get(name, name)),
            contents=labels,
        )
    for table in (CONVERSATIONS, USAGE, SAMPLES):
        say(
            table,
            name="pg-main",
            title=Title("Main database", "主数据库"),
            country="CN",
            role="database",
            retention_days=30.0,
        )
    say(
        REDIS,
        name="cache",
        title=Title("Response cache", "响应缓存"),
        country="CN",
        role="cache",
        retention_days=0.5,
    )
    say(
        SENTRY,
        country="US",
        vendor="Functional Software, Inc.",
        title=Title("Error tracking", "错误追踪服务"),
    )
    say(CORE, title=Title("Core gateway", "核心网关"), country="CN")
    return facts


def broken(graph: FlowGraph, name: str, rule: str, message: Text, *ways: tuple[Place, ...]) -> Route:
    """The route of a violation through these places."""
    legs = {(flow.key.source, flow.key.target): flow.key.leg for flow in graph.flows}
    hops = [
        [
            (graph.thing_of[graph.position[a]], graph.thing_of[graph.position[b]], legs[a, b])
            for a, b in pairwise(way)
        ]
        for way in ways
    ]
    return Route(
        name,
        rule,
        message,
        frozenset(hop for way in hops for hop in way),
        frozenset(way[-1] for way in hops),
        calls=1284,
        first=START,
        seen=START + 26 * HOUR,
    )


def broken_gateway() -> Drawing:
    """The gateway with two violations: a shared database, and a training pool."""
    graph = gateway()
    shared = Text(
        "Main database holds data of overseas and of domestic customers.",
        "主数据库同时存有境外客户与境内客户的数据。",
    )
    pool = Text("Overseas prompts reach the training pool.", "境外提示词进入训练语料池。")
    routes = (
        broken(
            graph,
            "V1",
            "order16/no-shared-store",
            shared,
            (ACME, EDGE_SG, CORE, CONVERSATIONS),
            (HONGYUN, EDGE_CN, CORE, CONVERSATIONS),
        ),
        broken(graph, "V2", "order16/no-training", pool, (ACME, EDGE_SG, CORE, QUEUE, WRITER, SAMPLES)),
    )
    return build(graph, view("where-inputs-go"), notation(), routes, Outcome(undecided=3, proven=0))


SUPPLY = (
    "organisation us-ltd country=SG",
    "vendor acme-cloud country=US entity=Acme_Cloud_Inc. training=no retention=30 dpa=dpa-1 owners=CN:60+US:40",
    "vendor qwen-lab country=CN entity=Qwen_Lab_Ltd.",
    "vendor silent country=SG",
    "authorisation upstream models=qwen* vendor=qwen-lab rights=call+resell regions=DE+SG document=licence-7 valid_until=2027-01-01",
    "authorisation ours type=distributor models=qwen-max parent=upstream rights=call document=letter",
    "authorisation gpt models=gpt-4o vendor=acme-cloud",
    "acme[DE:personal] > gw@SG > model:qwen-max",
    "acme > gw@SG > model:gpt-4o",
    "acme > gw@SG > remote:logs.acme.example",
    "acme > gw@SG > logs-cn",
    "globex[US:personal] > gw@SG ?> remote:logs.acme.example",
    "globex > gw@SG > model:llama",
    "lan[CN:personal] > core@CN > model:qwen-max",
    "lan > core@CN > remote:o1.sentry.example",
    "remote:logs.acme.example is vendor=acme-cloud country=US retention=7 viewers=sre+support redaction=masked deletable=yes",
    "model:qwen-max is vendor=qwen-lab country=CN",
    "model:gpt-4o is vendor=acme-cloud country=US",
    "gw is operator=us-ltd",
    "logs-cn is role=log country=CN retention=30",
)
"""Vendors, authorisations and logs, declared and not."""


def supply() -> FlowGraph:
    """A graph with vendors and authorisations."""
    return sketch(*SUPPLY)


CAPTURES = Path(__file__).parent.parent.parent / "examples" / "captures"
PACK = Path(__file__).parent / "pack.yaml"


@cache
def capture(name: str) -> tuple[FlowGraph, Report]:
    """The graph of a real capture, and what a pack of two rules says of it."""
    inventory = Inventory.load([CAPTURES / f"{name}.lineage.yaml"])
    graph = FlowGraph(read_flows([CAPTURES / f"{name}.jsonl"], tenant_keys=inventory.tenant_keys), inventory)
    return graph, check(graph, [load_pack(PACK)])


def fingerprints(name: str, verdict: Verdict) -> list[str]:
    """Fingerprints of a capture's findings of a verdict, in the order of the report."""
    return [one.fingerprint for one in capture(name)[1].findings if one.verdict is verdict]


GOLDEN = Path(__file__).parent.parent / "golden" / "diagram"


def pictures() -> Iterator[tuple[str, str]]:
    """Names and texts of the golden files."""
    for lang in LANGUAGES:
        yield f"gateway.{lang}.dot", write(broken_gateway(), lang, notation())
    yield "gateway.unchecked.en.dot", draw(gateway(), lang="en")
    yield "gateway.both.mmd", mermaid(gateway(), "both")
    for name, lang in (("fastapi-mixed", "en"), ("fastapi-clean", "zh")):
        graph, report = capture(name)
        for view_name in view_names():
            yield f"{name}.{view_name}.{lang}.dot", draw(graph, view_name, lang, report)
    graph, report = capture("fastapi-mixed")
    for verdict in (Verdict.VIOLATED, Verdict.UNDECIDED):
        finding = fingerprints("fastapi-mixed", verdict)[0]
        yield f"fastapi-mixed.finding-{verdict}.both.dot", draw(graph, f"finding:{finding}", "both", report)
    for view_name in ("authorisation-chain", "logs", "sub-processors", "who-can-access"):
        yield f"supply.{view_name}.both.dot", draw(supply(), view_name)


if __name__ == "__main__":
    # Writes the golden files anew: PYTHONPATH=.:tests python tests/diagram/pictures.py, then look at the pictures.
    written = dict(pictures())
    for file, text in written.items():
        (GOLDEN / file).write_text(text, "utf-8")
    for left in GOLDEN.iterdir():
        if left.name not in written:
            left.unlink()
