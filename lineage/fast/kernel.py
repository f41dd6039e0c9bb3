"""Which sources each flow carries, compiled: `link.propagate` for whole traces without links and odd ids.

The meaning is that of docs/explanation/assembly.md, and `link.propagate` says it in the plain way, function for function:
`layer`, then `sources` (gather, originate, bring back, pass down), then `emit`. Masks are 64 bits wide: a trace with more
sources than that is left for the plain way.
"""

from __future__ import annotations

import numpy as np

from lineage.fast.compiled import compiled
from lineage.fast.forest import sort_by
from lineage.fast.tables import (
    ANONYMOUS, ANSWERED, ANSWERS, ASKED, BACK, BARE_CALL, BRINGS, CACHED, CALLER, CATEGORY, CARRIED, CLAIM, CLAIMED, CONSUMER, CROSSES,
    DOCUMENTS, DOCUMENTS_END, DOUBTED, DOUBTS, FLAGS, FOR, HOUSEKEEPING, HUMAN, KEEPS, KEPT, KEPT_FOR, KEY, KIND, LOOKS_UP, MAY_BRING,
    NO_HOST, NO_REGION, NO_SERVICE, OUTGOING, PEERS, PEERS_END, POSSIBLE, PROBE, PROTECTED, PROTECTION, PURPOSE, READER, REGION, RESOURCE,
    RETENTION, SEND, SERVICE, SOURCE, STOPS_LAYERS, TARGET, TOLD_REGION, UNNAMED, find_pair, intern, put,
)  # fmt: skip
from lineage.flows import Doubt
from lineage.spans import Kind, Mark

