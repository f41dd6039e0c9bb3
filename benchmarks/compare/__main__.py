"""The comparison: `python -m benchmarks.compare [--environments DIR]` runs lineage and the peers on each case and prints a table.

A peer that cannot be installed or run is "not run", with the reason; nothing is filled in for it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.compare.ours import LINEAGE
from benchmarks.compare.outcome import Case, Tool, askable, score
from benchmarks.compare.peers import PEERS, QUESTIONS, install


def cell(case: Case, tool: Tool, programs: Path) -> str:
    """What became of a case with a tool, and the exit code."""
    if not askable(case, tool):
        return tool.unasked
    try:
        answer = tool.ask(case, programs)
    except OSError as error:
        return f"not run ({error})"
    return f"{score(case, tool, answer)}, exit {answer.code}"


def column(tool: Tool, environments: Path) -> Iterator[str]:
    """What became of each case with a tool."""
    try:
        programs = install(tool.package, environments / tool.name) if tool.package else environments
    except OSError as error:
        yield from (f"not run ({error})" for _ in QUESTIONS)
        return
    for case in QUESTIONS:
        yield cell(case, tool, programs)


def table(environments: Path) -> str:
    """The table, in Markdown."""
    tools = (LINEAGE, *PEERS)
    columns = [tuple(column(tool, environments)) for tool in tools]
    heads = ["case", "right answer", *(tool.package.replace("==", " ") or tool.name for tool in tools)]
    rows = [
        [f"{case.id}: {case.title}", case.right.value, *(found[number] for found in columns)]
        for number, case in enumerate(QUESTIONS)
    ]
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument(
        "--environments", type=Path, help="keep the virtual environments here; by default they are temporary"
    )
    wanted = parser.parse_args().environments
    if wanted is not None:
        print(table(wanted.resolve()), end="")
        return
    with tempfile.TemporaryDirectory() as folder:
        print(table(Path(folder)), end="")


if __name__ == "__main__":
    main()
