"""Where a report goes: `--format FORM` to standard output, `--format FORM=FILE` to a file, several in one run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.commands import work

if TYPE_CHECKING:
    from lineage.checking import Report

SUMMARY = "GITHUB_STEP_SUMMARY"
"""GitHub Actions names in it the file that becomes the summary of the job."""
LEAST = 1_000
"""Bytes below which a summary has no room for a headline; over its limit GitHub would drop the other steps' as well."""


@dataclass(frozen=True, slots=True)
class Output:
    """One format and where it goes."""

    form: str
    file: str
    """A path; "" = standard output."""


def outputs(told: Sequence[str], output: str | None) -> list[Output]:
    """What `--format` and `-o` ask for.

    Args:
        told: each `form` or `form=file`; none = text.
        output: the file of the format that names none.

    Raises:
        LineageError: a format that does not exist, two for standard output, two for one file.

    >>> outputs(["sarif=a.sarif", "text"], None)
    [Output(form='sarif', file='a.sarif'), Output(form='text', file='')]
    """
    asked = [_asked(each) for each in told or ("text",)]
    unnamed = sum(file is None for _, file in asked)
    if output and not unnamed:
        raise work.usage("-o names a file, and every format has one of its own", "leave -o out")
    made = [Output(form, file or output or "") for form, file in asked]
    made = [Output(each.form, "" if each.file == "-" else each.file) for each in made]
    if unnamed > 1 or sum(not each.file for each in made) > 1:
        raise work.usage(
            "several formats go to the same place", "give all but one a file: --format sarif=out.sarif"
        )
    files = [os.path.realpath(each.file) for each in made if each.file]
    if len(set(files)) < len(files):
        raise work.usage("several formats go to the same file", "give each a file of its own")
    return made


def _asked(told: str) -> tuple[str, str | None]:
    """A format, and its file if it names one."""
    from lineage.report import FORMATS
    from lineage.words import nearest

    form, equals, file = told.partition("=")
    if form not in FORMATS:
        near = nearest(form, FORMATS)
        meant = f"did you mean {near!r}?" if near else "write --format FORM or --format FORM=FILE"
        raise work.usage(f"--format: {form!r} is not one of {', '.join(FORMATS)}", meant)
    if equals and not file:
        raise work.usage(f"--format: {form}= names no file", f"write --format {form}=FILE or --format {form}")
    return form, file or None


def write(report: Report, wanted: Sequence[Output], lang: str, verbose: bool) -> None:
    """Write a report in all formats that are wanted: rendered first, files before standard output.

    Raises:
        LineageError: a file cannot be written.
    """
    from lineage.report import FORMATS

    rendered = []
    for each in sorted(wanted, key=lambda output: not output.file):
        style = {"verbose": verbose, "colour": not each.file and work.colour()} if each.form == "text" else {}
        rendered.append((each, FORMATS[each.form](report, lang=lang, **style)))
    for each, text in rendered:
        work.put(text, each.file or None)
    if any(each.form == "github" for each in wanted) and os.environ.get(SUMMARY):
        _summarise(report, Path(os.environ[SUMMARY]), lang)


def _summarise(report: Report, path: Path, lang: str) -> None:
    """Add the report to a job's summary: steps write after one another, and share its limit."""
    from lineage.report.markdown import LIMIT, to_markdown

    try:
        room = LIMIT - (path.stat().st_size if path.exists() else 0)
        if room < LEAST:
            click.echo(f"note: the job's summary ({SUMMARY}) is full: nothing is added to it", err=True)
            return
        text = to_markdown(report, lang=lang, limit=room)
        with path.open("ab") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        # The verdict stands and is written; the runner's own file is not the user's to mend.
        click.echo(f"note: the job's summary ({SUMMARY}) cannot be written: {error.strerror}", err=True)
