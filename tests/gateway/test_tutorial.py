"""The tutorial of the gateway: each command is run, and prints what is shown."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from installed import needs_gateway
from test_docs import ROOT, _blocks, _matches, _shell

pytestmark = [pytest.mark.slow, needs_gateway]


def test_the_tutorial_of_the_gateway_prints_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples" / "gateway", tmp_path / "examples" / "gateway")
    for name, words in (("lineage", "-m lineage"), ("python", "")):
        (tmp_path / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (tmp_path / name).chmod(0o755)
    monkeypatch.setitem(os.environ, "COLUMNS", "200")
    blocks = _blocks(ROOT / "docs" / "tutorial-gateway.md", "console")
    assert len(blocks) == 9
    for block in blocks:
        parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
        code = 0
        for command, shown in zip(parts[::2], parts[1::2], strict=True):
            if command == "echo $?":
                assert shown == f"{code}\n"
                continue
            done = _shell(command, tmp_path)
            code = done.returncode
            assert _matches(shown, done.stdout), f"$ {command}\n{done.stdout}"
