"""What a document may say, each with how it is known: there is no way to say something and not say that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lineage.diagram.notation import notation
from lineage.diagram.text import Text, joined, worded
from lineage.documents.model import How, Said
from lineage.findings import Ref, Value
from lineage.labels import UNKNOWN, Known
from lineage.meaning import Source, Title
from lineage.nodelink import iso
from lineage.report.alerts import file
from lineage.words import sentence

LIST = Text(", ", "、")


@dataclass(frozen=True, slots=True)
class Seen:
    """How often something was observed, and when."""

    calls: int = 0
    first: int = 0
    """Nanoseconds since the epoch; 0 = not told."""
    last: int = 0
    exact: bool = True
    """Whether `calls` is exact; else it is at least so many."""
    sure: bool = True
    """Whether it is established; else it may be."""

    @property
    def period(self) -> Text:
        """From which day to which, UTC."""
        if not self.first:
            return phrase("document.time-not-told")
        first, last = day(self.first), day(self.last)
        return (
            phrase("document.day", day=first)
            if first == last
            else phrase("document.days", first=first, last=last)
        )

    @property
    def counted(self) -> Text:
        """How often."""
        return phrase("document.calls" if self.exact else "document.calls.least", n=self.calls)


def phrase(message: str, **facts: Value | Text) -> Text:
    """A message of words.py in both languages.

    >>> phrase("document.calls", n=3)
    Text(en='3×', zh='3 次')
    """
    said = {
        lang: {key: (getattr(fact, lang) if isinstance(fact, Text) else fact) for key, fact in facts.items()}
        for lang in ("en", "zh")
    }
    return Text(sentence(message, said["en"], "en"), sentence(message, said["zh"], "zh"))


def day(nanoseconds: int) -> str:
    """The day of a time, UTC."""
    return (iso(nanoseconds) or "")[:10]


def place_text(ref: Ref) -> Text:
    """A place as findings name it."""
    return Text(ref.en, ref.zh)


def title_text(title: Title, otherwise: str) -> Text:
    """A title, in the other language where one is missing, else a name."""
    return Text(title.en or title.zh or otherwise, title.zh or title.en or otherwise)


def names(texts: Iterable[Text]) -> Text:
    """A list."""
    return joined(texts, LIST)


def country(code: str) -> Text:
    """A country's name with its code.

    >>> country("SG").zh
    '新加坡 (SG)'
    """
    name = notation().country(code)
    return name if name.en == code else Text(f"{name.en} ({code})", f"{name.zh} ({code})")


def market(key: str) -> Text:
    """A market by its key: codes joined by `+`, or `unknown`."""
    return phrase("document.market.unknown") if key == UNKNOWN else names(map(country, key.split("+")))


def word(axis: str, value: str) -> Text:
    """A word of a closed set: class, purpose, protection, right, kind."""
    return worded(axis, value)


# --- how it is known ----------------------------------------------------------------------------------


def observed(text: Text, seen: Seen, number: float | None = None) -> Said:
    """Seen in the telemetry, so often and then."""
    message = "document.observed" if seen.sure else "document.possible"
    how = How.OBSERVED if seen.sure else How.POSSIBLE
    return Said(text, how, phrase(message, calls=seen.counted, period=seen.period), number)


def looked(text: Text, basis: Text, number: float | None = None) -> Said:
    """Seen in the telemetry as a whole: `basis` says on what."""
    return Said(text, How.OBSERVED, basis, number)


def declared(text: Text, source: Source | None, number: float | None = None) -> Said:
    """Written in the inventory, there."""
    where = "" if source is None else f"{file(source)}:{source.line}" if source.line else file(source)
    return Said(text, How.DECLARED, phrase("document.declared", where=where or "lineage.yaml"), number)


def inferred(text: Text, why: str) -> Said:
    """Concluded from something: `why` is a message id."""
    return Said(text, How.INFERRED, phrase(why))


def known(text: Text, level: Known, source: Source | None) -> Said:
    """As surely as labels and meanings know it."""
    if level is Known.DECLARED:
        return declared(text, source)
    if level is Known.STATED:
        return Said(text, How.STATED, phrase("document.stated"))
    return inferred(text, "document.catalogue" if level is Known.INFERRED else "document.solved")


def judged(text: Text, basis: Text) -> Said:
    """What a rule says."""
    return Said(text, How.JUDGED, basis)


def not_declared(key: str = "", attribute: str = "", fact: str = "") -> Said:
    """A gap that a key of lineage.yaml or an attribute of a span would fill.

    Args:
        key: as `places[].retention`.
        attribute: as `lineage.protection`.
        fact: what is not known, a message id; by default just that.

    >>> not_declared("places[].retention").text.en
    'not declared: write places[].retention'
    """
    untold = phrase(fact) if fact else phrase("document.untold" if key else "document.unstated")
    ways = [phrase("document.write", key=key)] if key else []
    if attribute:
        ways.append(phrase("document.send", key=attribute))
    text = joined([untold, *([joined(ways, phrase("document.or"))] if ways else [])], Text(": ", "："))
    return Said(text, How.NOT_DECLARED, phrase("document.gap"))


def unfilled(column: str, fact: str = "document.empty") -> Said:
    """A gap that cells of a ledger leave: `column` as `stock.period`.

    >>> unfilled("stock.period").text.en
    'empty in the ledger: fill stock.period'
    """
    text = joined([phrase(fact), phrase("document.fill", key=column)], Text(": ", "："))
    return Said(text, How.NOT_DECLARED, phrase("document.gap"))


def by_hand() -> Said:
    """A gap that only people can fill: lineage holds no such fact."""
    return Said(phrase("document.by-hand"), How.BY_HAND, phrase("document.gap"))


def origins(codes: Iterable[str]) -> Text:
    """Countries where data was collected and generated; none = nobody's data."""
    found = sorted(codes)
    return names(map(country, found)) if found else phrase("document.nobodys")


def classes(words: Iterable[str]) -> Text:
    """Classes of data; none = nobody's data."""
    found = sorted(words)
    return names(word("class", one) for one in found) if found else phrase("document.nobodys")
