"""Writing files whole: beside the target first, then renamed, so that nothing is ever written half."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from lineage.errors import LineageError


def write_whole(path: str | Path, data: bytes) -> None:
    """Write `data` to `path`, or leave what was there untouched.

    Raises:
        LineageError: the folder does not exist or cannot be written to.
    """
    target = Path(path)
    handle = -1
    beside = ""
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent or ".")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, target)
    except OSError as error:
        if beside:
            with contextlib.suppress(OSError):
                os.unlink(beside)
        raise LineageError.of(
            f"cannot write the file ({error.strerror})",
            file=str(path),
            remedy="name a file in a folder that exists and that you may write to",
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
