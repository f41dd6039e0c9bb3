"""Claims: what the telemetry says of sentences that somebody makes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from lineage.claims import Answer, answer
from lineage.errors import ConfigError
from lineage.report.claims import to_json, to_text
from lineage.testing import sketch

TODAY = date(2026, 1, 1)
EXAMPLE = Path(__file__).parent.parent / "examples" / "claims" / "claims.yaml"
SEVEN_DAYS = "{type: retention, data: {kinds: [party]}, limit_days: 7}"
NO_STAFF = "{type: forbid-flow, data: {kinds: [party]}, to: {kinds: [operator]}}"


def write(folder: Path, *claims: str, head: str = "") -> str:
    lines = [head, "claims:"] if head else ["claims:"]
    for claim in claims:
        lines.append(f"  - {{id: c{len(lines)}, text: {{en: So it is., zh: 如此。}}, {claim}}}")
    (folder / "claims.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    return str(folder / "claims.yaml")


@pytest.mark.parametrize(
    ("claim", "lines", "expected"),
    [
        pytest.param(
            f"contracts: [{SEVEN_DAYS}]", ("acme[DE] > gw@SG > pg", "pg is retention=3"), Answer.PROVEN, id="kept for three days"
        ),
        pytest.param(
            f"contracts: [{SEVEN_DAYS}]", ("acme[DE] > gw@SG > pg", "pg is retention=30"), Answer.REFUTED, id="kept for thirty days"
        ),
        pytest.param(
            f"contracts: [{SEVEN_DAYS}]", ("acme[DE] > gw@SG > pg",), Answer.NOT_EVIDENCED, id="nobody says for how long"
        ),
        pytest.param(f"contracts: [{SEVEN_DAYS}]", ("acme[DE] > gw@SG",), Answer.NOT_EVIDENCED, id="nothing was seen kept"),
        pytest.param(
            f"contracts: [{SEVEN_DAYS}, {NO_STAFF}]",
            ("acme[DE] > gw@SG > pg", "pg is retention=3", "pg > op:support[nothing]"),
            Answer.REFUTED,
            id="one of two is not so",
        ),
        pytest.param(
            "rules: [order16/no-domestic-user]", ("acme[DE] > gw@SG", "hong[CN] > core@CN"), Answer.PROVEN, id="a rule that holds"
        ),
        pytest.param(
            "rules: [order16/no-domestic-user]", ("acme[DE] > gw@SG", "hong[CN] > gw"), Answer.REFUTED, id="a rule that is violated"
        ),
        pytest.param(
            "rules: [order16/no-shared-log]",
            (
                "acme[DE] > redactor@SG > log",
                "hong[CN] > core@CN > log",
                "log is role=log",
                "redactor lowers origin=DE expires=2026-12-31",
            ),
            Answer.NOT_EVIDENCED,
            id="a step without evidence makes no claim true",
        ),
    ],
)  # fmt: skip
def test_the_answer_to_a_claim(claim: str, lines: tuple[str, ...], expected: Answer, tmp_path: Path) -> None:
    found = answer(sketch(*lines), write(tmp_path, claim), TODAY)
    assert expected is found.claims[0].answer
    assert {Answer.PROVEN: 0, Answer.REFUTED: 1, Answer.NOT_EVIDENCED: 3}[expected] == found.exit_code


def test_refuted_is_shown_by_the_spans_of_the_last_step_and_proven_by_spans_that_it_rests_on(
    tmp_path: Path,
) -> None:
    lines = ("acme[DE] > gw@SG > pg", "pg is retention=30")
    refuted = answer(sketch(*lines), write(tmp_path, f"contracts: [{SEVEN_DAYS}]"), TODAY).claims[0].parts[0]
    assert [int(one.span_id, 16) for one in refuted.spans] == [2]
    proven = answer(sketch(*lines), write(tmp_path, f"contracts: [{SEVEN_DAYS.replace('7', '60')}]"), TODAY)
    assert [int(one.span_id, 16) for one in proven.claims[0].parts[0].spans] == [1, 2]


@pytest.mark.parametrize(
    ("claim", "head", "said"),
    [
        pytest.param("made_in: somewhere", "", "this claim comes down to nothing", id="nothing"),
        pytest.param("rules: [order16/no-shared-stor]", "", "did you mean 'order16/no-shared-store'?", id="a rule misspelt"),
        pytest.param("rules: [ordr16/no-shared-store]", "", "there is no pack 'ordr16'", id="a pack misspelt"),
        pytest.param("rule: [order16/no-shared-store]", "", "unknown key 'rule'", id="a key misspelt"),
        pytest.param(
            "contracts: [{type: forbid-flow, data: {origin: [eu]}, to: {kinds: [operator]}}]",
            "jurisdictions: {eea: [DE]}",
            "unknown jurisdiction 'eu'",
            id="a jurisdiction that is not declared",
        ),
    ],
)  # fmt: skip
def test_a_wrong_file_says_where(claim: str, head: str, said: str, tmp_path: Path) -> None:
    file = write(tmp_path, claim, head=head)
    with pytest.raises(ConfigError) as caught:
        answer(sketch("acme[DE] > gw@SG"), file, TODAY)
    assert said in str(caught.value)
    assert f"{file}:" in str(caught.value)


def test_the_json_names_digests_period_and_spans(tmp_path: Path) -> None:
    lines = ("acme[DE] > gw@SG > pg", "pg is retention=30")
    found = answer(
        sketch(*lines),
        write(tmp_path, f"contracts: [{SEVEN_DAYS}]", "rules: [order16/no-domestic-user]"),
        TODAY,
    )
    told = json.loads(to_json(found))
    assert [pack["id"] for pack in told["packs"]] == ["order16"]
    assert len(told["claims_sha256"]) == len(told["packs"][0]["sha256"]) == 64
    assert told["period"] == {"first_seen": "2023-11-14T22:13:20Z", "last_seen": "2023-11-14T22:13:20Z"}
    assert [each["answer"] for each in told["claims"]] == ["refuted", "proven"]
    assert told["claims"][1]["parts"][0]["note"] == "note.no-others"
    assert told["claims"][0]["parts"][0]["spans"] == [{"trace_id": f"{2:032x}", "span_id": f"{2:016x}"}]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_text_begins_with_the_answer(lang: str, tmp_path: Path) -> None:
    lines = ("acme[DE] > gw@SG > pg", "pg is retention=30")
    text = to_text(answer(sketch(*lines), write(tmp_path, f"contracts: [{SEVEN_DAYS}]"), TODAY), lang)
    assert text.startswith({"en": "✗ REFUTED c1: So it is.", "zh": "✗ 与观测不符 c1: 如此。"}[lang])


def test_the_example_can_be_asked() -> None:
    found = answer(sketch("acme[DE] > gw@SG"), str(EXAMPLE), TODAY)
    assert len(found.claims) == 6
