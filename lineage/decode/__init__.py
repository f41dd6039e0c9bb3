"""Bytes to spans: open, recognise, decode, one batch of columns after another (DESIGN.md section 7, SPANS).

Formats are told by content. Broken input never makes a shorter result that looks whole: it is an error that
names file and line or byte, and never quotes what stood there. A bad span costs that span and is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lineage.decode.columns import BATCH, Columns
from lineage.decode.formats import Format, Message, NotTelemetry, messages, recognise, too_deep, whole
from lineage.decode.shaper import Shaper
from lineage.decode.sources import Bytes, Source, damaged, find, opened
from lineage.errors import InputError
from lineage.spans import Spans, Tally, Vocabulary

_READ = "OTLP/JSON, OTLP protobuf or a snapshot; plain, gzip or zstd"
_NEXT_LOOK = 48 << 20
"""Bytes after which it is asked again whether a compiled scan pays; the size of a stream is not known before."""


class Reader:
    """Reads spans of any accepted format into batches over one vocabulary.

    Args:
        tenant_keys: span attributes that name a customer, before the built-in ones.
        progress: called with bytes read so far and bytes in all (0 when not known).

    After reading, `tally` tells what was read, refused and lost; `skipped` names files of directories that hold
    no spans, with the reason; `snapshots` holds (name, bytes) of snapshots met on the way.

    >>> reader = Reader()
    >>> sum(len(batch) for batch in reader.read(["examples/captures/grpc-infer-clean.pb"]))
    72
    """

    def __init__(
        self, tenant_keys: Sequence[str] = (), progress: Callable[[int, int], None] | None = None
    ) -> None:
        self.vocabulary = Vocabulary()
        self.tally = Tally()
        self.skipped: dict[str, str] = {}
        self.snapshots: list[tuple[str, bytes]] = []
        self._shaper = Shaper(self.vocabulary, self.tally, tenant_keys)
        self._columns = Columns()
        self._decoders: dict[str, Any] = {}
        """The decoders in use, by form."""
        self._progress = progress
        self._total = 0
        self._unpacked = 0
        self._fast: dict[str, Any] = {}
        """Those with a compiled scan in front, by form."""
        self._look_again: dict[str, int] = {}

    def read(self, paths: Sequence[str]) -> Iterator[Spans]:
        """Batches of all spans in files, directories, globs or `-`.

        Raises:
            InputError: an input cannot be read, is broken, or holds nothing that we know; or nothing at all was found.
        """
        # What an earlier reading left behind, because it was broken off or met a broken file, is no part of this one.
        self._columns.take()
        self._decoders.clear()
        self._fast.clear()
        self._look_again.clear()
        files = self.tally.files
        sources = find(paths)
        self._total = sum(source.size for source in sources)
        if any(source.path is None for source in sources):
            self._total = 0
        for source in sources:
            yield from self._read(source)
        if len(self._columns):
            yield self._columns.take()
        # They remember attributes by their bytes.
        self._decoders.clear()
        self._fast.clear()
        if self.tally.files == files:
            first = next(iter(self.skipped.values()), "no files")
            raise InputError.of(
                f"none of {len(sources)} files holds spans (the first: {first})", file=paths[0], allowed=_READ
            )

    def _told(self, size: int) -> None:
        self.tally.bytes += size
        if self._progress is not None:
            self._progress(self.tally.bytes, self._total)

    def _read(self, source: Source) -> Iterator[Spans]:
        try:
            with opened(source, self._told) as data:
                yield from self._decode(data)
        except NotTelemetry as other:
            if not source.found:
                raise InputError.of(other.what, file=source.name, allowed=_READ) from None
            self._skip(source, other.what)
        except InputError as error:
            if not (source.found and error.problems[0].what == "the file is empty"):
                raise
            self._skip(source, "the file is empty")

    def _skip(self, source: Source, what: str) -> None:
        """A file of a directory that holds no spans is passed over, and named."""
        self.skipped[source.name] = what
        self.tally.refused["file-without-spans"] += 1

    def _decode(self, data: Bytes) -> Iterator[Spans]:
        form = recognise(data)
        if form is Format.SNAPSHOT:
            self.snapshots.append((data.source.name, whole(data)))
            self.tally.files += 1
            return
        decode = self._json if form is Format.JSON else self._proto
        before = Tally()
        before.add(self.tally)
        for message in messages(data, form):
            self._unpacked += len(message.data)
            decode(message, data)
            if len(self._columns) >= BATCH:
                yield self._columns.take()
        self._check_signal(form, before)
        self.tally.files += 1

    def _check_signal(self, form: Format, before: Tally) -> None:
        """That the messages since `before` were of spans, as far as can be told.

        Raises:
            NotTelemetry: they were of another signal; the tally is as it was.
        """
        tally = self.tally
        if form is Format.JSON:
            met = tally.refused - before.refused
            others = [reason for reason in sorted(met) if reason.startswith("other-signal:")]
            if others and tally.requests == before.requests:
                self._take_back(before)
                raise NotTelemetry(f"the file holds {others[0].partition(':')[2]}, not spans")
            return
        spans = tally.spans - before.spans
        if spans and spans == tally.rejected.total() - before.rejected.total():
            # In protobuf logs and metrics look like spans whose ids are wrong.
            self._take_back(before)
            raise NotTelemetry(
                f"none of its {spans} spans has valid ids: it holds logs or metrics, or is damaged"
            )

    def _take_back(self, before: Tally) -> None:
        size = self.tally.bytes
        for counts in (self.tally.rejected, self.tally.refused, self.tally.lost):
            counts.clear()
        self.tally.spans = self.tally.requests = self.tally.bytes = self.tally.files = self.tally.sampled = 0
        self.tally.add(before)
        self.tally.bytes = size

    def _json(self, message: Message, data: Bytes) -> None:
        import msgspec

        from lineage.decode.otlp_json import JsonDecoder, NotSpans

        decoder = self._decoders.get("json") or self._decoders.setdefault(
            "json", JsonDecoder(self._shaper, self.tally, self._columns)
        )
        name, line = data.source.name, message.line
        try:
            self._quickest("json", decoder).decode(message.data)
        except NotSpans as other:
            if str(other) != "unknown":
                self.tally.refused[f"other-signal:{other}"] += 1
                return
            what = "the JSON object is no OTLP trace data"
            if data.source.found and line == 1:
                raise NotTelemetry(what) from None
            raise InputError.of(
                what,
                file=name,
                line=line,
                allowed="an object with resourceSpans",
                remedy="Jaeger and Zipkin JSON are not read: export OTLP",
            ) from None
        except RecursionError:
            raise too_deep(name, line) from None
        except (msgspec.DecodeError, UnicodeError):
            raise InputError.of(
                "the JSON is cut or malformed",
                file=name,
                line=line,
                remedy="nothing of the input was judged: export again, or leave the line out",
            ) from None

    def _proto(self, message: Message, data: Bytes) -> None:
        from lineage.decode.otlp_proto import ProtoDecoder

        decoder = self._decoders.get("proto") or self._decoders.setdefault(
            "proto", ProtoDecoder(self._shaper, self.tally, self._columns)
        )
        try:
            self._quickest("proto", decoder).decode(message.data)
        except decoder.broken:
            raise damaged(data.source.name, message.offset, "a protobuf message is malformed") from None

    def _quickest(self, form: str, plain: Any) -> Any:
        """The plain decoder, or one with a compiled scan in front where the input is large enough for that to pay."""
        size = max(self._total, self._unpacked)
        if form not in self._fast and size >= self._look_again.get(form, 0):
            from lineage.fast.choose import decoder

            self._look_again[form] = max(_NEXT_LOOK, 2 * size)
            fast = decoder(form, plain, size)
            if fast is not None:
                self._fast[form] = fast
        return self._fast.get(form, plain)
