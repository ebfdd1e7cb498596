"""Source text of constraints and of the parts of an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.schema import (
    CheckConstraint,
    Constraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)

from limbeck import sqla
from limbeck.errors import CommandError
from limbeck.render.call import call, literal
from limbeck.render.context import RenderContext, render_item, sqlalchemy_prefix
from limbeck.render.expressions import (
    render_dialect_keywords,
    render_identifier,
    render_index_element,
    render_name,
    render_sql_string,
    render_text,
    render_value,
)

FOREIGN_KEY_OPTIONS = ("onupdate", "ondelete", "initially", "deferrable", "use_alter", "match")
"""What a foreign key may say beside its columns, in the order in which it is written."""

_Renderer: TypeAlias = Callable[[Any, RenderContext], "str | None"]


def render_constraint(constraint: Constraint, ctx: RenderContext) -> str | None:
    """Return a constraint as an argument of `op.create_table`.

    `None` when nothing has to be written: the check of a column's type, a primary key without
    columns, or what the user's hook leaves out. Raises `CommandError` for a class it does not know.
    """
    if sqla.is_type_bound(constraint):
        return None
    kind, renderer = _renderer_of(constraint)
    by_user = render_item(kind, constraint, ctx)
    return renderer(constraint, ctx) if by_user is False else by_user


def render_constraint_name(constraint: Constraint | Index, ctx: RenderContext) -> str:
    """Return the source of the name that DDL will carry; `None` as source without one."""
    return render_name(ctx, sqla.final_name(constraint, ctx.dialect))


def render_index_elements(index: Index, ctx: RenderContext) -> str:
    """Return the list of an index's columns and expressions."""
    return f"[{', '.join(render_index_element(item, ctx) for item in index.expressions)}]"


def render_deferral(constraint: Constraint) -> dict[str, str]:
    """Return the source of `deferrable` and `initially`, where given."""
    values = {name: getattr(constraint, name) for name in ("deferrable", "initially")}
    return {name: literal(value) for name, value in values.items() if value}


def render_comment(constraint: Constraint) -> dict[str, str]:
    """Return the source of `comment`, where given."""
    return {} if constraint.comment is None else {"comment": literal(constraint.comment)}


def render_foreign_key_options(constraint: ForeignKeyConstraint) -> dict[str, str]:
    """Return the source of what a foreign key says beside its columns."""
    values = {name: getattr(constraint, name) for name in FOREIGN_KEY_OPTIONS}
    return {name: literal(value) for name, value in values.items() if value}


def foreign_key_target(foreign_key: ForeignKey) -> str:
    """Return `[schema.]table.column` that a foreign key refers to, by names instead of keys."""
    table, column = sqla.foreign_key_target(foreign_key)
    return f"{table}.{column}"


def render_exclusion_elements(constraint: Constraint, ctx: RenderContext) -> list[str]:
    """Return the `(expression, operator)` pairs of an exclude constraint."""
    return [
        f"({_exclusion_expression(expression, ctx)}, {literal(operator)})"
        for expression, _, operator in sqla.exclusions(constraint)
    ]


def render_exclusion_options(constraint: Any, ctx: RenderContext) -> dict[str, str]:
    """Return the source of an exclude constraint's keywords but its name."""
    keywords = {}
    if constraint.where is not None:
        keywords["where"] = render_text(constraint.where, ctx)
    keywords |= render_deferral(constraint)
    if constraint.using:
        keywords["using"] = literal(constraint.using)
    if constraint.ops:
        keywords["ops"] = render_value(dict(constraint.ops), ctx)
    return keywords


def _renderer_of(constraint: Constraint) -> tuple[str, _Renderer]:
    """Return the kind that hooks know a constraint by, and the function that renders it."""
    match constraint:
        case PrimaryKeyConstraint():
            return "primary_key", _render_primary_key
        case ForeignKeyConstraint():
            return "foreign_key", _render_foreign_key
        case UniqueConstraint():
            return "unique", _render_unique
        case CheckConstraint():
            return "check", _render_check
        case _ if constraint.__visit_name__ == "exclude_constraint":
            return "exclude", _render_exclude
        case _:
            raise CommandError(
                f"Can't render {type(constraint).__name__} as Python: give its source in the "
                "`render_item` hook of context.configure()."
            )


def _render_primary_key(constraint: PrimaryKeyConstraint, ctx: RenderContext) -> str | None:
    if not constraint.columns:
        return None
    return _render_of_columns("PrimaryKeyConstraint", constraint, ctx)


def _render_unique(constraint: UniqueConstraint, ctx: RenderContext) -> str:
    return _render_of_columns("UniqueConstraint", constraint, ctx)


def _render_of_columns(
    class_name: str, constraint: PrimaryKeyConstraint | UniqueConstraint, ctx: RenderContext
) -> str:
    columns = [literal(column.name) for column in constraint.columns]
    keywords = render_deferral(constraint) | _name_keyword(constraint, ctx)
    keywords |= render_comment(constraint) | render_dialect_keywords(constraint, ctx)
    return call(f"{sqlalchemy_prefix(ctx)}{class_name}", *columns, **keywords)


def _render_foreign_key(constraint: ForeignKeyConstraint, ctx: RenderContext) -> str:
    sources = ", ".join(literal(e.parent.name) for e in constraint.elements)
    targets = ", ".join(literal(foreign_key_target(e)) for e in constraint.elements)
    keywords = _name_keyword(constraint, ctx) | render_foreign_key_options(constraint)
    keywords |= render_comment(constraint) | render_dialect_keywords(constraint, ctx)
    # Alembic leaves an empty place after the columns when nothing follows them
    arguments = [f"[{sources}]", f"[{targets}]", *([] if keywords else [""])]
    return call(f"{sqlalchemy_prefix(ctx)}ForeignKeyConstraint", *arguments, **keywords)


def _render_check(constraint: CheckConstraint, ctx: RenderContext) -> str:
    keywords = _name_keyword(constraint, ctx) | render_deferral(constraint)
    keywords |= render_comment(constraint) | render_dialect_keywords(constraint, ctx)
    condition = render_sql_string(constraint.sqltext, ctx)
    return call(f"{sqlalchemy_prefix(ctx)}CheckConstraint", condition, **keywords)


def _render_exclude(constraint: Any, ctx: RenderContext) -> str:
    """Return an exclude constraint; the module of its class says whose it is."""
    dialect_module = type(constraint).__module__.split(".")[2]
    ctx.imports.add(f"from sqlalchemy.dialects import {dialect_module}")
    keywords = render_exclusion_options(constraint, ctx) | _name_keyword(constraint, ctx)
    elements = render_exclusion_elements(constraint, ctx)
    return call(f"{dialect_module}.{type(constraint).__name__}", *elements, **keywords)


def _exclusion_expression(expression: Any, ctx: RenderContext) -> str:
    if isinstance(expression, ColumnClause) and not expression.is_literal:
        name = render_identifier(ctx, expression.name)
        return call(f"{sqlalchemy_prefix(ctx)}column", name)
    return render_text(expression, ctx)


def _name_keyword(constraint: Constraint, ctx: RenderContext) -> dict[str, str]:
    name = sqla.final_name(constraint, ctx.dialect)
    return {} if name is None else {"name": render_name(ctx, name)}
