# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""Which sources each flow carries, compiled: `link.propagate` for whole traces without links and odd ids.

The meaning is that of docs/explanation/assembly.md, and `link.propagate` says it in the plain way, function for function:
`layer`, then `sources` (gather, originate, bring back, pass down; siblings in `order`), then `emit`. Masks are 64 bits wide: a trace with more
sources than that is left for the plain way.
"""

from __future__ import annotations

import numpy as np

from lineage.fast.compiled import compiled
from lineage.fast.layout import (
    ANONYMOUS,
    ANSWERED,
    ASKED,
    BELOW,
    BRINGS,
    CACHED,
    CALLER,
    CONSUMER,
    COUNTERS,
    DOCUMENTS,
    DOCUMENTS_END,
    ENTRY_DOUBT,
    GOT,
    GOT_MAYBE,
    HOUSEKEEPING,
    HUMAN,
    INHERITED_PURPOSE,
    INHERITED_RETENTION,
    IS_ABSORBED,
    IS_ACTIVE,
    IS_ANSWERED,
    IS_CALLING,
    IS_LATE,
    IS_RETURNING,
    KIND,
    KNOWN,
    KNOWN_MAYBE,
    MAY_BRING,
    MAYBE,
    MISSING_PARENT,
    NO_REGION,
    NO_SERVICE,
    OUTGOING,
    OWN,
    PEERS,
    PEERS_END,
    PROBE,
    PURPOSE,
    READER,
    RESOURCE,
    RETENTION,
    ROOT,
    SAW_HOUSEKEEPING,
    SAW_NO_REGION,
    SAW_NO_SERVICE,
    SAW_PROBE,
    SEND,
    SERVER_ALONE,
    SERVICE,
    SEVERAL_ROOTS,
    STOPS_LAYERS,
    TENANTS,
    WIDTH,
    WORDS,
)  # fmt: skip
from lineage.fast.order import siblings
from lineage.fast.tables import find_pair
from lineage.flows import Doubt
from lineage.spans import Kind, Mark

_BAD_TIMES = int(Mark.BAD_TIMES)
_LOST_LINKS = int(Mark.LOST_LINKS)
_SERVER = int(Kind.SERVER)
_PARENT = int(Doubt.PARENT)
_NONE = np.uint64(0)
_ONE = np.uint64(1)


@compiled
def layer(up, act, table, pairs, merges, missing):
    """Merge layers of one call; find who is absorbed, answered, active.

    Returns:
        merged: the act of each row with what it absorbed.
        state: `IS_ANSWERED`, `IS_ABSORBED`, `IS_ACTIVE` of each row.
        asked: how many pairs of acts in `missing` have to be worked out first; the rest is right only if none.
    """
    n = len(up)
    merged = act.copy()
    outer = np.full(n, -1, np.int32)
    state = np.zeros(n, np.uint8)
    asked = 0
    for i in range(n):
        p = up[i]
        if p < 0:
            continue
        a, b = act[i], act[p]
        if table[a, SERVICE] == table[b, SERVICE]:
            if not table[a, STOPS_LAYERS] and not table[b, STOPS_LAYERS]:
                outer[i] = p if table[b, OUTGOING] else outer[p]
            if table[a, KIND] == _SERVER:
                state[p] |= IS_ANSWERED
        elif not table[a, CONSUMER]:
            state[p] |= IS_ANSWERED
        if table[a, OUTGOING] and outer[i] >= 0 and table[a, CACHED] < 0:
            both = find_pair(pairs, merges, a, merged[outer[i]])
            if both == -2:
                if asked < len(missing):
                    missing[asked] = (np.int64(a) << 32) | np.int64(merged[outer[i]])
                    asked += 1
            elif both >= 0:
                merged[i] = both
                state[outer[i]] |= IS_ABSORBED
    for i in range(n - 1, -1, -1):
        p = up[i]
        if table[act[i], OUTGOING] or table[act[i], READER]:
            state[i] |= IS_ACTIVE
        if p >= 0 and (state[i] & IS_ACTIVE or table[act[p], SERVICE] != table[act[i], SERVICE]):
            state[p] |= IS_ACTIVE
    return merged, state, asked


@compiled
def bit_of(place, unit, bits, stamps, places, size):
    """The mask of one place in this unit; nothing when there is no room (size[unit] passes `WIDTH`)."""
    if stamps[place] == unit:
        return _ONE << np.uint64(bits[place])
    bit = size[unit]
    if bit >= WIDTH:
        size[unit] = WIDTH + 1
        return _NONE
    stamps[place] = unit
    bits[place] = bit
    places[unit, bit] = place
    size[unit] = bit + 1
    return _ONE << np.uint64(bit)


@compiled
def note(word, unit, words):
    """Add a word to the sorted words of a unit: words[unit] is [how many, the words]. False when there is no room."""
    n = words[unit, 0]
    where = 1
    while where <= n and words[unit, where] < word:
        where += 1
    if where <= n and words[unit, where] == word:
        return True
    if n == WORDS:
        return False
    for k in range(n, where - 1, -1):
        words[unit, k + 1] = words[unit, k]
    words[unit, where] = word
    words[unit, 0] = n + 1
    return True


@compiled
def sources(
    bounds, up, orphan, act, merged, state, start, end, tenant, marks, table, ends, parties, places_known
):
    """Masks of what each row has, sends and brings back.

    Returns:
        masks: uint64 [rows, 8]: own, maybe, known, known maybe, back, back maybe, below, tenants.
        facts: int32 [rows, 4]: purpose, retention, root of the tree, doubt of the entry.
        entries: uint64 [rows]: the parties who enter at a row.
        places: int32 [units, WIDTH]: the place of each bit.
        size: int32 [units]: how many bits are used; more than `WIDTH`: the unit is left for the plain way.
        asked, answered: int32 [units, 1 + WORDS]: the categories stated in each unit, after their number.
        counts: int64 [units, COUNTERS].
    """
    n, units = len(up), len(bounds) - 1
    masks = np.zeros((n, 8), np.uint64)
    facts = np.zeros((n, 4), np.int32)
    entries = np.zeros(n, np.uint64)
    places = np.empty((units, WIDTH), np.int32)
    size = np.zeros(units, np.int32)
    asked = np.zeros((units, 1 + WORDS), np.int32)
    answered = np.zeros((units, 1 + WORDS), np.int32)
    counts = np.zeros((units, len(COUNTERS)), np.int64)
    bits = np.zeros(places_known, np.int8)
    stamps = np.full(places_known, -1, np.int32)
    group_of = np.zeros(len(table) + 1, np.int32)
    group_stamps = np.full(len(table) + 1, -1, np.int32)
    for u in range(units):
        low, high = bounds[u], bounds[u + 1]
        roots = 0
        room = True
        for i in range(high - 1, low - 1, -1):
            if tenant[i]:
                masks[i, TENANTS] |= bit_of(parties[tenant[i]], u, bits, stamps, places, size)
            if up[i] >= 0:
                masks[up[i], TENANTS] |= masks[i, TENANTS]
        for i in range(low, high):
            a, p = act[i], up[i]
            counts[u, SAW_HOUSEKEEPING] += table[a, HOUSEKEEPING]
            counts[u, SAW_NO_SERVICE] += table[a, NO_SERVICE]
            counts[u, SAW_NO_REGION] += table[a, NO_REGION]
            counts[u, MISSING_PARENT] += orphan[i]
            if table[a, ASKED]:
                room = note(table[a, ASKED], u, asked) and room
            if table[a, ANSWERED]:
                room = note(table[a, ANSWERED], u, answered) and room
            facts[i, INHERITED_PURPOSE] = table[a, PURPOSE]
            facts[i, INHERITED_RETENTION] = table[a, RETENTION]
            facts[i, ROOT] = i
            if p >= 0:
                if not facts[i, INHERITED_PURPOSE]:
                    facts[i, INHERITED_PURPOSE] = facts[p, INHERITED_PURPOSE]
                if not facts[i, INHERITED_RETENTION]:
                    facts[i, INHERITED_RETENTION] = facts[p, INHERITED_RETENTION]
                facts[i, ROOT] = facts[p, ROOT]
            mine = _NONE
            human = table[a, HUMAN]
            if p < 0:
                roots += 1
                caller = bit_of(table[a, CALLER], u, bits, stamps, places, size) if orphan[i] else _NONE
                who = masks[i, TENANTS]
                server = table[a, KIND] == _SERVER
                if orphan[i] and server:
                    counts[u, SERVER_ALONE] += 1
                if table[a, CONSUMER] or human >= 0:
                    if table[a, CONSUMER] and not table[a, READER]:
                        caller = bit_of(table[a, CALLER], u, bits, stamps, places, size)
                    mine |= who | caller
                elif server and table[a, PROBE] and not state[i] & IS_ACTIVE:
                    counts[u, SAW_PROBE] += 1
                elif server or who != _NONE:
                    entered = who | caller
                    if entered == _NONE:
                        entered = bit_of(table[a, ANONYMOUS], u, bits, stamps, places, size)
                    mine |= entered
                    entries[i] = entered
                    facts[i, ENTRY_DOUBT] = _PARENT if orphan[i] else 0
                elif caller != _NONE:
                    mine |= caller
                else:
                    mine |= bit_of(table[a, SERVICE], u, bits, stamps, places, size)
            if human >= 0 and (p < 0 or table[act[p], HUMAN] < 0):
                operator = bit_of(human, u, bits, stamps, places, size)
                mine |= operator
                entries[i] = operator
                facts[i, ENTRY_DOUBT] = _PARENT if orphan[i] else 0
            if table[a, READER]:
                for k in range(table[a, PEERS], table[a, PEERS_END]):
                    mine |= bit_of(ends[k], u, bits, stamps, places, size)
            call = merged[i]
            for k in range(table[call, DOCUMENTS], table[call, DOCUMENTS_END]):
                mine |= bit_of(ends[k], u, bits, stamps, places, size)
            if table[a, OUTGOING] and (table[a, SEND] or not state[i] & IS_ANSWERED):
                if table[a, CACHED] >= 0:
                    mine |= bit_of(table[a, CACHED], u, bits, stamps, places, size)
                elif not state[i] & IS_ABSORBED:
                    state[i] |= IS_CALLING
                    if table[call, BRINGS] or table[call, MAY_BRING]:
                        kind = OWN if table[call, BRINGS] else MAYBE
                        for k in range(table[call, PEERS], table[call, PEERS_END]):
                            bit = bit_of(ends[k], u, bits, stamps, places, size)
                            if kind == OWN:
                                mine |= bit
                            else:
                                masks[i, MAYBE] |= bit
            if marks[i] & _LOST_LINKS:
                mine |= bit_of(table[a, CALLER], u, bits, stamps, places, size)
            masks[i, OWN] = mine
        counts[u, SEVERAL_ROOTS] = roots > 1
        if not room:
            size[u] = WIDTH + 1
        if size[u] > WIDTH:
            continue
        # Bits of peers that no row has as a source: `emit` asks for them.
        for i in range(low, high):
            if state[i] & IS_CALLING:
                for k in range(table[merged[i], PEERS], table[merged[i], PEERS_END]):
                    bit_of(ends[k], u, bits, stamps, places, size)
        if size[u] > WIDTH:
            continue
        for i in range(low, high):
            masks[i, GOT] = masks[i, OWN]
            masks[i, GOT_MAYBE] = masks[i, MAYBE]
        for i in range(high - 1, low - 1, -1):
            p = up[i]
            if p < 0:
                continue
            a, b = act[i], act[p]
            if table[b, SEND] and table[a, CONSUMER]:
                continue
            state[i] |= IS_RETURNING
            if table[a, RESOURCE] == table[b, RESOURCE] and (
                (marks[i] | marks[p]) & _BAD_TIMES or end[i] > end[p]
            ):
                state[i] |= IS_LATE
            masks[p, BELOW] |= masks[i, GOT] | masks[i, GOT_MAYBE]
            if state[i] & IS_LATE:
                masks[p, GOT_MAYBE] |= masks[i, GOT] | masks[i, GOT_MAYBE]
            else:
                masks[p, GOT] |= masks[i, GOT]
                masks[p, GOT_MAYBE] |= masks[i, GOT_MAYBE]
        i = low
        while i < high:
            j = i + 1
            while j < high and up[j] == up[i]:
                j += 1
            if up[i] >= 0 and j - i > 1:
                siblings(i, j, act, state, start, end, marks, masks, table, group_of, group_stamps)
            i = j
        for i in range(low, high):
            p = up[i]
            if p >= 0:
                masks[i, KNOWN] |= masks[p, KNOWN] | masks[p, OWN]
                masks[i, KNOWN_MAYBE] |= masks[p, KNOWN_MAYBE] | masks[p, MAYBE]
    return masks, facts, entries, places, size, asked, answered, counts
