"""Where an implementation's statements go: to the connection, or with `as_sql` into the SQL script.

The lowest part of `DefaultImpl`: what it is made of, how a statement is executed or written, and
what is done around the transaction that holds it. Knows no directive and no schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from sqlalchemy import Connection, CursorResult, Dialect, text
from sqlalchemy.engine.mock import MockConnection

from limbeck import sqla
from limbeck.errors import CommandError

from .offline import compile_statement, with_inline_values


@dataclass(frozen=True, slots=True)
class Past:
    """What the revisions before a script say, and others that may be applied, too.

    These are of other branches, in their order; None for one that says nothing without a database.
    """

    statements: Sequence[str] = ()
    others: Mapping[str, Sequence[str] | None] = field(default_factory=dict)


class ExecutionImpl:
    """How statements and transactions reach the database, or the script."""

    # flags

    transactional_ddl = False
    """Does a rollback undo DDL?"""

    command_terminator = ";"
    """What ends a statement in a SQL script."""

    prepares_rebuilds = False
    """Must it be known before a transaction begins whether tables are recreated in it? No."""

    may_rebuild = True
    """May the coming transaction recreate tables? The runtime finds it out where it must be known."""

    history: Callable[[], Past] | None = None
    """What gives the statements of the revisions before a script? The runtime, where there are some."""

    def __init__(
        self,
        dialect: Dialect,
        connection: Connection | None,
        as_sql: bool,
        transactional_ddl: bool | None,
        output_buffer: TextIO | None,
        context_opts: dict[str, Any],
    ) -> None:
        self.dialect = sqla.script_dialect(dialect) if as_sql else dialect
        self.connection = connection
        self.as_sql = as_sql
        self.literal_binds: bool = bool(context_opts.get("literal_binds", False))
        self.output_buffer = output_buffer
        self.memo: dict[str, Any] = {}
        self.context_opts = context_opts
        if transactional_ddl is not None:
            self.transactional_ddl = transactional_ddl

    @property
    def bind(self) -> Connection | None:
        """The connection, or the mock one that writes to the SQL script."""
        return self.connection

    @property
    def server_version(self) -> tuple[int, ...] | None:
        """Which version has the server? None offline."""
        return None if self.as_sql else getattr(self.dialect, "server_version_info", None)

    def has_server_version(self, *minimum: int) -> bool:
        """Is the server at least this version? Offline, where none is known: yes."""
        version = self.server_version
        return version is None or version >= minimum

    # emit: statements

    def static_output(self, text: str) -> None:
        """Write text to the SQL script."""
        if self.output_buffer is None:
            raise ValueError(
                "Can't write SQL: no output buffer was given to the migration context."
            )
        try:
            self.output_buffer.write(text + "\n\n")
            self.output_buffer.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CommandError(f"Can't write the SQL script: {error.strerror}.") from error

    def execute(self, sql: Any, execution_options: dict[str, Any] | None = None) -> None:
        """Execute a string or construct, or write it to the SQL script."""
        self._exec(sql, execution_options)

    def _exec(
        self,
        construct: Any,
        execution_options: Mapping[str, Any] | None = None,
        multiparams: Sequence[Mapping[str, Any]] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> CursorResult[Any] | None:
        if isinstance(construct, str):
            construct = text(construct)
        if self.as_sql:
            if multiparams is not None or params:
                raise TypeError("SQL parameters not allowed with as_sql")
            inline = self.literal_binds or bool((execution_options or {}).get("literal_binds"))
            if inline:
                construct = with_inline_values(construct, self.dialect, self.binary_literal)
            sql = compile_statement(construct, self.dialect, literal_binds=inline)
            self.static_output(self._terminated(sql))
            return None
        if params and multiparams is not None:
            raise TypeError("Can't send params and multiparams at the same time")
        connection = self._connected()
        if execution_options:
            connection = connection.execution_options(**execution_options)
        return connection.execute(construct, multiparams if multiparams is not None else params)

    def _terminated(self, sql: str) -> str:
        """End a statement; one that ends itself gets no second terminator."""
        return sql if sql.endswith(self.command_terminator) else sql + self.command_terminator

    def _connected(self) -> Connection:
        if self.connection is None:
            raise ValueError("Can't execute: the migration context has no connection.")
        return self.connection

    def _event_bind(self) -> Any:
        """Return what SQLAlchemy's events may execute on: the connection, or one that writes."""
        if self.connection is not None or not self.as_sql:
            return self._connected()

        def write(construct: Any, *multiparams: Any, **params: Any) -> None:
            self._exec(construct)

        return MockConnection(self.dialect, write)

    def binary_literal(self, value: bytes) -> str:
        """How is a binary literal spelled?"""
        return f"X'{value.hex()}'"

    # emit: around a transaction

    def start_migrations(self) -> None:
        """Do what has to be done before the first migration: nothing."""

    @property
    def undoes_ddl(self) -> bool:
        """Does a rollback of the transaction that `begin_online` was told of undo DDL?"""
        return self.transactional_ddl

    def begin_online(self) -> None:
        """Make the transaction that SQLAlchemy has just begun hold DDL too: it does."""

    def check_before_commit(self) -> None:
        """Raise where the transaction must not be committed: never."""

    def end_online(self) -> None:
        """Put back what `begin_online` changed, after commit or rollback: nothing."""

    def emit_begin(self) -> None:
        """Write the start of a transaction to the SQL script."""
        self.static_output("BEGIN" + self.command_terminator)

    def emit_commit(self) -> None:
        """Write the end of a transaction to the SQL script."""
        self.static_output("COMMIT" + self.command_terminator)
