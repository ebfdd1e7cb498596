"""What a SQLite database has beside its tables → the statements that SQLite kept of it.

    virtual tables · views · triggers

Each in the order in which they were created; the tables that virtual tables keep for themselves
come with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from limbeck.ddl.sqlite.text import LEXICON
from limbeck.schema.database import ReadScope
from limbeck.schema.definitions import Definition
from limbeck.schema.facts import TableKey

_MAIN = "main"
_HEAD = re.compile(
    r"\s*CREATE\s+(?:TEMP\s+|TEMPORARY\s+)?(?:VIRTUAL\s+TABLE|VIEW|TRIGGER)\s+"
    r"(?:IF\s+NOT\s+EXISTS\s+)?",
    re.IGNORECASE,
)
_DOWN = "descending order in the primary key or unique constraint of the table"
_KINDS = ("virtual table", "view", "trigger", _DOWN)


def read_definitions(connection: Connection, scope: ReadScope) -> Sequence[Definition]:
    """Return the virtual tables, views and triggers of the schemas that are attached."""
    attached = {
        row.name for row in connection.execute(text("SELECT name FROM pragma_database_list"))
    }
    default = scope.default_schema or _MAIN
    found: list[Definition] = []
    for schema in dict.fromkeys(name or default for name in scope.schemas):
        if schema in attached:
            key_schema = None if schema == default else schema
            found += _read_one(connection, schema, key_schema)
            found += _with_keys_down(connection, schema, key_schema)
    return tuple(sorted(found, key=lambda each: _KINDS.index(each.kind)))


def _read_one(connection: Connection, schema: str, key_schema: str | None) -> Iterator[Definition]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    prefix = "" if key_schema is None else f"{quote(key_schema)}."
    rows = connection.execute(
        text(
            f"SELECT type, name, tbl_name, sql FROM {quote(schema)}.sqlite_master "
            "WHERE sql IS NOT NULL AND type IN ('table', 'view', 'trigger') ORDER BY rowid"
        )
    ).all()
    tables = {
        row.name.lower(): row.name
        for row in rows
        if row.type == "table" and not _is_virtual(row.sql)
    }
    for row in rows:
        if row.type == "table" and not _is_virtual(row.sql):
            continue
        kind = "virtual table" if row.type == "table" else row.type
        # SQLite keeps the statement without the name of the schema.
        create = _HEAD.sub(lambda match: match.group() + prefix, row.sql, count=1)
        owner = tables.get(row.tbl_name.lower()) if row.type == "trigger" else None
        yield Definition(
            kind,
            row.name if key_schema is None else f"{key_schema}.{row.name}",
            (create,),
            (f"DROP {row.type.upper()} {prefix}{quote(row.name)}",),
            table=None if owner is None else TableKey(key_schema, owner),
        )


def _with_keys_down(
    connection: Connection, schema: str, key_schema: str | None
) -> Iterator[Definition]:
    """Name the tables with a key in descending order: SQLAlchemy can't say it of a constraint."""
    master = f"{connection.dialect.identifier_preparer.quote_identifier(schema)}.sqlite_master"
    rows = connection.execute(
        text(
            f"SELECT DISTINCT t.name FROM {master} t JOIN pragma_index_list(t.name, :schema) i"
            " JOIN pragma_index_xinfo(i.name, :schema) x WHERE t.type = 'table'"
            " AND i.origin <> 'c' AND x.key AND x.\"desc\" ORDER BY t.name"
        ),
        {"schema": schema},
    )
    for (name,) in rows.all():
        key = TableKey(key_schema, name)
        yield Definition(_DOWN, str(key), table=key)


def _is_virtual(sql: str) -> bool:
    return LEXICON.tokenize(sql[:200])[1].is_word("VIRTUAL")
