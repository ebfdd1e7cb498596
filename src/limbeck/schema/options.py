"""Dialect options of a model's table, constraint or index: keyword arguments → sorted text pairs.

SQLAlchemy spells them `<dialect>_<option>=…`; facts hold the option without the prefix and its
value as text, only for the dialect at hand and the names it inherits options by.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect
from sqlalchemy.sql.base import DialectKWArgs
from sqlalchemy.sql.elements import ClauseElement

from limbeck import sqla

if TYPE_CHECKING:
    from limbeck.schema.facts import Options


def given_options(item: DialectKWArgs, dialect: Dialect) -> dict[str, Any]:
    """Return the options that a model gives for this dialect, without the prefix."""
    prefixes = {cls.__dict__.get("name") for cls in type(dialect).__mro__}
    options = {}
    for key, value in item.dialect_kwargs.items():
        prefix, _, name = key.partition("_")
        if prefix in prefixes and value is not None:
            options[name] = value
    return options


def own_options(options: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """Return those of a table's keyword arguments that its CREATE TABLE on this dialect has.

    Unlike constraints and indexes, tables take nothing from the dialect that theirs is made of:
    MariaDB passes over `mysql_engine`.
    """
    prefix = f"{dialect.name}_"
    return {
        name.removeprefix(prefix): value
        for name, value in options.items()
        if name.startswith(prefix) or name == "prefixes"
    }


def read_options(
    item: DialectKWArgs, dialect: Dialect, *, leave: frozenset[str] = frozenset()
) -> Options:
    """Return the options as text, but for those in `leave` and those that are off or empty."""
    given = given_options(item, dialect)
    return tuple(
        (name, option_text(value, dialect))
        for name, value in sorted(given.items())
        if name not in leave and not _is_off(value)
    )


def _is_off(value: Any) -> bool:
    if isinstance(value, ClauseElement):
        return False
    return value is False or (hasattr(value, "__len__") and len(value) == 0)


def option_text(value: Any, dialect: Dialect) -> str:
    """Return an option's value as text: `true`, `a=1, b=2`, `a, b`, an expression, or as given."""
    match value:
        case bool():
            return str(value).lower()
        case Mapping():
            return ", ".join(f"{key}={value[key]}" for key in sorted(value))
        case list() | tuple():
            return ", ".join(option_text(part, dialect) for part in value)
        case ClauseElement():
            return sqla.ddl_text(dialect, value)
        case _:
            return str(getattr(value, "name", value))
