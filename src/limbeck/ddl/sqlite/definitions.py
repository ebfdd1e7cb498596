"""What a SQLite database has beside its tables → the statements that SQLite kept of it.

    virtual tables · views · triggers

Each in the order in which they were created; the tables that virtual tables keep for themselves
come with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from limbeck.ddl.sqlite.master import in_schema, is_virtual, schemas_of
from limbeck.schema.database import ReadScope
from limbeck.schema.definitions import Definition
from limbeck.schema.facts import TableKey

_DOWN = "descending order in the primary key or unique constraint of the table"
_KINDS = ("virtual table", "view", "trigger", _DOWN)


def read_definitions(connection: Connection, scope: ReadScope) -> Sequence[Definition]:
    """Return the virtual tables, views and triggers of the schemas that are attached."""
    found: list[Definition] = []
    for schema, key_schema in schemas_of(connection, scope):
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
        if row.type == "table" and not is_virtual(row.sql)
    }
    for row in rows:
        if row.type == "table" and not is_virtual(row.sql):
            continue
        kind = "virtual table" if row.type == "table" else row.type
        owner = tables.get(row.tbl_name.lower()) if row.type == "trigger" else None
        yield Definition(
            kind,
            row.name if key_schema is None else f"{key_schema}.{row.name}",
            (in_schema(row.sql, prefix),),
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
