"""The tree of RFC 9162 agrees with known vectors, with a naive reading of the RFC, and with another library."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest

from lineage.evidence.merkle import (
    EMPTY,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Of the first 0 to 8 entries: the vectors of Certificate Transparency's reference tests."""
SIZES = (*range(1, 20), 31, 32, 33, 64, 65)


def naive(entries: Sequence[bytes]) -> bytes:
    """MTH as RFC 9162, 2.1.1 writes it."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\x01" + naive(entries[:split]) + naive(entries[split:])).digest()


def naive_path(at: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH as RFC 9162, 2.1.3.1 writes it."""
    if len(entries) == 1:
        return []
    split = 1
    while split * 2 < len(entries):
        split *= 2
    if at < split:
        return [*naive_path(at, entries[:split]), naive(entries[split:])]
    return [*naive_path(at - split, entries[split:]), naive(entries[:split])]


def entries_of(size: int) -> list[bytes]:
    return [number.to_bytes(4, "big") for number in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_the_known_ones(size: int) -> None:
    assert ROOTS[size] == root([leaf_hash(entry) for entry in ENTRIES[:size]]).hex()
    assert bytes.fromhex(ROOTS[0]) == EMPTY


@pytest.mark.parametrize("size", SIZES)
def test_roots_and_paths_are_those_of_the_rfc(size: int) -> None:
    entries = entries_of(size)
    leaves = [leaf_hash(entry) for entry in entries]
    assert naive(entries) == root(leaves)
    for at in range(size):
        assert naive_path(at, entries) == inclusion_proof(leaves, at)


@pytest.mark.parametrize("size", SIZES)
def test_a_leaf_is_included_at_its_index_only(size: int) -> None:
    leaves = [leaf_hash(entry) for entry in entries_of(size)]
    whole = root(leaves)
    for at, leaf in enumerate(leaves):
        path = inclusion_proof(leaves, at)
        accepted = [
            index for index in range(-1, size + 2) if verify_inclusion(leaf, index, size, path, whole)
        ]
        assert [at] == accepted
        assert not verify_inclusion(leaf_hash(b"another"), at, size, path, whole)
        assert not verify_inclusion(leaf, at, size, path, leaf_hash(b"another"))
        assert not verify_inclusion(leaf, at, size, [*path, whole], whole)
        assert not path or not verify_inclusion(leaf, at, size, path[:-1], whole)


@pytest.mark.parametrize("size", SIZES)
def test_a_tree_continues_its_own_beginnings_only(size: int) -> None:
    leaves = [leaf_hash(entry) for entry in entries_of(size)]
    forked = [leaf_hash(b"another"), *leaves[1:]]
    for first in range(1, size + 1):
        proof = consistency_proof(leaves, first)
        old, new = root(leaves[:first]), root(leaves)
        assert verify_consistency(first, size, old, new, proof)
        assert not verify_consistency(first, size, root(forked[:first]), new, proof)
        assert not verify_consistency(first, size, old, root(forked), proof)
        assert not verify_consistency(first, size, old, new, [*proof, new])
        assert not proof or not verify_consistency(first, size, old, new, proof[:-1])
        assert first == size or not verify_consistency(size, first, new, old, proof)


def test_there_is_no_proof_of_what_never_was() -> None:
    leaves = [leaf_hash(b"a"), leaf_hash(b"b")]
    for index in (-1, 2):
        with pytest.raises(IndexError):
            inclusion_proof(leaves, index)
    for size in (0, 3):
        with pytest.raises(IndexError):
            consistency_proof(leaves, size)
    assert not verify_consistency(0, 2, EMPTY, root(leaves), [])
    assert not verify_inclusion(leaves[0], 0, 0, [], EMPTY)


def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    a, b = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(a + b) != root([a, b])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 69])
def test_another_library_has_the_same_roots(size: int) -> None:
    pymerkle = pytest.importorskip("pymerkle")
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries_of(size):
        tree.append_entry(entry)
    assert tree.get_root() == root([leaf_hash(entry) for entry in entries_of(size)])
