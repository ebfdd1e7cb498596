"""Directives for enum types: create, change the values, drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from limbeck.ddl.objects import EnumChange
from limbeck.operations.base import AbstractOperations, Operations, run_by_itself
from limbeck.operations.directive import MigrateOperation
from limbeck.operations.unfilled import UnfilledValueError
from limbeck.render.call import call, literal
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_identifier, render_schema


@run_by_itself
@Operations.register_operation("create_enum")
class CreateEnumOp(MigrateOperation):
    """Create an enum type."""

    def __init__(self, enum_name: str, values: Sequence[str], *, schema: str | None = None) -> None:
        self.enum_name = enum_name
        self.values = tuple(values)
        self.schema = schema

    @classmethod
    def create_enum(
        cls,
        operations: Operations,
        enum_name: str,
        values: Sequence[str],
        *,
        schema: str | None = None,
    ) -> None:
        """Create an enum type, on a database that has types with a name.

        `create_table` and `add_column` create the type of an `sa.Enum` themselves.

        Args:
            enum_name: the type.
            values: its values, in their order.
            schema: its schema.
        """
        operations.invoke(cls(enum_name, values, schema=schema))

    def run(self, operations: AbstractOperations) -> None:
        """Create the type."""
        operations.impl.create_enum(self.enum_name, self.values, self.schema)

    def reverse(self) -> DropEnumOp:
        """Return the drop of the type."""
        return DropEnumOp(self.enum_name, schema=self.schema, _values=self.values)

    def to_diff_tuple(self) -> tuple[str, str | None, str, tuple[str, ...]]:
        """Return `("add_enum", schema, name, values)`."""
        return ("add_enum", self.schema, self.enum_name, self.values)

    def render(self, context: RenderContext) -> str:
        """Return `op.create_enum(…)`."""
        return call(
            f"{operations_prefix(context)}create_enum",
            render_identifier(context, self.enum_name),
            literal(list(self.values)),
            **render_schema(self.schema, context),
        )


@run_by_itself
@Operations.register_operation("drop_enum")
class DropEnumOp(MigrateOperation):
    """Drop an enum type."""

    def __init__(
        self,
        enum_name: str,
        *,
        schema: str | None = None,
        _values: Sequence[str] | None = None,
    ) -> None:
        self.enum_name = enum_name
        self.schema = schema
        self._values = _values

    @classmethod
    def drop_enum(
        cls, operations: Operations, enum_name: str, *, schema: str | None = None
    ) -> None:
        """Drop an enum type that nothing uses any more.

        Args:
            enum_name: the type.
            schema: its schema.
        """
        operations.invoke(cls(enum_name, schema=schema))

    def run(self, operations: AbstractOperations) -> None:
        """Drop the type."""
        operations.impl.drop_enum(self.enum_name, self.schema)

    def reverse(self) -> MigrateOperation:
        """Return the creation of the type; IrreversibleError when its values are not known."""
        if self._values is None:
            return super().reverse()
        return CreateEnumOp(self.enum_name, self._values, schema=self.schema)

    def to_diff_tuple(self) -> tuple[str, str | None, str]:
        """Return `("remove_enum", schema, name)`."""
        return ("remove_enum", self.schema, self.enum_name)

    def render(self, context: RenderContext) -> str:
        """Return `op.drop_enum(…)`."""
        return call(
            f"{operations_prefix(context)}drop_enum",
            render_identifier(context, self.enum_name),
            **render_schema(self.schema, context),
        )


@run_by_itself
@Operations.register_operation("alter_enum")
class AlterEnumOp(MigrateOperation):
    """Give an enum type other values, or the same in another order."""

    def __init__(
        self,
        enum_name: str,
        values: Sequence[str],
        *,
        existing_values: Sequence[str] | None = None,
        renames: Mapping[str, str] | None = None,
        replacements: Mapping[str, str] | None = None,
        use_at_once: bool = False,
        schema: str | None = None,
    ) -> None:
        self.enum_name = enum_name
        self.values = tuple(values)
        self.existing_values = None if existing_values is None else tuple(existing_values)
        self.renames = dict(renames or {})
        self.replacements: dict[str, Any] = dict(replacements or {})
        self.use_at_once = use_at_once
        self.schema = schema

    @classmethod
    def alter_enum(
        cls,
        operations: Operations,
        enum_name: str,
        values: Sequence[str],
        *,
        existing_values: Sequence[str] | None = None,
        renames: Mapping[str, str] | None = None,
        replacements: Mapping[str, str] | None = None,
        use_at_once: bool = False,
        schema: str | None = None,
    ) -> None:
        """Change the values of an enum type.

        Values are added and renamed in place. To remove values or to change their order, the type
        is built anew, and the columns of all tables with their rows, defaults, checks and indexes
        are moved to it.

        Args:
            enum_name: the type.
            values: all its values as they shall be, in their order.
            existing_values: its values now; a script can't be written without them.
            renames: new names of values, by their old ones.
            replacements: what rows get in place of a value that goes, by that value; autogenerate
                leaves `...` to you there.
            use_at_once: the new values are used later in the same transaction, which PostgreSQL
                allows only of a type that is built anew.
            schema: its schema.
        """
        operations.invoke(
            cls(
                enum_name,
                values,
                existing_values=existing_values,
                renames=renames,
                replacements=replacements,
                use_at_once=use_at_once,
                schema=schema,
            )
        )

    def run(self, operations: AbstractOperations) -> None:
        """Change the type; outside of the transaction where the server can't add values in one."""
        if any(each is ... for each in self.replacements.values()):
            raise UnfilledValueError(f"op.alter_enum({self.enum_name!r})", "for a replacement")
        impl = operations.impl
        change = EnumChange(
            self.enum_name,
            self.values,
            self.existing_values,
            self.schema,
            self.renames,
            self.replacements,
            self.use_at_once,
        )
        context: Any = operations.migration_context
        must_stand_alone = not impl.adds_enum_values_in_transactions and not self.use_at_once
        with context.autocommit_block() if must_stand_alone else nullcontext():
            impl.alter_enum(change)

    def reverse(self) -> MigrateOperation:
        """Return the change back; IrreversibleError when the existing values are not known.

        Rows that got a replacement keep it.
        """
        if self.existing_values is None:
            return super().reverse()
        directive = AlterEnumOp(
            self.enum_name,
            self.existing_values,
            existing_values=self.values,
            renames={new: old for old, new in self.renames.items()},
            use_at_once=self.use_at_once,
            schema=self.schema,
        )
        kept = {*directive.values, *directive.renames}
        if gone := [value for value in self.values if value not in kept]:
            listed = ", ".join(map(repr, gone))
            directive.remark = f"Fails while rows have {listed}: say what they get instead with replacements={{…}}."
        return directive

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return `("modify_enum", schema, name, existing values, values)`."""
        return ("modify_enum", self.schema, self.enum_name, self.existing_values, self.values)

    def render(self, context: RenderContext) -> str:
        """Return `op.alter_enum(…)`."""
        keywords: dict[str, str] = {}
        if self.existing_values is not None:
            keywords["existing_values"] = literal(list(self.existing_values))
        if self.renames:
            keywords["renames"] = literal(self.renames)
        if self.replacements:
            keywords["replacements"] = literal(self.replacements)
        if self.use_at_once:
            keywords["use_at_once"] = literal(self.use_at_once)
        return call(
            f"{operations_prefix(context)}alter_enum",
            render_identifier(context, self.enum_name),
            literal(list(self.values)),
            **keywords,
            **render_schema(self.schema, context),
        )
