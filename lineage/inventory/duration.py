"""How long something is kept, in days."""

from __future__ import annotations

import math
import re

_UNITS = {
    "second": 1 / 86400,
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 31.0,
    "year": 366.0,
}
_WORDS = {"none": 0.0, "0": 0.0, "forever": math.inf, "unlimited": math.inf}
_SPOKEN = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?(second|minute|hour|day|week|month|year)s?\Z")
_SHORT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(s|min|h|d|w)\Z")
_LETTERS = {"s": "second", "min": "minute", "h": "hour", "d": "day", "w": "week"}
_ISO = re.compile(
    r"P(?=[0-9T])(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?\Z"
)


def days(text: str) -> float:
    """Days of a duration: `30 days`, `12h`, `P30D` (ISO 8601), `none` or `0`, `forever` (infinite).

    A month counts 31 days and a year 366: what is kept is never made shorter than it is.

    Raises:
        ValueError: not a duration.

    >>> days("30 days"), days("P1M"), days("12h"), days("none")
    (30.0, 31.0, 0.5, 0.0)
    """
    word = text.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    spoken = _SPOKEN.match(word)
    if spoken:
        return float(spoken[1]) * _UNITS[spoken[2]]
    short = _SHORT.match(word)
    if short:
        return float(short[1]) * _UNITS[_LETTERS[short[2]]]
    iso = _ISO.match(text.strip().upper())
    if iso and any(iso.groups()):
        units = ("year", "month", "week", "day", "hour", "minute", "second")
        return sum(
            float(number or 0) * _UNITS[unit] for number, unit in zip(iso.groups(), units, strict=True)
        )
    if word.replace(".", "", 1).isdigit():
        raise ValueError(f"{word} has no unit. Write '{word} days'")
    raise ValueError("this is not a duration. Write '30 days', '12 hours', P30D, none or forever")
