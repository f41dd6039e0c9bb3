"""What a pack says, in lines for a person."""

from __future__ import annotations

from lineage.evidence.documents import Manifest, Predicate
from lineage.evidence.proving import VerifiedClaim
from lineage.evidence.verifying import Verified
from lineage.findings import Value
from lineage.words import sentence, words


def run_lines(manifest: Manifest, lang: str) -> list[str]:
    """What was checked, on what, and what was lost on the way."""
    counts, period = manifest.observed, manifest.period
    numbers = {key: counts[key] for key in ("spans", "traces", "flows", "places", "rules")}
    numbers["met"] = counts["rules_met"]
    return [
        sentence("evidence.outcome", {"outcome": f"verdict.{manifest.outcome}", "mode": manifest.mode, "today": manifest.today}, lang),
        sentence("report.period", {"first": period["first_seen"], "last": period["last_seen"]}, lang),
        sentence("report.evidence", numbers, lang),
        *_losses(manifest, lang),
        *(
            sentence("evidence.policy", {"id": each.id, "version": each.version, "mode": each.mode, "digest": each.sha256}, lang)
            for each in manifest.policies
        ),
        words("report.finding-only", lang),
    ]  # fmt: skip


def chain_lines(predicate: Predicate, lang: str) -> list[str]:
    """When it was sealed, and where in its chain it stands."""
    sealed: dict[str, Value] = {
        "at": predicate.sealed_at,
        "version": predicate.lineage,
        "claims": predicate.claims.size,
    }
    head: dict[str, Value] = {"size": predicate.chain.size, "root": predicate.chain.root}
    return [sentence("evidence.sealed", sealed, lang), sentence("evidence.head", head, lang)]


def verified_lines(pack: Verified, name: str, lang: str) -> list[str]:
    """That a pack verifies, what it says, and what was not checked."""
    told: dict[str, Value] = {"pack": name, "key": pack.key.file, "id": pack.key.id, "files": len(pack.files)}
    continues = "evidence.continues" if pack.since else "evidence.alone"
    return [
        sentence("evidence.verified", told, lang),
        *run_lines(pack.manifest, lang),
        *chain_lines(pack.predicate, lang),
        sentence(continues, {"since": pack.since}, lang),
    ]


def claim_lines(told: VerifiedClaim, lang: str) -> list[str]:
    """That a claim verifies, and which names were opened."""
    at = told.predicate.sealed_at
    claim: dict[str, Value] = {
        "claim": told.claim["claim"],
        "key": told.key.file,
        "id": told.key.id,
        "at": at,
    }
    return [
        sentence("evidence.claim", claim, lang),
        sentence("evidence.head", {"size": told.head.size, "root": told.head.root}, lang),
        *(
            sentence("evidence.opened", {"digest": each.digest, "name": each.name}, lang)
            for each in told.opened
        ),
    ]


def _losses(manifest: Manifest, lang: str) -> list[str]:
    colon, comma = words("colon", lang), words("list.separator", lang)
    return [
        words(f"evidence.{kind}", lang) + colon + comma.join(f"{reason} {reasons[reason]}" for reason in reasons)
        for kind, reasons in manifest.losses.items()
        if reasons
    ]  # fmt: skip
