"""Odd SQLite schemas, built anew with nothing to change: what the pragmas say of them stays."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.operations import Operations
from limbeck.runtime.migration import MigrationContext
from tests.databases import Database

SCHEMAS = {
    "quoted names": (
        """CREATE TABLE "we""ird t" ("a ""b" INTEGER PRIMARY KEY, [br ack] TEXT DEFAULT 'it''s',
        `tick` INT DEFAULT -1, "select" BLOB DEFAULT x'00ff', "ü" REAL DEFAULT 1e3);
        INSERT INTO "we""ird t" ("ü") VALUES (1.5)""",
        'we"ird t',
    ),
    "reserved names": (
        """CREATE TABLE "order" ("group" INTEGER PRIMARY KEY, "from" TEXT NOT NULL DEFAULT '',
        "index" INT UNIQUE, CHECK ("group" > 0)); INSERT INTO "order" DEFAULT VALUES""",
        "order",
    ),
    "generated columns": (
        """CREATE TABLE t (a INT, b INT AS (a * 2) STORED, c TEXT GENERATED ALWAYS AS (a || 'x')
        VIRTUAL NOT NULL, d INT AS (b + 1), e INT); INSERT INTO t (a, e) VALUES (1, 2)""",
        "t",
    ),
    "without rowid": (
        """CREATE TABLE t (k TEXT, j INT, v, PRIMARY KEY (j, k)) WITHOUT ROWID;
        INSERT INTO t VALUES ('a', 1, x'00')""",
        "t",
    ),
    "strict": (
        """CREATE TABLE t (a INTEGER PRIMARY KEY, b ANY, c BLOB NOT NULL DEFAULT x'', d REAL) STRICT;
        INSERT INTO t (b) VALUES (1), ('1'), (x'31')""",
        "t",
    ),
    "without types": (
        """CREATE TABLE t (a, b DEFAULT CURRENT_TIMESTAMP, c DEFAULT (strftime('%s')),
        e DEFAULT TRUE, f DEFAULT +5); INSERT INTO t (a) VALUES (1), ('x'), (NULL)""",
        "t",
    ),
    "foreign keys": (
        """CREATE TABLE p (id INTEGER PRIMARY KEY, x INT UNIQUE); CREATE TABLE t (
        a INTEGER PRIMARY KEY, b INT REFERENCES p (id),
        c INT REFERENCES p (x) ON DELETE SET DEFAULT ON UPDATE CASCADE MATCH FULL DEFERRABLE
        INITIALLY DEFERRED, d INT CONSTRAINT named REFERENCES nowhere (y))""",
        "t",
    ),
    "cascade to itself": (
        """CREATE TABLE t (a INTEGER PRIMARY KEY, b INT REFERENCES t (a) ON DELETE CASCADE);
        INSERT INTO t VALUES (1, NULL), (2, 1), (3, 2)""",
        "t",
    ),
    "cascades over two tables": (
        """CREATE TABLE t (a INTEGER PRIMARY KEY, b INT);
        CREATE TABLE c (id INTEGER PRIMARY KEY, t_id INT REFERENCES t (a) ON DELETE CASCADE);
        CREATE TABLE d (id INTEGER PRIMARY KEY, c_id INT NOT NULL REFERENCES c ON DELETE CASCADE);
        INSERT INTO t VALUES (1, 1), (2, 2); INSERT INTO c VALUES (1, 1), (2, 2);
        INSERT INTO d VALUES (1, 1), (2, 2)""",
        "t",
    ),
    "cascades in a circle": (
        """CREATE TABLE t (a INTEGER PRIMARY KEY, b INT REFERENCES c (id) ON DELETE CASCADE);
        CREATE TABLE c (id INTEGER PRIMARY KEY, t_id INT REFERENCES t (a) ON DELETE CASCADE);
        INSERT INTO t VALUES (1, NULL); INSERT INTO c VALUES (1, 1); UPDATE t SET b = 1""",
        "t",
    ),
    "emptied count": (
        """CREATE TABLE t (a INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, b INT);
        INSERT INTO t (b) VALUES (1), (2), (3); DELETE FROM t""",
        "t",
    ),
    "indexes": (
        """CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT COLLATE RTRIM, c INT);
        CREATE UNIQUE INDEX "i 1" ON t (b COLLATE NOCASE DESC, c ASC)
        WHERE c IS NOT NULL AND b <> 'x y';
        CREATE INDEX i2 ON t (lower(b), c + 1 DESC, substr(b, 1, 2) COLLATE RTRIM)""",
        "t",
    ),
    "triggers": (
        """CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE TABLE log (x);
        CREATE TRIGGER t1 AFTER UPDATE OF b ON t WHEN new.b IS NOT old.b BEGIN
        INSERT INTO log VALUES (old.b || '; END'); DELETE FROM log WHERE x IS NULL; END;
        CREATE TRIGGER t2 BEFORE DELETE ON t BEGIN INSERT INTO log VALUES ('deleted'); END;
        CREATE TRIGGER t3 AFTER INSERT ON log BEGIN UPDATE t SET b = b; END;
        INSERT INTO t VALUES (1, 'x')""",
        "t",
    ),
    "views": (
        """CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);
        CREATE VIEW v AS SELECT a, b AS "B b" FROM t;
        CREATE VIEW w AS SELECT * FROM v JOIN t USING (a); CREATE VIEW broken AS SELECT * FROM gone;
        CREATE TRIGGER vi INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a, new."B b"); END;
        INSERT INTO t VALUES (1, 'x')""",
        "t",
    ),
    "remarks": (
        """CREATE TABLE t ( -- first, remark (
        a INTEGER PRIMARY KEY CHECK (a > 0), /* second */ b TEXT CONSTRAINT "my ck"
        CHECK (b IN ('a,b', ')', 'c''d')) -- third
        )""",
        "t",
    ),
    "odd types": (
        """CREATE TABLE t (a INTEGER PRIMARY KEY, b "weird type", c VARCHAR(10) COLLATE "NOCASE",
        d INT8, e CHARACTER VARYING(5), x UNSIGNED BIG INT, n DECIMAL(10, 2), j JSON)""",
        "t",
    ),
    "values of other types": (
        """CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, n NUMERIC, d DATE, bo BOOLEAN, bl BLOB,
        dt DATETIME, x DECIMAL(10, 2));
        INSERT INTO t VALUES (1, 5, '1e5x', 'not a date', 'maybe', 'text', 12345, 1.005),
        (2, x'00', 1.5, 2020, 7, x'ff', NULL, 12345678901234567890)""",
        "t",
    ),
    "keys that are NULL": (
        "CREATE TABLE t (a TEXT PRIMARY KEY, b); INSERT INTO t VALUES (NULL, 1), (NULL, 2)",
        "t",
    ),
    "a key in the middle": (
        "CREATE TABLE t (b TEXT, a INTEGER, PRIMARY KEY (a)); INSERT INTO t VALUES ('x', 7)",
        "t",
    ),
    "a key with a collation": (
        "CREATE TABLE t (a INT, b TEXT COLLATE NOCASE, c, CONSTRAINT pk PRIMARY KEY (b, a))",
        "t",
    ),
    "a full-text index beside it": (
        """CREATE VIRTUAL TABLE f USING fts5(b); CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);
        CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO f VALUES (new.b); END;
        INSERT INTO t VALUES (1, 'hello')""",
        "t",
    ),
    "a descending key that is no rowid": (
        """CREATE TABLE t (b TEXT, a INTEGER CONSTRAINT "a key" PRIMARY KEY DESC ON CONFLICT REPLACE
        DEFAULT 3); INSERT INTO t VALUES ('x', 5), ('y', 7), ('z', NULL), ('x', NULL)""",
        "t",
    ),
    "a descending key that is the rowid": (
        "CREATE TABLE t (b TEXT, a INTEGER, PRIMARY KEY (a DESC)); INSERT INTO t VALUES ('x', 5)",
        "t",
    ),
    "keys of columns with orders": (
        """CREATE TABLE t (a INT, "b c" TEXT COLLATE NOCASE, c, UNIQUE (c COLLATE RTRIM, a DESC),
        UNIQUE (a ASC, c), CONSTRAINT pk PRIMARY KEY ("B C" COLLATE BINARY DESC, a));
        INSERT INTO t VALUES (1, 'x', 1), (2, 'x', 2)""",
        "t",
    ),
    "a descending key without rowid": (
        "CREATE TABLE t (a INTEGER PRIMARY KEY DESC, b) WITHOUT ROWID; INSERT INTO t VALUES (1, 2)",
        "t",
    ),
    "rowids with gaps": (
        """CREATE TABLE t (a TEXT PRIMARY KEY, b); INSERT INTO t VALUES ('x', 1), ('y', 2), ('z', 3);
        CREATE VIRTUAL TABLE f USING fts5(b, content='t'); DELETE FROM t WHERE a = 'y'""",
        "t",
    ),
    "columns called as the rowid": (
        """CREATE TABLE t (rowid TEXT, "OID" INT); INSERT INTO t VALUES ('x', 7), ('y', 8);
        DELETE FROM t WHERE "OID" = 7""",
        "t",
    ),
    "no name for the rowid": (
        "CREATE TABLE t (rowid TEXT, oid, _rowid_ INT); INSERT INTO t VALUES ('x', 7, 3)",
        "t",
    ),
    "a long name": (f"CREATE TABLE {'x' * 80} (a INTEGER PRIMARY KEY, b)", "x" * 80),
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_table_built_anew_is_the_same(sqlite: Database, name: str) -> None:
    statements, table = SCHEMAS[name]
    with sqlite.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.executescript(f"PRAGMA foreign_keys = ON; {statements}")
        before = list(snapshot(raw))

        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table(table, recreate="always"):
            pass
        connection.commit()

        assert list(snapshot(raw)) == before
        assert connection.scalar(sa.text("PRAGMA foreign_keys")) == 1


def snapshot(connection: sqlite3.Connection) -> Iterator[tuple[str, str, Any]]:
    """Yield what SQLite says of each table, index, view and trigger, and all rows."""
    master = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY 1, 2"
    for kind, name, sql in connection.execute(master).fetchall():
        if kind != "table":
            yield name, kind, " ".join(sql.split())
            continue
        quoted = '"' + name.replace('"', '""') + '"'

        def pragma(name: str, quoted: str = quoted) -> list[tuple[Any, ...]]:
            return connection.execute(f"PRAGMA {name}({quoted})").fetchall()

        columns = pragma("table_xinfo")
        yield name, "columns", [_column(*each) for each in columns]
        yield (
            name,
            "foreign keys",
            sorted(map(repr, (each[2:] for each in pragma("foreign_key_list")))),
        )
        yield name, "indexes", sorted(_indexes(connection, pragma("index_list")))
        yield name, "options", [each[4:] for each in pragma("table_list") if each[0] == "main"]
        words = re.findall(r"AUTOINCREMENT|CHECK|DEFERRABLE|MATCH|CONSTRAINT \S+", sql)
        yield name, "words", sorted(words)
        types = ", ".join(f"typeof({_quote(each[1])})" for each in columns)
        if number := _number_of_rows(connection, name, {each[1].lower() for each in columns}):
            types += f", {number}"
        found = connection.execute(f"SELECT *, {types} FROM {quoted}").fetchall()
        yield name, "rows", sorted(map(repr, found))


def _number_of_rows(connection: sqlite3.Connection, table: str, taken: set[str]) -> str | None:
    name = next((each for each in ("rowid", "oid", "_rowid_") if each not in taken), None)
    try:
        connection.execute(f"SELECT {name} FROM {_quote(table)}")
    except sqlite3.OperationalError:
        return None
    return name


def _column(
    number: int, name: str, type_: str, notnull: int, default: Any, pk: int, *_: int
) -> Any:
    # an INTEGER PRIMARY KEY is never NULL, whether it says so or not
    is_rowid = pk == 1 and type_ == "INTEGER"
    return number, name, type_, is_rowid or notnull, default and default.replace(" ", ""), pk, _


def _indexes(connection: sqlite3.Connection, found: list[tuple[Any, ...]]) -> Iterator[str]:
    for _, name, unique, origin, partial in found:
        parts = connection.execute(f"PRAGMA index_xinfo({_quote(name)})").fetchall()
        shown = "" if name.startswith("sqlite_autoindex") else name
        yield repr((shown, unique, origin, partial, parts))


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
