"""The version table: the revisions the database is at, one row each, and who changes them.

Receives a migration context and steps that say which rows they delete, insert and update; nothing
is decided here. Offline the same statements are written to the script.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    String,
    Table,
    Update,
    bindparam,
    inspect,
    literal_column,
    select,
)
from sqlalchemy.exc import DataError
from sqlalchemy.schema import CreateTable

from limbeck.ddl.base import string_literal
from limbeck.errors import CommandError
from limbeck.script.steps import MigrationStep

if TYPE_CHECKING:
    from .migration import MigrationContext


def is_there(connection: Connection, table: Table) -> bool:
    """Tell whether the database has the version table."""
    return inspect(connection).has_table(table.name, schema=table.schema)


def read_rows(connection: Connection, table: Table) -> tuple[str, ...]:
    """Return the revisions that the version table holds."""
    return tuple(connection.execute(select(table.c.version_num)).scalars())


def create(context: MigrationContext) -> None:
    """Create the version table, or write the statement that does."""
    context.impl._exec(CreateTable(context._version))


def drop_rows(context: MigrationContext) -> None:
    """Delete all rows of the version table."""
    context.impl._exec(context._version.delete())


class HeadMaintainer:
    """Keeps the rows of the version table, and `heads` with them."""

    def __init__(self, context: MigrationContext, heads: Any) -> None:
        self.context = context
        self.heads: set[str] = set(heads)

    def update_to_step(self, step: MigrationStep) -> None:
        """Change the rows as the step says."""
        rows = step.rows(self.heads)
        for version in rows.deletes:
            self._delete_version(version)
        for version in rows.inserts:
            self._insert_version(version)
        for old, new in rows.updates:
            self._update_version(old, new)

    def _insert_version(self, version: str) -> None:
        table = self.context._version
        insert = table.insert().values(version_num=_literal(version))
        if self.context.as_sql and _returns_into_variables(self.context, insert):
            # A script has no variables to return a key into, as Oracle's driver does.
            insert = insert.inline()
        self._write(version, insert)
        self.heads.add(version)

    def _delete_version(self, version: str) -> None:
        column = self.context._version.c.version_num
        result = self.context.impl._exec(
            self.context._version.delete().where(column == _literal(version))
        )
        self._expect_one_row(result, "deleting", version)
        self.heads.discard(version)

    def _update_version(self, from_: str, to_: str) -> None:
        if self.context.as_sql:
            self.context.impl._exec(self._updating(_literal(from_), _literal(to_)))
        else:
            result = self._write(to_, self._update, {"from_": from_, "to_": to_})
            self._expect_one_row(result, f"updating to {to_!r}", from_)
        self.heads.discard(from_)
        self.heads.add(to_)

    def _write(self, version: str, statement: Insert | Update, params: Any = None) -> Any:
        """Run the statement; raises CommandError where the id is too long for the column."""
        try:
            return self.context.impl._exec(statement, params=params or {})
        except DataError as error:
            table = self.context._version
            width = getattr(table.c.version_num.type, "length", None)
            if width is None or len(version) <= width:
                raise
            raise CommandError(
                f"Can't record the revision {version!r}: it has {len(version)} characters, and "
                f"{table.c.version_num} holds {width}, unless you widen that column. Do so, or "
                "give the revision a shorter id, in its file and in the `down_revision` of the "
                "next ones."
            ) from error

    @cached_property
    def _update(self) -> Update:
        """One statement for all steps, so that it is compiled and prepared once."""
        return self._updating(bindparam("from_", type_=String), bindparam("to_", type_=String))

    def _updating(self, from_: ColumnElement[str], to_: ColumnElement[str]) -> Update:
        table = self.context._version
        return table.update().values(version_num=to_).where(table.c.version_num == from_)

    def _expect_one_row(self, result: Any, action: str, version: str) -> None:
        if self.context.as_sql or not self.context.dialect.supports_sane_rowcount:
            return
        if result.rowcount != 1:
            raise CommandError(
                f"Online migration expected to match one row when {action} {version!r} in "
                f"{self.context.version_table!r}; {result.rowcount} found. Something else changed "
                "the version table in the meantime, perhaps a second run at the same time."
            )


def _literal(version: str) -> ColumnElement[str]:
    return literal_column(string_literal(version), String)


def _returns_into_variables(context: MigrationContext, statement: Insert) -> bool:
    compiled: Any = statement.compile(dialect=context.impl.dialect)
    return any(bind.isoutparam for bind in compiled.binds.values())
