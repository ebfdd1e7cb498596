"""Directives for keys: the primary key and unique constraints of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self, cast

from sqlalchemy import Constraint, PrimaryKeyConstraint, UniqueConstraint

from limbeck import sqla
from limbeck.operations.base import BatchOperations, Operations
from limbeck.operations.constraints import AddConstraintOp, aspects_of, table_of
from limbeck.operations.schemaobj import HasOptions, SchemaObjects
from limbeck.render.call import call
from limbeck.render.constraints import render_comment, render_deferral
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import (
    render_dialect_keywords,
    render_identifier,
    render_place,
)


class _KeyOp(AddConstraintOp):
    """What both kinds of key have in common: a name, a table, and columns."""

    _operation: ClassVar[str]

    def __init__(
        self,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> Self:
        """Return the directive that adds a key of the models."""
        key = cast("PrimaryKeyConstraint | UniqueConstraint", constraint)
        table = table_of(key)
        return cls(
            sqla.constraint_name(key),
            table.name,
            [column.name for column in key.columns],
            schema=table.schema,
            **aspects_of(key),
            **key.dialect_kwargs,
        )

    def render(self, context: RenderContext) -> str:
        """Return `op.create_primary_key(…)` or `op.create_unique_constraint(…)`."""
        constraint = self.final_constraint(context.migration_context)
        table, schema = render_place(self.table_name, self.schema, context)
        columns = ", ".join(render_identifier(context, column) for column in self.columns)
        return call(
            f"{operations_prefix(context)}{self._operation}",
            self.rendered_name(constraint, context),
            *table,
            f"[{columns}]",
            **render_deferral(constraint),
            **schema,
            **render_comment(constraint),
            **render_dialect_keywords(constraint, context),
        )


@Operations.register_operation("create_primary_key")
@BatchOperations.register_operation("create_primary_key", "batch_create_primary_key")
@AddConstraintOp.register_add_constraint("primary_key_constraint")
class CreatePrimaryKeyOp(_KeyOp):
    """Add a primary key."""

    constraint_type = "primarykey"
    _operation = "create_primary_key"

    @classmethod
    def create_primary_key(
        cls,
        operations: Operations,
        constraint_name: str | None,
        table_name: str,
        columns: list[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Add a primary key to a table that has none.

        Args:
            constraint_name: its name, or None for the naming convention's.
            table_name: the table.
            columns: the names of its columns.
            schema: the table's schema.
            kw: `deferrable`, `initially`, `comment`, and what a dialect takes.
        """
        operations.invoke(cls(constraint_name, table_name, columns, schema=schema, **kw))

    @classmethod
    def batch_create_primary_key(
        cls, operations: BatchOperations, constraint_name: str | None, columns: list[str], **kw: Any
    ) -> None:
        """Add a primary key to the batch block's table, in place of the one it has."""
        operations.invoke(
            cls(
                constraint_name,
                operations.impl.table_name,
                columns,
                schema=operations.impl.schema,
                **kw,
            )
        )

    def to_constraint(self, migration_context: HasOptions | None = None) -> PrimaryKeyConstraint:
        """Return the primary key as an object."""
        return SchemaObjects(migration_context).primary_key_constraint(
            self.constraint_name, self.table_name, self.columns, schema=self.schema, **self.kw
        )


@Operations.register_operation("create_unique_constraint")
@BatchOperations.register_operation("create_unique_constraint", "batch_create_unique_constraint")
@AddConstraintOp.register_add_constraint("unique_constraint")
class CreateUniqueConstraintOp(_KeyOp):
    """Add a unique constraint."""

    constraint_type = "unique"
    _operation = "create_unique_constraint"

    @classmethod
    def create_unique_constraint(
        cls,
        operations: Operations,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Add a unique constraint.

        Args:
            constraint_name: its name, or None for the naming convention's.
            table_name: the table.
            columns: the names of its columns.
            schema: the table's schema.
            kw: `deferrable`, `initially`, `comment`, and what a dialect takes.
        """
        return operations.invoke(cls(constraint_name, table_name, columns, schema=schema, **kw))

    @classmethod
    def batch_create_unique_constraint(
        cls, operations: BatchOperations, constraint_name: str, columns: Sequence[str], **kw: Any
    ) -> Any:
        """Add a unique constraint to the batch block's table."""
        kw["schema"] = operations.impl.schema
        return operations.invoke(cls(constraint_name, operations.impl.table_name, columns, **kw))

    def to_constraint(self, migration_context: HasOptions | None = None) -> UniqueConstraint:
        """Return the unique constraint as an object."""
        return SchemaObjects(migration_context).unique_constraint(
            self.constraint_name, self.table_name, self.columns, schema=self.schema, **self.kw
        )
