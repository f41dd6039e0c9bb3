# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""What the kernels look things up in: the acts as columns, flows and sets of places as hash tables.

Flows are rows of eleven numbers found by hash; sets of places are stretches of one array, each kept once. A table that is
about to be full is replaced by one of twice the size between two rows of work, never within one.

There are two tables of flows: of interactions that say the same, with their sets of sources, emptied after each group of
spans; and of edges and their sources (`link.fold` says what that means), which lasts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineage.fast.compiled import compiled
from lineage.fast.forest import mix
from lineage.fast.layout import (
    BACK,
    CARRIED,
    CATEGORY,
    CLAIMED,
    DOUBTED,
    FLAGS,
    FOR,
    HOUR,
    KEPT,
    KEPT_FOR,
    KEY,
    NUMBERS,
    POSSIBLE,
    PROTECTED,
    SOURCE,
    TARGET,
    TOLD_REGION,
    USED,
)  # fmt: skip
from lineage.flows import Doubt
from lineage.link.acts import Act, Acts
from lineage.link.fold import OTHER, PARTY, EdgeCode, Folded, Sum, sorts_of
from lineage.link.propagate import Edges

_STRETCH = 4096
"""Rows made into Python objects at a time."""
_ENDPOINT = int(Doubt.ENDPOINT)
_ONE = np.uint64(1)
_ZERO = np.uint64(0)


class ActColumns:
    """The rows of `Acts` as one array of numbers, grown as acts come."""

    def __init__(self, acts: Acts) -> None:
        self.acts = acts
        self.numbers = np.zeros((0, len(NUMBERS) + 4), np.int32)
        self.places = np.zeros(0, np.int32)
        self._merged: dict[int, int] = {}
        self.pairs = np.full(256, -1, np.int64)
        """Hash table of (inner act, outer act) as one number, -1 = free."""
        self.merged = np.zeros(256, np.int32)
        """The merged act of each, or -1."""

    def refresh(self) -> None:
        """Take in the acts that were made since."""
        rows: list[list[int]] = []
        places: list[int] = []
        at = len(self.places)
        for act in self.acts.rows[len(self.numbers) :]:
            rows.append(_numbers(act, at + len(places)))
            places += act.peers + act.documents
        if rows:
            self.numbers = np.concatenate([self.numbers, np.array(rows, np.int32)])
            self.places = np.concatenate([self.places, np.array(places, np.int32)])

    def merge(self, pairs: NDArray[np.int64]) -> None:
        """Work out what these pairs of acts merge to."""
        for pair in pairs.tolist():
            self._merged[pair] = self.acts.merged(pair >> 32, pair & 0xFFFFFFFF)
        size = len(self.pairs)
        while size < 4 * len(self._merged):
            size *= 2
        keys = np.fromiter(self._merged.keys(), np.int64, len(self._merged))
        values = np.fromiter(self._merged.values(), np.int32, len(self._merged))
        self.pairs, self.merged = fill_pairs(keys, values, size)
        self.refresh()


def _numbers(act: Act, at: int) -> list[int]:
    told = [int(getattr(act, name)) for name in NUMBERS]
    middle = at + len(act.peers)
    return [*told, at, middle, middle, middle + len(act.documents)]


@compiled
def fill_pairs(keys, values, size):
    """A hash table of these keys and values."""
    slots, found = np.full(size, -1, np.int64), np.zeros(size, np.int32)
    mask = np.uint64(size - 1)
    for i in range(len(keys)):
        at = mix(np.uint64(keys[i]), _ZERO, _ZERO) & mask
        while slots[at] != -1:
            at = (at + _ONE) & mask
        slots[at] = keys[i]
        found[at] = values[i]
    return slots, found


@compiled
def find_pair(pairs, merged, inner, outer):
    """The merged act of two, -1 for none, -2 when not worked out yet."""
    key = (np.int64(inner) << 32) | np.int64(outer)
    mask = np.uint64(len(pairs) - 1)
    at = mix(np.uint64(key), _ZERO, _ZERO) & mask
    while pairs[at] != -1:
        if pairs[at] == key:
            return merged[at]
        at = (at + _ONE) & mask
    return -2


