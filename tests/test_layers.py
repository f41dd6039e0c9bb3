"""Imports run one way, along the path from bytes to a verdict; and each big library has one door."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "lineage"

LAYERS = (
    "errors names labels resources components verbs refused sqlwords",
    "ledgers",
    "places spans language",
    "yamlfile flows meaning operations sql catalogue files",
    "reduce things snapshot link",
    "decode inventory graph",
    "findings solve fast init pipeline sketched instrument",
    "words selection waivers waiverfile nodelink baseline",
    "reach diagram changes",
    "declassify export",
    "contracts",
    "packs testing",
    "checking claims",
    "report packcases demands",
    "evidence guard lint doctor receive documents",
    "reference demo",
    "commands pytest_plugin",
    "cli",
    "__main__",
)
"""Modules and packages of `lineage`; each imports only from lines above its own, or from its own line without a cycle."""

BACKWARDS = {
    (
        "graph",
        "nodelink",
    ): "graph.to_networkx is the one way out; what it writes is described beside the export formats",
    (
        "decode",
        "fast",
    ): "a reader puts a compiled scan in front of the plain decoder where that pays; the scan asks that decoder",
    (
        "link",
        "fast",
    ): "link hands over to the compiled kernel where numba is installed; the kernel fills the same columns",
    ("demo", "commands"): "the demo draws as the diagram command draws",
}
"""Imports against the direction, inside a function; each with its reason."""

DOORS = {
    "networkx": {"graph", "export"},
    "click": {"cli", "__main__", "commands", "demo"},
    "yaml": {"yamlfile"},
    "google": {"decode.otlp_proto", "fast"},
    "opentelemetry": {"decode.sdk", "instrument", "pytest_plugin"},
    "pydantic": {
        "baseline",
        "claims",
        "contracts",
        "demands",
        "diagram.notation",
        "diagram.views",
        "documents.forms",
        "inventory",
        "packcases",
        "packs",
        "reference",
        "selection",
        "yamlfile",
    },
    "cel_expr_python": {"contracts._cel"},
    "pyarrow": {"ledgers"},
    "numba": {"fast"},
    "pygraphviz": {"diagram.render"},
    "zstandard": {"decode.sources"},
    "cryptography": {"evidence"},
    "securesystemslib": {"evidence"},
    "xlsxwriter": {"documents.workbook"},
}
"""Library -> the modules and packages that may import it."""

LIGHT = ("errors", "__init__", "__main__", "cli")
"""What `lineage --help` and `import lineage` load: no library but click."""


def modules() -> dict[str, ast.Module]:
    """Name within the package -> syntax tree; a package goes by its folder's name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        found[name] = ast.parse(path.read_text("utf-8"), str(path))
    return found


MODULES = modules()


def imported(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """What a module imports when it runs, dotted, and whether it does so while it is itself imported."""
    only_typing: set[int] = set()
    in_function: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            only_typing.update(id(inner) for statement in node.body for inner in ast.walk(statement))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            in_function.update(map(id, ast.walk(node)))
    for node in ast.walk(tree):
        if id(node) in only_typing:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) not in in_function) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, id(node) not in in_function
            yield from ((f"{node.module}.{alias.name}", id(node) not in in_function) for alias in node.names)


IMPORTS = {module: list(imported(tree)) for module, tree in MODULES.items()}


def unit(module: str) -> str:
    """The module, or the package that it is part of."""
    return module.partition(".")[0]


def edges() -> dict[str, set[str]]:
    """Unit -> the other units that it imports, at once or later."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, names in IMPORTS.items():
        for name, _ in names:
            target = name.removeprefix("lineage.")
            if name.startswith("lineage.") and target in MODULES and unit(target) != unit(module):
                found[unit(module)].add(unit(target))
    return found


LEVEL = {name: level for level, line in enumerate(LAYERS) for name in line.split()}


def test_every_module_has_its_layer() -> None:
    assert {unit(module) for module in MODULES} - {"__init__"} - set(LEVEL) == set()


def test_imports_run_towards_the_bytes() -> None:
    upwards = {
        (source, target)
        for source, targets in edges().items()
        for target in targets
        if source != "__init__" and LEVEL[target] > LEVEL[source]
    }
    assert upwards - set(BACKWARDS) == set()


def test_the_units_form_no_cycle() -> None:
    left = {
        source: {t for t in targets if (source, t) not in BACKWARDS} for source, targets in edges().items()
    }
    while free := [unit for unit, targets in left.items() if not targets & set(left)]:
        for unit in free:
            del left[unit]
    assert left == {}


@pytest.mark.parametrize(("source", "target"), BACKWARDS)
def test_an_import_against_the_direction_waits_inside_a_function(source: str, target: str) -> None:
    at_once = {
        unit(name.removeprefix("lineage."))
        for module, names in IMPORTS.items()
        if unit(module) == source
        for name, early in names
        if early and name.startswith("lineage.")
    }
    assert target not in at_once


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library: str) -> None:
    users = {
        module for module, names in IMPORTS.items() for name, _ in names if name.partition(".")[0] == library
    }
    assert {user for user in users if not {user, unit(user)} & DOORS[library]} == set()


@pytest.mark.parametrize("module", LIGHT)
def test_what_help_loads_imports_no_heavy_library_at_once(module: str) -> None:
    at_once = {name.partition(".")[0] for name, early in IMPORTS[module] if early}
    assert at_once & (set(DOORS) | {"numpy", "msgspec"}) <= {"click"}


def test_contracts_do_not_know_of_files_or_spans() -> None:
    reached: set[str] = set()
    frontier = {"contracts"}
    graph = edges()
    while frontier:
        reached |= frontier
        frontier = {t for each in frontier for t in graph[each] if (each, t) not in BACKWARDS} - reached
    assert not reached & {"decode", "snapshot", "pipeline", "files", "cli"}
