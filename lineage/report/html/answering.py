"""How each of the six questions is answered: sentences with numbers, and a table (questions.py says which rules ask it)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from lineage.diagram.notation import notation
from lineage.findings import Ref, Value
from lineage.flows import Doubt
from lineage.names import PURPOSES
from lineage.places import PlaceKind
from lineage.report.html.both import Both, both, like, named, pair, text, word
from lineage.report.html.run import CUSTOMERS, Run, countries, country
from lineage.report.html.values import Cell, Table, redaction, retention, role, table, viewers, yes_no
from lineage.words import shown

POOLS = ("training-pool", "evaluation-pool")
CONTENT = ("prompt", "file", "audio", "image", "video", "output", "embedding")
"""Categories of content; the first four are always listed, for they are asked about by name."""
KINDS = (
    PlaceKind.SERVICE,
    PlaceKind.MODEL,
    PlaceKind.STORE,
    PlaceKind.TOPIC,
    PlaceKind.REMOTE,
    PlaceKind.OPERATOR,
)


# --- 1 where it went ----------------------------------------------------------------------------------


def where(run: Run) -> Iterator[Both]:
    """Which places it was observed at, and which it may have got to."""
    graph, reach = run.graph, run.reach
    parties = [t for t, answer in enumerate(reach.answers) if answer]
    surely = [thing for thing in run.path if run.sure(thing)]
    perhaps = [thing for thing in run.path if not run.sure(thing)]
    yield both(
        "html.q1.reach",
        parties=run.refs(parties),
        n=len(surely),
        kinds=_kinds(run, surely),
        countries=countries([graph.meaning(thing).country for thing in surely]),
    )
    if perhaps:
        yield both("html.q1.maybe", n=len(perhaps), places=run.refs(perhaps))
    unstated = sum(Doubt.CATEGORY in graph.flows[number].doubts for number in run.carrying)
    if unstated:
        yield both("html.q1.unstated", n=unstated, all=len(run.carrying))
    unnamed = sum(graph.place(thing).unknown for thing in run.path)
    if unnamed:
        yield both("html.q1.unnamed", n=unnamed)


def _kinds(run: Run, things: Sequence[int]) -> tuple[Ref, ...]:
    counts = Counter(run.graph.place(thing).kind for thing in things)
    words = [(word(f"kind.{kind}"), counts[kind]) for kind in KINDS if counts[kind]]
    return tuple(Ref("", f"{name[0]} {count}", f"{name[1]} {count}") for name, count in words)


def by_category(run: Run) -> Table:
    """For each kind of content, how many flows carry it and to which places."""
    flows: dict[str, list[int]] = defaultdict(list)
    for number in run.carrying:
        flow = run.graph.flows[number]
        for category in flow.key.categories or {""}:
            flows[category].append(number)
    rows: list[list[Cell]] = []
    for category in [*CONTENT, *sorted(flows.keys() - {*CONTENT, ""}), ""]:
        if category in flows or category in CONTENT[:4]:
            ends = {run.graph.flows[number].target for number in flows[category]}
            there = sorted(end for end in ends if run.graph.place(end).kind not in CUSTOMERS)
            stated = sum(Doubt.CATEGORY not in run.graph.flows[number].doubts for number in flows[category])
            name = text(notation().category(category)) if category else word("html.unstated")
            rows.append([name, stated, len(flows[category]) - stated, {"places": there}])
    return table(("html.category", "html.count.stated", "html.count.inferred", "html.to"), rows)


# --- 2 domestic servers, models, staff ----------------------------------------------------------------


def domestic(run: Run) -> Iterator[Both]:
    """How many places on the path stand in domestic territory, and whether people had access."""
    graph, path = run.graph, run.path
    if run.domestic is None:
        yield both("html.q2.no-word")
    else:
        inside = [thing for thing in path if graph.meaning(thing).country in run.domestic]
        facts: dict[str, Value] = {"all": len(path), "countries": countries(sorted(run.domestic))}
        if inside:
            yield both("html.q2.domestic", n=len(inside), places=run.refs(inside), **facts)
        else:
            yield both("html.q2.none", **facts)
    nowhere = [thing for thing in path if not graph.meaning(thing).country]
    if nowhere:
        yield both("html.q2.nowhere", n=len(nowhere), places=run.refs(nowhere))
    staff = [thing for thing in path if graph.place(thing).kind is PlaceKind.OPERATOR]
    yield both("html.q2.staff", places=run.refs(staff)) if staff else both("html.q2.no-staff")


def by_country(run: Run) -> Table:
    """Where the places on the path stand."""
    places: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for thing in run.path:
        code = run.graph.meaning(thing).country
        places[not code, code].append(thing)
    rows = [
        [text(country(code)), pair(*_list(_kinds(run, things))), {"places": things}]
        for (_, code), things in sorted(places.items())
    ]
    return table(("html.country", "html.kind", "html.places"), rows)


def _list(refs: Sequence[Ref]) -> tuple[str, str]:
    return ", ".join(ref.en for ref in refs), "、".join(ref.zh for ref in refs)


# --- 3 what is kept -----------------------------------------------------------------------------------


def kept(run: Run) -> Iterator[Both]:
    """How many places keep it, and what is declared of them."""
    keepers = run.keepers
    if not keepers:
        yield both("html.q3.none")
        return
    yield both("html.q3.keeps", n=len(keepers))
    meanings = [run.graph.meaning(thing) for thing in keepers]
    days = [meaning.retention_days for meaning in meanings if meaning.retention_days is not None]
    if days:
        longest = like(retention(max(days)))
        yield both("html.q3.retention", n=len(days), all=len(keepers), days=longest)
    else:
        yield both("html.q3.no-retention")
    told = sum(meaning.viewers is not None for meaning in meanings)
    yield both("html.q3.viewers", n=told, all=len(keepers))


def stores(run: Run) -> Table | None:
    """The places that keep it."""
    rows = [
        [
            {"places": [thing]},
            role(run, thing),
            retention(run.graph.meaning(thing).retention_days),
            viewers(run.graph.meaning(thing).viewers),
            yes_no(run.graph.meaning(thing).deletable),
        ]
        for thing in run.keepers
    ]
    columns = ("html.places", "html.role", "html.retention", "html.viewers", "html.deletable")
    return table(columns, rows) if rows else None


# --- 4 logs -------------------------------------------------------------------------------------------


def _logs(run: Run) -> list[int]:
    return [thing for thing in run.path if run.graph.meaning(thing).role == "log"]


def logging(run: Run) -> Iterator[Both]:
    """Which places on the path are logs, and what is declared of them."""
    logs = _logs(run)
    meanings = [run.graph.meaning(thing) for thing in logs]
    if logs:
        yield both("html.q4.logs", places=run.refs(logs))
        yield both(
            "html.q4.state",
            n=len(logs),
            redacted=sum(meaning.redaction not in ("", "none") for meaning in meanings),
            deletable=sum(meaning.deletable is True for meaning in meanings),
        )
    else:
        yield both("html.q4.none")
    yield from _undeclared(run)


def _undeclared(run: Run) -> Iterator[Both]:
    things = [thing for thing in run.path if run.holder(thing) and not run.graph.meaning(thing).role]
    if things:
        yield both("html.undeclared", n=len(things), places=run.refs(things))


def log_table(run: Run) -> Table | None:
    """The logs on the path."""
    rows = [
        [
            {"places": [thing]},
            redaction(run.graph.meaning(thing).redaction),
            yes_no(run.graph.meaning(thing).deletable),
            retention(run.graph.meaning(thing).retention_days),
        ]
        for thing in _logs(run)
    ]
    columns = ("html.places", "html.redaction", "html.deletable", "html.retention")
    return table(columns, rows) if rows else None


# --- 5 training ---------------------------------------------------------------------------------------


def training(run: Run) -> Iterator[Both]:
    """Whether it gets to training or evaluation pools, and for what it is used."""
    pools = [thing for thing in run.path if run.graph.meaning(thing).role in POOLS]
    for message, things in (
        ("html.q5.pools", [thing for thing in pools if run.sure(thing)]),
        ("html.q5.maybe", [thing for thing in pools if not run.sure(thing)]),
    ):
        if things:
            yield both(message, places=run.refs(things))
    if not pools:
        yield both("html.q5.none")
    yield from _undeclared(run)
    purposes = sorted(
        _purposes(run), key=lambda p: (p not in PURPOSES, PURPOSES.index(p) if p in PURPOSES else 0, p)
    )
    if purposes:
        refs = tuple(like(word(f"purpose.{purpose}", purpose)) for purpose in purposes)
        yield both("html.q5.purposes", purposes=refs)
    else:
        yield both("html.q5.no-purposes")
    vendors = _vendors(run)
    if vendors:
        trains = [_trains(run, vendor) for vendor in vendors]
        yield both(
            "html.q5.vendors",
            all=len(vendors),
            yes=trains.count(True),
            no=trains.count(False),
            open=trains.count(None),
        )


def _purposes(run: Run) -> set[str]:
    told = {run.graph.flows[number].key.purpose for number in run.carrying}
    for thing in run.path:
        told.update(run.graph.meaning(thing).purposes or ())
    return told - {""}


# --- 6 who can access it ------------------------------------------------------------------------------


def _vendors(run: Run) -> dict[str, list[int]]:
    """Vendors on the path, each with the things that it runs."""
    found: dict[str, list[int]] = defaultdict(list)
    for thing in run.path:
        runner = run.runner(thing)
        if runner:
            found[runner].append(thing)
    return dict(sorted(found.items()))


def _trains(run: Run, vendor: str) -> bool | None:
    entry = run.graph.inventory.vendors.get(vendor)
    told: bool | None = entry.training if entry is not None else None
    return told


def vendor_name(run: Run, vendor: str) -> Ref:
    """A vendor's title, else its id."""
    entry = run.graph.inventory.vendors.get(vendor)
    en, zh = (entry.title.en, entry.title.zh) if entry is not None else ("", "")
    return Ref(vendor, en or zh or vendor, zh or en or vendor)


