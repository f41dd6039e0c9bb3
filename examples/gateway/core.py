"""The core: answers out of the cache, or retrieves, asks the model, and keeps what it is told to keep.

Which stores and which model, the environment says: the same code is the clean gateway and each leaking one.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Annotated, Any

import httpx
import psycopg
import redis
from fastapi import Header
from opentelemetry.instrumentation.utils import suppress_instrumentation
from pydantic import BaseModel

from examples.gateway.addresses import HERE, port, url
from examples.gateway.telemetry import service
from lineage import instrument

app = service("Core")

MODEL, MODEL_HOST = os.environ["MODEL"], os.environ["MODEL_HOST"]
DATABASE, OBJECTS, LOGS = os.environ["DATABASE"], os.environ["OBJECTS"], os.environ["LOGS"]
QUEUE = os.environ["QUEUE"]
"""Where training samples go; nowhere if it is empty."""
SOURCES: list[list[str]] = json.loads(os.environ["SOURCES"])
"""What is retrieved: host, database, query."""

client = httpx.Client(timeout=20)
cache = redis.Redis(os.environ["CACHE"], port(os.environ["CACHE"]))
queue = redis.Redis(QUEUE, port(QUEUE)) if QUEUE else None


class Ask(BaseModel):
    """A chat completion as the OpenAI protocol has it, as far as this gateway needs it."""

    messages: list[dict[str, str]]


@app.post("/v1/chat/completions")
def chat(ask: Ask, x_tenant: Annotated[str, Header()]) -> Any:
    """Answer a question of a tenant."""
    question = ask.messages[-1]["content"]
    key = f"answer:{x_tenant}:{hashlib.sha256(question.encode()).hexdigest()}"
    known = cache.get(key)
    if known:
        return json.loads(known)
    answer = complete([*retrieve(), *ask.messages])
    text = answer["choices"][0]["message"]["content"]
    cache.set(key, json.dumps(answer), ex=3600)
    with database(DATABASE, "gateway") as rows:
        rows.execute(
            "INSERT INTO conversations (tenant, question, answer) VALUES (%s, %s, %s)",
            (x_tenant, question, text),
        )
    archive(key, answer)
    tell(f"{x_tenant} asked, {len(text)} letters answered")
    if queue:
        send(queue, {"question": question, "answer": text})
    return answer


def retrieve() -> list[dict[str, str]]:
    """What the model is told beside the question."""
    found = []
    for host, name, query in SOURCES:
        with database(host, name) as rows:
            found += [{"role": "system", "content": str(row[0])} for row in rows.execute(query).fetchall()]
    return found


def complete(messages: list[dict[str, str]]) -> Any:
    """Ask the model."""
    with instrument.model(MODEL, provider="alibaba_cloud", host=MODEL_HOST, port=port(MODEL_HOST)):
        asked = client.post(
            url(MODEL_HOST) + "/v1/chat/completions", json={"model": MODEL, "messages": messages}
        )
    return asked.raise_for_status().json()


# No instrumentation knows the buckets, streams and queues below: these spans are made by hand, one line each.


def archive(key: str, answer: Any) -> None:
    """Keep an answer in the object store."""
    with (
        instrument.store("s3", host=OBJECTS, port=port(OBJECTS), collection="answers", direction="write"),
        suppress_instrumentation(),
    ):
        client.put(f"{url(OBJECTS)}/answers/{key}", json=answer).raise_for_status()


def tell(line: str) -> None:
    """Write a line to the log."""
    with instrument.log("loki", host=LOGS, port=port(LOGS), stream="gateway"), suppress_instrumentation():
        client.post(
            f"{url(LOGS)}/loki/api/v1/push", json={"streams": [{"values": [["0", line]]}]}
        ).raise_for_status()


def send(to: redis.Redis, sample: dict[str, str]) -> None:
    """Put a sample into the queue of the training pool."""
    headers: dict[str, str] = {}
    with (
        instrument.queue("redis", "training-samples", direction="send", headers=headers, purpose="training"),
        suppress_instrumentation(),
    ):
        to.lpush("training-samples", json.dumps({"headers": headers, "sample": sample}))


def database(host: str, name: str) -> psycopg.Connection[Any]:
    """A connection to a database on one of the machines; its name is what telemetry tells, its address is here."""
    return psycopg.connect(host=host, hostaddr=HERE, port=port(host), dbname=name, user="gateway")
