"""A small run to seal, and keys to seal it with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from lineage.evidence import gather, generate, load_private, load_salt, seal
from lineage.evidence.contents import Files
from lineage.evidence.keys import PrivateKey
from lineage.evidence.sealing import Sealed
from lineage.evidence.verifying import verify_files

CAPTURES = Path(__file__).parents[2] / "examples" / "captures"
PACK = """
id: house
version: "1.0"
title: {en: House rules, zh: 内部规则}
authority: {en: Us, zh: 本公司}
reviewed: 2026-11-25
jurisdictions: {domestic: [CN]}
rules:
  - id: house/stays-overseas
    title: {en: Stays overseas, zh: 留在境外}
    why: {en: We said so., zh: 已作承诺。}
    remedy: {en: Move it., zh: 迁移。}
    severity: high
    contract: {type: stay-within, data: {kinds: [party]}, countries: [overseas]}
"""
TIME = "2026-11-25T12:00:00Z"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("evidence")
    (made / "house.yaml").write_text(PACK, "utf-8")
    for name in ("acme", "other"):
        generate(made / name)
    return made


@pytest.fixture(scope="session")
def key(folder: Path) -> PrivateKey:
    return load_private(folder / "acme.key")


@pytest.fixture(scope="session")
def other(folder: Path) -> PrivateKey:
    return load_private(folder / "other.key")


@pytest.fixture(scope="session")
def secret(folder: Path) -> bytes:
    return load_salt(folder / "acme.salt")


@pytest.fixture(scope="session")
def files(folder: Path) -> Files:
    """What is sealed; without the pictures, which are large."""
    spans, inventory = CAPTURES / "grpc-infer-clean.pb", CAPTURES / "grpc-infer-clean.lineage.yaml"
    gathered = gather([spans], [inventory], [folder / "house.yaml"], today=date(2026, 11, 25))
    return {name: data for name, data in gathered.files.items() if not name.startswith("diagrams/")}


@pytest.fixture(scope="session")
def sealed(files: Files, key: PrivateKey, secret: bytes) -> Sealed:
    return seal(files, key, secret, sealed_at=TIME)


@pytest.fixture(scope="session")
def packs(files: Files, key: PrivateKey, secret: bytes) -> list[Sealed]:
    """Five packs of one chain."""

    def chained() -> Iterator[Sealed]:
        before = None
        for number in range(5):
            made = seal(files, key, secret, before, f"2026-11-2{number}T12:00:00Z")
            before = verify_files(made.files, [key.public])
            yield made

    return list(chained())
