"""Directives for columns: add, drop; altering one has the file `alter`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
)
from sqlalchemy.types import NULLTYPE

from limbeck import sqla
from limbeck.errors import IrreversibleError
from limbeck.operations.base import (
    AbstractOperations,
    BatchOperations,
    Operations,
    run_by_itself,
)
from limbeck.operations.directive import AlterTableOp, given_flags
from limbeck.operations.schemaobj import HasOptions, SchemaObjects
from limbeck.render.call import call, flag_keywords
from limbeck.render.constructs import render_column
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_identifier, render_place, render_value


@run_by_itself
@Operations.register_operation("add_column")
@BatchOperations.register_operation("add_column", "batch_add_column")
class AddColumnOp(AlterTableOp):
    """Add a column, with the foreign keys, unique constraint and index that hang on it."""

    def __init__(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key
        self.kw = kw

    @classmethod
    def add_column(
        cls,
        operations: Operations,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        """Add a column to a table.

        Args:
            table_name: the table.
            column: the column; its foreign keys, `unique` and `index` are made after it.
            schema: its schema.
            if_not_exists: say IF NOT EXISTS.
            inline_references: say REFERENCES within ADD COLUMN instead of a statement of its own.
            inline_primary_key: say PRIMARY KEY within ADD COLUMN; otherwise a primary key is
                not made.
        """
        operations.invoke(
            cls(
                table_name,
                column,
                schema=schema,
                if_not_exists=if_not_exists,
                inline_references=inline_references,
                inline_primary_key=inline_primary_key,
            )
        )

    @classmethod
    def batch_add_column(
        cls,
        operations: BatchOperations,
        column: Column[Any],
        *,
        insert_before: str | None = None,
        insert_after: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        """Add a column to the batch block's table.

        Args:
            column: the column.
            insert_before: the column it shall stand before, where the table is built anew.
            insert_after: the column it shall stand after, where the table is built anew.
            if_not_exists: say IF NOT EXISTS.
            inline_references: say REFERENCES within ADD COLUMN.
            inline_primary_key: say PRIMARY KEY within ADD COLUMN.
        """
        places = {"insert_before": insert_before, "insert_after": insert_after}
        operations.invoke(
            cls(
                operations.impl.table_name,
                column,
                schema=operations.impl.schema,
                if_not_exists=if_not_exists,
                inline_references=inline_references,
                inline_primary_key=inline_primary_key,
                **{name: place for name, place in places.items() if place},
            )
        )

    @classmethod
    def from_column(cls, col: Column[Any]) -> AddColumnOp:
        """Return the directive that adds a column of the models to its table."""
        return cls(col.table.name, col, schema=col.table.schema)

    @classmethod
    def from_column_and_tablename(
        cls, schema: str | None, tname: str, col: Column[Any]
    ) -> AddColumnOp:
        """Return the directive that adds the column to the table named."""
        return cls(tname, col, schema=schema)

    def to_column(self) -> Column[Any]:
        """Return the column."""
        return self.column

    def run(self, operations: AbstractOperations) -> None:
        """Add the column, then its constraints and indexes, then its comment."""
        column = self.column if self.column.table is None else sqla.copy_column(self.column)
        table = SchemaObjects(operations.migration_context).table(
            self.table_name, column, schema=self.schema
        )
        impl = operations.impl
        given = given_flags(**self._flags)
        impl.add_column(self.table_name, column, schema=self.schema, **given, **self.kw)
        for constraint in sqla.sorted_constraints(table):
            if not self._is_inline(constraint):
                impl.add_constraint(constraint)
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            impl.create_index(index)
        dialect = impl.dialect
        if column.comment and dialect.supports_comments and not dialect.inline_comments:
            impl.create_column_comment(column)

    @property
    def _flags(self) -> dict[str, bool | None]:
        return {
            "if_not_exists": self.if_not_exists,
            "inline_references": self.inline_references,
            "inline_primary_key": self.inline_primary_key,
        }

    def _is_inline(self, constraint: Constraint) -> bool:
        """Tell whether ADD COLUMN says the constraint itself, or does without it."""
        if isinstance(constraint, ForeignKeyConstraint):
            return bool(self.inline_references)
        return isinstance(constraint, PrimaryKeyConstraint)

    def reverse(self) -> DropColumnOp:
        """Return the drop of the column, IF EXISTS where this says IF NOT EXISTS."""
        op = DropColumnOp.from_column_and_tablename(self.schema, self.table_name, self.column)
        op.if_exists = self.if_not_exists
        if op._reverse is not None:
            op._reverse.inline_primary_key = self.inline_primary_key
        return op

    def to_diff_tuple(self) -> tuple[str, str | None, str, Column[Any]]:
        """Return `("add_column", schema, table name, column)`."""
        return ("add_column", self.schema, self.table_name, self.to_column())

    def render(self, context: RenderContext) -> str | list[str]:
        """Return `op.add_column(…)`; nothing where the user's hook leaves the column out."""
        in_key = self.inline_primary_key is not None and self.column.primary_key
        source = render_column(self.column, context, in_key=in_key)
        if source is None:
            return []
        table, keywords = render_place(self.table_name, self.schema, context)
        keywords |= flag_keywords(**self._flags)
        for name, value in sorted(self.kw.items()):
            keywords[name] = render_value(value, context)
        return call(
            f"{operations_prefix(context)}add_column",
            *table,
            source,
            **keywords,
        )


