# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""The flows of every interaction, compiled (docs/explanation/assembly.md section 5), counted into the tables of `tables`."""

from __future__ import annotations

import numpy as np

from lineage.fast.compiled import compiled
from lineage.fast.layout import (
    ANSWERED,
    ANSWERS,
    ASKED,
    BACK,
    BARE_CALL,
    BELOW,
    CACHED,
    CALLER,
    CARRIED,
    CATEGORY,
    CLAIM,
    CLAIMED,
    CLIENT_ALONE,
    CONSUMER,
    CROSSES,
    DOUBTED,
    DOUBTS,
    ENTRY_DOUBT,
    FLAGS,
    FOR,
    GOT,
    GOT_MAYBE,
    HOUR,
    INHERITED_PURPOSE,
    INHERITED_RETENTION,
    IS_ANSWERED,
    IS_CALLING,
    IS_LATE,
    KEEPS,
    KEPT,
    KEPT_FOR,
    KEY,
    KIND,
    KNOWN,
    KNOWN_MAYBE,
    LOOKS_UP,
    MAYBE,
    MODEL,
    MODEL_BARE,
    NO_HOST,
    NO_ORIGIN,
    OUTGOING,
    OWN,
    PEERS,
    PEERS_END,
    POSSIBLE,
    PROTECTED,
    PROTECTION,
    READER,
    REGION,
    ROOT,
    SAW_UNNAMED,
    SEND,
    SERVICE,
    SOURCE,
    STORE_BARE,
    TARGET,
    TENANTS,
    TOLD_REGION,
    UNNAMED,
    WIDTH,
)  # fmt: skip
from lineage.fast.tables import intern, put
from lineage.flows import HOUR as NANOSECONDS
from lineage.flows import Doubt
from lineage.spans import Kind, Mark

