"""Who has which key: LiteLLM asks this for each request (`custom_auth`), and tells the team on its spans."""

from __future__ import annotations

from fastapi import HTTPException, Request
from litellm.proxy._types import UserAPIKeyAuth

TEAMS = {"sk-acme": "acme-eu", "sk-globex": "globex-us", "sk-hongyun": "hongyun-cn"}


async def customer(_: Request, api_key: str) -> UserAPIKeyAuth:
    """The customer of a key."""
    if api_key not in TEAMS:
        raise HTTPException(401, "unknown key")
    return UserAPIKeyAuth(api_key=api_key, team_id=TEAMS[api_key], team_alias=TEAMS[api_key])
