"""The documents of a pack, each with one spelling: what is read must be, byte for byte, what would be written.

So a repeated key, a reordered field, another number format or a blank that says nothing is refused like any
other change. Hashes are lower-case hexadecimal SHA-256.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from lineage.errors import EvidenceError

FORMAT: Final = "lineage-evidence/1"
CLAIM_FORMAT: Final = "lineage-claim/1"
PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:lineage:evidence:1"

REPORT: Final = "report.json"
"""What was found."""
CLAIMS: Final = "claims.jsonl"
"""Its single claims."""
MANIFEST: Final = "manifest.json"
"""The list of files."""
STATEMENT: Final = "statement.dsse.json"
"""What is signed."""
CHAIN: Final = "chain.txt"
"""The packs so far."""

Hex = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Meta(ge=0)]
Document = TypeVar("Document", bound=Struct)


class Tree(Struct, frozen=True, forbid_unknown_fields=True):
    """A Merkle tree: how many leaves, and its root. Of the packs of a chain, this is its *head*."""

    size: Annotated[int, Meta(ge=1)]
    root: Hex


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the pack."""

    name: str
    size: Count
    sha256: Hex


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule pack that was applied, in the mode in which it was read."""

    id: str
    version: str
    mode: str
    sha256: Hex


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What is in the pack and what it rests on. Counts are those of the report."""

    format: Literal["lineage-evidence/1"]
    hash: Literal["sha256"]
    lineage: str
    """The version of lineage that sealed it."""
    sealed_at: str
    """What the sealer's clock said, UTC; nobody else vouches for it."""
    outcome: str
    exit_code: int
    mode: str
    today: str
    period: dict[str, str | None]
    policies: list[Policy]
    inventory: Hex | None
    observed: dict[str, int]
    """Spans, traces, flows, places, rules ...; `sampled_spans` says how many spans stand for others."""
    losses: dict[str, dict[str, int]]
    """What was not read, and what is missing: reason -> count."""
    files: list[File]


class Digests(Struct, frozen=True, forbid_unknown_fields=True):
    """Digests of a subject, by algorithm."""

    sha256: Hex


class Subject(Struct, frozen=True, forbid_unknown_fields=True):
    """What a statement is about."""

    name: Literal["manifest.json"]
    digest: Digests


class Chain(Struct, frozen=True, forbid_unknown_fields=True):
    """The packs so far, this one the last: a tree whose leaves are their manifests."""

    size: Annotated[int, Meta(ge=1)]
    root: Hex
    previous: Tree | None
    """The head before this pack; none = the first."""
    consistency: list[Hex]
    """RFC 9162 consistency proof from the head before to this one."""


class Predicate(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of the manifest."""

    format: Literal["lineage-evidence/1"]
    lineage: str
    sealed_at: str
    claims: Tree
    """The tree of single claims: its leaves are the lines of claims.jsonl."""
    chain: Chain


class Statement(Struct, frozen=True, forbid_unknown_fields=True):
    """An in-toto statement (in-toto attestation framework, spec v1, statement.md)."""

    type: Literal["https://in-toto.io/Statement/v1"] = msgspec.field(name="_type")
    subject: Annotated[list[Subject], Meta(min_length=1, max_length=1)]
    predicateType: Literal["urn:lineage:evidence:1"]
    predicate: Predicate


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """A signature; `keyid` is the SHA-256 of the public key (DER), a hint that decides nothing."""

    keyid: Hex
    sig: str


class Envelope(Struct, frozen=True, forbid_unknown_fields=True):
    """A DSSE envelope (secure-systems-lab/dsse, envelope.md)."""

    payload: str
    payloadType: str
    signatures: list[Signature]


class Opened(Struct, frozen=True, forbid_unknown_fields=True):
    """A name of a claim, shown: `digest` is the SHA-256 of the salt's bytes followed by the name."""

    digest: Hex
    salt: Hex
    name: str


class ClaimProof(Struct, frozen=True, forbid_unknown_fields=True):
    """One claim, shown without the rest of its pack."""

    format: Literal["lineage-claim/1"]
    claim: str
    """The line of claims.jsonl, as it stands there."""
    index: Count
    path: list[Hex]
    """RFC 9162 inclusion proof, from the leaf up."""
    opened: list[Opened]
    statement: Envelope


def encode(document: Struct) -> bytes:
    """A document as it is written into a pack.

    >>> encode(Tree(1, "0" * 64)).decode().splitlines()[1]
    '  "size": 1,'
    """
    return msgspec.json.format(compact(document), indent=2) + b"\n"


def compact(value: Any) -> bytes:
    """A value on one line, its keys in order: what is hashed or signed by itself."""
    return msgspec.json.encode(value, order="deterministic")


def decode(data: bytes, model: type[Document], file: str, *, pretty: bool = True) -> Document:
    """A document of a pack.

    Raises:
        EvidenceError: it is not of this form, or is spelt otherwise than it would be written.
    """
    try:
        document = msgspec.json.decode(data, type=model)
    except msgspec.ValidationError as error:
        raise EvidenceError.of(f"not what a pack has here{_at(error)}", file=file, allowed=FORMAT) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise EvidenceError.of("not valid JSON: changed or cut", file=file) from None
    if (encode(document) if pretty else compact(document)) != data:
        raise EvidenceError.of("spelt otherwise than it was written: changed after it was sealed", file=file)
    return document


def unhex(hashes: Sequence[str]) -> list[bytes]:
    """Hashes as bytes."""
    return [bytes.fromhex(each) for each in hashes]


def _at(error: msgspec.ValidationError) -> str:
    """Where in the document; the rest of the message may quote what was found."""
    _, found, where = str(error).rpartition(" - at `$.")
    return f", at {where.rstrip('`')}" if found else ""
