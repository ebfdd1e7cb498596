"""Source text of columns and of what stands inside them: server defaults, computed, identity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.sql.elements import ClauseElement, ColumnClause
from sqlalchemy.sql.schema import Column, Computed, DefaultClause, FetchedValue, Identity

from limbeck import sqla
from limbeck.render.call import call, literal
from limbeck.render.constraints import render_constraint
from limbeck.render.context import RenderContext, render_item, sqlalchemy_prefix
from limbeck.render.expressions import (
    render_dialect_keywords,
    render_identifier,
    render_sql_string,
    render_text,
)
from limbeck.render.types import render_type

_IDENTITY_ARGUMENTS = (
    "start",
    "increment",
    "minvalue",
    "maxvalue",
    "nominvalue",
    "nomaxvalue",
    "cycle",
    "cache",
)


def render_column(column: Column[Any], ctx: RenderContext, *, in_key: bool = False) -> str | None:
    """Return `sa.Column(…)`; `None` when the user's hook leaves the column out.

    `in_key`: say that it is in the primary key, so that it counts up where it is added alone.
    """
    by_user = render_item("column", column, ctx)
    if by_user is not False:
        return by_user
    positional: list[str] = []
    keywords: dict[str, str] = {}
    default = column.server_default
    if default is not None:
        source = render_server_default(default, ctx)
        if source and isinstance(default, (Computed, Identity)):
            positional.append(source)
        elif source:
            keywords["server_default"] = source
    positional += sorted(filter(None, (render_constraint(it, ctx) for it in column.constraints)))
    if in_key:
        keywords["primary_key"] = literal(in_key)
    if column.autoincrement != "auto":
        keywords["autoincrement"] = literal(column.autoincrement)
    if column.nullable is not None:
        keywords["nullable"] = literal(column.nullable)
    if column.system:
        keywords["system"] = literal(column.system)
    if column.comment:
        keywords["comment"] = literal(column.comment)
    keywords |= render_dialect_keywords(column, ctx)
    name, type_ = render_identifier(ctx, column.name), render_type(column.type, ctx)
    return call(f"{sqlalchemy_prefix(ctx)}Column", name, type_, *positional, **keywords)


def render_server_default(default: Any, ctx: RenderContext) -> str | None:
    """Return the source of a server default, computed column or identity; `None` without one.

    `default` is what `Column.server_default` holds, or a plain string or SQL expression.
    """
    by_user = render_item("server_default", default, ctx)
    if by_user is not False:
        return by_user
    match default:
        case None | False:
            return None
        case Computed():
            return render_computed(default, ctx)
        case Identity():
            return render_identity(default, ctx)
        case DefaultClause():
            return _render_default_value(default.arg, ctx)
        case FetchedValue():
            return call(f"{sqlalchemy_prefix(ctx)}FetchedValue")
        case _:
            return _render_default_value(default, ctx)


def render_computed(computed: Computed, ctx: RenderContext) -> str:
    """Return `sa.Computed(…)`."""
    keywords = {} if computed.persisted is None else {"persisted": literal(computed.persisted)}
    # Alembic leaves an empty place after the expression when nothing follows it
    arguments = [render_sql_string(computed.sqltext, ctx), *([] if keywords else [""])]
    return call(f"{sqlalchemy_prefix(ctx)}Computed", *arguments, **keywords)


def render_identity(identity: Identity, ctx: RenderContext) -> str:
    """Return `sa.Identity(…)`."""
    keywords = {"always": literal(identity.always)}
    for name in _IDENTITY_ARGUMENTS:
        value = getattr(identity, name, None)
        if value is not None:
            keywords[name] = literal(value)
    keywords |= sqla.identity_dialect_keywords(identity)
    return call(f"{sqlalchemy_prefix(ctx)}Identity", **keywords)


def render_table_clause(
    name: str, columns: Iterable[ColumnClause[Any]], schema: str | None, ctx: RenderContext
) -> str:
    """Return `sa.table(…)` with typed columns, a column a line, for statements on rows."""
    prefix = sqlalchemy_prefix(ctx)
    lines = [
        call(f"{prefix}column", render_identifier(ctx, each.name), render_type(each.type, ctx))
        for each in columns
    ]
    lines += [] if schema is None else [f"schema={render_identifier(ctx, schema)}"]
    body = "".join(f",\n    {line}" for line in lines)
    return f"{prefix}table({render_identifier(ctx, name)}{body}\n)"


def _render_default_value(value: Any, ctx: RenderContext) -> str:
    if isinstance(value, ClauseElement):
        return render_text(value, ctx, is_server_default=True)
    return literal(value)
