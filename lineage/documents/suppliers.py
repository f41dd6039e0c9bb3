"""Fields of a sub-processor list: what is declared of a vendor, and what was observed to get to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lineage.diagram.text import Text
from lineage.documents import facts
from lineage.documents.kinds import Supplier
from lineage.documents.matter import Matter
from lineage.documents.model import Cell
from lineage.documents.said import (
    country,
    declared,
    looked,
    names,
    not_declared,
    observed,
    phrase,
    title_text,
    word,
)
from lineage.places import PlaceKind
from lineage.selection import Answer

Field = Callable[[Matter, Supplier], Cell]


def _entry(name: str, text: Callable[[object], Text]) -> Field:
    """A field of the vendor's own entry."""

    def field(matter: Matter, one: Supplier) -> Cell:
        told = getattr(one.entry, name, None)
        return () if told is None else (declared(text(told), one.entry.source),)

    return field


def _vendor(matter: Matter, one: Supplier) -> Cell:
    """Who it is: listed, named without an entry, or not declared at all."""
    if not one.id:
        return (facts.of_places(matter, one.things, not_declared("places[].operator, places[].vendor")),)
    if one.entry is not None:
        return (declared(one.title, one.entry.source),)
    gap = not_declared("vendors[].id", fact="document.unlisted")
    return (facts.run_by(matter, one.things[0]), gap)


def _processing(matter: Matter, one: Supplier) -> Cell:
    return facts.countries(matter, one.things)


def _places(matter: Matter, one: Supplier) -> Cell:
    return facts.listed(matter, one.found, one.things)


def _owners(matter: Matter, one: Supplier) -> Cell:
    """The chain as declared, and who holds half or more."""
    if one.entry is None or not one.entry.owners:
        return ()
    cell = []
    for owner in one.entry.owners:
        where = country(owner.country) if owner.country else phrase("document.untold")
        share = (
            phrase("document.share", n=f"{owner.share:g}")
            if owner.share is not None
            else phrase("document.share.untold")
        )
        cell.append(
            declared(
                phrase("document.owner", name=owner.name, country=where, share=share),
                owner.source or one.entry.source,
            )
        )
    return tuple(cell)


def _models(matter: Matter, one: Supplier) -> Cell:
    return facts.listed(matter, one.found, facts.of_kind(matter, one.things, PlaceKind.MODEL))


def _categories(matter: Matter, one: Supplier) -> Cell:
    return facts.categories(matter, one.found, one.flows)


def _sensitive(matter: Matter, one: Supplier) -> Cell:
    return facts.sensitive(matter, one.market.customers if one.flows else ())


def _purposes(matter: Matter, one: Supplier) -> Cell:
    return facts.purposes(matter, one.found, one.flows, one.things)


def _allowed(matter: Matter, one: Supplier) -> Cell:
    if one.entry is None or one.entry.purposes is None:
        return ()
    listed = names(word("purpose", purpose) for purpose in one.entry.purposes)
    return (declared(listed if one.entry.purposes else phrase("value.none"), one.entry.source),)


def _tier(matter: Matter, one: Supplier) -> Cell:
    """1 is our own contract; under whom it stands else."""
    if one.entry is None:
        return ()
    cell = (
        []
        if one.entry.tier is None
        else [declared(Text.plain(str(one.entry.tier)), one.entry.source, one.entry.tier)]
    )
    if one.entry.parent:
        cell.append(
            declared(phrase("document.under", name=matter.vendor_name(one.entry.parent)), one.entry.source)
        )
    return tuple(cell)


def _dpa(matter: Matter, one: Supplier) -> Cell:
    """The contract that is named, with its date where it is a declared document."""
    if one.entry is None or not one.entry.dpa:
        return ()
    document = matter.named(one.entry.dpa)
    if document is not None:
        return (document,)
    return (
        declared(Text.plain(one.entry.dpa), one.entry.source),
        not_declared("attestations[].id", fact="document.undated"),
    )


def _retention(matter: Matter, one: Supplier) -> Cell:
    """By contract, and of each of its places that keeps the market's data."""
    text = None if one.entry is None else facts.kept_for(one.entry.retention)
    cell = () if text is None else (declared(text, one.entry.source),)
    own = [thing for thing in one.things if matter.graph.meaning(thing).retention_days is not None]
    return (
        *cell,
        *(facts.at(matter, thing, said) for thing in own for said in facts.retention(matter, thing)),
    )


def _training(matter: Matter, one: Supplier) -> Cell:
    if one.entry is None or one.entry.training is None:
        return ()
    return (declared(phrase("value.yes" if one.entry.training else "value.no"), one.entry.source),)


def _own_suppliers(matter: Matter, one: Supplier) -> Cell:
    """Vendors that name it as their parent."""
    below = [entry for entry in matter.graph.inventory.vendors.values() if one.id and entry.parent == one.id]
    return tuple(declared(title_text(entry.title, entry.id), entry.source) for entry in below)


def _documents(matter: Matter, one: Supplier) -> Cell:
    return matter.about(one.covers, one.documents) if one.id else ()


def _status(matter: Matter, one: Supplier) -> Cell:
    """Whether data of the market was observed to get there."""
    if not one.things:
        return (
            looked(phrase("document.declared-only"), phrase("document.on-all", n=len(matter.graph.flows))),
        )
    sure = any(one.found.things[thing] is Answer.YES for thing in one.things)
    text = phrase("document.reached" if sure else "document.maybe-reached")
    return (observed(text, matter.seen(one.found, one.flows)),)


def _traffic(matter: Matter, one: Supplier) -> Cell:
    return facts.frequency(matter, one.found, one.flows)


FIELDS: Mapping[str, Field] = {
    "vendor": _vendor,
    "legal-entity": _entry("legal_entity", lambda told: Text.plain(str(told))),
    "country": _entry("country", lambda told: country(str(told))),
    "processing": _processing,
    "places": _places,
    "owners": _owners,
    "service": _entry("service", lambda told: Text.plain(str(told))),
    "models": _models,
    "categories": _categories,
    "sensitive": _sensitive,
    "purposes": _purposes,
    "purposes-allowed": _allowed,
    "tier": _tier,
    "contract": _dpa,
    "retention": _retention,
    "training": _training,
    "own-suppliers": _own_suppliers,
    "documents": _documents,
    "status": _status,
    "traffic": _traffic,
}
"""Field of documents.yaml -> what it says of a vendor."""
