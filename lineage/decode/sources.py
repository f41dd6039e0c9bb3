"""Where bytes come from: files, directories, globs and standard input; plain, gzip or zstd, told by content."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from glob import glob, has_magic
from pathlib import Path
from typing import Any, BinaryIO

from lineage.errors import InputError

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
HEAD = 1 << 16
"""Bytes of an input by which its format is told."""
MOST_MESSAGE = 256 << 20
"""A single request larger than this many bytes, unpacked, is refused."""


@dataclass(frozen=True, slots=True)
class Source:
    """One input. `found` means it was found in a directory or by a glob, not named itself."""

    name: str
    path: Path | None
    """None for standard input."""
    found: bool = False
    size: int = 0


def find(paths: Sequence[str]) -> list[Source]:
    """All files that the arguments mean, each once, in a stable order.

    Raises:
        InputError: a path or glob that means no file.
    """
    sources: dict[str, Source] = {}
    for path in paths:
        try:
            for source in _of(path):
                key = os.path.realpath(source.path) if source.path else "-"
                known = sources.setdefault(key, source)
                if known.found and not source.found:
                    # Named itself after it was found in a directory: it has to hold spans.
                    sources[key] = replace(known, found=False)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no name of a file"
            raise InputError.of(f"cannot be read ({reason})", file=path) from None
    if not sources:
        raise InputError.of(
            "no input given", remedy="name files, directories or globs of spans, or - for standard input"
        )
    return list(sources.values())


def _of(path: str) -> list[Source]:
    if path == "-":
        return [Source("<standard input>", None)]
    here = Path(path)
    if here.is_dir():
        inside = [Source(name, Path(name), True, _size(name)) for name in sorted(_inside(path))]
        if not inside:
            raise InputError.of("the directory holds no files", file=path)
        return inside
    if here.exists():
        return [Source(path, here, False, _size(path) if here.is_file() else 0)]
    if has_magic(path):
        matches = [name for name in sorted(glob(path, recursive=True)) if os.path.isfile(name)]
        if matches:
            return [Source(name, Path(name), True, _size(name)) for name in matches]
        raise InputError.of("the pattern matches no file", file=path)
    raise InputError.of("there is no such file or directory", file=path)


def _inside(folder: str) -> Iterator[str]:
    """The files below a folder; hidden ones are passed over, and links are followed once.

    Raises:
        OSError: a folder cannot be listed: what it holds would be missing without a word.
    """

    def stop(error: OSError) -> None:
        raise InputError.of(f"the directory cannot be read ({error.strerror})", file=error.filename) from None

    known = {os.path.realpath(folder)}
    for here, folders, files in os.walk(folder, onerror=stop, followlinks=True):
        kept = []
        for name in sorted(folders):
            real = os.path.realpath(os.path.join(here, name))
            if not name.startswith(".") and real not in known:
                known.add(real)
                kept.append(name)
        folders[:] = kept
        yield from (os.path.join(here, name) for name in files if not name.startswith("."))


def _size(name: str) -> int:
    try:
        return os.path.getsize(name)
    except OSError:
        # Gone since it was listed, or a link to nothing: opening it says so.
        return 0


@dataclass(slots=True)
class Bytes:
    """An input's bytes, unpacked, with a look ahead."""

    source: Source
    stream: io.BufferedReader[Any]
    head: bytes
    """Its first `HEAD` bytes, which `stream` gives again."""


class _Counted(io.RawIOBase):
    """Raw bytes of a file, told to a progress as they are read."""

    def __init__(self, raw: BinaryIO, told: Callable[[int], None]) -> None:
        self.raw, self.told = raw, told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        size: int = self.raw.readinto(buffer)  # type: ignore[attr-defined]
        self.told(size)
        return size


class _Again(io.RawIOBase):
    """Bytes that were taken already, and then what follows them."""

    def __init__(self, head: bytes, rest: io.BufferedReader[Any]) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        if not self._head:
            return self._rest.readinto1(buffer)
        size = min(len(buffer), len(self._head))
        buffer[:size], self._head = self._head[:size], self._head[size:]
        return size


