"""Labels of sources, and their least fixed point; the exhaustive comparison is in test_reach.py."""

from __future__ import annotations

import pytest

from lineage.solve import own_labels, solve
from lineage.testing import sketch


@pytest.mark.parametrize(
    ("lines", "place", "expected"),
    [
        pytest.param(("acme[DE] > gw@SG",), "party:acme", ["DE"], id="a party has what the inventory declares"),
        pytest.param(("acme[?] > gw@SG",), "party:acme", ["unknown"], id="a party that is not declared is unknown"),
        pytest.param(("gw@SG < pg",), "store:postgresql@pg", ["unknown"], id="a store never seen written is unknown"),
        pytest.param(("gw@SG > pg",), "store:postgresql@pg", [], id="a store seen written holds what flowed in"),
        pytest.param(("gw@SG < pg", "pg is holds=CN"), "store:postgresql@pg", ["CN"], id="declared contents count"),
        pytest.param(("gw@SG < model:qwen",), "model:/qwen@qwen.example", [], id="a model that is not declared adds nothing"),
        pytest.param(("gw@SG < remote:api",), "remote:api", ["unknown"], id="a peer's answer is unknown"),
        pytest.param(("op:sre[?] > gw@SG",), "operator:sre", ["unknown"], id="what staff bring in is unknown"),
        pytest.param(("gw@SG > pg",), "service:gw@SG", ["unknown"], id="a service's own data is unknown"),
        pytest.param(("caller:gw@SG > gw",), "caller:?(service:gw@SG)", ["unknown"], id="an unseen caller is unknown"),
    ],
)  # fmt: skip
def test_labels_of_a_source(lines: tuple[str, ...], place: str, expected: list[str]) -> None:
    graph = sketch(*lines)
    thing = next(t for t in range(len(graph.things)) if graph.id(t) == place)

    assert expected == sorted(own_labels(graph, thing).origins)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ("acme[DE:personal] > gw@SG > pg", "job@CN < pg"),
            (("DE",), ("personal",)),
            id="what is kept comes out in another trace",
        ),
        pytest.param(
            ("acme[DE] > gw@SG > pg-a", "hong[CN] > gw > pg-b", "a@SG < pg-a > pg-b", "b@SG < pg-b > pg-a", "job@CN < pg-a"),
            (("CN", "DE"), ("unknown",)),
            id="stores that feed each other have equal labels",
        ),
        pytest.param(
            ("acme[DE] > gw@SG > ?redis", "hong[CN] > gw > redis", "job@CN < redis"),
            (("CN", "DE"), ("unknown",)),
            id="a store without an address may be the one that is read",
        ),
        pytest.param(
            ("acme[DE] > gw@SG > redis-a", "job@CN > ?redis", "hong[CN] > gw > redis-b", "late@CN < redis-b"),
            (("CN", "unknown"), ("unknown",)),
            id="data does not cross twice over a store without an address",
        ),
        pytest.param(("gw@SG ?> pg", "acme[DE] > gw ?> pg", "job@CN < pg"), (("DE", "unknown"), ("unknown",)), id="possible data counts"),
    ],
)  # fmt: skip
def test_labels_of_the_last_flow(
    lines: tuple[str, ...], expected: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    graph = sketch(*lines)
    reader = next(
        n
        for n, flow in enumerate(graph.flows)
        if flow.key.target.name in ("job", "late") and flow.key.leg == "response"
    )

    assert expected == solve(graph).of_flow(reader)
