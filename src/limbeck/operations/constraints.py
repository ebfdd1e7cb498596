"""Directives for constraints of any kind: what adding one has in common, and the drop.

The kinds have files of their own: `keys`, `foreign_keys`, `checks`, `exclude`.
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, ClassVar, TypeVar, cast

from sqlalchemy import (
    CheckConstraint,
    Constraint,
    Dialect,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

from limbeck import sqla
from limbeck.dispatch import Dispatcher
from limbeck.errors import IrreversibleError
from limbeck.operations.base import AbstractOperations, BatchOperations, Operations, run_by_itself
from limbeck.operations.directive import MigrateOperation, given_flags
from limbeck.operations.schemaobj import HasOptions, SchemaObjects
from limbeck.render.call import call, flag_keywords, literal
from limbeck.render.constraints import render_constraint_name
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_name, render_place

_NO_NAME_WARNING = (
    "# WARNING: constraint name is None; this directive will fail as",
    "# rendered.  Add a name, or use a naming convention; see",
    "# https://alembic.sqlalchemy.org/en/latest/naming.html",
)

_CONVENTIONS: dict[type[Constraint], str] = {
    PrimaryKeyConstraint: "pk",
    UniqueConstraint: "uq",
    ForeignKeyConstraint: "fk",
    CheckConstraint: "ck",
}
"""What the kinds are called in a naming convention."""

_AddConstraint = TypeVar("_AddConstraint", bound="type[AddConstraintOp]")


@run_by_itself
class AddConstraintOp(MigrateOperation):
    """Add a constraint to a table."""

    add_constraint_ops: ClassVar[Dispatcher] = Dispatcher()
    """The directive for each kind of constraint, by SQLAlchemy's `__visit_name__`."""

    constraint_type: str
    constraint_name: str | None

    is_nameless = False
    """Shall it have no name, whatever the naming convention says?"""

    @classmethod
    def register_add_constraint(cls, type_: str) -> Callable[[_AddConstraint], _AddConstraint]:
        """Decorate the directive that adds constraints whose `__visit_name__` is `type_`."""

        def register(op_cls: _AddConstraint) -> _AddConstraint:
            cls.add_constraint_ops.dispatch_for(type_)(op_cls.from_constraint)
            return op_cls

        return register

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> AddConstraintOp:
        """Return the directive that adds a constraint of the models to its table."""
        create = cls.add_constraint_ops.dispatch(constraint.__visit_name__)
        return cast(AddConstraintOp, create(constraint))

    @abstractmethod
    def to_constraint(self, migration_context: HasOptions | None = None) -> Constraint:
        """Return the constraint as an object."""

    def final_constraint(self, migration_context: HasOptions | None) -> Constraint:
        """Return the constraint with the name of the convention, unless it shall have none."""
        if not (self.is_nameless or self.constraint_name is sqla.NO_NAME):
            return self.to_constraint(migration_context)
        nameless = copy(self)
        nameless.constraint_name = None
        return nameless.to_constraint()

    def run(self, operations: AbstractOperations) -> None:
        """Add the constraint."""
        operations.impl.add_constraint(self.final_constraint(operations.migration_context))

    def reverse(self) -> DropConstraintOp:
        """Return the drop of the constraint."""
        op = DropConstraintOp.from_constraint(self.to_constraint())
        op.is_nameless = self.is_nameless
        return op

    def rendered_name(self, constraint: Constraint, context: RenderContext) -> str:
        """Return the source of the name; `op.f(None)` keeps the convention from giving one."""
        convention = SchemaObjects(context.migration_context).metadata().naming_convention
        keys = {type(constraint), _CONVENTIONS.get(type(constraint))}
        if self.is_nameless and keys & convention.keys():
            return f"{operations_prefix(context)}f(None)"
        return render_constraint_name(constraint, context)

    def to_diff_tuple(self) -> tuple[str, Constraint]:
        """Return `("add_constraint", constraint)`."""
        return ("add_constraint", self.to_constraint())


