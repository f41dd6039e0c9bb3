"""Reference pages made from the code: one a contract type, one a pack, one of the demands. `python -m lineage.reference` writes them.

With names of contract types it prints their pages instead: for types of your own. A test says when the files in docs/ are no longer what is made here.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from lineage.contracts import CONTRACTS, AnyContract
from lineage.contracts._contract import Case, Contract, PlaceMatch
from lineage.contracts.plugins import installed, type_of
from lineage.demands import Demand, load_demands
from lineage.errors import ConfigError
from lineage.packcases import load_cases
from lineage.packs import Pack, Rule, builtin_packs, load_pack
from lineage.selection import Selection
from lineage.words import nearest, words

MADE = "<!-- Made by `python -m lineage.reference`; do not edit. -->"


def pages() -> dict[str, str]:
    """All pages: path below docs/reference -> text."""
    made = {f"contracts/{_name(contract)}.md": contract_page(contract) for contract in CONTRACTS}
    packs = [load_pack(name) for name in builtin_packs()]
    made |= {f"packs/{pack.id}.md": pack_page(pack) for pack in packs}
    return made | {"demands.md": demands_page(packs)}


def contract_page(contract: type[Contract]) -> str:
    """The page of a contract type: what it says, its fields, and its cases."""
    return "\n".join(_contract(contract)) + "\n"


def pack_page(pack: Pack) -> str:
    """The page of a pack: its rules in both languages, and its cases."""
    return "\n".join(_pack(pack)) + "\n"


def demands_page(packs: Sequence[Pack]) -> str:
    """The page of the demands: for each the rules that serve it, what decides them, and their severity."""
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    demands = load_demands(rules)
    return "\n".join(_demands(demands, rules)) + "\n"


def _demands(demands: Sequence[Demand], rules: Mapping[str, Rule]) -> Iterator[str]:
    serving = {rule for demand in demands for rule in demand.rules}
    yield from (MADE, "", "# Demands and rules", "")
    yield (
        f"{len(demands)} demands, served by {len(serving)} of {len(rules)} rules. A test holds that each demand has a rule with a"
        " case that is proven, one that is violated and one that is undecided, or says what else serves it. What decides a rule:"
    )
    yield ""
    for word in ("telemetry", "inventory", "document"):
        yield f"- {word}: {words(f'decided.{word}', 'en')} / {words(f'decided.{word}', 'zh')}"
    yield from ("", "| | demand | rules | decided by | severity |", "| --- | --- | --- | --- | --- |")
    for demand in demands:
        named = [rules[rule] for rule in demand.rules]
        links = [f"[`{rule.id}`](packs/{rule.id.split('/')[0]}.md)" for rule in named]
        if demand.served_by:
            links.append(f"{demand.served_by.en} / {demand.served_by.zh}")
        decided = [rule.decided_by or "-" for rule in named]
        severe = [str(rule.severity) for rule in named]
        cells = " | ".join("<br>".join(cell) for cell in (links, decided, severe))
        yield f"| {demand.number} | {demand.demand.en} / {demand.demand.zh} | {cells} |"


def _name(contract: type[Contract]) -> str:
    return str(contract.model_fields["type"].default)


def _contract(contract: type[Contract]) -> Iterator[str]:
    told = inspect.cleandoc(sys.modules[contract.__module__].__doc__ or "")
    yield from (MADE, "", f"# {_name(contract)}", "", told, "", "## Fields", "")
    yield from ("| field | default | what it is |", "| --- | --- | --- |")
    for name, info in contract.model_fields.items():
        if name == "type":
            continue
        default = "required" if info.is_required() else f"`{_short(_plain(info.default))}`"
        yield f"| `{info.alias or name}` | {default} | {info.description or ''} |"
    yield from ("", "A selection and a place match have these fields:", "")
    yield from _model("selection", Selection)
    yield from _model("place match", PlaceMatch)
    for name, info in contract.model_fields.items():
        part = info.annotation
        if inspect.isclass(part) and issubclass(part, BaseModel) and part not in (Selection, PlaceMatch):
            yield from ("", f"`{name}` has these; only what is written is demanded:", "")
            yield from _model(name, part)
    for heading, cases in (
        ("Holds", contract.HOLDS),
        ("Breaks", contract.BREAKS),
        ("Cannot be decided", contract.UNDECIDED),
    ):
        yield from ("", f"## {heading}")
        if not cases:
            yield from ("", "Never: gaps hide, they do not show.")
        for case in cases:
            yield from _case(_name(contract), case)


def _model(words: str, model: type[BaseModel]) -> Iterator[str]:
    for field, info in model.model_fields.items():
        yield f"- {words} `{info.alias or field}`: {info.description}"


def _case(name: str, case: Case) -> Iterator[str]:
    fields, lines, place = case
    yield from (
        "",
        "```yaml",
        f"type: {name}",
        *(f"{key}: {_short(value)}" for key, value in fields.items()),
        "```",
        "",
    )
    yield from ("on", "", "```text", *lines, "```")
    if place:
        yield from ("", f"names `{place}`")


def _plain(value: Any) -> Any:
    """A default as a person writes it: only what is given."""
    return (
        value.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if hasattr(value, "model_dump")
        else value
    )


def _short(value: Any) -> str:
    """A value in YAML's flow style; words stay bare.

    >>> _short({"origin": ("overseas",), "direct": True})
    '{origin: [overseas], direct: true}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_short(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_short, value)) + "]"
    return str(value) if isinstance(value, str) and value else json.dumps(value)


