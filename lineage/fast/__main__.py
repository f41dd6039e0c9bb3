"""Compile every kernel now: `python -m lineage.fast`, for images and for CI runs that keep their cache folder."""

from __future__ import annotations

import sys
import time
from importlib import import_module


def main() -> int:
    """Compile, and say where it was put; 1 if it could not be kept."""
    from lineage.decode.columns import Columns
    from lineage.decode.otlp_json import JsonDecoder
    from lineage.decode.otlp_proto import ProtoDecoder
    from lineage.decode.shaper import Shaper
    from lineage.fast.assemble import compile_all
    from lineage.fast.compiled import FOLDER, warm
    from lineage.spans import Tally, Vocabulary

    began = time.monotonic()
    compile_all()
    for form, plain in (("json", JsonDecoder), ("proto", ProtoDecoder)):
        tally = Tally()
        scan = import_module(f"lineage.fast.scan_{form}")
        scan.decoder(plain(Shaper(Vocabulary(), tally), tally, Columns())).prepare()
    where = f"kept in {FOLDER}" if warm() else "not kept: no folder that is yours alone; set NUMBA_CACHE_DIR"
    sys.stderr.write(f"compiled in {time.monotonic() - began:.1f} s, {where}\n")
    return 0 if warm() else 1


if __name__ == "__main__":
    sys.exit(main())
