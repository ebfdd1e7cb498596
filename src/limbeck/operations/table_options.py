"""The directive for what a database keeps of a table beside its columns: storage, engine, the like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limbeck.operations.base import (
    AbstractOperations,
    BatchOperations,
    Operations,
    run_by_itself,
)
from limbeck.operations.directive import AlterTableOp
from limbeck.render.call import call
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_place, render_value


@run_by_itself
@Operations.register_operation("alter_table_options")
@BatchOperations.register_operation("alter_table_options", "batch_alter_table_options")
class AlterTableOptionsOp(AlterTableOp):
    """Change options of a table, each to a value or, by None, back to what it is by default."""

    def __init__(
        self,
        table_name: str,
        *,
        schema: str | None = None,
        options: Mapping[str, Any],
        existing_options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.options = dict(options)
        self.existing_options = dict(existing_options or {})

    @classmethod
    def alter_table_options(
        cls,
        operations: Operations,
        table_name: str,
        *,
        schema: str | None = None,
        existing_options: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Change options of a table; those of other databases are passed over.

        Args:
            table_name: the table.
            schema: its schema.
            existing_options: what the table has now, for the directive to be reversible.
            options: as for SQLAlchemy's `Table`: `mysql_engine`, `postgresql_with`,
                `sqlite_strict`, `prefixes=["UNLOGGED"]`, …; None: what it is by default.
        """
        operations.invoke(
            cls(table_name, schema=schema, options=options, existing_options=existing_options)
        )

    @classmethod
    def batch_alter_table_options(
        cls,
        operations: BatchOperations,
        *,
        existing_options: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Change options of the batch block's table."""
        impl = operations.impl
        operations.invoke(
            cls(
                impl.table_name,
                schema=impl.schema,
                options=options,
                existing_options=existing_options,
            )
        )

    def run(self, operations: AbstractOperations) -> None:
        """Change the options."""
        operations.impl.alter_table_options(
            self.table_name, self.options, self.existing_options, schema=self.schema
        )

    def reverse(self) -> AlterTableOptionsOp:
        """Return what gives the existing options back."""
        names = [
            *self.options,
            *(name for name in self.existing_options if name not in self.options),
        ]
        return AlterTableOptionsOp(
            self.table_name,
            schema=self.schema,
            options={name: self.existing_options.get(name) for name in names},
            existing_options={name: self.options.get(name) for name in names},
        )

    def to_diff_tuple(self) -> tuple[str, str | None, str, dict[str, Any], dict[str, Any]]:
        """Return `("modify_table_options", schema, table, existing options, new options)`."""
        return (
            "modify_table_options",
            self.schema,
            self.table_name,
            self.existing_options,
            self.options,
        )

    def render(self, context: RenderContext) -> str:
        """Return `op.alter_table_options(…)`."""
        table, schema = render_place(self.table_name, self.schema, context)
        keywords = {
            name: render_value(self.options[name], context) for name in sorted(self.options)
        }
        if self.existing_options:
            existing = {name: self.existing_options[name] for name in sorted(self.existing_options)}
            keywords["existing_options"] = render_value(existing, context)
        callee = f"{operations_prefix(context)}alter_table_options"
        return call(callee, *table, **keywords, **schema)
