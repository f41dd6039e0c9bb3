"""`lineage evidence`: a pack sealed, handed over, verified and refused, as people do it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

from lineage.__main__ import run
from lineage.evidence.contents import from_folder

ROOT = Path(__file__).parents[2]
CAPTURES = ROOT / "examples" / "captures"
EPOCH = "1795608000"
"""2026-11-25, 12:00 UTC."""
HOW_TO = ROOT / "docs" / "how-to" / "verify-evidence.md"


@pytest.fixture(scope="module")
def packs_of_a_chain(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    """A folder with keys and two packs of one chain, of which the second holds a document."""
    made = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        patch.setenv("SOURCE_DATE_EPOCH", EPOCH)
        for ending in ("key", "pub", "salt"):
            shutil.copy(folder / f"acme.{ending}", made)
        (made / "added" / "documents").mkdir(parents=True)
        (made / "added" / "documents" / "ropa.en.md").write_text("# Record of processing\n")
        assert sealed("november") == 0
        assert sealed("december/", "--previous", "november.zip", "--add", "added") == 0
    return made


@pytest.fixture
def desk(packs_of_a_chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to work in."""
    shutil.copytree(packs_of_a_chain, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    return tmp_path


def sealed(name: str, *more: str) -> int:
    spans, inventory = CAPTURES / "fastapi-clean.pb", CAPTURES / "fastapi-clean.lineage.yaml"
    return run(
        [
            "evidence",
            "seal",
            str(spans),
            "-i",
            str(inventory),
            "-p",
            "order16",
            "-o",
            name,
            "--key",
            "acme.key",
            *more,
        ]
    )


def test_a_pack_is_sealed_and_verified(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for pack in ("november", "november.zip"):
        assert run(["evidence", "verify", pack, "--key", "acme.pub"]) == 0
    assert (desk / "december" / "documents" / "ropa.en.md").read_text() == "# Record of processing\n"
    shown = capsys.readouterr().out
    for line in (
        "november.zip verifies: 48 files, signed with acme.pub",
        "outcome of the check: PROVEN (strict, as of 2026-11-25)",
        "sealed at 2026-11-25T12:00:00Z by lineage ",
        "pack 1 of its chain, head ",
        "not checked: whether packs before or after this one were left out",
    ):
        assert line in shown


def test_the_result_is_told_in_chinese(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["evidence", "verify", "november.zip", "--key", "acme.pub", "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert "november.zip 验证通过：48 个文件，由 acme.pub 签名" in shown
    assert "检查结论：已证明（strict，截至 2026-11-25）" in shown


def test_the_same_input_is_the_same_archive(desk: Path) -> None:
    first = (desk / "november.zip").read_bytes()
    shutil.rmtree("november")
    os.remove("november.zip")
    assert sealed("november") == 0
    assert first == (desk / "november.zip").read_bytes()


def test_nothing_is_overwritten(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (desk / "november.zip").read_bytes()
    assert sealed("november") == 2
    assert before == (desk / "november.zip").read_bytes()
    os.remove("november.zip")
    assert sealed("november") == 2
    assert not (desk / "november.zip").exists()
    assert capsys.readouterr().err.count("exists and is not overwritten") == 2


def test_a_chain_is_followed_by_its_heads(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep = ["--key", "acme.pub", "--keep-head", "head.json"]
    assert run(["evidence", "verify", "november.zip", *keep]) == 0
    assert json.loads((desk / "head.json").read_text())["size"] == 1
    assert run(["evidence", "verify", "december.zip", *keep, "--previous", "head.json"]) == 0
    assert "the chain continues pack 1, whose head you hold" in capsys.readouterr().out
    assert run(["evidence", "verify", "november.zip", "--key", "acme.pub", "--previous", "head.json"]) == 5
    assert "november.zip: chain.txt: the chain was cut back" in capsys.readouterr().err
    assert run(["evidence", "verify", "november", "december", "--key", "acme.pub"]) == 0
    assert run(["evidence", "verify", "december", "--key", "acme.pub", "--previous", "november.zip"]) == 0


@pytest.mark.parametrize("previous", ["acme.pub", "none.json", "added"])
def test_what_is_no_head_is_told(previous: str, desk: Path) -> None:
    code = run(["evidence", "verify", "december.zip", "--key", "acme.pub", "--previous", previous])
    assert code == (5 if previous == "added" else 2)


def test_a_tampered_pack_is_refused_with_5(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = desk / "november" / "report.json"
    report.write_text(report.read_text("utf-8").replace('"proven"', '"PROVEN"'), "utf-8")
    (desk / "november" / "more.txt").write_text("")
    assert run(["evidence", "verify", "november", "--key", "acme.pub"]) == 5
    told = capsys.readouterr().err.splitlines()
    assert "error: november: report.json: changed after it was sealed" in told
    assert "error: november: more.txt: was not sealed with the others" in told


def test_a_tampered_pack_is_not_built_upon(desk: Path) -> None:
    (desk / "november" / "graph.json").write_text("{}")
    assert sealed("january", "--previous", "november") == 5
    assert not (desk / "january").exists()


def test_another_s_key_is_refused_with_5(desk: Path, folder: Path) -> None:
    assert run(["evidence", "verify", "november", "--key", str(folder / "other.pub")]) == 5
    assert (
        run(["evidence", "verify", "november", "--key", str(folder / "other.pub"), "--key", "acme.pub"]) == 0
    )


def test_keygen_tells_the_key_s_id(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["evidence", "keygen", "new"]) == 0
    told = capsys.readouterr()
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", "new.pub", "-outform", "DER"], check=True, capture_output=True
    )
    assert told.out == f"{hashlib.sha256(der.stdout).hexdigest()}\n"
    assert run(["evidence", "keygen", "new"]) == 2


def test_a_claim_is_shown_and_verified(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = ["--pack", "november.zip", "--key", "acme.pub"]
    assert run(["evidence", "prove", "--list", *pack]) == 0
    assert "rule:order16/no-domestic-user" in capsys.readouterr().out.splitlines()
    assert run(["evidence", "prove", "order16/no-domestic-user", *pack, "-o", "claim.json"]) == 0
    assert run(["evidence", "verify-claim", "claim.json", "--key", "acme.pub"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "rule:order16/no-domestic-user verifies: it is one of the claims of a pack sealed at 2026-11-25T12:00:00Z"
    )
    assert '"verdict": "' in told
    claim = desk / "claim.json"
    claim.write_text(claim.read_text().replace("proven", "proved"))
    assert run(["evidence", "verify-claim", "claim.json", "--key", "acme.pub"]) == 5
    assert run(["evidence", "prove", *pack]) == 2
    assert run(["evidence", "prove", "no-such-claim", *pack]) == 2
    assert run(["evidence", "verify-claim", "none.json", "--key", "acme.pub"]) == 2


def _steps(page: Path) -> list[str]:
    found = re.findall(r"^ *```sh by-hand\n(.*?)^ *```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(step) for step in found]


@pytest.mark.skipif(
    not (shutil.which("openssl") and shutil.which("sha256sum")), reason="needs openssl and sha256sum"
)
def test_the_steps_by_hand_of_the_manual_work(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = ["--pack", "november.zip", "--key", "acme.pub"]
    assert run(["evidence", "prove", "order16/no-domestic-user", *pack, "-o", "claim.json"]) == 0
    for step in (steps := _steps(HOW_TO)):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", step], capture_output=True, encoding="utf-8", check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), step
    assert len(steps) == 5
    report = desk / "november" / "report.json"
    report.write_text(report.read_text("utf-8") + " ", "utf-8")
    codes = [
        subprocess.run(["bash", "-euo", "pipefail", "-c", step], capture_output=True, check=False).returncode
        for step in steps
    ]
    assert [bool(code) for code in codes] == [False, True, False, False, False]


@pytest.mark.skipif(
    not (shutil.which("openssl") and shutil.which("sha256sum")), reason="needs openssl and sha256sum"
)
def test_the_steps_in_the_pack_s_own_readme_work(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = from_folder(desk / "december")["README.md"].decode()
    steps = [
        line.strip()
        for line in text.splitlines()
        if line.startswith("    ") and "lineage evidence" not in line
    ]
    assert len(steps) == 4
    script = "\n".join(steps).replace("sealer.pub", str(desk / "acme.pub"))
    monkeypatch.chdir(desk / "december")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Signature Verified Successfully" in done.stdout
    (desk / "december" / "graph.json").write_text("{}")
    assert subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], capture_output=True, check=False
    ).returncode
