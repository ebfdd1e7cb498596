"""Columns with their own table's name before them: `t.a > 0` in a check of `t` → `a > 0`.

A database that words expressions anew leaves the table out, and a probe has it by another name.
Facts in, facts out; never touches a database.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial

from limbeck.schema.facts import TableFacts, with_expressions


def without_own_table(facts: TableFacts) -> TableFacts:
    """Return a table whose checks, computed columns and indexes name its columns alone."""
    return with_expressions(facts, partial(without_table, table=facts.key.name))


def without_table(sql: str, table: str) -> str:
    """Return an expression that names the columns of the table alone."""
    return _stripping(table)(sql)


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
