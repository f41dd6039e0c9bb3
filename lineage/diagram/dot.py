"""A `Drawing` as DOT: jurisdictions are clusters, columns are ranks, the border is a column of its own.

Node names are ours (`n1`, `b1`); what telemetry says stands in labels and tooltips only. The border's line is
drawn by render.py, because where it runs is known only after a layout.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from lineage.diagram import cells
from lineage.diagram.drawing import Box, Cluster, Drawing, Line, Weight
from lineage.diagram.notation import ClusterStyle, Notation
from lineage.diagram.scene import Key, Origin, Side
from lineage.diagram.text import Language, visible

BORDER = "b0"
"""Node with the border's name; its x is where the line runs."""
MANY = 100


def quoted(text: str) -> str:
    """A quoted attribute value: no escape sequence of Graphviz, no entity, no invisible character.

    >>> print(quoted('say "\\\\N" & go'))
    "say &quot;&#92;N&quot; &amp; go"
    """
    return '"' + cells.escape(text).replace("\\", "&#92;") + '"'


def write(drawing: Drawing, lang: Language, notation: Notation) -> str:
    """The DOT of a drawing, in one language or both; the same for the same drawing, to the byte."""
    page = _Page(drawing, lang, notation)
    # Many boxes: fewer rounds of Graphviz's search for a better layout, a third of the time.
    effort = " nslimit=1, mclimit=0.3," if len(drawing.boxes) > MANY else ""
    lines = [
        _about(drawing, lang),
        "digraph lineage {",
        "  graph [",
        f'    rankdir=LR, compound=true, newrank=true, splines=spline, charset="UTF-8",{effort}',
        "    nodesep=0.2, ranksep=0.42, pad=0.3, outputorder=edgesfirst,",
        f'    fontname="{notation.font}", fontsize=11,',
        f"    labelloc=b, labeljust=l, label=<{cells.foot(drawing, lang, notation)}>",
        "  ]",
        f'  node [shape=plain, fontname="{notation.font}", fontsize=11, color="{cells.INK}"]',
        f'  edge [fontname="{notation.font}", fontsize=9, color="{cells.INK}", arrowsize=0.8, penwidth=1.8]',
        "",
        "  subgraph cluster_page {",
        f"    label=<{cells.heading_of_page(drawing, lang)}>; labelloc=t; labeljust=l; peripheries=0; margin=4",
        *page.nothing(),
        *page.clusters(),
        *page.border(),
        *page.labels(),
        *page.columns(),
        *(edge for line in drawing.lines for edge in page.edges(line)),
        "  }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _about(drawing: Drawing, lang: Language) -> str:
    """What the SVG's title, description and language are made of: a comment that every engine skips."""
    about = {
        "title": visible(drawing.title.one(lang)),
        "description": visible(drawing.description.one(lang)),
        "language": "en" if lang == "en" else "zh-CN" if lang == "zh" else "mul",
    }
    return "// lineage-diagram/1 " + json.dumps(about, ensure_ascii=False)


class _Page:
    """The parts of a drawing's DOT, in the order in which `write` puts them.

    A flow's label is a node in its line, in a column between those of the boxes: labels of edges are laid
    over other edges, nodes never are.
    """

    def __init__(self, drawing: Drawing, lang: Language, notation: Notation) -> None:
        self.drawing, self.lang, self.notation = drawing, lang, notation
        self.nodes = {box.id: f"n{number}" for number, box in enumerate(drawing.boxes, 1)}
        self.boxes = {box.id: box for box in drawing.boxes}
        self.degree = Counter(end for line in drawing.lines for end in (line.source, line.target))

    # --- boxes ---------------------------------------------------------------------------------------

    def nothing(self) -> Iterable[str]:
        """A word in the middle of an empty picture."""
        if not self.drawing.boxes:
            yield f'    n0 [id="nothing", class="nothing", label=<{cells.nothing(self.lang, self.notation)}>]'

    def clusters(self) -> Iterable[str]:
        """A cluster a jurisdiction, with its boxes and the labels of flows that stay in it."""
        boxes: dict[Key, list[Box]] = defaultdict(list)
        for box in self.drawing.boxes:
            boxes[box.cluster].append(box)
        labels: dict[Key | None, list[Line]] = defaultdict(list)
        for line in self.drawing.lines:
            labels[self.home(line)].append(line)
        for number, cluster in enumerate(self.drawing.clusters, 1):
            style = _style(cluster, self.notation)
            unknown = cluster.side is Side.UNKNOWN
            name = "cluster_unknown" if unknown else f"cluster_j{number}"
            pen = "rounded,dashed" if unknown else "rounded"
            yield f"    subgraph {name} {{"
            yield (
                f'      style="{pen}"; peripheries=1; penwidth=1.8; pencolor="{style.pen}"; bgcolor="{style.fill}"; '
                "margin=18; labeljust=l;"
            )
            yield f"      label=<{cells.heading(cluster.title, cluster.regions, style.pen, self.lang)}>"
            for box in boxes[cluster.key]:
                label = cells.box(box, self.lang, self.notation, self.drawing.accent)
                tip = quoted(box.tip)
                yield f'      {self.nodes[box.id]} [id="{box.id}", class="{_classes(box)}", tooltip={tip}, label=<{label}>]'
            yield from (f"  {self.label(line, style.fill)}" for line in labels[cluster.key])
            yield "    }"

    def border(self) -> Iterable[str]:
        """The border's name and the gates, in a column; render.py draws the line through them."""
        if self.drawing.border is None:
            return
        yield ""
        yield f'    {BORDER} [id="border", class="border", label=<{cells.border(self.lang, self.notation)}>]'
        for gate in self.drawing.gates:
            yield f'    {gate.id.lower()} [id="{gate.id}", class="gate", label=<{cells.gate(gate, self.lang, self.notation)}>]'

    def columns(self) -> Iterable[str]:
        """One rank a column, and an invisible chain through them, so that none is skipped."""
        members: dict[float, list[str]] = defaultdict(list)
        if self.drawing.border is not None:
            members[self.drawing.border] = [BORDER, *(gate.id.lower() for gate in self.drawing.gates)]
        for box in self.drawing.boxes:
            members[box.column].append(self.nodes[box.id])
        for line in self.drawing.lines:
            members[self.slot(line)].append(line.id.lower())
        yield ""
        for column in sorted(members):
            yield f"    {{ rank=same; {'; '.join(members[column])} }}"
        if len(members) > 1:
            yield f"    {' -> '.join(members[column][0] for column in sorted(members))} [style=invis, weight=0]"
        yield ""

    # --- flows ---------------------------------------------------------------------------------------

    def home(self, line: Line) -> Key | None:
        """The jurisdiction that a flow stays in; None for one that leaves it."""
        source, target = self.boxes[line.source].cluster, self.boxes[line.target].cluster
        return source if source == target else None

    def slot(self, line: Line) -> float:
        """The column of a flow's label: beside the end that has fewer flows, behind the gate if there is one."""
        low, high = sorted((self.boxes[line.source], self.boxes[line.target]), key=lambda box: box.column)
        if line.gate:
            return low.column + 0.5 if low.id == line.target else high.column - 0.5
        return low.column + 0.5 if self.degree[low.id] < self.degree[high.id] else high.column - 0.5

    def labels(self) -> Iterable[str]:
        """The labels of flows that belong to no jurisdiction."""
        return (self.label(line, "white") for line in self.drawing.lines if self.home(line) is None)

    def label(self, line: Line, ground: str) -> str:
        """A flow's label: a node as wide as its text, on the colour of what it stands on."""
        text = cells.label(
            line, self.lang, self.notation, ground, accent=self.drawing.accent, plain=self.drawing.plain
        )
        tip = quoted(line.tip.one(self.lang))
        return f'    {line.id.lower()} [id="{line.id}-label", class="label {line.id}", tooltip={tip}, label=<{text}>]'

    def edges(self, line: Line) -> Iterable[str]:
        """From box to label to box, by the gate if there is one; written from left to right whichever way it goes."""
        stops = [self.nodes[line.source], line.id.lower(), self.nodes[line.target]]
        if line.gate:
            stops.insert(1, line.gate.lower())
        right = self.boxes[line.source].column <= self.boxes[line.target].column
        look = _look(line, self.drawing, self.notation, right)
        tip = quoted(line.tip.one(self.lang))
        # The way of a violation and what crosses the border is pulled straight.
        weight = 20 if line.violations else 4 if line.gate else 1
        for number, (tail, head) in enumerate(pairwise(stops)):
            last = number == len(stops) - 2
            name = line.id if last else f"{line.id}-{number + 1}"
            # Ports on the sides: else Graphviz aims at the middle of a box, across its neighbours in the column.
            ends = f"{tail}:e -> {head}:w" if right else f"{head}:e -> {tail}:w"
            way = "dir=none, " if not last else "" if right else "dir=back, "
            yield f'    {ends} [{way}id="{name}", tooltip={tip}, {look}, weight={weight}]'


def _style(cluster: Cluster, notation: Notation) -> ClusterStyle:
    styles = notation.clusters
    if cluster.side is Side.UNKNOWN:
        return styles.unknown
    if cluster.side is Side.DOMESTIC:
        return styles.domestic
    return styles.customers if cluster.customers else styles.overseas


def _classes(box: Box) -> str:
    marks = {"violation": box.broken, "declared-only": box.declared_only}
    return " ".join(["box", box.shape.name.lower(), *(mark for mark, has in marks.items() if has)])


def _look(line: Line, drawing: Drawing, notation: Notation, right: bool) -> str:
    """Colour says origin; dots metadata; dashes possible; a hollow head never seen; weight and red a violation."""
    colours = notation.colours
    lanes = {
        Origin.OVERSEAS: colours.overseas,
        Origin.DOMESTIC: colours.domestic,
        Origin.UNKNOWN: colours.unknown,
    }
    paints = [paint for origin, paint in lanes.items() if origin in line.origins and not drawing.plain]
    paints = paints or [colours.none]
    classes = ["flow", line.id, *(f"origin-{o.name.lower()}" for o in lanes if o in line.origins and o.name)]
    styles, width = [], 1.8
    if line.metadata:
        paints = [colours.metadata]
        classes.append("metadata")
        styles.append("dotted")
    elif line.possible:
        classes.append("possible")
        styles.append("dashed")
    if line.weight is Weight.LANE:
        paints, width = [*paints, drawing.accent.colour], 2.4
    elif line.weight is Weight.BROKEN:
        paints, width = [drawing.accent.colour], 4
    colour = ":white:".join(paints)
    if len(paints) > 1 and not right:
        # The head at the left end has the second colour of the list: not the white between the lanes.
        colour = f"white:{colour}"
    if line.violations:
        classes += ["violation", *line.violations]
    if line.declared_only:
        classes.append("declared-only")
    head = ", arrowhead=onormal, arrowtail=onormal" if line.declared_only else ""
    style = f", style={styles[0]}" if styles else ""
    return f'class="{" ".join(classes)}", color="{colour}", penwidth={width:g}{style}{head}'
