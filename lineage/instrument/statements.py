"""Stating labels: for a block of code, a function, or the rest of the current span.

    with label(origin="DE", tenant="acme-eu"):          # a block
        ...

    @label(purpose="billing")                           # a function; coroutine functions and generators too
    async def bill(account): ...

    state(actor="human", role="support")                # from here on, on the current span and below

Origin, class, purpose, tenant, authorisation, actor and role are said of the work as a whole: they go on the current span, if
nothing is said there yet, and on all spans below. Category, direction, protection and retention are said of one operation:
they go on the spans that start directly in the block, or with `state` on the current span.

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
from lineage.instrument.axes import AMBIENT, NOT_KNOWN, Labels, said, under
from lineage.instrument.counts import count
from lineage.instrument.scope import Block, close_block, holding, kept, open_block, remember, said_on

P = ParamSpec("P")
R = TypeVar("R")

CONFLICT = "lineage.conflict"
"""Axes on which statements about a span contradict each other, comma-separated."""


class Stated(TypedDict, total=False):
    """The keywords; "unknown" says that a label is not known here, None says nothing."""

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
    direction: str | None
    """read, write, both."""
    actor: str | None
    """human, service."""
    role: str | None
    """The actor's role, never a name of a person."""
    tenant: str | None
    """The customer's identifier; it travels to whoever is called, so never a name of a person."""
    authorisation: str | None
    """Id of the upstream contract that the call is made under."""


class label:  # noqa: N801 - used like a keyword
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
        tell_span(trace.get_current_span(), self._said)

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
    held, conflicts = under(said_on(span), new)
    for key in AMBIENT & new.keys() & said_on(span).keys():
        if key == names.TENANT and said_on(span)[key] != new[key]:
            # A span with two customers is of neither.
            held[key], conflicts = NOT_KNOWN, conflicts | {key}
    write(span, {key: held[key] for key in new}, conflicts)
    remember(span, held)


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


def tell_span(span: trace.Span, new: Labels) -> None:
    """Put the ambient labels of a block on the span around it, where nothing else was said; it may be of several customers."""
    if not span.is_recording():
        return
    here = said_on(span)
    held, conflicts = under(here, {key: value for key, value in new.items() if key in AMBIENT})
    if held.get(names.TENANT, NOT_KNOWN) != here.get(names.TENANT, held.get(names.TENANT, NOT_KNOWN)):
        return
    fresh = {key: value for key, value in held.items() if here.get(key) != value and key != names.ORIGIN}
    if names.ORIGIN in held and names.ORIGIN not in here:
        fresh[names.ORIGIN] = held[names.ORIGIN]
    write(span, fresh, conflicts)


def write(span: trace.Span, said: Mapping[str, str], conflicts: frozenset[str] = frozenset()) -> None:
    """Set labels on a span, and count and name contradictions."""
    attributes = {key: value for key, value in said.items() if value or key in AMBIENT}
    if conflicts:
        attributes[CONFLICT] = ",".join(sorted(conflicts))
        for key in conflicts:
            count(f"conflict:{key}", tell=f"statements of {key} contradict each other")
    if attributes:
        span.set_attributes(attributes)
