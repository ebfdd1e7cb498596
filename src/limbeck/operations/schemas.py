"""Directives for schemas themselves: create and drop."""

from __future__ import annotations

from limbeck.operations.base import AbstractOperations, Operations, run_by_itself
from limbeck.operations.directive import MigrateOperation
from limbeck.render.call import call, literal
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_identifier


@run_by_itself
@Operations.register_operation("create_schema")
class CreateSchemaOp(MigrateOperation):
    """Create a schema."""

    def __init__(self, schema_name: str, *, if_not_exists: bool = False) -> None:
        self.schema_name = schema_name
        self.if_not_exists = if_not_exists

    @classmethod
    def create_schema(
        cls, operations: Operations, schema_name: str, *, if_not_exists: bool = False
    ) -> None:
        """Create a schema.

        Args:
            schema_name: the schema.
            if_not_exists: pass over it if there is one of that name.
        """
        operations.invoke(cls(schema_name, if_not_exists=if_not_exists))

    def run(self, operations: AbstractOperations) -> None:
        """Create the schema."""
        operations.impl.create_schema(self.schema_name, if_not_exists=self.if_not_exists)

    def reverse(self) -> DropSchemaOp:
        """Return the drop of the schema, unless somebody else has put something into it."""
        return DropSchemaOp(self.schema_name, if_empty=True)

    def to_diff_tuple(self) -> tuple[str, str]:
        """Return `("add_schema", name)`."""
        return ("add_schema", self.schema_name)

    def render(self, context: RenderContext) -> str:
        """Return `op.create_schema(…)`."""
        keywords = {"if_not_exists": literal(self.if_not_exists)} if self.if_not_exists else {}
        name = render_identifier(context, self.schema_name)
        return call(f"{operations_prefix(context)}create_schema", name, **keywords)


@run_by_itself
@Operations.register_operation("drop_schema")
class DropSchemaOp(MigrateOperation):
    """Drop a schema."""

    def __init__(self, schema_name: str, *, if_empty: bool = False) -> None:
        self.schema_name = schema_name
        self.if_empty = if_empty

    @classmethod
    def drop_schema(
        cls, operations: Operations, schema_name: str, *, if_empty: bool = False
    ) -> None:
        """Drop a schema.

        Args:
            schema_name: the schema.
            if_empty: leave it where something is in it. Without it PostgreSQL refuses to drop such a
                schema; MySQL and MariaDB drop all that is in it.
        """
        operations.invoke(cls(schema_name, if_empty=if_empty))

    def run(self, operations: AbstractOperations) -> None:
        """Drop the schema."""
        operations.impl.drop_schema(self.schema_name, if_empty=self.if_empty)

    def reverse(self) -> CreateSchemaOp:
        """Return the creation of the schema."""
        return CreateSchemaOp(self.schema_name, if_not_exists=self.if_empty)

    def to_diff_tuple(self) -> tuple[str, str]:
        """Return `("remove_schema", name)`."""
        return ("remove_schema", self.schema_name)

    def render(self, context: RenderContext) -> str:
        """Return `op.drop_schema(…)`."""
        keywords = {"if_empty": literal(self.if_empty)} if self.if_empty else {}
        name = render_identifier(context, self.schema_name)
        return call(f"{operations_prefix(context)}drop_schema", name, **keywords)
