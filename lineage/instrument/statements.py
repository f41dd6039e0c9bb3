"""Stating labels: for a block of code, a function, or the rest of the current span.

    with label(origin="DE", tenant="acme-eu"):          # a block
        ...

    @label(purpose="billing")                           # a function; coroutine functions and generators too
    async def bill(account): ...

    state(actor="human", role="support")                # from here on, on the current span and below

Origin, class, tenant and authorisation are said of whose data it is: they go on the current span and on all below. Purpose,
actor and role are said of the work: on all spans below. Category, direction, protection and retention are said of one
operation: on the spans that start directly in the block. `state` puts all of them on the current span.

What is stated is a claim: it may tighten a verdict, and excuses only where the inventory trusts the service.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from types import TracebackType
from typing import Any, ParamSpec, TypedDict, TypeVar, Unpack, cast

from opentelemetry import context, trace

from lineage import names
from lineage.instrument.axes import AXES, NOT_KNOWN, OF_THE_TENANT, Labels, said, under
from lineage.instrument.scope import Block, close_block, holding, kept, open_block, remember, said_on
from lineage.instrument.tally import count

P = ParamSpec("P")
R = TypeVar("R")


class OfData(TypedDict, total=False):
    """The keywords but `direction`; "unknown" says that a label is not known here, None says nothing."""

    origin: str | None
    """Country where the data was collected: ISO 3166 alpha-2, "domestic" or "overseas"."""
    data_class: str | None
    """personal, sensitive-personal, important, core, business, none."""
    category: str | None
    """prompt, file, audio, image, video, output, embedding, credential, usage, log, feedback, metadata."""
    purpose: str | None
    """inference, training, fine-tuning, evaluation, abuse-monitoring, billing, support, debugging, legal-request."""
    protection: str | None
    """none, masked, pseudonymised, anonymised, encrypted-no-key."""
    retention: str | None
    """How long it is kept: `P30D`, `30d`, `12h`."""
    actor: str | None
    """human, service."""
    role: str | None
    """The actor's role, never a name of a person."""
    tenant: str | None
    """The customer's identifier; it travels to whoever is called, so never a name of a person."""
    authorisation: str | None
    """Id of the upstream contract that the call is made under."""


class Stated(OfData, total=False):
    """All keywords."""

    direction: str | None
    """read, write, both."""


