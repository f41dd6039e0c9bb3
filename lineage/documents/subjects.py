"""What sections have rows for: customers, vendors, places, transfers, purposes, authorisations, rules and so on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from lineage.diagram.spots import VENDOR
from lineage.diagram.text import Text, joined
from lineage.documents.forms import PartForm
from lineage.documents.kinds import Activity, At, Customer, Given, Subject, Supplier, Transfer
from lineage.documents.matter import CUSTOMERS, NOBODY, ORGANISATION, Market, Matter
from lineage.documents.said import country, phrase, title_text, word
from lineage.flows import Leg
from lineage.places import PlaceKind
from lineage.reach import Reach

# --- who, and for whom --------------------------------------------------------------------------------


def markets(matter: Matter, part: PartForm) -> list[Market]:
    """The markets that a section and the caller ask for; one that is not known may be any."""

    def asked(market: Market) -> bool:
        codes = set(market.countries)
        if matter.market and not (matter.market in codes or market.key == matter.market):
            return False
        if not codes:
            return True
        return (not part.markets or bool(codes & set(part.markets))) and not (
            codes and codes <= set(part.outside)
        )

    return [market for market in matter.markets if asked(market)]


def own(matter: Matter, part: PartForm) -> Iterator[Subject]:
    """Our own organisation, once."""
    yield Subject(ORGANISATION, matter.own_name(), frozenset({ORGANISATION}))


def suppliers(matter: Matter, part: PartForm) -> Iterator[Supplier]:
    """For each market every vendor: those its data gets to, those that are only declared, and whoever it is that nobody declares."""
    for market in markets(matter, part):
        found = matter.reach(market.customers)
        runs: dict[str, list[int]] = defaultdict(list)
        for thing in matter.path(found):
            kind, name = matter.runner(thing)
            if kind == VENDOR:
                runs[name].append(thing)
            elif matter.unrun(thing):
                runs[""].append(thing)
        for name in [*sorted({*runs, *matter.graph.inventory.vendors} - {""}), *([""] if "" in runs else [])]:
            yield _supplier(matter, market, name, tuple(runs.get(name, ())), found)


def _supplier(matter: Matter, market: Market, name: str, things: tuple[int, ...], found: Reach) -> Supplier:
    entry = matter.vendor(name) if name else None
    documents = frozenset({entry.dpa} - {None}) if entry is not None else frozenset[str]()
    title = matter.vendor_name(name) if name else phrase("document.unrun")
    flows = tuple(matter.arriving(found, things))
    covers = frozenset({name} - {""})
    return Supplier(
        f"vendor:{name}", title, covers, documents, market.key, market, name, entry, things, found, flows
    )


def customers(matter: Matter, part: PartForm) -> Iterator[Customer]:
    """Customers by their entry in the inventory; those without one each by themselves, market after market."""
    graph = matter.graph
    for market in markets(matter, part):
        groups: dict[tuple[bool, str], list[int]] = defaultdict(list)
        for thing in market.customers:
            name = graph.meaning(thing).name
            groups[not name, name or graph.id(thing)].append(thing)
        for (_, name), things in sorted(groups.items()):
            first = graph.meaning(things[0])
            title = title_text(first.title, first.name) if first.name else matter.name(things[0])
            evidence = first.evidence or {}
            documents = frozenset(evidence[key] for key in ("dpa", "notice") if key in evidence)
            covers = frozenset({first.name} - {""})
            yield Customer(f"customer:{name}", title, covers, documents, "", tuple(things), market)


# --- where --------------------------------------------------------------------------------------------


def _asked(matter: Matter, part: PartForm) -> tuple[int, ...]:
    """The customers that a section is about."""
    return tuple(thing for market in markets(matter, part) for thing in market.customers)


def _at(matter: Matter, found: Reach, thing: int) -> At:
    covers = frozenset({matter.graph.meaning(thing).name} - {""})
    flows = tuple(matter.arriving(found, [thing]))
    return At(matter.graph.id(thing), matter.name(thing), covers, thing=thing, found=found, flows=flows)


def places(matter: Matter, part: PartForm) -> Iterator[At]:
    """Places that the customers' data gets to, or may."""
    found = matter.reach(_asked(matter, part))
    for thing in matter.path(found):
        if matter.graph.place(thing).kind is not PlaceKind.OPERATOR:
            yield _at(matter, found, thing)


