"""The telemetry filter: spans leave the process as structure only, whatever the instrumentations recorded.

    BatchSpanProcessor(ContentFilter(OTLPSpanExporter()))

By the allow list of lineage/names.py: a key that is not there goes; of a value that may pass, what `lineage check` would read
of it stays (a URL's authority, a statement's verbs and tables, a document's tenant), so that the same spans, filtered or
not, make the same flows. Beside these pass counts of tokens and status codes, for other tools. Names of spans, events, status,
links, trace state, scope and resource are held to the same.

What is refused although its key may pass is counted as dropped by the SDK: whoever reads the spans sees that something is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from lineage.instrument.sieve import Sieve
from lineage.instrument.tally import count


class ContentFilter(SpanExporter):
    """An exporter that hands on structure only; a span that cannot be filtered is not sent at all.

    An exporter inside that fails is a failed export and nothing else: the service never sees it.

    Args:
        inner: the exporter that sends.
        tenant_keys: span attributes that name a customer, as in the inventory's `telemetry.tenant_keys`.
        also: other keys whose values may pass if they are short names, numbers or truth values.

    >>> from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    >>> ContentFilter(InMemorySpanExporter()).export([])
    <SpanExportResult.SUCCESS: 0>
    """

    def __init__(
        self, inner: SpanExporter, tenant_keys: Sequence[str] = (), also: Iterable[str] = ()
    ) -> None:
        self.inner = inner
        self._sieve = Sieve(tenant_keys, also)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send the structure of these spans."""
        structure = []
        for span in spans:
            try:
                structure.append(self._sieve.span(span))
            except Exception:
                count("not-filtered", tell="a span could not be filtered and was not sent")
        try:
            result = self.inner.export(structure)
        except Exception:
            result = SpanExportResult.FAILURE
        sent = result is SpanExportResult.SUCCESS
        count(
            "exported" if sent else "not-exported",
            len(structure),
            "" if sent else "spans could not be exported",
        )
        return result

    def shutdown(self) -> None:
        """Shut the exporter inside down."""
        self.inner.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Flush the exporter inside."""
        return self.inner.force_flush(timeout_millis)
