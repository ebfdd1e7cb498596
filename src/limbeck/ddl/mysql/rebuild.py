"""Replacing a MySQL or MariaDB table without losing its triggers or the keys that refer to it.

DDL commits here, so nothing can be undone: until the old table is dropped, it is whole.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Connection, MetaData, Table, text
from sqlalchemy.exc import DBAPIError, SAWarning

from limbeck import sqla
from limbeck.ddl.mysql.catalog import read_tables
from limbeck.ddl.mysql.partitions import shown_text
from limbeck.ddl.mysql.server import server_of
from limbeck.ddl.rebuild import TableRebuild
from limbeck.errors import BatchError
from limbeck.schema.build_index import build_index
from limbeck.schema.models import fold_schema
from limbeck.schema.options import dialect_arguments

if TYPE_CHECKING:
    from limbeck.ddl.mysql import MySQLImpl

_NO_DEFAULT = 1364
"""The server's error for a column without a value and a default."""


class MySQLRebuild(TableRebuild):
    """The rebuild of one MySQL or MariaDB table."""

    impl: MySQLImpl

    def read_table(
        self, metadata: MetaData, reflect_args: Sequence[Any], reflect_kwargs: Mapping[str, Any]
    ) -> Table:
        """Read the table; its partitions as the server shows them, which SQLAlchemy can't write."""
        with warnings.catch_warnings():
            # SQLAlchemy passes over such an index
            ignored = "Unknown schema content: .*KEY.* (IGNORED|.*INVISIBLE)"
            warnings.filterwarnings("ignore", ignored, SAWarning)
            table = super().read_table(metadata, reflect_args, reflect_kwargs)
        self._complete(table)
        dialect, reflected = self.impl.dialect, [it for it in table.kwargs if "_partition" in it]
        if reflected and (words := shown_text(self.impl.show_create(table))) is not None:
            for name in reflected:
                del table.kwargs[name]
            table.kwargs[f"{dialect.name}_partition_by"] = sqla.for_driver(dialect, words)
        return table

    def _complete(self, table: Table) -> None:
        """Add what SQLAlchemy does not reflect: methods, indexes ignored, checks not enforced."""
        dialect = self.impl.dialect
        default = str(dialect.default_schema_name)
        found = read_tables(self._connection, server_of(dialect), table.schema or default, default)
        facts = found.get(fold_schema(table.schema, table.name, default))
        if facts is None:
            return  # under another spelling, where the server folds names
        if facts.primary_key is not None:
            of_key = dialect_arguments(dialect, type(table.primary_key), facts.primary_key.options)
            table.primary_key.kwargs.update(of_key)
        for fact in facts.indexes:
            if fact.method is not None or ("ignored", "true") in fact.options:
                table.indexes = {index for index in table.indexes if index.name != fact.name}
                build_index(fact, table, dialect)
        not_enforced = {fact.name for fact in facts.checks if not fact.is_enforced}
        for check in table.constraints:
            if isinstance(check, CheckConstraint) and check.name in not_enforced:
                check.kwargs[f"{dialect.name}_not_enforced"] = True

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let other tables go on referring to the table while it is away.

        Raises BatchError where a new column gets no values.
        """
        connection = self._connection
        before = connection.execute(text("SELECT @@SESSION.foreign_key_checks")).scalar_one()
        connection.execute(text("SET SESSION foreign_key_checks = 0"))
        try:
            yield
        except DBAPIError as error:
            number = getattr(
                error.orig, "errno", None
            )  # with some drivers it is the first argument
            if _NO_DEFAULT not in (number, *getattr(error.orig, "args", ())):
                raise
            raise BatchError(
                f"Can't build the table {self.table_name} anew: {error.orig}. A new column that is "
                f"NOT NULL needs a server_default (sa.Identity() is none: "
                f"{self.impl.dialect.name} passes over it). Or let it be NULL until it is filled."
            ) from error
        finally:
            connection.execute(text(f"SET SESSION foreign_key_checks = {int(before)}"))

    def start(self) -> None:
        """Remember the triggers: they are dropped with the table."""
        connection = self._connection
        names = connection.execute(
            text(
                "SELECT trigger_name FROM information_schema.triggers "
                "WHERE event_object_schema = COALESCE(:schema, DATABASE()) "
                "AND event_object_table = :table ORDER BY action_timing, event_manipulation, "
                "action_order"
            ),
            {"schema": self.schema, "table": str(self.table_name)},
        ).scalars()
        quote = connection.dialect.identifier_preparer.quote
        prefix = "" if self.schema is None else f"{quote(self.schema)}."
        self._triggers = [
            str(connection.exec_driver_sql(f"SHOW CREATE TRIGGER {prefix}{quote(name)}").one()[2])
            for name in names
        ]

    def finish(self) -> None:
        """Make the triggers again."""
        for statement in self._triggers:
            self._connection.exec_driver_sql(sqla.for_driver(self.impl.dialect, statement))

    @property
    def _connection(self) -> Connection:
        if self.impl.connection is None:
            raise BatchError("A table can only be rebuilt on a connection")
        return self.impl.connection
