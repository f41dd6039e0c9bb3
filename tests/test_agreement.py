"""The fast kernel against the oracle: on generated traces, on real captures, and in every form of the same spans.

`LINEAGE_TRACES` is the number of generated traces (default 2,000; the full run asks for 100,000).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from oracle import oracle
from traces import doubled, generate, plants, shuffled, split

from lineage.decode import Reader
from lineage.flows import FlowKey, Flows
from lineage.link import link
from lineage.spans import COLUMNS, Spans, Tally, Vocabulary

CHUNK = 250
"""Traces linked to each other and compared in one go."""
CHUNKS = -(-int(os.environ.get("LINEAGE_TRACES", "2000")) // CHUNK)
REDUCTIONS = iter(range(3))
"""How many disagreements a run makes small: a bug that shows in every chunk needs no more examples than that."""
EXAMPLES = Path(__file__).parent.parent / "examples"


def kernel(spans: Spans, vocabulary: Vocabulary) -> Flows:
    """The fast kernel on one batch."""
    return link([spans], vocabulary)


def differences(expected: Flows, found: Flows) -> list[str]:
    """Everything in which two results differ, a line each; empty when they agree."""
    result = []
    for key in expected.edges.keys() | found.edges.keys():
        one, other = expected.edges.get(key), found.edges.get(key)
        if one != other:
            result.append(f"flow {_show(key)}\n  expected {one}\n  found    {other}")
    for name, mine, theirs in (
        ("places", expected.places, found.places),
        ("usage", expected.usage, found.usage),
        ("traces", expected.coverage.traces, found.coverage.traces),
        ("counts", +expected.coverage.counts, +found.coverage.counts),
        ("claims", expected.coverage.claims, found.coverage.claims),
        ("regions", expected.coverage.regions, found.coverage.regions),
    ):
        if mine != theirs:
            result.append(f"{name}\n  expected {mine}\n  found    {theirs}")
    return result


def _show(key: FlowKey) -> str:
    return (
        f"{key.source.id} > {key.target.id} {key.leg} kept={key.kept} {sorted(key.categories)} "
        f"{key.doubts!r} {key.purpose} {key.protection} {key.retention}"
    )


def disagreement(spans: Spans, vocabulary: Vocabulary) -> str:
    """What the kernel and the oracle differ in, on as few of the spans as show it; empty when they agree."""
    found = differences(oracle(spans, vocabulary), kernel(spans, vocabulary))
    if not found:
        return ""
    if next(REDUCTIONS, None) is None:
        return "\n".join([f"{len(found)} differences, not reduced; the first:", *found[:3]])

    def differ(part: Spans) -> bool:
        return bool(differences(oracle(part, vocabulary), kernel(part, vocabulary)))

    spans = smallest(spans, differ)
    rows = [
        " ".join(f"{name}={value:x}" for name, value in zip(COLUMNS[:4], row[:4], strict=True))
        + f" {row[4]}-{row[5]} tenant={vocabulary.tenants[row[7]]!r} marks={row[8]} {vocabulary.shapes[row[6]]}"
        for row in zip(*(getattr(spans, name).tolist() for name in COLUMNS), strict=True)
    ]
    links = [" ".join(f"{part:x}" for part in link) for link in spans.links.tolist()]
    found = differences(oracle(spans, vocabulary), kernel(spans, vocabulary))
    return "\n".join(["spans:", *rows, "links:", *links, "differences:", *found])


def smallest(spans: Spans, differ: Callable[[Spans], bool]) -> Spans:
    """As few spans and links as still differ: halves are left out, then quarters, down to one at a time.

    It gives up when some 20 times as many spans were compared again as there were at first.
    """
    left = 20 * len(spans) + 2_000
    size = len(spans)
    while size:
        start = 0
        while start < len(spans):
            if left < 0:
                return spans
            left -= len(spans)
            part = spans.take(np.delete(np.arange(len(spans)), np.s_[start : start + size]))
            if differ(part):
                spans = part
            else:
                start += size
        size //= 2
    for row in reversed(range(len(spans.links))):
        part = spans.take(np.arange(len(spans)))
        part.links = np.delete(spans.links, row)
        if differ(part):
            spans = part
    return spans


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_kernel_and_oracle_agree_on_generated_traces(seed: int) -> None:
    message = disagreement(*generate(seed, CHUNK))
    assert not message, f"seed {seed}\n{message}"


@pytest.mark.parametrize("seed", range(4))
def test_order_and_batches_play_no_part(seed: int) -> None:
    spans, vocabulary = generate(1_000_000 + seed, CHUNK)
    expected = link([spans], vocabulary)
    assert not differences(expected, link([shuffled(spans, seed)], vocabulary))
    assert not differences(expected, link(split(spans, seed), vocabulary))


@pytest.mark.parametrize("assemble", [oracle, kernel])
def test_a_span_delivered_twice_counts_as_a_duplicate_and_in_nothing_else(
    assemble: Callable[[Spans, Vocabulary], Flows],
) -> None:
    spans, vocabulary = generate(2_000_000, CHUNK)
    again = doubled(spans, 1)
    once, twice = assemble(spans, vocabulary), assemble(again, vocabulary)
    assert len(again) - len(spans) == twice.coverage.counts.pop("duplicate-span") - once.coverage.counts.pop(
        "duplicate-span"
    )
    assert not differences(once, twice)


@pytest.mark.parametrize("assemble", [oracle, kernel])
def test_a_planted_leak_is_found_and_a_write_before_the_read_is_none(
    assemble: Callable[[Spans, Vocabulary], Flows],
) -> None:
    for plant in plants(7, 100):
        flows = list(assemble(plant.spans, plant.vocabulary))
        (answer,) = [carried for key, carried in flows if key.target == plant.party]
        (kept,) = [carried for key, carried in flows if key.target == plant.clean and key.kept]
        assert plant.carried in answer.sources
        assert plant.clean not in answer.sources.keys() | answer.possible.keys()
        assert plant.read_first == (plant.carried in kept.sources)
        assert plant.carried not in kept.possible


REAL = sorted(path for path in (EXAMPLES / "captures").iterdir() if path.suffix in (".jsonl", ".pb") and ".logs." not in path.name)  # fmt: skip


@pytest.mark.parametrize(
    "path", [*REAL, EXAMPLES / "otel-demo" / "otel-demo.otlp.pb.gz"], ids=lambda path: path.name
)
def test_kernel_and_oracle_agree_on_real_telemetry(path: Path) -> None:
    reader = Reader()
    spans = Spans.concat(reader.read([str(path)]))
    assert len(spans) > 0
    message = disagreement(spans, reader.vocabulary)
    assert not message, message


def test_the_tally_of_the_reader_is_handed_on() -> None:
    tally = Tally(spans=3)
    assert tally.spans == link([Spans.empty()], Vocabulary(), tally).coverage.tally.spans
