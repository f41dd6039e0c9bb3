"""Every command with every kind of bad input: one clear error, the right exit code, nothing half written."""

from __future__ import annotations

import gzip
import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import pytest

import lineage
from lineage.__main__ import run
from lineage.cli import lineage as group

ROOT = Path(__file__).resolve().parent.parent
CAPTURES = Path("examples/captures")
GOLDEN = ROOT / "tests" / "golden"
SPANS = (ROOT / CAPTURES / "grpc-infer-clean.jsonl").read_bytes()
FRAMED = (ROOT / CAPTURES / "grpc-infer-clean.pb").read_bytes()
REQUEST = FRAMED[4 : 4 + int.from_bytes(FRAMED[:4], "big")]
TODAY = ("--today", "2026-11-25")


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


Lineage = Callable[..., Done]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Lineage:
    """Run the command line from the root of the checkout."""
    monkeypatch.chdir(ROOT)

    def do(*arguments: object) -> Done:
        code = run([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return do


def capture(name: str) -> tuple[str, str, str]:
    """SPANS and inventory of a capture."""
    return (f"{CAPTURES}/{name}.jsonl", "-i", f"{CAPTURES}/{name}.lineage.yaml")


CLEAN, MIXED, OPEN = capture("grpc-infer-clean"), capture("fastapi-mixed"), capture("litellm-v2-clean")


# --- help and usage ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", sorted(group.commands))
def test_the_help_of_a_command_says_what_it_does_and_shows_an_example(call: Lineage, command: str) -> None:
    done = call(command, "--help")
    assert (done.code, done.err) == (0, "")
    assert re.search(rf"Examples?:\n +(otelcol-export \| )?lineage {command}\b", done.out)


def test_the_commands_are_those_of_the_design(call: Lineage) -> None:
    done = call("--help")
    assert done.code == 0
    assert {"check", "demo", "diagram", "explain", "graph", "init", "schema", "snapshot"} <= set(
        group.commands
    )
    assert all(f"\n  {command} " in done.out for command in group.commands)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["check"], "Missing argument 'SPANS...'", id="no spans to check"),
        pytest.param(["graph"], "Missing argument 'SPANS...'", id="no spans to draw a graph of"),
        pytest.param(["init"], "Missing argument 'SPANS...'", id="no spans to begin with"),
        pytest.param(["snapshot", *CLEAN[:1]], "Missing option '-o'", id="a snapshot to nowhere"),
        pytest.param(["diagram", *CLEAN], "Missing option '-o'", id="a picture to nowhere"),
        pytest.param(["explain"], "Missing argument 'RULE|FINGERPRINT'", id="nothing to explain"),
        pytest.param(["chek", "x"], "Did you mean one of: 'check'", id="a command that does not exist"),
        pytest.param(["check", "--inventry", "x", "y"], "No such option", id="an option that does not exist"),
        pytest.param(
            ["check", *CLEAN, "--format", "xml"], "is not one of", id="a format that does not exist"
        ),
        pytest.param(["check", *CLEAN, "--mode", "lax"], "is not one of", id="a mode that does not exist"),
        pytest.param(["check", *CLEAN, "--lang", "fr"], "is not one of", id="a language that does not exist"),
        pytest.param(
            ["check", *CLEAN, "--fail-on", "never"], "is not one of", id="a severity that does not exist"
        ),
        pytest.param(["check", *CLEAN, "--today", "2026-13-01"], "--today is not a date", id="no such month"),
        pytest.param(["check", *CLEAN, "--today", "tomorrow"], "write it as YYYY-MM-DD", id="a day in words"),
        pytest.param(
            ["check", *CLEAN, "-p", "order61"],
            "there is no pack 'order61'. Built-in packs: aiact, assurance, baseline, cn, gdpr, intl, market, order16, order16-file, pipl, supply, us, us-dsp; or give the path of a .yaml file. "
            "did you mean 'order16'?",
            id="a pack that does not exist",
        ),
        pytest.param(
            ["check", *CLEAN, "-p", "gone.yaml"],
            "gone.yaml: there is no such file",
            id="a pack's file that is gone",
        ),
        pytest.param(
            ["check", CLEAN[0], "-i", "gone.yaml"],
            "gone.yaml: the file cannot be read",
            id="an inventory that is gone",
        ),
        pytest.param(
            ["explain", "order16/no-shared-stor"],
            "did you mean 'order16/no-shared-store'?",
            id="a rule that does not exist",
        ),
        pytest.param(
            ["explain", "0000000000000000", *CLEAN],
            "no finding of this check has that fingerprint",
            id="a fingerprint of another check",
        ),
        pytest.param(
            ["diagram", *CLEAN, "-o", "x.gif"],
            "end it in .svg, .png, .pdf, .dot, .mmd or .drawio",
            id="a picture of no format",
        ),
        pytest.param(
            ["diagram", *CLEAN, "-o", "x.dot", "--view", "where-input-go"],
            "did you mean 'where-inputs-go'?",
            id="a view that does not exist",
        ),
    ],
)
def test_wrong_usage_is_told_with_what_to_do_and_exit_code_2(
    call: Lineage, arguments: list[str], said: str
) -> None:
    done = call(*arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


# --- unreadable input ----------------------------------------------------------------------------------

CANARY = "identity number 110101199003070000"
"""In every input below that could hold a prompt; it must come out nowhere."""

TOLD = SPANS.replace(b'"name":"', f'"name":"{CANARY} '.encode())


def _zstd(data: bytes) -> bytes:
    return importlib.import_module("zstandard").ZstdCompressor().compress(data)  # type: ignore[no-any-return]


UNREADABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "an empty file": (lambda: b"", "the file is empty. export again"),
    "an empty file, compressed": (lambda: gzip.compress(b""), "the file is empty. export again"),
    "JSON lines cut in the last line": (lambda: TOLD[:-100], ":4: the JSON is cut or malformed"),
    "JSON lines cut in the middle": (lambda: TOLD[: len(TOLD) // 2], "the JSON is cut or malformed"),
    "framed protobuf, cut": (lambda: FRAMED[:-10], "the last message is cut, at byte"),
    "one protobuf request, cut": (lambda: REQUEST[:-10], "a protobuf message is malformed, at byte 0"),
    "gzip, cut": (lambda: gzip.compress(TOLD)[:-20], "the compressed file is cut or damaged"),
    "gzip, damaged": (lambda: _flipped(gzip.compress(TOLD), 200), "the compressed file is cut or damaged"),
    "zstd, cut": (lambda: _zstd(TOLD)[:-20], "the compressed file is cut or damaged"),
    "compressed twice": (lambda: gzip.compress(gzip.compress(TOLD)), "of no format that lineage reads"),
    "UTF-16": (lambda: TOLD.decode().encode("utf-16"), "of no format that lineage reads"),
    "a text": (lambda: CANARY.encode(), "of no format that lineage reads"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), "of no format that lineage reads"),
    "an inventory": (lambda: (ROOT / CLEAN[2]).read_bytes(), "of no format that lineage reads"),
    "JSON of another kind": (
        lambda: b'{"%s": 1}\n' % CANARY.encode(),
        ":1: the JSON object is no OTLP trace data",
    ),
    "a JSON list": (lambda: b'["%s"]\n' % CANARY.encode(), "of no format that lineage reads"),
    "logs": (
        lambda: (ROOT / CAPTURES / "fastapi-clean.logs.jsonl").read_bytes(),
        "the file holds logs, not spans",
    ),
    "a snapshot, damaged": (
        lambda: b'{"format":"lineage-snapshot/1","places":[],"flows":[{"source":"%s"}]}' % CANARY.encode(),
        "the snapshot is damaged or of another version",
    ),
    "a snapshot of another version": (
        lambda: b'{"format":"lineage-snapshot/9","places":["%s"]}' % CANARY.encode(),
        "the snapshot is damaged or of another version",
    ),
}
"""What is in the file -> how it is made, and what is said of it."""


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


def readers(tmp_path: Path) -> dict[str, tuple[str, ...]]:
    """Every command that reads spans, with what it would write."""
    return {
        "check": ("-p", "order16", "-o", str(tmp_path / "out.txt")),
        "graph": ("-o", str(tmp_path / "out.json")),
        "diagram": ("-o", str(tmp_path / "out.dot")),
        "snapshot": ("-o", str(tmp_path / "out.snapshot")),
        "init": ("-o", str(tmp_path / "out.yaml")),
    }


READERS = tuple(readers(Path()))


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("content", UNREADABLE)
def test_an_unreadable_file_is_exit_code_2_and_writes_nothing(
    call: Lineage, tmp_path: Path, command: str, content: str
) -> None:
    make, said = UNREADABLE[content]
    spans = tmp_path / "spans"
    spans.write_bytes(make())
    done = call(command, spans, *readers(tmp_path)[command])
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {spans}")
    assert said in done.err
    assert CANARY not in done.err
    assert "110101199003070000" not in done.err
    assert list(tmp_path.iterdir()) == [spans]


@pytest.mark.parametrize("command", READERS)
def test_one_bad_file_among_good_ones_leaves_nothing_judged(
    call: Lineage, tmp_path: Path, command: str
) -> None:
    good, bad = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    good.write_bytes(SPANS)
    bad.write_bytes(SPANS[:-100])
    done = call(command, tmp_path, *readers(tmp_path)[command])
    assert (done.code, done.out) == (2, "")
    assert str(bad) in done.err
    assert sorted(tmp_path.iterdir()) == [good, bad]


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        pytest.param(
            "gone.jsonl", "gone.jsonl: there is no such file or directory", id="a file that is gone"
        ),
        pytest.param("*.gone", "the pattern matches no file", id="a pattern that matches nothing"),
        pytest.param("empty", "the directory holds no files", id="a directory without files"),
    ],
)
@pytest.mark.parametrize("command", READERS)
def test_what_is_not_there_is_exit_code_2(
    call: Lineage, tmp_path: Path, command: str, spans: str, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    done = call(command, tmp_path / spans, *readers(tmp_path)[command])
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_formats_may_be_mixed_in_one_directory_and_what_is_left_out_is_counted(
    call: Lineage, tmp_path: Path
) -> None:
    whole = evidence(call("check", CLEAN[0], "-p", "order16", "--format", "json"))
    lines = SPANS.splitlines(keepends=True)
    (tmp_path / "a.jsonl").write_bytes(lines[0])
    (tmp_path / "b.zst").write_bytes(_zstd(b"".join(lines[1:3])))
    (tmp_path / "c.pb.gz").write_bytes(gzip.compress(FRAMED))
    (tmp_path / "README.md").write_text(CANARY)
    mixed = evidence(call("check", tmp_path, "-p", "order16", "--format", "json"))
    assert (mixed["flows"], mixed["places"]) == (whole["flows"], whole["places"])
    told = mixed["coverage"]
    assert isinstance(told, dict)
    assert told["refused"] == {"file-without-spans": 1}
    assert told["spans"] == 72 + told["gaps"]["duplicate-span"]


def evidence(done: Done) -> dict[str, object]:
    told = json.loads(done.out)["evidence"]
    assert isinstance(told, dict)
    return told


@pytest.mark.parametrize(
    "spans",
    [
        pytest.param(b'{"resourceSpans":[]}\n', id="no resource"),
        pytest.param(b'{"resourceSpans":[{"scopeSpans":[{"spans":[]}]}]}\n', id="a scope without spans"),
    ],
)
def test_no_spans_prove_nothing(call: Lineage, tmp_path: Path, spans: bytes) -> None:
    (tmp_path / "spans.json").write_bytes(spans)
    done = call("check", tmp_path / "spans.json", "--format", "json")
    assert done.code == 3
    told = json.loads(done.out)
    assert told["outcome"] == "undecided"
    assert "proven" not in {rule["verdict"] for rule in told["rules"]}


# --- inventories and packs -----------------------------------------------------------------------------


def test_a_misspelt_field_of_the_inventory_is_shown_where_it_stands(call: Lineage, tmp_path: Path) -> None:
    bad = tmp_path / "lineage.yaml"
    bad.write_text((ROOT / CLEAN[2]).read_text("utf-8").replace("    origin: ", "    orgin: ", 1), "utf-8")
    line = (
        bad.read_text("utf-8")
        .splitlines()
        .index(next(x for x in bad.read_text("utf-8").splitlines() if "orgin" in x))
        + 1
    )
    done = call("check", CLEAN[0], "-i", bad)
    assert (done.code, done.out) == (2, "")
    assert f"error: {bad}:{line}:5: unknown key 'orgin'. did you mean 'origin'?" in done.err
    assert "    ^^^^^" in done.err


def test_two_inventories_that_disagree_name_both_places(call: Lineage, tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for path, country in ((first, "CN"), (second, "SG")):
        path.write_text(f"places:\n  - match: {{service: triton-a}}\n    country: {country}\n")
    done = call("check", CLEAN[0], "-i", first, "-i", second)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        f"error: {second}:2:5: this entry and the one in {first}:2:5 fit the same place"
    )
    assert "disagree about 'country'" in done.err


@pytest.mark.parametrize(
    ("waiver", "said"),
    [
        pytest.param("expires: 2020-01-01", "expired on 2020-01-01", id="expired"),
        pytest.param("expires: 2099-01-01", "matches no finding", id="of no finding"),
    ],
)
def test_a_waiver_that_is_expired_or_of_no_finding_is_an_error(
    call: Lineage, tmp_path: Path, waiver: str, said: str
) -> None:
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(
        "waivers:\n  - rule: order16/no-shared-store\n    fingerprint: '0000000000000000'\n"
        f"    reason: none\n    approver: dpo\n    {waiver}\n"
    )
    done = call("check", *CLEAN, "-i", waivers, "-p", "order16")
    assert (done.code, done.out) == (2, "")
    assert f"{waivers}:2:5: the waiver of order16/no-shared-store" in done.err
    assert said in done.err


@pytest.mark.parametrize("option", ["-i", "-p", "--view"])
@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param(f"{CANARY} \\ud83d\\ude00", id="with an emoji as JSON writes it"),
        pytest.param(f"{CANARY} \\ud83d", id="with half a character"),
        pytest.param(CANARY, id="plain"),
    ],
)
def test_spans_taken_for_an_inventory_pack_or_view_are_not_quoted(
    call: Lineage, tmp_path: Path, option: str, prompt: str
) -> None:
    wrong = tmp_path / "spans.jsonl"
    wrong.write_text(
        '{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"gen_ai.prompt","value":{"stringValue":'
        f'"{prompt}"}}}}]}}]}}]}}]}}\n'
    )
    command = ("diagram", *CLEAN, "-o", tmp_path / "x.dot") if option == "--view" else ("check", *CLEAN)
    done = call(*command, option, wrong)
    assert (done.code, done.out) == (2, "")
    assert str(wrong) in done.err
    assert "110101199003070000" not in done.err


