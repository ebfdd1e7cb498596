"""The constraints of a table in the making: those of the old table that stay, and new ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from copy import copy
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
)
from sqlalchemy.sql.elements import conv

from limbeck import sqla
from limbeck.errors import BatchError
from limbeck.operations.draft_columns import find_name
from limbeck.operations.transfer import columns_named_in, rename_words

if TYPE_CHECKING:
    from limbeck.ddl.impl import DefaultImpl


class DraftConstraints:
    """The constraints; one is found by its name, or described by columns or a condition."""

    def __init__(self, impl: DefaultImpl, table: Table, earlier_names: Mapping[str, str]) -> None:
        self._impl = impl
        self._table = table
        self._earlier_names = {
            old: new for old, new in earlier_names.items() if old not in table.columns
        }
        self.own = self._own_constraints()
        self.new: list[Constraint] = []

    def _own_constraints(self) -> list[Constraint]:
        """Return the table's constraints without those that its columns' types bring again."""
        every = sqla.sorted_constraints(self._table)
        for column in self._table.columns:
            every += sorted(column.constraints, key=lambda constraint: str(constraint.name))
        bound = [c for c in every if sqla.is_type_bound(c)]
        return [
            c
            for c in every
            if not sqla.is_type_bound(c) and not any(self._is_same_check(c, b) for b in bound)
        ]

    def staying(self, dropped: Set[str]) -> Iterator[Constraint]:
        """Yield those of the old table that need none of its columns that are dropped."""
        return (c for c in self.own if not columns_named_in(c) & dropped)

    def drop_those_of(self, column_names: Set[str]) -> None:
        """Drop the new ones that need a column with these names, and the old table's key on it."""
        self.new = [c for c in self.new if not columns_named_in(c) & column_names]
        self.own = [
            c
            for c in self.own
            if not (isinstance(c, PrimaryKeyConstraint) and columns_named_in(c) & column_names)
        ]

    def drop_primary_key(self) -> None:
        """Drop the primary key, if there is one."""
        self.new = [c for c in self.new if not isinstance(c, PrimaryKeyConstraint)]
        self.own = [c for c in self.own if not isinstance(c, PrimaryKeyConstraint)]

    def drop(self, const: Constraint, *, if_exists: bool) -> None:
        """Drop a constraint by its name; a type's check also by its condition."""
        name = sqla.constraint_name(const)
        self._check_is_one(const)
        for constraints in (self.new, self.own):
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
                f"Constraint must have a name to be dropped from the table {self._table.name!r}, "
                "or `columns` (a check: `condition`) of one there that has no name; "
                "batch_alter_table(naming_convention=…) gives names to those that have none"
            )
        raise self._no_such_constraint(str(name))

    def rename(self, old_name: str, new_name: str) -> None:
        """Rename a constraint."""
        self._copy_of(old_name).name = conv(new_name)

    def set_comment(self, name: str, comment: str | None) -> None:
        """Set a constraint's comment."""
        self._copy_of(name).comment = comment

    def _copy_of(self, name: str) -> Constraint:
        """Put a copy into the place of the constraint of that name, and return it."""
        for constraints in (self.new, self.own):
            for place, own in enumerate(constraints):
                if self._is_called(own, name):
                    constraints[place] = copied = copy(own)
                    return copied
        raise self._no_such_constraint(name)

    def _no_such_constraint(self, name: str) -> BatchError:
        return BatchError(f"No such constraint: {name!r} in the table {self._table.name!r}")

    def _is_called(self, own: Constraint, name: str) -> bool:
        return own.name is not None and find_name(name, [str(own.name)], self._impl) is not None

    def _check_is_one(self, const: Constraint) -> None:
        """Refuse to choose among foreign keys of the same columns to several tables."""
        if not isinstance(const, ForeignKeyConstraint) or "columns" not in const.info:
            return
        targets = self._targets(const)
        if len(targets) > 1 and const.info.get("references") not in targets:
            raise BatchError(
                f"Can't tell which foreign key ({', '.join(const.info['columns'])}) to drop from "
                f"the table {self._table.name!r}: several without a name refer to "
                f"{', '.join(sorted(' and '.join(each) for each in targets))}. Say which one by "
                f"references={list(min(targets))!r}"
            )

    def _targets(self, const: Constraint) -> set[tuple[str, ...]]:
        """Return what the foreign keys without a name refer to that have the columns in question."""
        owns = [own for own in (*self.own, *self.new) if self._has_columns(own, const)]
        return {_references(own) for own in owns if isinstance(own, ForeignKeyConstraint)}

    def _is_described(self, own: Constraint, const: Constraint) -> bool:
        """Tell whether `const` describes, by columns or condition, this one that has no name."""
        if not isinstance(own, type(const)) or sqla.constraint_name(own) is not None:
            return False
        if isinstance(own, CheckConstraint):
            condition = const.info.get("condition")
            return condition is not None and self._check_text(own) == self._normal(condition)
        if isinstance(own, ForeignKeyConstraint) and len(self._targets(const)) > 1:
            return self._has_columns(own, const) and _references(own) == const.info["references"]
        return self._has_columns(own, const)

    def _has_columns(self, own: Constraint, const: Constraint) -> bool:
        """Tell whether this one has no name, and the columns that `const` is described by."""
        if not isinstance(own, type(const)) or sqla.constraint_name(own) is not None:
            return False
        columns = [self._earlier_names.get(n, n) for n in const.info.get("columns", ())]
        return columns == [column.name for column in getattr(own, "columns", ())] != []

    def _is_same_check(self, one: Constraint, other: Constraint) -> bool:
        """Tell whether two checks say the same, and not under two names."""
        if not (isinstance(one, CheckConstraint) and isinstance(other, CheckConstraint)):
            return False
        if one is other:
            return False
        names = {sqla.constraint_name(one), sqla.constraint_name(other)} - {None}
        return len(names) < 2 and self._check_text(one) == self._check_text(other)

    def _check_text(self, check: CheckConstraint) -> str:
        return self._normal(sqla.ddl_text(self._impl.dialect, check.sqltext))

    def _normal(self, sql: str) -> str:
        """Return a condition in normal form, in which columns have the names they have by now."""
        sql = rename_words(sql, self._earlier_names)
        return self._impl.own_expression(sql, self._table.name).replace('"', "")


def _references(key: ForeignKeyConstraint) -> tuple[str, ...]:
    return tuple(element.target_fullname for element in key.elements)
