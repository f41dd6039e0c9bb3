"""Content never gets past the decoder: canaries in every field of a span, and every content of real captures.

What is looked for is looked for as it stands, escaped, encoded and hashed, in everything that a command writes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "decode"))
from otlp import attribute, fixed, read, request, span, to_json, to_message

from lineage import names
from lineage.__main__ import run
from lineage.decode import Reader
from lineage.errors import InputError
from lineage.spans import Spans, Tally, Vocabulary

EXAMPLES = Path(__file__).parent.parent / "examples" / "captures"

CANARIES = {
    "prose": "CANARY1 my secret prompt",
    "Chinese": "金丝雀 张三 110101199003070000",
    "an identity number": "11010119900307421X",
    "a telephone number": "13800138777",
    "an e-mail address": "canary.person@example.com",
    "a key": "sk-canary-abcdefghijklmnopqrstuv",
    "a web token": "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOjF9.c2lnbmF0dXJlY2FuYXJ5",
    "base64": "Q0FOQVJZIG15IHNlY3JldCBwcm9tcHQgMTIzNDU2Nzg5MA==",
    "a URL's secrets": "https://canaryuser:canarypass@host.example/canarypath?canaryquery=1#canaryfragment",
    "a statement's literals": "SELECT 1 FROM t WHERE a = 'canaryliteral from canarytable' -- canarycomment",
    "a command's arguments": "SET canarykey canaryvalue",
    "JSON": '{"prompt": "canaryprompt", "api_base": "https://canaryuser@host.example/canarypath", "title": "canarytitle"}',
    "a repr": "{'prompt': 'canaryprompt', 'email': 'canary.person@example.com'}",
    "a file's path": "/home/canary/canary.txt",
    "markup": "<script>canary</script>",
    "control characters": "canary\x1b[31m\u202ecanary",
}
FOUND = re.compile(r"canary|金丝雀|张三|11010119900307421X|13800138777|eyJ|Q0FOQVJZ|c2lnbmF0", re.IGNORECASE)

CONTENT_KEYS = (
    "gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions gen_ai.prompt gen_ai.completion gen_ai.tool.call.arguments "
    "traceloop.entity.input traceloop.entity.output input.value output.value llm.input_messages.0.message.content llm.openai.messages "
    "retrieval.documents.0.document.content retrieval.documents.0.document.metadata embedding.embeddings.0.embedding.text metadata.requester_metadata "
    "metadata.user_api_key_user_email metadata.user_api_key_hash user.email user.id enduser.id llm.user db.query.parameter.0 db.query.result.document "
    "db.query.result.metadata http.request.body.content http.request.header.authorization http.request.header.cookie url.query exception.message "
    "exception.stacktrace aws.s3.key messaging.kafka.message.key log.body client.address user_agent.original session.id some.unknown.key"
).split()
KEYS = sorted({*CONTENT_KEYS, *names.SPAN, *names.RESOURCE, *names.TENANT_KEYS})


def everywhere(canary: str) -> dict[str, Any]:
    """A request with this text in every field that holds text, once in an attribute of each key."""

    def one(number: int, key: str, kind: int) -> dict[str, Any]:
        return span(
            spanId=f"{number + 1:016x}",
            kind=kind,
            name=canary,
            traceState=f"{canary}=1,ot={canary}",
            attributes=[
                attribute("db.system", "postgresql"),
                attribute(key, canary),
                attribute(canary, canary),
            ],
        )

    nested = {
        "arrayValue": {
            "values": [{"stringValue": canary}, {"kvlistValue": {"values": [attribute("tenant", canary)]}}]
        }
    }
    whole = span(
        attributes=[
            *(attribute(key, nested) for key in KEYS),
            *(
                attribute(f"x.{key}", {"bytesValue": base64.b64encode(canary.encode()).decode()})
                for key in KEYS[:3]
            ),
        ],
        events=[
            {"name": name, "attributes": [attribute(key, canary) for key in KEYS]}
            for name in ("exception", "db.query.result", canary)
        ],
        links=[
            {
                "traceId": "a" * 32,
                "spanId": "b" * 16,
                "traceState": canary,
                "attributes": [attribute("x", canary)],
            }
        ],
        status={"code": 2, "message": canary},
    )
    spans = [one(2 * at + (kind == 2), key, kind) for at, key in enumerate(KEYS) for kind in (2, 3)]
    made = request(whole, *spans)
    group = made["resourceSpans"][0]
    group["resource"]["attributes"] = [
        *(attribute(key, canary) for key in names.RESOURCE),
        *(attribute(key, nested) for key in KEYS),
    ]
    group["schemaUrl"] = group["scopeSpans"][0]["schemaUrl"] = canary
    group["scopeSpans"][0]["scope"] = {
        "name": canary,
        "version": canary,
        "attributes": [attribute("x", canary)],
    }
    return made


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES.keys())
def test_nothing_of_any_field_stays_in_memory(canary: str, tmp_path: Path) -> None:
    made = everywhere(canary)
    kept = []
    for data in (to_json(made), fixed(to_message(made))):
        reader, spans = read(data, tmp_path)
        kept.append((reader.vocabulary.shapes, reader.vocabulary.tenants, reader.tally, spans.links.tolist()))
        assert 2 * len(KEYS) + 1 == len(spans)
    assert FOUND.findall(repr(kept)) == []
    assert kept[0][2].refused == kept[1][2].refused


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES.keys())
def test_nothing_stays_of_spans_in_process(canary: str) -> None:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    from lineage.decode.sdk import LineageExporter

    exporter = LineageExporter()
    provider = TracerProvider(
        resource=Resource(dict.fromkeys([*names.RESOURCE, *KEYS], canary)),
        span_limits=SpanLimits(max_event_attributes=1000),
    )
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer(canary, canary)
    for key in KEYS:
        with tracer.start_as_current_span(
            canary, attributes={"db.system": "postgresql", key: canary}
        ) as made:
            made.add_event("db.query.result", dict.fromkeys(KEYS, canary))
            made.record_exception(ValueError(canary))
    assert len(KEYS) == len(exporter.take())
    assert (
        FOUND.findall(repr((exporter.vocabulary.shapes, exporter.vocabulary.tenants, exporter.tally))) == []
    )


@pytest.mark.parametrize(
    "canary", [CANARIES["prose"], CANARIES["Chinese"], CANARIES["JSON"], CANARIES["a URL's secrets"]]
)
def test_an_error_quotes_nothing_wherever_the_input_is_cut(canary: str, tmp_path: Path) -> None:
    made = request(
        span({"gen_ai.prompt": canary, "service.name": canary, "server.address": canary}, name=canary)
    )
    forms = [to_json(made), json.dumps(made, indent=1).encode(), fixed(to_message(made)), to_message(made)]
    forms += [form.replace(canary[:4].encode(), b"\xff" + canary[:4].encode()) for form in forms]
    for form in forms:
        for cut in range(1, len(form), 23):
            try:
                read(form[:cut], tmp_path)
            except InputError as error:
                assert FOUND.findall(str(error)) == []  # noqa: PT017
                assert error.__context__ is None or error.__suppress_context__  # noqa: PT017


# --- end to end -----------------------------------------------------------------------------------------

HOLD_CONTENT = (
    "fastapi-clean",
    "litellm-v1-mixed",
    "rag-openinference-langchain-mixed",
    "rag-openllmetry-langchain-mixed",
    "node-express-mixed",
)
_CONTENT = re.compile(
    r"gen_ai\.(input|output|system_instructions|prompt|completion|tool)|traceloop\.(entity|prompt)|input\.value|output\.value|llm\.\w+_messages|llm\.prompt"
    r"|llm\.\w+\.(messages|choices|prompt)|document\.content|embedding\.text|requester_metadata|email|enduser|user\.id|llm\.user|api_key_hash|query\.parameter"
    r"|result\.document|body\.content|request\.header\.(?!x.tenant)|exception|aws\.s3\.key|url\.(full|query|path)|http\.(url|target)|user_agent|hidden_params|auth_metadata"
    r"|api_key_alias|session\.id|ip_address|hash"
)  # fmt: skip
_WORDY = re.compile(r"[\s@]|[^\x00-\x7f]")


def strings(value: Any) -> Iterator[str]:
    """All texts in a JSON value, also in JSON texts within it."""
    if isinstance(value, str):
        yield value
        if value[:1] in "{[":
            try:
                yield from strings(json.loads(value))
            except ValueError:
                return
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def content_of(capture: str) -> set[str]:
    """The content in a capture: texts of content attributes, each sentence in them, paths and literals."""
    found: set[str] = set()
    for line in (EXAMPLES / f"{capture}.jsonl").read_text("utf-8").splitlines():
        for group in json.loads(line)["resourceSpans"]:
            for scope in group["scopeSpans"]:
                for made in scope["spans"]:
                    holders = [made, *made.get("events", [])]
                    for item in (item for holder in holders for item in holder.get("attributes", [])):
                        if _CONTENT.search(item["key"]):
                            found |= set(strings(item["value"]))
                        if item["key"] in ("db.query.text", "db.statement"):
                            found |= {
                                word
                                for text in strings(item["value"])
                                for word in text.split()
                                if ":" in word
                            }
    told = set(told_of(capture))
    texts = {part for text in found for part in _parts(text)}
    return {
        text
        for text in texts
        if len(text) >= 8 and text not in told and (_WORDY.search(text) or len(text) >= 16)
    }


def _parts(text: str) -> Iterator[str]:
    """A text, its lines and sentences, and the path and query of a URL."""
    yield text.strip()
    for sentence in re.split(r"[\n.。!?！？；;\"]+", text):
        yield sentence.strip()
    url = re.match(r"https?://[^/]+(/.{7,})", text)
    if url:
        yield url[1]


def told_of(capture: str) -> list[str]:
    """What may stand in output: names that the allow list lets pass, and what the inventory itself says."""
    reader = Reader()
    list(reader.read([str(EXAMPLES / f"{capture}.jsonl")]))
    shapes = [value for shape in reader.vocabulary.shapes for _, value in shape.attributes]
    models = [
        f"{shape.get('gen_ai.provider.name')}/{shape.get('gen_ai.request.model')}"
        for shape in reader.vocabulary.shapes
    ]
    inventory = (EXAMPLES / f"{capture}.lineage.yaml").read_text("utf-8")
    return [*shapes, *models, *reader.vocabulary.tenants, *re.findall(r"[^\s\"']+", inventory)]


def disguises(text: str) -> list[bytes]:
    """A text as it stands, escaped, encoded, and hashed."""
    raw = text.encode()
    encoded = base64.b64encode(raw)
    return [
        raw,
        json.dumps(text)[1:-1].encode(),
        text.replace("&", "&amp;").replace("<", "&lt;").encode(),
        encoded[: len(encoded) // 4 * 4 - 4],
        base64.urlsafe_b64encode(raw)[: len(encoded) // 4 * 4 - 4],
        raw.hex().encode(),
        *(hashlib.new(name, raw).hexdigest().encode() for name in ("md5", "sha1", "sha256")),
    ]


def test_the_search_finds_what_is_there() -> None:
    assert sum(len(content_of(capture)) for capture in HOLD_CONTENT) > 100
    assert all(content_of(capture) for capture in HOLD_CONTENT)
    for disguise in disguises("a secret prompt"):
        assert disguise in b"-".join(disguises("a secret prompt"))
    assert "zhang.san" not in " ".join(told_of("litellm-v1-mixed"))


COMMANDS: Sequence[tuple[str, ...]] = (
    *(("check", "SPANS", "-i", "INVENTORY", "--format", form, "--lang", lang) for form in ("text", "json") for lang in ("en", "zh")),
    ("check", "SPANS", "-i", "INVENTORY", "-v"),
    ("check", "SPANS"),
    *(("graph", "SPANS", "-i", "INVENTORY", "--format", form) for form in ("json", "graphml", "dot", "mermaid")),
    ("diagram", "SPANS", "-i", "INVENTORY", "-o", "OUT.dot"),
    *(("diagram", "SPANS", "-i", "INVENTORY", "-o", "OUT.dot", "--view", view) for view in ("whole-system", "sub-processors", "authorisation-chain")),
    ("snapshot", "SPANS", "-o", "OUT.json"),
    ("init", "SPANS"),
    ("explain", "order16/no-shared-store"),
)  # fmt: skip


@pytest.mark.parametrize("capture", HOLD_CONTENT)
def test_no_command_writes_content(
    capture: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    spans, inventory = EXAMPLES / f"{capture}.jsonl", EXAMPLES / f"{capture}.lineage.yaml"
    commands = list(COMMANDS)
    try:
        import pygraphviz  # noqa: F401

        commands.append(("diagram", "SPANS", "-i", "INVENTORY", "-o", "OUT.svg"))
    except ImportError:
        pass
    places = {"SPANS": str(spans), "INVENTORY": str(inventory)}
    written: dict[tuple[str, ...], bytes] = {}
    fingerprint = ""
    for number, command in enumerate(commands):
        arguments = [places.get(word, word.replace("OUT", str(tmp_path / str(number)))) for word in command]
        code = run(arguments)
        out, err = capfdbinary.readouterr()
        files = b"".join(path.read_bytes() for path in sorted(tmp_path.glob(f"{number}*")))
        assert code in ((0, 1, 3) if command[0] == "check" else (0,)), (command, err)
        written[command] = out + err + files
        if "json" in command and command[0] == "check" and not fingerprint:
            fingerprint = next(
                found["fingerprint"] for rule in json.loads(out)["rules"] for found in rule["findings"]
            )
            commands.append(("explain", fingerprint, "SPANS", "-i", "INVENTORY"))
    assert all(written.values())
    everything = b"\n".join(written.values())
    leaked = [
        (text, [command for command, data in written.items() if any(d in data for d in disguises(text))])
        for text in content_of(capture)
        if any(disguise in everything for disguise in disguises(text))
    ]
    assert leaked == []


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with spans that hold every canary in every field, others to compare with, and their first inventory."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "spans.jsonl").write_bytes(
        b"".join(to_json(everywhere(canary)) for canary in CANARIES.values())
    )
    (folder / "old.jsonl").write_bytes(to_json(everywhere(CANARIES["prose"])))
    assert run(["init", str(folder / "spans.jsonl"), "-o", str(folder / "lineage.yaml")]) == 0
    return folder


@pytest.mark.parametrize(
    "command",
    [
        *(f"check spans.jsonl -i lineage.yaml --format {form}" for form in ("sarif", "junit", "github", "gitlab", "markdown")),
        "check spans.jsonl -i lineage.yaml -p gdpr -p supply -p us-dsp -p market -v",
        *(f"graph spans.jsonl -i lineage.yaml --format {form}" for form in ("cyclonedx", "openlineage")),
        "snapshot spans.jsonl -o out/flows.json",
        "diff old.jsonl spans.jsonl",
        "diff old.jsonl spans.jsonl --format json",
        "doctor spans.jsonl -i lineage.yaml",
        "baseline write spans.jsonl -i lineage.yaml -o out/baseline.yaml",
        "diagram spans.jsonl -i lineage.yaml -o out/flows.drawio",
        "report spans.jsonl -i lineage.yaml -o out/report",
        "document all spans.jsonl -i lineage.yaml -o out/documents",
    ],
)  # fmt: skip
def test_no_command_writes_what_any_field_holds(
    command: str,
    planted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.chdir(planted)
    (tmp_path / "out").mkdir()
    code = run([word.replace("out/", f"{tmp_path}/out/") for word in command.split()])
    out, err = capfdbinary.readouterr()
    files = [path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()]

    assert code in (0, 1, 3), err
    assert len(out) + sum(map(len, files)) > 200
    assert FOUND.findall(b"\n".join([out, err, *files]).decode("utf-8", "replace")) == []


BUGS = (
    "lineage.reduce.split_host",
    "lineage.reduce.statement",
    "lineage.decode.shaper.Shaper.outcome",
    "lineage.link.acts.operation",
)


@pytest.mark.parametrize("where", BUGS)
@pytest.mark.parametrize("debug", [False, True], ids=["one line", "traceback"])
def test_a_bug_quotes_nothing(
    where: str,
    debug: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import traceback

    def bug(*values: Any, **options: Any) -> Any:
        raise KeyError("wrong")

    made = request(
        span(
            {
                "gen_ai.prompt": CANARIES["prose"],
                "url.full": CANARIES["a URL's secrets"],
                "db.system": "mysql",
                "db.statement": CANARIES["a statement's literals"],
            }
        )
    )
    path = tmp_path / "spans.jsonl"
    path.write_bytes(to_json(made))
    monkeypatch.setattr(where, bug)
    try:
        code = run(["check", str(path), *(["--debug"] if debug else [])])
        told = "".join(capsys.readouterr())
    except KeyError:
        code, told = 4, traceback.format_exc()
    assert code == 4
    assert FOUND.findall(told) == []


def test_a_tally_s_reasons_hold_no_value(tmp_path: Path) -> None:
    reader, _ = read(gzip.compress(to_json(*map(everywhere, CANARIES.values()))), tmp_path)
    canonical = {attribute.canonical for attribute in (*names.SPAN.values(), *names.RESOURCE.values())}
    known = canonical | {names.TENANT, "attribute", "documents", "db.query.text"}
    assert set() == {reason.partition(":")[2] for reason in reader.tally.refused} - known


def test_nothing_is_nothing() -> None:
    assert ([], [""], Tally()) == (Vocabulary().shapes, Vocabulary().tenants, Tally())
    assert len(Spans.empty()) == 0
