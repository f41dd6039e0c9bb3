"""The reference pages in docs/ are those that the code makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineage.reference import pages

DOCS = Path(__file__).parent.parent / "docs" / "reference"
PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_current(name: str) -> None:
    assert PAGES[name] == (DOCS / name).read_text(encoding="utf-8"), "run python -m lineage.reference"


def test_there_are_no_other_pages() -> None:
    found = {
        str(path.relative_to(DOCS)) for kind in ("contracts", "packs") for path in (DOCS / kind).glob("*.md")
    }

    assert set(PAGES) == found | {"demands.md"}
