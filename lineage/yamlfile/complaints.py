"""What pydantic finds wrong -> problems that a person can act on.

pydantic names a place by a path (`loc`) in which the names of union branches are mixed with keys, tells a
wrong child and its parent both, and does not know what one may have meant. Here the path is walked over the
YAML nodes, only the deepest of nested complaints stays, all complaints about one place become one sentence,
and unknown keys and words get the nearest allowed one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticUserError

from lineage.errors import Problem
from lineage.yamlfile.excerpt import excerpt, line_of, shorten
from lineage.yamlfile.nodes import Node

Step = str | int
MAX_PROBLEMS = 100

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "none_required": "nothing",
    "date_type": "a date like 2026-11-25",
    "date_parsing": "a date like 2026-11-25",
    "date_from_datetime_parsing": "a date like 2026-11-25",
    "date_from_datetime_inexact": "a date like 2026-11-25",
    "datetime_type": "a time like 2026-11-25T08:00:00Z",
    "datetime_parsing": "a time like 2026-11-25T08:00:00Z",
    "datetime_from_date_parsing": "a time like 2026-11-25T08:00:00Z",
}
_STRUCTURAL = frozenset(
    [
        "string_type",
        "list_type",
        "tuple_type",
        "set_type",
        "frozen_set_type",
        "dict_type",
        "model_type",
        "literal_error",
        "enum",
        "too_short",
    ]
)
_UNKNOWN_KEY = frozenset({"extra_forbidden", "invalid_key"})


def wanted_as_text(errors: Sequence[Mapping[str, Any]], root: Node) -> list[Node]:
    """Numbers and booleans that stand where the model wants text: `1.10` is then kept as written.

    A place where another kind of value would also have been right (a number in a range) is left alone.
    """
    by_node: dict[int, tuple[Node, set[str]]] = {}
    for error in errors:
        node = find(root, steps(root, error["loc"]))
        if node is not None and node.text is not None and isinstance(node.scalar, bool | int | float):
            by_node.setdefault(id(node), (node, set()))[1].add(error["type"])
    return [
        node
        for node, kinds in by_node.values()
        if kinds <= _STRUCTURAL and kinds & {"string_type", "literal_error", "enum"}
    ]


def problems(
    error: ValidationError, model: type[BaseModel], root: Node, text: str, file: str, total: int = 0
) -> list[Problem]:
    """All problems of a file, in the order of its lines; the first hundred in full.

    `total` is the number of errors when `error` holds just the first of them.
    """
    schema = _json_schema(model)
    by_path: dict[tuple[Step, ...], list[Mapping[str, Any]]] = {}
    for item in error.errors(include_url=False, include_input=False):
        path = steps(root, item["loc"])
        if item["type"] == "missing":
            path = (*path, item["loc"][-1])
        by_path.setdefault(path, []).append(item)
    parents = {path[:length] for path in by_path for length in range(len(path))}
    places = sorted((path for path in by_path if path not in parents), key=lambda path: _position(root, path))
    shown = places[:MAX_PROBLEMS]
    unknown = [path for path in shown if by_path[path][0]["type"] in _UNKNOWN_KEY]
    meant = {
        (*path[:-1], near) for path in unknown if (near := _near(str(path[-1]), _keys(schema, path[:-1])))
    }
    told = [path for path in shown if path not in meant or by_path[path][0]["type"] != "missing"]
    found = [_problem(path, by_path[path], schema, root, text, file) for path in told]
    rest = max(len(places), total) - len(shown)
    if rest > 0:
        found.append(Problem(f"and {rest:,} more problems", file))
    return found


def _position(root: Node, path: tuple[Step, ...]) -> tuple[int, int]:
    """Line and column of the last node that a path reaches."""
    node = root
    for step in path:
        child = node.child(step)
        if child is None:
            break
        node = child
    return node.line, node.column


def steps(root: Node, loc: Sequence[Any]) -> tuple[Step, ...]:
    """The keys and indexes of a pydantic `loc`, without the names of union branches in between.

    A branch may be called as a key is, so the reading that gets deepest is taken.
    """
    best: tuple[Step, ...] = ()
    pending: list[tuple[Node, int, tuple[Step, ...]]] = [(root, 0, ())]
    seen: set[tuple[int, int]] = set()
    while pending:
        node, at, path = pending.pop()
        if len(path) > len(best):
            best = path
        for index in range(at, len(loc)):
            child = node.child(loc[index])
            if child is not None and (id(child), index) not in seen:
                seen.add((id(child), index))
                pending.append((child, index + 1, (*path, loc[index])))
    return best


def find(root: Node, path: Iterable[Step]) -> Node | None:
    """The node at the end of a path, or None."""
    node: Node | None = root
    for step in path:
        node = node.child(step) if node is not None else None
    return node


def _problem(
    path: tuple[Step, ...],
    items: list[Mapping[str, Any]],
    schema: Mapping[str, Any],
    root: Node,
    text: str,
    file: str,
) -> Problem:
    """One problem for everything said about one place."""
    # A wrong item makes its list too short as well, which is no news.
    items = [item for item in items if item["type"] != "too_short"] or items
    kinds = {item["type"] for item in items}
    first = items[0]
    if kinds & _UNKNOWN_KEY:
        keys = _keys(schema, path[:-1])
        meant = _near(str(path[-1]), keys)
        return place(
            root, path, file, text, f"unknown key {str(path[-1])!r}", on_key=True,
            allowed=f"allowed here: {', '.join(keys)}" if keys and not meant else "",
            remedy=f"did you mean {meant!r}?" if meant else "",
        )  # fmt: skip
    if kinds == {"missing"}:
        return place(root, path[:-1], file, text, f"key {str(path[-1])!r} is missing", on_key=True)
    node = find(root, path)
    if "union_tag_not_found" in kinds:
        tag = str(first["ctx"]["discriminator"]).strip("'")
        return place(root, path, file, text, f"key {tag!r} is missing", on_key=True)
    if "union_tag_invalid" in kinds:
        tag = str(first["ctx"]["discriminator"]).strip("'")
        words = _quoted(str(first["ctx"]["expected_tags"]))
        return _wrong_word(root, (*path, tag), file, text, words)
    words = [
        word
        for item in items
        if item["type"] in ("literal_error", "enum")
        for word in _quoted(item["ctx"]["expected"])
    ]
    expected = [_EXPECTED[item["type"]] for item in items if item["type"] in _EXPECTED]
    if words and not (kinds - _EXPECTED.keys() - {"literal_error", "enum"}):
        return _wrong_word(root, path, file, text, words, expected)
    said = [
        _sentence(item)
        for item in items
        if item["type"] not in _EXPECTED and item["type"] not in ("literal_error", "enum")
    ]
    if said:
        return place(root, path, file, text, said[0], allowed="; ".join(dict.fromkeys(said[1:])))
    return place(
        root,
        path,
        file,
        text,
        f"{_name(path)} is {_found(node)}",
        allowed=f"it wants {_or([*expected, *words])}",
    )


def place(
    root: Node,
    path: Sequence[Step],
    file: str,
    text: str,
    what: str,
    *,
    on_key: bool = False,
    allowed: str = "",
    remedy: str = "",
) -> Problem:
    """A problem at the value (or the key) that a path leads to, with the line underlined."""
    node: Node = root
    for index, step in enumerate(path):
        last = index == len(path) - 1
        if last and on_key and node.entries is not None and step in node.entries:
            node = node.entries[str(step)][0]
            break
        child = node.child(step)
        if child is None:
            break
        node = child
    end = node.end_column if node.end_line == node.line else node.column + 1
    if node.entries and node.text is None:
        key = next(iter(node.entries.values()))[0]
        end = key.end_column if key.line == node.line else end
    return Problem(
        shorten(what),
        file,
        node.line,
        node.column,
        allowed,
        remedy,
        excerpt(line_of(text, node.line), node.line, node.column, end),
    )


def _wrong_word(
    root: Node,
    path: tuple[Step, ...],
    file: str,
    text: str,
    words: Sequence[str],
    expected: Sequence[str] = (),
) -> Problem:
    node = find(root, path)
    meant = _near(node.text, words) if node is not None and node.text else ""
    allowed = f"it wants {_or([*dict.fromkeys(words), *expected])}"
    return place(
        root, path, file, text, f"{_name(path)} is {_found(node)}", allowed=allowed,
        remedy=f"did you mean {meant!r}?" if meant else "",
    )  # fmt: skip


def _sentence(item: Mapping[str, Any]) -> str:
    if item["type"] == "too_short":
        return f"this list needs at least {item['ctx']['min_length']} item"
    message = str(item["msg"])
    for prefix in ("Value error, ", "Assertion failed, "):
        message = message.removeprefix(prefix)
    return message[:1].lower() + message[1:] if message.startswith("Input") else message


def _name(path: Sequence[Step]) -> str:
    """`key`, or `key[2]` for an item of a list, as people point at it."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"{_name(path[:-1])}[{path[-1]}]"
    return repr(path[-1])


