"""Facts of a model's index: its elements, their order, and what the dialect's options say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from sqlalchemy import Dialect, Index, Table, TextClause
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ClauseElement, ColumnClause, UnaryExpression

from limbeck import sqla
from limbeck.schema.facts import IndexElement, IndexFacts
from limbeck.schema.options import given_options, option_text, read_options

Nulls = Literal["first", "last"]

_ORDERED_TEXT = re.compile(
    r"(?P<sql>.*?)(?:\s+(?P<order>asc|desc))?(?:\s+nulls\s+(?P<nulls>first|last))?\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_KNOWN = frozenset({"where", "include", "using", "ops", "concurrently"})
"""Options that have a field of their own, or say how to create the index, not what it is."""


def read_index(index: Index, dialect: Dialect, normal: Callable[[str], str]) -> IndexFacts:
    """Return the facts of an index; `normal` is the dialect's normal form of expressions."""
    given = given_options(index, dialect)
    classes: Mapping[str, str] = given.get("ops") or {}
    name = sqla.final_name(index, dialect)
    where = given.get("where")
    return IndexFacts(
        name=None if name is None else str.__str__(name),
        elements=tuple(
            read_element(expression, index.table, dialect, normal, classes)
            for expression in index.expressions
        ),
        unique=bool(index.unique),
        where=None if where is None else normal(_text(where, dialect)),
        method=str(given["using"]).lower() if given.get("using") else None,
        include=tuple(option_text(column, dialect) for column in given.get("include") or ()),
        options=read_options(index, dialect, leave=_KNOWN),
    )


def read_element(
    expression: Any,
    table: Table | None,
    dialect: Dialect,
    normal: Callable[[str], str],
    classes: Mapping[str, str],
) -> IndexElement:
    """Return the facts of one element of an index of a table; `classes` by the element's key."""
    names = [] if table is None else [str(column.name) for column in table.columns]
    operator_class = classes.get(getattr(expression, "key", None) or "")
    options = (("opclass", operator_class),) if operator_class else ()
    bare, descending, nulls = _order(expression)
    if isinstance(bare, TextClause):
        sql, descending, nulls = _text_order(_text(bare, dialect))
        is_expression = sql not in names
    elif isinstance(bare, ColumnClause):
        sql = str(bare.name)
        is_expression = bare.is_literal and sql not in names
    else:
        sql = _text(bare, dialect)
        is_expression = True
    return IndexElement(
        sql=normal(sql) if is_expression else sql,
        is_expression=is_expression,
        descending=descending,
        nulls=nulls,
        options=options,
    )


def _order(expression: Any) -> tuple[Any, bool, Nulls | None]:
    """Return what is under the order of an index element, and the order."""
    descending = False
    nulls: Nulls | None = None
    while isinstance(expression, UnaryExpression):
        if expression.modifier is operators.desc_op:
            descending = True
        elif expression.modifier is operators.nulls_first_op:
            nulls = "first"
        elif expression.modifier is operators.nulls_last_op:
            nulls = "last"
        elif expression.modifier is not operators.asc_op:
            break
        expression = expression.element
    return expression, descending, nulls


def _text_order(sql: str) -> tuple[str, bool, Nulls | None]:
    """Return an element that the model gives as text, without its order, and the order."""
    match = _ORDERED_TEXT.match(sql)
    assert match is not None  # the pattern takes any text
    descending = (match["order"] or "").lower() == "desc"
    nulls: Nulls | None = None
    if match["nulls"]:
        nulls = "first" if match["nulls"].lower() == "first" else "last"
    return match["sql"].strip(), descending, nulls


def _text(clause: Any, dialect: Dialect) -> str:
    return sqla.ddl_text(dialect, clause) if isinstance(clause, ClauseElement) else str(clause)
