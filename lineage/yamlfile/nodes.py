"""YAML text -> a tree of nodes that know where they stand. The strict part of the loader.

Plain YAML reads the country `NO` as false, `12:30` as 750 and `010` as 8, keeps the last of two equal
keys without a word, and lets ten lines grow to gigabytes by aliases. Here only `true`, `false`, `null`
and decimal numbers are not text, and what nobody needs in a list of places is refused: tags, anchors,
aliases, merge keys, several documents, characters that turn text around on the screen.

The tree is built from the parser's events with a stack of our own, so that neither depth nor size of a
hostile file is found out by a crash.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import yaml

from lineage.errors import ConfigError, Problem
from lineage.yamlfile.excerpt import excerpt, line_of, shorten

MAX_BYTES = 4 << 20
MAX_NODES = 100_000
MAX_DEPTH = 40

Scalar = str | int | float | bool | None

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,2})?\Z")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}
_DECEIVING = re.compile("[\u202a-\u202e\u2066-\u2069\u2028\u2029\x85]")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """A scalar, a list or a mapping, with its place: lines and columns from 1, the end exclusive."""

    line: int
    column: int
    end_line: int = 0
    end_column: int = 0
    scalar: Scalar = None
    text: str | None = None
    """The scalar as written; None for lists and mappings."""
    items: list[Node] | None = None
    entries: dict[str, tuple[Node, Node]] | None = None
    """Key and value nodes by key; keys are always text."""

    def value(self, most: int | None = None) -> Any:
        """As plain Python data; of each list and mapping only the first items, if `most` says how many."""
        if self.entries is not None:
            return {key: child.value(most) for key, (_, child) in islice(self.entries.items(), most)}
        if self.items is not None:
            return [child.value(most) for child in self.items[:most]]
        return self.scalar

    def child(self, step: str | int) -> Node | None:
        """The node below a key or at an index, or None."""
        if self.entries is not None and isinstance(step, str):
            pair = self.entries.get(step)
            return pair[1] if pair else None
        if self.items is not None and isinstance(step, int) and 0 <= step < len(self.items):
            return self.items[step]
        return None


_TELEMETRY = (
    '"resourceSpans"',
    '"resource_spans"',
    '"resourceLogs"',
    '"resourceMetrics"',
    '"traceId"',
    '"lineage-snapshot',
)


def decode(data: bytes | str, file: str) -> str:
    """UTF-8 text of a file, without byte order mark.

    Raises:
        ConfigError: too large, not UTF-8, or with characters that change order or lines on the screen only.
    """
    if len(data) > MAX_BYTES:
        raise ConfigError.of(
            f"the file has more than {MAX_BYTES >> 20} MiB", file=file, remedy="split it into several files"
        )
    if isinstance(data, bytes):
        try:
            text = data.removeprefix(codecs.BOM_UTF8).decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise ConfigError.of(
                "this is not UTF-8",
                file=file,
                line=line,
                allowed="YAML files are UTF-8",
                remedy="save it as UTF-8",
            ) from None
    else:
        text = data.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "[") and any(word in text for word in _TELEMETRY):
        # An excerpt of such a file would show a prompt.
        raise ConfigError.of(
            "this is telemetry or a snapshot, not YAML that a person wrote",
            file=file,
            remedy="give spans as SPANS, and an inventory, pack or view here",
        )
    found = _DECEIVING.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        raise ConfigError.of(
            f"the character U+{ord(found.group()):04X} makes this line read otherwise than it is",
            file=file, line=line, column=column, remedy="remove it",
        )  # fmt: skip
    return text


def compose(text: str, file: str) -> Node:
    """The tree of a YAML document.

    Raises:
        ConfigError: not YAML, or YAML that this loader refuses; all repeated keys at once.
    """
    builder = _Builder(file, text)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.YAMLError as error:
        raise ConfigError([_syntax(error, text, file)]) from None
    return builder.finish()


def _events(text: str) -> Iterator[Any]:
    loader = _LOADER(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


@dataclass(slots=True)
class _Builder:
    file: str
    text: str
    root: Node | None = None
    nodes: int = 0
    stack: list[tuple[Node, Node | None]] = field(default_factory=list)
    """Open lists and mappings, each with the key that waits for its value."""
    problems: list[Problem] = field(default_factory=list)

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self.refuse(event)
            node = self.node(event)
            _end(node, event)
            node.text = event.value
            node.scalar = _resolve(event.value) if event.implicit[0] else event.value
            self.put(node)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.refuse(event)
            node = self.node(event)
            if isinstance(event, yaml.MappingStartEvent):
                node.entries = {}
            else:
                node.items = []
            if len(self.stack) >= MAX_DEPTH:
                self.stop(node, f"this is nested more than {MAX_DEPTH} deep")
            if self.stack and self.stack[-1][0].entries is not None and self.stack[-1][1] is None:
                self.stop(node, "a key must be text, not a list or a mapping")
            self.stack.append((node, None))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            node, _ = self.stack.pop()
            _end(node, event)
            self.put(node)
        elif isinstance(event, yaml.AliasEvent):
            self.refuse(event)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.stop(
                self.node(event),
                "a second document begins here",
                remedy="one document a file: remove the ---",
            )

    def node(self, event: Any) -> Node:
        self.nodes += 1
        node = Node(event.start_mark.line + 1, event.start_mark.column + 1)
        if self.nodes > MAX_NODES:
            self.stop(
                node, f"the file has more than {MAX_NODES:,} values", remedy="split it into several files"
            )
        return node

    def put(self, node: Node) -> None:
        """Hang a finished node where it belongs: below the open list, as a key, or as a key's value."""
        if not self.stack:
            self.root = node
            return
        parent, key = self.stack[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif key is None:
            if node.text == "<<":
                self.stop(node, "merge keys (<<) are not allowed", remedy="write the keys out")
            self.stack[-1] = (parent, node)
        else:
            self.stack[-1] = (parent, None)
            self.add(parent, key, node)

    def add(self, parent: Node, key: Node, value: Node) -> None:
        assert parent.entries is not None  # noqa: S101 - put() has looked
        name = key.text or ""
        first = parent.entries.get(name)
        if first is None:
            parent.entries[name] = (key, value)
        elif len(self.problems) < 100:
            self.problems.append(
                self.problem(
                    key,
                    f"key {name!r} is written twice in this mapping, first in line {first[0].line}, column {first[0].column}",
                    remedy="keep one",
                )
            )

    def refuse(self, event: Any) -> None:
        """Anchors, aliases and tags."""
        if event.anchor is not None:
            mark = "an alias" if isinstance(event, yaml.AliasEvent) else "an anchor"
            self.stop(
                self.node(event), f"{mark} (* or &) is not allowed here",
                remedy="write the value out; put quotes around text that begins with * or &",
            )  # fmt: skip
        if event.tag is not None:
            self.stop(
                self.node(event), "a tag (!) is not allowed here",
                remedy="leave it out; put quotes around what is text",
            )  # fmt: skip

    def problem(self, node: Node, what: str, remedy: str = "") -> Problem:
        line = line_of(self.text, node.line)
        end = node.end_column if node.end_line == node.line else node.column + 1
        return Problem(
            shorten(what),
            self.file,
            node.line,
            node.column,
            remedy=remedy,
            excerpt=excerpt(line, node.line, node.column, end),
        )

    def stop(self, node: Node, what: str, remedy: str = "") -> None:
        raise ConfigError([*self.problems, self.problem(node, what, remedy)])

    def finish(self) -> Node:
        if self.problems:
            raise ConfigError(self.problems)
        if self.root is None:
            raise ConfigError.of(
                "the file is empty", file=self.file, remedy="write at least one key, or leave it out"
            )
        return self.root


def _end(node: Node, event: Any) -> None:
    node.end_line, node.end_column = event.end_mark.line + 1, event.end_mark.column + 1


def _resolve(text: str) -> Scalar:
    """What a plain (unquoted) scalar is.

    >>> [_resolve(word) for word in ("NO", "on", "12:30", "010", "2026-11-25", "true", "7", "1.50", "null")]
    ['NO', 'on', '12:30', '010', '2026-11-25', True, 7, 1.5, None]
    """
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > 40:
        return text
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """A parser's complaint as a problem: its words, our place, and what to do where we know."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    context = getattr(error, "context", None)
    remedy = ""
    if "tab" in what or "'\\t'" in what:
        remedy = "indent with spaces"
    elif (context and "alias" in context) or "alias" in what:
        remedy = "put quotes around text that begins with *"
    elif "mapping values are not allowed" in what:
        remedy = "put quotes around text that has ': ' in it, and look at the indentation"
    elif "cannot start any token" in what:
        remedy = "put quotes around text that begins with @ ` % or the like"
    what = f"not YAML: {what}" + (f" {context}" if context else "")
    if mark is None:
        position = getattr(error, "position", None)
        if not isinstance(position, int):
            return Problem(what, file, remedy=remedy)
        starts = [0, *(match.end() for match in re.finditer("\n", text))]
        line = bisect_right(starts, position)
        return Problem(what, file, line, position - starts[line - 1] + 1, remedy=remedy)
    return Problem(
        what, file, mark.line + 1, mark.column + 1, remedy=remedy,
        excerpt=excerpt(line_of(text, mark.line + 1), mark.line + 1, mark.column + 1, mark.column + 2),
    )  # fmt: skip
