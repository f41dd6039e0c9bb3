"""Setting up: one call, or the environment.

    lineage.instrument.setup(edge=True)

| variable | says |
| --- | --- |
| `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_EXPORTER_OTLP_*`, ... | as everywhere in OpenTelemetry |
| `OTEL_TRACES_EXPORTER` | exporters, comma-separated; each is put behind the content filter |
| `LINEAGE_INSTRUMENT` | `true`: under `opentelemetry-instrument`, set up without a change of code |
| `LINEAGE_EDGE` | `true`: labels in baggage are claims here |
| `LINEAGE_INVENTORY` | an inventory whose `parties` fill and contradict the labels of their tenants |
| `LINEAGE_TENANT_KEYS`, `LINEAGE_KEEP` | span attributes that name a customer; others that may pass the filter |
| `LINEAGE_CONTENT` | `keep`: no content filter |
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import entry_points

from opentelemetry import propagate, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from lineage import names
from lineage.errors import ConfigError
from lineage.instrument.axes import labels
from lineage.instrument.baggage import LabelPropagator
from lineage.instrument.content import ContentFilter
from lineage.instrument.stamp import Declared, LabelProcessor

_TRUE = frozenset({"1", "true", "on", "yes"})
_FALSE = frozenset({"", "0", "false", "off", "no"})
_ready: list[TracerProvider] = []
"""Providers that are set up already."""


def setup(
    *,
    edge: bool | None = None,
    tenants: Mapping[str, Mapping[str, str | Iterable[str]]] | None = None,
    inventory: str | os.PathLike[str] | None = None,
    exporter: SpanExporter | None = None,
    provider: TracerProvider | None = None,
    keep_content: bool | None = None,
    tenant_keys: Sequence[str] | None = None,
    also: Iterable[str] | None = None,
) -> TracerProvider:
    """Stamp labels on the spans of this process, carry them over its calls, and send structure only.

    What is not given is taken from the environment. A second call for the same provider changes nothing.

    Args:
        edge: strangers call this process: labels in their baggage are claims.
        tenants: what is declared of tenants: `{"acme-eu": {"origin": "DE", "data_class": "personal"}}`.
        inventory: a `lineage.yaml` that declares the same; read once, here (this loads pydantic).
        exporter: where spans go; it is put behind the content filter, and a `BatchSpanProcessor`.
        provider: the tracer provider; else the global one; else a new one, with the exporters of `OTEL_TRACES_EXPORTER`.
        keep_content: do not filter.
        tenant_keys: span attributes that name a customer, as in the inventory's `telemetry.tenant_keys`.
        also: span attributes that may pass the filter beside the list, if their values are short names or numbers.

    Raises:
        ConfigError: a variable, a label, the inventory or an exporter is not what it should be.
    """
    edge = flag("LINEAGE_EDGE") if edge is None else edge
    keep = _keeps() if keep_content is None else keep_content
    declared = _declared(tenants, inventory or os.environ.get("LINEAGE_INVENTORY"))
    sieve = (
        listed("LINEAGE_TENANT_KEYS") if tenant_keys is None else tenant_keys,
        listed("LINEAGE_KEEP") if also is None else also,
    )

    def behind(inner: SpanExporter) -> SpanExporter:
        return inner if keep or isinstance(inner, ContentFilter) else ContentFilter(inner, *sieve)

    known = provider or _global()
    ours = known or TracerProvider()
    if not any(each is ours for each in _ready):
        exporters = (
            [exporter] if exporter else [] if known else list(exporters_of(listed("OTEL_TRACES_EXPORTER")))
        )
        ours.add_span_processor(LabelProcessor(declared))
        for each in exporters:
            ours.add_span_processor(BatchSpanProcessor(behind(each)))
        _ready.append(ours)
    if known is None:
        trace.set_tracer_provider(ours)
    inner = propagate.get_global_textmap()
    if not isinstance(inner, LabelPropagator):
        propagate.set_global_textmap(LabelPropagator(inner, edge))
    elif edge:
        inner.edge = True
    return ours


def exporters_of(wanted: Sequence[str]) -> Iterable[SpanExporter]:
    """Exporters by the names that OpenTelemetry gives them.

    Raises:
        ConfigError: none of that name is installed.

    >>> [type(exporter).__name__ for exporter in exporters_of(["console"])], list(exporters_of(["none"]))
    (['ConsoleSpanExporter'], [])
    """
    for name in wanted:
        if name == "none":
            continue
        if name == "otlp":
            grpc = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or os.environ.get(
                "OTEL_EXPORTER_OTLP_PROTOCOL"
            )
            name = "otlp_proto_grpc" if grpc == "grpc" else "otlp_proto_http"
        found = list(entry_points(group="opentelemetry_traces_exporter", name=name))
        if not found:
            raise ConfigError.of(
                f"OTEL_TRACES_EXPORTER names '{name}', and no such exporter is installed",
                remedy="pip install opentelemetry-exporter-otlp-proto-http gives otlp",
            )
        yield found[0].load()()


def _global() -> TracerProvider | None:
    found = trace.get_tracer_provider()
    return found if isinstance(found, TracerProvider) else None


def _declared(
    tenants: Mapping[str, Mapping[str, str | Iterable[str]]] | None, inventory: str | os.PathLike[str] | None
) -> Declared | None:
    if tenants is not None:
        table = {tenant: _values(tenant, said) for tenant, said in tenants.items()}
        return lambda tenant: table.get(tenant, {})
    return of_inventory(inventory) if inventory else None


def _values(tenant: str, said: Mapping[str, str | Iterable[str]]) -> dict[str, frozenset[str]]:
    allowed = {"origin": names.ORIGIN, "data_class": names.CLASS}
    found = {}
    for word, given in said.items():
        values = frozenset([given] if isinstance(given, str) else given)
        good = (
            {labels({allowed[word]: value}).get(allowed[word]) for value in values}
            if word in allowed
            else {""}
        )
        if not values or "" in good:
            raise ConfigError.of(
                f"setup(tenants=...): what is said of '{tenant}' is no label",
                allowed="origin: countries (ISO 3166 alpha-2); data_class: " + ", ".join(names.CLASSES),
            )
        found[allowed[word]] = frozenset(map(str, good))
    return found


def of_inventory(path: str | os.PathLike[str]) -> Callable[[str], Mapping[str, frozenset[str]]]:
    """What an inventory declares of a tenant's data.

    Raises:
        ConfigError: the inventory is wrong.
    """
    from functools import lru_cache

    from lineage.inventory import Inventory
    from lineage.labels import UNKNOWN
    from lineage.places import Place, PlaceKind

    declared = Inventory.load([os.fspath(path)])

    @lru_cache(4096)
    def of(tenant: str) -> Mapping[str, frozenset[str]]:
        contents = declared.meaning(Place(PlaceKind.PARTY, name=tenant)).contents
        if contents is None:
            return {}
        said = {names.ORIGIN: frozenset(contents.origins), names.CLASS: frozenset(contents.classes)}
        return {key: values for key, values in said.items() if values and UNKNOWN not in values}

    return of


def flag(variable: str) -> bool:
    """A variable of the environment that says true or false; false where it is not set.

    Raises:
        ConfigError: it says something else.
    """
    text = os.environ.get(variable, "").strip().lower()
    if text not in _TRUE | _FALSE:
        raise ConfigError.of(f"{variable} is neither true nor false", allowed="true or false")
    return text in _TRUE


def _keeps() -> bool:
    text = os.environ.get("LINEAGE_CONTENT", "").strip().lower()
    if text not in ("", "filter", "keep"):
        raise ConfigError.of("LINEAGE_CONTENT says neither filter nor keep", allowed="filter or keep")
    return text == "keep"


def listed(variable: str) -> list[str]:
    """The words of a variable of the environment, comma-separated."""
    return [word for word in (part.strip() for part in os.environ.get(variable, "").split(",")) if word]
