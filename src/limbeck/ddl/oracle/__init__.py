"""Oracle: statements that a slash ends, MODIFY for every change of a column, and DDL that commits.

Compiled and written offline; the reading side is SQLAlchemy's Inspector.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import Column, Computed, Identity
from sqlalchemy.types import String

from limbeck.ddl.base import (
    AddColumn,
    AlterColumn,
    ColumnComment,
    ColumnDefault,
    ColumnName,
    ColumnNullable,
    ColumnType,
    IdentityColumnDefault,
    RenameTable,
    alter_table,
    format_column_name,
    format_server_default,
    format_table_name,
    format_type,
)
from limbeck.ddl.impl import DefaultImpl
from limbeck.errors import UnsupportedOperationError


class OracleImpl(DefaultImpl):
    """Oracle Database."""

    __dialect__ = "oracle"

    transactional_ddl = False
    batch_separator = "/"
    command_terminator = ""
    type_synonyms = (
        {"NUMERIC", "DECIMAL"},
        {"VARCHAR", "VARCHAR2"},
        {"BIGINT", "INTEGER", "SMALLINT", "DECIMAL", "NUMERIC", "NUMBER"},
        {"DOUBLE", "FLOAT", "DOUBLE_PRECISION"},
    )
    identity_attrs_ignore = ()

    def __init__(self, *arg: Any, **kw: Any) -> None:
        super().__init__(*arg, **kw)
        self.batch_separator = self.context_opts.get("oracle_batch_separator", self.batch_separator)

    # emit

    def _exec(self, construct: Any, *args: Any, **kw: Any) -> CursorResult[Any] | None:
        result = super()._exec(construct, *args, **kw)
        if self.as_sql and self.batch_separator:
            self.static_output(self.batch_separator)
        return result

    def emit_begin(self) -> None:
        """Write the start of a transaction to the SQL script."""
        self._exec("SET TRANSACTION READ WRITE")

    def emit_commit(self) -> None:
        """Write the end of a transaction to the SQL script."""
        self._exec("COMMIT")

    def _alter_default(
        self, table_name: str, column_name: str, server_default: Any, existing: Any
    ) -> None:
        """Change default or identity; from identity to a default takes two statements."""
        found = existing["existing_server_default"]
        is_plain = server_default is not None and not isinstance(
            server_default, Computed | Identity
        )
        if isinstance(found, Identity) and is_plain:
            super()._alter_default(table_name, column_name, None, existing)
            existing = {**existing, "existing_server_default": None}
        super()._alter_default(table_name, column_name, server_default, existing)

    def binary_literal(self, value: bytes) -> str:
        """Spell a RAW literal."""
        return f"HEXTORAW('{value.hex()}')"


@compiles(AddColumn, "oracle")
def visit_add_column(element: AddColumn, compiler: Any, **kw: Any) -> str:
    if element.if_not_exists:
        name = f"{element.table_name}.{element.column.name}"
        raise UnsupportedOperationError(
            f"Can't add the column {name} with if_not_exists: Oracle's ALTER TABLE has none. "
            f"Leave it out, or look for the column first."
        )
    table = alter_table(compiler, element.table_name, element.schema)
    added = f"{table} {add_column(compiler, element.column, **kw)}"
    is_key = element.inline_primary_key and element.column.primary_key
    return f"{added} PRIMARY KEY" if is_key else added


@compiles(ColumnNullable, "oracle")
def visit_column_nullable(element: ColumnNullable, compiler: Any, **kw: Any) -> str:
    return f"{_modify(element, compiler)} {'NULL' if element.nullable else 'NOT NULL'}"


@compiles(ColumnType, "oracle")
def visit_column_type(element: ColumnType, compiler: Any, **kw: Any) -> str:
    return f"{_modify(element, compiler)} {format_type(compiler, element.type_)}"


@compiles(ColumnName, "oracle")
def visit_column_name(element: ColumnName, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    old = format_column_name(compiler, element.column_name)
    return f"{table} RENAME COLUMN {old} TO {format_column_name(compiler, element.newname)}"


@compiles(ColumnDefault, "oracle")
def visit_column_default(element: ColumnDefault, compiler: Any, **kw: Any) -> str:
    default = (
        "NULL" if element.default is None else format_server_default(compiler, element.default)
    )
    return f"{_modify(element, compiler)} DEFAULT {default}"


@compiles(ColumnComment, "oracle")
def visit_column_comment(element: ColumnComment, compiler: Any, **kw: Any) -> str:
    table = format_table_name(compiler, element.table_name, element.schema)
    column = format_column_name(compiler, element.column_name)
    comment = compiler.sql_compiler.render_literal_value(element.comment or "", String())
    return f"COMMENT ON COLUMN {table}.{column} IS {comment}"


@compiles(RenameTable, "oracle")
def visit_rename_table(element: RenameTable, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} RENAME TO {format_table_name(compiler, element.new_table_name, None)}"


@compiles(IdentityColumnDefault, "oracle")
def visit_identity_column(element: IdentityColumnDefault, compiler: Any, **kw: Any) -> str:
    if element.default is None:
        return f"{_modify(element, compiler)} DROP IDENTITY"
    return f"{_modify(element, compiler)} {compiler.visit_identity_column(element.default)}"


def alter_column(compiler: Any, name: str) -> str:
    """Return `MODIFY name`."""
    return f"MODIFY {format_column_name(compiler, name)}"


def add_column(compiler: Any, column: Column[Any], **kw: Any) -> str:
    """Return `ADD` with all that belongs to the column."""
    return f"ADD {compiler.get_column_specification(column, **kw)}"


def _modify(element: AlterColumn, compiler: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {alter_column(compiler, element.column_name)}"
