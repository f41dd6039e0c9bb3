"""What can be sealed: a report with the policies and the inventory that it is of, under plain names, without content."""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "decode"))
from otlp import to_json
from test_canaries import CANARIES, FOUND, HOLD_CONTENT, content_of, disguises, everywhere

from lineage.diagram import view_names
from lineage.documents import names
from lineage.errors import LineageError
from lineage.evidence import gather, seal
from lineage.evidence.contents import Files
from lineage.evidence.documents import CHAIN, CLAIMS, MANIFEST, REPORT, STATEMENT
from lineage.evidence.keys import PrivateKey, generate, load_private, load_public, load_salt
from lineage.evidence.sealing import now

CAPTURES = Path(__file__).parents[2] / "examples" / "captures"


def spans_of(capture: str) -> tuple[list[Path], list[Path]]:
    return [CAPTURES / f"{capture}.pb"], [CAPTURES / f"{capture}.lineage.yaml"]


@pytest.fixture(scope="module")
def gathered() -> Files:
    return gather(*spans_of("grpc-infer-clean"), ["order16", "baseline"], today=date(2026, 11, 25)).files


def test_all_that_it_takes_is_gathered(gathered: Files) -> None:
    pictures = {name for name in gathered if name.startswith("diagrams/")}
    drawn = {Path(name).stem for name in pictures}
    assert {f"{view}.{lang}" for view in view_names() for lang in ("en", "zh")} == drawn
    written = {name for name in gathered if name.startswith("documents/")}
    assert {f"documents/{name}.{lang}.md" for name in names() for lang in ("en", "zh")} == written
    assert {
        "README.md",
        "graph.json",
        "inventory/1.yaml",
        "policies/baseline.yaml",
        "policies/order16.yaml",
        "report.html",
        "report.json",
        "snapshot.json",
        "waivers.json",
    } == set(gathered) - pictures - written


def test_what_is_gathered_gives_the_same_verdicts_again(gathered: Files, tmp_path: Path) -> None:
    for name, data in gathered.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    policies = [tmp_path / "policies" / f"{name}.yaml" for name in ("order16", "baseline")]
    again = gather(
        [tmp_path / "snapshot.json"], [tmp_path / "inventory/1.yaml"], policies, today=date(2026, 11, 25)
    ).files
    first, second = (
        [
            (rule["id"], rule["verdict"], [finding["fingerprint"] for finding in rule["findings"]])
            for rule in json.loads(files[REPORT])["rules"]
        ]
        for files in (gathered, again)
    )
    assert first == second


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({REPORT: None}, "there is no report.json"),
        ({REPORT: b"{}"}, "this is no report"),
        ({REPORT: b"not JSON"}, "this is no report"),
        ({REPORT: b'{"schema": "lineage-report/1"}'}, "report.json: the report is of another form"),
        ({"policies/house.yaml": None}, "policies/house.yaml is missing, or is not the one that the report is of"),
        ({"policies/house.yaml": b"id: house"}, "policies/house.yaml is missing, or is not the one that the report is of"),
        ({"inventory/1.yaml": b"places: []"}, "the inventory in the pack is not the one that the report is of"),
        ({MANIFEST: b""}, "manifest.json is written by sealing itself"),
        ({STATEMENT: b""}, "statement.dsse.json is written by sealing itself"),
        ({CLAIMS: b""}, "claims.jsonl is written by sealing itself"),
        ({CHAIN: b""}, "chain.txt is written by sealing itself"),
        ({"../a": b""}, "a file name is not allowed"),
        ({"Report.json": b""}, "differs from another only in case"),
    ],
)  # fmt: skip
def test_what_cannot_be_sealed(
    change: dict[str, bytes | None], what: str, files: Files, key: PrivateKey, secret: bytes
) -> None:
    changed = {name: data for name, data in {**files, **change}.items() if data is not None}
    with pytest.raises(LineageError) as caught:
        seal(changed, key, secret)
    assert what in str(caught.value)
    assert caught.value.exit_code == 2


def test_the_time_is_source_date_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795608000")
    assert now() == "2026-11-25T12:00:00Z"
    for wrong in ("soon", "1e9", "9" * 30):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        with pytest.raises(LineageError, match="no number of seconds"):
            now()


