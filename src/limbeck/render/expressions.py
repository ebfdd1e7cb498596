"""Source text of SQL expressions and of names.

An expression is rendered as the SQL it compiles to, inside `sa.text()` or
`sa.literal_column()`: the object that built it may not exist any more when the migration runs.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.sql.base import DialectKWArgs
from sqlalchemy.sql.elements import ClauseElement, Label, conv, quoted_name
from sqlalchemy.sql.schema import Column

from limbeck import sqla
from limbeck.render.call import call, literal
from limbeck.render.context import RenderContext, operations_prefix, sqlalchemy_prefix

_NEVER_QUOTED = re.compile(r"[a-z_][a-z0-9_$]*\Z")


def render_name(ctx: RenderContext, name: str | None) -> str:
    """Return the source of the name of a constraint or index: `op.f('…')` for one that is final."""
    if isinstance(name, conv):
        return call(f"{operations_prefix(ctx)}f", literal(name))
    return render_identifier(ctx, name)


def render_identifier(ctx: RenderContext, name: str | None) -> str:
    """Return the source of a name, with its quoting where the models ask for one."""
    if isinstance(name, quoted_name) and _is_quoting_unusual(name):
        # where names are folded, "a" and a are two tables; Alembic drops the difference
        return call(
            f"{sqlalchemy_prefix(ctx)}quoted_name", literal(name), quote=literal(name.quote)
        )
    return literal(name)


def render_schema(schema: str | None, ctx: RenderContext) -> dict[str, str]:
    """Return the source of the keyword `schema`; none for the default schema."""
    return {"schema": render_identifier(ctx, schema)} if schema else {}


def render_place(
    table_name: str | None, schema: str | None, ctx: RenderContext
) -> tuple[list[str], dict[str, str]]:
    """Return a table as an argument and its schema as a keyword; a batch block knows both."""
    if ctx.has_batch:
        return [], {}
    return [render_identifier(ctx, table_name)], render_schema(schema, ctx)


def render_place_keywords(
    table_name: str | None, schema: str | None, ctx: RenderContext
) -> dict[str, str]:
    """Return a table and its schema as keywords; a batch block knows both."""
    table, keywords = render_place(table_name, schema, ctx)
    return {"table_name": table[0], **keywords} if table else {}


def compile_expression(
    expression: ClauseElement,
    ctx: RenderContext,
    *,
    is_server_default: bool = False,
    is_index: bool = False,
) -> str:
    """Return the expression as the dialect's SQL, literals inline, without the table's name."""
    impl = ctx.migration_context.impl
    sql: str = impl.render_ddl_sql_expr(
        expression, is_server_default=is_server_default, is_index=is_index
    )
    return sql.replace("%%", "%") if sqla.doubles_percents(impl.dialect) else sql


def render_text(
    expression: ClauseElement, ctx: RenderContext, *, is_server_default: bool = False
) -> str:
    """Return `sa.text('…')` of the expression."""
    sql = compile_expression(expression, ctx, is_server_default=is_server_default)
    return call(f"{sqlalchemy_prefix(ctx)}text", literal(sqla.escape_binds(sql)))


def render_sql_string(expression: ClauseElement | str, ctx: RenderContext) -> str:
    """Return a string of SQL, as checks and computed columns take it."""
    if isinstance(expression, ClauseElement):
        return literal(sqla.escape_binds(compile_expression(expression, ctx)))
    return literal(expression)


def render_index_element(element: Any, ctx: RenderContext) -> str:
    """Return the source of one element of an index: a column's name or an SQL expression."""
    match element:
        case str():
            return render_identifier(ctx, element)
        case Column():
            return render_identifier(ctx, element.name)
        case Label():
            return f"{_literal_column(element.element, ctx)}.label({literal(element.name)})"
        case _:
            return _literal_column(element, ctx)


def render_value(value: Any, ctx: RenderContext) -> str:
    """Return the source of a keyword's value: plain, or SQL, or a container of both.

    A column becomes its name, any other SQL expression `sa.text('…')`.
    """
    match value:
        case Column():
            return render_identifier(ctx, value.name)
        case ClauseElement():
            return render_text(value, ctx)
        case list():
            return f"[{', '.join(render_value(item, ctx) for item in value)}]"
        case tuple():
            comma = "," if len(value) == 1 else ""
            return f"({', '.join(render_value(item, ctx) for item in value)}{comma})"
        case dict():
            pairs = (f"{literal(key)}: {render_value(item, ctx)}" for key, item in value.items())
            return f"{{{', '.join(pairs)}}}"
        case str():
            return render_identifier(ctx, value)
        case date() | time() | timedelta() | Decimal() | UUID():
            return _render_object(value, ctx)
        case _:
            return literal(value)


def render_dialect_keywords(item: DialectKWArgs, ctx: RenderContext) -> dict[str, str]:
    """Return the source of the `<dialect>_<option>` keywords of a construct, by keyword."""
    return {str(name): render_value(value, ctx) for name, value in item.dialect_kwargs.items()}


def _render_object(value: object, ctx: RenderContext) -> str:
    """Return the repr of a value of the standard library, behind its module, which is imported."""
    module = type(value).__module__
    ctx.imports.add(f"import {module}")
    source = repr(value)
    return source if source.startswith(f"{module}.") else f"{module}.{source}"


def _is_quoting_unusual(name: quoted_name) -> bool:
    """Tell whether a name asks for another quoting than every dialect gives it unasked."""
    if name.quote is None:
        return False
    return not name.quote or bool(_NEVER_QUOTED.match(str.__str__(name)))


def _literal_column(expression: ClauseElement, ctx: RenderContext) -> str:
    sql = compile_expression(expression, ctx, is_index=True)
    return call(f"{sqlalchemy_prefix(ctx)}literal_column", literal(sql))
