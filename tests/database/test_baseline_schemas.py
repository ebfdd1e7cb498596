"""A baseline of several schemas builds all of them again: attached files, and databases of a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text

from limbeck.autogenerate import render
from limbeck.autogenerate.api import AutogenContext
from limbeck.autogenerate.baseline import populate
from limbeck.operations import Operations
from limbeck.operations.ops import DowngradeOps, MigrationScript, UpgradeOps
from limbeck.runtime.migration import MigrationContext
from tests.catalogs import dump
from tests.convergence import FILE, assert_same
from tests.databases import Database

ATTACHED = (
    "CREATE TABLE parents (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(20) COLLATE NOCASE"
    " DEFAULT 'it''s', n INTEGER CHECK (n > 0), UNIQUE (name, n))",
    "CREATE INDEX low ON parents (n)",
    "CREATE TABLE other.parents (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, n INTEGER,"
    " twice INTEGER GENERATED ALWAYS AS (n * 2) VIRTUAL, CHECK (n > 0), UNIQUE (name, n)) STRICT",
    "CREATE TABLE other.kids (id INTEGER NOT NULL, p INTEGER, PRIMARY KEY (id),"
    " FOREIGN KEY (p) REFERENCES parents (id) ON DELETE CASCADE)",
    "CREATE INDEX other.low ON parents (lower(name), n DESC) WHERE n > 5",
    "CREATE VIEW other.v AS SELECT * FROM parents",
    "CREATE VIRTUAL TABLE other.words USING fts5(body)",
    "CREATE TRIGGER other.tr AFTER INSERT ON kids BEGIN UPDATE parents SET n = n + 1; END",
)
DATABASES = (
    "CREATE TABLE parents (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) DEFAULT 'it''s')",
    "CREATE TABLE second.parents (id INT PRIMARY KEY, n INT, CHECK (n > 0), KEY low (n DESC))"
    " COMMENT 'others'",
    "CREATE TABLE kids (id INT PRIMARY KEY, p INT, CONSTRAINT across FOREIGN KEY (p)"
    " REFERENCES second.parents (id) ON DELETE CASCADE)",
    "CREATE FUNCTION second.double_(a INT) RETURNS INT DETERMINISTIC RETURN a * 2",
    "CREATE VIEW second.v AS SELECT id, second.double_(n) AS d FROM second.parents",
    "CREATE TRIGGER second.tr BEFORE INSERT ON second.parents FOR EACH ROW"
    " SET NEW.n = second.double_(NEW.n)",
    "CREATE SEQUENCE second.counter START WITH 5",
)


def baseline(connection: Connection, **opts: Any) -> str:
    """Return the file that builds what is there."""
    prefixes = {"sqlalchemy_module_prefix": "sa.", "alembic_module_prefix": "op."}
    context = MigrationContext.configure(
        connection,
        opts={"target_metadata": MetaData(), "include_schemas": True, **prefixes, **opts},
    )
    autogen_context = AutogenContext(context, metadata=MetaData())
    script = MigrationScript("baseline", UpgradeOps([]), DowngradeOps([]))
    populate(autogen_context, script)
    variables: dict[str, Any] = {}
    render._render_python_into_templatevars(autogen_context, script, variables)
    return FILE.format(**variables)


def run(connection: Connection, source: str, function: str) -> None:
    """Run one of the file's functions."""
    namespace: dict[str, Any] = {}
    exec(compile(source, "baseline.py", "exec"), namespace)
    with Operations.context(MigrationContext.configure(connection)):
        namespace[function]()
    connection.commit()


def with_other(folder: Path) -> Engine:
    """Return a file with another one attached."""
    engine = create_engine(f"sqlite:///{folder / 'main.db'}")

    @event.listens_for(engine, "connect")
    def attach(connection: Any, _: object) -> None:
        connection.execute(f"ATTACH '{folder / 'other.db'}' AS other")

    return engine


def contents(connection: Connection) -> list[tuple[Any, ...]]:
    """Return what stands in the main file and in the other one, but the words of tables."""
    tables = "CASE WHEN type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' THEN NULL ELSE sql END"
    return [
        (schema, *row)
        for schema in ("main", "other")
        for row in connection.execute(
            text(f"SELECT type, name, tbl_name, {tables} FROM {schema}.sqlite_master ORDER BY 1, 2")
        )
        if not row.name.startswith("sqlite_")
    ]


def test_baseline_has_attached_files(tmp_path: Path) -> None:
    engine = with_other(tmp_path)
    with engine.connect() as connection:
        for statement in ATTACHED:
            connection.exec_driver_sql(statement)
        connection.commit()
        found, source = contents(connection), baseline(connection)
        run(connection, source, "downgrade")
        assert contents(connection) == []
        run(connection, source, "upgrade")
        assert contents(connection) == found
        assert baseline(connection) == source
    engine.dispose()


def test_baseline_has_databases_that_are_let_through(mariadb: Database) -> None:
    second = str(mariadb.second_schema)

    def include(name: str | None, type_: str, _: Any) -> bool:
        return type_ != "schema" or name in (None, second)

    with mariadb.engine.connect() as connection:
        for statement in DATABASES:
            connection.exec_driver_sql(statement.replace("second.", f"{second}."))
        connection.commit()
        found, source = dump(mariadb), baseline(connection, include_name=include)
        run(connection, source, "downgrade")
        assert dump(mariadb) == {}
        run(connection, source, "upgrade")
        assert_same(dump(mariadb), found, "after the baseline")
        assert baseline(connection, include_name=include) == source
