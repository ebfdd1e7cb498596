"""A table in the making: its old structure, changed by the calls that a batch recorded.

`Draft` has the method names of `DefaultImpl`, so that recorded calls apply to it, and becomes a
`RecreatePlan`. It never touches a database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Computed,
    Constraint,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
)
from sqlalchemy.sql.elements import ColumnElement, conv

from limbeck import sqla
from limbeck.errors import BatchError
from limbeck.operations.draft_columns import DraftColumns, find_name
from limbeck.operations.draft_constraints import DraftConstraints
from limbeck.operations.recreate import RecreatePlan, temporary_name
from limbeck.operations.transfer import (
    ensure_referred_tables,
    mentions,
    transfer_constraint,
    transfer_index,
    with_new_names,
)

if TYPE_CHECKING:
    from limbeck.ddl.impl import DefaultImpl


@dataclass
class Draft:
    """The new table in the making; see the module's docstring."""

    impl: DefaultImpl
    table: Table
    table_args: Sequence[Any] = ()
    table_kwargs: Mapping[str, Any] = field(default_factory=dict)
    partial_reordering: Sequence[tuple[str, ...]] = ()
    earlier_names: Mapping[str, str] = field(default_factory=dict)
    """Columns that the table has by another name already, which calls may still use."""

    def __post_init__(self) -> None:
        self.comment = self.table.comment
        self.options = {**self.table.kwargs, **self.table_kwargs}
        self.columns = DraftColumns(self.impl, self.table, self.earlier_names)
        self.constraints = DraftConstraints(self.impl, self.table, self.earlier_names)
        self.indexes = {
            str(index.name): index
            for index in sorted(self.table.indexes, key=lambda i: str(i.name))
        }
        self.new_indexes: dict[str, tuple[Index, Mapping[str, Any]]] = {}
        self.index_names: dict[str, str] = {}  # of those that stay: name → new name

    @property
    def named_constraints(self) -> dict[str, Constraint]:
        """Return the old table's constraints that stay and have a name."""
        staying = self.constraints.staying(self.columns.dropped)
        return {str(c.name): c for c in staying if sqla.constraint_name(c) is not None}

    # ------------------------------------------------------------------------------------ columns

    def alter_column(self, table_name: str, column_name: str, **change: Any) -> None:
        """Alter a column."""
        self.columns.alter(column_name, **change)

    def replace_column(self, table_name: str, column_name: str, **change: Any) -> None:
        """Alter a column: the table is built anew anyway."""
        self.columns.alter(column_name, **change)

    def add_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        insert_before: str | None = None,
        insert_after: str | None = None,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Add a column; its foreign keys and flags come as calls of their own."""
        if not (if_not_exists and column.name in self.columns):
            self.columns.add(column, insert_before, insert_after)
            self.constraints.new += column.constraints

    def drop_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop a column, and with it the constraints and indexes that need it.

        Those of the old table stay when a column of that name is added again, but for its key.
        """
        if not if_exists or column.name in self.columns:
            self.constraints.drop_those_of(self.columns.drop(column.name))

    # -------------------------------------------------------------------- constraints and indexes

    def add_constraint(self, const: Constraint, **kw: Any) -> None:
        """Add a constraint; a primary key takes the old one's place, a type's check comes by itself."""
        if sqla.is_type_bound(const):
            return
        if isinstance(const, PrimaryKeyConstraint):
            self.constraints.drop_primary_key()
            for column in const.columns:  # a key alone lets SQLite take NULLs
                self.columns[column.name].nullable = False
        self.constraints.new.append(const)

    def drop_constraint(
        self, const: Constraint, *, if_exists: bool | None = None, **kw: Any
    ) -> None:
        """Drop a constraint."""
        self.constraints.drop(const, if_exists=bool(if_exists))

    def rename_constraint(self, table_name: str, old_name: str, new_name: str, **kw: Any) -> None:
        """Rename a constraint."""
        self.constraints.rename(old_name, new_name)

    def create_index(self, idx: Index, **kw: Any) -> None:
        """Add an index."""
        self.new_indexes[str(idx.name)] = (idx, kw)

    def drop_index(self, idx: Index, *, if_exists: bool | None = None, **kw: Any) -> None:
        """Drop an index."""
        name = str(idx.name)
        origin = next((old for old, new in self.index_names.items() if new == name), name)
        for own, indexes in ((name, self.new_indexes), (origin, self.indexes)):
            known = find_name(own, indexes, self.impl)
            if known is not None:
                del indexes[known]
                return
        if not if_exists:
            raise self._no_such_index(name)

    def rename_index(self, table_name: str, old_name: str, new_name: str, **kw: Any) -> None:
        """Rename an index; one that stays is renamed when it is there again."""
        known = {**self.new_indexes, **self.indexes}
        old_name = find_name(old_name, known, self.impl) or old_name
        if old_name in self.new_indexes:
            index, keywords = self.new_indexes.pop(old_name)
            self.new_indexes[new_name] = (copy(index), keywords)
            self.new_indexes[new_name][0].name = conv(new_name)
            return
        origin = next((o for o, n in self.index_names.items() if n == old_name), old_name)
        if origin not in self.indexes:
            raise self._no_such_index(old_name)
        self.index_names[origin] = new_name

    def _no_such_index(self, name: str) -> BatchError:
        return BatchError(f"No such index: {name!r} on the table {self.table.name!r}")

    # ----------------------------------------------------------------------- comments and options

    def create_table_comment(self, table: Table) -> None:
        """Set the table's comment."""
        self.comment = table.comment

    def drop_table_comment(self, table: Table) -> None:
        """Take the table's comment away."""
        self.comment = None

    def alter_table_options(
        self, table_name: str, options: Mapping[str, Any], existing: Mapping[str, Any], **kw: Any
    ) -> None:
        """Change options of the table; None takes one away."""
        self.options |= options

    def set_constraint_comment(
        self, table_name: str, constraint_name: str, comment: str | None, **kw: Any
    ) -> None:
        """Set a constraint's comment."""
        self.constraints.set_comment(constraint_name, comment)

    def create_column_comment(self, column: Column[Any]) -> None:
        """Do nothing: the column has its comment with it."""

    def rename_table(self, *arg: Any, **kw: Any) -> None:
        """Refuse: the batch block's table keeps its name."""
        raise NotImplementedError("can't rename a table that is being recreated; do it afterwards")

    # --------------------------------------------------------------------------------------- plan

    def plan(self) -> RecreatePlan:
        """Return what has to be sent."""
        self.columns.reorder(self.partial_reordering)
        every = [*self.constraints.staying(self.columns.dropped), *self.constraints.new]
        # where they can be added later, their names are free by then, and the table has its own
        later = [
            c for c in every if isinstance(c, ForeignKeyConstraint) and self.impl.supports_alter
        ]
        new = self._new_table([c for c in every if c not in later])
        final = Table(
            str(self.table.name),
            MetaData(),
            *(Column(slot.name, slot.type) for slot in self.columns),
            schema=self.table.schema,
        )
        for constraint in later:
            transfer_constraint(constraint, final, self._new_names_in(constraint))
        ensure_referred_tables(final)
        return RecreatePlan(
            old=self.table,
            new=new,
            copied=self._copied(),
            columns_of_old_type=tuple(slot.name for slot in self.columns if slot.has_old_type),
            kept_indexes=tuple(
                transfer_index(index, final, self.columns.new_names)
                for index in self.indexes.values()
                if not any(mentions(index, name) for name in self.columns.dropped)
            ),
            index_names=tuple(
                (old, new) for old, new in self.index_names.items() if old in self.indexes
            ),
            new_indexes=tuple(
                (with_new_names(index, self.columns.names_gone), keywords)
                for index, keywords in self.new_indexes.values()
            ),
            foreign_keys=tuple(
                constraint
                for constraint in sqla.sorted_constraints(final)
                if isinstance(constraint, ForeignKeyConstraint)
            ),
        )

    def _new_table(self, constraints: Sequence[Constraint]) -> Table:
        kwargs = {name: value for name, value in self.options.items() if value is not None}
        new = Table(
            temporary_name(str(self.table.name)),
            MetaData(),
            *(slot.to_column() for slot in self.columns),
            schema=self.table.schema,
            **({"comment": self.comment} | kwargs),
        )
        for constraint in constraints:
            if not (isinstance(constraint, PrimaryKeyConstraint) and not constraint.columns):
                transfer_constraint(constraint, new, self._new_names_in(constraint))
        for item in self.table_args:
            if isinstance(item, Column):
                new.append_column(item)
            else:
                new.append_constraint(item)
        ensure_referred_tables(new)
        return new

    def _new_names_in(self, constraint: Constraint) -> Mapping[str, str]:
        """Return what became of the column names that a constraint uses."""
        if any(constraint is own for own in self.constraints.new):
            return self.columns.new_names_in(constraint)
        return self.columns.new_names

    def _copied(self) -> Mapping[str, ColumnElement[Any]]:
        return {
            slot.name: slot.source
            for slot in self.columns
            if slot.source is not None and not isinstance(slot.default, Computed)
        }
