"""What people read: the documents of a real capture, word for word. LINEAGE_GOLDEN=write writes them anew: read the difference first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lineage.__main__ import run
from lineage.documents.forms import reference

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "documents"
MIXED = ("examples/captures/fastapi-mixed.jsonl", "-i", "examples/captures/fastapi-mixed.lineage.yaml")
PACK = "tests/documents/pack.yaml"
FILES = (
    "sub-processors",
    "processing-record",
    "transfer-assessment",
    "impact-assessment",
    "exemption-file",
    "authorisation-pack",
    "retention-schedule",
    "us-due-diligence",
)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", FILES)
def test_a_document_reads_as_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, lang: str
) -> None:
    monkeypatch.chdir(ROOT)
    path = tmp_path / "document.md"

    assert (
        run(["document", name, *MIXED, "-p", PACK, "-o", str(path), "--lang", lang, "--today", "2026-11-25"])
        == 0
    )

    golden = GOLDEN / "fastapi-mixed" / f"{name}.{lang}.md"
    if os.environ.get("LINEAGE_GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(path.read_bytes())
    assert path.read_text("utf-8") == golden.read_text("utf-8")


def test_the_reference_page_has_every_field() -> None:
    page = ROOT / "docs" / "reference" / "documents.md"
    before, mark, _ = page.read_text("utf-8").partition(
        "<!-- generated from lineage/data/documents.yaml -->\n"
    )
    whole = f"{before}{mark}\n" + "\n".join(reference()).rstrip() + "\n"

    if os.environ.get("LINEAGE_GOLDEN") == "write":
        page.write_text(whole, "utf-8")
    assert page.read_text("utf-8") == whole
