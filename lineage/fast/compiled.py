"""`@compiled`: numba's compiler with a cache on disk that also survives a read-only home.

Compiling takes some ten seconds, so what is compiled is kept: where `NUMBA_CACHE_DIR` says, else in the user's cache
folder, else in a folder in the temporary directory that belongs to this user alone (a cache is code: one that somebody
else could have written is not read). Where none can be had, nothing is kept and every run compiles.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def cache_folder() -> Path | None:
    """A folder for compiled code that this user owns and nobody else may write to; None if there is none."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    owner = os.getuid() if hasattr(os, "getuid") else 0
    for folder in (Path(home, "lineage", "numba"), Path(tempfile.gettempdir(), f"lineage-numba-{owner}")):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.lstat()
        except OSError:
            continue
        mine = not hasattr(os, "getuid") or (
            found.st_uid == owner and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        )
        if stat.S_ISDIR(found.st_mode) and mine and os.access(folder, os.W_OK):
            return folder
    return None


def sources_digest() -> str:
    """A digest of the sources that compiled code is made from.

    numba notices a changed file by its time and size alone, and not at all when it is another file that a kernel calls
    into; installed packages have the same time for every version. So each state of the sources has a folder of its own.
    """
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in (*sorted(here.glob("*.py")), here.parent / "spans.py", here.parent / "flows.py"):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _folder() -> Path | None:
    told = os.environ.get("NUMBA_CACHE_DIR")
    base = Path(told) if told else cache_folder()
    return None if base is None else base / sources_digest()


FOLDER = _folder()
"""Where compiled code is kept; None: nowhere."""


def warm() -> bool:
    """Whether the assembly kernel was compiled before, so that it starts in half a second instead of twenty.

    >>> warm() in (True, False)
    True
    """
    return FOLDER is not None and next(FOLDER.rglob("emit.emit-*.nbi"), None) is not None


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays on its first call; array indices are checked."""
    # numba asks for the folder while it decorates, and only then: the caller's own numba code keeps its setting.
    config: Any = numba.config
    before = config.CACHE_DIR
    try:
        if FOLDER is not None:
            config.CACHE_DIR = str(FOLDER)
        made: Any = numba.njit(cache=FOLDER is not None, boundscheck=True, nogil=True, error_model="numpy")(
            function
        )
    finally:
        config.CACHE_DIR = before
    return made  # type: ignore[no-any-return]
