"""Files in, flows out: reading spans and snapshots and assembling them, as every command does it.

The whole way from files to a verdict, with the public names of the package:

    flows = lineage.read_flows(["spans.jsonl"])
    inventory = lineage.Inventory.load(["lineage.yaml"])
    graph = lineage.FlowGraph(flows, inventory)
    packs = [lineage.load_pack("order16")]
    report = lineage.check(graph, packs)
    print(lineage.FORMATS["text"](report))
    raise SystemExit(report.exit_code)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from lineage.flows import Flows
from lineage.snapshot import loads

Progress = Callable[[int, int], None]
"""Called with bytes read so far and bytes in all (0 when not known)."""


def read_flows(
    paths: Sequence[str | Path], *, tenant_keys: Sequence[str] = (), progress: Progress | None = None
) -> Flows:
    """The flows of spans and snapshots in files, directories, globs or `-` (standard input), added up.

    Args:
        paths: what to read; formats are told by content.
        tenant_keys: span attributes that name a customer, before the built-in ones.
        progress: told how far reading is.

    Raises:
        InputError: something cannot be read, is broken, or holds no spans.
    """
    from lineage.decode import Reader
    from lineage.link import link

    reader = Reader(tenant_keys=tuple(tenant_keys), progress=progress)
    flows = link(reader.read([str(path) for path in paths]), reader.vocabulary, reader.tally)
    for name, data in reader.snapshots:
        flows.add(loads(data, name))
    return flows