def access(run: Run) -> Iterator[Both]:
    """Who runs the places on the path."""
    path, vendors = [t for t in run.path if run.graph.place(t).kind is not PlaceKind.OPERATOR], _vendors(run)
    if vendors:
        yield both("html.q6.vendors", vendors=tuple(vendor_name(run, vendor) for vendor in vendors))
    else:
        yield both("html.q6.none")
    own = sum(run.runner(thing) == "" for thing in path)
    if own:
        yield both("html.q6.own", n=own, all=len(path))
    unknown = [thing for thing in path if run.runner(thing) is None]
    if unknown:
        yield both("html.q6.unknown", n=len(unknown), all=len(path), places=run.refs(unknown))
    models = [thing for thing in path if run.graph.place(thing).kind is PlaceKind.MODEL]
    yield both("html.q6.models", places=run.refs(models)) if models else both("html.q6.no-models")


def vendor_table(run: Run) -> Table | None:
    """The vendors on the path."""
    rows: list[list[Cell]] = []
    for vendor, things in _vendors(run).items():
        entry = run.graph.inventory.vendors.get(vendor)
        known = sorted({run.graph.meaning(thing).vendor_known for thing in things})
        how = [word(f"known.{level}") for level in known]
        if entry is None:
            rows.append(
                [
                    named(vendor_name(run, vendor)),
                    word("html.unlisted"),
                    "",
                    "",
                    "",
                    how[0],
                    {"places": things},
                ]
            )
            continue
        untold = word("html.undeclared.value")
        rows.append(
            [
                named(vendor_name(run, vendor)),
                shown(entry.legal_entity) if entry.legal_entity else untold,
                text(country(entry.country)) if entry.country else untold,
                shown(entry.dpa) if entry.dpa else untold,
                yes_no(entry.training),
                how[0],
                {"places": things},
            ]
        )
    columns = (
        "html.vendor",
        "html.entity",
        "html.country",
        "html.dpa",
        "html.training",
        "html.how",
        "html.places",
    )
    return table(columns, rows) if rows else None
