"""What documents say of what was observed and declared, and what they say where nobody told."""

from __future__ import annotations

import pytest

from documents.made import cell, document, said
from lineage.documents import names
from lineage.documents.forms import SAME, forms
from lineage.documents.model import How

WAY = "acme[DE:personal] > gw@SG > pg/users"
VENDOR = (WAY, "acme is market=DE", "pg/users is vendor=cloud country=US")
ONCE = "observed: 1×, on 2023-11-14"

DECLARED = {
    "a vendor's legal name": ("vendor cloud entity=Cloud", "legal-entity", ["Cloud (declared: sketch)"]),
    "its country": ("vendor cloud country=IE", "country", ["Ireland (IE) (declared: sketch)"]),
    "where it processes": ("vendor cloud", "processing", ["United States (US) (declared: sketch)"]),
    "its owners": (
        "vendor cloud owners=CN:60+?:",
        "owners",
        ["owner 1 (Mainland China (CN), 60 %) (declared: sketch)", "owner 2 (not declared, share not declared) (declared: sketch)"],
    ),
    "that it must not train": ("vendor cloud training=no", "training", ["no (declared: sketch)"]),
    "how long it keeps data": ("vendor cloud retention=30", "retention", ["30 days (declared: sketch)"]),
    "a contract that is no declared document": (
        "vendor cloud dpa=c-7",
        "contract",
        ["c-7 (declared: sketch)", "no declared document has this id: its date is not known: write attestations[].id (gap)"],
    ),
    "that data was seen to get there": ("vendor cloud", "status", [f"observed: data of this market gets there ({ONCE})"]),
    "how often": ("vendor cloud", "traffic", [f"1× ({ONCE})"]),
}  # fmt: skip


@pytest.mark.parametrize(("line", "field", "expected"), DECLARED.values(), ids=DECLARED)
def test_a_sub_processor_list_says_what_is_declared_and_seen(
    line: str, field: str, expected: list[str]
) -> None:
    made = document("sub-processors", *VENDOR, line)

    assert said(cell(made, "list", field, "vendor:cloud")) == expected


GAPS = {
    "legal-entity": "not declared: write vendors[].legal_entity",
    "address": "to be supplied by hand: neither telemetry nor lineage.yaml holds this",
    "country": "not declared: write vendors[].country",
    "owners": "not declared: write vendors[].owners",
    "service": "not declared: write vendors[].service",
    "categories": "not declared: write flows[].category or send lineage.data.category",
    "purposes": "not declared: write flows[].purpose, places[].purposes or send lineage.purpose",
    "purposes-allowed": "not declared: write vendors[].purposes",
    "tier": "not declared: write vendors[].tier",
    "contract": "not declared: write vendors[].dpa",
    "tia": "not declared: write attestations[].type: transfer-impact-assessment | uk-transfer-risk-test",
    "retention": "not declared: write vendors[].retention",
    "training": "not declared: write vendors[].training",
    "documents": "not declared: write attestations[].covers",
    "added": "no last list was given: --since FILE",
}


@pytest.mark.parametrize(("field", "expected"), GAPS.items(), ids=GAPS)
def test_what_is_not_declared_of_a_vendor_says_what_to_write(field: str, expected: str) -> None:
    made = document("sub-processors", *VENDOR, "vendor cloud")

    (gap,) = cell(made, "list", field, "vendor:cloud")
    assert (gap.text.en, gap.gap) == (expected, True)


PLACE_GAPS = {
    "role": "not declared: write places[].role",
    "country": "not declared: write places[].country or send cloud.region",
    "run-by": "not declared: write places[].operator, places[].vendor",
    "retention": "not declared: write places[].retention",
    "retention-stated": "not stated: send lineage.retention",
    "deletable": "not declared: write places[].deletable",
    "deletion": "not declared: write attestations[].type: deletion-test | return-or-deletion",
    "redaction": "not declared: write places[].redaction",
    "viewers": "not declared: write places[].viewers",
}


@pytest.mark.parametrize(("field", "expected"), PLACE_GAPS.items(), ids=PLACE_GAPS)
def test_what_is_not_declared_of_a_place_says_what_to_write(field: str, expected: str) -> None:
    made = document("retention-schedule", WAY)

    (gap,) = cell(made, "places", field)
    assert (gap.text.en, gap.gap) == (expected, True)


