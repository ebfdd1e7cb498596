"""Renaming an index of SQLite, which has no statement for it: dropped, and made from its text."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from limbeck.errors import UnsupportedOperationError

# CREATE, the name in any of SQLite's quotes, ON: SQLite keeps no schema and no IF NOT EXISTS
_HEAD = re.compile(
    r"""(\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+)("(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|'(?:[^']|'')*'|[^\s(]+)""",
    re.IGNORECASE,
)


def index_renaming(
    connection: Connection, table_name: str, old_name: str, new_name: str, schema: str | None
) -> tuple[str, str]:
    """Return what gives an index another name; raises UnsupportedOperationError if it isn't there."""
    quote = connection.dialect.identifier_preparer.quote
    prefix = "" if schema is None else f"{quote(schema)}."
    statement = connection.execute(
        text(
            f"SELECT sql FROM {prefix}sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
            "AND name = :name COLLATE NOCASE AND tbl_name = :table COLLATE NOCASE"
        ),
        {"name": str(old_name), "table": str(table_name)},
    ).scalar()
    if statement is None:
        raise UnsupportedOperationError(
            f"Can't rename the index {old_name} of the table {table_name}: there is no index of "
            f"that name that a CREATE INDEX has made. What a constraint makes is renamed with it, "
            f"by batch_op.rename_constraint()."
        )
    name = f"{prefix}{quote(str(new_name))}"
    created = _HEAD.sub(lambda head: head.group(1) + name, str(statement), count=1)
    return f"DROP INDEX {prefix}{quote(str(old_name))}", created
