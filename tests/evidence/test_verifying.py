"""A pack verifies as it was sealed, with the sealer's key, and in no other way."""

from __future__ import annotations

import hashlib
import json
import random
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lineage.errors import EvidenceError, LineageError
from lineage.evidence import load_public, seal, verify
from lineage.evidence.contents import Files, archive, from_archive, write_folder
from lineage.evidence.documents import CHAIN, CLAIMS, MANIFEST, REPORT, STATEMENT, Tree, encode
from lineage.evidence.envelope import sign
from lineage.evidence.keys import PrivateKey
from lineage.evidence.merkle import leaf_hash
from lineage.evidence.sealing import Sealed
from lineage.evidence.verifying import verify_files

Change = Callable[[dict[str, bytes]], object]


def refused(files: Files, key: PrivateKey, previous: Tree | None = None) -> str:
    with pytest.raises(EvidenceError) as caught:
        verify_files(files, [key.public], previous)
    assert caught.value.exit_code == 5
    return str(caught.value)


def test_a_pack_verifies_as_folder_and_as_archive(sealed: Sealed, key: PrivateKey, tmp_path: Path) -> None:
    write_folder(sealed.files, tmp_path / "pack")
    (tmp_path / "pack.zip").write_bytes(sealed.archive)
    for path in (tmp_path / "pack", tmp_path / "pack.zip"):
        assert sealed.files == verify(path, [key.public]).files


def test_the_same_input_gives_the_same_bytes(
    sealed: Sealed, files: Files, key: PrivateKey, secret: bytes
) -> None:
    again = seal(dict(reversed(list(files.items()))), key, secret, sealed_at=sealed.manifest.sealed_at)
    assert sealed.archive == again.archive


def test_the_manifest_says_what_the_run_rests_on(sealed: Sealed) -> None:
    report = json.loads(sealed.files[REPORT])
    manifest = sealed.manifest
    assert report["period"] == manifest.period
    assert report["evidence"]["coverage"]["spans"] == manifest.observed["spans"]
    assert report["evidence"]["coverage"]["sampled_spans"] == manifest.observed["sampled_spans"]
    assert {"rejected", "refused", "lost", "gaps"} == set(manifest.losses)
    assert [(pack["id"], pack["sha256"]) for pack in report["packs"]] == [
        (policy.id, policy.sha256) for policy in manifest.policies
    ]
    assert sorted(set(sealed.files) - {MANIFEST, STATEMENT, CHAIN}) == [file.name for file in manifest.files]


# --- what is refused, and where ------------------------------------------------------------------------


def _edited(name: str, old: bytes, new: bytes) -> Change:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


def _envelope(edit: Callable[[dict[str, object]], object]) -> Change:
    def change(files: dict[str, bytes]) -> None:
        envelope = json.loads(files[STATEMENT])
        edit(envelope)
        files[STATEMENT] = json.dumps(envelope, indent=2).encode() + b"\n"

    return change


def _drop(name: str) -> Change:
    return lambda files: files.pop(name)


def _swap(a: str, b: str) -> Change:
    return lambda files: files.update({a: files[b], b: files[a]})


