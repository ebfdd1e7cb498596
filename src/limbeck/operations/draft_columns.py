"""The columns of a table in the making: their order, what they are, how they are called by now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Column, Computed, Constraint, DefaultClause, Identity, Table
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine, to_instance

from limbeck import sqla
from limbeck.errors import BatchError
from limbeck.operations.transfer import columns_named_in
from limbeck.schema.options import column_arguments

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
    has_old_type: bool

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
            has_old_type=source is not None,
        )

    def to_column(self) -> Column[Any]:
        """Return the column, belonging to no table."""
        generated: list[Any] = []
        default, autoincrement = self.default, self.autoincrement
        if isinstance(default, Identity) and autoincrement is False:
            autoincrement = "auto"  # it counts up: SQLAlchemy takes no contradiction
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
            autoincrement=autoincrement,
            comment=self.comment,
            **self.options,
        )


class DraftColumns:
    """The slots of a table in their order; calls may use any name that a column has had.

    `earlier_names` are those of columns that the table has by another name already.
    """

    def __init__(self, impl: DefaultImpl, table: Table, earlier_names: Mapping[str, str]) -> None:
        self._impl = impl
        self._table = table
        self._earlier_names = earlier_names
        self._slots = {c.name: Slot.of(c, source=c) for c in table.columns}
        self.new_names: dict[str, str] = {}
        self.dropped: set[str] = set()
        """Names that the old table has for columns not there any more."""

    def __iter__(self) -> Iterator[Slot]:
        return iter(self._slots.values())

    def __contains__(self, name: str) -> bool:
        return find_name(name, self._slots, self._impl) is not None

    def __getitem__(self, name: str) -> Slot:
        names = (name, self.new_names.get(name, name), self._earlier_names.get(name, name))
        known = next((each for each in names if each in self._slots), None)
        known = known or find_name(name, self._slots, self._impl)
        if known is None:
            raise BatchError(f"No such column: {name!r} in the table {self._table.name!r}")
        return self._slots[known]

    def alter(
        self,
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
        """Alter a column; arguments as for `DefaultImpl.alter_column`."""
        slot = self[column_name]
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
        slot.options |= column_arguments(self._impl.dialect, kw)
        self._place(slot, insert_before, insert_after)
        if name is not None and name != slot.name:
            self._rename(slot, name)

    def _change_type(self, slot: Slot, type_: TypeEngine[Any]) -> None:
        if slot.source is not None:
            transfer = {"expr": slot.source}
            existing: Column[Any] = Column(slot.name, slot.type)
            self._impl.cast_for_batch_migrate(existing, transfer, type_)
            slot.source = transfer["expr"]
        slot.type = type_
        slot.has_old_type = False

    def _rename(self, slot: Slot, name: str) -> None:
        if name in self._slots:
            raise BatchError(
                f"Can't rename the column {slot.name!r} of the table {self._table.name!r}: "
                f"it has a column {name!r} already"
            )
        self.new_names[slot.name] = name
        self._slots = {name if s is slot else key: s for key, s in self._slots.items()}
        slot.name = name

    def add(self, column: Column[Any], before: str | None, after: str | None) -> None:
        """Add a column, last or next to another."""
        if column.name in self:
            raise BatchError(
                f"Can't add the column {column.name!r}: the table {self._table.name!r} has it "
                "already"
            )
        slot = self._slots[column.name] = Slot.of(column, source=None)
        self.dropped.discard(slot.name)
        self._place(slot, before, after)

    def drop(self, column_name: str) -> set[str]:
        """Drop a column; return the names that it has had."""
        name = self[column_name].name
        del self._slots[name]
        olds = {old for old, new in self.new_names.items() if new == name} | {name}
        olds |= {old for old, new in self._earlier_names.items() if new == name}
        self.dropped |= olds
        self.new_names = {old: new for old, new in self.new_names.items() if new != name}
        return olds

    def _place(self, slot: Slot, before: str | None, after: str | None) -> None:
        """Move a column next to another, if one is named."""
        if before is None and after is None:
            return
        neighbour = self[str(before if before is not None else after)].name
        order = [name for name in self._slots if name != slot.name]
        position = order.index(neighbour) + (before is None)
        order.insert(position, slot.name)
        self._slots = {name: self._slots[name] for name in order}

    def reorder(self, groups: Sequence[tuple[str, ...]]) -> None:
        """Sort the columns by `partial_reordering`; where it does not say, they keep their order."""
        before: dict[str, set[str]] = {name: set() for name in self._slots}
        for group in groups:
            names = [self[name].name for name in group]
            for first, second in pairwise(names):
                before[second].add(first)
        order: list[str] = []
        while before:
            free = next((name for name, others in before.items() if not others - set(order)), None)
            if free is None:
                raise BatchError(
                    f"partial_reordering contradicts itself about the columns {sorted(before)} "
                    f"of the table {self._table.name!r}"
                )
            order.append(free)
            del before[free]
        self._slots = {name: self._slots[name] for name in order}

    @property
    def names_gone(self) -> Mapping[str, str]:
        """What became of names that columns have had and no column has."""
        names = {**self._earlier_names, **self.new_names}
        return {old: new for old, new in names.items() if old not in self._slots}

    def new_names_in(self, constraint: Constraint) -> Mapping[str, str]:
        """Return what became of the column names that a new constraint uses."""
        return {
            **{name: slot.name for name, slot in self._slots_by_other_names(constraint)},
            **self._earlier_names,
            **self.new_names,
        }

    def _slots_by_other_names(self, constraint: Constraint) -> Iterator[tuple[str, Slot]]:
        """Yield what columns of a new constraint are meant by names in another case."""
        for name in sorted(columns_named_in(constraint)):
            known = find_name(name, self._slots, self._impl)
            if known is not None and known != name:
                yield name, self._slots[known]


def find_name(name: str, names: Iterable[str], impl: DefaultImpl) -> str | None:
    """Return the one of the names that is meant, where the database finds it by this one."""
    every = {str(each): each for each in names}
    if str(name) in every or not impl.folds_names:
        return every.get(str(name))
    return {each.lower(): every[each] for each in every}.get(str(name).lower())
