"""Contract types of other distributions: found by entry point, tested and described like the built-in ones."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lineage import words
from lineage.checking import check
from lineage.contracts import StayWithin
from lineage.contracts.plugins import installed
from lineage.errors import ConfigError
from lineage.findings import Verdict
from lineage.packs import load_pack
from lineage.reference import contract_page, main
from lineage.report.explain import explain_rule
from lineage.testing import check_cases, sketch

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "own-contract.md"
MODULE = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)[0]
"""The class that the guide shows."""
PACK = """
id: mine
version: "1.0"
title: {en: a, zh: b}
authority: {en: a, zh: b}
reviewed: 2026-01-01
rules:
  - id: mine/one
    title: {en: a, zh: b}
    why: {en: a, zh: b}
    remedy: {en: a, zh: b}
    severity: high
    decided_by: inventory
    contract: {type: same-zone, zone: a}
"""
Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a distribution with one module and one entry point where Python finds it, and gives a pack that uses it."""
    before = dict(words.MESSAGES)

    def make(
        module: str, name: str = "own", target: str = "SameZone", pack: str = PACK, type_: str = "same-zone"
    ) -> Path:
        site = tmp_path / name
        info = site / f"{name}-1.2.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[lineage.contracts]\n{type_} = {name}_contract:{target}\n")
        (site / f"{name}_contract.py").write_text(module, encoding="utf-8")
        monkeypatch.syspath_prepend(str(site))
        file = tmp_path / "mine.yaml"
        file.write_text(pack, encoding="utf-8")
        return file

    yield make
    for each in [each for each in sys.modules if each.endswith("_contract") and "." not in each]:
        del sys.modules[each]
    words.MESSAGES.clear()
    words.MESSAGES.update(before)


def test_a_pack_uses_a_contract_type_of_another_distribution(install: Install) -> None:
    pack = load_pack(install(MODULE))
    (result,) = check(sketch("acme[DE] > gw@SG", "gw is zone=b"), [pack]).rules
    (finding,) = result.findings

    assert (result.verdict, str(finding.source)) == (Verdict.VIOLATED, "sketch")
    assert words.sentence(finding.message, finding.context, "zh") == "gw 属于区域 b。"
    assert "Contract: same-zone\nDecided by: what the inventory declares\n" in explain_rule(
        [pack], "mine/one"
    )


def test_it_gets_the_same_tests_and_the_same_page(install: Install) -> None:
    install(MODULE)
    contract = installed(["same-zone"])["same-zone"]
    check_cases(contract)
    page = contract_page(contract)

    assert "# same-zone\n\n`same-zone`: data gets only to places of one zone.\n" in page
    assert "| `zone` | required | The zone. |" in page
    assert "on\n\n```text\nacme[DE] > gw@SG\ngw is zone=b\n```" in page


def test_its_page_can_be_printed(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    install(MODULE)
    main(["same-zone", "stay-within"])

    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("# ")] == [
        "# same-zone",
        "# stay-within",
    ]


def test_a_page_of_nothing_is_refused() -> None:
    with pytest.raises(
        ConfigError, match=r"there is no contract type 'stay-witin'\. did you mean 'stay-within'"
    ):
        main(["stay-witin"])


def test_a_misspelt_field_of_it_is_an_error_of_the_pack(install: Install) -> None:
    file = install(MODULE, pack=PACK.replace("zone: a", "zon: a"))
    with pytest.raises(ConfigError, match=r"mine\.yaml:14:33: unknown key 'zon'\. did you mean 'zone'\?"):
        load_pack(file)


def test_a_type_that_nobody_offers_is_told_with_those_that_are() -> None:
    with pytest.raises(ConfigError):
        load_pack("nowhere.yaml")
    assert installed(["same-zone"]) == {}


@pytest.mark.parametrize(
    ("module", "target", "expected"),
    [
        pytest.param("import nothing_of_this_name", "SameZone", "cannot be loaded: ModuleNotFoundError", id="its module cannot be imported"),
        pytest.param("", "SameZone", "cannot be loaded: AttributeError", id="there is no such class"),
        pytest.param("class SameZone: pass", "SameZone", "is no class derived from lineage.contracts.Contract", id="it is no contract"),
        pytest.param(MODULE.replace("def check", "def chek"), "SameZone", "has no method `check`", id="it cannot check"),
        pytest.param(MODULE.replace('Literal["same-zone"] = "same-zone"', 'Literal["other"] = "other"'), "SameZone", 'has no field `type: Literal["same-zone"]`', id="its type is another"),
        pytest.param(MODULE.replace("    UNDECIDED =", "    # UNDECIDED ="), "SameZone", "has no cases UNDECIDED", id="it has no cases"),
        pytest.param(MODULE.replace("same-zone.other", "reaches"), "SameZone", "message 'reaches' already says something else", id="it changes our words"),
    ],
)  # fmt: skip
def test_a_faulty_one_names_the_distribution(
    install: Install, module: str, target: str, expected: str
) -> None:
    file = install(module, target=target)
    with pytest.raises(ConfigError) as caught:
        load_pack(file)

    said = str(caught.value)
    assert "contract type 'same-zone' of own 1.2 (own_contract:SameZone)" in said
    assert expected in said


def test_one_that_fails_names_the_distribution_and_quotes_nothing(install: Install) -> None:
    broken = MODULE.replace(
        "return each_place(", "raise RuntimeError('secret prompt') from None\n        return each_place("
    )
    pack = load_pack(install(broken))
    with pytest.raises(ConfigError) as caught:
        check(sketch("acme[DE] > gw@SG"), [pack])

    assert "own 1.2 (own_contract:SameZone) failed with RuntimeError" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_one_that_answers_with_something_else(install: Install) -> None:
    broken = MODULE.replace("return each_place(context, self.data, scope, test)", "return None")
    pack = load_pack(install(broken))
    with pytest.raises(ConfigError, match="answered with something else than `Checked`"):
        check(sketch("acme[DE] > gw@SG"), [pack])


def test_two_of_one_name(install: Install) -> None:
    install(MODULE, name="own")
    file = install(MODULE, name="theirs")
    with pytest.raises(ConfigError, match=r"is offered by own 1\.2 .* and by theirs 1\.2"):
        load_pack(file)


def test_a_built_in_type_is_not_replaced(install: Install) -> None:
    pack = PACK.replace("{type: same-zone, zone: a}", "{type: stay-within, zones: [a]}")
    file = install(MODULE, pack=pack, type_="stay-within")

    assert type(load_pack(file).rules[0].contract) is StayWithin


def test_cases_that_do_not_come_out_are_all_told() -> None:
    class Wrong(StayWithin):
        HOLDS = StayWithin.BREAKS[:1]
        BREAKS = StayWithin.HOLDS[:1]
        UNDECIDED = ()

    with pytest.raises(AssertionError) as caught:
        check_cases(Wrong)

    said = str(caught.value).splitlines()
    assert said[0] == "UNDECIDED: it has none"
    assert said[1].startswith("HOLDS 0 (hong[CN] > core@CN > gw@SG): verdicts are ")
    assert said[2].startswith("BREAKS 0 (hong[CN] > core@CN > pg; ")
