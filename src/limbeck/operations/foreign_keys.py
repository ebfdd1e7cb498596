"""The directive that adds a foreign key; it is dropped by `DropConstraintOp`."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Constraint, ForeignKeyConstraint

from limbeck import sqla
from limbeck.operations.base import BatchOperations, Operations
from limbeck.operations.constraints import AddConstraintOp, table_of
from limbeck.operations.schemaobj import HasOptions, SchemaObjects
from limbeck.render.call import call, literal
from limbeck.render.constraints import FOREIGN_KEY_OPTIONS, render_comment
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_dialect_keywords, render_identifier


@Operations.register_operation("create_foreign_key")
@BatchOperations.register_operation("create_foreign_key", "batch_create_foreign_key")
@AddConstraintOp.register_add_constraint("foreign_key_constraint")
class CreateForeignKeyOp(AddConstraintOp):
    """Add a foreign key; `kw` holds its schemas, actions and options."""

    constraint_type = "foreignkey"

    def __init__(
        self,
        constraint_name: str | None,
        source_table: str,
        referent_table: str,
        local_cols: list[str],
        remote_cols: list[str],
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.source_table = source_table
        self.referent_table = referent_table
        self.local_cols = local_cols
        self.remote_cols = remote_cols
        self.kw = kw

    @classmethod
    def create_foreign_key(
        cls,
        operations: Operations,
        constraint_name: str | None,
        source_table: str,
        referent_table: str,
        local_cols: list[str],
        remote_cols: list[str],
        *,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        **dialect_kw: Any,
    ) -> None:
        """Add a foreign key.

        Args:
            constraint_name: its name, or None for the naming convention's.
            source_table: the table that refers.
            referent_table: the table referred to.
            local_cols: the columns that refer.
            remote_cols: the columns referred to.
            onupdate: what an update there does here: "CASCADE", "SET NULL", ….
            ondelete: what a delete there does here.
            deferrable: whether it can be checked at commit.
            initially: "DEFERRED" or "IMMEDIATE".
            match: the MATCH clause.
            source_schema: the schema of the table that refers.
            referent_schema: the schema of the table referred to.
            dialect_kw: `comment`, and what a dialect takes.
        """
        operations.invoke(
            cls(
                constraint_name,
                source_table,
                referent_table,
                local_cols,
                remote_cols,
                onupdate=onupdate,
                ondelete=ondelete,
                deferrable=deferrable,
                source_schema=source_schema,
                referent_schema=referent_schema,
                initially=initially,
                match=match,
                **dialect_kw,
            )
        )

    @classmethod
    def batch_create_foreign_key(
        cls,
        operations: BatchOperations,
        constraint_name: str | None,
        referent_table: str,
        local_cols: list[str],
        remote_cols: list[str],
        *,
        referent_schema: str | None = None,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        **dialect_kw: Any,
    ) -> None:
        """Add a foreign key to the batch block's table; arguments as for `op.create_foreign_key`."""
        operations.invoke(
            cls(
                constraint_name,
                operations.impl.table_name,
                referent_table,
                local_cols,
                remote_cols,
                onupdate=onupdate,
                ondelete=ondelete,
                deferrable=deferrable,
                source_schema=operations.impl.schema,
                referent_schema=referent_schema,
                initially=initially,
                match=match,
                **dialect_kw,
            )
        )

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateForeignKeyOp:
        """Return the directive that adds a foreign key of the models."""
        key = cast(ForeignKeyConstraint, constraint)
        values = {name: getattr(key, name) for name in (*FOREIGN_KEY_OPTIONS, "comment")}
        schema, table, columns = _target(key)
        return cls(
            sqla.constraint_name(key),
            table_of(key).name,
            table,
            [element.parent.name for element in key.elements],
            columns,
            **{name: value for name, value in values.items() if value},
            source_schema=table_of(key).schema,
            referent_schema=schema,
            **key.dialect_kwargs,
        )

    def to_constraint(self, migration_context: HasOptions | None = None) -> ForeignKeyConstraint:
        """Return the foreign key as an object."""
        return SchemaObjects(migration_context).foreign_key_constraint(
            self.constraint_name,
            self.source_table,
            self.referent_table,
            self.local_cols,
            self.remote_cols,
            **self.kw,
        )

    def to_diff_tuple(self) -> tuple[str, ForeignKeyConstraint]:
        """Return `("add_fk", foreign key)`."""
        return ("add_fk", self.to_constraint())

    def render(self, context: RenderContext) -> str:
        """Return `op.create_foreign_key(…)`."""
        constraint = self.final_constraint(context.migration_context)
        arguments = [self.rendered_name(constraint, context)]
        if not context.has_batch:
            arguments.append(render_identifier(context, self.source_table))
        arguments.append(render_identifier(context, self.referent_table))
        for columns in (self.local_cols, self.remote_cols):
            names = ", ".join(render_identifier(context, column) for column in columns)
            arguments.append(f"[{names}]")
        keywords: dict[str, str] = {}
        schemas = ["referent_schema"] if context.has_batch else ["source_schema", "referent_schema"]
        for name in schemas:
            if self.kw.get(name) is not None:
                keywords[name] = render_identifier(context, self.kw[name])
        given = {name: self.kw.get(name) for name in FOREIGN_KEY_OPTIONS}
        keywords |= {name: literal(value) for name, value in given.items() if value is not None}
        keywords |= render_comment(constraint) | render_dialect_keywords(constraint, context)
        return call(f"{operations_prefix(context)}create_foreign_key", *arguments, **keywords)


def _target(key: ForeignKeyConstraint) -> tuple[str | None, str, list[str]]:
    """Return schema, table and columns that a foreign key refers to, by the columns' names."""
    targets = [sqla.foreign_key_target(element) for element in key.elements]
    full_name = targets[0][0]
    columns = [column for _, column in targets]
    table = table_of(key).metadata.tables.get(full_name)
    if table is not None:
        return table.schema, table.name, columns
    schema, _, name = full_name.rpartition(".")
    return schema or None, name, columns
