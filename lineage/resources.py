"""Built-in packs, views and catalogues, wherever lineage runs from: wheel, zip or checkout."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_IN_CHECKOUT = {"captures": "examples/captures"}
"""Where a folder stands in a checkout, when the wheel has it elsewhere (pyproject.toml, wheel sources)."""


def builtin(kind: str) -> Traversable:
    """The folder of built-in `kind`: "policies", "diagrams" or "captures".

    Raises:
        FileNotFoundError: the package was installed without the folder.

    >>> builtin("policies").joinpath("README.md").is_file()
    True
    """
    packaged = files("lineage") / kind
    if packaged.is_dir():
        return packaged
    checkout = Path(__file__).resolve().parent.parent
    # Without this guard a broken wheel would read site-packages/policies: somebody else's folder.
    if (checkout / "pyproject.toml").is_file():
        return checkout / _IN_CHECKOUT.get(kind, kind)
    raise FileNotFoundError(f"lineage was installed without its {kind}/ folder")
