"""A snapshot is the flows, whole: the same bytes for the same flows, the same verdict as the spans, no content."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lineage.checking import check
from lineage.errors import InputError
from lineage.flows import Flows
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.packs import load_pack
from lineage.pipeline import read_flows
from lineage.report import FORMATS
from lineage.snapshot import FORMAT, dumps, is_snapshot, loads, merge

CAPTURES = Path(__file__).resolve().parent.parent / "examples" / "captures"
NAMES = sorted(path.name.removesuffix(".truth.json") for path in CAPTURES.glob("*.truth.json"))
SMALL = dumps(read_flows([CAPTURES / "grpc-infer-clean.jsonl"]))


def inventory_of(capture: str) -> Inventory:
    return Inventory.load([CAPTURES / f"{capture}.lineage.yaml"])


def flows_of(capture: str) -> Flows:
    return read_flows([CAPTURES / f"{capture}.jsonl"], tenant_keys=inventory_of(capture).tenant_keys)


@pytest.mark.parametrize("capture", NAMES)
def test_a_snapshot_gives_the_same_report_as_the_spans(capture: str, tmp_path: Path) -> None:
    flows, inventory = flows_of(capture), inventory_of(capture)
    (tmp_path / "kept").write_bytes(dumps(flows))
    packs = [load_pack("order16"), load_pack("baseline")]
    reports = [
        json.loads(FORMATS["json"](check(FlowGraph(read, inventory), packs)))
        for read in (flows, read_flows([tmp_path / "kept"]))
    ]
    # The snapshot is itself a file that was read: its one file and its bytes are counted beside those of the spans.
    coverage = [report["evidence"]["coverage"] for report in reports]
    assert [told.pop("files") for told in coverage] == [1, 2]
    assert coverage[1].pop("bytes") - coverage[0].pop("bytes") == (tmp_path / "kept").stat().st_size
    assert reports[0] == reports[1]


@pytest.mark.parametrize("capture", NAMES)
def test_writing_what_was_read_gives_the_same_bytes(capture: str) -> None:
    written = dumps(flows_of(capture))
    assert dumps(loads(written)) == written
    assert is_snapshot(written[:64])
    assert written.endswith(b"\n")


def test_snapshots_of_different_traces_add_in_any_order() -> None:
    whole = read_flows([CAPTURES / f"{name}.jsonl" for name in NAMES])
    parts = [dumps(read_flows([CAPTURES / f"{name}.jsonl"])) for name in NAMES]
    assert len(whole) > max(len(loads(part)) for part in parts)
    for order in (parts, parts[::-1]):
        assert dumps(merge(map(loads, order))) == dumps(whole)


def test_a_snapshot_beside_spans_is_added_to_them(tmp_path: Path) -> None:
    (tmp_path / "november.json").write_bytes(SMALL)
    spans = CAPTURES / "node-express-mixed.jsonl"
    both = read_flows([tmp_path / "november.json", spans])
    apart = read_flows([CAPTURES / "grpc-infer-clean.jsonl", spans])
    read, told = both.coverage.tally, apart.coverage.tally
    assert (read.files - told.files, read.bytes - told.bytes) == (1, len(SMALL))  # the snapshot was read, too
    read.files, read.bytes = told.files, told.bytes
    assert dumps(both) == dumps(apart)


@pytest.mark.parametrize("capture", NAMES)
def test_a_snapshot_holds_no_content(capture: str) -> None:
    # Texts that the captures' prompts, headers and statements are known to hold (examples/captures/README.md).
    spans = (CAPTURES / f"{capture}.jsonl").read_text("utf-8")
    written = dumps(flows_of(capture)).decode()
    for text in (
        "110101199003070000",
        "example.com",
        "INSERT INTO",
        "Bearer",
        "sk-",
        "@example",
        "user-agent",
    ):
        assert text not in written, f"{text!r} (in the spans: {text in spans})"


def test_nothing_is_a_snapshot_too() -> None:
    assert dumps(loads(dumps(Flows()))) == dumps(Flows())


def _changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(SMALL)
    change(document)
    return json.dumps(document, separators=(",", ":")).encode()


DAMAGED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "of another version": (lambda d: d.update(format="lineage-snapshot/1"), "of another version"),
    "of another format": (lambda d: d.update(format="graph/1"), "of another version"),
    "a field that is not known": (lambda d: d.update(note="x"), "damaged or of another version"),
    "a flow's field that is not known": (lambda d: d["flows"][0].update(prompt="x"), "damaged"),
    "without its coverage": (lambda d: d.pop("coverage"), "damaged"),
    "without its places": (
        lambda d: d.update(places=[]),
        "names a place, kind or leg that it does not define",
    ),
    "a place before the first": (lambda d: d["flows"][0].update(source=-1), "that it does not define"),
    "a kind that is not known": (lambda d: d["places"][0].update(kind="person"), "that it does not define"),
    "a leg that is not known": (lambda d: d["flows"][0].update(leg="sideways"), "that it does not define"),
    "a flow that never was": (lambda d: d["flows"][0]["count"].__setitem__(0, 0), "that it does not define"),
    "a flow there twice": (lambda d: d["flows"].append(d["flows"][0]), "that it does not define"),
    "a flow of nothing": (lambda d: d["flows"][0].update(sources=[], possible=[]), "that it does not define"),
    "a doubt that is not known": (lambda d: d["flows"][0].update(doubts=1 << 20), "that it does not define"),
    "a place there twice": (lambda d: d["places"].append(d["places"][0]), "that it does not define"),
    "a source of a flow there twice": (
        lambda d: d["flows"][0]["sources"].append(d["flows"][0]["sources"][0]),
        "that it does not define",
    ),
    "a source seen more often than its flow": (
        lambda d: d["flows"][0]["sources"][0][1].__setitem__(0, 10**9),
        "that none can hold",
    ),
    "a last time before the first": (
        lambda d: d["flows"][0]["count"].__setitem__(2, 1),
        "that none can hold",
    ),
    "an example that is no id": (
        lambda d: d["flows"][0]["count"].__setitem__(3, [["my prompt", "00"]]),
        "that none can hold",
    ),
    "a category that is not known": (
        lambda d: d["flows"][0].update(categories=["secrets"]),
        "that none can hold",
    ),
    "fewer than no spans rejected": (
        lambda d: d["coverage"]["tally"].update(rejected={"zero-span-id": -5}),
        "that none can hold",
    ),
    "fewer than no gaps": (
        lambda d: d["coverage"].update(counts={"missing-parent": -1}),
        "that none can hold",
    ),
    "usage of no calls": (lambda d: d["usage"].append([0, 0, 0, 0]), "that none can hold"),
    "usage there twice": (lambda d: d["usage"].extend([[0, 0, 0, 1], [0, 0, 0, 1]]), "that none can hold"),
    "a count that is no number": (lambda d: d["flows"][0]["count"].__setitem__(0, "many"), "wrong type"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_snapshot_is_refused_with_what_to_do(what: str) -> None:
    change, said = DAMAGED[what]
    with pytest.raises(InputError) as caught:
        loads(_changed(change), "kept.json")
    (problem,) = caught.value.problems
    assert said in problem.what
    assert problem.file == "kept.json"
    assert problem.remedy == "write it again with `lineage snapshot`"
    assert FORMAT in problem.allowed or "does not define" in problem.what


def test_a_cut_snapshot_is_refused_wherever_it_is_cut() -> None:
    for end in range(0, len(SMALL) - 2, 97):
        with pytest.raises(InputError):
            loads(SMALL[:end])


def _refusal(data: bytes) -> str:
    try:
        loads(data)
    except InputError as error:
        return str(error)
    return ""


def test_a_changed_byte_is_refused_or_read_and_never_a_crash() -> None:
    dice = random.Random(20261125)
    refusals = []
    for _ in range(400):
        at, byte = dice.randrange(len(SMALL)), dice.randrange(256)
        refusals.append(_refusal(SMALL[:at] + bytes([byte]) + SMALL[at + 1 :]))
    assert sum(map(bool, refusals)) > 40
    assert {refusal.count("\n") for refusal in refusals} == {0}
