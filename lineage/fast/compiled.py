"""`@compiled`: numba's compiler with a cache on disk that also survives a read-only home.

Compiling takes some ten seconds, so what is compiled is kept: where `NUMBA_CACHE_DIR` says, else in the user's cache
folder, else in a folder in the temporary directory that belongs to this user alone (a cache is code: one that somebody
else could have written is not read). Where none can be had, nothing is kept and every run compiles.
"""

from __future__ import annotations

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
        mine = not hasattr(os, "getuid") or (found.st_uid == owner and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
        if stat.S_ISDIR(found.st_mode) and mine and os.access(folder, os.W_OK):
            return folder
    return None


_FOLDER = os.environ.get("NUMBA_CACHE_DIR") or cache_folder()


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays on its first call; array indices are checked."""
    # numba asks for the folder while it decorates, and only then: the caller's own numba code keeps its setting.
    before = numba.config.CACHE_DIR
    try:
        if _FOLDER is not None:
            numba.config.CACHE_DIR = str(_FOLDER)
        return numba.njit(cache=_FOLDER is not None, boundscheck=True, nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before
