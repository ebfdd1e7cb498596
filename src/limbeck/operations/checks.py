"""The directive that adds a check constraint; it is dropped by `DropConstraintOp`."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CheckConstraint, Constraint
from sqlalchemy.sql.elements import ColumnElement, TextClause

from limbeck import sqla
from limbeck.operations.base import BatchOperations, Operations
from limbeck.operations.constraints import AddConstraintOp, aspects_of, table_of
from limbeck.operations.schemaobj import HasOptions, SchemaObjects
from limbeck.render.call import call
from limbeck.render.constraints import render_comment, render_deferral
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import (
    render_dialect_keywords,
    render_place,
    render_sql_string,
)


@Operations.register_operation("create_check_constraint")
@BatchOperations.register_operation("create_check_constraint", "batch_create_check_constraint")
@AddConstraintOp.register_add_constraint("check_constraint")
@AddConstraintOp.register_add_constraint("column_check_constraint")
@AddConstraintOp.register_add_constraint("table_or_column_check_constraint")
class CreateCheckConstraintOp(AddConstraintOp):
    """Add a check constraint."""

    constraint_type = "check"

    def __init__(
        self,
        constraint_name: str | None,
        table_name: str,
        condition: str | TextClause | ColumnElement[Any],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.condition = condition
        self.schema = schema
        self.kw = kw

    @classmethod
    def create_check_constraint(
        cls,
        operations: Operations,
        constraint_name: str | None,
        table_name: str,
        condition: str | ColumnElement[bool] | TextClause,
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Add a check constraint.

        Args:
            constraint_name: its name; with a naming convention, the part that makes it unique.
            table_name: the table.
            condition: SQL as a string, or an expression.
            schema: the table's schema.
            kw: `deferrable`, `initially`, `comment`, and what a dialect takes.
        """
        operations.invoke(cls(constraint_name, table_name, condition, schema=schema, **kw))

    @classmethod
    def batch_create_check_constraint(
        cls,
        operations: BatchOperations,
        constraint_name: str,
        condition: str | ColumnElement[bool] | TextClause,
        **kw: Any,
    ) -> None:
        """Add a check constraint to the batch block's table."""
        operations.invoke(
            cls(
                constraint_name,
                operations.impl.table_name,
                condition,
                schema=operations.impl.schema,
                **kw,
            )
        )

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateCheckConstraintOp:
        """Return the directive that adds a check constraint of the models."""
        check = cast(CheckConstraint, constraint)
        table = table_of(constraint)
        return cls(
            sqla.constraint_name(check),
            table.name,
            cast("ColumnElement[Any]", check.sqltext),
            schema=table.schema,
            **aspects_of(check),
            **check.dialect_kwargs,
        )

    def to_constraint(self, migration_context: HasOptions | None = None) -> CheckConstraint:
        """Return the check constraint as an object."""
        return SchemaObjects(migration_context).check_constraint(
            self.constraint_name, self.table_name, self.condition, schema=self.schema, **self.kw
        )

    def render(self, context: RenderContext) -> str:
        """Return `op.create_check_constraint(…)`."""
        constraint = cast(CheckConstraint, self.final_constraint(context.migration_context))
        table, schema = render_place(self.table_name, self.schema, context)
        return call(
            f"{operations_prefix(context)}create_check_constraint",
            self.rendered_name(constraint, context),
            *table,
            render_sql_string(constraint.sqltext, context),
            **schema,
            **render_deferral(constraint),
            **render_comment(constraint),
            **render_dialect_keywords(constraint, context),
        )