@run_by_itself
@Operations.register_operation("drop_column")
@BatchOperations.register_operation("drop_column", "batch_drop_column")
class DropColumnOp(AlterTableOp):
    """Drop a column."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: AddColumnOp | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.kw = kw
        self.if_exists = if_exists
        self._reverse = _reverse

    @classmethod
    def drop_column(
        cls,
        operations: Operations,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Drop a column.

        Args:
            table_name: the table.
            column_name: the column.
            schema: the table's schema.
            kw: `if_exists`, and what a dialect takes: `mssql_drop_default`, `mssql_drop_check`,
                `mssql_drop_foreign_key` drop what would stand in the way.
        """
        operations.invoke(cls(table_name, column_name, schema=schema, **kw))

    @classmethod
    def batch_drop_column(cls, operations: BatchOperations, column_name: str, **kw: Any) -> None:
        """Drop a column of the batch block's table; arguments as for `op.drop_column`."""
        operations.invoke(
            cls(operations.impl.table_name, column_name, schema=operations.impl.schema, **kw)
        )

    @classmethod
    def from_column_and_tablename(
        cls, schema: str | None, tname: str, col: Column[Any]
    ) -> DropColumnOp:
        """Return the directive that drops the column and knows how to add it again."""
        return cls(
            tname,
            col.name,
            schema=schema,
            _reverse=AddColumnOp.from_column_and_tablename(schema, tname, col),
        )

    def to_column(self, migration_context: HasOptions | None = None) -> Column[Any]:
        """Return the column; without a type when only its name was given."""
        if self._reverse is not None:
            return self._reverse.column
        return SchemaObjects(migration_context).column(self.column_name, NULLTYPE)

    def run(self, operations: AbstractOperations) -> None:
        """Drop the column."""
        operations.impl.drop_column(
            self.table_name,
            self.to_column(operations.migration_context),
            schema=self.schema,
            **given_flags(if_exists=self.if_exists),
            **self.kw,
        )

    def reverse(self) -> AddColumnOp:
        """Return the addition of the column; IrreversibleError when only its name is known."""
        if self._reverse is None:
            raise IrreversibleError(
                "operation is not reversible; original column is not present: "
                f"drop of column {self.column_name!r} of table {self.table_name!r}"
            )
        op = AddColumnOp.from_column_and_tablename(
            self.schema, self.table_name, self._reverse.column
        )
        op.if_not_exists = self.if_exists
        op.inline_primary_key = self._reverse.inline_primary_key
        return op

    def to_diff_tuple(self) -> tuple[str, str | None, str, Column[Any]]:
        """Return `("remove_column", schema, table name, column)`."""
        return ("remove_column", self.schema, self.table_name, self.to_column())

    def render(self, context: RenderContext) -> str:
        """Return `op.drop_column(…)`."""
        table, keywords = render_place(self.table_name, self.schema, context)
        keywords |= flag_keywords(if_exists=self.if_exists)
        for name, value in sorted(self.kw.items()):
            keywords[name] = render_value(value, context)
        return call(
            f"{operations_prefix(context)}drop_column",
            *table,
            render_identifier(context, self.column_name),
            **keywords,
        )
