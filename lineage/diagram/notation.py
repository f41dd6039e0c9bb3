"""What a person may edit of a diagram: the notation (looks and words) and views (what to show).

Both are strict YAML; an unknown key, colour or country is an error with file, line and column.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from lineage.diagram.text import Text
from lineage.errors import ConfigError
from lineage.names import CATEGORIES
from lineage.resources import builtin
from lineage.yamlfile import Entry, load


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class _Strict(Entry):
    model_config = ConfigDict(alias_generator=_kebab)


class Phrase(_Strict):
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


class Limits(_Strict):
    """How much text a box, a flow and the notes take before the rest is counted instead of written."""

    name: Annotated[int, Field(ge=8, le=200)]
    tables: Count
    categories: Count
    findings: Count
    columns: Annotated[int, Field(ge=40, le=400)]


class Colours(_Strict):
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


class ClusterStyle(_Strict):
    """Line and ground of a jurisdiction."""

    pen: Colour
    fill: Colour


class Clusters(_Strict):
    """Styles by side: customers' countries, other overseas ones, the domestic side, location unknown."""

    customers: ClusterStyle
    overseas: ClusterStyle
    domestic: ClusterStyle
    unknown: ClusterStyle


class Words(_Strict):
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
    drawn_from: Phrase
    drawn_from_timeless: Phrase
    left_out: Phrase
    gaps: Phrase
    gap_parents: Phrase
    gap_locations: Phrase
    gap_origins: Phrase
    nothing: Phrase
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
    legend_border: Phrase


class Notation(_Strict):
    """`diagrams/notation.yaml`."""

    notation: Literal["lineage-notation/1"]
    font: str = Field(pattern=r"^[A-Za-z0-9 -]+$")
    limits: Limits
    colours: Colours
    clusters: Clusters
    words: Words
    categories: dict[str, Phrase]
    roles: dict[str, Phrase]
    countries: dict[Country, Phrase]

    def country(self, code: str) -> Text:
        """A country's name; its code where nobody named it."""
        phrase = self.countries.get(code)
        return phrase.text if phrase else Text.plain(code)

    def category(self, word: str) -> Text:
        """What a category of data is called on a flow."""
        phrase = self.categories.get(word)
        return phrase.text if phrase else Text.plain(word)

    def role(self, word: str) -> Text:
        """What a role of a store is called."""
        phrase = self.roles.get(word)
        return phrase.text if phrase else Text.plain(word)


SideWord = Literal["overseas", "domestic", "unknown"]


class Border(_Strict):
    """Where the isolation line runs: the countries on its domestic side."""

    domestic: Annotated[tuple[Country, ...], Field(min_length=1)]


class Show(_Strict):
    """Which flows a view draws; a place is drawn when a drawn flow touches it."""

    data_of: Literal["parties", "everything"] = "parties"
    """`parties`: only flows that carry, or may carry, data of a party (or of a caller not seen), however often it was stored between."""
    origins: Annotated[tuple[SideWord, ...], Field(min_length=1)] = ("overseas", "domestic", "unknown")
    """Only flows with data of these origins; flows without any data of a customer are left out then."""
    categories: Literal["all"] | Annotated[tuple[str, ...], Field(min_length=1)] = "all"
    """Flows that carry one of these; a flow whose category is not known is always drawn."""
    declared_only: bool = True
    """Draw what the inventory declares and no trace has shown."""


class View(_Strict):
    """A view: `diagrams/views/*.yaml`, or the user's own file."""

    view: Literal["lineage-view/1"]
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    title: Phrase
    border: Border
    show: Show = Show()
    regions: bool = True
    fold_above: Annotated[int, Field(ge=5, le=500)] = 40
    legend: bool = True


@cache
def notation() -> Notation:
    """The notation that lineage ships.

    >>> notation().country("SG").zh
    '新加坡'
    """
    loaded, _ = load(builtin("diagrams") / "notation.yaml", Notation, "diagrams/notation.yaml")
    return loaded


def view_names() -> tuple[str, ...]:
    """The views that lineage ships.

    >>> view_names()
    ('where-inputs-go',)
    """
    folder = builtin("diagrams") / "views"
    return tuple(
        sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))
    )


def view(name: str) -> View:
    """A view by the name of a shipped one, or by the path of a YAML file.

    Raises:
        ConfigError: no such view; the file is wrong; a category that does not exist.

    >>> view("where-inputs-go").border.domestic
    ('CN',)
    """
    known = view_names()
    if name in known:
        found, positions = load(
            builtin("diagrams") / "views" / f"{name}.yaml", View, f"diagrams/views/{name}.yaml"
        )
    elif Path(name).is_file():
        found, positions = load(name, View)
    else:
        close = get_close_matches(name, known, 1)
        raise ConfigError.of(
            f"there is no view {name!r}",
            allowed=f"known views are {', '.join(known)}; the path of a YAML file is a view of your own",
            remedy=f"did you mean {close[0]!r}?" if close else "",
        )
    if found.show.categories != "all":
        allowed = f"categories are {', '.join(CATEGORIES)}"
        wrong = [
            positions.problem(f"there is no category {word!r}", "show", "categories", number, allowed=allowed)
            for number, word in enumerate(found.show.categories)
            if word not in CATEGORIES
        ]
        if wrong:
            raise ConfigError(wrong)
    return found
