"""What SQLite does its own way, taken there and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from limbeck import renamed_from
from limbeck.autogenerate import compare_metadata
from limbeck.diff.renames import RenameRequest
from limbeck.operations import Operations
from limbeck.runtime.migration import MigrationContext
from tests.convergence import assert_converges
from tests.database.test_batch_script_sqlite import content, run, script_of
from tests.databases import Database, fresh_database

SAID = RenameRequest(seeks=False)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh_database("sqlite", tmp_path) as database:
        yield database


def t(*items: Any, name: str = "t", **options: Any) -> MetaData:
    metadata = MetaData()
    Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("a", Integer),
        *items,
        **options,
    )
    return metadata


def named(table: str, *more: Any, **options: Any) -> MetaData:
    """Return models of a table whose expressions name the table itself."""
    return t(
        CheckConstraint(f"{table}.a > 0 OR {table}.id <> 't.a'", name="ck"),
        CheckConstraint(f'"{table}"."a" <> 7'),
        CheckConstraint(f"[{table}].a <> 8"),
        CheckConstraint(f"{table.upper()}.a <> 9"),
        CheckConstraint(f'main."{table}".a <> 10'),
        Index("ix_a", "a", sqlite_where=text(f"{table}.a > 5")),
        *more,
        name=table,
        **options,
    )


def keyed(conflict: str | None, **options: Any) -> MetaData:
    """Return models of a table whose key says what happens on a conflict, with its column."""
    metadata = MetaData()
    key: Column[int] = Column(
        "id", Integer, primary_key=True, sqlite_on_conflict_primary_key=conflict
    )
    Table("t", metadata, key, Column("a", Integer), **options)
    return metadata


def pair_keyed(conflict: str | None, name: str | None = None) -> MetaData:
    """Return models of a table with a key of two columns."""
    metadata = MetaData()
    key = PrimaryKeyConstraint("a", "b", name=name, sqlite_on_conflict=conflict)
    Table("t", metadata, Column("a", Integer), Column("b", Integer), key)
    return metadata


PAIRS: dict[str, Callable[[], tuple[MetaData, MetaData]]] = {
    "own name in what stays": lambda: (named("t"), named("t", Column("c", String, unique=True))),
    "own name in what comes": lambda: (t(), named("t")),
    "own name in a check that comes": lambda: (t(), t(CheckConstraint("t.a > 0"))),
    "own name in a check that changes": lambda: (
        t(CheckConstraint("t.a > 0"), CheckConstraint("t.a > -1")),
        t(CheckConstraint("t.a > 0"), CheckConstraint("t.a > -2")),
    ),
    "own name in a table that is renamed": lambda: (
        named("t"),
        named("u", Column("c", String, unique=True), info=renamed_from("t")),
    ),
    "own name in a table that is renamed alone": lambda: (
        named("t"),
        named("u", info=renamed_from("t")),
    ),
    "key that comes to ignore": lambda: (keyed(None), keyed("IGNORE")),
    "key that ignores and counts": lambda: (
        keyed("IGNORE", sqlite_autoincrement=True),
        keyed("FAIL", sqlite_autoincrement=True),
    ),
    "key that ignores and comes to count": lambda: (
        keyed("IGNORE"),
        keyed("IGNORE", sqlite_autoincrement=True),
    ),
    "key that counts no more, nor ignores": lambda: (
        keyed("IGNORE", sqlite_autoincrement=True),
        keyed(None),
    ),
    "key of two columns that fails": lambda: (pair_keyed("ROLLBACK"), pair_keyed("FAIL", "pk")),
    "table whose key ignores, and goes": lambda: (
        keyed("IGNORE", sqlite_autoincrement=True),
        MetaData(),
    ),
    "constraints of the same columns in two orders": lambda: (
        t(UniqueConstraint("a", name="u1"), UniqueConstraint("a", name="u2")),
        t(UniqueConstraint("a", name="u1"), UniqueConstraint("a", name="u2"), Column("c", Integer)),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_sqlite_converges(database: Database, name: str) -> None:
    assert_converges(database, *PAIRS[name](), detect_renames=SAID)


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("t.a > 0", "a > 0"),
        ("main.t.a > 0", "a > 0"),
        ('"T"."a" > 0', "a > 0"),
        ("[t].a > 0", "t.a > 0"),
    ],
)
def test_own_name_is_no_difference(database: Database, said: str, other: str) -> None:
    assert not differences(database, t(CheckConstraint(said)), t(CheckConstraint(other)))
    assert differences(database, t(CheckConstraint(said)), t(CheckConstraint("u.a > 0")))


def test_what_happens_anyway_on_a_conflict_is_no_difference(database: Database) -> None:
    column: Column[int] = Column(
        "c", Integer, nullable=False, unique=True, sqlite_on_conflict_not_null="Abort"
    )
    said = t(column, UniqueConstraint("a", sqlite_on_conflict="ABORT"))
    unsaid = t(Column("c", Integer, nullable=False, unique=True), UniqueConstraint("a"))
    assert not differences(database, unsaid, said)
    assert not differences(database, said, unsaid)
    assert not differences(database, keyed("ABORT"), keyed(None))
    assert not differences(database, keyed("fail"), keyed("FAIL"))


def differences(database: Database, one: MetaData, other: MetaData) -> list[Any]:
    with database.engine.begin() as connection:
        one.drop_all(connection)
        one.create_all(connection)
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        return list(compare_metadata(context, other))


def own_name(op: Operations) -> None:
    op.execute("CREATE TABLE t (a INTEGER, CHECK (t.a > 0))")
    op.execute("INSERT INTO t VALUES (1)")
    with op.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
        batch.create_check_constraint("ck", text('"t".a < 9'))


ORDERS = ("UNIQUE (a), UNIQUE (a DESC)", "UNIQUE (a DESC), UNIQUE (a)")


def two_orders(constraints: str) -> Callable[[Operations], None]:
    def upgrade(op: Operations) -> None:
        op.execute(f"CREATE TABLE t (a INTEGER, b INTEGER, {constraints})")
        with op.batch_alter_table("t") as batch:
            batch.alter_column("b", nullable=False)

    return upgrade


@pytest.mark.parametrize("upgrade", [own_name, *map(two_orders, ORDERS)])
def test_batch_does_the_same_in_a_script(
    tmp_path: Path, upgrade: Callable[[Operations], None]
) -> None:
    run(tmp_path / "run.db", upgrade)
    connection = sqlite3.connect(tmp_path / "script.db")
    connection.executescript(script_of(upgrade))
    connection.close()
    assert content(tmp_path / "script.db") == content(tmp_path / "run.db")


@pytest.mark.parametrize("constraints", ORDERS)
def test_batch_keeps_the_order_of_each_constraint(tmp_path: Path, constraints: str) -> None:
    run(tmp_path / "run.db", two_orders(constraints))
    (table,) = [row for row in content(tmp_path / "run.db") if row[0] == "table"]
    for constraint in constraints.split(", "):
        assert constraint.replace(" ", "") in table[3]
