"""What the tests of commands share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def captures() -> Path:
    """The folder of real telemetry."""
    return Path(__file__).resolve().parents[2] / "examples" / "captures"
