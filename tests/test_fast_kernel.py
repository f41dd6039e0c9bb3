"""The compiled kernel gives the plain way's flows, to the byte: on generated traces, on real ones, and on odd shapes of input."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from traces import doubled, generate, shuffled, split

from lineage.decode import Reader
from lineage.link import link
from lineage.snapshot import dumps
from lineage.spans import LINK, Kind, Mark, Resource, Shape, Spans, Vocabulary

pytest.importorskip("numba")

EXAMPLES = Path(__file__).parent.parent / "examples"
REAL = sorted(
    path
    for path in (EXAMPLES / "captures").iterdir()
    if path.suffix == ".jsonl" and ".logs." not in path.name
)
Input = tuple[Spans, Vocabulary]


def both(spans: Spans, vocabulary: Vocabulary) -> tuple[bytes, bytes]:
    """The flows of the plain way and of the compiled kernels."""
    copy = spans.take(np.arange(len(spans)))
    copy.links = spans.links.copy()
    return dumps(link([spans], vocabulary, engine="plain")), dumps(link([copy], vocabulary, engine="fast"))


@pytest.mark.parametrize("seed", range(12))
def test_generated_traces_with_faults_and_links(seed: int) -> None:
    plain, fast = both(*generate(seed, 400))
    assert plain == fast


@pytest.mark.parametrize("seed", range(4))
def test_generated_traces_without_links_so_that_the_kernel_has_most_of_them(seed: int) -> None:
    spans, vocabulary = generate(100 + seed, 1500)
    spans.links = np.zeros(0, LINK)
    plain, fast = both(spans, vocabulary)
    assert plain == fast


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_telemetry(path: Path) -> None:
    reader = Reader()
    plain, fast = both(Spans.concat(reader.read([str(path)])), reader.vocabulary)
    assert plain == fast


@pytest.mark.parametrize(
    "form",
    [lambda s: [shuffled(s, 3)], lambda s: split(s, 3), lambda s: [doubled(s, 3)]],
    ids=["shuffled", "in batches", "some delivered twice"],
)
def test_order_and_batches_play_no_part(form: Callable[[Spans], list[Spans]]) -> None:
    spans, vocabulary = generate(7, 400)
    expected = dumps(link(form(spans), vocabulary, engine="plain"))
    assert expected == dumps(link(form(spans), vocabulary, engine="fast"))


API = Resource(service="api", provider="aws", region="eu-central-1", instance="api-1")
POD = Resource(service="api", provider="aws", region="eu-central-1", instance="api-2")


def _store(number: int, resource: Resource = API) -> Shape:
    told = (
        ("db.operation.name", "SELECT"),
        ("db.system.name", "postgresql"),
        ("server.address", f"pg-{number}.example"),
    )
    return Shape(resource, Kind.CLIENT, tuple(sorted(told)))


def _server() -> Shape:
    return Shape(API, Kind.SERVER, (("http.request.method", "POST"),))


def _columns(
    vocabulary: Vocabulary,
    rows: int,
    parent: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    shape: np.ndarray,
) -> Spans:
    """One trace; span ids count from 1."""
    return Spans(
        np.full(rows, 5, np.uint64),
        np.full(rows, 6, np.uint64),
        np.arange(1, rows + 1, dtype=np.uint64),
        parent.astype(np.uint64),
        start.astype(np.int64),
        end.astype(np.int64),
        shape.astype(np.int32),
        np.zeros(rows, np.int32),
        np.zeros(rows, np.uint8),
        np.zeros(0, LINK),
    )


def chain(rows: int) -> Input:
    """Each span the child of the one before; the last reads a store."""
    words = Vocabulary()
    shape = np.full(rows, words.shape(_server()))
    shape[-1] = words.shape(_store(0))
    at = np.arange(rows)
    return _columns(words, rows, at, 10 + at, 10 + 3 * rows - at, shape), words


def fan(rows: int, overlapping: bool = False, instances: int = 1) -> Input:
    """One span with all others as children, each after the other or all at once, reading or writing one of four stores."""
    words = Vocabulary()
    codes = [words.shape(_store(number, (API, POD)[number % instances])) for number in range(4)]
    shape = np.array(codes)[np.arange(rows) % 4]
    shape[0] = words.shape(_server())
    at = np.arange(rows)
    length = 40 if overlapping else 1
    return _columns(
        words, rows, np.minimum(at, 1), 10 + 2 * at, np.where(at, 10 + 2 * at + length, 100 + 2 * rows), shape
    ), words


def bush(rows: int) -> Input:
    """A million spans in one trace: each has three children."""
    words = Vocabulary()
    codes = [words.shape(_store(number)) for number in range(4)]
    shape = np.array(codes)[np.arange(rows) % 4]
    shape[: rows // 3 + 1] = words.shape(_server())
    at = np.arange(rows)
    return _columns(
        words, rows, np.where(at, (at - 1) // 3 + 1, 0), 10 + at, 10 + 4 * rows - at, shape
    ), words


def crowd(sources: int) -> Input:
    """One span that reads this many stores: more than a mask has bits, when it is many."""
    words = Vocabulary()
    shape = np.array([words.shape(_store(number)) for number in range(sources + 1)])
    shape[0] = words.shape(_server())
    at = np.arange(sources + 1)
    return _columns(
        words, sources + 1, np.minimum(at, 1), 10 + 2 * at, np.where(at, 11 + 2 * at, 10**6), shape
    ), words


@pytest.mark.parametrize(
    ("spans", "vocabulary"),
    [
        chain(20_000),
        fan(20_000),
        fan(20_000, overlapping=True),
        fan(5_000, overlapping=True, instances=2),
        bush(30_000),
        crowd(60),
        crowd(80),
    ],
    ids=[
        "a chain",
        "a fan, one after the other",
        "a fan, all at once",
        "a fan over two clocks",
        "a bush",
        "sixty sources",
        "more sources than bits",
    ],
)
def test_large_and_odd_traces(spans: Spans, vocabulary: Vocabulary) -> None:
    plain, fast = both(spans, vocabulary)
    assert plain == fast


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["plain", "fast"])
@pytest.mark.parametrize(
    ("make", "calls"),
    [
        (lambda: chain(100_000), {"store:postgresql@pg-0.example": 2}),
        (
            lambda: fan(100_000),
            {f"store:postgresql@pg-{i}.example": 2 * (25_000 - (i == 0)) for i in range(4)},
        ),
        (
            lambda: fan(100_000, True),
            {f"store:postgresql@pg-{i}.example": 2 * (25_000 - (i == 0)) for i in range(4)},
        ),
        (lambda: bush(1_000_000), {"store:postgresql@pg-1.example": 2 * 166_666}),
    ],
    ids=[
        "a chain of 100,000",
        "a fan of 100,000",
        "a fan of 100,000 at once",
        "a million spans in one trace",
    ],
)
def test_work_grows_with_the_spans_not_with_their_square(
    make: Callable[[], Input], calls: dict[str, int], engine: str
) -> None:
    spans, vocabulary = make()
    flows = link([spans], vocabulary, engine=engine)
    for place, expected in calls.items():
        assert expected == sum(
            told.count.calls for key, told in flows if place in (key.source.id, key.target.id)
        )


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("bad times", Mark.BAD_TIMES),
        ("lost links", Mark.LOST_LINKS),
        ("lost attributes", Mark.LOST_ATTRIBUTES),
    ],
    ids=["bad times", "lost links", "lost attributes"],
)
def test_marks_count_the_same(name: str, marks: Mark) -> None:
    spans, vocabulary = generate(11, 300)
    spans.links = np.zeros(0, LINK)
    spans.marks[::3] |= np.uint8(marks)
    plain, fast = both(spans, vocabulary)
    assert plain == fast
    assert name.replace(" ", "-").encode() in fast


def test_compiled_code_is_kept_elsewhere_when_the_home_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lineage.fast.compiled import cache_folder

    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    folder = cache_folder()
    assert folder is not None
    assert tmp_path / "tmp" == folder.parent


def test_compiled_code_that_others_could_have_written_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lineage.fast.compiled import cache_folder

    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    folder = cache_folder()
    assert folder is not None
    folder.chmod(0o777)
    assert cache_folder() is None


def test_without_kernels_the_plain_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    spans, vocabulary = generate(5, 50)
    expected = dumps(link([spans], vocabulary, engine="plain"))
    monkeypatch.setattr("lineage.link.FAST_FROM", 1)
    monkeypatch.setattr("lineage.link.COMPILE_FROM", 1)
    monkeypatch.delenv("LINEAGE_FAST", raising=False)
    # What imports numba cannot be imported, as where numba is missing.
    monkeypatch.setitem(sys.modules, "lineage.fast.compiled", None)
    assert expected == dumps(link([spans], vocabulary))


def test_kernels_that_do_not_compile_cost_time_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("LLVM of another version")

    spans, vocabulary = generate(5, 50)
    expected = dumps(link([spans], vocabulary, engine="plain"))
    monkeypatch.setattr("lineage.fast.assemble.compile_all", broken)
    monkeypatch.setattr("lineage.link.FAST_FROM", 1)
    monkeypatch.setattr("lineage.link.COMPILE_FROM", 1)
    monkeypatch.delenv("LINEAGE_FAST", raising=False)
    assert expected == dumps(link([spans], vocabulary))
    with pytest.raises(RuntimeError):
        link([spans], vocabulary, engine="fast")


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown engine"):
        link([], Vocabulary(), engine="warp")
