"""`attested`: a document exists, is in date, and says that what is demanded is so.

Asked once for the organisation, or once for each party, vendor, place or authorisation that the data gets to.
Only where such data was observed. The inventory's `attestations` are the documents; one covers what its `covers`
names (or `all`), and what names it in turn: `dpa` or `notice` of a party, `dpa` of a vendor, `document` of an
authorisation. One that covers only some does not speak for the whole organisation.

Of several documents of one type that are in date the newest speaks; one that says no does so until a newer one
says yes. None declared: undecided. None in date, or the newest says that the demand is not met: violated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from lineage.contracts._contract import (
    MAYBE,
    NO,
    Case,
    Context,
    Contract,
    Fault,
    PlaceMatch,
    fault_at,
    ours,
    silent_places,
)
from lineage.contracts._subjects import (
    Placed,
    Subject,
    authorisations,
    each_once,
    not_in_date,
    organisation,
    parties,
    speaking,
    vendors,
)
from lineage.findings import Checked, Judgement, Missing, Value, ref
from lineage.meaning import Source
from lineage.selection import Selection

Kind = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Per = Literal["organisation", "party", "vendor", "place", "authorisation"]
ALL = "all"
"""The word in `covers` for everything."""

_DPA = {"document": ("dpa",), "per": "party"}
_TRANSFER = {
    "document": ("transfer-assessment", "adequacy"),
    "data": {"origin": ("overseas",)},
    "places": {"countries": ("domestic",)},
}
_VENDORS = {"document": ("dpa",), "per": "vendor"}
_PLAN = {"document": ("deletion-test",), "per": "place", "places": {"kinds": ("store",)}, "max_age_days": 365}
_LICENCE = {"document": ("licence",), "per": "authorisation"}


class Documents:
    """Declared documents, by what they are about."""

    def __init__(self, attestations: Iterable[Any]) -> None:
        self.ids: dict[str, Any] = {}
        self.of_all: list[Any] = []
        """Those that speak for the whole organisation."""
        self.covering: dict[str, list[Any]] = defaultdict(list)
        for one in attestations:
            self.ids[one.id] = one
            if not one.covers or ALL in one.covers:
                self.of_all.append(one)
            for name in one.covers or ():
                self.covering[name].append(one)

    def about(self, subject: Subject) -> list[Any]:
        """Those that cover a subject, or that its own entry names."""
        own = [self.ids[document] for document in sorted(subject.documents) if document in self.ids]
        return [*self.covering.get(ALL, ()), *self.covering.get(subject.name, ()), *own]


class Attested(Contract):
    """A document exists and is in date."""

    HOLDS: ClassVar[tuple[Case, ...]] = (
        (_TRANSFER, ("acme[DE] > core@CN", "document adequacy date=2025-06-01 expires=2026-01-01"), ""),
        (_DPA, ("acme[DE] > gw@SG", "document dpa covers=acme date=2025-06-01"), ""),
        (_DPA, ("acme[DE] > gw@SG", "acme is dpa=dpa-7", "document dpa id=dpa-7 covers=gw"), ""),
        (
            _VENDORS,
            ("acme[DE] > gw@SG > pg", "gw is operator=us", "organisation us", "pg is vendor=cloud", "vendor cloud dpa=dpa", "document dpa covers=gw"),
            "",
        ),
        (_PLAN, ("acme[DE] > gw@SG > pg", "document deletion-test covers=all date=2025-01-02"), ""),
        (
            _LICENCE,
            ("acme[DE] > gw@SG > model:qwen", "authorisation direct models=qwen* document=lic", "document licence id=lic covers=direct"),
            "",
        ),
        (
            _DPA,
            (
                "acme[DE] > gw@SG",
                "document dpa id=old covers=all date=2024-01-01 holds=no",
                "document dpa id=new covers=all date=2025-06-01",
            ),
            "",
        ),
    )  # fmt: skip
    BREAKS: ClassVar[tuple[Case, ...]] = (
        (_TRANSFER, ("acme[DE] > core@CN", "document adequacy expires=2025-12-31"), "organisation"),
        (_TRANSFER, ("acme[DE] > core@CN", "document adequacy date=2026-01-02"), "organisation"),
        (_DPA, ("acme[DE] > gw@SG", "document dpa covers=acme holds=no"), "party:acme"),
        (_PLAN, ("acme[DE] > gw@SG > pg", "document deletion-test covers=pg date=2024-12-31"), "store:postgresql@pg"),
        (
            _VENDORS,
            ("acme[DE] > gw@SG", "gw is vendor=cloud", "document dpa covers=cloud expires=2025-12-31"),
            "vendor:cloud",
        ),
    )  # fmt: skip
    UNDECIDED: ClassVar[tuple[Case, ...]] = (
        (_TRANSFER, ("acme[DE] > core@CN",), "organisation"),
        (_TRANSFER, ("acme[DE] > core@CN", "document adequacy covers=acme"), "organisation"),
        (_TRANSFER, ("acme[?] > core@CN", "document adequacy expires=2025-12-31"), "organisation"),
        (_TRANSFER, ("acme[DE] > core@?", "document adequacy expires=2025-12-31"), "organisation"),
        (_DPA, ("acme[DE] > gw@SG", "document dpa"), "party:acme"),
        (_VENDORS, ("acme[DE] > gw@SG",), "service:gw@SG"),
        (_LICENCE, ("acme[DE] > gw@SG > model:qwen", "document licence covers=all"), "model:/qwen@qwen.example"),
    )  # fmt: skip

    type: Literal["attested"] = "attested"
    document: tuple[Kind, ...] = Field(min_length=1, description="Types of attestations; any of them serves.")
    per: Per = Field(
        default="organisation",
        description="One document; or one for each party of the data, vendor, place or authorisation that the data gets to.",
    )
    data: Selection = Field(
        default=Selection(), description="Demanded only where such data was observed; by default all."
    )
    places: PlaceMatch = Field(
        default=PlaceMatch(),
        description="Places that the data must get to; parties only if `kinds` names them.",
    )
    max_age_days: int | None = Field(default=None, ge=0, description="The document is not older than this.")

    def check(self, context: Context) -> Checked:
        """Every subject of the demand."""
        found, reached = context.reach(self.data), self._reached(context)
        subjects = list(self._subjects(context, reached))
        documents = Documents(
            one for one in context.graph.inventory.attestations if one.type in self.document
        )
        judgements = [made for subject in subjects for made in self._judgements(context, subject, documents)]
        if self.per == "place" and found.carrying:
            judgements += silent_places(self.places, context)
        # Where all is our own there is no vendor to demand anything of: that is looked at too.
        met = reached if self.per == "vendor" else subjects
        return Checked(
            tuple(judgements),
            found.carrying if met else 0,
            len(met),
            found.declassifiers,
            found.waived,
            "note.document" if subjects else "",
        )

    def _reached(self, context: Context) -> Mapping[int, Placed]:
        """Places that the data gets to and that the rule means."""
        result = {}
        for thing, level in enumerate(context.reach(self.data).things):
            inside = ours(self.places, context, thing) if level else NO
            if inside:
                untold = self.places.untold(context.graph, thing) if inside is MAYBE else ()
                result[thing] = Placed(thing, level, inside, tuple(untold))
        return result

    def _subjects(self, context: Context, reached: Mapping[int, Placed]) -> Iterator[Subject]:
        graph = context.graph
        if self.per == "organisation":
            yield from organisation(graph, reached)
        elif self.per == "party":
            anywhere = self.places == PlaceMatch()
            yield from parties(context, self.data, None if anywhere else reached)
        elif self.per == "place":
            for place in reached.values():
                yield Subject(ref(graph, place.thing), place, graph.meaning(place.thing).name)
        else:
            named = vendors if self.per == "vendor" else authorisations
            yield from each_once(subject for place in reached.values() for subject in named(graph, place))

    def _judgements(self, context: Context, subject: Subject, declared: Documents) -> Iterator[Judgement]:
        for fault, source in self._faults(context, subject, declared):
            at = subject.at
            made = fault_at(
                context, self.data, at.thing, at.level, at.inside, replace(fault, untold=at.untold)
            )
            yield replace(made, at=(fault.message, subject.shown.id), source=source or made.source)

    # --- the documents ----------------------------------------------------------------------------

    def _faults(
        self, context: Context, subject: Subject, declared: Documents
    ) -> Iterator[tuple[Fault, Source | None]]:
        """At most one: what is wrong with the documents of a subject, and where that is declared."""
        said: dict[str, Value] = {"subject": subject.shown, "kinds": self.document}
        if subject.unknown:
            yield Fault("document.whose", said, subject.unknown), None
            return
        documents = declared.of_all if self.per == "organisation" else declared.about(subject)
        if not documents:
            fact = "missing.document.covers" if declared.ids else "missing.document"
            key = (
                "attestations[].covers"
                if declared.ids
                else f"attestations[].type: {' | '.join(self.document)}"
            )
            yield Fault("document.missing", said, (Missing(fact, subject.shown, key),)), subject.shown.source
            return
        wrong = self._wrong(context, documents)
        if wrong:
            message, one = wrong
            day = one.expires if message == "document.expired" else one.date
            said |= {"document": one.id, "day": day.isoformat(), "limit": self.max_age_days}
            yield Fault(message, said), one.source

    def _wrong(self, context: Context, documents: Sequence[Any]) -> tuple[str, Any] | None:
        """What is wrong with documents of which any type serves, and of which one; None = nothing."""
        denied = []
        for newest in speaking(documents, context.today, self.max_age_days):
            no = [one for one in newest if not one.holds]
            if not no:
                return None
            denied += no
        if denied:
            return "document.negative", min(denied, key=lambda one: one.id)
        late = [(not_in_date(one, context.today, self.max_age_days), one) for one in documents]
        return max(late, key=lambda pair: (pair[1].date, pair[1].id))
