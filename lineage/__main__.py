"""The entry point: exit codes of DESIGN.md section 7, whatever goes wrong."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and leave with its exit code; a bug is one line and exit code 4."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code.

    >>> run(["check", "--no-such-option"])
    2
    """
    import click

    from lineage.cli import lineage
    from lineage.errors import LineageError

    # One command makes many small values and keeps nearly all of them: collecting cycles is an eighth of a long run.
    gc.disable()
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        code = lineage.main(args=arguments, prog_name="lineage", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        click.echo("interrupted", err=True)
        return 130
    except click.ClickException as wrong:
        wrong.show()
        return 2
    except LineageError as wrong:
        for problem in wrong.problems:
            click.echo(f"error: {problem}", err=True)
        return wrong.exit_code
    except (BrokenPipeError, SystemExit):
        # The reader of our output went away (`lineage check ... | head`): nothing more to say, and not our error.
        # click makes a broken pipe SystemExit(1), which would read as "violated"; no command raises it otherwise.
        _silence_stdout()
        return 141
    except Exception as bug:
        if debug:
            raise
        where = _last_place(bug)
        # The message of an unexpected exception may quote what it choked on: only its type is told.
        click.echo(
            f"internal error: {type(bug).__name__} in {where}. This is a bug in lineage; run again with --debug for a traceback.",
            err=True,
        )
        return 4


def _last_place(bug: BaseException) -> str:
    trace = bug.__traceback__
    place = "lineage"
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith("lineage"):
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _silence_stdout() -> None:
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
