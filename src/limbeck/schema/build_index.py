"""Facts of an index → SQLAlchemy `Index`: its elements with what SQLAlchemy can't say as text.

The way back of `indexes`.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Dialect, Index, String, Table, literal_column, text, type_coerce
from sqlalchemy.sql.elements import conv

from limbeck import sqla
from limbeck.schema.facts import IndexElement, IndexFacts
from limbeck.schema.options import dialect_arguments

_ONE_CALL = re.compile(r"\w+\((?:[^()']|'(?:[^']|'')*')*\)\Z")


def build_index(facts: IndexFacts, table: Table, dialect: Dialect) -> Index:
    """Return the index; it belongs to the table."""
    options = dialect_arguments(dialect, Index, facts.options)
    given: dict[str, Any] = {
        "where": None if facts.where is None else text(sqla.escape_binds(facts.where)),
        "using": facts.method,
        "include": list(facts.include) or None,
        "ops": {
            _element_key(element): value
            for element in facts.elements
            for name, value in element.options
            if name == "opclass" and not _is_ordered(element)
        }
        or None,
        "length": None if any(map(_is_ordered, facts.elements)) else _lengths(facts) or None,
    }
    for name, value in given.items():
        if value is not None:
            options[f"{dialect.name}_{name}"] = value
    elements = [_element(element, table, dialect) for element in facts.elements]
    if given["length"] is None:
        elements = _with_lengths(elements, facts, dialect)
    final_name = None if facts.name is None else conv(facts.name)
    index = Index(final_name, *elements, unique=facts.unique, **options)
    if index.table is None:
        table.append_constraint(index)
    return index


def _lengths(facts: IndexFacts) -> dict[str, int]:
    """Return how much of each column is indexed, where it is not all of it."""
    return {
        element.sql: int(value)
        for element in facts.elements
        for name, value in element.options
        if name == "length"
    }


def _with_lengths(elements: list[Any], facts: IndexFacts, dialect: Dialect) -> list[Any]:
    """Return the elements with their lengths as text.

    SQLAlchemy takes no lengths beside elements that have an order.
    """
    lengths = _lengths(facts)
    result = []
    for fact, element in zip(facts.elements, elements, strict=True):
        if fact.sql in lengths:
            part: Any = literal_column(f"{sqla.quote(dialect, fact.sql)}({lengths[fact.sql]})")
            result.append(part.desc() if fact.descending else part)
        else:
            result.append(element)
    return result


def _is_ordered(element: IndexElement) -> bool:
    return element.descending or element.nulls is not None


def _element_key(element: IndexElement) -> str:
    """Return the name by which SQLAlchemy finds an element's operator class."""
    return _in_parentheses(element.sql) if element.is_expression else element.sql


def _element(element: IndexElement, table: Table, dialect: Dialect) -> Any:
    expression: Any
    if element.is_expression:
        expression = literal_column(_in_parentheses(element.sql))
    else:
        expression = table.c[element.sql]
    collations = [value for name, value in element.options if name == "collate"]
    if collations or _is_ordered(element):
        # SQLAlchemy 2.1 has COLLATE and DESC for some types only, databases for most
        expression = type_coerce(expression, String())
    if collations:
        expression = expression.collate(collations[0])
    if not _is_ordered(element):
        return expression
    if classes := [value for name, value in element.options if name == "opclass"]:
        # SQLAlchemy finds no operator class for an element that has an order: say it as text.
        sql = (
            _in_parentheses(element.sql)
            if element.is_expression
            else sqla.quote(dialect, element.sql)
        )
        expression = literal_column(f"{sql} {classes[0]}")
    if element.descending:
        expression = expression.desc()
    if element.nulls is not None:
        is_first = element.nulls == "first"
        expression = expression.nulls_first() if is_first else expression.nulls_last()
    return expression


def _in_parentheses(sql: str) -> str:
    """Return an expression as an index element: in parentheses unless it is one function call."""
    return sql if _ONE_CALL.match(sql) else f"({sql})"