class label:
    """States labels for a `with` block or a decorated function.

    Raises:
        TypeError: a keyword that there is not. A *value* that is none is counted and means "not known".

    >>> with label(origin="DE", tenant="acme-eu"):
    ...     current()
    {'lineage.data.origin': 'DE', 'lineage.tenant': 'acme-eu'}
    >>> current()
    {}
    """

    def __init__(self, **stated: Unpack[Stated]) -> None:
        self._said = said(**stated)
        self._blocks: list[Block] = []

    def __enter__(self) -> None:
        self._open(2)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        close_block(self._blocks.pop())

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """The function, run with the labels; each call and each step of a generator on its own."""
        return cast(Callable[P, R], functools.wraps(function)(self._wrapped(function)))

    def _open(self, depth: int) -> None:
        self._blocks.append(open_block(self._said, sys._getframe(depth)))
        span = trace.get_current_span()
        told = {key: value for key, value in self._said.items() if key in OF_THE_TENANT}
        if told and span.is_recording():
            tell(span, told)

    def _wrapped(self, function: Callable[..., Any]) -> Callable[..., Any]:
        again = self._again
        if inspect.isasyncgenfunction(function):

            async def steps(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
                with again():
                    inner = function(*args, **kwargs)
                    try:
                        item = await anext(inner)
                        while True:
                            try:
                                sent = yield item
                            except GeneratorExit:
                                raise
                            except BaseException as error:
                                item = await inner.athrow(error)
                            else:
                                item = await inner.asend(sent)
                    except StopAsyncIteration:
                        return
                    finally:
                        await inner.aclose()

            return steps
        if inspect.isgeneratorfunction(function):

            def generated(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
                with again():
                    return (yield from function(*args, **kwargs))

            return generated
        if inspect.iscoroutinefunction(function):

            async def awaited(*args: Any, **kwargs: Any) -> Any:
                with again():
                    return await function(*args, **kwargs)

            return awaited

        def called(*args: Any, **kwargs: Any) -> Any:
            with again():
                return function(*args, **kwargs)

        return called

    def _again(self) -> label:
        # Each call has blocks of its own: calls run side by side.
        fresh = label()
        fresh._said = self._said
        return fresh


def state(**stated: Unpack[Stated]) -> None:
    """State labels of the current span and what comes below it, until it ends.

    Without a span that records, nothing is stated, and that is counted: there is nothing to hang it on that would end.

    Raises:
        TypeError: a keyword that there is not.

    >>> state(tenant="acme-eu")
    >>> current()
    {}
    """
    span = trace.get_current_span()
    if not span.is_recording():
        count("stated-without-span", tell="state() was called where no span records: nothing was stated")
        return
    new = said(**stated)
    tell(span, new)
    remember(span, under(said_on(span), new)[0])


def current() -> dict[str, str]:
    """The labels that hold here: what a span that starts now would be given.

    >>> with label(data_class="personal"), label(data_class="none"):
    ...     current()
    {'lineage.data.class': 'personal'}
    """
    return {key: value for key, value in sorted(holding(context.get_current())[0].items()) if value}


def carry(function: Callable[P, R]) -> Callable[P, R]:
    """The function with the trace and labels of here, wherever it will run: a thread, an executor, a callback, a later task.

    What is not carried is lost to "not known" as soon as the block or span that states it ends.

    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with label(tenant="acme-eu"), ThreadPoolExecutor() as pool:
    ...     pool.submit(current).result(), pool.submit(carry(current)).result()
    ({}, {'lineage.tenant': 'acme-eu'})
    """
    here = context.get_current()
    taken = kept(holding(here)[0], here)
    if inspect.iscoroutinefunction(function):

        async def awaited(*args: Any, **kwargs: Any) -> Any:
            token = context.attach(taken)
            try:
                return await function(*args, **kwargs)
            finally:
                context.detach(token)

        return cast(Callable[P, R], functools.wraps(function)(awaited))

    @functools.wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        token = context.attach(taken)
        try:
            return function(*args, **kwargs)
        finally:
            context.detach(token)

    return called


def tell(span: trace.Span, new: Labels) -> None:
    """Put labels on a span that has begun, beside those that are there.

    What is there is never taken back: two customers make it nobody's, class, protection and actor tighten, of two origins
    the first stays; each is named as a contradiction.
    """
    here = {key: str(value) for key, value in _attributes(span).items() if key in AXES}
    held, conflicts = under(here, new)
    if here.get(names.TENANT, held.get(names.TENANT)) != held.get(names.TENANT):
        held, conflicts = under(new, here)
        held[names.TENANT], conflicts = NOT_KNOWN, conflicts | {names.TENANT}
    if here.get(names.ORIGIN):
        held[names.ORIGIN] = here[names.ORIGIN]
    write(span, {key: held[key] for key in new}, conflicts)


def write(
    span: trace.Span,
    said: Labels,
    conflicts: frozenset[str] = frozenset(),
    there: Mapping[str, Any] | None = None,
) -> None:
    """Set labels on a span, beside those that are there; count contradictions and name them there."""
    there = _attributes(span) if there is None else there
    fresh = {key: value for key, value in said.items() if there.get(key, NOT_KNOWN) != value}
    if conflicts:
        before = str(_attributes(span).get(names.CONFLICT, ""))
        fresh[names.CONFLICT] = ",".join(sorted(conflicts.union(filter(None, before.split(",")))))
        for key in conflicts:
            count(f"conflict:{key}", tell=f"statements of {key} contradict each other")
    if fresh:
        span.set_attributes(fresh)


def _attributes(span: trace.Span) -> Mapping[str, Any]:
    return getattr(span, "attributes", None) or {}
