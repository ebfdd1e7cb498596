"""Directives for whole tables: create, drop, rename."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from copy import copy
from typing import Any, Literal

from sqlalchemy import MetaData, Table
from sqlalchemy.schema import SchemaItem

from limbeck import sqla
from limbeck.operations.base import AbstractOperations, Operations, run_by_itself
from limbeck.operations.directive import AlterTableOp, MigrateOperation, given_flags
from limbeck.operations.schemaobj import HasOptions, SchemaObjects
from limbeck.renamed import RENAMED_FROM
from limbeck.render.call import call, call_with_lines, flag_keywords, literal
from limbeck.render.constraints import render_constraint
from limbeck.render.constructs import render_column
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import (
    render_dialect_keywords,
    render_identifier,
    render_schema,
)


@run_by_itself
@Operations.register_operation("create_table")
class CreateTableOp(MigrateOperation):
    """Create a table with its columns, constraints, flagged indexes and comments."""

    def __init__(
        self,
        table_name: str,
        columns: Sequence[SchemaItem],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        _namespace_metadata: MetaData | None = None,
        _constraints_included: bool = False,
        **kw: Any,
    ) -> None:
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.if_not_exists = if_not_exists
        self.info = kw.pop("info", {})
        self.comment = kw.pop("comment", None)
        self.prefixes = kw.pop("prefixes", None)
        self.kw = kw
        self._namespace_metadata = _namespace_metadata
        self._constraints_included = _constraints_included

    @classmethod
    def create_table(
        cls,
        operations: Operations,
        table_name: str,
        *columns: SchemaItem,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> Table:
        """Create a table; return it, for `bulk_insert` and other statements.

        Args:
            table_name: the table.
            columns: columns, constraints and indexes, as for SQLAlchemy's `Table`.
            if_not_exists: say IF NOT EXISTS.
            schema: its schema.
            kw: other arguments of `Table`: `comment`, `prefixes`, `info`, `mysql_engine`, ….
        """
        table: Table = operations.invoke(
            cls(table_name, columns, if_not_exists=if_not_exists, **kw)
        )
        return table

    @classmethod
    def from_table(
        cls, table: Table, *, _namespace_metadata: MetaData | None = None
    ) -> CreateTableOp:
        """Return the directive that creates a table of the models; its indexes are not in it."""
        return cls(
            table.name,
            [*table.c, *sqla.sorted_constraints(table)],
            schema=table.schema,
            _namespace_metadata=_namespace_metadata or table.metadata,
            _constraints_included=True,
            comment=table.comment,
            info=dict(table.info),
            prefixes=sqla.table_prefixes(table),
            **table.kwargs,
        )

    def to_table(self, migration_context: HasOptions | None = None) -> Table:
        """Return the table as an object."""
        return SchemaObjects(migration_context).table(
            self.table_name,
            *self.columns,
            schema=self.schema,
            prefixes=list(self.prefixes) if self.prefixes else [],
            comment=self.comment,
            info=dict(self.info) if self.info else {},
            _constraints_included=self._constraints_included,
            **self.kw,
        )

    def run(self, operations: AbstractOperations) -> Table:
        """Create the table; return it."""
        table = self.to_table(operations.migration_context)
        operations.impl.create_table(table, **given_flags(if_not_exists=self.if_not_exists))
        return table

    def reverse(self) -> DropTableOp:
        """Return the drop of the table."""
        again = copy(self)
        again.columns = list(self.columns)
        return DropTableOp(
            self.table_name,
            schema=self.schema,
            table_kw={
                "comment": self.comment,
                "info": dict(self.info or {}),
                "prefixes": list(self.prefixes or []),
                **self.kw,
            },
            _reverse=again,
        )

    def to_diff_tuple(self) -> tuple[str, Table]:
        """Return `("add_table", table)`."""
        return ("add_table", self.to_table())

    def render(self, context: RenderContext) -> str:
        """Return `op.create_table(…)`, an item a line."""
        table = self.to_table(context.migration_context)
        columns = [render_column(column, context) for column in table.columns]
        constraints = [
            render_constraint(constraint, context) for constraint in sqla.sorted_constraints(table)
        ]
        items = [source for source in columns if source]
        items += sorted(source for source in constraints if source)
        keywords = render_schema(self.schema, context)
        if table.comment is not None:
            keywords["comment"] = literal(table.comment)
        if info := {key: table.info[key] for key in table.info if key != RENAMED_FROM}:
            keywords["info"] = literal(info)
        keywords |= dict(sorted(render_dialect_keywords(table, context).items()))
        if self.prefixes:
            keywords["prefixes"] = literal(list(self.prefixes))
        keywords |= flag_keywords(if_not_exists=self.if_not_exists)
        return call_with_lines(
            f"{operations_prefix(context)}create_table",
            render_identifier(context, self.table_name),
            items,
            **keywords,
        )


@run_by_itself
@Operations.register_operation("drop_table")
class DropTableOp(MigrateOperation):
    """Drop a table."""

    def __init__(
        self,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        table_kw: MutableMapping[Any, Any] | None = None,
        _reverse: CreateTableOp | None = None,
    ) -> None:
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self.table_kw = table_kw or {}
        self.comment = self.table_kw.pop("comment", None)
        self.info = self.table_kw.pop("info", {})
        self.prefixes = self.table_kw.pop("prefixes", None)
        self._reverse = _reverse

    @classmethod
    def drop_table(
        cls,
        operations: Operations,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop a table.

        Args:
            table_name: the table.
            schema: its schema.
            if_exists: say IF EXISTS.
            kw: arguments of SQLAlchemy's `Table`.
        """
        operations.invoke(cls(table_name, schema=schema, if_exists=if_exists, table_kw=kw))

    @classmethod
    def from_table(
        cls, table: Table, *, _namespace_metadata: MetaData | None = None
    ) -> DropTableOp:
        """Return the directive that drops the table and knows how to create it again."""
        return cls(
            table.name,
            schema=table.schema,
            table_kw={
                "comment": table.comment,
                "info": dict(table.info),
                "prefixes": sqla.table_prefixes(table),
                **table.kwargs,
            },
            _reverse=CreateTableOp.from_table(table, _namespace_metadata=_namespace_metadata),
        )

    def to_table(self, migration_context: HasOptions | None = None) -> Table:
        """Return the table as an object; it has columns when the directive was made from one."""
        columns: Sequence[Any] = self._reverse.columns if self._reverse else ()
        return SchemaObjects(migration_context).table(
            self.table_name,
            *columns,
            schema=self.schema,
            comment=self.comment,
            info=dict(self.info) if self.info else {},
            prefixes=list(self.prefixes) if self.prefixes else [],
            _constraints_included=bool(self._reverse and self._reverse._constraints_included),
            **self.table_kw,
        )

    def run(self, operations: AbstractOperations) -> None:
        """Drop the table."""
        table = self.to_table(operations.migration_context)
        operations.impl.drop_table(table, **given_flags(if_exists=self.if_exists))

    def reverse(self) -> CreateTableOp:
        """Return the creation of the table; it has no columns when none were ever known."""
        return CreateTableOp.from_table(self.to_table())

    def to_diff_tuple(self) -> tuple[str, Table]:
        """Return `("remove_table", table)`."""
        return ("remove_table", self.to_table())

    def render(self, context: RenderContext) -> str:
        """Return `op.drop_table(…)`."""
        return call(
            f"{operations_prefix(context)}drop_table",
            render_identifier(context, self.table_name),
            **render_schema(self.schema, context),
            **flag_keywords(if_exists=self.if_exists),
        )


