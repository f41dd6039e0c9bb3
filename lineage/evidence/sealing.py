"""Sealing: files and a report become a pack with claims, manifest, chain and signed statement."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime

from lineage import __version__
from lineage.errors import LineageError
from lineage.evidence import chain, contents, merkle
from lineage.evidence.claims import Salts, claims_of, load_report
from lineage.evidence.contents import Files
from lineage.evidence.documents import (
    CHAIN,
    CLAIMS,
    FORMAT,
    MANIFEST,
    PREDICATE_TYPE,
    REPORT,
    STATEMENT,
    STATEMENT_TYPE,
    Digests,
    Manifest,
    Predicate,
    Statement,
    Subject,
    Tree,
    compact,
    encode,
)
from lineage.evidence.envelope import sign
from lineage.evidence.keys import PrivateKey
from lineage.evidence.manifest import manifest_of, wrong_source
from lineage.evidence.verifying import Verified

OWN = (CLAIMS, MANIFEST, STATEMENT, CHAIN)
"""What sealing writes itself."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A pack: all its files, and the same as one archive."""

    files: Files
    archive: bytes
    manifest: Manifest
    statement: Statement


def seal(
    files: Files, key: PrivateKey, secret: bytes, previous: Verified | None = None, sealed_at: str = ""
) -> Sealed:
    """Seal files, among them report.json. The same arguments give the same bytes.

    Args:
        files: name -> content.
        key: the sealer's private key (`load_private`).
        secret: what names in claims are salted with (`load_salt`).
        previous: the pack before this one; None starts a chain.
        sealed_at: time of sealing, ISO 8601 in UTC; by default `now()`.

    Raises:
        LineageError: no report, a name that no pack may have, or a report that is not of the policies and inventory
            beside it.
    """
    _check_names(files)
    report = load_report(files[REPORT])
    time = sealed_at or now()
    salts = Salts(secret, hashlib.sha256(files[REPORT]).hexdigest())
    try:
        claims = claims_of(report, manifest_of(files, report, time), salts)
    except (KeyError, TypeError):
        raise LineageError.of(
            "the report is of another form",
            file=REPORT,
            remedy="write it with this version's `lineage check --format json`",
        ) from None
    files = {**files, CLAIMS: b"".join(line + b"\n" for line in claims)}
    manifest = manifest_of(files, report, time)
    if wrong := wrong_source(manifest):
        raise LineageError.of(wrong, file=REPORT)
    files[MANIFEST] = encode(manifest)
    leaves, link = chain.extended(previous.leaves if previous else (), files[MANIFEST])
    files[CHAIN] = chain.written(leaves)
    tree = Tree(len(claims), merkle.root([merkle.leaf_hash(line) for line in claims]).hex())
    statement = Statement(
        STATEMENT_TYPE,
        [Subject(MANIFEST, Digests(hashlib.sha256(files[MANIFEST]).hexdigest()))],
        PREDICATE_TYPE,
        Predicate(FORMAT, __version__, time, tree, link),
    )
    files[STATEMENT] = encode(sign(compact(statement), key))
    return Sealed(files, contents.archive(files), manifest, statement)


def now() -> str:
    """The time of sealing: SOURCE_DATE_EPOCH if it is set (reproducible-builds.org), else the clock.

    Raises:
        LineageError: SOURCE_DATE_EPOCH is no number of seconds.
    """
    told = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        time = datetime.fromtimestamp(int(told), UTC) if told else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise LineageError.of(
            "SOURCE_DATE_EPOCH is no number of seconds", remedy="unset it, or give seconds since 1970"
        ) from None
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _check_names(files: Files) -> None:
    if REPORT not in files:
        raise LineageError.of(f"there is no {REPORT}", remedy="write it with `lineage check --format json`")
    taken = sorted(set(OWN) & set(files))
    if taken:
        raise LineageError.of(
            f"{taken[0]} is written by sealing itself", remedy="seal a folder that is no pack yet"
        )
    try:
        contents.check_names([*files, *OWN], "")
    except LineageError as error:
        raise LineageError(error.problems) from None
