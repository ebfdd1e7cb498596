"""Columns with their own table's name before them: `t.a > 0` in a check of `t` → `a > 0`.

A database that words expressions anew leaves the table out, and a probe has it by another name.
Facts in, facts out; never touches a database.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial

from limbeck.schema.facts import IndexFacts, TableFacts


def without_own_table(facts: TableFacts) -> TableFacts:
    """Return a table whose checks, computed columns and indexes name its columns alone."""
    strip = partial(without_table, table=facts.key.name)
    return replace(
        facts,
        columns=tuple(
            column
            if column.computed is None
            else replace(column, computed=replace(column.computed, sql=strip(column.computed.sql)))
            for column in facts.columns
        ),
        checks=tuple(replace(check, sql=strip(check.sql)) for check in facts.checks),
        indexes=tuple(_index(index, strip) for index in facts.indexes),
    )


def without_table(sql: str, table: str) -> str:
    """Return an expression that names the columns of the table alone."""
    return _stripping(table)(sql)


def _index(index: IndexFacts, strip: Callable[[str], str]) -> IndexFacts:
    return replace(
        index,
        elements=tuple(
            replace(element, sql=strip(element.sql)) if element.is_expression else element
            for element in index.elements
        ),
        where=None if index.where is None else strip(index.where),
    )


@lru_cache(maxsize=512)
def _stripping(table: str) -> Callable[[str], str]:
    """Return what takes the table's name away, but from strings, types and calls."""
    pattern = re.compile(
        rf"""(?P<kept>'(?:[^']|'')*')|(?<![\w.:"`])(["`]?){re.escape(table)}\2\."""
        r"""(?=\w+\b(?!\s*[(.])|"|`)"""
    )

    def strip(sql: str) -> str:
        if table not in sql:
            return sql
        return pattern.sub(lambda match: match["kept"] or "", sql)

    return strip
