"""Strict YAML into pydantic models, with a place for everything. Inventory, policy packs and views use it.

    model, positions = yamlfile.load("lineage.yaml", Inventory)

What is strict about it:

- Scalars are of the core kind: `true`, `false`, `null` and decimal numbers; everything else is text (`NO`, `on`,
  `12:30`, `010`, dates). Where the model wants text, a number is kept as written: `1.10` stays `1.10`.
- A key that is written twice, tags, anchors, aliases, merge keys and a second document are errors.
- UTF-8 only, at most 4 MiB, 100,000 values, 40 levels: a hostile file fails fast and small.
- pydantic validates in strict mode; derive models from `Entry` and unknown keys are errors too.
- All problems of a file are told at once, each with file:line:column, the line underlined, what is allowed
  and what was perhaps meant.

Every `Entry` knows where it stands: `entry.source` is a `meaning.Source`. `Positions` gives the place of any
other value, and makes `Problem`s for what only a second look can find (two entries that contradict).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from lineage.errors import ConfigError, Problem
from lineage.meaning import Source
from lineage.yamlfile import complaints, nodes
from lineage.yamlfile.nodes import Node

__all__ = ["Entry", "Positions", "load", "loads", "read"]

MAX_ERRORS = 30_000


class Entry(BaseModel):
    """Base of everything that a person writes in YAML: strict, frozen, no unknown keys, knows its place.

    >>> class Rule(Entry):
    ...     id: str
    >>> rule, _ = loads("id: 1.10", Rule, "pack.yaml")
    >>> rule.id, str(rule.source)
    ('1.10', 'pack.yaml:1:1')
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    _source: Source | None = PrivateAttr(default=None)

    @property
    def source(self) -> Source | None:
        """Where it is written; None when it was made in code."""
        return self._source


class Readable(Protocol):
    """A path, or a file inside a package (`importlib.resources`)."""

    def read_bytes(self) -> bytes:
        """The whole file."""


@dataclass(frozen=True, slots=True)
class Positions:
    """Where each value of a loaded file stands. A path is keys and indexes from the top: `("places", 0, "host")`."""

    file: str
    text: str
    root: Node

    def source(self, *path: str | int) -> Source:
        """The place of the value at `path`; of the nearest value above it, if there is none."""
        problem = self.problem("", *path)
        return Source(self.file, problem.line, problem.column)

    def problem(
        self, what: str, *path: str | int, on_key: bool = False, allowed: str = "", remedy: str = ""
    ) -> Problem:
        """A problem at `path`, with the line underlined; `on_key` points at the key instead of its value."""
        return complaints.place(
            self.root, path, self.file, self.text, what, on_key=on_key, allowed=allowed, remedy=remedy
        )


Model = TypeVar("Model", bound=BaseModel)


def load(path: str | Path | Readable, model: type[Model], file: str = "") -> tuple[Model, Positions]:
    """A YAML file as a model, and where everything stands.

    Args:
        path: the file; or a resource inside a package.
        file: the name for messages; by default the path as given.

    Raises:
        ConfigError: the file cannot be read, is not this loader's YAML, or does not fit the model.
    """
    return loads(read(path), model, file or str(path))


def read(path: str | Path | Readable) -> bytes:
    """The bytes of a file that a person wrote.

    Raises:
        ConfigError: the file cannot be read.
    """
    readable = Path(path) if isinstance(path, str) else path
    try:
        return readable.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ConfigError.of(f"the file cannot be read: {reason}", file=str(path)) from None


def loads(data: bytes | str, model: type[Model], file: str) -> tuple[Model, Positions]:
    """As `load`, from what is already in memory; `file` is its name for messages.

    Raises:
        ConfigError: not this loader's YAML, or does not fit the model.

    >>> class Rule(Entry):
    ...     id: str
    ...     limit: int = 0
    >>> loads("id: a\\nlimt: 3", Rule, "pack.yaml")
    Traceback (most recent call last):
    ...
    lineage.errors.ConfigError: pack.yaml:2:1: unknown key 'limt'. did you mean 'limit'?
      2 | limt: 3
        | ^^^^
    """
    text = nodes.decode(data, file)
    root = nodes.compose(text, file)
    if root.entries is None:
        raise ConfigError(
            [complaints.place(root, (), file, text, "the file must be keys with values at the top")]
        )
    instance = _validate(model, root, text, file)
    _locate(instance, root, file)
    return instance, Positions(file, text, root)


def _validate(model: type[Model], root: Node, text: str, file: str) -> Model:
    while True:
        try:
            return _check(model, root.value())
        except ValidationError as error:
            if error.error_count() > MAX_ERRORS:
                few = _fewer_errors(model, root, error)
                raise ConfigError(
                    complaints.problems(few, model, root, text, file, error.error_count())
                ) from None
            numbers = complaints.wanted_as_text(error.errors(include_url=False, include_input=False), root)
            if not numbers:
                raise ConfigError(complaints.problems(error, model, root, text, file)) from None
            for node in numbers:
                node.scalar = node.text


def _check(model: type[Model], value: Any) -> Model:
    # Through JSON, because strict mode takes lists for tuples and text for dates and enums only there.
    return model.model_validate_json(json.dumps(value, ensure_ascii=False), strict=True)


def _fewer_errors(model: type[BaseModel], root: Node, error: ValidationError) -> ValidationError:
    """The errors of the first items of each list only: pydantic's account of all would take gigabytes."""
    for items in (100, 1000, 5000):
        try:
            _check(model, root.value(items))
        except ValidationError as few:
            if few.error_count() <= MAX_ERRORS:
                return few
    return error


def _locate(value: object, node: Node, file: str) -> None:
    """Give every entry below `value` its place; the tree of nodes has the shape of the model, or it is left out."""
    if isinstance(value, BaseModel):
        if isinstance(value, Entry):
            value._source = Source(file, node.line, node.column)
        if node.entries is None:
            return
        fields = type(value).model_fields
        for name, field in fields.items():
            pair = node.entries.get(field.alias or name)
            if pair is not None:
                _locate(getattr(value, name), pair[1], file)
    elif isinstance(value, dict) and node.entries is not None:
        for key, (_, child) in node.entries.items():
            _locate(value.get(key), child, file)
    elif isinstance(value, list | tuple):
        children: Iterable[Node] = node.items if node.items is not None else [node]
        for item, child in zip(value, children, strict=False):
            _locate(item, child, file)