# --- files that are added ------------------------------------------------------------------------------


def test_documents_are_taken_in(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "ropa.en.csv").write_text("a,b\n")
    (tmp_path / "letter.html").write_text("<html>")
    files = gather(*spans_of("grpc-infer-clean"), [folder / "house.yaml"], added=[tmp_path]).files
    assert (files["documents/ropa.en.csv"], files["letter.html"]) == (b"a,b\n", b"<html>")


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("spans.jsonl", b"{}", "not a kind of file that is added"),
        ("acme.key", b"", "not a kind of file that is added"),
        ("app.log", b"", "not a kind of file that is added"),
        ("traces.json", b'{"resourceSpans": []}', "this is telemetry"),
        ("report.json", b"{}", "a file of the pack itself has this name"),
        ("report.html", b"", "a file of the pack itself has this name"),
        ("manifest.json", b"{}", "a file of the pack itself has this name"),
        ("报告.md", b"", "a file name is not allowed"),
    ],
)
def test_what_is_not_taken_in(name: str, data: bytes, what: str, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "added").mkdir()
    (tmp_path / "added" / name).write_bytes(data)
    with pytest.raises(LineageError) as caught:
        gather(*spans_of("grpc-infer-clean"), [folder / "house.yaml"], added=[tmp_path / "added"])
    assert what in str(caught.value)
    assert caught.value.exit_code == 2


# --- no content ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES.keys())
def test_nothing_of_any_field_of_a_span_is_sealed(
    canary: str, tmp_path: Path, folder: Path, key: PrivateKey, secret: bytes
) -> None:
    (tmp_path / "spans.json").write_bytes(to_json(everywhere(canary)))
    files = gather([tmp_path / "spans.json"], [], [folder / "house.yaml"]).files
    sealed = dict(seal(files, key, secret).files)
    sealed[STATEMENT] = b64decode(json.loads(sealed[STATEMENT])["payload"])
    told = {name: FOUND.findall(data.decode()) for name, data in sealed.items()}
    assert {name: found for name, found in told.items() if found} == {}


@pytest.mark.parametrize("capture", HOLD_CONTENT)
def test_no_content_of_real_telemetry_is_sealed(
    capture: str, folder: Path, key: PrivateKey, secret: bytes
) -> None:
    inventory = CAPTURES / f"{capture}.lineage.yaml"
    files = gather([CAPTURES / f"{capture}.jsonl"], [inventory], ["order16", folder / "house.yaml"]).files
    archive = seal(files, key, secret).archive
    # What a pack of telemetry without any content says too is our own: "null", "application/json".
    spans, inventories = spans_of("grpc-infer-clean")
    ours = seal(gather(spans, inventories, ["order16", folder / "house.yaml"]).files, key, secret).archive
    content = [text for text in content_of(capture) if text.encode() not in ours]
    assert content
    assert [text for text in content if any(disguise in archive for disguise in disguises(text))] == []


# --- keys ----------------------------------------------------------------------------------------------


def test_keys_are_private_and_never_overwritten(tmp_path: Path) -> None:
    private, public, salt = generate(tmp_path / "acme")
    assert [path.stat().st_mode & 0o077 for path in (private, salt)] == [0, 0]
    assert load_private(private).public.id == load_public(public).id
    before = private.read_bytes()
    with pytest.raises(LineageError, match="keys are never overwritten"):
        generate(tmp_path / "acme")
    assert before == private.read_bytes()


def test_a_passphrase_locks_the_private_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAGE_EVIDENCE_PASSPHRASE", "one")
    private, public, _ = generate(tmp_path / "acme")
    assert load_private(private).public.id == load_public(public).id
    for wrong in ("another", ""):
        monkeypatch.setenv("LINEAGE_EVIDENCE_PASSPHRASE", wrong)
        with pytest.raises(LineageError, match="its passphrase is not right"):
            load_private(private)


@pytest.mark.parametrize("found", ["", "salt", "0" * 63, "g" * 64])
def test_what_is_no_secret_is_refused(found: str, tmp_path: Path) -> None:
    (tmp_path / "acme.salt").write_text(found)
    with pytest.raises(LineageError, match="this is no secret for salts"):
        load_salt(tmp_path / "acme.salt")
