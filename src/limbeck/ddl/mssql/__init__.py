"""SQL Server: batches that GO ends, defaults that are constraints, renames that are procedures.

Compiled and written offline; the reading side is SQLAlchemy's Inspector.
"""

from __future__ import annotations

import warnings
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.schema import Column, Computed, Identity, Index, Table
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.types import NullType, TypeEngine

from limbeck.ddl.base import (
    AddColumn,
    ColumnDefault,
    ColumnName,
    ColumnNullable,
    ColumnType,
    RenameTable,
)
from limbeck.ddl.impl import DefaultImpl
from limbeck.ddl.inserts import check_rows
from limbeck.ddl.mssql.elements import (
    DEFAULT_SCHEMA,
    _ExecDropConstraint,
    _ExecDropFKConstraint,
    mssql_add_column,
    visit_add_column,
    visit_column_comment,
    visit_column_default,
    visit_column_nullable,
    visit_column_type,
    visit_rename_column,
    visit_rename_table,
)
from limbeck.errors import CommandError

__all__ = [
    "AddColumn",
    "ColumnDefault",
    "ColumnName",
    "ColumnNullable",
    "ColumnType",
    "MSSQLImpl",
    "RenameTable",
    "mssql_add_column",
    "visit_add_column",
    "visit_column_comment",
    "visit_column_default",
    "visit_column_nullable",
    "visit_column_type",
    "visit_rename_column",
    "visit_rename_table",
]


class MSSQLImpl(DefaultImpl):
    """SQL Server."""

    __dialect__ = "mssql"

    transactional_ddl = True
    batch_separator = "GO"
    type_synonyms = ({"NUMERIC", "DECIMAL"}, {"VARCHAR", "NVARCHAR"})
    identity_attrs_ignore = (
        "minvalue",
        "maxvalue",
        "nominvalue",
        "nomaxvalue",
        "cycle",
        "cache",
        "order",
        "on_null",
    )

    def __init__(self, *arg: Any, **kw: Any) -> None:
        super().__init__(*arg, **kw)
        self.batch_separator = self.context_opts.get("mssql_batch_separator", self.batch_separator)
        if self.as_sql and self.dialect.default_schema_name is None:
            # offline nobody has asked the server; SQLAlchemy's comments need a schema
            self.dialect.default_schema_name = DEFAULT_SCHEMA

    # emit: statements

    def _exec(self, construct: Any, *args: Any, **kw: Any) -> CursorResult[Any] | None:
        result = super()._exec(construct, *args, **kw)
        if self.as_sql and self.batch_separator:
            self.static_output(self.batch_separator)
        return result

    def emit_begin(self) -> None:
        """Write the start of a transaction to the SQL script."""
        self.static_output("BEGIN TRANSACTION" + self.command_terminator)

    def emit_commit(self) -> None:
        """Write the end of a transaction and of its batch to the SQL script."""
        super().emit_commit()
        if self.as_sql and self.batch_separator:
            self.static_output(self.batch_separator)

    # emit: columns

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        schema: str | None = None,
        existing_type: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        **kw: Any,
    ) -> None:
        """Change a column: the default goes first, then type and null at once, then the rest.

        Raises CommandError where only null changes and the type is not given.
        """
        known: dict[str, Any] = {
            "schema": schema,
            "existing_type": existing_type,
            "existing_server_default": existing_server_default,
            "existing_nullable": existing_nullable,
            "existing_comment": existing_comment,
        }
        special = any(
            isinstance(default, Computed | Identity)
            for default in (server_default, existing_server_default)
        )
        if server_default is not False and special:
            self._alter_default(table_name, column_name, server_default, known)
        if server_default is not False and not special:
            drops = existing_server_default is not False or server_default is None
            if drops:
                self._exec(
                    _ExecDropConstraint(table_name, column_name, "sys.default_constraints", schema)
                )
        self._alter_type(table_name, column_name, type_, nullable, known)
        super().alter_column(table_name, column_name, **known, **kw)
        if server_default is not False and server_default is not None and not special:
            plain = {**known, "existing_server_default": None}  # it is gone by now
            super().alter_column(table_name, column_name, server_default=server_default, **plain)
        if name is not None:
            super().alter_column(table_name, column_name, name=name, **known)

    def _alter_type(
        self,
        table_name: str,
        column_name: str,
        type_: TypeEngine[Any] | type[TypeEngine[Any]] | None,
        nullable: bool | None,
        known: dict[str, Any],
    ) -> None:
        """Write type and null, which one ALTER COLUMN always sets both."""
        final = nullable if nullable is not None else known["existing_nullable"]
        if type_ is not None:
            if final is None:
                warnings.warn(
                    f"MS-SQL ALTER COLUMN operations that specify type_= should also specify a "
                    f"nullable= or existing_nullable= argument: without it {table_name}."
                    f"{column_name} becomes NULL",
                    UserWarning,
                    stacklevel=2,
                )
            known = {**known, "existing_nullable": final}
            self._exec(ColumnType(table_name, column_name, type_, **known))
        elif nullable is not None:
            if known["existing_type"] is None:
                raise CommandError(
                    f"MS-SQL ALTER COLUMN operations with NULL or NOT NULL require the "
                    f"existing_type or a new type_ be passed, for {table_name}.{column_name} too."
                )
            self._exec(ColumnNullable(table_name, column_name, nullable, **known))

    def drop_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Drop a column, and first what hangs on it.

        `mssql_drop_default`, `mssql_drop_check` and `mssql_drop_foreign_key` find the column's
        constraint by the catalogs and drop it.
        """
        if kw.pop("mssql_drop_default", False):
            self._exec(_ExecDropConstraint(table_name, column, "sys.default_constraints", schema))
        if kw.pop("mssql_drop_check", False):
            self._exec(_ExecDropConstraint(table_name, column, "sys.check_constraints", schema))
        if kw.pop("mssql_drop_foreign_key", False):
            self._exec(_ExecDropFKConstraint(table_name, column, schema))
        super().drop_column(table_name, column, schema=schema, **kw)

    # emit: indexes and rows

    def create_index(self, index: Index, **kw: Any) -> None:
        """Create an index; its table may lack the columns that INCLUDE names."""
        table = index.table
        for name in index.dialect_options["mssql"]["include"] or ():
            if isinstance(name, str) and table is not None and name not in table.c:
                table.append_column(Column(name, NullType()))
        super().create_index(index, **kw)

    def bulk_insert(
        self,
        table: TableClause | Table,
        rows: list[dict[str, Any]],
        multiinsert: bool = True,
        **kw: Any,
    ) -> None:
        """Insert rows; in a script values for an identity column are let in."""
        check_rows(rows)
        if not self.as_sql:
            super().bulk_insert(table, rows, multiinsert=multiinsert)
            return
        if not _may_give_identity(table, rows):
            super().bulk_insert(table, rows, multiinsert=multiinsert)
            return
        name = self.dialect.identifier_preparer.format_table(table)
        self._exec(f"SET IDENTITY_INSERT {name} ON")
        super().bulk_insert(table, rows, multiinsert=multiinsert)
        self._exec(f"SET IDENTITY_INSERT {name} OFF")

    def binary_literal(self, value: bytes) -> str:
        """Spell a binary literal."""
        return f"0x{value.hex()}"


def _may_give_identity(table: TableClause | Table, rows: list[dict[str, Any]]) -> bool:
    """Tell whether rows have values for an identity column, as far as the table given says."""
    if not isinstance(table, Table) or not table.primary_key.columns:
        return True
    column = table.autoincrement_column
    return column is not None and any(column.key in row for row in rows)
