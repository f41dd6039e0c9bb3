"""The packs and the inventory in force, and the one question that the guard asks them.

It is CI's engine and nothing beside it: a graph of what is known with one flow more is judged rule by rule, and so
is one without that flow. What is there with it and not without it is what the rules have against it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from lineage.checking import VERDICTS, judge
from lineage.contracts._contract import Context
from lineage.contracts.traceable import LEDGERS, Traceable
from lineage.errors import ConfigError, LineageError
from lineage.findings import Finding, Ref, Step
from lineage.flows import FlowKey, Flows
from lineage.graph import FlowGraph, Meanings
from lineage.guard import facts as algebra
from lineage.guard.decision import Blame, Mode
from lineage.inventory import Inventory
from lineage.inventory.glob import fits
from lineage.packs import Pack, Rule, load_pack
from lineage.places import Place
from lineage.solve import own_labels
from lineage.things import HOLDERS
from lineage.waivers import Waivers, expired

Identity = tuple[str, tuple[str, ...]]
"""What makes two findings the same here: the fingerprint, and the places that the sentence names."""
Found = Mapping[Identity, Finding]
_NOT_YET = frozenset({"expected", "return.none", "silent"})
"""Findings that something was not seen. That it has not happened yet no flow is to blame for."""


@dataclass(frozen=True)
class Policy:
    """What is demanded, and what places mean. Replaced as a whole on reload.

    Args:
        packs: the packs.
        inventory: the meaning of places.
        mode: of rules that `modes` does not name.
        modes: pattern of rule ids (`*` and `?` match) -> mode; of several that fit the last counts.
        reading: how to read packs that have such a mode, as `check --mode` says.
    """

    packs: tuple[Pack, ...]
    inventory: Meanings
    mode: Mode = Mode.OBSERVE
    modes: Mapping[str, Mode] = field(default_factory=dict)
    reading: str = ""

    @classmethod
    def load(
        cls,
        packs: Sequence[str | Path],
        inventory: Sequence[str | Path],
        mode: str,
        modes: Mapping[str, str],
        reading: str,
    ) -> Policy:
        """From files and names of built-in packs.

        Raises:
            LineageError: a file is wrong, a mode or pattern fits nothing.
        """
        known = Inventory.load(inventory) if inventory else Inventory.empty()
        made = cls(
            tuple(map(load_pack, packs)),
            known,
            _mode(mode),
            {pattern: _mode(word) for pattern, word in modes.items()},
            reading,
        )
        made.complain()
        return made

    def complain(self) -> None:
        """Refuse patterns and readings that fit nothing: a misspelt rule is a rule that nobody enforces.

        Raises:
            ConfigError: with the first.
        """
        if not self.packs:
            raise ConfigError.of("the guard has no packs", remedy="name at least one in `policies`")
        ids = [rule.id for _, rule in self.rules]
        for pattern in self.modes:
            if not any(fits(pattern, rule) for rule in ids):
                books = any(fits(pattern, rule) for rule in self.left_out)
                raise ConfigError.of(
                    f"no rule that the guard can decide fits {pattern!r}",
                    remedy="ledgers are checked in CI" if books else "see `lineage rules list`",
                )
        if self.reading and not any(self.reading in pack.modes for pack in self.packs):
            words = sorted({word for pack in self.packs for word in pack.modes})
            raise ConfigError.of(f"no pack has a mode {self.reading!r}", allowed=f"Modes: {', '.join(words)}")

    def mode_of(self, rule: str) -> Mode:
        """Whether a rule is observed or enforced."""
        fitting = [mode for pattern, mode in self.modes.items() if fits(pattern, rule)]
        return fitting[-1] if fitting else self.mode

    @cached_property
    def rules(self) -> tuple[tuple[Pack, Rule], ...]:
        """The rules that a flow can be asked about."""
        return tuple((pack, rule) for pack in self.packs for rule in pack.rules if not _of_books(rule))

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """Rules about ledgers: they compare the books of a month, and have nothing to say of one flow."""
        return tuple(rule.id for pack in self.packs for rule in pack.rules if _of_books(rule))

    @cached_property
    def enforcing(self) -> bool:
        """Whether any rule is enforced: then the guard's own failures block too."""
        return any(self.mode_of(rule.id) is Mode.ENFORCE for _, rule in self.rules)

    # --- judging ------------------------------------------------------------------------------------

    def findings(self, flows: Flows, today: date, rules: Collection[str] | None = None) -> Found:
        """What the rules find in these flows, waived findings too; `rules` = only these."""
        graph = FlowGraph(flows, self.inventory)
        # A waiver that is over must not stop the service: from then on it waives nothing.
        in_date = [entry for entry in self.inventory.waivers if not expired([entry], today)]
        waivers = Waivers(tuple(in_date), today)
        found: dict[Identity, Finding] = {}
        contexts = {pack.id: Context(graph, pack.words, today) for pack in self.packs}
        for pack, rule in self.rules:
            if rules is None or rule.id in rules:
                reading = self.reading if self.reading in pack.modes else pack.modes[0]
                for finding in judge(rule, reading, contexts[pack.id], waivers).findings:
                    found[_identity(finding)] = finding
        return found

    def against(self, prior: Flows, key: FlowKey, when: int, today: date, base: Found | None = None) -> Trial:
        """What the rules have against a flow, on what is known.

        Args:
            prior: what is known, with or without the flow.
            key: the flow.
            when: nanoseconds since the epoch.
            today: the day on which evidence must be in date.
            base: `findings` of `prior`, where they are at hand.
        """
        base = self.findings(prior, today) if base is None else base
        if algebra.known(prior, key):
            whole, after = prior, base
        else:
            whole = algebra.plus(prior, key, when)
            after = self.findings(whole, today)
        if not after:
            return Trial(whole, after, (), False, False, frozenset())
        before = self.findings(algebra.minus(prior, key), today) if algebra.touched(prior, key) else base
        new = _news(after, before)
        masked = {f.rule for at, f in after.items() if at not in new and not f.waived}
        if masked:
            new |= self._masked(whole, after, key, when, today, masked)
        names = _names(key)
        mine = [f for f in new.values() if f.message not in _NOT_YET and (f.witness or names & _places(f))]
        here = {place.id for place in whole.places}
        return Trial(
            whole,
            after,
            self._blame(mine, key),
            any(f.waived for f in mine),
            not all(here & set(f.at) for f in new.values()),
            _reached(new.values()),
        )

    def _masked(
        self, whole: Flows, after: Found, key: FlowKey, when: int, today: date, rules: Collection[str]
    ) -> dict[Identity, Finding]:
        """Findings that are there without the flow as well, and that it would make by itself."""
        left = algebra.alone(whole, key, self._alike(whole, key))
        found = _news(
            self.findings(algebra.plus(left, key, when), today, rules),
            self.findings(algebra.minus(left, key), today, rules),
        )
        prints = {finding.fingerprint for finding in found.values()}
        return {at: f for at, f in after.items() if f.fingerprint in prints and not f.waived}

    def _alike(self, flows: Flows, key: FlowKey) -> set[Place]:
        """What a flow carries, and whoever else's data is of the same sort: own labels, market and industry.

        A store that nobody declares holds what was kept there; it is of no sort, but those are whose data it is.
        """
        graph = FlowGraph(flows, self.inventory)

        def sort(place: Place) -> object:
            thing = graph.thing_of[graph.position[place]]
            if graph.place(thing).kind in HOLDERS and thing in graph.written and graph.told(thing) is None:
                return None
            meaning = graph.meaning(thing)
            return own_labels(graph, thing), meaning.market, meaning.industry

        carried = key.sources | key.possible
        whose = carried | {source for _, source in algebra.supply(flows, key)}
        sorts = {sort(place) for place in whose} - {None}
        return {place for place in graph.places if sort(place) in sorts} | carried

    def _blame(self, findings: Iterable[Finding], key: FlowKey) -> tuple[Blame, ...]:
        def weight(f: Finding) -> tuple[bool, int, str, tuple[str, ...]]:
            return self.mode_of(f.rule) is not Mode.ENFORCE, VERDICTS.index(f.verdict), f.rule, f.at

        open_ones = sorted((f for f in findings if not f.waived), key=weight)
        return tuple(Blame(f.rule, f.verdict, self.mode_of(f.rule), f, _way(f, key)) for f in open_ones)


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of asking about one flow."""

    flows: Flows
    """What is known if it happens."""
    found: Found
    """What the rules find then."""
    blamed: tuple[Blame, ...]
    waived: bool
    """Somebody answers for something that the rules have against it."""
    everywhere: bool
    """Something new was found that is of no place: every other decision may be otherwise from now on."""
    reached: frozenset[str]
    """Ids of the places that something new was found at, waived findings too: what else goes there may be judged
    otherwise from now on."""

    @property
    def enforced(self) -> bool:
        """Whether a rule that is enforced has something against it."""
        return any(blame.mode is Mode.ENFORCE for blame in self.blamed)


def _mode(word: str) -> Mode:
    try:
        return Mode(word)
    except ValueError:
        raise LineageError.of(f"unknown mode {word!r}", allowed="Allowed: observe, enforce") from None


def _identity(finding: Finding) -> Identity:
    return finding.fingerprint, tuple(sorted(_named(finding)))


def _named(finding: Finding) -> set[str]:
    """Ids of the places that the sentence of a finding names."""
    named: set[str] = set()
    for value in finding.context.values():
        if isinstance(value, Ref):
            named.add(value.id)
        elif isinstance(value, tuple):
            named.update(item.id for item in value if isinstance(item, Ref))
    return named


def _places(finding: Finding) -> set[str]:
    return _named(finding) | set(finding.at)


def _names(key: FlowKey) -> set[str]:
    """Ids by which a finding may name what a flow touches."""
    ends = {key.source, key.target}
    return {place.id for place in ends | key.sources | key.possible} | {
        replace(p, collection="").id for p in ends
    }


def _way(finding: Finding, key: FlowKey) -> tuple[Step, ...]:
    """Of the ways that a finding shows, the one that the flow is on; of several the one with the flow's own data."""
    ends, data = (key.source.id, key.target.id), {place.id for place in key.sources | key.possible}

    def near(steps: tuple[Step, ...]) -> tuple[bool, bool, bool]:
        return (
            any((step.source.id, step.target.id) == ends for step in steps),
            any(step.target.id == ends[1] for step in steps),
            any(step.data.id in data for step in steps),
        )

    return max((witness.steps for witness in finding.witness), key=near, default=())


def _news(after: Found, before: Found) -> dict[Identity, Finding]:
    """What is found after and not before, or is worse."""
    return {
        at: finding
        for at, finding in after.items()
        if at not in before
        or VERDICTS.index(finding.verdict) < VERDICTS.index(before[at].verdict)
        or (before[at].waived and not finding.waived)
    }


def _reached(findings: Iterable[Finding]) -> frozenset[str]:
    """Ids of the places of findings: those that they name, and those on the way there."""
    ids: set[str] = set()
    for finding in findings:
        ids |= _places(finding)
        ids.update(step.target.id for step in finding.steps)
    return frozenset(ids)


def _of_books(rule: Rule) -> bool:
    return isinstance(rule.contract, Traceable) and rule.contract.demand in LEDGERS
