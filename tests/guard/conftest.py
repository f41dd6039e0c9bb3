"""A gateway in Singapore, its inventory and a guard in front of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lineage.guard import Guard

INVENTORY = """
parties:
  - {name: overseas, match: {tenant: "eu-*"}, origin: [DE], class: personal, market: DE}
  - {name: home, match: {tenant: "cn-*"}, origin: [CN], class: personal, market: CN}
places:
  - {name: gateway, match: {service: gw}, country: SG, entry: true, contents: none}
  - {name: core, match: {host: core.example}, country: CN, contents: none}
  - {name: db, match: {host: pg.example}, country: SG, role: database, retention: 30d, deletable: true}
  - {name: cache, match: {host: redis.example}, country: SG, role: cache, retention: 1d, deletable: true}
  - {name: crm, match: {host: crm.example}, country: CN, role: database, contents: {origin: [CN], class: personal}}
  - {name: model, match: {host: llm.example}, country: CN, contents: none}
  - {name: files, match: {collection: prompts}, country: SG, role: object-store, retention: 7d, deletable: true}
  - {name: jobs, match: {topic: jobs}, country: SG, role: queue, retention: 1d, deletable: true}
"""
SERVICE = {"service.name": "gw", "cloud.provider": "aws", "cloud.region": "ap-southeast-1"}
ENFORCED = {"order16/*": "enforce"}

Make = Callable[..., Guard]


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """Its lineage.yaml."""
    path = tmp_path / "lineage.yaml"
    path.write_text(INVENTORY, "utf-8")
    return path


@pytest.fixture
def make(inventory: Path, tmp_path: Path) -> Iterator[Make]:
    """Makes guards, enforcing unless told otherwise; the record is decisions.jsonl."""
    made: list[Guard] = []

    def guard(**options: Any) -> Guard:
        options = {"modes": ENFORCED, "record": tmp_path / "decisions.jsonl", "service": SERVICE, **options}
        policies = options.pop("policies", ["order16"])
        made.append(Guard(policies, [options.pop("inventory", inventory)], **options))
        return made[-1]

    yield guard
    for each in made:
        each.close()


@pytest.fixture
def guard(make: Make) -> Guard:
    """One that enforces order16."""
    return make()


def lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a record."""
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]
