"""Reading bytes in compiled code: words, vectors, a keyed hash, and the look-up of attribute keys.

`byte`, `word`, `special` read without a bounds check and without numba's reference counting, which costs more than the
reading; who calls them has compared the position with the end of the buffer, and says so. All else here checks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numba
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from lineage.fast.compiled import FOLDER

LITTLE_ENDIAN = sys.byteorder == "little"
"""The kernels read words as they stand; elsewhere the plain decoders do the work."""
VECTOR = 64
"""Bytes that `special` reads at once."""
LONGEST_KEY = 127
"""Longer keys are never looked up (their length takes two bytes in protobuf)."""

_U = np.uint64
_P = _U((1 << 61) - 1)
_61, _56, _3, _54 = _U(61), _U(56), _U(3), _U(54)
_LOW56 = _U((1 << 56) - 1)
_KEY_WORDS = 16
_SLOTS = 1024


def instruction(generator: Callable[..., Any]) -> Any:
    """An operation given in the compiler's own terms."""
    return intrinsic(generator)


@instruction
def byte(typing: Any, buffer: Any, at: Any) -> Any:
    """buffer[at] as int64; the caller has checked 0 <= at < len(buffer)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        return builder.zext(builder.load(builder.gep(data, [args[1]])), ir.IntType(64))

    return types.int64(buffer, types.int64), generate


@instruction
def word(typing: Any, buffer: Any, at: Any) -> Any:
    """Eight bytes from `at` as a little-endian uint64; the caller has checked 0 <= at <= len(buffer) - 8."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        pointer = builder.bitcast(builder.gep(data, [args[1]]), ir.IntType(64).as_pointer())
        loaded = builder.load(pointer)
        loaded.align = 1
        return loaded

    return types.uint64(buffer, types.int64), generate


@instruction
def swapped(typing: Any, value: Any) -> Any:
    """A uint64 with its bytes in the other order."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bswap(args[0])

    return types.uint64(types.uint64), generate


@instruction
def product(typing: Any, a: Any, b: Any) -> Any:
    """The 128 bits of a product of two uint64, as (high, low)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        wide, narrow = ir.IntType(128), ir.IntType(64)
        result = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        high = builder.trunc(builder.lshr(result, ir.Constant(wide, 64)), narrow)
        return context.make_tuple(builder, signature.return_type, [high, builder.trunc(result, narrow)])

    pair = types.UniTuple(types.uint64, 2)  # type: ignore[no-untyped-call]
    return pair(types.uint64, types.uint64), generate