def _pack(pack: Pack) -> Iterator[str]:
    yield from (MADE, "", f"# {pack.id}", "", f"{pack.title.en} / {pack.title.zh}", "")
    yield f"Authority: {pack.authority.en}. {pack.authority.zh}。"
    yield ""
    sets = "; ".join(f"{word} = {', '.join(countries)}" for word, countries in pack.jurisdictions.items())
    yield f"Version {pack.version}, texts reviewed {pack.reviewed}. Jurisdictions: {sets}. Modes: {', '.join(pack.modes)}."
    yield from ("", "| rule | severity | contract | title |", "| --- | --- | --- | --- |")
    for rule in pack.rules:
        yield f"| `{rule.id}` | {rule.severity} | [{rule.contract.type}](../contracts/{rule.contract.type}.md) | {rule.title.en} / {rule.title.zh} |"
    for rule in pack.rules:
        yield from _rule(rule)
    yield from ("", "## Cases", "", "The language of the graphs is that of `lineage.testing`.")
    for case in load_cases(pack).cases:
        mode = f" (mode {case.mode})" if case.mode else ""
        yield from (
            "",
            f"### {case.name[0].upper()}{case.name[1:]}{mode}",
            "",
            "```text",
            *case.lines,
            "```",
            "",
        )
        yield ", ".join(f"`{rule}` {verdict}" for rule, verdict in case.expect.items())


def _rule(rule: Rule) -> Iterator[str]:
    yield from ("", f"## {rule.id}", "", f"**{rule.title.en} / {rule.title.zh}** ({rule.severity})", "")
    yield from (rule.why.en, "", rule.why.zh, "")
    yield from (f"To mend: {rule.remedy.en}", "", f"整改：{rule.remedy.zh}")
    if rule.decided_by:
        decided = f"decided.{rule.decided_by}"
        yield from ("", f"Decided by: {words(decided, 'en')} / {words(decided, 'zh')}")
    if rule.citations:
        yield ""
        yield (
            "Rests on: "
            + "; ".join(f"{one.text.en} / {one.text.zh} [{one.mark}]" for one in rule.citations)
            + "."
        )
    yield from ("", "```yaml", *_yaml(rule.contract), "```")
    for mode, change in rule.modes.items():
        yield from ("", f"In mode `{mode}`:", "", "```yaml", *_yaml(change.contract), "```")
    if rule.expect:
        yield from ("", "When nothing in its scope is observed the rule is undecided.")


def _yaml(contract: AnyContract) -> Iterator[str]:
    yield f"type: {contract.type}"
    for key, value in contract.model_dump(mode="json", by_alias=True, exclude_unset=True).items():
        if key != "type":
            yield f"{key}: {_short(value)}"


def main(names: Sequence[str] = (), folder: Path = Path("docs/reference")) -> None:
    """Print the pages of contract types, built in or of other distributions; without names, write all pages below a folder.

    Raises:
        ConfigError: there is no such contract type.
    """
    known: dict[str, type[Contract]] = {type_of(contract): contract for contract in CONTRACTS}
    known |= installed(set(names) - set(known))
    for name in names:
        if name not in known:
            near = nearest(name, known)
            raise ConfigError.of(
                f"there is no contract type {name!r}", remedy=f"did you mean {near!r}?" if near else ""
            )
        sys.stdout.write(contract_page(known[name]))
    for name, text in ({} if names else pages()).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
