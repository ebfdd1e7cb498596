"""What the text of a table says and SQLAlchemy's classes don't, for the table that takes its place.

Receives the text SQLite kept, and completes the Table that was made of its facts: the order and
collation of the columns in keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import UserDefinedType

from limbeck import sqla
from limbeck.ddl.sqlite.parse import parse_unsaid

_ORDERS = "limbeck.orders"
"""The key of a constraint's `info` for what stands behind each of its columns."""

_IN_COLUMN = "limbeck.in_column"
"""The key of a primary key's `info` where it is written with its column."""


class DeclaredType(UserDefinedType[Any]):
    """A column's type as its table declares it: `INT` and `INTEGER` are two things here."""

    cache_ok = True

    def __init__(self, declared: str, collation: str | None) -> None:
        self.declared = declared
        self.declared_collation = collation

    def get_col_spec(self, **kw: Any) -> str:
        """Return the type as it was written, with the collation that SQLite keeps beside it."""
        if self.declared_collation is None:
            return self.declared
        return f'{self.declared} COLLATE "{self.declared_collation}"'


class OrderedPrimaryKey(PrimaryKeyConstraint):
    """A primary key whose columns have an order or a collation in it."""


class OrderedUnique(UniqueConstraint):
    """A unique constraint whose columns have an order or a collation in it."""


@compiles(OrderedPrimaryKey, "sqlite")
def visit_ordered_primary_key(element: OrderedPrimaryKey, compiler: Any, **kw: Any) -> str | None:
    if element.info.get(_IN_COLUMN):
        return None
    return _ordered(element, compiler, compiler.visit_primary_key_constraint(element))


@compiles(OrderedUnique, "sqlite")
def visit_ordered_unique(element: OrderedUnique, compiler: Any, **kw: Any) -> str | None:
    return _ordered(element, compiler, compiler.visit_unique_constraint(element))


def _ordered(element: Any, compiler: Any, sql: str | None) -> str | None:
    names = [compiler.preparer.quote(column.name) for column in element.columns]
    ordered = map("".join, zip(names, element.info[_ORDERS], strict=True))
    return sql and sql.replace(f"({', '.join(names)})", f"({', '.join(ordered)})", 1)


def complete(table: Table, definition: str) -> None:
    """Give the table what its text says."""
    unsaid = parse_unsaid(definition)
    key = table.primary_key
    if any(unsaid.key_orders):
        _replace(table, key, OrderedPrimaryKey, unsaid.key_orders)
        table.primary_key.info[_IN_COLUMN] = unsaid.has_key_in_column
    left = {key: list(orders) for key, orders in unsaid.unique_orders.items()}
    for constraint in sqla.sorted_constraints(table):
        if not isinstance(constraint, UniqueConstraint):
            continue
        columns = _names(constraint)
        # only a naming convention may name what has no name in the text
        same = left.get((sqla.constraint_name(constraint), columns)) or left[None, columns]
        if any(orders := same.pop()):
            _replace(table, constraint, OrderedUnique, orders)


def _names(constraint: Any) -> tuple[str, ...]:
    return tuple(str(column.name).lower() for column in constraint.columns)


def _replace(
    table: Table,
    constraint: PrimaryKeyConstraint | UniqueConstraint,
    ordered: type[OrderedPrimaryKey | OrderedUnique],
    orders: Sequence[str],
) -> None:
    table.constraints.discard(constraint)
    table.append_constraint(
        ordered(
            *constraint.columns,
            name=sqla.constraint_name(constraint),
            info={_ORDERS: tuple(orders)},
            **constraint.dialect_kwargs,
        )
    )


def write_key_in_column(table: Table, spell: Any) -> None:
    """Let the key stand with its column where it did, so that an INTEGER stays no rowid.

    Written as a constraint of the table, INTEGER PRIMARY KEY is one in either order.
    """
    key = table.primary_key
    if not key.info.get(_IN_COLUMN):
        return
    (column,) = key.columns
    key.info[_IN_COLUMN] = spell(column).upper() == "INTEGER"
    if key.info[_IN_COLUMN]:
        conflict = key.dialect_options["sqlite"]["on_conflict"]
        quoted = str(key.name).replace('"', '""')
        name = "" if key.name is None else f'CONSTRAINT "{quoted}" '
        ending = "" if conflict is None else f" ON CONFLICT {conflict}"
        column.type = DeclaredType(f"INTEGER {name}PRIMARY KEY DESC{ending}", None)
