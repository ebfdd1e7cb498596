"""Directives for the comment of a table; a column's comment is set by `alter_column`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table

from limbeck.operations.base import (
    AbstractOperations,
    BatchOperations,
    Operations,
    run_by_itself,
)
from limbeck.operations.directive import AlterTableOp
from limbeck.operations.schemaobj import HasOptions, SchemaObjects
from limbeck.render.call import literal
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_identifier


@run_by_itself
@Operations.register_operation("create_table_comment")
@BatchOperations.register_operation("create_table_comment", "batch_create_table_comment")
class CreateTableCommentOp(AlterTableOp):
    """Give a table a comment, in place of the one it has."""

    def __init__(
        self,
        table_name: str,
        comment: str | None,
        *,
        schema: str | None = None,
        existing_comment: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.comment = comment
        self.existing_comment = existing_comment

    @classmethod
    def create_table_comment(
        cls,
        operations: Operations,
        table_name: str,
        comment: str | None,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Give a table a comment.

        Args:
            table_name: the table.
            comment: its new comment.
            existing_comment: the comment it has, for the directive to be reversible.
            schema: its schema.
        """
        operations.invoke(
            cls(table_name, comment, existing_comment=existing_comment, schema=schema)
        )

    @classmethod
    def batch_create_table_comment(
        cls,
        operations: BatchOperations,
        comment: str | None,
        *,
        existing_comment: str | None = None,
    ) -> None:
        """Give the batch block's table a comment."""
        operations.invoke(
            cls(
                operations.impl.table_name,
                comment,
                existing_comment=existing_comment,
                schema=operations.impl.schema,
            )
        )

    def to_table(self, migration_context: HasOptions | None = None) -> Table:
        """Return a table of that name and comment, without columns."""
        return SchemaObjects(migration_context).table(
            self.table_name, schema=self.schema, comment=self.comment
        )

    def run(self, operations: AbstractOperations) -> None:
        """Set the comment."""
        operations.impl.create_table_comment(self.to_table(operations.migration_context))

    def reverse(self) -> CreateTableCommentOp | DropTableCommentOp:
        """Return what gives the existing comment back, or takes the comment away."""
        if self.existing_comment is None:
            return DropTableCommentOp(
                self.table_name, existing_comment=self.comment, schema=self.schema
            )
        return CreateTableCommentOp(
            self.table_name,
            self.existing_comment,
            existing_comment=self.comment,
            schema=self.schema,
        )

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return `("add_table_comment", table, existing comment)`."""
        return ("add_table_comment", self.to_table(), self.existing_comment)

    def render(self, context: RenderContext) -> str:
        """Return `op.create_table_comment(…)`."""
        return _render(self, context, "create_table_comment", literal(self.comment))


@run_by_itself
@Operations.register_operation("drop_table_comment")
@BatchOperations.register_operation("drop_table_comment", "batch_drop_table_comment")
class DropTableCommentOp(AlterTableOp):
    """Take a table's comment away."""

    def __init__(
        self, table_name: str, *, schema: str | None = None, existing_comment: str | None = None
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.existing_comment = existing_comment

    @classmethod
    def drop_table_comment(
        cls,
        operations: Operations,
        table_name: str,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Take a table's comment away.

        Args:
            table_name: the table.
            existing_comment: the comment it has, for the directive to be reversible.
            schema: its schema.
        """
        operations.invoke(cls(table_name, existing_comment=existing_comment, schema=schema))

    @classmethod
    def batch_drop_table_comment(
        cls, operations: BatchOperations, *, existing_comment: str | None = None
    ) -> None:
        """Take the comment of the batch block's table away."""
        operations.invoke(
            cls(
                operations.impl.table_name,
                existing_comment=existing_comment,
                schema=operations.impl.schema,
            )
        )

    def to_table(self, migration_context: HasOptions | None = None) -> Table:
        """Return a table of that name, without comment and columns."""
        return SchemaObjects(migration_context).table(self.table_name, schema=self.schema)

    def run(self, operations: AbstractOperations) -> None:
        """Take the comment away."""
        operations.impl.drop_table_comment(self.to_table(operations.migration_context))

    def reverse(self) -> CreateTableCommentOp:
        """Return what gives the existing comment back."""
        return CreateTableCommentOp(self.table_name, self.existing_comment, schema=self.schema)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return `("remove_table_comment", table)`."""
        return ("remove_table_comment", self.to_table())

    def render(self, context: RenderContext) -> str:
        """Return `op.drop_table_comment(…)`."""
        return _render(self, context, "drop_table_comment")


def _render(
    op: CreateTableCommentOp | DropTableCommentOp,
    context: RenderContext,
    name: str,
    *arguments: str,
) -> str:
    """Return the call with each argument on a line of its own; a batch block knows the table."""
    existing = f"existing_comment={literal(op.existing_comment)}"
    if context.has_batch:
        lines = [*arguments, existing]
    else:
        table = render_identifier(context, op.table_name)
        schema = f"schema={render_identifier(context, op.schema)}"
        lines = [table, *arguments, existing, schema]
    body = ",\n".join(f"    {line}" for line in lines)
    return f"{operations_prefix(context)}{name}(\n{body}\n)"