_BAD_TIMES, _LOST_LINKS = int(Mark.BAD_TIMES), int(Mark.LOST_LINKS)
_SERVER = int(Kind.SERVER)
_CATEGORY, _ENDPOINT, _ORDER, _PARENT = int(Doubt.CATEGORY), int(Doubt.ENDPOINT), int(Doubt.ORDER), int(Doubt.PARENT)
_NONE = np.uint64(0)
_ONE = np.uint64(1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_MANY = 32
"""Siblings from which on unions over stretches of them are prepared."""
WIDTH = 64
"""Places in a mask."""
WORDS = 8
"""Distinct categories stated in a trace that are noted here; more are left for the plain way."""

COUNTERS = (
    "housekeeping", "no-service", "no-region", "missing-parent", "several-roots", "server-without-client", "probe",
    "client-without-server", "model-without-address", "store-without-address", "unnamed-peer", "no-origin",
)  # fmt: skip
(
    _HOUSEKEEPING, _NO_SERVICE, _NO_REGION, _MISSING, _SEVERAL, _SERVER_ALONE, _PROBE, _CLIENT_ALONE, _MODEL_BARE, _STORE_BARE,
    _UNNAMED, _NO_ORIGIN,
) = range(12)  # fmt: skip

_CALLING, _ANSWERED, _ABSORBED, _LATE, _ACTIVE, _RETURNS = 1, 2, 4, 8, 16, 32
"""What `state` says of a row."""


@compiled
def layer(up, act, table, pairs, merges, missing):  # type: ignore[no-untyped-def]
    """Merge layers of one call; find who is absorbed, answered, active.

    Returns:
        merged: the act of each row with what it absorbed.
        state: `_ANSWERED`, `_ABSORBED`, `_ACTIVE` of each row.
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
                state[p] |= _ANSWERED
        elif not table[a, CONSUMER]:
            state[p] |= _ANSWERED
        if table[a, OUTGOING] and outer[i] >= 0 and table[a, CACHED] < 0:
            both = find_pair(pairs, merges, a, merged[outer[i]])
            if both == -2:
                if asked < len(missing):
                    missing[asked] = (np.int64(a) << 32) | np.int64(merged[outer[i]])
                    asked += 1
            elif both >= 0:
                merged[i] = both
                state[outer[i]] |= _ABSORBED
    for i in range(n - 1, -1, -1):
        p = up[i]
        if table[act[i], OUTGOING] or table[act[i], READER]:
            state[i] |= _ACTIVE
        if p >= 0 and (state[i] & _ACTIVE or table[act[p], SERVICE] != table[act[i], SERVICE]):
            state[p] |= _ACTIVE
    return merged, state, asked


@compiled
def bit_of(place, unit, bits, stamps, places, size):  # type: ignore[no-untyped-def]
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
def note(word, unit, words):  # type: ignore[no-untyped-def]
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
def sources(bounds, up, orphan, act, merged, state, start, end, tenant, marks, table, ends, parties, places_known):  # type: ignore[no-untyped-def]
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
    own, maybe, known, known_maybe, back, back_maybe, below, tenants = 0, 1, 2, 3, 4, 5, 6, 7
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
                masks[i, tenants] |= bit_of(parties[tenant[i]], u, bits, stamps, places, size)
            if up[i] >= 0:
                masks[up[i], tenants] |= masks[i, tenants]
        for i in range(low, high):
            a, p = act[i], up[i]
            counts[u, _HOUSEKEEPING] += table[a, HOUSEKEEPING]
            counts[u, _NO_SERVICE] += table[a, NO_SERVICE]
            counts[u, _NO_REGION] += table[a, NO_REGION]
            counts[u, _MISSING] += orphan[i]
            if table[a, ASKED]:
                room = note(table[a, ASKED], u, asked) and room
            if table[a, ANSWERED]:
                room = note(table[a, ANSWERED], u, answered) and room
            facts[i, 0] = table[a, PURPOSE]
            facts[i, 1] = table[a, RETENTION]
            facts[i, 2] = i
            if p >= 0:
                if not facts[i, 0]:
                    facts[i, 0] = facts[p, 0]
                if not facts[i, 1]:
                    facts[i, 1] = facts[p, 1]
                facts[i, 2] = facts[p, 2]
            mine = _NONE
            human = table[a, HUMAN]
            if p < 0:
                roots += 1
                caller = bit_of(table[a, CALLER], u, bits, stamps, places, size) if orphan[i] else _NONE
                who = masks[i, tenants]
                server = table[a, KIND] == _SERVER
                if orphan[i] and server:
                    counts[u, _SERVER_ALONE] += 1
                if table[a, CONSUMER] or human >= 0:
                    if table[a, CONSUMER] and not table[a, READER]:
                        caller = bit_of(table[a, CALLER], u, bits, stamps, places, size)
                    mine |= who | caller
                elif server and table[a, PROBE] and not state[i] & _ACTIVE:
                    counts[u, _PROBE] += 1
                elif server or who != _NONE:
                    entered = who | caller
                    if entered == _NONE:
                        entered = bit_of(table[a, ANONYMOUS], u, bits, stamps, places, size)
                    mine |= entered
                    entries[i] = entered
                    facts[i, 3] = _PARENT if orphan[i] else 0
                elif caller != _NONE:
                    mine |= caller
                else:
                    mine |= bit_of(table[a, SERVICE], u, bits, stamps, places, size)
            if human >= 0 and (p < 0 or table[act[p], HUMAN] < 0):
                operator = bit_of(human, u, bits, stamps, places, size)
                mine |= operator
                entries[i] = operator
                facts[i, 3] = _PARENT if orphan[i] else 0
            if table[a, READER]:
                for k in range(table[a, PEERS], table[a, PEERS_END]):
                    mine |= bit_of(ends[k], u, bits, stamps, places, size)
            call = merged[i]
            for k in range(table[call, DOCUMENTS], table[call, DOCUMENTS_END]):
                mine |= bit_of(ends[k], u, bits, stamps, places, size)
            if table[a, OUTGOING] and (table[a, SEND] or not state[i] & _ANSWERED):
                if table[a, CACHED] >= 0:
                    mine |= bit_of(table[a, CACHED], u, bits, stamps, places, size)
                elif not state[i] & _ABSORBED:
                    state[i] |= _CALLING
                    if table[call, BRINGS] or table[call, MAY_BRING]:
                        kind = own if table[call, BRINGS] else maybe
                        for k in range(table[call, PEERS], table[call, PEERS_END]):
                            bit = bit_of(ends[k], u, bits, stamps, places, size)
                            if kind == own:
                                mine |= bit
                            else:
                                masks[i, maybe] |= bit
            if marks[i] & _LOST_LINKS:
                mine |= bit_of(table[a, CALLER], u, bits, stamps, places, size)
            masks[i, own] = mine
        counts[u, _SEVERAL] = roots > 1
        if not room:
            size[u] = WIDTH + 1
        if size[u] > WIDTH:
            continue
        # Bits of peers that no row has as a source: `emit` asks for them.
        for i in range(low, high):
            if state[i] & _CALLING:
                for k in range(table[merged[i], PEERS], table[merged[i], PEERS_END]):
                    bit_of(ends[k], u, bits, stamps, places, size)
        if size[u] > WIDTH:
            continue
        for i in range(low, high):
            masks[i, back] = masks[i, own]
            masks[i, back_maybe] = masks[i, maybe]
        for i in range(high - 1, low - 1, -1):
            p = up[i]
            if p < 0:
                continue
            a, b = act[i], act[p]
            if table[b, SEND] and table[a, CONSUMER]:
                continue
            state[i] |= _RETURNS
            if table[a, RESOURCE] == table[b, RESOURCE] and ((marks[i] | marks[p]) & _BAD_TIMES or end[i] > end[p]):
                state[i] |= _LATE
            masks[p, below] |= masks[i, back] | masks[i, back_maybe]
            if state[i] & _LATE:
                masks[p, back_maybe] |= masks[i, back] | masks[i, back_maybe]
            else:
                masks[p, back] |= masks[i, back]
                masks[p, back_maybe] |= masks[i, back_maybe]
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
                masks[i, known] |= masks[p, known] | masks[p, own]
                masks[i, known_maybe] |= masks[p, known_maybe] | masks[p, maybe]
    return masks, facts, entries, places, size, asked, answered, counts


@compiled
def all_back(i, state, masks):  # type: ignore[no-untyped-def]
    """Everything that a row returns, of whatever certainty."""
    return masks[i, 4] | masks[i, 5] if state[i] & _RETURNS else _NONE


@compiled
def siblings(low, high, act, state, start, end, marks, masks, table, group_of, group_stamps):  # type: ignore[no-untyped-def]
    """What each of the siblings in rows [low, high), sorted by start, may have of the others."""
    everything = _NONE
    for i in range(low, high):
        everything |= all_back(i, state, masks)
    if everything == _NONE:
        return
    m = high - low
    # Groups of one clock: numbered as they come, -1 for rows without good times.
    group = np.empty(m, np.int32)
    totals = np.zeros(m, np.uint64)
    counts = np.zeros(m + 1, np.int32)
    groups = 0
    timeless = 0
    timeless_total = _NONE
    for i in range(low, high):
        if marks[i] & _BAD_TIMES:
            group[i - low] = -1
            timeless += 1
            timeless_total |= all_back(i, state, masks)
            continue
        clock = table[act[i], RESOURCE]
        if group_stamps[clock] != low:
            group_stamps[clock] = low
            group_of[clock] = groups
            groups += 1
        g = group_of[clock]
        group[i - low] = g
        totals[g] |= all_back(i, state, masks)
        counts[g + 1] += 1
    for g in range(groups):
        counts[g + 1] += counts[g]
    members = np.empty(m - timeless, np.int32)
    fill = counts[:groups].copy()
    for i in range(low, high):
        g = group[i - low]
        if g >= 0:
            members[fill[g]] = i
            fill[g] += 1
    for g in range(groups):
        clock_order(members[counts[g] : counts[g + 1]], state, start, end, masks)
    if groups + timeless == 1:
        return
    after = np.zeros(m + 1, np.uint64)
    for g in range(groups - 1, -1, -1):
        after[g] = after[g + 1] | totals[g]
    timed_total = after[0]
    before = _NONE
    for g in range(groups):
        others = before | after[g + 1] | timeless_total
        for k in range(counts[g], counts[g + 1]):
            masks[members[k], 3] |= others
        before |= totals[g]
    if timeless:
        rest = _NONE
        for i in range(low, high):
            if group[i - low] < 0:
                masks[i, 3] |= rest | timed_total
                rest |= all_back(i, state, masks)
        rest = _NONE
        for i in range(high - 1, low - 1, -1):
            if group[i - low] < 0:
                masks[i, 3] |= rest
                rest |= all_back(i, state, masks)


@compiled
def clock_order(group, state, start, end, masks):  # type: ignore[no-untyped-def]
    """Siblings of one clock, by start: who ended before one starts is established, who overlaps it is possible."""
    m = len(group)
    if m < 2:
        return
    # A span of no length ends after its start, so that two at one instant do not each precede the other.
    ended = np.empty(m, np.int64)
    by_end = np.empty(m, np.int32)
    for k in range(m):
        ended[k] = max(end[group[k]], start[group[k]] + 1)
        by_end[k] = k
    sort_by(by_end, 0, m, ended)
    levels = 1
    if m > _MANY:
        while (1 << levels) <= m:
            levels += 1
    unions = np.zeros((levels, m), np.uint64)
    for k in range(m):
        unions[0, k] = all_back(group[k], state, masks)
    for level in range(1, levels):
        half = 1 << (level - 1)
        for k in range(m - 2 * half + 1):
            unions[level, k] = unions[level - 1, k] | unions[level - 1, k + half]
    done = _NONE
    done_maybe = _NONE
    begun = _NONE
    at = 0
    k = 0
    while k < m:
        now = start[group[k]]
        same = k
        while same < m and start[group[same]] == now:
            same += 1
        while at < m and ended[by_end[at]] <= now:
            row = group[by_end[at]]
            if state[row] & _RETURNS:
                done |= masks[row, 4]
                done_maybe |= masks[row, 5]
            at += 1
        together = _NONE
        for one in range(k, same):
            row = group[one]
            masks[row, 2] |= done
            masks[row, 3] |= done_maybe | begun | together
            together |= unions[0, one]
            # Who starts later, but before this one ends.
            if levels == 1:
                later = same
                while later < m and start[group[later]] < end[row]:
                    masks[row, 3] |= unions[0, later]
                    later += 1
            else:
                first, last = same, m
                while first < last:
                    middle = (first + last) // 2
                    if start[group[middle]] < end[row]:
                        first = middle + 1
                    else:
                        last = middle
                if first > same:
                    level = 0
                    while (2 << level) <= first - same:
                        level += 1
                    masks[row, 3] |= unions[level, same] | unions[level, first - (1 << level)]
        rest = _NONE
        for one in range(same - 1, k - 1, -1):
            masks[group[one], 3] |= rest
            rest |= unions[0, one]
        begun |= together
        k = same


@compiled
def emit(
    first, bounds, unit, up, act, merged, state, start, marks, trace_hi, trace_lo, span, table, ends, masks, facts, entries, places, size,
    asked, answered, counts, seed, used, keys, calls, times, examples, shown, slots, set_starts, members, set_slots,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """The flows of every interaction, from row `first` on.

    Returns:
        The row that needs more room than the tables have, and how many flows it may add; the number of rows when done.
    """
    own, maybe, known, known_maybe, back, back_maybe, below, tenants = 0, 1, 2, 3, 4, 5, 6, 7
    n = len(up)
    key = np.zeros(KEY, np.int32)
    memo_mask = np.zeros(256, np.uint64)
    memo_code = np.zeros(256, np.int32)
    memo_unit = np.full(256, -1, np.int32)
    now = -1
    asked_code = 0
    answered_code = 0
    bit_at = np.zeros(WIDTH, np.int32)
    for i in range(first, n):
        u = unit[i]
        if size[u] > WIDTH:
            continue
        a, p = act[i], up[i]
        call = merged[i]
        bound = 8 + 2 * WIDTH if entries[i] else 8
        if table[a, CLAIM]:
            bound += WIDTH
        bound += 3 * (table[call, PEERS_END] - table[call, PEERS]) + table[a, PEERS_END] - table[a, PEERS]
        if (
            used[0] + bound > len(calls)
            or used[1] + 2 * bound + 2 > len(set_starts) - 1
            or used[2] + (2 * bound + 2) * WIDTH > len(members)
        ):
            return i, bound
        if u != now:
            now = u
            for b in range(size[u]):
                bit_at[b] = places[u, b]
            asked_code = stated(u, asked, used, set_starts, members, set_slots, seed)
            answered_code = stated(u, answered, used, set_starts, members, set_slots, seed)
        service = table[a, SERVICE]
        # Each step says what one flow is, and the flow back where there is one; all are counted in one place below, because
        # a function of twenty arguments called from six places takes numba a minute to compile.
        step = 0
        k = 0
        while step < 5:
            anchor = i
            told = a
            flags = 0
            doubts = 0
            source = service
            target = service
            carried = _NONE
            possible = _NONE
            twice = False
            got = _NONE
            got_maybe = _NONE
            if step == 0:
                # A call between two services that both recorded it, or along a change of service.
                step = 1
                if p < 0 or table[a, CONSUMER]:
                    continue
                b = act[p]
                if table[a, KIND] != _SERVER and table[b, SERVICE] == service:
                    continue
                if table[b, OUTGOING]:
                    anchor = p
                    told = merged[p]
                source = table[b, SERVICE]
                carried = masks[i, known]
                possible = masks[i, known_maybe]
                twice = True
                got = masks[i, back]
                got_maybe = masks[i, back_maybe]
                if state[i] & _LATE:
                    got_maybe |= got
                    got = _NONE
                got |= carried
                got_maybe |= possible
            elif step == 1:
                # A call that nobody answered: to each of its peers.
                if not state[i] & _CALLING:
                    step = 2
                    k = 0
                    if table[a, CACHED] >= 0 and table[a, OUTGOING] and not state[i] & _ANSWERED:
                        source = table[a, CACHED]
                        told = call
                        flags = BACK
                        for b in range(size[u]):
                            if bit_at[b] == source:
                                carried = _ONE << np.uint64(b)
                        doubts = _ENDPOINT
                    else:
                        continue
                else:
                    low, high = table[call, PEERS], table[call, PEERS_END]
                    if k == 0:
                        if table[call, BARE_CALL]:
                            counts[u, _CLIENT_ALONE] += 1
                        if table[call, NO_HOST]:
                            counts[u, _STORE_BARE if table[call, LOOKS_UP] else _MODEL_BARE] += 1
                        if table[call, UNNAMED]:
                            counts[u, _UNNAMED] += 1
                    if low + k >= high:
                        step = 2
                        k = 0
                        continue
                    all_ends = _NONE
                    mine = _NONE
                    for e in range(low, high):
                        for b in range(size[u]):
                            if bit_at[b] == ends[e]:
                                all_ends |= _ONE << np.uint64(b)
                                if e == low + k:
                                    mine = _ONE << np.uint64(b)
                    target = ends[low + k]
                    k += 1
                    if table[call, REGION]:
                        for part in range(KEY):
                            key[part] = 0
                        key[SOURCE] = target
                        key[CATEGORY] = table[call, REGION]
                        key[FLAGS] = TOLD_REGION
                        put(key, 0, _NONE, _NONE, _NONE, used, keys, calls, times, examples, shown, slots, seed)
                    told = call
                    doubts = table[call, DOUBTS]
                    flags = KEPT if table[call, KEEPS] else 0
                    carried = masks[i, known] | (masks[i, own] & ~all_ends)
                    possible = masks[i, known_maybe] | (masks[i, maybe] & ~all_ends) | masks[i, below]
                    if table[call, CROSSES]:
                        possible |= masks[i, maybe] & all_ends & ~mine
                    twice = table[call, ANSWERS] != 0
                    got = masks[i, back]
                    got_maybe = masks[i, back_maybe]
                    if not table[call, LOOKS_UP]:
                        got |= masks[i, known]
                        got_maybe |= masks[i, known_maybe]
            elif step == 2:
                # What a reader takes out of its topics.
                if not table[a, READER] or table[a, PEERS] + k >= table[a, PEERS_END]:
                    step = 3
                    k = 0
                    continue
                source = ends[table[a, PEERS] + k]
                k += 1
                flags = BACK
                carried = masks[i, own] | masks[i, known]
                possible = masks[i, maybe] | masks[i, known_maybe]
                doubts = table[a, DOUBTS]
            elif step == 3:
                # An entry: each party asks, and is answered.
                while k < size[u] and not (entries[i] >> np.uint64(k)) & _ONE:
                    k += 1
                if k >= size[u]:
                    step = 4
                    continue
                source = bit_at[k]
                carried = _ONE << np.uint64(k)
                k += 1
                doubts = facts[i, 3]
                twice = True
                got = masks[i, known] | masks[i, back]
                got_maybe = masks[i, known_maybe] | masks[i, back_maybe]
            else:
                # An origin that the span claims, for the parties of its tree or else for its service.
                step = 5
                if table[a, CLAIM]:
                    for part in range(KEY):
                        key[part] = 0
                    key[CATEGORY] = table[a, CLAIM]
                    key[FLAGS] = CLAIMED
                    who = masks[facts[i, 2], tenants]
                    if who == _NONE:
                        key[SOURCE] = service
                        put(key, 0, _NONE, _NONE, _NONE, used, keys, calls, times, examples, shown, slots, seed)
                    for b in range(size[u]):
                        if (who >> np.uint64(b)) & _ONE:
                            key[SOURCE] = bit_at[b]
                            put(key, 0, _NONE, _NONE, _NONE, used, keys, calls, times, examples, shown, slots, seed)
                continue
            while True:
                category = table[told, ANSWERED] if flags & BACK else table[told, ASKED]
                doubted = doubts
                if not category:
                    doubted |= _CATEGORY
                    category = answered_code if flags & BACK else asked_code
                possible &= ~carried
                if possible:
                    doubted |= _ORDER
                if carried == _NONE and possible == _NONE:
                    counts[u, _NO_ORIGIN] += 1
                    members[used[2]] = table[act[anchor], CALLER]
                    key[CARRIED] = intern(1, used, set_starts, members, set_slots, seed)
                    key[POSSIBLE] = 0
                else:
                    key[CARRIED] = set_code(
                        carried, u, size, bit_at, memo_mask, memo_code, memo_unit, used, set_starts, members, set_slots, seed
                    )
                    key[POSSIBLE] = set_code(
                        possible, u, size, bit_at, memo_mask, memo_code, memo_unit, used, set_starts, members, set_slots, seed
                    )
                key[SOURCE] = source
                key[TARGET] = target
                key[FLAGS] = flags
                key[CATEGORY] = category
                key[FOR] = facts[anchor, 0]
                key[PROTECTED] = table[told, PROTECTION]
                key[KEPT_FOR] = facts[anchor, 1]
                key[DOUBTED] = doubted
                time = 0 if marks[anchor] & _BAD_TIMES else start[anchor]
                put(
                    key, time, trace_hi[anchor], trace_lo[anchor], span[anchor],
                    used, keys, calls, times, examples, shown, slots, seed,
                )  # fmt: skip
                if not twice:
                    break
                twice = False
                source, target = target, source
                flags = BACK
                carried = got
                possible = got_maybe
    return n, 0


@compiled
def stated(u, words, used, set_starts, members, set_slots, seed):  # type: ignore[no-untyped-def]
    """The category of a unit: 0, a word, or -1 - the number of a set of words."""
    n = words[u, 0]
    if n == 0:
        return 0
    if n == 1:
        return words[u, 1]
    for k in range(n):
        members[used[2] + k] = words[u, 1 + k]
    return -1 - intern(n, used, set_starts, members, set_slots, seed)


@compiled
def set_code(mask, u, size, bit_at, memo_mask, memo_code, memo_unit, used, set_starts, members, set_slots, seed):  # type: ignore[no-untyped-def]
    """The number of the set of places in a mask."""
    if mask == _NONE:
        return 0
    slot = np.int64((mask * _SPREAD) >> np.uint64(56))
    if memo_unit[slot] == u and memo_mask[slot] == mask:
        return memo_code[slot]
    low = used[2]
    n = 0
    for b in range(size[u]):
        if (mask >> np.uint64(b)) & _ONE:
            place = bit_at[b]
            j = n - 1
            while j >= 0 and members[low + j] > place:
                members[low + j + 1] = members[low + j]
                j -= 1
            members[low + j + 1] = place
            n += 1
    code = intern(n, used, set_starts, members, set_slots, seed)
    memo_unit[slot] = u
    memo_mask[slot] = mask
    memo_code[slot] = code
    return code