_BAD_TIMES = int(Mark.BAD_TIMES)
_SERVER = int(Kind.SERVER)
_CATEGORY = int(Doubt.CATEGORY)
_ENDPOINT = int(Doubt.ENDPOINT)
_HOUR = int(NANOSECONDS)
_ORDER = int(Doubt.ORDER)
_NONE = np.uint64(0)
_ONE = np.uint64(1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@compiled
def emit(
    first, bounds, unit, up, act, merged, state, start, marks, trace_hi, trace_lo, span, table, ends, masks, facts, entries, places, size,
    asked, answered, counts, seed, used, keys, calls, times, examples, shown, slots, set_starts, members, set_slots,
):  # fmt: skip
    """The flows of every interaction, from row `first` on.

    Returns:
        The row that needs more room than the tables have, and how many flows it may add; the number of rows when done.
    """
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
            model = False
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
                carried = masks[i, KNOWN]
                possible = masks[i, KNOWN_MAYBE]
                twice = True
                got = masks[i, GOT]
                got_maybe = masks[i, GOT_MAYBE]
                if state[i] & IS_LATE:
                    got_maybe |= got
                    got = _NONE
                got |= carried
                got_maybe |= possible
            elif step == 1:
                # A call that nobody answered: to each of its peers.
                if not state[i] & IS_CALLING:
                    step = 2
                    k = 0
                    if (
                        table[a, CACHED] >= 0
                        and table[a, OUTGOING]
                        and (table[a, SEND] or not state[i] & IS_ANSWERED)
                    ):
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
                            counts[u, CLIENT_ALONE] += 1
                        if table[call, NO_HOST]:
                            counts[u, STORE_BARE if table[call, LOOKS_UP] else MODEL_BARE] += 1
                        if table[call, UNNAMED]:
                            counts[u, SAW_UNNAMED] += 1
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
                        beside(
                            key, target, table[call, REGION], TOLD_REGION,
                            used, keys, calls, times, examples, shown, slots, seed,
                        )  # fmt: skip
                    told = call
                    doubts = table[call, DOUBTS]
                    flags = KEPT if table[call, KEEPS] else 0
                    carried = masks[i, KNOWN] | (masks[i, OWN] & ~all_ends)
                    possible = masks[i, KNOWN_MAYBE] | (masks[i, MAYBE] & ~all_ends) | masks[i, BELOW]
                    if table[call, CROSSES]:
                        possible |= masks[i, MAYBE] & all_ends & ~mine
                    twice = table[call, ANSWERS] != 0
                    model = table[call, MODEL] != 0
                    got = masks[i, GOT]
                    got_maybe = masks[i, GOT_MAYBE]
                    if not table[call, LOOKS_UP]:
                        got |= masks[i, KNOWN]
                        got_maybe |= masks[i, KNOWN_MAYBE]
            elif step == 2:
                # What a reader takes out of its topics.
                if not table[a, READER] or table[a, PEERS] + k >= table[a, PEERS_END]:
                    step = 3
                    k = 0
                    continue
                source = ends[table[a, PEERS] + k]
                k += 1
                flags = BACK
                carried = masks[i, OWN] | masks[i, KNOWN]
                possible = masks[i, MAYBE] | masks[i, KNOWN_MAYBE]
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
                doubts = facts[i, ENTRY_DOUBT]
                twice = True
                got = masks[i, KNOWN] | masks[i, GOT]
                got_maybe = masks[i, KNOWN_MAYBE] | masks[i, GOT_MAYBE]
            else:
                # An origin that the span claims, for the parties of its tree or else for its service.
                step = 5
                if table[a, CLAIM]:
                    who = masks[facts[i, ROOT], TENANTS]
                    if who == _NONE:
                        beside(
                            key, service, table[a, CLAIM], CLAIMED,
                            used, keys, calls, times, examples, shown, slots, seed,
                        )  # fmt: skip
                    for b in range(size[u]):
                        if (who >> np.uint64(b)) & _ONE:
                            beside(
                                key, bit_at[b], table[a, CLAIM], CLAIMED,
                                used, keys, calls, times, examples, shown, slots, seed,
                            )  # fmt: skip
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
                    counts[u, NO_ORIGIN] += 1
                    members[used[2]] = table[act[anchor], CALLER]
                    key[CARRIED] = intern(1, used, set_starts, members, set_slots, seed)
                    key[POSSIBLE] = 0
                else:
                    key[CARRIED] = set_code(
                        carried,
                        u,
                        size,
                        bit_at,
                        memo_mask,
                        memo_code,
                        memo_unit,
                        used,
                        set_starts,
                        members,
                        set_slots,
                        seed,
                    )
                    key[POSSIBLE] = set_code(
                        possible,
                        u,
                        size,
                        bit_at,
                        memo_mask,
                        memo_code,
                        memo_unit,
                        used,
                        set_starts,
                        members,
                        set_slots,
                        seed,
                    )
                key[SOURCE] = source
                key[TARGET] = target
                key[FLAGS] = flags
                key[CATEGORY] = category
                key[FOR] = facts[anchor, INHERITED_PURPOSE]
                key[PROTECTED] = table[told, PROTECTION]
                key[KEPT_FOR] = facts[anchor, INHERITED_RETENTION]
                key[DOUBTED] = doubted
                time = 0 if marks[anchor] & _BAD_TIMES else start[anchor]
                key[HOUR] = 0
                if model and not flags & BACK:
                    key[HOUR] = np.int32(time // _HOUR + 1) if time else -1
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
def beside(key, place, word, flag, used, keys, calls, times, examples, shown, slots, seed):
    """Count a word that a span tells of a place, and that is no flow: an origin that it claims, a peer's region."""
    for part in range(KEY):
        key[part] = 0
    key[SOURCE] = place
    key[CATEGORY] = word
    key[FLAGS] = flag
    put(key, 0, _NONE, _NONE, _NONE, used, keys, calls, times, examples, shown, slots, seed)


@compiled
def stated(u, words, used, set_starts, members, set_slots, seed):
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
def set_code(
    mask, u, size, bit_at, memo_mask, memo_code, memo_unit, used, set_starts, members, set_slots, seed
):
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