def keepers(matter: Matter, part: PartForm) -> Iterator[At]:
    """Stores and topics that keep that data, or may; and what others run, for nobody sees what they keep."""
    for spot in places(matter, part):
        kept = spot.found.held[spot.thing] or matter.graph.place(spot.thing).kind in (
            PlaceKind.MODEL,
            PlaceKind.REMOTE,
        )
        if kept or matter.runner(spot.thing)[0] == VENDOR:
            yield spot


def people(matter: Matter, part: PartForm) -> Iterator[At]:
    """Roles of people that were observed, whatever they did."""
    found = matter.reach(_asked(matter, part))
    for thing in range(len(matter.graph.things)):
        if matter.graph.place(thing).kind is PlaceKind.OPERATOR:
            yield _at(matter, found, thing)


def unseen(matter: Matter, part: PartForm) -> Iterator[Given]:
    """Places that are declared and that no span showed."""
    for declared in matter.graph.inventory.unobserved(matter.graph.places):
        yield Given(f"declared:{declared.name}", title_text(declared.title, declared.name), entry=declared)


def transfers(matter: Matter, part: PartForm) -> Iterator[Transfer]:
    """For each market every other country that its data gets to, or may; places of no known country are one."""
    graph = matter.graph
    for market in markets(matter, part):
        found = matter.reach(market.customers)
        there: dict[tuple[bool, str], list[int]] = defaultdict(list)
        for thing in matter.path(found):
            code = graph.meaning(thing).country
            if not code or code not in market.countries:
                there[not code, code].append(thing)
        for (_, code), things in sorted(there.items()):
            flows = tuple(matter.arriving(found, things))
            crossing = tuple(n for n in flows if graph.meaning(graph.flows[n].source).country != code)
            to = country(code) if code else phrase("document.country.unknown")
            title = joined((market.title, to), " → ")
            covers = frozenset(_runners(matter, things))
            yield Transfer(
                f"{market.key}>{code or 'unknown'}", title, covers, frozenset(), market.key, market, code, tuple(things), found, flows, crossing
            )  # fmt: skip


def _runners(matter: Matter, things: Sequence[int]) -> set[str]:
    """What documents on a transfer may cover: whoever runs places, the places, and our organisation as a whole."""
    found = {matter.graph.meaning(thing).name for thing in things}
    return (found | {ORGANISATION, *(matter.runner(thing)[1] for thing in things)}) - {""}


def recipients(matter: Matter, part: PartForm) -> Iterator[Transfer]:
    """For each country but those at home every place and customer that gets data from home, by whatever way."""
    graph, home = matter.graph, set(part.outside)
    found = matter.reach(_asked(matter, part))
    groups: dict[tuple[bool, str], tuple[set[int], list[int]]] = defaultdict(lambda: (set(), []))
    for number in _downstream(matter, found, home):
        target = graph.flows[number].target
        code = graph.meaning(target).country
        if code not in home:
            things, flows = groups[not code, code]
            things.add(target)
            flows.append(number)
    for (_, code), (reached, numbers) in sorted(groups.items()):
        title = country(code) if code else phrase("document.country.unknown")
        covers = frozenset(_runners(matter, sorted(reached)))
        flows_there = tuple(numbers)
        yield Transfer(
            f"to:{code or 'unknown'}", title, covers, frozenset(), "", NOBODY, code, tuple(sorted(reached)), found, flows_there, flows_there
        )  # fmt: skip


def _downstream(matter: Matter, found: Reach, home: set[str]) -> list[int]:
    """Flows of the data out of places at home, and on from wherever these lead."""
    graph = matter.graph
    pending = [thing for thing in matter.path(found) if graph.meaning(thing).country in home]
    known = set(pending)
    flows: set[int] = set()
    while pending:
        for number in graph.out_of[pending.pop()]:
            if found.flows[number]:
                flows.add(number)
                target = graph.flows[number].target
                # What a customer sends next is its own.
                if target not in known and graph.place(target).kind not in CUSTOMERS:
                    known.add(target)
                    pending.append(target)
    return sorted(flows)


