"""Bytes to spans: open, recognise, decode, one batch of columns after another (DESIGN.md section 7, SPANS).

Formats are told by content. Broken input never makes a shorter result that looks whole: it is an error that
names file and line or byte, and never quotes what stood there. A bad span costs that span and is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lineage.decode.columns import BATCH, Columns
from lineage.decode.formats import Format, Message, NotTelemetry, messages, recognise
from lineage.decode.shaper import Shaper
from lineage.decode.sources import Bytes, Source, broken_packing, damaged, find, opened
from lineage.errors import InputError
from lineage.spans import Spans, Tally, Vocabulary


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
        self._progress = progress
        self._total = 0

    def read(self, paths: Sequence[str]) -> Iterator[Spans]:
        """Batches of all spans in files, directories, globs or `-`.

        Raises:
            InputError: an input cannot be read, is broken, or holds nothing that we know; or nothing at all was found.
        """
        sources = find(paths)
        self._total = sum(source.size for source in sources)
        if any(source.path is None for source in sources):
            self._total = 0
        for source in sources:
            yield from self._read(source)
        if len(self._columns):
            yield self._columns.take()
        if not self.tally.files:
            first = next(iter(self.skipped.values()), "no files")
            raise InputError.of(
                f"none of {len(sources)} files holds spans (the first: {first})",
                file=paths[0],
                allowed="OTLP/JSON, OTLP protobuf or snapshots; plain, gzip or zstd",
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
            self._skip(source, other.what)
        except InputError as error:
            if source.found and error.problems[0].what == "the file is empty":
                self._skip(source, "the file is empty")
                return
            raise
        except Exception as error:
            if not broken_packing(error):
                raise
            raise InputError.of(
                "the compressed file is cut or damaged", file=source.name, remedy="nothing was judged: export again, or leave the file out"
            ) from None

    def _skip(self, source: Source, what: str) -> None:
        """A file that holds no spans: passed over in a directory, an error when it was named."""
        if not source.found:
            raise InputError.of(
                what, file=source.name, allowed="OTLP/JSON, OTLP protobuf or a snapshot; plain, gzip or zstd"
            )
        self.skipped[source.name] = what
        self.tally.refused["file-without-spans"] += 1

    def _decode(self, data: Bytes) -> Iterator[Spans]:
        form = recognise(data)
        if form is Format.SNAPSHOT:
            self.snapshots.append((data.source.name, data.stream.read()))
            self.tally.files += 1
            return
        decode = self._decoder(form)
        for message in messages(data, form):
            decode(message, data)
            if len(self._columns) >= BATCH:
                yield self._columns.take()
        self.tally.files += 1

    def _decoder(self, form: Format) -> Callable[[Message, Bytes], None]:
        if form is Format.JSON:
            return self._json
        return self._proto

    def _json(self, message: Message, data: Bytes) -> None:
        import msgspec

        from lineage.decode.otlp_json import JsonDecoder, NotSpans

        if not hasattr(self, "_json_decoder"):
            self._json_decoder = JsonDecoder(self._shaper, self.tally, self._columns)
        name, line = data.source.name, message.line
        try:
            self._json_decoder.decode(message.data)
        except NotSpans as other:
            what = str(other)
            if what == "unknown":
                raise InputError.of(
                    "the JSON object is no OTLP trace data",
                    file=name,
                    line=line,
                    allowed="an object with resourceSpans",
                    remedy="Jaeger and Zipkin JSON are not read: export OTLP",
                ) from None
            if data.source.found or line > 1:
                self.tally.refused[f"other-signal:{what}"] += 1
                return
            raise NotTelemetry(f"the file holds {what}, not spans") from None
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            deep = isinstance(error, RecursionError)
            raise InputError.of(
                "the JSON is nested too deeply" if deep else "the JSON is cut or malformed",
                file=name,
                line=line,
                remedy="nothing of the input was judged: export again, or leave the line out",
            ) from None

    def _proto(self, message: Message, data: Bytes) -> None:
        from lineage.decode.otlp_proto import ProtoDecoder

        if not hasattr(self, "_proto_decoder"):
            self._proto_decoder = ProtoDecoder(self._shaper, self.tally, self._columns)
        try:
            self._proto_decoder.decode(message.data)
        except self._proto_decoder.broken:
            raise damaged(data.source.name, message.offset, "a protobuf message is malformed") from None

