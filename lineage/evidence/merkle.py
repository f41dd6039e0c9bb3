"""Merkle trees of RFC 9162, section 2.1, over SHA-256: roots, inclusion proofs and consistency proofs.

A leaf and a node are hashed behind different first bytes, so that neither can be passed off as the other. Trees
are given as their leaf hashes, in order. Verification checks the length of a proof exactly.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256().digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry (RFC 9162, 2.1.1).

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree with these leaf hashes (RFC 9162, 2.1.1).

    >>> root([leaf_hash(b"")]) == leaf_hash(b"")
    True
    """
    return _levels(leaves)[-1][0] if leaves else EMPTY


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from the leaf at `index` to the root (RFC 9162, 2.1.3.1).

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path = []
    for level in _levels(leaves)[:-1]:
        beside = index ^ 1
        if beside < len(level):
            path.append(level[beside])
        index >>= 1
    return path


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], of: bytes) -> bool:
    """Whether `leaf` is the leaf at `index` of the tree of `size` leaves with the root `of` (RFC 9162, 2.1.3.2).

    >>> a, b = leaf_hash(b"a"), leaf_hash(b"b")
    >>> verify_inclusion(a, 0, 2, [b], root([a, b])), verify_inclusion(a, 1, 2, [b], root([a, b]))
    (True, False)
    """
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for beside in path:
        if not last:
            return False
        if at & 1 or at == last:
            found = node_hash(beside, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        at, last = at >> 1, last >> 1
    return not last and found == of


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The hashes that show that the tree began with its first `first` leaves (RFC 9162, 2.1.4.1).

    Raises:
        IndexError: the tree never had so many leaves, or `first` is not positive.
    """
    if not 0 < first <= len(leaves):
        raise IndexError(first)
    return _subproof(leaves, first, whole=True)


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the tree of `second` leaves began as the tree of `first` leaves (RFC 9162, 2.1.4.2).

    >>> a, b = leaf_hash(b"a"), leaf_hash(b"b")
    >>> verify_consistency(1, 2, a, root([a, b]), [b]), verify_consistency(1, 2, b, root([a, b]), [b])
    (True, False)
    """
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = list(proof)
    if first & (first - 1) == 0:
        # A power of two is a whole subtree, which the proof leaves out because its hash is the first root.
        path.insert(0, first_root)
    if not path:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for beside in path[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        at, last = at >> 1, last >> 1
    return not last and old == first_root and new == second_root


def _levels(leaves: Sequence[bytes]) -> list[Sequence[bytes]]:
    """The tree from its leaves up: pairs from the left, an odd one out moves up as it is."""
    levels = [leaves]
    while len(below := levels[-1]) > 1:
        above = [node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        if len(below) & 1:
            above.append(below[-1])
        levels.append(above)
    return levels


def _subproof(leaves: Sequence[bytes], first: int, *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if first <= split:
        return [*_subproof(leaves[:split], first, whole=whole), root(leaves[split:])]
    return [*_subproof(leaves[split:], first - split, whole=False), root(leaves[:split])]
