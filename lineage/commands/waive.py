"""`lineage waive add|list|prune`: findings that somebody answers for, until a date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.commands import options, work
from lineage.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from lineage.inventory.model import WaiverEntry

_file = click.option(
    "-i", "--inventory", "file", default="lineage.yaml", show_default=True, metavar="FILE",
    help="The inventory, or a file with waivers alone (given to check with another -i).",
)  # fmt: skip
_today = click.option("--today", metavar="YYYY-MM-DD", help="The date that counts. Default: today, UTC.")


@click.group(context_settings=options.CONTEXT)
def waive() -> None:
    """Waivers: findings that somebody answers for, until a date.

    A waived finding stays in every output, marked. Past its last day, or when it matches no finding any more, a
    waiver is an error. Comments and everything else in the file stay as they are.

    \b
    Examples:
      lineage waive add order16/no-shared-store --fingerprint 109e1d0117737aa7 --owner platform-team \\
          --approver "data protection officer" --reason "moves with release 42" --expires 2027-01-31
      lineage waive list
      lineage waive prune
    """


@waive.command(context_settings=options.CONTEXT)
@click.argument("rule", metavar="RULE")
@click.option("--fingerprint", metavar="ID", help="The finding, as check prints it.")
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="PATTERN",
    help="A place of the finding's path; several = all of them.",
)
@click.option("--owner", required=True, help="Who mends it, and is named when it ends.")
@click.option("--approver", required=True, help="Who accepted it.")
@click.option("--reason", required=True, help="Why it is accepted, and what ends it.")
@click.option("--ticket", default="", help="Where it is followed up.")
@click.option("--expires", required=True, metavar="YYYY-MM-DD", help="The last day on which it counts, UTC.")
@click.option(
    "-p", "--policy", "policies", multiple=True, metavar="PACK", help="Packs of your own that have the rule."
)
@_file
@_today
def add(
    rule: str, fingerprint: str | None, paths: tuple[str, ...], owner: str, approver: str, reason: str, ticket: str,
    expires: str, policies: tuple[str, ...], file: str, today: str | None,
) -> int:  # fmt: skip
    """Add a waiver to the end of the list; a file that is not there is made.

    \b
    Example:
      lineage waive add order16/no-shared-log --path "store:loki@*" --owner sre --approver dpo \\
          --reason "masked from release 42 on" --ticket PRIV-118 --expires 2026-12-31 -i waivers.yaml
    """
    from lineage.waiverfile import with_waiver

    if (fingerprint is None) == (not paths):
        raise work.usage(
            "a waiver is for one finding or one way",
            "give either --fingerprint or --path, as check prints them",
        )
    _known(rule, policies)
    last = _date(expires)
    if last < work.day(today):
        raise work.usage("--expires is over already", "give the last day on which the waiver shall count")
    fields = {
        "rule": rule, "fingerprint": fingerprint or "", "path": paths, "reason": reason, "approver": approver,
        "owner": owner, "ticket": ticket, "expires": last.isoformat(),
    }  # fmt: skip
    _write(file, with_waiver(_text(file), fields, file))
    click.echo(f"{file}: {rule} is waived until {last}, {owner} answers for it", err=True)
    return 0


@waive.command("list", context_settings=options.CONTEXT)
@_file
@_today
def list_(file: str, today: str | None) -> int:
    """List the waivers of a file, those that end first at the top; exit 2 when one has expired.

    \b
    Example:
      lineage waive list -i lineage.yaml
    """
    day = work.day(today)
    found = sorted(_loaded(file), key=lambda waiver: (waiver.expires, waiver.rule))
    lines = [_line(waiver, day) for waiver in found]
    work.put("\n".join(lines) + "\n" if lines else "no waivers\n", None)
    return 2 if any(waiver.expires < day for waiver in found) else 0


@waive.command(context_settings=options.CONTEXT)
@_file
@_today
def prune(file: str, today: str | None) -> int:
    """Take expired waivers out of a file; their findings count again. Comments stay.

    \b
    Example:
      lineage waive prune -i waivers.yaml
    """
    from lineage.waiverfile import without_waivers
    from lineage.waivers import owner

    day = work.day(today)
    found = _loaded(file)
    over = [number for number, waiver in enumerate(found) if waiver.expires < day]
    if over:
        _write(file, without_waivers(_text(file), over, file))
    for number in over:
        waiver = found[number]
        click.echo(f"taken out: {waiver.rule}, expired on {waiver.expires}, of {owner(waiver)}", err=True)
    click.echo(f"{file}: {len(over)} taken out, {len(found) - len(over)} left", err=True)
    return 0


def _line(waiver: WaiverEntry, today: date) -> str:
    from lineage.waivers import WARNED, owner

    left = (waiver.expires - today).days
    mark = "EXPIRED" if left < 0 else f"{left} days left" if left <= WARNED.days else ""
    what = waiver.fingerprint or " ".join(waiver.path or ())
    reason = " ".join(waiver.reason.split())
    parts = (str(waiver.expires), waiver.rule, what, owner(waiver), waiver.ticket or "", reason, mark)
    return "  ".join(part for part in parts if part)


def _known(rule: str, policies: Sequence[str]) -> None:
    """Refuse a rule that no pack has: a waiver of it would wait in silence."""
    from lineage.packs import builtin_packs, load_pack
    from lineage.words import nearest

    rules = {each.id for name in (*builtin_packs(), *policies) for each in load_pack(name).rules}
    if rule not in rules:
        near = nearest(rule, rules)
        raise work.usage(
            f"no rule is called {rule!r}", f"did you mean {near!r}?" if near else "name your own pack with -p"
        )


def _date(text: str) -> date:
    import datetime as dt

    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise work.usage("--expires is not a date", "write it as YYYY-MM-DD") from None


def _text(file: str) -> str:
    from lineage import yamlfile
    from lineage.yamlfile.nodes import decode

    return decode(yamlfile.read(file), file) if Path(file).exists() else ""


def _loaded(file: str) -> tuple[WaiverEntry, ...]:
    from lineage.waiverfile import waivers_of

    if not Path(file).exists():
        raise ConfigError.of(
            "there is no such file", file=file, remedy="name the file that holds the waivers with -i"
        )
    return waivers_of(_text(file), file)


def _write(file: str, text: str) -> None:
    from lineage.files import write_whole

    write_whole(file, text.encode())
