"""One call, or the environment; and what it costs to import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import propagate, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from recorded import Spans

from lineage.errors import ConfigError
from lineage.instrument import auto, configure, label, setup
from lineage.instrument.baggage import LabelPropagator
from lineage.instrument.content import ContentFilter

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in list(os.environ):
        if variable.startswith(("OTEL_", "LINEAGE_")):
            monkeypatch.delenv(variable)
    monkeypatch.setattr(configure, "_ready", [])


@pytest.fixture
def fresh(spans: Spans, monkeypatch: pytest.MonkeyPatch) -> list[TracerProvider]:
    """No global provider yet."""
    made: list[TracerProvider] = []
    monkeypatch.setattr(
        trace, "get_tracer_provider", lambda: made[0] if made else trace.ProxyTracerProvider()
    )
    monkeypatch.setattr(trace, "set_tracer_provider", made.append)
    return made


def run(provider: TracerProvider, **stated: Any) -> None:
    with label(**stated):
        provider.get_tracer("test").start_span("call", attributes={"gen_ai.prompt": "CANARY"}).end()
    provider.force_flush()


def test_one_call_makes_a_provider_that_labels_and_filters(fresh: list[TracerProvider]) -> None:
    exporter = InMemorySpanExporter()
    provider = setup(exporter=exporter)
    assert fresh == [provider]
    run(provider, tenant="acme-eu")
    assert [dict(span.attributes or {}) for span in exporter.get_finished_spans()] == [
        {"lineage.tenant": "acme-eu"}
    ]


def test_content_stays_where_it_is_wanted(fresh: list[TracerProvider]) -> None:
    exporter = InMemorySpanExporter()
    run(setup(exporter=exporter, keep_content=True), tenant="acme-eu")
    assert (exporter.get_finished_spans()[0].attributes or {})["gen_ai.prompt"] == "CANARY"


def test_a_provider_that_is_there_gets_the_labels_and_keeps_its_exporters(
    fresh: list[TracerProvider],
) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    assert setup(provider=provider) is provider
    assert setup(provider=provider) is provider
    run(provider, tenant="acme-eu")
    assert dict(exporter.get_finished_spans()[0].attributes or {}) == {
        "lineage.tenant": "acme-eu",
        "gen_ai.prompt": "CANARY",
    }


def test_calling_twice_changes_nothing(fresh: list[TracerProvider]) -> None:
    exporter = InMemorySpanExporter()
    provider = setup(exporter=exporter)
    assert setup(exporter=exporter) is provider
    run(provider)
    assert len(exporter.get_finished_spans()) == 1
    propagator = propagate.get_global_textmap()
    assert isinstance(propagator, LabelPropagator)
    assert not isinstance(propagator.inner, LabelPropagator)


@pytest.mark.parametrize(("variable", "edge"), [("true", True), ("0", False), ("", False)])
def test_the_edge_by_the_environment(
    fresh: list[TracerProvider], monkeypatch: pytest.MonkeyPatch, variable: str, edge: bool
) -> None:
    monkeypatch.setenv("LINEAGE_EDGE", variable)
    setup(exporter=InMemorySpanExporter())
    assert getattr(propagate.get_global_textmap(), "edge", None) is edge


DECLARED: Any = {
    "acme-eu": {"origin": "DE", "data_class": "personal"},
    "both": {"origin": ["DE", "FR"], "data_class": "core"},
}
INVENTORY = """
parties:
  - {name: acme, match: {tenant: acme-eu}, origin: DE, class: [personal]}
  - {name: both, match: {tenant: both}, origin: [DE, FR], class: [core]}
