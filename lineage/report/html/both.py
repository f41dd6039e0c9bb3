"""Text in both languages, as the report's data has it: `[en, zh]`, or one string where both say the same."""

from __future__ import annotations

from lineage.diagram.text import Text
from lineage.findings import Ref, Value
from lineage.meaning import Title
from lineage.report import said
from lineage.words import LANGUAGES, MESSAGES, name, sentence, shown

Both = str | list[str]

LONGEST = 200
"""Characters of a name; names of telemetry may be of any length."""


def pair(en: str, zh: str) -> Both:
    """Two texts, or one.

    >>> pair("Germany", "德国"), pair("redis", "redis")
    (['Germany', '德国'], 'redis')
    """
    return en if en == zh else [en, zh]


def told(text: Both, lang: str) -> str:
    """One language of a text.

    >>> told(["Germany", "德国"], "zh"), told("redis", "zh")
    ('德国', 'redis')
    """
    return text if isinstance(text, str) else text[LANGUAGES.index(lang)]


def both(message: str, **facts: Value) -> Both:
    """A message with its facts filled in.

    >>> both("html.gap", what="spans", count=3)
    ['spans: 3', 'spans：3']
    """
    return pair(*(sentence(message, facts, lang) for lang in LANGUAGES))


def word(message: str, plain: str = "") -> Both:
    """A message without facts; `plain` where the catalogue does not have it."""
    return both(message) if message in MESSAGES else shown(plain or message)


def named(ref: Ref) -> Both:
    """A place's name."""
    return pair(*(cut(name(ref, lang)) for lang in LANGUAGES))


def titled(title: Title) -> Both:
    """A title of a rule or pack."""
    return pair(*(said.title(title, lang) for lang in LANGUAGES))


def text(word: Text) -> Both:
    """A word of diagrams."""
    return pair(word.en, word.zh)


def like(text: Both) -> Ref:
    """Text in both languages as a value of a sentence."""
    en, zh = (told(text, lang) for lang in LANGUAGES)
    return Ref("", en, zh)


def cut(name: str, longest: int = LONGEST) -> str:
    """At most so many characters, with … in the middle for the rest.

    >>> cut("abcdefghij", 5)
    'abc…j'
    """
    if len(name) <= longest:
        return name
    tail = longest // 3
    return f"{name[: longest - 1 - tail]}…{name[len(name) - tail :]}"
