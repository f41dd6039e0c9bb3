"""Labels over process borders: W3C baggage, written as it is now and read without what was here before.

What a request brings is all that is said of it: labels of the context in which it is taken in are somebody else's. At
the edge, where strangers call, labels in baggage are taken out and kept as claims: nobody vouches for them.

Source: W3C Baggage; RELIABILITY.md section 3 (baggage is level 0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from opentelemetry import baggage, context
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)

from lineage import names
from lineage.instrument.axes import AMBIENT, Labels, labels
from lineage.instrument.scope import CLAIMS, holding, without
from lineage.instrument.tally import count

OURS = "lineage."
_CLAIMED_ORIGIN = "data.origin"
"""The attribute that is read as a claim (lineage/names.py)."""


class LabelPropagator(TextMapPropagator):
    """A propagator around the one that is in use: sends the labels that hold, and takes in what comes.

    Args:
        inner: propagates trace context and baggage.
        edge: this process is called from outside: labels in baggage become claims.
    """

    def __init__(self, inner: TextMapPropagator, edge: bool = False) -> None:
        self.inner, self.edge = inner, edge

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        """The context of a request; never raises, whatever it brings."""
        clean = _clean(context)
        try:
            found = self.inner.extract(carrier, clean, getter)
            return claimed(found) if self.edge else found
        except Exception:
            count(
                "not-extracted", tell="the headers of a request could not be read: its labels are not known"
            )
            return clean

    def inject(
        self, carrier: CarrierT, context: Context | None = None, setter: Setter[CarrierT] = default_setter
    ) -> None:
        """Write the ambient labels that hold here, and the rest of the context."""
        where = _where(context)
        try:
            sent = carrying(
                {key: value for key, value in holding(where)[0].items() if value and key in AMBIENT}, where
            )
        except Exception:
            count(
                "not-injected", tell="labels could not be sent with a call: they are lost to the called side"
            )
            sent = without(where)
        self.inner.inject(carrier, sent, setter)

    @property
    def fields(self) -> set[str]:
        """The headers of the propagator inside."""
        return self.inner.fields


def carrying(said: Labels, where: Context) -> Context:
    """A context whose baggage has these labels and no others."""
    there = {key: value for key, value in baggage.get_all(where).items() if key.startswith(OURS)}
    if there == said:
        return where
    sent = without(where)
    for key, value in said.items():
        sent = baggage.set_baggage(key, value, sent)
    return sent


def claimed(found: Context) -> Context:
    """A context without the labels of its baggage, which are kept beside as a claim."""
    members = {key: value for key, value in baggage.get_all(found).items() if key.startswith(OURS)}
    if not members:
        return found
    return context.set_value(CLAIMS, claims_of(members), without(found))


def claims_of(members: Mapping[str, object]) -> dict[str, str]:
    """The attributes that tell of labels from outside.

    >>> claims_of({"lineage.data.origin": "DE", "lineage.tenant": "acme", "lineage.x": "tell me a joke"})
    {'lineage.claimed': 'lineage.data.origin,lineage.tenant', 'data.origin': 'DE'}
    """
    known = sorted(key for key in members if key in _KNOWN)
    for key in known:
        count(f"claimed:{key}")
    attributes = {names.CLAIMED: ",".join(known)} if known else {}
    origin = labels({names.ORIGIN: str(members.get(names.ORIGIN, ""))}).get(names.ORIGIN)
    return attributes | ({_CLAIMED_ORIGIN: origin} if origin else {})


def read(headers: Sequence[str]) -> tuple[dict[str, str], str]:
    """Claims in `baggage` headers, and the header that is left without them; what cannot be read is left out."""
    try:
        return _read(headers)
    except Exception:
        count("not-extracted", tell="the headers of a request could not be read: its labels are not known")
        return {}, ""


def _read(headers: Sequence[str]) -> tuple[dict[str, str], str]:
    from opentelemetry.baggage.propagation import W3CBaggagePropagator

    w3c = W3CBaggagePropagator()
    found = Context()
    for header in headers:
        found = w3c.extract({"baggage": header}, found)
    carrier: dict[str, str] = {}
    w3c.inject(carrier, without(found))
    members = {key: value for key, value in baggage.get_all(found).items() if key.startswith(OURS)}
    # Some versions of the SDK decode names and do not encode them again: what is no header any more would end the request.
    rest = quote(carrier.get("baggage", ""), safe=_PRINTED)
    return claims_of(members) if members else {}, rest


_PRINTED = "".join(map(chr, range(0x21, 0x7F)))
_KNOWN = frozenset({*AMBIENT, names.CATEGORY, names.PROTECTION, names.RETENTION, names.DIRECTION})


def _where(given: Context | None) -> Context:
    return context.get_current() if given is None else given


def _clean(given: Context | None) -> Context:
    # A context that was made for this request by its caller keeps its span; labels come with the request or not at all.
    return without(_where(given))
