"""The notation: how a diagram looks, and every word on it. `diagrams/notation.yaml`.

Strict YAML; an unknown key, colour or country is an error with file, line and column.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from lineage.diagram.text import Text
from lineage.resources import builtin
from lineage.yamlfile import Entry, load


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class Strict(Entry):
    """Base of what is written here: keys with hyphens."""

    model_config = ConfigDict(alias_generator=_kebab)


class Phrase(Strict):
    """The same words in English and in statutory Chinese."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    @property
    def text(self) -> Text:
        """As a value of the drawing."""
        return Text(self.en, self.zh)


Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Count = Annotated[int, Field(ge=1, le=10_000)]


class Limits(Strict):
    """How much text a box, a flow and the notes take before the rest is counted instead of written."""

    name: Annotated[int, Field(ge=8, le=200)]
    tables: Count
    categories: Count
    findings: Count
    columns: Annotated[int, Field(ge=40, le=400)]


class Colours(Strict):
    """Colours by meaning."""

    overseas: Colour
    domestic: Colour
    domestic_text: Colour
    unknown: Colour
    none: Colour
    metadata: Colour
    violation: Colour
    violated_fill: Colour
    border: Colour
    gate_fill: Colour
    undecided: Colour
    proven: Colour


class ClusterStyle(Strict):
    """Line and ground of a jurisdiction."""

    pen: Colour
    fill: Colour


class Clusters(Strict):
    """Styles by side: customers' countries, other overseas ones, the domestic side, location unknown."""

    customers: ClusterStyle
    overseas: ClusterStyle
    domestic: ClusterStyle
    unknown: ClusterStyle


class Words(Strict):
    """Every word that a picture may contain; `{…}` is filled in."""

    outside_party: Phrase
    process: Phrase
    data_store: Phrase
    people: Phrase
    staff: Phrase
    sub_processor: Phrase
    more_places: Phrase
    folded: Phrase
    folded_unchecked: Phrase
    inner_flows: Phrase
    caller: Phrase
    no_tenant: Phrase
    seen_by: Phrase
    not_named: Phrase
    no_address: Phrase
    origin: Phrase
    origin_not_declared: Phrase
    no_region: Phrase
    model_by: Phrase
    model: Phrase
    uninstrumented: Phrase
    retention_days: Phrase
    retention_hours: Phrase
    retention_none: Phrase
    retention_unknown: Phrase
    vendor: Phrase
    tables_more: Phrase
    declared_only: Phrase
    retention_forever: Phrase
    viewers: Phrase
    viewers_nobody: Phrase
    viewers_unknown: Phrase
    redaction: Phrase
    redaction_unknown: Phrase
    deletable: Phrase
    not_deletable: Phrase
    deletable_unknown: Phrase
    purposes: Phrase
    purposes_unknown: Phrase
    classes: Phrase
    classes_unknown: Phrase
    run_by: Phrase
    run_by_unknown: Phrase
    vendor_unlisted: Phrase
    legal_entity: Phrase
    legal_entity_unknown: Phrase
    established: Phrase
    established_unknown: Phrase
    owners_unknown: Phrase
    owner: Phrase
    share: Phrase
    share_unknown: Phrase
    country_unknown: Phrase
    dpa: Phrase
    dpa_unknown: Phrase
    training_yes: Phrase
    training_no: Phrase
    training_unknown: Phrase
    protection: Phrase
    protection_unknown: Phrase
    calls: Phrase
    customers: Phrase
    own_organisation: Phrase
    our_organisation: Phrase
    undeclared_organisation: Phrase
    stage_vendors: Phrase
    stage_authorisations: Phrase
    stage_models: Phrase
    authorisation: Phrase
    authorisation_unknown: Phrase
    authorisation_type: Phrase
    grantor_unknown: Phrase
    parent_unknown: Phrase
    models: Phrase
    rights: Phrase
    rights_unknown: Phrase
    regions: Phrase
    regions_unknown: Phrase
    validity: Phrase
    validity_unknown: Phrase
    open_ended: Phrase
    document: Phrase
    document_unknown: Phrase
    grants: Phrase
    passes_on: Phrase
    covers: Phrase
    may_cover: Phrase
    unknown_location: Phrase
    customer_country: Phrase
    border: Phrase
    category_unknown: Phrase
    possible: Phrase
    origin_unknown: Phrase
    unknown: Phrase
    overseas: Phrase
    domestic: Phrase
    no_data: Phrase
    there: Phrase
    back: Phrase
    tip: Phrase
    tip_declared: Phrase
    time_unknown: Phrase
    violations: Phrase
    violations_here: Phrase
    violated: Phrase
    waived_finding: Phrase
    undecided: Phrase
    undecided_rules: Phrase
    proven: Phrase
    waived: Phrase
    border_elsewhere: Phrase
    not_checked: Phrase
    finding: Phrase
    finding_evidence: Phrase
    findings_more: Phrase
    off_picture: Phrase
    elsewhere: Phrase
    drawn_from: Phrase
    drawn_from_timeless: Phrase
    left_out: Phrase
    left_out_calls: Phrase
    left_out_runners: Phrase
    gaps: Phrase
    gap_parents: Phrase
    gap_locations: Phrase
    gap_origins: Phrase
    nothing: Phrase
    nothing_proves_nothing: Phrase
    description: Phrase
    legend_overseas: Phrase
    legend_domestic: Phrase
    legend_both: Phrase
    legend_unknown: Phrase
    legend_none: Phrase
    legend_metadata: Phrase
    legend_possible: Phrase
    legend_category: Phrase
    legend_declared: Phrase
    legend_violation: Phrase
    legend_undecided: Phrase
    legend_plain: Phrase
    legend_border: Phrase


class Notation(Strict):
    """`diagrams/notation.yaml`."""

    notation: Literal["lineage-notation/1"]
    font: str = Field(pattern=r"^[A-Za-z0-9 -]+$")
    limits: Limits
    colours: Colours
    clusters: Clusters
    words: Words
    categories: dict[str, Phrase]
    roles: dict[str, Phrase]
    authorisations: dict[str, Phrase]
    countries: dict[Country, Phrase]

    def country(self, code: str) -> Text:
        """A country's name; its code where nobody named it."""
        phrase = self.countries.get(code)
        return phrase.text if phrase else Text.plain(code)

    def category(self, word: str) -> Text:
        """What a category of data is called on a flow."""
        return _named(self.categories, word)

    def role(self, word: str) -> Text:
        """What a role of a store is called."""
        return _named(self.roles, word)

    def authorisation(self, word: str) -> Text:
        """What a sort of authorisation is called."""
        return _named(self.authorisations, word)


def _named(phrases: Mapping[str, Phrase], word: str) -> Text:
    """A word in both languages; as it is where nobody named it."""
    phrase = phrases.get(word)
    return phrase.text if phrase else Text.plain(word)


@cache
def notation() -> Notation:
    """The notation that lineage ships.

    >>> notation().country("SG").zh
    '新加坡'
    """
    loaded, _ = load(builtin("diagrams") / "notation.yaml", Notation, "diagrams/notation.yaml")
    return loaded