@instruction
def special(typing: Any, buffer: Any, at: Any) -> Any:
    """How many of the `VECTOR` bytes from `at` come before the first quote, backslash, control or non-ASCII byte.

    `VECTOR` if there is none. The caller has checked 0 <= at <= len(buffer) - VECTOR.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        lanes = ir.VectorType(ir.IntType(8), VECTOR)
        loaded = builder.load(builder.bitcast(builder.gep(data, [args[1]]), lanes.as_pointer()))
        loaded.align = 1

        def all_lanes(value: int) -> Any:
            return ir.Constant(lanes, [value] * VECTOR)

        # Signed: bytes from 0x80 are negative, so one comparison finds control and non-ASCII bytes.
        found = builder.icmp_signed("<", loaded, all_lanes(0x20))
        found = builder.or_(found, builder.icmp_unsigned("==", loaded, all_lanes(0x22)))
        found = builder.or_(found, builder.icmp_unsigned("==", loaded, all_lanes(0x5C)))
        mask = builder.bitcast(found, ir.IntType(VECTOR))
        return builder.cttz(mask, ir.Constant(ir.IntType(1), 0))

    return types.int64(buffer, types.int64), generate


# --- a keyed hash ----------------------------------------------------------------------------------
# A polynomial over the field of 2^61 - 1 at a secret point, seven bytes a step, twice. Two texts of n bytes, whoever
# chose them, agree by chance n/7 in 2^61 for each point: for a kilobyte less than once in 2^107 (Carter and Wegman 1979).


def secrets() -> NDArray[np.uint64]:
    """Two points for the hash and two factors for the key table, new in every process."""
    drawn = np.frombuffer(os.urandom(32), np.uint64).copy()
    drawn[:2] %= (1 << 61) - 1
    drawn[2:] |= _U(1)
    return drawn


def scanning(function: Callable[..., Any]) -> Any:
    """Like `compiled`, for kernels that check positions themselves, once for many bytes; no array is made in them."""
    return _scanning(function, forceinline=False)


def inlined(function: Callable[..., Any]) -> Any:
    """`scanning`, copied into each caller: to hand arrays over costs more than what small functions do with them."""
    return _scanning(function, forceinline=True)


def _scanning(function: Callable[..., Any], *, forceinline: bool) -> Any:
    # numba asks for the folder while it decorates, and only then: the caller's own numba code keeps its setting.
    config: Any = numba.config
    before = config.CACHE_DIR
    try:
        if FOLDER is not None:
            config.CACHE_DIR = str(FOLDER)
        # Without numba's reference counts (`_nrt`), which double the time; so nothing here may make an array.
        options: dict[str, Any] = {
            "cache": FOLDER is not None,
            "nogil": True,
            "error_model": "numpy",
            "_nrt": False,
        }
        return numba.njit(**options, forceinline=forceinline)(function)
    finally:
        config.CACHE_DIR = before


@inlined
def step(state, point, value):  # type: ignore[no-untyped-def]
    """One step of the polynomial; `value` below 2^56, the result below 2^62."""
    high, low = product(state, point)
    state = (low & _P) + ((low >> _61) | (high << _3))
    return (state & _P) + (state >> _61) + value


@inlined
def settled(state):  # type: ignore[no-untyped-def]
    """The one representative of a state in the field."""
    state = (state & _P) + (state >> _61)
    return state - _P if state >= _P else state


@inlined
def part(buffer, at, size):  # type: ignore[no-untyped-def]
    """Up to seven bytes from `at` as a number; the caller has checked at + size <= len(buffer)."""
    if at + 8 <= len(buffer):
        return word(buffer, at) & ((_U(1) << _U(8 * size)) - _U(1))
    value = _U(0)
    for i in range(size):
        value |= _U(byte(buffer, at + i)) << _U(8 * i)
    return value


@inlined
def fold(buffer, at, end, point, state):  # type: ignore[no-untyped-def]
    """The state after the bytes from `at` to `end`, which the caller has checked; their number is folded by the caller."""
    while at + 7 <= end:
        state = step(state, point, part(buffer, at, 7))
        at += 7
    if at < end:
        state = step(state, point, part(buffer, at, end - at))
    return state


# --- keys ------------------------------------------------------------------------------------------


@inlined
def _slot(first, last, size, secret):  # type: ignore[no-untyped-def]
    # The same arithmetic stands in `key_table`.
    return np.int64((((first * secret[2]) ^ last ^ _U(size)) * secret[3]) >> _54)


@inlined
def eight(buffer, at, size):  # type: ignore[no-untyped-def]
    """The first bytes of a text of `size` bytes as a number, at most eight; the caller has checked its end."""
    return word(buffer, at) if size >= 8 else part(buffer, at, size)


@inlined
def look_up(buffer, at, size, slots, keys, secret):  # type: ignore[no-untyped-def]
    """The row of `keys` that holds the key of `size` bytes at `at` (the caller has checked its end); 0 if none does."""
    if size < 1 or size > LONGEST_KEY:
        return 0
    first = eight(buffer, at, size)
    last = word(buffer, at + size - 8) if size >= 8 else first
    slot = _slot(first, last, size, secret)
    while True:
        row = slots[slot]
        if row == 0:
            return 0
        if keys[row, 0] == _U(size) and keys[row, 2] == first:
            i = 1
            while 8 * i < size and keys[row, 2 + i] == eight(buffer, at + 8 * i, size - 8 * i):
                i += 1
            if 8 * i >= size:
                return row
        slot = (slot + 1) & (_SLOTS - 1)


def key_table(
    sorts: Mapping[bytes, int], secret: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Slots and rows for `look_up`; a row is length, sort, and the key's bytes padded with zeros.

    Raises:
        ValueError: a key is empty or longer than `LONGEST_KEY`, or there are too many.
    """
    if len(sorts) > _SLOTS // 2 or any(not 0 < len(key) <= LONGEST_KEY for key in sorts):
        raise ValueError("these keys do not fit a key table")
    slots = np.zeros(_SLOTS, np.int64)
    keys = np.zeros((len(sorts) + 1, 2 + _KEY_WORDS), np.uint64)
    factor, other = int(secret[2]), int(secret[3])
    for row, (key, sort) in enumerate(sorts.items(), 1):
        keys[row, :2] = len(key), sort
        keys[row, 2:] = np.frombuffer(key.ljust(8 * _KEY_WORDS, b"\0"), np.uint64)
        first = int.from_bytes(key[:8], "little")
        last = int.from_bytes(key[-8:], "little") if len(key) >= 8 else first
        slot = (((((first * factor) ^ last ^ len(key)) * other) & (2**64 - 1)) >> 54) % _SLOTS
        while slots[slot]:
            slot = (slot + 1) % _SLOTS
        slots[slot] = row
    return slots, keys


def words(text: bytes) -> tuple[np.uint64, ...]:
    """A text of 8 bytes or more as the words that cover it."""
    starts = [*range(0, len(text) - 8, 8), len(text) - 8]
    return tuple(_U(int.from_bytes(text[i : i + 8], "little")) for i in starts)


def texts(names: Iterable[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Short texts end to end, and where each begins, with the end of the last."""
    encoded = [name.encode() for name in names]
    begins = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
    return np.frombuffer(b"".join(encoded) + b"\0", np.uint8), begins
