"""Directives that give an index, a constraint or a sequence another name, and change nothing else."""

from __future__ import annotations

from limbeck.operations.base import (
    AbstractOperations,
    BatchOperations,
    Operations,
    run_by_itself,
)
from limbeck.operations.directive import AlterTableOp, MigrateOperation
from limbeck.render.call import call, flag_keywords, literal
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import (
    render_identifier,
    render_name,
    render_place,
    render_place_keywords,
    render_schema,
)


@run_by_itself
@Operations.register_operation("rename_index")
@BatchOperations.register_operation("rename_index", "batch_rename_index")
class RenameIndexOp(AlterTableOp):
    """Rename an index."""

    def __init__(
        self, index_name: str, new_index_name: str, table_name: str, *, schema: str | None = None
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.index_name = index_name
        self.new_index_name = new_index_name

    @classmethod
    def rename_index(
        cls,
        operations: Operations,
        index_name: str,
        new_index_name: str,
        table_name: str,
        *,
        schema: str | None = None,
    ) -> None:
        """Rename an index.

        Args:
            index_name: its name now.
            new_index_name: its new name.
            table_name: its table.
            schema: the table's schema.
        """
        operations.invoke(cls(index_name, new_index_name, table_name, schema=schema))

    @classmethod
    def batch_rename_index(
        cls, operations: BatchOperations, index_name: str, new_index_name: str
    ) -> None:
        """Rename an index of the batch block's table."""
        impl = operations.impl
        operations.invoke(cls(index_name, new_index_name, impl.table_name, schema=impl.schema))

    def run(self, operations: AbstractOperations) -> None:
        """Rename the index."""
        operations.impl.rename_index(
            self.table_name, self.index_name, self.new_index_name, schema=self.schema
        )

    def reverse(self) -> RenameIndexOp:
        """Return the renaming back."""
        return RenameIndexOp(
            self.new_index_name, self.index_name, self.table_name, schema=self.schema
        )

    def to_diff_tuple(self) -> tuple[str, str | None, str, str, str]:
        """Return `("rename_index", schema, table, old name, new name)`."""
        names = (self.table_name, self.index_name, self.new_index_name)
        return ("rename_index", self.schema, *names)

    def render(self, context: RenderContext) -> str:
        """Return `op.rename_index(…)`."""
        return call(
            f"{operations_prefix(context)}rename_index",
            render_name(context, self.index_name),
            render_name(context, self.new_index_name),
            **render_place_keywords(self.table_name, self.schema, context),
        )


@run_by_itself
@Operations.register_operation("rename_constraint")
@BatchOperations.register_operation("rename_constraint", "batch_rename_constraint")
class RenameConstraintOp(AlterTableOp):
    """Rename a constraint."""

    def __init__(
        self,
        table_name: str,
        constraint_name: str,
        new_constraint_name: str,
        *,
        schema: str | None = None,
        type_: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.constraint_name = constraint_name
        self.new_constraint_name = new_constraint_name
        self.constraint_type = type_

    @classmethod
    def rename_constraint(
        cls,
        operations: Operations,
        table_name: str,
        constraint_name: str,
        new_constraint_name: str,
        *,
        schema: str | None = None,
        type_: str | None = None,
    ) -> None:
        """Rename a constraint; where the database can't, the new one is added and the old dropped.

        Args:
            table_name: its table.
            constraint_name: its name now.
            new_constraint_name: its new name.
            schema: the table's schema.
            type_: "foreignkey", "primary", "unique" or "check"; some databases need it to write
                a script.
        """
        operations.invoke(
            cls(table_name, constraint_name, new_constraint_name, schema=schema, type_=type_)
        )

    @classmethod
    def batch_rename_constraint(
        cls,
        operations: BatchOperations,
        constraint_name: str,
        new_constraint_name: str,
        *,
        type_: str | None = None,
    ) -> None:
        """Rename a constraint of the batch block's table; arguments as for `op.rename_constraint`."""
        impl = operations.impl
        operations.invoke(
            cls(
                impl.table_name,
                constraint_name,
                new_constraint_name,
                schema=impl.schema,
                type_=type_,
            )
        )

    def run(self, operations: AbstractOperations) -> None:
        """Rename the constraint."""
        operations.impl.rename_constraint(
            self.table_name,
            self.constraint_name,
            self.new_constraint_name,
            schema=self.schema,
            type_=self.constraint_type,
        )

    def reverse(self) -> RenameConstraintOp:
        """Return the renaming back."""
        return RenameConstraintOp(
            self.table_name,
            self.new_constraint_name,
            self.constraint_name,
            schema=self.schema,
            type_=self.constraint_type,
        )

    def to_diff_tuple(self) -> tuple[str, str | None, str, str, str]:
        """Return `("rename_constraint", schema, table, old name, new name)`."""
        names = (self.table_name, self.constraint_name, self.new_constraint_name)
        return ("rename_constraint", self.schema, *names)

    def render(self, context: RenderContext) -> str:
        """Return `op.rename_constraint(…)`."""
        table, keywords = render_place(self.table_name, self.schema, context)
        if self.constraint_type:
            keywords["type_"] = literal(self.constraint_type)
        return call(
            f"{operations_prefix(context)}rename_constraint",
            *table,
            render_name(context, self.constraint_name),
            render_name(context, self.new_constraint_name),
            **keywords,
        )


@run_by_itself
@Operations.register_operation("rename_sequence")
class RenameSequenceOp(MigrateOperation):
    """Rename a sequence."""

    def __init__(
        self,
        sequence_name: str,
        new_sequence_name: str,
        *,
        schema: str | None = None,
        if_exists: bool = False,
    ) -> None:
        self.sequence_name = sequence_name
        self.new_sequence_name = new_sequence_name
        self.schema = schema
        self.if_exists = if_exists

    @classmethod
    def rename_sequence(
        cls,
        operations: Operations,
        sequence_name: str,
        new_sequence_name: str,
        *,
        schema: str | None = None,
        if_exists: bool = False,
    ) -> None:
        """Rename a sequence; the columns that take their values from it go on doing so.

        Args:
            sequence_name: its name now.
            new_sequence_name: its new name.
            schema: its schema.
            if_exists: pass over it if there is none of that name.
        """
        operations.invoke(cls(sequence_name, new_sequence_name, schema=schema, if_exists=if_exists))

    def run(self, operations: AbstractOperations) -> None:
        """Rename the sequence."""
        operations.impl.rename_sequence(
            self.sequence_name,
            self.new_sequence_name,
            schema=self.schema,
            if_exists=self.if_exists,
        )

    def reverse(self) -> RenameSequenceOp:
        """Return the renaming back."""
        return RenameSequenceOp(
            self.new_sequence_name,
            self.sequence_name,
            schema=self.schema,
            if_exists=self.if_exists,
        )

    def to_diff_tuple(self) -> tuple[str, str | None, str, str]:
        """Return `("rename_sequence", schema, old name, new name)`."""
        return ("rename_sequence", self.schema, self.sequence_name, self.new_sequence_name)

    def render(self, context: RenderContext) -> str:
        """Return `op.rename_sequence(…)`."""
        return call(
            f"{operations_prefix(context)}rename_sequence",
            render_identifier(context, self.sequence_name),
            render_identifier(context, self.new_sequence_name),
            **render_schema(self.schema, context),
            **flag_keywords(if_exists=self.if_exists or None),
        )
