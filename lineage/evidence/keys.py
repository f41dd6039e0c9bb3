"""The keys of evidence: an Ed25519 pair in PEM, as openssl reads and writes it, and the secret of the salts.

NAME.key    the private key (PKCS #8), readable by its owner only
NAME.pub    the public key, which verifiers must get from the sealer by another way than the pack
NAME.salt   the secret that names in claims are salted with; whoever has it can open them all
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.errors import EvidenceError, LineageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from securesystemslib.signer import CryptoSigner, SSlibKey

PASSPHRASE = "LINEAGE_EVIDENCE_PASSPHRASE"  # noqa: S105 - the name of a variable
"""The environment variable that holds the passphrase of a private key, if it has one."""
MOST_KEY = 16_384
"""Bytes of a key file, at most."""
_EXTRA = 'python -m pip install "dataflow-lineage[evidence]"'


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key, to verify with."""

    file: str
    pem: bytes
    id: str
    """SHA-256 of its DER: `openssl pkey -pubin -in FILE -outform DER | sha256sum`."""
    key: SSlibKey


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key, to sign with, and its public part: a sealer trusts its own packs."""

    signer: CryptoSigner
    public: PublicKey


def generate(name: str | Path) -> tuple[Path, Path, Path]:
    """Make NAME.key, NAME.pub and NAME.salt; nothing is overwritten. With `PASSPHRASE` set the private key is encrypted.

    Raises:
        LineageError: one of them exists, or cannot be written.
    """
    _need_libraries()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Path(f"{name}.key"), Path(f"{name}.pub"), Path(f"{name}.salt")
    for path in made:
        if path.exists() or path.is_symlink():
            raise LineageError.of(
                "exists, and keys are never overwritten", file=str(path), remedy="choose another name"
            )
    private = Ed25519PrivateKey.generate()
    secret = os.environ.get(PASSPHRASE, "").encode()
    hidden = serialization.BestAvailableEncryption(secret) if secret else serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    _write_new(made[0], private.private_bytes(pem, pkcs8, hidden), 0o600)
    _write_new(made[1], _pem(private.public_key()), 0o644)
    _write_new(made[2], secrets.token_hex(32).encode() + b"\n", 0o600)
    return made


def load_private(path: str | Path) -> PrivateKey:
    """A private key.

    Raises:
        LineageError: it cannot be read, or is no private Ed25519 key.
    """
    _need_libraries()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import CryptoSigner

    secret = os.environ.get(PASSPHRASE, "").encode() or None
    data = _read(path)
    encrypted = b"ENCRYPTED" in data
    try:
        private = serialization.load_pem_private_key(data, secret if encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise LineageError.of(
            "its passphrase is not right" if encrypted else "no private key in PEM",
            file=str(path),
            remedy=f"set {PASSPHRASE}" if encrypted else "make one with `lineage evidence keygen`",
        ) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise LineageError.of("a key of another algorithm", file=str(path), allowed="Ed25519")
    public = _trusted(private.public_key(), str(path))
    return PrivateKey(CryptoSigner(private, public.key), public)


def load_public(path: str | Path) -> PublicKey:
    """A public key, given from outside the pack.

    Raises:
        LineageError: it cannot be read or is no public key.
        EvidenceError: it is a key of another algorithm: nothing can verify with it.
    """
    _need_libraries()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    data = _read(path)
    if b"PRIVATE KEY" in data:
        raise LineageError.of(
            "this is a private key",
            file=str(path),
            remedy="give the public one, NAME.pub; this one stays with the sealer",
        )
    try:
        public = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise LineageError.of(
            "no public key in PEM",
            file=str(path),
            remedy="give the NAME.pub that `lineage evidence keygen` wrote",
        ) from None
    if not isinstance(public, Ed25519PublicKey):
        raise EvidenceError.of("a key of another algorithm", file=str(path), allowed="Ed25519")
    return _trusted(public, str(path))


def load_salt(path: str | Path) -> bytes:
    """The secret of the salts.

    Raises:
        LineageError: the file cannot be read, or does not hold one.
    """
    text = _read(path).decode("ascii", "replace").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise LineageError.of(
            "this is no secret for salts",
            file=str(path),
            allowed="64 hexadecimal digits, as `lineage evidence keygen` writes them",
        )
    return bytes.fromhex(text)


def _trusted(public: Ed25519PublicKey, file: str) -> PublicKey:
    from cryptography.hazmat.primitives import serialization
    from securesystemslib.signer import SSlibKey

    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    key = SSlibKey.from_crypto(public, keyid=hashlib.sha256(der).hexdigest())
    return PublicKey(file, _pem(public), key.keyid, key)


def _pem(public: Ed25519PublicKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _need_libraries() -> None:
    if not (find_spec("cryptography") and find_spec("securesystemslib")):
        raise LineageError.of("evidence needs the libraries cryptography and securesystemslib", remedy=_EXTRA)


def _read(path: str | Path) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_KEY + 1)
    except OSError as error:
        raise LineageError.of(f"the key file cannot be read ({error.strerror})", file=str(path)) from None
    if len(data) > MOST_KEY:
        raise LineageError.of("too large for a key file", file=str(path))
    return data


def _write_new(path: Path, data: bytes, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise LineageError.of(f"cannot write the key file ({error.strerror})", file=str(path)) from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)
