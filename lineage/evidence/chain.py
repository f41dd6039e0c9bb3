"""The chain of packs: a Merkle tree whose leaves are their manifests, in the order in which they were sealed.

A verifier who keeps the head of one pack sees at the next whether packs were cut off, put in or exchanged.
"""

from __future__ import annotations

from collections.abc import Sequence

from lineage.errors import EvidenceError
from lineage.evidence import merkle
from lineage.evidence.documents import CHAIN, STATEMENT, Chain, Tree, unhex


def extended(before: Sequence[bytes], manifest: bytes) -> tuple[list[bytes], Chain]:
    """The leaves with one more pack, and what its statement says of them.

    >>> leaves, chain = extended([], b"first manifest")
    >>> chain.size, chain.previous, chain.root == leaves[0].hex()
    (1, None, True)
    """
    leaves = [*before, merkle.leaf_hash(manifest)]
    root = merkle.root(leaves).hex()
    if not before:
        return leaves, Chain(1, root, None, [])
    head = Tree(len(before), merkle.root(before).hex())
    proof = merkle.consistency_proof(leaves, len(before))
    return leaves, Chain(len(leaves), root, head, [each.hex() for each in proof])


def written(leaves: Sequence[bytes]) -> bytes:
    """Leaf hashes as a file, one a line."""
    return b"".join(leaf.hex().encode() + b"\n" for leaf in leaves)


def read(data: bytes, chain: Chain, manifest: bytes) -> list[bytes]:
    """The leaf hashes of a file, which must be those of the signed chain, with this manifest as the last.

    Raises:
        EvidenceError: they are not.
    """
    try:
        leaves = [bytes.fromhex(line) for line in data.decode("ascii").splitlines()]
    except ValueError:
        leaves = []
    if written(leaves) != data or any(len(leaf) != 32 for leaf in leaves):
        raise EvidenceError.of("changed after it was sealed: a line is no hash", file=CHAIN)
    if (len(leaves), merkle.root(leaves).hex()) != (chain.size, chain.root):
        raise EvidenceError.of("these are not the packs of the signed chain", file=CHAIN)
    if leaves[-1] != merkle.leaf_hash(manifest):
        raise EvidenceError.of("the last pack of the chain is not this one", file=CHAIN)
    return leaves


def check_step(chain: Chain) -> None:
    """That a chain is what it says: the head before, and one pack more.

    Raises:
        EvidenceError: it is not.
    """
    before = chain.previous
    if before is None:
        sound = chain.size == 1 and not chain.consistency
    else:
        old, new = bytes.fromhex(before.root), bytes.fromhex(chain.root)
        sound = before.size == chain.size - 1 and merkle.verify_consistency(
            before.size, chain.size, old, new, unhex(chain.consistency)
        )
    if not sound:
        raise EvidenceError.of("the chain does not continue the head before it", file=STATEMENT)


def check_continues(leaves: Sequence[bytes], previous: Tree | None, *, gaps: bool) -> int:
    """That a chain continues the head that the verifier kept; the size of that head, 0 without one.

    Raises:
        EvidenceError: it was cut back, goes another way, or leaves packs out.
    """
    if previous is None:
        return 0
    if previous.size > len(leaves):
        raise EvidenceError.of(
            f"the chain was cut back: this is pack {len(leaves)}, and you hold the head of pack {previous.size}",
            file=CHAIN,
        )
    proof = merkle.consistency_proof(leaves, previous.size)
    kept, now = bytes.fromhex(previous.root), merkle.root(leaves)
    if not merkle.verify_consistency(previous.size, len(leaves), kept, now, proof):
        raise EvidenceError.of(
            f"this is another chain than that whose head of pack {previous.size} you hold", file=CHAIN
        )
    if len(leaves) > previous.size + 1 and not gaps:
        raise EvidenceError.of(
            f"packs between {previous.size} and {len(leaves)} are not here",
            file=CHAIN,
            remedy="ask for them, or allow gaps",
        )
    return previous.size
