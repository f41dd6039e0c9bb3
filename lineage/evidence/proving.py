"""Single claims: showing one without the rest of its pack, and verifying what was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lineage.errors import EvidenceError, LineageError
from lineage.evidence import claims, merkle
from lineage.evidence.documents import (
    CLAIM_FORMAT,
    CLAIMS,
    REPORT,
    STATEMENT,
    ClaimProof,
    Envelope,
    Opened,
    Predicate,
    Tree,
    decode,
    encode,
    unhex,
)
from lineage.evidence.keys import PublicKey
from lineage.evidence.verifying import Verified, read_statement
from lineage.words import nearest


@dataclass(frozen=True, slots=True)
class VerifiedClaim:
    """A claim that verifies, with the names that were opened."""

    claim: dict[str, Any]
    opened: tuple[Opened, ...]
    predicate: Predicate
    key: PublicKey

    @property
    def head(self) -> Tree:
        """The head of the chain when its pack was sealed."""
        return Tree(self.predicate.chain.size, self.predicate.chain.root)


def claim_names(pack: Verified) -> list[str]:
    """The names of a pack's claims, in their order."""
    return [claims.read_claim(line, CLAIMS)["claim"] for line in claims.lines(pack.files[CLAIMS])]


def prove(pack: Verified, claim: str, opened: Sequence[str] = (), secret: bytes | None = None) -> bytes:
    """A claim of a verified pack, with its proof, as JSON.

    Args:
        pack: what `verify` gave.
        claim: its name; a rule's id alone will do.
        opened: ids of places, as report.json has them, that are shown as they are.
        secret: what names were salted with; needed to open one.

    Raises:
        LineageError: no such claim, or a name that it does not hold.
    """
    names = claim_names(pack)
    name = claim if claim in names else f"rule:{claim}"
    if name not in names:
        near = nearest(claim, names)
        raise LineageError.of(
            f"the pack has no claim {claim!a}",
            allowed="run, rule:<id>, file:<name>; `lineage evidence prove --list` has them all",
            remedy=f"did you mean {near}?" if near else "",
        )
    lines = claims.lines(pack.files[CLAIMS])
    index = names.index(name)
    path = merkle.inclusion_proof([merkle.leaf_hash(line) for line in lines], index)
    shown = []
    if opened:
        if secret is None:
            raise LineageError.of(
                "to open a name takes the secret of the salts", remedy="give --salt NAME.salt"
            )
        run = hashlib.sha256(pack.files[REPORT]).hexdigest()
        told = claims.read_claim(lines[index], CLAIMS)
        shown = claims.opened(told, opened, claims.Salts(secret, run))
    statement = decode(pack.files[STATEMENT], Envelope, STATEMENT)
    return encode(
        ClaimProof(
            CLAIM_FORMAT, lines[index].decode(), index, [each.hex() for each in path], shown, statement
        )
    )


def verify_claim(data: bytes, keys: Sequence[PublicKey], file: str = "") -> VerifiedClaim:
    """Verify one claim: a public key from outside is all it takes.

    Raises:
        EvidenceError: it does not verify.
    """
    proof = decode(data, ClaimProof, file)
    statement, key = read_statement(proof.statement, keys)
    line, tree = proof.claim.encode(), statement.predicate.claims
    leaf, of = merkle.leaf_hash(line), bytes.fromhex(tree.root)
    if not merkle.verify_inclusion(leaf, proof.index, tree.size, unhex(proof.path), of):
        raise EvidenceError.of("the claim is not one of those that were signed", file=file)
    claim = claims.read_claim(line, file)
    held = set(claims.digests_in(claim))
    for shown in proof.opened:
        if shown.digest not in held or claims.salted(bytes.fromhex(shown.salt), shown.name) != shown.digest:
            raise EvidenceError.of("a name is opened that the claim does not hold", file=file)
    return VerifiedClaim(claim, tuple(proof.opened), statement.predicate, key)
