"""Editing the `waivers` of an inventory file as text: every other byte of it stays, comments too.

The file is edited line by line where the loader's tree says the list stands; what comes out is read again, and
nothing is written that does not hold exactly the waivers that were meant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from lineage import yamlfile
from lineage.errors import ConfigError
from lineage.init import quote
from lineage.inventory.merge import same
from lineage.inventory.model import InventoryFile, WaiverEntry
from lineage.yamlfile.nodes import Node, compose, decode

Fields = Mapping[str, str | Sequence[str]]
"""The keys of a waiver as they are written, in order."""

_PLAIN = frozenset({"rule", "expires"})


def waivers_of(text: str, file: str) -> tuple[WaiverEntry, ...]:
    """The waivers that a file holds; none in an empty one.

    Raises:
        ConfigError: the file is wrong.
    """
    if _blank(text):
        return ()
    return yamlfile.loads(text, InventoryFile, file)[0].waivers


def with_waiver(text: str, fields: Fields, file: str) -> str:
    """The text of a file with one waiver more, at the end of its list.

    Args:
        text: the file; may be empty.
        fields: the waiver.
        file: its name for messages.

    Raises:
        ConfigError: the file or the waiver is wrong, or the list is written so that lines cannot be added.

    >>> print(with_waiver("waivers: []  # none", {"rule": "a/b", "reason": "r"}, "x.yaml"))
    Traceback (most recent call last):
    ...
    lineage.errors.ConfigError: the waiver lacks 'approver'. a waiver has rule, reason, approver, expires
    """
    for wanted in ("rule", "reason", "approver", "expires"):
        if not fields.get(wanted):
            raise ConfigError.of(
                f"the waiver lacks {wanted!r}", allowed="a waiver has rule, reason, approver, expires"
            )
    waivers_of("\n".join(["waivers:", *_entry(fields, 2)]), "the new waiver")
    before = waivers_of(text, file)
    lines = text.splitlines()
    if _blank(text):
        lines += ["waivers:", *_entry(fields, 2)]
    else:
        key, items = _list(text, file)
        if items:
            last = items[-1]
            lines[_last_line(last) : _last_line(last)] = _entry(fields, _dash(lines, last))
        elif key is not None:
            lines[key.line - 1] = "waivers:" + _comment_after(lines[key.line - 1])
            lines[key.line : key.line] = _entry(fields, 2)
        else:
            lines += ["", "waivers:", *_entry(fields, 2)]
    return _checked(lines, text, len(before) + 1, before, file)


def without_waivers(text: str, numbers: Collection[int], file: str) -> str:
    """The text of a file without some of its waivers, by their position; comments above an entry stay.

    Raises:
        ConfigError: the file is wrong, or the list is written so that lines cannot be taken out.
    """
    before = waivers_of(text, file)
    if not numbers:
        return text
    lines = text.splitlines()
    key, items = _list(text, file)
    if key is None:
        raise _cannot(file)
    for number in sorted(numbers, reverse=True):
        item = items[number]
        _dash(lines, item)
        del lines[item.line - 1 : _last_line(item)]
    if len(numbers) == len(items):
        lines[key.line - 1] = "waivers: []" + _comment_after(lines[key.line - 1])
    left = tuple(waiver for number, waiver in enumerate(before) if number not in numbers)
    return _checked(lines, text, len(left), left, file)


def _checked(lines: Sequence[str], text: str, count: int, first: Sequence[WaiverEntry], file: str) -> str:
    """The new text, if it holds `count` waivers and begins with these."""
    made = "".join(line + ("\r\n" if "\r\n" in text else "\n") for line in lines)
    try:
        found = waivers_of(made, file)
    except ConfigError:
        raise _cannot(file) from None
    if len(found) != count or not same(found[: len(first)], tuple(first)):
        raise _cannot(file)
    return made


def _blank(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


def _list(text: str, file: str) -> tuple[Node | None, list[Node]]:
    """The key `waivers` and the items below it; no key where there is none."""
    root = compose(decode(text, file), file)
    pair = (root.entries or {}).get("waivers")
    if pair is None and text.lstrip().startswith("{"):
        raise _cannot(file, root.line)
    return (None, []) if pair is None else (pair[0], pair[1].items or [])


def _dash(lines: Sequence[str], item: Node) -> int:
    """How many blanks stand before the `-` of an item.

    Raises:
        ConfigError: it does not begin with a dash on a line of its own.
    """
    before = lines[item.line - 1][: item.column - 1]
    if before.strip() != "-":
        raise _cannot("", item.line)
    return before.index("-")


def _last_line(node: Node) -> int:
    """The line on which the last value below a node ends; the node's own end may lie beyond comments."""
    below = [*(node.items or ()), *(value for _, value in (node.entries or {}).values())]
    if not below:
        # A block scalar ends where the next line begins.
        return node.end_line - 1 if node.end_column == 1 and node.end_line > node.line else node.end_line
    return max(node.line, *map(_last_line, below))


def _comment_after(line: str) -> str:
    at = line.find(" #")
    return "" if at < 0 else line[at:].rstrip()


def _entry(fields: Fields, indent: int) -> list[str]:
    lines: list[str] = []
    for key, value in fields.items():
        if not value:
            continue
        if key in _PLAIN:
            shown = str(value)
        elif isinstance(value, str):
            shown = quote(value)
        else:
            shown = "[" + ", ".join(map(quote, value)) + "]"
        lines.append(f"{' ' * indent}{'  ' if lines else '- '}{key}: {shown}")
    return lines


def _cannot(file: str, line: int = 0) -> ConfigError:
    return ConfigError.of(
        "the list of waivers is written so that lines cannot be added or taken out safely; nothing was changed",
        file=file,
        line=line,
        allowed="`waivers:` at the left margin, and below it each waiver on lines of its own, beginning with `- `",
        remedy="write it so, or edit it by hand",
    )
