"""What can be said of data: axes, the words they take, and how a nearer statement adds to a farther one.

Labels are attribute names of lineage/names.py with values in the shapes given there. A value that does not fit is no
label: it becomes `NOT_KNOWN`, which also hides what was said farther out, so that one customer's label never stands in
for another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from lineage import names
from lineage.instrument.tally import count
from lineage.reduce import Refused, Value, reduce_value, tenant

Labels: TypeAlias = Mapping[str, str]

NOT_KNOWN = ""
"""Said to be not known: no attribute is written, and what was said farther out does not hold."""

KEYWORDS: Mapping[str, str] = {
    "origin": names.ORIGIN,
    "data_class": names.CLASS,
    "category": names.CATEGORY,
    "purpose": names.PURPOSE,
    "protection": names.PROTECTION,
    "retention": names.RETENTION,
    "direction": names.DIRECTION,
    "actor": names.ACTOR,
    "role": names.ACTOR_ROLE,
    "tenant": names.TENANT,
    "authorisation": names.AUTHORISATION,
}
"""Keyword of the functions here -> attribute."""

AXES = frozenset(KEYWORDS.values())

AMBIENT = frozenset(
    {
        names.ORIGIN,
        names.CLASS,
        names.PURPOSE,
        names.TENANT,
        names.AUTHORISATION,
        names.ACTOR,
        names.ACTOR_ROLE,
    }
)
"""Said of the work as a whole: holds for everything below, in other processes too.

The others (category, protection, retention, direction) are said of one operation. They never travel: "write" on a
request must not turn the reads of the service that answers it into writes, nor "masked" cover what it adds."""

OF_THE_TENANT = frozenset({names.TENANT, names.ORIGIN, names.CLASS, names.AUTHORISATION})
"""Falls when another tenant is named: it was said of the first one's data."""

_MOST_KNOWN = 4096
_good: set[tuple[str, str]] = set()
"""Labels that have been found to be some. What was refused is never kept."""

_LAX_TO_STRICT: Mapping[str, tuple[str, ...]] = {
    names.CLASS: ("none", "business", "unknown", "personal", "sensitive-personal", "important", "core"),
    names.PROTECTION: ("encrypted-no-key", "anonymised", "pseudonymised", "masked", "none"),
    names.ACTOR: ("service", "human"),
}
"""Axes on which a statement can only tighten (RELIABILITY.md section 3)."""


def said(**stated: str | None) -> dict[str, str]:
    """Labels out of keywords; None is not said, a value that does not fit is `NOT_KNOWN` and counted.

    Raises:
        TypeError: a keyword that there is not.

    >>> said(origin="de", data_class="personal", purpose=None)
    {'lineage.data.origin': 'DE', 'lineage.data.class': 'personal'}
    >>> said(tenant="mail@example.com")
    {'lineage.tenant': ''}
    """
    unknown = sorted(stated.keys() - KEYWORDS.keys())
    if unknown:
        raise TypeError(f"no label is called {', '.join(unknown)}; there are {', '.join(KEYWORDS)}")
    return labels({KEYWORDS[word]: value for word, value in stated.items() if value is not None})


def labels(attributes: Mapping[str, Value]) -> dict[str, str]:
    """The labels among attributes or members of baggage, in their shapes."""
    return {key: _label(key, value) for key, value in attributes.items() if key in AXES}


def under(farther: Labels, nearer: Labels) -> tuple[dict[str, str], frozenset[str]]:
    """What holds when `nearer` is said within `farther`, and the axes on which they contradict each other.

    Class, protection and actor only tighten. Else the nearer holds. Another tenant ends what was said of the first.

    >>> under({"lineage.data.class": "personal"}, {"lineage.data.class": "none"})
    ({'lineage.data.class': 'personal'}, frozenset({'lineage.data.class'}))
    >>> under({"lineage.tenant": "a", "lineage.data.origin": "DE"}, {"lineage.tenant": "b"})
    ({'lineage.tenant': 'b'}, frozenset())
    """
    if not farther or not nearer or farther == nearer:
        return dict(nearer or farther), frozenset()
    held = dict(farther)
    if names.TENANT in nearer and held.get(names.TENANT, nearer[names.TENANT]) != nearer[names.TENANT]:
        held = {key: value for key, value in held.items() if key not in OF_THE_TENANT}
    conflicts = set()
    for key, value in nearer.items():
        before = held.get(key, NOT_KNOWN)
        held[key] = tighter(key, before, value) if before else value
        if before and value and before != value and (key in _LAX_TO_STRICT or key == names.ORIGIN):
            conflicts.add(key)
    return held, frozenset(conflicts)


def tighter(key: str, farther: str, nearer: str) -> str:
    """The stricter of two values of an axis that only tightens; else the nearer.

    >>> tighter("lineage.protection", "none", "masked"), tighter("lineage.data.origin", "DE", "CN")
    ('none', 'CN')
    """
    order = _LAX_TO_STRICT.get(key)
    if order is None:
        return nearer
    return max((value for value in (farther, nearer) if value in order), key=order.index, default=NOT_KNOWN)


def _label(key: str, value: Value) -> str:
    # Every span of a request asks about the same few.
    if isinstance(value, str) and (key, value) in _good:
        return value
    label = _reduced(key, value)
    if label and label == value:
        if len(_good) >= _MOST_KNOWN:
            _good.clear()
        _good.add((key, label))
    return label


def _reduced(key: str, value: Value) -> str:
    if value in ("unknown", NOT_KNOWN):
        return "unknown" if key == names.CLASS and value else NOT_KNOWN
    try:
        if key == names.TENANT:
            return tenant(key, value)
        return next((text for _, text in reduce_value(key, names.SPAN[key], value)), NOT_KNOWN)
    except Refused as reason:
        count(f"refused:{key}:{reason}", tell=f"a value of {key} is no such label and counts as not known")
        return NOT_KNOWN
