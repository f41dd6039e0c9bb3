"""A headless Chromium for the tests that look at the page as a reader does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this machine; LINEAGE_CHROMIUM names another."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get("LINEAGE_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    try:
        playwright = sync_api.sync_playwright().start()
    except Exception as error:  # the driver is a program of its own, and says only that it ended
        pytest.skip(f"the browser's driver does not start here ({type(error).__name__}); it needs libatomic1")
    # Containers give no user namespaces for its sandbox; the pages are our own.
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    yield browser
    browser.close()
    playwright.stop()
