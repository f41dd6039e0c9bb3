"""DOT to SVG, PNG or PDF: by Graphviz's `dot` if it is installed, else by pygraphviz, which brings its own.

Two passes by the same engine: the first lays the picture out, the second repeats that layout with the
border drawn through the gates. The border is no edge, because edges bend; where it runs differs between
versions of Graphviz, so it is never written into the DOT that `draw` returns.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from lineage.errors import ConfigError, LineageError

FORMATS = ("svg", "png", "pdf", "dot")
DPI = 130
"""Of a PNG."""
SECONDS = 120
"""After which an engine that does not answer is stopped."""
FALLBACK_FONTS = "'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
"""What an SVG asks for where the reader's machine lacks the notation's font."""

Engine = Callable[[str, str], bytes]
"""(DOT, Graphviz output format) to bytes."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture, or the reason why there is none."""

    data: bytes | None
    """The file; None when no engine is installed."""
    engine: str
    """`dot`, `pygraphviz`, or empty when none was needed or found."""
    notices: tuple[str, ...] = ()
    """What the reader of the command line should know: what to install."""


def render(dot: str, form: str) -> Rendered:
    """A DOT of `draw` as a picture in the format `form`.

    Args:
        form: `svg`, `png`, `pdf` or `dot`.

    Raises:
        ConfigError: no such format.
        LineageError: the engine failed on this DOT.

    >>> render("digraph lineage {}", "dot").data
    b'digraph lineage {}'
    """
    if form not in FORMATS:
        raise ConfigError.of(
            f"there is no diagram format {form!r}", allowed=f"formats are {', '.join(FORMATS)}"
        )
    if form == "dot":
        return Rendered(dot.encode(), "")
    name, engine = _engine()
    if engine is None:
        return Rendered(None, "", (NO_ENGINE,))
    with_line = _bordered(dot, engine)
    if form == "svg":
        return Rendered(_accessible(engine(with_line, "svg").decode(), dot).encode(), name)
    if form == "png":
        with_line = with_line.replace("graph [", f"graph [\n    dpi={DPI},", 1)
    notices = () if dot.isascii() or not lacks_chinese() else (NO_FONT,)
    return Rendered(engine(with_line, form), name, notices)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where an engine puts things: points from the left and the top."""

    width: float
    height: float
    boxes: Mapping[str, tuple[float, float, float, float]]
    """Name in the DOT of a node or cluster -> left, top, width, height."""


def layout(dot: str) -> Layout | None:
    """The layout of a DOT of `draw`; None when no engine is installed.

    Raises:
        LineageError: the engine failed on this DOT.
    """
    _, engine = _engine()
    if engine is None:
        return None
    page = _positions(dot, engine)
    _, _, width, height = _numbers(page["bb"])
    boxes = {}
    for one in page.get("objects", ()):
        if "bb" in one:
            left, low, right, high = _numbers(one["bb"])
        elif "pos" in one:
            (x, y), wide, tall = _numbers(one["pos"]), 36 * float(one["width"]), 36 * float(one["height"])
            left, low, right, high = x - wide, y - tall, x + wide, y + tall
        else:
            continue
        boxes[one["name"]] = (left, height - high, right - left, high - low)
    return Layout(width, height, boxes)


NO_ENGINE = (
    "no Graphviz was found, so no picture was made. Install one of: the package `graphviz` of your system; "
    "or `pip install 'dataflow-lineage[render]'`. DOT and Mermaid text need neither"
)
NO_FONT = (
    "no Chinese font was found on this machine: Chinese text in PNG and PDF may be empty boxes. "
    "Install one (Debian, Ubuntu: `fonts-noto-cjk`; Fedora: `google-noto-sans-cjk-fonts`), or take SVG"
)


# --- engines -------------------------------------------------------------------------------------------


def _engine() -> tuple[str, Engine | None]:
    if shutil.which("dot"):
        return "dot", _by_dot
    try:
        import pygraphviz  # noqa: F401
    except ImportError:
        return "", None
    return "pygraphviz", _by_pygraphviz


def _by_dot(dot: str, form: str) -> bytes:
    path = shutil.which("dot") or "dot"
    try:
        done = subprocess.run(  # noqa: S603 - the program that the user installed, no shell, text on its input
            [path, f"-T{form}"], input=dot.encode(), capture_output=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        raise _failed("dot", f"gave no answer in {SECONDS} s") from None
    if done.returncode or not done.stdout:
        # Its message may quote the text of labels, which is telemetry: only the status is told.
        raise _failed("dot", f"ended with status {done.returncode}")
    return done.stdout


def _by_pygraphviz(dot: str, form: str) -> bytes:
    import pygraphviz

    try:
        # `string=`: text that begins with a comment would be taken for the name of a file.
        drawn = pygraphviz.AGraph(string=dot).draw(format=form, prog="dot")
    except Exception as error:
        raise _failed("pygraphviz", f"stopped with {type(error).__name__}") from None
    if not drawn:
        raise _failed("pygraphviz", "drew nothing")
    return bytes(drawn)


def _failed(engine: str, how: str) -> LineageError:
    return LineageError.of(
        f"the picture could not be laid out: {engine} {how}",
        remedy="write DOT (-o FILE.dot) and try another version of Graphviz, or narrow the view",
    )


def lacks_chinese() -> bool:
    """Whether fontconfig knows no font for Chinese; False where that cannot be told."""
    path = shutil.which("fc-list")
    if not path:
        return False
    try:
        done = subprocess.run([path, ":lang=zh", "family"], capture_output=True, check=False, timeout=30)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and not done.stdout.strip()


# --- the border ----------------------------------------------------------------------------------------


def _bordered(dot: str, engine: Engine) -> str:
    """The same DOT with the border's line behind everything, from the top to the bottom of the jurisdictions."""
    if "\n    b0 [" not in dot:
        return dot
    objects = {one.get("name", ""): one for one in _positions(dot, engine)["objects"]}
    x = float(objects["b0"]["pos"].split(",")[0])
    spans = [_numbers(one["bb"])[1::2] for name, one in objects.items() if name.startswith("cluster_j")]
    for name, one in objects.items():
        if re.fullmatch(r"b\d+", name):
            middle, half = _numbers(one["pos"])[1], 36 * float(one["height"])
            spans.append([middle - half, middle + half])
    low, high = min(low for low, _ in spans), max(high for _, high in spans)
    colour = _colour(dot)
    # Lines only: text in `_background` crashes dot 2.43.
    line = f"S 15 -setlinewidth(3) S 6 -dashed c 7 -{colour} L 2 {x:.0f} {low:.0f} {x:.0f} {high:.0f}"
    return dot.replace("graph [", f'graph [\n    _background="{line}",', 1)


