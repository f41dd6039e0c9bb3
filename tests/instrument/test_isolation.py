"""Labels are lost to "not known", and never fall to another request (RELIABILITY.md, P51).

`LINEAGE_INTERLEAVINGS=100000` runs the long form.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from opentelemetry import context, propagate, trace
from recorded import Spans

from lineage.instrument import current, label, state

STEPS = int(os.environ.get("LINEAGE_INTERLEAVINGS", "10000"))


def foreign(spans: Spans) -> list[str]:
    """Spans that bear a tenant other than the one that they are named for; a span named - is for nobody."""
    return [
        f"{name} is labelled {told['tenant']}"
        for span in spans.ended()
        for name, told in [(span.name, {"tenant": str((span.attributes or {}).get("lineage.tenant", ""))})]
        if told["tenant"] and told["tenant"] != name
    ]


def own(spans: Spans) -> int:
    """How many spans bear the tenant that they are named for."""
    return sum((span.attributes or {}).get("lineage.tenant") == span.name for span in spans.ended())


def test_threads_of_a_pool_that_serve_many_requests(spans: Spans) -> None:
    def serve(number: int) -> None:
        tenant = f"t{number}"
        chance = random.Random(number)
        spans.start("-").end()
        with spans.within(tenant):
            if chance.random() < 0.5:
                state(tenant=tenant)
            with label(tenant=tenant):
                spans.start(tenant).end()
            if chance.random() < 0.5:
                label(tenant=tenant).__enter__()  # and never left: somebody forgot
        spans.start("-").end()

    for _ in range(2):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: context_of_its_own(serve, n), range(STEPS // 10)))
    assert foreign(spans) == []
    assert own(spans) >= 2 * (STEPS // 10)


def context_of_its_own(serve: Callable[[int], None], number: int) -> None:
    """As a server does: what a request leaves in the context ends with it."""
    token = context.attach(context.get_current())
    try:
        serve(number)
    finally:
        context.detach(token)


def test_tasks_side_by_side(spans: Spans) -> None:
    async def below(tenant: str) -> None:
        await asyncio.sleep(0)
        spans.start(tenant).end()

    async def serve(number: int) -> None:
        tenant = f"t{number}"
        with spans.within(tenant), label(tenant=tenant):
            await asyncio.sleep(0)
            await asyncio.gather(below(tenant), below(tenant), asyncio.to_thread(spans.start, tenant))
            spans.start(tenant).end()
        await asyncio.sleep(0)
        spans.start("-").end()

    async def main() -> None:
        for begin in range(0, STEPS // 20, 50):
            await asyncio.gather(*map(serve, range(begin, begin + 50)))

    asyncio.run(main())
    assert foreign(spans) == []
    assert own(spans) == 4 * (STEPS // 20)


def test_a_task_that_outlives_its_request_loses_its_labels(spans: Spans) -> None:
    async def main() -> None:
        queue: asyncio.Queue[str] = asyncio.Queue()
        done = asyncio.Event()

        async def worker() -> None:
            while (item := await queue.get()) != "stop":
                spans.start(item).end()
            done.set()

        with label(tenant="first"):
            # A client's own task, started lazily by whoever came first.
            task = asyncio.create_task(worker())
        for item in ("second", "third", "stop"):
            queue.put_nowait(item)
        await done.wait()
        await task

    asyncio.run(main())
    assert spans.labels() == {"second": {}, "third": {}}


def test_generators_that_are_stepped_in_any_order(spans: Spans) -> None:
    chance = random.Random(51)

    def stream(tenant: str) -> Iterator[None]:
        yield
        with label(tenant=tenant):
            for _ in range(chance.randrange(6)):
                spans.start(tenant).end()
                with label(purpose="billing"), spans.within(tenant):
                    spans.start(tenant).end()
                yield

    running: list[Iterator[None]] = []
    for number in range(STEPS):
        if len(running) < 8:
            running.append(stream(f"t{number}"))
        chosen = chance.choice(running)
        if chance.random() < 0.1:
            chosen.close()  # type: ignore[attr-defined]
            running.remove(chosen)
        elif next(chosen, "end") == "end":
            running.remove(chosen)
        spans.start("-").end()
    assert foreign(spans) == []
    assert {span.name for span in spans.ended() if not (span.attributes or {}).get("lineage.tenant")} == {"-"}


def test_async_generators_of_one_task(spans: Spans) -> None:
    async def stream(tenant: str) -> AsyncIterator[None]:
        with label(tenant=tenant):
            for _ in range(5):
                await asyncio.sleep(0)
                spans.start(tenant).end()
                yield

    async def main() -> None:
        for number in range(STEPS // 20):
            first, second = stream(f"a{number}"), stream(f"b{number}")
            for _ in range(4):
                await anext(first)
                spans.start("-").end()
                await anext(second)
            # The first is left to the garbage collector, which closes it in another context.
            await second.aclose()  # type: ignore[attr-defined]
            spans.start("-").end()

    asyncio.run(main())
    assert foreign(spans) == []
    assert own(spans) == 8 * (STEPS // 20)


def test_a_request_within_the_steps_of_a_labelled_generator(spans: Spans) -> None:
    def rows() -> Iterator[int]:
        with label(tenant="owner-of-rows"):
            yield from range(3)

    for row in rows():
        with label(origin="DE"), spans.within("-"):
            spans.start("-").end()
        assert current() == {}, row
    assert foreign(spans) == []


def test_blocks_that_are_left_in_the_wrong_order() -> None:
    first, second = label(purpose="billing"), label(tenant="second")
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert current() == {"lineage.tenant": "second"}
    second.__exit__(None, None, None)
    assert current() == {}


def test_a_context_that_comes_back_after_its_block_has_ended(spans: Spans) -> None:
    with label(tenant="first"):
        stale = context.get_current()
    token = context.attach(stale)
    spans.start("-").end()
    context.detach(token)
    assert foreign(spans) == []


def test_a_span_that_has_ended_hands_nothing_on(spans: Spans) -> None:
    with spans.within("first") as request:
        state(tenant="first")
    token = context.attach(trace.set_span_in_context(request))
    spans.start("-").end()
    context.detach(token)
    assert foreign(spans) == []


def test_a_request_brings_its_own_labels_into_a_context_that_has_others(spans: Spans) -> None:
    with spans.within("first"), label(tenant="first"):
        state(purpose="billing")
        for headers in ({}, {"baggage": "lineage.tenant=second"}, {"baggage": "shop=1"}):
            fresh = trace.set_span_in_context(trace.INVALID_SPAN)
            spans.start(f"{headers}", context=propagate.extract(headers, fresh)).end()
    labels = spans.labels()
    assert labels["{}"] == {}
    assert labels["{'baggage': 'shop=1'}"] == {}
    assert labels["{'baggage': 'lineage.tenant=second'}"] == {"tenant": "second"}


def test_new_threads_begin_with_nothing(spans: Spans) -> None:
    with label(tenant="first"):
        thread = threading.Thread(target=lambda: spans.start("-").end())
        thread.start()
        thread.join()
    assert foreign(spans) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_forked_worker_begins_with_nothing(spans: Spans) -> None:
    with spans.within("request"), label(tenant="first"):
        state(origin="DE")
        token = context.attach(
            propagate.extract({"baggage": "lineage.purpose=billing"}, context.get_current())
        )
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                spans.start("-").end()
                held = {**current(), **(spans.ended()[-1].attributes or {})}
                os.write(writing, repr(sorted(held)).encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        told = os.read(reading, 1000)
        context.detach(token)
        os.close(reading)
        os.close(writing)
        assert current() == {"lineage.data.origin": "DE", "lineage.tenant": "first"}
    assert told == b"[]"


def test_forking_while_another_thread_counts(spans: Spans) -> None:
    from lineage.instrument.tally import _lock, count, counts

    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system")
    with _lock:
        child = os.fork()
        if not child:
            count("in-the-child")
            os._exit(0 if counts() == {"in-the-child": 1} else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
