"""The revisions before the start of a script, gone through again for what they make.

Receives a context that writes a script; returns the statements of another one, from nothing up to
where the first begins. Nothing of it is written, and no database is asked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

from limbeck.errors import ReplayError
from limbeck.operations import Operations
from limbeck.script.steps import MigrationStep

if TYPE_CHECKING:
    from limbeck.script.base import ScriptDirectory

    from .migration import MigrationContext


class _Statements:
    """Stands for the stream that a script is written to, a statement at a time."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, text: str) -> int:
        """Keep a statement."""
        self.written.append(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""


def statements_before(
    context: MigrationContext, heads: Iterable[str], kw: Mapping[str, Any]
) -> Sequence[str]:
    """Return what the revisions up to `heads` would write; raises ReplayError where one can't.

    `kw` are what migrations are called with.
    """
    if context.script is None:
        return ()
    statements = _Statements()
    opts = {**context.opts, "output_buffer": statements, "output_encoding": None}
    again = type(context)(context.dialect, None, opts | {"starting_rev": None})
    quiet = redirect_stdout(sys.stderr)  # the script may go to the standard output
    with quiet, Operations.context(again), _standing_for(context, again):
        for step in _steps(context.script, heads):
            try:
                step.migration_fn(**kw)
            except Exception as error:
                raise ReplayError(step.short_log, error) from error
    return statements.written


def _steps(script: ScriptDirectory, heads: Iterable[str]) -> Iterator[MigrationStep]:
    rows: tuple[str, ...] = ()
    for head in heads:
        yield from script._upgrade_revs(head, rows)
        rows = (*rows, head)


@contextmanager
def _standing_for(context: MigrationContext, other: MigrationContext) -> Iterator[None]:
    """Let `limbeck.context` give the other one: `context.execute()` of a revision goes there."""
    environment = context.environment_context
    if environment is None:
        yield
        return
    environment._migration_context = other
    try:
        yield
    finally:
        environment._migration_context = context
