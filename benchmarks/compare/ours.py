"""lineage on the cases: spans, inventory, the packs order16 and baseline, and the one rule of the fixture."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from benchmarks.compare.outcome import Answer, Case, Tool
from lineage.checking import Report, check
from lineage.findings import Verdict
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.packs import load_pack
from lineage.pipeline import read_flows

FOLDER = Path(__file__).parent / "cases"
TODAY = date(2026, 11, 25)
PACKS = ("order16", "baseline", str(FOLDER / "zones.yaml"))


def judge(case: str) -> Report:
    """What `lineage check` says of a case."""
    own = FOLDER / case / "lineage.yaml"
    inventory = Inventory.load([FOLDER / "lineage.yaml", *([own] if own.is_file() else [])])
    flows = read_flows([FOLDER / case / "spans.jsonl"], tenant_keys=inventory.tenant_keys)
    return check(FlowGraph(flows, inventory), [load_pack(name) for name in PACKS], today=TODAY)


def ask(case: Case, _: Path) -> Answer:
    """Rules that are not proven, as `rule: verdict`."""
    report = judge(case.id)
    open_ = (Verdict.VIOLATED, Verdict.UNDECIDED)
    return Answer(
        report.exit_code,
        frozenset(f"{each.rule}: {each.verdict.value}" for each in report.rules if each.verdict in open_),
    )


LINEAGE = Tool(
    "lineage",
    "",
    {
        "b-shared-log": frozenset({"order16/no-shared-training-pool: violated"}),
        "c-fallback": frozenset({"zones/overseas-line: violated"}),
        "d-debug-copy": frozenset({"order16/no-operator-copy-out: violated"}),
        "f-no-zone": frozenset({"zones/overseas-line: undecided"}),
        "g-missing-parent": frozenset({"order16/evidence-complete: undecided"}),
    },
    ask,
    "as b: there is nothing to declare by hand",
)
