"""Each service is a process of its own, forked from one that has imported the libraries: they start together in a second."""

from __future__ import annotations

import importlib
import multiprocessing
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from examples.gateway.addresses import HERE

_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload(["uvicorn", "examples.gateway.telemetry"])


@contextmanager
def running(module: str, settings: Mapping[str, str], port: int | None, wait: bool = False) -> Iterator[None]:
    """A service until the block ends; or, if that is waited for, until it has ended by itself.

    Args:
        module: it has an `app`, or a `main` to call if there is no port.
        settings: variables of its environment.
        port: where it is called.
        wait: let it end by itself first.
    """
    process = _fork.Process(target=_work, args=(module, dict(settings), port))
    process.start()
    try:
        if wait:
            process.join(60)
            if process.exitcode:
                raise SystemExit(f"{module} failed")
        yield
    finally:
        process.terminate()
        process.join(20)


def _work(module: str, settings: dict[str, str], port: int | None) -> None:
    os.environ.update(settings)
    if port is None:
        importlib.import_module(module).main()
        return
    import uvicorn

    uvicorn.run(f"{module}:app", host=HERE, port=port, log_level="warning")
