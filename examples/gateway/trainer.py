"""The worker of the training pool: takes samples out of the queue and puts them into the pool, until it is told to stop."""

from __future__ import annotations

import json
import os
import signal

import psycopg
import redis
from opentelemetry.instrumentation.utils import suppress_instrumentation

from examples.gateway import telemetry
from examples.gateway.addresses import HERE, port
from lineage import instrument

QUEUE, POOL = os.environ["QUEUE"], os.environ["POOL"]


def main() -> None:
    """Work until SIGTERM."""
    provider = telemetry.start()
    going = [True]
    signal.signal(signal.SIGTERM, lambda *_: going.clear())
    queue = redis.Redis(QUEUE, port(QUEUE))
    with psycopg.connect(
        host=POOL, hostaddr=HERE, port=port(POOL), dbname="pool", user="gateway", autocommit=True
    ) as pool:
        while going:
            with suppress_instrumentation():
                taken = queue.brpop(["training-samples"], timeout=1)
            if taken:
                keep(pool, json.loads(taken[1]))
    provider.shutdown()


def keep(pool: psycopg.Connection, message: dict[str, dict[str, str]]) -> None:
    """Put one sample into the pool."""
    with instrument.queue("redis", "training-samples", direction="receive", headers=message["headers"]):
        sample = message["sample"]
        pool.execute(
            "INSERT INTO training_samples (question, answer) VALUES (%s, %s)",
            (sample["question"], sample["answer"]),
        )
