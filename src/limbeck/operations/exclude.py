"""The directive that adds an exclude constraint, where a database has them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from sqlalchemy import Column, Constraint, Table
from sqlalchemy.sql.elements import ColumnElement, conv
from sqlalchemy.types import NULLTYPE

from limbeck import sqla
from limbeck.ddl.registry import constraint_class
from limbeck.errors import UnsupportedOperationError
from limbeck.operations.base import AbstractOperations, BatchOperations, Operations
from limbeck.operations.constraints import AddConstraintOp, table_of
from limbeck.operations.schemaobj import HasOptions, SchemaObjects
from limbeck.render.call import call
from limbeck.render.constraints import (
    render_constraint_name,
    render_exclusion_elements,
    render_exclusion_options,
)
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_place


@Operations.register_operation("create_exclude_constraint")
@BatchOperations.register_operation("create_exclude_constraint", "batch_create_exclude_constraint")
@AddConstraintOp.register_add_constraint("exclude_constraint")
class CreateExcludeConstraintOp(AddConstraintOp):
    """Add an exclude constraint."""

    constraint_type = "exclude"

    def __init__(
        self,
        constraint_name: str | None,
        table_name: str,
        elements: Sequence[tuple[Any, str]],
        where: ColumnElement[bool] | str | None = None,
        schema: str | None = None,
        _orig_constraint: Constraint | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.elements = elements
        self.where = where
        self.schema = schema
        self._orig_constraint = _orig_constraint
        self.kw = kw

    @classmethod
    def create_exclude_constraint(
        cls,
        operations: Operations,
        constraint_name: str,
        table_name: str,
        *elements: Any,
        **kw: Any,
    ) -> Table | None:
        """Add an exclude constraint.

        Args:
            constraint_name: its name.
            table_name: the table.
            elements: pairs of a column or expression and an operator.
            kw: `where`, `schema`, `using`, `ops`, `deferrable`, `initially`.
        """
        table: Table | None = operations.invoke(cls(constraint_name, table_name, elements, **kw))
        return table

    @classmethod
    def batch_create_exclude_constraint(
        cls, operations: BatchOperations, constraint_name: str, *elements: Any, **kw: Any
    ) -> Table | None:
        """Add an exclude constraint to the batch block's table."""
        kw["schema"] = operations.impl.schema
        table: Table | None = operations.invoke(
            cls(constraint_name, operations.impl.table_name, elements, **kw)
        )
        return table

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateExcludeConstraintOp:
        """Return the directive that adds an exclude constraint of the models."""
        own: Any = constraint
        table = table_of(constraint)
        return cls(
            sqla.constraint_name(constraint),
            table.name,
            [(expression, operator) for expression, _, operator in sqla.exclusions(constraint)],
            where=own.where,
            schema=table.schema,
            _orig_constraint=constraint,
            deferrable=constraint.deferrable,
            initially=constraint.initially,
            using=own.using,
            ops=dict(own.ops) if own.ops else {},
        )

    def run(self, operations: AbstractOperations) -> None:
        """Add the constraint; raises UnsupportedOperationError where a database has none such."""
        dialect = operations.impl.dialect
        if not hasattr(dialect.ddl_compiler, "visit_exclude_constraint"):
            raise UnsupportedOperationError(
                f"Can't add the exclusion constraint {self.constraint_name} to the table "
                f"{self.table_name}: {dialect.name} has no such constraints. Leave it out on this "
                "database."
            )
        super().run(operations)

    def to_constraint(self, migration_context: HasOptions | None = None) -> Constraint:
        """Return the constraint as an object."""
        original = self._orig_constraint
        if original is not None:
            if original.name is None and self.constraint_name is not None:
                original = copy(original)  # the models' own keeps being nameless
                original.name = conv(self.constraint_name)
            return original
        table = Table(
            self.table_name, SchemaObjects(migration_context).metadata(), schema=self.schema
        )
        names = [e.name if isinstance(e, Column) else e for e, _ in self.elements]
        for name in names:
            if isinstance(name, str) and name not in table.c:
                table.append_column(Column(name, NULLTYPE))
        constraint: Constraint = constraint_class("exclude_constraint")(
            *[
                (table.c[name] if isinstance(name, str) else name, operator)
                for name, (_, operator) in zip(names, self.elements, strict=True)
            ],
            name=self.constraint_name,
            where=self.where,
            **{name: value for name, value in self.kw.items() if value},
        )
        if not _is_attached(constraint):
            table.append_constraint(constraint)
        return constraint

    def render(self, context: RenderContext) -> str:
        """Return `op.create_exclude_constraint(…)`."""
        constraint = self.to_constraint(context.migration_context)
        table, schema = render_place(self.table_name, self.schema, context)
        return call(
            f"{operations_prefix(context)}create_exclude_constraint",
            render_constraint_name(constraint, context),
            *table,
            *render_exclusion_elements(constraint, context),
            **render_exclusion_options(constraint, context),
            **schema,
        )


def _is_attached(constraint: Constraint) -> bool:
    return getattr(constraint, "parent", None) is not None
