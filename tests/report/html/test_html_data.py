"""What the page says: the data that its script shows."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from lineage.report.html import to_html
from lineage.report.html.basis import basis, facts
from lineage.report.html.data import as_data
from lineage.report.html.pool import Pool
from lineage.report.html.questions import QUESTIONS, answers
from lineage.report.html.tables import COLUMNS, SOURCES, flows, places
from lineage.testing import sketch
from lineage.words import MESSAGES
from report.html import small

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden" / "report"
SCRIPT = ROOT / "lineage" / "report" / "html" / "page.js"


def english(told: object) -> object:
    """Texts in both languages as the English one."""
    if isinstance(told, list) and len(told) == 2 and all(isinstance(each, str) for each in told):
        return told[0]
    if isinstance(told, list):
        return [english(each) for each in told]
    return {key: english(each) for key, each in told.items()} if isinstance(told, dict) else told


# --- golden ---------------------------------------------------------------------------------------------


def test_the_data_of_a_small_run_is_what_it_was_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LINEAGE_GOLDEN=write writes it anew: read the difference first."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lineage.report.html.basis.__version__", "0")
    (tmp_path / "policies").mkdir()
    found = as_data(small.run(packs=(small.pack(Path("policies")),)), "en", "d" * 64)
    del found["words"]  # the catalogue has tests of its own
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    golden = GOLDEN / "small.json"
    if os.environ.get("LINEAGE_GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, "utf-8")

    assert golden.read_text("utf-8") == text


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    pack = small.pack(tmp_path)
    pages = [
        to_html(graph, small.judged(graph, pack)) for graph in (sketch(*small.LINES), sketch(*small.LINES))
    ]
    assert pages[0] == pages[1]


# --- the six questions ----------------------------------------------------------------------------------

VISIBLE = "acme[DE:personal] > gw@SG"


@pytest.mark.parametrize(
    ("packs", "verdicts"),
    [
        pytest.param((), ["not-assessed"] * 6, id="no pack was applied"),
        pytest.param(("order16",), ["not-assessed"] * 6, id="a pack that asks something else"),
        pytest.param(
            ("baseline",),
            ["proven", "undecided", "not-applicable", "not-applicable", "undecided", "undecided"],
            id="the pack that asks them",
        ),
    ],
)
def test_a_question_is_assessed_only_by_the_rules_that_ask_it(
    packs: tuple[str, ...], verdicts: list[str]
) -> None:
    found = [each["verdict"] for each in answers(small.run(VISIBLE, packs=packs))]
    assert found == verdicts


def test_a_question_of_which_a_rule_is_missing_is_not_proven(tmp_path: Path) -> None:
    line = "acme[DE] > gw@SG > pg"
    run = small.run(line, "pg is retention=30 role=database", packs=(small.pack(tmp_path),))
    third = answers(run)[2]

    assert {rule.rule: str(rule.verdict) for rule in run.report.rules}["baseline/q3-retention"] == "proven"
    assert third["verdict"] == "not-assessed"
    assert english(third["says"])[0] == "Not assessed, as their pack was not applied: baseline/q3-viewers."  # type: ignore[index]


def test_without_customers_data_nothing_is_said() -> None:
    says = [
        english(each["says"]) for each in answers(small.run("op:support[CN] > gw@SG", packs=("baseline",)))
    ]
    assert says == [["No data of customers or callers was observed: nothing can be said."]] * 6


ANSWERS = {
    "q1": [
        "Data of acme, hong was observed at 5 places (service 2, store 3), in China, Singapore.",
        "It may have got to 1 more: qwen at qwen.example.",
    ],
    "q2": [
        "Of 6 places on the path, 4 stand in domestic territory (China): core, postgresql pg/cn, postgresql pg/eu, "
        "store pool.",
        "Where 1 of them stand is not known: qwen at qwen.example.",
        "No access by people was observed; only access that spans record can be.",
    ],
    "q3": [
        "Stores and queues that keep it, or may: 3.",
        "Retention is declared for 1 of 3; the longest is 30 days.",
        "Who can see it is declared for 1 of 3.",
    ],
    "q4": [
        "No place on the path is declared to be a log system.",
        "Of 1 stores and queues on the path no role is known; each may be one: postgresql pg/cn.",
    ],
    "q5": [
        "It gets to training or evaluation pools: store pool.",
        "Of 1 stores and queues on the path no role is known; each may be one: postgresql pg/cn.",
        "Neither spans nor the inventory say for which purposes it is used.",
        "Of 1 vendors on the path, the inventory says of 1 that they may not train on it, of 0 that they may, and "
        "nothing of 0.",
    ],
    "q6": [
        "Vendors that run places on the path: acme-cloud.",
        "Who runs 5 of 6 places is not known: qwen at qwen.example, gw, postgresql pg/cn, postgresql pg/eu, store pool.",
        "Models that it was sent to: qwen at qwen.example.",
    ],
}


@pytest.mark.parametrize("question", ANSWERS)
def test_a_question_is_answered_with_numbers(question: str, tmp_path: Path) -> None:
    found = next(each for each in answers(small.run(packs=(small.pack(tmp_path),))) if each["id"] == question)
    said = [each for each in english(found["says"]) if "ssessed" not in str(each)]  # type: ignore[attr-defined]
    assert said == [each.replace("China", "Mainland China") for each in ANSWERS[question]]


def test_staff_that_handled_the_data_are_named() -> None:
    says = english(answers(small.run("acme[DE] > core@CN > op:support[CN]"))[1]["says"])
    assert says[-1] == "Access by people was observed: support."  # type: ignore[index]


def test_each_question_counts_its_evidence(tmp_path: Path) -> None:
    run = small.run(packs=(small.pack(tmp_path),))
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in flows(run, Pool())["rows"]]
    counts = [sum(row["asked"] >> at & 1 for row in rows) for at in range(len(QUESTIONS))]
    assert counts == [7, 6, 3, 0, 1, 3]


# --- what it rests on -----------------------------------------------------------------------------------


def test_the_weakest_level_names_what_nobody_told(tmp_path: Path) -> None:
    terms = {each["term"][0]: english(each["facts"]) for each in basis(small.run(), "d" * 64)}
    assert terms["Weakest level"] == [
        "where a place stands: not known (2 of 7)",
        "who runs a place: not known (5 of 6)",
        "what a store or queue is for: not known (1 of 3)",
        "where data was collected and generated: not known (1 of 4)",
    ]


def test_the_table_of_levels_counts_every_fact_once() -> None:
    table = facts(small.run())
    assert [(row[0][0], sum(row[1:])) for row in table["rows"]] == [
        ("where a place stands", 7),
        ("who runs a place", 6),
        ("what a store or queue is for", 3),
        ("where data was collected and generated", 4),
        ("what kind of content a flow carries", 9),
    ]


@pytest.mark.parametrize(
    ("line", "term", "said"),
    [
        (
            "gap sampled=4",
            "Sampling",
            "4 of 13 spans come from sampling: what was sampled away was not seen.",
        ),
        ("gap missing-parent=2", "Completeness", "spans whose parent is missing: 2"),
        ("gap rejected=3", "Completeness", "spans that were refused (zero-span-id): 3"),
        ("gap lost-events=5", "Completeness", "lost before lineage read it (events): 5"),
    ],
    ids=["sampling", "a missing parent", "refused spans", "lost events"],
)
def test_a_gap_of_the_evidence_is_told(line: str, term: str, said: str) -> None:
    terms = {
        each["term"][0]: english(each["facts"]) for each in basis(small.run(*small.LINES, line), "d" * 64)
    }
    assert said in terms[term]  # type: ignore[operator]


def test_without_gaps_it_says_so() -> None:
    terms = {each["term"][0]: english(each["facts"]) for each in basis(small.run(VISIBLE), "d" * 64)}
    assert terms["Completeness"] == [
        "No gap is recorded: no span was refused, lost or left without its parent."
    ]
    assert terms["Sampling"] == ["No span says that it was sampled."]


# --- tables ---------------------------------------------------------------------------------------------


def test_sources_beyond_the_listed_are_counted_and_their_markets_told() -> None:
    many = SOURCES + 3
    lines = [f"customer-{n}[DE] > gw@SG > pg" for n in range(many)]
    lines += [f"customer-{n} is market={'FR' if n % 2 else 'DE'}" for n in range(many)]
    run = small.run(*lines)
    found = flows(run, Pool())
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in found["rows"]]
    kept = next(row for row in rows if row["kept"])

    assert (len(kept["surely"]) // 2, kept["more"]) == (SOURCES, 3)
    assert found["words"][kept["markets"]] == ["DE", "FR"]


def test_what_is_not_known_of_a_place_is_left_out() -> None:
    found = {each["id"]: each for each in places(small.run())}
    assert found["service:gw@SG"] == {
        "id": "service:gw@SG",
        "name": "gw",
        "kind": "service",
        "reached": 2,
        "country": ["Singapore", "新加坡"],
        "country_known": ["stated by telemetry", "遥测标明"],
        "labels_known": ["not known", "不明"],
        "origins": ["unknown"],
        "classes": ["unknown"],
    }


def test_every_word_that_the_script_asks_for_is_in_the_data() -> None:
    script = SCRIPT.read_text("utf-8")
    asked = set(re.findall(r"\bw\('([\w.-]+)'", script)) | set(re.findall(r"\bterm\('([\w.-]+)'", script))
    for listed in re.findall(r"\[((?:'[\w-]+',? ?)+)\]\.map\(each => (?:w\(each|el\('li')", script):
        asked |= set(re.findall(r"'([\w-]+)'", listed))
    words = as_data(small.run(), "en", "")["words"]

    assert len(asked) > 60
    assert sorted(asked - words.keys()) == []


def test_no_word_of_the_page_is_there_for_nothing() -> None:
    folder = SCRIPT.parent
    used = "".join(
        path.read_text("utf-8") for path in sorted(folder.iterdir()) if path.suffix in (".py", ".js", ".html")
    )
    named = {name for name in MESSAGES if name.startswith("html.")}
    spoken = {
        name for name in named if f'"{name}"' in used or re.search(rf"['\"]{re.escape(name[5:])}['\"]", used)
    }
    assert sorted(named - spoken) == []
