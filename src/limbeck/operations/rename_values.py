"""The directive that gives the rows of a column the new names of values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, Update, case, column, table

from limbeck.errors import CommandError
from limbeck.operations.base import AbstractOperations, Operations, run_by_itself
from limbeck.operations.directive import AlterTableOp
from limbeck.render.call import call, literal
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_identifier, render_schema


@run_by_itself
@Operations.register_operation("rename_values")
class RenameValuesOp(AlterTableOp):
    """Give values that stand in the rows of a column their new names, all in one statement."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        names: Mapping[str, str],
        *,
        schema: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.names = dict(names)
        if not names or len({*self.names.values()}) < len(self.names):
            raise CommandError(
                f"op.rename_values({table_name!r}, {column_name!r}): {self.names!r} does not give "
                "each of one or more values a name of its own."
            )

    @classmethod
    def rename_values(
        cls,
        operations: Operations,
        table_name: str,
        column_name: str,
        names: Mapping[str, str],
        *,
        schema: str | None = None,
    ) -> None:
        """Give values that stand in the rows of a column their new names.

        For MySQL's ENUM, and for what is text to the database: the column has to take both names
        while it runs. It is one UPDATE, so that two values may also exchange their names. Values
        of an enum type of its own are renamed by `alter_enum()`.

        Args:
            table_name: the table.
            column_name: the column.
            names: new names, by the old ones.
            schema: the table's schema.
        """
        operations.invoke(cls(table_name, column_name, names, schema=schema))

    def reverse(self) -> RenameValuesOp:
        """Return the directive that gives the old names back."""
        names = {new: old for old, new in self.names.items()}
        return RenameValuesOp(self.table_name, self.column_name, names, schema=self.schema)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return `("rename_values", schema, table, column, names)`."""
        return ("rename_values", self.schema, self.table_name, self.column_name, self.names)

    def run(self, operations: AbstractOperations) -> None:
        """Change the rows; in a script with the values written out."""
        context = operations.migration_context
        options = {"literal_binds": True} if context.as_sql else {}
        context.impl.execute(self._statement(), execution_options=options)

    def _statement(self) -> Update:
        target = table(self.table_name, column(self.column_name, String), schema=self.schema)
        value = target.c[self.column_name]
        new = case(self.names, value=value)
        return target.update().values({value: new}).where(value.in_(self.names))

    def render(self, context: RenderContext) -> str:
        """Return `op.rename_values(…)`."""
        pairs = ", ".join(f"{literal(old)}: {literal(new)}" for old, new in self.names.items())
        return call(
            f"{operations_prefix(context)}rename_values",
            render_identifier(context, self.table_name),
            render_identifier(context, self.column_name),
            f"{{{pairs}}}",
            **render_schema(self.schema, context),
        )
