"""What is demanded of the tool in seventy-two sentences, and which rules serve each: `data/demands.yaml`.

A demand that no rule can serve alone says what serves it instead: a command, a document.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib.resources import files

from pydantic import Field

from lineage import yamlfile
from lineage.errors import ConfigError, Problem
from lineage.packs import Text, builtin_packs, load_pack
from lineage.words import nearest
from lineage.yamlfile import Entry, Readable

FILE = "lineage/data/demands.yaml"


class Demand(Entry):
    """One demand."""

    number: int = Field(ge=1)
    """From 1, without gaps."""
    demand: Text
    """What is demanded, one sentence."""
    rules: tuple[str, ...] = ()
    """Rules that serve it, the foremost first."""
    served_by: Text | None = None
    """What else serves it, where rules alone cannot."""


class _Demands(Entry):
    demands: tuple[Demand, ...] = Field(min_length=1)


def load_demands(rules: Collection[str] | None = None, path: Readable | None = None) -> tuple[Demand, ...]:
    """All demands, in their order.

    Args:
        rules: ids of the rules that exist; by default those of the built-in packs.
        path: another file, for tests.

    Raises:
        ConfigError: the file is wrong, or names a rule that does not exist; all problems at once.

    >>> load_demands()[13].rules
    ('supply/no-account-pool',)
    """
    if rules is None:
        rules = {rule.id for name in builtin_packs() for rule in load_pack(name).rules}
    read, _ = yamlfile.load(path or files("lineage") / "data" / "demands.yaml", _Demands, FILE)
    problems = [
        problem for at, demand in enumerate(read.demands, 1) for problem in _problems(at, demand, rules)
    ]
    if problems:
        raise ConfigError(problems)
    return read.demands


def _problems(at: int, demand: Demand, rules: Collection[str]) -> Iterator[Problem]:
    line = demand.source.line if demand.source else 0
    if demand.number != at:
        yield Problem(
            f"demand {demand.number} stands where {at} should", FILE, line, 0, "numbers from 1 without gaps"
        )
    if not demand.rules and demand.served_by is None:
        yield Problem(f"nothing serves demand {demand.number}", FILE, line, 0, "`rules`, `served_by` or both")
    for number, rule in enumerate(demand.rules):
        if rule not in rules:
            near = nearest(rule, sorted(rules))
            remedy = f"did you mean {near!r}?" if near else ""
            yield Problem(f"demand {demand.number}: there is no rule {rule!r}", FILE, line, 0, "", remedy)
        elif rule in demand.rules[:number]:
            yield Problem(f"demand {demand.number} names rule {rule!r} twice", FILE, line)
