"""SQL modes that change how the server words a schema, or how it reads words.

ANSI_QUOTES           names stand in double quotes: not while limbeck reads
NO_BACKSLASH_ESCAPES  a backslash is one; the catalogs go on doubling it
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Dialect

from limbeck.ddl.mysql.text import quote_string
from limbeck.schema.facts import TableFacts

_ANSI = frozenset({"ANSI", "ANSI_QUOTES", "DB2", "MAXDB", "MSSQL", "ORACLE", "POSTGRESQL"})
"""ANSI_QUOTES, and the modes that bring it along."""

_QUOTED = re.compile(
    r"""'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`|"(?P<name>(?:[^"]|"")*)\"""", re.DOTALL
)


@contextmanager
def names_in_backticks(connection: Connection) -> Iterator[str]:
    """Let the server quote names by backticks in the block; yield the session's mode."""
    mode = str(connection.exec_driver_sql("SELECT @@SESSION.sql_mode").scalar_one())
    names = mode.split(",")
    if "ANSI_QUOTES" not in names:
        yield mode
        return
    _set_mode(connection, ",".join(name for name in names if name not in _ANSI))
    try:
        yield mode
    finally:
        _set_mode(connection, mode)


def _set_mode(connection: Connection, mode: str) -> None:
    connection.exec_driver_sql(f"SET SESSION sql_mode = {quote_string(mode)}")


def with_backticks(sql: str, dialect: Dialect) -> str:
    """Return a model's SQL with backticks around names, where the session has double quotes."""
    if dialect.identifier_preparer.initial_quote != '"':
        return sql
    return _QUOTED.sub(_in_backticks, sql)


def _in_backticks(match: re.Match[str]) -> str:
    if match["name"] is None:
        return match[0]
    name = match["name"].replace('""', '"').replace("`", "``")
    return f"`{name}`"


def warn_of_backslashes(mode: str, tables: Iterable[TableFacts]) -> None:
    """Warn of tables whose words would not mean the same if a revision repeated them."""
    if "NO_BACKSLASH_ESCAPES" not in mode.split(","):
        return
    for table in tables:
        if any("\\" in text for text in _texts(table)):
            warnings.warn(
                f"The table {table.key} has backslashes in its definition, which can't be compared "
                "or written under the sql_mode NO_BACKSLASH_ESCAPES: leave it out of the sql_mode "
                "of the connections on which revisions are written and run.",
                stacklevel=2,
            )


def _texts(table: TableFacts) -> Iterator[str]:
    for column in table.columns:
        yield from (column.type, column.default or "")
        yield "" if column.computed is None else column.computed.sql
    yield from (check.sql for check in table.checks)
    yield from (element.sql for index in table.indexes for element in index.elements)
