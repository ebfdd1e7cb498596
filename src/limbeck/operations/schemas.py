"""Directives for schemas: create and drop one, move what is no table to another."""

from __future__ import annotations

from typing import Literal

from limbeck.operations.base import AbstractOperations, Operations, run_by_itself
from limbeck.operations.directive import MigrateOperation
from limbeck.render.call import call, flag_keywords, literal
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_identifier, render_schema

ObjectType = Literal["type", "domain", "sequence"]


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
        name = render_identifier(context, self.schema_name)
        keywords = flag_keywords(if_not_exists=self.if_not_exists or None)
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
        name = render_identifier(context, self.schema_name)
        keywords = flag_keywords(if_empty=self.if_empty or None)
        return call(f"{operations_prefix(context)}drop_schema", name, **keywords)


@run_by_itself
@Operations.register_operation("set_schema")
class SetSchemaOp(MigrateOperation):
    """Move a type, a domain or a sequence to another schema."""

    def __init__(
        self,
        object_name: str,
        new_schema: str | None,
        *,
        type_: ObjectType,
        schema: str | None = None,
    ) -> None:
        self.object_name = object_name
        self.new_schema = new_schema
        self.object_type = type_
        self.schema = schema

    @classmethod
    def set_schema(
        cls,
        operations: Operations,
        object_name: str,
        new_schema: str | None,
        *,
        type_: ObjectType,
        schema: str | None = None,
    ) -> None:
        """Move a type, a domain or a sequence to another schema; tables go by `op.rename_table`.

        Args:
            object_name: what is moved.
            new_schema: where it goes, None for the default schema.
            type_: "type", "domain" or "sequence".
            schema: its schema now.
        """
        operations.invoke(cls(object_name, new_schema, type_=type_, schema=schema))

    def run(self, operations: AbstractOperations) -> None:
        """Move it."""
        operations.impl.set_schema(
            self.object_type, self.object_name, self.new_schema, schema=self.schema
        )

    def reverse(self) -> SetSchemaOp:
        """Return the way back."""
        return SetSchemaOp(
            self.object_name, self.schema, type_=self.object_type, schema=self.new_schema
        )

    def to_diff_tuple(self) -> tuple[str, str, str | None, str, str | None]:
        """Return `("set_schema", "type" and so on, schema, name, new schema)`."""
        names = (self.object_type, self.schema, self.object_name, self.new_schema)
        return ("set_schema", *names)

    def render(self, context: RenderContext) -> str:
        """Return `op.set_schema(…)`."""
        return call(
            f"{operations_prefix(context)}set_schema",
            render_identifier(context, self.object_name),
            render_identifier(context, self.new_schema),
            type_=literal(self.object_type),
            **render_schema(self.schema, context),
        )
