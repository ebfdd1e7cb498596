"""A table in the making: its old structure, changed by the calls that a batch recorded.

`Draft` has the method names of `DefaultImpl`, so that recorded calls apply to it, and becomes a
`RecreatePlan`. It never touches a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Constraint,
    DefaultClause,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    insert,
    select,
)
from sqlalchemy.sql.elements import ColumnElement, conv
from sqlalchemy.sql.expression import Insert
from sqlalchemy.types import TypeEngine, to_instance

from limbeck import sqla
from limbeck.errors import BatchError
from limbeck.operations.recreate import RecreatePlan, temporary_name
from limbeck.operations.transfer import (
    columns_named_in,
    ensure_referred_tables,
    mentions,
    transfer_constraint,
    transfer_index,
)

if TYPE_CHECKING:
    from limbeck.ddl.impl import DefaultImpl


@dataclass
class Slot:
    """A column of the new table. `source` gives its values from the old one, None for none."""

    name: str
    type: TypeEngine[Any]
    nullable: bool | None
    default: Any
    autoincrement: Any
    comment: str | None
    options: dict[str, Any]
    source: ColumnElement[Any] | None
    has_old_type: bool = True

    @classmethod
    def of(cls, column: Column[Any], *, source: ColumnElement[Any] | None) -> Slot:
        """Return the slot of a column of the old table, or of a new one."""
        return cls(
            name=column.name,
            type=column.type,
            nullable=column.nullable,
            default=column.server_default,
            autoincrement=column.autoincrement,
            comment=column.comment,
            options={"info": dict(column.info), **column.dialect_kwargs},
            source=source,
        )

    def to_column(self) -> Column[Any]:
        """Return the column, belonging to no table."""
        generated: list[Any] = []
        default = self.default
        if isinstance(default, (Computed, Identity)):
            generated.append(sqla.copy_server_default(default))
            default = None
        elif isinstance(default, DefaultClause):
            default = default.arg
        return Column(
            self.name,
            self.type,
            *generated,
            nullable=self.nullable,
            server_default=default,
            autoincrement=self.autoincrement,
            comment=self.comment,
            **self.options,
        )


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
        self.slots = {c.name: Slot.of(c, source=c) for c in self.table.columns}
        self.new_names: dict[str, str] = {}
        self.constraints = self._own_constraints()
        self.indexes = {
            str(index.name): index
            for index in sorted(self.table.indexes, key=lambda i: str(i.name))
        }
        self.dropped: set[str] = (
            set()
        )  # names that the old table has for columns not there any more
        self.new_constraints: list[Constraint] = []
        self.new_indexes: dict[str, tuple[Index, Mapping[str, Any]]] = {}
        self.index_names: dict[str, str] = {}  # of those that stay: name → new name

    def _own_constraints(self) -> list[Constraint]:
        """Return the table's constraints without those that its columns' types bring again."""
        every = sqla.sorted_constraints(self.table)
        for column in self.table.columns:
            every += sorted(column.constraints, key=lambda constraint: str(constraint.name))
        bound = [c for c in every if sqla.is_type_bound(c)]
        return [
            c
            for c in every
            if not sqla.is_type_bound(c) and not any(self._is_same_check(c, b) for b in bound)
        ]

    @property
    def named_constraints(self) -> dict[str, Constraint]:
        """Return the old table's constraints that stay and have a name."""
        staying = (c for c in self.constraints if sqla.constraint_name(c) is not None)
        return {str(c.name): c for c in staying if self._stays(c)}

    def _stays(self, own: Constraint) -> bool:
        return not columns_named_in(own) & self.dropped

    # ------------------------------------------------------------------------------------ columns

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: Any | None = None,
        autoincrement: bool | Literal["auto", "ignore_fk"] | None = None,
        comment: str | Literal[False] | None = False,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        """Alter a column."""
        slot = self._slot(column_name)
        if type_ is not None:
            self._change_type(slot, to_instance(type_))
        if nullable is not None:
            slot.nullable = nullable
        if server_default is not False:
            slot.default = server_default
        if autoincrement is not None:
            slot.autoincrement = bool(autoincrement)
        if comment is not False:
            slot.comment = comment
        if insert_before is not None or insert_after is not None:
            self._place(slot, insert_before, insert_after)
        if name is not None and name != slot.name:
            self._rename(slot, name)

    def replace_column(self, *arg: Any, **kw: Any) -> None:
        """Alter a column: the table is built anew anyway."""
        self.alter_column(*arg, **kw)

    def _change_type(self, slot: Slot, type_: TypeEngine[Any]) -> None:
        if slot.source is not None:
            transfer = {"expr": slot.source}
            existing: Column[Any] = Column(slot.name, slot.type)
            self.impl.cast_for_batch_migrate(existing, transfer, type_)
            slot.source = transfer["expr"]
        slot.type = type_
        slot.has_old_type = False

    def _rename(self, slot: Slot, name: str) -> None:
        if name in self.slots:
            raise BatchError(
                f"Can't rename the column {slot.name!r} of the table {self.table.name!r}: "
                f"it has a column {name!r} already"
            )
        self.new_names[slot.name] = name
        self.slots = {name if s is slot else key: s for key, s in self.slots.items()}
        slot.name = name

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
        if self._known(column.name, self.slots) is not None:
            if if_not_exists:
                return
            raise BatchError(
                f"Can't add the column {column.name!r}: the table {self.table.name!r} has it already"
            )
        slot = Slot.of(column, source=None)
        slot.has_old_type = False
        self.slots[slot.name] = slot
        self.dropped.discard(slot.name)
        self.new_constraints += column.constraints
        if insert_before is not None or insert_after is not None:
            self._place(slot, insert_before, insert_after)

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
        if if_exists and self._known(column.name, self.slots) is None:
            return
        name = self._slot(column.name).name
        del self.slots[name]
        olds = {old for old, new in self.new_names.items() if new == name} | {name}
        olds |= {old for old, new in self.earlier_names.items() if new == name}
        self.dropped |= olds
        self.new_names = {old: new for old, new in self.new_names.items() if new != name}
        for constraints in (self.constraints, self.new_constraints):
            constraints[:] = [
                c
                for c in constraints
                if not columns_named_in(c) & olds
                or (constraints is self.constraints and not isinstance(c, PrimaryKeyConstraint))
            ]

    def _slot(self, name: str) -> Slot:
        names = (name, self.new_names.get(name, name), self.earlier_names.get(name, name))
        known = next((each for each in names if each in self.slots), None)
        known = known or self._known(name, self.slots)
        if known is None:
            raise BatchError(f"No such column: {name!r} in the table {self.table.name!r}")
        return self.slots[known]

    def _known(self, name: str, names: Iterable[str]) -> str | None:
        """Return the one of the names that is meant, where the database finds it by this one."""
        every = {str(each): each for each in names}
        if str(name) in every or not self.impl.folds_names:
            return every.get(str(name))
        return {each.lower(): every[each] for each in every}.get(str(name).lower())

    def _is_called(self, own: Constraint, name: str) -> bool:
        return own.name is not None and self._known(str(name), [str(own.name)]) is not None

    def _place(self, slot: Slot, before: str | None, after: str | None) -> None:
        """Move a column next to another."""
        neighbour = self._slot(str(before if before is not None else after)).name
        order = [name for name in self.slots if name != slot.name]
        position = order.index(neighbour) + (before is None)
        order.insert(position, slot.name)
        self.slots = {name: self.slots[name] for name in order}

    # -------------------------------------------------------------------- constraints and indexes

    def add_constraint(self, const: Constraint, **kw: Any) -> None:
        """Add a constraint; a primary key takes the old one's place, a type's check comes by itself."""
        if sqla.is_type_bound(const):
            return
        if isinstance(const, PrimaryKeyConstraint):
            for constraints in (self.constraints, self.new_constraints):
                constraints[:] = [c for c in constraints if not isinstance(c, PrimaryKeyConstraint)]
            for column in const.columns:  # a key alone lets SQLite take NULLs
                self._slot(column.name).nullable = False
        self.new_constraints.append(const)

    def drop_constraint(
        self, const: Constraint, *, if_exists: bool | None = None, **kw: Any
    ) -> None:
        """Drop a constraint by its name; a type's check also by its condition."""
        name = sqla.constraint_name(const)
        self._check_is_one(const)
        for constraints in (self.new_constraints, self.constraints):
            for own in constraints:
                is_named_so = name is not None and self._is_called(own, str(name))
                is_same_check = sqla.is_type_bound(const) and self._is_same_check(own, const)
                if is_named_so or is_same_check or self._is_described(own, const):
                    constraints.remove(own)
                    return
        if sqla.is_type_bound(const) or if_exists:
            return
        if name is None:
            raise BatchError(
                f"Constraint must have a name to be dropped from the table {self.table.name!r}, "
                "or `columns` (a check: `condition`) of one there that has no name; "
                "batch_alter_table(naming_convention=…) gives names to those that have none"
            )
        raise BatchError(f"No such constraint: {str(name)!r} in the table {self.table.name!r}")

    def create_index(self, idx: Index, **kw: Any) -> None:
        """Add an index."""
        self.new_indexes[str(idx.name)] = (idx, kw)

    def drop_index(self, idx: Index, *, if_exists: bool | None = None, **kw: Any) -> None:
        """Drop an index."""
        name = str(idx.name)
        for indexes in (self.new_indexes, self.indexes):
            known = self._known(name, indexes)
            if known is not None:
                del indexes[known]
                return
        if not if_exists:
            raise BatchError(f"No such index: {name!r} on the table {self.table.name!r}")

    def rename_constraint(self, table_name: str, old_name: str, new_name: str, **kw: Any) -> None:
        """Rename a constraint."""
        for constraints in (self.new_constraints, self.constraints):
            for place, own in enumerate(constraints):
                if self._is_called(own, old_name):
                    constraints[place] = renamed = copy(own)
                    renamed.name = conv(new_name)
                    return
        raise BatchError(f"No such constraint: {old_name!r} in the table {self.table.name!r}")

    def rename_index(self, table_name: str, old_name: str, new_name: str, **kw: Any) -> None:
        """Rename an index; one that stays is renamed when it is there again."""
        old_name = self._known(old_name, {**self.new_indexes, **self.indexes}) or old_name
        if old_name in self.new_indexes:
            index, keywords = self.new_indexes.pop(old_name)
            self.new_indexes[new_name] = (copy(index), keywords)
            self.new_indexes[new_name][0].name = conv(new_name)
            return
        origin = next((o for o, n in self.index_names.items() if n == old_name), old_name)
        if origin not in self.indexes:
            raise BatchError(f"No such index: {old_name!r} on the table {self.table.name!r}")
        self.index_names[origin] = new_name

    def _check_is_one(self, const: Constraint) -> None:
        """Refuse to choose among foreign keys of the same columns to several tables."""
        if not isinstance(const, ForeignKeyConstraint):
            return
        owns = [own for own in self.constraints if self._is_described(own, const)]
        keys = [own.elements for own in owns if isinstance(own, ForeignKeyConstraint)]
        targets = {tuple(key.target_fullname for key in each) for each in keys}
        if len(targets) > 1:
            raise BatchError(
                f"Can't tell which foreign key ({', '.join(const.info['columns'])}) to drop from "
                f"the table {self.table.name!r}: it has {len(keys)} without a name, which refer "
                f"to {', '.join(sorted(' and '.join(each) for each in targets))}. Drop and create "
                "the table's foreign keys with names, or give batch_alter_table() "
                "naming_convention=… that tells them apart"
            )

    def _is_described(self, own: Constraint, const: Constraint) -> bool:
        """Tell whether `const` describes, by columns or condition, this one that has no name."""
        if type(own) is not type(const) or sqla.constraint_name(own) is not None:
            return False
        if isinstance(own, CheckConstraint):
            condition = const.info.get("condition")
            return condition is not None and self._check_text(own) == self._normal(condition)
        columns = const.info.get("columns")
        return columns is not None and columns == tuple(
            column.name for column in getattr(own, "columns", ())
        )

    def _is_same_check(self, one: Constraint, other: Constraint) -> bool:
        """Tell whether two checks say the same, and not under two names."""
        if not (isinstance(one, CheckConstraint) and isinstance(other, CheckConstraint)):
            return False
        if one is other:
            return False
        names = {sqla.constraint_name(one), sqla.constraint_name(other)} - {None}
        return len(names) < 2 and self._check_text(one) == self._check_text(other)

    def _check_text(self, check: CheckConstraint) -> str:
        return self._normal(sqla.ddl_text(self.impl.dialect, check.sqltext))

    def _normal(self, sql: str) -> str:
        return self.impl.normal_expression(sql).replace('"', "")

    # ----------------------------------------------------------------------------------- comments

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

    def create_column_comment(self, column: Column[Any]) -> None:
        """Do nothing: the column has its comment with it."""

    def rename_table(self, *arg: Any, **kw: Any) -> None:
        """Refuse: the batch block's table keeps its name."""
        raise NotImplementedError("can't rename a table that is being recreated; do it afterwards")

    # --------------------------------------------------------------------------------------- plan

    def plan(self) -> RecreatePlan:
        """Return what has to be sent."""
        self._reorder()
        every = [*filter(self._stays, self.constraints), *self.new_constraints]
        # where they can be added later, their names are free by then, and the table has its own
        later = [
            c for c in every if isinstance(c, ForeignKeyConstraint) and self.impl.supports_alter
        ]
        new = self._new_table([c for c in every if c not in later])
        final = Table(
            str(self.table.name),
            MetaData(),
            *(Column(slot.name, slot.type) for slot in self.slots.values()),
            schema=self.table.schema,
        )
        for constraint in later:
            transfer_constraint(constraint, final, self._names_in(constraint))
        ensure_referred_tables(final)
        return RecreatePlan(
            old=self.table,
            new=new,
            copy=self._copy(new),
            columns_of_old_type=tuple(s.name for s in self.slots.values() if s.has_old_type),
            kept_indexes=tuple(
                transfer_index(index, final, self.new_names)
                for index in self.indexes.values()
                if not any(mentions(index, name) for name in self.dropped)
            ),
            index_names=tuple(
                (old, new) for old, new in self.index_names.items() if old in self.indexes
            ),
            new_indexes=tuple(self.new_indexes.values()),
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
            *(slot.to_column() for slot in self.slots.values()),
            schema=self.table.schema,
            **({"comment": self.comment} | kwargs),
        )
        for constraint in constraints:
            if not (isinstance(constraint, PrimaryKeyConstraint) and not constraint.columns):
                transfer_constraint(constraint, new, self._names_in(constraint))
        for item in self.table_args:
            if isinstance(item, Column):
                new.append_column(item)
            else:
                new.append_constraint(item)
        ensure_referred_tables(new)
        return new

    def _names_in(self, constraint: Constraint) -> Mapping[str, str]:
        """Return what became of the column names that a constraint uses."""
        if any(constraint is own for own in self.new_constraints):
            return {
                **{name: slot.name for name, slot in self._slots_by_other_names(constraint)},
                **self.earlier_names,
                **self.new_names,
            }
        return self.new_names

    def _slots_by_other_names(self, constraint: Constraint) -> Iterator[tuple[str, Slot]]:
        """Yield what columns of a new constraint are meant by names in another case."""
        for name in sorted(columns_named_in(constraint)):
            known = self._known(name, self.slots)
            if known is not None and known != name:
                yield name, self.slots[known]

    def _copy(self, new: Table) -> Insert | None:
        sources = {
            slot.name: slot.source
            for slot in self.slots.values()
            if slot.source is not None and not isinstance(slot.default, Computed)
        }
        if not sources:
            return None
        selected = [
            source if isinstance(source, Column) else source.label(name)
            for name, source in sources.items()
        ]
        return insert(new).from_select(list(sources), select(*selected), include_defaults=False)

    def _reorder(self) -> None:
        """Sort the columns by `partial_reordering`; where it does not say, they keep their order."""
        before: dict[str, set[str]] = {name: set() for name in self.slots}
        for group in self.partial_reordering:
            names = [self._slot(name).name for name in group]
            for first, second in pairwise(names):
                before[second].add(first)
        order: list[str] = []
        while before:
            free = next((name for name, others in before.items() if not others - set(order)), None)
            if free is None:
                raise BatchError(
                    f"partial_reordering contradicts itself about the columns {sorted(before)} "
                    f"of the table {self.table.name!r}"
                )
            order.append(free)
            del before[free]
        self.slots = {name: self.slots[name] for name in order}
