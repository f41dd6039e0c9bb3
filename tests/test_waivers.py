"""Waivers that end: told before they do, with whose they are."""

from __future__ import annotations

from datetime import date

import pytest

from lineage.checking import Report, check
from lineage.errors import ConfigError
from lineage.inventory import WaiverEntry
from lineage.packs import load_pack
from lineage.report import FORMATS
from lineage.testing import sketch

MIXED = ("acme[DE:personal] > gw@SG > pg/eu", "hong[CN:personal] > core@CN > pg/cn")


def judged(today: str, path: str = "store:*") -> Report:
    """A shared store that is waived until the end of November."""
    graph = sketch(*MIXED)
    waiver = WaiverEntry(
        rule="order16/no-shared-store", path=(path,), reason="r", approver="dpo", owner="platform", ticket="T-7", expires=date(2026, 11, 30)
    )  # fmt: skip
    graph.inventory.waivers = (waiver,)  # type: ignore[misc]
    whole = load_pack("order16")
    rules = tuple(rule for rule in whole.rules if rule.id == "order16/no-shared-store")
    return check(graph, [whole.model_copy(update={"rules": rules})], today=date.fromisoformat(today))


@pytest.mark.parametrize(
    ("today", "told"),
    [
        pytest.param("2026-11-15", 0, id="15 days before"),
        pytest.param("2026-11-16", 1, id="14 days before"),
        pytest.param("2026-11-30", 1, id="on its last day"),
    ],
)
def test_a_waiver_is_spoken_of_14_days_before_its_last(today: str, told: int) -> None:
    text = FORMATS["text"](judged(today))

    assert (
        text.count(
            "! the waiver of order16/no-shared-store ends on 2026-11-30; platform answers for it [T-7]"
        )
        == told
    )


@pytest.mark.parametrize(
    ("today", "path", "said"),
    [
        pytest.param("2026-12-01", "store:*", "expired on 2026-11-30; platform answers for it", id="expired"),
        pytest.param("2026-11-01", "topic:*", "matches no finding; platform answers for it", id="of nothing"),
    ],
)
def test_an_error_names_the_owner(today: str, path: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        judged(today, path)
    assert said in str(caught.value)
