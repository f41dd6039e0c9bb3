"""What keeps a verdict from being reached: on this machine, in the telemetry, in the inventory (`lineage doctor`)."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec

from lineage.checking import Report
from lineage.findings import Missing, Ref, Verdict, doubt_words, ref
from lineage.flows import Doubt
from lineage.graph import Flow, FlowGraph
from lineage.init import mapping, match_of
from lineage.inventory.match import service_name
from lineage.labels import UNKNOWN
from lineage.places import Place, PlaceKind
from lineage.report.missing import Wanted, wanted
from lineage.solve import solve

EXTRAS = {
    "fast": "numba",
    "zstd": "zstandard",
    "render": "pygraphviz",
    "sdk": "opentelemetry.sdk",
    "cel": "cel_expr_python",
    "evidence": "cryptography",
    "documents": "xlsxwriter",
}
"""Extra of the distribution -> a module that it brings."""

PEOPLE = (PlaceKind.PARTY, PlaceKind.CALLER, PlaceKind.OPERATOR)
"""Kinds that stand nowhere: whose data it is counts, not where they are."""

WEAKENS = Doubt.DIRECTION | Doubt.ORDER | Doubt.CONFLICT
"""Doubts with which a flow proves nothing of what it carries (docs/explanation/verdicts.md section 3)."""

RESOURCE = ("cloud.region", "service.name", "deployment.environment.name")
"""Attributes of a resource: one setting of a process sends them on every span."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What is installed here."""

    extras: tuple[tuple[str, bool], ...]
    """Extra, and whether it is there."""
    dot: bool
    """Graphviz on the path."""
    chinese: bool
    """A Chinese font, or nobody can tell."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many calls are provable, and why the others are not."""

    calls: int
    provable: int
    reasons: tuple[tuple[str, int], ...]
    """Message id and calls, most first; a call may have several."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A missing fact, and what supplying it would do."""

    wanted: Wanted
    decides: int
    """Rules that wait for this fact and for no other."""
    where: str
    """The file and line to edit; "" when a new entry or a setting is needed."""
    line: str
    """The line that would add it for the first of its places; `??` is what only you know."""


def machine() -> Machine:
    """Look at this machine."""
    from lineage.diagram.render import lacks_chinese

    return Machine(
        tuple((extra, _has(module)) for extra, module in EXTRAS.items()),
        shutil.which("dot") is not None,
        not lacks_chinese(),
    )


def _has(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def without_region(graph: FlowGraph) -> list[Ref]:
    """Services that send no region and no country of their own."""
    return [
        ref(graph, thing)
        for thing in range(len(graph.things))
        if (place := graph.place(thing)).kind is PlaceKind.SERVICE and not (place.region or place.country)
    ]


def share(graph: FlowGraph) -> Share:
    """The calls whose way, ends and origins are all known.

    >>> from lineage.testing import sketch
    >>> share(sketch("acme[DE] > gw@SG", "acme > gw@SG > pg"))
    Share(calls=3, provable=2, reasons=(('missing.country', 1),))
    """
    labels = solve(graph)
    reasons: Counter[str] = Counter()
    calls = provable = 0
    for number, flow in enumerate(graph.flows):
        here = _open(graph, flow, labels.of_flow(number)[0])
        calls += flow.count.calls
        if not here:
            provable += flow.count.calls
        for reason in here:
            reasons[reason] += flow.count.calls
    return Share(calls, provable, tuple(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))))


def _open(graph: FlowGraph, flow: Flow, origins: Iterable[str]) -> set[str]:
    """Why a flow proves nothing: message ids."""
    reasons = {f"doubt.{word}" for word in doubt_words(flow.doubts & WEAKENS)}
    if flow.possible:
        reasons.add("doubt.order")
    for end in (flow.source, flow.target):
        if graph.place(end).kind not in PEOPLE and not graph.meaning(end).country:
            reasons.add("missing.country")
    if UNKNOWN in origins:
        reasons.add("missing.origin")
    return reasons


def advise(graph: FlowGraph, report: Report) -> list[Advice]:
    """The missing facts, those first that decide most rules, then those for which most rules wait."""
    undecided = [finding for finding in report.findings if finding.verdict is Verdict.UNDECIDED]
    waits: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for finding in undecided:
        for missing in finding.missing:
            waits[finding.rule].add(_fact(missing))
    found = []
    for each in wanted(undecided):
        decides = sum(waits[rule] == {_fact(each.fact)} for rule in each.rules)
        found.append(Advice(each, decides, *_line(graph, each)))
    return sorted(
        found, key=lambda a: (-a.decides, -len(a.wanted.rules), -len(a.wanted.places), a.wanted.fact)
    )


def absent(advice: Iterable[Advice]) -> list[tuple[str, int, int]]:
    """Span attributes that would settle something: name, rules that wait for it, places that do not send it."""
    rules: dict[str, set[str]] = defaultdict(set)
    places: dict[str, set[Ref]] = defaultdict(set)
    for each in advice:
        attribute = each.wanted.fact.attribute
        if "." in attribute and " " not in attribute:
            rules[attribute].update(each.wanted.rules)
            places[attribute].update(each.wanted.places)
    counted = [(name, len(rules[name]), len(places[name])) for name in rules]
    return sorted(counted, key=lambda item: (-item[1], -item[2], item[0]))


def _fact(missing: Missing) -> tuple[str, str, str]:
    return missing.fact, missing.key, missing.attribute


def _line(graph: FlowGraph, each: Wanted) -> tuple[str, str]:
    """Where to write, and the line that supplies a fact for the first of its places."""
    here = each.places[0]
    key = each.fact.key.split(",")[0].strip()
    section, of_list, path = key.partition("[]")
    place = graph.places[graph.ids.index(here.id)] if here.id in graph.ids else None
    inner = _nested(path.removeprefix("."))
    if not of_list:
        return "", _nested(key) or _setting(each.fact.attribute)
    if here.source is not None and inner:
        return str(here.source), inner
    if place is None:
        return "", f"{section}: [{{{inner}, ...}}]"
    told = {"name": "??"} if section == "parties" else {}
    told["match"] = mapping(_party(place) if section == "parties" else match_of(place))
    entry = ", ".join([*(f"{name}: {value}" for name, value in told.items()), *_beyond(section, inner)])
    return "", f"{section}: [{{{entry}}}]"


def _party(place: Place) -> dict[str, str]:
    """What tells a party: its tenant, else the service that its data enters by."""
    return {"tenant": place.name} if place.name else {"entry": service_name(place.owner)}


def _beyond(section: str, inner: str) -> list[str]:
    """What a new entry says beside its name and match: a match alone declares nothing."""
    parties = section == "parties"
    if inner.startswith("match:") or (parties and inner.startswith("name:")):
        return []
    return [inner or ("origin: ??" if parties else "country: ??")]


def _nested(path: str) -> str:
    """A path of keys as YAML in one line.

    >>> _nested("contents.origin")
    'contents: {origin: ??}'
    """
    if not path:
        return ""
    first, _, rest = path.replace("[]", "").partition(".")
    return f"{first}: {{{_nested(rest)}}}" if rest else f"{first}: ??"


def _setting(attribute: str) -> str:
    if attribute in RESOURCE:
        return f"OTEL_RESOURCE_ATTRIBUTES={attribute}=??"
    return attribute