CHANGES: dict[str, tuple[Change, str]] = {
    "no statement": (_drop(STATEMENT), f"{STATEMENT}: the pack is not signed"),
    "no manifest": (_drop(MANIFEST), f"{MANIFEST}: the file is missing"),
    "no chain": (_drop(CHAIN), f"{CHAIN}: the file is missing"),
    "no signature": (_envelope(lambda e: e.update(signatures=[])), f"{STATEMENT}: the statement has no signature"),
    "a signature twice": (
        _envelope(lambda e: e.update(signatures=[*e["signatures"], *e["signatures"]])),  # type: ignore[misc]
        f"{STATEMENT}: the statement has more than one signature",
    ),
    "another type of payload": (
        _envelope(lambda e: e.update(payloadType="application/json")),
        f"{STATEMENT}: the envelope holds another type of payload",
    ),
    "another key's id": (
        _envelope(lambda e: e["signatures"][0].update(keyid="0" * 64)),  # type: ignore[index]
        f"{STATEMENT}: the key id does not belong to the key that signed",
    ),
    "an empty signature": (
        _envelope(lambda e: e["signatures"][0].update(sig="")),  # type: ignore[index]
        f"{STATEMENT}: the signature does not fit the statement",
    ),
    "a field that no envelope has": (_envelope(lambda e: e.update(alg="none")), f"{STATEMENT}: not what a pack has here"),
    "the envelope on one line": (
        lambda files: files.update({STATEMENT: json.dumps(json.loads(files[STATEMENT])).encode()}),
        f"{STATEMENT}: spelt otherwise",
    ),
    "base64 with a blank": (_edited(STATEMENT, b'"payload": "', b'"payload": " '), f"{STATEMENT}: base64 that is spelt otherwise"),
    "another verdict in the report": (_edited(REPORT, b'"outcome": "violated"', b'"outcome": "violeted"'), f"{REPORT}: changed after it was sealed"),
    "a byte more": (lambda files: files.update({REPORT: files[REPORT] + b" "}), f"{REPORT}: "),
    "a claim dropped": (
        lambda files: files.update({CLAIMS: files[CLAIMS].partition(b"\n")[2]}),
        f"{CLAIMS}: ",
    ),
    "an empty file more": (lambda files: files.update(extra=b""), "extra: was not sealed with the others"),
    "a file less": (_drop("snapshot.json"), "snapshot.json: the file is missing"),
    "two files swapped": (_swap("report.json", "graph.json"), "graph.json: "),
    "a manifest of another pack": (_edited(MANIFEST, b'"exit_code"', b'"exit_c0de"'), f"{MANIFEST}: this is not the manifest that was signed"),
    "a chain with a pack more": (lambda files: files.update({CHAIN: b"0" * 64 + b"\n" + files[CHAIN]}), f"{CHAIN}: these are not the packs"),
    "a chain in capitals": (lambda files: files.update({CHAIN: files[CHAIN].upper()}), f"{CHAIN}: changed after it was sealed"),
    "an empty chain": (lambda files: files.update({CHAIN: b""}), f"{CHAIN}: these are not the packs"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "where"), CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_pack_is_refused(change: Change, where: str, sealed: Sealed, key: PrivateKey) -> None:
    files = dict(sealed.files)
    change(files)
    assert where in refused(files, key)


def test_the_place_is_told_with_the_pack(sealed: Sealed, key: PrivateKey, tmp_path: Path) -> None:
    write_folder(sealed.files, tmp_path / "pack")
    (tmp_path / "pack" / "inventory" / "1.yaml").write_text("")
    with pytest.raises(
        EvidenceError, match=re.escape(f"{tmp_path / 'pack'}: inventory/1.yaml: 0 bytes, and ")
    ):
        verify(tmp_path / "pack", [key.public])


# --- whose signature -----------------------------------------------------------------------------------


def test_a_pack_resealed_by_somebody_else_is_refused(
    files: Files, key: PrivateKey, other: PrivateKey, secret: bytes
) -> None:
    theirs = seal(files, other, secret)
    assert "signed with a key that is none of those given" in refused(theirs.files, key)
    assert verify_files(theirs.files, [key.public, other.public]).key == other.public


def test_a_key_id_decides_nothing(sealed: Sealed, key: PrivateKey, other: PrivateKey) -> None:
    payload = b64decode(json.loads(sealed.files[STATEMENT])["payload"])
    forged = sign(payload, other)
    claimed = json.loads(encode(forged))
    claimed["signatures"][0]["keyid"] = key.public.id
    files = {**sealed.files, STATEMENT: json.dumps(claimed, indent=2).encode() + b"\n"}
    assert "the signature does not fit the statement" in refused(files, key)


def test_without_a_key_nothing_verifies(sealed: Sealed) -> None:
    with pytest.raises(EvidenceError, match="no key to verify with"):
        verify_files(sealed.files, [])


def test_a_key_from_the_pack_is_refused(
    sealed: Sealed, files: Files, folder: Path, key: PrivateKey, secret: bytes, tmp_path: Path
) -> None:
    write_folder(sealed.files, tmp_path / "pack")
    (tmp_path / "pack" / "acme.pub").write_bytes((folder / "acme.pub").read_bytes())
    with pytest.raises(EvidenceError, match="the key is taken from the pack itself"):
        verify(tmp_path / "pack", [load_public(tmp_path / "pack" / "acme.pub")])
    with_key = seal({**files, "documents/contact.md": b"our key:\n" + key.public.pem}, key, secret)
    assert "the key that it is verified with is in the pack" in refused(with_key.files, key)


@pytest.mark.parametrize("algorithm", ["rsa", "p256", "ed448"])
def test_a_key_of_another_algorithm_is_refused(algorithm: str, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa

    makers: dict[str, Callable[[], Any]] = {
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ed448": ed448.Ed448PrivateKey.generate,
    }
    public = (
        makers[algorithm]()
        .public_key()
        .public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    )
    (tmp_path / "key.pub").write_bytes(public)
    with pytest.raises(EvidenceError, match="a key of another algorithm"):
        load_public(tmp_path / "key.pub")


@pytest.mark.parametrize(
    "found",
    [b"", b"not a key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b"x" * 20_000],
)
def test_what_is_no_key_is_the_user_s_mistake(found: bytes, tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_bytes(found)
    with pytest.raises(LineageError) as caught:
        load_public(tmp_path / "key.pub")
    assert caught.value.exit_code == 2


def test_a_private_key_is_not_asked_for(folder: Path) -> None:
    with pytest.raises(LineageError, match="this is a private key"):
        load_public(folder / "acme.key")


# --- the chain -----------------------------------------------------------------------------------------


def head(pack: Sealed) -> Tree:
    return Tree(pack.statement.predicate.chain.size, pack.statement.predicate.chain.root)


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_pack_continues_the_one_before(at: int, packs: list[Sealed], key: PrivateKey) -> None:
    assert at == verify_files(packs[at].files, [key.public], head(packs[at - 1])).since
    assert at + 1 == verify_files(packs[at].files, [key.public], head(packs[at])).since


def test_a_chain_that_was_cut_back_is_refused(packs: list[Sealed], key: PrivateKey) -> None:
    said = refused(packs[2].files, key, previous=head(packs[4]))
    assert said == f"{CHAIN}: the chain was cut back: this is pack 3, and you hold the head of pack 5"


def test_a_gap_is_refused_unless_it_is_allowed(packs: list[Sealed], key: PrivateKey) -> None:
    assert "packs between 2 and 5 are not here" in refused(packs[4].files, key, previous=head(packs[1]))
    assert verify_files(packs[4].files, [key.public], head(packs[1]), gaps=True).since == 2


def test_a_forked_chain_is_refused(packs: list[Sealed], files: Files, key: PrivateKey, secret: bytes) -> None:
    before = verify_files(packs[1].files, [key.public])
    fork = seal(files, key, secret, before, "2026-11-29T12:00:00Z")
    assert verify_files(fork.files, [key.public], head(packs[1])).since == 2
    assert "another chain than that whose head of pack 3" in refused(fork.files, key, previous=head(packs[2]))


def test_a_chain_begun_anew_is_refused(
    packs: list[Sealed], files: Files, key: PrivateKey, secret: bytes
) -> None:
    anew = seal(files, key, secret, sealed_at="2026-11-29T12:00:00Z")
    assert "another chain" in refused(anew.files, key, previous=head(packs[0]))
    assert "cut back" in refused(anew.files, key, previous=head(packs[1]))


@pytest.mark.parametrize(
    "edit",
    [
        lambda chain: chain.update(consistency=[]),
        lambda chain: chain["previous"].update(size=1),
        lambda chain: chain["previous"].update(root="0" * 64),
        lambda chain: chain.update(previous=None),
        lambda chain: chain["consistency"].append("0" * 64),
    ],
    ids=["no proof", "another size", "another root", "no head before", "a proof too long"],
)
def test_even_a_signed_chain_must_continue_its_head(
    edit: Callable[[dict[str, object]], object], packs: list[Sealed], key: PrivateKey
) -> None:
    statement = json.loads(b64decode(json.loads(packs[2].files[STATEMENT])["payload"]))
    edit(statement["predicate"]["chain"])
    files = {
        **packs[2].files,
        STATEMENT: encode(sign(json.dumps(statement, separators=(",", ":")).encode(), key)),
    }
    assert "the chain does not continue the head before it" in refused(files, key)


# --- what even the sealer cannot say --------------------------------------------------------------------


def resigned(sealed: Sealed, key: PrivateKey, **changes: bytes) -> dict[str, bytes]:
    """The pack with its manifest changed, and all that seals it made anew by its own sealer."""
    files = dict(sealed.files)
    manifest = json.loads(files[MANIFEST]) | {name: json.loads(value) for name, value in changes.items()}
    files[MANIFEST] = json.dumps(manifest, indent=2).encode() + b"\n"
    files[CHAIN] = leaf_hash(files[MANIFEST]).hex().encode() + b"\n"
    statement = json.loads(b64decode(json.loads(files[STATEMENT])["payload"]))
    statement["subject"][0]["digest"]["sha256"] = hashlib.sha256(files[MANIFEST]).hexdigest()
    statement["predicate"]["chain"]["root"] = files[CHAIN].decode().strip()
    payload = json.dumps(statement, separators=(",", ":")).encode()
    return {**files, STATEMENT: encode(sign(payload, key))}


def test_a_pack_signed_anew_verifies(sealed: Sealed, key: PrivateKey) -> None:
    assert verify_files(resigned(sealed, key), [key.public]).manifest == sealed.manifest


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"hash": b'"md5"'}, "not what a pack has here, at hash"),
        ({"format": b'"lineage-evidence/2"'}, "not what a pack has here, at format"),
        ({"outcome": b'"proven"'}, "the outcome is not that of the report"),
        ({"exit_code": b"0"}, "the exit_code is not that of the report"),
        ({"losses": b"{}"}, "the claim run is missing, one too many, or not what"),
        ({"policies": b"[]"}, "the claim run is missing, one too many, or not what"),
        ({"files": b"[]"}, "was not sealed with the others"),
        ({"sealed_at": b'"2020-01-01T00:00:00Z"'}, "of another time or version than the statement says"),
        ({"note": b'"x"'}, "not what a pack has here"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_signed_manifest_must_still_be_true(
    changes: dict[str, bytes], what: str, sealed: Sealed, key: PrivateKey
) -> None:
    assert what in refused(resigned(sealed, key, **changes), key)


# --- 10,000 mutations ----------------------------------------------------------------------------------


def mutations(sealed: Sealed, other: PrivateKey, chance: random.Random) -> Iterator[bytes]:
    """10,000 archives that are not the one that was sealed."""
    data, names = sealed.archive, sorted(sealed.files)

    def place() -> int:
        return chance.randrange(len(data))

    def part(size: int) -> tuple[int, int]:
        at = chance.randrange(len(data) - size)
        return at, at + chance.randrange(1, size)

    for _ in range(3500):
        at = place()
        yield data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
    for _ in range(1000):
        yield data[: place()]
    for _ in range(500):
        yield data[place() + 1 :]
    for _ in range(500):
        at, end = part(200)
        yield data[:at] + data[end:]
    for _ in range(500):
        at, end = part(200)
        yield data[:end] + data[at:end] + data[end:]
    for _ in range(500):
        yield data + chance.randbytes(chance.randrange(1, 50))
    for _ in range(1000):
        name = chance.choice(names)
        whole = sealed.files[name]
        at = chance.randrange(len(whole))
        yield archive(
            {
                **sealed.files,
                name: whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :],
            }
        )
    for _ in range(500):
        name = chance.choice(names)
        yield archive({**sealed.files, name: sealed.files[name][: chance.randrange(len(sealed.files[name]))]})
    for _ in range(500):
        a, b = chance.sample(names, 2)
        yield archive({**sealed.files, a: sealed.files[b], b: sealed.files[a]})
    for _ in range(250):
        gone = chance.choice(names)
        yield archive({name: whole for name, whole in sealed.files.items() if name != gone})
    for _ in range(250):
        yield archive({**sealed.files, f"x{chance.randrange(10**6)}": chance.randbytes(9)})
    for _ in range(500):
        name = chance.choice([CLAIMS, CHAIN, MANIFEST, STATEMENT, REPORT])
        lines = sealed.files[name].splitlines(keepends=True)
        shuffled = chance.sample(lines, len(lines))
        yield archive({**sealed.files, name: b"".join(shuffled)}) if shuffled != lines else data + b"\0"
    envelope = json.loads(sealed.files[STATEMENT])
    payload = b64decode(envelope["payload"])
    for _ in range(250):
        signed = sign(payload, other)
        signed = type(signed)(
            signed.payload,
            signed.payloadType,
            [
                type(signed.signatures[0])(
                    chance.choice([envelope["signatures"][0]["keyid"], other.public.id]),
                    signed.signatures[0].sig,
                )
            ],
        )
        yield archive({**sealed.files, STATEMENT: encode(signed)})
    for _ in range(250):
        at = chance.randrange(len(payload))
        envelope["payload"] = b64encode(
            payload[:at] + bytes([payload[at] ^ 1 << chance.randrange(8)]) + payload[at + 1 :]
        ).decode()
        yield archive({**sealed.files, STATEMENT: json.dumps(envelope, indent=2).encode() + b"\n"})


def test_ten_thousand_mutations_are_refused(sealed: Sealed, key: PrivateKey, other: PrivateKey) -> None:
    tried = accepted = 0
    for mutation in mutations(sealed, other, random.Random(16)):
        tried += 1
        try:
            verify_files(from_archive(mutation, "pack.zip"), [key.public])
        except EvidenceError:
            continue
        accepted += 1
    assert (tried, accepted) == (10_000, 0)
