"""What only PostgreSQL's constraints have: INCLUDE, deferral of keys, columns of an action, EXCLUDE.

An exclusion constraint is an index in the facts, with the operators that make it one. Here they
are read from a model, and put into a Table that was made from facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Dialect, PrimaryKeyConstraint, Table, literal_column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.sql.elements import conv

from limbeck import sqla
from limbeck.ddl.postgresql.text import normal_expression, quoted_name, tokenize
from limbeck.schema.facts import (
    ForeignKeyFacts,
    IndexElement,
    IndexFacts,
    Options,
    PrimaryKeyFacts,
    TableFacts,
)
from limbeck.schema.indexes import read_element
from limbeck.schema.models import is_initially_deferred
from limbeck.schema.options import given_options


def spell_columns(names: Iterable[str]) -> str:
    """Return the columns of SET NULL (…) as facts have them: in one order, quoted where needed."""
    return ", ".join(normal_expression(quoted_name(name)) for name in sorted(names))


def deferral(deferrable: bool | None, deferred: bool) -> str | None:  # columns of a row
    """Return the deferral of an exclusion constraint as an option of its index."""
    return ("deferred" if deferred else "immediate") if deferrable else None


def normal_foreign_key(facts: ForeignKeyFacts) -> ForeignKeyFacts:
    """Return a model's foreign key with the columns of its action spelled as the catalogs' are."""
    words, parenthesis, columns = (facts.on_delete or "").partition(" (")
    if not parenthesis:
        return facts
    tokens = (token for token in tokenize(columns.strip().removesuffix(")")) if token != ",")
    return replace(facts, on_delete=f"{words} ({', '.join(sorted(tokens))})")


def read_primary_key(key: PrimaryKeyFacts, table: Table, dialect: Dialect) -> PrimaryKeyFacts:
    """Return a model's primary key with its deferral and its INCLUDE."""
    own = table.primary_key
    return replace(
        key,
        deferrable=bool(own.deferrable),
        initially_deferred=is_initially_deferred(own.initially),
        options=included(own, table, dialect) + _temporal(own, dialect),
    )


def _temporal(key: PrimaryKeyConstraint, dialect: Dialect) -> Options:
    given = given_options(key, dialect).get("without_overlaps")
    return (("without_overlaps", "true"),) if given else ()


def included(constraint: Any, table: Table, dialect: Dialect) -> Options:
    """Return the INCLUDE of a key as an option."""
    columns = given_options(constraint, dialect).get("include")
    if not columns:
        return ()
    by_key = {column.key: str(column.name) for column in table.columns}
    names = [str(getattr(column, "name", by_key.get(column, column))) for column in columns]
    return (("include", ", ".join(names)),)


# ------------------------------------------------------------------------------------------ exclusion


def read_exclusions(table: Table, dialect: Dialect) -> tuple[IndexFacts, ...]:
    """Return the indexes of a model's exclusion constraints."""
    return tuple(
        _read_exclusion(each, dialect)
        for each in sqla.sorted_constraints(table)
        if isinstance(each, ExcludeConstraint)
    )


def _read_exclusion(constraint: ExcludeConstraint, dialect: Dialect) -> IndexFacts:
    parts = sqla.exclusions(constraint)
    name = sqla.final_name(constraint, dialect)
    where = constraint.where
    deferred = is_initially_deferred(constraint.initially)
    kept = deferral(constraint.deferrable, deferred)
    return IndexFacts(
        name=None if name is None else str.__str__(name),
        elements=tuple(
            read_element(expression, constraint.table, dialect, normal_expression, constraint.ops)
            for expression, _, _ in parts
        ),
        where=None if where is None else normal_expression(sqla.ddl_text(dialect, where)),
        method=str(constraint.using).lower(),
        options=() if kept is None else (("deferral", kept),),
        operators=tuple(str(operator) for _, _, operator in parts),
    )


def name_parts(exclusion: IndexFacts) -> Iterator[str]:
    """Yield what a generated name has of each element: a column, a function, or `expr`."""
    for element in exclusion.elements:
        if element.is_expression:
            yield _called(element.sql) or "expr"
        else:
            yield element.sql


def _called(sql: str) -> str | None:
    """Return the function that an expression calls; None where it is more than one call."""
    name, *rest = tokenize(sql)
    depth = 0
    for number, token in enumerate(rest, start=1):
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth == 0:
            is_all = token == ")" and number == len(rest)
            bare = name.strip('"')
            return (bare.lower() if bare == name else bare) if is_all else None
    return None


def append_exclusions(facts: TableFacts, table: Table) -> None:
    """Give a Table that was made from facts its exclusion constraints."""
    for index in facts.indexes:
        if index.operators:
            table.append_constraint(_exclusion(index, table))


def _exclusion(facts: IndexFacts, table: Table) -> ExcludeConstraint:
    elements = [_element(element, table) for element in facts.elements]
    classes = {
        element.name: value
        for element, fact in zip(elements, facts.elements, strict=True)
        for name, value in fact.options
        if name == "opclass" and not fact.is_expression
    }
    kept = dict(facts.options).get("deferral")
    return ExcludeConstraint(
        *zip(elements, facts.operators, strict=True),
        name=None if facts.name is None else conv(facts.name),
        using=facts.method or "btree",
        where=None if facts.where is None else text(sqla.escape_binds(facts.where)),
        ops=classes,
        deferrable=True if kept else None,
        initially="DEFERRED" if kept == "deferred" else None,
    )


def _element(fact: IndexElement, table: Table) -> Any:
    if not fact.is_expression:
        return table.c[fact.sql]
    sql = fact.sql if _called(fact.sql) else f"({fact.sql})"
    # what is written as text has no key to find its operator class by
    return literal_column(" ".join([sql, *(value for _, value in fact.options)]))
