"""What is where in the arrays of the kernels: columns and bits by name; numba takes them for constants."""

from __future__ import annotations

NUMBERS = (
    "service", "resource", "kind", "outgoing", "reader", "send", "consumer", "stops_layers", "housekeeping", "brings", "may_bring",
    "crosses", "keeps", "answers", "model", "looks_up", "doubts", "asked", "answered", "purpose", "retention", "protection", "human", "cached",
    "probe", "claim", "caller", "anonymous", "bare_call", "no_host", "unnamed", "region", "no_service", "no_region",
)  # fmt: skip
(
    SERVICE, RESOURCE, KIND, OUTGOING, READER, SEND, CONSUMER, STOPS_LAYERS, HOUSEKEEPING, BRINGS, MAY_BRING,
    CROSSES, KEEPS, ANSWERS, MODEL, LOOKS_UP, DOUBTS, ASKED, ANSWERED, PURPOSE, RETENTION, PROTECTION, HUMAN, CACHED,
    PROBE, CLAIM, CALLER, ANONYMOUS, BARE_CALL, NO_HOST, UNNAMED, REGION, NO_SERVICE, NO_REGION,
    PEERS, PEERS_END, DOCUMENTS, DOCUMENTS_END,
) = range(38)  # fmt: skip
"""Columns of `ActColumns.numbers`; the last four bound stretches of `ActColumns.places`."""

BACK, KEPT, CLAIMED, TOLD_REGION, USED = 1, 2, 4, 8, 16
"""Flags of a row of the flow table; the last three are not flows: (place, word) pairs and model calls that are counted beside."""
SOURCE, TARGET, FLAGS, CATEGORY, FOR, PROTECTED, KEPT_FOR, DOUBTED, CARRIED, POSSIBLE, HOUR = range(11)
"""Columns of a flow's key. A category below zero is the union of a set of word codes: -1 - the set's number.

`CARRIED` and `POSSIBLE` are numbers of sets. In the folded table they are single places, counted from 1: both 0 is the edge
itself, one of them an edge with one source, both a pair of sources that came together. `HOUR` is 0 but for requests of model calls.
"""
KEY = 11

WIDTH = 64
"""Places in a mask."""
WORDS = 8
"""Distinct categories stated in a trace that are noted here; more are left for the plain way."""

COUNTERS = (
    "housekeeping", "no-service", "no-region", "missing-parent", "several-roots", "server-without-client", "probe",
    "client-without-server", "model-without-address", "store-without-address", "unnamed-peer", "no-origin",
)  # fmt: skip
(
    SAW_HOUSEKEEPING, SAW_NO_SERVICE, SAW_NO_REGION, MISSING_PARENT, SEVERAL_ROOTS, SERVER_ALONE, SAW_PROBE,
    CLIENT_ALONE, MODEL_BARE, STORE_BARE, SAW_UNNAMED, NO_ORIGIN,
) = range(12)  # fmt: skip
"""Columns of the counts of a unit."""

IS_CALLING, IS_ANSWERED, IS_ABSORBED, IS_LATE, IS_ACTIVE, IS_RETURNING = 1, 2, 4, 8, 16, 32
"""Bits of the state of a row."""
OWN, MAYBE, KNOWN, KNOWN_MAYBE, GOT, GOT_MAYBE, BELOW, TENANTS = range(8)
"""Columns of the masks of a row: what enters at it, what it knows, what it brings back (each established, then possible),
what its children bring back, the tenants of its subtree."""
INHERITED_PURPOSE, INHERITED_RETENTION, ROOT, ENTRY_DOUBT = range(4)
"""Columns of the facts of a row."""
