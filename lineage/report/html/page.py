"""One HTML file: skeleton, style, script and data, under a policy that lets nothing in or out.

The content security policy names the style and the script by their hashes, allows no request at all, and forbids
markup from text (trusted types): whatever a name in the telemetry says, the page shows it as text.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files
from typing import Any

from lineage.words import shown

LONGEST = 4_000
"""Characters of any text in the data."""


def page(data: dict[str, Any], pictures: str) -> str:
    """The whole file.

    Args:
        data: what the script shows; see data.py.
        pictures: SVG made safe by pictures.py, or "".
    """
    folder = files("lineage") / "report" / "html"
    skeleton, style, script = (
        folder.joinpath(f"page.{end}").read_text("utf-8") for end in ("html", "css", "js")
    )
    parts = {
        "lang": {"en": "en", "zh": "zh-CN"}[data["lang"]],
        "policy": policy(style, script),
        "style": style,
        "pictures": pictures,
        "data": embedded(data),
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], skeleton)


def policy(style: str, script: str) -> str:
    """The content security policy: these very texts, and nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def embedded(data: Any) -> str:
    """Data as JSON that may stand in a script element: no `<`, `>` or `&`, nothing that ends a line of JavaScript.

    >>> embedded({"name": "</script>\\u2028"})
    '{"name":"\\\\u003c/script\\\\u003e\\\\\\\\u2028"}'
    """
    text = json.dumps(_shown(data), ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _shown(value: Any) -> Any:
    """With control, direction and half characters written out in every text, whoever put it there, and none too long."""
    if isinstance(value, str):
        told = shown(value)
        return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"
    if isinstance(value, dict):
        return {_shown(key): _shown(each) for key, each in value.items()}
    return [_shown(each) for each in value] if isinstance(value, (list, tuple)) else value
