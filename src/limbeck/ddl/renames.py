"""DDL elements that give an index, a constraint or a sequence another name, or a table another schema.

What is compiled here is what most databases say; the others' spelling is in their own files.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import quoted_name

from limbeck.ddl.base import AlterTable, alter_table, format_column_name, format_table_name

Name = quoted_name | str


class _RenamePart(AlterTable):
    """What the two have in common."""

    def __init__(
        self, table_name: str, old_name: Name, new_name: Name, schema: Name | None = None
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.old_name = old_name
        self.new_name = new_name


class RenameIndex(_RenamePart):
    """ALTER INDEX … RENAME TO."""


class RenameConstraint(_RenamePart):
    """ALTER TABLE … RENAME CONSTRAINT."""


class MoveTable(AlterTable):
    """What takes a table to another schema, None for the default one; each database says its own.

    `new_table_name` is for those that rename by the same statement.
    """

    def __init__(
        self,
        table_name: str,
        new_table_name: str,
        new_schema: str | None,
        *,
        schema: Name | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.new_table_name = new_table_name
        self.new_schema = new_schema


class RenameSequence(AlterTable):
    """ALTER SEQUENCE … RENAME TO; `table_name` is the sequence's name now."""

    def __init__(
        self, old_name: Name, new_name: Name, schema: Name | None = None, *, if_exists: bool = False
    ) -> None:
        super().__init__(old_name, schema=schema)
        self.new_name = new_name
        self.if_exists = if_exists


@compiles(RenameSequence)
def visit_rename_sequence(element: RenameSequence, compiler: Any, **kw: Any) -> str:
    old = format_table_name(compiler, element.table_name, element.schema)
    guard = "IF EXISTS " if element.if_exists else ""
    new = format_column_name(compiler, element.new_name)
    return f"ALTER SEQUENCE {guard}{old} RENAME TO {new}"


@compiles(RenameIndex)
def visit_rename_index(element: RenameIndex, compiler: Any, **kw: Any) -> str:
    old = format_table_name(compiler, element.old_name, element.schema)
    return f"ALTER INDEX {old} RENAME TO {format_column_name(compiler, element.new_name)}"


@compiles(RenameConstraint)
def visit_rename_constraint(element: RenameConstraint, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    old, new = (format_column_name(compiler, n) for n in (element.old_name, element.new_name))
    return f"{table} RENAME CONSTRAINT {old} TO {new}"
