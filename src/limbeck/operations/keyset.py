"""An UPDATE of many rows, cut into batches along the primary key.

Receives the table, what it is set to and which rows need it; gives statements. A batch begins
behind the last key of the one before and ends at the key that is `size` rows further on, so
that no batch reads what the ones before have filled:

    SELECT id … WHERE id > :last AND <where> ORDER BY id LIMIT <size>      → its last one
    UPDATE … WHERE id > :last AND id <= :upto AND <where>

Nothing here runs anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Select,
    TableClause,
    Update,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.types import NullType

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Fill:
    """The whole UPDATE: `values` for the rows of `table` where `where` holds."""

    table: TableClause
    values: Mapping[ColumnClause[Any], Any]
    where: ColumnElement[bool]

    def update(self, *also: ColumnElement[bool]) -> Update:
        """Return the UPDATE of the rows where `also` holds, too."""
        return self.table.update().where(*also, self.where).values(dict(self.values))

    def count(self) -> Select[Any]:
        """Return the number of rows to fill."""
        return select(func.count()).select_from(self.table).where(self.where)

    def upper_key(
        self, keys: Sequence[ColumnElement[Any]], after: Key | None, size: int
    ) -> Select[Any]:
        """Return the key at which the batch behind `after` ends; no row when there is none."""
        has_key = [key.is_not(None) for key in keys]  # SQLite may have some without
        batch = (
            select(*keys).select_from(self.table).where(self.where, *has_key, *beyond(keys, after))
        )
        found = batch.order_by(*keys).limit(size).subquery("batch")
        return select(*found.columns).order_by(*(key.desc() for key in found.columns)).limit(1)

    def batch(self, keys: Sequence[ColumnElement[Any]], after: Key | None, upto: Key) -> Update:
        """Return the UPDATE of one batch."""
        return self.update(*beyond(keys, after), *up_to(keys, upto))


def beyond(keys: Sequence[ColumnElement[Any]], key: Key | None) -> list[ColumnElement[bool]]:
    """Return the conditions for rows behind a key; none where there is no key."""
    return [] if key is None else _compared(keys, key, is_upper=False)


def up_to(keys: Sequence[ColumnElement[Any]], key: Key) -> list[ColumnElement[bool]]:
    """Return the conditions for rows up to a key, itself included."""
    return _compared(keys, key, is_upper=True)


def _compared(
    keys: Sequence[ColumnElement[Any]], values: Key, *, is_upper: bool
) -> list[ColumnElement[bool]]:
    """Compare column by column: not every database has (a, b) > (x, y), or an index scan for it.

    The first column's own bound, which the rest implies, is what the index is entered by.
    """
    prefix = "upto" if is_upper else "after"
    binds = [plain_value(value, f"{prefix}_{number}") for number, value in enumerate(values)]
    pairs = list(zip(keys, binds, strict=True))
    column, bind = pairs[-1]
    condition: ColumnElement[bool] = column <= bind if is_upper else column > bind
    for column, bind in reversed(pairs[:-1]):
        nearer = column < bind if is_upper else column > bind
        condition = or_(nearer, and_(column == bind, condition))
    if len(pairs) == 1:
        return [condition]
    column, bind = pairs[0]
    return [column <= bind if is_upper else column >= bind, condition]


def plain_value(value: Any, name: str | None = None) -> Any:
    """Return a parameter as the driver gave it: a type of ours might change or cast it."""
    return bindparam(name, value, type_=NullType(), unique=True)
