"""The directive that alters a column: name, type, nullability, default, comment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from sqlalchemy import Column, Computed, Constraint, FetchedValue, Identity, PrimaryKeyConstraint
from sqlalchemy.sql.elements import ColumnElement, TextClause
from sqlalchemy.types import TypeEngine

from limbeck import sqla
from limbeck.operations.base import (
    AbstractOperations,
    BatchOperations,
    Operations,
    run_by_itself,
)
from limbeck.operations.directive import AlterTableOp
from limbeck.operations.schemaobj import SchemaObjects
from limbeck.render.call import literal
from limbeck.render.constructs import render_server_default
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_identifier, render_place, render_value
from limbeck.render.types import render_type

Type = TypeEngine[Any] | type[TypeEngine[Any]]
ServerDefault = (
    str
    | Literal[False]
    | Identity
    | Computed
    | FetchedValue
    | TextClause
    | ColumnElement[Any]
    | None
)
"""What `server_default` may be: None is "no default", False is "not given"."""

_CONTINUATION = ",\n           "
_OWN_MODIFY = {
    "modify_type": "modify_type",
    "modify_nullable": "modify_nullable",
    "modify_server_default": "modify_default",
    "modify_comment": "modify_comment",
}


@run_by_itself
@Operations.register_operation("alter_column")
@BatchOperations.register_operation("alter_column", "batch_alter_column")
class AlterColumnOp(AlterTableOp):
    """Alter a column; `modify_*` say what shall be, `existing_*` what is."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        existing_type: Any | None = None,
        existing_server_default: ServerDefault = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        modify_nullable: bool | None = None,
        modify_comment: str | Literal[False] | None = False,
        modify_server_default: Any = False,
        modify_name: str | None = None,
        modify_type: Any | None = None,
        existing_options: Mapping[str, Any] | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.existing_type = existing_type
        self.existing_server_default = existing_server_default
        self.existing_nullable = existing_nullable
        self.existing_comment = existing_comment
        self.modify_nullable = modify_nullable
        self.modify_comment = modify_comment
        self.modify_server_default = modify_server_default
        self.modify_name = modify_name
        self.modify_type = modify_type
        self.existing_options = existing_options or {}
        self.kw = kw
        self.reverse_kw: dict[str, Any] | None = None
        """The keyword arguments of the way back, where they are others than `kw`."""

    @classmethod
    def alter_column(
        cls,
        operations: Operations,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: str | Literal[False] | None = False,
        server_default: ServerDefault = False,
        new_column_name: str | None = None,
        type_: Type | None = None,
        existing_type: Type | None = None,
        existing_server_default: ServerDefault = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Alter a column.

        Some databases write the whole column anew for every change: give the `existing_*`
        arguments, so that nothing of it is lost there.

        Args:
            table_name: the table.
            column_name: the column's name now.
            nullable: whether it shall take NULL.
            comment: its new comment, None for none.
            server_default: its new default, None for none.
            new_column_name: its new name.
            type_: its new type; Boolean and Enum bring their check along.
            existing_type: its type now.
            existing_server_default: its default now.
            existing_nullable: whether it takes NULL now.
            existing_comment: its comment now.
            schema: the table's schema.
            kw: `autoincrement`, `existing_autoincrement`; options of the column itself, such as
                `sqlite_on_conflict_not_null`, None for none, and `existing_options`, a dictionary of
                them as they are, for the way back; `existing_attributes` for what MySQL and
                MariaDB have to be told again beside all that, such as "INVISIBLE"; `replace=True`
                to drop the column and add it anew, for a computed expression that comes, goes or
                changes where there is no ALTER for it: values that were not computed are lost, and
                so is what hangs on the column; and what a dialect takes, such as
                `postgresql_using` for the expression that converts the values.
        """
        operations.invoke(
            cls(
                table_name,
                column_name,
                schema=schema,
                existing_type=existing_type,
                existing_server_default=existing_server_default,
                existing_nullable=existing_nullable,
                existing_comment=existing_comment,
                modify_name=new_column_name,
                modify_type=type_,
                modify_server_default=server_default,
                modify_nullable=nullable,
                modify_comment=comment,
                **kw,
            )
        )

    @classmethod
    def batch_alter_column(
        cls,
        operations: BatchOperations,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: str | Literal[False] | None = False,
        server_default: ServerDefault = False,
        new_column_name: str | None = None,
        type_: Type | None = None,
        existing_type: Type | None = None,
        existing_server_default: ServerDefault = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        """Alter a column of the batch block's table; arguments as for `op.alter_column`.

        Args:
            column_name: the column's name now.
            nullable: whether it shall take NULL.
            comment: its new comment, None for none.
            server_default: its new default, None for none.
            new_column_name: its new name.
            type_: its new type.
            existing_type: its type now; needed to drop the check of a Boolean or Enum.
            existing_server_default: its default now.
            existing_nullable: whether it takes NULL now.
            existing_comment: its comment now.
            insert_before: the column it shall stand before, where the table is built anew.
            insert_after: the column it shall stand after, where the table is built anew.
            kw: as for `op.alter_column`.
        """
        places: dict[str, Any] = {"insert_before": insert_before, "insert_after": insert_after}
        operations.invoke(
            cls(
                operations.impl.table_name,
                column_name,
                schema=operations.impl.schema,
                existing_type=existing_type,
                existing_server_default=existing_server_default,
                existing_nullable=existing_nullable,
                existing_comment=existing_comment,
                modify_name=new_column_name,
                modify_type=type_,
                modify_server_default=server_default,
                modify_nullable=nullable,
                modify_comment=comment,
                **{name: place for name, place in places.items() if place},
                **kw,
            )
        )

    def run(self, operations: AbstractOperations) -> None:
        """Alter the column, between the drop of the old type's checks and the new type's."""
        impl = operations.impl
        if self.existing_type is not None and self.modify_type is not None:
            for constraint in self._type_checks(operations, self.column_name, self.existing_type):
                impl.drop_constraint(constraint)
        options = dict(self.kw)
        alter = impl.replace_column if options.pop("replace", False) else impl.alter_column
        alter(
            self.table_name,
            self.column_name,
            nullable=self.modify_nullable,
            server_default=self.modify_server_default,
            name=self.modify_name,
            type_=self.modify_type,
            schema=self.schema,
            existing_type=self.existing_type,
            existing_server_default=self.existing_server_default,
            existing_nullable=self.existing_nullable,
            comment=self.modify_comment,
            existing_comment=self.existing_comment,
            **options,
        )
        if self.modify_type is not None:
            name = self.modify_name or self.column_name
            for constraint in self._type_checks(operations, name, self.modify_type):
                impl.add_constraint(constraint)

    def _type_checks(
        self, operations: AbstractOperations, column_name: str, type_: Any
    ) -> Iterator[Constraint]:
        """Yield the constraints that a type of that column brings along on this database."""
        table = SchemaObjects(operations.migration_context).table(
            self.table_name, Column(column_name, type_), schema=self.schema
        )
        for constraint in sqla.sorted_constraints(table):
            if not isinstance(constraint, PrimaryKeyConstraint) and sqla.is_created_on(
                operations.impl.dialect, constraint
            ):
                yield constraint

    def has_changes(self) -> bool:
        """Return whether anything shall be other than it is."""
        return (
            self.modify_nullable is not None
            or self.modify_server_default is not False
            or self.modify_type is not None
            or self.modify_comment is not False
            or self.modify_name is not None
            or any(name.startswith("modify_") for name in self.kw)
            or self._changes_autoincrement()
            or bool(self._changed_options())
        )

    def _changes_autoincrement(self) -> bool:
        existing = self.kw.get("existing_autoincrement")
        return existing is not None and self.kw.get("autoincrement") not in (None, existing)

    def _changed_options(self) -> dict[str, tuple[Any, Any]]:
        """Return options of the column itself, each as it is and as it shall be."""
        existing = sorted(self.existing_options.items())
        both = {name: (old, self.kw.get(name)) for name, old in existing}
        return {name: values for name, values in both.items() if values[0] != values[1]}

    def reverse(self) -> AlterColumnOp:
        """Return the alteration back: what shall be and what is change places."""
        values = {
            name: getattr(self, name)
            for name in vars(self)
            if name.startswith(("existing_", "modify_"))
        } | (self.kw if self.reverse_kw is None else self.reverse_kw)
        column_name = values.pop("modify_name") or self.column_name
        if column_name != self.column_name:
            values["modify_name"] = self.column_name
        for name in [name for name in values if name.startswith("modify_")]:
            aspect = name.removeprefix("modify_")
            if f"existing_{aspect}" in values and self._modifies(aspect):
                values[name], values[f"existing_{aspect}"] = (
                    values[f"existing_{aspect}"],
                    values[name],
                )
        values |= self.existing_options
        values["existing_options"] = {name: self.kw.get(name) for name in self.existing_options}
        op = AlterColumnOp(self.table_name, column_name, schema=self.schema, **values)
        op.reverse_kw = None if self.reverse_kw is None else dict(self.kw)
        return op

    def _modifies(self, aspect: str) -> bool:
        if aspect in ("server_default", "comment"):
            return getattr(self, f"modify_{aspect}") is not False
        value = self.kw.get(f"modify_{aspect}", getattr(self, f"modify_{aspect}", None))
        return value is not None

    def to_diff_tuple(self) -> Any:
        """Return a list of one tuple for each aspect that changes.

        `("modify_nullable", schema, table, column, {existing_…}, existing value, new value)`; a
        new name is `modify_name`, which comes from autogenerate only where renames are asked for.
        """
        existing: dict[str, Any] = {
            "existing_type": self.existing_type,
            "existing_nullable": self.existing_nullable,
            "existing_server_default": self.existing_server_default,
            "existing_comment": self.existing_comment,
        }
        place = (self.schema, self.table_name, self.column_name)
        differences: list[Any] = []
        if self.modify_name is not None:
            names = (self.column_name, self.modify_name)
            differences.append(("modify_name", *place, dict(existing), *names))
        for modify, kind in _OWN_MODIFY.items():
            aspect = modify.removeprefix("modify_")
            if self._modifies(aspect):
                others = {k: v for k, v in existing.items() if k != f"existing_{aspect}"}
                both = (existing[f"existing_{aspect}"], getattr(self, modify))
                differences.append((kind, *place, others, *both))
        if self._changes_autoincrement():
            both = (self.kw["existing_autoincrement"], self.kw["autoincrement"])
            differences.append(("modify_autoincrement", *place, existing, *both))
        for name, both in self._changed_options().items():
            differences.append((f"modify_{name}", *place, existing, *both))
        return differences

    def render(self, context: RenderContext) -> str:
        """Return `op.alter_column(…)`, a keyword a line."""
        table, schema = render_place(self.table_name, self.schema, context)
        head = ", ".join([*table, render_identifier(context, self.column_name)])
        keywords = {
            name: source for name, source in self._render_keywords(context) if source is not None
        }
        lines = [head, *(f"{name}={source}" for name, source in (keywords | schema).items())]
        return f"{operations_prefix(context)}alter_column({_CONTINUATION.join(lines)})"

    def _render_keywords(self, context: RenderContext) -> Iterator[tuple[str, str | None]]:
        """Yield the keywords in Alembic's order."""
        if self.existing_type is not None:
            yield "existing_type", render_type(self.existing_type, context)
        if self.modify_server_default is not False:
            source = render_server_default(self.modify_server_default, context)
            yield "server_default", source or "None"
        if self.modify_name is not None:
            yield "new_column_name", render_identifier(context, self.modify_name)
        if self.modify_type is not None:
            yield "type_", render_type(self.modify_type, context)
        if self.modify_nullable is not None:
            yield "nullable", literal(self.modify_nullable)
        if self.modify_comment is not False:
            yield "comment", literal(self.modify_comment)
        yield from self._render_existing(context)
        for name, value in sorted(self.kw.items()):
            if not name.startswith("modify_"):
                yield name, render_value(value, context)
        if self.existing_options:
            yield "existing_options", render_value(dict(self.existing_options), context)

    def _render_existing(self, context: RenderContext) -> Iterator[tuple[str, str | None]]:
        if self.existing_comment is not None:
            yield "existing_comment", literal(self.existing_comment)
        if self.modify_nullable is None and self.existing_nullable is not None:
            yield "existing_nullable", literal(self.existing_nullable)
        default = self.existing_server_default
        # ALTER has other words for what is generated than for a default
        is_generated = any(
            isinstance(each, Computed | Identity) for each in (default, self.modify_server_default)
        )
        is_kept = self.modify_server_default is False and default is not False
        if (is_kept or is_generated) and default is not None and default is not False:
            yield "existing_server_default", render_server_default(default, context)
