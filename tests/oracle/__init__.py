"""The oracle: docs/explanation/assembly.md read aloud, slowly, one unit of linked traces at a time.

Python objects, sets, and equations solved by going round until nothing changes. It exists to be obviously
right and to disagree with the fast kernel where one of the two has misread the page. It shares with
the kernel what a span is (spans.py), what an operation is (operations.py) and what a flow is (flows.py); it
was written from the page alone.
"""

from __future__ import annotations

from lineage.flows import Flows
from lineage.spans import Spans, Vocabulary
from oracle.coverage import cover
from oracle.interactions import interact
from oracle.sources import find_calls, find_links, find_order, find_own, solve, units
from oracle.tree import clean, group, hang


def oracle(spans: Spans, vocabulary: Vocabulary) -> Flows:
    """The flows of all spans, their places and coverage.

    Args:
        spans: the whole input, in any order.
        vocabulary: names the shapes and tenants of `spans`.
    """
    flows = Flows()
    counts = flows.coverage.counts
    traces = clean(spans, vocabulary, counts)
    flows.coverage.traces = len(traces)
    whole = [hang(trace, counts) for trace in traces.values()]
    by_id = group(span for trace in whole for span in trace)
    for trace in whole:
        find_calls(trace)
        find_links(trace, by_id, counts)
    for trace in whole:
        find_own(trace, counts)
        find_order(trace)
    for unit in units(whole):
        solve(unit)
    for trace in whole:
        interact(trace, flows)
        cover(trace, flows.coverage)
    return flows
