"""The line of a user's file that is meant, with an underline."""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import lru_cache
from itertools import chain

WIDTH = 100


@lru_cache(maxsize=4)
def _starts(text: str) -> array[int]:
    """Where each line starts; compact, because a hostile file is all line ends."""
    return array("L", chain((0,), (match.end() for match in re.finditer("\r\n|\r|\n", text))))


def line_of(text: str, number: int) -> str:
    """Line `number` (from 1) of a text, or "" past its end."""
    starts = _starts(text)
    if not 0 < number <= len(starts):
        return ""
    end = starts[number] if number < len(starts) else len(text)
    return text[starts[number - 1] : end].rstrip("\r\n")


def excerpt(line: str, number: int, column: int, end: int) -> str:
    """Two lines: the text with its number, and a row of ^ below columns `column` to `end` (exclusive, from 1).

    Wide (Chinese) characters take two columns of the screen; a long line is cut around the place.

    >>> print(excerpt("    countri: SG", 7, 5, 12))
      7 |     countri: SG
        |     ^^^^^^^
    """
    start = max(column - 1, 0)
    stop = min(max(end - 1, start + 1), start + WIDTH)
    cut = max(start - WIDTH // 2, 0)
    before = ("… " if cut else "") + _visible(line[cut:start])
    marked = _visible(line[start:stop])
    after = _visible(line[stop : stop + WIDTH // 2]) + (" …" if len(line) > stop + WIDTH // 2 else "")
    gutter = f"{number:>3} | "
    rule = " " * (len(gutter) - 2) + "| "
    return (
        f"{gutter}{before}{marked}{after}".rstrip()
        + f"\n{rule}{' ' * _width(before)}{'^' * max(_width(marked), 1)}"
    )


def shorten(text: str, most: int = 300) -> str:
    """A message in which a hostile key or word does not fill the screen."""
    return text if len(text) <= most else f"{text[:most]}…"


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
