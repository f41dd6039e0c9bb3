"""Views: what a picture shows, grouped and coloured how. `diagrams/views/*.yaml`, and the user's own files.

Strict YAML; an unknown key or word is an error with file, line and column. diagrams/README.md says what each
key means.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import ConfigDict, Field, model_validator

from lineage.diagram.notation import Country, Phrase, Strict
from lineage.errors import ConfigError
from lineage.names import CATEGORIES, PURPOSES
from lineage.resources import builtin
from lineage.yamlfile import Positions, load

UNDECLARED = "undeclared"
"""The word in a list for what nobody told; what is not told fits only where a view says so."""

SideWord = Literal["overseas", "domestic", "unknown"]
KindWord = Literal["party", "caller", "service", "model", "store", "topic", "remote", "operator"]
RoleWord = Literal[
    "database", "cache", "vector-index", "object-store", "log", "training-pool", "evaluation-pool", "backup", "queue",
    "workstation", "undeclared",
]  # fmt: skip
RunnerWord = Literal["organisation", "vendor", "undeclared"]
Fact = Literal[
    "retention", "viewers", "redaction", "deletable", "purposes", "classes", "run-by", "legal-entity", "vendor-country",
    "owners", "dpa", "training", "tables", "region",
]  # fmt: skip
"""What a box may tell beside what it is (facts.py)."""
FACTS: tuple[str, ...] = get_args(Fact)


class Border(Strict):
    """Where the isolation line runs: the countries on its domestic side."""

    domestic: Annotated[tuple[Country, ...], Field(min_length=1)]


class Ends(Strict):
    """A place at an end of a flow: every field that is given must fit."""

    kinds: Annotated[tuple[KindWord, ...], Field(min_length=1)] | None = None
    roles: Annotated[tuple[RoleWord, ...], Field(min_length=1)] | None = None
    """`undeclared`: a store or topic of which no role is known; it may be any."""
    sides: Annotated[tuple[SideWord, ...], Field(min_length=1)] | None = None
    """Of the border."""
    run_by: Annotated[tuple[RunnerWord, ...], Field(min_length=1)] | None = None
    training: Annotated[tuple[Literal["yes", "no", "undeclared"], ...], Field(min_length=1)] | None = None
    """Whether the vendor that runs it may train on the data."""

    @model_validator(mode="after")
    def _something(self) -> Ends:
        if not self.model_fields_set:
            raise ValueError("this asks for nothing: name kinds, roles, sides, run-by or training")
        return self


class Asked(Strict):
    """Flows that a view is about: every field that is given must fit."""

    ends: Ends | None = None
    """One of its ends is such a place."""
    kept: Literal[True] | None = None
    """A store or topic keeps what it gets."""
    crosses: Annotated[tuple[Literal["yes", "unknown"], ...], Field(min_length=1)] | None = None
    """It crosses the border; `unknown`: where one of its ends stands nobody told."""
    categories: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    purposes: Annotated[tuple[str, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Asked:
        if not self.model_fields_set:
            raise ValueError("this asks for nothing: name ends, kept, crosses, categories or purposes")
        return self


class Show(Strict):
    """Which flows a view draws; a place is drawn when a drawn flow touches it."""

    data_of: Literal["parties", "everything"] = "parties"
    """`parties`: only flows that carry, or may carry, data of a party (or of a caller not seen), however often it was stored between."""
    origins: Annotated[tuple[SideWord, ...], Field(min_length=1)] = ("overseas", "domestic", "unknown")
    """Only flows with data of these origins; flows without any data of a customer are left out then."""
    categories: Literal["all"] | Annotated[tuple[str, ...], Field(min_length=1)] = "all"
    """Flows that carry one of these; a flow whose category is not known is always drawn."""
    markets: Annotated[tuple[Country, ...], Field(min_length=1)] | None = None
    """Of a picture that names customers by their market: only these."""
    flows: Annotated[tuple[Asked, ...], Field(min_length=1)] | None = None
    """Flows that fit one of these, and every step of a violation that happens on one of them; None = all flows."""
    ways: bool = False
    """Draw the shortest way by which customers' data gets to each of those flows as well."""
    declared_only: bool = True
    """Draw what the inventory declares and no trace has shown."""


class View(Strict):
    """A view: `diagrams/views/*.yaml`, or the user's own file."""

    model_config = ConfigDict(title="view")

    view: Literal["lineage-view/1"]
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    title: Phrase
    about: Phrase | None = None
    """The question that it answers, in a sentence."""
    draw: Literal["flows", "finding", "reach", "authorisations"] = "flows"
    """`finding`: the way of one finding; `reach`: to which vendors customers' data gets; `authorisations`: the chain of rights."""
    border: Border
    show: Show = Show()
    group_by: Literal["jurisdiction", "organisation"] = "jurisdiction"
    """What the frames are: where places stand, or who runs them (then no border is drawn)."""
    colour_by: Literal["origin", "nothing"] = "origin"
    gates: Literal["jurisdictions", "flows"] = "jurisdictions"
    """One gate for each two jurisdictions, or for each flow that crosses, with what crosses there."""
    boxes: tuple[Fact, ...] = ("retention", "tables", "region")
    """What boxes tell, in this order; "not declared" where nobody told."""
    regions: bool = True
    fold_above: Annotated[int, Field(ge=5, le=500)] = 40
    legend: bool = True

    @property
    def focused(self) -> bool:
        """Whether it is about some flows only, and about violations that happen there."""
        return self.draw != "flows" or self.show.flows is not None


def view_names() -> tuple[str, ...]:
    """The views that lineage ships.

    >>> "where-inputs-go" in view_names()
    True
    """
    folder = builtin("diagrams") / "views"
    return tuple(
        sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))
    )


def view(name: str) -> View:
    """A view by the name of a shipped one, or by the path of a YAML file.

    Raises:
        ConfigError: no such view; the file is wrong; a category or purpose that does not exist.

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
    _check_words(found, positions)
    return found


def _check_words(found: View, positions: Positions) -> None:
    """Words of vocabularies that are kept elsewhere."""
    lists: list[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str | int, ...]]] = []
    show = found.show
    if show.categories != "all":
        lists.append(("category", show.categories, CATEGORIES, ("show", "categories")))
    for number, asked in enumerate(show.flows or ()):
        at = ("show", "flows", number)
        lists.append(("category", asked.categories or (), (*CATEGORIES, UNDECLARED), (*at, "categories")))
        lists.append(("purpose", asked.purposes or (), (*PURPOSES, UNDECLARED), (*at, "purposes")))
    wrong = [
        positions.problem(
            f"there is no {what} {word!r}", *at, number, allowed=f"{plural} are {', '.join(allowed)}"
        )
        for what, words, allowed, at in lists
        for plural in ({"category": "categories", "purpose": "purposes"}[what],)
        for number, word in enumerate(words)
        if word not in allowed
    ]
    if wrong:
        raise ConfigError(wrong)
