"""Single claims of a pack, each a line that can be shown without the others.

    run                     what was checked, on what, with what outcome
    rule:<rule id>          the verdict of one rule on this run, and what it found
    file:<name>             one file of the pack, by its digest

Each line holds a nonce, so that nobody can guess a claim from its hash in somebody else's proof. Names of
places and customers stand in it as salted digests: SHA-256 of a salt's 32 bytes and the name. The salts are
made of a secret that never enters the pack, one for each name in each claim, so opening one opens no other.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from lineage.errors import EvidenceError, LineageError
from lineage.evidence.documents import CLAIMS, MANIFEST, REPORT, File, Manifest, Opened, compact

SCHEMA = "lineage-report/1"


@dataclass(frozen=True, slots=True)
class Salts:
    """The salts of one run: of the sealer's secret and the digest of the report."""

    secret: bytes
    run: str

    def salt(self, claim: str, name: str) -> bytes:
        """The salt of a name in a claim."""
        return self._made("salt", claim, name)

    def nonce(self, claim: str) -> str:
        """What makes a claim's hash tell nothing of it."""
        return self._made("nonce", claim, "").hex()

    def _made(self, use: str, claim: str, name: str) -> bytes:
        message = "\0".join(("lineage evidence", use, self.run, claim, name))
        return hmac.digest(self.secret, message.encode("utf-8", "surrogatepass"), "sha256")


def salted(salt: bytes, name: str) -> str:
    """A name as claims show it.

    >>> salted(bytes(32), "party:acme")[:16]
    'b889e3b870e596a1'
    """
    return hashlib.sha256(salt + name.encode("utf-8", "surrogatepass")).hexdigest()


def load_report(data: bytes) -> dict[str, Any]:
    """The report of a pack.

    Raises:
        LineageError: it is no report of `lineage check --format json`.
    """
    try:
        report = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        report = None
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        raise LineageError.of(
            "this is no report",
            file=REPORT,
            allowed=SCHEMA,
            remedy="write it with `lineage check --format json`",
        )
    return report


def claims_of(report: Mapping[str, Any], manifest: Manifest, salts: Salts) -> list[bytes]:
    """The claims of a run, one line each, in the order of their names.

    Raises:
        LineageError: two rules have one id, so that a claim about it would have two answers.
    """
    told: dict[str, dict[str, Any]] = {"run": _run(manifest)}
    told |= {f"file:{file.name}": _file(file) for file in manifest.files}
    for rule in report["rules"]:
        name = f"rule:{rule['id']}"
        if name in told:
            raise LineageError.of(
                f"rule {rule['id']} is in the report twice", file=REPORT, remedy="give each rule pack once"
            )
        told[name] = _rule(rule, name, manifest, salts)
    return [compact({"claim": name, "nonce": salts.nonce(name)} | told[name]) for name in sorted(told)]


def names_in(report: Mapping[str, Any], rule: str) -> list[str]:
    """The names that the claim about a rule holds, in their order."""
    found = next((each for each in report["rules"] if f"rule:{each['id']}" == rule), None)
    return sorted({name for finding in found["findings"] for name in _names(finding)}) if found else []


def read_claims(data: bytes) -> dict[str, dict[str, Any]]:
    """Claim -> what it says.

    Raises:
        EvidenceError: a line is no claim, or one claim is there twice.
    """
    found: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines(data), 1):
        claim = read_claim(line, CLAIMS, number)
        name = claim["claim"]
        if name in found:
            raise EvidenceError.of("a claim is there twice", file=CLAIMS, line=number)
        found[name] = claim
    return found


def read_claim(line: bytes, file: str, number: int = 0) -> dict[str, Any]:
    """What one line says.

    Raises:
        EvidenceError: it is no claim, or spelt otherwise than it was written.
    """
    try:
        claim = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        claim = None
    if not isinstance(claim, dict) or not isinstance(claim.get("claim"), str) or compact(claim) != line:
        raise EvidenceError.of("this is no claim", file=file, line=number)
    return claim


def lines(data: bytes) -> list[bytes]:
    """The lines of a file that ends in one.

    Raises:
        EvidenceError: the last line is cut.
    """
    if not data.endswith(b"\n"):
        raise EvidenceError.of("the last line is cut", file=CLAIMS)
    return data[:-1].split(b"\n")


class _Rule(msgspec.Struct):
    """What a claim about a rule must agree with; the report holds more."""

    id: str
    verdict: str
    waived: bool


class _Report(msgspec.Struct):
    outcome: str
    exit_code: int
    mode: str
    today: str
    rules: list[_Rule]