@run_by_itself
@Operations.register_operation("drop_constraint")
@BatchOperations.register_operation("drop_constraint", "batch_drop_constraint")
class DropConstraintOp(MigrateOperation):
    """Drop a constraint."""

    is_nameless = False
    """Is it one that the database has without a name? Then no convention knows it by one, either."""

    def __init__(
        self,
        constraint_name: str | None,
        table_name: str,
        type_: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        columns: Sequence[str] | None = None,
        references: Sequence[str] | None = None,
        condition: str | None = None,
        _reverse: AddConstraintOp | None = None,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.constraint_type = type_
        self.schema = schema
        self.if_exists = if_exists
        self.columns = columns
        self.references = references
        self.condition = condition
        self._reverse = _reverse

    @classmethod
    def drop_constraint(
        cls,
        operations: Operations,
        constraint_name: str | None,
        table_name: str,
        type_: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        condition: str | None = None,
    ) -> None:
        """Drop a constraint.

        Args:
            constraint_name: the constraint.
            table_name: its table.
            type_: "foreignkey", "primary", "unique" or "check"; some databases need it.
            schema: the table's schema.
            if_exists: say IF EXISTS.
            condition: finds a check without a name: its SQL, where the database can look.
        """
        operations.invoke(
            cls(
                constraint_name,
                table_name,
                type_=type_,
                schema=schema,
                if_exists=if_exists,
                condition=condition,
            )
        )

    @classmethod
    def batch_drop_constraint(
        cls,
        operations: BatchOperations,
        constraint_name: str | None,
        type_: str | None = None,
        *,
        columns: Sequence[str] | None = None,
        references: Sequence[str] | None = None,
        condition: str | None = None,
    ) -> None:
        """Drop a constraint of the batch block's table; arguments as for `op.drop_constraint`.

        Args:
            constraint_name: the constraint; None for one without a name.
            type_: "foreignkey", "primary", "unique" or "check".
            columns: finds a constraint without a name: its columns.
            references: tells foreign keys of the same columns apart: `table.column` of each.
            condition: finds a check without a name: its SQL.
        """
        operations.invoke(
            cls(
                constraint_name,
                operations.impl.table_name,
                type_=type_,
                schema=operations.impl.schema,
                columns=columns,
                references=references,
                condition=condition,
            )
        )

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> DropConstraintOp:
        """Return the directive that drops the constraint and knows how to add it again."""
        kinds = {
            "unique_constraint": "unique",
            "foreign_key_constraint": "foreignkey",
            "primary_key_constraint": "primary",
            "check_constraint": "check",
            "column_check_constraint": "check",
            "table_or_column_check_constraint": "check",
        }
        table = table_of(constraint)
        return cls(
            sqla.constraint_name(constraint),
            table.name,
            schema=table.schema,
            type_=kinds.get(constraint.__visit_name__),
            _reverse=AddConstraintOp.from_constraint(constraint),
        )

    def to_constraint(self) -> Constraint:
        """Return the constraint; IrreversibleError when only its name is known."""
        if self._reverse is None:
            raise self._unknown()
        constraint = self._reverse.to_constraint()
        constraint.name = self.constraint_name
        return constraint

    def run(self, operations: AbstractOperations) -> None:
        """Drop the constraint."""
        is_described = self.columns is not None or self.condition is not None
        has_no_name = self.is_nameless or (self.constraint_name is None and is_described)
        objects = SchemaObjects(None if has_no_name else operations.migration_context)
        constraint = objects.generic_constraint(
            self.constraint_name, self.table_name, self.constraint_type, schema=self.schema
        )
        if self.constraint_name is None:
            constraint.info.update(self._description(operations.migration_context.dialect))
        operations.impl.drop_constraint(constraint, **given_flags(if_exists=self.if_exists))

    def reverse(self) -> AddConstraintOp:
        """Return the addition of the constraint; IrreversibleError when only its name is known."""
        op = AddConstraintOp.from_constraint(self.to_constraint())
        op.is_nameless = self.is_nameless
        return op

    def _is_found(self, context: RenderContext) -> bool:
        """Tell whether a constraint without a name will be found by what it is."""
        is_check = self.constraint_type == "check"
        return context.has_batch or (is_check and context.migration_context.impl.finds_checks)

    def _unknown(self) -> IrreversibleError:
        return IrreversibleError(
            "constraint cannot be produced; original constraint is not present: "
            f"drop of {self.constraint_name!r} of table {self.table_name!r}"
        )

    def _description(self, dialect: Dialect) -> dict[str, Any]:
        """Return what a constraint without a name is found by: columns, or a check's condition."""
        if self.columns is not None or self.condition is not None:
            given = {
                "columns": self.columns and tuple(self.columns),
                "references": self.references and tuple(self.references),
                "condition": self.condition,
            }
            return {key: value for key, value in given.items() if value is not None}
        constraint = None if self._reverse is None else self._reverse.to_constraint()
        match constraint:
            case CheckConstraint():
                return {"condition": sqla.ddl_text(dialect, constraint.sqltext)}
            case ForeignKeyConstraint():
                return {
                    "columns": tuple(constraint.column_keys),
                    "references": tuple(key.target_fullname for key in constraint.elements),
                }
            case UniqueConstraint() | PrimaryKeyConstraint():
                return {"columns": tuple(column.name for column in constraint.columns)}
            case _:
                return {}

    def to_diff_tuple(self) -> tuple[str, SchemaItem]:
        """Return `("remove_constraint", constraint)`, or "remove_fk" for a foreign key."""
        kind = "remove_fk" if self.constraint_type == "foreignkey" else "remove_constraint"
        return (kind, self.to_constraint())

    def render(self, context: RenderContext) -> str | list[str]:
        """Return `op.drop_constraint(…)`; a comment warns where no name is known to drop it by."""
        name = self.constraint_name
        if self._reverse is not None and not self.is_nameless:
            reverse = self._reverse.to_constraint(context.migration_context)
            name = sqla.final_name(reverse, context.dialect) or name
        if name is None and self.constraint_type == "primary":
            name = context.migration_context.impl.primary_key_name
        table, keywords = render_place(self.table_name, self.schema, context)
        if self.constraint_type:
            keywords["type_"] = literal(self.constraint_type)
        if not context.has_batch:
            keywords |= flag_keywords(if_exists=self.if_exists)
        is_described = name is None and self._is_found(context)
        dialect = context.migration_context.impl.dialect
        found_by = self._description(dialect) if is_described else {}
        for key, value in found_by.items():
            keywords[key] = literal(value if key == "condition" else list(value))
        callee = f"{operations_prefix(context)}drop_constraint"
        source = call(callee, render_name(context, name), *table, **keywords)
        if name is not None or found_by:
            return source
        warnings.warn(
            f"The revision drops a constraint of table {self.table_name!r} that has no name, which "
            "fails as it is written: give the name that the database has for it. With a naming "
            "convention names are known ahead.",
            stacklevel=2,
        )
        return [*_NO_NAME_WARNING, source]


def table_of(constraint: Constraint) -> Table:
    """Return the table that a constraint of a table or of a column belongs to."""
    return constraint.table


def aspects_of(constraint: Constraint) -> dict[str, Any]:
    """Return `deferrable`, `initially` and `comment`, where a constraint has them."""
    values = {name: getattr(constraint, name) for name in ("deferrable", "initially", "comment")}
    return {name: value for name, value in values.items() if value}
