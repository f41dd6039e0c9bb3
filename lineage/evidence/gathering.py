"""Spans in, the files of a pack out: what was found, and all that it takes to find it again.

    report.json  graph.json  snapshot.json  waivers.json      what was found, on what
    inventory/1.yaml ...  policies/<pack>.yaml                what it was judged by, as it stood
    report.html                                               the same for people, in English and Chinese
    diagrams/<view>.<lang>.svg                                the pictures, with violating paths in red
    documents/<document>.<lang>.md                            what compliance hands over, with its gaps
    README.md                                                 how to verify

The names are our own: nothing of telemetry or of a user's path becomes a file name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage.errors import LineageError, Problem
from lineage.evidence import contents
from lineage.evidence.readme import README
from lineage.evidence.sealing import OWN

if TYPE_CHECKING:
    from lineage.checking import Report
    from lineage.diagram.text import Language
    from lineage.graph import FlowGraph
    from lineage.inventory import Inventory

LANGUAGES: tuple[Language, ...] = ("en", "zh")
ADDED = frozenset(
    ".html .svg .png .pdf .md .txt .csv .xlsx .json .xml .yaml .yml .dot .mmd .graphml .drawio".split()
)
"""Endings of files that may be added: what people read, and what machines read of it. No keys, logs, dumps or archives."""
_TELEMETRY = (b'"resourceSpans"', b'"resource_spans"', b'"resourceLogs"', b'"resourceMetrics"')


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files to seal, the report they are of, and what a user should know."""

    files: dict[str, bytes]
    report: Report
    notices: tuple[str, ...]


def gather(
    spans: Sequence[str | Path],
    inventories: Sequence[str | Path],
    policies: Sequence[str | Path],
    *,
    mode: str = "",
    today: date | None = None,
    added: Sequence[str | Path] = (),
) -> Gathered:
    """Check spans against policies and put all of it into files.

    Args:
        spans, inventories, policies, mode, today: as of `lineage check`.
        added: folders whose files are taken in as they are, such as documents and an HTML report.

    Raises:
        LineageError: as `lineage check` raises it; or a file that cannot be added.
    """
    from lineage import yamlfile
    from lineage.checking import check
    from lineage.graph import FlowGraph
    from lineage.inventory import Inventory
    from lineage.packs import load_pack
    from lineage.pipeline import read_flows
    from lineage.report.html import to_html
    from lineage.snapshot import dumps

    told = [yamlfile.read(path) for path in inventories]
    inventory = Inventory.loads(told, [str(path) for path in inventories]) if told else Inventory.empty()
    flows = read_flows(spans, tenant_keys=inventory.tenant_keys)
    graph = FlowGraph(flows, inventory)
    packs = [load_pack(name) for name in policies]
    report = check(graph, packs, mode=mode, today=today)
    page = to_html(graph, report)
    files = {
        "README.md": README.encode(),
        "report.json": page.json,
        "report.html": page.html,
        "graph.json": _json(graph.to_node_link()),
        "snapshot.json": dumps(flows),
        "waivers.json": _json(_waivers(inventory)),
    }
    files |= {f"inventory/{number}.yaml": data for number, data in enumerate(told, 1)}
    for pack, name in zip(packs, policies, strict=True):
        files[f"policies/{pack.id}.yaml"] = _pack_bytes(name, pack.digest)
    pictures, notices = _pictures(graph, report)
    files |= pictures | _documents(graph, mode, report.today)
    for folder in added:
        _add(files, Path(folder))
    return Gathered(files, report, tuple(dict.fromkeys((*page.notices, *notices))))


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def _waivers(inventory: Inventory) -> list[dict[str, Any]]:
    """The waivers in force, each with where it is written."""
    return [
        entry.model_dump(mode="json", exclude_none=True)
        | ({"where": f"{entry.source.file}:{entry.source.line}"} if entry.source else {})
        for entry in inventory.waivers
    ]


def _pack_bytes(name: str | Path, digest: str) -> bytes:
    """The file of a pack that was just loaded."""
    from lineage.packs import builtin_packs
    from lineage.resources import builtin

    known = isinstance(name, str) and name in builtin_packs()
    data = builtin("policies").joinpath(f"{name}.yaml").read_bytes() if known else Path(name).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise LineageError.of("the pack changed while it was being read", file=str(name), remedy="seal again")
    return data


def _pictures(graph: FlowGraph, report: Report) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Every view in each language; as DOT where the machine cannot draw."""
    from lineage.diagram import draw, render, view_names

    files, notices = {}, []
    for view in view_names():
        for lang in LANGUAGES:
            text = draw(graph, view, lang, report)
            rendered = render(text, "svg")
            notices += [notice for notice in rendered.notices if notice not in notices]
            stem = f"diagrams/{view}.{lang}"
            if rendered.data is None:
                files[f"{stem}.dot"] = text.encode("utf-8", "backslashreplace")
            else:
                files[f"{stem}.svg"] = rendered.data
    return files, tuple(notices)


def _documents(graph: FlowGraph, mode: str, today: date) -> dict[str, bytes]:
    """Every document in each language, as `lineage document all` writes them."""
    from lineage.documents import FORMS, make, matter_of, names

    files = {}
    for name in names():
        made = make(name, matter_of(graph, name, today, mode=mode))
        for lang in LANGUAGES:
            text = FORMS["md"](made, lang)
            assert isinstance(text, str)  # noqa: S101 - Markdown is text
            files[f"documents/{name}.{lang}.md"] = text.encode("utf-8", "backslashreplace")
    return files


def _add(files: dict[str, bytes], folder: Path) -> None:
    """Take in the files of a folder under the names that they have there.

    Raises:
        LineageError: the folder is not there, or holds what no pack may hold or already holds.
    """
    if not folder.is_dir():
        raise LineageError.of("there is no such folder", file=str(folder))
    try:
        found = contents.read(folder)
    except LineageError as error:
        raise LineageError(error.problems) from None
    problems = []
    for name, data in found.items():
        if Path(name).suffix.lower() not in ADDED:
            problems.append(
                Problem(
                    "not a kind of file that is added", str(folder / name), allowed=" ".join(sorted(ADDED))
                )
            )
        elif any(word in data for word in _TELEMETRY):
            problems.append(
                Problem(
                    "this is telemetry: a pack holds no spans or logs, which may hold content",
                    str(folder / name),
                )
            )
        elif name in files or name in OWN:
            problems.append(
                Problem(
                    "a file of the pack itself has this name",
                    str(folder / name),
                    remedy="put it into a folder of its own",
                )
            )
    if problems:
        raise LineageError(problems)
    files |= found