class FlowTable:
    """Flows as they add up. `used` is [flows, sets, places in sets]."""

    def __init__(self, seed: int, flows: int = 4096, sets: int = 4096) -> None:
        self.seed = np.uint64(seed)
        self.used = np.array([0, 1, 0], np.int64)
        self.keys = np.zeros((flows, KEY), np.int32)
        self.calls = np.zeros(flows, np.int64)
        self.times = np.zeros((flows, 2), np.int64)
        """First and last seen."""
        self.examples = np.zeros((flows, 3, 3), np.uint64)
        """Up to three of (trace id high, low, span id), ascending."""
        self.shown = np.zeros(flows, np.int8)
        """How many examples there are."""
        self.slots = np.full(2 * flows, -1, np.int32)
        self.starts = np.zeros(sets + 1, np.int64)
        """Where each set begins in `members`; set 0 is empty."""
        self.members = np.zeros(sets * 8, np.int32)
        self.set_slots = np.full(2 * sets, -1, np.int32)

    def arrays(self) -> tuple[NDArray[np.generic], ...]:
        """What `emit` works on, in its order."""
        return (
            self.used, self.keys, self.calls, self.times, self.examples, self.shown, self.slots, self.starts, self.members, self.set_slots,
        )  # fmt: skip

    def make_room(self, flows: int, sets: int, places: int) -> None:
        """Grow whatever has less room than this."""
        used, used_sets, used_places = self.used.tolist()
        room = len(self.calls)
        while room < used + flows:
            room *= 2
        if room > len(self.calls):
            for name in ("keys", "calls", "times", "examples", "shown"):
                old = getattr(self, name)
                new = np.zeros((room, *old.shape[1:]), old.dtype)
                new[: len(old)] = old
                setattr(self, name, new)
            self.slots = np.full(2 * room, -1, np.int32)
            refill_flows(self.keys, used, self.slots, self.seed)
        while len(self.members) < used_places + places:
            self.members = np.concatenate([self.members, np.zeros_like(self.members)])
        room = len(self.starts) - 1
        while room < used_sets + sets:
            room *= 2
        if room > len(self.starts) - 1:
            self.starts = np.concatenate([self.starts, np.zeros(room + 1 - len(self.starts), np.int64)])
            self.set_slots = np.full(2 * room, -1, np.int32)
            refill_sets(self.starts, self.members, used_sets, self.set_slots, self.seed)

    def fold_into(self, total: FlowTable, acts: Acts) -> None:
        """Take all interactions apart into `total`, and be empty."""
        used = int(self.used[0])
        self._unite(used, acts)
        sorts = np.array(sorts_of(acts), np.int8)
        row = 0
        while True:
            row, bound = fold(
                row, used, self.keys, self.calls, self.times, self.examples, self.shown, self.starts, self.members, sorts,
                total.used, total.keys, total.calls, total.times, total.examples, total.shown, total.slots, total.seed,
            )  # fmt: skip
            if row == used:
                break
            total.make_room(bound, 0, 0)
        self.used[:] = 0, 1, 0
        self.calls[:used] = 0
        self.shown[:used] = 0
        self.slots.fill(-1)
        self.set_slots.fill(-1)

    def _unite(self, used: int, acts: Acts) -> None:
        """Unions of categories as words of their own: the sets' numbers do not last."""
        column = self.keys[:used, CATEGORY]
        for category in np.unique(column[column < 0]).tolist():
            stated = self.members[self.starts[-1 - category] : self.starts[-category]].tolist()
            words: list[frozenset[str]] = [acts.words.values[word] for word in stated]
            column[column == category] = acts.words(frozenset().union(*words))

    def unload(self, edges: Edges, folded: Folded) -> None:
        """What a folded table counted, into `folded`; claims and regions into `edges`."""
        used = int(self.used[0])
        for low in range(0, used, _STRETCH):
            self._unload(slice(low, min(low + _STRETCH, used)), edges, folded)

    def _unload(self, part: slice, edges: Edges, folded: Folded) -> None:
        columns = (
            column[part].tolist() for column in (self.keys, self.times, self.calls, self.shown, self.examples)
        )
        for key, (first, last), calls, shown, three in zip(*columns, strict=True):
            flags, one, other = key[FLAGS], key[CARRIED] - 1, key[POSSIBLE] - 1
            if flags & CLAIMED:
                edges.claims[key[SOURCE], key[CATEGORY]] += calls
            elif flags & TOLD_REGION:
                edges.regions[key[SOURCE], key[CATEGORY]] += calls
            elif flags & USED:
                folded.usage[key[SOURCE], key[TARGET], key[HOUR]] += calls
            else:
                edge = folded.edge(_edge_code(key))
                if one >= 0 and other >= 0:
                    edge.together.add((one, other))
                    continue
                examples = [(hi << 64 | lo, span) for hi, lo, span in three[:shown]]
                count = edge.count
                if one >= 0:
                    count = edge.sources.setdefault(one, Sum())
                elif other >= 0:
                    count = edge.possible.setdefault(other, Sum())
                count.add(calls, first, last, examples)


