"""`op.backfill`: rows are filled in batches, and what a crash leaves is filled by the next run."""

from __future__ import annotations

import datetime
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck import command
from limbeck.config import Config
from limbeck.errors import CommandError
from limbeck.operations import Operations
from limbeck.runtime.migration import MigrationContext
from limbeck.runtime.run import ROW_PROGRESS
from tests.databases import Database
from tests.migrations import Migrations

ROWS = 5_000
PER_MIGRATION = {"transaction_per_migration": "true", "path_separator": "newline"}

metadata = sa.MetaData()
users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(50)),
    sa.Column("phone", sa.String(20)),
    sa.Column("city", sa.String(20)),
)
visits = sa.Table(
    "visits",
    metadata,
    sa.Column("place", sa.String(20), primary_key=True),
    sa.Column("day", sa.DateTime, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("count", sa.Integer),
)
loose = sa.Table("loose", metadata, sa.Column("id", sa.Integer), sa.Column("x", sa.Integer))


class Crash(Exception):
    """What a test raises in the middle."""


def create_users(database: Database, count: int = ROWS) -> None:
    with database.engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(
            users.insert(), [{"id": number * 2, "name": f"n{number}"} for number in range(count)]
        )


def column(database: Database, chosen: sa.Column[Any]) -> list[Any]:
    with database.engine.connect() as connection:
        keys = chosen.table.primary_key.columns
        return list(connection.scalars(sa.select(chosen).order_by(*keys)))


def missing(database: Database) -> int:
    return column(database, users.c.phone).count(None)


def fill(database: Database, *arguments: Any, **keywords: Any) -> None:
    with database.engine.begin() as connection:
        Operations(MigrationContext.configure(connection)).backfill(*arguments, **keywords)


def project(database: Database, folder: Path, upgrade: str) -> Migrations:
    """Return a project at revision `a`, whose next revision fills the table."""
    migrations = Migrations(folder / "migrations", database.url_text, PER_MIGRATION)
    migrations.write("a")
    command.upgrade(migrations.config(), "a")
    migrations.write("b", "a", upgrade)
    return migrations


def telling(migrations: Migrations, tell: Callable[[int, int, str], None]) -> Config:
    config = migrations.config()
    config.attributes[ROW_PROGRESS] = tell
    return config


BACKFILL = "op.backfill('users', {'phone': sa.text('name')}, batch_size=400)"


@pytest.mark.parametrize(
    "upgrade", [BACKFILL, f"with op.get_context().autocommit_block(): {BACKFILL}"]
)
def test_each_batch_is_seen_by_others_at_once(
    database: Database, tmp_path: Path, upgrade: str
) -> None:
    create_users(database)
    migrations = project(database, tmp_path, upgrade)
    seen: list[tuple[int, int, int, str]] = []

    def look(done: int, total: int, what: str) -> None:
        seen.append((ROWS - missing(database), done, total, what))

    command.upgrade(telling(migrations, look), "head")
    assert missing(database) == 0
    assert [each[0] for each in seen[:12]] == list(range(400, ROWS, 400))
    assert all(each[0] == each[1] and each[2:] == (ROWS, "rows of users") for each in seen)


def test_backfill_beside_other_changes_stays_one_transaction(
    database: Database, tmp_path: Path
) -> None:
    """What a failure must be able to undo is not committed with the first batch."""
    create_users(database, 1000)
    migrations = project(database, tmp_path, f"op.execute('DELETE FROM loose'); {BACKFILL}")

    def fail(done: int, total: int, what: str) -> None:
        if done >= 800:
            raise Crash

    with pytest.raises(Crash):
        command.upgrade(telling(migrations, fail), "head")
    kept = 200 if "implicit_commit" in database.features else 1000
    assert missing(database) == kept


def test_backfill_goes_on_after_an_exception(database: Database, tmp_path: Path) -> None:
    create_users(database)
    migrations = project(database, tmp_path, BACKFILL)

    def fail(done: int, total: int, what: str) -> None:
        if done >= 2000:
            raise Crash

    with pytest.raises(Crash):
        command.upgrade(telling(migrations, fail), "head")
    assert missing(database) == ROWS - 2000
    command.upgrade(migrations.config(), "head")
    assert missing(database) == 0
    command.current(migrations.config(), check_heads=True)


def test_backfill_goes_on_after_the_process_was_killed(database: Database, tmp_path: Path) -> None:
    create_users(database)
    migrations = project(database, tmp_path, BACKFILL)
    program = f"""
        import os, signal
        from pathlib import Path
        from limbeck import command
        from limbeck.runtime.run import ROW_PROGRESS
        from tests.migrations import Migrations

        migrations = Migrations(Path({str(migrations.folder)!r}), {database.url_text!r}, {PER_MIGRATION!r})
        config = migrations.config()
        def kill(done, total, what):
            if done >= 1200:
                os.kill(os.getpid(), signal.SIGKILL)
        config.attributes[ROW_PROGRESS] = kill
        command.upgrade(config, "head")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False)
    assert done.returncode == -9
    assert missing(database) == ROWS - 1200
    command.upgrade(migrations.config(), "head")
    assert missing(database) == 0
    assert column(database, users.c.phone) == column(database, users.c.name)


def test_rows_that_come_in_meanwhile_are_filled_too(database: Database, tmp_path: Path) -> None:
    """Also behind the place where it is: those are found by looking once more."""
    create_users(database)
    migrations = project(database, tmp_path, BACKFILL)
    added: list[int] = []

    def insert(done: int, total: int, what: str) -> None:
        if len(added) < 6:
            for number in (len(added) * 2 + 1, 1_000_001 + len(added)):
                added.append(number)
                with database.engine.begin() as connection:
                    connection.execute(users.insert().values(id=number, name=f"later {number}"))

    command.upgrade(telling(migrations, insert), "head")
    assert missing(database) == 0
    assert column(database, users.c.phone) == column(database, users.c.name)
    assert len(column(database, users.c.id)) == ROWS + 6


def test_composite_keys_of_several_types(database: Database) -> None:
    places = ["a", "b c", "O'Hara", "ß"]
    days = [datetime.datetime(2020, 1, day, 12, 30, 1) for day in range(1, 11)]
    rows = [
        {"place": place, "day": day, "number": number}
        for place in places
        for day in days
        for number in range(-2, 5)
    ]
    with database.engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(visits.insert(), rows)
    fill(database, "visits", {"count": sa.column("number") + 10}, batch_size=13)
    assert column(database, visits.c.count) == [
        number + 10 for number in column(database, visits.c.number)
    ]


def test_keys_that_drivers_carry_inexactly_are_filled(database: Database) -> None:
    key = sa.Column("k", sa.Float(24), primary_key=True, autoincrement=False)
    keys = sa.Table("keys", sa.MetaData(), key, sa.Column("v", sa.Text))
    with database.engine.begin() as connection:
        keys.create(connection)
        connection.execute(keys.insert(), [{"k": number / 10} for number in range(7)])
    fill(database, "keys", {"v": "x"}, batch_size=2)
    assert column(database, keys.c.v) == ["x"] * 7


@pytest.mark.requires("deferrable")
@pytest.mark.parametrize(("type_", "value"), [("int[]", "'{1}'"), ("jsonb", "'{}'")])
def test_keys_that_drivers_can_not_compare_are_filled(
    database: Database, type_: str, value: str
) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE keys (k {type_} PRIMARY KEY, v text)"))
        connection.execute(sa.text(f"INSERT INTO keys VALUES ({value})"))
    fill(database, "keys", {"v": "x"})
    with database.engine.connect() as connection:
        assert connection.scalars(sa.text("SELECT v FROM keys")).all() == ["x"]


def test_default_fills_only_what_is_null(database: Database) -> None:
    create_users(database, 10)
    with database.engine.begin() as connection:
        connection.execute(users.update().where(users.c.id < 6).values(phone="known"))
        connection.execute(users.update().where(users.c.id > 12).values(phone="p", city="c"))
    fill(database, users, {users.c.phone: "new", "city": users.c.name}, batch_size=3)
    assert column(database, users.c.phone) == ["known"] * 3 + ["new"] * 4 + ["p"] * 3
    assert column(database, users.c.city) == [f"n{number}" for number in range(7)] + ["c"] * 3


def test_where_chooses_the_rows(database: Database) -> None:
    create_users(database, 10)
    fill(database, "users", {"phone": "low"}, where="id = 0 OR id < 8", batch_size=2)
    fill(database, users, {"phone": "high"}, where=users.c.id > 12, batch_size=2)
    assert column(database, users.c.phone) == ["low"] * 4 + [None] * 3 + ["high"] * 3


def test_table_without_a_key_is_one_update(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(loose.insert(), [{"id": number} for number in range(5)])
    with caplog.at_level("INFO", "limbeck"):
        fill(database, "loose", {"x": 1}, batch_size=2)
    assert column(database, loose.c.x) == [1] * 5
    assert "loose has no primary key: its rows are filled in one UPDATE" in caplog.text


def test_keys_that_move_are_not_met_again(database: Database) -> None:
    create_users(database, 10)
    fill(database, "users", {"id": sa.column("id") + 100}, where="id < 200", batch_size=2)
    assert column(database, users.c.id) == list(range(100, 120, 2))


def test_columns_under_other_keys_are_filled(database: Database) -> None:
    create_users(database, 10)
    other = sa.Table(
        "users",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("phone", sa.String(20), key="call"),
    )
    fill(database, other, {other.c.call: "x"}, batch_size=10**20)
    assert missing(database) == 0


def test_types_of_columns_are_the_databases(database: Database) -> None:
    """A plain value is sent as what the column is."""
    table = sa.Table(
        "kinds",
        sa.MetaData(),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Enum("a", "b", name="kind")),
        sa.Column("data", sa.JSON),
    )
    with database.engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"id": uuid.uuid4()} for _ in range(20)])
        Operations(MigrationContext.configure(connection)).backfill(
            "kinds", {"kind": "b"}, batch_size=3
        )
        assert set(connection.scalars(sa.select(table.c.kind))) == {"b"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere", {"x": 1}), "there is no table nowhere"),
        (("users", {"fax": 1}), "has no column 'fax'"),
        (("users", {"phone": ...}), "still has"),
        (("users", {}), "no values"),
        (("users", ...), "still has"),
        (("users", {"phone": 1}, ...), "still has"),
        (("users", {"phone": 1}, 5), "where must be SQL text or an expression, not 5"),
        (("users", [("phone", 1)]), "must be a dictionary"),
        ((users.alias(), {"phone": 1}), "must be a name or an sa.table"),
        ((sa.table("users"), {"phone": 1}), "has no column 'phone'. Add it there"),
        (("users", {"phone": 1}, None, 0), "1 or more, not 0"),
    ],
)
def test_what_can_not_be_filled_is_refused(
    sqlite: Database, arguments: tuple[Any, ...], message: str
) -> None:
    create_users(sqlite, 1)
    keywords = dict(zip(("where", "batch_size"), arguments[2:], strict=False))
    with pytest.raises(CommandError, match=message):
        fill(sqlite, *arguments[:2], **keywords)


def test_keys_that_are_null_are_not_left_out(sqlite: Database) -> None:
    with sqlite.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE odd (k TEXT PRIMARY KEY, x INTEGER)")
        connection.exec_driver_sql("INSERT INTO odd (k) VALUES ('a'), (NULL), (NULL), ('b')")
        Operations(MigrationContext.configure(connection)).backfill("odd", {"x": 1}, batch_size=1)
        assert connection.exec_driver_sql("SELECT sum(x) FROM odd").scalar() == 4
