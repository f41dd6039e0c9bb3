"""Verifying: a pack, a public key from outside, and nothing else.

From the signature inwards: signature, statement, manifest, files, claims, chain. Nothing is believed before the
signature over it is checked, and nothing in the pack is left that no check has seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lineage.errors import EvidenceError, Problem
from lineage.evidence import chain, contents, merkle
from lineage.evidence.claims import check_claims, lines, read_claims
from lineage.evidence.contents import Files
from lineage.evidence.documents import (
    CHAIN,
    CLAIMS,
    MANIFEST,
    REPORT,
    STATEMENT,
    Envelope,
    Manifest,
    Predicate,
    Statement,
    Tree,
    decode,
)
from lineage.evidence.envelope import opened
from lineage.evidence.keys import PublicKey
from lineage.evidence.manifest import wrong_source

SEALS = (STATEMENT, MANIFEST, CHAIN)
"""Files that no manifest lists: they seal the others."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a pack that verifies says, and what it was verified against."""

    manifest: Manifest
    predicate: Predicate
    key: PublicKey
    files: Files
    leaves: tuple[bytes, ...]
    """The leaf hashes of the packs so far, this one last."""
    since: int
    """The number of the last pack that the verifier holds; 0 = none was given."""

    @property
    def head(self) -> Tree:
        """What to keep, to see next time that nothing was cut from the chain."""
        return Tree(self.predicate.chain.size, self.predicate.chain.root)


def verify(
    path: str | Path, keys: Sequence[PublicKey], previous: Tree | None = None, *, gaps: bool = False
) -> Verified:
    """Verify a pack, a folder or an archive.

    Args:
        path: the pack.
        keys: the public keys of the sealers that are trusted, from outside the pack.
        previous: the head that the verifier kept of an earlier pack.
        gaps: packs between `previous` and this one need not be at hand.

    Raises:
        LineageError: the pack cannot be read.
        EvidenceError: it does not verify; says where.
    """
    for key in keys:
        if Path(path).is_dir() and Path(key.file).resolve().is_relative_to(Path(path).resolve()):
            raise EvidenceError.of("the key is taken from the pack itself", file=key.file, remedy=_OTHERWISE)
    files = contents.read(path)
    try:
        return verify_files(files, keys, previous, gaps=gaps)
    except EvidenceError as error:
        raise EvidenceError(
            [replace(each, file=f"{path}: {each.file}".removesuffix(": ")) for each in error.problems]
        ) from None


def verify_files(
    files: Files, keys: Sequence[PublicKey], previous: Tree | None = None, *, gaps: bool = False
) -> Verified:
    """As `verify`, of what is in memory.

    Raises:
        EvidenceError: it does not verify.
    """
    for name in SEALS:
        if name not in files:
            raise EvidenceError.of(
                "the pack is not signed" if name == STATEMENT else "the file is missing", file=name
            )
    statement, key = read_statement(decode(files[STATEMENT], Envelope, STATEMENT), keys)
    if hashlib.sha256(files[MANIFEST]).hexdigest() != statement.subject[0].digest.sha256:
        raise EvidenceError.of("this is not the manifest that was signed", file=MANIFEST)
    manifest = decode(files[MANIFEST], Manifest, MANIFEST)
    predicate = statement.predicate
    if (predicate.sealed_at, predicate.lineage) != (manifest.sealed_at, manifest.lineage):
        raise EvidenceError.of("of another time or version than the statement says", file=MANIFEST)
    _check_files(files, manifest)
    if any(trusted.pem in data for data in files.values() for trusted in keys):
        raise EvidenceError.of("the key that it is verified with is in the pack", remedy=_OTHERWISE)
    _check_claims(files, manifest, predicate)
    leaves = chain.read(files[CHAIN], predicate.chain, files[MANIFEST])
    since = chain.check_continues(leaves, previous, gaps=gaps)
    return Verified(manifest, predicate, key, files, tuple(leaves), since)


_OTHERWISE = "get the sealer's public key from the sealer, by another way than the pack"


def read_statement(envelope: Envelope, keys: Sequence[PublicKey]) -> tuple[Statement, PublicKey]:
    """The statement in an envelope, and who signed it.

    Raises:
        EvidenceError: the signature is none of `keys`, or what is signed is no statement of ours.
    """
    payload, key = opened(envelope, keys, STATEMENT)
    statement = decode(payload, Statement, STATEMENT, pretty=False)
    chain.check_step(statement.predicate.chain)
    return statement, key


def _check_files(files: Files, manifest: Manifest) -> None:
    """That the pack has the files of the manifest, those that seal them, and no others."""
    problems = []
    names = [file.name for file in manifest.files]
    contents.check_names([*names, *SEALS], MANIFEST)
    if names != sorted(names):
        problems.append(Problem("the files are not in the order of their names", MANIFEST))
    for file in manifest.files:
        data = files.get(file.name)
        if data is None:
            problems.append(Problem("the file is missing", file.name))
        elif len(data) != file.size:
            problems.append(Problem(f"{len(data)} bytes, and {file.size} were sealed", file.name))
        elif hashlib.sha256(data).hexdigest() != file.sha256:
            problems.append(Problem("changed after it was sealed", file.name))
    for name in sorted(set(files) - set(names) - set(SEALS)):
        problems.append(Problem("was not sealed with the others", ascii(name).strip("'")))
    problems += [
        Problem("the manifest lists no such file", name) for name in (REPORT, CLAIMS) if name not in names
    ]
    if problems:
        raise EvidenceError(problems)


def _check_claims(files: Files, manifest: Manifest, predicate: Predicate) -> None:
    """That the claims are those of the signed tree, and say what the report and the manifest say."""
    told = lines(files[CLAIMS])
    found = merkle.root([merkle.leaf_hash(line) for line in told]).hex()
    if (len(told), found) != (predicate.claims.size, predicate.claims.root):
        raise EvidenceError.of("these are not the claims that were signed", file=CLAIMS)
    check_claims(read_claims(files[CLAIMS]), manifest, files[REPORT])
    if wrong := wrong_source(manifest):
        raise EvidenceError.of(wrong, file=MANIFEST)
