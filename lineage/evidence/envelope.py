"""Signing and opening a statement: DSSE with one Ed25519 signature.

The signature is over the payload's bytes and type (DSSE's pre-authentication encoding); it is checked before
the payload is parsed. `keyid` is a hint that decides nothing: every trusted key is tried.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence

from lineage.errors import EvidenceError
from lineage.evidence.documents import PAYLOAD_TYPE, Envelope, Signature
from lineage.evidence.keys import PrivateKey, PublicKey


def sign(payload: bytes, key: PrivateKey) -> Envelope:
    """The envelope of a payload."""
    from securesystemslib.dsse import Envelope as Dsse

    signed = Dsse(payload, PAYLOAD_TYPE, {}).sign(key.signer)
    signature = Signature(signed.keyid, b64encode(bytes.fromhex(signed.signature)).decode())
    return Envelope(b64encode(payload).decode(), PAYLOAD_TYPE, [signature])


def opened(envelope: Envelope, keys: Sequence[PublicKey], file: str) -> tuple[bytes, PublicKey]:
    """The payload of an envelope, and whose signature it carries.

    Raises:
        EvidenceError: unsigned, of another type, or signed by none of `keys`.
    """
    from securesystemslib.dsse import Envelope as Dsse
    from securesystemslib.exceptions import UnverifiedSignatureError
    from securesystemslib.signer import Signature as Signed

    if envelope.payloadType != PAYLOAD_TYPE:
        raise EvidenceError.of("the envelope holds another type of payload", file=file, allowed=PAYLOAD_TYPE)
    if len(envelope.signatures) != 1:
        found = "no signature" if not envelope.signatures else "more than one signature"
        raise EvidenceError.of(f"the statement has {found}", file=file, allowed="one Ed25519 signature")
    if not keys:
        raise EvidenceError.of(
            "no key to verify with",
            file=file,
            remedy="give the sealer's public key, which does not come with the pack",
        )
    (signature,) = envelope.signatures
    payload, sig = _bytes(envelope.payload, file), _bytes(signature.sig, file)
    encoded = Dsse(payload, PAYLOAD_TYPE, {}).pae()
    for trusted in keys:
        try:
            trusted.key.verify_signature(Signed(trusted.id, sig.hex()), encoded)
        except UnverifiedSignatureError:
            continue
        if signature.keyid != trusted.id:
            raise EvidenceError.of("the key id does not belong to the key that signed", file=file)
        return payload, trusted
    known = signature.keyid in {trusted.id for trusted in keys}
    raise EvidenceError.of(
        "the signature does not fit the statement: one of them was changed" if known else "signed with a key that is none of those given",
        file=file,
        remedy="" if known else "get the sealer's public key from the sealer, not from the pack",
    )  # fmt: skip


def _bytes(text: str, file: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if b64encode(data).decode() != text:
        raise EvidenceError.of("base64 that is spelt otherwise than it was written", file=file)
    return data
