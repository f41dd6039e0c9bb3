"""OTLP requests one by one, as a receiver gets them: bytes in, structure out, and nothing of the bytes kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from lineage.decode.columns import Columns
from lineage.decode.otlp_json import JsonDecoder, NotSpans
from lineage.decode.otlp_proto import ProtoDecoder
from lineage.decode.shaper import Shaper
from lineage.errors import InputError
from lineage.spans import Spans, Tally, Vocabulary


class Requests:
    """Decodes the bodies of OTLP export requests over one vocabulary.

    Args:
        tenant_keys: span attributes that name a customer, before the built-in ones.
        tally: counts what is read and refused; a new one by default.

    >>> requests = Requests()
    >>> len(requests.take(b'{"resourceSpans":[]}', json=True)), requests.words
    (0, 0)
    """

    def __init__(self, tenant_keys: Sequence[str] = (), tally: Tally | None = None) -> None:
        self.vocabulary = Vocabulary()
        self.tally = Tally() if tally is None else tally
        self._shaper = Shaper(self.vocabulary, self.tally, tenant_keys)
        self._columns = Columns()
        self._json = JsonDecoder(self._shaper, self.tally, self._columns)
        self._proto = ProtoDecoder(self._shaper, self.tally, self._columns)

    @property
    def words(self) -> int:
        """How much is remembered: it grows with what is told apart, and is bounded by beginning anew."""
        vocabulary = self.vocabulary
        return len(vocabulary.shapes) + len(vocabulary.tenants) + len(self._shaper.pieces) - 3

    def take(self, body: bytes, *, json: bool) -> Spans:
        """The spans of one request.

        Raises:
            InputError: the body is no OTLP trace request; nothing of it is kept.
        """
        decoder: Any = self._json if json else self._proto
        try:
            decoder.decode(body)
        except (NotSpans, msgspec.DecodeError, UnicodeError, RecursionError, self._proto.broken):
            self._columns.take()
            self.tally.refused["damaged-request"] += 1
            raise InputError.of("the body is no OTLP trace request") from None
        self.tally.bytes += len(body)
        return self._columns.take()
