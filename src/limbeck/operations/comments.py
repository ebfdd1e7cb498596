"""Directives for comments of tables and constraints; a column's is set by `alter_column`."""

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
from limbeck.render.call import call, literal
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_identifier, render_name, render_place


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


@run_by_itself
@Operations.register_operation("set_constraint_comment")
@BatchOperations.register_operation("set_constraint_comment", "batch_set_constraint_comment")
class SetConstraintCommentOp(AlterTableOp):
    """Give a constraint a comment, or take it away."""

    def __init__(
        self,
        constraint_name: str,
        table_name: str,
        comment: str | None,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.constraint_name = constraint_name
        self.comment = comment
        self.existing_comment = existing_comment

    @classmethod
    def set_constraint_comment(
        cls,
        operations: Operations,
        constraint_name: str,
        table_name: str,
        comment: str | None,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Give a constraint a comment, or take it away. PostgreSQL only: others keep none.

        Args:
            constraint_name: the constraint's name in the database.
            table_name: its table.
            comment: its new comment, None for none.
            existing_comment: the comment it has, for the directive to be reversible.
            schema: the table's schema.
        """
        operations.invoke(
            cls(
                constraint_name,
                table_name,
                comment,
                existing_comment=existing_comment,
                schema=schema,
            )
        )

    @classmethod
    def batch_set_constraint_comment(
        cls,
        operations: BatchOperations,
        constraint_name: str,
        comment: str | None,
        *,
        existing_comment: str | None = None,
    ) -> None:
        """Give a constraint of the batch block's table a comment, or take it away."""
        operations.invoke(
            cls(
                constraint_name,
                operations.impl.table_name,
                comment,
                existing_comment=existing_comment,
                schema=operations.impl.schema,
            )
        )

    def run(self, operations: AbstractOperations) -> None:
        """Set the comment."""
        operations.impl.set_constraint_comment(
            self.table_name, self.constraint_name, self.comment, schema=self.schema
        )

    def reverse(self) -> SetConstraintCommentOp:
        """Return what gives the existing comment back."""
        return SetConstraintCommentOp(
            self.constraint_name,
            self.table_name,
            self.existing_comment,
            existing_comment=self.comment,
            schema=self.schema,
        )

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return `("modify_constraint_comment", schema, table, constraint, existing, new)`."""
        place = (self.schema, self.table_name, self.constraint_name)
        return ("modify_constraint_comment", *place, self.existing_comment, self.comment)

    def render(self, context: RenderContext) -> str:
        """Return `op.set_constraint_comment(…)`."""
        table, keywords = render_place(self.table_name, self.schema, context)
        if self.existing_comment is not None:
            keywords["existing_comment"] = literal(self.existing_comment)
        name = render_name(context, self.constraint_name)
        callee = f"{operations_prefix(context)}set_constraint_comment"
        return call(callee, name, *table, literal(self.comment), **keywords)


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
