"""The same results sooner: kernels compiled by numba, in the extra `[fast]`, for input of some size.

Everything here has a plain counterpart that decides what is right (`lineage/link`, `lineage/decode`); a kernel takes the
common case and hands the rest back. numba is imported only inside this package, and only when a kernel is asked for.
"""

from __future__ import annotations

import importlib.util


def available() -> bool:
    """Whether numba is installed; importing it costs half a second, so that is left for when it pays."""
    return importlib.util.find_spec("numba") is not None