def check_claims(claims: Mapping[str, Mapping[str, Any]], manifest: Manifest, report: bytes) -> None:
    """That report, manifest and claims say the same.

    Raises:
        EvidenceError: the report is none; the manifest tells another outcome; a claim is missing, one too many, or says
            something else.
    """
    try:
        found = msgspec.json.decode(report, type=_Report)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise EvidenceError.of("this is no report", file=REPORT, allowed=SCHEMA) from None
    for field in ("outcome", "exit_code", "mode", "today"):
        if getattr(found, field) != getattr(manifest, field):
            raise EvidenceError.of(f"the {field} is not that of the report", file=MANIFEST)
    held: dict[str, Mapping[str, Any]] = {"run": _run(manifest)}
    held |= {f"rule:{rule.id}": {"verdict": rule.verdict, "waived": rule.waived} for rule in found.rules}
    held |= {f"file:{file.name}": _file(file) for file in manifest.files if file.name != CLAIMS}
    for name in sorted(held.keys() | claims.keys()):
        if name not in held or name not in claims or not held[name].items() <= claims[name].items():
            raise EvidenceError.of(
                f"the claim {name} is missing, one too many, or not what the report and the manifest say",
                file=CLAIMS,
            )


def opened(claim: Mapping[str, Any], names: Sequence[str], salts: Salts) -> list[Opened]:
    """Names of a claim with their salts.

    Raises:
        LineageError: the claim holds no such name, or the secret is not the one it was salted with.
    """
    held = set(digests_in(claim))
    shown = []
    for name in names:
        salt = salts.salt(claim["claim"], name)
        digest = salted(salt, name)
        if digest not in held:
            raise LineageError.of(
                f"the claim does not hold the name {name!a}, or it was salted with another secret",
                remedy="give a place's id as it stands in report.json, and the sealer's NAME.salt",
            )
        shown.append(Opened(digest, salt.hex(), name))
    return shown


def digests_in(claim: Mapping[str, Any]) -> Iterator[str]:
    """The salted digests in a claim."""
    for finding in claim.get("findings", []):
        yield finding["fingerprint"]
        yield from finding["names"]


def _run(manifest: Manifest) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(manifest)
    return {key: told[key] for key in told if key not in ("files", "format", "hash")}


def _file(file: File) -> dict[str, Any]:
    return {"size": file.size, "sha256": file.sha256}


def _rule(rule: Mapping[str, Any], claim: str, manifest: Manifest, salts: Salts) -> dict[str, Any]:
    pack = next((each for each in manifest.policies if rule["id"].startswith(f"{each.id}/")), None)
    return {
        "title": rule["title"],
        "severity": rule["severity"],
        "verdict": rule["verdict"],
        "waived": rule["waived"],
        "flows": rule["flows"],
        "places": rule["places"],
        "policy": msgspec.to_builtins(pack),
        "today": manifest.today,
        "period": manifest.period,
        "lineage": manifest.lineage,
        "findings": [_finding(finding, claim, salts) for finding in rule["findings"]],
    }


def _finding(finding: Mapping[str, Any], claim: str, salts: Salts) -> dict[str, Any]:
    def digest(name: str) -> str:
        return salted(salts.salt(claim, name), name)

    # A fingerprint is a plain hash over names that can be guessed, so it is salted like them.
    return {
        "fingerprint": digest(finding["fingerprint"]),
        "verdict": finding["verdict"],
        "waived": finding["waived"],
        "message": finding["message"]["id"],
        "missing": sorted({missing["fact"] for missing in finding["missing"]}),
        "names": sorted(digest(name) for name in _names(finding)),
        "calls": finding["calls"],
        "first_seen": finding["first_seen"],
        "last_seen": finding["last_seen"],
        "exemplars": _exemplars(finding),
    }


def _names(finding: Mapping[str, Any]) -> set[str]:
    """The ids of the places that a finding names."""
    refs = [
        each
        for value in finding["context"].values()
        for each in (value if isinstance(value, list) else [value])
    ]
    refs += [missing["subject"] for missing in finding["missing"]]
    refs += [
        step[end]
        for witness in finding["witness"]
        for step in witness["steps"]
        for end in ("source", "target")
    ]
    return {ref["id"] for ref in refs if isinstance(ref, dict) and "id" in ref}


def _exemplars(finding: Mapping[str, Any]) -> list[dict[str, str]]:
    """The exemplars of the last step of each witness: what arrived."""
    last = [witness["steps"][-1] for witness in finding["witness"] if witness["steps"]]
    return [exemplar for step in last for exemplar in step["exemplars"]]