"""


@pytest.mark.parametrize("how", ["a table", "an inventory"])
@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param({"tenant": "acme-eu"}, {"tenant": "acme-eu", "data.origin": "DE", "data.class": "personal"}, id="filled"),
        pytest.param({"tenant": "both"}, {"tenant": "both", "data.class": "core"}, id="of two origins none"),
        pytest.param({"tenant": "other"}, {"tenant": "other"}, id="nothing is declared"),
        pytest.param({"tenant": "acme-eu", "origin": "CN"}, {"tenant": "acme-eu", "data.origin": "CN", "data.class": "personal", "conflict": "lineage.data.origin"},
                     id="the statement stays, and that it contradicts"),
        pytest.param({"tenant": "both", "origin": "FR"}, {"tenant": "both", "data.origin": "FR", "data.class": "core"}, id="one of the declared"),
        pytest.param({"tenant": "acme-eu", "data_class": "none"}, {"tenant": "acme-eu", "data.origin": "DE", "data.class": "personal", "conflict": "lineage.data.class"},
                     id="class tightens"),
        pytest.param({"tenant": "acme-eu", "data_class": "core"}, {"tenant": "acme-eu", "data.origin": "DE", "data.class": "core", "conflict": "lineage.data.class"},
                     id="a stricter class stays"),
    ],
)  # fmt: skip
def test_what_is_declared_of_a_tenant(
    fresh: list[TracerProvider], tmp_path: Path, how: str, stated: dict[str, str], expected: dict[str, str]
) -> None:
    exporter = InMemorySpanExporter()
    if how == "a table":
        provider = setup(exporter=exporter, tenants=DECLARED)
    else:
        (tmp_path / "lineage.yaml").write_text(INVENTORY, "utf-8")
        provider = setup(exporter=exporter, inventory=tmp_path / "lineage.yaml")
    run(provider, **stated)
    found = Spans(provider, exporter).labels()["call"]
    assert found == expected


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"LINEAGE_EDGE": "maybe"}, "LINEAGE_EDGE is neither true nor false. true or false"),
        ({"LINEAGE_CONTENT": "some"}, "LINEAGE_CONTENT says neither filter nor keep. filter or keep"),
        ({"OTEL_TRACES_EXPORTER": "smoke-signals"}, "OTEL_TRACES_EXPORTER names 'smoke-signals', and no such exporter is installed. pip install opentelemetry-exporter-otlp-proto-http gives otlp"),
        ({"LINEAGE_INVENTORY": "nowhere/lineage.yaml"}, "nowhere/lineage.yaml"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_environment(
    fresh: list[TracerProvider],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    variables: dict[str, str],
    message: str,
) -> None:
    for variable, value in {**variables, "LINEAGE_INSTRUMENT": "true"}.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as error:
        setup()
    assert message in str(error.value)
    # Under opentelemetry-instrument the service starts all the same, and the log says what is wrong.
    auto.start()
    assert message in caplog.text
    assert fresh == []


@pytest.mark.parametrize(
    "tenants",
    [
        {"a": {"origin": "Germany"}},
        {"a": {"data_class": "secret"}},
        {"a": {"purpose": "billing"}},
        {"a": {"origin": []}},
    ],
)
def test_a_tenant_of_whom_no_label_is_said(
    fresh: list[TracerProvider], tenants: dict[str, dict[str, str]]
) -> None:
    with pytest.raises(ConfigError, match="what is said of 'a' is no label"):
        setup(tenants=tenants)


def test_exporters_of_the_environment_are_behind_the_filter(
    fresh: list[TracerProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    added: list[object] = []
    monkeypatch.setattr(TracerProvider, "add_span_processor", lambda self, processor: added.append(processor))
    monkeypatch.setattr(configure, "BatchSpanProcessor", lambda exporter: exporter)
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console, none")
    setup()
    _, behind = added
    assert isinstance(behind, ContentFilter)
    assert isinstance(behind.inner, ConsoleSpanExporter)
    assert BatchSpanProcessor is not None


def test_entry_points_name_what_is_there() -> None:
    import tomllib

    points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    assert points["opentelemetry_pre_instrument"] == {"lineage": "lineage.instrument.auto:start"}
    assert points["opentelemetry_traces_exporter"] == {"lineage": "lineage.instrument.auto:FilteredExporter"}
    assert issubclass(auto.FilteredExporter, ContentFilter)


def test_without_the_variable_nothing_is_set_up(fresh: list[TracerProvider]) -> None:
    auto.start()
    assert fresh == []


def test_the_filtered_exporter_takes_its_inner_one_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LINEAGE_EXPORTER", "console")
    assert isinstance(auto.FilteredExporter().inner, ConsoleSpanExporter)


def test_importing_and_setting_up_load_nothing_heavy() -> None:
    program = (
        "import sys; from lineage import instrument; instrument.setup(tenants={'a': {'origin': 'DE'}})\n"
        "with instrument.label(tenant='a'): pass\n"
        "print(*sorted({'numpy','pydantic','networkx','yaml','msgspec','google','numba','click'} & sys.modules.keys()))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert (result.stdout, result.stderr) == ("\n", "")