TOLD = {
    "a role": ("role=log", "role", "log"),
    "a day": ("retention=1", "retention", "1 days"),
    "half a day": ("retention=0.5", "retention", "12 hours"),
    "for ever": ("retention=inf", "retention", "for ever"),
    "nothing": ("retention=0", "retention", "nothing is kept"),
    "that it cannot be deleted": ("deletable=no", "deletable", "no"),
    "that nobody sees it": ("viewers=", "viewers", "nobody"),
    "who sees it": ("viewers=oncall+legal", "viewers", "oncall, legal"),
    "that it is masked": ("redaction=masked", "redaction", "masked"),
}


@pytest.mark.parametrize(("facts", "field", "expected"), TOLD.values(), ids=TOLD)
def test_what_is_declared_of_a_place(facts: str, field: str, expected: str) -> None:
    made = document("retention-schedule", WAY, f"pg/users is {facts}")

    assert said(cell(made, "places", field)) == [f"{expected} (declared: sketch)"]


PAPERS = {
    "in date": ("expires=2026-06-01", "until 2026-06-01, in date"),
    "on its last day": ("expires=2026-01-01", "until 2026-01-01, in date"),
    "a day too old": ("expires=2025-12-31", "until 2025-12-31, NOT IN DATE"),
    "without an end": ("owner=legal", "no end declared, in date"),
    "that says no": ("holds=no", "no end declared, in date, SAYS NO"),
    "of tomorrow": ("date=2026-01-02", "no end declared, NOT IN DATE"),
}


@pytest.mark.parametrize(("facts", "expected"), PAPERS.values(), ids=PAPERS)
def test_a_document_says_whether_it_counts(facts: str, expected: str) -> None:
    made = document("sub-processors", *VENDOR, "vendor cloud dpa=d", f"document dpa id=d {facts}")

    (told,) = cell(made, "list", "contract", "vendor:cloud")
    assert expected in told.text.en
    assert told.basis.en == "declared: sketch"


def test_a_document_counts_only_for_whom_it_covers() -> None:
    lines = (*VENDOR, "vendor cloud", "vendor other", "document scc covers=other")

    made = document("sub-processors", *lines)

    assert cell(made, "list", "transfer-tool", "vendor:other")[0].how is How.DECLARED
    assert cell(made, "list", "transfer-tool", "vendor:cloud")[0].how is How.NOT_DECLARED


# --- whose data, and whether it is sure -----------------------------------------------------------------


def test_each_market_has_its_own_list() -> None:
    made = document(
        "sub-processors",
        "acme[DE] > gw@SG > pg",
        "globex[US] > gw@SG > model:qwen",
        "acme is market=DE",
        "globex is market=US",
        "pg is vendor=cloud",
        "model:qwen is vendor=lab",
        "gw is operator=us",
    )  # fmt: skip

    rows = [(row.group, row.key) for part in made.parts for row in part.rows if part.id == "list"]
    assert rows == [("DE", "vendor:cloud"), ("US", "vendor:lab")]


def test_a_vendor_that_is_only_declared_is_on_the_list_and_said_so() -> None:
    made = document("sub-processors", *VENDOR, "vendor cloud", "vendor idle")

    (status,) = cell(made, "list", "status", "vendor:idle")
    assert (status.text.en, status.how) == (
        "declared; no data of this market was observed to get there",
        How.OBSERVED,
    )


def test_what_may_have_got_there_is_not_called_observed() -> None:
    made = document(
        "sub-processors",
        "acme[DE] > gw@SG ?> pg",
        "acme is market=DE",
        "gw is operator=us",
        "pg is vendor=cloud",
    )

    (status,) = cell(made, "list", "status", "vendor:cloud")
    assert (status.text.en, status.how) == ("possible: data of this market may get there", How.POSSIBLE)


def test_what_may_have_got_there_is_not_counted_with_what_surely_did() -> None:
    lines = (
        "acme[DE] > gw@SG > pg",
        "acme[DE] > gw@SG ?> pg",
        "acme[DE] > gw@SG ?> pg",
        "acme is market=DE",
        "gw is operator=us",
    )

    made = document("sub-processors", *lines, "pg is vendor=cloud")

    assert said(cell(made, "list", "traffic", "vendor:cloud")) == [f"1× ({ONCE})"]


