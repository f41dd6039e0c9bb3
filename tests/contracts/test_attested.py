"""`attested`: for whom a document is demanded, which one speaks, and where the finding points."""

from __future__ import annotations

from typing import Any

import pytest

from lineage.contracts import Attested, Context, PartyRequires, PlaceRequires
from lineage.contracts.cases import CHINA, TODAY
from lineage.findings import Checked, Ref, Verdict
from lineage.flows import Flows
from lineage.graph import FlowGraph
from lineage.inventory import Inventory
from lineage.testing import Sketch, sketch

PARTY = {"document": ("dpa",), "per": "party", "places": {"countries": ("domestic",)}}
VENDOR = {"document": ("dpa",), "per": "vendor"}
LICENCE = {"document": ("licence",), "per": "authorisation"}
ONE = {"document": ("audit", "report")}
GONE = "expires=2025-12-31"


def check(fields: dict[str, Any], graph: FlowGraph) -> Checked:
    return Attested.model_validate(fields).check(Context(graph, CHINA, TODAY))


def subjects(checked: Checked) -> dict[str, Verdict]:
    return {judgement.at[1]: judgement.verdict for judgement in checked.judgements}


@pytest.mark.parametrize(
    ("fields", "lines", "expected"),
    [
        pytest.param(
            PARTY,
            ("acme[DE] > gw@SG > core@CN", "beta[FR] > gw2@SG"),
            {"party:acme": Verdict.UNDECIDED},
            id="only parties whose data gets to the places",
        ),
        pytest.param(
            PARTY,
            ("acme[DE] > gw@SG > pg", "job@CN < pg", "beta[FR] > gw2@SG", f"document dpa covers=all {GONE}"),
            {"party:acme": Verdict.VIOLATED},
            id="through a store",
        ),
        pytest.param(
            PARTY,
            ("acme[DE] > gw@SG ?> core@CN", f"document dpa covers=all {GONE}"),
            {"party:acme": Verdict.UNDECIDED},
            id="data that may get there",
        ),
        pytest.param(
            PARTY,
            ("acme[DE] > gw@SG > core@CN", "gw lowers origin=DE evidence=report", f"document dpa covers=all {GONE}"),
            {"party:acme": Verdict.VIOLATED},
            id="a label taken away is no data taken away when the data is not chosen by it",
        ),
        pytest.param(
            {**PARTY, "data": {"origin": ("overseas",)}},
            ("acme[DE] > gw@SG > core@CN", "gw lowers origin=DE evidence=report", f"document dpa covers=all {GONE}"),
            {},
            id="after a declassifier no data of this sort gets there",
        ),
        pytest.param(
            VENDOR,
            ("organisation us-ltd", "acme[DE] > gw@SG", "gw is operator=us-ltd"),
            {},
            id="our own organisation is no vendor",
        ),
        pytest.param(
            VENDOR,
            ("organisation us-ltd", "acme[DE] > gw@SG", "gw is operator=them-ltd"),
            {"vendor:them-ltd": Verdict.UNDECIDED},
            id="another operator is",
        ),
        pytest.param(
            VENDOR,
            ("acme[DE] > gw@SG > pg", "gw is vendor=cloud", "pg is vendor=cloud", f"document dpa covers=cloud {GONE}"),
            {"vendor:cloud": Verdict.VIOLATED},
            id="a vendor of two places once",
        ),
        pytest.param(
            LICENCE,
            (
                "acme[DE] > gw@SG > model:qwen",
                "authorisation direct models=qwen document=lic",
                "authorisation resold models=*",
                f"document licence id=lic covers=all {GONE}",
            ),
            {"authorisation:direct": Verdict.UNDECIDED, "authorisation:resold": Verdict.UNDECIDED},
            id="of two authorisations that fit it cannot be told which was used",
        ),
        pytest.param(
            LICENCE,
            (
                "acme[DE] > gw@SG > model:qwen",
                "authorisation direct models=qwen endpoints=*.example",
                "authorisation resold models=qwen endpoints=other.host",
                f"document licence covers=direct {GONE}",
            ),
            {"authorisation:direct": Verdict.VIOLATED},
            id="an endpoint tells which",
        ),
        pytest.param(
            ONE,
            ("acme[DE] > gw@SG", f"document audit {GONE}", "document report holds=no", "document report date=2025-06-02 id=two"),
            {},
            id="the newest of a type speaks, and any type serves",
        ),
        pytest.param(
            ONE,
            ("acme[DE] > gw@SG", "document audit id=one", "document audit id=two holds=no"),
            {"organisation": Verdict.VIOLATED},
            id="two of one day that disagree",
        ),
        pytest.param(
            ONE,
            ("acme[DE] > gw@SG", "document audit covers=acme holds=no"),
            {"organisation": Verdict.UNDECIDED},
            id="a document about one party says nothing of the organisation",
        ),
    ],
)  # fmt: skip
def test_for_whom(fields: dict[str, Any], lines: tuple[str, ...], expected: dict[str, Verdict]) -> None:
    assert subjects(check(fields, sketch(*lines))) == expected


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        pytest.param({**ONE, "data": {"origin": ("domestic",)}}, ("acme[DE] > gw@SG",), id="no such data"),
        pytest.param({**ONE, "places": {"countries": ("domestic",)}}, ("acme[DE] > gw@SG",), id="it got to no such place"),
        pytest.param(LICENCE, ("acme[DE] > gw@SG",), id="no model was called"),
        pytest.param({**VENDOR, "places": {"roles": ("log",)}}, ("acme[DE] > gw@SG",), id="no place of a vendor in scope"),
    ],
)  # fmt: skip
def test_nothing_observed_is_not_applicable(fields: dict[str, Any], lines: tuple[str, ...]) -> None:
    checked = check(fields, sketch(*lines))

    assert (checked.judgements, checked.flows) == ((), 0)


