"""A small run with something of everything: two customers on one server, a vendor, a training pool, what nobody declared."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from lineage.checking import Report, check
from lineage.graph import FlowGraph
from lineage.packs import Pack, load_pack
from lineage.report.html.run import Run
from lineage.testing import sketch

TODAY = date(2026, 6, 1)

LINES = (
    "acme[DE:personal] > gw@SG > core@CN > pg/eu",
    "hong[CN:personal] > core@CN > pg/cn",
    "acme > gw > core ?> model:qwen",
    "core > acme",
    "acme > gw > core > pool",
    "op:support[CN] > core",
    "acme is market=DE",
    "core is vendor=acme-cloud",
    "pg/eu is country=CN role=database retention=30 viewers=support+sre deletable=yes",
    "pg/cn is country=CN",
    "pool is country=CN role=training-pool",
    "vendor acme-cloud country=US entity=Acme dpa=dpa-1 training=no",
)

PACK = b"""\
id: baseline
version: "1"
title: {en: Small, zh: \xe5\xb0\x8f}
authority: {en: Tests, zh: \xe6\xb5\x8b\xe8\xaf\x95}
reviewed: 2026-01-01
jurisdictions: {domestic: [CN]}
rules:
  - id: baseline/q1-inputs-traced
    title: {en: Where inputs go is known, zh: A}
    why: {en: Because, zh: B}
    remedy: {en: Name it, zh: C}
    severity: block
    contract: {type: place-requires, data: {kinds: [party]}, require: {named: true}}
  - id: baseline/q3-retention
    title: {en: Retention is declared, zh: A}
    why: {en: Because, zh: B}
    remedy: {en: Declare it, zh: C}
    severity: high
    citations: [{text: {en: "Law, Article 19", zh: D}, mark: "C"}]
    contract: {type: retention, data: {kinds: [party]}}
  - id: baseline/no-mixing
    title: {en: Nothing is mixed, zh: A}
    why: {en: Because, zh: B}
    remedy: {en: Part them, zh: C}
    severity: block
    contract: {type: never-meet, a: {kinds: [party], origin: [overseas]}, b: {kinds: [party], origin: [domestic]}, at: resource}
"""


def pack(folder: Any) -> Pack:
    """The small pack, loaded from a folder."""
    path = folder / "baseline.yaml"
    path.write_bytes(PACK)
    return load_pack(path)


def judged(graph: FlowGraph, *packs: Pack | str) -> Report:
    """What packs say of a graph."""
    return check(graph, [load_pack(each) if isinstance(each, str) else each for each in packs], today=TODAY)


def run(*lines: str, packs: tuple[Pack | str, ...] = ()) -> Run:
    """A sketch and what packs say of it."""
    graph = sketch(*(lines or LINES))
    return Run(graph, judged(graph, *packs))


def data_of(page: bytes) -> Any:
    """The data of a page, as a browser finds it."""
    found = re.search(rb'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])
