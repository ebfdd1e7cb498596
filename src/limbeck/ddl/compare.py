"""Type names compared as text: the answer of `DefaultImpl.compare_type`.

Receives two types and what a dialect takes for the same; returns whether they differ. Third
parties' `type_synonyms` and `type_arg_extract` work through it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.types import TypeEngine


@dataclass(frozen=True, slots=True)
class TypeText:
    """A type in parts: `name` in capitals, arguments in and outside its parentheses."""

    name: str
    arguments: tuple[str, ...]
    outside: tuple[str, ...]


def types_differ(
    dialect: Dialect,
    database: TypeEngine[Any],
    model: TypeEngine[Any],
    *,
    synonyms: Sequence[set[str]],
    extract: Sequence[str],
) -> bool:
    """Tell whether the types differ; arguments count only where both types have them."""
    found, wanted = (split_type(dialect, type_, extract) for type_ in (database, model))
    same_name = found.name == wanted.name or any(
        {found.name, wanted.name} <= group for group in synonyms
    )
    if not same_name:
        return True
    return _both_differ(found.arguments, wanted.arguments) or _both_differ(
        found.outside, wanted.outside
    )


def split_type(dialect: Dialect, type_: TypeEngine[Any], extract: Sequence[str]) -> TypeText:
    """Return the DDL of a type in parts."""
    sql = dialect.type_compiler_instance.process(type_)
    outside = []
    for pattern in extract:
        match = re.search(pattern, sql, re.IGNORECASE)
        if match:
            outside.append(match.group(1).lower())
            sql = sql[: match.start()] + sql[match.end() :]
    match = re.search(r"\(([^()]*)\)", sql)
    if match is None:
        return TypeText(_capitals(sql), (), tuple(outside))
    arguments = tuple(part.strip().lower() for part in match.group(1).split(","))
    return TypeText(_capitals(sql[: match.start()] + sql[match.end() :]), arguments, tuple(outside))


def _capitals(sql: str) -> str:
    return " ".join(sql.upper().split())


def _both_differ(found: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return bool(found) and bool(wanted) and found != wanted
