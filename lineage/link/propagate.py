"""Third step: which sources each flow carries, one unit of traces at a time (assembly.md sections 3 to 5).

A unit is a trace, or several that links join. Sets of sources are bit masks over the places of the unit, so a
union is one machine operation; rows come parents first and siblings together, so each pass is one loop.
Everything is iterative and near-linear: a chain of 10^5 spans and a fan of 10^5 children are input.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from lineage.components import components
from lineage.flows import HOUR, Doubt
from lineage.link.acts import Act, Acts
from lineage.link.fold import FlowCode
from lineage.spans import Kind, Mark

_BAD_TIMES = int(Mark.BAD_TIMES)
_LOST_LINKS = int(Mark.LOST_LINKS)
_SERVER = int(Kind.SERVER)
_CONSUMER = int(Kind.CONSUMER)
_PARENT, _CATEGORY, _CONFLICT, _ORDER = (
    int(Doubt.PARENT),
    int(Doubt.CATEGORY),
    int(Doubt.CONFLICT),
    int(Doubt.ORDER),
)

_MANY = 32
"""Siblings from which on unions over stretches of them are prepared."""


def hour_code(time: int) -> int:
    """The hour of a model call, so that 0 is none: hours since the epoch and one more, -1 when the time is not told."""
    return time // HOUR + 1 if time else -1


@dataclass(slots=True)
class Edges:
    """What units give: interactions by code, counted, and what is counted beside them."""

    seen: dict[FlowCode, list[object]] = field(default_factory=dict)
    """[calls, first, last, exemplars as sorted (trace id, span id)]"""
    unions: dict[tuple[int, ...], int] = field(default_factory=dict)
    """Word codes of inherited categories -> word code of their union."""
    claims: Counter[tuple[int, int]] = field(default_factory=Counter)
    regions: Counter[tuple[int, int]] = field(default_factory=Counter)
    services: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Rows:
    """A batch of whole units as plain lists, one entry a row; parents before children, siblings together by start."""

    trace: list[int]
    """Number of the trace, dense within the batch."""
    trace_id: list[int]
    span: list[int]
    up: list[int]
    orphan: list[bool]
    conflict: list[bool]
    start: list[int]
    end: list[int]
    act: list[int]
    tenant: list[int]
    marks: list[int]
    links: dict[int, list[tuple[int, bool]]]
    """Row -> rows that it links to (not its parent), and whether the id linked to is another span's too."""
    rivals: dict[int, list[int]]
    """Row -> other rows that may be its parent, where ids conflict."""
    broken_links: Counter[int]
    """Row -> links that lead to nothing."""
    linked: list[int] = field(init=False)
    """The keys of `links` in order: a unit finds its own without a look at those of all others."""
    contested: list[int] = field(init=False)
    """The keys of `rivals` in order."""

    def __post_init__(self) -> None:
        self.linked, self.contested = sorted(self.links), sorted(self.rivals)


def propagate(rows: Rows, low: int, high: int, acts: Acts, parties: list[int], edges: Edges) -> None:
    """Add the flows of the unit in rows [low, high) to `edges`."""
    _Unit(rows, low, high, acts, parties, edges).run()


