"""What is where in the arrays of the kernels: columns and bits by name; numba takes them for constants."""

from __future__ import annotations

NUMBERS = (
    "service", "resource", "kind", "outgoing", "reader", "send", "consumer", "stops_layers", "housekeeping", "brings", "may_bring",
    "crosses", "keeps", "answers", "looks_up", "doubts", "asked", "answered", "purpose", "retention", "protection", "human", "cached",
    "probe", "claim", "caller", "anonymous", "bare_call", "no_host", "unnamed", "region", "no_service", "no_region",
)  # fmt: skip
(
    SERVICE, RESOURCE, KIND, OUTGOING, READER, SEND, CONSUMER, STOPS_LAYERS, HOUSEKEEPING, BRINGS, MAY_BRING,
    CROSSES, KEEPS, ANSWERS, LOOKS_UP, DOUBTS, ASKED, ANSWERED, PURPOSE, RETENTION, PROTECTION, HUMAN, CACHED,
    PROBE, CLAIM, CALLER, ANONYMOUS, BARE_CALL, NO_HOST, UNNAMED, REGION, NO_SERVICE, NO_REGION,
    PEERS, PEERS_END, DOCUMENTS, DOCUMENTS_END,
) = range(37)  # fmt: skip
"""Columns of `ActColumns.numbers`; the last four bound stretches of `ActColumns.places`."""

BACK, KEPT, CLAIMED, TOLD_REGION = 1, 2, 4, 8
"""Flags of a row of the flow table; the last two are not flows: (place, word) pairs that are counted beside."""
SOURCE, TARGET, FLAGS, CATEGORY, FOR, PROTECTED, KEPT_FOR, CARRIED, POSSIBLE, DOUBTED = range(10)
"""Columns of a flow's key. A category below zero is the union of a set of word codes: -1 - the set's number."""
KEY = 10

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
