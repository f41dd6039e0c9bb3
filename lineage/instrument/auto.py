"""What `opentelemetry-instrument` finds by entry point: no code of the service is changed.

    OTEL_TRACES_EXPORTER=lineage LINEAGE_INSTRUMENT=true opentelemetry-instrument python app.py

Entry points: `opentelemetry_pre_instrument` and, in `opentelemetry_traces_exporter`, `lineage`.
"""

from __future__ import annotations

import logging
import os

from lineage.errors import LineageError
from lineage.instrument.configure import exporters_of, flag, listed, setup
from lineage.instrument.content import ContentFilter


def start() -> None:
    """Set up if the environment says so. A mistake in it is an error in the log, and leaves the service alone."""
    try:
        if flag("LINEAGE_INSTRUMENT"):
            setup()
    except LineageError as error:
        logging.getLogger("lineage.instrument").error("no labels are written: %s", error)


class FilteredExporter(ContentFilter):
    """The exporter that `LINEAGE_EXPORTER` names (otlp by default) behind the content filter.

    Raises:
        ConfigError: that exporter is not installed.
    """

    def __init__(self) -> None:
        (inner,) = exporters_of([os.environ.get("LINEAGE_EXPORTER", "otlp").strip()])
        super().__init__(inner, listed("LINEAGE_TENANT_KEYS"), listed("LINEAGE_KEEP"))
