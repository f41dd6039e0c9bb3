"""The span processor that writes on each span what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from opentelemetry import context
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from lineage import names
from lineage.instrument.axes import AMBIENT, AXES, NOT_KNOWN, labels, tighter, under
from lineage.instrument.scope import CLAIMS, holding, remember
from lineage.instrument.statements import write
from lineage.instrument.tally import count

Declared: TypeAlias = Callable[[str], Mapping[str, frozenset[str]]]
"""What is declared of a tenant's data: attribute -> the values that it may have."""


class LabelProcessor(SpanProcessor):
    """Stamps labels on spans as they start.

    Farthest first: the resource (`OTEL_RESOURCE_ATTRIBUTES=lineage.purpose=training`), baggage, the parent span, blocks, and
    what the span itself was given. What is declared of the tenant fills what nobody said; where it says otherwise, the
    statement stays (the check must see it) and the contradiction is named in `lineage.conflict`.

    Nothing that goes wrong here reaches the service: the span stays without labels, and it is counted.

    Args:
        declared: what is declared of a tenant's data.

    >>> from opentelemetry.sdk.trace import TracerProvider
    >>> provider = TracerProvider()
    >>> provider.add_span_processor(LabelProcessor())
    """

    def __init__(self, declared: Declared | None = None) -> None:
        self._declared = declared
        self._resource: tuple[Resource | None, dict[str, str]] = (None, {})

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Write the labels that hold where the span starts."""
        try:
            self._stamp(span, context.get_current() if parent_context is None else parent_context)
        except Exception:
            count("not-stamped", tell="labels could not be written on a span")

    def on_end(self, span: ReadableSpan) -> None:
        """Count the spans that are to be exported."""
        if span.context is not None and span.context.trace_flags.sampled:
            count("ended")

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing is held back; older SDKs take a processor that does not say so for one that failed."""
        return True

    def _stamp(self, span: Span, where: Context) -> None:
        parent = span.parent
        held, conflicts = holding(where, parent.span_id if parent else 0)
        given = span.attributes or {}
        own = {key: given[key] for key in given if key in AXES}
        held, more = under(self._of(span.resource), held)
        conflicts |= more
        if own:
            held, more = under(held, labels(own))
            conflicts |= more
        if self._declared and held.get(names.TENANT):
            more = fill(held, self._declared(held[names.TENANT]))
            conflicts |= more
        if parent is None or parent.is_remote:
            self._claims(span, where)
        if held:
            write(span, held, conflicts, own)
            remember(span, held)

    def _of(self, resource: Resource) -> dict[str, str]:
        known, said = self._resource
        if known is not resource:
            said = of_resource(resource)
            self._resource = (resource, said)
        return said

    def _claims(self, span: Span, where: Context) -> None:
        claims = where.get(CLAIMS)
        if isinstance(claims, Mapping):
            span.set_attributes(claims)


def of_resource(resource: Resource) -> dict[str, str]:
    """The ambient labels that a process was started with.

    >>> of_resource(Resource({"lineage.purpose": "training", "service.name": "trainer"}))
    {'lineage.purpose': 'training'}
    """
    return labels({key: str(value) for key, value in resource.attributes.items() if key in AMBIENT})


def fill(held: dict[str, str], declared: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Add what is declared to what is said, and give the axes on which the two contradict each other."""
    conflicts = set()
    for key, values in declared.items():
        said = held.get(key, NOT_KNOWN)
        if said and said not in values:
            conflicts.add(key)
        if len(values) == 1:
            (value,) = values
            held[key] = tighter(key, value, said) if said else value
    return frozenset(conflicts)
