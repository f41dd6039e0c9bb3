"""The manifest of a pack: its files by digest, and what the run rests on, out of the report."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from lineage import __version__
from lineage.evidence.contents import Files
from lineage.evidence.documents import FORMAT, File, Manifest, Policy

_LOSSES = ("rejected", "refused", "lost", "gaps")


def listed(files: Files) -> list[File]:
    """The files as a manifest lists them, in the order of their names.

    >>> listed({"a": b""})[0].sha256[:16]
    'e3b0c44298fc1c14'
    """
    return [File(name, len(files[name]), hashlib.sha256(files[name]).hexdigest()) for name in sorted(files)]


def manifest_of(files: Files, report: Mapping[str, Any], sealed_at: str) -> Manifest:
    """The manifest of these files.

    `coverage.claims` and `coverage.regions` of the report name parties and places; the manifest and the claims that
    are made of it hold their number only.

    Raises:
        KeyError, TypeError: the report is of another form.
    """
    evidence = report["evidence"]
    coverage = evidence["coverage"]
    observed = {key: value for key, value in (evidence | coverage).items() if isinstance(value, int)}
    observed["parties_with_claims"] = len(coverage["claims"])
    observed["places_with_regions"] = len(coverage["regions"])
    return Manifest(
        FORMAT,
        "sha256",
        __version__,
        sealed_at,
        report["outcome"],
        report["exit_code"],
        report["mode"],
        report["today"],
        report["period"],
        [Policy(pack["id"], pack["version"], pack["mode"], pack["sha256"]) for pack in report["packs"]],
        report["inventory"]["digest"],
        observed,
        {kind: coverage[kind] for kind in _LOSSES},
        listed(files),
    )


def wrong_source(manifest: Manifest) -> str:
    """What the run was judged by, and the pack holds otherwise or not at all; "" if it is all there."""
    digests = {file.name: file.sha256 for file in manifest.files}
    for policy in manifest.policies:
        name = f"policies/{policy.id}.yaml"
        if digests.get(name) != policy.sha256:
            return f"{name} is missing, or is not the one that the report is of"
    parts = sorted(digest for name, digest in digests.items() if name.startswith("inventory/"))
    # As Inventory.digest: that of the file; of several files, that of their digests.
    whole = parts[0] if len(parts) == 1 else hashlib.sha256("\n".join(parts).encode()).hexdigest()
    if (whole if parts else None) != manifest.inventory:
        return "the inventory in the pack is not the one that the report is of"
    return ""
