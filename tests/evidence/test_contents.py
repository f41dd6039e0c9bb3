"""Archives and folders with tricks in them are refused before anything of them is believed, and nothing is unpacked."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.errors import EvidenceError, LineageError
from lineage.evidence import contents
from lineage.evidence.contents import (
    archive,
    check_names,
    from_archive,
    from_folder,
    read,
    write_folder,
    wrong_name,
)

FILES = {"report.json": b"{}", "policies/house.yaml": b"id: house\n"}


def zipped(
    *members: tuple[str, bytes],
    how: int = zipfile.ZIP_STORED,
    mode: int = stat.S_IFREG | 0o644,
    **also: object,
) -> bytes:
    """An archive as ours but for its members, in their order."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as out:
        for name, data in members:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr, info.compress_type = 3, mode << 16, how
            for field, value in also.items():
                setattr(info, field, value)
            out.writestr(info, data)
    return made.getvalue()


def test_an_archive_holds_its_files_and_nothing_else() -> None:
    assert from_archive(archive(FILES), "pack.zip") == FILES
    assert archive(FILES) == zipped(*sorted(FILES.items()))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (zipped(("../report.json", b"")), "a file name is not allowed ('../report.json')"),
        (zipped(("/etc/passwd", b"")), "a file name is not allowed ('/etc/passwd')"),
        (zipped(("a/../b", b"")), "a file name is not allowed"),
        (zipped(("C:\\report.json", b"")), "a file name is not allowed"),
        (zipped(("a//b", b"")), "a file name is not allowed"),
        (zipped(("a/", b"")), "a file name is not allowed"),
        (zipped((".hidden", b"")), "a file name is not allowed"),
        (zipped(("报告.json", b"")), "a file name is not allowed ('\\u62a5\\u544a.json')"),
        (zipped(("nul.json", b"")), "a file name is not allowed ('nul.json')"),
        (zipped(("a" * 201, b"")), "a file name is not allowed"),
        (zipped(("a\x1b[31m", b"")), "a file name is not allowed ('a\\x1b[31m')"),
        (zipped(("report.jso1", b"1"), ("report.json", b"2")).replace(b"jso1", b"json"), "report.json is there twice"),
        (zipped(("report.json", b"1"), ("Report.json", b"2")), "Report.json is there twice, or differs from another only in case"),
        (zipped(("a", b"b"), mode=stat.S_IFLNK | 0o777), "a is compressed, or no plain file"),
        (zipped(("a", b""), mode=stat.S_IFCHR | 0o644), "a is compressed, or no plain file"),
        (zipped(("a", b"0" * 1_000_000), how=zipfile.ZIP_DEFLATED), "a is compressed, or no plain file"),
        (zipped(("b", b""), ("a", b"")), "in another order or form"),
        (zipped(("a", b""), mode=stat.S_IFREG | 0o600), "in another order or form"),
        (zipped(("a", b""), comment=b"hidden"), "something beside its files"),
        (zipped(("a", b""), extra=b"\x99\x99\x02\x00hi"), "something beside its files"),
        (zipped(("a", b""), date_time=(2026, 1, 1, 0, 0, 0)), "in another order or form"),
        (b"hidden" + archive(FILES), "something beside its files"),
        (archive(FILES) + b"hidden", "something beside its files"),
        (archive(FILES)[:-1], "the archive is damaged or cut"),
        (b"", "the archive is damaged or cut"),
        (b"\x1f\x8b" + b"0" * 100, "the archive is damaged or cut"),
    ],
    ids=[
        "a parent's name", "an absolute name", "a way up within", "a drive", "an empty part", "a folder", "a hidden file", "no ASCII name", "a device of Windows",
        "a long name", "control characters", "a name twice", "names that differ in case", "a link", "a device", "a bomb", "another order", "another mode",
        "a comment", "an extra field", "another time", "bytes before", "bytes after", "cut", "nothing", "gzip",
    ],
)  # fmt: skip
def test_a_hostile_archive_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        from_archive(data, "pack.zip")
    assert str(caught.value).startswith("pack.zip: ")
    assert what in str(caught.value)


def test_sizes_that_lie_are_refused() -> None:
    data = archive({"a": b"0123456789"})
    for at in (18, 22, data.index(b"PK\1\2") + 20, data.index(b"PK\1\2") + 24):
        for size in (0, 9, 11, 2**31, 2**32 - 1):
            with pytest.raises(EvidenceError):
                from_archive(data[:at] + struct.pack("<I", size) + data[at + 4 :], "pack.zip")


def test_members_that_overlap_are_refused() -> None:
    data = archive({"a": b"0" * 100, "b": b"0" * 100})
    second = data.rindex(b"PK\1\2")
    with pytest.raises(EvidenceError):
        from_archive(data[: second + 42] + struct.pack("<I", 0) + data[second + 46 :], "pack.zip")


@pytest.mark.parametrize(("most", "value"), [("MOST_FILES", 1), ("MOST_BYTES", 11)])
def test_more_than_a_pack_may_hold_is_refused(
    most: str, value: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_folder(FILES, tmp_path / "pack")
    (tmp_path / "pack.zip").write_bytes(archive(FILES))
    monkeypatch.setattr(contents, most, value)
    for path in (tmp_path / "pack", tmp_path / "pack.zip"):
        with pytest.raises(EvidenceError, match="more than a pack may hold"):
            read(path)


# --- folders -------------------------------------------------------------------------------------------


def test_a_folder_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_folder(FILES, tmp_path / "pack")
    assert from_folder(tmp_path / "pack") == FILES


def test_a_folder_is_never_overwritten(tmp_path: Path) -> None:
    write_folder(FILES, tmp_path / "pack")
    with pytest.raises(LineageError, match="exists and is not overwritten"):
        write_folder({"a": b""}, tmp_path / "pack")
    assert from_folder(tmp_path / "pack") == FILES


def _fifo(folder: Path) -> None:
    os.mkfifo(folder / "a")


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda folder: (folder / "a").symlink_to("/etc/passwd"), "'a' is a link or a device"),
        (lambda folder: (folder / "a").symlink_to("/etc"), "'a' is a link or a device"),
        (lambda folder: (folder / "a").symlink_to("nowhere"), "'a' is a link or a device"),
        (_fifo, "'a' is a link or a device"),
        (lambda folder: (folder / "a").mkdir(), "'a' is an empty folder"),
        (lambda folder: (folder / ".a").write_text(""), "a file name is not allowed"),
        (lambda folder: (folder / "REPORT.json").write_text(""), "differs from another only in case"),
    ],
    ids=["a link to a file", "a link to a folder", "a link to nothing", "a pipe", "an empty folder", "a hidden file", "another case"],
)  # fmt: skip
def test_a_hostile_folder_is_refused(make: Callable[[Path], object], what: str, tmp_path: Path) -> None:
    write_folder(FILES, tmp_path / "pack")
    make(tmp_path / "pack")
    with pytest.raises(EvidenceError, match=what):
        read(tmp_path / "pack")


def test_a_pack_that_is_not_there_is_the_user_s_mistake(tmp_path: Path) -> None:
    with pytest.raises(LineageError) as caught:
        read(tmp_path / "none.zip")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "name", ["report.json", "diagrams/where-inputs-go.en.svg", "documents/en/ropa_2026.xlsx", "a-b/c.d.e"]
)
def test_plain_names_are_fine(name: str) -> None:
    check_names([name], "")
    assert wrong_name(name) == ""
