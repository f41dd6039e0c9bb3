"""A model server that speaks the OpenAI protocol and answers the same to the same question."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from pydantic import BaseModel

from examples.gateway.telemetry import service

app = service("Model server")


class Ask(BaseModel):
    """A chat completion as the OpenAI protocol has it, as far as this server needs it."""

    model: str
    messages: list[dict[str, str]]


@app.post("/v1/chat/completions")
def chat(ask: Ask) -> Any:
    """An answer made of the question."""
    told = " ".join(message["content"] for message in ask.messages)
    text = f"{os.environ['OTEL_SERVICE_NAME']} thinks {hashlib.sha256(told.encode()).hexdigest()[:12]}"
    return {
        "object": "chat.completion",
        "model": ask.model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": len(told.split()), "completion_tokens": len(text.split())},
    }
