"""CEL by Google's binding: expressions compiled against declared variables, and evaluated with what is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from lineage.contracts._variables import Over, Told, variables
from lineage.words import nearest

if TYPE_CHECKING:
    from cel_expr_python import cel

_LITERAL = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_PATTERN = re.compile(rf"\.\s*matches\s*\(\s*(r?(?:{_LITERAL}))\s*\)")
_NAME = re.compile(r"\b(?:place|flow)\.[a-z_]+")


def named(text: str) -> list[str]:
    """The variables that an expression names, in its order.

    >>> named("place.role == 'log' || place.zone == 'a'")
    ['place.role', 'place.zone']
    """
    return list(dict.fromkeys(_NAME.findall(text)))


@lru_cache(maxsize=2)
def _environment(over: Over) -> cel.Env:
    try:
        from cel_expr_python import cel
    except ImportError:
        raise ValueError("rules of type 'expression' need CEL: pip install 'dataflow-lineage[cel]'") from None
    types = {
        "string": cel.Type.STRING,
        "double": cel.Type.DOUBLE,
        "bool": cel.Type.BOOL,
        "strings": cel.Type.List(cel.Type.STRING),
    }
    return cel.NewEnv(variables={name: types[kind] for name, kind in variables(over).items()})


@lru_cache(maxsize=1000)
def compiled(text: str, over: Over) -> cel.Expression:
    """An expression, checked against its variables.

    Raises:
        ValueError: not CEL, a variable or type that does not fit, a pattern that RE2 refuses; or CEL is not installed.
    """
    environment = _environment(over)
    expression = _compile(environment, text, over)
    if expression.return_type().name() != "BOOL":
        raise ValueError(f"this gives {expression.return_type().name().lower()}, and true or false is wanted")
    for pattern in _PATTERN.findall(text):
        if evaluated(environment.compile(f"''.matches({pattern})"), {}) is None:
            raise ValueError(f"{pattern} is no regular expression of RE2")
    return expression


def _compile(environment: cel.Env, text: str, over: Over) -> cel.Expression:
    try:
        return environment.compile(text)
    except RuntimeError as error:
        said = str(error).partition("\n")[0].removesuffix(" [INVALID_ARGUMENT]")
        column, _, what = said.rpartition("ERROR: <input>:")[2].partition(": ")
        what = (what or said).removesuffix(" (in container '')")
        line, _, at = column.partition(":")
        place = f" (line {line}, column {at} of the expression)" if at.isdigit() else ""
    hints = [name for name in named(text) if name not in variables(over)]
    if hints and "undeclared reference" in what:
        near = nearest(hints[0], variables(over))
        known = f"did you mean {near!r}?" if near else f"Known: {', '.join(variables(over))}"
        raise ValueError(f"{what}{place}. {known}")
    number = (
        ". Numbers are compared as 30.0, not 30" if "double, int" in what or "int, double" in what else ""
    )
    raise ValueError(f"{what}{place}{number}")


def evaluated(expression: cel.Expression, told: Mapping[str, Told]) -> bool | None:
    """True, false, or None: it depends on what nobody told, or cannot be evaluated (an index, a division, too many steps)."""
    data = {name: _plain(value) for name, value in told.items() if value is not None}
    try:
        result = expression.eval(data=data)
    except RuntimeError:  # the library's own bound on steps
        return None
    return bool(result.value()) if result.type().name() == "BOOL" else None


def _plain(value: Told) -> Told:
    """A value as CEL takes it: text of telemetry may hold halves of characters, which C++ refuses."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [each.encode("utf-8", "backslashreplace").decode() for each in value]
    return value
