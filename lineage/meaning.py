"""What the inventory and the catalogue say of a place: the interface between facts and meaning.

`Inventory` (inventory.py) gives a `Meaning` for each `Place`; `FlowGraph` (graph.py) hangs it on the
node; contracts and diagrams read it from there. `None` and "" always mean: nobody told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lineage.labels import Known, Labels
from lineage.places import Place


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where in a user's file something is declared; line and column from 1."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Title:
    """A name for people in both languages."""

    en: str = ""
    zh: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """Everything declared or inferred of one place.

    For a party, `contents` are the labels of the data that it sends; for a store, of what it holds
    beside what was seen flowing in; for a service, of the data that it makes itself; for a model, of
    what it was tuned on; for a remote, of what it answers with; for an operator, of what he brings in.
    """

    place: Place
    name: str = ""
    """The inventory's name; places that share one are one thing under several addresses."""
    title: Title = Title()
    country: str = ""
    """Where it stands: ISO 3166 alpha-2."""
    country_known: Known = Known.NOT_KNOWN
    region: str = ""
    operator: str = ""
    """Who runs it, an organisation."""
    vendor: str = ""
    """Id of an entry of the inventory's `vendors`, when somebody else runs it; or a vendor that the catalogue infers."""
    vendor_known: Known = Known.NOT_KNOWN
    role: str = ""
    """Of a store: database, cache, vector-index, object-store, log, training-pool, evaluation-pool, backup, queue, workstation."""
    role_known: Known = Known.NOT_KNOWN
    zone: str = ""
    """offshore, domestic or shared, or the user's own names."""
    entry: bool = False
    """Customers call this service directly: a caller that telemetry does not show is one of them."""
    trusted: bool = False
    """The inventory trusts this service to state labels on its spans."""
    contents: Labels | None = None
    retention_days: float | None = None
    redaction: str = ""
    """none, masked, pseudonymised, anonymised, encrypted-no-key."""
    deletable: bool | None = None
    viewers: tuple[str, ...] | None = None
    """Roles that can see what is here; empty = nobody, None = not told."""
    purposes: tuple[str, ...] | None = None
    """Purposes that this place is for."""
    market: str = ""
    """Of a party: country of its end users."""
    industry: str = ""
    evidence: Mapping[str, str] | None = None
    """Documents named for this place, by field."""
    source: Source | None = None
    """Where the inventory declares it."""

    @property
    def declared(self) -> bool:
        """Whether the inventory says anything of the place beyond its name: `lineage init` only names it."""
        return self.source is not None and (
            bool(
                self.title.en
                or self.title.zh
                or self.operator
                or self.zone
                or self.entry
                or self.trusted
                or self.market
                or self.industry
                or self.evidence
            )
            or Known.DECLARED in (self.country_known, self.vendor_known, self.role_known)
            or any(
                told is not None
                for told in (self.contents, self.retention_days, self.deletable, self.viewers, self.purposes)
            )
            or bool(self.redaction)
        )


def joined(meanings: Sequence[Meaning]) -> Meaning:
    """What is said of one thing at its several addresses, the first of them the one to show.

    What only some tell is told. Where they contradict each other the worse is taken (the longest retention, all
    viewers and purposes), and where none is worse, nothing is known: a server in two countries stands in neither.

    >>> from lineage.places import PlaceKind
    >>> place = Place(PlaceKind.STORE, host="pg.example")
    >>> def country(*codes: str) -> str:
    ...     return joined([Meaning(place, country=code) for code in codes]).country
    >>> country("SG", ""), country("SG", "CN")
    ('SG', '')
    """
    first = meanings[0]
    if len(meanings) == 1:
        return first
    country = _agreed(each.country for each in meanings)
    vendor, vendor_known = _surest((each.vendor, each.vendor_known) for each in meanings)
    role, role_known = _surest((each.role, each.role_known) for each in meanings)
    deletable = {each.deletable for each in meanings} - {None}
    return replace(
        first,
        title=next((each.title for each in meanings if each.title != Title()), first.title),
        country=country,
        country_known=min(
            (each.country_known for each in meanings if country and each.country == country),
            key=_STRONGEST.index,
            default=Known.NOT_KNOWN,
        ),
        region=_agreed(each.region for each in meanings),
        operator=_agreed(each.operator for each in meanings),
        vendor=vendor,
        vendor_known=vendor_known,
        role=role,
        role_known=role_known,
        zone=_agreed(each.zone for each in meanings),
        retention_days=max(
            (each.retention_days for each in meanings if each.retention_days is not None), default=None
        ),
        redaction=_agreed(each.redaction for each in meanings),
        deletable=deletable.pop() if len(deletable) == 1 else None,
        viewers=_all(each.viewers for each in meanings),
        purposes=_all(each.purposes for each in meanings),
        evidence={key: value for each in reversed(meanings) for key, value in (each.evidence or {}).items()}
        or None,
        source=next((each.source for each in meanings if each.source is not None), None),
    )


_STRONGEST = tuple(Known)


def _agreed(values: Iterable[str]) -> str:
    """The one value that is told; "" where none is, or several are."""
    told = set(values) - {""}
    return told.pop() if len(told) == 1 else ""


def _surest(values: Iterable[tuple[str, Known]]) -> tuple[str, Known]:
    """The one value that is told most surely."""
    told = [(value, known) for value, known in values if value]
    surest = min((known for _, known in told), key=_STRONGEST.index, default=Known.NOT_KNOWN)
    value = _agreed(value for value, known in told if known is surest)
    return (value, surest) if value else ("", Known.NOT_KNOWN)


def _all(lists: Iterable[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    told = [each for each in lists if each is not None]
    return tuple(dict.fromkeys(word for each in told for word in each)) if told else None
