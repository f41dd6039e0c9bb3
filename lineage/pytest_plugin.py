"""pytest plugin: the spans that a test makes, checked against policies.

    def test_answers_stay_overseas(lineage_check):
        client.post("/v1/chat/completions", ...)
        lineage_check()

`lineage_check` takes the spans of this process that have ended since the test began, through a processor at the global
provider of opentelemetry-sdk; the content of spans is dropped as they come. It fails the test unless everything in scope
is proven. Where inventory and policies are found is told by pytest's settings or by the marker `lineage`:

    [tool.pytest.ini_options]
    lineage_inventory = "lineage.yaml"
    lineage_policy = "order16"

    @pytest.mark.lineage(policy=["order16", "compliance/mine.yaml"], allow_undecided=True)

Nothing but pytest is imported before a test asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExportResult

    from lineage.checking import Report
    from lineage.decode.sdk import LineageExporter
    from lineage.inventory import Inventory
    from lineage.spans import Spans

INI = ("inventory", "policy", "mode", "fail_on")
"""What the ini file can set; the marker and `lineage_check` take `today` and `allow_undecided` too."""

_OUTCOMES = pytest.StashKey[list[str]]()
"""The headline of each check of a test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings of the ini file."""
    parser.addini(
        "lineage_inventory", "Inventories for lineage_check, relative to the root folder.", "args", []
    )
    parser.addini("lineage_policy", "Built-in packs, or files of packs.", "args", ["order16", "baseline"])
    parser.addini("lineage_mode", "strict or text.", default="strict")
    parser.addini("lineage_fail_on", "The least severity that fails a test.", default="info")


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    settings = ", ".join((*INI, "today", "allow_undecided"))
    config.addinivalue_line("markers", f"lineage({settings}): settings of lineage_check for this test")


# --- spans -----------------------------------------------------------------------------------------------


class _Tap:
    """A span exporter that hands on to the exporter of the running test, and to nobody between tests.

    opentelemetry-sdk cannot take a processor away again, so there is one for the whole run.
    """

    def __init__(self) -> None:
        self.test: LineageExporter | None = None
        self._provider: TracerProvider | None = None

    def listen(self) -> None:
        """Listen at the global provider; set one up if the tested code has none yet."""
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor

        provider = trace.get_tracer_provider()
        if not isinstance(provider, TracerProvider):
            provider = TracerProvider()
            trace.set_tracer_provider(provider)
        if provider is not self._provider:
            provider.add_span_processor(SimpleSpanProcessor(self))  # type: ignore[arg-type]
            self._provider = provider

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand on, or drop."""
        from opentelemetry.sdk.trace.export import SpanExportResult

        return SpanExportResult.SUCCESS if self.test is None else self.test.export(spans)

    def shutdown(self) -> None:
        """Nothing is held."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing is held back."""
        return True


@pytest.fixture(scope="session")
def _lineage_tap() -> _Tap:
    return _Tap()


@pytest.fixture
def lineage_spans(_lineage_tap: _Tap, request: pytest.FixtureRequest) -> Generator[LineageExporter]:
    """The spans of this process that end in this test: a `lineage.decode.sdk.LineageExporter`."""
    pytest.importorskip("opentelemetry.sdk.trace", reason="install dataflow-lineage[sdk]")
    from lineage.decode.sdk import LineageExporter

    exporter = LineageExporter(_inventory(_settings(request, {}), request.config).tenant_keys)
    _lineage_tap.listen()
    _lineage_tap.test = exporter
    yield exporter
    _lineage_tap.test = None


# --- checking --------------------------------------------------------------------------------------------


@pytest.fixture
def lineage_check(lineage_spans: LineageExporter, request: pytest.FixtureRequest) -> Callable[..., Report]:
    """A function that checks the spans that have ended so far, and fails the test unless all is proven.

    It takes `inventory`, `policy`, `mode`, `fail_on`, `today` (a date) and `allow_undecided`, which go before the
    marker, and the marker before the ini file; and gives the report.
    """
    batches: list[Spans] = []

    def check(**given: Any) -> Report:
        __tracebackhide__ = True
        settings = _settings(request, given)
        batches.append(lineage_spans.take())
        report = _report(batches, lineage_spans, settings, request.config)
        from lineage.report.text import headline, to_text

        request.node.stash.setdefault(_OUTCOMES, []).append(headline(report))
        if report.exit_code and not (report.exit_code == 3 and settings["allow_undecided"]):
            pytest.fail(to_text(report), pytrace=False)
        return report

    return check


def _settings(request: pytest.FixtureRequest, given: Mapping[str, Any]) -> dict[str, Any]:
    """What holds for a check: what it was given, then the markers from the nearest on, then the ini file.

    Raises:
        UsageError: a setting that there is not; a misspelt one must not be one left out.
    """
    settings: dict[str, Any] = {name: request.config.getini(f"lineage_{name}") for name in INI}
    settings |= {"today": None, "allow_undecided": False}
    markers = list(request.node.iter_markers("lineage"))
    for told in (*(marker.kwargs for marker in reversed(markers)), given):
        unknown = sorted(set(told) - set(settings))
        if unknown:
            raise pytest.UsageError(f"lineage has no setting {unknown[0]!r}: it has {', '.join(settings)}")
        settings |= told
    if any(marker.args for marker in markers):
        raise pytest.UsageError("the marker lineage takes settings by name only")
    return settings


def _report(
    batches: Sequence[Spans], exporter: LineageExporter, settings: Mapping[str, Any], config: pytest.Config
) -> Report:
    from lineage.checking import check
    from lineage.graph import FlowGraph
    from lineage.link import link
    from lineage.packs import load_pack

    flows = link(batches, exporter.vocabulary, deepcopy(exporter.tally))
    packs = [load_pack(_path(name, config)) for name in _each(settings["policy"])]
    return check(
        FlowGraph(flows, _inventory(settings, config)),
        packs,
        mode=settings["mode"],
        fail_on=settings["fail_on"],
        today=settings["today"],
    )


def _inventory(settings: Mapping[str, Any], config: pytest.Config) -> Inventory:
    from lineage.inventory import Inventory

    files = [config.rootpath / name for name in _each(settings["inventory"])]
    return Inventory.load(files) if files else Inventory.empty()


def _each(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _path(name: str, config: pytest.Config) -> str:
    """A pack's file relative to the root folder; the name of a built-in pack as it is."""
    return str(config.rootpath / name) if "/" in name or name.endswith((".yaml", ".yml")) else name


# --- what is told at the end -----------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Outcomes travel on the report, also from a worker of xdist."""
    report = yield
    if report.when == "call":
        report.user_properties += [("lineage", told) for told in item.stash.get(_OUTCOMES, [])]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each check that was made."""
    lines = [
        f"{report.nodeid}: {told}"
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, told in report.user_properties
        if name == "lineage"
    ]
    if lines:
        terminalreporter.section("lineage")
        for line in sorted(lines):
            terminalreporter.line(line)
