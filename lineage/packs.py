"""Policy packs: YAML of an authority's rules, each one contract (DESIGN.md section 6, policies/README.md)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, Union

from pydantic import Field, PrivateAttr, create_model

from lineage import yamlfile
from lineage.contracts import CONTRACTS, AnyContract, Contract
from lineage.contracts.plugins import installed, type_of
from lineage.errors import ConfigError, Problem
from lineage.findings import Citation, Severity
from lineage.meaning import Source, Title
from lineage.resources import builtin
from lineage.selection import Jurisdictions
from lineage.words import nearest
from lineage.yamlfile import Entry

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class Text(Entry):
    """A sentence in both languages."""

    en: str = Field(min_length=1)
    """In English."""
    zh: str = Field(min_length=1)
    """In Chinese, in the statutory terms."""

    @property
    def title(self) -> Title:
        """As a value without a place."""
        return Title(self.en, self.zh)


class Cited(Entry):
    """An instrument and article that a rule rests on."""

    text: Text
    """Instrument and article."""
    mark: Literal["C", "C*"]
    """`C`: the instrument's own text was read; `C*`: secondary sources only. Unread instruments are not cited."""


class Change(Entry):
    """What a mode changes of a rule."""

    contract: AnyContract
    """The contract in this mode, whole."""
    severity: Severity | None = None
    """The severity in this mode; by default the rule's."""


class Rule(Entry):
    """One demand of the authority."""

    id: str = Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")
    """Pack and name: `order16/no-shared-store`."""
    title: Text
    """What is so when the rule holds."""
    why: Text
    """Why it matters."""
    remedy: Text
    """What makes it right."""
    severity: Severity
    """block, high, medium or info."""
    citations: tuple[Cited, ...] = ()
    """What it rests on; none = the user's own demand."""
    decided_by: Literal["telemetry", "inventory", "document"] | None = None
    """What decides it: what was observed (with an ordinary inventory), what is declared, or a document (`attested`)."""
    expect: bool = False
    """Something in its scope must be there: when nothing is observed the rule is undecided, not "not applicable"."""
    contract: AnyContract
    """What must hold."""
    modes: dict[str, Change] = Field(default_factory=dict)
    """What other modes of the pack change."""

    def contract_in(self, mode: str) -> Contract:
        """The contract that holds in a mode."""
        change = self.modes.get(mode)
        return change.contract if change is not None else self.contract

    def severity_in(self, mode: str) -> Severity:
        """The severity in a mode."""
        change = self.modes.get(mode)
        return (change.severity if change is not None else None) or self.severity

    @property
    def cited(self) -> tuple[Citation, ...]:
        """The citations as values."""
        return tuple(Citation(one.text.title, one.mark) for one in self.citations)


class Pack(Entry):
    """The rules of one authority, as of one review."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    """Name of the pack; the file is called `<id>.yaml`."""
    version: str = Field(pattern=r"^\d+(\.\d+)*$")
    """Version of the pack, in quotes."""
    title: Text
    """Name for people."""
    authority: Text
    """Who demands it."""
    reviewed: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Date of the last review of the texts."""
    jurisdictions: dict[str, tuple[Country, ...]] = Field(default_factory=dict)
    """Words for sets of countries; `overseas` is whatever is not `domestic`, unless it is given."""
    modes: tuple[str, ...] = ("strict",)
    """Ways to read the rules; the first is the default."""
    rules: tuple[Rule, ...] = Field(min_length=1)
    """The rules, in the order of reports."""

    _digest: str = PrivateAttr(default="")

    @property
    def digest(self) -> str:
        """SHA-256 of the file's bytes, hexadecimal."""
        return self._digest

    @property
    def words(self) -> Jurisdictions:
        """The jurisdiction words."""
        return Jurisdictions({word: frozenset(countries) for word, countries in self.jurisdictions.items()})


def builtin_packs() -> list[str]:
    """Names of the packs that come with lineage, sorted.

    >>> "order16" in builtin_packs()
    True
    """
    names = [entry.name for entry in builtin("policies").iterdir()]
    return sorted(
        n.removesuffix(".yaml") for n in names if n.endswith(".yaml") and not n.endswith(".cases.yaml")
    )


def load_pack(name: str | Path) -> Pack:
    """A pack by the name of a built-in one, or by the path of a file (with `/` or `.yaml`).

    Raises:
        ConfigError: no such pack, or its file is wrong; all problems at once.

    >>> load_pack("ordr16")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    lineage.errors.ConfigError: there is no pack 'ordr16'. Built-in packs: ...; or give the path of a .yaml file. did you mean 'order16'?
    """
    if isinstance(name, Path) or "/" in name or name.endswith((".yaml", ".yml")):
        return _load(Path(name), str(name))
    if name not in builtin_packs():
        near = nearest(name, builtin_packs())
        raise ConfigError.of(
            f"there is no pack {name!r}",
            allowed=f"Built-in packs: {', '.join(builtin_packs())}; or give the path of a .yaml file",
            remedy=f"did you mean {near!r}?" if near else "",
        )
    return _load(builtin("policies").joinpath(f"{name}.yaml"), f"policies/{name}.yaml")


def _load(path: Path | Traversable, file: str) -> Pack:
    if not path.is_file():
        raise ConfigError.of(
            "there is no such file", file=file, remedy="give the path of a pack, or a built-in name"
        )
    data = path.read_bytes()
    pack, _ = yamlfile.loads(data, _model(data), file)
    problems = list(_problems(pack, file))
    if problems:
        raise ConfigError(problems)
    pack._digest = hashlib.sha256(data).hexdigest()
    return pack


def _model(data: bytes) -> type[Pack]:
    """The model of a pack, with the contract types of other distributions that it uses."""
    words = {word.decode() for word in re.findall(rb"\btype[\"']?:\s*[\"']?([a-z0-9-]+)", data)}
    own = installed(words - {type_of(contract) for contract in CONTRACTS})
    if not own:
        return Pack
    contract: Any = Annotated[Union[(*CONTRACTS, *own.values())], Field(discriminator="type")]
    change: Any = create_model("Change", __base__=Change, contract=(contract, ...))
    modes: Any = (dict[str, change], Field(default_factory=dict))
    rule: Any = create_model("Rule", __base__=Rule, contract=(contract, ...), modes=modes)
    rules: Any = (tuple[rule, ...], Field(min_length=1))
    return create_model("Pack", __base__=Pack, rules=rules)


def _problems(pack: Pack, file: str) -> Iterator[Problem]:
    """What the model alone cannot see: ids that repeat, modes and jurisdictions that do not exist."""
    seen: set[str] = set()
    for rule in pack.rules:
        where = rule.source or Source(file)

        def problem(what: str, allowed: str, where: Source = where) -> Problem:
            return Problem(what, where.file, where.line, where.column, allowed)

        if not rule.id.startswith(f"{pack.id}/"):
            yield problem(f"rule {rule.id!r} is not of pack {pack.id!r}", f"{pack.id}/<name>")
        if rule.id in seen:
            yield problem(f"rule {rule.id!r} is there more than once", "one rule of each id")
        seen.add(rule.id)
        for mode in sorted(set(rule.modes) - set(pack.modes)):
            yield problem(f"rule {rule.id!r}: mode {mode!r} is not declared", ", ".join(pack.modes))
        for contract in (rule.contract, *(change.contract for change in rule.modes.values())):
            for word in pack.words.wrong(contract.words()):
                allowed = ", ".join([*pack.words.words(), "or an ISO 3166 country code"])
                yield problem(f"rule {rule.id!r}: unknown jurisdiction {word!r}", allowed)
