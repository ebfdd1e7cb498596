"""Going through the steps of a plan, one after the other.

Receives a migration context and the function that plans; each step runs in its transaction, then
changes the version table, then is told to the callbacks. What fails is reported with its
revision, file and statement, and with what of the run stays applied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from limbeck.errors import CommandError
from limbeck.logs import logger_of
from limbeck.operations.unfilled import refuse_unfilled_function
from limbeck.script.steps import MigrationStep

from .replay import past_of
from .version_table import HeadMaintainer

if TYPE_CHECKING:
    from .migration import MigrationContext

log = logger_of("limbeck.runtime.migration")

PROGRESS = "limbeck.progress"
"""Key in `Config.attributes` of a function that is told, before each step and when all are done, how
many steps are done, how many there are, and which one begins."""

ROW_PROGRESS = "limbeck.progress.rows"
"""Key of a function that is told by an operation on many rows how many it has done, how many there
are, and what they are."""

PlanFunction = Callable[[tuple[str, ...], "MigrationContext"], Iterable[MigrationStep]]

_CHANGES_SCHEMA = re.compile(r"\s*(create|alter|drop|rename|truncate|comment)\b", re.IGNORECASE)
_READS = re.compile(r"\s*(select|show|explain|describe)\b", re.IGNORECASE)


class Run:
    """One run of migrations, and what it has done so far."""

    def __init__(self, context: MigrationContext, kw: Mapping[str, Any]) -> None:
        self._context = context
        self._kw = kw
        self._done: list[str] = []
        self._kept = 0
        self._heads: set[str] = set()
        self._kept_heads: set[str] = set()
        self._statements: list[str] = []

    def go(self, plan: PlanFunction) -> None:
        """Plan the steps and carry them out."""
        context = self._context
        heads = self._starting_heads()
        needs_table = not heads and not context.opts.get("dont_mutate", False)
        maintainer = HeadMaintainer(context, heads)
        self._heads, self._kept_heads = maintainer.heads, set(heads)
        steps = list(plan(heads, context))
        if context.as_sql and heads:
            context.impl.history = partial(past_of, context, heads, steps, self._kw)
        with self._watching_statements():
            for number, step in enumerate(steps):
                self._tell_progress(number, len(steps), step.short_log)
                self._announce(step)
                with self._reporting(step), context.begin_transaction(_per_migration=True):
                    if needs_table:
                        context._ensure_version_table()
                        needs_table = False
                    self._carry_out(step, maintainer)
        self._tell_progress(len(steps), len(steps), "")
        if needs_table and not context.as_sql:
            with context.begin_transaction(_per_migration=True):
                context._ensure_version_table()

    def _tell_progress(self, done: int, total: int, beginning: str) -> None:
        environment = self._context.environment_context
        tell = None if environment is None else environment.config.attributes.get(PROGRESS)
        if tell is not None:
            tell(done, total, beginning)

    def note_commit(self) -> None:
        """Note that all that is done so far is committed."""
        self._kept = len(self._done)
        self._kept_heads = set(self._heads)

    def _starting_heads(self) -> tuple[str, ...]:
        context = self._context
        if not context.purge:
            return context.get_current_heads()
        if context.as_sql:
            raise CommandError("Can't use --purge with --sql mode")
        with context.begin_transaction(_per_migration=True):
            context._ensure_version_table(purge=True)
        return ()

    def _announce(self, step: MigrationStep) -> None:
        """Tell the implementation what is coming; a caller's transaction is made to hold DDL."""
        impl = self._context.impl
        is_ours = not self._context._in_external_transaction
        if impl.prepares_rebuilds:
            impl.may_rebuild = is_ours and may_rebuild(step.migration_fn)
        if not is_ours:
            impl.begin_online()

    def _carry_out(self, step: MigrationStep, maintainer: HeadMaintainer) -> None:
        context = self._context
        log.info("Running %s", step)
        refuse_unfilled_function(step.migration_fn)
        if context.as_sql:
            context.impl.static_output(f"-- Running {step.short_log}")
        step.migration_fn(**self._kw)
        maintainer.update_to_step(step)
        if context.on_version_apply_callbacks:
            self._call_back(step, maintainer)
        self._done.append(step.short_log)
        self._statements.clear()

    def _call_back(self, step: MigrationStep, maintainer: HeadMaintainer) -> None:
        for callback in self._context.on_version_apply_callbacks:
            callback(
                ctx=self._context,
                step=step.info,
                heads=set(maintainer.heads),
                run_args=dict(self._kw),
            )

    @contextmanager
    def _watching_statements(self) -> Iterator[None]:
        """Collect the statements of each step where the database can't roll DDL back."""
        connection = self._context.connection
        if connection is None or self._context.as_sql or self._context.impl.undoes_ddl:
            yield
            return

        def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
            self._statements.append(statement)

        event.listen(connection, "after_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(connection, "after_cursor_execute", note)

    @contextmanager
    def _reporting(self, step: MigrationStep) -> Iterator[None]:
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            self._report(error, step)
            raise

    def _report(self, error: BaseException, step: MigrationStep) -> None:
        from . import failure  # lazy: only a failure needs it

        path = None if step.script is None else step.script.path
        failure.report(
            error,
            failure.MigrationFailure(
                description=step.short_log,
                path=path,
                line=failure.line_in(error, path),
                statement=self._as_written(getattr(error, "statement", None) or "") or None,
                applied=self._done[: self._kept],
                undone=self._done[self._kept :],
                leftovers=lasting([self._as_written(each) for each in self._statements]),
                outside=self._context._in_external_transaction,
                offline=self._context.as_sql,
                meanwhile=self._meanwhile(error),
            ),
            is_said=isinstance(error, SQLAlchemyError) or self._is_refused_call(error),
        )

    @staticmethod
    def _is_refused_call(error: BaseException) -> bool:
        """Tell whether a revision's function does not take what env.py has it called with."""
        from .failure import innermost_file  # lazy: only a failure needs it

        return isinstance(error, TypeError) and innermost_file(error) == __file__

    def _meanwhile(self, error: BaseException) -> tuple[str, ...] | None:
        """Return the heads that another run has made, which may be why the database refused."""
        context = self._context
        is_ours = not (context.as_sql or context._in_external_transaction)
        if not is_ours or not isinstance(error, DBAPIError | CommandError):
            return None
        context._end_transaction(commit=False)
        try:
            heads = context.get_current_heads()
            context._connected().rollback()
        except SQLAlchemyError:
            return None
        return None if set(heads) == self._kept_heads else tuple(sorted(heads))

    def _as_written(self, statement: str) -> str:
        """Return a statement as the database sees it: for some drivers each `%` is doubled."""
        is_doubled = self._context.dialect.paramstyle in ("format", "pyformat")
        return statement.replace("%%", "%") if is_doubled else statement


def lasting(statements: Sequence[str]) -> tuple[str, ...]:
    """Return what stays of a failed step: all up to its last DDL, which commits what is before."""
    last = max(
        (number for number, text in enumerate(statements, 1) if _CHANGES_SCHEMA.match(text)),
        default=0,
    )
    return tuple(text for text in statements[:last] if not _READS.match(text))


def may_rebuild(function: Callable[..., Any]) -> bool:
    """Tell whether a function, or another of its module, names `batch_alter_table`."""
    names = getattr(function, "__globals__", None)
    if names is None:
        return True
    functions = [value for value in names.values() if isinstance(value, FunctionType)]
    own = [each for each in functions if each.__globals__ is names]
    codes = [each.__code__ for each in own]
    codes += [function.__code__] if isinstance(function, FunctionType) else []
    return any("batch_alter_table" in _names_in(code) for code in codes)


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)
