"""A statement as text for a SQL script: what `--sql` writes instead of executing.

Receives a construct and a dialect, returns SQL that a database's own shell understands: `%` is
not doubled for a driver, tabs inside values stay, and a colon that SQLAlchemy took for a bound
parameter is an error instead of a NULL that nobody asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Dialect,
    Insert,
    LargeBinary,
    String,
    Update,
    bindparam,
    literal_column,
)
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import iterate, replacement_traverse
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from limbeck import sqla
from limbeck.errors import CommandError

BinaryLiteral = Callable[[bytes], str]
"""Spells bytes as a literal of the database."""


class UnboundParameterError(CommandError):
    """SQL for a script has a parameter without a value."""

    def __init__(self, names: list[str], sql: str) -> None:
        super().__init__(names, sql)
        self.names = names
        self.sql = sql

    def __str__(self) -> str:
        names = ", ".join(f":{name}" for name in self.names)
        return (
            f"Can't write this statement to a SQL script, as {names} has no value:\n"
            f"    {self.sql}\n"
            f"If it is meant as a colon, write '\\:'; if it is a parameter, give its value: "
            f"op.execute(sa.text(...).bindparams({self.names[0]}=...))."
        )


def compile_statement(construct: Any, dialect: Dialect, *, literal_binds: bool) -> str:
    """Return the construct as SQL text, values inline where `literal_binds` or the value says so.

    Raises UnboundParameterError when a parameter without a value would have to be inline.
    """
    if isinstance(construct, ExecutableDDLElement):
        # only SQLAlchemy's own indentation: it writes a tab after each line break
        return re.sub(r"(?m)^\t+", "    ", str(construct.compile(dialect=dialect))).strip()
    if literal_binds:
        _check_values(construct, dialect)
    options = {"literal_binds": True} if literal_binds else {"render_postcompile": True}
    return str(construct.compile(dialect=dialect, compile_kwargs=options)).strip()


def _check_values(construct: Any, dialect: Dialect) -> None:
    compiled = construct.compile(dialect=dialect)
    binds = getattr(compiled, "binds", {})
    inserted = {id(bind) for bind in getattr(compiled, "insert_prefetch", ())}
    unbound = [
        name
        for name, bind in binds.items()
        if bind.required
        and bind.value is None
        and bind.callable is None
        and id(bind) not in inserted
    ]
    if unbound:
        raise UnboundParameterError(sorted(unbound), str(construct))


Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def with_parameters(construct: Any, parameters: Parameters) -> list[Any]:
    """Return a statement that has the parameters as its values; of several sets, one for each."""
    sets = [parameters] if isinstance(parameters, Mapping) else parameters
    return [_with_values(construct, values) for values in sets]


def _with_values(construct: Any, values: Mapping[str, Any]) -> Any:
    columns = dict(values)

    def give(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or element.key not in values:
            return None
        columns.pop(element.key, None)
        type_ = None if isinstance(element.type, NullType) else element.type
        value = values[element.key]
        return bindparam(element.key, value, type_, expanding=element.expanding)

    given = replacement_traverse(construct, {}, give)
    return given.values(columns) if columns and isinstance(given, Insert | Update) else given


def with_inline_values(construct: Any, dialect: Dialect, binary: BinaryLiteral) -> Any:
    """Return a statement with its JSON and its bytes inline: SQLAlchemy has no literals for them."""
    if isinstance(construct, ExecutableDDLElement):
        return construct

    def inline(element: Any, **_: Any) -> Any:
        if not _lacks_literal(element):
            return None
        return inline_value(element.effective_value, element.type, dialect, binary)

    if isinstance(construct, Insert | Update):
        values = {
            key: inline_value(value.effective_value, type_, dialect, binary)
            for key, type_, value in sqla.written_values(construct)
            if _lacks_literal(value, type_)
        }
        construct = construct.values(values) if values else construct
    has_more = any(map(_lacks_literal, iterate(construct)))
    return replacement_traverse(construct, {}, inline) if has_more else construct


def _lacks_literal(value: Any, type_: TypeEngine[Any] | None = None) -> bool:
    """Tell whether it is a value, not NULL, that only `inline_value` can spell as (that) type."""
    is_said = isinstance(value, BindParameter) and not isinstance(value, sqla.InlineLiteral)
    if not is_said or value.required:
        return False
    plain = _plain_type(value.type if type_ is None else type_)
    return isinstance(plain, JSON) or (
        isinstance(plain, LargeBinary) and value.effective_value is not None
    )


def inline_value(
    value: Any, type_: TypeEngine[Any], dialect: Dialect, binary: BinaryLiteral
) -> ColumnElement[Any]:
    """Return a value as a literal, whatever its type."""
    plain = _plain_type(type_)
    if isinstance(plain, JSON | LargeBinary):
        while isinstance(type_, TypeDecorator):
            value = type_.process_bind_param(value, dialect)
            type_ = type_.impl_instance
    if isinstance(type_, JSON) and not (value is None and type_.none_as_null):
        return sqla.inline_literal(json.dumps(None if value is JSON.NULL else value), String())
    if isinstance(type_, LargeBinary) and value is not None:
        return literal_column(binary(bytes(value)))
    return sqla.inline_literal(value, type_)


def _plain_type(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return what a type of the user's own is made of."""
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    return type_
