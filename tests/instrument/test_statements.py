"""What is stated, and on which spans it is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from recorded import Spans

from lineage.instrument import carry, counts, current, label, state
from lineage.instrument.axes import KEYWORDS, said, under


def test_a_block_speaks_of_the_span_around_it_and_of_all_below(spans: Spans) -> None:
    stated = label(origin="de", data_class="personal", tenant="acme-eu", authorisation="up-7")
    with spans.within("request"):
        with stated, spans.within("call"), spans.within("below"):
            pass
        with spans.within("after"):
            pass
    told = {"data.origin": "DE", "data.class": "personal", "tenant": "acme-eu", "authorisation": "up-7"}
    assert spans.labels() == {"request": told, "call": told, "below": told, "after": {}}


def test_purpose_and_actor_of_a_block_are_not_those_of_the_span_around_it(spans: Spans) -> None:
    stated = label(purpose="billing", actor="human", role="support")
    with spans.within("request"), stated, spans.within("call"), spans.within("below"):
        pass
    told = {"purpose": "billing", "actor": "human", "actor.role": "support"}
    assert spans.labels() == {"request": {}, "call": told, "below": told}


def test_what_is_said_of_one_operation_does_not_go_below_it(spans: Spans) -> None:
    stated = label(category="prompt", direction="write", protection="masked", retention="P30D")
    with spans.within("request"), stated, spans.within("call"), spans.within("below"):
        pass
    told = {"data.category": "prompt", "direction": "write", "protection": "masked", "retention": "P30D"}
    assert spans.labels() == {"request": {}, "call": told, "below": {}}


def test_state_speaks_of_the_rest_of_the_current_span(spans: Spans) -> None:
    with spans.within("request"):
        state(tenant="acme-eu", purpose="support", category="log")
        with spans.within("call"), spans.within("below"):
            pass
    with spans.within("next request"):
        assert current() == {}
    below = {"tenant": "acme-eu", "purpose": "support"}
    assert spans.labels() == {
        "request": below | {"data.category": "log"},
        "call": below,
        "below": below,
        "next request": {},
    }


def test_state_without_a_span_says_nothing_and_counts_it(spans: Spans) -> None:
    before = counts().get("stated-without-span", 0)
    state(tenant="acme-eu")
    assert current() == {}
    assert counts()["stated-without-span"] == before + 1


@pytest.mark.parametrize(
    ("farther", "nearer", "held", "conflicts"),
    [
        pytest.param({"data_class": "core"}, {"data_class": "none"}, {"data_class": "core"}, {"data_class"}, id="class only tightens"),
        pytest.param({"data_class": "none"}, {"data_class": "personal"}, {"data_class": "personal"}, {"data_class"}, id="class tightens"),
        pytest.param({"data_class": "unknown"}, {"data_class": "business"}, {"data_class": "unknown"}, {"data_class"}, id="unknown may be personal"),
        pytest.param({"protection": "none"}, {"protection": "anonymised"}, {"protection": "none"}, {"protection"}, id="protection only weakens"),
        pytest.param({"actor": "human"}, {"actor": "service"}, {"actor": "human"}, {"actor"}, id="a human stays"),
        pytest.param({"origin": "DE"}, {"origin": "CN"}, {"origin": "CN"}, {"origin"}, id="of two origins the nearer, and it is told"),
        pytest.param({"purpose": "inference"}, {"purpose": "billing"}, {"purpose": "billing"}, set(), id="a purpose within a purpose"),
        pytest.param({"tenant": "a", "origin": "DE", "data_class": "core", "authorisation": "x", "purpose": "billing"}, {"tenant": "b"},
                     {"tenant": "b", "purpose": "billing"}, set(), id="another tenant ends what was said of the first"),
        pytest.param({"tenant": "a", "origin": "DE"}, {"tenant": "unknown"}, {"tenant": ""}, set(), id="an unknown tenant too"),
        pytest.param({"tenant": "a"}, {"tenant": "li@example.com"}, {"tenant": ""}, set(), id="a value that is none hides the farther one"),
        pytest.param({"origin": "DE"}, {"origin": "unknown"}, {"origin": ""}, set(), id="unknown hides the farther one"),
        pytest.param({"origin": "DE"}, {"tenant": "a"}, {"origin": "DE", "tenant": "a"}, set(), id="a first tenant adds"),
    ],
)  # fmt: skip
def test_a_nearer_statement_within_a_farther_one(
    farther: dict[str, str], nearer: dict[str, str], held: dict[str, str], conflicts: set[str]
) -> None:
    expected = {KEYWORDS[word]: value for word, value in held.items()}
    assert under(said(**farther), said(**nearer)) == (
        expected,
        frozenset(KEYWORDS[word] for word in conflicts),
    )


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param({"tenant": "a"}, {"tenant": "b"}, {"conflict": "lineage.tenant"}, id="a span of two customers is nobody's"),
        pytest.param({"data_class": "core"}, {"data_class": "none"}, {"data.class": "core", "conflict": "lineage.data.class"}, id="class"),
        pytest.param({"origin": "DE"}, {"origin": "CN"}, {"data.origin": "DE", "conflict": "lineage.data.origin"}, id="the first origin stays"),
        pytest.param({"origin": "DE"}, {"origin": "DE"}, {"data.origin": "DE"}, id="the same again is no contradiction"),
        pytest.param({"origin": "DE"}, {"tenant": "a"}, {"data.origin": "DE", "tenant": "a"}, id="more of the same"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["blocks", "state"])
def test_two_statements_about_one_span(
    spans: Spans, how: str, first: dict[str, str], second: dict[str, str], expected: dict[str, str]
) -> None:
    with spans.within("batch"):
        for stated in (first, second):
            if how == "state":
                state(**stated)
            else:
                with label(**stated):
                    pass
    assert spans.labels()["batch"] == expected


def test_a_third_customer_does_not_become_the_owner_of_a_batch(spans: Spans) -> None:
    with spans.within("batch"):
        for tenant in ("a", "b", "c"):
            with label(tenant=tenant), spans.within(f"item {tenant}"):
                pass
    assert spans.labels()["batch"] == {"conflict": "lineage.tenant"}
    assert {name: told.get("tenant") for name, told in spans.labels().items() if name != "batch"} == {
        "item a": "a",
        "item b": "b",
        "item c": "c",
    }


def test_a_keyword_that_there_is_not_is_an_error_at_once() -> None:
    with pytest.raises(TypeError, match="no label is called orign; there are origin"):
        label(orign="DE")  # type: ignore[call-arg]


def test_what_is_no_label_is_not_remembered() -> None:
    from lineage.instrument import axes

    with label(tenant="acme-remembered", purpose="ask Li Wei"):
        pass
    with label(tenant="li@example.com"):
        pass
    assert ("lineage.tenant", "acme-remembered") in axes._good
    assert not {"ask Li Wei", "li@example.com"} & {value for _, value in axes._good}


def test_a_value_is_never_in_the_log(spans: Spans, caplog: pytest.LogCaptureFixture) -> None:
    before = counts().get("refused:lineage.purpose:vocabulary", 0)
    with label(purpose="CANARY text", origin="CANARY", tenant="CANARY text"), spans.within("call"):
        pass
    assert "CANARY" not in caplog.text
    assert "CANARY" not in str(counts())
    assert spans.labels() == {"call": {}}
    assert counts()["refused:lineage.purpose:vocabulary"] == before + 1


def test_labels_that_the_span_was_given_are_nearest(spans: Spans) -> None:
    with label(purpose="inference", data_class="core"):
        spans.start("call", attributes={"lineage.purpose": "billing", "lineage.data.class": "none"}).end()
    assert spans.labels()["call"] == {
        "purpose": "billing",
        "data.class": "core",
        "conflict": "lineage.data.class",
    }


# --- decorators ---------------------------------------------------------------------------------------


def _plain(spans: Spans) -> Callable[[], object]:
    @label(tenant="acme-eu")
    def work() -> None:
        spans.start("inside").end()

    return work


def _coroutine(spans: Spans) -> Callable[[], object]:
    @label(tenant="acme-eu")
    async def work() -> None:
        await asyncio.sleep(0)
        spans.start("inside").end()

    return lambda: asyncio.run(work())


def _generator(spans: Spans) -> Callable[[], object]:
    @label(tenant="acme-eu")
    def work() -> Iterator[int]:
        yield 1
        spans.start("inside").end()
        yield 2

    def consume() -> None:
        for _ in work():
            spans.start("outside").end()

    return consume


def _async_generator(spans: Spans) -> Callable[[], object]:
    @label(tenant="acme-eu")
    async def work() -> AsyncIterator[int]:
        yield 1
        spans.start("inside").end()
        yield 2

    async def consume() -> None:
        async for _ in work():
            spans.start("outside").end()

    return lambda: asyncio.run(consume())


@pytest.mark.parametrize("make", [_plain, _coroutine, _generator, _async_generator])
def test_a_decorated_function_runs_with_its_labels_and_its_caller_without(
    spans: Spans, make: Callable[[Spans], Callable[[], object]]
) -> None:
    work = make(spans)
    work()
    spans.start("outside").end()
    assert spans.labels() == {"inside": {"tenant": "acme-eu"}, "outside": {}}


def test_a_decorated_generator_passes_on_what_is_sent_and_thrown() -> None:
    @label(tenant="acme-eu")
    async def echo() -> AsyncIterator[object]:
        got: object = None
        while True:
            try:
                got = yield got
            except KeyError:
                got = "thrown"

    async def talk() -> list[object]:
        steps = echo()
        return [await anext(steps), await steps.asend("sent"), await steps.athrow(KeyError())]  # type: ignore[attr-defined]

    assert asyncio.run(talk()) == [None, "sent", "thrown"]


def test_a_context_manager_made_of_a_generator_labels_its_caller(spans: Spans) -> None:
    @contextmanager
    def of(tenant: str) -> Iterator[None]:
        with label(tenant=tenant):
            yield

    with of("acme-eu"):
        spans.start("inside").end()
    spans.start("outside").end()
    assert spans.labels() == {"inside": {"tenant": "acme-eu"}, "outside": {}}


# --- carried ------------------------------------------------------------------------------------------


def test_what_is_carried_holds_after_its_block_and_span_have_ended(spans: Spans) -> None:
    with ThreadPoolExecutor(1) as pool:
        with spans.within("request"), label(tenant="acme-eu", data_class="personal"):
            later = carry(lambda: spans.start("late").end())
        pool.submit(lambda: spans.start("lost").end()).result()
        pool.submit(later).result()
        pool.submit(lambda: spans.start("next").end()).result()
    labels = spans.labels()
    assert (labels["late"], labels["lost"], labels["next"]) == (
        {"tenant": "acme-eu", "data.class": "personal"},
        {},
        {},
    )
    late, request = ({span.name: span for span in spans.ended()}[name] for name in ("late", "request"))
    assert late.parent is not None
    assert request.context is not None
    assert late.parent.span_id == request.context.span_id


def test_a_coroutine_function_can_be_carried() -> None:
    async def main() -> dict[str, str]:
        async def later() -> dict[str, str]:
            await asyncio.sleep(0)
            return current()

        with label(tenant="acme-eu"):
            task = asyncio.ensure_future(carry(later)())
        return await task

    assert asyncio.run(main()) == {"lineage.tenant": "acme-eu"}