# --- what for -----------------------------------------------------------------------------------------


def purposes_of(matter: Matter, number: int) -> set[str]:
    """What a flow is for: stated on its spans, or declared for the pair; none = nobody told."""
    flow = matter.graph.flows[number]
    pair = matter.graph.inventory.flow(flow.key.source, flow.key.target)
    return {flow.key.purpose, pair.purpose if pair is not None else ""} - {""}


def activities(matter: Matter, part: PartForm) -> Iterator[Activity]:
    """Purposes that flows of customers' data have, or places are declared for that it gets to; what nobody told, last."""
    graph = matter.graph
    found = matter.reach(_asked(matter, part))
    groups: dict[str, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for thing in matter.path(found):
        declared = set(graph.meaning(thing).purposes or ())
        for purpose in declared:
            groups[purpose][0].add(thing)
        for number in matter.arriving(found, [thing]):
            for purpose in purposes_of(matter, number) or declared or {""}:
                groups[purpose][0].add(thing)
                groups[purpose][1].add(number)
    for purpose in [*sorted(groups.keys() - {""}), *([""] if "" in groups else [])]:
        things, flows = groups[purpose]
        title = word("purpose", purpose) if purpose else phrase("document.purpose.unknown")
        yield Activity(
            f"purpose:{purpose}", title, frozenset({ORGANISATION}), frozenset(), "", purpose, tuple(sorted(things)), found, tuple(sorted(flows))
        )  # fmt: skip


# --- entries ------------------------------------------------------------------------------------------


def rules(matter: Matter, part: PartForm) -> Iterator[Given]:
    """Rules of the packs that were checked, by id."""
    for rule in matter.report.rules:
        if any(fnmatchcase(rule.rule, pattern) for pattern in part.rules):
            yield Given(rule.rule, Text(rule.title.en, rule.title.zh), entry=rule)


def grants(matter: Matter, part: PartForm) -> Iterator[Given]:
    """Authorisations to call models."""
    for one in matter.graph.inventory.authorisations:
        documents = frozenset({one.document} - {None})
        yield Given(f"authorisation:{one.id}", Text.plain(one.id), frozenset({one.id}), documents, entry=one)


def waivers(matter: Matter, part: PartForm) -> Iterator[Given]:
    """Findings that somebody answers for."""
    for number, one in enumerate(matter.graph.inventory.waivers, 1):
        yield Given(f"waiver:{number}", Text.plain(one.rule), entry=one)


def attestations(matter: Matter, part: PartForm) -> Iterator[Given]:
    """Every document that the inventory names."""
    for one in sorted(matter.graph.inventory.attestations, key=lambda one: (one.type, one.id)):
        yield Given(f"attestation:{one.id}", title_text(one.title, one.id), entry=one)


def packs(matter: Matter, part: PartForm) -> Iterator[Given]:
    """Policy packs that were applied."""
    for pack in matter.report.packs:
        yield Given(f"pack:{pack.id}", Text(pack.title.en, pack.title.zh), entry=pack)


def answers_of(matter: Matter, things: Sequence[int], leg: Leg) -> list[int]:
    """Flows of a leg that begin (request) or end (response) at customers."""
    graph = matter.graph
    index = graph.out_of if leg is Leg.REQUEST else graph.into
    return [number for thing in things for number in index[thing] if graph.flows[number].key.leg is leg]


SUBJECTS: Mapping[str, Callable[[Matter, PartForm], Iterator[Subject]]] = {
    "organisation": own,
    "vendor": suppliers,
    "customer": customers,
    "place": places,
    "keeper": keepers,
    "person": people,
    "unseen": unseen,
    "transfer": transfers,
    "recipient": recipients,
    "activity": activities,
    "rule": rules,
    "authorisation": grants,
    "waiver": waivers,
    "attestation": attestations,
    "pack": packs,
}
"""Kind of subject -> the subjects of a section, in a fixed order."""
