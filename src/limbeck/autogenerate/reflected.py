"""What somebody else's dialect makes of the columns that were read: `autogen_column_reflect`.

compat: documented in Alembic's DDL internals, where it hears of each column that is reflected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, DefaultClause, Inspector, Table, text

from limbeck import sqla
from limbeck.ddl.impl import DefaultImpl
from limbeck.schema.facts import TableFacts


def adjust_columns(
    facts: TableFacts, table: Table, inspector: Inspector, impl: DefaultImpl
) -> TableFacts:
    """Let the dialect change what is known of each column; change the Table, return the facts."""
    changed = {}
    for column in table.columns:
        info = _info(column)
        before = dict(info)
        impl.autogen_column_reflect(inspector, table, info)
        if info != before:
            _apply(info, column)
            changed[column.name] = info
    if not changed:
        return facts
    columns = (
        replace(
            each,
            type=impl.normal_type(changed[each.name]["type"]),
            nullable=changed[each.name]["nullable"],
            default=_normal(changed[each.name]["default"], impl),
            comment=changed[each.name]["comment"],
        )
        if each.name in changed
        else each
        for each in facts.columns
    )
    return replace(facts, columns=tuple(columns))


def _info(column: Column[Any]) -> dict[str, Any]:
    """Return a column as SQLAlchemy's inspector tells of it."""
    default = column.server_default
    sql = None
    if isinstance(default, DefaultClause):
        sql = default.arg if isinstance(default.arg, str) else str(default.arg)
    return {
        "name": column.name,
        "type": column.type,
        "nullable": column.nullable,
        "default": sql,
        "autoincrement": column.autoincrement,
        "comment": column.comment,
    }


def _apply(info: Mapping[str, Any], column: Column[Any]) -> None:
    column.type = info["type"]
    column.nullable = info["nullable"]
    column.comment = info["comment"]
    default = info["default"]
    column.server_default = (
        None if default is None else DefaultClause(text(sqla.escape_binds(default)))
    )


def _normal(default: str | None, impl: DefaultImpl) -> str | None:
    return None if default is None else impl.normal_expression(default)