def test_places_of_which_nobody_declares_who_runs_them_are_on_the_list() -> None:
    made = document("sub-processors", WAY, "acme is market=DE")

    (gap,) = cell(made, "list", "vendor", "vendor:")
    assert gap.text.en == "not declared: write places[].operator, places[].vendor: gw, postgresql pg/users"
    assert cell(made, "list", "owners", "vendor:")[0].how is How.FOLLOWS


def test_our_own_places_are_on_no_list() -> None:
    made = document(
        "sub-processors", WAY, "acme is market=DE", "gw is operator=us", "pg/users is operator=us"
    )

    assert [row for part in made.parts for row in part.rows if part.id == "list"] == []
    assert [listed.market for listed in made.lists] == ["DE"]


def test_customers_without_a_market_have_a_list_too() -> None:
    made = document("sub-processors", "acme[?] > gw@SG > pg", "pg is vendor=cloud", "gw is operator=us")

    assert [listed.market for listed in made.lists] == ["unknown"]


def test_a_list_names_no_customer() -> None:
    made = document("sub-processors", *VENDOR, "vendor cloud")

    assert "acme" not in "".join(each.text.en + each.basis.en for found in made.cells() for each in found)


def test_a_document_for_one_market_tells_nothing_of_the_others() -> None:
    lines = (
        "acme[DE] > core@CN > pg",
        "globex[US] > core@CN > pg",
        "acme is market=DE",
        "globex is market=US",
        "pg is country=CN",
    )

    made = document("transfer-assessment", *lines, market="DE")

    assert [row.key for part in made.parts for row in part.rows if part.id == "transfers"] == ["DE>CN"]
    told = "".join(each.text.en + each.basis.en for found in made.cells() for each in found)
    assert "globex" not in told
    rules = next(part for part in made.parts if part.id == "rules")
    assert (rules.rows, rules.nothing.text.en[:9]) == ((), "left out:")


# --- transfers and recipients ----------------------------------------------------------------------------


def test_a_place_of_no_known_country_is_a_transfer_too() -> None:
    made = document("transfer-assessment", "acme[DE] > gw@DE > core@?", "acme is market=DE")

    assert [row.key for part in made.parts for row in part.rows if part.id == "transfers"] == ["DE>unknown"]


def test_recipients_abroad_are_found_behind_the_first_one() -> None:
    made = document("impact-assessment", "acme[DE] > core@CN > gw@SG > acme", "acme is market=DE country=DE")

    keys = [row.key for part in made.parts for row in part.rows if part.id == "volume"]
    assert keys == ["to:DE", "to:SG"]


def test_the_format_at_the_border_is_a_gap_until_spans_state_it() -> None:
    made = document("transfer-assessment", "acme[DE] > gw@DE > core@CN", "acme is market=DE")

    (gap,) = cell(made, "transfers", "format")
    assert (gap.text.en, gap.basis.en) == ("not stated: send lineage.protection", "gap: seen 1×")


# --- the exemption file -----------------------------------------------------------------------------------


def test_the_exemption_file_is_of_overseas_customers_and_of_those_that_nobody_knows() -> None:
    lines = (
        "acme[DE] > core@CN > pg",
        "hong[CN] > core@CN > pg",
        "who[?] > core@CN",
        "acme is market=DE",
        "hong is market=CN",
    )

    made = document("exemption-file", *lines)

    assert [row.key for part in made.parts for row in part.rows if part.id == "origin"] == [
        "customer:party:acme",
        "customer:party:who",
    ]


def test_a_claim_of_spans_stands_beside_the_declared_origin() -> None:
    made = document("exemption-file", "acme[DE] > core@CN", "acme is market=DE", "acme claims CN")

    assert said(cell(made, "origin", "origin")) == [
        "Germany (DE) (declared: sketch)",
        "spans claim: Mainland China (CN) (claimed by spans; nobody vouches for it)",
    ]


def test_a_verdict_is_quoted_with_what_it_rests_on() -> None:
    made = document("exemption-file", "acme[DE] > core@CN > pg", "hong[CN] > core@CN > pg")

    (verdict,) = cell(made, "negative", "verdict", "order16/no-domestic-user")
    assert (verdict.text.en, verdict.how) == ("VIOLATED", How.JUDGED)
    assert verdict.basis.en == "judged: pack order16 1.0, strict"


