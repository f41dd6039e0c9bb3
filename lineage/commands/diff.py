"""`lineage diff OLD NEW`: what appeared, went and changed; exit 1 on a new crossing."""

from __future__ import annotations

from collections.abc import Iterator
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lineage.commands import options, work
from lineage.errors import InputError

if TYPE_CHECKING:
    from lineage.changes import Change, Changes, Compared
    from lineage.inventory import Inventory

SCHEMA = "lineage-diff/1"
_HEAD = 1 << 12
"""Bytes of a file by which a graph is told."""


class NoBase(InputError):
    """There is nothing to compare with: that is no evidence that nothing changed."""

    exit_code = 3


@click.command(context_settings=options.CONTEXT)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@options.inventory
@click.option(
    "-p", "--policy", default="order16", show_default=True, metavar="PACK",
    help="The pack whose word `domestic` draws the border; a crossing between any two countries counts.",
)  # fmt: skip
@click.option("--format", "form", default="text", type=click.Choice(["text", "json"]), show_default=True)
@options.stacked(options.language, options.output)
def diff(
    old: str, new: str, inventories: tuple[str, ...], policy: str, form: str, lang: str, output: str | None
) -> int:
    """What appeared, went and changed between two states of the data flows.

    OLD and NEW are graphs that `lineage graph` wrote, snapshots, or spans. A graph brings its own meaning; snapshots
    and spans get that of the inventory.

    \b
    Exit codes:
      0  no new crossing of a border
      1  data newly goes from one country to another
      2  something given is wrong
      3  OLD is not there, NEW holds no flows, or a new way may cross a border: the country of an end is not known

    \b
    Examples:
      lineage diff main.json head.json
      lineage diff yesterday.snapshot.json traces/ -i lineage.yaml --format json
    """
    from lineage.changes import compare
    from lineage.packs import load_pack

    words = load_pack(policy).words
    if "domestic" not in words.words():
        raise work.usage(f"pack {policy!r} has no word `domestic`", "name a pack that says what is domestic")
    if old != "-" and not (Path(old).exists() or glob(old)):
        raise NoBase.of(
            "there is nothing to compare with",
            file=old,
            remedy="keep the graph of the last accepted state (`lineage graph SPANS -i lineage.yaml -o FILE`)",
        )
    inventory = work.load_inventory(inventories)
    changes = compare(_side(old, inventory), _side(new, inventory), words)
    if form == "json":
        import json

        text = json.dumps(as_dict(changes), ensure_ascii=False, indent=2) + "\n"
    else:
        text = "\n".join(_lines(changes, lang)) + "\n"
    work.put(text, output)
    return changes.exit_code


def _side(path: str, inventory: Inventory) -> Compared:
    """A graph, whichever way it is given."""
    from lineage.changes import Compared

    file = Path(path)
    if file.is_file():
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
        if b'"lineage-graph/' in head:
            return Compared.loads(file.read_bytes(), path)
    return Compared.of(work.as_graph(work.read([path], inventory), inventory).to_node_link())


def _lines(changes: Changes, lang: str) -> Iterator[str]:
    """The outcome, then each change on a line: `!` a crossing, `?` perhaps one, `+` new, `-` gone."""
    from lineage.changes import Kind
    from lineage.words import sentence, words

    counts = {
        "crossings": len(changes.of(Kind.CROSSING, Kind.CROSSING_SOURCE)),
        "unplaced": len(changes.of(Kind.UNPLACED)),
        "new": sum(change.new for change in changes.items),
        "gone": sum(not change.new for change in changes.items),
    }
    yield sentence("diff.summary", counts, lang)
    for new in (True, False):
        for change in changes.items:
            if change.new is new:
                yield f"{_mark(change)} {_line(change, lang)}"
    if not changes.observed:
        yield words("diff.empty", lang)
    elif not changes.items:
        yield words("diff.same", lang)


def _mark(change: Change) -> str:
    from lineage.changes import Kind

    if not change.new:
        return "-"
    marks = {Kind.CROSSING: "!", Kind.CROSSING_SOURCE: "!", Kind.UNPLACED: "?"}
    return marks.get(change.kind, "+")


def _line(change: Change, lang: str) -> str:
    from lineage.words import name, sentence, words

    where = " → ".join(name(ref, lang) for ref in change.at[:2])
    facts: dict[str, Any] = {
        "where": where,
        "id": change.at[0].id,
        "places": change.at,
        "what": change.what,
        "was": change.was or words("diff.untold", lang),
        "now": change.now or words("diff.untold", lang),
    }
    told = sentence(f"diff.{change.kind}", facts, lang)
    return f"{told} {words('diff.border', lang)}" if change.border else told


def as_dict(changes: Changes) -> dict[str, Any]:
    """All changes as plain values, in a fixed order."""
    from lineage.findings import Ref

    def plain(item: str | Ref) -> Any:
        return {"id": item.id, "en": item.en, "zh": item.zh} if isinstance(item, Ref) else item

    return {
        "schema": SCHEMA,
        "exit_code": changes.exit_code,
        "observed": changes.observed,
        "changes": [
            {
                "kind": str(change.kind),
                "new": change.new,
                "at": [plain(ref) for ref in change.at],
                "what": [plain(item) for item in change.what],
                "was": change.was or None,
                "now": change.now or None,
                "domestic_border": change.border,
            }
            for change in changes.items
        ],
    }
