"""The words of SQL text, as far as every dialect agrees on what is a word and what is a literal."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SPACE = re.compile(r"(?:\s+|--[^\n]*)+")
_NAME = r"(?:[^\W\d][\w$]*|\"[^\"\\]*\"|`[^`]*`|\[[\w $-]+\])"
_CHAIN = re.compile(rf"{_NAME}(?:\s*\.\s*(?:{_NAME}|\*))*")
_VALUE = re.compile(r"[0-9][\w.]*|[%:@?][\w()]*|\$\d+")
_QUOTED = {
    "'": re.compile(r"'[^'\\]*(?:(?:''|\\.)[^'\\]*)*'", re.DOTALL),
    '"': re.compile(r'"[^"\\]*(?:(?:""|\\.)[^"\\]*)*"', re.DOTALL),
}
_DOLLAR = re.compile(r"\$(?:[A-Za-z_]\w*)?\$", re.ASCII)


class Words:
    """The words of SQL text: names with their quotes, marks, and `?` for a literal, number or parameter.

    Stops, and is not `whole`, where what follows may be a literal or may be not: unclosed quotes, `\\'` (an escape in
    MySQL, the end of the literal in standard SQL), nested comments, quotes of Oracle's own.
    """

    def __init__(self, text: str, *, whole: bool) -> None:
        self.text, self.whole = text, whole

    def __iter__(self) -> Iterator[str]:
        text, at = self.text, 0
        while at < len(text):
            found = _SPACE.match(text, at)
            if found:
                at = found.end()
                continue
            found = _VALUE.match(text, at)
            if found:
                at = found.end()
                yield "?"
                continue
            found = _CHAIN.match(text, at)
            if found:
                at = found.end()
                if text[at : at + 1] == "'" and found[0].upper() in ("Q", "NQ"):
                    self.whole = False
                    return
                yield found[0]
                continue
            end = self._end(at)
            if end < 0:
                self.whole = False
                return
            if text[at] in "'\"$" and end > at + 1:
                yield "?"
            elif end == at + 1:
                yield text[at]
            at = end

    def _end(self, at: int) -> int:
        """Where the literal, comment or mark at `at` ends; -1 if that cannot be told."""
        text, mark = self.text, self.text[at]
        if mark in _QUOTED:
            quoted = _QUOTED[mark].match(text, at)
            sure = quoted and f"\\{mark}" not in quoted[0].replace("\\\\", "")
            return quoted.end() if quoted and sure else -1
        if mark == "`":
            return -1
        if text.startswith("/*", at):
            end = text.find("*/", at + 2)
            if end < 0 or "/*" in text[at + 2 : end]:
                return -1
            if text[at + 2 : at + 3] in ("!", "M"):
                self.whole = False
            return end + 2
        if mark == "#" and text[at + 1 : at + 2] not in (">", "-", "#", "="):
            # A comment in MySQL, an operator or a temporary table elsewhere.
            self.whole = False
            end = text.find("\n", at)
            return end if end > at + 1 else len(text) if end < 0 else at + 1
        opening = _DOLLAR.match(text, at) if mark == "$" else None
        if opening:
            end = text.find(opening[0], opening.end())
            return end + len(opening[0]) if end >= 0 else -1
        return at + 1
