"""Whether a compiled scan pays for an input, and the decoder that has one in front."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from typing import Any

from lineage.fast import available

WARM_FROM = {"proto": 48 << 20, "json": 96 << 20}
"""Bytes from which on a scan pays for its start (about a second), where it was compiled before: some 75,000 spans."""
COLD_FROM = {"proto": 768 << 20, "json": 1536 << 20}
"""Bytes from which on it pays for being compiled too (about ten seconds), once on a machine: some 1,200,000 spans."""


def decoder(form: str, plain: Any, size: int) -> Any | None:
    """A fast decoder in front of a plain one, where that pays; None where it does not, or numba is not to be had.

    The environment variable `LINEAGE_FAST` may say `0` (never), `1` (whatever the size) or `auto`.

    Args:
        form: "proto" or "json".
        plain: the plain decoder of that form.
        size: bytes of the input, as far as known.

    >>> decoder("proto", None, 1000) is None
    True
    """
    told = os.environ.get("LINEAGE_FAST") or "auto"
    if (
        told == "0"
        or (told != "1" and size < WARM_FROM[form])
        or not available()
        or sys.byteorder != "little"
    ):
        return None
    try:
        if told != "1" and size < COLD_FROM[form] and not _warm(form):
            return None
        fast = import_module(f"lineage.fast.scan_{form}").decoder(plain)
        fast.prepare()
        return fast
    except Exception as error:
        # A numba that is broken, or tenant keys that do not fit: slower, and the same result.
        logging.getLogger("lineage").info(
            "no compiled scan (%s): the plain way is taken", type(error).__name__
        )
        return None


def _warm(form: str) -> bool:
    from lineage.fast.compiled import FOLDER

    return FOLDER is not None and next(FOLDER.rglob(f"scan_{form}.scan-*.nbi"), None) is not None
