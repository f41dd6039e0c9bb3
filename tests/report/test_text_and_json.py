"""The report for a person and the one for machines, written out in full."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from lineage.checking import Report, check
from lineage.flows import Exemplar, FlowCount, FlowKey, Flows, Leg
from lineage.graph import FlowGraph
from lineage.labels import Known, Labels
from lineage.meaning import Meaning, Source, Title
from lineage.packs import load_pack
from lineage.places import Place, PlaceKind
from lineage.report import FORMATS
from lineage.report.text import finding_text, to_text
from lineage.testing import Facts, sketch

TODAY = date(2026, 6, 1)


def report(*rules: str, lines: tuple[str, ...], mode: str = "") -> Report:
    pack = load_pack("order16")
    chosen = tuple(rule for rule in pack.rules if rule.id.split("/")[1] in rules)
    pack = pack.model_copy(update={"rules": chosen})
    made = check(sketch(*lines), [pack], mode=mode, today=TODAY)
    at = Source("order16.yaml", 7, 5)
    results = tuple(
        replace(r, source=at, findings=tuple(replace(f, rule_source=at) for f in r.findings))
        for r in made.rules
    )
    return replace(made, rules=results, packs=tuple(replace(p, digest="d" * 64) for p in made.packs))


MIXED = ("acme[DE] > gw@SG > pg/eu", "hong[CN] > core@CN > pg/cn", "x[?] > far@SG > log", "log is role=log")
RULES = ("no-shared-store", "no-shared-log", "no-shared-training-pool", "no-domestic-user")


def test_violated_and_proven() -> None:
    found = report("no-shared-store", "no-shared-training-pool", lines=(*MIXED[:2], "pg/cn is role=database"))

    assert (
        to_text(found)
        == """\
VIOLATED: 1 violated, 0 undecided, 1 proven, 0 waived, 0 not applicable

✗ VIOLATED order16/no-shared-store [block] No shared storage
    Data of acme and data of hong meet at postgresql pg.
    parts: postgresql pg/cn, postgresql pg/eu
      acme
        → gw    (sent; observed)
        → postgresql pg/eu    (sent and kept; observed)
      hong
        → core    (sent; observed)
        → postgresql pg/cn    (sent and kept; observed)
    seen 2×, 2023-11-14T22:13:20Z to 2023-11-14T22:13:20Z
    for example trace 00000000000000000000000000000004
    to mend: Give overseas data instances of its own (server, database and account, not just tables), in a zone of their own.
    where: sketch
    rule: order16.yaml:7:5
    rests on: CAC Order No. 16, Article 4 [C]
    fingerprint: 6c9eff63ab931012

✓ order16/no-shared-training-pool No shared training sample pool: proven on 2 flows, 1 places looked at

order16 1.0 (strict), reviewed 2026-11-25, sha256 dddddddddddddddd; domestic = CN
no inventory: nothing is declared of any place or party
observed 2023-11-14T22:13:20Z to 2023-11-14T22:13:20Z
This is a finding on what was observed, not a legal conclusion.
1 violated, 0 undecided, 1 proven, 0 waived, 0 not applicable; 4 spans, 4 traces, 4 flows, 6 places; 2 of 2 rules met them
"""
    )


def test_undecided_in_chinese() -> None:
    found = report(
        "no-shared-log",
        "no-shared-training-pool",
        lines=("x[?] > far@SG > log", "hong[CN] > far", "far > log", "hong > far > log", "log is role=log"),
    )

    assert (
        to_text(found, lang="zh")
        == """\
无法判定：违反 0、无法判定 1、已证明 0、豁免处理 0、不适用 1

? 无法判定 order16/no-shared-log [阻断] 日志系统未混用
    x 的数据与 hong 的数据可能在 store log 混用。  eb09802ace87b365  sketch
    规则：order16.yaml:7:5

缺少的事实及补充方法（1）
  • 未声明该数据的收集和产生地：在 lineage.yaml 中声明 parties[].origin
      涉及：x <party:x>
      所需规则：order16/no-shared-log

