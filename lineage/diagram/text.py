"""Text on a picture: in two languages, safe to show whatever it says, and as wide as it is.

Names come from telemetry, and telemetry is written by whoever sends it: a name may hold markup, turn the
reading direction around, or be a kilobyte long. `visible` and `cut` make it harmless to read; each output
format escapes for itself (dot.py, export/).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lineage.words import MESSAGES

Language = Literal["en", "zh", "both"]
LANGUAGES: tuple[Language, ...] = ("en", "zh", "both")


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """The same thing said in English and in Chinese; equal where no language is meant (a host, a table).

    >>> Text("{n} more places", "另有 {n} 处").fill(n="12").lines("both")
    ('12 more places', '另有 12 处')
    >>> Text.plain("redis").lines("both")
    ('redis',)
    """

    en: str
    zh: str

    @classmethod
    def plain(cls, text: str) -> Text:
        """A name that is the same in every language."""
        return cls(text, text)

    def fill(self, **values: str | Text) -> Text:
        """With `{key}` replaced. Not `str.format`: values and templates may hold braces of their own."""
        en, zh = self.en, self.zh
        for key, value in values.items():
            filled = value if isinstance(value, Text) else Text.plain(value)
            en = en.replace(f"{{{key}}}", filled.en)
            zh = zh.replace(f"{{{key}}}", filled.zh)
        return Text(en, zh)

    def lines(self, lang: Language) -> tuple[str, ...]:
        """One line a language; one only where both say the same, none where there is nothing to say."""
        wanted = {"en": (self.en,), "zh": (self.zh,), "both": (self.en, self.zh)}[lang]
        return tuple(dict.fromkeys(line for line in wanted if line))

    def one(self, lang: Language) -> str:
        """Both languages in a single line."""
        return " ".join(self.lines(lang))


NOTHING = Text("", "")


def worded(axis: str, word: str) -> Text:
    """A word of a closed set as words.py has it; as it is where nobody named it.

    >>> worded("protection", "masked").zh
    '掩码'
    """
    message = f"{axis}.{word}"
    return Text(*MESSAGES[message]) if message in MESSAGES else Text.plain(word)


def joined(parts: Iterable[Text], separator: Text | str) -> Text:
    """Texts one after another, with a separator between them."""
    between = separator if isinstance(separator, Text) else Text.plain(separator)
    items = tuple(parts)
    return Text(between.en.join(part.en for part in items), between.zh.join(part.zh for part in items))


def visible(text: str) -> str:
    """Characters that show nothing, break XML or turn the reading direction, as their code in brackets.

    >>> visible("a\\u202eb\\x00\\n"), visible("境外 ✖")
    ('a[U+202E]b[U+0000][U+000A]', '境外 ✖')
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"[U+{ord(c):04X}]" if _hidden(c) else c for c in text)


def _hidden(character: str) -> bool:
    # Separators other than the space look like one (Zs), or break the line (Zl, Zp).
    category = unicodedata.category(character)
    return category in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or (
        category == "Zs" and character not in " \u3000"
    )


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with … for what is left out of the middle: names often differ at their end.

    >>> cut("a-very-long-host.cn-hangzhou.example", 16)
    'a-very-lon…ample'
    """
    if len(text) <= limit:
        return text
    tail = max((limit - 1) // 3, 1)
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def width(text: str, size: float, *, bold: bool = False) -> int:
    """Points that a line takes at a font size, a little more rather than less.

    Graphviz without the font (or compiled to wasm) guesses Chinese far too narrow; this floor does not.
    """
    latin = 0.58 if bold else 0.53
    wide = "━┅▶▷↔⇄→←✖"
    ems = sum(1.0 if unicodedata.east_asian_width(c) in "WF" or c in wide else latin for c in text)
    return round(ems * size)


def wrapped(text: str, limit: int) -> tuple[str, ...]:
    """A sentence in lines of about `limit` Latin letters (half as many Chinese ones), broken at spaces if there are any.

    >>> wrapped("one two three", 8)
    ('one two', 'three')
    """
    lines: list[str] = []
    line = ""
    for word in _words(text):
        if line and _columns(line + word.rstrip()) > limit:
            lines.append(line.rstrip())
            line = ""
        line += word
    if line.strip():
        lines.append(line.rstrip())
    return tuple(lines)


def _words(text: str) -> list[str]:
    """Pieces that may end a line: a word with its space, or one wide character with what clings to it."""
    pieces: list[str] = []
    for c in text:
        wide = unicodedata.east_asian_width(c) in "WF"
        # A line must not begin with closing punctuation (GB/T 15834).
        clings = c in "，。、；：？！）》」』%" or not wide
        fresh = not pieces or pieces[-1].endswith(" ") or (wide and not clings)
        after_wide = (
            bool(pieces) and clings and not wide and unicodedata.east_asian_width(pieces[-1][-1]) in "WF"
        )
        if fresh or after_wide:
            pieces.append(c)
        else:
            pieces[-1] += c
    return [part for piece in pieces for part in _chunks(piece, 60)]


def _chunks(piece: str, size: int) -> list[str]:
    return [piece[start : start + size] for start in range(0, len(piece), size)]


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