@run_by_itself
@Operations.register_operation("rename_table")
class RenameTableOp(AlterTableOp):
    """Rename a table, or move it to another schema, or both."""

    def __init__(
        self,
        old_table_name: str,
        new_table_name: str,
        *,
        schema: str | None = None,
        new_schema: str | Literal[False] | None = False,
    ) -> None:
        super().__init__(old_table_name, schema=schema)
        self.new_table_name = new_table_name
        self.new_schema = new_schema

    @property
    def target_schema(self) -> str | None:
        """Where the table is afterwards."""
        return self.schema if self.new_schema is False else self.new_schema

    @classmethod
    def rename_table(
        cls,
        operations: Operations,
        old_table_name: str,
        new_table_name: str,
        *,
        schema: str | None = None,
        new_schema: str | Literal[False] | None = False,
    ) -> None:
        """Rename a table, or move it to another schema, or both.

        Args:
            old_table_name: its name now.
            new_table_name: its new name; the same one where it is only moved.
            schema: its schema.
            new_schema: the schema that it is moved to, None for the default one; not given, it
                stays where it is. What refers to the table follows, and its indexes, constraints
                and the sequences of its columns move along.
        """
        operations.invoke(cls(old_table_name, new_table_name, schema=schema, new_schema=new_schema))

    def run(self, operations: AbstractOperations) -> None:
        """Rename the table."""
        if self.target_schema == self.schema:
            operations.impl.rename_table(self.table_name, self.new_table_name, schema=self.schema)
        else:
            operations.impl.move_table(
                self.table_name, self.new_table_name, self.target_schema, schema=self.schema
            )

    def reverse(self) -> RenameTableOp:
        """Return the renaming back."""
        is_moved = self.target_schema != self.schema
        return RenameTableOp(
            self.new_table_name,
            self.table_name,
            schema=self.target_schema,
            new_schema=self.schema if is_moved else False,
        )

    def to_diff_tuple(self) -> tuple[str | None, ...]:
        """Return `("rename_table", schema, old name, new name)`; of one that is moved, the new schema
        stands at the end.
        """
        names = ("rename_table", self.schema, self.table_name, self.new_table_name)
        return names if self.target_schema == self.schema else (*names, self.target_schema)

    def render(self, context: RenderContext) -> str:
        """Return `op.rename_table(…)`."""
        keywords = render_schema(self.schema, context)
        if self.new_schema is not False:
            keywords["new_schema"] = render_identifier(context, self.new_schema)
        return call(
            f"{operations_prefix(context)}rename_table",
            render_identifier(context, self.table_name),
            render_identifier(context, self.new_table_name),
            **keywords,
        )
