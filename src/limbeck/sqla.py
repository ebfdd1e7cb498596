"""Every use of SQLAlchemy that depends on its version or on a name it does not promise.

Each function says which version of SQLAlchemy lets it go. Imports nothing of limbeck.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import TextClause, conv
from sqlalchemy.sql.schema import Column, Constraint, Index
from sqlalchemy.types import TypeEngine


def final_name(item: Constraint | Index, dialect: Dialect | None) -> str | None:
    """Return the name DDL will carry; a `conv` when a naming convention made it.

    `format_constraint(_alembic_quote=False)` exists for migration tools but is not public; goes
    when SQLAlchemy offers the final name of a constraint.
    """
    if item.name is None:
        return None
    if dialect is None:
        return item.name if isinstance(item.name, str) else None
    name = dialect.identifier_preparer.format_constraint(item, _alembic_quote=False)
    if name is None:
        return None
    made_by_convention = isinstance(item.name, conv) or not isinstance(item.name, str)
    return conv(str.__str__(name)) if made_by_convention else name


def is_type_bound(constraint: Constraint) -> bool:
    """Tell whether a column's type makes this constraint (the check of `Boolean` and `Enum`).

    `_type_bound` is private in every version up to 2.1.
    """
    return bool(getattr(constraint, "_type_bound", False))


def doubles_percents(dialect: Dialect) -> bool:
    """Tell whether compiled SQL has `%%` for `%`, for the driver's sake.

    `_double_percents` is private in every version up to 2.1.
    """
    return bool(getattr(dialect.identifier_preparer, "_double_percents", False))


def variants(type_: TypeEngine[Any]) -> dict[str, TypeEngine[Any]]:
    """Return the types that `with_variant` gave to other dialects, by dialect name, sorted.

    `_variant_mapping` is private in every version up to 2.1.
    """
    mapping: dict[str, TypeEngine[Any]] = getattr(type_, "_variant_mapping", {})
    return dict(sorted(mapping.items()))


def exclusions(constraint: Constraint) -> list[tuple[Any, str, str]]:
    """Return the elements of an exclude constraint as (expression, name, operator).

    `_render_exprs` is private in every version up to 2.1.
    """
    return list(getattr(constraint, "_render_exprs", ()))


def foreign_key_target(specification: str, schema: str | None) -> str:
    """Return `schema.table.column` for the text of a foreign key in a MetaData that has a schema."""
    if schema is None or specification.count(".") != 1:
        return specification
    return f"{schema}.{specification}"


def escape_binds(sql: str) -> str:
    """Return the SQL as `text()` has to get it so that no part of it becomes a bound parameter.

    Uses `TextClause`'s own pattern, private in every version up to 2.1.
    """
    pattern: re.Pattern[str] = TextClause._bind_params_regex
    return pattern.sub(r"\\:\1", sql)


def has_own_repr(type_: TypeEngine[Any]) -> bool:
    """Tell whether the class of a user's type says itself how it is written.

    Looks for a `__repr__`, or a `repr_struct` (new in 2.1), outside SQLAlchemy.
    """
    for name in ("__repr__", "repr_struct"):
        owner = next((cls for cls in type(type_).__mro__ if name in vars(cls)), None)
        if owner is not None and not owner.__module__.startswith("sqlalchemy."):
            return True
    return False


def column_default_text(dialect: Dialect, column: Column[Any]) -> str | None:
    """Return the server default of a model's column as it stands in DDL, `%` not doubled.

    A DDL compiler without a statement and its `get_column_default_string` are what dialects call
    themselves, but neither is public; goes when SQLAlchemy renders a default on its own.
    """
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # as dialects do
    sql = compiler.get_column_default_string(column)
    return sql.replace("%%", "%") if sql is not None and doubles_percents(dialect) else sql
