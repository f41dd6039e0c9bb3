"""A picture before it is drawn: what `draw` made of a graph, and what the writers (dot.py, mermaid) read.

Every element has an id that the notes below the picture repeat, so nothing depends on the drawing alone.
All text is `Text` in two languages; nothing here is escaped yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lineage.diagram.scene import Key, Origin, Shape, Side
from lineage.diagram.text import NOTHING, Text


class Weight(StrEnum):
    """How a flow takes part in a violation."""

    NONE = ""
    LANE = "lane"
    """The data that broke a rule also came this way, beside what is allowed: a red lane."""
    BROKEN = "broken"
    """The step that broke the rule: all red."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place, or several that are drawn as one."""

    id: str
    """E1, P1, D1, H1, S1, A1, M1."""
    shape: Shape
    title: Text
    details: tuple[Text, ...]
    cluster: Key
    column: int
    tip: str
    """Ids of the places in it, for whoever points at the box."""
    tag: Text = NOTHING
    """A word beside the id, where the shape alone does not tell."""
    broken: bool = False
    """A violation ends here."""
    declared_only: bool = False
    places: tuple[str, ...] = ()
    """Node ids of all places in it."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A frame: a jurisdiction, what stands nobody knows where, or what one organisation runs."""

    key: Key
    side: Side
    customers: bool
    """An overseas country where customers are."""
    title: Text
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accent:
    """How the way of a finding is marked: a violation, or what could not be decided."""

    mark: str
    colour: str
    fill: str
    """Of a box where it ends."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Where flows of one direction cross the border."""

    id: str
    title: str
    """Country codes, `SG → CN`; `⇄` when answers come back through it."""
    details: tuple[Text, ...] = ()
    """What crosses here, where each flow has a gate of its own."""


@dataclass(frozen=True, slots=True)
class Line:
    """A flow between two boxes, as far as it is equally sure; it goes from the caller to the callee."""

    id: str
    source: str
    target: str
    gate: str
    """Id of the gate that it passes; empty when it does not cross the border."""
    texts: tuple[Text, ...]
    tip: Text
    origins: Origin
    metadata: bool = False
    possible: bool = False
    declared_only: bool = False
    weight: Weight = Weight.NONE
    violations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A violation in words: its id, what it says, when and how often."""

    id: str
    text: Text
    evidence: Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole picture. Boxes, lines, gates and notes are in the order of their ids."""

    view: str
    title: Text
    verdict_mark: str
    """✖, ? or ✔; empty when no policy was checked."""
    verdict: Text
    """Said beside the title; empty when no policy was checked."""
    verdict_colour: str
    accent: Accent
    clusters: tuple[Cluster, ...]
    boxes: tuple[Box, ...]
    gates: tuple[Gate, ...]
    lines: tuple[Line, ...]
    border: int | None
    """Column of the border; None when nothing is drawn on one of its sides."""
    notes: tuple[Note, ...]
    small: tuple[Text, ...]
    """What the picture rests on, and what it leaves out."""
    description: Text
    legend: bool
    plain: bool = False
    """Colour says nothing of origin."""
    rights: bool = False
    """Lines are rights and who used them, not flows of data."""


def shortened(ids: tuple[str, ...]) -> str:
    """Ids with runs drawn together.

    >>> shortened(("V1", "V2", "V3", "V5", "V7", "V8"))
    'V1–V3, V5, V7, V8'
    """
    runs: list[list[str]] = []
    for each in ids:
        if runs and int(each[1:]) == int(runs[-1][-1][1:]) + 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    parts = [f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs]
    return ", ".join(parts)