@pytest.mark.parametrize(
    ("document", "message", "day"),
    [
        pytest.param("expires=2025-12-31", "document.expired", "2025-12-31", id="expired yesterday"),
        pytest.param("date=2026-01-02", "document.early", "2026-01-02", id="of tomorrow"),
        pytest.param("date=2025-01-01", "document.old", "2025-01-01", id="too old"),
        pytest.param("holds=no", "document.negative", "2025-06-01", id="says no"),
    ],
)
def test_what_is_wrong_with_a_document(document: str, message: str, day: str) -> None:
    graph = sketch("acme[DE] > gw@SG", f"document audit id=a-7 {document}")
    (judgement,) = check({"document": ("audit",), "max_age_days": 364}, graph).judgements

    assert (judgement.message, judgement.context["document"], judgement.context["day"]) == (
        message,
        "a-7",
        day,
    )
    assert str(judgement.source) == "sketch"


INVENTORY = """
organisation: {name: us-ltd, title: {en: Us Ltd, zh: 本公司}}
parties: [{name: acme, match: {tenant: acme}, origin: DE}]
attestations:
  - {id: old, type: dpa, owner: legal, date: 2024-01-01, expires: 2024-12-31, covers: acme}
"""


def test_a_finding_points_at_the_document_in_the_inventory() -> None:
    graph = FlowGraph(drawn("acme[DE] > gw@SG"), Inventory.loads([INVENTORY], ["lineage.yaml"]))
    (judgement,) = check({"document": ("dpa",), "per": "party"}, graph).judgements

    assert (judgement.verdict, str(judgement.source)) == (Verdict.VIOLATED, "lineage.yaml:5:5")


def test_a_finding_about_the_organisation_names_it() -> None:
    graph = FlowGraph(drawn("acme[DE] > gw@SG"), Inventory.loads([INVENTORY], ["lineage.yaml"]))
    (judgement,) = check(ONE, graph).judgements
    subject = judgement.context["subject"]

    assert isinstance(subject, Ref)
    assert (subject.en, subject.zh, str(judgement.source)) == ("Us Ltd", "本公司", "lineage.yaml:2:15")


def drawn(line: str) -> Flows:
    drawing = Sketch()
    drawing.draw(line)
    return drawing.flows


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("document dpa holds=maybe", "holds", id="a flag that is neither yes nor no"),
        pytest.param("document dpa cover=acme", "cover", id="a misspelt key"),
        pytest.param("vendor cloud owners=CN:most", "most", id="a share that is no number"),
    ],
)
def test_a_wrong_declaration_of_a_sketch_is_refused(line: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        sketch("acme[DE] > gw@SG", line)


@pytest.mark.parametrize(
    ("require", "lines", "expected"),
    [
        pytest.param({"dpa": True}, ("acme is dpa=d", "document dpa id=d holds=no"), {Verdict.VIOLATED}, id="a document that says no"),
        pytest.param({"dpa": True}, ("acme is dpa=d", "document other"), set(), id="a reference that is no attestation"),
        pytest.param({"industry_outside": ("x",)}, ("acme is industry=xy",), set(), id="a name is not a part of a name"),
        pytest.param({"industry_outside": ("defen*",)}, ("acme is industry=Defence",), {Verdict.VIOLATED}, id="capitals or not"),
        pytest.param({"market_within": ("overseas",)}, ("acme is market=HK",), set(), id="words of the pack"),
    ],
)  # fmt: skip
def test_party(require: dict[str, Any], lines: tuple[str, ...], expected: set[Verdict]) -> None:
    rule = PartyRequires.model_validate({"require": require})
    checked = rule.check(Context(sketch("acme[DE] > gw@SG", *lines), CHINA, TODAY))

    assert expected == {judgement.verdict for judgement in checked.judgements}


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        pytest.param("CN:50", {Verdict.VIOLATED}, id="half is enough"),
        pytest.param("US:51+CN:49", set(), id="less than half, and the rest is told"),
        pytest.param("CN:30+CN:30", {Verdict.UNDECIDED}, id="together more than half"),
        pytest.param("US", {Verdict.UNDECIDED}, id="no share told"),
        pytest.param("US:100+CN", {Verdict.UNDECIDED}, id="a share further up not told"),
        pytest.param("US:100", set(), id="wholly elsewhere"),
    ],
)
def test_owners(owners: str, expected: set[Verdict]) -> None:
    rule = PlaceRequires.model_validate({"require": {"owners_outside": ("domestic",)}})
    lines = ("acme[DE] > gw@SG", "gw is vendor=cloud", f"vendor cloud country=US owners={owners}")
    checked = rule.check(Context(sketch(*lines), CHINA, TODAY))

    assert expected == {judgement.verdict for judgement in checked.judgements}