class _Unit:
    """One unit's working state; row i of the batch is entry i - low of each list here."""

    def __init__(self, rows: Rows, low: int, high: int, acts: Acts, parties: list[int], edges: Edges) -> None:
        self.rows, self.low, self.n = rows, low, high - low
        self.acts, self.parties, self.edges = acts, parties, edges
        table = acts.rows
        self.own_act: list[Act] = [table[code] for code in rows.act[low:high]]
        self.up = [parent - low if parent >= 0 else -1 for parent in rows.up[low:high]]
        self.links = {row - low: rows.links[row] for row in _between(rows.linked, low, high)}
        self.rivals = {row - low: rows.rivals[row] for row in _between(rows.contested, low, high)}
        self.bits: dict[int, int] = {}
        self.places: list[int] = []
        self.masks: dict[int, tuple[int, ...]] = {}

    def run(self) -> None:
        self.layer()
        self.gather()
        self.originate()
        self.bring_back()
        self.pass_down()
        if self.ground():
            self.bring_back()
            self.pass_down()
        self.emit()

    def bit(self, place: int) -> int:
        """The mask of one place."""
        bit = self.bits.get(place)
        if bit is None:
            bit = self.bits[place] = 1 << len(self.places)
            self.places.append(place)
        return bit

    def layer(self) -> None:
        """Merge layers of one call; find who is absorbed and who is answered."""
        up, own, merged_act = self.up, self.own_act, self.acts.merged
        codes = self.rows.act[self.low : self.low + self.n]
        table = self.acts.rows
        outer = [-1] * self.n
        merged = list(codes)
        absorbed = [False] * self.n
        answered = [False] * self.n
        active = [False] * self.n
        counts = self.edges.counts
        for i, act in enumerate(own):
            self.edges.services.add(act.service)
            if act.housekeeping:
                counts["housekeeping"] += 1
            if act.no_service:
                counts["no-service"] += 1
            if act.no_region:
                counts["no-region"] += 1
            p = up[i]
            if p < 0:
                continue
            above = own[p]
            if above.service == act.service:
                if not act.stops_layers and not above.stops_layers:
                    outer[i] = p if above.outgoing else outer[p]
                if act.kind == _SERVER:
                    answered[p] = True
            elif not act.consumer:
                answered[p] = True
            if act.outgoing and outer[i] >= 0 and act.cached < 0:
                both = merged_act(codes[i], merged[outer[i]])
                if both >= 0:
                    merged[i] = both
                    absorbed[outer[i]] = True
        for i in range(self.n - 1, -1, -1):
            act = own[i]
            p = up[i]
            if act.outgoing or act.reader:
                active[i] = True
            if p >= 0 and (active[i] or own[p].service != act.service):
                active[p] = True
        self.merged = [table[code] for code in merged]
        self.absorbed, self.answered, self.active = absorbed, answered, active

    def gather(self) -> None:
        """Tenants below each span, and categories stated in each trace."""
        rows, up, parties = self.rows, self.up, self.parties
        tenants = [0] * self.n
        for i in range(self.n - 1, -1, -1):
            tenant = rows.tenant[self.low + i]
            if tenant:
                tenants[i] |= self.bit(parties[tenant])
            if up[i] >= 0:
                tenants[up[i]] |= tenants[i]
        self.tenants = tenants
        asked: dict[int, set[int]] = {}
        answered: dict[int, set[int]] = {}
        for i, act in enumerate(self.own_act):
            trace = rows.trace[self.low + i]
            if act.asked:
                asked.setdefault(trace, set()).add(act.asked)
            if act.answered:
                answered.setdefault(trace, set()).add(act.answered)
        self.asked = {trace: self.union(words) for trace, words in asked.items()}
        self.replied = {trace: self.union(words) for trace, words in answered.items()}

    def union(self, codes: set[int]) -> int:
        """The word code of the union of word sets."""
        key = tuple(sorted(codes))
        union = self.edges.unions.get(key)
        if union is None:
            sets: list[frozenset[str]] = [self.acts.words.values[code] for code in key]  # type: ignore[misc]
            words = frozenset[str]().union(*sets)
            union = self.edges.unions[key] = self.acts.words(words)
        return union

    def originate(self) -> None:
        """own(s): the sources that enter at each span; and which spans are entries of whom."""
        rows, up, own_act, merged = self.rows, self.up, self.own_act, self.merged
        n, low = self.n, self.low
        own, maybe = [0] * n, [0] * n
        calling = [False] * n
        entries: list[tuple[int, int, int]] = []
        purpose, retention = [0] * n, [0] * n
        counts = self.edges.counts
        top = [0] * n
        clash = [False] * n
        for i, act in enumerate(own_act):
            p = up[i]
            purpose[i] = act.purpose or (purpose[p] if p >= 0 else 0)
            retention[i] = act.retention or (retention[p] if p >= 0 else 0)
            top[i] = top[p] if p >= 0 else i
            clash[i] = rows.conflict[low + i] or (p >= 0 and clash[p])
            mine = 0
            if p < 0:
                mine |= self.enter(i, act, entries)
            if act.human >= 0 and (p < 0 or own_act[p].human < 0):
                operator = self.bit(act.human)
                mine |= operator
                entries.append((i, operator, _PARENT if rows.orphan[low + i] else 0))
            if act.reader:
                for topic in act.peers:
                    mine |= self.bit(topic)
            call = merged[i]
            for party in call.documents:
                mine |= self.bit(party)
            if act.outgoing and (act.send or not self.answered[i]):
                if act.cached >= 0:
                    mine |= self.bit(act.cached)
                elif not self.absorbed[i]:
                    calling[i] = True
                    if call.brings:
                        for place in call.peers:
                            mine |= self.bit(place)
                    elif call.may_bring:
                        for place in call.peers:
                            maybe[i] |= self.bit(place)
            if rows.marks[low + i] & _LOST_LINKS:
                mine |= self.bit(act.caller)
            if low + i in rows.broken_links:
                mine |= self.bit(act.caller)
                counts["link-to-nothing"] += rows.broken_links[low + i]
            own[i] = mine
            if act.claim:
                self.claim(act, self.tenants[top[i]])
        self.own, self.maybe, self.calling, self.entries = own, maybe, calling, entries
        self.purpose, self.retention, self.clash = purpose, retention, clash

    def enter(self, i: int, act: Act, entries: list[tuple[int, int, int]]) -> int:
        """Sources of a root, noting an entry of parties (row, parties, doubt) where it is one."""
        row = self.low + i
        orphan = self.rows.orphan[row]
        caller = self.bit(act.caller) if orphan else 0
        tenants = self.tenants[i]
        if orphan and act.kind == _SERVER:
            self.edges.counts["server-without-client"] += 1
        if act.consumer or act.human >= 0:
            # A message that no topic tells of came from somewhere.
            unread = act.consumer and not act.reader
            return tenants | (self.bit(act.caller) if unread else caller)
        if row in self.rows.links and act.kind != _SERVER:
            return tenants | caller
        if act.kind == _SERVER:
            if act.probe and not self.active[i]:
                self.edges.counts["probe"] += 1
                return 0
            parties = tenants | caller or self.bit(act.anonymous)
        elif tenants:
            parties = tenants | caller
        else:
            return caller or self.bit(act.service)
        entries.append((i, parties, _PARENT if orphan else 0))
        return parties

    def claim(self, act: Act, parties: int) -> None:
        """Note an origin that a span claims, for the parties of its tree or else for its service."""
        for place in self.members(parties) or (act.service,):
            self.edges.claims[place, act.claim] += 1

    def bring_back(self) -> None:
        """returned(s), bottom-up; what outlives its parent is possible."""
        rows, up, own_act, low = self.rows, self.up, self.own_act, self.low
        back, back_maybe = list(self.own), list(self.maybe)
        below = [0] * self.n
        returns = [False] * self.n
        late = [False] * self.n
        for i in range(self.n - 1, -1, -1):
            p = up[i]
            if p < 0:
                continue
            act, above = own_act[i], own_act[p]
            if above.send and act.consumer:
                continue
            returns[i] = True
            if act.resource == above.resource:
                timeless = (rows.marks[low + i] | rows.marks[low + p]) & _BAD_TIMES
                if timeless or rows.end[low + i] > rows.end[low + p]:
                    late[i] = True
            below[p] |= back[i] | back_maybe[i]
            if late[i]:
                back_maybe[p] |= back[i] | back_maybe[i]
            else:
                back[p] |= back[i]
                back_maybe[p] |= back_maybe[i]
        self.back, self.back_maybe, self.returns, self.late, self.below = (
            back,
            back_maybe,
            returns,
            late,
            below,
        )

    def ground(self) -> bool:
        """Give a caller to linked roots that their links bring nothing; whether there were any."""
        changed = False
        for i in self.links:
            if self.up[i] >= 0:
                continue
            act = self.own_act[i]
            linked = act.kind != _SERVER and not act.consumer and act.human < 0
            if linked and not (self.tenants[i] | self.known[i] | self.known_maybe[i]):
                self.own[i] |= self.bit(act.caller)
                changed = True
        return changed

    def pass_down(self) -> None:
        """known(s), top-down: from the parent, from earlier siblings, along links."""
        n, up, own, maybe = self.n, self.up, self.own, self.maybe
        earlier, earlier_maybe = self.siblings()
        known, known_maybe = earlier, earlier_maybe
        links, rivals = self.links, self.rivals
        if not links and not rivals:
            for i in range(n):
                p = up[i]
                if p >= 0:
                    known[i] |= known[p] | own[p]
                    known_maybe[i] |= known_maybe[p] | maybe[p]
        else:
            needs = [
                ([up[i]] if up[i] >= 0 else [])
                + [t - self.low for t, _ in links.get(i, ())]
                + [t - self.low for t in rivals.get(i, ())]
                for i in range(n)
            ]
            for component in components(needs):
                while True:
                    before = [(known[i], known_maybe[i]) for i in component]
                    for i in component:
                        p = up[i]
                        if p >= 0:
                            known[i] |= known[p] | own[p]
                            known_maybe[i] |= known_maybe[p] | maybe[p]
                        if i in links:
                            self.follow_links(i, links[i], known, known_maybe)
                        for rival in rivals.get(i, ()):
                            t = rival - self.low
                            known_maybe[i] |= known[t] | known_maybe[t] | own[t] | maybe[t]
                    if len(component) == 1 or before == [(known[i], known_maybe[i]) for i in component]:
                        break
        self.known, self.known_maybe = known, known_maybe

    def follow_links(
        self, i: int, targets: list[tuple[int, bool]], known: list[int], known_maybe: list[int]
    ) -> None:
        """Add what the spans that `i` links to had, and what they brought back."""
        rows, row, low = self.rows, self.low + i, self.low
        for target, ambiguous in targets:
            t = target - low
            sent, sent_maybe = known[t] | self.own[t], known_maybe[t] | self.maybe[t]
            if ambiguous:
                known_maybe[i] |= sent | sent_maybe | self.back[t] | self.back_maybe[t]
                continue
            known[i] |= sent
            known_maybe[i] |= sent_maybe | self.back_maybe[t]
            timed = not (rows.marks[row] | rows.marks[target]) & _BAD_TIMES
            same_clock = self.own_act[i].resource == self.own_act[t].resource
            if same_clock and timed and rows.end[target] <= rows.start[row]:
                known[i] |= self.back[t]
            else:
                known_maybe[i] |= self.back[t]

    def siblings(self) -> tuple[list[int], list[int]]:
        """What each span may have of its siblings: established and possible masks."""
        n, up = self.n, self.up
        earlier, earlier_maybe = [0] * n, [0] * n
        i = 0
        while i < n:
            p = up[i]
            j = i + 1
            while j < n and up[j] == p:
                j += 1
            if p >= 0 and j - i > 1:
                self.order_siblings(i, j, earlier, earlier_maybe)
            i = j
        return earlier, earlier_maybe

    def order_siblings(self, i: int, j: int, earlier: list[int], earlier_maybe: list[int]) -> None:
        """Siblings are rows [i, j), by start: prefix unions by end and by start within one clock."""
        rows, low, own_act = self.rows, self.low, self.own_act
        groups: dict[int, list[int]] = {}
        timeless: list[int] = []
        for k in range(i, j):
            if rows.marks[low + k] & _BAD_TIMES:
                timeless.append(k)
            else:
                groups.setdefault(own_act[k].resource, []).append(k)
        everything = 0
        for k in range(i, j):
            if self.returns[k]:
                everything |= self.back[k] | self.back_maybe[k]
        if not everything:
            return
        for group in groups.values():
            self.order_by_clock(group, earlier, earlier_maybe)
        if len(groups) + len(timeless) == 1:
            return
        # Across clocks, and where times cannot be used, order is possible both ways: all but the span itself,
        # and but the spans of its own clock when it has good times.
        total = {resource: self.all_back(group) for resource, group in groups.items()}
        timeless_total = self.all_back(timeless)
        before, after = _around(list(total.values()))
        for at, group in enumerate(groups.values()):
            others = before[at] | after[at] | timeless_total
            for k in group:
                earlier_maybe[k] |= others
        each = [self.all_back([k]) for k in timeless]
        before, after = _around(each)
        timed_total = 0
        for mask in total.values():
            timed_total |= mask
        for at, k in enumerate(timeless):
            earlier_maybe[k] |= before[at] | after[at] | timed_total

    def all_back(self, group: list[int]) -> int:
        """Everything that these spans return, of whatever certainty."""
        mask = 0
        for k in group:
            if self.returns[k]:
                mask |= self.back[k] | self.back_maybe[k]
        return mask

    def order_by_clock(self, group: list[int], earlier: list[int], earlier_maybe: list[int]) -> None:
        """Siblings of one clock, by start: who ended before one starts is established, who overlaps it is possible."""
        if len(group) == 1:
            return
        rows, low = self.rows, self.low
        start, end = rows.start, rows.end
        # A span of no length ends after its start, so that two at one instant do not each precede the other.
        by_end = sorted(group, key=lambda k: max(end[low + k], start[low + k] + 1))
        done = done_maybe = 0
        at = 0
        begun_before = 0
        k = 0
        many = len(group) > _MANY
        starts = [start[low + row] for row in group] if many else []
        later = _Unions([self.all_back([row]) for row in group]) if many else None
        while k < len(group):
            same = k
            while same < len(group) and start[low + group[same]] == start[low + group[k]]:
                same += 1
            now = start[low + group[k]]
            while at < len(by_end) and max(end[low + by_end[at]], start[low + by_end[at]] + 1) <= now:
                row = by_end[at]
                if self.returns[row]:
                    done |= self.back[row]
                    done_maybe |= self.back_maybe[row]
                at += 1
            together = [self.all_back([row]) for row in group[k:same]]
            before, after = _around(together)
            for offset, row in enumerate(group[k:same]):
                earlier[row] |= done
                if later is not None:
                    overlapping = later.union(same, bisect_left(starts, end[low + row], same))
                else:
                    overlapping, at_later = 0, same
                    while at_later < len(group) and start[low + group[at_later]] < end[low + row]:
                        overlapping |= self.all_back([group[at_later]])
                        at_later += 1
                earlier_maybe[row] |= done_maybe | begun_before | before[offset] | after[offset] | overlapping
            for mask in together:
                begun_before |= mask
            k = same

    def emit(self) -> None:
        """The flows of every interaction (assembly.md section 5)."""
        own_act, merged, up = self.own_act, self.merged, self.up
        known, known_maybe, own, maybe = self.known, self.known_maybe, self.own, self.maybe
        back, back_maybe = self.back, self.back_maybe
        for i in range(self.n):
            act = own_act[i]
            p = up[i]
            if p >= 0:
                above = own_act[p]
                if (act.kind == _SERVER or above.service != act.service) and not act.consumer:
                    self.emit_answered(i, p)
            if self.calling[i]:
                self.emit_call(i, merged[i])
            elif act.cached >= 0 and act.outgoing and (act.send or not self.answered[i]):
                self.put(
                    i,
                    act.cached,
                    act.service,
                    merged[i],
                    True,
                    False,
                    self.bit(act.cached),
                    0,
                    int(Doubt.ENDPOINT),
                )
            if act.reader:
                for topic in act.peers:
                    carried = own[i] | known[i]
                    self.put(
                        i,
                        topic,
                        act.service,
                        act,
                        True,
                        False,
                        carried,
                        maybe[i] | known_maybe[i],
                        act.doubts,
                    )
        for i, parties, doubt in self.entries:
            act = own_act[i]
            answer, answer_maybe = known[i] | back[i], known_maybe[i] | back_maybe[i]
            for party in self.members(parties):
                self.put(i, party, act.service, act, False, False, self.bit(party), 0, doubt)
                self.put(i, act.service, party, act, True, False, answer, answer_maybe, doubt)

    def emit_answered(self, c: int, p: int) -> None:
        """A call between two services that both recorded it, or along a change of service."""
        above, act = self.own_act[p], self.own_act[c]
        anchor = p if above.outgoing else c
        told = self.merged[p] if above.outgoing else act
        sent, sent_maybe = self.known[c], self.known_maybe[c]
        got, got_maybe = self.back[c], self.back_maybe[c]
        if self.late[c]:
            got, got_maybe = 0, got | got_maybe
        doubt = _CONFLICT if self.clash[c] else 0
        self.put(anchor, above.service, act.service, told, False, False, sent, sent_maybe, doubt)
        self.put(
            anchor, act.service, above.service, told, True, False, sent | got, sent_maybe | got_maybe, doubt
        )

    def emit_call(self, i: int, call: Act) -> None:
        """A call that nobody answered: to a store, model, topic or remote."""
        counts = self.edges.counts
        if call.bare_call:
            counts["client-without-server"] += 1
        if call.no_host:
            counts["model-without-address" if not call.looks_up else "store-without-address"] += 1
        if call.unnamed:
            counts["unnamed-peer"] += 1
        ends = 0
        for place in call.peers:
            ends |= self.bit(place)
            if call.region:
                self.edges.regions[place, call.region] += 1
        sent = self.known[i] | (self.own[i] & ~ends)
        # What spans below the call brought back may have gone into it: a token fetched, a template read.
        sent_maybe = self.known_maybe[i] | (self.maybe[i] & ~ends) | self.below[i]
        got, got_maybe = self.back[i], self.back_maybe[i]
        if not call.looks_up:
            got, got_maybe = got | self.known[i], got_maybe | self.known_maybe[i]
        service = self.own_act[i].service
        for place in call.peers:
            others = self.maybe[i] & ends & ~self.bit(place) if call.crosses else 0
            self.put(i, service, place, call, False, call.keeps, sent, sent_maybe | others, call.doubts)
            if call.answers:
                self.put(i, place, service, call, True, False, got, got_maybe, call.doubts)

    def put(
        self,
        i: int,
        source: int,
        target: int,
        told: Act,
        back: bool,
        kept: bool,
        carried: int,
        possible: int,
        doubts: int,
    ) -> None:
        """Count one flow anchored at row i; `told` says categories and protection."""
        rows, row = self.rows, self.low + i
        category = told.answered if back else told.asked
        if not category:
            doubts |= _CATEGORY
            category = (self.replied if back else self.asked).get(rows.trace[row], 0)
        if not carried and not possible:
            carried = self.bit(self.own_act[i].caller)
            self.edges.counts["no-origin"] += 1
        if self.clash[i]:
            doubts |= _CONFLICT
        possible &= ~carried
        if possible:
            doubts |= _ORDER
        time = 0 if rows.marks[row] & _BAD_TIMES else rows.start[row]
        hour = hour_code(time) if told.model and not back and target in told.peers else 0
        key = (
            source, target, back, kept, category, self.purpose[i], told.protection, self.retention[i], doubts,
            self.set_of(carried), self.set_of(possible), hour,
        )  # fmt: skip
        example = (rows.trace_id[row], rows.span[row])
        seen = self.edges.seen.get(key)
        if seen is None:
            self.edges.seen[key] = [1, time, time, [example]]
            return
        seen[0] += 1  # type: ignore[operator]
        if time:
            if not seen[1] or time < seen[1]:  # type: ignore[operator]
                seen[1] = time
            if time > seen[2]:  # type: ignore[operator]
                seen[2] = time
        examples: list[tuple[int, int]] = seen[3]  # type: ignore[assignment]
        if (len(examples) < 3 or example < examples[-1]) and example not in examples:
            examples.append(example)
            examples.sort()
            del examples[3:]

    def set_of(self, mask: int) -> tuple[int, ...]:
        """The place codes in a mask, ascending; worked out once a unit."""
        known = self.masks.get(mask)
        if known is None:
            known = self.masks[mask] = self.members(mask)
        return known

    def members(self, mask: int) -> tuple[int, ...]:
        """The place codes in a mask, ascending."""
        found: list[int] = []
        while mask:
            bit = mask & -mask
            found.append(self.places[bit.bit_length() - 1])
            mask ^= bit
        found.sort()
        return tuple(found)


class _Unions:
    """Unions over any stretch of masks in constant time, by doubling stretches (sparse table)."""

    def __init__(self, masks: list[int]) -> None:
        self.levels = [masks]
        width = 1
        while 2 * width <= len(masks):
            last = self.levels[-1]
            self.levels.append([last[k] | last[k + width] for k in range(len(masks) - 2 * width + 1)])
            width *= 2

    def union(self, low: int, high: int) -> int:
        """The union of masks [low, high)."""
        if high <= low:
            return 0
        level = (high - low).bit_length() - 1
        row = self.levels[level]
        return row[low] | row[high - (1 << level)]


def _between(rows: list[int], low: int, high: int) -> list[int]:
    """Those of some ascending rows that are in [low, high)."""
    return rows[bisect_left(rows, low) : bisect_left(rows, high)] if rows else rows


def _around(masks: list[int]) -> tuple[list[int], list[int]]:
    """For each position, the union of all masks before it and of all after it."""
    before, after = [0] * len(masks), [0] * len(masks)
    for at in range(1, len(masks)):
        before[at] = before[at - 1] | masks[at - 1]
    for at in range(len(masks) - 2, -1, -1):
        after[at] = after[at + 1] | masks[at + 1]
    return before, after
