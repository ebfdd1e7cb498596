"""Rows to INSERT statements for a SQL script.

Receives a table and rows as `op.bulk_insert` takes them, returns one INSERT a row with every
value inline. Executes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Dialect, Insert
from sqlalchemy.schema import Column, Table
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.expression import TableClause

from limbeck.ddl.offline import BinaryLiteral, inline_value
from limbeck.errors import CommandError

Row = Mapping[str, Any]


def check_rows(rows: Any) -> None:
    """Raise TypeError unless `rows` is a list of dictionaries."""
    if not isinstance(rows, list):
        raise TypeError("List expected")
    if rows and not isinstance(rows[0], dict):
        raise TypeError("List of dictionaries expected")


def group_rows(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield runs of rows that one statement can take: the same columns, and no SQL expression.

    A driver's executemany follows the first row; what later rows have more would be lost.
    """
    for _, run in groupby(rows, key=_statement_key):
        yield list(run)


def has_expression(row: Row) -> bool:
    """Tell whether a value of the row is SQL, which can't be a parameter."""
    return any(isinstance(value, ClauseElement) for value in row.values())


def inline_inserts(
    table: TableClause | Table, rows: Sequence[Row], dialect: Dialect, binary: BinaryLiteral
) -> Iterator[Insert]:
    """Yield one INSERT a row with literal values; `binary` spells the database's binary literal.

    Raises CommandError for a column that the table given does not have.
    """
    for row in rows:
        values = {**_defaults(table, row), **row}
        yield (
            table.insert()
            .inline()
            .values(
                {
                    name: _inline(table, name, value, dialect, binary)
                    for name, value in values.items()
                }
            )
        )


def _statement_key(row: Row) -> Any:
    return (tuple(sorted(row)), id(row) if has_expression(row) else None)


def _defaults(table: TableClause | Table, row: Row) -> dict[str, Any]:
    """Python-side defaults, which otherwise only an execution would fill in."""
    found = {}
    for column in table.columns:
        default: Any = column.default if isinstance(column, Column) else None
        if default is None or column.key in row:
            continue
        if default.is_scalar:
            found[column.key] = default.arg
        elif default.is_callable:
            found[column.key] = default.arg(None)
    return found


def _inline(
    table: TableClause | Table, name: str, value: Any, dialect: Dialect, binary: BinaryLiteral
) -> Any:
    if isinstance(value, ClauseElement):
        return value
    if name not in table.c:
        known = ", ".join(column.key for column in table.c)
        raise CommandError(
            f"Can't insert into {table.description}: the row has a value for {name!r}, but the table "
            f"given to bulk_insert has only the columns {known}."
        )
    return inline_value(value, table.c[name].type, dialect, binary)