def _found(node: Node | None) -> str:
    if node is None:
        return "not there"
    if node.entries is not None:
        return "keys with values"
    if node.items is not None:
        return "a list"
    if node.scalar is None:
        return "empty"
    shown = node.text if node.text is not None and len(node.text) <= 60 else f"{str(node.text)[:60]}…"
    if isinstance(node.scalar, str):
        return f"the text {shown!r}"
    return f"the word {shown}" if isinstance(node.scalar, bool) else f"the number {shown}"


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _or(words: Sequence[str]) -> str:
    unique = list(dict.fromkeys(words))
    return " or ".join(filter(None, (", ".join(unique[:-1]), unique[-1]))) if unique else "something else"


def _near(word: str, words: Sequence[str]) -> str:
    """The allowed word nearest to what was written, or "".

    >>> _near("retenton", ["region", "retention"])
    'retention'
    """
    if len(word) > 100:
        return ""
    matches = get_close_matches(word.lower(), words, n=1, cutoff=0.7)
    return matches[0] if matches else ""


def _json_schema(model: type[BaseModel]) -> Mapping[str, Any]:
    try:
        return model.model_json_schema()
    except (PydanticInvalidForJsonSchema, PydanticUserError):
        return {}


def _keys(schema: Mapping[str, Any], path: Sequence[Step]) -> list[str]:
    """The keys that may stand at a path, of all branches that it may be."""
    level = _branches(schema, schema)
    for step in path:
        below: list[Mapping[str, Any]] = []
        for branch in level:
            if isinstance(step, int):
                items = [branch.get("items"), *branch.get("prefixItems", [])]
            else:
                extra = branch.get("additionalProperties")
                items = [branch.get("properties", {}).get(step), extra if isinstance(extra, dict) else None]
            for item in items:
                if isinstance(item, dict):
                    below.extend(_branches(schema, item))
        level = below
    return list(dict.fromkeys(key for branch in level for key in branch.get("properties", {})))


def _branches(schema: Mapping[str, Any], part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A schema without references and unions: the list of what it may be."""
    reference = part.get("$ref")
    if isinstance(reference, str):
        target: Any = schema
        for name in reference.removeprefix("#/").split("/"):
            target = target.get(name, {})
        return _branches(schema, target)
    options = [*part.get("anyOf", []), *part.get("oneOf", []), *part.get("allOf", [])]
    return (
        [part, *(branch for option in options for branch in _branches(schema, option))] if options else [part]
    )
