"""Directives for indexes: create, drop."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from sqlalchemy import Index
from sqlalchemy.sql.elements import ColumnElement, TextClause

from limbeck import sqla
from limbeck.operations.base import (
    AbstractOperations,
    BatchOperations,
    Operations,
    run_by_itself,
)
from limbeck.operations.directive import MigrateOperation, given_flags
from limbeck.operations.schemaobj import HasOptions, SchemaObjects
from limbeck.render.call import call, flag_keywords, literal
from limbeck.render.constraints import render_constraint_name, render_index_elements
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import (
    render_dialect_keywords,
    render_place,
    render_place_keywords,
)

IndexColumn = str | TextClause | ColumnElement[Any]


@run_by_itself
@Operations.register_operation("create_index")
@BatchOperations.register_operation("create_index", "batch_create_index")
class CreateIndexOp(MigrateOperation):
    """Create an index on columns or expressions."""

    def __init__(
        self,
        index_name: str | None,
        table_name: str,
        columns: Sequence[IndexColumn],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.unique = unique
        self.if_not_exists = if_not_exists
        self.kw = kw

    @classmethod
    def create_index(
        cls,
        operations: Operations,
        index_name: str | None,
        table_name: str,
        columns: Sequence[IndexColumn],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Create an index.

        Args:
            index_name: its name, or None for the naming convention's.
            table_name: the table.
            columns: names of columns, `sqlalchemy.text()` or other expressions.
            schema: the table's schema.
            unique: whether it is unique.
            if_not_exists: say IF NOT EXISTS.
            kw: what a dialect takes: `postgresql_using`, `sqlite_where`, ….
        """
        operations.invoke(
            cls(
                index_name,
                table_name,
                columns,
                schema=schema,
                unique=unique,
                if_not_exists=if_not_exists,
                **kw,
            )
        )

    @classmethod
    def batch_create_index(
        cls,
        operations: BatchOperations,
        index_name: str,
        columns: Sequence[IndexColumn],
        **kw: Any,
    ) -> None:
        """Create an index on the batch block's table; arguments as for `op.create_index`."""
        operations.invoke(
            cls(
                index_name,
                operations.impl.table_name,
                columns,
                schema=operations.impl.schema,
                **kw,
            )
        )

    @classmethod
    def from_index(cls, index: Index) -> CreateIndexOp:
        """Return the directive that creates an index of the models."""
        table = index.table
        if table is None:
            raise ValueError(f"the index {index.name!r} belongs to no table")
        return cls(
            index.name,
            table.name,
            list(index.expressions),
            schema=table.schema,
            unique=index.unique,
            **index.kwargs,
        )

    def to_index(self, migration_context: HasOptions | None = None) -> Index:
        """Return the index as an object."""
        return SchemaObjects(migration_context).index(
            self.index_name,
            self.table_name,
            self.columns,
            schema=self.schema,
            unique=self.unique,
            **self.kw,
        )

    def run(self, operations: AbstractOperations) -> None:
        """Create the index."""
        operations.impl.create_index(
            self.to_index(operations.migration_context),
            **given_flags(if_not_exists=self.if_not_exists),
        )

    def reverse(self) -> DropIndexOp:
        """Return the drop of the index."""
        if self.index_name is None:
            return DropIndexOp.from_index(self.to_index())  # a naming convention may know a name
        again = copy(self)
        again.columns = list(self.columns)
        return DropIndexOp(
            self.index_name,
            table_name=self.table_name,
            schema=self.schema,
            _reverse=again,
            unique=self.unique,
            **self.kw,
        )

    def to_diff_tuple(self) -> tuple[str, Index]:
        """Return `("add_index", index)`."""
        return ("add_index", self.to_index())

    def render(self, context: RenderContext) -> str:
        """Return `op.create_index(…)`."""
        index = self.to_index(context.migration_context)
        table, schema = render_place(self.table_name, self.schema, context)
        return call(
            f"{operations_prefix(context)}create_index",
            render_constraint_name(index, context),
            *table,
            render_index_elements(index, context),
            unique=literal(bool(self.unique)),
            **schema,
            **render_dialect_keywords(index, context),
            **flag_keywords(if_not_exists=self.if_not_exists),
        )


@run_by_itself
@Operations.register_operation("drop_index")
@BatchOperations.register_operation("drop_index", "batch_drop_index")
class DropIndexOp(MigrateOperation):
    """Drop an index."""

    def __init__(
        self,
        index_name: str,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: CreateIndexOp | None = None,
        **kw: Any,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self._reverse = _reverse
        self.kw = kw

    @classmethod
    def drop_index(
        cls,
        operations: Operations,
        index_name: str,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop an index.

        Args:
            index_name: the index.
            table_name: its table; some databases need it.
            schema: the table's schema.
            if_exists: say IF EXISTS.
            kw: what a dialect takes: `postgresql_concurrently`, ….
        """
        operations.invoke(
            cls(index_name, table_name=table_name, schema=schema, if_exists=if_exists, **kw)
        )

    @classmethod
    def batch_drop_index(cls, operations: BatchOperations, index_name: str, **kw: Any) -> None:
        """Drop an index of the batch block's table; arguments as for `op.drop_index`."""
        operations.invoke(
            cls(
                index_name,
                table_name=operations.impl.table_name,
                schema=operations.impl.schema,
                **kw,
            )
        )

    @classmethod
    def from_index(cls, index: Index) -> DropIndexOp:
        """Return the directive that drops the index and knows how to create it again."""
        table = index.table
        if table is None:
            raise ValueError(f"the index {index.name!r} belongs to no table")
        return cls(
            sqla.constraint_name(index),
            table_name=table.name,
            schema=table.schema,
            _reverse=CreateIndexOp.from_index(index),
            unique=index.unique,
            **index.kwargs,
        )

    def to_index(self, migration_context: HasOptions | None = None) -> Index:
        """Return the index as an object; on a made-up column when its own are not known."""
        columns: Sequence[IndexColumn] = self._reverse.columns if self._reverse else ["x"]
        return SchemaObjects(migration_context).index(
            self.index_name, self.table_name, columns, schema=self.schema, **self.kw
        )

    def run(self, operations: AbstractOperations) -> None:
        """Drop the index."""
        operations.impl.drop_index(
            self.to_index(operations.migration_context), **given_flags(if_exists=self.if_exists)
        )

    def reverse(self) -> CreateIndexOp:
        """Return the creation of the index; its column is made up when it was never known."""
        return CreateIndexOp.from_index(self.to_index())

    def to_diff_tuple(self) -> tuple[str, Index]:
        """Return `("remove_index", index)`."""
        return ("remove_index", self.to_index())

    def render(self, context: RenderContext) -> str:
        """Return `op.drop_index(…)`."""
        index = self.to_index(context.migration_context)
        return call(
            f"{operations_prefix(context)}drop_index",
            render_constraint_name(index, context),
            **render_place_keywords(self.table_name, self.schema, context),
            **render_dialect_keywords(index, context),
            **flag_keywords(if_exists=self.if_exists),
        )
