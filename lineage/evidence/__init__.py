"""The evidence pack: what a check found, sealed so that the other side can verify it without trusting us.

    gathered = gather(["traces/"], ["lineage.yaml"], ["order16"])
    sealed = seal(gathered.files, load_private("acme.key"), load_salt("acme.salt"))
    verified = verify("evidence.zip", [load_public("acme.pub")])
    proof = prove(verified, "rule:order16/no-shared-store")
    verify_claim(proof, [load_public("acme.pub")])

docs/how-to/verify-evidence.md has the format and the steps by hand. Signing needs the extra `evidence`.
"""

from __future__ import annotations

from lineage.evidence.gathering import gather
from lineage.evidence.keys import generate, load_private, load_public, load_salt
from lineage.evidence.proving import claim_names, prove, verify_claim
from lineage.evidence.sealing import seal
from lineage.evidence.verifying import verify

__all__ = [
    "claim_names",
    "gather",
    "generate",
    "load_private",
    "load_public",
    "load_salt",
    "prove",
    "seal",
    "verify",
    "verify_claim",
]
