"""DDL elements that SQLAlchemy has not: ALTER TABLE and its parts, and how they compile by default.

An element holds what is to change; a `@compiles` function turns it into SQL. A dialect's own
spelling is registered in its own file by the same decorator, and so can a third party's. The
functions `alter_table`, `add_column`, … give the parts that these spellings share.

    AlterTable ─┬─ RenameTable, AddColumn, DropColumn
                └─ AlterColumn ── ColumnNullable, ColumnType, ColumnName, ColumnDefault,
                                  ComputedColumnDefault, IdentityColumnDefault, ColumnComment
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import Column, Computed, DDLElement, FetchedValue, ForeignKey, Identity
from sqlalchemy.sql.elements import ColumnElement, TextClause, quoted_name
from sqlalchemy.types import TypeEngine, to_instance

from limbeck.errors import UnsupportedOperationError

if TYPE_CHECKING:
    from .impl import DefaultImpl

_ServerDefaultType = FetchedValue | str | TextClause | ColumnElement[Any]
_ServerDefaultArgument = _ServerDefaultType | Literal[False] | None
"""False where it was not given, None where there is none."""


class AlterTable(DDLElement):
    """ALTER TABLE of one table; the root of everything here."""

    def __init__(self, table_name: str, schema: quoted_name | str | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


class RenameTable(AlterTable):
    """ALTER TABLE … RENAME TO."""

    def __init__(
        self,
        old_table_name: str,
        new_table_name: quoted_name | str,
        schema: quoted_name | str | None = None,
    ) -> None:
        super().__init__(old_table_name, schema=schema)
        self.new_table_name = new_table_name


class AlterColumn(AlterTable):
    """A change of one column, with what is known of the column as it stands."""

    def __init__(
        self,
        name: str,
        column_name: str,
        schema: str | None = None,
        existing_type: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        existing_nullable: bool | None = None,
        existing_server_default: _ServerDefaultArgument = None,
        existing_comment: str | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.column_name = column_name
        self.existing_type = None if existing_type is None else to_instance(existing_type)
        self.existing_nullable = existing_nullable
        self.existing_server_default = existing_server_default
        self.existing_comment = existing_comment


class ColumnNullable(AlterColumn):
    """SET or DROP NOT NULL."""

    def __init__(self, name: str, column_name: str, nullable: bool, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.nullable = nullable


class ColumnType(AlterColumn):
    """Change of a column's type."""

    def __init__(
        self,
        name: str,
        column_name: str,
        type_: TypeEngine[Any] | type[TypeEngine[Any]],
        **kw: Any,
    ) -> None:
        super().__init__(name, column_name, **kw)
        self.type_: TypeEngine[Any] = to_instance(type_)