– order16/no-shared-training-pool 训练样本池未混用：未观测到适用范围内的情形

order16 1.0（strict），审阅于 2026-11-25，sha256 dddddddddddddddd；domestic = CN
没有清单：未声明任何位置或客户
观测期 2023-11-14T22:13:20Z 至 2023-11-14T22:13:20Z
本结果是对所观测情形的判断，不是法律结论。
违反 0、无法判定 1、已证明 0、豁免处理 0、不适用 1；6 个跨度、6 条链路、3 条数据流、4 处位置；1/2 条规则有所适用
"""
    )


def test_many_unknown_places_are_one_missing_fact() -> None:
    lines = tuple(f"acme[DE:personal] > gw@SG > s{number:02}" for number in range(40))
    pack = load_pack("baseline")
    pack = pack.model_copy(
        update={"rules": tuple(rule for rule in pack.rules if rule.id == "baseline/q3-retention")}
    )
    text = to_text(check(sketch(*lines), [pack], today=TODAY))

    assert text.count("How long this place keeps data is not declared") == 1
    assert "and 32 more" in text
    assert len(text.splitlines()) < 20


def test_the_json_holds_both_languages_and_the_way() -> None:
    data = json.loads(FORMATS["json"](report("no-shared-store", lines=MIXED[:2])))
    finding = data["rules"][0]["findings"][0]

    assert (data["schema"], data["outcome"], data["exit_code"]) == ("lineage-report/1", "violated", 1)
    assert finding["message"] == {
        "id": "meet",
        "en": "Data of acme and data of hong meet at postgresql pg.",
        "zh": "acme 的数据与 hong 的数据在 postgresql pg 混用。",
    }
    assert [step["source"]["id"] for step in finding["witness"][0]["steps"]] == [
        "party:acme",
        "service:gw@SG",
    ]
    assert finding["citations"] == [
        {
            "text": {"en": "CAC Order No. 16, Article 4", "zh": "《促进和规范数据跨境流动规定》第四条"},
            "mark": "C",
        }
    ]
    assert finding["rule_source"] == {"file": "order16.yaml", "line": 7, "column": 5}


def test_the_language_changes_no_byte_of_the_json() -> None:
    found = report(*RULES, lines=MIXED)

    assert FORMATS["json"](found, lang="en") == FORMATS["json"](found, lang="zh")


def test_no_colour_unless_asked() -> None:
    found = report(*RULES, lines=MIXED)

    assert "\x1b" not in to_text(found)
    assert "\x1b[31mVIOLATED" in to_text(found, colour=True)


def test_a_hostile_name_draws_nothing() -> None:
    acme, gw = (
        Place(PlaceKind.PARTY, name="acme"),
        Place(PlaceKind.SERVICE, name="gw\x1b[2J\u202ekcatta\n✓ all proven"),
    )
    facts = Facts(
        {
            acme: Meaning(
                acme, title=Title("Acme\x07"), contents=Labels(frozenset({"DE", "CN"}), known=Known.DECLARED)
            )
        }
    )
    key = FlowKey(acme, gw, Leg.REQUEST, sources=frozenset({acme}))
    flows = Flows.of({key: FlowCount(1, exemplars=(Exemplar("a" * 32, "b" * 16),))})
    text = to_text(check(FlowGraph(flows, facts), [load_pack("order16")], today=TODAY), verbose=True)

    assert not {"\x1b", "\u202e", "\x07"} & set(text)
    assert "gw\\x1b[2J\\u202ekcatta\\n✓ all proven" in text
    assert not any(line.startswith("✓ all proven") for line in text.splitlines())


def test_one_finding_whole() -> None:
    found = report(
        "no-shared-log", lines=("x[?] > far@SG > log", "hong[CN] > core@CN > log", "log is role=log")
    )
    text = finding_text(found.findings[0])

    assert text.startswith(
        "? UNDECIDED order16/no-shared-log [block] No shared log system\n    Data of x and data of hong may meet at store log.\n"
    )
    assert "declare parties[].origin in lineage.yaml" in text
