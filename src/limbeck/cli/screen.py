"""What the user sees beside a command's own output: errors, warnings, log lines, tables.

In a pipe everything is plain text that stays the same from run to run; on a terminal rich draws
tables and colours (it respects NO_COLOR), and is imported only there.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TextIO

from limbeck.errors import CommandError

LOGGER = "limbeck"


def replace_closed_streams() -> None:
    """Let what is printed vanish where the caller has closed a standard stream (`>&-`)."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def flush_output() -> None:
    """Write what is printed so far; raises CommandError where nothing takes it, as on a full disk."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"Can't write the output: {error.strerror}.") from error


def drop_unwritten_output() -> None:
    """Let output that could not be written vanish, so that Python does not try again as it leaves."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_terminal(stream: object) -> bool:
    """Tell whether the stream is a terminal, so that colour and tables make sense there."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())


def fail(message: str, stream: TextIO | None = None) -> None:
    """Print the one message of a command that could not do what was asked, else to stderr."""
    _print_marked("FAILED", message, "bold red", stream or sys.stderr)


def warn(message: str) -> None:
    """Print a warning."""
    _print_marked("WARNING", message, "yellow", sys.stderr)


def draw_table(headers: Sequence[str], rows: Sequence[Sequence[str]], stream: TextIO) -> None:
    """Draw a table on a terminal: columns wrap between words, empty ones are left out."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    filled = [number for number in range(len(headers)) if any(row[number] for row in rows)]
    for number in filled:
        table.add_column(headers[number], no_wrap=number == 0, overflow="fold")
    for row in rows:
        table.add_row(*(Text(row[number]) for number in filled))
    Console(file=stream).print(table)


@contextmanager
def watching(*, quiet: bool, as_alembic: bool = False) -> Iterator[None]:
    """Show warnings as one line each, and the log where the project configured no logging.

    `as_alembic`: leave the log to Python where nothing is configured, which shows warnings only.
    """
    disabled = logging.root.manager.disable
    if quiet:
        # Also what the project's own logging would show.
        logging.disable(logging.INFO)
    log = nullcontext() if as_alembic else _showing_log(quiet=quiet)
    with warnings.catch_warnings(), log:
        warnings.showwarning = _show_warning
        try:
            yield
        finally:
            logging.disable(disabled)


@contextmanager
def _showing_log(*, quiet: bool) -> Iterator[None]:
    logger = logging.getLogger(LOGGER)
    handler = _FallbackHandler(logging.WARNING if quiet else logging.INFO)
    level = logger.level
    logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


Tell = Callable[[int, int, str], None]
"""What is told how much is done, how much there is, and of what."""


@contextmanager
def progress() -> Iterator[tuple[Tell, Tell] | None]:
    """Show how far a run is, below its log lines; None where there is no terminal.

    Gives the functions that `limbeck.runtime.run` describes as PROGRESS and ROW_PROGRESS.
    """
    if not is_terminal(sys.stderr):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(20), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    console = Console(stderr=True)
    # No thread refreshes it, so that a debugger or a question in a revision keeps the screen.
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        steps, rows = (bar.add_task("", visible=False) for _ in range(2))

        def tell_step(done: int, total: int, beginning: str) -> None:
            bar.update(rows, visible=False)
            bar.update(steps, completed=done, total=total, description=beginning, visible=total > 1)
            bar.refresh()

        def tell_rows(done: int, total: int, what: str) -> None:
            bar.update(rows, completed=done, total=total, description=what, visible=True)
            bar.refresh()

        yield tell_step, tell_rows


def _print_marked(mark: str, message: str, style: str, stream: TextIO) -> None:
    if not is_terminal(stream):
        print(f"{mark}: {message}", file=stream)
        return
    from rich.console import Console
    from rich.text import Text

    Console(file=stream, highlight=False).print(
        Text(f"{mark}: ", style) + Text(message), soft_wrap=True
    )


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    warn(str(message))


class _FallbackHandler(logging.Handler):
    """Prints log records to standard error, unless env.py has set up logging itself."""

    def emit(self, record: logging.LogRecord) -> None:
        if logging.getLogger().handlers:
            return
        text = self.format(record)
        if record.levelno >= logging.WARNING:
            warn(text)
        else:
            mark = "" if is_terminal(sys.stderr) else f"INFO  [{record.name}] "
            print(f"{mark}{text}", file=sys.stderr)  # noqa: T201  # what the command line says
