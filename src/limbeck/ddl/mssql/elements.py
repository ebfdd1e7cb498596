"""How SQL Server spells ALTER TABLE, renames and comments, and how it drops unnamed constraints."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import Column
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

from limbeck.ddl.base import (
    AddColumn,
    AlterColumn,
    ColumnComment,
    ColumnDefault,
    ColumnName,
    ColumnNullable,
    ColumnType,
    RenameTable,
    alter_column,
    alter_table,
    format_column_name,
    format_server_default,
    format_table_name,
    format_type,
)
from limbeck.ddl.renames import RenameConstraint, RenameIndex

DEFAULT_SCHEMA = "dbo"


class _ExecDropConstraint(Executable, ClauseElement):
    """A batch that finds a column's default or check by the catalogs and drops it."""

    inherit_cache = False

    def __init__(
        self, tname: str, colname: Column[Any] | str, type_: str, schema: str | None
    ) -> None:
        self.tname = tname
        self.colname = colname
        self.type_ = type_
        self.schema = schema


class _ExecDropFKConstraint(Executable, ClauseElement):
    """A batch that finds a column's foreign key by the catalogs and drops it."""

    inherit_cache = False

    def __init__(self, tname: str, colname: Column[Any] | str, schema: str | None) -> None:
        self.tname = tname
        self.colname = colname
        self.schema = schema


@compiles(_ExecDropConstraint, "mssql")
def _exec_drop_col_constraint(element: _ExecDropConstraint, compiler: Any, **kw: Any) -> str:
    table, column = _catalog_names(element, compiler)
    return (
        "declare @const_name varchar(256)\n"
        f"select @const_name = QUOTENAME([name]) from {element.type_}\n"
        f"where parent_object_id = object_id('{table}')\n"
        f"and col_name(parent_object_id, parent_column_id) = '{column}'\n"
        f"exec('alter table {table} drop constraint ' + @const_name)"
    )


@compiles(_ExecDropFKConstraint, "mssql")
def _exec_drop_col_fk_constraint(element: _ExecDropFKConstraint, compiler: Any, **kw: Any) -> str:
    table, column = _catalog_names(element, compiler)
    return (
        "declare @const_name varchar(256)\n"
        "select @const_name = QUOTENAME([name]) from\n"
        "sys.foreign_keys fk join sys.foreign_key_columns fkc\n"
        "on fk.object_id=fkc.constraint_object_id\n"
        f"where fkc.parent_object_id = object_id('{table}')\n"
        f"and col_name(fkc.parent_object_id, fkc.parent_column_id) = '{column}'\n"
        f"exec('alter table {table} drop constraint ' + @const_name)"
    )


@compiles(AddColumn, "mssql")
def visit_add_column(element: AddColumn, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    added = f"{table} {mssql_add_column(compiler, element.column, **kw)}"
    if element.inline_primary_key and element.column.primary_key:
        added += " PRIMARY KEY"
    if not element.if_not_exists:
        return added
    name = escape(format_table_name(compiler, element.table_name, element.schema))
    return f"IF COL_LENGTH('{name}', '{escape(element.column.name)}') IS NULL {added}"


def mssql_add_column(compiler: Any, column: Column[Any], **kw: Any) -> str:
    """Return `ADD` with all that belongs to the column."""
    return f"ADD {compiler.get_column_specification(column, **kw)}"


@compiles(ColumnDefault, "mssql")
def visit_column_default(element: ColumnDefault, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    default = format_server_default(compiler, element.default)
    return f"{table} ADD DEFAULT {default} FOR {format_column_name(compiler, element.column_name)}"


@compiles(ColumnNullable, "mssql")
def visit_column_nullable(element: ColumnNullable, compiler: Any, **kw: Any) -> str:
    null = "NULL" if element.nullable else "NOT NULL"
    existing: TypeEngine[Any] = element.existing_type  # type: ignore[assignment]  # alter_column checks
    return f"{_alter(element, compiler)} {format_type(compiler, existing)} {null}"


@compiles(ColumnType, "mssql")
def visit_column_type(element: ColumnType, compiler: Any, **kw: Any) -> str:
    null = {None: "", True: " NULL", False: " NOT NULL"}[element.existing_nullable]
    return f"{_alter(element, compiler)} {format_type(compiler, element.type_)}{null}"


@compiles(ColumnName, "mssql")
def visit_rename_column(element: ColumnName, compiler: Any, **kw: Any) -> str:
    table = escape(format_table_name(compiler, element.table_name, element.schema))
    old = escape(format_column_name(compiler, element.column_name))
    new = format_column_name(compiler, element.newname)
    return f"EXEC sp_rename '{table}.{old}', {new}, 'COLUMN'"


@compiles(RenameTable, "mssql")
def visit_rename_table(element: RenameTable, compiler: Any, **kw: Any) -> str:
    old = escape(format_table_name(compiler, element.table_name, element.schema))
    return f"EXEC sp_rename '{old}', {format_table_name(compiler, element.new_table_name, None)}"


@compiles(RenameIndex, "mssql")
def visit_rename_index(element: RenameIndex, compiler: Any, **kw: Any) -> str:
    table = format_table_name(compiler, element.table_name, element.schema)
    old = escape(f"{table}.{format_column_name(compiler, element.old_name)}")
    return f"EXEC sp_rename '{old}', {format_column_name(compiler, element.new_name)}, 'INDEX'"


@compiles(RenameConstraint, "mssql")
def visit_rename_constraint(element: RenameConstraint, compiler: Any, **kw: Any) -> str:
    old = escape(format_table_name(compiler, element.old_name, element.schema))
    return f"EXEC sp_rename '{old}', {format_column_name(compiler, element.new_name)}, 'OBJECT'"


@compiles(ColumnComment, "mssql")
def visit_column_comment(element: ColumnComment, compiler: Any, **kw: Any) -> str:
    quote = compiler.preparer.quote
    place = (
        f"'schema', {quote(element.schema or default_schema(compiler.dialect))}, "
        f"'table', {quote(element.table_name)}, "
        f"'column', {format_column_name(compiler, element.column_name)}"
    )
    if element.comment is None:
        return f"exec sp_dropextendedproperty 'MS_Description', {place}"
    verb = "add" if element.existing_comment is None else "update"
    comment = f"N'{escape(element.comment)}'"
    return f"exec sp_{verb}extendedproperty 'MS_Description', {comment}, {place}"


def default_schema(dialect: Any) -> str:
    """Return the schema of a table that names none."""
    return dialect.default_schema_name or DEFAULT_SCHEMA


def escape(text: str) -> str:
    """Return text as it stands within quotes."""
    return str(text).replace("'", "''")


def _catalog_names(
    element: _ExecDropConstraint | _ExecDropFKConstraint, compiler: Any
) -> tuple[str, str]:
    name = element.colname.name if isinstance(element.colname, Column) else element.colname
    return escape(format_table_name(compiler, element.tname, element.schema)), escape(name)


def _alter(element: AlterColumn, compiler: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {alter_column(compiler, element.column_name)}"