# --- exit codes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spans", "options", "code"),
    [
        pytest.param(CLEAN, (), 0, id="proven is 0"),
        pytest.param(MIXED, (), 1, id="violated is 1, though some rules are undecided"),
        pytest.param(OPEN, (), 3, id="undecided is 3"),
        pytest.param(MIXED, ("--exit-zero",), 0, id="violated is 0 with --exit-zero"),
        pytest.param(OPEN, ("--exit-zero",), 0, id="undecided is 0 with --exit-zero"),
        pytest.param(MIXED, ("--format", "json"), 1, id="the format does not change it"),
        pytest.param(MIXED, ("--lang", "zh", "-v"), 1, id="nor does the language"),
        pytest.param(CLEAN[:1], (), 3, id="without an inventory nothing is proven"),
        pytest.param(("gone", "--exit-zero"), (), 2, id="unreadable is 2 with --exit-zero"),
    ],
)
def test_the_exit_code_is_the_verdict(
    call: Lineage, spans: tuple[str, ...], options: tuple[str, ...], code: int
) -> None:
    assert call("check", *spans, "-p", "order16", *TODAY, *options).code == code


def test_a_bug_is_exit_code_4_one_line_and_no_word_of_what_it_choked_on(
    call: Lineage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr("lineage.pipeline.read_flows", broken)
    done = call("check", *CLEAN)
    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    assert done.err.startswith("internal error: ValueError in ")
    assert "110101199003070000" not in done.err
    with pytest.raises(ValueError, match="identity number"):
        call("check", *CLEAN, "--debug")


# --- output --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", READERS)
def test_a_folder_that_does_not_exist_is_exit_code_2(call: Lineage, tmp_path: Path, command: str) -> None:
    target = readers(tmp_path / "no" / "such")[command][-1]
    done = call(command, CLEAN[0], *readers(tmp_path / "no" / "such")[command])
    assert (done.code, done.out) == (2, "")
    assert done.err.rstrip().startswith(f"error: {target}: cannot write the file")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["check", "graph", "snapshot", "diagram"])
