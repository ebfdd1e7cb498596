"""What tables and columns are called in the database now, by the names that a script uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Identity

from limbeck.ddl.impl import DefaultImpl
from limbeck.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateTableOp,
    MigrateOperation,
    RenameTableOp,
    RenameValuesOp,
)
from limbeck.schema.facts import TableKey


class Names:
    """What tables and columns are called in the database now, by their names in a script."""

    def __init__(self) -> None:
        self._tables: dict[TableKey, TableKey | None] = {}
        self._columns: dict[tuple[TableKey, str], str | None] = {}
        self._added: dict[tuple[TableKey, str], Column[Any]] = {}
        self._counters: set[tuple[TableKey, str]] = set()
        self._filled: set[tuple[TableKey, str]] = set()
        self._renamed: dict[tuple[TableKey, str], list[str]] = defaultdict(list)

    def table(self, key: TableKey) -> TableKey | None:
        """Return the table's name now; None where it is not there yet."""
        return self._tables.get(key, key)

    def column(self, key: TableKey, name: str) -> str | None:
        """Return the column's name now; None where it is not there yet."""
        return self._columns.get((key, name), name)

    def added(self, key: TableKey, name: str) -> Column[Any] | None:
        """Return a column that is not there yet, as it is added."""
        return self._added.get((key, name))

    def counts(self, key: TableKey, name: str) -> bool:
        """Tell whether the column is a new one that has another number in each row."""
        return (key, name) in self._counters

    def is_filled(self, key: TableKey, name: str) -> bool:
        """Tell whether every row has a value in the column by then, or the script has failed."""
        return (key, name) in self._filled

    def renamed(self, key: TableKey, name: str) -> Sequence[str]:
        """Return the values that rows have in the column now and will have no more."""
        return self._renamed.get((key, name), ())

    def note(self, directive: MigrateOperation, impl: DefaultImpl) -> None:
        """Take in what a directive changes."""
        match directive:
            case CreateTableOp():
                self._tables[TableKey(directive.schema, directive.table_name)] = None
            case RenameTableOp():
                old = TableKey(directive.schema, directive.table_name)
                new = TableKey(directive.target_schema, str(directive.new_table_name))
                self._tables[new] = self.table(old)
                for (key, name), now in list(self._columns.items()):
                    if key == old:
                        self._columns[new, name] = now
            case RenameValuesOp():
                key = TableKey(directive.schema, directive.table_name)
                self._renamed[key, directive.column_name] += directive.names
            case AddColumnOp():
                key = TableKey(directive.schema, directive.table_name)
                self._columns[key, directive.column.name] = None
                self._added[key, directive.column.name] = directive.column
                if is_numbered(directive.column, impl):
                    self._counters.add((key, directive.column.name))
            case AlterColumnOp():
                key = TableKey(directive.schema, directive.table_name)
                then = str(directive.modify_name or directive.column_name)
                self._columns[key, then] = self.column(key, directive.column_name)
                if directive.modify_nullable is False:
                    self._filled.add((key, then))


def is_numbered(added: Column[Any], impl: DefaultImpl) -> bool:
    """Tell whether the database fills a new column itself, with another number for each row."""
    if isinstance(added.server_default, Identity):
        return True
    is_plain = added.primary_key and added.server_default is None and added.computed is None
    return is_plain and impl.numbers_key(added)
