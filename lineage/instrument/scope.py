"""Where a label holds: in a `with` block, on a span and below it, and nowhere else.

Two things carry labels. A *block* is kept in the OpenTelemetry context, which follows tasks; it holds while it is open.
A *span* hands its ambient labels to its children, while it is recording. Whatever outlives these, or comes from elsewhere
(a context that a library restored too late, a forked process, a generator's caller), finds nothing: labels are lost to
"not known" and never fall to another request.

A block that is opened in a generator's body holds only while that body runs: between two steps its caller works for
somebody else in the same context. (The body of a `contextlib.contextmanager` opens blocks for its caller, and may.)
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Mapping
from types import FrameType
from weakref import WeakKeyDictionary

from opentelemetry import baggage, context, trace
from opentelemetry.context import Context

from lineage.instrument.axes import AMBIENT, Labels, labels, under

_BLOCK = context.create_key("lineage-block")
CLAIMS = context.create_key("lineage-claims")
"""What came from outside and is not believed: attributes for the first span of this process."""
_GENERATOR = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


class Block:
    """Labels that hold in a context while the block is open.

    Args:
        said: the labels.
        outer: the block around it.
        at: id of the span that was current when it was opened, 0 if none was.
        body: the generator's frame in which it was opened, 0 if in none.
    """

    __slots__ = ("at", "body", "opened", "outer", "said")

    def __init__(self, said: Labels, outer: Block | None, at: int, body: int = 0) -> None:
        self.said, self.outer, self.at, self.body = said, outer, at, body
        self.opened = True


_said_on: WeakKeyDictionary[trace.Span, Labels] = WeakKeyDictionary()
"""Ambient labels by the span that was given them."""


def open_block(said: Labels, caller: FrameType) -> Block:
    """Open a block in the current context; `caller` is the frame that asked for it."""
    block = Block(said, innermost(context.get_current()), _current_id(), _generator(caller))
    context.attach(context.set_value(_BLOCK, block))
    return block


def close_block(block: Block) -> None:
    """Close it, wherever that happens, and leave the current context without closed blocks."""
    block.opened = False
    now = context.get_current()
    top = now.get(_BLOCK)
    if isinstance(top, Block) and not top.opened:
        # No token is reset: a token taken elsewhere would bring back a context of then.
        context.attach(context.set_value(_BLOCK, innermost(now), now))


def innermost(where: Context) -> Block | None:
    """The innermost open block of a context."""
    block = where.get(_BLOCK)
    while isinstance(block, Block) and not block.opened:
        block = block.outer
    return block if isinstance(block, Block) else None


def holding(where: Context, direct: int | None = None) -> tuple[dict[str, str], frozenset[str]]:
    """What is said of a span that starts in a context, and which axes contradict each other.

    Args:
        where: the context.
        direct: id of the span's parent, 0 if it has none; what is said of one operation holds for spans that start
            directly in the block. None: below whatever is current.
    """
    span = trace.get_current_span(where)
    held, conflicts = under(received(where), _said_on.get(span, {}) if span.is_recording() else {})
    if where.get(_BLOCK) is None:
        return held, conflicts
    at = span.get_span_context().span_id if direct is None else direct
    chain = []
    block = innermost(where)
    while block is not None:
        if block.opened and (not block.body or _runs(block.body)):
            chain.append(block)
        block = block.outer
    for block in reversed(chain):
        here = {key: value for key, value in block.said.items() if key in AMBIENT or block.at == at}
        held, more = under(held, here)
        conflicts |= more
    return held, conflicts


def received(where: Context) -> dict[str, str]:
    """The ambient labels that baggage brings."""
    members = {key: str(value) for key, value in baggage.get_all(where).items() if key in AMBIENT}
    return labels(members) if members else {}


def remember(span: trace.Span, said: Labels) -> None:
    """Let a span hand its ambient labels to its children."""
    ambient = {key: value for key, value in said.items() if key in AMBIENT}
    if ambient:
        _said_on[span] = ambient


def said_on(span: trace.Span) -> Mapping[str, str]:
    """The ambient labels that a span hands on."""
    return _said_on.get(span, {})


def without(where: Context) -> Context:
    """A context with its trace and baggage, and no label of ours."""
    if where.get(_BLOCK) is not None:
        where = context.set_value(_BLOCK, None, where)
    for key in [key for key in baggage.get_all(where) if key.startswith("lineage.")]:
        where = baggage.remove_baggage(key, where)
    return where


def kept(said: Labels, where: Context) -> Context:
    """A context in which labels hold whatever becomes of the blocks and spans that they come from."""
    at = trace.get_current_span(where).get_span_context().span_id
    return context.set_value(_BLOCK, Block(said, None, at), without(where))


def _current_id() -> int:
    return trace.get_current_span().get_span_context().span_id


def _generator(frame: FrameType | None) -> int:
    """The generator's body that a block is opened in, by identity; 0 where it is opened for whoever called."""
    while frame is not None and _is_contextlib(frame):
        frame = frame.f_back
    if frame is None or not frame.f_code.co_flags & _GENERATOR:
        return 0
    return 0 if frame.f_back is not None and _is_contextlib(frame.f_back) else id(frame)


def _is_contextlib(frame: FrameType) -> bool:
    return frame.f_globals.get("__name__") == "contextlib"


def _runs(body: int) -> bool:
    """Whether a generator's body is on the stack of this thread or task."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if id(frame) == body:
            return True
        frame = frame.f_back
    return False


def _after_fork() -> None:
    # The child goes on in a copy of the request that forked it, and may serve others for days.
    _said_on.clear()
    context.attach(without(context.get_current()))


os.register_at_fork(after_in_child=_after_fork)
