"""`lineage rules list|show|test`: what the packs demand, and whether their cases come out as they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.commands import options, work

if TYPE_CHECKING:
    from lineage.packs import Pack

_packs = click.argument("packs", nargs=-1, metavar="[PACK...]")


@click.group(context_settings=options.CONTEXT)
def rules() -> None:
    """The rules of policy packs: what they demand, and whether their cases come out as they say.

    PACK is the name of a built-in pack or a pack's file; none = all that are built in.

    \b
    Examples:
      lineage rules list order16
      lineage rules show order16/no-shared-store --lang zh
      lineage rules test compliance/mine.yaml
    """


@rules.command("list", context_settings=options.CONTEXT)
@_packs
@options.language
def list_(packs: tuple[str, ...], lang: str) -> int:
    """List rules: id, severity, contract, what decides, title.

    \b
    Example:
      lineage rules list order16 compliance/mine.yaml
    """
    lines = []
    for pack in _loaded(packs):
        lines.append(f"{pack.id} {pack.version}  {getattr(pack.title, lang)}")
        for rule in pack.rules:
            told = (rule.id, str(rule.severity), rule.contract.type, rule.decided_by or "")
            lines.append("  " + "  ".join(part for part in (*told, getattr(rule.title, lang)) if part))
    work.put("\n".join(lines) + "\n", None)
    return 0


@rules.command(context_settings=options.CONTEXT)
@click.argument("rule", metavar="RULE")
@_packs
@options.language
def show(rule: str, packs: tuple[str, ...], lang: str) -> int:
    """What one rule demands, why, what makes it right, and what it rests on.

    \b
    Example:
      lineage rules show mine/no-overseas-data-in-logs compliance/mine.yaml
    """
    from lineage.report.explain import explain_rule

    work.put(explain_rule(_loaded(packs), rule, lang), None)
    return 0


@rules.command(context_settings=options.CONTEXT)
@_packs
@click.option("--cases", metavar="FILE", help="Cases of the one PACK. Default: <pack>.cases.yaml beside it.")
@click.option("-v", "--verbose", is_flag=True, help="Also list the cases that come out right.")
def test(packs: tuple[str, ...], cases: str | None, verbose: bool) -> int:
    """Run the cases of packs: small graphs, and what each rule says of them.

    A pack without cases fails, and so does a rule that no case shows.

    \b
    Exit codes:
      0  every case comes out as it says, and every rule has one
      1  a case comes out otherwise, or is missing
      2  a pack or its cases are wrong

    \b
    Example:
      lineage rules test compliance/mine.yaml
    """
    if cases and len(packs) != 1:
        raise work.usage("--cases is for one pack", "name the one PACK that they are for")
    outcomes = [each for pack, file in _with_cases(packs, cases) for each in _outcomes(pack, file)]
    failed = [line for line, right in outcomes if not right]
    lines = [line for line, right in outcomes if verbose or not right]
    lines.append(f"{len(outcomes)} verdicts, {len(failed)} not as they should be")
    work.put("\n".join(lines) + "\n", None)
    return 1 if failed else 0


def _loaded(names: tuple[str, ...]) -> list[Pack]:
    from lineage.packs import builtin_packs, load_pack

    return [load_pack(name) for name in names or builtin_packs()]


def _with_cases(names: tuple[str, ...], cases: str | None) -> Iterator[tuple[Pack, str]]:
    """Each pack with the file of its cases; "" for those that come with lineage."""
    from lineage.packcases import cases_of
    from lineage.packs import builtin_packs

    for name, pack in zip(names or builtin_packs(), _loaded(names), strict=True):
        yield pack, cases or ("" if name in builtin_packs() else str(cases_of(Path(name))))


def _outcomes(pack: Pack, file: str) -> Iterator[tuple[str, bool]]:
    """A line for each verdict that a case expects, and for each rule without one; and whether it is right."""
    from lineage.packcases import load_cases, verdicts

    shown = set()
    for case in load_cases(pack, file).cases:
        where = case.source or file
        try:
            found = verdicts(pack, case)
        except ValueError as error:
            yield f"✗ {where} {case.name}: the graph cannot be drawn, {error}", False
            continue
        for rule, expected in case.expect.items():
            shown.add(f"{pack.id}/{rule}")
            right = found[rule] is expected
            told = f"{expected}" if right else f"{found[rule]}, expected {expected}"
            yield f"{'✓' if right else '✗'} {where} {pack.id}/{rule}: {told}  ({case.name})", right
    for rule_ in pack.rules:
        if rule_.id not in shown:
            yield f"✗ {rule_.source} {rule_.id}: no case shows it", False
