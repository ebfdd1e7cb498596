"""The revisions before the start of a script, gone through again for what they make.

Receives a context that writes a script; returns the statements of another one, from nothing up to
where the first begins, and those of other branches. Nothing of it is written, and no database is
asked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

from limbeck.ddl.execution import Past
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


def past_of(
    context: MigrationContext,
    heads: Sequence[str],
    steps: Sequence[MigrationStep],
    kw: Mapping[str, Any],
) -> Past:
    """Return what the revisions up to `heads` would write; raises ReplayError where one can't.

    `steps` are those of the script, `kw` what migrations are called with.
    """
    if context.script is None:
        return Past()
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
        before = tuple(statements.written)
        others: dict[str, Sequence[str] | None] = {}
        for step in _other_steps(context.script, heads, steps):
            statements.written.clear()
            others[step.to_revisions[0]] = statements.written[:] if _runs(step, kw) else None
    return Past(before, others)


def _other_steps(
    script: ScriptDirectory, heads: Sequence[str], steps: Sequence[MigrationStep]
) -> Iterator[MigrationStep]:
    """Yield what a database may have had besides: neither before the script, nor in or after it."""
    graph = script.revision_map.graph
    ups = (name for step in steps if step.is_upgrade for name in step.to_revisions)
    known = graph.ancestors(heads) | graph.descendants([*heads, *ups])
    for step in script._upgrade_revs("heads", tuple(heads)):
        if not known.intersection(step.to_revisions):
            yield step


def _runs(step: MigrationStep, kw: Mapping[str, Any]) -> bool:
    """Tell whether a step that nobody asked for can be gone through."""
    try:
        step.migration_fn(**kw)
    except Exception:  # noqa: BLE001  # what a user's migration raises: it is told that it can't be
        return False
    return True


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
