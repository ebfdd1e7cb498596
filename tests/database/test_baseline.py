"""A baseline of a database that uses what MariaDB and SQLite have: it builds the same again."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from limbeck import command
from limbeck.autogenerate import compare_metadata
from limbeck.runtime.migration import MigrationContext
from limbeck.script import Script
from tests.catalogs import Catalogs, dump
from tests.convergence import assert_same
from tests.databases import Database, fresh_database
from tests.migrations import Migrations

MARIADB = (
    "CREATE FUNCTION twice(a INT) RETURNS INT DETERMINISTIC COMMENT 'it''s 2 %' RETURN a * 2",
    """
    CREATE TABLE parents (
        id INT UNSIGNED NOT NULL AUTO_INCREMENT, code CHAR(8) CHARACTER SET ascii NOT NULL,
        name VARCHAR(300) COLLATE utf8mb4_bin DEFAULT 'it''s :x 100%', body MEDIUMTEXT,
        at DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
        made TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, spot POINT NOT NULL,
        kind ENUM('a','b''c','d,e') CHARACTER SET latin1 NOT NULL DEFAULT 'a', marks SET('x','y'),
        doc JSON CHECK (json_length(doc) > 0), n INT(5) ZEROFILL, flag TINYINT(1) DEFAULT 1,
        bits BIT(3) DEFAULT b'101', raw BINARY(4) DEFAULT 'ab', price DECIMAL(10,2) UNSIGNED,
        year_ YEAR, twice_ INT AS (n * 2) VIRTUAL, more INT AS (n + 1) STORED,
        CHECK (n > 0), CONSTRAINT named CHECK (price < 1000 OR name LIKE 'a%:b'),
        PRIMARY KEY (id), UNIQUE KEY code (code), UNIQUE KEY both_ (n, kind DESC),
        KEY prefix (name(20), body(30) DESC), FULLTEXT KEY words (body), SPATIAL KEY spots (spot)
    ) ENGINE=InnoDB AUTO_INCREMENT=50 ROW_FORMAT=DYNAMIC COMMENT='the ''parents'''
    """,
    "CREATE TABLE children (id INT PRIMARY KEY, parent INT UNSIGNED, code CHAR(8) CHARACTER SET ascii,"
    " other INT, FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE CASCADE ON UPDATE SET NULL,"
    " CONSTRAINT by_code FOREIGN KEY (code) REFERENCES parents (code), KEY (other, parent))",
    "CREATE TABLE plain (a VARCHAR(9), b TEXT COLLATE latin1_bin, KEY (a)) ENGINE=MyISAM CHARSET=latin1",
    "CREATE TABLE parts (id INT, at DATE, PRIMARY KEY (id, at)) PARTITION BY RANGE (YEAR(at))"
    " SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (2000) COMMENT 'old',"
    " PARTITION rest VALUES LESS THAN MAXVALUE)",
    "CREATE TABLE listed (a INT, b VARCHAR(9)) PARTITION BY LIST COLUMNS (b)"
    " (PARTITION x VALUES IN ('a','b'), PARTITION y VALUES IN (NULL,'it''s'))",
    "CREATE TABLE kept (id INT PRIMARY KEY) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME "
    "(PARTITION p0 HISTORY COMMENT '5%', PARTITION pn CURRENT)",
    "CREATE TABLE rests (id INT PRIMARY KEY) PARTITION BY RANGE (id % 7) "
    "(PARTITION p0 VALUES LESS THAN (5) MAX_ROWS = 9 COMMENT '5%', PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "CREATE VIEW z_base AS SELECT id, name, twice(n) AS t FROM parents WHERE name LIKE 'a%:b'",
    "CREATE SQL SECURITY INVOKER VIEW a_top AS SELECT * FROM z_base WHERE id > 1 WITH CHECK OPTION",
    "CREATE TRIGGER first_ BEFORE INSERT ON parents FOR EACH ROW SET NEW.n = twice(NEW.n)",
    "CREATE TRIGGER a_second BEFORE INSERT ON parents FOR EACH ROW BEGIN"
    " SET NEW.code = 'x:y;%'; SET NEW.n = NEW.n + 1; END",
    "SET sql_mode = 'ANSI_QUOTES'",
    'CREATE PROCEDURE fill(IN a INT, OUT b INT) BEGIN SELECT count(*) INTO b FROM "a_top"; END',
    "SET sql_mode = DEFAULT",
    "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM plain WHERE a = 'it''s'",
)
SQLITE = (
    """
    CREATE TABLE parents (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(20) COLLATE "NOCASE"
        DEFAULT 'it''s :x 100%', n INTEGER DEFAULT (abs(-1)), at DATETIME DEFAULT CURRENT_TIMESTAMP,
        twice INTEGER GENERATED ALWAYS AS (n * 2) VIRTUAL, kept INTEGER GENERATED ALWAYS AS (n + 1) STORED,
        UNIQUE (name, n), CHECK (n <> 3), CHECK (n > 0 OR name LIKE 'a%:b'),
        CONSTRAINT named CHECK (n < 1000))
    """,
    """
    CREATE TABLE children (
        id INTEGER NOT NULL, parent INTEGER, code MONEY, PRIMARY KEY (id),
        UNIQUE (code) ON CONFLICT IGNORE, FOREIGN KEY (parent) REFERENCES parents (id)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED)
    """,
    "CREATE TABLE strict_ (id INTEGER NOT NULL, a TEXT NOT NULL, c ANY, PRIMARY KEY (id)) STRICT",
    "CREATE TABLE bare (a TEXT NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID",
    "CREATE INDEX low ON parents (lower(name), n DESC) WHERE n > 5",
    'CREATE UNIQUE INDEX folded ON parents (name COLLATE "BINARY")',
    "CREATE VIRTUAL TABLE words USING fts5(body, content='parents', tokenize='unicode61')",
    "CREATE VIEW a_top AS SELECT * FROM z_base",
    "CREATE VIEW z_base AS SELECT id, name FROM parents WHERE name LIKE 'a%:b'",
    "CREATE TRIGGER touch AFTER INSERT ON parents BEGIN INSERT INTO words(rowid, body) VALUES"
    " (NEW.id, 'x;:y' || NEW.name); END",
    "CREATE TRIGGER through INSTEAD OF DELETE ON a_top BEGIN DELETE FROM parents WHERE id = OLD.id; END",
)


def test_baseline_of_mariadb_builds_the_same(mariadb: Database, tmp_path: Path) -> None:
    _build(mariadb, MARIADB)
    _assert_builds_the_same(mariadb, tmp_path)


def test_baseline_of_sqlite_builds_the_same(sqlite: Database, tmp_path: Path) -> None:
    _build(sqlite, SQLITE)
    _assert_builds_the_same(sqlite, tmp_path)


def test_default_of_bytes_is_named_in_a_baseline(mariadb: Database, tmp_path: Path) -> None:
    """Its driver could not even read what SHOW CREATE TABLE says of it."""
    bytes_ = "CREATE TABLE b (id int PRIMARY KEY, x varbinary(4) DEFAULT x'ff00fe', t text)"
    _build(mariadb, (bytes_,))
    options = {"script_location": str(tmp_path / "migrations")}
    migrations = Migrations(tmp_path / "migrations", mariadb.url_text, options)

    with pytest.warns(UserWarning, match="default of column x of table b has bytes"):
        script = command.revision(migrations.config(), "baseline", from_database=True)

    assert isinstance(script, Script)
    source = Path(script.path).read_text()
    assert "DatabaseType('varbinary(4)')" in source


@pytest.mark.filterwarnings("ignore:Unknown schema content")  # SQLAlchemy's word of the same
def test_period_of_own_columns_is_named_in_a_baseline(mariadb: Database, tmp_path: Path) -> None:
    period = (
        "CREATE TABLE p (id int PRIMARY KEY, f timestamp(6) GENERATED ALWAYS AS ROW START,"
        " u timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (f, u))"
        " WITH SYSTEM VERSIONING"
    )
    _assert_names(mariadb, tmp_path, period, "the period of the system-versioned table p:")


@pytest.mark.parametrize("end", ["", " WITHOUT ROWID"])
def test_key_in_descending_order_is_named_in_a_baseline(
    sqlite: Database, tmp_path: Path, end: str
) -> None:
    down = f"CREATE TABLE k (a TEXT NOT NULL, b INT, PRIMARY KEY (a DESC)){end}"
    _assert_names(sqlite, tmp_path, down, "descending order in the primary key or .* table k:")


def _assert_names(database: Database, folder: Path, statement: str, words: str) -> None:
    _build(database, (statement,))
    options = {"script_location": str(folder / "migrations")}
    migrations = Migrations(folder / "migrations", database.url_text, options)
    with pytest.warns(UserWarning, match=words):
        command.revision(migrations.config(), "baseline", from_database=True)


def test_default_of_bytes_is_left_alone_where_it_is_the_models(mariadb: Database) -> None:
    metadata = sa.MetaData()
    default = sa.text("x'ff00fe'")
    check = sa.CheckConstraint("not id > 1", name="small")
    sa.Table(
        "b", metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("x", mysql.VARBINARY(4), server_default=default),
        check,
    )  # fmt: skip
    metadata.create_all(mariadb.engine)
    with mariadb.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def _build(database: Database, statements: tuple[str, ...]) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _assert_builds_the_same(database: Database, folder: Path) -> None:
    """Run the baseline on an empty database, and back to nothing."""
    options = {"script_location": str(folder / "migrations")}
    migrations = Migrations(folder / "migrations", database.url_text, options)
    script = command.revision(migrations.config(), "baseline", from_database=True)
    assert isinstance(script, Script)
    with fresh_database(database.name, folder) as fresh:
        migrations.url = fresh.url_text
        try:
            command.upgrade(migrations.config(), "head")
            assert_same(_own(dump(fresh)), _own(dump(database)), "after the upgrade")
            command.downgrade(migrations.config(), "base")
            assert not _own(dump(fresh))
        except Exception as error:
            error.add_note(Path(script.path).read_text())
            raise


def _own(catalogs: Catalogs) -> Catalogs:
    return {name: value for name, value in catalogs.items() if "alembic_version" not in name}
