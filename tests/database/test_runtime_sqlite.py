"""SQLite's own trouble with transactions: the driver that begins late, foreign keys that act."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text

from limbeck import command
from limbeck.errors import CommandError
from tests.databases import Database
from tests.migrations import Migrations

RENAME_COLUMN_TYPE = (
    "batch = op.batch_alter_table('parent'); b = batch.__enter__(); "
    "b.alter_column('name', type_=sa.String(99)); batch.__exit__(None, None, None)"
)


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    return Migrations(tmp_path / "migrations")


@pytest.fixture
def connection(sqlite: Database) -> Iterator[Connection]:
    """Two tables with rows, the second one deleting with the first; foreign keys enforced."""
    with sqlite.engine.begin() as connection:
        for statement in (
            "CREATE TABLE parent (id INTEGER PRIMARY KEY, name VARCHAR(10))",
            "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER "
            "REFERENCES parent (id) ON DELETE CASCADE)",
            "INSERT INTO parent VALUES (1, 'a'), (2, 'b')",
            "INSERT INTO child VALUES (10, 1), (20, 2)",
        ):
            connection.execute(text(statement))
    with sqlite.engine.connect() as connection:
        yield connection


def upgrade(migrations: Migrations, connection: Connection) -> None:
    command.upgrade(migrations.config(attributes={"connection": connection}), "head")


def count(connection: Connection, table: str) -> int:
    found = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    connection.rollback()
    return int(found)


def enforced(connection: Connection) -> bool:
    found = bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())
    connection.rollback()
    return found


def test_recreated_table_keeps_what_refers_to_it(
    migrations: Migrations, connection: Connection
) -> None:
    migrations.write("aaaa1", None, RENAME_COLUMN_TYPE)
    upgrade(migrations, connection)
    assert (count(connection, "parent"), count(connection, "child")) == (2, 2)
    assert enforced(connection)


def test_failure_after_a_recreated_table_undoes_it(
    migrations: Migrations, connection: Connection
) -> None:
    migrations.write("aaaa1", None, f"{RENAME_COLUMN_TYPE}; raise KeyError('x')")
    with pytest.raises(KeyError):
        upgrade(migrations, connection)
    sql = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'parent'")).scalar()
    connection.rollback()
    assert "VARCHAR(10)" in str(sql)
    assert (count(connection, "parent"), count(connection, "child")) == (2, 2)
    assert enforced(connection)


def test_foreign_keys_act_where_no_table_is_recreated(
    migrations: Migrations, connection: Connection
) -> None:
    migrations.write("aaaa1", None, "op.execute('DELETE FROM parent WHERE id = 1')")
    upgrade(migrations, connection)
    assert count(connection, "child") == 1


def test_rows_left_alone_while_foreign_keys_are_off_are_refused(
    migrations: Migrations, connection: Connection
) -> None:
    migrations.write(
        "aaaa1", None, f"{RENAME_COLUMN_TYPE}; op.execute('DELETE FROM parent WHERE id = 1')"
    )
    with pytest.raises(CommandError, match="refer to nothing: 1 of child to parent"):
        upgrade(migrations, connection)
    assert (count(connection, "parent"), count(connection, "child")) == (2, 2)
    assert enforced(connection)


def test_ddl_before_a_failure_is_rolled_back(migrations: Migrations, sqlite: Database) -> None:
    migrations.write("aaaa1", None, "op.execute('CREATE TABLE x (id int)'); raise KeyError('x')")
    with sqlite.engine.connect() as connection, pytest.raises(KeyError):
        upgrade(migrations, connection)
    with sqlite.engine.connect() as connection:
        assert count(connection, "sqlite_master") == 0


def test_engine_that_begins_itself_is_left_alone(migrations: Migrations, sqlite: Database) -> None:
    engine: Engine = sqlite.engine

    def stop_driver(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # a DBAPI connection

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", stop_driver)
    event.listen(engine, "begin", begin)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    migrations.write_table("aaaa1")
    with engine.connect() as connection:
        upgrade(migrations, connection)
    assert [s for s in statements if s.startswith("BEGIN")] == ["BEGIN IMMEDIATE"]
    with engine.connect() as connection:
        assert count(connection, "t_aaaa1") == 0


def test_transaction_of_the_caller_holds_ddl_too(migrations: Migrations, sqlite: Database) -> None:
    migrations.write_table("aaaa1")
    with sqlite.engine.connect() as connection:
        with connection.begin() as transaction:
            upgrade(migrations, connection)
            transaction.rollback()
        assert count(connection, "sqlite_master") == 0
        with connection.begin():
            upgrade(migrations, connection)
        assert count(connection, "t_aaaa1") == 0
