"""Cases of a pack: small graphs and what each rule says of them, beside the pack as `<pack>.cases.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import Field

from lineage import yamlfile
from lineage.checking import check
from lineage.errors import ConfigError, Problem
from lineage.findings import Verdict
from lineage.packs import Pack
from lineage.resources import builtin
from lineage.testing import sketch
from lineage.yamlfile import Entry


class PackCase(Entry):
    """One small graph, and the verdicts of some rules on it."""

    name: str = Field(min_length=1)
    """What is shown, a sentence."""
    mode: str = ""
    """The mode; by default the pack's first."""
    lines: tuple[str, ...] = Field(min_length=1)
    """The graph, in the language of `lineage.testing`."""
    expect: dict[str, Verdict] = Field(min_length=1)
    """Rule (without the pack's name) to verdict."""


class Cases(Entry):
    """All cases of a pack."""

    cases: tuple[PackCase, ...] = Field(min_length=1)
    """The cases, in the order of the manual."""


def cases_of(path: Path) -> Path:
    """The file of cases beside the file of a pack.

    >>> cases_of(Path("compliance/mine.yaml")).name
    'mine.cases.yaml'
    """
    return path.with_suffix(".cases.yaml")


def load_cases(pack: Pack, path: str | Path = "") -> Cases:
    """The cases of a pack: those in a file, by default those beside the built-in pack.

    Raises:
        ConfigError: the file is wrong, or names a rule that the pack does not have.
    """
    file = str(path) or f"policies/{pack.id}.cases.yaml"
    source = Path(path) if path else builtin("policies").joinpath(f"{pack.id}.cases.yaml")
    cases, _ = yamlfile.load(source, Cases, file)
    rules = {rule.id for rule in pack.rules}
    problems = [
        Problem(
            f"case {case.name!r}: pack {pack.id!r} has no rule {rule!r}",
            file,
            case.source.line if case.source else 0,
        )
        for case in cases.cases
        for rule in case.expect
        if f"{pack.id}/{rule}" not in rules
    ]
    if problems:
        raise ConfigError(problems)
    return cases


def verdicts(pack: Pack, case: PackCase) -> Mapping[str, Verdict]:
    """What the rules that a case names say of its graph.

    >>> from lineage.packs import load_pack
    >>> case = PackCase(name="x", lines=("acme[CN+DE] > gw@SG",), expect={"origin-overseas": Verdict.VIOLATED})
    >>> verdicts(load_pack("order16"), case)
    {'origin-overseas': <Verdict.VIOLATED: 'violated'>}
    """
    report = check(sketch(*case.lines), [pack], mode=case.mode, today=date(2026, 1, 1))
    found = {rule.rule.split("/")[1]: rule.verdict for rule in report.rules}
    return {rule: found[rule] for rule in case.expect}
