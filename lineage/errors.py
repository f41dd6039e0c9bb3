"""What a user's mistake looks like: where, what was found, what is allowed, what to do.

Every error that is the user's to mend is a `LineageError`; anything else that reaches the entry
point is a bug (exit code 4). Messages name files, lines, keys and counts, never a value that came
from telemetry: a span's text may be somebody's prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file.

    Args:
        what: what is wrong, one sentence without a full stop.
        file: path as the user wrote it; empty when no file is meant.
        line: counted from 1; 0 when not known.
        column: counted from 1; 0 when not known.
        allowed: what would have been right; may be empty.
        remedy: what to do about it; may be empty.
        excerpt: the line of the *user's own* YAML with an underline; never telemetry.

    >>> print(Problem("unknown key 'retenton'", "lineage.yaml", 7, 5, remedy="did you mean 'retention'?"))
    lineage.yaml:7:5: unknown key 'retenton'. did you mean 'retention'?
    """

    what: str
    file: str = ""
    line: int = 0
    column: int = 0
    allowed: str = ""
    remedy: str = ""
    excerpt: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.file and self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        parts = [part for part in (self.what, self.allowed, self.remedy) if part]
        text = (f"{place}: " if place else "") + ". ".join(parts)
        return f"{text}\n{self.excerpt}" if self.excerpt else text


class LineageError(Exception):
    """A mistake in what the user gave: usage, inventory, policy, view, or an unreadable input.

    Carries one or more `Problem`s, all those of one run. The command line prints each and exits
    with 2 (DESIGN.md section 7).

    >>> raise LineageError.of("the file is empty", file="spans.jsonl", remedy="export again")
    Traceback (most recent call last):
    ...
    lineage.errors.LineageError: spans.jsonl: the file is empty. export again
    """

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        if not problems:
            raise ValueError("a LineageError needs at least one problem")
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def of(
        cls, what: str, *, file: str = "", line: int = 0, column: int = 0, allowed: str = "", remedy: str = ""
    ) -> Self:
        """An error with a single problem."""
        return cls([Problem(what, file, line, column, allowed, remedy)])


class InputError(LineageError):
    """An input that cannot be read or is not what it claims to be."""


class ConfigError(LineageError):
    """An inventory, policy pack or view that is wrong."""


class EvidenceError(LineageError):
    """Evidence that does not verify: unsigned, changed, cut back, or signed by somebody else."""

    exit_code = 5