def _positions(dot: str, engine: Engine) -> dict[str, Any]:
    # `json0` has the positions alone; the drawing operations of `json` hold stray bytes in Graphviz 14.1.
    found: dict[str, Any] = json.loads(engine(dot, "json0").decode("utf-8", "replace"))
    return found


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def _colour(dot: str) -> str:
    """The border's colour, as its name is written in it."""
    found = re.search(r'\n    b0 \[.*?color="(#[0-9A-Fa-f]{6})"', dot)
    return found[1] if found else "#8C1D18"


# --- SVG -----------------------------------------------------------------------------------------------


def _accessible(svg: str, dot: str) -> str:
    """With a role, a title, a description and a language for those who cannot see it, and fonts to fall back on."""
    about = _about(dot)
    title, description = escape(about.get("title", "")), escape(about.get("description", ""))
    head = f'<svg role="img" lang="{escape(about.get("language", "en"))}" aria-labelledby="lineage-title lineage-description" '
    names = (
        f'\n<title id="lineage-title">{title}</title>\n<desc id="lineage-description">{description}</desc>'
    )
    svg = re.sub(r"<svg ([^>]*)>", lambda m: f"{head}{m[1]}>{names}", svg, count=1)
    font = re.search(r'fontname="([A-Za-z0-9 -]+)"', dot)
    if font:
        svg = svg.replace(f'font-family="{font[1]}"', f"font-family=\"'{font[1]}', {FALLBACK_FONTS}\"")
    return svg


def _about(dot: str) -> Mapping[str, str]:
    first = dot.partition("\n")[0]
    prefix = "// lineage-diagram/1 "
    if not first.startswith(prefix):
        return {}
    found: dict[str, str] = json.loads(first.removeprefix(prefix))
    return found
