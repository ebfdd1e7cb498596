"""Dialect options of a table, constraint or index: keyword arguments ⇄ sorted text pairs.

SQLAlchemy spells them `<dialect>_<option>=…`; facts hold the option without the prefix and its
value as text, only for the dialect at hand and the names it inherits options by.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Dialect, Table
from sqlalchemy.sql.base import DialectKWArgs
from sqlalchemy.sql.elements import ClauseElement

from limbeck import sqla
from limbeck.logs import logger_of

if TYPE_CHECKING:
    from limbeck.schema.facts import Options

_logger = logger_of(__name__)


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


def option_arguments(dialect: Dialect, options: Options) -> dict[str, Any]:
    """Return a table's options as keyword arguments of `Table`."""
    arguments = dialect_arguments(dialect, Table, tuple(o for o in options if o[0] != "prefixes"))
    if prefixes := dict(options).get("prefixes"):
        arguments["prefixes"] = prefixes.split(" ")
    return arguments


def dialect_arguments(dialect: Dialect, kind: type, options: Options) -> dict[str, Any]:
    """Return a fact's options as SQLAlchemy's keyword arguments for this kind of construct.

    What this version of SQLAlchemy has no argument for is left out, and said so.
    """
    accepted = _accepted(dialect, kind)
    arguments = {}
    for name, value in options:
        if accepted is None or name in accepted:
            arguments[f"{dialect.name}_{name}"] = _value(name, value)
        else:
            _logger.warning("SQLAlchemy can't say %s=%s of a %s", name, value, kind.__name__)
    return arguments


def column_arguments(dialect: Dialect, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of an alteration's keyword arguments that are options of the column itself."""
    names = (f"{dialect.name}_{name}" for name in _accepted(dialect, Column) or ())
    return {name: given[name] for name in names if name in given}


def _accepted(dialect: Dialect, kind: type) -> frozenset[str] | None:
    """Return the options that the dialect takes for a kind of construct; None if it takes any."""
    if dialect.construct_arguments is None:
        return None
    names: set[str] = set()
    for construct, arguments in dialect.construct_arguments:
        if issubclass(kind, construct):
            names.update(arguments)
    return None if "*" in names else frozenset(names)


def _value(name: str, value: str) -> Any:
    """Return an option as SQLAlchemy takes it: a flag, a mapping, a list, or its text."""
    if name == "with":
        pairs = (part.partition("=") for part in value.split(", "))
        return {key: setting for key, _, setting in pairs}
    if name in ("include", "inherits"):
        return value.split(", ")
    return {"true": True, "false": False}.get(value.lower(), value)
