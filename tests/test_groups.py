"""Spans in bounded memory: through the temporary file, in small groups, the flows stay the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
import pytest
from traces import generate, shuffled, split

import lineage.link
from lineage.errors import LineageError
from lineage.link import link
from lineage.link.groups import groups
from lineage.snapshot import dumps
from lineage.spans import LINK, Shape, Spans, Vocabulary


@pytest.mark.parametrize("engine", ["plain", "fast"])
@pytest.mark.parametrize("seed", range(6))
def test_flows_do_not_depend_on_how_spans_are_grouped(
    seed: int, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "fast":
        pytest.importorskip("numba")
    spans, vocabulary = generate(seed, 400)
    expected = dumps(link(split(spans, seed), vocabulary, engine="plain"))
    monkeypatch.setattr(lineage.link, "groups", partial(groups, held=300, size=100))
    assert expected == dumps(link(split(shuffled(spans, seed), seed), vocabulary, engine=engine))


def rows(batches: Iterable[Spans]) -> list[tuple[int, ...]]:
    """All rows, sorted."""
    names = ("trace_hi", "trace_lo", "span", "parent", "start", "end", "shape", "tenant", "marks")
    return sorted(
        row
        for batch in batches
        for row in zip(*(getattr(batch, name).tolist() for name in names), strict=True)
    )


@pytest.mark.parametrize(
    ("held", "size"),
    [(10**6, 10**6), (10**6, 500), (700, 10**6), (700, 500), (1, 1)],
    ids=["all in memory", "small groups", "through the file", "both", "one span at a time"],
)
def test_every_span_comes_back_once(held: int, size: int) -> None:
    spans, _ = generate(3, 300)
    assert rows([spans]) == rows(groups(split(spans, 3), held=held, size=size))


def test_a_trace_in_its_short_and_its_long_form_is_in_one_group() -> None:
    pairs = [(hi, lo, 1 + hi, 0, 5, 6, 0, 0, 0) for lo in range(1, 200) for hi in (0, 9)]
    for group in groups([Spans.of(pairs)], size=10):
        assert set(group.trace_lo[group.trace_hi == 0]) == set(group.trace_lo[group.trace_hi == 9])


def test_traces_that_links_join_are_in_one_group_with_their_links() -> None:
    traces = range(1, 301)
    spans = Spans.of([(7, lo, lo, 0, 5, 6, 0, 0, 0) for lo in traces])
    # 1 to 2, 3 to 4, ...; and a chain through the last twenty.
    joins = [(7, lo, lo, 7, lo + 1, lo + 1) for lo in range(1, 280, 2)] + [
        (7, lo, lo, 7, lo + 1, lo + 1) for lo in range(281, 300)
    ]
    spans.links = np.array(joins, LINK)
    met: list[tuple[int, ...]] = []
    for group in groups([spans], held=50, size=10):
        here = set(group.trace_lo.tolist())
        for a, b in zip(group.links["trace_lo"].tolist(), group.links["to_lo"].tolist(), strict=True):
            assert {a, b} <= here
        met += [tuple(int(part) for part in one) for one in group.links.tolist()]
    assert sorted(joins) == sorted(met)


def test_groups_stay_near_their_size() -> None:
    spans = Spans.of([(1, lo * 7919, lo, 0, 5, 6, 0, 0, 0) for lo in range(1, 20_001)])
    sizes = [len(group) for group in groups([spans], held=3000, size=1000)]
    assert sum(sizes) == 20_000
    assert max(sizes) <= 1000


def test_what_is_in_the_file_is_numbers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes, ids and times: 57 bytes a span, whatever its shape says."""
    written: list[bytes] = []
    original = tempfile.TemporaryFile

    def watched(**options: object) -> object:
        file = original(**options)  # type: ignore[call-overload]
        write = file.write

        class Watched:
            def write(self, data: bytes) -> int:
                written.append(bytes(data))
                return int(write(data))

            def __getattr__(self, name: str) -> object:
                return getattr(file, name)

        return Watched()

    monkeypatch.setattr(tempfile, "TemporaryFile", watched)
    words = Vocabulary()
    words.shape(Shape(attributes=(("server.address", "canary.example"),)))
    spans = Spans.of([(1, lo, lo, 0, 5, 6, 0, 0, 0) for lo in range(1, 101)])
    assert len(list(groups([spans], held=10))) > 0
    data = b"".join(written)
    assert len(data) == 57 * 100
    assert b"canary" not in data


def test_a_full_disk_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> Iterator[bytes]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    spans = Spans.of([(1, lo, lo, 0, 5, 6, 0, 0, 0) for lo in range(1, 101)])
    with pytest.raises(LineageError, match="TMPDIR"):
        list(groups([spans], held=10))
