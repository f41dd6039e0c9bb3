"""Entries of an inventory as sketches write them: `vendor acme-cloud country=US training=no` (testing.py)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from lineage.inventory import Attestation, Authorisation, Organisation, Vendor
from lineage.meaning import Source
from lineage.yamlfile import Entry

FLAGS = {"yes": True, "no": False}
_Entry = TypeVar("_Entry", bound=Entry)


def entry(
    model: type[_Entry], said: Mapping[str, Any], lists: tuple[str, ...] = (), flags: tuple[str, ...] = ()
) -> _Entry:
    """An inventory entry from the words of a sketch.

    Raises:
        ValueError: a word that the entry does not know.
    """
    values = dict(said)
    values.update({key: list(filter(None, values[key].split("+"))) for key in lists if key in values})
    values.update({key: FLAGS.get(values[key]) for key in flags if key in values})
    made = model.model_validate_json(json.dumps(values))
    made._source = Source("sketch")
    return made


def _document(name: str, facts: Mapping[str, str]) -> Attestation:
    said = {"id": name, "date": "2025-06-01", "owner": "sketch", **facts, "type": name}
    return entry(Attestation, said, lists=("covers",), flags=("holds",))


def _vendor(name: str, facts: Mapping[str, str]) -> Vendor:
    short = {"entity": "legal_entity"}
    said: dict[str, Any] = {"id": name, **{short.get(key, key): value for key, value in facts.items()}}
    if "owners" in said:
        chain = [link.partition(":") for link in said["owners"].split("+")]
        said["owners"] = [
            {
                "name": f"owner {n}",
                "country": country.strip("?") or None,
                "share": float(share) if share else None,
            }
            for n, (country, _, share) in enumerate(chain, 1)
        ]
    if "retention" in said:
        said["retention"] = f"{said['retention']} days"
    return entry(Vendor, said, lists=("purposes", "hosts"), flags=("training",))


def _authorisation(name: str, facts: Mapping[str, str]) -> Authorisation:
    lists = ("models", "rights", "regions", "industries_excluded", "endpoints")
    return entry(Authorisation, {"id": name, "type": "direct", **facts}, lists, flags=("training",))


def _organisation(name: str, facts: Mapping[str, str]) -> Organisation:
    return entry(Organisation, {"name": name, **facts})


DECLARATIONS: Mapping[str, Callable[[str, Mapping[str, str]], Entry]] = {
    "document": _document,
    "vendor": _vendor,
    "authorisation": _authorisation,
    "organisation": _organisation,
}
"""First word of a line -> the inventory entry that it declares."""
