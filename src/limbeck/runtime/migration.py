"""`MigrationContext`: a database, or a SQL script, from the point of view of migrations.

    connection or dialect, options  →  impl, version table, transactions  →  run_migrations()

Made by `context.configure()`, or directly by a program with `MigrationContext.configure()`. The
steps come from the function `fn` of the options; going through them is `runtime.run`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.engine.mock import MockConnection

from limbeck.config import Config
from limbeck.ddl.impl import DefaultImpl
from limbeck.errors import CommandError
from limbeck.logs import logger_of
from limbeck.script.base import ScriptDirectory
from limbeck.script.steps import MigrationInfo, MigrationStep, RevisionStep, StampStep
from limbeck.sqla import is_autocommit

from . import offline, run, version_table
from .transaction import (
    MigrationTransaction,
    _ProxyTransaction,
    autocommit,
    refuse_autocommit,
    script_transaction,
)
from .version_table import HeadMaintainer

if TYPE_CHECKING:
    from .environment import EnvironmentContext

__all__ = [
    "HeadMaintainer",
    "MigrationContext",
    "MigrationInfo",  # compat: functions for `on_version_apply` annotate what they are told
    "MigrationStep",
    "RevisionStep",
    "StampStep",
]

log = logger_of(__name__)


class MigrationContext:
    """What migrations run on: a connection, or offline a dialect and an output buffer.

    `opts` are those of `context.configure()`; an `fn` among them plans the steps: it gets the
    revisions the database is at and this context.
    """

    def __init__(
        self,
        dialect: Dialect,
        connection: Connection | None,
        opts: dict[str, Any],
        environment_context: EnvironmentContext | None = None,
    ) -> None:
        self.environment_context = environment_context
        self.opts = opts
        self.dialect = dialect
        self.script: ScriptDirectory | None = opts.get("script")
        self.as_sql: bool = opts.get("as_sql", False)
        self.purge: bool = opts.get("purge", False)
        self.on_version_apply_callbacks = opts.get("on_version_apply", ())
        self.output_buffer = offline.output_buffer(opts)
        self.transactional_ddl: bool | None = opts.get("transactional_ddl")
        self.version_table: str = opts.get("version_table") or "alembic_version"
        self.version_table_schema: str | None = opts.get("version_table_schema")
        # compat: flask-alembic reaches for the first, comparing plugins for the others
        self._migrations_fn = opts.get("fn")
        self._user_compare_type = opts.get("compare_type", True)
        self._user_compare_server_default = opts.get("compare_server_default", False)
        self._start_from_rev = opts.get("starting_rev")
        self._transaction_per_migration: bool = opts.get("transaction_per_migration", False)
        self._in_external_transaction = _is_in_transaction(connection) and not self.as_sql
        self._transaction: MigrationTransaction | None = None
        self._is_in_script_transaction = False
        self._run: run.Run | None = None
        self.connection = (
            offline.script_connection(dialect, self.execute, opts) if self.as_sql else connection
        )
        self.impl = DefaultImpl.get_by_dialect(dialect)(
            dialect,
            self.connection,
            self.as_sql,
            self.transactional_ddl,
            self.output_buffer,
            opts,
        )
        # compat: clickhouse-sqlalchemy, ydb-sqlalchemy replace it
        self._version = self.impl.version_table_impl(
            version_table=self.version_table,
            version_table_schema=self.version_table_schema,
            version_table_pk=opts.get("version_table_pk", True),
        )

    @classmethod
    def configure(
        cls,
        connection: Connection | None = None,
        url: str | URL | None = None,
        dialect_name: str | None = None,
        dialect: Dialect | None = None,
        environment_context: EnvironmentContext | None = None,
        dialect_opts: dict[str, str] | None = None,
        opts: Any | None = None,
    ) -> MigrationContext:
        """Make a context; the dialect is that of the connection, the url, or by name.

        Raises CommandError when there is none of them, or something else than a connection.
        """
        options = dialect_opts or {}
        if connection is not None:
            # A script's `op.get_bind()` is a mock one; revisions give it to a context of their own.
            if not isinstance(connection, Connection | MockConnection):
                raise CommandError(
                    "'connection' argument to configure() is expected to be a "
                    f"sqlalchemy.engine.Connection instance, got {connection!r}"
                )
            dialect = connection.dialect
        elif url:
            dialect = make_url(url).get_dialect()(**options)
        elif dialect_name:
            dialect = make_url(f"{dialect_name}://").get_dialect()(**options)
        elif dialect is None:
            raise CommandError("Connection, url, or dialect_name is required.")
        context = cls(dialect, connection, opts or {}, environment_context)
        context._log_what_it_is()
        return context

    def _log_what_it_is(self) -> None:
        log.info("Context impl %s.", type(self.impl).__name__)
        if self.as_sql:
            log.info("Generating static SQL")
        kind = "transactional" if self.impl.transactional_ddl else "non-transactional"
        log.info("Will assume %s DDL.", kind)

    @property
    def bind(self) -> Connection | None:
        """The connection; offline, one that writes to the script."""
        return self.connection

    @property
    def config(self) -> Config | None:
        """The configuration, when an environment made this context."""
        return None if self.environment_context is None else self.environment_context.config

    # Transactions

    def begin_transaction(
        self,
        _per_migration: bool = False,
    ) -> _ProxyTransaction | AbstractContextManager[None, bool | None]:
        """Begin the transaction of the run, or with `_per_migration` of one step.

        Does nothing when it isn't this one's turn: where a rollback undoes DDL, the option
        `transaction_per_migration` says which it is; elsewhere each step has its own.
        """
        if self._in_external_transaction or self._transaction is not None:
            return nullcontext()
        is_transactional = self.impl.transactional_ddl
        if _per_migration != (self._transaction_per_migration or not is_transactional):
            return nullcontext()
        if self.as_sql:
            return self._script_transaction() if is_transactional else nullcontext()
        self._begin()
        return _ProxyTransaction(self)

    @contextmanager
    def _script_transaction(self) -> Iterator[None]:
        self._is_in_script_transaction = True
        try:
            with script_transaction(self.impl):
                yield
        finally:
            self._is_in_script_transaction = False

    def _begin(self) -> None:
        if self.connection is None:
            raise CommandError(
                "Can't begin a transaction: the migration context has no connection."
            )
        self._transaction = MigrationTransaction(self.connection, self.impl)

    def _end_transaction(self, *, commit: bool) -> None:
        """End the open transaction, if there is one; a run notes what is committed."""
        transaction, self._transaction = self._transaction, None
        if transaction is None:
            return
        if commit and transaction.transaction.is_active:
            transaction.commit()
            if self._run is not None:
                self._run.note_commit()
        else:
            transaction.rollback()

    @contextmanager
    def autocommit_block(self) -> Iterator[None]:
        """Run the block's statements outside of any transaction.

        The transaction around it is committed before and a new one begun after, so what ran before
        the block stays even if something later fails. Raises CommandError when that transaction
        was begun by the caller.
        """
        if self.as_sql:
            if self._is_in_script_transaction:
                self.impl.emit_commit()
            yield
            if self._is_in_script_transaction:
                self.impl.emit_begin()
            return
        if self._in_external_transaction:
            raise refuse_autocommit()
        was_in_transaction = self._transaction is not None
        self._end_transaction(commit=True)
        if self.connection is None:
            raise CommandError("autocommit_block() needs a connection or offline mode.")
        with autocommit(self.connection):
            yield
        if was_in_transaction:
            self._begin()

    def may_commit_parts(self) -> bool:
        """Tell whether rows changed from here on may be committed part by part.

        They may where nothing else would be committed with them that a failure should undo: outside
        of a transaction, or in that of one step which has changed nothing so far.
        """
        if self.as_sql or self.connection is None or self._in_external_transaction:
            return False
        if self._transaction is None:
            return is_autocommit(self.connection)
        if not self.impl.undoes_ddl:
            return True
        is_of_step = self._transaction_per_migration or not self.impl.transactional_ddl
        return is_of_step and not self._transaction.has_changes

    def commit_part(self) -> None:
        """Commit what has been done and go on in another transaction; see `may_commit_parts`."""
        if self._transaction is not None:
            self._end_transaction(commit=True)
            self._begin()

    def row_progress(self) -> Callable[[int, int, str], None] | None:
        """Return what is told of the rows of one operation; see `run.ROW_PROGRESS`."""
        environment = self.environment_context
        tell: Callable[[int, int, str], None] | None = (
            None if environment is None else environment.config.attributes.get(run.ROW_PROGRESS)
        )
        return tell

    # The version table

    def get_current_revision(self) -> str | None:
        """Return the revision the database is at; raises CommandError when there are several."""
        heads = self.get_current_heads()
        if len(heads) > 1:
            raise CommandError(
                f"Version table '{self.version_table}' has more than one head present; "
                "please use get_current_heads()"
            )
        return heads[0] if heads else None

    def get_current_heads(self) -> tuple[str, ...]:
        """Return the revisions the database is at; offline, the starting revision."""
        if self.as_sql:
            return self._starting_revisions()
        if self._start_from_rev:
            raise CommandError(
                "Can't specify current_rev to context when using a database connection"
            )
        if not self._has_version_table():
            return ()
        return version_table.read_rows(self._connected(), self._version)

    def _starting_revisions(self) -> tuple[str, ...]:
        start: str | Collection[str] | None = self._start_from_rev
        if start is None or start == "base":
            return ()
        names = (start,) if isinstance(start, str) else tuple(start)
        if self.script is None:
            return names
        return tuple(self.script.get_revision(name).revision for name in names)

    def _has_version_table(self) -> bool:
        return version_table.is_there(self._connected(), self._version)

    def _ensure_version_table(self, purge: bool = False) -> None:
        """Create the version table unless it is there; with `purge` delete its rows.

        compat: a program may call it outside of a transaction; then it is committed.
        """
        is_alone = self._run is None and not self.as_sql and not _is_in_transaction(self.connection)
        if self.as_sql or not self._has_version_table():
            version_table.create(self)
        elif purge:
            version_table.drop_rows(self)
        if is_alone:
            self._connected().commit()

    def _connected(self) -> Connection:
        if self.connection is None:
            raise CommandError("This needs a database connection, and there is none.")
        return self.connection

    def stamp(self, script_directory: ScriptDirectory, revision: str) -> None:
        """Record a revision without running anything; the caller commits."""
        heads = self.get_current_heads()
        if not self.as_sql and not heads:
            self._ensure_version_table()
        maintainer = HeadMaintainer(self, heads)
        for step in script_directory._stamp_revs(revision, heads):
            maintainer.update_to_step(step)

    # Running

    def run_migrations(self, **kw: Any) -> None:
        """Go through the steps that `fn` plans; `kw` go to each `upgrade()` and `downgrade()`."""
        if self._migrations_fn is None:
            raise CommandError(
                "There is nothing to run: this migration context was made without `fn`, the "
                "function that plans the steps."
            )
        self.impl.start_migrations()
        self._run = run.Run(self, kw)
        try:
            self._run.go(self._migrations_fn)
        finally:
            self._run = None

    def execute(
        self, sql: Executable | str, execution_options: dict[str, Any] | None = None
    ) -> None:
        """Execute a statement, or write it to the script; as `op.execute()`."""
        self.impl._exec(sql, execution_options)

    def _in_connection_transaction(self) -> bool:
        return _is_in_transaction(self.connection)


def _is_in_transaction(connection: Any) -> bool:
    return isinstance(connection, Connection) and connection.in_transaction()
