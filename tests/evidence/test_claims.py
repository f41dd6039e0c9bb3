"""One claim can be shown without the others, and names no customer unless its salt is shown."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

from lineage.errors import EvidenceError, LineageError
from lineage.evidence import claim_names, prove, seal, verify_claim
from lineage.evidence.contents import Files
from lineage.evidence.documents import CLAIMS, REPORT
from lineage.evidence.keys import PrivateKey
from lineage.evidence.sealing import Sealed
from lineage.evidence.verifying import Verified, verify_files

RULE = "rule:house/stays-overseas"


@pytest.fixture(scope="module")
def pack(sealed: Sealed, key: PrivateKey) -> Verified:
    return verify_files(sealed.files, [key.public])


def party(pack: Verified) -> str:
    """The id of a customer that the rule found something about."""
    places: set[str] = {
        step["source"]["id"]
        for rule in json.loads(pack.files[REPORT])["rules"]
        for finding in rule["findings"]
        for witness in finding["witness"]
        for step in witness["steps"]
    }
    return min(place for place in places if place.startswith("party:"))


def test_each_rule_and_file_and_the_run_are_claims(pack: Verified) -> None:
    files = {f"file:{file.name}" for file in pack.manifest.files if file.name != CLAIMS}
    assert sorted({"run", RULE} | files) == claim_names(pack)


@pytest.mark.parametrize("claim", ["run", RULE, "file:report.json", "house/stays-overseas"])
def test_a_claim_verifies_by_itself(claim: str, pack: Verified, key: PrivateKey) -> None:
    told = verify_claim(prove(pack, claim), [key.public])
    assert told.claim["claim"].endswith(claim)
    assert told.head == pack.head


def test_a_claim_says_what_the_report_says(pack: Verified, key: PrivateKey) -> None:
    (rule,) = json.loads(pack.files[REPORT])["rules"]
    told = verify_claim(prove(pack, RULE), [key.public]).claim
    for field in ("verdict", "severity", "waived", "flows", "places", "title"):
        assert rule[field] == told[field]
    assert len(rule["findings"]) == len(told["findings"])
    assert told["policy"]["sha256"] == pack.manifest.policies[0].sha256
    assert told["period"] == pack.manifest.period


def test_a_claim_names_nobody(pack: Verified) -> None:
    shown = prove(pack, RULE).decode()
    report = json.loads(pack.files[REPORT])
    names = {
        ref
        for rule in report["rules"]
        for finding in rule["findings"]
        for ref in (finding["fingerprint"], *_names(finding))
    }
    assert len(names) > 5
    assert {name for name in names if name in shown} == set()
    for name in names:
        for text in (name, name.partition(":")[2]):
            assert hashlib.sha256(text.encode()).hexdigest() not in shown


def _names(value: object) -> list[str]:
    """Ids and names of places, wherever they stand in a finding."""
    if isinstance(value, list):
        return [name for each in value for name in _names(each)]
    if not isinstance(value, dict):
        return []
    own = [value["id"], value["en"]] if {"id", "en", "zh", "source"} <= value.keys() else []
    return own + [name for each in value.values() for name in _names(each)]


def test_a_name_is_opened_by_its_salt(pack: Verified, key: PrivateKey, secret: bytes) -> None:
    name = party(pack)
    (opened,) = verify_claim(prove(pack, RULE, [name], secret), [key.public]).opened
    assert (opened.name, opened.digest) == (
        name,
        hashlib.sha256(bytes.fromhex(opened.salt) + name.encode()).hexdigest(),
    )


def test_a_name_that_the_claim_does_not_hold_is_not_opened(pack: Verified, secret: bytes) -> None:
    with pytest.raises(LineageError, match="the claim does not hold the name 'party:nobody'"):
        prove(pack, RULE, ["party:nobody"], secret)
    with pytest.raises(LineageError, match="salted with another secret"):
        prove(pack, RULE, [party(pack)], bytes(32))
    with pytest.raises(LineageError, match="takes the secret of the salts"):
        prove(pack, RULE, [party(pack)])


def test_a_name_opened_wrongly_is_refused(pack: Verified, key: PrivateKey, secret: bytes) -> None:
    shown = prove(pack, RULE, [party(pack)], secret)
    for changed in (
        shown.replace(b'"name": "party:', b'"name": "party:not-'),
        shown.replace(b'"salt": "', b'"salt": "0', 1),
    ):
        assert changed != shown
        with pytest.raises(EvidenceError):
            verify_claim(changed, [key.public])


def test_the_same_name_has_another_digest_in_each_claim_and_run(
    pack: Verified, files: Files, key: PrivateKey, secret: bytes
) -> None:
    claims = [json.loads(line) for line in pack.files[CLAIMS].splitlines()]
    other = seal({**files, REPORT: files[REPORT] + b"\n"}, key, secret)
    names = {name for claim in claims for finding in claim.get("findings", []) for name in finding["names"]}
    assert names
    assert not any(name.encode() in other.files[CLAIMS] for name in names)
    assert len({claim["nonce"] for claim in claims}) == len(claims)


def test_there_is_no_proof_of_what_is_no_claim(pack: Verified) -> None:
    with pytest.raises(
        LineageError, match=r"no claim 'house/stays-oversea'.*did you mean rule:house/stays-overseas\?"
    ):
        prove(pack, "house/stays-oversea")


def test_a_changed_claim_is_refused(pack: Verified, key: PrivateKey, other: PrivateKey) -> None:
    shown = prove(pack, RULE)
    chance = random.Random(9162)
    for _ in range(2000):
        at = chance.randrange(len(shown))
        changed = shown[:at] + bytes([shown[at] ^ 1 << chance.randrange(8)]) + shown[at + 1 :]
        with pytest.raises(EvidenceError):
            verify_claim(changed, [key.public], "claim.json")
    for cut in range(0, len(shown), 7):
        with pytest.raises(EvidenceError):
            verify_claim(shown[:cut], [key.public], "claim.json")
    with pytest.raises(EvidenceError, match="signed with a key that is none of those given"):
        verify_claim(shown, [other.public])


def test_a_claim_of_one_pack_is_none_of_another(packs: list[Sealed], pack: Verified, key: PrivateKey) -> None:
    mine = json.loads(prove(pack, "run"))
    theirs = json.loads(prove(verify_files(packs[1].files, [key.public]), "run"))
    mixed = mine | {"statement": theirs["statement"]}
    with pytest.raises(EvidenceError, match="not one of those that were signed"):
        verify_claim(json.dumps(mixed, indent=2).encode() + b"\n", [key.public])


def test_the_secret_is_nowhere_in_the_pack(sealed: Sealed, secret: bytes, folder: Path) -> None:
    private = (folder / "acme.key").read_bytes().splitlines()[1]
    assert not any(hidden in sealed.archive for hidden in (secret, secret.hex().encode(), private))
