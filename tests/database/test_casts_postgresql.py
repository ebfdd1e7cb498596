"""A column of any type becomes one of any other: what PostgreSQL has to be told for it."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from limbeck.ddl.postgresql.casts import using
from tests.databases import Database

OWN = (
    "CREATE TYPE one AS ENUM ('a', 'b')",
    "CREATE TYPE other AS ENUM ('a', 'c')",
    "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
    "CREATE TYPE pair AS (a integer, b text)",
)
TYPES = (
    "smallint", "bigint", "double precision", "numeric(8,2)", "money", "boolean",
    "text", "character varying(20)", "character(5)", "name", "bytea", "uuid", "json", "jsonb",
    "date", "timestamp without time zone", "timestamp with time zone", "time without time zone",
    "interval day to second(2)", "inet", "macaddr", "bit(8)", "point", "box", "tsvector", "xml",
    "int4range", "nummultirange", "integer[]", "character varying(9)[]", "date[]", "jsonb[]",
    "one", "other", "one[]", "positive", "pair", "regclass",
)  # fmt: skip


def refused(connection: Connection, before: str, after: str) -> bool:
    expression = using("c", before, after)
    conversion = "" if expression is None else f" USING {expression}"
    savepoint = connection.begin_nested()
    try:
        connection.exec_driver_sql(f"CREATE TABLE t (c {before})")
        connection.exec_driver_sql(f"ALTER TABLE t ALTER c TYPE {after}{conversion}")
    except DBAPIError:
        return True
    finally:
        savepoint.rollback()
    return False


def test_any_type_becomes_any_other(postgresql: Database) -> None:
    with postgresql.engine.begin() as connection:
        for statement in OWN:
            connection.exec_driver_sql(statement)
        every = [(before, after) for before in TYPES for after in TYPES if before != after]
        assert [pair for pair in every if refused(connection, *pair)] == []
