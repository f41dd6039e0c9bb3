"""The pytest plugin, used as a project would use it: in processes of its own."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest.importorskip("opentelemetry.sdk.trace")
pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = (
    ()
    if any(each.value == "lineage.pytest_plugin" for each in entry_points(group="pytest11"))
    else ("-p", "lineage.pytest_plugin")
)
INI = """
[pytest]
lineage_inventory = lineage.yaml
lineage_policy = order16
filterwarnings = error
"""
INVENTORY = """
parties:
  - {name: acme, match: {tenant: acme}, origin: DE, class: personal, market: DE}
  - {name: hong, match: {tenant: hong}, origin: CN, class: personal, market: CN}
places:
  - {name: gateway, match: {service: gw}, country: SG}
"""
APP = """
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

trace.set_tracer_provider(TracerProvider(resource=Resource({"service.name": "gw", "cloud.region": "ap-southeast-1", "cloud.provider": "aws"})))

def serve(tenant):
    kind = trace.SpanKind.SERVER
    with trace.get_tracer("app").start_as_current_span("POST /chat", kind=kind, attributes={"lineage.tenant": tenant, "http.request.method": "POST"}):
        pass
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with an app that makes spans, and an inventory."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makefile(".ini", pytest=INI)
    pytester.path.joinpath("lineage.yaml").write_text(INVENTORY)
    pytester.makepyfile(app=APP)
    return pytester


def ran(project: pytest.Pytester, test: str, *arguments: str) -> pytest.RunResult:
    """The outcome of a test module."""
    project.makepyfile(test_app="import pytest\nfrom app import serve\n" + test)
    return project.runpytest_subprocess(*PLUGIN, "--strict-markers", *arguments)


def test_what_the_report_says_fails_the_test(project: pytest.Pytester) -> None:
    result = ran(
        project,
        "def test_mixes(lineage_check):\n    serve('acme')\n    serve('hong')\n    lineage_check()\n",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*VIOLATED order16/no-domestic-user*", "*= lineage =*", "test_app.py::test_mixes: VIOLATED: *"]
    )


def test_each_test_has_its_own_spans(project: pytest.Pytester) -> None:
    result = ran(
        project,
        "def test_domestic(lineage_spans):\n    serve('hong')\n\n"
        "def test_overseas(lineage_check):\n    serve('acme')\n"
        "    report = lineage_check()\n"
        "    assert (report.coverage.tally.spans, report.exit_code) == (1, 0)\n"
        "    serve('acme')\n"
        "    assert lineage_check().coverage.tally.spans == 2\n",
    )

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        pytest.param(
            "def test_x(lineage_check):\n    lineage_check()\n", "failed", id="no spans are no pass"
        ),
        pytest.param(
            "def test_x(lineage_check):\n    serve('nobody')\n    lineage_check()\n",
            "failed",
            id="undecided is no pass",
        ),
        pytest.param(
            "@pytest.mark.lineage(allow_undecided=True)\ndef test_x(lineage_check):\n    serve('nobody')\n    lineage_check()\n",
            "passed",
            id="undecided, allowed by the marker",
        ),
        pytest.param(
            "@pytest.mark.lineage(allow_undecided=True)\ndef test_x(lineage_check):\n    serve('nobody')\n    lineage_check(allow_undecided=False)\n",
            "failed",
            id="the call goes before the marker",
        ),
        pytest.param(
            "@pytest.mark.lineage(polcy='order16')\ndef test_x(lineage_check):\n    pass\n",
            "errors",
            id="a misspelt setting",
        ),
        pytest.param(
            "def test_x(lineage_check):\n    lineage_check(policy='ordr16')\n",
            "failed",
            id="a pack that there is not",
        ),
    ],
)
def test_settings_and_verdicts(project: pytest.Pytester, test: str, outcome: str) -> None:
    ran(project, test).assert_outcomes(**{outcome: 1})


def test_outcomes_come_back_from_workers(project: pytest.Pytester) -> None:
    pytest.importorskip("xdist")

    result = ran(
        project,
        "@pytest.mark.parametrize('n', range(2))\ndef test_x(n, lineage_check):\n    serve('acme')\n    lineage_check()\n",
        "-n",
        "2",
    )

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["*= lineage =*", "test_app.py::test_x[[]0[]]: *", "test_app.py::test_x[[]1[]]: *"]
    )


def test_unused_it_imports_nothing_but_pytest() -> None:
    heavy = "{'numpy', 'pydantic', 'yaml', 'networkx', 'click', 'opentelemetry', 'msgspec'}"
    code = f"import sys, pytest; had = set(sys.modules); import lineage.pytest_plugin; print(sorted({heavy} & (set(sys.modules) - had)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
