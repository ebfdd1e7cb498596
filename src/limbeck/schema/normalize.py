"""Normal forms of SQL text that hold for any database, where a dialect has no better ones.

They only do what no database can tell from the original: spaces outside quotes, and parentheses
around all of an expression. Text in, text out; nothing here knows a grammar.
"""

from __future__ import annotations

import re

_QUOTED_OR_SPACE = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\s+""")
_QUOTED_OR_PARENTHESIS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|[()]""")
_COLLATE = re.compile(
    r"""\s+COLLATE\s+((?:"(?:[^"]|"")+"|[\w-]+)(?:\.(?:"(?:[^"]|"")+"|[\w-]+))*)""", re.IGNORECASE
)


def normal_expression(sql: str) -> str:
    """Return an expression with single spaces and without parentheses around all of it."""
    collapsed = _QUOTED_OR_SPACE.sub(
        lambda match: " " if match.group().isspace() else match.group(), sql.strip()
    )
    return strip_parentheses(collapsed)


def strip_parentheses(sql: str) -> str:
    """Return the expression without parentheses that hold all of it."""
    while sql.startswith("(") and _closing(sql) == len(sql) - 1:
        sql = sql[1:-1].strip()
    return sql


def split_collation(type_sql: str) -> tuple[str, str | None]:
    """Return a type's text without its COLLATE clause, and the collation's name without quotes."""
    match = _COLLATE.search(type_sql)
    if match is None:
        return type_sql, None
    collation = match.group(1)
    if collation.startswith('"') and collation.count('"') == 2:
        collation = collation.strip('"')
    return type_sql[: match.start()] + type_sql[match.end() :], collation


def _closing(sql: str) -> int:
    depth = 0
    for match in _QUOTED_OR_PARENTHESIS.finditer(sql):
        match match.group():
            case "(":
                depth += 1
            case ")":
                depth -= 1
                if depth == 0:
                    return match.start()
    return -1