# --- authorisations and ledgers ---------------------------------------------------------------------------

CALL = ("acme[DE] > gw@SG > model:qwen", "authorisation direct models=qwen")
BOOKS = (
    "ledger upstream-invoices invoice=7 period=2023-11 model=qwen tokens=1000",
    "ledger downstream-usage time=2023-11-14T22:10Z tenant=acme model=qwen tokens=700",
    "ledger stock period=2023-11 model=qwen opening_tokens=50 closing_tokens=40 self_hosted_tokens=0",
)


def test_a_balance_shows_what_is_left_over() -> None:
    made = document("authorisation-pack", *CALL, *BOOKS)

    key = "balance:qwen:2023-11:tokens"
    told = {
        name: cell(made, "reconciliation", name, key)[0].number
        for name in ("opening", "purchased", "self-hosted", "sold", "closing")
    }
    assert told == {"opening": 50, "purchased": 1000, "self-hosted": 0, "sold": 700, "closing": 40}
    assert cell(made, "reconciliation", "variance", key)[0].number == 310


def test_a_balance_with_a_side_that_is_not_told_has_no_variance() -> None:
    made = document("authorisation-pack", *CALL, *BOOKS[:2])

    key = "balance:qwen:2023-11:tokens"
    assert said(cell(made, "reconciliation", "opening", key)) == [
        "not declared: write ledgers[].kind: stock (gap)"
    ]
    assert cell(made, "reconciliation", "variance", key)[0].gap


def test_an_authorisation_past_its_end_is_not_in_force() -> None:
    made = document(
        "authorisation-pack",
        CALL[0],
        "authorisation direct models=qwen valid_from=2024-01-01 valid_until=2025-12-31",
    )

    assert said(cell(made, "authorisations", "validity")) == [
        "2024-01-01 to 2025-12-31 (declared: sketch)",
        "NOT IN FORCE on 2026-01-01 (declared: sketch)",
    ]


def test_without_ledgers_each_section_says_which_to_give() -> None:
    made = document("authorisation-pack", *CALL)

    told = {part.id: part.nothing.text.en for part in made.parts if not part.rows}
    assert told == {
        "reconciliation": "not declared: write ledgers[].kind: upstream-invoices, ledgers[].kind: downstream-usage, ledgers[].kind: stock",
        "invoices": "not declared: write ledgers[].kind: upstream-invoices",
        "orders": "not declared: write ledgers[].kind: downstream-orders",
        "collections": "not declared: write ledgers[].kind: collections",
    }


# --- all of them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines", [(), (WAY,), (*CALL, *BOOKS)], ids=["nothing at all", "a way of data", "calls and ledgers"]
)
@pytest.mark.parametrize("name", names())
def test_no_field_is_ever_blank(name: str, lines: tuple[str, ...]) -> None:
    made = document(name, *lines)

    assert all(found for found in made.cells())
    assert all(
        each.text.one(lang).strip() and each.basis.one(lang).strip()
        for found in made.cells()
        for each in found
        for lang in ("en", "zh")
    )
    assert all(part.rows or part.nothing.text.zh for part in made.parts)


def test_every_field_of_every_form_is_one_that_exists() -> None:
    from lineage.documents.build import FIELDS, HEAD, SUBJECTS

    fields = forms().fields
    for form in forms().forms:
        for part in form.parts:
            assert part.each in SUBJECTS
            assert set(part.fields) <= set(fields[SAME.get(part.each, part.each)])
    used = {
        (SAME.get(part.each, part.each), name)
        for form in forms().forms
        for part in form.parts
        for name in part.fields
    }
    used |= {("organisation", name) for name in HEAD}
    assert {(kind, name) for kind, named in fields.items() for name in named} == used
    line = {"invoice", "order", "payment"}
    assert {(kind, name) for kind, named in FIELDS.items() for name in named if kind not in line} <= {
        (kind, name) for kind, named in fields.items() for name in named
    }


def test_a_document_about_nothing_says_so() -> None:
    made = document("retention-schedule")

    assert made.parts[0].rows == ()
    assert made.parts[0].nothing.text.en.startswith(
        "Nothing of this sort was observed or declared. That proves nothing"
    )
