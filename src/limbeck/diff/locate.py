"""From a fact back to the SQLAlchemy object that it came from, of which directives are made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
)

from limbeck import sqla
from limbeck.ddl.impl import DefaultImpl
from limbeck.schema.facts import CheckFacts, ForeignKeyFacts, IndexFacts, UniqueFacts

T = TypeVar("T", bound=Constraint | Index)


def column(table: Table, name: str) -> Column[Any]:
    """Return the column of that name, also where the database has cut a long name short."""
    named = {str(each.name): each for each in table.columns}
    if name in named:
        return named[name]
    return next(each for full, each in named.items() if full.startswith(name))


def unique_constraint(
    table: Table, fact: UniqueFacts | IndexFacts, impl: DefaultImpl
) -> UniqueConstraint | None:
    """Return the unique constraint of the table that has the fact's columns, preferably its name."""
    columns = fact.columns if isinstance(fact, UniqueFacts) else index_columns(fact)
    found = [
        each
        for each in table.constraints
        if isinstance(each, UniqueConstraint) and _names(each.columns) == columns
    ]
    return _by_name(found, fact.name, impl)


def foreign_key(
    table: Table, fact: ForeignKeyFacts, impl: DefaultImpl
) -> ForeignKeyConstraint | None:
    """Return the foreign key of the table that has the fact's columns and target."""
    found = [
        each
        for each in table.foreign_key_constraints
        if tuple(each.column_keys) == fact.columns or _names(each.columns) == fact.columns
    ]
    same_target = [each for each in found if _target(each)[-1] == fact.referred.name]
    return _by_name(same_target or found, fact.name, impl)


def check(table: Table, fact: CheckFacts, impl: DefaultImpl) -> CheckConstraint | None:
    """Return the check of the table that has the fact's name, or else its expression."""
    found = [each for each in table.constraints if isinstance(each, CheckConstraint)]
    named = [each for each in found if sqla.final_name(each, impl.dialect) == fact.name]
    if fact.name is not None and named:
        return named[0]
    unnamed = [each for each in found if sqla.final_name(each, impl.dialect) is None]
    for each in unnamed:
        if impl.own_expression(sqla.ddl_text(impl.dialect, each.sqltext), table.name) == fact.sql:
            return each
    return unnamed[0] if len(unnamed) == 1 else None


def index(table: Table, fact: IndexFacts, impl: DefaultImpl) -> Index | None:
    """Return the index of the table that has the fact's name, or else its columns."""
    named = [each for each in table.indexes if sqla.final_name(each, impl.dialect) == fact.name]
    if named:
        return named[0]
    columns = index_columns(fact)
    found = [each for each in table.indexes if _names(each.columns) == columns]
    return _by_name(found, fact.name, impl)


def exclusion(table: Table, fact: IndexFacts, impl: DefaultImpl) -> Constraint | None:
    """Return the exclusion constraint of the table that has the fact's name or its operators."""
    found = [
        each
        for each in sqla.sorted_constraints(table)
        if tuple(operator for _, _, operator in sqla.exclusions(each)) == fact.operators
    ]
    columns = index_columns(fact)
    same = [each for each in found if _excluded_names(each)[: len(columns)] == columns]
    return _by_name(found, fact.name, impl, otherwise=same)


def _excluded_names(constraint: Constraint) -> tuple[str, ...]:
    return tuple(
        str(expression.name)
        for expression, _, _ in sqla.exclusions(constraint)
        if isinstance(expression, Column)
    )


def index_columns(fact: IndexFacts) -> tuple[str, ...]:
    """Return the columns that an index lists, without its expressions."""
    return tuple(element.sql for element in fact.elements if not element.is_expression)


def _by_name(
    found: Sequence[T], name: str | None, impl: DefaultImpl, *, otherwise: Sequence[T] = ()
) -> T | None:
    for each in found:
        if sqla.final_name(each, impl.dialect) == name:
            return each
    return next(iter([*otherwise, *found]), None)


def _names(columns: Iterable[Column[object]]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)


def _target(constraint: ForeignKeyConstraint) -> tuple[str, ...]:
    """Return schema and name of the table a foreign key refers to, whether or not it is there."""
    return tuple(constraint.elements[0].target_fullname.split(".")[:-1])