def test_output_is_written_whole_or_not_at_all(
    call: Lineage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    target = Path(readers(tmp_path)[command][-1])
    target.write_text("what was here before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lineage.files.os.replace", full)
    done = call(command, CLEAN[0], *readers(tmp_path)[command])
    assert (done.code, done.out) == (2, "")
    assert "cannot write the file (No space left on device)" in done.err
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_text() == "what was here before"


def test_init_never_overwrites_what_somebody_edited(call: Lineage, tmp_path: Path) -> None:
    (tmp_path / "lineage.yaml").write_text("mine")
    done = call("init", CLEAN[0], "-o", tmp_path / "lineage.yaml")
    assert (done.code, done.out) == (2, "")
    assert "exists and is not overwritten" in done.err
    assert (tmp_path / "lineage.yaml").read_text() == "mine"


def test_the_demo_does_not_write_into_a_file(call: Lineage, tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")
    done = call("demo", "-o", tmp_path / "demo")
    assert done.code == 2
    assert str(tmp_path / "demo") in done.err


def test_the_demo_ends_well_with_a_violating_path_and_a_picture(call: Lineage, tmp_path: Path) -> None:
    done = call("demo", "-o", tmp_path)
    assert done.code == 0
    assert "order16/no-shared-training-pool" in done.out
    assert "inputs.svg" in done.out


def _shell(*arguments: object, **settings: str) -> subprocess.CompletedProcess[bytes]:
    clean = {name: text for name, text in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "lineage", *map(str, arguments)],
        cwd=ROOT,
        env={**clean, **settings},
        capture_output=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize(
    ("settings", "coloured"),
    [
        pytest.param({}, False, id="a pipe gets none"),
        pytest.param({"FORCE_COLOR": "1"}, True, id="unless forced"),
        pytest.param({"NO_COLOR": "1"}, False, id="NO_COLOR gets none"),
    ],
)
def test_colours_are_for_who_wants_them(settings: dict[str, str], coloured: bool) -> None:
    done = _shell("check", *MIXED, "-p", "order16", *TODAY, **settings)
    assert done.returncode == 1
    assert (b"\x1b[" in done.stdout) is coloured


def test_a_reader_that_goes_away_ends_the_command_without_a_word() -> None:
    command = [sys.executable, "-m", "lineage", "graph", *MIXED]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        code = process.wait(120)
    assert (code, said) == (141, b"")


def test_standard_input_is_read_as_a_file_is() -> None:
    piped = subprocess.run(
        [sys.executable, "-m", "lineage", "check", "-", *CLEAN[1:], "-p", "order16", *TODAY],
        cwd=ROOT,
        input=gzip.compress(SPANS),
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert piped.returncode == 0
    assert piped.stdout == _shell("check", *CLEAN, "-p", "order16", *TODAY).stdout


# --- hostile shapes ------------------------------------------------------------------------------------


def _lines(count: int, parent: Callable[[int], int]) -> Iterator[str]:
    """JSON lines of one trace of `count` spans, numbered from 1; parent 0 is none."""
    head = '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"gw"}}]},"scopeSpans":[{"spans":['
    for first in range(1, count + 1, 2000):
        spans = (
            f'{{"traceId":"{1:032x}","spanId":"{n:016x}","parentSpanId":"{_id(parent(n))}","name":"x","kind":1,'
            f'"startTimeUnixNano":"{10**18 + n}","endTimeUnixNano":"{10**18 + 10**9 - n}"}}'
            for n in range(first, min(first + 2000, count + 1))
        )
        yield head + ",".join(spans) + "]}]}]}\n"


def _id(number: int) -> str:
    return f"{number:016x}" if number else ""


@pytest.mark.parametrize(
    ("count", "parent"),
    [
        pytest.param(1, lambda n: n, id="a span that is its own parent"),
        pytest.param(2, lambda n: 3 - n, id="two spans that are each other's parent"),
        pytest.param(5000, lambda n: n - 1 or 5000, id="a ring of 5,000"),
    ],
)
def test_spans_in_a_ring_are_a_gap_and_prove_nothing(
    call: Lineage, tmp_path: Path, count: int, parent: Callable[[int], int]
) -> None:
    (tmp_path / "ring.jsonl").write_text("".join(_lines(count, parent)))
    done = call("check", tmp_path / "ring.jsonl", "--format", "json")
    assert done.code == 3
    rules = {rule["id"]: rule["verdict"] for rule in json.loads(done.out)["rules"]}
    assert rules["baseline/complete-evidence"] == "undecided"
    assert evidence(done)["coverage"]["spans"] == count  # type: ignore[index]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "parent"),
    [
        pytest.param(100_000, lambda n: n - 1, id="a chain of 100,000"),
        pytest.param(1_000_000, lambda n: min(n - 1, 1), id="a million below one"),
    ],
)
def test_a_very_large_trace_is_read_whole(
    call: Lineage, tmp_path: Path, count: int, parent: Callable[[int], int]
) -> None:
    with (tmp_path / "large.jsonl").open("w") as file:
        file.writelines(_lines(count, parent))
    done = call("check", tmp_path / "large.jsonl", "--format", "json")
    assert done.code == 3
    coverage = evidence(done)["coverage"]
    assert isinstance(coverage, dict)
    assert (coverage["spans"], coverage["traces"]) == (count, 1)


# --- what is written -----------------------------------------------------------------------------------

WRITTEN: dict[str, tuple[str, ...]] = {
    "check/fastapi-mixed/en.txt": ("check", *MIXED, "-p", "order16", *TODAY),
    "check/fastapi-mixed/zh.txt": ("check", *MIXED, "-p", "order16", *TODAY, "--lang", "zh"),
    "check/node-express-mixed/report.json": (
        "check",
        *capture("node-express-mixed"),
        "-p",
        "order16",
        *TODAY,
        "--format",
        "json",
    ),
    "check/litellm-v2-clean/en.txt": ("check", *OPEN, "-p", "order16", *TODAY),
    "check/litellm-v2-clean/zh.txt": ("check", *OPEN, "-p", "order16", *TODAY, "--lang", "zh"),
    "check/grpc-infer-clean/report.json": ("check", *CLEAN, "-p", "order16", *TODAY, "--format", "json"),
    "graph/grpc-infer-clean/graph.json": ("graph", *CLEAN),
    "explain/no-shared-store/en.txt": ("explain", "order16/no-shared-store"),
    "explain/no-shared-store/zh.txt": ("explain", "order16/no-shared-store", "--lang", "zh"),
}
"""Golden file -> the command that writes it. LINEAGE_GOLDEN=write writes them anew: read the difference first."""


@pytest.mark.parametrize("file", WRITTEN)
def test_what_a_command_writes_is_what_it_wrote_before(call: Lineage, file: str) -> None:
    done = call(*WRITTEN[file])
    assert done.err == ""
    golden = GOLDEN / file
    if os.environ.get("LINEAGE_GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(done.out, "utf-8")
    assert golden.read_text("utf-8") == done.out


def test_the_graph_is_a_graph_for_networkx(call: Lineage) -> None:
    document = json.loads(call("graph", *CLEAN).out)
    graph = nx.node_link_graph(document, edges="edges")
    assert isinstance(graph, nx.MultiDiGraph)
    assert graph.graph["format"] == "lineage-graph/1"
    assert {
        (graph.nodes[a]["name"], graph.nodes[b]["name"])
        for a, b, leg in graph.edges(data="leg")
        if leg == "request"
    } >= {
        ("edge-west", "triton-a"),
        ("edge-east", "triton-b"),
    }


@pytest.mark.parametrize(
    ("form", "head"), [("graphml", "<?xml"), ("dot", "digraph"), ("mermaid", "flowchart")]
)
def test_the_graph_in_other_forms(call: Lineage, form: str, head: str) -> None:
    done = call("graph", *CLEAN, "--format", form)
    assert done.code == 0
    assert any(line.startswith(head) for line in done.out.splitlines()[:5])


def test_every_violated_finding_can_be_explained_by_its_fingerprint(call: Lineage) -> None:
    report = json.loads(call("check", *MIXED, "-p", "order16", *TODAY, "--format", "json").out)
    finding = next(each for rule in report["rules"] for each in rule["findings"])
    done = call("explain", finding["fingerprint"], *MIXED, "-p", "order16")
    assert done.code == 0
    assert finding["fingerprint"] in done.out
    assert finding["message"]["en"] in done.out


def test_a_first_inventory_can_be_checked_and_proves_nothing_yet(call: Lineage, tmp_path: Path) -> None:
    assert call("init", CLEAN[0], "-o", tmp_path / "lineage.yaml").code == 0
    assert call("check", CLEAN[0], "-i", tmp_path / "lineage.yaml").code == 3


def test_the_schema_is_the_one_in_the_docs(call: Lineage) -> None:
    done = call("schema")
    assert done.code == 0
    assert done.out == (ROOT / "docs" / "reference" / "lineage.schema.json").read_text("utf-8")


def test_the_version(call: Lineage) -> None:
    assert call("--version") == Done(0, f"lineage {lineage.__version__}\n", "")
