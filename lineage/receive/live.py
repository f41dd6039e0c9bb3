"""What is new: flows that were not there, and verdicts that changed, since the last look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lineage.checking import Report, check
from lineage.findings import Finding, Ref, Verdict, ref
from lineage.flows import Flows
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.packs import Pack
from lineage.solve import solve


@dataclass(frozen=True, slots=True)
class NewFlow:
    """A way between two places that was not seen before, or that now carries data of more sources."""

    source: Ref
    target: Ref
    leg: str
    kept: bool
    categories: tuple[str, ...]
    data: tuple[Ref, ...]
    """Whose data is new on it."""
    origins: tuple[str, ...]
    """Where all the data on it comes from."""
    certain: bool
    """It surely carries all of that data."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A rule whose verdict is another than before."""

    rule: str
    before: Verdict
    now: Verdict


@dataclass(frozen=True, slots=True)
class News:
    """All that is new."""

    flows: tuple[NewFlow, ...]
    turned: tuple[Turned, ...]
    broken: tuple[Finding, ...]
    """Violations that were not there before."""


class Live:
    """Flows so far, and what packs say of them.

    Args:
        inventory: the meaning of places.
        packs: the rules.
        mode: "strict" or "text".
    """

    def __init__(self, inventory: Inventory, packs: Sequence[Pack], mode: str = "strict") -> None:
        self.flows = Flows()
        self._inventory, self._packs, self._mode = inventory, packs, mode
        self.graph = FlowGraph(self.flows, inventory)
        self.report = self._judged()
        self._seen: dict[tuple[str, str, str], set[str]] = {}
        self._broken: set[str] = set()

    def add(self, more: Flows) -> News:
        """Add flows; gives what is new."""
        self.flows.add(more)
        before = {rule.rule: rule.verdict for rule in self.report.rules}
        self.graph = FlowGraph(self.flows, self._inventory)
        self.report = self._judged()
        turned = tuple(
            Turned(rule.rule, before[rule.rule], rule.verdict)
            for rule in self.report.rules
            if rule.verdict is not before[rule.rule]
        )
        broken = tuple(
            finding
            for finding in self.report.findings
            if finding.verdict is Verdict.VIOLATED and finding.fingerprint not in self._broken
        )
        self._broken.update(finding.fingerprint for finding in broken)
        return News(tuple(self._new_flows()), turned, broken)

    def _judged(self) -> Report:
        return check(self.graph, self._packs, mode=self._mode, today=datetime.now(UTC).date())

    def _new_flows(self) -> list[NewFlow]:
        graph, labels = self.graph, solve(self.graph)
        found = []
        for number, flow in enumerate(graph.flows):
            key = (graph.id(flow.source), graph.id(flow.target), flow.key.leg.value)
            carried = {graph.id(thing): thing for thing in (*flow.sources, *flow.possible)}
            known = self._seen.setdefault(key, set())
            fresh = sorted(carried.keys() - known)
            known.update(fresh)
            if fresh:
                found.append(
                    NewFlow(
                        ref(graph, flow.source),
                        ref(graph, flow.target),
                        flow.key.leg.value,
                        flow.kept,
                        tuple(sorted(flow.key.categories)),
                        tuple(ref(graph, carried[name]) for name in fresh),
                        tuple(sorted(labels.of_flow(number)[0])),
                        not flow.possible,
                    )
                )
        return found
