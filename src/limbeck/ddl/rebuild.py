"""How a database replaces a table by a new one that has another structure.

`TableRebuild` is asked by batch mode: it reads the old table, protects what hangs on it while
rows move, and says what has to be made again afterwards. A dialect with more to care for has a
subclass in its own folder; `DefaultImpl.table_rebuild` returns it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Index, MetaData, Table

from limbeck.errors import CommandError

if TYPE_CHECKING:
    from limbeck.ddl.impl import DefaultImpl


class TableRebuild:
    """The rebuild of one table; knows the table's name, nothing of what shall change."""

    is_atomic = False
    """Does `guard` undo everything when it is left by an error?"""

    def __init__(self, impl: DefaultImpl, table_name: str, schema: str | None) -> None:
        self.impl = impl
        self.table_name = table_name
        self.schema = schema

    def renames_columns_in_place(self) -> bool:
        """Are columns better renamed by ALTER before the table is read? No."""
        return False

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Protect rows, and what refers to the table, within the block: nothing to do."""
        yield

    def read_table(
        self, metadata: MetaData, reflect_args: Sequence[Any], reflect_kwargs: Mapping[str, Any]
    ) -> Table:
        """Read the table as it is, under the naming convention of `metadata`.

        Raises CommandError in a script, which has nothing to read it from.
        """
        if self.connection is None:
            raise self.unreadable()
        return Table(
            self.table_name,
            metadata,
            *reflect_args,
            schema=self.schema,
            autoload_with=self.connection,
            **reflect_kwargs,
        )

    @property
    def connection(self) -> Connection | None:
        """Return the connection that the table is read from."""
        return None if self.impl.as_sql else self.impl.connection

    def unreadable(self, hint: str = "") -> CommandError:
        """Return the error of a script that needs to know the table, with one more way out."""
        return CommandError(
            f"This operation cannot proceed in --sql mode; batch mode with dialect "
            f"{self.impl.dialect.name} requires a live database connection with which to reflect "
            f'the table "{self.table_name}". To generate a batch SQL migration script using '
            f'table "move and copy", a complete Table object should be passed to the '
            f'"copy_from" argument of the batch_alter_table() method so that table '
            f"reflection can be skipped.{hint and ' '}{hint}"
        )

    def start(self) -> None:
        """Get ready: the table is about to be replaced."""

    def row_numbers(self, old: Table, new: Table) -> tuple[str, str] | None:
        """Return what numbers the rows of both and is no column, None where nothing does."""
        return None

    def copied(self, old: Table, new: Table) -> None:
        """Do what must be done while both tables are there, the rows in both."""

    def adjust_columns(self, table: Table, names_of_old_type: Sequence[str]) -> None:
        """Adjust the new table's columns; the types of those named are as they were read."""

    def index_statement(self, index: Index) -> str | None:
        """Return the statement that makes an unchanged index again, None for the usual one."""
        return None

    def finish(self) -> None:
        """Make again, or check, what hangs on the table, now that the new one is in place."""
