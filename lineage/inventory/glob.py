"""Patterns with `*` and `?`, matched without ever going back more than one star: no pattern is slow."""

from __future__ import annotations

from dataclasses import dataclass


def fits(pattern: str, text: str) -> bool:
    """Whether the whole text fits: `*` is any run of characters, `?` is one, everything else is itself.

    At most len(pattern) * len(text) steps, whatever the pattern.

    >>> fits("*.example.com", "api.example.com"), fits("*.example.com", "example.com"), fits("a?c", "abc")
    (True, False, True)
    """
    at = mark = 0
    star = -1
    for_pattern = 0
    while at < len(text):
        if for_pattern < len(pattern) and pattern[for_pattern] == "*":
            star, mark = for_pattern, at
            for_pattern += 1
        elif for_pattern < len(pattern) and pattern[for_pattern] in ("?", text[at]):
            for_pattern += 1
            at += 1
        elif star >= 0:
            for_pattern = star + 1
            mark += 1
            at = mark
        else:
            return False
    return not pattern[for_pattern:].strip("*")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern with what makes matching many of them fast."""

    text: str
    literal: bool
    """No star, no question mark: it fits only itself."""
    weight: int
    """Number of its characters that are not wild: the longer, the more specific."""
    head: str
    tail: str

    @classmethod
    def of(cls, text: str) -> Pattern:
        """The pattern of a text.

        >>> Pattern.of("pg-*.example").tail
        '.example'
        """
        plain = text.replace("*", "").replace("?", "")
        spaced = text.replace("?", "*")
        return cls(text, plain == text, len(plain), spaced.split("*", 1)[0], spaced.rsplit("*", 1)[-1])

    def fits(self, text: str) -> bool:
        """Whether the whole text fits."""
        if self.literal:
            return self.text == text
        return text.startswith(self.head) and text.endswith(self.tail) and fits(self.text, text)
