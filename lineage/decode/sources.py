"""Where bytes come from: files, directories, globs and standard input; plain, gzip or zstd, told by content."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO

from lineage.errors import InputError

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
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
        for source in _of(path):
            key = str(source.path.resolve()) if source.path else "-"
            sources.setdefault(key, source)
    if not sources:
        raise InputError.of("no input given", remedy="name files, directories or globs of spans, or - for standard input")
    return list(sources.values())


def _of(path: str) -> list[Source]:
    if path == "-":
        return [Source("<standard input>", None)]
    here = Path(path)
    if here.is_dir():
        inside = sorted(p for p in here.rglob("*") if p.is_file() and not _hidden(p.relative_to(here)))
        if not inside:
            raise InputError.of("the directory holds no files", file=path)
        return [Source(str(p), p, True, p.stat().st_size) for p in inside]
    if here.exists():
        return [Source(path, here, False, here.stat().st_size if here.is_file() else 0)]
    if has_magic(path):
        matches = [Path(p) for p in sorted(glob(path, recursive=True)) if Path(p).is_file()]
        if matches:
            return [Source(str(p), p, True, p.stat().st_size) for p in matches]
        raise InputError.of("the pattern matches no file", file=path)
    raise InputError.of("there is no such file or directory", file=path)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


@dataclass(slots=True)
class Bytes:
    """An input's bytes, unpacked, with a look ahead."""

    source: Source
    stream: io.BufferedReader

    def peek(self, size: int = 4096) -> bytes:
        """The first bytes that are still to come, without taking them."""
        return self.stream.peek(size)[:size]


class _Counted(io.RawIOBase):
    """Raw bytes of a file, told to a progress as they are read."""

    def __init__(self, raw: BinaryIO, told: Callable[[int], None]) -> None:
        self.raw, self.told = raw, told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        data = self.raw.read(len(buffer))
        buffer[: len(data)] = data
        self.told(len(data))
        return len(data)


@contextmanager
def opened(source: Source, told: Callable[[int], None]) -> Iterator[Bytes]:
    """The unpacked bytes of a source.

    Raises:
        InputError: it cannot be opened, is empty, or wants a package that is not installed.
    """
    try:
        raw: BinaryIO = sys.stdin.buffer if source.path is None else source.path.open("rb")
    except OSError as error:
        raise InputError.of(f"cannot be read ({error.strerror})", file=source.name) from None
    with raw:
        counted = io.BufferedReader(_Counted(raw, told), 1 << 20)
        head = counted.peek(4)[:4]
        if not head:
            raise InputError.of("the file is empty", file=source.name, remedy="export again, or leave it out")
        if head.startswith(GZIP):
            yield Bytes(source, io.BufferedReader(gzip.GzipFile(fileobj=counted), 1 << 20))  # type: ignore[arg-type,type-var]
        elif head == ZSTD:
            yield Bytes(source, io.BufferedReader(ZstdReader(counted, source.name), 1 << 20))
        else:
            yield Bytes(source, counted)


class ZstdReader(io.RawIOBase):
    """Unpacked bytes of zstd frames; a frame that ends early is an error, never a shorter result.

    The packed bytes are taken in small bites, so that what one bite unpacks to stays bounded.
    """

    _BITE = 2048

    def __init__(self, packed: BinaryIO, name: str) -> None:
        self._packed = packed
        self._new = _zstandard(name).ZstdDecompressor().decompressobj
        self._frame = None
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
    return isinstance(error, (EOFError, gzip.BadGzipFile)) or type(error).__name__ in ("ZstdError", "error")


def _bounded(packed: BinaryIO, name: str, offset: int) -> bytes:
    data = packed.read(MOST_MESSAGE + 1)
    if len(data) > MOST_MESSAGE:
        raise damaged(name, offset, f"a message is larger than {MOST_MESSAGE >> 20} MiB when unpacked")
    return data


def damaged(name: str, offset: int, what: str) -> InputError:
    """An error that names the byte offset (of the unpacked file) at which reading stopped."""
    return InputError.of(
        f"{what}, at byte {offset}", file=name, remedy="nothing of it was judged: export again, or leave the file out"
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