def _edge_code(key: list[int]) -> EdgeCode:
    flags = key[FLAGS]
    return (
        key[SOURCE], key[TARGET], bool(flags & BACK), bool(flags & KEPT), key[CATEGORY], key[FOR], key[PROTECTED], key[KEPT_FOR],
        key[DOUBTED],
    )  # fmt: skip


@compiled
def fold(
    first, n, keys, calls, times, examples, shown, starts, members, sorts,
    used, to_keys, to_calls, to_times, to_examples, to_shown, slots, seed,
):  # fmt: skip
    """Interactions from row `first` on, apart into edges and their sources.

    Returns:
        The row that needs more room than the table has, and how many rows it may add; `n` when done.
    """
    key = np.zeros(KEY, np.int32)
    for i in range(first, n):
        sure_low, sure_high = starts[keys[i, CARRIED]], starts[keys[i, CARRIED] + 1]
        may_low, may_high = starts[keys[i, POSSIBLE]], starts[keys[i, POSSIBLE] + 1]
        sure, may = sure_high - sure_low, may_high - may_low
        pairs = sure > 1 and keys[i, DOUBTED] & _ENDPOINT and not keys[i, FLAGS] & (CLAIMED | TOLD_REGION)
        bound = 1 + 2 * (sure + may) + (sure * sure if pairs else 0)
        if used[0] + bound > len(to_calls):
            return i, bound
        for k in range(KEY):
            key[k] = keys[i, k]
        key[CARRIED] = 0
        key[POSSIBLE] = 0
        hour = key[HOUR]
        key[HOUR] = 0
        add(
            key, calls[i], times[i], examples[i], shown[i],
            used, to_keys, to_calls, to_times, to_examples, to_shown, slots, seed,
        )  # fmt: skip
        if keys[i, FLAGS] & (CLAIMED | TOLD_REGION):
            continue
        for side in range(2):
            low, high = (sure_low, sure_high) if side == 0 else (may_low, may_high)
            for at in range(low, high):
                key[CARRIED] = members[at] + 1 if side == 0 else 0
                key[POSSIBLE] = members[at] + 1 if side == 1 else 0
                add(
                    key, calls[i], times[i], examples[i], shown[i],
                    used, to_keys, to_calls, to_times, to_examples, to_shown, slots, seed,
                )  # fmt: skip
        if pairs:
            for at in range(sure_low, sure_high):
                for after in range(at + 1, sure_high):
                    key[CARRIED] = members[at] + 1
                    key[POSSIBLE] = members[after] + 1
                    add(
                        key, calls[i], times[i], examples[i], shown[i],
                        used, to_keys, to_calls, to_times, to_examples, to_shown, slots, seed,
                    )  # fmt: skip
        if hour:
            done = False
            for side in range(2):
                low, high = (sure_low, sure_high) if side == 0 else (may_low, may_high)
                for sort in (PARTY, OTHER):
                    if done:
                        continue
                    for at in range(low, high):
                        if sorts[members[at]] == sort:
                            done = True
                            for k in range(KEY):
                                key[k] = 0
                            key[FLAGS] = USED
                            key[SOURCE] = members[at]
                            key[TARGET] = keys[i, TARGET]
                            key[HOUR] = hour
                            add(
                                key, calls[i], times[i], examples[i], shown[i],
                                used, to_keys, to_calls, to_times, to_examples, to_shown, slots, seed,
                            )  # fmt: skip
    return n, 0


@compiled
def refill_flows(keys, used, slots, seed):
    """Find a slot again for each flow."""
    mask = np.uint64(len(slots) - 1)
    for i in range(used):
        at = flow_hash(keys[i], seed) & mask
        while slots[at] >= 0:
            at = (at + _ONE) & mask
        slots[at] = i