class ColumnName(AlterColumn):
    """Rename of a column."""

    def __init__(self, name: str, column_name: str, newname: str, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.newname = newname


class ColumnDefault(AlterColumn):
    """SET or DROP DEFAULT."""

    def __init__(
        self, name: str, column_name: str, default: _ServerDefaultType | None, **kw: Any
    ) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default


class ComputedColumnDefault(AlterColumn):
    """A GENERATED ALWAYS AS expression that comes, goes or changes."""

    def __init__(self, name: str, column_name: str, default: Computed | None, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default


class IdentityColumnDefault(AlterColumn):
    """GENERATED AS IDENTITY that comes, goes or changes."""

    def __init__(
        self,
        name: str,
        column_name: str,
        default: Identity | None,
        impl: DefaultImpl,
        **kw: Any,
    ) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default
        self.impl = impl


class AddColumn(AlterTable):
    """ALTER TABLE … ADD COLUMN."""

    def __init__(
        self,
        name: str,
        column: Column[Any],
        schema: quoted_name | str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key


class DropColumn(AlterTable):
    """ALTER TABLE … DROP COLUMN."""

    def __init__(
        self,
        name: str,
        column: Column[Any],
        schema: str | None = None,
        if_exists: bool | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.column = column
        self.if_exists = if_exists


class ColumnComment(AlterColumn):
    """Set, change or remove a column's comment."""

    def __init__(self, name: str, column_name: str, comment: str | None, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.comment = comment


@compiles(RenameTable)
def visit_rename_table(element: RenameTable, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return (
        f"{table} RENAME TO {format_table_name(compiler, element.new_table_name, element.schema)}"
    )


@compiles(AddColumn)
def visit_add_column(element: AddColumn, compiler: Any, **kw: Any) -> str:
    added = add_column(
        compiler,
        element.column,
        if_not_exists=element.if_not_exists,
        inline_references=element.inline_references,
        inline_primary_key=element.inline_primary_key,
        **kw,
    )
    return f"{alter_table(compiler, element.table_name, element.schema)} {added}"


@compiles(DropColumn)
def visit_drop_column(element: DropColumn, compiler: Any, **kw: Any) -> str:
    dropped = drop_column(compiler, element.column.name, if_exists=element.if_exists, **kw)
    return f"{alter_table(compiler, element.table_name, element.schema)} {dropped}"


@compiles(ColumnNullable)
def visit_column_nullable(element: ColumnNullable, compiler: Any, **kw: Any) -> str:
    verb = "DROP NOT NULL" if element.nullable else "SET NOT NULL"
    return f"{_alter_column_of(element, compiler)} {verb}"


@compiles(ColumnType)
def visit_column_type(element: ColumnType, compiler: Any, **kw: Any) -> str:
    return f"{_alter_column_of(element, compiler)} TYPE {format_type(compiler, element.type_)}"


@compiles(ColumnName)
def visit_column_name(element: ColumnName, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    old = format_column_name(compiler, element.column_name)
    return f"{table} RENAME {old} TO {format_column_name(compiler, element.newname)}"


@compiles(ColumnDefault)
def visit_column_default(element: ColumnDefault, compiler: Any, **kw: Any) -> str:
    if element.default is None:
        return f"{_alter_column_of(element, compiler)} DROP DEFAULT"
    default = format_server_default(compiler, element.default)
    return f"{_alter_column_of(element, compiler)} SET DEFAULT {default}"


@compiles(ComputedColumnDefault)
def visit_computed_column(element: ComputedColumnDefault, compiler: Any, **kw: Any) -> str:
    raise UnsupportedOperationError(
        f"Can't add or remove a computed expression (GENERATED ALWAYS AS), nor change it, on the "
        f"existing column {describe_column(element)}: this database has no ALTER for it. Drop the "
        f"column and add it again."
    )


@compiles(IdentityColumnDefault)
def visit_identity_column(element: IdentityColumnDefault, compiler: Any, **kw: Any) -> str:
    raise UnsupportedOperationError(
        f"Can't add, remove or change GENERATED AS IDENTITY on the existing column "
        f"{describe_column(element)}: this database has no ALTER for it. Create a new column or "
        f"table and move the rows."
    )


def quote_dotted(
    name: quoted_name | str, quote: Callable[[quoted_name | str], str]
) -> quoted_name | str:
    """Quote each part of a dotted name; a `quoted_name` is one part."""
    if isinstance(name, quoted_name):
        return quote(name)
    return ".".join(quote(part) for part in name.split("."))


def format_table_name(
    compiler: Any, name: quoted_name | str, schema: quoted_name | str | None
) -> quoted_name | str:
    """Return the table's name as SQL, with its schema."""
    quote = compiler.preparer.quote
    quoted: quoted_name | str = quote(name)
    return f"{quote_dotted(schema, quote)}.{quoted}" if schema else quoted


def format_column_name(compiler: Any, name: quoted_name | str | None) -> quoted_name | str:
    """Return a column's name as SQL."""
    quoted: quoted_name | str = compiler.preparer.quote(name)
    return quoted


def string_literal(text: str) -> str:
    """Return text as a string of standard SQL."""
    return "'" + text.replace("'", "''") + "'"


def format_server_default(compiler: Any, default: _ServerDefaultType | None) -> str:
    """Return the SQL of a server default, without the word DEFAULT."""
    sql: str = compiler.get_column_default_string(Column("x", Integer, server_default=default))
    return sql


def format_type(compiler: Any, type_: TypeEngine[Any]) -> str:
    """Return the SQL of a type."""
    sql: str = compiler.dialect.type_compiler_instance.process(type_)
    return sql


def alter_table(compiler: Any, name: str, schema: quoted_name | str | None) -> str:
    """Return `ALTER TABLE name`."""
    return f"ALTER TABLE {format_table_name(compiler, name, schema)}"


def alter_column(compiler: Any, name: str) -> str:
    """Return `ALTER COLUMN name`."""
    return f"ALTER COLUMN {format_column_name(compiler, name)}"


def drop_column(compiler: Any, name: str, if_exists: bool | None = None, **kw: Any) -> str:
    """Return `DROP COLUMN name`."""
    guard = "IF EXISTS " if if_exists else ""
    return f"DROP COLUMN {guard}{format_column_name(compiler, name)}"


def add_column(
    compiler: Any,
    column: Column[Any],
    if_not_exists: bool | None = None,
    inline_references: bool | None = None,
    inline_primary_key: bool | None = None,
    **kw: Any,
) -> str:
    """Return `ADD COLUMN` with all that belongs to the column and, where asked, its keys."""
    guard = "IF NOT EXISTS " if if_not_exists else ""
    parts = [f"ADD COLUMN {guard}{compiler.get_column_specification(column, **kw)}"]
    if inline_primary_key and column.primary_key:
        parts.append("PRIMARY KEY")
    parts += sorted(filter(None, (compiler.process(item) for item in column.constraints)))
    if inline_references:
        keys = sorted(column.foreign_keys, key=lambda key: key.target_fullname)
        parts += [inline_reference(compiler, key) for key in keys]
    return " ".join(parts)


def inline_reference(compiler: Any, key: ForeignKey) -> str:
    """Return `REFERENCES table (column)` of a foreign key with its actions."""
    constraint = key.constraint
    table = compiler.define_constraint_remote_table(constraint, key.column.table, compiler.preparer)
    parts = [f"REFERENCES {table} ({format_column_name(compiler, key.column.name)})"]
    if constraint is not None:
        parts += [
            compiler.define_constraint_match(constraint).strip(),
            compiler.define_constraint_cascades(constraint).strip(),
            compiler.define_constraint_deferrability(constraint).strip(),
        ]
    return " ".join(filter(None, parts))


def describe_column(element: AlterColumn) -> str:
    """Return `schema.table.column` for a message."""
    parts = (element.schema, element.table_name, element.column_name)
    return ".".join(str(part) for part in parts if part)


def _alter_column_of(element: AlterColumn, compiler: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {alter_column(compiler, element.column_name)}"
