"""Places and flows as rows: what the tables, the filters and the picture of the report read.

A place is a thing of the graph, and its number is its position in the list. What many flows share (categories,
origins, trace ids) is written once and referred to by number, so that ten thousand flows stay a file that a
browser opens.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lineage.diagram.notation import notation
from lineage.findings import doubt_words, ref
from lineage.flows import Exemplar, Leg
from lineage.graph import Flow
from lineage.labels import UNKNOWN, Known
from lineage.meaning import Meaning
from lineage.places import PlaceKind
from lineage.report.alerts import file
from lineage.report.html.answering import vendor_name
from lineage.report.html.both import Both, cut, named, text, word
from lineage.report.html.pool import Pool
from lineage.report.html.questions import evidence
from lineage.report.html.run import Run, country
from lineage.report.html.values import redaction, retention, viewers, yes_no
from lineage.solve import own_labels

SOURCES = 24
"""How many sources of a flow are listed, most calls first; the rest is counted, and their markets are told."""
COLUMNS = (
    "from to leg kept categories origins classes doubts purpose protection calls first last exemplars surely perhaps more markets asked"
).split()
"""Of a row of flows. `first` and `last` as `since` gives them; `asked` is bits: which questions it is evidence for."""


# --- places -------------------------------------------------------------------------------------------


def places(run: Run) -> list[dict[str, Any]]:
    """Every thing of the graph; what is not known of it is left out."""
    return [_place(run, thing) for thing in range(len(run.graph.things))]


def _place(run: Run, thing: int) -> dict[str, Any]:
    graph = run.graph
    place, meaning, labels = graph.place(thing), graph.meaning(thing), own_labels(graph, thing)
    reached = run.reach.things[thing]
    made: dict[str, Any] = {
        "id": cut(graph.id(thing)),
        "name": named(ref(graph, thing)),
        "kind": str(place.kind),
        "reached": int(reached),
    }
    told: dict[str, Any] = {
        "country": text(country(meaning.country)) if meaning.country else None,
        "country_known": _known(meaning.country_known) if meaning.country else None,
        "region": place.region or meaning.region,
        "role": text(notation().role(meaning.role)) if meaning.role else None,
        "role_known": _known(meaning.role_known) if meaning.role else None,
        "market": meaning.market,
        "industry": meaning.industry,
        "origins": sorted(labels.origins) if labels.known is not Known.PROPAGATED else None,
        "classes": sorted(labels.classes) if labels.known is not Known.PROPAGATED else None,
        "labels_known": _known(labels.known),
        "also": [cut(graph.ids[number]) for number in graph.things[thing].places[1:]],
        "at": _at(meaning),
    }
    told |= _run_by(run, thing) | (_keeping(meaning) if run.holder(thing) else {})
    return made | {key: value for key, value in told.items() if value not in (None, "", [])}


def _run_by(run: Run, thing: int) -> dict[str, Any]:
    meaning, runner = run.graph.meaning(thing), run.runner(thing)
    if runner is None or run.graph.place(thing).kind in (
        PlaceKind.PARTY,
        PlaceKind.CALLER,
        PlaceKind.OPERATOR,
    ):
        return {}
    known = meaning.vendor_known if meaning.vendor else Known.DECLARED
    name = named(vendor_name(run, runner)) if runner else word("html.our-own")
    return {"vendor": cut(runner), "run_by": name, "run_by_known": _known(known)}


def _keeping(meaning: Meaning) -> dict[str, Any]:
    return {
        "retention": retention(meaning.retention_days),
        "viewers": viewers(meaning.viewers),
        "redaction": redaction(meaning.redaction),
        "deletable": yes_no(meaning.deletable),
    }


def _known(level: Known) -> Both:
    return word(f"known.{level}")


def _at(meaning: Meaning) -> str:
    if meaning.source is None:
        return ""
    where = file(meaning.source)
    return f"{where}:{meaning.source.line}" if meaning.source.line else where


# --- flows --------------------------------------------------------------------------------------------


def flows(run: Run, traces: Pool[str]) -> dict[str, Any]:
    """Every flow as a row, with the words that the rows refer to; trace ids go into `traces`."""
    words = Pool[tuple[str, ...]]()
    asked = evidence(run)
    rows = [_flow(run, number, words, traces, asked[number]) for number in range(len(run.graph.flows))]
    return {
        "columns": COLUMNS,
        "start": start(run),
        "words": [list(each) for each in words.values],
        "rows": rows,
    }


def _flow(run: Run, number: int, words: Pool[tuple[str, ...]], traces: Pool[str], asked: int) -> list[Any]:
    flow, (origins, classes) = run.graph.flows[number], run.labels.of_flow(number)
    if not flow.sources and not flow.possible:
        origins = (UNKNOWN,)  # nothing is known of what it carries
    count, (surely, perhaps, more) = flow.count, _sources(run, number, flow)
    return [
        flow.source,
        flow.target,
        0 if flow.key.leg is Leg.REQUEST else 1,
        int(flow.kept),
        words.number(tuple(sorted(flow.key.categories))),
        words.number(origins),
        words.number(classes),
        words.number(doubt_words(flow.doubts)),
        flow.key.purpose,
        flow.key.protection,
        count.calls,
        since(run, count.first),
        since(run, count.last),
        examples(count.exemplars, traces),
        surely,
        perhaps,
        more,
        words.number(_markets(run, flow)),
        asked,
    ]


def _markets(run: Run, flow: Flow) -> tuple[str, ...]:
    """Where the end users are whose data a flow carries or may carry."""
    told = {run.graph.meaning(thing).market for thing in (*flow.sources, *flow.possible)}
    return tuple(sorted(told - {""}))


def since(run: Run, time: int) -> int:
    """A time in milliseconds since one before the report's first; 0 = not told."""
    return time // 1_000_000 - start(run) if time else 0


def start(run: Run) -> int:
    """What times count from, milliseconds since the epoch."""
    return max(run.report.first // 1_000_000 - 1, 0)


def examples(exemplars: tuple[Exemplar, ...], traces: Pool[str]) -> list[list[Any]]:
    """Spans to look at, as [number of the trace, span id]."""
    return [[traces.number(each.trace_id), each.span_id] for each in exemplars]


def _sources(run: Run, number: int, flow: Flow) -> tuple[list[int], list[int], int]:
    """Whose data a flow surely carried, and whose it may have, as [place, calls, place, calls ...]; and how many are left out."""
    counts = run.graph.counts(number)

    def listed(things: Iterable[int], room: int) -> list[int]:
        most_first = sorted(things, key=lambda thing: (-counts[thing].calls, thing))
        return [part for thing in most_first[:room] for part in (thing, counts[thing].calls)]

    surely = listed(flow.sources, SOURCES)
    perhaps = listed(flow.possible, SOURCES - len(surely) // 2)
    named = (len(surely) + len(perhaps)) // 2
    return surely, perhaps, len(flow.sources) + len(flow.possible) - named