@compiled
def refill_sets(starts, members, used, slots, seed):
    """Find a slot again for each set but the empty one."""
    mask = np.uint64(len(slots) - 1)
    for i in range(1, used):
        at = set_hash(members, starts[i], starts[i + 1], seed) & mask
        while slots[at] >= 0:
            at = (at + _ONE) & mask
        slots[at] = i


@compiled
def flow_hash(key, seed):
    """The hash of a flow's key."""
    h = seed
    for i in range(0, KEY - 1, 2):
        h = mix(h, (np.uint64(np.uint32(key[i])) << np.uint64(32)) | np.uint64(np.uint32(key[i + 1])), seed)
    return mix(h, np.uint64(np.uint32(key[KEY - 1])), seed)


@compiled
def set_hash(members, low, high, seed):
    """The hash of the set in members[low:high]."""
    h = seed
    for i in range(low, high):
        h = mix(h, np.uint64(members[i]), seed)
    return h


@compiled
def find(key, used, keys, slots, seed):
    """The row of a key; a new one if it has none."""
    mask = np.uint64(len(slots) - 1)
    at = flow_hash(key, seed) & mask
    while True:
        i = slots[at]
        if i < 0:
            i = used[0]
            used[0] += 1
            slots[at] = i
            for k in range(KEY):
                keys[i, k] = key[k]
            return i
        equal = True
        for k in range(KEY):
            if keys[i, k] != key[k]:
                equal = False
                break
        if equal:
            return i
        at = (at + _ONE) & mask


@compiled
def show(i, hi, lo, span, examples, shown):
    """Keep one example of row `i` if it is among the smallest three."""
    n = shown[i]
    where = n
    for k in range(n):
        one, two, three = examples[i, k, 0], examples[i, k, 1], examples[i, k, 2]
        if hi == one and lo == two and span == three:
            return
        if hi < one or (hi == one and (lo < two or (lo == two and span < three))):
            where = k
            break
    if where >= 3:
        return
    for k in range(min(n, 2), where, -1):
        for part in range(3):
            examples[i, k, part] = examples[i, k - 1, part]
    examples[i, where, 0] = hi
    examples[i, where, 1] = lo
    examples[i, where, 2] = span
    if n < 3:
        shown[i] = n + 1


@compiled
def put(key, time, hi, lo, span, used, keys, calls, times, examples, shown, slots, seed):
    """Count one interaction."""
    i = find(key, used, keys, slots, seed)
    calls[i] += 1
    if calls[i] == 1:
        times[i, 0] = time
        times[i, 1] = time
    elif time:
        if times[i, 0] == 0 or time < times[i, 0]:
            times[i, 0] = time
        if time > times[i, 1]:
            times[i, 1] = time
    show(i, hi, lo, span, examples, shown)


@compiled
def add(key, more, span, three, number, used, keys, calls, times, examples, shown, slots, seed):
    """Count interactions that were counted before: calls, (first, last), and up to three examples."""
    i = find(key, used, keys, slots, seed)
    if calls[i] == 0:
        times[i, 0] = 0
        times[i, 1] = 0
    calls[i] += more
    if span[0] and (times[i, 0] == 0 or span[0] < times[i, 0]):
        times[i, 0] = span[0]
    if span[1] > times[i, 1]:
        times[i, 1] = span[1]
    for k in range(number):
        if shown[i] == 3 and three[k, 0] > examples[i, 2, 0]:
            break
        show(i, three[k, 0], three[k, 1], three[k, 2], examples, shown)


@compiled
def intern(length, used, starts, members, slots, seed):
    """The number of the set that stands, sorted, in the first `length` free places of `members`."""
    low = used[2]
    high = low + length
    if length == 0:
        return 0
    mask = np.uint64(len(slots) - 1)
    at = set_hash(members, low, high, seed) & mask
    while slots[at] >= 0:
        i = slots[at]
        if starts[i + 1] - starts[i] == length:
            equal = True
            for k in range(length):
                if members[starts[i] + k] != members[low + k]:
                    equal = False
                    break
            if equal:
                return i
        at = (at + _ONE) & mask
    i = used[1]
    slots[at] = i
    starts[i] = low
    starts[i + 1] = high
    used[1] = i + 1
    used[2] = high
    return i
