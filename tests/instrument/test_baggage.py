"""Labels over process borders, and what strangers send."""

from __future__ import annotations

import random

import pytest
from opentelemetry import baggage, context, propagate, trace
from opentelemetry.context import Context
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.propagators.textmap import TextMapPropagator
from recorded import Spans

from lineage.instrument import counts, current, label
from lineage.instrument.baggage import LabelPropagator


def sent() -> str:
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers.get("baggage", "")


def test_ambient_labels_travel_and_what_is_said_of_one_operation_does_not(spans: Spans) -> None:
    with label(
        origin="DE",
        tenant="acme-eu",
        purpose="billing",
        category="prompt",
        direction="write",
        protection="masked",
    ):
        members = set(sent().split(","))
    assert members == {"lineage.data.origin=DE", "lineage.tenant=acme-eu", "lineage.purpose=billing"}
    assert sent() == ""


def test_what_comes_is_written_on_the_first_span_and_below_and_sent_on(spans: Spans) -> None:
    found = propagate.extract(
        {"baggage": "lineage.data.origin=DE,lineage.data.class=personal,shop=1"}, Context()
    )
    token = context.attach(found)
    with spans.within("server"), spans.within("call"):
        onwards = set(sent().split(","))
    context.detach(token)
    told = {"data.origin": "DE", "data.class": "personal"}
    assert spans.labels() == {"server": told, "call": told}
    assert onwards == {"shop=1", "lineage.data.origin=DE", "lineage.data.class=personal"}


@pytest.mark.parametrize(
    "member",
    [
        "lineage.direction=write",
        "lineage.protection=anonymised",
        "lineage.data.category=usage",
        "lineage.retention=P1D",
        "lineage.new=1",
    ],
)
def test_what_is_said_of_one_operation_is_not_believed_of_another_process(spans: Spans, member: str) -> None:
    spans.start("server", context=propagate.extract({"baggage": member}, Context())).end()
    assert spans.labels() == {"server": {}}


def test_the_other_members_of_baggage_travel_as_they_do(spans: Spans) -> None:
    token = context.attach(baggage.set_baggage("shop", "17"))
    with label(tenant="acme-eu"):
        members = set(sent().split(","))
    context.detach(token)
    assert members == {"shop=17", "lineage.tenant=acme-eu"}


@pytest.fixture
def edge(spans: Spans) -> Spans:
    propagator = propagate.get_global_textmap()
    assert isinstance(propagator, LabelPropagator)
    propagator.edge = True
    return spans


def test_at_the_edge_labels_are_claims_on_the_first_span_and_nothing_below(edge: Spans) -> None:
    header = (
        "lineage.data.origin=DE,lineage.tenant=acme-eu,lineage.data.class=none,lineage.direction=write,shop=1"
    )
    found = propagate.extract({"baggage": header, "traceparent": f"00-{1:032x}-{2:016x}-01"}, Context())
    token = context.attach(found)
    with edge.within("server"), edge.within("call"):
        onwards = sent()
        assert current() == {}
    context.detach(token)
    assert edge.labels() == {
        "server": {
            "data.origin": "DE",
            "claimed": "lineage.data.class,lineage.data.origin,lineage.direction,lineage.tenant",
        },
        "call": {},
    }
    assert onwards == "shop=1"
    assert edge.ended()[-1].context.trace_id == 1


def test_a_claim_is_read_as_a_claim(edge: Spans) -> None:
    from lineage.decode.sdk import from_sdk
    from lineage.operations import operation
    from lineage.spans import Tally, Vocabulary

    edge.start("server", context=propagate.extract({"baggage": "lineage.data.origin=DE"}, Context())).end()
    vocabulary = Vocabulary()
    read = from_sdk(edge.ended(), vocabulary, Tally())
    assert operation(vocabulary.shapes[int(read.shape[0])]).claim == "DE"


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("lineage%2Edata%2Eorigin=DE", id="a name in percent signs"),
        pytest.param(" lineage.data.origin = DE ", id="blanks"),
        pytest.param("a=1,lineage.data.origin=DE;x=y", id="properties"),
        pytest.param("lineage.data.origin=CN,lineage.data.origin=DE", id="twice"),
    ],
)
def test_at_the_edge_no_spelling_gets_a_label_in(edge: Spans, header: str) -> None:
    with_baggage = propagate.extract({"baggage": header}, Context())
    edge.start("server", context=with_baggage).end()
    assert "lineage.data.origin" not in (edge.ended()[0].attributes or {})
    assert not [key for key in baggage.get_all(with_baggage) if key.startswith("lineage")]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("where", ["edge", "inside"])
def test_eight_kibibytes_of_anything(spans: Spans, seed: int, where: str) -> None:
    propagate.get_global_textmap().edge = where == "edge"  # type: ignore[attr-defined]
    chance = random.Random(seed)
    alphabet = [
        "lineage.data.origin=",
        "lineage.tenant=",
        "DE",
        ",",
        "=",
        ";",
        "%",
        "%2",
        "%00",
        "\x00",
        "\n",
        "é",
        "汉",
        " ",
        "x" * 200,
        "lineage.",
    ]
    header = "".join(chance.choice(alphabet) for _ in range(4000))[:8192]
    with label(tenant="somebody-else"):
        span = spans.start("server", context=propagate.extract({"baggage": header}, Context()))
        span.end()
        onwards = sent()
    attributes = spans.ended()[0].attributes or {}
    assert attributes.get("lineage.tenant") != "somebody-else"
    assert all(len(str(value)) <= 512 for value in attributes.values())
    assert len(onwards) <= 8192


class Broken(TextMapPropagator):
    def extract(self, *_: object, **__: object) -> Context:
        raise RuntimeError("CANARY")

    def inject(self, *_: object, **__: object) -> None:
        return None

    @property
    def fields(self) -> set[str]:
        return set()


def test_a_propagator_that_fails_loses_the_labels_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    before = counts().get("not-extracted", 0)
    broken = LabelPropagator(CompositePropagator([Broken()]))
    with label(tenant="somebody-else"):
        found = broken.extract({"baggage": "lineage.tenant=acme-eu"}, context.get_current())
    token = context.attach(found)
    assert current() == {}
    context.detach(token)
    assert counts()["not-extracted"] == before + 1
    assert "CANARY" not in caplog.text


def test_traces_go_on_through_it(spans: Spans) -> None:
    headers: dict[str, str] = {}
    with spans.within("client") as client:
        propagate.inject(headers)
    found = trace.get_current_span(propagate.extract(headers, Context())).get_span_context()
    assert found.trace_id == client.get_span_context().trace_id
    assert found.is_remote
