"""What a pack is made of: files with plain names, as a folder or as one archive.

The archive is a zip without compression, its members in the order of their names, with fixed times and modes:
the same files are the same bytes whatever wrote them, and an archive that is not those very bytes is refused.
So it has no room for anything beside the files, and nothing in it can grow when it is unpacked. Nothing is ever
unpacked by name.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import struct
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from lineage.errors import EvidenceError, LineageError, Problem

MOST_BYTES = 1 << 30
"""Bytes of a pack, at most."""
MOST_FILES = 10_000
MOST_NAME = 200

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", re.ASCII)
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.ASCII | re.IGNORECASE)
"""Names that mean a device to Windows, with any ending."""
_BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    LookupError,
    struct.error,
)
"""What the library raises on archives that are none."""

Files = Mapping[str, bytes]
"""Name -> content; names are relative, with `/` between parts."""


def wrong_name(name: str) -> str:
    """What is wrong with a file's name within a pack; "" if nothing.

    >>> wrong_name("diagrams/where-inputs-go.en.svg"), wrong_name("../lineage.yaml")
    ('', "only letters, digits, '.', '_' and '-', and no part that begins or ends with '.'")
    """
    parts = name.split("/")
    if len(name) > MOST_NAME:
        return f"longer than {MOST_NAME} characters"
    if not all(_PART.fullmatch(part) and not part.endswith(".") for part in parts):
        return "only letters, digits, '.', '_' and '-', and no part that begins or ends with '.'"
    if any(_DEVICE.fullmatch(part) for part in parts):
        return "the name of a device on some systems"
    return ""


def check_names(names: Iterable[str], file: str) -> None:
    """Complain of names that are no names of a pack, or that some file system would take for one and the same.

    Raises:
        EvidenceError: with each of them.
    """
    problems = []
    seen: set[str] = set()
    for name in names:
        if reason := wrong_name(name):
            problems.append(
                Problem(f"a file name is not allowed ({name[:MOST_NAME]!a})", file, allowed=reason)
            )
        elif name.lower() in seen:
            problems.append(Problem(f"{name} is there twice, or differs from another only in case", file))
        seen.add(name.lower())
    if problems:
        raise EvidenceError(problems)


def archive(files: Files) -> bytes:
    """The files as one archive: the same files give the same bytes.

    >>> archive({"b": b"2", "a": b"1"}) == archive({"a": b"1", "b": b"2"})
    True
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as zipped:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            zipped.writestr(member, files[name])
    return made.getvalue()


def from_archive(data: bytes, file: str) -> dict[str, bytes]:
    """The files of an archive.

    Raises:
        EvidenceError: it is not, byte for byte, what `archive` writes.
    """
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            members = zipped.infolist()
            _bounded(len(members), sum(member.file_size for member in members), file)
            check_names((member.filename for member in members), file)
            for member in members:
                plain = (
                    member.compress_type == zipfile.ZIP_STORED and member.compress_size == member.file_size
                )
                if (
                    not plain
                    or member.file_size > len(data)
                    or stat.S_IFMT(member.external_attr >> 16) != stat.S_IFREG
                ):
                    raise EvidenceError.of(f"{member.filename} is compressed, or no plain file", file=file)
                files[member.filename] = zipped.read(member)
    except _BROKEN:
        raise EvidenceError.of(
            "the archive is damaged or cut, or is no archive of `lineage evidence seal`", file=file
        ) from None
    if archive(files) != data:
        raise EvidenceError.of(
            "the archive holds something beside its files, or they are in another order or form", file=file
        )
    return files


def from_folder(folder: Path) -> dict[str, bytes]:
    """The files of a folder and the folders in it.

    Raises:
        EvidenceError: a link, a device, an empty folder or a name that no pack has; or more than a pack may hold.
    """
    files: dict[str, bytes] = {}
    size = 0
    for where, folders, names in os.walk(folder, onerror=_raise):
        at = Path(where)
        for name in [*folders, *names]:
            mode = (at / name).lstat().st_mode
            if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
                raise EvidenceError.of(
                    f"{_within(folder, at / name)} is a link or a device; a pack has only files",
                    file=str(folder),
                )
        if at != folder and not folders and not names:
            raise EvidenceError.of(
                f"{_within(folder, at)} is an empty folder; a pack has only files", file=str(folder)
            )
        for name in names:
            path = at / name
            size += path.lstat().st_size
            _bounded(len(files) + 1, size, str(folder))
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    check_names(files, str(folder))
    return files


def _within(folder: Path, path: Path) -> str:
    """A path that may be hostile, as text."""
    return ascii(path.relative_to(folder).as_posix())


def _raise(error: OSError) -> None:
    raise error


def read(path: str | Path) -> dict[str, bytes]:
    """The files of a pack, be it a folder or an archive.

    Raises:
        LineageError: it is not there or cannot be read.
        EvidenceError: it is no pack.
    """
    path = Path(path)
    try:
        if path.is_dir():
            return from_folder(path)
    except OSError as error:
        raise LineageError.of(f"cannot be read ({error.strerror})", file=str(path)) from None
    return from_archive(whole(path), str(path))


def whole(path: Path) -> bytes:
    """A file's bytes, if they are no more than a pack may hold.

    Raises:
        LineageError: it is not there or cannot be read.
        EvidenceError: it is too large.
    """
    try:
        _bounded(0, path.stat().st_size, str(path))
        return path.read_bytes()
    except OSError as error:
        raise LineageError.of(f"cannot be read ({error.strerror})", file=str(path)) from None


def write_folder(files: Files, folder: Path) -> None:
    """Write files into a new folder: all of them, or no folder.

    Raises:
        LineageError: the folder exists, or cannot be written.
    """
    if folder.exists() or folder.is_symlink():
        raise LineageError.of("exists and is not overwritten", file=str(folder), remedy="name a new folder")
    beside = None
    try:
        beside = Path(tempfile.mkdtemp(prefix=".lineage-", dir=folder.parent))
        for name, data in files.items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        beside.chmod(0o755)
        beside.rename(folder)
    except OSError as error:
        if beside:
            shutil.rmtree(beside, ignore_errors=True)
        raise LineageError.of(
            f"cannot write the folder ({error.strerror})",
            file=str(folder),
            remedy="name a folder in one that exists and that you may write to",
        ) from None


def _bounded(count: int, size: int, file: str) -> None:
    if count > MOST_FILES or size > MOST_BYTES:
        raise EvidenceError.of(
            "more than a pack may hold", file=file, allowed=f"{MOST_FILES:,} files, {MOST_BYTES >> 20:,} MiB"
        )
