"""The edge: customers call it with their key. Here it is known whose data comes in, and here it is said."""

from __future__ import annotations

import json
import os
from typing import Annotated, Any

import httpx
from fastapi import Header, HTTPException
from pydantic import BaseModel

from examples.gateway.addresses import url
from examples.gateway.telemetry import service
from lineage import instrument

CUSTOMERS: dict[str, dict[str, str]] = json.loads(os.environ["CUSTOMERS"])
"""Key -> tenant and origin of those who have signed up here."""

app = service("Edge", edge=True)
core = httpx.Client(base_url=url(os.environ["CORE"]), timeout=20)


class Ask(BaseModel):
    """A chat completion as the OpenAI protocol has it, as far as this gateway needs it."""

    messages: list[dict[str, str]]


@app.post("/v1/chat/completions")
def chat(ask: Ask, authorization: Annotated[str, Header()]) -> Any:
    """Pass a customer's question on, with the labels of their data."""
    customer = CUSTOMERS.get(authorization.removeprefix("Bearer "))
    if customer is None:
        raise HTTPException(401, "unknown key")
    with instrument.label(
        tenant=customer["tenant"], origin=customer["origin"], data_class="personal", purpose="inference"
    ):
        answer = core.post(
            "/v1/chat/completions", json=ask.model_dump(), headers={"x-tenant": customer["tenant"]}
        )
    return answer.raise_for_status().json()