@contextmanager
def opened(source: Source, told: Callable[[int], None]) -> Iterator[Bytes]:
    """The unpacked bytes of a source.

    Raises:
        InputError: it cannot be opened or read, is empty, is cut or damaged, or wants a package that is not installed.
    """
    try:
        raw: BinaryIO = sys.stdin.buffer if source.path is None else source.path.open("rb")
        # Standard input is not ours to close.
        with nullcontext(raw) if source.path is None else raw:
            counted = io.BufferedReader(_Counted(raw, told), 1 << 20)
            stream = _unpacked(counted, source.name)
            head = stream.read(HEAD)
            if not head:
                raise InputError.of(
                    "the file is empty", file=source.name, remedy="export again, or leave it out"
                )
            yield Bytes(source, io.BufferedReader(_Again(head, stream), 1 << 20), head)
    except Exception as error:
        if broken_packing(error):
            raise InputError.of(
                "the compressed file is cut or damaged",
                file=source.name,
                remedy="nothing was judged: export again, or leave the file out",
            ) from None
        if isinstance(error, OSError):
            raise InputError.of(f"cannot be read ({error.strerror})", file=source.name) from None
        raise


def _unpacked(packed: io.BufferedReader[Any], name: str) -> io.BufferedReader[Any]:
    magic = packed.peek(4)[:4]
    if len(magic) < 4:
        # A pipe may give a byte at a time.
        magic = packed.read(4)
        packed = io.BufferedReader(_Again(magic, packed), 1 << 20)
    if magic.startswith(GZIP):
        return io.BufferedReader(gzip.GzipFile(fileobj=packed), 1 << 20)
    if magic == ZSTD:
        return io.BufferedReader(ZstdReader(packed, name), 1 << 20)
    return packed


class ZstdReader(io.RawIOBase):
    """Unpacked bytes of zstd frames; a frame that ends early is an error, never a shorter result.

    The packed bytes are taken in small bites, so that what one bite unpacks to stays bounded.
    """

    _BITE = 2048

    def __init__(self, packed: BinaryIO, name: str) -> None:
        self._packed = packed
        self._new = _zstandard(name).ZstdDecompressor().decompressobj
        self._frame: Any = None
        self._rest = b""
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        while not self._ready:
            bite = self._rest or self._packed.read(self._BITE)
            self._rest = b""
            if not bite:
                if self._frame is not None:
                    raise EOFError("zstd frame ended early")
                return 0
            if self._frame is None:
                self._frame = self._new()
            self._ready = self._frame.decompress(bite)
            if self._frame.eof:
                self._rest, self._frame = self._frame.unused_data, None
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


def unpack(message: bytes, name: str, offset: int) -> bytes:
    """One message, unpacked if it is compressed by itself.

    Raises:
        InputError: it is cut, damaged, or larger than `MOST_MESSAGE` when unpacked.
    """
    try:
        if message.startswith(GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(message)) as packed:
                return _bounded(packed, name, offset)
        if message.startswith(ZSTD):
            return _bounded(io.BufferedReader(ZstdReader(io.BytesIO(message), name)), name, offset)
    except Exception as error:
        if not broken_packing(error):
            raise
        raise damaged(name, offset, "a compressed message is cut or damaged") from None
    return message


def broken_packing(error: Exception) -> bool:
    """Whether an exception says that compressed bytes are cut or damaged."""
    return isinstance(error, (EOFError, gzip.BadGzipFile, zlib.error)) or type(error).__name__ == "ZstdError"


def _bounded(packed: BinaryIO | gzip.GzipFile | io.BufferedReader[Any], name: str, offset: int) -> bytes:
    data = packed.read(MOST_MESSAGE + 1)
    if len(data) > MOST_MESSAGE:
        raise damaged(name, offset, f"a message is larger than {MOST_MESSAGE >> 20} MiB when unpacked")
    return data


def damaged(name: str, offset: int, what: str) -> InputError:
    """An error that names the byte offset (of the unpacked file) at which reading stopped."""
    return InputError.of(
        f"{what}, at byte {offset}",
        file=name,
        remedy="nothing of it was judged: export again, or leave the file out",
    )


def _zstandard(name: str):  # type: ignore[no-untyped-def]
    try:
        import zstandard
    except ImportError:
        raise InputError.of(
            "the file is compressed with zstd, which needs the package zstandard",
            file=name,
            remedy="install dataflow-lineage[zstd], or unpack the file first",
        ) from None
    return zstandard
