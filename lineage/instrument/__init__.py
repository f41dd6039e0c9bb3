"""Instrument a service: say where data came from, on its spans and on those of whom it calls (DESIGN.md section 8).

    from lineage import instrument

    instrument.setup(edge=True)

    with instrument.label(origin="DE", data_class="personal", tenant="acme-eu"):
        answer = client.chat.completions.create(...)

Built on opentelemetry-sdk (extra `instrument`); the instrumentations that are in use go on working beside it, unchanged.
docs/how-to/instrument.md shows it step by step.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from lineage.instrument.calls import log, model, queue, store
from lineage.instrument.middleware import edge, edge_wsgi
from lineage.instrument.statements import carry, current, label, state
from lineage.instrument.tally import counts

if TYPE_CHECKING:
    from lineage.instrument.baggage import LabelPropagator as LabelPropagator
    from lineage.instrument.configure import setup as setup
    from lineage.instrument.content import ContentFilter as ContentFilter
    from lineage.instrument.stamp import LabelProcessor as LabelProcessor

_SDK = {
    "ContentFilter": "lineage.instrument.content",
    "LabelProcessor": "lineage.instrument.stamp",
    "LabelPropagator": "lineage.instrument.baggage",
    "setup": "lineage.instrument.configure",
}
"""What needs the SDK; a library that only states labels needs the API alone."""

__all__ = [
    "ContentFilter",
    "LabelProcessor",
    "LabelPropagator",
    "carry",
    "counts",
    "current",
    "edge",
    "edge_wsgi",
    "label",
    "log",
    "model",
    "queue",
    "setup",
    "state",
    "store",
]


def __getattr__(name: str) -> object:
    if name not in _SDK:
        raise AttributeError(f"module 'lineage.instrument' has no attribute {name!r}")
    return getattr(import_module(_SDK[name]), name)
